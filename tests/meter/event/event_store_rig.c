/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/event/event_store_rig.h"

#include <stdlib.h>
#include <string.h>

#define BLOB_BYTES 18000U
#define STATE_MAX  (WH_EVENTS_SAVE_MAX + WH_PROGRAM_SAVE_MAX)

static void must(bool right)
{
    if (!right) {
        abort();
    }
}

int64_t store_rig_value(const event_store_rig *rig, wh_column column)
{
    return rig->value + column.obis.group[WH_OBIS_C] * 1000 + column.obis.group[WH_OBIS_D] * 10 +
           column.attribute;
}

static wh_err read_column(const void *user, wh_column column, int64_t *value)
{
    const event_store_rig *rig = user;
    if (rig->no_values) {
        *value = 99; /* must not be taken for one */
        return WH_ERR_STATE;
    }
    *value = store_rig_value(rig, column);
    return WH_OK;
}

static void mount(event_store_rig *rig, wh_err *err)
{
    *err = wh_store_mount(&rig->store, &rig->config, rig->memory, rig->memory_size);
    rig->log = (wh_event_log){.store = &rig->store,
                              .events = &rig->base.events,
                              .columns = &rig->columns,
                              .work = rig->work,
                              .work_size = sizeof rig->work};
}

void store_rig_init(event_store_rig *rig)
{
    wh_err err = WH_OK;
    memset(rig, 0, sizeof *rig);
    event_rig_init(&rig->base);
    wh_alarms_init(&rig->alarms);
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        rig->logs[WH_EVENT_LOG_FIRST + slot] = wh_event_log_config(slot);
    }
    rig->logs[WH_PUSH_LOG] =
        (wh_store_log_config){.capacity = STORE_RIG_PUSHES, .entry_size = WH_PUSH_ENTRY_SIZE};
    fake_flash_init(&rig->flash, 4096, 96, 256, 8, false);
    rig->config = (wh_store_config){.flash = &rig->flash.flash,
                                    .logs = rig->logs,
                                    .log_count = WH_EVENT_LOG_FIRST + WH_EVENT_SLOTS,
                                    .key_count = WH_EVENT_SLOTS + 4,
                                    .blob_bytes = BLOB_BYTES};
    rig->memory_size = wh_store_memory_size(&rig->config);
    rig->memory = malloc(rig->memory_size > 0 ? rig->memory_size : 1);
    rig->columns = (wh_column_reader){.user = rig, .read = read_column};
    must(rig->memory != NULL && rig->memory_size > 0);
    mount(rig, &err);
    must(err == WH_OK);
}

void store_rig_free(event_store_rig *rig)
{
    free(rig->memory);
    fake_flash_free(&rig->flash);
}

event_store_rig *store_rig_new(void)
{
    event_store_rig *rig = malloc(sizeof *rig);
    must(rig != NULL);
    store_rig_init(rig);
    return rig;
}

void store_rig_delete(event_store_rig *rig)
{
    store_rig_free(rig);
    free(rig);
}

static wh_err restore_events(event_store_rig *rig)
{
    uint8_t bytes[STATE_MAX];
    size_t len = 0;
    wh_err err = wh_store_get(&rig->store, WH_EVENT_KEY, bytes, sizeof bytes, &len);
    if (err == WH_OK) {
        wh_reader r = wh_reader_init(bytes, len);
        must(wh_events_restore(&rig->base.events, &r) == WH_OK);
        must(wh_program_restore(&rig->program, &r) == WH_OK);
        must(wh_reader_left(&r) == 0);
    }
    return err == WH_ERR_NOT_FOUND ? WH_OK : err;
}

static wh_err restore_alarms(event_store_rig *rig)
{
    uint8_t bytes[WH_ALARMS_SAVE_MAX];
    size_t len = 0;
    wh_err err = wh_store_get(&rig->store, WH_ALARM_KEY, bytes, sizeof bytes, &len);
    if (err == WH_OK) {
        wh_reader r = wh_reader_init(bytes, len);
        must(wh_alarms_restore(&rig->alarms, &r) == WH_OK);
    }
    return err == WH_ERR_NOT_FOUND ? WH_OK : err;
}

static wh_err keep_all(event_store_rig *rig)
{
    wh_event_notice notice;
    wh_err err = WH_OK;
    while (err == WH_OK && wh_events_next(&rig->base.events, &notice)) {
        err = store_rig_keep(rig, &notice, NULL);
    }
    return err;
}

wh_err store_rig_start(event_store_rig *rig, const wh_event_outage *outage)
{
    wh_err err = WH_OK;
    must(wh_events_init(&rig->base.events, &event_rig_config) == WH_OK);
    wh_alarms_init(&rig->alarms);
    memset(&rig->program, 0, sizeof rig->program);
    mount(rig, &err);
    err = err == WH_OK ? restore_events(rig) : err;
    err = err == WH_OK ? restore_alarms(rig) : err;
    if (err == WH_OK && outage->begin_s != 0) {
        wh_events_power_up(&rig->base.events, outage);
        err = keep_all(rig);
    }
    return err;
}

static wh_err put_states(event_store_rig *rig)
{
    uint8_t bytes[STATE_MAX];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    must(wh_events_save(&rig->base.events, &w) == WH_OK);
    must(wh_program_save(&rig->program, &w) == WH_OK);
    wh_err err = wh_store_put(&rig->store, WH_EVENT_KEY, bytes, wh_writer_len(&w));
    w = wh_writer_init(bytes, sizeof bytes);
    must(wh_alarms_save(&rig->alarms, &w) == WH_OK);
    return err == WH_OK ? wh_store_put(&rig->store, WH_ALARM_KEY, bytes, wh_writer_len(&w)) : err;
}

wh_err store_rig_keep(event_store_rig *rig, const wh_event_notice *notice,
                      const wh_event_detail *detail)
{
    wh_err err = wh_store_begin(&rig->store);
    if (err != WH_OK) {
        return err;
    }
    err = wh_event_log_take(&rig->log, notice, detail);
    if (err == WH_OK) {
        wh_alarms_take(&rig->alarms, &rig->base.events, notice);
        err = wh_push_put(&rig->store, &rig->base.events, notice);
    }
    err = err == WH_OK ? put_states(rig) : err;
    err = err == WH_OK ? wh_store_commit(&rig->store) : err;
    if (err != WH_OK) {
        wh_store_rollback(&rig->store);
    }
    return err;
}

wh_err store_rig_tick(event_store_rig *rig, uint32_t elapsed_ms)
{
    rig->base.utc_s += elapsed_ms / 1000U;
    wh_events_tick(&rig->base.events, &rig->base.in, rig->base.utc_s, elapsed_ms);
    return keep_all(rig);
}

wh_err store_rig_run(event_store_rig *rig, unsigned seconds)
{
    wh_err err = WH_OK;
    for (unsigned k = 0; err == WH_OK && k < seconds; k++) {
        err = store_rig_tick(rig, 1000);
    }
    return err;
}

wh_err store_rig_occur(event_store_rig *rig, unsigned kind, const wh_event_detail *detail)
{
    wh_event_notice notice;
    must(wh_events_occur(&rig->base.events, kind, 0, rig->base.utc_s, &notice) == WH_OK);
    return store_rig_keep(rig, &notice, detail);
}

wh_err store_rig_confirm(event_store_rig *rig, uint32_t sequence)
{
    wh_err err = wh_store_begin(&rig->store);
    if (err != WH_OK) {
        return err;
    }
    wh_push_done(&rig->alarms, sequence);
    err = put_states(rig);
    err = err == WH_OK ? wh_store_commit(&rig->store) : err;
    if (err != WH_OK) {
        wh_store_rollback(&rig->store);
    }
    return err;
}

void store_rig_restart(event_store_rig *rig)
{
    const wh_event_outage none = {0};
    must(store_rig_start(rig, &none) == WH_OK);
}
