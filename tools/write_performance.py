#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/performance.md from measurements: instructions on Cortex-M, speed on the host.

usage: write_performance.py --tools DIR [--work DIR] [--out FILE]

--tools is where the host's watthour-bench and watthour-image are (build/release/bin). Each bench of
bench/bench_list.c gets a section.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess

import write_size
from write_size import measured, number, qemu, table

FUNCTIONS_SHOWN = 12
FUNCTION_LEAST = 0.5  # instructions per unit


def host_speed(tools):
    """{(bench, case): units per second}, one core."""
    done = subprocess.run([pathlib.Path(tools) / "watthour-bench"], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {(line["bench"], line["case"]): line["units_per_s"] for line in lines}


def host_instructions(tools, bench, case, units):
    """Instructions per unit on the host, counted by valgrind as the difference of two runs; None without it."""
    if shutil.which("valgrind") is None:
        return None
    counts = []
    for times in ("1", "2"):
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                               pathlib.Path(tools) / "watthour-bench", times, bench, case],
                              capture_output=True, text=True, check=True)
        counts.append(int(re.search(r"Collected : (\d+)", done.stderr).group(1)))
    return (counts[1] - counts[0]) / units


def rounded(value):
    """Two digits: a timing is no better than that."""
    digits = len(str(int(value)))
    return number(int(round(value, 2 - digits)))


def cases_table(figures, bench, speed, tools):
    m4 = [c for c in figures["cores"][measured.M4]["cases"] if c["bench"] == bench]
    rows = []
    for case in m4:
        m0 = measured.find_case(figures, measured.M0, bench, case["case"])
        small = f"{m0['instructions']:.0f}" if m0 is not None else "-"
        host = host_instructions(tools, bench, case["case"], case["units"])
        share = f"{100 * measured.share_of_core(case['instructions']):.1f}" if case["unit"] == "sample set" else "-"
        rows.append([case["case"], f"{case['instructions']:.1f}", share, small, number(case["stack_bytes"]),
                     f"{host:.0f}" if host is not None else "-", rounded(speed[(bench, case["case"])])])
    return table(["case", "instructions, M4", "% of 48 MHz at 8 kHz, M4", "instructions, M0+", "stack, M4", "instructions, x86-64", "a second, one core x86-64"], rows)


def functions_table(functions, unit):
    largest = sorted(functions.items(), key=lambda item: -item[1])
    rows = [[f"`{name}`", f"{count:.1f}"] for name, count in largest[:FUNCTIONS_SHOWN] if count >= FUNCTION_LEAST]
    return table(["function", f"instructions per {unit}, M4"], rows)


def section(figures, bench, speed, tools):
    cases = [c for c in figures["cores"][measured.M4]["cases"] if c["bench"] == bench]
    first = cases[0]
    return f"""## {bench}

Per {first["unit"]}:

{cases_table(figures, bench, speed, tools)}
Where they go ({first["case"]}; each function without what it calls):

{functions_table(first["functions"], first["unit"])}
"""


def page(figures, tools):
    speed = host_speed(tools)
    benches = dict.fromkeys(case["bench"] for case in figures["cores"][measured.M4]["cases"])
    load = figures["load"]
    per_second = load["instructions"] * measured.SETS_PER_S
    sections = "".join(section(figures, bench, speed, tools) for bench in benches)
    return f"""# Performance

What measuring costs. This page is written by `bench/run`; do not edit it.

Instructions on Cortex-M are counted exactly in QEMU by `tools/qemu/icnt.c`, with everything that is called: half cycles,
windows, registers. They are the same on every machine with the same compiler ({qemu.compiler()}, `-Os`, the loops that run
at every sample `-O2`). QEMU models neither cycles nor wait states; where a share of a core is stated, an instruction is taken as
{measured.CYCLES_PER_INSTRUCTION} cycles. Speed on the host is that of processor time, the best of several rounds, on one core of a {os.cpu_count()}-core x86-64 virtual machine, RelWithDebInfo;
instructions on the host are counted by valgrind.

{write_size.goals(figures, ("instructions", "share"))}
{sections}## The whole firmware

`firmware/watthour-meter.elf` measures a house at 8 kHz in blocks of 64: the interrupt at every sample, the ring, waiting, measuring and the
registers. {load["instructions"]:.1f} instructions per sample set are {number(round(per_second))} a second, {100 * measured.share_of_core(load["instructions"]):.1f} % of a Cortex-M4 at 48 MHz. The rest of the time it sleeps.

{functions_table(load["functions"], "sample set")}"""


def main():
    chosen = write_size.arguments("Write docs/performance.md.", "performance.md")
    figures = measured.measure(chosen.work, chosen.tools)
    pathlib.Path(chosen.out).write_text(page(figures, chosen.tools), encoding="utf-8")


if __name__ == "__main__":
    main()
