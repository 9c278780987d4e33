# SPDX-License-Identifier: Apache-2.0
"""watthour watch on a real terminal (tmux): what is on the page, resizing, a meter that goes away
and comes back, and q. Exits 77, which ctest counts as skipped, where there is no tmux."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import unittest

import e2e_meter
from e2e_meter import PATIENCE_S, WATTHOUR, Meter

SUNNY = """
meter: { direction: arithmetic, logical_device_name: WHT0000000000042, utc_offset_min: 120 }
source:
  speed: unlimited
  start: 2026-06-21T12:00:00+02:00
  home: { solar_peak_w: 6000, solar_phases: [1, 3], clouds: 0, appliances: true }
server: { port: %d }
"""


# In real time few events come, so that the one a test waits for is not pushed off the page.
CALM = SUNNY.replace("speed: unlimited", "speed: 1")


KEEPS = CALM + """keep:
  store: { file: %s.store }
  zone: CET-1CEST,M3.5.0,M10.5.0/3
  display: { screen_s: 1, rate_names: true, automatic: ['1.8.0', '16.7.0', '0.9.1'] }
"""


class Terminal:
    """A tmux server of its own with one window that runs one command."""

    def __init__(self, folder, command, cols=80, rows=24):
        self.socket = os.path.join(folder, "tmux.sock")
        # What it leaves as its exit status stays to be read.
        session = ("new-session", "-d", "-x", str(cols), "-y", str(rows),
                   f"TERM=screen-256color {command}; echo left with $?; cat")
        try:
            self.tmux(*session)
        except subprocess.CalledProcessError:  # a busy machine: its server was not up in time
            time.sleep(2)
            self.tmux(*session)

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE_S, check=True).stdout

    def page(self):
        return self.tmux("capture-pane", "-p")

    def wait_for(self, *texts):
        end = time.monotonic() + PATIENCE_S
        while True:
            page = self.page()
            if all(text in page for text in texts):
                return page
            if time.monotonic() > end:
                raise AssertionError(f"{texts} did not appear:\n{page}")
            time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")


class Screen(e2e_meter.EndToEnd):
    def command(self, url, *options):
        return " ".join(["LC_ALL=C.UTF-8", shlex.quote(WATTHOUR), "watch", *options, url])

    def test_the_page_shows_both_directions_and_q_leaves_it(self):
        with Meter(self.folder, SUNNY % 0) as meter:
            with Terminal(self.folder, self.command(meter.url, "-i", "0.2")) as terminal:
                page = terminal.wait_for("● live", " exports now")
                for text in ("WHT0000000000042", "L1 L2 L3", "2026-06-21 12:", " V ", " A ", "PF",
                             "import kWh", "export kWh", "U1", "U2", "U3", "QIV", "q quit",
                             meter.url):
                    self.assertIn(text, page)
                self.assertEqual(len(page.splitlines()), 24)
                terminal.tmux("send-keys", "h")
                terminal.wait_for("turning")
                terminal.tmux("send-keys", "h")
                terminal.tmux("send-keys", "q")
                terminal.wait_for("left with 0")

    def test_it_follows_the_size_of_the_terminal(self):
        with Meter(self.folder, SUNNY % 0) as meter:
            with Terminal(self.folder, self.command(meter.url, "-i", "0.2")) as terminal:
                terminal.wait_for("● live", "QIV")
                terminal.tmux("resize-window", "-x", "130", "-y", "45")
                terminal.wait_for("● live", "QIV", meter.url)
                terminal.tmux("resize-window", "-x", "50", "-y", "12")
                terminal.wait_for("80x24 shows all")
                terminal.tmux("send-keys", "C-c")
                terminal.wait_for("left with 0")

    def test_ascii_without_colour_says_the_same(self):
        with Meter(self.folder, SUNNY % 0) as meter:
            command = self.command(meter.url, "-i", "0.2", "--ascii", "--mono")
            with Terminal(self.folder, command) as terminal:
                page = terminal.wait_for("* live", "import >", " exports now")
                self.assertTrue(page.isascii(), page)
                colours = terminal.tmux("capture-pane", "-p", "-e")
                self.assertIsNone(re.search(r"\x1b\[[0-9;]*\b(3[0-8]|4[0-8]|9[0-7])\b", colours))

    def test_a_meter_that_goes_and_comes_back(self):
        meter = Meter(self.folder, CALM % 0)
        with meter:
            port = meter.port
            with Terminal(self.folder, self.command(meter.url, "-i", "0.2"),
                          rows=40) as terminal:
                terminal.wait_for("● live")
                self.assertEqual(meter.stop(), 0)
                terminal.wait_for("● lost, again in", "s old")
                with Meter(self.folder, CALM % port):
                    terminal.wait_for("● live", "connection is back")
                terminal.wait_for("● lost")
                terminal.tmux("send-keys", "q")
                terminal.wait_for("left with 0")

    def test_the_display_of_the_meter_is_shown_as_it_looks(self):
        with Meter(self.folder, KEEPS % (0, "lcd")) as meter:
            with Terminal(self.folder, self.command(meter.url, "-i", "0.2", "--lcd")) as terminal:
                page = terminal.wait_for("●kWh", "1.8.0", "●sharp", "●L1 ●L2 ●L3", "d values")
                self.assertIn("┏━━━━┓", page)
                self.assertEqual(len(page.splitlines()), 24)
                terminal.wait_for("●kW ", "16.7.0")
                page = terminal.wait_for("0.9.1")
                self.assertNotIn("●kW", page)
                terminal.tmux("send-keys", "d")
                terminal.wait_for("import kWh", "d display")
                terminal.tmux("send-keys", "d")
                terminal.wait_for("●sharp")
                terminal.tmux("send-keys", "q")
                terminal.wait_for("left with 0")
            status, out, err = e2e_meter.run(WATTHOUR, "watch", "--once", "--lcd", meter.url)
            self.assertEqual((status, err), (0, ""))
            self.assertIn("*sharp", out)
            self.assertTrue(out.isascii())
            self.assertEqual(len(out.splitlines()), 16)

    def test_a_meter_without_a_display_says_so(self):
        with Meter(self.folder, CALM % 0) as meter:
            status, out, err = e2e_meter.run(WATTHOUR, "watch", "--once", "--lcd", meter.url)
            self.assertEqual((status, out), (1, ""))
            self.assertIn("does not tell what its display shows", err)
            with Terminal(self.folder, self.command(meter.url, "--lcd")) as terminal:
                terminal.wait_for("This meter does not tell what its display shows.")
        status, _, err = e2e_meter.run(WATTHOUR, "watch", "--json", "--lcd", meter.url)
        self.assertEqual(status, 2)
        self.assertIn("--json has no picture of a display", err)


if __name__ == "__main__":
    if shutil.which("tmux") is None:
        print("skipped: tmux is not installed")
        sys.exit(77)
    unittest.main()
