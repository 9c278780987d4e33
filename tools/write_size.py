#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/size.md from measurements: code, RAM and stack of the meter on a Cortex-M4.

usage: write_size.py --tools DIR [--work DIR] [--out FILE]

--tools is where the host's watthour-image is (build/release/bin), --work where the cross builds go.
bench/run calls this and tools/write_performance.py.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "qemu"))
import figures as measured  # noqa: E402
import qemu  # noqa: E402

FLASH = 1024 * 1024  # of the part whose limits firmware/mps2_an386.ld has
RAM = 192 * 1024
STACK = 8 * 1024
EXCEPTION_FRAME = 104  # bytes, with the registers of the floating-point unit (ARMv7-M B1.5.7)


def table(heads, rows):
    """A table in Markdown; columns after the first are numbers, to the right."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def number(value):
    return f"{value:,}".replace(",", " ")


def short(name):
    return name.rsplit(":", 1)[-1]


def goals(figures, kinds):
    rows = []
    for goal in measured.goals():
        if goal["figure"] in kinds:
            value, unit = measured.value_of(figures, goal)
            shown = f"{value:.1f}" if isinstance(value, float) else number(value)
            rows.append([goal["name"], f"{shown} {unit}", number(goal["goal"]), "yes" if value <= goal["goal"] else "**no**"])
    return table(["figure", "measured", "goal", "holds"], rows)


def modules(figures):
    m4 = figures["cores"][measured.M4]["libraries"]
    m0 = figures["cores"][measured.M0]["libraries"]
    linked = figures["linked"]
    rows = [[name, number(m4[name]), number(m0[name]), number(linked[name][0]) if name in linked else "-"]
            for name in sorted(m4) if name != "wh_bench"]
    return table(["module", "all of it, M4", "all of it, M0+", "linked in the firmware, M4"], rows)


def firmware(figures):
    linked = figures["linked"]
    rows = [[name, number(flash), number(ram)] for name, (flash, ram) in linked.items()]
    flash = sum(sizes[0] for sizes in linked.values())
    ram = sum(sizes[1] for sizes in linked.values())
    rows.append(["all", number(flash), number(ram)])
    rows.append(["of", number(FLASH), number(RAM - STACK)])
    return table(["part", "flash", "RAM without stack"], rows)


STORED = ", stored"  # how the bench of the keeper names what is in flash, not in RAM


def objects(figures):
    m4 = figures["cores"][measured.M4]["objects"]
    return table(["object", "bytes"], [[f"`{o['object']}`", number(o["bytes"])] for o in m4 if STORED not in o["object"]])


def records(figures):
    m4 = figures["cores"][measured.M4]["objects"]
    return table(["record", "bytes"],
                 [[o["object"].replace(STORED, ""), number(o["bytes"])] for o in m4 if STORED in o["object"]])


def stacks(figures):
    rows = [[f"`{name}`", number(size), " > ".join(short(step) for step in chain)]
            for name, (size, chain) in figures["deepest"].items()]
    return table(["from", "bytes", "deepest chain"], rows)


def page(figures):
    main = figures["deepest"]["main"][0]
    tick = figures["deepest"]["wh_cortex_m_on_tick"][0]
    return f"""# Size

Code, RAM and stack of the meter, in bytes. This page is written by `bench/run`; do not edit it.

{qemu.compiler()}, `-Os` (the loops that run at every sample: `-O2`), presets `cortex-m4` and `cortex-m0plus`. Constants count as code.

{goals(figures, ("code", "ram"))}
Code counts as it is linked in the bench program, which uses all of these modules: what nothing calls is left out by the linker.

## Modules

{modules(figures)}
## The firmware

`firmware/watthour-meter.elf`. A part with 1 MiB of flash and 192 KiB of RAM, {STACK // 1024} KiB of it stack, is what the linker script
allows; what does not fit does not link.

{firmware(figures)}
## RAM a caller places

Portable modules have no static data: a meter is as many bytes as its objects.

{objects(figures)}
## Bytes of a stored record

In the three-phase profile of `meter/profile.h` after a day of 1 kW in each phase. Beside these a record takes 4 bytes in the group of its log,
and the group 20 bytes in all; a log without groups (events, freezes at a switch) takes 20 for each. Numbers are stored as long as they are, so a larger
register makes a longer record.

{records(figures)}
## Stack

Bound by the compiler's call graph; a function of libgcc or of the C library is taken as {measured.LIBRARY_STACK} bytes, and calls through
pointers (what writes a report's text, observers of the meter) are not in it. The firmware needs {number(main + tick + EXCEPTION_FRAME)} bytes: `main`, the exception frame
({EXCEPTION_FRAME}) and the interrupt. Painted in QEMU, a run used {number(figures["load"]["stack_bytes"])}.

{stacks(figures)}"""


def arguments(description, default_out):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--work", default=str(qemu.ROOT / "build" / "bench"))
    parser.add_argument("--out", default=str(qemu.ROOT / "docs" / default_out))
    chosen = parser.parse_args()
    lacking = qemu.missing()
    if lacking:
        raise SystemExit(f"{parser.prog}: {lacking}")
    return chosen


def main():
    chosen = arguments("Write docs/size.md.", "size.md")
    pathlib.Path(chosen.out).write_text(page(measured.measure(chosen.work, chosen.tools)), encoding="utf-8")


if __name__ == "__main__":
    main()
