# SPDX-License-Identifier: Apache-2.0
"""A small tree that keeps every rule, to seed one violation into, and the check run over it."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "tools"
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"

GOOD = {
    "core/a.h": SPDX + "#ifndef WH_CORE_A_H\n#define WH_CORE_A_H\n\n#include <stdint.h>\n\n"
                       "uint32_t wh_a(void);\n\n#endif /* WH_CORE_A_H */\n",
    "core/a.c": SPDX + '#include "core/a.h"\n\nuint32_t wh_a(void)\n{\n    return 1;\n}\n',
    "meter/b.c": SPDX + '#include "core/a.h"\n',
    "tools/c.py": "#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\n",
}


class SeededTree(unittest.TestCase):
    check = ""  # set by the class that derives from this one

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        for name, text in GOOD.items():
            self.seed(name, text)

    def seed(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_check(self, *arguments, path=None):
        env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        if path is not None:
            env["PATH"] = path
        return subprocess.run([sys.executable, str(TOOLS / self.check), *arguments], env=env,
                              capture_output=True, text=True, check=False)

    def assert_clean(self, *arguments):
        result = self.run_check(*(arguments or (str(self.root),)))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def assert_found(self, what, *arguments):
        """The check fails, and of one violation only, whose line holds `what`."""
        result = self.run_check(*(arguments or (str(self.root),)))
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 2, result.stdout + result.stderr)
        self.assertIn(what, lines[0])

    def assert_judged(self, said, *arguments):
        """None: clean; else a violation whose line holds it."""
        if said is None:
            self.assert_clean(*arguments)
        else:
            self.assert_found(said, *arguments)

    def assert_nothing_is_no_success(self):
        """A check that was pointed at the wrong folder does not pass."""
        (self.root / "empty").mkdir()
        result = self.run_check(str(self.root / "empty"))
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("nothing to check", result.stdout)
