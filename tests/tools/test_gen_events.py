#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/gen_events.py says which line of which table is wrong, and the tables have every event of
the State Grid function specification: test_gen_events.py [SHARED]"""
import csv
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools/gen_events.py"
EVENTS, LAYOUTS = ROOT / "data/events.csv", ROOT / "data/event_layouts.csv"
HEADER = ROOT / "meter/event/event.h"
SHARED = None

# Which table, what of it is replaced, by what, and what is said of it.
ROWS = [
    (EVENTS, "number,name,places", "number,names,places", "the columns are not"),
    (EVENTS, "1,under_voltage,phases", "3,under_voltage,phases", "number 3 does not follow 0"),
    (EVENTS, "1,under_voltage,phases", "x,under_voltage,phases", "number 'x' is not a number"),
    (EVENTS, "under_voltage", "low_voltage", "does not have number 1 in event.h"),
    (EVENTS, "under_voltage", "Under voltage", "is not a name"),
    (EVENTS, "under_voltage,phases", "under_voltage,phase", "places 'phase' is none of"),
    (EVENTS, "under_voltage,phases,condition", "under_voltage,phases,state", "sort 'state'"),
    (EVENTS, "60,60,recorded,33", "60,60,often,33", "priority 'often'"),
    (EVENTS, "60,60,recorded,33", "256,60,recorded,33", "delay_s '256'"),
    (EVENTS, "60,60,recorded,33", "60,-1,recorded,33", "recover_s '-1'"),
    (EVENTS, "recorded,33", "recorded,64", "alarm '64'"),
    (EVENTS, "recorded,33", "recorded,32", "alarm 32 is taken by line"),
    (EVENTS, "17 33 49", "17 33", "the report bits do not fit"),
    (EVENTS, "17 33 49", "17 33 50", "the report bits do not fit"),
    (EVENTS, "17 33 49", "16 32 48", "report bit 16 is taken by line"),
    (EVENTS, "17 33 49", "80 96 112", "report bit '96'"),
    (EVENTS, "17 33 49,PHASE_V", "17 33 49,PHASES", "no layout 'PHASES'"),
    (EVENTS, "PHASE_V,10,3,", "PHASE_V,0,3,", "depth '0'"),
    (EVENTS, "PHASE_V,10,3,", "PHASE_V,10,4,", "slot 4 is not 3"),
    (EVENTS, "any,3001", "two,3001", "meters 'two'"),
    (EVENTS, ",3001,11/0302", "", "14 fields instead of 16"),
    (EVENTS, "u < 78[70..90] until 78[70..95] %un", "u is low", "'u is low' is not a term"),
    (EVENTS, "u < 78[70..90] until 78[70..95] %un", "z < 78[70..90] until 78[70..95] %un",
     "no quantity 'z'"),
    (EVENTS, "u < 78[70..90] until 78[70..95] %un", "u < 78[70..90] until 78[70..95] %ux",
     "reference 'ux'"),
    (EVENTS, "u < 78[70..90] until 78[70..95] %un", "u < 69[70..90] until 78[70..95] %un",
     "lies outside its range"),
    (EVENTS, "u < 78[70..90] until 78[70..95] %un", "u < 78[70..90] until 96[70..95] %un",
     "lies outside its range"),
    (EVENTS, "u < 78[70..90] until 78[70..95] %un", "u < 78[70..90] until 77[70..95] %un",
     "recovers before it begins"),
    (EVENTS, "u > 120[110..130] until 120[105..130] %un",
     "u > 120[110..130] until 121[105..130] %un", "recovers before it begins"),
    (EVENTS, "u < 78[70..90] until 78[70..95] %un", "u < 78.123[70..90] until - %un",
     "is not a percentage"),
    (EVENTS, "u < 78[70..90] until 78[70..95] %un", "u < 400[70..400] until - %un",
     "above 327.67"),
    (EVENTS, "u_max < 60[50..80] until 60[50..85] %un", "u < 60[50..80] until 60[50..85] %un",
     "'u' is not known at the places 'total'"),
    (EVENTS, "power_off,none,outage,-", "power_off,none,outage,u0 > 1[1..1] until - %",
     "outage with a condition"),
    (EVENTS, "programming,none,occurrence,-,-,-", "programming,none,occurrence,-,1,1",
     "occurrence with a delay"),
    (EVENTS, "programming,none,occurrence", "programming,phases,occurrence",
     "occurrence with places"),
    (EVENTS, "programming,none,occurrence,-,-,-", "programming,none,input,-,0,0",
     "no input 'programming'"),
    (EVENTS, ",PROG,", ",DMD,", "has an extreme"),
    (LAYOUTS, "layout,number,item", "layout,numbers,item", "the columns are not"),
    (LAYOUTS, "ALLV,5,start,1-0:31.7.0,phase A current", "ALLV,6,start,1-0:31.7.0,phase A current",
     "layout ALLV is not number 5"),
    (LAYOUTS, "ALLV,5,start,1-0:31.7.0", "ALLV,5,middle,1-0:31.7.0", "item 'middle'"),
    (LAYOUTS, "ALLV,5,start,1-0:31.7.0", "ALLV,5,start,1-1:31.7.0", "is no code"),
    (LAYOUTS, "ALLV,5,start,1-0:31.7.0", "ALLV,5,start,1-0:256.7.0", "is no code"),
    (LAYOUTS, "PROG,7,operator,-", "PROG,7,operator,1-0:1.8.0", "operator has no column"),
    (LAYOUTS, "DAYT,12,table,672", "DAYT,12,table,0", "size '0'"),
    (LAYOUTS, "DAYT,12,table,672", "DAYT,12,table,1200", "longer than 1200 bytes"),
    (LAYOUTS, "DAYT,12,operator,-,who\n", "DAYT,12,table,9,x\nDAYT,12,operator,-,who\n",
     "an item after the table"),
    (LAYOUTS, "PROG,7,operator,-,who", "T2,0,operator,-,who", "layout T2 is not number 6"),
]


class GenEvents(unittest.TestCase):
    def generate(self, events=EVENTS, layouts=LAYOUTS, header=HEADER):
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([sys.executable, "-B", TOOL, events, layouts, header, out],
                                  capture_output=True, text=True, check=False)
            return done, {path.name: path.read_text() for path in pathlib.Path(out).iterdir()}

    def test_the_tables_of_the_tree_are_right(self):
        done, files = self.generate()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(sorted(files), ["event_layouts.h", "event_names.h", "event_rows.h"])
        self.assertIn("{WH_EVENT_Q_U, WH_EVENT_OF_UN | WH_EVENT_LESS | WH_EVENT_EACH, 7800, 7000, 9000, "
                      "8500, 7000, 9500},",
                      files["event_rows.h"])

    def test_each_seeded_fault_is_told_with_its_line(self):
        for table, old, new, said in ROWS:
            with self.subTest(new=new), tempfile.TemporaryDirectory() as folder:
                text = table.read_text(encoding="utf-8")
                self.assertIn(old, text)
                bad = pathlib.Path(folder) / table.name
                bad.write_text(text.replace(old, new, 1), encoding="utf-8")
                done, _ = self.generate(**{"events" if table == EVENTS else "layouts": bad})
                self.assertNotEqual(done.returncode, 0)
                line = text[:text.index(old)].count("\n") + 1
                self.assertRegex(done.stderr, rf"^{bad}:({line}|{line + 1}|{line + 2}): ")
                self.assertIn(said, done.stderr)

    def test_a_kind_without_a_row_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            header = pathlib.Path(folder) / "event.h"
            header.write_text(HEADER.read_text(encoding="utf-8").replace(
                "WH_EVENT_KINDS = 67", "WH_EVENT_MORE = 67,\n    WH_EVENT_KINDS = 68"), "utf-8")
            done, _ = self.generate(header=header)
            self.assertIn("WH_EVENT_KINDS is not 67", done.stderr)

    def test_every_event_of_the_function_specification_has_a_row(self):
        facts = SHARED and SHARED / "standards/state-grid/events_cn.csv"
        if not facts or not facts.exists():
            self.skipTest("no standards/state-grid/events_cn.csv beside the tree")
        lines = [line for line in EVENTS.read_text(encoding="utf-8").splitlines()
                 if line and not line.startswith("#")]
        ours = list(csv.DictReader(lines))
        with open(facts, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 46)
        for row in rows:
            with self.subTest(event=row["event"]):
                objects = set(row["oi_698"].strip("()").split(" ")[0].replace("-", "/").split("/"))
                found = [own for own in ours if objects & set(own["oi"].split("/"))]
                self.assertTrue(found)
                self.assertIn(row["active_report_bit"].split(" ")[0].split("/")[0],
                              [own["report"].split(" ")[0] for own in found])
                if row["record"] not in ("-", ""):
                    self.assertIn(row["record"], [own["layout"] for own in found])
                if row["delay_s"] == "60":
                    self.assertEqual({own["delay_s"] for own in found}, {"60"})

    def test_every_record_of_the_standard_has_a_layout_with_as_many_fields(self):
        facts = SHARED and SHARED / "standards/state-grid/dlt645_records.csv"
        if not facts or not facts.exists():
            self.skipTest("no standards/state-grid/dlt645_records.csv beside the tree")
        ours = {}
        for line in LAYOUTS.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                ours.setdefault(line.split(",")[0], []).append(line.split(",")[2])
        theirs = {}
        with open(facts, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                theirs.setdefault(row["record"], []).append(row)
        for name in set(theirs) - {"CNT1", "CNT3", "DMDCNT", "LOADREC"}:  # no records of events
            with self.subTest(record=name):
                self.assertIn(name, ours)
                if name in ("PHASE_V", "PHASE_I", "SEQ", "MCLR", "DCLR", "SG_RELAY", "TSET"):
                    times = ("start", "end", "time")
                    values = [row for row in theirs[name] if row["item_en"] not in times]
                    more = 3 if name.startswith("PHASE") else 0  # reactive power is in two parts
                    self.assertEqual(len(ours[name]), len(values) + more)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        SHARED = pathlib.Path(sys.argv.pop(1))
    unittest.main()
