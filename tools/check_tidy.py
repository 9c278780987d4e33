#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail where clang-tidy (version 14, .clang-tidy) finds something in a source of the products.

usage: check_tidy.py [--deep] [--jobs N] BUILD [FOLDER...]

BUILD holds compile_commands.json and is built (headers made by the build are there). Without
FOLDER all products are looked at: the portable folders, port, host, world and apps.
The static analyzer follows paths through portable code only, where it pays most; with --deep
everywhere, which takes twice as long.
Exits 77, which ctest counts as skipped, where clang-tidy 14 is not installed.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess

import check_tree

FOLDERS = ["core", "meter", "protocol", "view", "port", "host", "world", "apps"]


def sources(build, folders):
    found = []
    cache = (build / "CMakeCache.txt").read_text(encoding="utf-8")
    root = pathlib.Path(re.search(r"^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", cache, re.M).group(1))
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(root) and path.relative_to(root).parts[0] in folders:
            found.append(path.relative_to(root))
    return root, sorted(set(found))


def tidy(tool, root, build, deep, path):
    checks = [] if deep or check_tree.is_portable(path) else ["--checks=-clang-analyzer-*"]
    result = subprocess.run(
        [tool, "-p", str(build), "--quiet", *checks, "--extra-arg=-Wno-unknown-warning-option",
         str(path)],
        cwd=root, capture_output=True, text=True, check=False)
    found = re.findall(r"^(\S+?:\d+):\d+: (?:error|warning): (.*)$", result.stdout, re.M)
    problems = [f"{place.removeprefix(str(root) + '/')}: {what}" for place, what in found]
    if result.returncode != 0 and not problems:
        problems.append(f"{path}:1: clang-tidy fails: {result.stderr.strip()[-300:]}")
    return problems


def main():
    parser = argparse.ArgumentParser(description="clang-tidy over the products")
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folder", nargs="*")
    args = parser.parse_args()
    tool = check_tree.find_clang_tool("clang-tidy")
    build = args.build.resolve()
    root, paths = sources(build, args.folder or FOLDERS)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda path: tidy(tool, root, build, args.deep, path), paths)
        problems = sorted({problem for result in results for problem in result})
    check_tree.finish("tidy", problems, len(paths))


if __name__ == "__main__":
    main()
