#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail where an #include points up or sideways in the house, or out of what portable code may use.

usage: check_layers.py [ROOT]

The layers are those of docs/architecture.md. An include is written from the root of the tree
("core/reader.h") and names a header of the tree. Only a table that the build makes for one folder
is included by its bare name; the CMakeLists.txt of that folder names it.
"""
import re

import check_tree

# A folder may include from itself and from the folders named here, from no others.
MAY_USE = {
    "core": set(),
    "meter": {"core"},
    "protocol": {"core"},
    "view": {"core", "meter", "protocol"},
    "port": {"core"},
    "firmware": {"core", "meter", "protocol", "view", "port"},
    "host": {"core", "protocol"},
    "world": {"core", "meter", "host"},
    "apps": {"core", "meter", "protocol", "view", "port", "host", "world"},
    "bench": {"core", "meter", "protocol", "view", "port", "host", "world", "firmware"},
    "tests": None,  # anything
    "tools": {"core", "meter", "host", "world", "firmware"},
    "fuzz": None,
}
# Rooms of these folders do not include each other: protocol/dlms knows nothing of its siblings.
SEPARATE_ROOMS = {"protocol", "port"}
FREESTANDING = {"stddef.h", "stdint.h", "stdbool.h", "limits.h", "stdarg.h", "string.h",
                "inttypes.h"}
# Libraries that are behind an interface of core: only the port that implements it knows them.
BEHIND_A_PORT = {"mbedtls": "port/mbedtls", "psa": "port/mbedtls"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:(["<])([^">\n]+)[">]|(\S+))', re.M)


def is_made_by_the_build(root, path, name):
    rules = root / path.parent / "CMakeLists.txt"
    return not (root / path.parent / name).exists() and rules.is_file() and re.search(
        rf"(?<![\w.]){re.escape(name)}(?![\w.])", rules.read_text(encoding="utf-8"))


def check_quoted(root, path, name):
    if name.endswith(".c"):
        return f'"{name}": include headers, not sources'
    parts = name.split("/")
    if len(parts) == 1 and is_made_by_the_build(root, path, name):
        return None
    if ".." in parts or "." in parts or len(parts) < 2:
        return f'"{name}": write the path from the root of the tree'
    if not (root / name).is_file():
        return f'"{name}": no such header in the tree'
    here = path.parts[0]
    there = parts[0]
    if there == here:
        if here in SEPARATE_ROOMS and len(path.parts) > 2 and parts[1] != path.parts[1]:
            return f'"{name}": {here}/{path.parts[1]} and {here}/{parts[1]} do not know each other'
        return None
    allowed = MAY_USE[here]
    if allowed is not None and there not in allowed:
        return f'"{name}": {here} must not include from {there}'
    return None


def check_library(path, name):
    room = BEHIND_A_PORT.get(name.split("/")[0])
    if room and not path.as_posix().startswith(room + "/"):
        return f"<{name}>: only {room} includes it; others use the interface in core"
    return None


def check_file(root, path):
    if path.parts[0] not in MAY_USE:
        return [f"{path}:1: the folder {path.parts[0]} has no place in the layers; give it one in "
                "tools/check_layers.py"]
    text = check_tree.without_comments(check_tree.read(root, path), keep_strings=True)
    problems = []
    for match in INCLUDE.finditer(text):
        kind, name, other = match.groups()
        wrong = None
        if other is not None:
            wrong = f"#include {other}: write the file's name"
        elif kind == '"':
            wrong = check_quoted(root, path, name)
        elif name.split("/")[0] in MAY_USE and (root / name).is_file():
            wrong = f"<{name}>: headers of the tree are included with quotes"
        elif check_tree.is_portable(path) and name not in FREESTANDING:
            wrong = f"<{name}>: portable code may not include it"
        else:
            wrong = check_library(path, name)
        if wrong:
            problems.append(f"{path}:{check_tree.line_of(text, match.start(0))}: {wrong}")
    return problems


def main():
    root = check_tree.root_argument()
    paths = check_tree.files(root, ".c", ".h")
    problems = [p for path in paths for p in check_file(root, path)]
    check_tree.finish("layers", problems, len(paths))


if __name__ == "__main__":
    main()
