/* SPDX-License-Identifier: Apache-2.0 */
#include "world/recording/recording_internal.h"

#include <string.h>

typedef struct {
    const char *text;
    wh_source_unit unit;
} unit_name;

/* Without their prefix. Cyrillic В and А look like the Latin letters and are not. */
static const unit_name unit_names[] = {
    {"v", WH_UNIT_VOLT},          {"volt", WH_UNIT_VOLT},     {"volts", WH_UNIT_VOLT},
    {"\xD0\x92", WH_UNIT_VOLT},   {"a", WH_UNIT_AMPERE},      {"amp", WH_UNIT_AMPERE},
    {"amps", WH_UNIT_AMPERE},     {"ampere", WH_UNIT_AMPERE}, {"amperes", WH_UNIT_AMPERE},
    {"\xD0\x90", WH_UNIT_AMPERE},
};

typedef struct {
    const char *text;
    double factor;
} unit_prefix;

/* "M" is mega and "m" milli; "K" is what many recorders write for kilo. */
static const unit_prefix unit_prefixes[] = {
    {"", 1},
    {"k", 1e3},
    {"K", 1e3},
    {"m", 1e-3},
    {"M", 1e6},
    {"u", 1e-6},
    {"\xC2\xB5", 1e-6},
    {"\xCE\xBC", 1e-6},
    {"\xD0\xBA", 1e3} /* Cyrillic к */,
};

wh_source_unit wh_unit_parse(wh_span text, double *factor)
{
    *factor = 1;
    wh_span s = wh_span_trim(text);
    for (size_t p = 0; p < sizeof unit_prefixes / sizeof unit_prefixes[0]; p++) {
        size_t len = strlen(unit_prefixes[p].text);
        if (s.len <= len || memcmp(s.p, unit_prefixes[p].text, len) != 0) {
            continue;
        }
        wh_span rest = {s.p + len, s.len - len};
        for (size_t k = 0; k < sizeof unit_names / sizeof unit_names[0]; k++) {
            if (wh_span_is_nocase(rest, unit_names[k].text)) {
                *factor = unit_prefixes[p].factor;
                return unit_names[k].unit;
            }
        }
    }
    return WH_UNIT_OTHER;
}

/* "Ua", "U1", "V", "VA_G1", "voltage", "i_l1", "I": the first letter, unless it begins an
 * ordinary word such as "valve" or "input". */
wh_source_unit wh_unit_guess_from_name(const char *name)
{
    wh_span s = {name, strlen(name)};
    char first = s.len > 0 ? s.p[0] : '\0';
    size_t word = 0;
    while (word < s.len &&
           ((s.p[word] >= 'a' && s.p[word] <= 'z') || (s.p[word] >= 'A' && s.p[word] <= 'Z'))) {
        word++;
    }
    wh_span head = {s.p, word};
    if (wh_span_is_nocase(head, "voltage") || wh_span_is_nocase(head, "volt")) {
        return WH_UNIT_VOLT;
    }
    if (wh_span_is_nocase(head, "current") || wh_span_is_nocase(head, "amps")) {
        return WH_UNIT_AMPERE;
    }
    if (word > 3) {
        return WH_UNIT_OTHER;
    }
    if (first == 'U' || first == 'u' || first == 'V' || first == 'v') {
        return WH_UNIT_VOLT;
    }
    return first == 'I' || first == 'i' ? WH_UNIT_AMPERE : WH_UNIT_OTHER;
}
