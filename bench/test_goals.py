#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions, stack, code and RAM stay within the limits of bench/goals.json.

usage: test_goals.py --tools DIR --work DIR

All figures are counted, none is timed: they are the same on a busy machine. Prints each of them; a
limit that no bench has is an error. Exits 77 where the cross compiler or QEMU is missing.
"""
import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools" / "qemu"))
import figures as measured  # noqa: E402
import qemu  # noqa: E402


def check_goals(figures):
    good = True
    for goal in measured.goals():
        value, unit = measured.value_of(figures, goal)
        within = value <= goal["limit"]
        good = good and within and goal["goal"] <= goal["limit"]
        print(f"{'ok  ' if within else 'OVER'} {goal['name']}: {value:.1f} {unit}, limit {goal['limit']}, goal {goal['goal']}")
    return good


def check_counting(figures):
    """The counts are no accident: functions add up to the whole, and a smaller block costs more."""
    good = True
    for core, found in figures["cores"].items():
        costs = [case["instructions"] for case in found["cases"] if case["bench"] == "metrology"]
        if costs != sorted(costs):
            print(f"WRONG {core}: smaller blocks must cost more: {costs}")
            good = False
        for case in found["cases"]:
            total = sum(case["functions"].values())
            # the four instructions around a case show where it runs only once
            if not abs(total - case["instructions"]) < max(0.01, 5e-5 * total):
                print(f"WRONG {core} {case['case']}: functions sum to {total:.1f}, all is {case['instructions']:.1f}")
                good = False
    painted = figures["load"]["stack_bytes"]
    bound = figures["deepest"]["main"][0] + figures["deepest"]["wh_cortex_m_on_tick"][0] + 104
    print(f"stack: painted {painted}, bound {bound}")
    return good and 0 < painted <= bound


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", required=True)
    parser.add_argument("--work", required=True)
    chosen = parser.parse_args()
    lacking = qemu.missing()
    if lacking:
        print(f"skipped: instruction and size goals: {lacking}")
        return qemu.SKIPPED
    figures = measured.measure(chosen.work, chosen.tools)
    results = [check_goals(figures), check_counting(figures)]
    return 0 if all(results) else 1


sys.exit(main())
