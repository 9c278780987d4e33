#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of README.md work as typed: those of `watthour`, against a meter of the demo.

usage: test_readme.py FOLDER-WITH-PROGRAMS
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
PATIENCE_S = 120


def commands():
    """The lines of the sh blocks of README.md that call one of our programs."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line.split("#")[0].strip()
             for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
             for line in block.splitlines()]
    return [line for line in lines if line.startswith("watthour")]


def against(url, command):
    """The command, with the meter of this test in place of the one that ./run starts."""
    command = command.replace("dlms://127.0.0.1", url)
    return f"{command} {url}" if command.startswith("watthour watch") else command


class Readme(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)  # what a command writes goes here
        self.folder.joinpath("demo").symlink_to(ROOT / "demo")
        config = pathlib.Path(folder.name, "meter.yaml")
        text = (ROOT / "demo" / "meter.yaml").read_text(encoding="utf-8")
        self.assertIn("port: 4059", text)
        text = text.replace("port: 4059", "port: 0").replace("../build/run/", f"{folder.name}/")
        config.write_text(text, encoding="utf-8")
        log = pathlib.Path(folder.name, "log")
        with log.open("w", encoding="utf-8") as out:
            self.meter = subprocess.Popen([PROGRAMS / "watthour-meter", "--config", config],
                                          stderr=out)
        self.addCleanup(self.meter.wait)
        self.addCleanup(self.meter.terminate)
        for _ in range(PATIENCE_S * 10):
            found = re.search(r"event=listening url=(\S+)", log.read_text(encoding="utf-8"))
            if found:
                self.url = found.group(1)
                return
            if self.meter.poll() is not None:
                break
            time.sleep(0.1)
        self.fail("the meter does not listen: " + log.read_text(encoding="utf-8"))

    def test_each_command_does_what_it_is_there_for(self):
        env = dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}")
        self.assertGreaterEqual(len(commands()), 9)
        for command in commands():
            with self.subTest(command=command):
                done = subprocess.run(["sh", "-c", against(self.url, command)], cwd=self.folder, env=env,
                                      capture_output=True, text=True, timeout=PATIENCE_S,
                                      check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertTrue(done.stdout, "says nothing")

    def test_the_headline_of_accuracy_is_that_of_its_page(self):
        page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
        headline = re.search(r"^\*\*.*\*\*$", page, re.M).group(0)
        self.assertIn(headline, (ROOT / "README.md").read_text(encoding="utf-8").splitlines())

    def test_files_that_it_names_are_there(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        for name in re.findall(r"\]\(([^)#]+)\)", text):
            with self.subTest(name=name):
                self.assertTrue((ROOT / name).exists(), name)


if __name__ == "__main__":
    unittest.main()
