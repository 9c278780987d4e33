#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the C table of units from data/units.csv: gen_units.py units.csv unit_table.h"""
import sys

from csv_table import fail, read_rows

COLUMNS = ["code", "symbol", "quantity"]


def check(path, line, row, last):
    if not row["code"].isascii() or not row["code"].isdigit() or int(row["code"]) > 255:
        fail(path, line, f"code '{row['code']}' is not a number from 0 to 255")
    if int(row["code"]) <= last:
        fail(path, line, f"code {row['code']} does not ascend")
    if not row["quantity"]:
        fail(path, line, "no quantity")


def read_units(path):
    """The rows of the table, checked."""
    units = []
    last = -1
    for line, row in read_rows(path, COLUMNS):
        check(path, line, row, last)
        last = int(row["code"])
        units.append(row)
    return units


def quote(text):
    """A C string literal. Bytes beyond ASCII as octal, which ends after three digits."""
    out = ""
    for byte in text.encode("utf-8"):
        if byte in b'"\\':
            out += "\\" + chr(byte)
        elif 32 <= byte < 127:
            out += chr(byte)
        else:
            out += f"\\{byte:03o}"
    return f'"{out}"'


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: gen_units.py units.csv unit_table.h")
    units = read_units(sys.argv[1])
    with open(sys.argv[2], "w", encoding="ascii", newline="\n") as file:
        file.write("/* Generated from data/units.csv by tools/gen_units.py. */\n")
        file.write("static const wh_unit unit_table[] = {\n")
        for unit in units:
            symbol, quantity = quote(unit["symbol"]), quote(unit["quantity"])
            file.write(f"    {{{unit['code']}, {symbol}, {quantity}}},\n")
        file.write("};\n")


if __name__ == "__main__":
    main()
