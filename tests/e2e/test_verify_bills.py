#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""watthour keys and verify: bills that a meter signed, and what can be done to them afterwards."""
import json
import os
import re
import shutil
import stat
import subprocess
import unittest

from e2e_meter import WATTHOUR, EndToEnd, run

MAKE_BILLS = os.environ["WH_MAKE_BILLS"]


class VerifyBills(EndToEnd):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = os.path.join(cls.folder, "meter.key")
        cls.public = os.path.join(cls.folder, "meter.pub")
        status, cls.said, _ = run(WATTHOUR, "keys", "new", "--out", cls.key)
        assert status == 0
        cls.originals = {}
        for form in ("json", "whr"):
            folder = os.path.join(cls.folder, form)
            status, _, err = run(MAKE_BILLS, folder, cls.key, "0", "5", form)
            assert status == 0, err
            cls.originals[form] = folder

    def setUp(self):
        self.bills = os.path.join(self.folder, self._testMethodName)
        shutil.copytree(self.originals["json"], self.bills)

    def path(self, number, form="json", folder=None):
        return os.path.join(folder or self.bills, f"77-billing-1-{number:010}.{form}")

    def paths(self, *numbers):
        return [self.path(n) for n in numbers]

    def verify(self, *files, key=None, options=()):
        return run(WATTHOUR, "verify", *files, "--key", key or self.public, *options)

    def assert_refused(self, files, words, status=1, faults=1, key=None):
        """Exit status, one line for each fault, and these words in one of them."""
        is_status, out, err = self.verify(*files, key=key)
        self.assertEqual(is_status, status, err)
        self.assertEqual(len(err.splitlines()), faults, err)
        self.assertRegex(err, words)
        self.assertTrue(status == 2 or "NOT GOOD" in out)

    def change(self, number, old, new):
        """A JSON bill with this text put for the other, which it holds."""
        with open(self.path(number), encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(self.path(number), "w", encoding="utf-8") as file:
            file.write(text.replace(old, new, 1))

    def test_what_the_meter_signed_is_genuine_in_either_form(self):
        for form, folder in self.originals.items():
            status, out, err = self.verify(*(self.path(n, form, folder) for n in range(5)))
            self.assertEqual((status, err), (0, ""))
            self.assertIn("5 bills are genuine, none left out", out)
            self.assertRegex(out, r"1-0:1\.8\.0 +active energy imported +1484\.567891 kWh  "
                                  r"\+250\.000001 kWh\n")
            self.assertRegex(out, r"1-0:9\.8\.0 +apparent energy imported +-\n")
            self.assertRegex(out, r"2  2026-04-01T00:00:00\+02:00, power down  ")
        status, out, _ = self.verify(self.path(0))
        self.assertEqual(status, 0)
        self.assertIn("1 bill is genuine", out)

    def test_both_forms_hold_the_same_signed_bytes(self):
        with open(self.path(2), encoding="utf-8") as file:
            bill = json.load(file)
        with open(self.path(2, "whr", self.originals["whr"]), "rb") as file:
            self.assertEqual(file.read().hex(), bill["signed"] + bill["signature"])

    def test_the_order_of_the_arguments_does_not_matter(self):
        sorted_out = self.verify(*self.paths(0, 1, 2, 3, 4))
        self.assertEqual(self.verify(*self.paths(3, 0, 4, 2, 1)), sorted_out)

    def test_json_says_the_same(self):
        status, out, err = self.verify(*self.paths(0, 1, 3), options=["--json"])
        self.assertEqual(status, 1)
        answer = json.loads(out)
        self.assertFalse(answer["good"])
        self.assertEqual([b["link"] for b in answer["bills"]], ["first", "follows", "gap"])
        self.assertEqual(answer["bills"][0]["reading"]["values"][0]["value"], "1234567.890")
        self.assertIn(answer["bills"][2]["fault"], err)
        self.change(1, "1484567.891", "0484567.891")
        status, out, _ = self.verify(*self.paths(0, 1), options=["--json"])
        self.assertEqual(status, 1)
        self.assertNotIn("reading", json.loads(out)["bills"][1])

    def test_a_value_that_is_not_the_signed_one_is_named_with_file_and_line(self):
        with open(self.path(1), encoding="utf-8") as file:
            lines = file.read().splitlines()
        line = 1 + next(i for i, text in enumerate(lines) if "1484567.891" in text)
        self.change(1, "1484567.891", "1384567.891")
        self.assert_refused(self.paths(0, 1), re.escape(
            f'{self.path(1)}:{line}: values[0].value says "1384567.891", '
            'but signed is "1484567.891"'))

    def test_every_thing_that_a_bill_says_is_checked(self):
        rows = [
            ('"serial": "77"', '"serial": "78"', r"meter\.serial says"),
            ('"kind": "billing"', '"kind": "freeze"', r"record\.kind says"),
            ('"sequence": 1', '"sequence": 2', r"record\.sequence says 2, but signed is 1"),
            ("2026-03-01T00", "2026-03-02T00", r"record\.time says"),
            ('"daylight saving"', '"power down"', r"record\.status\[0\] says"),
            ('"daylight saving"', '"daylight saving", "paid"', r"record\.status\[1\] is not signed"),
            ('"daylight saving"', "", r"record\.status\[0\] is missing"),
            ('"unit": "Wh"', '"unit": {}', r"values\[0\]\.unit says {}"),
            ('"obis": "1-0:1.8.0"', '"obis": "1-0:2.8.0"', r"values\[0\]\.obis says"),
            ('"unit": "Wh"', '"unit": "MWh"', r"values\[0\]\.unit says"),
            ("imported, rate 2", "imported, rate 1", r"values\[2\]\.meaning says"),
            ('"value": null', '"value": "0.000"', r'values\[6\]\.value says "0.000"'),
            ('"version": 1,', '"version": 1, "paid": true,', "a member that is not signed"),
            ('"attribute": 2,', '"attribute": 2, "value": "1",', "not JSON"),
            ('"version": 1', '"version": 2', "version"),
            ('"previous": "', '"previous": "00', "previous says"),
            ('"key": "', '"key": "00', "key says"),
        ]
        for old, new, words in rows:
            with self.subTest(new):
                shutil.copy(self.path(1, folder=self.originals["json"]), self.path(1))
                self.change(1, old, new)
                status, _, err = self.verify(self.path(1))
                self.assertIn(status, (1, 2))
                self.assertRegex(err, re.escape(self.path(1)) + r":\d+: ")
                self.assertRegex(err, words)
                self.assertEqual(len(err.splitlines()), 1)

    def test_bytes_that_were_changed_are_refused_also_where_the_text_follows_them(self):
        with open(self.path(1), encoding="utf-8") as file:
            signed = json.load(file)["signed"]
        self.change(1, signed, signed[:40] + ("0" if signed[40] != "0" else "1") + signed[41:])
        self.assert_refused([self.path(1)], "the signature is not that of these bytes")
        folder = os.path.join(self.folder, "flipped")
        shutil.copytree(self.originals["whr"], folder)
        path = self.path(1, "whr", folder)
        with open(path, "r+b") as file:
            file.seek(-70, os.SEEK_END)
            byte = file.read(1)[0]
            file.seek(-70, os.SEEK_END)
            file.write(bytes([byte ^ 1]))
        self.assert_refused([path], "the signature is not that of these bytes")

    def test_a_wrong_key_is_named_by_its_fingerprint(self):
        other = os.path.join(self.folder, "other.key")
        status, out, _ = run(WATTHOUR, "keys", "new", "--out", other)
        self.assertEqual(status, 0)
        prints = [re.search(r"fingerprint +(\S{16})", text).group(1) for text in (self.said, out)]
        self.assert_refused([self.path(0)], f"signed with key {prints[0]}..., not with key "
                            f"{prints[1]}", key=other.replace(".key", ".pub"))

    def test_gaps_doubles_and_strangers_in_the_chain_are_said(self):
        self.assert_refused(self.paths(0, 2), "bill 1 between it and .*0000000000.json: not given")
        self.assert_refused(self.paths(0, 4), "bills 1 to 3 between")
        again = os.path.join(self.bills, "again.json")
        shutil.copy(self.path(1), again)
        self.assert_refused([*self.paths(0, 1, 2), again], "the same bill 1 as .*0000000001.json")
        # The meter's key in wrong hands: another bill 1, and one that leaves 1 out.
        forged = os.path.join(self.folder, "forged")
        run(MAKE_BILLS, forged, self.key, "1", "1", "json")
        self.assert_refused([self.path(0), self.path(1, folder=forged)],
                            "bill 1 does not follow the bill 0")
        skipped = os.path.join(self.folder, "skipped")
        for number in (0, 2):
            run(MAKE_BILLS, skipped, self.key, str(number), "1", "json")
        self.assert_refused([self.path(n, folder=skipped) for n in (0, 2)],
                            "bill 1: already lost to the meter")
        status, out, _ = self.verify(*self.paths(2, 3, 4))
        self.assertEqual(status, 0)
        self.assertIn("the bill before number 2 was not given", out)

    def test_what_is_no_signed_reading_is_bad_input(self):
        nowhere = os.path.join(self.folder, "nowhere.json")
        self.assert_refused([self.path(0), nowhere], "nowhere.json: No such file", status=2)
        rows = [
            ("empty", b"", "byte 0"),
            ("text", b"once upon a time", "not a signed reading"),
            ("broken.json", b'{\n"format": \n}', "broken.json:3: not JSON"),
            ("other.json", b"{}", "not a signed reading"),
            ("long", b"WHR\x01" * 1000, "longer than any"),
            ("huge.json", b"{" + b" " * 70000 + b"}", "longer than any"),
            ("no_hex.json", b'{"format": "watthour signed reading", "version": 1,\n"signed": "0g"}',
             'no_hex.json:2: "signed" is not pairs'),
            ("missing.json", b'{"format": "watthour signed reading", "version": 1}',
             '"signed" is missing'),
            ("escape.json", b'\x1b[31m', "not a signed reading"),
            ("escape2.json", b'{"\x1b[31m": "\\u001b"', "not JSON"),
        ]
        with open(self.path(1, "whr", self.originals["whr"]), "rb") as file:
            whole = file.read()
        rows += [("cut", whole[:100], "byte [0-9]+, the columns: input ended early"),
                 ("cut2", whole[:-1], "the signature: input ended early"),
                 ("more", whole + b"\n", "bytes behind the signature"),
                 ("later", b"WHR\x02" + whole[4:], "the version: valid but not implemented")]
        for name, data, words in rows:
            with self.subTest(name):
                path = os.path.join(self.bills, name)
                with open(path, "wb") as file:
                    file.write(data)
                self.assert_refused([path], words, status=2)
                self.assertNotIn("\x1b", self.verify(path)[2])

    def test_bad_arguments_are_bad_input(self):
        rows = [[], ["x.json"], ["--key", self.public], ["x.json", "--key"],
                ["x.json", "--nonsense"], [self.path(0), "--key", "nowhere.pub"],
                [self.path(0), "--key", self.path(0)], [self.path(0), "--key", self.key]]
        for arguments in rows:
            with self.subTest(arguments):
                status, out, err = run(WATTHOUR, "verify", *arguments)
                self.assertEqual((status, out), (2, ""))
                self.assertEqual(len(err.splitlines()), 1)
        _, _, err = run(WATTHOUR, "verify", self.path(0), "--key", self.key)
        self.assertIn("holds a private key", err)
        for arguments, says in ((["verify", "x.json", "--nonsense"], "--nonsense: no such option"),
                                (["verify", "x.json", "--key"], "--key: wants a value"),
                                (["keys", "show", "x.pub", "-x"], "-x: no such option")):
            self.assertIn(says, run(WATTHOUR, *arguments)[2])

    def test_keys_are_private_and_never_overwritten(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.key).st_mode), 0o600)
        with open(self.key, encoding="utf-8") as file:
            before = file.read()
        status, _, err = run(WATTHOUR, "keys", "new", "--out", self.key)
        self.assertEqual(status, 1)
        self.assertIn("never overwritten", err)
        with open(self.key, encoding="utf-8") as file:
            self.assertEqual(file.read(), before)
        # The public file is in the way: no private key may be left without it.
        lone = os.path.join(self.bills, "lone")
        with open(lone + ".pub", "w", encoding="utf-8") as file:
            file.write("mine")
        self.assertEqual(run(WATTHOUR, "keys", "new", "--out", lone)[0], 1)
        self.assertFalse(os.path.exists(lone))
        shown = [run(WATTHOUR, "keys", "show", path) for path in (self.key, self.public)]
        self.assertEqual([s[0] for s in shown], [0, 0])
        self.assertIn("private key, P-256", shown[0][1])
        self.assertEqual(shown[0][1].splitlines()[1:], shown[1][1].splitlines()[1:])
        secret = "".join(before.splitlines()[1:-1])
        self.assertNotIn(secret[:20], shown[0][1])
        status, out, _ = run(WATTHOUR, "keys", "show", self.public, "--json")
        self.assertEqual(json.loads(out)["kind"], "public")
        for arguments in ([], ["new"], ["show"], ["old"], ["show", self.path(0)],
                          ["new", "--out"], ["show", self.key, self.public],
                          ["show", os.path.join(self.bills, "none.pub")]):
            with self.subTest(arguments):
                status, out, err = run(WATTHOUR, "keys", *arguments)
                self.assertEqual((status, out), (2, ""))
                self.assertEqual(len(err.splitlines()), 1)

    def test_a_private_key_that_others_can_read_signs_nothing(self):
        loose = os.path.join(self.bills, "loose.key")
        shutil.copy(self.key, loose)
        os.chmod(loose, 0o640)
        status, _, err = run(MAKE_BILLS, os.path.join(self.bills, "b"), loose, "0", "1", "json")
        self.assertEqual(status, 2)
        self.assertIn("chmod 600", err)

    def test_the_signature_is_one_that_openssl_knows(self):
        if shutil.which("openssl") is None:
            self.skipTest("openssl is not installed")
        with open(self.path(1), encoding="utf-8") as file:
            bill = json.load(file)
        numbers = b""
        for half in (bill["signature"][:64], bill["signature"][64:]):
            number = bytes.fromhex(half).lstrip(b"\0")
            number = b"\0" + number if number[0] >= 0x80 else number
            numbers += bytes([2, len(number)]) + number
        for name, data in (("der", bytes([0x30, len(numbers)]) + numbers),
                           ("signed", bytes.fromhex(bill["signed"]))):
            with open(os.path.join(self.bills, name), "wb") as file:
                file.write(data)
        status, out, _ = run("openssl", "dgst", "-sha256", "-verify", self.public, "-signature",
                             os.path.join(self.bills, "der"), os.path.join(self.bills, "signed"))
        self.assertEqual((status, out.strip()), (0, "Verified OK"))
        der = subprocess.run(["openssl", "pkey", "-pubin", "-in", self.public, "-outform", "DER"],
                             capture_output=True, check=True, timeout=60).stdout
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=der,
                                capture_output=True, check=True, timeout=60).stdout
        self.assertEqual(digest.split()[0].decode(), bill["key"])

    def test_help_ends_in_examples(self):
        for command in ("verify", "keys"):
            status, out, _ = run(WATTHOUR, command, "--help")
            self.assertEqual(status, 0)
            self.assertIn("examples:\n", out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
