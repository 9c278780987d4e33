#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What every check of the tree shares: which files there are, and C without its comments.

A check is `check_<what>.py [ROOT]`. It prints `path:line: what is wrong` for each violation and
exits 1 if there was one. Each has a test in tests/tools that seeds violations and sees them found.
"""
import os
import pathlib
import re
import subprocess
import sys

NOT_OURS = {".git", ".cache", "build", "node_modules", "__pycache__"}
CLANG_TOOLS = "14"  # the version .clang-format and .clang-tidy are written for
PORTABLE = ("core", "meter", "protocol", "view")

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def files(root, *suffixes):
    """The files below root with one of these suffixes, as paths relative to root, sorted."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in NOT_OURS)
        for name in names:
            if name.endswith(suffixes):
                found.append(pathlib.Path(folder, name).relative_to(root))
    return sorted(found)


def read(root, path):
    return (pathlib.Path(root) / path).read_text(encoding="utf-8", errors="replace")


def is_portable(path):
    return path.parts[0] in PORTABLE


def without_comments(text, keep_strings=False):
    """C text with comments (and what strings hold) blanked, every line where it was."""
    def blank(match):
        token = match.group(0)
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else token[0] + token[0]
    return _TOKEN.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def find_clang_tool(name):
    """The command of clang-format or clang-tidy in the version meant; without it exit 77, which
    ctest counts as skipped: another version finds other things."""
    for tool in (f"{name}-{CLANG_TOOLS}", name):
        try:
            text = subprocess.run([tool, "--version"], capture_output=True, text=True,
                                  check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        if f"version {CLANG_TOOLS}." in text:
            return tool
    print(f"skipped: {name} {CLANG_TOOLS} is not installed")
    sys.exit(77)


def root_argument():
    """ROOT from the command line, else the tree this file lies in."""
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1]).resolve()
    return pathlib.Path(__file__).resolve().parent.parent


def finish(what, problems, looked_at):
    """Print the verdict of a check and exit with it. Looking at nothing is a failure too."""
    for problem in problems:
        print(problem)
    if looked_at == 0:
        print(f"{what}: nothing to check: wrong folder?")
        sys.exit(1)
    print(f"{what}: {looked_at} checked, {len(problems)} violations")
    sys.exit(1 if problems else 0)
