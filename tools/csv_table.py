# SPDX-License-Identifier: Apache-2.0
"""The tables in data/: CSV with a header line; lines that begin with # are comments."""
import csv
import sys


def fail(path, line, what):
    sys.exit(f"{path}:{line}: {what}")


def read_rows(path, columns):
    """(line, row) of a table with these columns."""
    rows = []
    head = None
    with open(path, encoding="utf-8", newline="") as file:
        for line, text in enumerate(file, 1):
            if text.startswith("#") or not text.strip():
                continue
            fields = next(csv.reader([text]))
            if head is None:
                head = fields
                if head != columns:
                    fail(path, line, f"the columns are not {','.join(columns)}")
                continue
            if len(fields) != len(columns):
                fail(path, line, f"{len(fields)} fields instead of {len(columns)}")
            rows.append((line, dict(zip(columns, fields))))
    if not rows:
        fail(path, 1, "no rows")
    return rows
