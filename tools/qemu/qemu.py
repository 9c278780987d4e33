# SPDX-License-Identifier: Apache-2.0
"""Build for the Cortex-M, run in QEMU, count instructions: shared by the firmware test and the benches."""
import json
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN_SOURCE = pathlib.Path(__file__).with_name("icnt.c")
IMAGE_ADDRESS = 0x21000000
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

# One instruction takes 2^5 ns of virtual time: 31 million a second, what a Cortex-M4 does at 48 MHz
# with 1.5 cycles each. A meter that is too slow for its interrupt is too slow here too.
ICOUNT_SHIFT = 5
TIMEOUT_S = 300


def missing():
    """A sentence about what this machine lacks, or None."""
    for program in ("qemu-system-arm", "arm-none-eabi-gcc", "arm-none-eabi-nm", "cmake"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def compiler():
    """Name and version of the cross compiler, for the pages that show figures."""
    return "arm-none-eabi-gcc " + subprocess.run(["arm-none-eabi-gcc", "-dumpfullversion"], capture_output=True, text=True,
                                                 check=True).stdout.strip()


def build(directory, toolchain, build_type, targets):
    """Configure and build `targets` for a core; returns the build directory."""
    directory = pathlib.Path(directory)
    configure = ["cmake", "-S", ROOT, "-B", directory, f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/cmake/toolchain-{toolchain}.cmake",
                 f"-DCMAKE_BUILD_TYPE={build_type}", "-DWH_WERROR=ON"]
    for command in (configure, ["cmake", "--build", directory, "--parallel", "2", "--target", *targets]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return directory


def plugin(directory):
    """Compile the counting plugin with the host's compiler; returns the shared object."""
    pathlib.Path(directory).mkdir(parents=True, exist_ok=True)
    target = pathlib.Path(directory) / "libicnt.so"
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O2", "-o", target, PLUGIN_SOURCE], check=True)
    return target


def functions(elf):
    """[(name, address, size)] of the code in an ELF file, without the Thumb bit. A static function's name has its
    file before it. None reaches into the next one; where a size is not told (libgcc has some in assembler) it
    reaches up to it."""
    listing = subprocess.run(["arm-none-eabi-nm", "-p", "-a", "-S", elf], capture_output=True, text=True, check=True).stdout
    found = {}
    file = ""
    for line in listing.splitlines():  # the symbols of a file follow its name, the global ones come last
        *numbers, kind, name = line.split()
        if kind == "a" and name.endswith(".c"):
            file = name
        elif kind in "tTwW" and not name.startswith("$"):
            address = int(numbers[0], 16) & ~1
            size = int(numbers[1], 16) if len(numbers) > 1 else 0
            if size or address not in found:
                found[address] = (f"{file}:{name}" if kind == "t" else name, size)
    starts = sorted(found)
    ends = [*starts[1:], starts[-1] + 64]
    return [(found[start][0], start, min(found[start][1] or end - start, end - start))
            for start, end in zip(starts, ends)]


class Run:
    """What one run in QEMU gave: exit status, the lines of the UART, and the snapshots of the plugin
    as {"total": instructions, "functions": {name: (instructions, calls)}}."""

    def __init__(self, status, text, snapshots):
        self.status = status
        self.text = text
        self.snapshots = snapshots

    def objects(self):
        """The lines as objects (they are JSON)."""
        return [json.loads(line) for line in self.text.splitlines()]


def read_counts(path):
    snapshots = []
    for line in pathlib.Path(path).read_text().splitlines():
        fields = line.split()
        if fields[0] == "snapshot":
            snapshots.append({"total": int(fields[3]), "functions": {}})
        else:
            snapshots[-1]["functions"][fields[0]] = (int(fields[1]), int(fields[2]))
    return snapshots


def run(elf, image=None, plugin_object=None, mark=None):
    """Run `elf` on mps2-an386 until it exits by semihosting. `mark` names the function that takes snapshots."""
    command = ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "stdio",
               "-semihosting-config", "enable=on,target=native", "-icount", f"shift={ICOUNT_SHIFT},sleep=off",
               "-kernel", str(elf)]
    if image is not None:
        command += ["-device", f"loader,file={image},addr={IMAGE_ADDRESS:#x},force-raw=on"]
    with tempfile.TemporaryDirectory() as directory:
        counts = pathlib.Path(directory) / "counts.txt"
        if plugin_object is not None:
            table = functions(elf)
            listing = pathlib.Path(directory) / "functions.txt"
            listing.write_text("".join(f"{name} {address:x} {size:x}\n" for name, address, size in table))
            options = [str(plugin_object), f"out={counts}", f"functions={listing}"]
            if mark is not None:
                options.append(f"mark={next(address for name, address, _ in table if name == mark):x}")
            command += ["-plugin", ",".join(options)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S)
        if done.stderr:
            raise SystemExit(f"qemu: {done.stderr}")
        return Run(done.returncode, done.stdout, read_counts(counts) if plugin_object is not None else [])
