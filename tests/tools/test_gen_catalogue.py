#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "gen_catalogue.py"
HEAD = "name,obis,span,type,unit,scaler,read,write,act,range,get,set,do,source,meaning\n"
GOOD = "power,1-0:16.7.0,meter,int64,W,-3,*,-,-,-,milli,-,-,0,now\n"
MODE = "mode,0-0:96.3.10*132,keeper,uint32,-,0,*,m,-,0..6,mode,mode,-,0,of the switch\n"

# (rows, what is said)
WRONG = [
    (GOOD + GOOD.replace("power", "other"), "items.csv:3: code (1, 16, 7, 0, 255) is that of line 2, too"),
    (GOOD + MODE.replace("mode,0-", "power,0-"), "items.csv:3: name power is that of line 2, too"),
    (GOOD.replace(",now", ""), "items.csv:2: 14 fields instead of 15"),
    (GOOD.replace(",now", ","), "no meaning"),
    (GOOD.replace("1-0:16.7.0", "1-0:16.7"), "'1-0:16.7' is not a code"),
    (GOOD.replace("1-0:16.7.0", "1-0:16.7.256"), "is not a code"),
    (GOOD.replace("1-0:16.7.0", "1-1:16.7.0"), "is not a code"),
    (GOOD.replace("1-0:16.7.0", "2-0:16.7.0"), "is not a code"),
    (GOOD.replace("power", "Power"), "'Power' is no name"),
    (GOOD.replace("power", "p" * 37), "at most 36 characters"),
    (GOOD.replace("power", "load_#_power"), "does not go with span meter"),
    (GOOD.replace("meter", "loads"), "does not go with span loads"),
    (GOOD.replace("meter", "street"), "unknown span 'street'"),
    (GOOD.replace("int64", "float"), "unknown type 'float'"),
    (GOOD.replace(",W,", ",HP,"), "unknown unit 'HP'"),
    (GOOD.replace("-3", "k"), "scaler 'k'"),
    (GOOD.replace("*", "x"), "'x' are no roles"),
    (GOOD.replace("*", "-"), "read: roles and function go together"),
    (MODE.replace(",m,-,", ",-,-,"), "write: roles and function go together"),
    (GOOD.replace(",-,milli", ",1..2,milli"), "a range, but nothing is set"),
    (MODE.replace("0..6", "6..0"), "does not fit into uint32"),
    (MODE.replace("0..6", "-1..6"), "does not fit into uint32"),
    (MODE.replace("0..6", "0..4294967296"), "does not fit into uint32"),
    (MODE.replace("0..6", "0-6"), "'0-6' is no range"),
    ("energy,1-0:1.8.1,rates,uint64,WH,-3,*,-,-,-,energy,-,-,0,by rate\n", "which must begin at 0"),
]


class GenCatalogue(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.table = self.folder / "items.csv"

    def run_script(self, *arguments):
        return subprocess.run([sys.executable, "-B", SCRIPT, *arguments], capture_output=True, text=True)

    def test_what_is_wrong_is_told_with_its_line(self):
        for rows, message in WRONG:
            with self.subTest(message):
                self.table.write_text(HEAD + rows, encoding="utf-8")
                done = self.run_script(self.table, self.folder)
                self.assertEqual(done.returncode, 1)
                self.assertIn(message, done.stderr)

    def test_other_columns_are_told(self):
        self.table.write_text(HEAD.replace("meaning", "what") + GOOD, encoding="utf-8")
        self.assertIn("the columns are not name,obis", self.run_script(self.table, self.folder).stderr)

    def test_rows_are_sorted_by_code_and_doors_are_shared(self):
        other = GOOD.replace("power", "first").replace("1-0:16.7.0", "1-0:1.7.0")
        self.table.write_text(HEAD + GOOD + MODE + other, encoding="utf-8")
        self.assertEqual(self.run_script(self.table, self.folder).returncode, 0)
        text = (self.folder / "catalogue_table.h").read_text(encoding="ascii")
        places = [text.index(code) for code in ("0x60030A84", "0x010700FF", "0x100700FF")]
        self.assertEqual(places, sorted(places))
        self.assertIn("#define ABSTRACT 1U", text)
        self.assertEqual(text.count("wh_catalogue_get_milli"), 1)
        self.assertIn("{INT64_C(0), INT64_C(6)}", text)

    def test_an_old_page_is_told(self):
        page = self.folder / "page.md"
        self.table.write_text(HEAD + "## Power\n" + GOOD, encoding="utf-8")
        self.assertEqual(self.run_script("--page", page, self.table).returncode, 0)
        self.assertEqual(self.run_script("--check", page, self.table).returncode, 0)
        self.assertIn("| `power` | 1-0:16.7.0 |", page.read_text(encoding="utf-8"))
        self.table.write_text(HEAD + "## Power\n" + GOOD.replace("now", "later"), encoding="utf-8")
        done = self.run_script("--check", page, self.table)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not the page of", done.stderr)


unittest.main()
