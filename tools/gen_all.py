#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make all tables that the portable code includes, for a build other than ours.

usage: gen_all.py DIR      writes the headers into DIR, which is then an include path
"""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Generator, and its arguments: files of the tree, or {dir} for where the headers go.
GENERATORS = (
    ("gen_units.py", "data/units.csv", "{dir}/unit_table.h"),
    ("gen_catalogue.py", "data/catalogue.csv", "{dir}"),
    ("gen_events.py", "data/events.csv", "data/event_layouts.csv", "meter/event/event.h", "{dir}"),
    ("gen_tariffs.py", "data/tariffs/hours.csv", "data/tariffs/holidays.csv", "{dir}/tariff_rows.h"),
)


def argument(text, directory):
    return text.format(dir=directory) if "{dir}" in text else str(ROOT / text)


def main(directory):
    for script, *arguments in GENERATORS:
        subprocess.run([sys.executable, "-B", ROOT / "tools" / script,
                        *(argument(text, directory) for text in arguments)], check=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).resolve())
