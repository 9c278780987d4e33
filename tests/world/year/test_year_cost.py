#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A year of one meter with its profiles of 15 minutes takes less than two seconds of one core.

Instructions are counted, not seconds: they are the same on a busy machine. A core of today makes
five thousand millions of them a second of such code and more; the one this was written on, nine."""
import os
import re
import shutil
import subprocess
import sys
import unittest

WATTHOUR = os.path.join(os.environ["WH_BIN"], "watthour")
GOAL = 10.0e9 # instructions in two seconds
SKIPPED = 77


def instructions(days):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", WATTHOUR,
                           "simulate", "--year", "--seed", "3", "--step", "900", "--days", str(days)],
                          capture_output=True, text=True, timeout=600, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


class Cost(unittest.TestCase):
    def test_a_year_by_quarter_hours_takes_less_than_two_seconds(self):
        year = (instructions(60) - instructions(30)) * 365 / 30
        print(f"{year / 1e9:.2f} thousand million instructions a year, with household and oracle")
        self.assertLess(year, GOAL)


if __name__ == "__main__":
    if shutil.which("valgrind") is None:
        print("skipped: instructions are counted by valgrind, which is not here")
        sys.exit(SKIPPED)
    unittest.main()
