/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/record/recorder_internal.h"

#include <string.h>

#define MS_PER_S    1000
#define ABSTRACT    0
#define SERVICE     96 /* group C from which on nothing is measured */
#define ELECTRIC    1
#define PHASES      3U
#define PHASES_MASK (WH_RECORDER_BY_PHASE | WH_RECORDER_PHASES_ONLY)
#define RUN_IF      0x0FU

/* ---- columns ---- */

/* What a meter has now and did not have some time ago: averages and instantaneous values. */
static bool is_only_now(const wh_column *column)
{
    static const uint8_t only_now[] = {4, 5, 7, 14, 24, 25, 27};
    return column->obis.group[WH_OBIS_A] == ELECTRIC && column->obis.group[WH_OBIS_C] < SERVICE &&
           memchr(only_now, column->obis.group[WH_OBIS_D], sizeof only_now) != NULL;
}

static unsigned run_len(const wh_recorder_content *content, const wh_column_run *run)
{
    unsigned bit = run->which & RUN_IF;
    if (bit != 0 && (content->mode >> (bit - 1U) & 1U) == 0) {
        return 0;
    }
    if ((run->which & WH_RECORDER_BY_RATE) != 0) {
        return 1U + content->rates;
    }
    unsigned phases = (run->which & PHASES_MASK) != 0 ? PHASES : 0U;
    return phases + ((run->which & WH_RECORDER_PHASES_ONLY) != 0 ? 0U : 1U);
}

static wh_column run_at(const wh_column_run *run, unsigned index)
{
    uint8_t a = (run->which & WH_RECORDER_HEAD) != 0 ? ABSTRACT : ELECTRIC;
    wh_column column = {.obis = WH_OBIS_INIT(a, 0, run->c, run->d, run->e, 255),
                        .attribute = run->attribute};
    if ((run->which & WH_RECORDER_BY_RATE) != 0) {
        column.obis.group[WH_OBIS_E] = (uint8_t)(run->e + index);
    } else {
        unsigned phase = (run->which & WH_RECORDER_PHASES_ONLY) != 0 ? index + 1U : index;
        column.obis.group[WH_OBIS_C] = (uint8_t)(run->c + 20U * phase);
    }
    return column;
}

static wh_recorder_column_kind kind_of(const wh_column *column)
{
    static const uint8_t clock[] = {ABSTRACT, 0, 1, 0, 0, 255, WH_COLUMN_VALUE};
    const uint8_t *group = column->obis.group;
    if (group[WH_OBIS_A] != ABSTRACT || column->attribute != WH_COLUMN_VALUE) {
        return WH_RECORDER_VALUE;
    }
    if (memcmp(group, clock, WH_OBIS_GROUPS) == 0) {
        return WH_RECORDER_TIME;
    }
    return group[WH_OBIS_C] == 96 && group[WH_OBIS_D] == 10 ? WH_RECORDER_STATUS
                                                            : WH_RECORDER_VALUE;
}

wh_recorder_column_kind wh_recorder_column_at(const wh_recorder_config *config,
                                              const wh_recorder_content *content, unsigned index,
                                              wh_column *column)
{
    if (content->column != NULL) {
        if (index >= content->column_count) {
            return WH_RECORDER_NO_COLUMN;
        }
        *column = content->column[index];
        return kind_of(column);
    }
    for (unsigned i = 0; i < config->run_count; i++) {
        const wh_column_run *run = &config->run[i];
        unsigned len = run_len(content, run);
        if (index < len) {
            *column = run_at(run, index);
            return kind_of(column);
        }
        index -= len;
    }
    return WH_RECORDER_NO_COLUMN;
}

unsigned wh_recorder_count_columns(const wh_recorder_config *config,
                                   const wh_recorder_content *content, bool values)
{
    unsigned count = 0;
    wh_column column;
    wh_recorder_column_kind kind;
    for (unsigned i = 0;
         (kind = wh_recorder_column_at(config, content, i, &column)) != WH_RECORDER_NO_COLUMN;
         i++) {
        count += values && kind != WH_RECORDER_VALUE ? 0U : 1U;
    }
    return count;
}

/* ---- what is due ---- */

int64_t wh_recorder_phase_ms(const wh_boundary_pattern *pattern)
{
    bool every = pattern->kind == WH_BOUNDARY_EVERY;
    return every ? ((int64_t)pattern->hour * 60 + pattern->minute) * WH_MS_PER_MINUTE : 0;
}

/* How many boundaries of a time have passed that are not done. */
static int64_t passed(const wh_boundary *b, const wh_recorder_now *now, int64_t utc_ms)
{
    uint64_t count = 0;
    int64_t phase_ms = wh_recorder_phase_ms(&b->pattern);
    (void)wh_boundary_due(b, now->zone, utc_ms - phase_ms, NULL, 0, &count);
    return (int64_t)count;
}

/* When the boundary `ahead` after the last done one is. */
static int64_t moment_ms(const wh_boundary *b, const wh_recorder_now *now, int64_t ahead)
{
    int64_t ms = wh_boundary_moment_ms(&b->pattern, now->zone, b->last + ahead);
    return ms == INT64_MAX ? ms : ms + wh_recorder_phase_ms(&b->pattern);
}

/* When the next record is to be made, past or to come. */
static int64_t next_ms(const wh_recorder *r, const wh_recorder_now *now)
{
    int64_t most = r->config->fill_max > 0 ? r->config->fill_max : 1;
    int64_t next = r->trigger_ms;
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        const wh_boundary *b = &r->memory.boundary[i];
        int64_t due = passed(b, now, now->utc_ms);
        int64_t ms = moment_ms(b, now, due > most ? due - most + 1 : 1);
        next = ms < next ? ms : next;
    }
    return next;
}

size_t wh_recorder_due(wh_recorder *recorders, size_t count, const wh_recorder_now *now,
                       wh_recorder_point *point, size_t max)
{
    size_t n = 0;
    int64_t oldest_ms = now->utc_ms;
    for (size_t i = 0; i < count; i++) {
        wh_recorder *r = &recorders[i];
        if (r->next_ms > oldest_ms) {
            continue;
        }
        r->next_ms = next_ms(r, now);
        if (r->next_ms > oldest_ms) {
            continue;
        }
        n = r->next_ms < oldest_ms ? 0 : n;
        oldest_ms = r->next_ms;
        if (n < max) {
            point[n++] = (wh_recorder_point){
                .utc_ms = r->next_ms,
                .recorder = (uint8_t)i,
                .late = now->utc_ms - r->next_ms >= WH_RECORDER_LATE_MS,
            };
        }
    }
    return n;
}

void wh_recorder_trigger(wh_recorder *recorders, size_t count, uint8_t causes, int64_t utc_ms)
{
    for (size_t i = 0; i < count; i++) {
        if ((recorders[i].config->causes & causes) != 0) {
            wh_recorder_command(&recorders[i], utc_ms);
        }
    }
}

void wh_recorder_command(wh_recorder *r, int64_t utc_ms)
{
    r->trigger_ms = utc_ms < r->trigger_ms ? utc_ms : r->trigger_ms;
    r->next_ms = INT64_MIN;
}

void wh_recorder_note(wh_recorder *recorders, size_t count, uint8_t status)
{
    for (size_t i = 0; i < count; i++) {
        recorders[i].status |= status;
    }
}

void wh_recorder_zone_changed(wh_recorder *recorders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        recorders[i].next_ms = INT64_MIN;
    }
}

/* ---- making a record ---- */

static uint32_t seconds(int64_t utc_ms)
{
    int64_t s = utc_ms / MS_PER_S;
    return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

static void capture_column(wh_record_maker *m, const wh_column_reader *reader, wh_column column)
{
    int64_t value = 0;
    wh_err err = reader->read(reader->user, column, &value);
    if (err == WH_OK) {
        wh_record_put(m, value);
        return;
    }
    if (err != WH_ERR_STATE && err != WH_ERR_NOT_FOUND) {
        wh_record_mark(m, WH_RECORD_NOT_VALID);
    }
    wh_record_put_null(m);
}

wh_err wh_recorder_capture(const wh_recorder *r, const wh_recorder_now *now,
                           const wh_recorder_point *point, const wh_column_reader *reader,
                           wh_writer *w)
{
    bool dst = false;
    (void)wh_time_zone_offset_min(now->zone, point->utc_ms, &dst);
    wh_record_head head = {.time_s = seconds(point->utc_ms),
                           .status = now->status | r->status,
                           .flags = point->late ? WH_RECORD_LATE : 0};
    head.status |= dst ? WH_RECORD_DST : 0;
    wh_record_maker m = wh_record_begin(w, head);
    wh_column column;
    wh_recorder_column_kind kind;
    for (unsigned i = 0; (kind = wh_recorder_column_at(r->config, &r->content, i, &column)) !=
                         WH_RECORDER_NO_COLUMN;
         i++) {
        if (kind == WH_RECORDER_VALUE && point->late && is_only_now(&column)) {
            wh_record_put_null(&m);
        } else if (kind == WH_RECORDER_VALUE) {
            capture_column(&m, reader, column);
        }
    }
    return wh_writer_err(w);
}

/* ---- how far it has come ---- */

wh_recorder_state wh_recorder_state_of(const wh_recorder *r)
{
    wh_recorder_state state = {
        .newest_s = r->newest_s, .rising_from = r->rising_from, .status = r->status};
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        state.last[i] = r->memory.boundary[i].last;
    }
    return state;
}

void wh_recorder_take_state(wh_recorder *r, const wh_recorder_state *state)
{
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        r->memory.boundary[i].last = state->last[i];
    }
    r->newest_s = state->newest_s;
    r->rising_from = state->rising_from;
    r->status = state->status;
    r->next_ms = INT64_MIN;
}

wh_err wh_recorder_put_state(const wh_recorder *r, wh_store *store, const wh_recorder_state *state)
{
    uint8_t bytes[WH_RECORDER_STATE_SIZE];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_writer_put_u8(&w, WH_RECORDER_STATE_VERSION);
    wh_writer_put_u8(&w, state->status);
    wh_writer_put_u32be(&w, state->newest_s);
    wh_writer_put_u32be(&w, state->rising_from);
    wh_writer_put_u8(&w, r->memory.boundary_count);
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        wh_writer_put_u64be(&w, (uint64_t)state->last[i]);
    }
    uint16_t key = (uint16_t)(WH_RECORDER_KEY_STATE + r->config->log);
    return wh_store_put(store, key, bytes, wh_writer_len(&w));
}

/* The state once the record of a point is there. */
static wh_recorder_state state_after(const wh_recorder *r, const wh_recorder_now *now,
                                     const wh_recorder_point *point)
{
    wh_recorder_state state = wh_recorder_state_of(r);
    for (unsigned i = 0; i < r->memory.boundary_count; i++) {
        state.last[i] += passed(&r->memory.boundary[i], now, point->utc_ms);
    }
    uint32_t time_s = seconds(point->utc_ms);
    state.rising_from = time_s < state.newest_s ? point->sequence : state.rising_from;
    state.newest_s = time_s;
    state.status = point->late ? state.status : 0;
    return state;
}

wh_err wh_recorder_append(const wh_recorder *r, const wh_recorder_now *now,
                          wh_recorder_point *point, wh_store *store, const uint8_t *record,
                          size_t len)
{
    wh_err err = wh_store_append(store, r->config->log, record, len, &point->sequence);
    if (err != WH_OK) {
        return err;
    }
    wh_recorder_state state = state_after(r, now, point);
    return wh_recorder_put_state(r, store, &state);
}

void wh_recorder_done(wh_recorder *r, const wh_recorder_now *now, const wh_recorder_point *point)
{
    wh_recorder_state state = state_after(r, now, point);
    wh_recorder_take_state(r, &state);
    r->trigger_ms = r->trigger_ms <= point->utc_ms ? INT64_MAX : r->trigger_ms;
}
