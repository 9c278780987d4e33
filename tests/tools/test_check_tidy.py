#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import json
import shutil
import unittest

from seeded_tree import SPDX, TOOLS, SeededTree


class Tidy(SeededTree):
    check = "check_tidy.py"

    def setUp(self):
        super().setUp()
        shutil.copy(TOOLS.parent / ".clang-tidy", self.root)

    def compile_commands(self, *names):
        """A build folder that knows these sources; returns the check's argument."""
        entries = [{"directory": str(self.root), "file": str(self.root / name),
                    "command": f"cc -std=c11 -Wall -I{self.root} -c {name}"} for name in names]
        self.seed("build/compile_commands.json", json.dumps(entries))
        self.seed("build/CMakeCache.txt", f"CMAKE_HOME_DIRECTORY:INTERNAL={self.root.resolve()}\n")
        if self.run_check(str(self.root / "build")).returncode == 77:
            self.skipTest("clang-tidy 14 is not installed")
        return str(self.root / "build")

    def test_a_clean_source_passes(self):
        self.assert_clean(self.compile_commands("core/a.c"))

    def test_a_function_that_is_too_long_is_found(self):
        body = "    n += 1;\n" * 81
        self.seed("core/x.c", SPDX + "int wh_x(int n);\nint wh_x(int n)\n{\n" + body +
                  "    return n;\n}\n")
        self.assert_found("core/x.c:3: function 'wh_x' exceeds", self.compile_commands("core/x.c"))

    def test_missing_braces_are_found(self):
        self.seed("host/x.c", SPDX + "int wh_x(int n);\nint wh_x(int n)\n{\n"
                  "    if (n > 1)\n        return 2;\n    return n;\n}\n")
        self.assert_found("host/x.c:5: statement should be inside braces",
                          self.compile_commands("core/a.c", "host/x.c"))

    def test_paths_are_followed_in_portable_code_and_with_deep_everywhere(self):
        source = (SPDX + "int wh_{0}(int n);\nint wh_{0}(int n)\n{{\n    int x;\n"
                  "    if (n > 1) {{\n        x = 1;\n    }}\n    return x + n;\n}}\n")
        self.seed("core/x.c", source.format("x"))
        self.seed("host/y.c", source.format("y"))
        build = self.compile_commands("core/x.c", "host/y.c")
        self.assert_found("core/x.c:9: The left operand of '+' is a garbage value", build)
        self.assert_clean(build, "host")
        self.assert_found("host/y.c:9: The left operand", "--deep", build, "host")

    def test_tests_are_not_looked_at(self):
        self.seed("tests/x.c", "int f(int n)\n{\n    if (n)\n        return 1;\n    return 2;\n}\n")
        self.assert_clean(self.compile_commands("core/a.c", "tests/x.c"))

    def test_only_the_folders_asked_for_are_looked_at(self):
        self.seed("host/x.c", SPDX + "int wh_x(int n);\nint wh_x(int n)\n{\n"
                  "    if (n > 1)\n        return 2;\n    return n;\n}\n")
        build = self.compile_commands("core/a.c", "host/x.c")
        self.assert_clean(build, "core")
        self.assert_found("host/x.c:5", build, "host")

    def test_a_source_that_does_not_compile_is_found(self):
        self.seed("core/x.c", SPDX + '#include "core/none.h"\n')
        self.assert_found("core/x.c:2: 'core/none.h' file not found",
                          self.compile_commands("core/x.c"))


class NoTidy(SeededTree):
    check = "check_tidy.py"

    def test_it_says_that_it_is_skipped_where_the_tool_is_missing(self):
        result = self.run_check(str(self.root), path=str(self.root))
        self.assertEqual(result.returncode, 77)
        self.assertIn("skipped: clang-tidy 14 is not installed", result.stdout)


if __name__ == "__main__":
    unittest.main()
