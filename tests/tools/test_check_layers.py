#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import unittest

from seeded_tree import SPDX, SeededTree

# (file that includes, headers besides core/a.h, include line, what is said; None: allowed)
ROWS = [
    ("core/x.c", ["meter/m.h"], '#include "meter/m.h"', "core must not include from meter"),
    ("meter/x.c", ["protocol/dlms/d.h"], '#include "protocol/dlms/d.h"',
     "meter must not include from protocol"),
    ("protocol/dlms/x.c", ["meter/m.h"], '#include "meter/m.h"',
     "protocol must not include from meter"),
    ("protocol/dlms/x.c", ["protocol/p1/p.h"], '#include "protocol/p1/p.h"',
     "protocol/dlms and protocol/p1 do not know each other"),
    ("protocol/dlms/x.c", ["protocol/dlms/d.h"], '#include "protocol/dlms/d.h"', None),
    ("view/dlms/x.c", ["meter/m.h"], '#include "meter/m.h"', None),
    ("view/dlms/x.c", ["host/h.h"], '#include "host/h.h"', "view must not include from host"),
    ("meter/x.c", ["view/dlms/v.h"], '#include "view/dlms/v.h"',
     "meter must not include from view"),
    ("port/posix/x.c", ["meter/m.h"], '#include "meter/m.h"', "port must not include from meter"),
    ("host/x.c", ["protocol/dlms/d.h"], '#include "protocol/dlms/d.h"', None),
    ("host/x.c", ["meter/m.h"], '#include "meter/m.h"', "host must not include from meter"),
    ("host/x.c", ["world/w.h"], '#include "world/w.h"', "host must not include from world"),
    ("world/x.c", ["host/h.h"], '#include "host/h.h"', None),
    ("world/x.c", ["meter/m.h"], '#include "meter/m.h"', None),
    ("world/x.c", ["apps/a1.h"], '#include "apps/a1.h"', "world must not include from apps"),
    ("world/x.c", ["view/dlms/v.h"], '#include "view/dlms/v.h"',
     "world must not include from view"),
    ("apps/x.c", ["view/dlms/v.h"], '#include "view/dlms/v.h"', None),
    ("tests/x.c", ["view/dlms/v.h"], '#include "view/dlms/v.h"', None),
    ("core/x.c", [], "#include <stdio.h>", "portable code may not include it"),
    ("meter/x.c", [], "#include <math.h>", "portable code may not include it"),
    ("view/x.c", [], "  #  include <stdlib.h>", "portable code may not include it"),
    ("protocol/dlms/x.c", [], "#include <sys/types.h>", "portable code may not include it"),
    ("core/x.c", [], "#include <string.h>", None),
    ("host/x.c", [], "#include <stdio.h>", None),
    ("port/mbedtls/x.c", [], "#include <mbedtls/ecdsa.h>", None),
    ("port/posix/x.c", [], "#include <mbedtls/ecdsa.h>", "only port/mbedtls includes it"),
    ("apps/x.c", [], "#include <mbedtls/pk.h>", "only port/mbedtls includes it"),
    ("meter/x.c", [], "#include <mbedtls/pk.h>", "portable code may not include it"),
    ("core/x.c", [], '#include "a.h"', "from the root"),
    ("core/x.c", [], '#include "../core/a.h"', "from the root"),
    ("core/x.c", [], '#include "core/none.h"', "no such header"),
    ("core/x.c", [], '#include "core/a.c"', "not sources"),
    ("host/x.c", [], "#include <core/a.h>", "with quotes"),
    ("core/x.c", [], "#include WHATEVER", "write the file's name"),
    ("core/x.c", [], '// #include "meter/m.h"\n/* #include <stdio.h> */', None),
    ("attic/x.c", [], "", "no place in the layers"),
]


class Layers(SeededTree):
    check = "check_layers.py"

    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assert_clean()

    def test_an_empty_folder_is_no_success(self):
        self.assert_nothing_is_no_success()

    def test_a_table_that_the_folder_makes_is_included_by_its_bare_name(self):
        self.seed("core/CMakeLists.txt", "add_custom_command(OUTPUT ${generated}/unit_table.h)\n")
        self.seed("core/x.c", SPDX + '#include "unit_table.h"\n')
        self.assert_clean()
        self.seed("meter/x.c", SPDX + '#include "unit_table.h"\n')
        self.assert_found("meter/x.c:2")

    def test_a_header_of_the_tree_is_never_included_by_its_bare_name(self):
        self.seed("core/CMakeLists.txt", "add_library(core a.h)\n")
        self.seed("core/x.c", SPDX + '#include "a.h"\n')
        self.assert_found("from the root")

    def test_each_seeded_include_is_judged(self):
        for name, headers, line, said in ROWS:
            with self.subTest(file=name, line=line):
                self.setUp()
                for header in headers:
                    self.seed(header, SPDX)
                self.seed(name, SPDX + line + "\n")
                self.assert_judged(said)


if __name__ == "__main__":
    unittest.main()
