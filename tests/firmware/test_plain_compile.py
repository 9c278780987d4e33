#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The portable folders compile without our build: one command, any compiler, no warning.

usage: test_plain_compile.py ROOT [unittest options]

What a firmware engineer types who has a build of their own:

    python3 tools/gen_all.py DIR
    cc -std=c11 -I. -IDIR -DWH_VERSION='"1"' -c $(find core meter protocol view -name '*.c')

On a Cortex-M no frame is above 512 bytes.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
PORTABLE = ("core", "meter", "protocol", "view")
ON_THE_METER = ["-Os", "-ffreestanding", "-Wframe-larger-than=512"]
WARNINGS = ["-Wall", "-Wextra", "-Werror"]


class PlainCompileTest(unittest.TestCase):
    def compile(self, *command):
        if shutil.which(command[0]) is None:
            self.skipTest(f"{command[0]} is not installed")
        sources = sorted(path for folder in PORTABLE for path in (ROOT / folder).rglob("*.c"))
        self.assertGreater(len(sources), 10)
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([sys.executable, "-B", ROOT / "tools" / "gen_all.py", directory], check=True)
            done = subprocess.run([*command, *WARNINGS, "-std=c11", f"-I{ROOT}", f"-I{directory}",
                                   '-DWH_VERSION="1"', "-c", *sources],
                                  cwd=directory, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(len(list(pathlib.Path(directory).glob("*.o"))), len(sources))

    def test_by_gcc(self):
        self.compile("gcc")

    def test_by_clang(self):
        self.compile("clang")

    def test_for_a_cortex_m4(self):
        self.compile("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16",
                     *ON_THE_METER)

    def test_for_a_cortex_m0plus(self):
        self.compile("arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb", *ON_THE_METER)


unittest.main()
