#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the C tables of events: gen_events.py events.csv event_layouts.csv event.h DIR

Reads the numbers of kinds and inputs from the enumerations in event.h, so that a row and its
constant cannot differ, and writes DIR/event_rows.h, DIR/event_names.h and DIR/event_layouts.h.
"""
import pathlib
import re
import sys

from csv_table import fail, read_rows

EVENT_COLUMNS = ("number,name,places,sort,condition,delay_s,recover_s,priority,alarm,report,layout,"
                 "depth,slot,meters,oi,di").split(",")
LAYOUT_COLUMNS = "layout,number,item,column,what".split(",")
PLACES = {"none": 1, "total": 1, "phases": 3, "phases+total": 4, "demands": 6}
SORTS = ["condition", "input", "occurrence", "outage"]
PRIORITIES = ["recorded", "pushed", "urgent"]
ITEMS = ["start", "span", "extreme", "extreme_time", "operator", "identifiers", "given", "table"]
# Quantities that a place has of its own: how many there are, the places they are known at.
QUANTITIES = {"u": (3, ["phases"]), "i": (3, ["phases"]),
              "p": (4, ["phases", "phases+total"]), "p_abs": (4, ["phases", "phases+total"]),
              "demand": (6, ["demands"])}
COMMON = ["u_max", "u_min", "i_max", "i_min", "p_min", "p_total", "pf", "u_unbalance",
          "i_unbalance", "u0", "i_gap", "i_neutral", "voltage_reversed", "current_reversed"]
FLAGS = ("voltage_reversed", "current_reversed")
VALID = {"U": ["u", "u_max", "u_min"], "I": ["i", "i_max", "i_min"],
         "P": ["p", "p_abs", "p_min", "p_total", "pf"], "NEUTRAL": ["i_gap", "i_neutral"],
         "DEMAND": ["demand"], "UNBALANCE": ["u_unbalance", "i_unbalance", "u0"],
         "INPUTS": FLAGS}
REFERENCES = {"": "ONE", "un": "UN", "ib": "IB", "imax": "IMAX", "pb": "PB", "pmax": "PMAX",
              "igap": "IGAP"}
OF_ALL_PHASES = ("demand", "p_total")
DELAY_MAX = 255
SLOTS_MAX = 96
RECORD_MAX = 1200
PHASE_STEP = 20  # of value group C of an OBIS code
TERM = re.compile(r"(\w+) ([<>]) (\S+)\[(\S+)\.\.(\S+)\] until (?:-|(\S+)\[(\S+)\.\.(\S+)\]) %(\w*)")


def number(path, line, what, text, low, high):
    if not re.fullmatch(r"-?[0-9]{1,6}", text) or not low <= int(text) <= high:
        fail(path, line, f"{what} '{text}' is not a number from {low} to {high}")
    return int(text)


def word(path, line, what, text, words):
    if text not in words:
        fail(path, line, f"{what} '{text}' is none of {', '.join(words)}")
    return text


def basis_points(path, line, text):
    """Hundredths of a percent: '0.5' is 50."""
    match = re.fullmatch(r"(-?)(\d{1,3})(?:\.(\d{1,2}))?", text)
    if not match:
        fail(path, line, f"'{text}' is not a percentage with at most two decimals")
    value = int(match.group(2)) * 100 + int((match.group(3) or "").ljust(2, "0"))
    if value > 32767:
        fail(path, line, f"'{text}' is above 327.67 percent")
    return -value if match.group(1) else value


def read_term(path, line, text, places):
    """One term of a condition as a dictionary."""
    if text in FLAGS:
        return dict(quantity=text, reference="ONE", less=False, latched=False, limits=[0] * 6)
    match = TERM.fullmatch(text)
    if not match:
        fail(path, line, f"'{text}' is not a term")
    quantity, sign = match.group(1), match.group(2)
    if quantity not in list(QUANTITIES) + COMMON or quantity in FLAGS:
        fail(path, line, f"no quantity '{quantity}'")
    if places not in QUANTITIES.get(quantity, (1, [places]))[1]:
        fail(path, line, f"'{quantity}' is not known at the places '{places}'")
    reference = word(path, line, "reference", match.group(9), REFERENCES)
    begin = [basis_points(path, line, match.group(k)) for k in (3, 4, 5)]
    latched = match.group(6) is None
    recover = begin if latched else [basis_points(path, line, match.group(k)) for k in (6, 7, 8)]
    for limit, low, high in (begin, recover):
        if not low <= limit <= high:
            fail(path, line, f"a limit of '{text}' lies outside its range")
    if (recover[0] < begin[0]) if sign == "<" else (recover[0] > begin[0]):
        fail(path, line, f"'{text}' recovers before it begins")
    reference = REFERENCES[reference]
    if (quantity == "demand") != (reference == "PMAX" and quantity != "p_abs"):
        fail(path, line, f"'{text}': demands, and only they and p_abs, refer to pmax")
    if quantity in OF_ALL_PHASES and reference in ("PB", "PMAX"):
        reference += "_TOTAL"
    return dict(quantity=quantity, reference=reference, less=sign == "<",
                latched=latched, limits=begin + recover)


def read_condition(path, line, row):
    if row["sort"] != "condition":
        if row["condition"] != "-":
            fail(path, line, f"{row['sort']} with a condition")
        return []
    terms = [read_term(path, line, text, row["places"]) for text in row["condition"].split(" and ")]
    if len(terms) > 3:
        fail(path, line, "more than 3 terms")
    return terms


def read_delays(path, line, row):
    if row["sort"] in ("condition", "input"):
        return [number(path, line, name, row[name], 0, DELAY_MAX) for name in ("delay_s", "recover_s")]
    if row["delay_s"] != "-" or row["recover_s"] != "-":
        fail(path, line, f"{row['sort']} with a delay")
    return [0, 0]


def read_report(path, line, row, taken):
    """First bit, and that of the total; phases are 16 apart."""
    if row["report"] == "-":
        return [255, 255]
    bits = [number(path, line, "report bit", text, 0, 95) for text in row["report"].split(" ")]
    steps = {"phases": [0, 16, 32], "phases+total": [0, 16, 32, bits[-1] - bits[0]]}
    if bits != [bits[0] + step for step in steps.get(row["places"], [0])]:
        fail(path, line, "the report bits do not fit the places: one, or three that are 16 apart "
             "and that of the total")
    for bit in bits:
        if bit in taken:
            fail(path, line, f"report bit {bit} is taken by line {taken[bit]}")
        taken[bit] = line
    return [bits[0], bits[3] if len(bits) > 3 else 255]


def read_names(header, prefix):
    """{name: number} of an enumeration whose constants begin with prefix, in the header's order."""
    text = re.sub(r"/\*.*?\*/", "", pathlib.Path(header).read_text(encoding="utf-8"), flags=re.S)
    body = next((body for body in re.findall(r"enum \{(.*?)\}", text, re.S)
                 if re.match(rf"\s*{prefix}\w+ = 0,|\s*{prefix}(?!_)\w+,", body)), None)
    if body is None:
        fail(header, 1, f"no enumeration {prefix}")
    names = {}
    for entry in filter(None, (entry.strip() for entry in body.split(","))):
        name, _, value = (part.strip() for part in entry.partition("="))
        names[name.removeprefix(prefix).lower()] = int(value) if value else len(names)
    return names


def check_event(path, line, row, last, kinds):
    if number(path, line, "number", row["number"], 0, 254) != last + 1:
        fail(path, line, f"number {row['number']} does not follow {last}")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,38}", row["name"]):
        fail(path, line, f"'{row['name']}' is not a name")
    if kinds.get(row["name"]) != int(row["number"]):
        fail(path, line, f"'{row['name']}' does not have number {row['number']} in event.h")
    for name, words in (("places", PLACES), ("sort", SORTS), ("priority", PRIORITIES),
                        ("meters", ("any", "three"))):
        word(path, line, name, row[name], words)
    if row["sort"] != "condition" and row["places"] != "none":
        fail(path, line, f"{row['sort']} with places")


def read_events(path, header, layouts):
    kinds, inputs = read_names(header, "WH_EVENT_"), read_names(header, "WH_EVENT_INPUT_")
    events, alarms, reports = [], {}, {}
    slot = 0
    for line, row in read_rows(path, EVENT_COLUMNS):
        check_event(path, line, row, len(events) - 1, kinds)
        if number(path, line, "slot", row["slot"], 0, SLOTS_MAX - 1) != slot:
            fail(path, line, f"slot {row['slot']} is not {slot}, the next one")
        slot += PLACES[row["places"]]
        if slot > SLOTS_MAX:
            fail(path, line, f"more than {SLOTS_MAX} slots")
        alarm = 255 if row["alarm"] == "-" else number(path, line, "alarm", row["alarm"], 0, 63)
        if alarm != 255 and alarm in alarms:
            fail(path, line, f"alarm {alarm} is taken by line {alarms[alarm]}")
        alarms[alarm] = line
        layout = layouts.get(row["layout"]) or fail(path, line, f"no layout '{row['layout']}'")
        if row["sort"] == "input" and row["name"] not in inputs:
            fail(path, line, f"no input '{row['name']}' in event.h")
        extreme = any(item["item"].startswith("extreme") for item in layout["items"])
        if extreme and row["sort"] != "condition":
            fail(path, line, f"layout {row['layout']} has an extreme, which only a condition has")
        events.append(dict(row, terms=read_condition(path, line, row), extreme=extreme, alarm=alarm,
                           delays=read_delays(path, line, row), layout=layout["number"],
                           report=read_report(path, line, row, reports),
                           depth=number(path, line, "depth", row["depth"], 1, 100),
                           input=inputs.get(row["name"], 0)))
    if len(events) != kinds["kinds"]:
        fail(header, 1, f"WH_EVENT_KINDS is not {len(events)}, the rows of {path}")
    return events, slot


def read_item(path, line, row):
    """One item with the bytes it takes in a record."""
    item = dict(item=row["item"], a=1, c=0, d=0, e=0, attribute=0)
    sizes = {"start": 8, "span": 16, "extreme": 8, "extreme_time": 8, "operator": 4,
             "identifiers": 41, "given": 8}
    word(path, line, "item", row["item"], ITEMS)
    if row["item"] in ("start", "span"):
        match = re.fullmatch(r"([01])-0:(\d{1,3})\.(\d{1,3})\.(\d{1,3})(/5)?", row["column"])
        if not match or max(int(match.group(k)) for k in (2, 3, 4)) > 255:
            fail(path, line, f"column '{row['column']}' is no code 1-0:C.D.E or 0-0:C.D.E, with /5 "
                 "for the time of a demand")
        item.update(zip("acde", (int(match.group(k)) for k in (1, 2, 3, 4))))
        item["attribute"] = 1 if match.group(5) else 0
    elif row["item"] == "table":
        item["size"] = number(path, line, "size", row["column"], 1, RECORD_MAX)
        item.update(c=item["size"] >> 8, d=item["size"] & 255)
        return item, item["size"] + 2
    elif row["column"] != "-":
        fail(path, line, f"{row['item']} has no column")
    return item, sizes[row["item"]]


def read_layouts(path):
    """{name: number and items}, in order of the numbers."""
    layouts = {}
    for line, row in read_rows(path, LAYOUT_COLUMNS):
        if row["layout"] not in layouts:
            layouts[row["layout"]] = dict(number=len(layouts), items=[], size=12)
        layout = layouts[row["layout"]]
        if layout["number"] != len(layouts) - 1 or row["number"] != str(layout["number"]):
            fail(path, line, f"layout {row['layout']} is not number {len(layouts) - 1}, the next one")
        if row["item"] == "none":
            continue
        if layout["items"] and layout["items"][-1]["item"] == "table":
            fail(path, line, "an item after the table")
        item, size = read_item(path, line, row)
        layout["size"] += size
        if layout["size"] > RECORD_MAX:
            fail(path, line, f"layout {row['layout']} is longer than {RECORD_MAX} bytes")
        before = layout["items"][-1] if layout["items"] else None
        if item["item"] == "given" and before and before["item"] == "given":
            before["c"] += 1
            continue
        if item["item"] == "given":
            item["c"] = 1
        layout["items"].append(item)
    return layouts


def needs(event):
    """What must be valid for the quantities of its terms, or for an input."""
    if event["sort"] == "input":
        return "WH_EVENT_VALID_INPUTS"
    wanted = [name for name, quantities in VALID.items()
              if any(term["quantity"] in quantities for term in event["terms"])]
    return " | ".join(f"WH_EVENT_VALID_{name}" for name in wanted) or "0"


def write_row(file, event, first, timed, extreme):
    has_delay = event["sort"] in ("condition", "input")
    flags = [f"WH_EVENT_{event['priority'].upper()}"] * (event["priority"] != "recorded")
    flags += ["WH_EVENT_THREE"] * (event["meters"] == "three")
    values = [f"WH_EVENT_SORT_{event['sort'].upper()}", PLACES[event["places"]], event["slot"],
              event["input"] if event["sort"] == "input" else first, len(event["terms"]),
              needs(event), timed if has_delay else 255, *event["delays"],
              " | ".join(flags) or "0", event["alarm"], *event["report"], event["layout"],
              event["depth"], extreme if event["extreme"] else 255]
    file.write(f"    [WH_EVENT_{event['name'].upper()}] = "
               f"{{{', '.join(str(value) for value in values)}}},\n")


def write_term(file, term):
    how = [f"WH_EVENT_OF_{term['reference']}"]
    how += ["WH_EVENT_LESS"] * term["less"] + ["WH_EVENT_LATCHED"] * term["latched"]
    how += ["WH_EVENT_EACH"] * (term["quantity"] in QUANTITIES)
    file.write(f"    {{WH_EVENT_Q_{term['quantity'].upper()}, {' | '.join(how)}, "
               f"{', '.join(str(limit) for limit in term['limits'])}}},\n")


def write_rows(file, events, slots):
    file.write("const wh_event_row wh_event_rows[WH_EVENT_KINDS] = {\n")
    first = timed = extreme = 0
    for event in events:
        write_row(file, event, first, timed, extreme)
        first += len(event["terms"])
        timed += event["sort"] in ("condition", "input")
        extreme += PLACES[event["places"]] if event["extreme"] else 0
    file.write("};\n\nconst wh_event_term wh_event_terms[WH_EVENT_TERMS] = {\n")
    for event in events:
        for term in event["terms"]:
            write_term(file, term)
    file.write("};\n\n")
    for name, value in (("SLOTS", slots), ("TERMS", first), ("TIMED", timed),
                        ("EXTREMES", extreme)):
        file.write(f"_Static_assert(WH_EVENT_{name} == {value}, \"event.h\");\n")
    at = 0
    for name in list(QUANTITIES) + COMMON:
        file.write(f"_Static_assert(WH_EVENT_Q_{name.upper()} == {at}, \"event_internal.h\");\n")
        at += QUANTITIES.get(name, (1, None))[0]


def is_shifted(item, other, by):
    """The same of another phase."""
    return other == dict(item, c=item["c"] + by) and item["item"] in ("start", "span")


def fold_phases(items):
    """Items that follow for phase B and for phase C as well are written once, marked."""
    folded = []
    at = 0
    while at < len(items):
        longest = (len(items) - at) // 3
        run = next((n for n in range(longest, 0, -1)
                    if all(is_shifted(items[at + k], items[at + k + n], PHASE_STEP) and
                           is_shifted(items[at + k], items[at + k + 2 * n], 2 * PHASE_STEP)
                           for k in range(n))), 0)
        if run and not (folded and folded[-1].get("phases")):  # two runs would be one
            folded += [dict(item, phases=True) for item in items[at:at + run]]
            at += 3 * run
        else:
            folded.append(items[at])
            at += 1
    return folded


def write_layouts(file, layouts):
    file.write("static const wh_event_item items[] = {\n")
    starts = [0]
    for layout in layouts.values():
        folded = fold_phases(layout["items"])
        for item in folded:
            kind = [f"WH_EVENT_ITEM_{item['item'].upper()}"]
            kind += ["WH_EVENT_ABSTRACT"] * (item["a"] == 0) + ["WH_EVENT_TIME"] * item["attribute"]
            kind += ["WH_EVENT_PHASES"] * item.get("phases", False)
            file.write(f"    {{{' | '.join(kind)}, {item['c']}, {item['d']}, {item['e']}}},\n")
        starts.append(starts[-1] + len(folded))
    if starts[-1] > 255:
        sys.exit("gen_events.py: more than 255 items: layout_first needs a wider type")
    file.write("};\n\n/* Where the items of each layout begin. */\n")
    file.write(f"static const uint8_t layout_first[] = {{{', '.join(map(str, starts))}}};\n\n")
    file.write("static const uint16_t layout_size[] = {"
               f"{', '.join(str(layout['size']) for layout in layouts.values())}}};\n\n")
    largest = max(layout["size"] for layout in layouts.values())
    file.write(f"_Static_assert(WH_EVENT_RECORD_MAX == {largest}, \"event_record.h\");\n")


def main():
    if len(sys.argv) != 5:
        sys.exit("usage: gen_events.py events.csv event_layouts.csv event.h DIR")
    layouts = read_layouts(sys.argv[2])
    events, slots = read_events(sys.argv[1], sys.argv[3], layouts)
    out = pathlib.Path(sys.argv[4])
    note = "/* Generated from data/events.csv and data/event_layouts.csv by tools/gen_events.py. */\n"
    with open(out / "event_rows.h", "w", encoding="ascii", newline="\n") as file:
        file.write(note)
        write_rows(file, events, slots)
    with open(out / "event_names.h", "w", encoding="ascii", newline="\n") as file:
        file.write(note + "static const char names[] =\n")  # each ends with a 0
        file.writelines(f"    \"{event['name']}\\0\"\n" for event in events)
        file.write("    ;\n")
    with open(out / "event_layouts.h", "w", encoding="ascii", newline="\n") as file:
        file.write(note)
        write_layouts(file, layouts)


if __name__ == "__main__":
    main()
