#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./run with a fake build, meter and watthour: what it starts, shows and ends."""
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "run"
METER = """
echo "$$" >{root}/meter.pid
trap 'echo ended >{root}/meter.ended; exit 0' TERM
echo "2026-03-01T12:00:00.123Z level=info event=listening url=dlms://127.0.0.1:4059" >&2
while :; do sleep 0.05; done
"""
PORT_IN_USE = 'echo "watthour-meter: 127.0.0.1:4059: address already in use" >&2; exit 2'
PATIENCE_S = 60


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def heed_interrupts():
    """In the child: a shell in the background may have had SIGINT ignored for all below it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class RunScript(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("bin", "build/run/bin", "demo", "tools"):
            (self.root / name).mkdir(parents=True)
        shutil.copy(SCRIPT, self.root)
        (self.root / "demo" / "meter.yaml").write_text("", encoding="utf-8")
        self.fake("tools/install_packages.sh", "exit 0")
        self.fake("bin/cmake", "exit 0")
        self.fake("build/run/bin/watthour-meter", METER.format(root=self.root))
        self.fake("build/run/bin/watthour", 'echo "watthour $*"')
        self.env = dict(os.environ, PATH=f"{self.root}/bin:{os.environ['PATH']}")

    def fake(self, name, body):
        path = self.root / name
        path.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def run_script(self, *arguments):
        return subprocess.run([str(self.root / "run"), *arguments], env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)

    def wait_for(self, name):
        for _ in range(PATIENCE_S * 20):
            path = self.root / name
            if path.exists() and path.read_text(encoding="utf-8").endswith("\n"):
                return path.read_text(encoding="utf-8").strip()
            time.sleep(0.05)
        self.fail(f"{name} does not appear")

    def assert_meter_ended(self):
        self.assertEqual(self.wait_for("meter.ended"), "ended")
        self.assertFalse(alive(int(self.wait_for("meter.pid"))))

    def test_without_a_terminal_it_says_where_to_look_and_shows_a_snapshot(self):
        result = self.run_script("--once")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("build/run/bin/watthour watch dlms://127.0.0.1:4059", result.stdout)
        self.assertTrue(result.stdout.endswith("\nwatthour watch --once dlms://127.0.0.1:4059\n"))
        self.assert_meter_ended()

    def test_the_snapshot_waits_until_something_is_measured(self):
        self.fake("build/run/bin/watthour", f"echo x >>{self.root}/asked\n"
                  f'[ $(wc -l <{self.root}/asked) -gt 2 ] && echo "frequency  50.0 Hz" ||'
                  ' echo "frequency        - Hz"')
        result = self.run_script("--once")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(result.stdout.endswith("\nfrequency  50.0 Hz\n"), result.stdout)
        self.assert_meter_ended()

    def test_a_signal_ends_the_meter_and_only_what_was_started(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number=number):
                self.setUp()
                bystander = subprocess.Popen(["sleep", str(PATIENCE_S)])
                script = subprocess.Popen([str(self.root / "run")], env=self.env,
                                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                          start_new_session=True, text=True,
                                          preexec_fn=heed_interrupts)
                while "Ctrl-C" not in script.stdout.readline():
                    self.assertIsNone(script.poll())
                script.send_signal(number)
                self.assertEqual(script.wait(PATIENCE_S), 0)
                script.stdout.close()
                self.assert_meter_ended()
                self.assertIsNone(bystander.poll())
                bystander.kill()
                bystander.wait()

    def test_on_a_terminal_it_watches_and_ends_with_the_watch(self):
        shown = bytearray()

        def read(descriptor):
            data = os.read(descriptor, 1024)
            shown.extend(data)
            return data

        environment = os.environ.copy()
        os.environ.update(self.env)
        try:
            status = pty.spawn([str(self.root / "run")], read, lambda _: b"")
        finally:
            os.environ.clear()
            os.environ.update(environment)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assertIn(b"watthour watch dlms://127.0.0.1:4059", bytes(shown))
        self.assert_meter_ended()

    def test_a_port_in_use_is_a_clear_line(self):
        self.fake("build/run/bin/watthour-meter", PORT_IN_USE)
        result = self.run_script()
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr.splitlines(), [
            "./run: the meter does not start:",
            "watthour-meter: 127.0.0.1:4059: address already in use"])

    def test_a_build_that_fails_is_told_with_its_log(self):
        self.fake("bin/cmake", 'echo "x.c:1: error: no"; exit 1')
        result = self.run_script()
        self.assertEqual(result.returncode, 1)
        self.assertIn("x.c:1: error: no", result.stdout)
        self.assertIn("build/run/build.log", result.stderr)

    def test_missing_packages_end_it_with_2(self):
        self.fake("tools/install_packages.sh", 'echo "type this" >&2; exit 2')
        result = self.run_script()
        self.assertEqual((result.returncode, result.stderr), (2, "type this\n"))

    def test_a_configuration_that_is_not_there_ends_it_with_2(self):
        result = self.run_script("--config", "none.yaml")
        self.assertEqual(result.returncode, 2)
        self.assertIn("cannot read the configuration 'none.yaml'", result.stderr)

    def test_an_unknown_argument_ends_it_with_2(self):
        self.assertEqual(self.run_script("--never").returncode, 2)

    def test_the_help_page_names_every_option(self):
        result = self.run_script("--help")
        self.assertEqual(result.returncode, 0)
        for option in ("--config", "--once", "--help"):
            self.assertIn(option, result.stdout)


if __name__ == "__main__":
    unittest.main()
