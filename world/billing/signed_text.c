/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/signed_text.h"

#include "core/civil_time.h"
#include "core/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Value group D of what is billed. */
enum { D_CUMULATIVE = 2, D_MAXIMUM = 6, D_ENERGY = 8, D_ENERGY_PERIOD = 9 };

#define RATES_MAX    63
#define PHASE_STRIDE 20 /* value group C: 1 of all phases, 21 of L1, 41 of L2, 61 of L3 */

/* By value group C 1 .. 16 without the phase, and then our own: of an energy, of a power. */
static const char *const quantities[][2] = {
    {"active energy imported", "active power imported"},
    {"active energy exported", "active power exported"},
    {"reactive energy imported", "reactive power imported"},
    {"reactive energy exported", "reactive power exported"},
    {"reactive energy in quadrant I", "reactive power in quadrant I"},
    {"reactive energy in quadrant II", "reactive power in quadrant II"},
    {"reactive energy in quadrant III", "reactive power in quadrant III"},
    {"reactive energy in quadrant IV", "reactive power in quadrant IV"},
    {"apparent energy imported", "apparent power imported"},
    {"apparent energy exported", "apparent power exported"},
    {NULL, NULL}, /* current, voltage, power factor, frequency: nothing that is summed up */
    {NULL, NULL},
    {NULL, NULL},
    {NULL, NULL},
    {"combined active energy", "combined active power"},
    {"active energy imported less exported", "active power imported less exported"},
    {"combined reactive energy 1", "combined reactive power 1"}, /* C 128 and 129: ours */
    {"combined reactive energy 2", "combined reactive power 2"},
};

#define C_STANDARD 16U /* those that the standard has */
#define C_OWN      128U
#define C_OWN_LAST 129U

const char *wh_signed_text_kind(uint8_t kind)
{
    switch (kind) {
    case WH_SIGNED_BILLING:
        return "billing";
    case WH_SIGNED_FREEZE:
        return "freeze";
    case WH_SIGNED_PROFILE:
        return "load profile";
    default:
        return "unknown";
    }
}

void wh_signed_text_device_name(const wh_signed_head *head, char text[WH_SIGNED_NAME_TEXT])
{
    size_t len = sizeof head->device_name;
    while (len > 0 && head->device_name[len - 1] == 0) {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        if (head->device_name[i] < ' ' || head->device_name[i] > '~') {
            wh_signed_text_hex(head->device_name, sizeof head->device_name, text);
            return;
        }
    }
    memcpy(text, head->device_name, len);
    text[len] = '\0';
}

/* Seconds of a 32-bit count and any offset lie within the years of a civil time. */
static wh_civil_time civil_of(int64_t s)
{
    wh_civil_time time;
    if (wh_civil_time_from_ms(s * 1000, &time) != WH_OK) {
        return (wh_civil_time){0};
    }
    return time;
}

void wh_signed_text_time(uint32_t utc_s, int16_t offset_min, char text[WH_SIGNED_TIME_TEXT])
{
    wh_civil_time t = civil_of((int64_t)utc_s + offset_min * 60);
    unsigned offset = (unsigned)abs(offset_min);
    (void)snprintf(text, WH_SIGNED_TIME_TEXT, "%04d-%02u-%02uT%02u:%02u:%02u%c%02u:%02u",
                   (int)t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second,
                   offset_min < 0 ? '-' : '+', offset / 60U, offset % 60U);
}

const char *wh_signed_text_status(const wh_record_head *head, unsigned bit)
{
    static const char *const names[WH_SIGNED_STATUS_COUNT] = {
        "critical error",  "clock invalid", "not valid",
        "daylight saving", "bit 4",         "clock adjusted",
        "bit 6",           "power down",    "late"};
    if (bit >= WH_SIGNED_STATUS_COUNT) {
        return NULL;
    }
    unsigned bits = head->status | ((head->flags & WH_RECORD_LATE) != 0 ? 0x100U : 0U);
    return (bits >> bit & 1U) != 0 ? names[bit] : NULL;
}

/* "%s" is the quantity; index 1: of its power. */
static const char *form_of(wh_column column, unsigned *index)
{
    bool is_time = column.attribute == WH_COLUMN_TIME;
    uint8_t d = column.obis.group[WH_OBIS_D];
    *index = d == D_ENERGY || d == D_ENERGY_PERIOD ? 0 : 1;
    if (d == D_MAXIMUM && is_time) {
        return "time of the maximum demand of %s";
    }
    if (column.attribute != WH_COLUMN_VALUE) {
        return NULL;
    }
    switch (d) {
    case D_CUMULATIVE:
        return "cumulative maximum demand of %s";
    case D_MAXIMUM:
        return "maximum demand of %s";
    case D_ENERGY:
        return "%s";
    case D_ENERGY_PERIOD:
        return "%s since the last billing";
    default:
        return NULL;
    }
}

/* The row of a value group C and its phase, 0 all; NULL: it has none. */
static const char *const *quantity_of(unsigned c, unsigned *phase)
{
    *phase = 0;
    if (c >= C_OWN && c <= C_OWN_LAST) {
        return quantities[c - C_OWN + C_STANDARD];
    }
    if (c == 0 || c > 4 * PHASE_STRIDE) {
        return NULL;
    }
    *phase = (c - 1) / PHASE_STRIDE;
    unsigned plain = c - *phase * PHASE_STRIDE;
    return plain <= C_STANDARD ? quantities[plain - 1] : NULL;
}

void wh_signed_text_meaning(wh_column column, char text[WH_SIGNED_MEANING_TEXT])
{
    const uint8_t *g = column.obis.group;
    unsigned index = 0;
    unsigned phase = 0;
    const char *const *quantity = quantity_of(g[WH_OBIS_C], &phase);
    const char *form = form_of(column, &index);
    text[0] = '\0';
    if (form == NULL || quantity == NULL || quantity[index] == NULL || g[WH_OBIS_A] != 1 ||
        g[WH_OBIS_F] != 255 || g[WH_OBIS_E] > RATES_MAX) {
        return;
    }
    char what[WH_SIGNED_MEANING_TEXT];
    char on[8] = "";
    char rate[16] = "";
    const char *at = strstr(form, "%s");
    (void)snprintf(what, sizeof what, "%.*s%s%s", (int)(at - form), form, quantity[index], at + 2);
    if (phase > 0) {
        (void)snprintf(on, sizeof on, ", L%u", phase);
    }
    if (g[WH_OBIS_E] > 0) {
        (void)snprintf(rate, sizeof rate, ", rate %u", g[WH_OBIS_E]);
    }
    (void)snprintf(text, WH_SIGNED_MEANING_TEXT, "%s%s%s", what, on, rate);
}

static bool is_time(const wh_signed_value *value)
{
    return value->column.attribute == WH_COLUMN_TIME && value->value >= 0 &&
           value->value <= UINT32_MAX;
}

void wh_signed_text_value(const wh_signed_value *value, char text[WH_SIGNED_VALUE_TEXT])
{
    if (is_time(value)) {
        wh_civil_time t = civil_of(value->value);
        (void)snprintf(text, WH_SIGNED_VALUE_TEXT, "%04d-%02u-%02uT%02u:%02u:%02uZ",
                       (int)t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second);
        return;
    }
    (void)wh_decimal_format(value->value, value->scaler, text);
}

const char *wh_signed_text_unit(const wh_signed_value *value)
{
    if (value->unit == WH_UNIT_CURRENCY) {
        return "currency";
    }
    return value->column.attribute == WH_COLUMN_TIME ? "" : wh_unit_symbol(value->unit);
}

void wh_signed_text_hex(const uint8_t *bytes, size_t len, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[bytes[i] >> 4U];
        text[2 * i + 1] = digits[bytes[i] & 0x0FU];
    }
    text[2 * len] = '\0';
}
