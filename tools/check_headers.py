#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail where a header does not compile alone.

usage: check_headers.py [--cc CC] [ROOT]

Each header of the portable folders is compiled as C11 without extensions, each other one as C17
with POSIX; firmware and port/cortex_m, which are for another machine, are left to their build.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess

import check_tree

ELSEWHERE = ("firmware/", "port/cortex_m/", "bench/")
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wundef", "-Wstrict-prototypes", "-Werror"]


def compile_alone(cc, root, path):
    if check_tree.is_portable(path):
        dialect = ["-std=c11"]
    else:
        dialect = ["-std=c17", "-D_POSIX_C_SOURCE=200809L"]
    command = [cc, *dialect, *WARNINGS, "-I", str(root), "-fsyntax-only", "-x", "c", "-"]
    # Twice: the guard must hold. The declaration is there because ISO C forbids an empty file.
    source = f'#include "{path}"\n#include "{path}"\nextern int wh_this_file_is_not_empty;\n'
    result = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return None
    first = next((line for line in result.stderr.splitlines() if "error" in line), "fails")
    return f"{path}:1: does not compile alone: {first}"


def main():
    parser = argparse.ArgumentParser(description="every header compiles alone")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("root", nargs="?", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    root = args.root.resolve()
    paths = [p for p in check_tree.files(root, ".h") if not p.as_posix().startswith(ELSEWHERE)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda p: compile_alone(args.cc, root, p), paths)
        problems = [problem for problem in results if problem]
    check_tree.finish("headers", problems, len(paths))


if __name__ == "__main__":
    main()
