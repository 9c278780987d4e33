#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "sum_tests.py"

PASSED = '<testcase name="{}" status="run"><system-out>{}</system-out></testcase>'
FAILED = ('<testcase name="{}" status="fail"><failure message="Failed"/>'
          '<system-out>{}</system-out></testcase>')
SKIPPED = ('<testcase name="{}" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>'
           '<system-out>{}</system-out></testcase>')
NOT_STARTED = ('<testcase name="{}" status="notrun"><skipped message="{}"/>'
               '<system-out></system-out></testcase>')

CMOCKA = """[==========] Running 2 test(s).
[ RUN      ] reads_the_recordings
skipped: ../shared/data is missing
[  SKIPPED ] reads_the_recordings
[ RUN      ] reads_nothing
[       OK ] reads_nothing
[==========] 2 test(s) run.
"""


class SumTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_sum(self, runs, *options):
        """Exit status and lines for {run: [testcase...]}."""
        paths = []
        for name, cases in runs.items():
            paths.append(self.folder / f"{name}.xml")
            paths[-1].write_text(f"<testsuite>{''.join(cases)}</testsuite>", encoding="utf-8")
        result = subprocess.run([sys.executable, str(SCRIPT), *options, *map(str, paths)],
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.stderr, "")
        return result.returncode, result.stdout.splitlines()

    def test_runs_are_summed(self):
        status, lines = self.run_sum({"dev": [PASSED.format("a", ""), PASSED.format("b", "")],
                                      "release": [PASSED.format("a", "")]})
        self.assertEqual((status, lines), (0, ["3 passed, 0 failed"]))

    def test_one_failure_fails_all_and_shows_its_output(self):
        status, lines = self.run_sum({"dev": [PASSED.format("a", ""), FAILED.format("b", "why")]})
        self.assertEqual((status, lines),
                         (1, ["failed: dev/b", "    why", "1 passed, 1 failed"]))

    def test_what_could_not_start_has_failed(self):
        for message in ("Unable to find executable", "Fixture dependency failed", ""):
            status, lines = self.run_sum({"dev": [PASSED.format("a", ""),
                                                  NOT_STARTED.format("b", message)]})
            self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))

    def test_a_skipped_test_is_named_with_its_reason(self):
        status, lines = self.run_sum({"dev": [
            PASSED.format("a", ""), SKIPPED.format("b", "skipped: no qemu\n")]})
        self.assertEqual((status, lines),
                         (0, ["skipped: dev/b: no qemu", "1 passed, 0 failed, 1 skipped"]))

    def test_a_case_skipped_inside_a_program_is_named_with_its_reason(self):
        status, lines = self.run_sum({"dev": [PASSED.format("t", CMOCKA)]})
        self.assertEqual((status, lines),
                         (0, ["skipped: dev/t: reads_the_recordings: ../shared/data is missing",
                              "1 passed, 0 failed, 1 skipped"]))

    def test_a_line_that_says_skipped_counts_as_one(self):
        output = "[ RUN      ] a\nskipped: no data\nskipped: no sun\n[       OK ] a\n"
        status, lines = self.run_sum({"dev": [PASSED.format("t", output)]})
        self.assertEqual((status, lines), (0, ["skipped: dev/t: no data", "skipped: dev/t: no sun",
                                               "1 passed, 0 failed, 2 skipped"]))

    def test_a_case_that_ran_is_not_taken_for_skipped(self):
        output = "[ RUN      ] a\nit was skipped once\n[       OK ] a\n"
        status, lines = self.run_sum({"dev": [PASSED.format("t", output)]})
        self.assertEqual((status, lines), (0, ["1 passed, 0 failed"]))

    def test_no_tests_at_all_is_a_failure(self):
        for runs in ({}, {"dev": []}, {"dev": [SKIPPED.format("b", "")]}):
            status, lines = self.run_sum(runs)
            self.assertEqual(status, 1)
            self.assertIn("no test ran", lines)
            self.assertTrue(lines[-1].startswith("0 passed, 0 failed"))

    def test_a_build_that_broke_is_a_failure(self):
        status, lines = self.run_sum({"dev": [PASSED.format("a", "")]}, "--broken", "clang: build")
        self.assertEqual((status, lines), (1, ["failed: clang: build", "1 passed, 1 failed"]))


if __name__ == "__main__":
    unittest.main()
