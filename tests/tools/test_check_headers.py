#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import unittest

from seeded_tree import SPDX, SeededTree


def header(name, body):
    return f"{SPDX}#ifndef WH_{name}_H\n#define WH_{name}_H\n{body}\n#endif\n"


class Headers(SeededTree):
    check = "check_headers.py"

    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assert_clean()

    def test_a_header_that_needs_another_one_first_is_found(self):
        self.seed("host/x.h", header("X", "uint32_t wh_x(void);"))
        self.assert_found("host/x.h:1: does not compile alone")

    def test_a_header_that_cannot_be_included_twice_is_found(self):
        self.seed("host/x.h", SPDX + "struct wh_x { int a; };\n")
        self.assert_found("host/x.h:1: does not compile alone")

    def test_portable_headers_are_plain_c11(self):
        self.seed("core/x.h", header("X", "typeof(int) wh_x(void);"))
        self.assert_found("core/x.h:1: does not compile alone")

    def test_hosted_headers_have_posix(self):
        self.seed("host/x.h", header("X", "#include <stdio.h>\nint wh_x(FILE *f, off_t at);\n"
                                          "static inline int wh_y(FILE *f)\n"
                                          "{\n    return fileno(f);\n}"))
        self.assert_clean()


if __name__ == "__main__":
    unittest.main()
