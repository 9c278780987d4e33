/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/signed_export.h"

#include "core/unit.h"
#include "world/billing/signed_export_internal.h"

#include <stdlib.h>
#include <string.h>

/* What all records of a log have in common, and what is read into. */
typedef struct {
    wh_signed_export *e;
    const wh_signed_source *from;
    wh_signed_column *columns;
    size_t column_count;
    uint8_t record[WH_SIGNED_RECORD_MAX];
    size_t record_len;
    wh_message *m;
} pull;

/* The newest file and the log must tell of the same meter, and of the same life of its store. */
static wh_err check_last(pull *p, uint32_t first, uint32_t next)
{
    const wh_signed_reading *last = &p->e->last.reading;
    if (!p->e->any || last->head.sequence < first) {
        return WH_OK;
    }
    bool same = last->head.sequence < next;
    if (same) {
        wh_err err = wh_store_log_get(p->from->store, p->e->config.log, last->head.sequence,
                                      p->record, sizeof p->record, &p->record_len);
        if (err != WH_OK) {
            return WH_OK; /* damaged since: nothing to compare with */
        }
        same = p->record_len == last->record_len &&
               memcmp(p->record, last->record, p->record_len) == 0;
    }
    if (!same) {
        wh_message_set(p->m, "%s: bill %lu there is not the one in this meter's log",
                       p->e->config.directory, (unsigned long)last->head.sequence);
    }
    return same ? WH_OK : WH_ERR_STATE;
}

static bool find_columns(pull *p)
{
    const wh_recorder *recorder = p->from->recorder;
    const wh_signed_units *units = &p->from->units;
    p->column_count = wh_recorder_column_count(recorder);
    p->columns = calloc(p->column_count + 1, sizeof *p->columns);
    for (size_t i = 0; p->columns != NULL && i < p->column_count; i++) {
        wh_signed_column *c = &p->columns[i];
        if (!wh_recorder_column(recorder, (unsigned)i, &c->column) ||
            !units->find(units->user, c->column, &c->unit, &c->scaler)) {
            c->unit = WH_UNIT_NONE;
            c->scaler = 0;
        }
    }
    return p->columns != NULL;
}

static wh_err write_entry(pull *p, uint32_t sequence, unsigned *written)
{
    wh_record record;
    wh_err err = wh_store_log_get(p->from->store, p->e->config.log, sequence, p->record,
                                  sizeof p->record, &p->record_len);
    if (err == WH_ERR_CHECK || err == WH_ERR_NOT_FOUND) {
        return WH_OK; /* lost: the gap tells */
    }
    if (err == WH_OK) {
        err = wh_record_decode(p->record, p->record_len, &record);
    }
    if (err != WH_OK) {
        wh_message_set(p->m, "record %lu cannot be read: %s", (unsigned long)sequence,
                       wh_err_text(err));
        return err;
    }
    const wh_signed_bill bill = {
        .sequence = sequence,
        .utc_offset_min =
            wh_time_zone_offset_min(p->from->zone, (int64_t)record.head.time_s * 1000, NULL),
        .columns = p->columns,
        .column_count = p->column_count,
        .record = p->record,
        .record_len = p->record_len,
    };
    err = wh_signed_export_write(p->e, &bill, p->m);
    *written += err == WH_OK ? 1U : 0U;
    return err;
}

/* All that the log has and the files have not. */
static wh_err write_entries(pull *p, uint32_t first, uint32_t next, unsigned *written)
{
    wh_err err = check_last(p, first, next);
    if (err == WH_OK && !find_columns(p)) {
        wh_message_set(p->m, "%s: no memory", p->e->config.directory);
        err = WH_ERR_IO;
    }
    uint32_t from = wh_signed_export_next(p->e) > first ? wh_signed_export_next(p->e) : first;
    for (uint32_t s = from; s < next && err == WH_OK; s++) {
        err = write_entry(p, s, written);
    }
    free(p->columns);
    return err;
}

wh_err wh_signed_export_records(wh_signed_export *e, const wh_signed_source *source,
                                unsigned *written, wh_message *m)
{
    pull p = {.e = e, .from = source, .m = m};
    uint32_t first = 0;
    uint32_t next = 0;
    unsigned count = 0;
    wh_err err = WH_OK;
    wh_store_log_range(source->store, e->config.log, &first, &next);
    if (wh_signed_export_next(e) != next) { /* the usual case costs no more than this */
        err = write_entries(&p, first, next, &count);
    }
    if (written != NULL) {
        *written = count;
    }
    return err;
}
