#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the C tables of tariffs: gen_tariffs.py hours.csv holidays.csv tariff_rows.h

The hours of each month become seasons, weeks and day tables as a meter has them. Rows and columns
are explained in the data files.
"""
import datetime
import sys

from csv_table import fail, read_rows

HOUR_COLUMNS = ["table", "months", "days", "rate1", "rate2", "rate3", "rate4", "rate5", "source"]
HOLIDAY_COLUMNS = ["set", "name", "year", "first", "last"]
SLOTS = 48  # half hours of a day
DAYS_MAX, PERIODS_MAX, SEASONS_MAX, HOLIDAYS_MAX = 8, 14, 14, 254
EVERY_YEAR = 0xFFFF


class Wrong(Exception):
    """Something in a row, told with the row's place."""


def parse_months(text):
    months = set()
    for part in text.split():
        first, _, last = part.partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise Wrong(f"months '{part}'")
        found = range(int(first), int(last or first) + 1)
        if not found or found[0] < 1 or found[-1] > 12:
            raise Wrong(f"months '{part}'")
        months.update(found)
    if not months:
        raise Wrong("no months")
    return months


def parse_slot(text):
    hour, _, minute = text.partition(":")
    if not hour.isdigit() or minute not in ("", "00", "30") or int(hour) > 24:
        raise Wrong(f"time '{text}' is not on a half hour")
    slot = 2 * int(hour) + (minute == "30")
    if slot > SLOTS:
        raise Wrong(f"time '{text}' is after midnight")
    return slot


def parse_slots(text):
    slots = []
    for part in text.split():
        first, dash, last = part.partition("-")
        if not dash:
            raise Wrong(f"hours '{part}'")
        begin, end = parse_slot(first), parse_slot(last)
        if begin == end or begin == SLOTS:
            raise Wrong(f"hours '{part}'")
        if end < begin:
            end += SLOTS
        slots.extend(slot % SLOTS for slot in range(begin, end))
    return slots


def parse_hours(row, whole):
    """The rate of each half hour, None where the row has none. `whole`: it must say all."""
    rates = [None] * SLOTS
    rest = None
    for rate in range(1, 6):
        text = row[f"rate{rate}"]
        if text == "rest":
            if rest is not None or not whole:
                raise Wrong("'rest' is for one rate of a row for all days")
            rest = rate
            continue
        for slot in parse_slots(text):
            if rates[slot] is not None:
                raise Wrong(f"rates {rates[slot]} and {rate} overlap")
            rates[slot] = rate
    rates = [rest if rate is None else rate for rate in rates]
    if whole and None in rates:
        raise Wrong("the hours leave some of the day out")
    return rates


def read_holidays(path):
    """{set: {name: [(year, month, day)]}}"""
    sets = {}
    for line, row in read_rows(path, HOLIDAY_COLUMNS):
        every = row["year"] == "every"
        try:
            year = 2000 if every else int(row["year"])
            first = datetime.date.fromisoformat(f"{year:04}-{row['first']}")
            last = datetime.date.fromisoformat(f"{year:04}-{row['last']}")
        except ValueError as error:
            fail(path, line, error)
        if last < first:
            fail(path, line, "it ends before it begins")
        days = [first + datetime.timedelta(n) for n in range((last - first).days + 1)]
        dates = sets.setdefault(row["set"], {}).setdefault(row["name"], [])
        dates.extend((EVERY_YEAR if every else year, day.month, day.day) for day in days)
    return sets


def holiday_dates(word, sets):
    name, colon, one = word.partition(":")
    if name not in sets or (colon and one not in sets[name]):
        raise Wrong(f"no holidays '{word}'")
    return sets[name][one] if colon else [day for days in sets[name].values() for day in days]


def overlay(hours, change):
    return tuple(old if new is None else new for old, new in zip(hours, change))


class Table:
    """One tariff: the hours of each month on working days and rest days, and of its holidays."""

    def __init__(self, name):
        self.name = name
        self.sources = []
        self.work = {}
        self.rest = {}
        self.holidays = []  # (months, dates, change)

    def add(self, row, sets):
        months = parse_months(row["months"])
        words = row["days"].split()
        hours = parse_hours(row, words == ["all"])
        if row["source"] not in self.sources:
            self.sources.append(row["source"])
        if words == ["all"]:
            if months & self.work.keys():
                raise Wrong("a month has its hours already")
            self.work.update((month, tuple(hours)) for month in months)
            return
        if not words or "all" in words:
            raise Wrong(f"days '{row['days']}'")
        for word in words:
            if word == "rest":
                self.rest.update((month, hours) for month in months)
            else:
                self.holidays.append((months, holiday_dates(word, sets), hours))

    def hours(self, month, is_rest):
        hours = self.work[month]
        return overlay(hours, self.rest[month]) if is_rest and month in self.rest else hours

    def holiday_hours(self):
        """{date: hours}. A holiday of every year is as on a working day: its weekday varies."""
        found = {}
        for months, dates, change in self.holidays:
            for year, month, day in dates:
                if month not in months:
                    continue
                weekend = (year != EVERY_YEAR and
                           datetime.date(year, month, day).weekday() >= 5)
                before = found.get((year, month, day), self.hours(month, weekend))
                found[year, month, day] = overlay(before, change)
        return found


def periods(hours):
    return [(30 * slot, rate) for slot, rate in enumerate(hours)
            if slot == 0 or rate != hours[slot - 1]]


def build(table):
    """Seasons, day tables and holidays of the C table."""
    if len(table.work) != 12:
        raise Wrong(f"table {table.name} leaves some months out")
    weeks = {month: (table.hours(month, False), table.hours(month, True))
             for month in range(1, 13)}
    starts = [month for month in weeks if weeks[month] != weeks[(month - 2) % 12 + 1]] or [1]
    days = []
    for month in starts:
        days.extend(hours for hours in weeks[month] if hours not in days)
    holidays = table.holiday_hours()
    days = list(dict.fromkeys(days + list(holidays.values())))
    limits = [(len(days), DAYS_MAX, "day tables"), (len(starts), SEASONS_MAX, "seasons"),
              (len(holidays), HOLIDAYS_MAX, "holidays"),
              (max(len(periods(hours)) for hours in days), PERIODS_MAX, "periods a day")]
    for count, most, what in limits:
        if count > most:
            raise Wrong(f"table {table.name} has {count} {what}, more than {most}")
    seasons = [(month, [days.index(weeks[month][weekday >= 5]) + 1 for weekday in range(7)])
               for month in starts]
    return seasons, days, [(date, days.index(holidays[date]) + 1) for date in sorted(holidays)]


def quote(text):
    """A C string literal. Bytes beyond ASCII as octal, which ends after three digits."""
    return '"' + "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}"
                         for byte in text.encode("utf-8")) + '"'


def write_table(table, built):
    seasons, days, _ = built
    rates = max(rate for hours in days for rate in hours)
    lines = [f"    {{.name = {quote(table.name)},",
             f"     .source = {quote(', '.join(table.sources))},",
             f"     .rates = {rates},",
             f"     .zones = {{{len(seasons)},", "               {"]
    for month, week in seasons:
        lines.append(f"                {{{month}, 1, {{{{{', '.join(map(str, week))}}}}}}},")
    lines += ["               }},", f"     .days = {{{len(days)},", "              {"]
    for hours in days:
        found = periods(hours)
        text = ", ".join(f"{{{minute}, {rate}}}" for minute, rate in found)
        lines.append(f"               {{{len(found)}, {{{text}}}}},")
    lines.append("              }},")
    return lines


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: gen_tariffs.py hours.csv holidays.csv tariff_rows.h")
    sets = read_holidays(sys.argv[2])
    tables = {}
    for line, row in read_rows(sys.argv[1], HOUR_COLUMNS):
        try:
            tables.setdefault(row["table"], Table(row["table"])).add(row, sets)
        except Wrong as error:
            fail(sys.argv[1], line, error)
    out = ["/* Generated from data/tariffs by tools/gen_tariffs.py. */"]
    rows = []
    for number, table in enumerate(tables.values()):
        try:
            built = build(table)
        except Wrong as error:
            sys.exit(f"{sys.argv[1]}: {error}")
        rows += write_table(table, built)
        if built[2]:
            out.append(f"static const wh_tariff_holiday holidays_{number}[] = {{")
            out += [f"    {{{year}, {month}, {day}, {day_table}}},"
                    for (year, month, day), day_table in built[2]]
            out.append("};")
            rows.append(f"     .holiday = holidays_{number},")
        rows.append(f"     .holiday_count = {len(built[2])}}},")
    out += ["static const wh_tariff_table rows[] = {", *rows, "};"]
    with open(sys.argv[3], "w", encoding="ascii", newline="\n") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
