/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crc.h"
#include "meter/record/recorder_internal.h"

#include <string.h>

#define SETTINGS_VERSION 1U
#define LIFO             0x01U
#define COLUMN_SIZE      7U
#define GROUP_MAX        32U
#define GROUP_HEAD       4U /* bytes the store takes for an entry in a group */

/* ---- sizes ---- */

uint16_t wh_recorder_record_size(const wh_recorder_config *config, uint8_t rates, uint16_t own_max)
{
    wh_recorder_list list = {.config = config, .mode = 0xFF, .rates = rates};
    unsigned columns = wh_recorder_list_stored(&list);
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

static void put_column(wh_writer *w, wh_column column)
{
    wh_writer_put_bytes(w, column.obis.group, sizeof column.obis.group);
    wh_writer_put_u8(w, column.attribute);
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

/* Tells columns of the configuration from those of another firmware. */
static uint16_t columns_crc(const wh_recorder_list *list)
{
    uint16_t crc = WH_CRC_X25_START;
    wh_column column;
    for (unsigned i = 0; wh_recorder_list_at(list, i, &column); i++) {
        crc = wh_crc_lsb1021(crc, column.obis.group, sizeof column.obis.group);
        crc = wh_crc_lsb1021(crc, &column.attribute, 1);
    }
    return crc;
}

static void put_time(wh_writer *w, const wh_boundary_pattern *time)
{
    wh_writer_put_u8(w, time->kind);
    wh_writer_put_u8(w, time->month);
    wh_writer_put_u8(w, time->day);
    wh_writer_put_u8(w, time->hour);
    wh_writer_put_u8(w, time->minute);
    wh_writer_put_u32be(w, time->every_s);
    wh_writer_put_u64be(w, (uint64_t)time->at_ms);
}

static wh_boundary_pattern take_time(wh_reader *r)
{
    wh_boundary_pattern time = {.kind = wh_reader_take_u8(r)};
    time.month = wh_reader_take_u8(r);
    time.day = wh_reader_take_u8(r);
    time.hour = wh_reader_take_u8(r);
    time.minute = wh_reader_take_u8(r);
    time.every_s = wh_reader_take_u32be(r);
    time.at_ms = (int64_t)wh_reader_take_u64be(r);
    return time;
}

static wh_recorder_list list_of_settings(const wh_recorder *r, const wh_recorder_settings *s)
{
    return (wh_recorder_list){.config = r->config,
                              .own = s->column,
                              .own_count = s->column != NULL ? s->column_count : 0,
                              .mode = s->mode,
                              .rates = s->rates};
}

/* Version 1, big endian: u8 version, flags, mode, rates, u16 depth, u16 CRC of the columns,
 * u8 times, of each u8 kind, month, day, hour, minute, u32 every_s, i64 at_ms; u16 own columns,
 * 0 where those of the configuration hold, of each six groups and the attribute. */
static wh_err encode(const wh_recorder *r, const wh_recorder_settings *s, wh_writer *w)
{
    wh_recorder_list list = list_of_settings(r, s);
    wh_writer_put_u8(w, SETTINGS_VERSION);
    wh_writer_put_u8(w, s->lifo ? LIFO : 0);
    wh_writer_put_u8(w, s->mode);
    wh_writer_put_u8(w, s->rates);
    wh_writer_put_u16be(w, s->depth);
    wh_writer_put_u16be(w, columns_crc(&list));
    wh_writer_put_u8(w, r->memory.boundary_count);
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        put_time(w, &s->time[i]);
    }
    wh_writer_put_u16be(w, list.own_count);
    for (unsigned i = 0; i < list.own_count; i++) {
        put_column(w, list.own[i]);
    }
    return wh_writer_err(w);
}

/* All but the own columns, which *r then stands before; *crc is that of the columns. */
static void decode(wh_reader *r, wh_recorder_settings *s, uint16_t *crc)
{
    if (wh_reader_take_u8(r) != SETTINGS_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    s->lifo = (wh_reader_take_u8(r) & LIFO) != 0;
    s->mode = wh_reader_take_u8(r);
    s->rates = wh_reader_take_u8(r);
    s->depth = wh_reader_take_u16be(r);
    *crc = wh_reader_take_u16be(r);
    unsigned times = wh_reader_take_u8(r);
    if (times > WH_RECORDER_TIMES_MAX) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    for (unsigned i = 0; i < times && wh_reader_err(r) == WH_OK; i++) {
        s->time[i] = take_time(r);
    }
    s->column_count = wh_reader_take_u16be(r);
}

/* ---- checking ---- */

static bool time_is_good(const wh_boundary_pattern *time)
{
    bool in_period = time->hour < 24 && time->minute < 60 &&
                     wh_recorder_phase_ms(time) < (int64_t)time->every_s * 1000;
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
    wh_recorder_list list = list_of_settings(r, s);
    if (s->column != NULL && (s->column_count == 0 || s->column_count > r->memory.own_max)) {
        return false;
    }
    unsigned stored = wh_recorder_list_stored(&list);
    return stored <= WH_RECORD_COLUMNS_MAX && WH_RECORD_SIZE(stored) <= r->memory.record_size &&
           s->depth >= 1 && s->depth <= r->config->depth && s->rates <= WH_RECORDER_RATES_MAX;
}

static bool columns_equal(const wh_recorder *r, const wh_recorder_settings *s)
{
    wh_recorder_list old = wh_recorder_list_of(r);
    wh_recorder_list new = list_of_settings(r, s);
    wh_column a;
    wh_column b;
    unsigned i = 0;
    for (; wh_recorder_list_at(&old, i, &a); i++) {
        if (!wh_recorder_list_at(&new, i, &b) || a.attribute != b.attribute ||
            !wh_obis_equal(a.obis, b.obis)) {
            return false;
        }
    }
    return !wh_recorder_list_at(&new, i, &b);
}

/* ---- taking effect ---- */

/* What is past at from_ms counts as done. */
static wh_err start(wh_boundary *b, const wh_boundary_pattern *time, const wh_recorder_now *now,
                    int64_t from_ms)
{
    int64_t ms = from_ms > now->utc_ms ? from_ms - 1 : now->utc_ms;
    return wh_boundary_start(b, time, now->zone, ms - wh_recorder_phase_ms(time));
}

/* The state with the settings: times that change begin. */
static wh_err state_with(const wh_recorder *r, const wh_recorder_now *now,
                         const wh_recorder_settings *s, wh_recorder_state *state, bool *changed)
{
    *state = wh_recorder_state_of(r);
    *changed = false;
    wh_err err = WH_OK;
    for (unsigned i = 0; i < r->memory.boundary_count && err == WH_OK; i++) {
        wh_boundary b = r->memory.boundary[i];
        if (!wh_boundary_pattern_equal(&b.pattern, &s->time[i])) {
            *changed = true;
            err = start(&b, &s->time[i], now, s->from_ms);
        }
        state->last[i] = b.last;
    }
    return err;
}

static void apply(wh_recorder *r, const wh_recorder_settings *s, const wh_recorder_state *state)
{
    r->own_count = s->column != NULL ? s->column_count : 0;
    if (r->own_count > 0 && s->column != r->memory.own) {
        memcpy(r->memory.own, s->column, r->own_count * sizeof *s->column);
    }
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        r->memory.boundary[i].pattern = s->time[i];
    }
    r->depth = s->depth;
    r->mode = s->mode;
    r->rates = s->rates;
    r->lifo = s->lifo;
    wh_recorder_take_state(r, state);
}

static wh_err write_all(const wh_recorder *r, wh_store *store, const wh_writer *settings,
                        const wh_recorder_state *state, bool clear)
{
    unsigned log = r->config->log;
    wh_err err = clear ? wh_store_clear(store, log) : WH_OK;
    if (err == WH_OK && settings != NULL) {
        uint16_t key = (uint16_t)(WH_RECORDER_KEY_SETTINGS + log);
        err = wh_store_put(store, key, settings->buf, wh_writer_len(settings));
    }
    return err == WH_OK ? wh_recorder_put_state(r, store, state) : err;
}

/* In one transaction: clear the log, if so; put the settings, if any; put the state. */
static wh_err rewrite(const wh_recorder *r, wh_store *store, const wh_writer *settings,
                      wh_recorder_state *state, bool clear)
{
    wh_err err = wh_store_begin(store);
    if (err != WH_OK) {
        return err;
    }
    if (clear) {
        uint32_t first = 0;
        wh_store_log_range(store, r->config->log, &first, &state->rising_from);
        state->newest_s = 0;
        state->status = 0;
    }
    err = write_all(r, store, settings, state, clear);
    if (err == WH_OK) {
        return wh_store_commit(store);
    }
    wh_store_rollback(store);
    return err;
}

/* ---- the door ---- */

void wh_recorder_get(const wh_recorder *r, wh_recorder_settings *settings)
{
    *settings = (wh_recorder_settings){.from_ms = INT64_MIN,
                                       .column = r->own_count > 0 ? r->memory.own : NULL,
                                       .column_count = r->own_count,
                                       .depth = r->depth,
                                       .mode = r->mode,
                                       .rates = r->rates,
                                       .lifo = r->lifo};
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        settings->time[i] = r->memory.boundary[i].pattern;
    }
}

wh_err wh_recorder_set(wh_recorder *r, wh_store *store, const wh_recorder_now *now,
                       const wh_recorder_settings *settings, uint8_t *work, size_t size)
{
    wh_recorder_state state;
    bool changed = false;
    wh_writer w = wh_writer_init(work, size);
    wh_err err = settings_are_good(r, settings) ? WH_OK : WH_ERR_RANGE;
    if (err == WH_OK) {
        err = state_with(r, now, settings, &state, &changed);
    }
    if (err == WH_OK) {
        err = encode(r, settings, &w);
    }
    if (err == WH_OK) {
        bool clear = !columns_equal(r, settings) || (changed && r->config->equidistant);
        err = rewrite(r, store, &w, &state, clear);
    }
    if (err == WH_OK) {
        apply(r, settings, &state);
    }
    return err;
}

static wh_err begin_anew(wh_recorder *r, wh_store *store, const wh_recorder_now *now, bool clear)
{
    wh_recorder_state state = wh_recorder_state_of(r);
    wh_err err = WH_OK;
    for (unsigned i = 0; i < r->memory.boundary_count && err == WH_OK; i++) {
        wh_boundary b = {.last = 0};
        err = start(&b, &r->memory.boundary[i].pattern, now, INT64_MIN);
        state.last[i] = b.last;
    }
    if (err == WH_OK) {
        err = rewrite(r, store, NULL, &state, clear);
    }
    if (err == WH_OK) {
        wh_recorder_take_state(r, &state);
    }
    return err;
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
                       .next_ms = INT64_MIN,
                       .trigger_ms = INT64_MAX,
                       .depth = config->depth,
                       .mode = config->mode,
                       .rates = rates};
    for (unsigned i = 0; i < memory->boundary_count; i++) {
        memory->boundary[i] = (wh_boundary){.last = 0};
    }
    wh_recorder_settings s;
    wh_recorder_get(r, &s);
    if (timed) {
        s.time[0] = (wh_boundary_pattern){
            .kind = config->kind, .month = 1, .day = 1, .every_s = config->every_s};
    }
    wh_recorder_state state;
    bool changed = false;
    wh_err err = settings_are_good(r, &s) ? state_with(r, now, &s, &state, &changed) : WH_ERR_RANGE;
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
    if (err == WH_ERR_SPACE) {
        return WH_ERR_NOT_FOUND; /* of a configuration with more columns */
    }
    if (err != WH_OK) {
        return err;
    }
    wh_reader reader = wh_reader_init(work, len);
    uint16_t crc = 0;
    decode(&reader, s, &crc);
    if (wh_reader_err(&reader) != WH_OK ||
        wh_reader_left(&reader) != s->column_count * COLUMN_SIZE) {
        return WH_ERR_CHECK;
    }
    if (s->column_count > r->memory.own_max) {
        return WH_ERR_NOT_FOUND;
    }
    s->column = s->column_count > 0 ? r->memory.own : NULL;
    for (unsigned i = 0; i < s->column_count; i++) {
        r->memory.own[i] = take_column(&reader);
    }
    s->depth = s->depth < r->config->depth ? s->depth : r->config->depth;
    wh_recorder_list list = list_of_settings(r, s);
    bool same = settings_are_good(r, s) && columns_crc(&list) == crc;
    return same ? WH_OK : WH_ERR_NOT_FOUND;
}

/* How far it had come, into *state. Damaged or not there: as it is, which misses what passed while
 * power was away. */
static void load_state(const wh_recorder *r, wh_store *store, wh_recorder_state *state)
{
    uint8_t bytes[WH_RECORDER_STATE_SIZE];
    size_t len = 0;
    uint32_t first = 0;
    wh_store_log_range(store, r->config->log, &first, &state->rising_from);
    uint16_t key = (uint16_t)(WH_RECORDER_KEY_STATE + r->config->log);
    if (wh_store_get(store, key, bytes, sizeof bytes, &len) != WH_OK) {
        return;
    }
    wh_reader reader = wh_reader_init(bytes, len);
    wh_reader_expect_u8(&reader, WH_RECORDER_STATE_VERSION);
    wh_recorder_state found = *state;
    found.status = wh_reader_take_u8(&reader);
    found.newest_s = wh_reader_take_u32be(&reader);
    found.rising_from = wh_reader_take_u32be(&reader);
    unsigned times = wh_reader_take_u8(&reader);
    for (unsigned i = 0; i < times && i < r->memory.boundary_count; i++) {
        found.last[i] = (int64_t)wh_reader_take_u64be(&reader);
    }
    if (wh_reader_err(&reader) == WH_OK) {
        *state = found;
    }
}

wh_err wh_recorder_load(wh_recorder *r, wh_store *store, const wh_recorder_now *now, uint8_t *work,
                        size_t size)
{
    wh_recorder_settings s;
    wh_recorder_state state;
    bool changed = false;
    wh_recorder_get(r, &s);
    wh_err found = load_settings(r, store, &s, work, size);
    if (found == WH_OK) {
        found = state_with(r, now, &s, &state, &changed);
    }
    if (found == WH_OK) {
        load_state(r, store, &state);
        apply(r, &s, &state);
        return WH_OK;
    }
    if (found != WH_ERR_NOT_FOUND && found != WH_ERR_CHECK) {
        return found;
    }
    wh_recorder_get(r, &s);
    state = wh_recorder_state_of(r);
    wh_writer w = wh_writer_init(work, size);
    wh_err err = encode(r, &s, &w);
    if (err == WH_OK) {
        err = rewrite(r, store, &w, &state, wh_store_log_count(store, r->config->log) > 0);
    }
    wh_recorder_take_state(r, &state);
    return err == WH_OK && found == WH_ERR_CHECK ? WH_ERR_CHECK : err;
}
