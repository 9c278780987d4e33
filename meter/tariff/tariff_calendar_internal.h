/* SPDX-License-Identifier: Apache-2.0 */
/* tariff_calendar_internal.h - what tariff_calendar.c and tariff_calendar_store.c share. */
#ifndef WH_METER_TARIFF_CALENDAR_INTERNAL_H
#define WH_METER_TARIFF_CALENDAR_INTERNAL_H

#include "meter/tariff/tariff_calendar.h"

/* How many day tables there are, and the highest that is named: [0] in force, [1] on standby. */
typedef struct {
    uint8_t there[2];
    uint8_t named[2];
    uint8_t named_by_holidays;
} wh_tariff_numbers;

wh_tariff_numbers wh_tariff_numbers_of(const wh_tariff_calendar *c);

/* Every day table that is named is there: now, and after each switch-over that is scheduled. */
bool wh_tariff_fits(const wh_tariff_calendar *c, const wh_tariff_numbers *n);

/* One entry, and that it comes after `before`, NULL: is the first. */
wh_err wh_tariff_check_season(const wh_tariff_season *s, const wh_tariff_season *before);
wh_err wh_tariff_check_day(const wh_tariff_day *day);
wh_err wh_tariff_check_holiday(const wh_tariff_holiday *h);

/* The highest day table that a week names, or `highest`. */
uint8_t wh_tariff_highest(const wh_tariff_week *week, uint8_t highest);

/* A holiday that was checked, in four bytes; wh_tariff_holiday_at gives it back. */
uint32_t wh_tariff_pack_holiday(const wh_tariff_holiday *holiday);

#endif /* WH_METER_TARIFF_CALENDAR_INTERNAL_H */
