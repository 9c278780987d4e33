#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The firmware in QEMU measures what the same code measures on the host, digit by digit.

usage: test_firmware.py --bin DIR --work DIR [--shared DIR] [unittest options]

DIR of --bin holds watthour-image and watthour-replay, made by the host's compiler. Every line that
the firmware sends by its UART (each window's quantities and energies, all registers, the sums of all
quanta, and what is in the flash before and after a power cut) must be the line that watthour-replay prints; only the last one, about the machine, is its own.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "qemu"))
import qemu  # noqa: E402

BLOCKS = (1, 64)  # the host measures the same in other blocks as well
HEADER_SIZE = 232
SET_SIZE = 28
TOTAL = 3
IMPORT, EXPORT = 0, 1  # of the registers of a place
# Load profile 1, billing, daily, load profile 2, hourly: one of each at the new year; instantaneous: none.
RECORDS = [1, 1, 1, 1, 1, 0]


class FirmwareTest(unittest.TestCase):
    arguments = None
    elf = None

    @classmethod
    def setUpClass(cls):
        work = pathlib.Path(cls.arguments.work)
        work.mkdir(parents=True, exist_ok=True)
        built = qemu.build(work / "cortex-m4", "cortex-m4", "MinSizeRel", ["watthour-meter.elf"])
        cls.elf = built / "firmware" / "watthour-meter.elf"

    def tool(self, name, *arguments):
        command = [str(pathlib.Path(self.arguments.bin) / name), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return done.stdout

    def image(self, name, *arguments):
        path = pathlib.Path(self.arguments.work) / f"{name}.img"
        self.tool("watthour-image", *arguments, path)
        return path

    def on_host(self, image, *block):
        return self.tool("watthour-replay", image, *block).splitlines()

    def on_target(self, image, status=0):
        run = qemu.run(self.elf, image)
        self.assertEqual(run.status, status, run.text[-300:])
        return run.text.splitlines()

    def both(self, image, windows):
        """Measure on both, compare every line, and return the lines as objects."""
        host = self.on_host(image)
        target = self.on_target(image)
        machine = json.loads(target.pop())
        self.assertEqual(machine["dropped"], 0)
        self.assertLess(machine["stack_bytes"], 4096)
        self.assertEqual(len(target), len(host))
        for mine, theirs in zip(target, host):
            self.assertEqual(mine, theirs)
        for block in BLOCKS:
            self.assertEqual(self.on_host(image, block), host, f"blocks of {block}")
        lines = [json.loads(line) for line in host]
        *_, measured, kept, restored = lines
        self.assertGreaterEqual(measured["windows"], windows)
        for sums in ("sum_p_uws", "sum_q1_uvars", "sum_s_uvas"):
            self.assertNotEqual(measured[sums][0], 0)
        self.check_restored(lines, kept, restored)
        return lines

    def check_restored(self, lines, kept, restored):
        """Power failed and came back: registers and records are as they were, and the outage is told."""
        for name in ("mwh", "rest_uws"):
            self.assertEqual(kept[name], self.registers(lines, TOTAL, name))
            self.assertEqual(restored[name], kept[name])
        self.assertEqual(restored["records"], kept["records"])
        self.assertEqual(kept["records"][:6], RECORDS)
        self.assertEqual((kept["outages"], restored["outages"]), (0, 1))
        self.assertEqual([line[name] for line in (kept, restored) for name in ("lost", "store_err")], [0] * 4)
        self.assertNotEqual(restored["flash_crc32"], kept["flash_crc32"])

    @staticmethod
    def registers(lines, place, name="mwh"):
        return next(line[name] for line in lines if line.get("place") == place)

    def test_a_house_whose_roof_exports(self):
        lines = self.both(self.image("export", "--seconds", 6, "--skip", 60, "--solar", 12000, "house"), 27)
        self.assertGreater(self.registers(lines, TOTAL)[EXPORT], 0)
        self.assertTrue(all(line["locked"] for line in lines if line.get("window", 0) > 5))

    def test_a_house_that_imports(self):
        lines = self.both(self.image("import", "--seconds", 4, "--skip", 60, "--solar", 0, "house"), 18)
        self.assertGreater(self.registers(lines, TOTAL)[IMPORT], 0)
        self.assertEqual(self.registers(lines, TOTAL)[EXPORT], 0)

    def test_harmonics_in_the_mains(self):
        lines = self.both(self.image("harmonic", "--harmonic", 5, "house"), 18)
        self.assertGreater(lines[17]["thd_u_ppm"][0], 50000)

    def test_a_frequency_far_from_nominal(self):
        for hertz in (43.2, 56.9):
            with self.subTest(hertz=hertz):
                lines = self.both(self.image("frequency", "--frequency", hertz, "house"), 15)
                self.assertAlmostEqual(lines[12]["f_uhz"] / 1e6, hertz, delta=0.1)

    def test_a_noisy_converter(self):
        self.both(self.image("noise", "--snr", 60, "house"), 18)

    def test_a_dip_and_an_interruption(self):
        for residual in (0.4, 0.0):
            with self.subTest(residual=residual):
                self.both(self.image("dip", "--dip", residual, "house"), 15)

    def test_recordings(self):
        waves = pathlib.Path(self.arguments.shared) / "data" / "waves"
        recordings = [(waves / "csv" / "keating_1999.csv", 400), (waves / "plaid" / "cls08_0.csv", 120)]
        for recording, amperes in recordings:
            if not recording.exists():
                print(f"skipped: {recording.name} measured in QEMU: the recordings are not here", flush=True)
                continue
            with self.subTest(recording=recording.name):
                image = self.image(recording.stem, "--amperes", amperes, "--seconds", 1.5, recording)
                self.both(image, 5)

    def test_one_other_code_makes_another_report(self):
        """The comparison can fail: one bit of one sample is enough."""
        image = self.image("whole", "--seconds", 1, "house")
        data = bytearray(image.read_bytes())
        place = HEADER_SIZE + 4000 * SET_SIZE + 12  # current of the first phase
        code, = struct.unpack_from("<i", data, place)
        struct.pack_into("<i", data, place, code ^ 0x800)
        damaged = image.with_name("damaged.img")
        damaged.write_bytes(data)
        self.assertNotEqual(self.on_host(image), self.on_target(damaged)[:-1])

    def test_a_meter_that_is_too_slow_says_so(self):
        """A set every 10 us, measured one at a time: more than the core can do."""
        image = self.image("slow", "--seconds", 0.5, "--report", 0, "--block", 1, "house")
        data = image.read_bytes()
        image.write_bytes(data[:12] + struct.pack("<I", 100_000_000) + data[16:])
        machine = json.loads(self.on_target(image, 3)[-1])
        self.assertGreater(machine["dropped"], 0)

    def test_what_is_not_an_image_is_refused(self):
        image = self.image("refused", "--seconds", 1, "house")
        data = image.read_bytes()
        for name, bad, status in (("magic", b"X" + data[1:], 1),
                                  ("block", data[:8] + b"\0\0" + data[10:], 1),
                                  ("count", data[:4] + b"\xff\xff\xff\x7f" + data[8:], 1),
                                  ("phases", data[:20] + b"\x04" + data[21:], 2),
                                  ("two windows in a block", data[:8] + b"\x80\0" + data[10:12]
                                   + struct.pack("<I", 1_200_000) + data[16:], 2)):
            with self.subTest(name=name):
                path = image.with_name(f"bad_{name}.img")
                path.write_bytes(bad)
                self.assertEqual(self.on_target(path, status), [])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--shared", default=str(ROOT.parent / "shared"))
    arguments, rest = parser.parse_known_args()
    lacking = qemu.missing()
    if lacking:
        print(f"skipped: the firmware in QEMU: {lacking}")
        sys.exit(qemu.SKIPPED)
    FirmwareTest.arguments = arguments
    unittest.main(argv=[sys.argv[0], *rest])


main()
