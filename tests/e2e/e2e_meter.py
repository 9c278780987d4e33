# SPDX-License-Identifier: Apache-2.0
"""Meters for end-to-end tests: started on a free port of this machine, ended by their own pid.

Every wait has an end: PATIENCE_S for what a busy machine may take, and an alarm for the test as a
whole.
"""
import json
import math
import os
import re
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

PATIENCE_S = 60
WHOLE_S = 280

BIN = os.environ["WH_BIN"]
METER = os.path.join(BIN, "watthour-meter")
WATTHOUR = os.path.join(BIN, "watthour")


def give_up(_signal, _frame):
    raise TimeoutError(f"the test as a whole took more than {WHOLE_S} s")


class Meter:
    """A running watthour-meter. Use as a context: it is gone at the end of the block."""

    def __init__(self, folder, config, name="meter.yaml"):
        self.path = os.path.join(folder, name)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(config)
        self.process = subprocess.Popen([METER, "--config", self.path], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True)
        self.lines = []
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        line = self.wait_for(r"event=listening url=dlms://\S+")
        self.url = re.search(r"url=(\S+)", line).group(1)
        self.port = int(self.url.rsplit(":", 1)[1])

    def _read(self):
        for line in self.process.stderr:
            with self.news:
                self.lines.append(line.rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.lines.append("end of the log")
            self.news.notify_all()

    def wait_for(self, pattern, count=1):
        """The count-th line of the log that matches."""
        end = time.monotonic() + PATIENCE_S
        with self.news:
            while True:
                found = [line for line in self.lines if re.search(pattern, line)]
                if len(found) >= count:
                    return found[count - 1]
                if "end of the log" in self.lines or time.monotonic() > end:
                    raise AssertionError(f"no {pattern!r} in the log:\n" + "\n".join(self.lines))
                self.news.wait(0.5)

    def stop(self, number=signal.SIGTERM):
        """End it and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.reader.join(PATIENCE_S)
            self.process.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.process.stderr.closed:
            self.stop()


def run(*arguments):
    """A program that ends by itself: status, standard output, standard error."""
    result = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=PATIENCE_S, check=False)
    return result.returncode, result.stdout, result.stderr


def snapshot(url):
    status, out, err = run(WATTHOUR, "watch", "--json", "--timeout", "30", url)
    if status != 0:
        raise AssertionError(f"watch: exit status {status}: {err}")
    return json.loads(out)


class RawClient:
    """The bytes of a DLMS client, so that tests decide what goes over the wire and when."""

    AARQ = bytes.fromhex("601da109060760857405080101be10040e01000000065f1f0400001e1dffff")

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)

    def exchange(self, apdu):
        self.socket.sendall(struct.pack(">HHHH", 1, 16, 1, len(apdu)) + apdu)
        head = self._take(8)
        version, source, destination, length = struct.unpack(">HHHH", head)
        if (version, source, destination) != (1, 1, 16):
            raise AssertionError(f"wrapper {head.hex()}")
        return self._take(length)

    def _take(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("closed by the meter")
            data += more
        return data

    def associate(self):
        answer = self.exchange(self.AARQ)
        if answer[0] != 0x61 or bytes.fromhex("a203020100") not in answer:
            raise AssertionError(f"not an AARE that accepts: {answer.hex()}")

    def energy_mwh(self, c):
        """Register 1-0:c.8.0, as it is on the wire: long64-unsigned in mWh."""
        answer = self.exchange(bytes.fromhex("c001c1000301 00 %02x 08 00 ff 02 00" % c))
        if answer[:5] != bytes.fromhex("c401c10015"):
            raise AssertionError(f"not a long64-unsigned: {answer.hex()}")
        return struct.unpack(">Q", answer[5:13])[0]

    def close(self):
        self.socket.close()


def write_steady_recording(path, seconds=1):
    """At 1600 Hz: 230 V; 10 A on L1 and L3, L2 sends 5 A back."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("# fs_hz=1600\n# f_nominal_hz=50\nU1,I1,U2,I2,U3,I3\n")
        for n in range(1600 * seconds):
            row = []
            for k, current in enumerate((10.0, -5.0, 10.0)):
                wave = math.sqrt(2) * math.sin(2 * math.pi * (50 * n / 1600 - k / 3))
                row += [f"{230 * wave:.6f}", f"{current * wave:.6f}"]
            file.write(",".join(row) + "\n")


class EndToEnd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        signal.signal(signal.SIGALRM, give_up)
        signal.alarm(WHOLE_S)
        cls.temporary = tempfile.TemporaryDirectory(prefix="wh_e2e_")
        cls.folder = cls.temporary.name
        write_steady_recording(os.path.join(cls.folder, "steady.csv"))

    @classmethod
    def tearDownClass(cls):
        signal.alarm(0)
        cls.temporary.cleanup()
