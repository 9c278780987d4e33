/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crc.h"
#include "meter/record/recorder_internal.h"

#include <string.h>

#define SETTINGS_VERSION 1U
#define LIFO             0x01U
#define MS_PER_S         1000
#define COLUMN_SIZE      7U
#define LAST_MAX         (INT64_C(1) << 40) /* of seconds there are fewer until the year 9999 */
#define GROUP_MAX        32U
#define GROUP_HEAD       4U /* bytes the store takes for an entry in a group */

/* ---- sizes ---- */

uint16_t wh_recorder_record_size(const wh_recorder_config *config, uint8_t rates, uint16_t own_max)
{
    wh_recorder_content all = {.mode = 0xFF, .rates = rates};
    unsigned columns = wh_recorder_count_columns(config, &all, true);
    return (uint16_t)WH_RECORD_SIZE(columns > own_max ? columns : own_max);
}

/* Groups that fill less than a fifth of a sector more or less leave it room for others; a log
 * of a few entries is better off without. */
wh_store_log_config wh_recorder_log(const wh_recorder_config *config, uint16_t record_size,
                                    uint32_t sector_size)
{
    uint32_t group = GROUP_MAX;
    while (group > 1 && (group * (record_size + GROUP_HEAD) > sector_size / 5U * 2U ||
                         group * 4U > config->depth)) {
        group /= 2U;
    }
    return (wh_store_log_config){
        .capacity = config->depth, .entry_size = record_size, .group = (uint8_t)group};
}

/* ---- settings as bytes ---- */

static void put_column(wh_writer *w, const wh_column *column)
{
    wh_writer_put_bytes(w, column->obis.group, sizeof column->obis.group);
    wh_writer_put_u8(w, column->attribute);
}

static wh_column take_column(wh_reader *r)
{
    wh_column column = {.attribute = 0};
    const uint8_t *group = wh_reader_take_bytes(r, sizeof column.obis.group);
    if (group != NULL) {
        memcpy(column.obis.group, group, sizeof column.obis.group);
    }
    column.attribute = wh_reader_take_u8(r);
    return column;
}

/* Tells lists of columns apart. */
static uint32_t columns_crc(const wh_recorder *r, const wh_recorder_content *content)
{
    uint32_t crc = WH_CRC_32_START;
    wh_column column;
    for (unsigned i = 0; wh_recorder_column_at(r->config, content, i, &column) != 0; i++) {
        crc = wh_crc_lsb32(crc, column.obis.group, sizeof column.obis.group);
        crc = wh_crc_lsb32(crc, &column.attribute, 1);
    }
    return crc;
}

/* Version 1, big endian: u8 version, flags, mode, rates, u16 depth, u32 CRC of the columns, u8
 * times, each as wh_boundary_save; u16 own columns, 0 where those of the configuration hold, of
 * each six groups and the attribute. */
static wh_err encode(const wh_recorder *r, const wh_recorder_settings *s, wh_writer *w)
{
    const wh_recorder_content *c = &s->content;
    wh_writer_put_u8(w, SETTINGS_VERSION);
    wh_writer_put_u8(w, c->lifo ? LIFO : 0);
    wh_writer_put_u8(w, c->mode);
    wh_writer_put_u8(w, c->rates);
    wh_writer_put_u16be(w, c->depth);
    wh_writer_put_u32be(w, columns_crc(r, c));
    wh_writer_put_u8(w, r->memory.boundary_count);
    wh_err err = WH_OK;
    for (unsigned i = 0; i < r->memory.boundary_count && err == WH_OK; i++) {
        const wh_boundary b = {.pattern = s->time[i]};
        err = wh_boundary_save(&b, w);
    }
    unsigned own_count = c->column != NULL ? c->column_count : 0U;
    wh_writer_put_u16be(w, (uint16_t)own_count);
    for (unsigned i = 0; i < own_count; i++) {
        put_column(w, &c->column[i]);
    }
    return wh_writer_err(w);
}

/* All but the own columns, which *r then stands before. */
static void decode(wh_reader *r, wh_recorder_settings *s, uint32_t *crc)
{
    wh_reader_expect_u8(r, SETTINGS_VERSION);
    wh_recorder_content *c = &s->content;
    c->lifo = (wh_reader_take_u8(r) & LIFO) != 0;
    c->mode = wh_reader_take_u8(r);
    c->rates = wh_reader_take_u8(r);
    c->depth = wh_reader_take_u16be(r);
    *crc = wh_reader_take_u32be(r);
    unsigned times = wh_reader_take_u8(r);
    for (unsigned i = 0; i < times && wh_reader_err(r) == WH_OK; i++) {
        wh_boundary b = {.last = 0};
        if (wh_boundary_restore(&b, r) == WH_OK && i < WH_RECORDER_TIMES_MAX) {
            s->time[i] = b.pattern;
        }
    }
    c->column_count = wh_reader_take_u16be(r);
}

/* ---- checking ---- */

static bool time_is_good(const wh_boundary_pattern *time)
{
    bool in_period =
        time->minute < 60 && wh_recorder_phase_ms(time) < (int64_t)time->every_s * MS_PER_S;
    return wh_boundary_check(time) == WH_OK && (time->kind != WH_BOUNDARY_EVERY || in_period);
}

static bool settings_are_good(const wh_recorder *r, const wh_recorder_settings *s)
{
    for (unsigned i = 0; i < WH_RECORDER_TIMES_MAX; i++) {
        bool never = s->time[i].kind == WH_BOUNDARY_NEVER;
        if (i < r->memory.boundary_count ? !time_is_good(&s->time[i]) : !never) {
            return false;
        }
    }
    const wh_recorder_content *c = &s->content;
    if (c->column != NULL && (c->column_count == 0 || c->column_count > r->memory.own_max)) {
        return false;
    }
    unsigned stored = wh_recorder_count_columns(r->config, c, true);
    return stored <= WH_RECORD_COLUMNS_MAX && WH_RECORD_SIZE(stored) <= r->memory.record_size &&
           c->depth >= 1 && c->depth <= r->config->depth && c->rates <= WH_RECORDER_RATES_MAX;
}

/* ---- taking effect ---- */

/* What is past by now, and what is before from_ms, counts as done. */
static wh_err start(wh_boundary *b, const wh_boundary_pattern *time, const wh_recorder_now *now,
                    int64_t from_ms)
{
    int64_t ms = from_ms >= now->utc_ms ? from_ms - 1 : now->utc_ms;
    return wh_boundary_start(b, time, now->zone, ms - wh_recorder_phase_ms(time));
}

/* The state with the settings: times that change begin; all where `anew`. */
static wh_err state_with(const wh_recorder *r, const wh_recorder_now *now,
                         const wh_recorder_settings *s, wh_recorder_state *state, bool *anew)
{
    *state = wh_recorder_state_of(r);
    bool all = *anew;
    wh_err err = WH_OK;
    for (unsigned i = 0; i < r->memory.boundary_count && err == WH_OK; i++) {
        wh_boundary b = r->memory.boundary[i];
        if (all || !wh_boundary_pattern_equal(&b.pattern, &s->time[i])) {
            *anew = true;
            err = start(&b, &s->time[i], now, s->from_ms);
        }
        state->last[i] = b.last;
    }
    return err;
}

static void apply(wh_recorder *r, const wh_recorder_settings *s, const wh_recorder_state *state)
{
    r->content = s->content;
    if (r->content.column != NULL) {
        memmove(r->memory.own, s->content.column, r->content.column_count * sizeof(wh_column));
        r->content.column = r->memory.own;
    }
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        r->memory.boundary[i].pattern = s->time[i];
    }
    wh_recorder_take_state(r, state);
}

static wh_err write_all(const wh_recorder *r, wh_store *store, const wh_writer *settings,
                        const wh_recorder_state *state, bool clear)
{
    unsigned log = r->config->log;
    wh_err err = clear ? wh_store_clear(store, log) : WH_OK;
    if (err == WH_OK && wh_writer_len(settings) > 0) {
        uint16_t key = (uint16_t)(WH_RECORDER_KEY_SETTINGS + log);
        err = wh_store_put(store, key, settings->buf, wh_writer_len(settings));
    }
    return err == WH_OK ? wh_recorder_put_state(r, store, state) : err;
}

/* In one transaction: clear the log, if so; put the settings, if any; put the state. Then they
 * take effect. What the state says of times holds also of a log that is empty. */
static wh_err commit(wh_recorder *r, wh_store *store, const wh_recorder_settings *s,
                     const wh_writer *settings, const wh_recorder_state *state, bool clear)
{
    wh_err err = wh_store_begin(store);
    if (err != WH_OK) {
        return err;
    }
    err = write_all(r, store, settings, state, clear);
    if (err == WH_OK) {
        err = wh_store_commit(store);
    } else {
        wh_store_rollback(store);
    }
    if (err == WH_OK) {
        apply(r, s, state);
    }
    return err;
}

/* ---- the door ---- */

void wh_recorder_get(const wh_recorder *r, wh_recorder_settings *settings)
{
    *settings = (wh_recorder_settings){.from_ms = INT64_MIN, .content = r->content};
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        settings->time[i] = r->memory.boundary[i].pattern;
    }
}

wh_err wh_recorder_set(wh_recorder *r, wh_store *store, const wh_recorder_now *now,
                       const wh_recorder_settings *settings, uint8_t *work, size_t size)
{
    wh_recorder_state state;
    bool anew = false;
    wh_writer w = wh_writer_init(work, size);
    wh_err err = settings_are_good(r, settings) ? WH_OK : WH_ERR_RANGE;
    if (err == WH_OK) {
        err = state_with(r, now, settings, &state, &anew);
    }
    if (err == WH_OK) {
        err = encode(r, settings, &w);
    }
    if (err == WH_OK) {
        bool clear = columns_crc(r, &r->content) != columns_crc(r, &settings->content) ||
                     (anew && r->config->equidistant);
        err = commit(r, store, settings, &w, &state, clear);
    }
    return err;
}

static wh_err begin_anew(wh_recorder *r, wh_store *store, const wh_recorder_now *now, bool clear)
{
    wh_recorder_settings s;
    wh_recorder_state state;
    wh_writer none = wh_writer_init(NULL, 0);
    bool anew = true;
    wh_recorder_get(r, &s);
    wh_err err = state_with(r, now, &s, &state, &anew);
    return err == WH_OK ? commit(r, store, &s, &none, &state, clear) : err;
}

wh_err wh_recorder_reset(wh_recorder *r, wh_store *store, const wh_recorder_now *now)
{
    return begin_anew(r, store, now, true);
}

wh_err wh_recorder_restart(wh_recorder *r, wh_store *store, const wh_recorder_now *now)
{
    return begin_anew(r, store, now, false);
}

wh_err wh_recorder_init(wh_recorder *r, const wh_recorder_config *config,
                        const wh_recorder_memory *memory, uint8_t rates, const wh_recorder_now *now)
{
    bool timed = config->kind != WH_BOUNDARY_NEVER;
    if (config->log >= WH_RECORDER_LOGS || memory->boundary_count > WH_RECORDER_TIMES_MAX ||
        memory->boundary_count < (timed ? 1 : 0)) {
        return WH_ERR_RANGE;
    }
    *r = (wh_recorder){.config = config,
                       .memory = *memory,
                       .trigger_ms = INT64_MAX,
                       .content = {.depth = config->depth, .mode = config->mode, .rates = rates}};
    for (unsigned i = 0; i < memory->boundary_count; i++) {
        memory->boundary[i] = (wh_boundary){.last = 0};
    }
    wh_recorder_settings s;
    wh_recorder_get(r, &s);
    s.time[0] = (wh_boundary_pattern){
        .kind = config->kind, .month = 1, .day = 1, .every_s = config->every_s};
    wh_recorder_state state;
    bool anew = true;
    wh_err err = settings_are_good(r, &s) ? state_with(r, now, &s, &state, &anew) : WH_ERR_RANGE;
    if (err == WH_OK) {
        apply(r, &s, &state);
    }
    return err;
}

/* ---- taking up what was kept ---- */

/* What was set, into *s; its own columns become those of the recorder.
 * WH_ERR_NOT_FOUND: nothing that can be used; WH_ERR_CHECK: it is damaged. */
static wh_err load_settings(wh_recorder *r, wh_store *store, wh_recorder_settings *s, uint8_t *work,
                            size_t size)
{
    size_t len = 0;
    uint16_t key = (uint16_t)(WH_RECORDER_KEY_SETTINGS + r->config->log);
    wh_err err = wh_store_get(store, key, work, size, &len);
    if (err != WH_OK) {
        return err == WH_ERR_SPACE ? WH_ERR_NOT_FOUND : err; /* with more columns than it may */
    }
    wh_reader reader = wh_reader_init(work, len);
    uint32_t crc = 0;
    decode(&reader, s, &crc);
    wh_recorder_content *c = &s->content;
    if (wh_reader_err(&reader) != WH_OK ||
        wh_reader_left(&reader) != c->column_count * COLUMN_SIZE) {
        return WH_ERR_CHECK;
    }
    if (c->column_count > r->memory.own_max) {
        return WH_ERR_NOT_FOUND;
    }
    c->column = c->column_count > 0 ? r->memory.own : NULL;
    for (unsigned i = 0; i < c->column_count; i++) {
        r->memory.own[i] = take_column(&reader);
    }
    c->depth = c->depth < r->config->depth ? c->depth : r->config->depth;
    bool same = settings_are_good(r, s) && columns_crc(r, c) == crc;
    return same ? WH_OK : WH_ERR_NOT_FOUND;
}

/* How far it had come, into *state. Damaged or not there: as it is, which misses what passed while
 * power was away. */
static wh_err load_state(const wh_recorder *r, wh_store *store, wh_recorder_state *state)
{
    uint8_t bytes[WH_RECORDER_STATE_SIZE];
    size_t len = 0;
    uint32_t first = 0;
    wh_store_log_range(store, r->config->log, &first, &state->rising_from);
    uint16_t key = (uint16_t)(WH_RECORDER_KEY_STATE + r->config->log);
    wh_err err = wh_store_get(store, key, bytes, sizeof bytes, &len);
    if (err == WH_ERR_IO) {
        return err;
    }
    wh_reader reader = wh_reader_init(bytes, err == WH_OK ? len : 0);
    wh_recorder_state found = *state;
    wh_reader_expect_u8(&reader, WH_RECORDER_STATE_VERSION);
    found.status = wh_reader_take_u8(&reader);
    found.newest_s = wh_reader_take_u32be(&reader);
    found.rising_from = wh_reader_take_u32be(&reader);
    unsigned times = wh_reader_take_u8(&reader);
    for (unsigned i = 0; i < times && i < r->memory.boundary_count; i++) {
        found.last[i] = (int64_t)wh_reader_take_u64be(&reader);
        if (found.last[i] / LAST_MAX != 0) {
            wh_reader_fail(&reader, WH_ERR_FORMAT);
        }
    }
    if (wh_reader_err(&reader) == WH_OK) {
        *state = found;
    }
    return WH_OK;
}

wh_err wh_recorder_load(wh_recorder *r, wh_store *store, const wh_recorder_now *now, uint8_t *work,
                        size_t size)
{
    wh_recorder_settings s;
    wh_recorder_state state;
    bool anew = false;
    wh_recorder_get(r, &s);
    wh_err found = load_settings(r, store, &s, work, size);
    if (found == WH_OK) {
        found = state_with(r, now, &s, &state, &anew);
    }
    if (found == WH_OK) {
        found = load_state(r, store, &state);
        if (found == WH_OK) {
            apply(r, &s, &state);
        }
        return found;
    }
    if (found != WH_ERR_NOT_FOUND && found != WH_ERR_CHECK) {
        return found;
    }
    wh_writer w = wh_writer_init(work, size);
    wh_recorder_get(r, &s);
    state = wh_recorder_state_of(r);
    wh_err err = encode(r, &s, &w);
    if (err == WH_OK) {
        bool clear = wh_store_log_count(store, r->config->log) > 0;
        err = commit(r, store, &s, &w, &state, clear);
    }
    return err == WH_OK && found == WH_ERR_CHECK ? WH_ERR_CHECK : err;
}
