# SPDX-License-Identifier: Apache-2.0
"""watthour-meter as a service: energies against power and time, several clients, rude clients, and
every way it refuses to start."""
import datetime
import json
import math
import os
import signal
import socket
import subprocess
import time
import unittest

import e2e_meter
from e2e_meter import METER, PATIENCE_S, WATTHOUR, Meter, RawClient, run, snapshot

STEADY = """
meter: { creep_w: 0, serial: '77', direction: arithmetic }
source:
  speed: unlimited
  start: 2026-06-21T12:00:00Z
  recording: { file: steady.csv, pairs: 'U1/I1,U2/I2,U3/I3', at_end: repeat }
server: { port: 0, connections_max: 4 }
"""

# A roof on L1 and L3 under a clear sky, and a house that draws by a profile of its own.
SUNNY = """
meter: { direction: arithmetic, utc_offset_min: 120, fs_hz: 4000 }
source:
  speed: unlimited
  start: 2026-06-21T12:00:00+02:00
  home:
    profile: house.csv
    solar_peak_w: 6000
    solar_phases: [1, 3]
    clouds: 0
    events_per_day: 0
    u_wander: 0
    f_wander_hz: 0
    duration_s: 200
server: { port: 0 }
"""

REAL_TIME = """
source: { recording: { file: steady.csv, at_end: repeat } }
server: { port: 0, connections_max: 3 }
"""


def seconds_since(snap, start):
    passed = datetime.datetime.fromisoformat(snap["time"]) - datetime.datetime.fromisoformat(start)
    return passed.total_seconds()


class Service(e2e_meter.EndToEnd):
    def check_energies(self, snap, seconds, tolerance):
        """Power was as good as constant, so energy is power times time, all of it one way. The
        source is at its end: everything in the snapshot is of the same instant."""
        for phase in snap["phases"]:
            expected = phase["active_power_w"] * seconds / 3600
            one_way, other = ("export", "import") if expected < 0 else ("import", "export")
            moved = phase[f"active_energy_{one_way}_wh"]
            self.assertAlmostEqual(moved / abs(expected), 1, delta=tolerance, msg=phase)
            self.assertEqual(phase[f"active_energy_{other}_wh"], 0, msg=phase)
        for way in ("import", "export"):  # booked phase by phase: the sums show both directions
            sums = sum(p[f"active_energy_{way}_wh"] for p in snap["phases"])
            self.assertAlmostEqual(snap["total"][f"active_energy_{way}_wh"], sums, delta=0.01)
            self.assertGreater(sums, 0)

    def test_energies_of_a_steady_recording_are_power_times_time(self):
        e2e_meter.write_steady_recording(os.path.join(self.folder, "long.csv"), 60)
        config = STEADY.replace("repeat", "hold").replace("steady.csv", "long.csv")
        with Meter(self.folder, config) as meter:
            meter.wait_for("event=source_ended samples=96000")
            snap = snapshot(meter.url)
            self.assertEqual(seconds_since(snap, "2026-06-21T12:00:00+00:00"), 60)
            self.assertEqual(snap["serial"], "77")
            self.assertEqual(snap["sequence"], "ABC")
            self.assertIsNone(snap["neutral_current_a"])
            self.assertAlmostEqual(snap["frequency_hz"], 50, delta=0.001)
            for phase, power in zip(snap["phases"], (2300, -1150, 2300)):
                self.assertAlmostEqual(phase["active_power_w"], power, delta=0.5)
                self.assertAlmostEqual(phase["voltage_v"], 230, delta=0.05)
            # At both ends a window and a bit may be missing: 0.4 s of 60 s.
            self.check_energies(snap, 60, 0.007)
            self.assertEqual(meter.stop(), 0)

    def test_energies_move_while_one_looks(self):
        with Meter(self.folder, REAL_TIME) as meter:
            first = snapshot(meter.url)
            end = time.monotonic() + PATIENCE_S
            while True:
                last = snapshot(meter.url)
                moved = [b["active_energy_import_wh"] + b["active_energy_export_wh"]
                         > a["active_energy_import_wh"] + a["active_energy_export_wh"]
                         for a, b in zip(first["phases"], last["phases"])]
                if all(moved):
                    break
                self.assertLess(time.monotonic(), end, (first, last))
            self.assertGreater(last["time"], first["time"])

    def test_a_house_with_a_roof_books_both_directions_phase_by_phase(self):
        with open(os.path.join(self.folder, "house.csv"), "w", encoding="utf-8") as file:
            file.write("# step_s=3600\nload_w\n" + "1200\n" * 24)
        with Meter(self.folder, SUNNY) as meter:
            meter.wait_for("event=source_ended")
            snap = snapshot(meter.url)
            self.assertEqual(seconds_since(snap, "2026-06-21T12:00:00+02:00"), 200)
            powers = [phase["active_power_w"] for phase in snap["phases"]]
            self.assertLess(powers[0], -500)
            self.assertGreater(powers[1], 100)
            self.assertLess(powers[2], -500)
            self.check_energies(snap, 200, 0.02)

    def test_read_and_watch_and_the_wire_agree(self):
        config = STEADY.replace("at_end: repeat", "at_end: hold")
        with Meter(self.folder, config) as meter:
            meter.wait_for("event=source_ended")
            client = RawClient(meter.port)
            client.associate()
            mwh = client.energy_mwh(1)
            client.close()
            self.assertGreater(mwh, 900)  # 4600 W for some 0.8 s
            seen = snapshot(meter.url)
            self.assertEqual(round(seen["total"]["active_energy_import_wh"] * 1000), mwh)
            status, out, err = run(WATTHOUR, "watch", "--once", meter.url)
            self.assertEqual((status, err), (0, ""))
            self.assertIn("%.6f" % (mwh / 1e6), out)
            status, out, err = run(WATTHOUR, "read", meter.url, "1.8.0", "--json")
            self.assertEqual((status, err), (0, ""))
            self.assertIn(str(mwh / 1000).rstrip("0").rstrip("."), out)

    def test_two_clients_at_once_and_one_too_many(self):
        with Meter(self.folder, REAL_TIME) as meter:
            clients = [RawClient(meter.port) for _ in range(3)]
            for client in clients:
                client.associate()
            for _ in range(20):
                values = [client.energy_mwh(1) for client in clients]
                self.assertEqual(values, sorted(values))
            with socket.create_connection(("127.0.0.1", meter.port), PATIENCE_S) as fourth:
                try:
                    self.assertEqual(fourth.recv(1), b"")
                except ConnectionResetError:
                    pass
            meter.wait_for("event=refused .*reason=connection_limit limit=3")
            clients[0].close()
            meter.wait_for("event=disconnected")
            again = RawClient(meter.port)
            again.associate()
            for client in clients[1:] + [again]:
                client.energy_mwh(1)
                client.close()

    def test_garbage_on_the_port_disturbs_nobody(self):
        with Meter(self.folder, REAL_TIME) as meter:
            polite = RawClient(meter.port)
            polite.associate()
            garbage = (b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 5000, b"\xff" * 70000,
                       bytes.fromhex("0001001000010005c001c10003"),  # GET without association
                       bytes.fromhex("00010010000100") + b"\x03\x60\x01\x00",
                       bytes.fromhex("000100100001ffff") + bytes(range(256)) * 255)
            for data in garbage:
                with socket.create_connection(("127.0.0.1", meter.port), PATIENCE_S) as rude:
                    rude.settimeout(PATIENCE_S)
                    try:
                        rude.sendall(data)
                        rude.shutdown(socket.SHUT_WR)
                        while rude.recv(4096):
                            pass
                    except OSError:
                        pass
                polite.energy_mwh(1)
            polite.close()
            self.assertIsNone(meter.process.poll())
            self.assertEqual(meter.stop(), 0)

    def test_a_killed_client_leaves_nothing_behind(self):
        with Meter(self.folder, REAL_TIME) as meter:
            for i in range(6):  # twice as many as may be connected
                client = subprocess.Popen([WATTHOUR, "watch", "--json", "-i", "0.01", meter.url],
                                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
                self.assertIn("device", json.loads(client.stdout.readline()))
                client.kill()
                client.wait(PATIENCE_S)
                client.stdout.close()
                meter.wait_for("event=disconnected", i + 1)
            self.assertEqual(len(snapshot(meter.url)["phases"]), 3)

    def test_silence_is_ended(self):
        config = REAL_TIME.replace("port: 0", "port: 0, idle_timeout_s: 1")
        with Meter(self.folder, config) as meter:
            silent = RawClient(meter.port)
            silent.associate()
            self.assertEqual(silent.socket.recv(1), b"")
            meter.wait_for("event=disconnected .*reason=idle")
            silent.close()

    def test_both_signals_end_it_cleanly(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with Meter(self.folder, REAL_TIME) as meter:
                client = RawClient(meter.port)
                client.associate()
                self.assertEqual(meter.stop(number), 0)
                self.assertTrue(any("event=stopped" in line for line in meter.lines))
                client.close()

    def test_a_recording_may_end_the_program(self):
        with Meter(self.folder, STEADY.replace("at_end: repeat", "at_end: exit")) as meter:
            self.assertEqual(meter.process.wait(PATIENCE_S), 0)
            meter.wait_for("event=source_ended samples=1600")

    def test_a_dip_is_logged_with_its_time_depth_and_length(self):
        path = os.path.join(self.folder, "dip.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("# fs_hz=3200\nU1,I1\n")
            for n in range(3200 * 4):
                part = 0.6 if 3200 * 2 <= n < 3200 * 2.5 else 1
                wave = math.sqrt(2) * math.sin(2 * math.pi * 50 * n / 3200)
                file.write(f"{230 * part * wave:.6f},{wave:.6f}\n")
        config = ("meter: { power_quality: {} }\nsource:\n  speed: unlimited\n"
                  "  start: 2026-06-21T12:00:00Z\n"
                  "  recording: { file: dip.csv, at_end: exit }\nserver: { port: 0 }\n")
        with Meter(self.folder, config) as meter:
            line = meter.wait_for("event=voltage_dip")
            self.assertEqual(meter.process.wait(PATIENCE_S), 0)
        values = dict(pair.split("=", 1) for pair in line.split()[1:])
        self.assertEqual(values["phases"], "L1")
        self.assertAlmostEqual(float(values["duration_s"]), 0.5, delta=0.02)
        self.assertAlmostEqual(float(values["extreme_v"]), 138, delta=0.5)
        start = datetime.datetime.fromisoformat(values["start"].replace("Z", "+00:00"))
        wanted = datetime.datetime(2026, 6, 21, 12, 0, 2, tzinfo=datetime.timezone.utc)
        self.assertLess(abs((start - wanted).total_seconds()), 0.3)

    def refused(self, config, *wants):
        """It does not start, and says why in one line."""
        path = os.path.join(self.folder, "refused.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(config)
        status, out, err = run(METER, "--config", path)
        self.assertEqual((status, out), (2, ""), err)
        self.assertEqual(err.count("\n"), 1, err)
        for want in wants:
            self.assertIn(want, err)

    def test_a_port_in_use_is_named(self):
        with Meter(self.folder, REAL_TIME) as meter:
            self.refused(REAL_TIME.replace("port: 0", f"port: {meter.port}"),
                         "refused.yaml:3: server.port: ", str(meter.port), "in use")
            self.assertEqual(len(snapshot(meter.url)["phases"]), 3)

    def test_what_cannot_be_configured_is_named(self):
        self.refused("source: { home: {} }\nserver:\n  port: many\n",
                     "refused.yaml:3: server.port: must be a whole positive number")
        self.refused("source: { home: {} }\nserver:\n  address: localhost\n",
                     "refused.yaml:3: server.address: localhost: not a numeric")
        self.refused("source: { home: {} }\nmetre: {}\n", 'refused.yaml:2: unknown key "metre"')
        self.refused("source:\n  recording:\n    file: nowhere.cfg\n",
                     "refused.yaml:3: source.recording.file: ", "nowhere.cfg")
        with open(os.path.join(self.folder, "short.csv"), "w", encoding="utf-8") as file:
            file.write("# fs_hz=1600\nU1,I1\n1,2\n3\n")
        self.refused("source: { recording: { file: short.csv } }\n", "refused.yaml:1: ",
                     "short.csv:4: ")
        status, _, err = run(METER, "--config", "/nowhere/meter.yaml")
        self.assertEqual((status, err), (2, "watthour-meter: /nowhere/meter.yaml: No such file or "
                                            "directory\n"))

    def test_the_command_line(self):
        path = os.path.join(self.folder, "meter.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(STEADY)
        self.assertEqual(run(METER, "--config", path, "--check"), (0, f"{path}: good\n", ""))
        status, printed, err = run(METER, "--config", path, "--print-config")
        self.assertEqual((status, err), (0, ""))
        self.assertIn("speed: unlimited", printed)
        with open(path, "w", encoding="utf-8") as file:
            file.write(printed)
        self.assertEqual(run(METER, "--config", path, "--print-config"), (0, printed, ""))
        status, out, _ = run(METER, "--help")
        self.assertEqual(status, 0)
        self.assertIn("examples:", out)
        for arguments in ([], ["--config"], ["--frob"], ["--config", path, "more"]):
            status, out, err = run(METER, *arguments)
            self.assertEqual((status, out), (2, ""))
            self.assertNotEqual(err, "")

    def test_watch_says_who_does_not_answer(self):
        with socket.socket() as bound:  # a port that nobody listens on, and nobody else can take
            bound.bind(("127.0.0.1", 0))
            url = f"dlms://127.0.0.1:{bound.getsockname()[1]}"
            status, out, err = run(WATTHOUR, "watch", "--once", url)
            self.assertEqual((status, out), (1, ""))
            self.assertIn("refused", err)
        status, out, err = run(WATTHOUR, "watch", "http://127.0.0.1")
        self.assertEqual((status, out, err.count("\n")), (2, "", 1))
        status, out, err = run(WATTHOUR, "watch", "--interval", "0")
        self.assertEqual((status, out), (2, ""))
        status, out, err = run(WATTHOUR, "watch")
        self.assertEqual((status, out, err.count("\n")), (2, "", 1))
        self.assertIn("terminal", err)


if __name__ == "__main__":
    unittest.main()
