#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of docs/one-watt-hour.md is what the program prints.

usage: test_watt_hour.py PROGRAM PAGE            compares
       test_watt_hour.py PROGRAM PAGE --write    writes the table into the page
"""
import pathlib
import subprocess
import sys

BEGIN = "| station | what | value |\n|---|---|---:|\n"
END = "<!-- end of the table -->"

program, page = sys.argv[1], pathlib.Path(sys.argv[2])
rows = subprocess.run([program], check=True, capture_output=True, text=True, timeout=100).stdout
text = page.read_text(encoding="utf-8")
before, rest = text.split(BEGIN, 1)
old, after = rest.split(END, 1)
if "--write" in sys.argv:
    page.write_text(before + BEGIN + rows + END + after, encoding="utf-8")
elif old != rows:
    sys.exit(f"{page} says:\n{old}\nthe meter says:\n{rows}\nwrite it anew: {sys.argv[0]} PROGRAM PAGE --write")
print("the page agrees")
