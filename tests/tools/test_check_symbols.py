#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import subprocess
import unittest

from seeded_tree import SeededTree

# (C of a library, compiler flags, what is said; None: allowed)
ROWS = [
    ("int wh_x(void);\nint wh_x(void) { return 1; }", [], None),
    ("int wh_y(void);\nint wh_x(void) { return wh_y(); }", [], None),
    ("void *malloc(unsigned long);\nvoid *wh_x(void) { return malloc(3); }", [], "needs malloc"),
    ("int printf(const char *, ...);\nint wh_x(int n) { return printf(\"%d\", n); }", [],
     "needs printf"),
    ("double sin(double);\ndouble wh_x(double a) { return sin(a); }", [], "needs sin"),
    ("int open(const char *, int);\nint wh_x(void) { return open(\"/\", 0); }", [], "needs open"),
    ("void *memcpy(void *, const void *, unsigned long);\n"
     "void wh_x(void *a, void *b, unsigned long n) { memcpy(a, b, n); }", [], None),
    ("int x(void) { return 1; }", [], "exports x"),
    ("const int x = 1;", [], "exports x"),
    ("int wh_x = 1;", [], "keeps writable data: wh_x in .data"),
    ("int wh_x;", [], "keeps writable data: wh_x in .bss"),
    ("int wh_x;", ["-fcommon"], "keeps writable data: wh_x in *COM*"),
    ("static int n;\nint wh_x(void) { return n++; }", [], "keeps writable data: n in .bss"),
    ("int wh_x(void) { static int n = 7; return n++; }", [], "in .data"),
    ("static _Thread_local int n;\nint wh_x(void) { return n++; }", [], "in .tbss"),
    ("static const char *t[2] = {\"a\", \"b\"};\n"
     "const char *wh_x(int i) { t[0] = t[1]; return t[i]; }", ["-fPIE"], "in .data.rel.local"),
    ("static const char *const t[2] = {\"a\", \"b\"};\nconst char *wh_x(int i) { return t[i]; }",
     ["-fPIE"], None),
    ("__int128 wh_x(__int128 a, __int128 b) { return a / b; }", [], None),
    ("int wh_x(int *a, int i) { return a[i] / i; }", ["-fsanitize=address,undefined"], None),
]


class Symbols(SeededTree):
    check = "check_symbols.py"

    def archive(self, source, flags):
        self.seed("x.c", source + "\n")
        for command in (["cc", "-O1", "-g", "-ffunction-sections", "-fdata-sections", *flags, "-c",
                         "x.c", "-o", "x.o"], ["ar", "rcs", "libx.a", "x.o"]):
            subprocess.run(command, cwd=self.root, check=True)
        return str(self.root / "libx.a")

    def test_each_seeded_library_is_judged(self):
        for source, flags, said in ROWS:
            with self.subTest(source=source):
                self.setUp()
                archive = self.archive(source, flags)
                self.assert_judged(said, archive)

    def test_floating_point_routines_are_refused_where_asked(self):
        for name in ("__aeabi_dmul", "__aeabi_ui2d", "__aeabi_f2lz", "__adddf3", "__fixdfdi"):
            with self.subTest(name=name):
                self.setUp()
                archive = self.archive(f"void {name}(void);\nvoid wh_x(void) {{ {name}(); }}", [])
                self.assert_found(f"needs {name}", "--no-float", archive)

    def test_integer_routines_are_not_taken_for_floating_point(self):
        for name in ("__aeabi_uldivmod", "__aeabi_ldivmod", "__divti3", "__aeabi_memcpy"):
            with self.subTest(name=name):
                self.setUp()
                archive = self.archive(f"void {name}(void);\nvoid wh_x(void) {{ {name}(); }}", [])
                self.assert_clean("--no-float", archive)

    def test_an_archive_without_symbols_is_no_success(self):
        subprocess.run(["ar", "rcs", "libx.a"], cwd=self.root, check=True)
        self.assertEqual(self.run_check(str(self.root / "libx.a")).returncode, 1)


if __name__ == "__main__":
    unittest.main()
