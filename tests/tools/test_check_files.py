#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import unittest

from seeded_tree import GOOD, SPDX, SeededTree


def header(guard, body=""):
    return f"{SPDX}#ifndef {guard}\n#define {guard}\n{body}\n#endif\n"


# (file, its text, what is said; None: allowed)
ROWS = [
    ("host/x.c", "int wh_x;\n", "no line 'SPDX"),
    ("tools/x.py", "print()\n", "no line 'SPDX"),
    ("tools/x.sh", "#!/bin/sh\n", "no line 'SPDX"),
    ("host/x.c", SPDX + "/* TO" "DO: more */\n", "finish it"),
    ("docs/x.md", "FIX" "ME\n", "finish it"),
    ("docs/x.md", "the method, and todo lists\n", None),
    ("host/x.c", SPDX + "\n" * 599, None),
    ("host/x.c", SPDX + "\n" * 600, "601 lines"),
    ("host/a.c", SPDX, "the name is taken by core/a.c"),
    ("host/x.h", SPDX + "int wh_x(void);\n", "no include guard"),
    ("host/x.h", SPDX + "#ifndef WH_X_H\n#define WH_Y_H\n#endif\n", "no include guard"),
    ("host/x.h", header("WH_X_H") + "int wh_x(void);\n", "no include guard"),
    ("host/x.h", header("X_H"), "is not WH_..._H"),
    ("host/x.h", header("WH_CORE_A_H"), "is that of core/a.h"),
    ("host/x.h", header("WH_HOST_X_H"), None),
    ("core/x.c", SPDX + "static float x;\n", "float: no floating point"),
    ("meter/metrology/x.c", SPDX + "int x = (int)sizeof(double);\n", "double: no floating"),
    ("meter/register/x.c", SPDX + "int x = (int)1.5;\n", "1.5: no floating point"),
    ("meter/register/x.c", SPDX + "int x = (int)1e3;\n", "1e3: no floating point"),
    ("meter/register/x.c", SPDX + "int x = (int)0x1p3;\n", "0x1p3: no floating point"),
    ("meter/register/x.c", SPDX + "int x = 0x1e3; /* 1.5 double */\n", None),
    ("core/x.c", SPDX + 'const char *x = "1.5 double";\n', None),
    ("meter/power_quality/x.c", SPDX + "static float x = 1.5f;\n", None),
    ("host/x.c", SPDX + "double x = 1.5;\n", None),
    ("meter/x.c", SPDX + "#if A\n#endif\n" * 6, None),
    ("host/x.c", SPDX + "#if A\n#endif\n" * 20, None),
]


class Files(SeededTree):
    check = "check_files.py"

    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assert_clean()

    def test_an_empty_folder_is_no_success(self):
        self.assert_nothing_is_no_success()

    def test_each_seeded_file_is_judged(self):
        for name, text, said in ROWS:
            with self.subTest(file=name, said=said):
                self.setUp()
                self.seed(name, text)
                self.assert_judged(said)

    def test_the_seventh_conditional_in_a_short_portable_folder_is_too_many(self):
        self.seed("meter/x.c", SPDX + "#if A\n#elif B\n#endif\n" * 3 + "#ifdef C\n#endif\n")
        result = self.run_check(str(self.root))
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout.count("7 conditionals in meter/, more than 6"), 7)

    def test_conditionals_are_counted_by_the_thousand_lines(self):
        for count, folder_lines, clean in ((12, 2000, True), (13, 2000, False)):
            with self.subTest(count=count):
                self.setUp()
                text = "#if A\n#endif\n" * count
                rest = folder_lines - 2 * count - GOOD["meter/b.c"].count("\n")
                self.seed("meter/x.c", SPDX + text)
                for i in range(4):
                    self.seed(f"meter/y{i}.c", SPDX + "\n" * (rest // 4))
                result = self.run_check(str(self.root))
                self.assertEqual(result.returncode == 0, clean, result.stdout)

    def test_every_program_may_have_its_main(self):
        self.seed("apps/one/main.c", SPDX)
        self.seed("apps/two/main.c", SPDX)
        self.assert_clean()

    def test_what_the_build_made_is_not_looked_at(self):
        self.seed("build/dev/x.c", "double x;\n")
        self.assert_clean()


if __name__ == "__main__":
    unittest.main()
