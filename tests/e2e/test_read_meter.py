#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""watthour read: on a meter that measures, and on one that lies, refuses, stalls or hangs up."""
import json
import socket
import struct
import threading
import unittest

import e2e_meter
from e2e_meter import PATIENCE_S, WATTHOUR, Meter, run

STEADY = """
meter: { creep_w: 0, serial: '77', direction: arithmetic }
source:
  speed: unlimited
  start: 2026-06-21T12:00:00Z
  recording: { file: steady.csv, pairs: 'U1/I1,U2/I2,U3/I3', at_end: repeat }
server: { port: 0 }
"""

AARE = "6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f0400%s02000007"
REFUSED = "611fa109060760857405080101a203020101a305a103020101be0604040e010602"


def element(class_id, obis):
    """One element of an object list, without rights."""
    return "02041200%02x11000906%s020201000100" % (class_id, obis)


class FakeMeter:
    """Answers each APDU with the next of a list, in hex; None: hangs up. "" keeps silent."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE_S)
        self.url = "dlms://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        try:
            peer, _ = self.listener.accept()
        except OSError:
            return
        with peer:
            peer.settimeout(PATIENCE_S)
            try:
                for answer in self.answers:
                    if answer is None:
                        return
                    head = peer.recv(8, socket.MSG_WAITALL)
                    if len(head) < 8:
                        return
                    request = peer.recv(struct.unpack(">H", head[6:])[0], socket.MSG_WAITALL)
                    if answer:
                        body = bytearray.fromhex(answer)
                        if body[0] == 0xC4:
                            body[2] = request[2]  # the invocation it belongs to
                        peer.sendall(struct.pack(">HHHH", 1, 1, 16, len(body)) + body)
                while peer.recv(4096):
                    pass
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.thread.join(PATIENCE_S)


class ReadMeter(e2e_meter.EndToEnd):
    def read(self, *arguments):
        """A meter of this test that is busy is not one that is silent."""
        patience = ["--timeout", "50"] if "--timeout" not in arguments else []
        return run(WATTHOUR, "read", *arguments, *patience)

    def test_the_whole_list_is_read_as_a_table_and_as_json(self):
        with Meter(self.folder, STEADY) as meter:
            status, out, err = self.read(meter.url, "--json")
            self.assertEqual((status, err), (0, ""))
            objects = {o["name"]: o for o in json.loads(out)["objects"] if o["name"]}
            self.assertGreater(len(objects), 100)
            self.assertAlmostEqual(objects["l1_voltage"]["value"], 230, delta=0.01)
            self.assertEqual(objects["l1_voltage"]["unit"], "V")
            self.assertAlmostEqual(objects["l2_active_power"]["value"], -1150, delta=0.2)
            self.assertAlmostEqual(objects["l2_active_power_export"]["value"], 1150, delta=0.2)
            self.assertEqual(objects["l2_active_power_import"]["value"], 0)
            self.assertAlmostEqual(objects["frequency"]["value"], 50, delta=0.001)
            self.assertAlmostEqual(objects["l2_voltage_angle"]["value"], 120, delta=0.01)
            self.assertAlmostEqual(objects["l2_current_angle"]["value"], 180, delta=0.01)
            self.assertEqual(objects["serial_number"]["value"], "77")
            self.assertEqual(objects["active_energy_import"]["unit"], "Wh")
            self.assertGreater(objects["active_energy_import"]["value"], 0)
            self.assertTrue(objects["clock"]["value"].startswith("2026-"))
            status, out, err = self.read(meter.url)
            self.assertEqual((status, err), (0, ""))
            rows = {line.split()[1]: line.split()[2:] for line in out.splitlines()}
            self.assertEqual(rows["l1_voltage"][1], "V")
            self.assertAlmostEqual(float(rows["l1_voltage"][0]), 230, delta=0.01)

    def test_codes_patterns_and_names_choose(self):
        with Meter(self.folder, STEADY) as meter:
            status, out, _ = self.read(meter.url, "1.8.0", "1-0:x2.7.0")
            self.assertEqual(status, 2)  # x stands for a whole number
            status, out, _ = self.read(meter.url, "1.8.0", "x.8.0", "frequency")
            self.assertEqual(status, 0)
            self.assertEqual(len(out.splitlines()), 45)
            status, out, err = self.read(meter.url, "1.8.0", "1.8.7", "--json")
            self.assertEqual(status, 1)
            self.assertEqual(len(json.loads(out)["objects"]), 1)
            self.assertIn("1.8.7", err)
            status, _, err = self.read(meter.url + "?client=1")
            self.assertEqual(status, 1)
            self.assertIn("refused the association", err)

    def test_a_refusal_of_one_value_is_said_and_counts_only_where_it_was_asked_for(self):
        energy = "0100010800ff"
        answers = [AARE % "001210", "c401c10001 01" + element(3, energy), "c403c10201030103"]
        with FakeMeter(*answers) as meter:
            status, out, _ = self.read(meter.url)
            self.assertEqual(status, 0)
            self.assertIn("(access denied)", out)
        with FakeMeter(*answers) as meter:
            status, out, _ = self.read(meter.url, "1.8.0", "--json")
            self.assertEqual(status, 1)
            self.assertEqual(json.loads(out)["objects"][0]["error"], "access denied")

    def test_what_a_meter_sends_does_not_steer_the_terminal(self):
        name = "00002a0000ff"
        with FakeMeter(AARE % "001210", "c401c10001 01" + element(1, name),
                       "c401c1000a071b5b324a9b3141") as meter:
            status, out, _ = self.read(meter.url)
            self.assertEqual(status, 0)
            self.assertIn("1B5B324A9B3141", out)
            self.assertNotIn("\x1b", out)

    def test_a_meter_without_lists_is_asked_one_by_one(self):
        with FakeMeter(AARE % "001010", "c401c10001 01" + element(3, "0100010800ff"),
                       "c401c10002020f03161e", "c401c100060000002a") as meter:
            status, out, _ = self.read(meter.url, "1.8.0")
            self.assertEqual(status, 0)
            self.assertIn("42000 Wh", out)

    def test_meters_that_go_wrong_are_said_in_one_line(self):
        rows = [
            ("refuses", [REFUSED], "incompatible conformance"),
            ("hangs up at once", [None], "closed the connection"),
            ("hangs up in a transfer", [AARE % "001210", "c402c100000000010003010203", None],
             "closed the connection"),
            ("is silent", [""], "does not answer in time"),
            ("stalls in a transfer", [AARE % "001210", "c402c100000000010003010203", ""],
             "does not answer in time"),
            ("gives no list", [AARE % "001210", "c401c10103"], "access denied"),
            ("gives a number as its list", [AARE % "001210", "c401c1001101"], "object list"),
            ("gives a list that breaks off", [AARE % "001210", "c401c1000102" + element(1, "00" * 6)],
             "not DLMS"),
            ("answers with an exception", [AARE % "001210", "d80102"], "service not supported"),
            ("answers with anything", [AARE % "001210", "c401c100ff00ff"], "object list"),
        ]
        for name, answers, words in rows:
            with self.subTest(name), FakeMeter(*answers) as meter:
                seconds = "1" if answers[-1] == "" else "50"
                status, out, err = self.read(meter.url, "--timeout", seconds)
                self.assertEqual((status, out), (1, ""))
                self.assertIn(words, err)
                self.assertEqual(len(err.splitlines()), 1)

    def test_bad_input_ends_with_2_and_one_line(self):
        for arguments in ([], ["http://x"], ["dlms://x:0"], ["dlms://x", "1.8"],
                          ["dlms://x", "--timeout", "0"], ["dlms://x", "--timeout"],
                          ["dlms://x", "--nonsense"], ["dlms://x", "--timeout", "1e3"]):
            with self.subTest(arguments):
                status, out, err = run(WATTHOUR, "read", *arguments)
                self.assertEqual((status, out), (2, ""))
                self.assertEqual(len(err.splitlines()), 1)

    def test_nobody_there_is_said(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        status, _, err = self.read("dlms://127.0.0.1:%d" % port)
        self.assertEqual(status, 1)
        self.assertIn("no connection", err)

    def test_help_ends_in_examples(self):
        status, out, _ = self.read("--help")
        self.assertEqual(status, 0)
        self.assertIn("examples:\n", out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
