#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail where a C file is not as `clang-format -i` (version 14, .clang-format) would leave it.

usage: check_format.py [ROOT]

Exits 77, which ctest counts as skipped, where clang-format 14 is not installed: another version
formats differently.
"""
import re
import subprocess

import check_tree


def main():
    root = check_tree.root_argument()
    tool = check_tree.find_clang_tool("clang-format")
    paths = check_tree.files(root, ".c", ".h")
    result = subprocess.run([tool, "--dry-run", "-Werror", "--style=file", *map(str, paths)],
                            cwd=root, capture_output=True, text=True, check=False)
    problems = []
    for path, line in re.findall(r"^(\S+?):(\d+):\d+: error", result.stderr, re.M):
        if not any(p.startswith(path + ":") for p in problems):
            problems.append(f"{path}:{line}: not formatted (clang-format -i {path})")
    if result.returncode != 0 and not problems:
        problems.append(result.stderr.strip())
    check_tree.finish("format", problems, len(paths))


if __name__ == "__main__":
    main()
