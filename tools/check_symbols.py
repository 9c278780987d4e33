#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail where a portable library needs, exports or keeps what it may not.

usage: check_symbols.py [--objdump OBJDUMP] [--no-float] ARCHIVE...

  needs    only symbols with the prefix wh_, the memory and string functions below, and what the
           compiler itself calls (wide division, sanitizers); so no heap, no stdio, no libm, no OS
  exports  only symbols with the prefix wh_
  keeps    no writable static data: nothing in .data or .bss (constant tables with addresses in
           them, .data.rel.ro, are constant)

--no-float refuses the compiler's floating point routines as well (on a core without a double unit
that is every double operation): for libraries in which nothing may be rounded by a float.
"""
import argparse
import pathlib
import re
import subprocess

import check_tree

PREFIX = "wh_"
NEEDS = re.compile(
    r"(mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp|chr|rchr)"
    r"|_GLOBAL_OFFSET_TABLE_"
    r"|__u?(div|mod|divmod|mul|ashl|ashr|lshr|clz|ctz|ffs|popcount)[sdt]i[234]"
    r"|__aeabi_\w+"
    r"|__(asan|ubsan|tsan|sanitizer|stack_chk|gcov)_\w+)$")
FLOAT_ROUTINE = re.compile(
    r"__aeabi_(c?[df](add|sub|rsub|mul|div|cmp|2)\w*|\w+2[df])$"
    r"|__((add|sub|mul|div|neg|cmp|eq|ne|lt|le|gt|ge|unord|fix|fixuns|extend|trunc)[sdtx]f\w*"
    r"|float(un)?[sdt]i[sdtx]f)$")
# A line of `objdump -t`: address, seven flag columns (l = local, d = the section itself, O = an
# object), section, size, name.
SYMBOL = re.compile(r"^[0-9a-f]+ (.{7}) (\S+)\s+[0-9a-f]+ (?:\.hidden )?(\S+)$")
WRITABLE = re.compile(r"(\.data|\.bss|\.tdata|\.tbss|\*COM\*)(?!\.rel\.ro)")
OF_THE_COMPILER = re.compile(r"\.|\$|__|asan\.|llvm\.")


def check_symbol(flags, section, name, no_float):
    if section == "*UND*":
        if no_float and FLOAT_ROUTINE.match(name):
            return f"needs {name}: floating point"
        if not name.startswith(PREFIX) and not NEEDS.match(name):
            return f"needs {name}"
        return None
    is_local = flags[0] == "l"
    if WRITABLE.match(section) and "d" not in flags and not OF_THE_COMPILER.match(name):
        return f"keeps writable data: {name} in {section}"
    if not is_local and not name.startswith(PREFIX) and not name.startswith("__"):
        return f"exports {name}"
    return None


def check_archive(objdump, archive, no_float):
    output = subprocess.run([objdump, "-t", str(archive)], capture_output=True, text=True,
                            check=True).stdout
    problems = []
    seen = 0
    for line in output.splitlines():
        match = SYMBOL.match(line)
        if not match:
            continue
        seen += 1
        wrong = check_symbol(*match.groups(), no_float)
        if wrong:
            problems.append(f"{archive.name}: {wrong}")
    return problems, seen


def main():
    parser = argparse.ArgumentParser(description="symbols of portable libraries")
    parser.add_argument("--objdump", default="objdump")
    parser.add_argument("--no-float", action="store_true")
    parser.add_argument("archive", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    problems = []
    seen = 0
    for archive in args.archive:
        more, count = check_archive(args.objdump, archive, args.no_float)
        problems += more
        seen += count
    check_tree.finish("symbols", sorted(set(problems)), seen)


if __name__ == "__main__":
    main()
