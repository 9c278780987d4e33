#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""watthour simulate: weeks of a meter as a page, as JSON, with bills and a store; and bad options."""
import json
import os
import subprocess
import tempfile
import unittest

WATTHOUR = os.path.join(os.environ["WH_BIN"], "watthour")
QUICK = ["--days", "33", "--step", "900"]
SERIES = (",GC,GG\n2024-03-01 00:00:00,0.5,0.0\n2024-03-01 00:30:00,0.25,1.0\n"
          "2024-03-01 02:00:00,2.0,0.0\n")


def simulate(*arguments, cwd=None):
    return subprocess.run([WATTHOUR, "simulate", *arguments], capture_output=True, text=True,
                          timeout=240, cwd=cwd, check=False)


def kwh(uws):
    return uws / 3.6e12


class Simulate(unittest.TestCase):
    def test_a_page_says_that_all_holds(self):
        done = simulate("--year", "--seed", "7", *QUICK)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for part in ("seed 7, munich, 2026-01-01 00:00 to 2026-02-03 00:00", "all holds: ",
                     "import kWh", "bills", "outage", "load profile 1", "flash: "):
            self.assertIn(part, done.stdout)

    def test_json_adds_up(self):
        done = simulate("--year", "--seed", "7", "--json", *QUICK)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        year = json.loads(done.stdout)
        self.assertTrue(year["holds"])
        self.assertEqual(year["import_uws"][0], sum(year["import_uws"][1:]))
        self.assertEqual(year["export_uws"][0], sum(year["export_uws"][1:]))
        self.assertEqual(year["import_uws"][0], sum(m["import_uws"] for m in year["months"]))
        self.assertEqual([m["month"] for m in year["months"]], [1, 2])
        self.assertEqual(year["records"]["billing"], 1)
        self.assertGreater(year["comparisons"], year["steps"])

    def test_many_seeds_are_a_line_each_and_the_same_every_time(self):
        first = simulate("--year", "--seeds", "3..5", "--days", "9", "--step", "900")
        self.assertEqual((first.returncode, first.stderr), (0, ""))
        lines = first.stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["3", "4", "5"])
        self.assertTrue(all(line.endswith("holds") for line in lines))
        again = simulate("--year", "--seeds", "3..5", "--days", "9", "--step", "900")
        self.assertEqual(again.stdout, first.stdout)
        many = json.loads(simulate("--year", "--seeds", "3..4", "--days", "2", "--json").stdout)
        self.assertEqual([year["seed"] for year in many], [3, 4])

    def test_a_series_is_counted_exactly_and_its_gap_is_an_outage(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "s.csv"), "w", encoding="utf-8") as file:
                file.write(SERIES)
            def run(part):
                done = simulate("--year", "--series", "s.csv", "--part", part, "--tariff", "flat",
                                "--demand", "30", "--json", cwd=folder)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                return json.loads(done.stdout)
            net = run("net")
            self.assertAlmostEqual(kwh(net["import_uws"][0]), 1.25, places=9)
            self.assertAlmostEqual(kwh(net["export_uws"][0]), 0.375, places=9)
            self.assertEqual(net["outage_ms"], 3600000)
            self.assertEqual(net["actions"]["outage"]["times"], 1)
            load = run("load")
            self.assertAlmostEqual(kwh(load["import_uws"][0]), 1.375, places=9)
            self.assertEqual(load["import_uws"][0], load["import_uws"][1])
            self.assertEqual(kwh(run("solar")["export_uws"][0]), 0.5)

    def test_bills_are_written_and_can_be_verified(self):
        with tempfile.TemporaryDirectory() as folder:
            keys = subprocess.run([WATTHOUR, "keys", "new", "--out", "m.key"], cwd=folder,
                                  capture_output=True, timeout=60, check=False)
            self.assertEqual(keys.returncode, 0)
            done = simulate("--year", "--seed", "2", "--days", "62", "--step", "900", "--bills",
                            "bills", "--key", "m.key", "--store", "flash.img", cwd=folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            bills = sorted(os.listdir(os.path.join(folder, "bills")))
            bills = [name for name in bills if name.endswith(".json")]
            self.assertEqual(len(bills), 2)
            verified = subprocess.run(
                [WATTHOUR, "verify", *(os.path.join("bills", name) for name in bills), "--key",
                 "m.pub"], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((verified.returncode, verified.stderr), (0, ""))
            self.assertEqual(os.path.getsize(os.path.join(folder, "flash.img")), 1 << 20)
            again = simulate("--year", "--store", "flash.img", cwd=folder)
            self.assertEqual(again.returncode, 2)
            self.assertIn("flash.img is there already", again.stderr)

    def test_what_is_wrong_is_said_in_one_line(self):
        for arguments, says in (
                ([], "say --year"),
                (["--year", "--seed", "x"], "'x' is not a value of --seed"),
                (["--year", "--seeds", "5..4"], "'5..4' is not a value of --seeds"),
                (["--year", "--step", "7"], "'7' is not a value of --step"),
                (["--year", "--place", "atlantis"], "'atlantis' is not a value of --place"),
                (["--year", "--tariff", "free"], "'free' is not a value of --tariff"),
                (["--year", "--demand", "45"], "'45' is not a value of --demand"),
                (["--year", "--bills", "b"], "--bills and --key go together"),
                (["--year", "--seeds", "1..2", "--store", "s"], "for one year"),
                (["--year", "--series", "/nowhere.csv"], "/nowhere.csv: "),
                (["--year", "--bills", "b", "--key", "/nowhere.key"], "/nowhere.key"),
                (["--year", "--colour"], "--colour: no such option"),
                (["--year", "now"], "'now' is too much")):
            done = simulate(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stdout, "", arguments)
            self.assertIn(says, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_series_with_an_error_is_named_with_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "s.csv"), "w", encoding="utf-8") as file:
                file.write(SERIES + "2024-03-01 02:30:00,two,0.0\n")
            done = simulate("--year", "--series", "s.csv", cwd=folder)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stderr,
                             "watthour simulate: s.csv:5: not a number below 100000: 'two'\n")

    def test_help_ends_in_examples(self):
        done = simulate("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("examples:\n  watthour simulate --year --seed 7\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
