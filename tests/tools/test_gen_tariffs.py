#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "gen_tariffs.py"
HOURS = "table,months,days,rate1,rate2,rate3,rate4,rate5,source\n"
HOLIDAYS = "set,name,year,first,last\n"
DAYS_OFF = HOLIDAYS + "xx,new-year,2026,01-01,01-02\n"
ALL = "t,1-12,all,,,rest,,,us\n"

# (rows of hours, holidays, what is said)
WRONG = [
    ("t,1-12,all,,,rest,,us\n", DAYS_OFF, "hours.csv:2: 8 fields"),
    ("", DAYS_OFF, "hours.csv:1: no rows"),
    (ALL, HOLIDAYS, "holidays.csv:1: no rows"),
    (ALL, HOLIDAYS + "xx,n,2026,02-29,02-29\n", "holidays.csv:2: "),
    (ALL, HOLIDAYS + "xx,n,2026,02-02,02-01\n", "ends before it begins"),
    ("t,0-12,all,,,rest,,,us\n", DAYS_OFF, "months '0-12'"),
    ("t,12-1,all,,,rest,,,us\n", DAYS_OFF, "months '12-1'"),
    ("t,1-11,all,,,rest,,,us\n", DAYS_OFF, "leaves some months out"),
    (ALL + "t,3,all,,,rest,,,us\n", DAYS_OFF, "hours.csv:3: a month has its hours already"),
    ("t,1-12,all,08-09,,,,,us\n", DAYS_OFF, "leave some of the day out"),
    ("t,1-12,all,08-09,08:30-10,rest,,,us\n", DAYS_OFF, "rates 1 and 2 overlap"),
    ("t,1-12,all,08:15-09,,rest,,,us\n", DAYS_OFF, "'08:15' is not on a half hour"),
    ("t,1-12,all,08-24:30,,rest,,,us\n", DAYS_OFF, "after midnight"),
    ("t,1-12,all,08-08,,rest,,,us\n", DAYS_OFF, "hours '08-08'"),
    ("t,1-12,all,08,,rest,,,us\n", DAYS_OFF, "hours '08'"),
    ("t,1-12,all,,rest,rest,,,us\n", DAYS_OFF, "'rest' is for one rate"),
    (ALL + "t,1-12,rest,,,rest,,,us\n", DAYS_OFF, "'rest' is for one rate"),
    (ALL + "t,1-12,yy,08-09,,,,,us\n", DAYS_OFF, "no holidays 'yy'"),
    (ALL + "t,1-12,xx:easter,08-09,,,,,us\n", DAYS_OFF, "no holidays 'xx:easter'"),
    (ALL + "t,1-12,,08-09,,,,,us\n", DAYS_OFF, "days ''"),
    ("".join(f"t,{m},all,{m:02}-{m + 1:02},,rest,,,us\n" for m in range(1, 13)), DAYS_OFF,
     "12 day tables, more than 8"),
    ("t,1-12,all," + " ".join(f"{h:02}-{h:02}:30" for h in range(24)) + ",,rest,,,us\n", DAYS_OFF,
     "48 periods a day, more than 14"),
]


class GenTariffs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def generate(self, hours, holidays):
        """Exit status, what is said, what is written."""
        paths = [self.folder / name for name in ("hours.csv", "holidays.csv", "rows.h")]
        paths[0].write_text(HOURS + hours, encoding="utf-8")
        paths[1].write_text(holidays, encoding="utf-8")
        result = subprocess.run([sys.executable, "-B", str(SCRIPT), *map(str, paths)],
                                capture_output=True, text=True, check=False)
        written = paths[2].read_text(encoding="ascii") if paths[2].exists() else ""
        return result.returncode, result.stderr, written

    def test_what_is_wrong_is_told_and_nothing_is_written(self):
        for hours, holidays, said in WRONG:
            with self.subTest(said):
                status, stderr, written = self.generate(hours, holidays)
                self.assertEqual((status, written), (1, ""))
                self.assertIn(said, stderr)
                self.assertNotIn("Traceback", stderr)

    def test_hours_become_seasons_days_and_holidays(self):
        hours = ("t,6-8,all,12-14,,rest,,,one\nt,12 1-5 9-11,all,,,rest,,,one\n"
                 "t,1-12,rest,,,,00-24,,two\nt,1,xx,,,,,23:30-00:30,two\n")
        status, stderr, written = self.generate(hours, DAYS_OFF)
        self.assertEqual((status, stderr), (0, ""))
        for text in (".name = \"t\"", ".source = \"one, two\"", ".rates = 5",
                     "{6, 1, {{1, 1, 1, 1, 1, 2, 2}}}", "{9, 1, {{3, 3, 3, 3, 3, 2, 2}}}",
                     "{3, {{0, 3}, {720, 1}, {840, 3}}}", "{1, {{0, 4}}}",
                     "{3, {{0, 5}, {30, 3}, {1410, 5}}}", "{2026, 1, 1, 4}", "{2026, 1, 2, 4}"):
            self.assertIn(text, written)


if __name__ == "__main__":
    unittest.main()
