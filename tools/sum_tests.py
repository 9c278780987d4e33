#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sum the test runs of ./test and print the verdict.

usage: sum_tests.py [--broken NAME]... JUNIT...

Each JUNIT is what `ctest --output-junit` wrote; its file name without suffix names the run. Each
--broken NAME is a step that failed before any test could run: it counts as one failure.

What was skipped is listed with its reason: tests that ctest counts as skipped, and inside a test
program that passed the cases that were skipped, and lines `skipped: why`. What failed is listed with the end of its output.
The last line is `N passed, N failed`, with
`, N skipped` where there were any. Exits 1 where anything failed or nothing ran.
"""
import argparse
import pathlib
import re
import sys
import xml.etree.ElementTree

OUTPUT_LINES = 40  # of a failed test

# cmocka marks a case so; what it printed since [ RUN ] is the reason
CASE = re.compile(r"^\[\s*RUN\s*\] (?P<name>\S+)\n(?P<said>(?:(?!\[\s*RUN\s*\]).*\n)*?)"
                  r"\[\s*SKIPPED\s*\] (?P=name)", re.M)
UNITTEST = re.compile(r"^(?P<name>\w+) \(.*\.\.\. skipped '(?P<said>.*)'$", re.M)
# what a program skips without skipping a whole case
LINE = re.compile(r"^skipped: (.*)$", re.M)


def reason_in(output):
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    said = [line for line in lines if "skip" in line.lower()] or lines
    return re.sub(r"^skipped:\s*", "", said[0]) if said else "no reason given"


def skipped_inside(output):
    """What was skipped, and why, in the output of a test program that passed."""
    found = []
    for pattern in (CASE, UNITTEST):
        found += [f"{match['name']}: {reason_in(match['said'])}"
                  for match in pattern.finditer(output)]
        output = pattern.sub("", output)
    return found + LINE.findall(output)


def judge(case):
    """'passed', 'failed' or 'skipped' for a testcase of ctest."""
    status = case.get("status")
    if status == "run" and case.find("failure") is None:
        return "passed"
    skipped = case.find("skipped")
    if status == "notrun" and skipped is not None:
        if skipped.get("message", "").startswith("SKIP_"):
            return "skipped"
    return "failed"  # also what could not be started, and what a failed fixture kept from running


def sum_run(run, tree):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failed = []
    skipped = []
    for case in tree.iter("testcase"):
        verdict = judge(case)
        counts[verdict] += 1
        output = case.findtext("system-out") or ""
        name = f"{run}/{case.get('name')}"
        if verdict == "failed":
            failed.append("\n    ".join([name] + output.rstrip().splitlines()[-OUTPUT_LINES:]))
        elif verdict == "skipped":
            skipped.append(f"{name}: {reason_in(output)}")
        else:
            inside = skipped_inside(output)
            counts["skipped"] += len(inside)
            skipped += [f"{name}: {what}" for what in inside]
    return counts, failed, skipped


def main():
    parser = argparse.ArgumentParser(description="sum test runs")
    parser.add_argument("--broken", action="append", default=[])
    parser.add_argument("junit", nargs="*", type=pathlib.Path)
    args = parser.parse_args()
    total = {"passed": 0, "failed": len(args.broken), "skipped": 0}
    failed = list(args.broken)
    skipped = []
    for path in args.junit:
        counts, more_failed, more_skipped = sum_run(path.stem, xml.etree.ElementTree.parse(path))
        for verdict, count in counts.items():
            total[verdict] += count
        failed += more_failed
        skipped += more_skipped
    for line in skipped:
        print(f"skipped: {line}")
    for line in failed:
        print(f"failed: {line}")
    ran = total["passed"] + total["failed"]
    if ran == 0:
        print("no test ran")
    print(f"{total['passed']} passed, {total['failed']} failed"
          + (f", {total['skipped']} skipped" if total["skipped"] else ""))
    sys.exit(1 if total["failed"] or ran == 0 else 0)


if __name__ == "__main__":
    main()
