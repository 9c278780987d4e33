#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write what is generated from data/catalogue.csv: the table in C, or docs/catalogue.md.

usage: gen_catalogue.py catalogue.csv DIR             catalogue_table.h, catalogue_names.h into DIR
       gen_catalogue.py --page FILE catalogue.csv     the page
       gen_catalogue.py --check FILE catalogue.csv    fail where the page is not that of the table
"""
import csv
import pathlib
import re
import sys

COLUMNS = ["name", "obis", "span", "type", "unit", "scaler", "read", "write", "act", "range",
           "get", "set", "do", "source", "meaning"]
TYPES = {"int32": (-2**31, 2**31 - 1), "int64": (-2**63, 2**63 - 1), "uint32": (0, 2**32 - 1),
         "uint64": (0, 2**63 - 1), "octets": (0, 4096), "text": (0, 4096),
         "time": (-2**63, 2**63 - 1), "none": None}
ROLES = "prmt"
ROLE_NAMES = {"p": "public", "r": "reader", "m": "manager", "t": "terminal"}
SPANS = {"meter": "", "neutral": "neutral", "phase_1": "L1", "phase_2": "L2", "phase_3": "L3",
         "phases": "phases", "places": "total, phases", "energy": "total, rates, phases", "keeper": "", "kept": "total, phases",
         "rates": "total, rates", "demand": "C 1 to 10, rates", "loads": "loads 1 to 16", "limiters": "limiters 1 to 4",
         "credits": "credits 1 to 4", "charges": "charges 1 to 6", "records": "recorders 1 to 24",
         "kinds": "kinds 0 to 66", "slots": "slots 0 to 90"}
NUMBERED = {"demand", "loads", "limiters", "credits", "charges", "records", "kinds", "slots"}  # spans whose instances have a number or word in their names
BY_E = {"energy", "rates", "demand", "limiters", "credits", "charges", "records", "kinds", "slots"}  # spans whose instances differ in value group E
OBIS = re.compile(r"(\d+)-(\d+):(\d+)\.(\d+)\.(\d+)(?:\*(\d+))?$")
SYMBOLS = {"W": "W", "VA": "VA", "VAR": "var", "WH": "Wh", "VAH": "VAh", "VARH": "varh", "A": "A", "AH": "Ah", "V": "V",
           "HZ": "Hz", "PERCENT": "%", "DEGREE": "°", "SECOND": "s", "MINUTE": "min", "CURRENCY": "currency"}


def fail(path, line, what):
    sys.exit(f"{path}:{line}: {what}")


class Row:
    """A line of the table, checked."""

    def __init__(self, path, line, fields, heading):
        if len(fields) != len(COLUMNS):
            fail(path, line, f"{len(fields)} fields instead of {len(COLUMNS)}")
        self.at = (path, line)
        self.heading = heading
        for column, field in zip(COLUMNS, fields):
            setattr(self, column, field)
        self.check_code()
        self.check_words()
        self.access = tuple(self.mask(text) for text in (self.read, self.write, self.act))
        self.limits = self.parse_range()
        self.check_doors()

    def check_code(self):
        match = OBIS.match(self.obis)
        groups = [int(group or 255) for group in match.groups()] if match else [256]
        if max(groups) > 255 or groups[0] > 1 or groups[1] != 0:
            fail(*self.at, f"'{self.obis}' is not a code of the meter with B 0")
        self.code = (groups[0], *groups[2:])

    def check_words(self):
        if not re.fullmatch(r"[a-z][a-z0-9_]*(#(_[a-z0-9_]+)?)?", self.name) or len(self.name) > 36:
            fail(*self.at, f"'{self.name}' is no name of at most 36 characters")
        if ("#" in self.name) != (self.span in NUMBERED):
            fail(*self.at, f"a '#' in '{self.name}', or none, does not go with span {self.span}")
        if self.span not in SPANS:
            fail(*self.at, f"unknown span '{self.span}'")
        if self.span in BY_E and self.code[3] != 0:
            fail(*self.at, f"span {self.span} is by value group E, which must begin at 0")
        if self.type not in TYPES:
            fail(*self.at, f"unknown type '{self.type}'")
        if self.unit not in SYMBOLS and self.unit != "-":
            fail(*self.at, f"unknown unit '{self.unit}'")
        if not re.fullmatch(r"-?\d", self.scaler):
            fail(*self.at, f"scaler '{self.scaler}' is not a digit")
        if not self.meaning:
            fail(*self.at, "no meaning")

    def mask(self, text):
        if text == "*":
            return 2 ** len(ROLES) - 1
        if text != "-" and (not text or any(role not in ROLES for role in text)):
            fail(*self.at, f"'{text}' are no roles")
        return sum(1 << ROLES.index(role) for role in text if role != "-")

    def parse_range(self):
        if self.range == "-":
            return None
        match = re.fullmatch(r"(-?\d+)\.\.(-?\d+)", self.range)
        if not match:
            fail(*self.at, f"'{self.range}' is no range")
        limits = tuple(map(int, match.groups()))
        held = TYPES[self.type]
        if held is None or not held[0] <= limits[0] <= limits[1] <= held[1]:
            fail(*self.at, f"{self.range} does not fit into {self.type}")
        return limits

    def check_doors(self):
        for mask, door, what in zip(self.access, (self.get, self.set, self.do), ("read", "write", "act")):
            if (mask != 0) != (door != "-"):
                fail(*self.at, f"{what}: roles and function go together")
        if self.limits and self.set == "-" and self.do == "-":
            fail(*self.at, "a range, but nothing is set")




def read_table(path):
    """The rows of the file in its order, and what stands before it as text of the page."""
    rows = []
    heading = columns = None
    with open(path, encoding="utf-8", newline="") as file:
        for line, text in enumerate(file, 1):
            if text.startswith("## "):
                heading = text[3:].strip()
            if text.startswith("#") or not text.strip():
                continue
            fields = next(csv.reader([text]))
            if columns is None:
                columns = fields
                if columns != COLUMNS:
                    fail(path, line, f"the columns are not {','.join(COLUMNS)}")
            else:
                rows.append(Row(path, line, fields, heading))
    for attribute in ("name", "code"):
        seen = {}
        for row in rows:
            value = getattr(row, attribute)
            if value in seen:
                fail(*row.at, f"{attribute} {value} is that of line {seen[value]}, too")
            seen[value] = row.at[1]
    return rows


# ---- the table in C ----

def index_of(items, item):
    if item not in items:
        items.append(item)
    return items.index(item)


def door_name(verb, name):
    return f"wh_catalogue_{verb}_{name}" if name != "-" else "NULL"


def number(value):
    return "INT64_MIN" if value == -2**63 else f"INT64_C({value})"


def write_table(rows, folder):
    doors, accesses, ranges = [], [], [None]
    names = ""
    lines = []
    for row in sorted(rows, key=lambda row: row.code):
        door = index_of(doors, (row.get, row.set, row.do))
        access = index_of(accesses, row.access)
        limits = index_of(ranges, row.limits)
        unit = "NONE" if row.unit == "-" else row.unit
        code = "0x" + "".join(f"{group:02X}" for group in row.code[1:])
        lines.append(
            f"    {{.name = {len(names)}, .code = {code}, .medium = {row.code[0]}, .span = WH_SPAN_{row.span.upper()}, "
            f".type = WH_VALUE_{row.type.upper()}, .unit = WH_UNIT_{unit}, .scaler = {row.scaler}, "
            f".door = {door}, .access = {access}, .range = {limits}, .source = (uint16_t)({row.source})}},\n")
        names += row.name + "\0"
    if max(len(doors), len(accesses), len(ranges)) > 256 or len(names) > 65535:
        sys.exit("the table is larger than its indices")
    head = "/* Generated from data/catalogue.csv by tools/gen_catalogue.py. */\n"
    with open(folder / "catalogue_table.h", "w", encoding="ascii", newline="\n") as file:
        file.write(head + "static const wh_item ITEMS[] = {\n" + "".join(lines) + "};\n")
        for source in dict.fromkeys(row.source for row in rows):
            file.write(f'_Static_assert(({source}) <= UINT16_MAX, "too far into its struct");\n')
        abstract = sum(1 for row in rows if row.code[0] == 0)
        file.write(f"#define ABSTRACT {abstract}U /* rows of medium 0; then those of electricity */\n")
        file.write("static const wh_item_door DOORS[] = {\n")
        for door in doors:
            file.write("    {" + ", ".join(door_name(*pair) for pair in zip(("get", "set", "act"), door)) + "},\n")
        file.write("};\nstatic const wh_item_access ACCESSES[] = {\n")
        for access in accesses:
            file.write("    {" + ", ".join(map(str, access)) + "},\n")
        file.write("};\nstatic const wh_item_range RANGES[] = {\n    {0, 0},\n")
        for limits in ranges[1:]:
            file.write("    {" + ", ".join(map(number, limits)) + "},\n")
        file.write("};\n")
    with open(folder / "catalogue_names.h", "w", encoding="ascii", newline="\n") as file:
        file.write(head + "static const char NAMES[] = {\n") # one string would be longer than C allows
        for name in names.split("\0")[:-1]:
            file.write("    " + "".join(f"'{letter}', " for letter in name) + "0,\n")
        file.write("};\n")


# ---- the page ----

PAGE = """# The catalogue

Every item of the meter that can be read, written or executed. Each protocol and the JSON names are driven by this
table; how a name and a code are made of a row and its instances stands in `meter/catalogue.h`. Who may: p public,
r reader, m manager, t user terminal. The range is that of what is set, of octets and text their length.

This page is generated from `data/catalogue.csv` by `tools/gen_catalogue.py --page`; do not edit it.
"""


def roles(mask):
    return "".join(role for bit, role in enumerate(ROLES) if mask >> bit & 1)


def value_of(row):
    if row.type in ("octets", "text", "time", "none"):
        return row.type if row.type != "none" else ""
    scale = f"10^{row.scaler} " if row.scaler != "0" else ""
    return f"{row.type}, {scale}{SYMBOLS.get(row.unit, '')}".rstrip(", ")


def page(rows):
    out = [PAGE]
    heading = None
    for row in rows:
        if row.heading != heading:
            heading = row.heading
            out.append(f"\n## {heading}\n\n| name | OBIS | instances | value | reads | writes | acts | range | what it is |\n"
                       "|---|---|---|---|---|---|---|---|---|\n")
        limits = f"{row.limits[0]} to {row.limits[1]}" if row.limits else ""
        cells = [f"`{row.name}`", row.obis.replace("*", "\\*"), SPANS[row.span], value_of(row), *map(roles, row.access), limits,
                 row.meaning.replace("|", "\\|")]
        out.append("| " + " | ".join(cells) + " |\n")
    return "".join(out)


def main():
    arguments = sys.argv[1:]
    option = arguments.pop(0) if arguments and arguments[0].startswith("--") else None
    if len(arguments) != 2 or option not in (None, "--page", "--check"):
        sys.exit(__doc__)
    if option is None:
        write_table(read_table(arguments[0]), pathlib.Path(arguments[1]))
        return
    file, text = pathlib.Path(arguments[0]), page(read_table(arguments[1]))
    if option == "--page":
        file.write_text(text, encoding="utf-8")
    elif file.read_text(encoding="utf-8") != text:
        sys.exit(f"{file}: not the page of {arguments[1]}: run tools/gen_catalogue.py --page {file} {arguments[1]}")


if __name__ == "__main__":
    main()
