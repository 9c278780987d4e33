#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail where a file of the tree breaks a rule of the house that can be read off its text.

usage: check_files.py [ROOT]

  every source      has its SPDX line near the top, no note of work left undone, at most 600 lines
  names             of C and Python files are unique: `find . -name reader.c` finds one. Only main.c
                    may stand in every program's folder
  headers           have an include guard, WH_..._H, of their own
  what is billed    (core, meter/metrology, meter/register) knows no floating point, not even in a
                    constant: the same samples give the same bits on every machine
  portable folders  have at most 6 conditionals (#if and its kin) per 1000 lines, include guards
                    not counted: features are chosen by linking
"""
import collections
import re

import check_tree

SOURCES = (".c", ".h", ".py", ".sh", ".S", ".ld")
TEXTS = SOURCES + (".md", ".txt", ".cmake", ".yaml", ".yml", ".json")
LINES_MAX = 600
CONDITIONALS_PER_1000 = 6
NO_FLOAT = ("core", "meter/metrology", "meter/register")

SPDX = "SPDX-License-Identifier: Apache-2.0"
# Written in two halves, so that this file passes its own check.
UNDONE = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|TB" r"D)\b")
FLOAT = re.compile(
    r"\b(?:float|double|_Complex|float_t|double_t)\b"
    r"|(?<![\w.])(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?[fFlL]?"
    r"|(?<![\w.])\d+[eE][+-]?\d+[fFlL]?\b"
    r"|\b0[xX][\da-fA-F.]+[pP][+-]?\d+")
CONDITIONAL = re.compile(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b", re.M)
GUARD = re.compile(r"^\s*#[ \t]*ifndef[ \t]+(\w+)[ \t]*\n[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]*\n")


def at(path, text, position, what):
    return f"{path}:{check_tree.line_of(text, position)}: {what}"


def check_text(path, text):
    problems = []
    if path.suffix in SOURCES or path.name == "CMakeLists.txt":
        lines = text.count("\n")
        if lines > LINES_MAX:
            problems.append(f"{path}:{LINES_MAX + 1}: {lines} lines, more than {LINES_MAX}")
    if path.suffix in SOURCES and SPDX not in "\n".join(text.splitlines()[:3]):
        problems.append(f"{path}:1: no line '{SPDX}' at the top")
    for match in UNDONE.finditer(text):
        problems.append(at(path, text, match.start(), f"{match.group(0)}: finish it or make it "
                           "a clear error"))
    return problems


def check_names(paths):
    by_name = collections.defaultdict(list)
    for path in paths:
        if path.suffix in (".c", ".h", ".py") and path.name != "main.c":
            by_name[path.name].append(path)
    return [f"{same[-1]}:1: the name is taken by {same[0]}"
            for same in by_name.values() if len(same) > 1]


def check_guards(headers):
    problems = []
    owner = {}
    for path, text in headers.items():
        code = check_tree.without_comments(text)
        match = GUARD.match(code)
        if not match or match.group(1) != match.group(2) or not code.rstrip().endswith("#endif"):
            problems.append(f"{path}:1: no include guard around the whole header")
        elif not re.fullmatch(r"WH_[A-Z0-9_]+_H", match.group(1)):
            problems.append(f"{path}:1: the include guard {match.group(1)} is not WH_..._H")
        elif match.group(1) in owner:
            problems.append(f"{path}:1: the include guard {match.group(1)} is that of "
                            f"{owner[match.group(1)]}")
        else:
            owner[match.group(1)] = path
    return problems


def check_floats(path, code):
    if not path.as_posix().startswith(tuple(folder + "/" for folder in NO_FLOAT)):
        return []
    return [at(path, code, match.start(), f"{match.group(0)}: no floating point in what is billed")
            for match in FLOAT.finditer(code)]


def check_conditionals(portable):
    """Per portable folder; a folder below 1000 lines is judged as if it had them."""
    lines = collections.Counter()
    places = collections.defaultdict(list)
    for path, code in portable.items():
        folder = path.parts[0]
        lines[folder] += code.count("\n")
        found = list(CONDITIONAL.finditer(code))
        for match in found[1 if path.suffix == ".h" else 0:]:
            places[folder].append(f"{path}:{check_tree.line_of(code, match.start())}")
    problems = []
    for folder, where in places.items():
        allowed = CONDITIONALS_PER_1000 * max(lines[folder], 1000) // 1000
        if len(where) > allowed:
            problems += [f"{place}: {len(where)} conditionals in {folder}/, more than {allowed}"
                         for place in where]
    return problems


def main():
    root = check_tree.root_argument()
    paths = check_tree.files(root, *TEXTS)
    texts = {path: check_tree.read(root, path) for path in paths}
    code = {path: check_tree.without_comments(text) for path, text in texts.items()
            if path.suffix in (".c", ".h")}
    problems = [p for path, text in texts.items() for p in check_text(path, text)]
    problems += check_names(paths)
    problems += check_guards({path: texts[path] for path in code if path.suffix == ".h"})
    problems += [p for path, text in code.items() for p in check_floats(path, text)]
    problems += check_conditionals({p: t for p, t in code.items() if check_tree.is_portable(p)})
    check_tree.finish("files", problems, len(paths))


if __name__ == "__main__":
    main()
