/* SPDX-License-Identifier: Apache-2.0 */
/* What the event of a table that is written says there was before: the layouts of
 * data/event_layouts.csv, binary numbers. Entries that are not used repeat the last one, as State
 * Grid meters have it. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

#define TABLE_MAX 1016U /* of holidays */

_Static_assert(WH_KEEPER_WORK >= WH_EVENT_RECORD_MAX + TABLE_MAX,
               "a record and what it is made of");

static wh_writer table_writer(const wh_meter *meter)
{
    return wh_writer_init(meter->keeper->work + WH_EVENT_RECORD_MAX, TABLE_MAX);
}

static wh_event_detail detail_of(const wh_writer *w)
{
    return (wh_event_detail){.table = w->buf, .table_len = wh_writer_len(w)};
}

static unsigned last_of(unsigned i, unsigned count)
{
    return i < count ? i : count - 1;
}

wh_event_detail wh_catalogue_days_before(const wh_meter *meter)
{
    wh_writer w = table_writer(meter);
    for (unsigned i = 0; i < 2 * WH_TARIFF_DAYS_MAX; i++) {
        const wh_tariff_days *days = &meter->keeper->calendar.days[i / WH_TARIFF_DAYS_MAX];
        const wh_tariff_day *day = &days->day[last_of(i % WH_TARIFF_DAYS_MAX, days->day_count)];
        for (unsigned p = 0; p < WH_TARIFF_PERIODS_MAX; p++) {
            const wh_tariff_period *period = &day->period[last_of(p, day->period_count)];
            wh_writer_put_u8(&w, (uint8_t)(period->minute / 60));
            wh_writer_put_u8(&w, (uint8_t)(period->minute % 60));
            wh_writer_put_u8(&w, period->rate);
        }
    }
    return detail_of(&w);
}

/* The day table of working days, as that of Monday. */
wh_event_detail wh_catalogue_zones_before(const wh_meter *meter)
{
    wh_writer w = table_writer(meter);
    for (unsigned i = 0; i < 2 * WH_TARIFF_SEASONS_MAX; i++) {
        const wh_tariff_zones *zones = &meter->keeper->calendar.zones[i / WH_TARIFF_SEASONS_MAX];
        const wh_tariff_season *season =
            &zones->season[last_of(i % WH_TARIFF_SEASONS_MAX, zones->season_count)];
        wh_writer_put_u8(&w, season->month);
        wh_writer_put_u8(&w, season->day);
        wh_writer_put_u8(&w, season->week.day[0]);
    }
    return detail_of(&w);
}

/* 99 as the year is every year; those not used are left out. */
wh_event_detail wh_catalogue_holidays_before(const wh_meter *meter)
{
    const wh_tariff_calendar *c = &meter->keeper->calendar;
    wh_writer w = table_writer(meter);
    for (unsigned i = 0; i < c->holiday_count; i++) {
        const wh_tariff_holiday h = wh_tariff_holiday_at(c, i);
        wh_writer_put_u8(&w, h.year == WH_TARIFF_EVERY_YEAR ? 99 : (uint8_t)(h.year % 100));
        wh_writer_put_u8(&w, h.month);
        wh_writer_put_u8(&w, h.day);
        wh_writer_put_u8(&w, h.day_table);
    }
    return detail_of(&w);
}

/* The day table of the first season's weekend, 0: it has none. */
int64_t wh_catalogue_weekend(const wh_meter *meter)
{
    const wh_tariff_calendar *c = &meter->keeper->calendar;
    const uint8_t *day = c->zones[c->zones_in_force ^ 1U].season[0].week.day;
    return day[6] != day[0] ? day[6] : day[5] != day[0] ? day[5] : 0;
}
