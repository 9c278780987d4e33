/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_reader.h"

#include "core/civil_time.h"
#include "core/obis.h"
#include "core/unit.h"
#include "host/dlms_session.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS_DATA     1
#define CLASS_REGISTER 3
#define CLASS_CLOCK    8

/* Where a register's value goes. */
typedef struct {
    uint8_t c; /* value groups of 1-0:c.d.e*255 */
    uint8_t d;
    uint8_t e;
    uint8_t unit;
    size_t offset; /* of a double in wh_watch_snapshot */
} wanted;

/* Values that the snapshot has no field for: the snapshot is made of them afterwards. */
typedef struct {
    wh_watch_snapshot snapshot; /* first: offsets of both count from the same place */
    double p_import_w[WH_WATCH_PLACES];
    double p_export_w[WH_WATCH_PLACES];
    double q_import_var[WH_WATCH_PLACES];
    double q_export_var[WH_WATCH_PLACES];
    double u_lag_deg[WH_WATCH_PHASES]; /* behind U1 */
    double i_lag_deg[WH_WATCH_PHASES]; /* behind the voltage of its own phase */
} raw_values;

#define AT(member)       offsetof(raw_values, member)
#define PLACE(k, member) AT(snapshot.place[k].member)
#define POWERS(c0, k)                                       \
    {(c0) + 1, 8, 0, WH_UNIT_WH, PLACE(k, import_wh)},      \
        {(c0) + 2, 8, 0, WH_UNIT_WH, PLACE(k, export_wh)},  \
        {(c0) + 16, 7, 0, WH_UNIT_W, PLACE(k, p_w)},        \
        {(c0) + 1, 7, 0, WH_UNIT_W, AT(p_import_w[k])},     \
        {(c0) + 2, 7, 0, WH_UNIT_W, AT(p_export_w[k])},     \
        {(c0) + 3, 7, 0, WH_UNIT_VAR, AT(q_import_var[k])}, \
        {(c0) + 4, 7, 0, WH_UNIT_VAR, AT(q_export_var[k])}, \
        {(c0) + 9, 7, 0, WH_UNIT_VA, PLACE(k, s_va)},       \
    {                                                       \
        (c0) + 13, 7, 0, WH_UNIT_NONE, PLACE(k, pf)         \
    }
#define PHASE(c0, k)                                               \
    POWERS(c0, k), {(c0) + 12, 7, 0, WH_UNIT_V, PLACE(k, u_v)},    \
        {(c0) + 11, 7, 0, WH_UNIT_A, PLACE(k, i_a)},               \
        {(c0) + 12, 7, 124, WH_UNIT_PERCENT, PLACE(k, thd_u_pct)}, \
    {                                                              \
        (c0) + 11, 7, 124, WH_UNIT_PERCENT, PLACE(k, thd_i_pct)    \
    }

static const wanted registers[] = {
    POWERS(0, WH_WATCH_TOTAL),
    PHASE(20, 0),
    PHASE(40, 1),
    PHASE(60, 2),
    {14, 7, 0, WH_UNIT_HZ, AT(snapshot.f_hz)},
    {91, 7, 0, WH_UNIT_A, AT(snapshot.in_a)},
    {12, 7, 133, WH_UNIT_PERCENT, AT(snapshot.u2_pct)},
    {12, 7, 134, WH_UNIT_PERCENT, AT(snapshot.u0_pct)},
    {5, 8, 0, WH_UNIT_VARH, AT(snapshot.reactive_varh[0])},
    {6, 8, 0, WH_UNIT_VARH, AT(snapshot.reactive_varh[1])},
    {7, 8, 0, WH_UNIT_VARH, AT(snapshot.reactive_varh[2])},
    {8, 8, 0, WH_UNIT_VARH, AT(snapshot.reactive_varh[3])},
    {9, 8, 0, WH_UNIT_VAH, AT(snapshot.apparent_import_vah)},
    {10, 8, 0, WH_UNIT_VAH, AT(snapshot.apparent_export_vah)},
    /* 81.7.ab: by how much b lags a; 0 to 2 voltages, 4 to 6 currents. */
    {81, 7, 1, WH_UNIT_DEGREE, AT(u_lag_deg[1])},
    {81, 7, 2, WH_UNIT_DEGREE, AT(u_lag_deg[2])},
    {81, 7, 4, WH_UNIT_DEGREE, AT(i_lag_deg[0])},
    {81, 7, 15, WH_UNIT_DEGREE, AT(i_lag_deg[1])},
    {81, 7, 26, WH_UNIT_DEGREE, AT(i_lag_deg[2])},
};

#define REGISTER_COUNT (sizeof registers / sizeof registers[0])
#define NAME_COUNT     4U /* clock, device name, serial number, display */
#define NAME_DISPLAY   3U

typedef struct {
    bool present;
    double factor;
} scaling;

struct wh_watch_reader {
    wh_dlms_session *session;
    scaling scale[REGISTER_COUNT];
    size_t present[REGISTER_COUNT]; /* indexes of those that are there */
    size_t present_count;
    raw_values raw;
};

static wh_dlms_attribute attribute_of(size_t i, int8_t attribute)
{
    const wanted *w = &registers[i];
    return (wh_dlms_attribute){.class_id = CLASS_REGISTER,
                               .name = WH_OBIS_INIT(1, 0, w->c, w->d, w->e, 255),
                               .attribute = attribute};
}

/* scaler_unit: structure of an integer and an enum. The unit must be the one that is wanted:
 * some meters use a code for something else. */
static void on_scaler(void *user, size_t index, uint8_t result, wh_dlms_octets data)
{
    wh_watch_reader *reader = (wh_watch_reader *)user;
    if (result != WH_DLMS_RESULT_SUCCESS) {
        return;
    }
    wh_dlms_walk walk = wh_dlms_walk_init(data.bytes, data.len);
    wh_dlms_item outer;
    wh_dlms_item scaler;
    wh_dlms_item unit;
    if (!wh_dlms_walk_next(&walk, &outer) || outer.type != WH_DLMS_STRUCTURE ||
        !wh_dlms_walk_next(&walk, &scaler) || scaler.type != WH_DLMS_INTEGER ||
        !wh_dlms_walk_next(&walk, &unit) || unit.type != WH_DLMS_ENUM ||
        unit.u != registers[index].unit) {
        return;
    }
    reader->scale[index] = (scaling){true, pow(10.0, (double)scaler.i)};
    reader->present[reader->present_count++] = index;
}

static wh_err look_around(wh_watch_reader *reader, wh_message *message)
{
    wh_dlms_attribute ask[REGISTER_COUNT];
    for (size_t i = 0; i < REGISTER_COUNT; ++i) {
        ask[i] = attribute_of(i, 3);
    }
    wh_err err =
        wh_dlms_session_get(reader->session, ask, REGISTER_COUNT, on_scaler, reader, message);
    if (err == WH_OK && reader->present_count == 0) {
        wh_message_set(message, "the meter has no register that can be shown");
        return WH_ERR_NOT_FOUND;
    }
    return err;
}

wh_err wh_watch_reader_open(const wh_dlms_url *url, uint32_t timeout_ms, wh_watch_reader **reader,
                            wh_message *message)
{
    *reader = NULL;
    wh_watch_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        wh_message_set(message, "%s", strerror(ENOMEM));
        return WH_ERR_IO;
    }
    wh_err err = wh_dlms_session_open(url, timeout_ms, &r->session, message);
    if (err == WH_OK) {
        err = look_around(r, message);
    }
    if (err != WH_OK) {
        wh_watch_reader_close(r);
        return err;
    }
    *reader = r;
    return WH_OK;
}

void wh_watch_reader_close(wh_watch_reader *reader)
{
    if (reader != NULL) {
        wh_dlms_session_close(reader->session);
        free(reader);
    }
}

/* Octets that are text; what is not printable ASCII becomes '?'. */
static void copy_text(char *out, size_t size, wh_dlms_octets text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    for (size_t i = 0; i < len; ++i) {
        out[i] = text.bytes[i] >= ' ' && text.bytes[i] <= '~' ? (char)text.bytes[i] : '?';
    }
    out[len] = '\0';
}

static void take_clock(wh_watch_snapshot *s, wh_dlms_octets octets)
{
    wh_reader r = wh_reader_init(octets.bytes, octets.len);
    wh_dlms_date_time t = wh_dlms_take_date_time(&r);
    if (wh_reader_err(&r) != WH_OK || !wh_dlms_date_time_is_valid(&t) || t.year == 0xFFFF ||
        t.hour == 0xFF || t.minute == 0xFF) {
        return;
    }
    const wh_civil_time civil = {
        .date = {t.year, t.month, t.day},
        .hour = t.hour,
        .minute = t.minute,
        .second = t.second == 0xFF ? 0 : t.second,
        .millisecond = t.hundredths == 0xFF ? 0 : (uint16_t)(t.hundredths * 10U),
    };
    int64_t local_ms = 0;
    if (wh_civil_time_to_ms(&civil, &local_ms) != WH_OK) {
        return;
    }
    int deviation_min = t.deviation_min == WH_DLMS_DEVIATION_NONE ? 0 : t.deviation_min;
    s->utc_offset_min = -deviation_min;
    s->utc_ms = local_ms + (int64_t)deviation_min * WH_MS_PER_MINUTE;
}

static void on_name(wh_watch_snapshot *s, size_t index, const wh_dlms_item *item)
{
    bool text = item->type == WH_DLMS_OCTET_STRING || item->type == WH_DLMS_VISIBLE_STRING ||
                item->type == WH_DLMS_UTF8_STRING;
    if (!text) {
        return;
    }
    if (index == NAME_DISPLAY) {
        wh_reader r = wh_reader_init(item->octets.bytes, item->octets.len);
        s->have_lcd = wh_lcd_restore(&s->lcd, &r) == WH_OK;
    } else if (index == 0) {
        take_clock(s, item->octets);
    } else if (index == 1) {
        copy_text(s->device, sizeof s->device, item->octets);
    } else {
        copy_text(s->serial, sizeof s->serial, item->octets);
    }
}

static bool number_of(const wh_dlms_item *item, double *value)
{
    switch ((int)item->type) {
    case WH_DLMS_INTEGER:
    case WH_DLMS_LONG:
    case WH_DLMS_DOUBLE_LONG:
    case WH_DLMS_LONG64:
        *value = (double)item->i;
        return true;
    case WH_DLMS_UNSIGNED:
    case WH_DLMS_LONG_UNSIGNED:
    case WH_DLMS_DOUBLE_LONG_UNSIGNED:
    case WH_DLMS_LONG64_UNSIGNED:
        *value = (double)item->u;
        return true;
    default:
        return false;
    }
}

static void on_value(void *user, size_t index, uint8_t result, wh_dlms_octets data)
{
    wh_watch_reader *reader = (wh_watch_reader *)user;
    if (result != WH_DLMS_RESULT_SUCCESS) {
        return;
    }
    wh_dlms_walk walk = wh_dlms_walk_init(data.bytes, data.len);
    wh_dlms_item item;
    if (!wh_dlms_walk_next(&walk, &item)) {
        return;
    }
    if (index < NAME_COUNT) {
        on_name(&reader->raw.snapshot, index, &item);
        return;
    }
    size_t at = reader->present[index - NAME_COUNT];
    double value = 0.0;
    if (number_of(&item, &value)) {
        value *= reader->scale[at].factor;
        memcpy((char *)&reader->raw + registers[at].offset, &value, sizeof value);
    }
}

static void clear(raw_values *raw)
{
    wh_watch_snapshot_clear(&raw->snapshot);
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        raw->p_import_w[k] = raw->p_export_w[k] = NAN;
        raw->q_import_var[k] = raw->q_export_var[k] = NAN;
    }
    for (unsigned k = 0; k < WH_WATCH_PHASES; ++k) {
        raw->u_lag_deg[k] = raw->i_lag_deg[k] = NAN;
    }
    raw->u_lag_deg[0] = 0.0;
}

/* Between -180 and 180, and never -0. */
static double half_turn(double degrees)
{
    return remainder(degrees, 360.0) + 0.0;
}

/* The phase sequence is where U2 and U3 lie. */
static void find_rotation(wh_watch_snapshot *s)
{
    double a = s->place[1].u_deg;
    double b = s->place[2].u_deg;
    if (s->phases < WH_WATCH_PHASES || isnan(a) || isnan(b)) {
        return;
    }
    bool apart = fabs(a) > 60.0 && fabs(b) > 60.0;
    if (apart && (a < 0.0) != (b < 0.0)) {
        (void)snprintf(s->rotation, sizeof s->rotation, "%s", a < 0.0 ? "ABC" : "ACB");
    }
}

/* Make the snapshot of what was read. */
static void finish(const wh_watch_reader *reader, raw_values *raw)
{
    wh_watch_snapshot *s = &raw->snapshot;
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        wh_watch_place *p = &s->place[k];
        if (isnan(p->p_w)) { /* a meter without the signed register */
            p->p_w = raw->p_import_w[k] - raw->p_export_w[k];
        }
        p->q_var = raw->q_import_var[k] - raw->q_export_var[k];
        if (p->s_va == 0.0) { /* nothing flows: a meter may say 0, but there is no such ratio */
            p->pf = p->thd_i_pct = NAN;
        }
    }
    for (size_t i = 0; i < reader->present_count; ++i) {
        uint8_t c = registers[reader->present[i]].c;
        if (c > 20 && c < 80) { /* a register of a phase: 21 to 36, 41 to 56, 61 to 76 */
            unsigned phases = (unsigned)c / 20U;
            s->phases = phases > s->phases ? phases : s->phases;
        }
    }
    for (unsigned k = 0; k < WH_WATCH_PHASES; ++k) {
        s->place[k].u_deg = half_turn(-raw->u_lag_deg[k]);
        s->place[k].i_deg = half_turn(s->place[k].u_deg - raw->i_lag_deg[k]);
    }
    find_rotation(s);
}

wh_err wh_watch_reader_take(wh_watch_reader *reader, wh_watch_snapshot *snapshot,
                            wh_message *message)
{
    wh_dlms_attribute ask[NAME_COUNT + REGISTER_COUNT] = {
        {.class_id = CLASS_CLOCK, .name = WH_OBIS_INIT(0, 0, 1, 0, 0, 255), .attribute = 2},
        {.class_id = CLASS_DATA, .name = WH_OBIS_INIT(0, 0, 42, 0, 0, 255), .attribute = 2},
        {.class_id = CLASS_DATA, .name = WH_OBIS_INIT(0, 0, 96, 1, 0, 255), .attribute = 2},
        {.class_id = CLASS_DATA, .name = WH_OBIS_INIT(0, 0, 96, 13, 1, 255), .attribute = 2},
    };
    for (size_t i = 0; i < reader->present_count; ++i) {
        ask[NAME_COUNT + i] = attribute_of(reader->present[i], 2);
    }
    clear(&reader->raw);
    wh_err err = wh_dlms_session_get(reader->session, ask, NAME_COUNT + reader->present_count,
                                     on_value, reader, message);
    if (err == WH_OK) {
        finish(reader, &reader->raw);
        *snapshot = reader->raw.snapshot;
    }
    return err;
}
