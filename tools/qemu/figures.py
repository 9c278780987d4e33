# SPDX-License-Identifier: Apache-2.0
"""What the benches and the firmware cost on a Cortex-M: instructions, stack, code and RAM.

All figures are exact and the same on every machine with the same compiler: instructions are counted
by the plugin in QEMU, stack is painted in QEMU and bounded by gcc's call graph, sizes are read from
the archives and from the linker's map.
"""
import json
import pathlib
import re
import subprocess

import qemu

M4 = "cortex-m4"
M0 = "cortex-m0plus"
CYCLES_PER_INSTRUCTION = 1.3  # of a Cortex-M4 without wait states
CLOCK_HZ = 48_000_000
SETS_PER_S = 8000
GOALS = qemu.ROOT / "bench" / "goals.json"
LIBRARY_STACK = 64  # bytes taken for a function of libgcc or libc, which have no call graph


def build(work, core):
    """Build benches and firmware for a core at -Os; returns the build directory."""
    return qemu.build(pathlib.Path(work) / core, core, "MinSizeRel", ["all"])


def run_benches(directory, plugin):
    """The lines of the bench program: cases with their instructions, and objects."""
    run = qemu.run(directory / "bench" / "watthour-bench.elf", plugin_object=plugin, mark="wh_bench_mark")
    if run.status != 0:
        raise SystemExit(f"watthour-bench.elf: exit status {run.status}\n{run.text}")
    lines = run.objects()
    cases = [line for line in lines if "case" in line]
    for index, case in enumerate(cases):
        empty, measured = run.snapshots[4 * index + 1], run.snapshots[4 * index + 3]
        case["instructions"] = (measured["total"] - empty["total"]) / case["units"]
        case["functions"] = {name: count / case["units"] for name, (count, _) in measured["functions"].items()}
    return cases, [line for line in lines if "object" in line]


def libraries(directory):
    """{library: bytes of code and constants} of every archive, as if all of it were linked."""
    found = {}
    for archive in sorted(pathlib.Path(directory).rglob("libwh_*.a")):
        name = archive.stem.removeprefix("lib")
        table = subprocess.run(["arm-none-eabi-size", archive], capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in table.splitlines()[1:]]
        found[name] = sum(int(row[0]) + int(row[1]) for row in rows)
    return found


SECTION = re.compile(r"^ \.(text|rodata|data|bss)\S*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S+)", re.M)
PSRAM = 0x21000000  # of the board: stands for a converter and a flash, is no RAM of the meter


ORIGIN = re.compile(r"lib(\w+)\.a\((.+?)\.o(?:bj)?\)")


def linked_files(elf):
    """{(module, file): (flash, ram)} of what the linker kept, by the archive and its member it came from."""
    text = pathlib.Path(f"{elf}.map").read_text()
    text = text[text.index("Linker script and memory map"):]
    found = {}
    for kind, address, size, origin in SECTION.findall(text):
        if int(address, 16) >= PSRAM:
            continue
        archive = ORIGIN.search(origin)
        module, file = archive.groups() if archive else ("firmware", "")
        module = {"c": "C library", "gcc": "libgcc"}.get(module, module)
        flash, ram = found.get((module, file), (0, 0))
        size = int(size, 16)
        found[module, file] = (flash + (size if kind != "bss" else 0),
                               ram + (size if kind in ("data", "bss") else 0))
    return found


def linked(elf):
    """{module: (flash, ram)}: the same by archive; what is in none is the program's own."""
    found = {}
    for (module, _), (flash, ram) in sorted(linked_files(elf).items()):
        before = found.get(module, (0, 0))
        found[module] = (before[0] + flash, before[1] + ram)
    return {module: sizes for module, sizes in found.items() if sizes != (0, 0)}


NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \(', re.M)
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', re.M)


class CallGraph:
    """gcc's call graph with stack usage (-fcallgraph-info=su) of the firmware's objects."""

    def __init__(self, directory):
        self.stack = {}
        self.calls = {}
        for path in sorted(pathlib.Path(directory).rglob("*.ci")):
            if "watthour-bench.elf.dir" in path.parts:  # another main
                continue
            text = path.read_text()
            self.stack.update((name, int(size)) for name, size in NODE.findall(text))
            for source, target in EDGE.findall(text):
                self.calls.setdefault(source, set()).add(target)

    def deepest(self, name, path=()):
        """(bytes, functions) of the deepest chain of calls from `name`; calls through pointers are not in it."""
        if name in path:
            raise SystemExit(f"{name} calls itself: its stack has no bound")
        if name not in self.stack:
            return (0, ()) if name == "__indirect_call" else (LIBRARY_STACK, (name,))
        below = max((self.deepest(callee, (*path, name)) for callee in sorted(self.calls.get(name, ()))),
                    default=(0, ()))
        return self.stack[name] + below[0], (name, *below[1])


def run_firmware(directory, plugin, image):
    return qemu.run(directory / "firmware" / "watthour-meter.elf", image, plugin)


def firmware_load(directory, plugin, tools, work):
    """Instructions per sample set of the whole firmware, by the difference of two recordings: interrupt,
    ring, waiting and measuring. Also the stack it used, and its registers' RAM."""
    runs = []
    for seconds in (2, 4):
        image = pathlib.Path(work) / f"load_{seconds}.img"
        subprocess.run([pathlib.Path(tools) / "watthour-image", "--seconds", str(seconds), "--block", "64", "--report", "0",
                        "house", image], check=True)
        run = run_firmware(directory, plugin, image)
        if run.status != 0:
            raise SystemExit(f"watthour-meter.elf: exit status {run.status}\n{run.text}")
        runs.append(run)
    sets = 2 * SETS_PER_S
    shorter, longer = (run.snapshots[-1] for run in runs)
    functions = {name: (count - shorter["functions"].get(name, (0, 0))[0]) / sets
                 for name, (count, _) in longer["functions"].items()}
    return {"instructions": (longer["total"] - shorter["total"]) / sets, "functions": functions,
            "stack_bytes": runs[-1].objects()[-1]["stack_bytes"]}


def share_of_core(instructions_per_set):
    """Part of a 48 MHz Cortex-M4 that a cost per sample set takes at 8 kHz."""
    return instructions_per_set * SETS_PER_S * CYCLES_PER_INSTRUCTION / CLOCK_HZ


def measure(work, tools):
    """Everything, as one dictionary. `tools` is the directory of the host's watthour-image."""
    plugin = qemu.plugin(work)
    figures = {"cores": {}}
    for core in (M4, M0):
        directory = build(work, core)
        cases, objects = run_benches(directory, plugin)
        figures["cores"][core] = {"cases": cases, "objects": objects, "libraries": libraries(directory)}
    directory = pathlib.Path(work) / M4
    figures["linked"] = linked(directory / "firmware" / "watthour-meter.elf")
    figures["bench_files"] = linked_files(directory / "bench" / "watthour-bench.elf")
    figures["load"] = firmware_load(directory, plugin, tools, work)
    graph = CallGraph(directory)
    figures["deepest"] = {name: graph.deepest(name) for name in ("main", "wh_cortex_m_on_tick", "wh_meter_init", "wh_meter_samples")}
    return figures


def find_case(figures, core, bench, case):
    """The case, or None where this core does not run it."""
    return next((c for c in figures["cores"][core]["cases"] if (c["bench"], c["case"]) == (bench, case)), None)


def value_of(figures, goal):
    """The measured figure that a goal is about, and its unit."""
    if goal["figure"] == "code":
        return sum(flash for (module, file), (flash, _) in figures["bench_files"].items()
                   if module in goal["modules"] and file not in goal.get("without", [])), "bytes"
    if goal["figure"] == "ram":
        objects = {o["object"]: o["bytes"] for o in figures["cores"][M4]["objects"]}
        return sum(objects[name] for name in goal["objects"]), "bytes"
    case = find_case(figures, goal["core"], goal["bench"], goal["case"])
    if goal["figure"] == "stack":
        return case["stack_bytes"], "bytes"
    if goal["figure"] == "share":
        return 100 * share_of_core(case["instructions"]), "% of 48 MHz"
    return case["instructions"], "instructions"


def goals():
    """The list of bench/goals.json: what was aimed at (goal), and what must hold now (limit)."""
    return json.loads(GOALS.read_text())
