#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/install_packages.sh among fake dpkg-query, apt-get, sudo and id: nothing is installed."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "install_packages.sh"
PACKAGES = "# a comment\n\n[run]\nalpha   # first\nbeta\n[test]\ngamma\n"


class InstallPackages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "tools").mkdir()
        (self.root / "bin").mkdir()
        shutil.copy(SCRIPT, self.root / "tools")
        (self.root / "packages.txt").write_text(PACKAGES, encoding="utf-8")
        for tool in ("bash", "dirname", "env", "mktemp", "rm", "sh", "tail"):
            (self.root / "bin" / tool).symlink_to(shutil.which(tool))
        self.fake("apt-get", f'echo "apt-get $*" >>{self.root}/calls; exit ${{APT_STATUS:-0}}')

    def fake(self, name, body):
        path = self.root / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def run_script(self, installed, uid, *sections, **more):
        self.fake("dpkg-query", f'case " {installed} " in *" $4 "*) echo installed;; '
                                '*) exit 1;; esac')
        self.fake("id", f"echo {uid}")
        env = dict(os.environ, PATH=str(self.root / "bin"), **more)
        result = subprocess.run([str(self.root / "tools" / "install_packages.sh"), *sections],
                                env=env, capture_output=True, text=True, check=False)
        calls = self.root / "calls"
        return result, calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []

    def test_nothing_is_called_where_nothing_is_missing(self):
        result, calls = self.run_script("alpha beta", 0, "run")
        self.assertEqual((result.returncode, result.stdout, calls), (0, "", []))

    def test_only_what_is_missing_is_installed(self):
        result, calls = self.run_script("alpha", 0, "run", "test")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(calls, ["apt-get update",
                                 "apt-get install -y --no-install-recommends beta gamma"])

    def test_sections_that_were_not_asked_for_are_left_alone(self):
        result, calls = self.run_script("alpha beta", 0, "test")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(calls[-1].endswith(" gamma"), calls)

    def test_without_root_and_sudo_the_line_to_type_is_printed(self):
        result, calls = self.run_script("beta", 1000, "run")
        self.assertEqual((result.returncode, calls), (2, []))
        self.assertIn("sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends "
                      "alpha'", result.stderr)

    def test_sudo_is_used_only_where_it_asks_no_password(self):
        self.fake("sudo", "exit 1")
        result, calls = self.run_script("beta", 1000, "run")
        self.assertEqual((result.returncode, calls), (2, []))
        self.fake("sudo", 'shift; exec "$@"')
        self.fake("true", "exit 0")
        result, calls = self.run_script("beta", 1000, "run")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(calls[-1].endswith(" alpha"), calls)

    def test_an_archive_out_of_reach_is_one_clear_line(self):
        result, _ = self.run_script("beta", 0, "run", APT_STATUS="100")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr.splitlines(), [
            "cannot install: alpha (Debian 12 and its package archive are needed)"])

    def test_an_unknown_section_is_an_error(self):
        result, calls = self.run_script("alpha", 0, "other")
        self.assertEqual((result.returncode, calls), (2, []))


if __name__ == "__main__":
    unittest.main()
