# SPDX-License-Identifier: Apache-2.0
"""watthour-meter with a block `keep`: killed at any time and started again it has lost no register
and no record, and writes each bill once."""
import glob
import os
import random
import signal
import time
import unittest

import e2e_meter
from e2e_meter import METER, WATTHOUR, Meter, RawClient, run

FLUSH_MWH = 5000
PASS_MWH = 1000  # what may move between two looks of the flush

KEEPS = """
meter: { creep_w: 0, serial: '77', logical_device_name: WHT0000000000077, direction: arithmetic }
source:
  speed: %(speed)s
  start: %(start)s
  recording: { file: steady.csv, pairs: 'U1/I1,U2/I2,U3/I3', at_end: repeat }
server: { port: 0 }
keep:
  store: { file: %(name)s.store, flush_wh: 5 }
  zone: CET-1CEST,M3.5.0,M10.5.0/3
  tariff:
    days: ['06:00 1, 22:00 2', '00:00 2']
    seasons: ['01-01 1 weekend 2']
    import_prices: [0.32, 0.24]
  profiles:
    - { every_min: 1, entries: 5000, columns: ['1.8.0', '2.8.0', '1.8.1', '1.8.2'] }
  display: { automatic: ['1.8.0', '1.6.0 5'] }
%(more)s
"""

BILLS = "  bills: { key: meter.key, directory: bills }\n"


def config(name, start="2026-06-24T12:00:00+02:00", speed="600", more=""):
    return KEEPS % {"name": name, "start": start, "speed": speed, "more": more}


class Keeping(e2e_meter.EndToEnd):
    def records(self, path, log=0):
        """Entries of a recorder: time and columns."""
        status, out, err = run(METER, "--config", path, "--records")
        self.assertEqual((status, err), (0, ""))
        self.assertNotIn("damaged", out)
        found = []
        for line in out.splitlines():
            fields = dict(field.split("=", 1) for field in line.split())
            if fields["log"] == str(log):
                found.append(fields)
        return found

    def check_profile(self, entries):
        """None is lost, none is there twice, and no register ran back."""
        for before, after in zip(entries, entries[1:]):
            self.assertEqual(int(after["time"]), int(before["time"]) + 60)
            for code in ("1-0:1.8.0/2", "1-0:2.8.0/2", "1-0:1.8.1/2", "1-0:1.8.2/2"):
                self.assertGreaterEqual(int(after[code]), int(before[code]))
        for entry in entries:  # the rates are the total: up to one mWh in each that is not whole
            rates = int(entry["1-0:1.8.1/2"]) + int(entry["1-0:1.8.2/2"])
            self.assertAlmostEqual(int(entry["1-0:1.8.0/2"]), rates, delta=2)

    def watch_register(self, meter, seconds):
        """What was read of 1.8.0 at the start, and last."""
        client = RawClient(meter.port)
        client.associate()
        first = last = client.energy_mwh(1)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            last = client.energy_mwh(1)
        client.close()
        return first, last

    def test_a_meter_killed_at_any_time_loses_nothing_it_has_recorded(self):
        seed = 7
        moments = random.Random(seed)
        last_read = newest = entries = 0
        for _ in range(8):
            with Meter(self.folder, config("killed"), "killed.yaml") as meter:
                first, read = self.watch_register(meter, moments.uniform(0.05, 1.5))
                self.assertGreaterEqual(first, newest)  # never below what is in a record
                self.assertGreaterEqual(first, last_read - FLUSH_MWH - PASS_MWH)
                last_read = read
                meter.stop(signal.SIGKILL)
            profile = self.records(meter.path)
            self.check_profile(profile)
            self.assertGreaterEqual(len(profile), entries)
            entries = len(profile)
            newest = int(profile[-1]["1-0:1.8.0/2"]) if profile else 0
        self.assertGreater(entries, 3)

    def test_a_meter_that_is_ended_loses_nothing_and_a_restart_changes_nothing(self):
        text = config("ended").replace("    import_prices:", "    steps_above_kwh: [200]\n"
                                       "    steps_prices: [0, 0.1]\n    import_prices:")
        switches = range(5, 9)  # logs of the freezes at a switch of zones, days, prices, steps
        with Meter(self.folder, text, "ended.yaml") as meter:
            _, read = self.watch_register(meter, 0.5)
            self.assertEqual(meter.stop(), 0)
        made = [self.records(meter.path, log) for log in switches]
        with Meter(self.folder, text, "ended.yaml") as meter:
            first, _ = self.watch_register(meter, 0.5)
            self.assertEqual(meter.stop(), 0)
        self.assertGreater(read, 0)
        self.assertGreaterEqual(first, read)
        self.assertEqual([self.records(meter.path, log) for log in switches], made)

    def test_each_bill_is_written_once(self):
        key = os.path.join(self.folder, "meter.key")
        self.assertEqual(run(WATTHOUR, "keys", "new", "--out", key)[0], 0)
        text = config("bills", "2026-06-30T23:59:30+02:00", "60", BILLS)
        files = os.path.join(self.folder, "bills", "*.json")
        with Meter(self.folder, text, "bills.yaml") as meter:
            meter.wait_for("event=bills_written count=1")
            meter.stop(signal.SIGKILL)
        self.assertEqual(len(glob.glob(files)), 1)
        with open(glob.glob(files)[0], encoding="utf-8") as file:
            bill = file.read()
        with Meter(self.folder, text, "bills.yaml") as meter:
            meter.wait_for("event=listening")
            time.sleep(2)  # two looks for bills to write
            self.assertEqual(meter.stop(), 0)
        self.assertEqual(len(glob.glob(files)), 1)
        with open(glob.glob(files)[0], encoding="utf-8") as file:
            self.assertEqual(file.read(), bill)
        public = os.path.join(self.folder, "meter.pub")
        status, out, err = run(WATTHOUR, "verify", *glob.glob(files), "--key", public)
        self.assertEqual(status, 0, out + err)
        self.assertEqual(len(self.records(meter.path, log=2)), 1)

    def test_a_store_has_one_meter(self):
        with Meter(self.folder, config("shared"), "shared.yaml") as meter:
            status, _, err = run(METER, "--config", meter.path)
            self.assertEqual(status, 2)
            self.assertRegex(err, r"shared\.yaml:\d+: keep\.store\.file: \S+: another meter has it open")

    def refusal(self, name, text):
        path = os.path.join(self.folder, name + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        status, _, err = run(METER, "--config", path)
        self.assertEqual(status, 2)
        return err

    def test_what_cannot_be_kept_is_refused_with_its_line(self):
        few = config("few").replace("flush_wh: 5", "flush_wh: 5, sectors: 16")
        self.assertRegex(self.refusal("few", few), r"few\.yaml:\d+: keep\.store\.sectors: 16 sectors")
        with Meter(self.folder, config("size"), "size.yaml"):
            pass
        other = config("size").replace("flush_wh: 5", "flush_wh: 5, sectors: 600")
        self.assertRegex(self.refusal("size", other),
                         r"size\.yaml:\d+: keep\.store: \S+size\.store has another size")
        nowhere = config("nowhere").replace("nowhere.store", "no/where.store")
        self.assertRegex(self.refusal("nowhere", nowhere),
                         r"keep\.store\.file: \S+no/where\.store: No such file or directory")
        keyless = config("keyless", more="  bills: { key: none.key, directory: bills }\n")
        self.assertIn("none.key", self.refusal("keyless", keyless))

    def test_what_the_file_says_holds_at_the_next_start(self):
        name = "changed"
        with Meter(self.folder, config(name), name + ".yaml") as meter:
            self.watch_register(meter, 0.5)
            meter.stop()
        first = self.records(meter.path)
        text = config(name).replace("'06:00 1, 22:00 2'", "'00:00 2'")
        with Meter(self.folder, text, name + ".yaml") as meter:
            self.watch_register(meter, 1.0)
            meter.stop()
        entries = self.records(meter.path)
        self.check_profile(entries)
        self.assertGreater(len(entries), len(first))
        self.assertGreater(int(entries[-1]["1-0:1.8.2/2"]), 0)  # now all of it is at rate 2
        self.assertEqual(int(entries[len(first) - 1]["1-0:1.8.2/2"]), 0)


if __name__ == "__main__":
    unittest.main()
