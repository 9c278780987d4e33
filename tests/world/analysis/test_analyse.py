#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`watthour analyse` on the recordings with known answers, and on damaged copies of them.

usage: test_analyse.py WATTHOUR WAVES

WAVES is the folder with expected.tsv; without it only own constructions are looked at.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

WATTHOUR = sys.argv[1]
WAVES = pathlib.Path(sys.argv[2])

KEYS = {"f_hz": "f", "cycles": "cycles", "urms_v": "Vrms", "irms_a": "Irms", "p_w": "P",
        "s_va": "S", "pf": "PF", "u1_v": "V1", "i1_a": "I1", "p1_w": "P1", "q1_var": "Q1",
        "thd_u_pct": "THDv", "thd_i_pct": "THDi", "udc_v": "Vdc", "idc_a": "Idc"}
VOLTS = {"urms_v", "u1_v", "udc_v", "p_w", "s_va", "p1_w", "q1_var"}

# The recordings as the recorder wrote them: file, CSV it became, pairs, volts per unit of the CSV.
ORIGINALS = [
    ("keating_1999", "csv/keating_1999.csv", "U1/I1,U2/I2,U3/I3", 1),
    ("gdlp_1", "csv/gdlp_1.csv", "HV Bus VR/HV IR,HV Bus VS/HV IS,HV Bus VT/HV IT", 1),
    ("wisp_2", "csv/wisp_2.csv", "#5/#12,#6/#13,#7/#14", 1000),
    ("wisp_2", "csv/wisp_2.csv",
     "Ua_2СШ-110_ТН_110кВ/Ia_2СШ-110_ВЛ_ВЛ1,Ub_2СШ-110_ТН_110кВ/Ib_2СШ-110_ВЛ_ВЛ1,"
     "Uc_2СШ-110_ТН_110кВ/Ic_2СШ-110_ВЛ_ВЛ1", 1000),
]


def run(*arguments):
    return subprocess.run([WATTHOUR, "analyse", *map(str, arguments)], capture_output=True,
                          check=False, timeout=100)


def analyse(*arguments):
    result = run(*arguments, "--json")
    if result.returncode != 0:
        raise AssertionError(result.stderr.decode(errors="replace"))
    return json.loads(result.stdout)


def read_table(name):
    lines = (WAVES / name).read_text(encoding="utf-8").splitlines()
    keys = lines[0].split("\t")
    return [dict(zip(keys, line.split("\t"))) for line in lines[1:]]


class OnKnownAnswers(unittest.TestCase):
    """The same method as the reference: what differs is rounding, 1e-6 and less."""

    @classmethod
    def setUpClass(cls):
        cls.expected = {}
        for row in read_table("expected.tsv"):
            cls.expected.setdefault(row["file"], []).append(row)
        cls.sequence = {row["file"]: row for row in read_table("expected_sequence.tsv")}
        cls.halves = {}
        for row in read_table("expected_urms_half.tsv"):
            cls.halves.setdefault((row["file"], row["channel"]), []).append(row)

    def compare(self, found, name, volts=1.0, tolerance=1e-7):
        rows = self.expected[name]
        self.assertEqual(len(found["phases"]), len(rows))
        for phase, row in zip(found["phases"], rows):
            for key, column in KEYS.items():
                want = float(row[column]) * (volts if key in VOLTS else 1)
                self.assertAlmostEqual(phase[key] / want, 1, delta=tolerance,
                                       msg=f"{name} {row['phase']} {key}")
        if name in self.sequence:
            want = self.sequence[name]
            self.assertAlmostEqual(found["sequence"]["u2_pct"], float(want["U2/U1_%"]), delta=2e-6)
            self.assertAlmostEqual(found["sequence"]["u0_pct"], float(want["U0/U1_%"]), delta=2e-6)
            self.assertEqual(found["sequence"]["rotation"], want["rotation"])
        else:
            self.assertIsNone(found["sequence"])

    def test_every_csv_is_as_expected(self):
        self.assertGreaterEqual(len(self.expected), 15)
        for name in self.expected:
            found = analyse(WAVES / name)
            self.assertEqual(found["file"], str(WAVES / name))
            self.assertEqual(found["pairs_from"], "header")
            self.assertEqual([p["pair"] for p in found["phases"]],
                             [row["phase"] for row in self.expected[name]])
            self.compare(found, name)

    def test_every_original_is_as_expected(self):
        for stem, name, pairs, volts in ORIGINALS:
            row = self.expected[name][0]
            for extension in ("cfg", "dat"):
                found = analyse(WAVES / "comtrade" / f"{stem}.{extension}", "--pairs", pairs,
                                "--samples", f"{row['n0']}:{row['n1']}")
                self.assertEqual(found["pairs_from"], "option")
                # the CSVs have eight digits; a small DC beside a large voltage shows it
                self.compare(found, name, volts, tolerance=2e-5)

    def test_urms_half_is_as_expected(self):
        for (name, channel), rows in self.halves.items():
            found = analyse(WAVES / name, "--urms-half")
            series = next(s for s in found["urms_half"] if s["channel"] == channel)
            self.assertGreaterEqual(len(series["urms_v"]), len(rows))
            for k, row in enumerate(rows):
                self.assertEqual((series["n_start"][k], series["n_end"][k]),
                                 (int(row["n_start"]), int(row["n_end"])))
                self.assertAlmostEqual(series["urms_v"][k] / float(row["urms"]), 1, delta=1e-6)

    def test_text_says_the_same_as_json(self):
        text = run(WAVES / "csv/keating_1999.csv").stdout.decode()
        for part in ("348.8864 V", "40.6164 kW", "rotation ABC", "L1 = U1 / I1", "16.3462 kvar"):
            self.assertIn(part, text)

    def test_samples_and_periodic_are_options(self):
        found = analyse(WAVES / "plaid/cls03_0.csv", "--samples", "0:500", "--periodic")
        self.compare(found, "plaid/cls03_0.csv")
        found = analyse(WAVES / "plaid/cls03_0.csv", "--samples", "0:500")
        self.compare(found, "plaid/cls03_0.csv")
        result = run(WAVES / "plaid/cls03_0.csv", "--samples", "0:499")
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"needs at least one whole period", result.stderr)


class OnDamagedFiles(unittest.TestCase):
    """Exit status 2, nothing on standard output, one line that names file and line."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def write(self, name, data):
        (self.path / name).write_bytes(data)
        return self.path / name

    def refuse(self, path, where, *arguments):
        result = run(path, *arguments, "--json")
        message = result.stderr.decode()
        self.assertEqual(result.returncode, 2, message)
        self.assertEqual(result.stdout, b"")
        self.assertEqual(message.count("\n"), 1)
        self.assertIn(where, message)

    def comtrade(self, stem, change_cfg=None, change_dat=None):
        cfg = (WAVES / "comtrade" / f"{stem}.cfg").read_bytes()
        dat = (WAVES / "comtrade" / f"{stem}.dat").read_bytes()
        self.write("x.dat", change_dat(dat) if change_dat else dat)
        return self.write("x.cfg", change_cfg(cfg) if change_cfg else cfg)

    def test_csv_cut_short(self):
        data = (WAVES / "csv/keating_1999.csv").read_bytes()
        lines = data.splitlines(keepends=True)
        self.refuse(self.write("x.csv", b""), "x.csv:1")
        self.refuse(self.write("x.csv", b"".join(lines[:3])), "x.csv:3")
        self.refuse(self.write("x.csv", b"".join(lines[:1000])), "x.csv:4: steady=0:2048")
        for cut in range(1, 40):
            self.refuse(self.write("x.csv", data[:-cut]), "x.csv:2054" if cut < 83 else "x.csv:")

    def test_csv_with_nan_and_without_a_channel(self):
        data = (WAVES / "plaid/cls01_0.csv").read_bytes()
        lines = data.splitlines(keepends=True)
        for word in (b"nan", b"NaN", b"inf", b"-", b"", b"1.2.3", b"0x1p3", b"1e400"):
            lines[99] = b"1.5," + word + b"\n"
            self.refuse(self.write("x.csv", b"".join(lines)), "x.csv:100: column 2 (I)")
        lines[99] = b"1.5\n"
        self.refuse(self.write("x.csv", b"".join(lines)), "x.csv:100: 1 values")
        one = b"".join(line if line.startswith(b"#") else line.split(b",")[0] + b"\n"
                       for line in data.splitlines())
        self.refuse(self.write("x.csv", one), "x.csv:")
        self.refuse(self.write("x.csv", data), "x.csv:8: no channel 'I2'", "--pairs", "V/I2")

    def test_comtrade_cut_short(self):
        for stem in ("keating_1999", "gdlp_1", "wisp_2"):
            size = (WAVES / "comtrade" / f"{stem}.dat").stat().st_size
            for cut in (0, 1, size // 3, size // 2, size - 500):
                path = self.comtrade(stem, change_dat=lambda dat, n=cut: dat[:n])
                self.refuse(path, "x.dat:", "--pairs", "#1/#2")
            size = (WAVES / "comtrade" / f"{stem}.cfg").stat().st_size
            for cut in (0, 1, size // 3, size // 2, size - 60):
                path = self.comtrade(stem, change_cfg=lambda cfg, n=cut: cfg[:n])
                self.refuse(path, "x.cfg:", "--pairs", "#1/#2")

    def test_comtrade_with_wrong_counts(self):
        changes = [
            ("keating_1999", b"8,8A,0D", b"7,7A,0D"), ("keating_1999", b"8,8A,0D", b"9,9A,0D"),
            ("keating_1999", b"8,8A,0D", b"9,8A,1D"), ("keating_1999", b"8,8A,0D", b"8,7A,1D"),
            ("keating_1999", b"8,8A,0D", b"80,8A,0D"),
            ("keating_1999", b"140625,2048", b"140625,4096"),
            ("keating_1999", b"140625,2048", b"140625,1000"),
            ("gdlp_1", b"163,23A,140D", b"162,22A,140D"),
            ("gdlp_1", b"163,23A,140D", b"163,24A,139D"),
            ("gdlp_1", b"1200,7200", b"1200,7201"), ("gdlp_1", b"1200,7200", b"1200,99999999"),
            ("wisp_2", b"167,55A,112D", b"166,54A,112D"),
            ("wisp_2", b"167,55A,112D", b"167,56A,111D"),
            ("wisp_2", b"1200,19679", b"1200,29679"), ("wisp_2", b"1200,19679", b"1200,9679"),
        ]
        for stem, old, new in changes:
            path = self.comtrade(stem, change_cfg=lambda cfg, o=old, n=new: cfg.replace(o, n, 1))
            self.refuse(path, "x.cfg:", "--pairs", "#1/#2")

    def test_comtrade_with_nan(self):
        def nan_at(record, channel):
            def change(dat):
                at = record * 118 + 8 + 4 * (channel - 1)
                return dat[:at] + struct.pack("<f", float("nan")) + dat[at + 4:]
            return change
        pairs = ("--pairs", "HV Bus VR/HV IR")
        path = self.comtrade("gdlp_1", change_dat=nan_at(4000, 6))
        self.refuse(path, "x.dat: byte 472000 (sample 4000): channel #6 'HV Bus VR'", *pairs)
        path = self.comtrade("gdlp_1", change_dat=nan_at(4000, 7))
        self.assertEqual(run(path, *pairs).returncode, 0)
        path = self.comtrade("keating_1999",
                             change_dat=lambda dat: dat.replace(b",1651,", b",NaN,", 1))
        self.refuse(path, "x.dat:2: 'NaN'", "--pairs", "U1/I1")
        path = self.comtrade("keating_1999",
                             change_dat=lambda dat: dat.replace(b",1651,", b",99999,", 1))
        self.refuse(path, "x.dat:2: channel #1 'I1'", "--pairs", "U1/I1")

    def test_another_code_page(self):
        text = (WAVES / "comtrade/wisp_2.cfg").read_bytes().decode("cp1251")
        pairs = ORIGINALS[3][2]
        want = analyse(WAVES / "comtrade/wisp_2.cfg", "--pairs", pairs, "--samples", "0:120")
        for page, option in (("cp1251", ()), ("utf-8", ()), ("utf-8-sig", ()), ("utf-16", ()),
                             ("koi8-r", ("--encoding", "KOI8-R")),
                             ("cp866", ("--encoding", "CP866"))):
            path = self.comtrade("wisp_2", change_cfg=lambda _, p=page: text.encode(p))
            found = analyse(path, "--pairs", pairs, "--samples", "0:120", *option)
            self.assertEqual(found["phases"], want["phases"], page)
        path = self.comtrade("wisp_2", change_cfg=lambda _: text.encode("koi8-r"))
        self.refuse(path, "x.cfg:2: no channel", "--pairs", pairs)
        self.assertEqual(analyse(path, "--pairs", "#5/#12", "--samples", "0:120")["phases"][0]
                         ["p_w"], want["phases"][0]["p_w"])

    def test_options_that_do_not_fit(self):
        path = WAVES / "csv/keating_1999.csv"
        for arguments in (("--samples", "0:2049"), ("--samples", "5:5"), ("--samples", "7"),
                          ("--samples", "-1:7"), ("--samples", "0:100"), ("--pairs", "U1"),
                          ("--pairs", "U9/I1"), ("--nominal", "0"), ("--nominal", "fifty"),
                          ("--rate", "nan"), ("--scale", "1,2"), ("--declared", "-230"),
                          ("--no-such-option",), ("--pairs",), (path,), ("--side", "x")):
            result = run(path, *arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)
            self.assertEqual(result.stdout, b"")
        self.assertEqual(run().returncode, 2)
        self.assertEqual(run("no-such-file.csv").returncode, 2)
        page = run("--help")
        self.assertEqual(page.returncode, 0)
        self.assertIn(b"examples:", page.stdout)


class OnOwnFiles(unittest.TestCase):
    def test_silence_is_null_and_never_nan(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x.csv"
            rows = "".join("0,0\n" for _ in range(100))
            path.write_text("# fs_hz=1000\n# f_nom_hz=50\nU,I\n" + rows, encoding="utf-8")
            phase = analyse(path)["phases"][0]
            for key in ("f_hz", "pf", "thd_u_pct", "thd_i_pct"):
                self.assertIsNone(phase[key])
            for key in ("urms_v", "irms_a", "p_w", "q1_var"):
                self.assertEqual(phase[key], 0)
            self.assertNotIn(b"nan", run(path).stdout.lower())

    def test_a_dip_is_found(self):
        import math
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x.csv"
            rows = "".join(
                f"{(0.6 if 2000 <= n < 3000 else 1) * 325 * math.sin(math.pi * n / 50):.6f},1\n"
                for n in range(6000))
            path.write_text("# fs_hz=5000\n# f_nom_hz=50\nU,I\n" + rows, encoding="utf-8")
            events = analyse(path, "--events", "--declared", "230")["events"]
            self.assertEqual(len(events), 1)
            self.assertEqual(events[0]["event"], "dip")
            self.assertAlmostEqual(events[0]["extreme_v"], 0.6 * 325 / 2 ** 0.5, delta=0.01)
            self.assertAlmostEqual(events[0]["start_s"], 0.4, delta=0.02)
            self.assertAlmostEqual(events[0]["duration_s"], 0.2, delta=0.02)


if __name__ == "__main__":
    if not (WAVES / "expected.tsv").is_file():
        print(f"skipped: analyse on recordings with known answers: no {WAVES}/expected.tsv")
        del OnKnownAnswers, OnDamagedFiles
    unittest.main(argv=sys.argv[:1])
