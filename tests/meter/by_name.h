/* SPDX-License-Identifier: Apache-2.0 */
/* by_name.h - items of a meter set and done by their names, as a manager; its newest events. */
#ifndef WH_TESTS_BY_NAME_H
#define WH_TESTS_BY_NAME_H

#include "meter/catalogue.h"
#include "meter/event/event_log.h"
#include "meter/keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline wh_err set_number(wh_meter *meter, const char *name, int64_t number)
{
    const wh_item_ref ref = wh_catalogue_find_name(name);
    const wh_value value = {
        .type = (wh_value_type)ref.item->type, .i = number, .u = (uint64_t)number};
    return wh_meter_set(meter, ref, WH_ROLE_MANAGER, &value);
}

/* `number` is 0 for what takes none. */
static inline wh_err act(wh_meter *meter, const char *name, int64_t number)
{
    const wh_item_ref ref = wh_catalogue_find_name(name);
    const wh_value value = {
        .type = (wh_value_type)ref.item->type, .i = number, .u = (uint64_t)number};
    return wh_meter_act(meter, ref, WH_ROLE_MANAGER, &value);
}

/* The newest record of a slot; it lives in the work buffer. */
static inline wh_event_record newest_record(wh_meter *meter, unsigned slot)
{
    wh_keeper *k = meter->keeper;
    const wh_column_reader columns = wh_keeper_columns(meter);
    const wh_event_log log = {.store = &k->store,
                              .events = &k->events,
                              .columns = &columns,
                              .work = k->work,
                              .work_size = WH_KEEPER_WORK};
    wh_event_record record;
    assert_int_equal(wh_event_log_read(&log, slot, 0, &record), WH_OK);
    return record;
}

#endif /* WH_TESTS_BY_NAME_H */
