/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/record/record_rig.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR 4096

const wh_time_zone rig_utc = {.standard_min = 0};
const wh_time_zone rig_beijing = {.standard_min = 480};
const wh_time_zone rig_berlin = {
    .standard_min = 60,
    .dst_min = 60,
    .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
    .end = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}};

uint32_t at_s(const char *text)
{
    return (uint32_t)(at(text) / SECOND);
}

wh_column column_of(uint8_t c, uint8_t d, uint8_t e, uint8_t attribute)
{
    return (wh_column){.obis = WH_OBIS_INIT(1, 0, c, d, e, 255), .attribute = attribute};
}

int64_t rig_value(wh_column column, int64_t utc_ms)
{
    const uint8_t *group = column.obis.group;
    int64_t which = group[WH_OBIS_C] * 1000 + group[WH_OBIS_D] * 100 + group[WH_OBIS_E];
    return utc_ms / SECOND * 1000000 + which * 10 + column.attribute;
}

/* After some years: a few thousand kWh in each register, 230 V, 5 A, 1 kW. */
static int64_t typical_value(wh_column column)
{
    uint8_t c = column.obis.group[WH_OBIS_C] % 20;
    if (column.attribute == WH_COLUMN_TIME) {
        return 1750000000;
    }
    if (column.obis.group[WH_OBIS_D] == 8) {
        return c == 1 ? 12345678901 : c == 2 ? 412345678 : 3123456789 / c;
    }
    return c == 12 ? 231234 : c == 11 ? 5123456 : 1123456;
}

static wh_err read_column(const void *user, wh_column column, int64_t *value)
{
    const record_rig *rig = user;
    uint8_t c = column.obis.group[WH_OBIS_C];
    if (c == rig->no_column || c == rig->no_value || c == rig->bad_column) {
        return c == rig->no_column  ? WH_ERR_NOT_FOUND
               : c == rig->no_value ? WH_ERR_STATE
                                    : WH_ERR_IO;
    }
    *value = rig->typical ? typical_value(column) : rig_value(column, rig->utc_ms);
    return WH_OK;
}

wh_column_reader rig_reader(const record_rig *rig)
{
    return (wh_column_reader){.user = rig, .read = read_column};
}

wh_recorder_now rig_now(const record_rig *rig)
{
    return (wh_recorder_now){.zone = &rig->zone, .utc_ms = rig->utc_ms, .status = rig->status};
}

wh_err rig_boot(record_rig *rig)
{
    wh_recorder_now now = rig_now(rig);
    fake_flash_power_on(&rig->flash);
    rig->flash.cut_at = rig->cut_again;
    rig->cut_again = 0;
    assert_int_equal(wh_store_mount(&rig->store, &rig->store_config, rig->memory, rig->memory_size),
                     WH_OK);
    memset(rig->recorder, 0xA5, sizeof rig->recorder);
    memset(rig->boundary, 0xA5, sizeof rig->boundary);
    uint8_t resets[4];
    size_t len = 0;
    rig->resets = 0;
    if (wh_store_get(&rig->store, RIG_RESETS, resets, sizeof resets, &len) == WH_OK) {
        wh_reader r = wh_reader_init(resets, len);
        rig->resets = wh_reader_take_u32be(&r);
    }
    wh_err first = WH_OK;
    for (size_t i = 0; i < rig->count; i++) {
        const wh_recorder_config *config = &rig->config[i];
        bool timed = config->causes == 0 && config->log != WH_FREEZE_INSTANTANEOUS;
        bool billing = config->kind == WH_BOUNDARY_MONTHLY;
        wh_recorder_memory memory = {
            .boundary = timed ? rig->boundary[i] : NULL,
            .boundary_count = timed ? billing ? WH_RECORDER_TIMES_MAX : 1 : 0,
            .own = rig->own[i],
            .own_max = RIG_OWN_MAX,
            .record_size = rig->logs[config->log].entry_size,
        };
        assert_int_equal(wh_recorder_init(&rig->recorder[i], config, &memory, rig->rates, &now),
                         WH_OK);
        wh_err err =
            wh_recorder_load(&rig->recorder[i], &rig->store, &now, rig->work, sizeof rig->work);
        first = first == WH_OK ? err : first;
    }
    return first;
}

void rig_init_with(record_rig *rig, const wh_recorder_config *configs, size_t count,
                   const wh_time_zone *zone, const char *utc)
{
    memset(rig, 0, sizeof *rig);
    rig->zone = *zone;
    rig->utc_ms = at(utc);
    rig->rates = 4;
    rig->count = count;
    memcpy(rig->config, configs, count * sizeof *configs);
    for (size_t i = 0; i < count; i++) {
        uint16_t size = wh_recorder_record_size(&rig->config[i], rig->rates, RIG_OWN_MAX);
        rig->logs[rig->config[i].log] = wh_recorder_log(&rig->config[i], size, SECTOR);
    }
    uint32_t bytes = 0;
    for (size_t i = 0; i < WH_RECORDER_LOGS; i++) {
        bytes += rig->logs[i].capacity *
                 (rig->logs[i].entry_size + (rig->logs[i].group > 1 ? 16U : 48U));
    }
    uint16_t sectors = (uint16_t)(12 + count + bytes / (SECTOR / 8 * 3));
    fake_flash_init(&rig->flash, SECTOR, sectors, 256, 8, false);
    rig->store_config = (wh_store_config){.flash = &rig->flash.flash,
                                          .logs = rig->logs,
                                          .log_count = WH_RECORDER_LOGS,
                                          .key_count = (uint16_t)(2 * count + 2),
                                          .blob_bytes = (uint32_t)(200 * count + 100)};
    rig->memory_size = wh_store_memory_size(&rig->store_config);
    assert_true(rig->memory_size > 0);
    rig->memory = malloc(rig->memory_size);
    assert_non_null(rig->memory);
    assert_int_equal(rig_boot(rig), WH_OK);
}

void rig_init(record_rig *rig, const wh_freeze *kinds, size_t count, const wh_time_zone *zone,
              const char *utc)
{
    wh_recorder_config configs[RIG_MAX];
    for (size_t i = 0; i < count; i++) {
        configs[i] = wh_freezes[kinds[i]];
    }
    rig_init_with(rig, configs, count, zone, utc);
}

void rig_free(record_rig *rig)
{
    free(rig->memory);
    fake_flash_free(&rig->flash);
}

/* One record into the running transaction, from a copy of exactly its size. */
static wh_err append(record_rig *rig, const wh_recorder_now *now, wh_recorder_point *point)
{
    wh_recorder *r = &rig->recorder[point->recorder];
    wh_column_reader reader = rig_reader(rig);
    wh_writer w = wh_writer_init(rig->work, r->memory.record_size);
    assert_int_equal(wh_recorder_capture(r, now, point, &reader, &w), WH_OK);
    size_t len = wh_writer_len(&w);
    uint8_t *exact = malloc(len);
    assert_non_null(exact);
    memcpy(exact, rig->work, len);
    wh_err err = wh_recorder_append(r, now, point, &rig->store, exact, len);
    free(exact);
    return err;
}

static wh_err reset_demand(record_rig *rig)
{
    uint8_t bytes[4];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_writer_put_u32be(&w, rig->resets + 1);
    return wh_store_put(&rig->store, RIG_RESETS, bytes, sizeof bytes);
}

/* The records of one moment in one transaction. Returns how many; 0 where it failed. */
static size_t make(record_rig *rig, const wh_recorder_now *now, wh_recorder_point *point, size_t n)
{
    bool settles = false;
    wh_err err = wh_store_begin(&rig->store);
    for (size_t i = 0; i < n && err == WH_OK; i++) {
        err = append(rig, now, &point[i]);
        if (err == WH_ERR_SPACE && i > 0) {
            n = i; /* the others in the next transaction */
            err = WH_OK;
            break;
        }
        settles = settles || rig->config[point[i].recorder].log == WH_FREEZE_BILLING;
    }
    if (err == WH_OK && settles) {
        err = reset_demand(rig);
    }
    if (err == WH_OK) {
        err = wh_store_commit(&rig->store);
    }
    if (err != WH_OK) {
        wh_store_rollback(&rig->store);
        return 0;
    }
    rig->resets += settles ? 1 : 0;
    for (size_t i = 0; i < n; i++) {
        wh_recorder_done(&rig->recorder[point[i].recorder], now, &point[i]);
    }
    rig->largest_set = n > rig->largest_set ? (unsigned)n : rig->largest_set;
    return n;
}

int rig_pass(record_rig *rig)
{
    wh_recorder_now now = rig_now(rig);
    wh_recorder_point point[RIG_MAX];
    int made = 0;
    size_t n = 0;
    while ((n = wh_recorder_due(rig->recorder, rig->count, &now, point, RIG_MAX)) > 0) {
        size_t done = make(rig, &now, point, n);
        if (done == 0) {
            return -1;
        }
        made += (int)done;
    }
    return made;
}

int rig_run_for(record_rig *rig, int64_t ms, int64_t step_ms)
{
    int64_t end_ms = rig->utc_ms + ms;
    int made = 0;
    while (rig->utc_ms < end_ms) {
        int64_t left_ms = end_ms - rig->utc_ms;
        rig->utc_ms += left_ms < step_ms ? left_ms : step_ms;
        int n = rig_pass(rig);
        assert_true(n >= 0);
        made += n;
    }
    return made;
}

int rig_run(record_rig *rig, const char *utc, int64_t step_ms)
{
    return rig_run_for(rig, at(utc) - rig->utc_ms, step_ms);
}

void rig_outage(record_rig *rig, const char *utc)
{
    rig->utc_ms = at(utc);
    assert_int_equal(rig_boot(rig), WH_OK);
    wh_recorder_note(rig->recorder, rig->count, WH_RECORD_POWER_DOWN);
}

wh_record rig_back(record_rig *rig, size_t recorder, uint32_t n)
{
    wh_recorder *r = &rig->recorder[recorder];
    wh_recorder_cursor cursor = wh_recorder_back(r, &rig->store, n);
    wh_record record;
    assert_int_equal(
        wh_recorder_read(r, &rig->store, &cursor, rig->work, sizeof rig->work, &record), WH_OK);
    return record;
}

wh_err rig_column(record_rig *rig, size_t recorder, uint32_t n, unsigned index, int64_t *value)
{
    wh_record record = rig_back(rig, recorder, n);
    return wh_recorder_value(&rig->recorder[recorder], &record, index, value);
}

uint32_t rig_times(record_rig *rig, size_t recorder, uint32_t *time_s, uint32_t max)
{
    wh_recorder *r = &rig->recorder[recorder];
    uint32_t count = wh_recorder_count(r, &rig->store);
    assert_true(count <= max);
    for (uint32_t i = 0; i < count; i++) {
        time_s[i] = rig_back(rig, recorder, count - i).head.time_s;
    }
    return count;
}

wh_err rig_set(record_rig *rig, size_t recorder, const wh_recorder_settings *settings)
{
    wh_recorder_now now = rig_now(rig);
    return wh_recorder_set(&rig->recorder[recorder], &rig->store, &now, settings, rig->work,
                           sizeof rig->work);
}

wh_recorder_settings rig_get(const record_rig *rig, size_t recorder)
{
    wh_recorder_settings s;
    wh_recorder_get(&rig->recorder[recorder], &s);
    return s;
}

void rig_expect_same(const wh_recorder_settings *a, const wh_recorder_settings *b)
{
    for (size_t i = 0; i < WH_RECORDER_TIMES_MAX; i++) {
        assert_true(wh_boundary_pattern_equal(&a->time[i], &b->time[i]));
    }
    assert_int_equal(a->content.column_count, b->content.column_count);
    assert_int_equal(a->content.depth, b->content.depth);
    assert_int_equal(a->content.mode, b->content.mode);
    assert_int_equal(a->content.rates, b->content.rates);
    assert_int_equal(a->content.lifo, b->content.lifo);
    assert_ptr_equal(a->content.column, b->content.column);
}

void rig_init_filled(record_rig *rig)
{
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_DAILY, WH_FREEZE_BILLING,
                               WH_FREEZE_INSTANTANEOUS};
    rig_init(rig, kinds, 4, &rig_utc, "2025-06-01 12:00:00");
    for (int i = 0; i < 3; i++) {
        wh_recorder_command(&rig->recorder[1], rig->utc_ms);
        assert_int_equal(rig_run_for(rig, MINUTE, MINUTE), 1);
    }
    assert_int_equal(rig_run(rig, "2025-06-01 13:00:00", MINUTE), 4);
}
