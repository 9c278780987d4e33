#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import shutil
import unittest

from seeded_tree import SPDX, TOOLS, SeededTree


class Format(SeededTree):
    check = "check_format.py"

    def setUp(self):
        super().setUp()
        shutil.copy(TOOLS.parent / ".clang-format", self.root)
        if self.run_check(str(self.root)).returncode == 77:
            self.skipTest("clang-format 14 is not installed")

    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assert_clean()

    def test_a_badly_indented_line_is_found(self):
        self.seed("host/x.c", SPDX + "int wh_x(void)\n{\n  return 1;\n}\n")
        self.assert_found("host/x.c:3: not formatted")

    def test_a_brace_out_of_place_is_found_once_a_file(self):
        self.seed("host/x.c", SPDX + "int wh_x(void) {\n  return 1; }\n")
        self.assert_found("host/x.c:2: not formatted")


class NoFormat(SeededTree):
    check = "check_format.py"

    def test_it_says_that_it_is_skipped_where_the_tool_is_missing(self):
        result = self.run_check(str(self.root), path=str(self.root))
        self.assertEqual(result.returncode, 77)
        self.assertIn("skipped: clang-format 14 is not installed", result.stdout)


if __name__ == "__main__":
    unittest.main()
