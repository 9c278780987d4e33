/* SPDX-License-Identifier: Apache-2.0 */
/* tariff_table.h - ready calendars of real tariffs, for simulations and tests.
 *
 * Thirteen provinces of China and a European two-rate tariff, generated from data/tariffs. A
 * library of its own (wh_tariff_table): a meter that does not name it does not carry it.
 *
 * What a calendar cannot express is not in them: a sharp rate on hot days (Guangdong, Sichuan)
 * needs somebody who knows the weather and sets other tables. */
#ifndef WH_METER_TARIFF_TABLE_H
#define WH_METER_TARIFF_TABLE_H

#include "meter/tariff/tariff_calendar.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    const char *source; /* documents, UTF-8 */
    uint8_t rates;      /* the highest in use */
    wh_tariff_zones zones;
    wh_tariff_days days;
    const wh_tariff_holiday *holiday;
    uint8_t holiday_count;
} wh_tariff_table;

/* In the order of data/tariffs/hours.csv; NULL beyond the last, or where there is no such name. */
const wh_tariff_table *wh_tariff_table_at(size_t index);
const wh_tariff_table *wh_tariff_table_find(const char *name);

/* Put it into force in a calendar, at once, and on standby too. Whatever was scheduled is dropped.
 * Errors as wh_tariff_set_days; the tables that are here have none. */
wh_err wh_tariff_table_load(const wh_tariff_table *table, wh_tariff_calendar *c) WH_MUST_USE;

#endif /* WH_METER_TARIFF_TABLE_H */
