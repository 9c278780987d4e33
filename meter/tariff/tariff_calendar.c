/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/tariff_calendar_internal.h"
#include "meter/tariff/tariff_octets.h"

#include <string.h>

#define MINUTES_PER_DAY 1440
#define LEAP_YEAR       2000 /* its calendar has every date that a season may begin at */

void wh_tariff_calendar_init(wh_tariff_calendar *c)
{
    memset(c, 0, sizeof *c);
    for (unsigned set = 0; set < 2; set++) {
        wh_tariff_zones *zones = &c->zones[set];
        wh_tariff_days *days = &c->days[set];
        zones->season_count = 1;
        zones->season[0].month = 1;
        zones->season[0].day = 1;
        memset(zones->season[0].week.day, 1, sizeof zones->season[0].week.day);
        days->day_count = 1;
        days->day[0].period_count = 1;
        days->day[0].period[0].rate = 1;
    }
    c->zones_switch_ms = INT64_MAX;
    c->days_switch_ms = INT64_MAX;
}

wh_tariff_week wh_tariff_zone_week(uint8_t day_table, uint8_t weekend_table, uint8_t rest_days)
{
    wh_tariff_week week;
    for (unsigned d = 0; d < 7; d++) {
        bool rest = weekend_table != 0 && ((unsigned)rest_days >> d & 1U) != 0;
        week.day[d] = rest ? weekend_table : day_table;
    }
    return week;
}

uint8_t wh_tariff_highest(const wh_tariff_week *week, uint8_t highest)
{
    for (unsigned d = 0; d < 7; d++) {
        if (week->day[d] > highest) {
            highest = week->day[d];
        }
    }
    return highest;
}

static uint8_t highest_of_zones(const wh_tariff_zones *z)
{
    uint8_t highest = 0;
    for (unsigned i = 0; i < z->season_count; i++) {
        highest = wh_tariff_highest(&z->season[i].week, highest);
    }
    return highest;
}

/* Table bits 0 to 3, day from bit 4, month from bit 9, year from bit 16: a date is one comparison. */
#define TABLE_MASK  0x0FU
#define DAY_SHIFT   4U
#define MONTH_SHIFT 9U
#define YEAR_SHIFT  16U

static uint32_t pack_date(uint32_t year, unsigned month, unsigned day)
{
    return year << YEAR_SHIFT | month << MONTH_SHIFT | day << DAY_SHIFT;
}

uint32_t wh_tariff_pack_holiday(const wh_tariff_holiday *h)
{
    return pack_date(h->year, h->month, h->day) | h->day_table;
}

wh_tariff_holiday wh_tariff_holiday_at(const wh_tariff_calendar *c, unsigned index)
{
    uint32_t packed = c->holiday[index];
    return (wh_tariff_holiday){
        .year = (uint16_t)(packed >> YEAR_SHIFT),
        .month = (uint8_t)(packed >> MONTH_SHIFT & 0x0FU),
        .day = (uint8_t)(packed >> DAY_SHIFT & 0x1FU),
        .day_table = (uint8_t)(packed & TABLE_MASK),
    };
}

static uint8_t highest_of_holidays(const wh_tariff_holiday *holiday, unsigned count)
{
    uint8_t highest = 0;
    for (unsigned i = 0; i < count; i++) {
        if (holiday[i].day_table > highest) {
            highest = holiday[i].day_table;
        }
    }
    return highest;
}

static uint8_t highest_of_kept(const wh_tariff_calendar *c)
{
    uint32_t highest = 0;
    for (unsigned i = 0; i < c->holiday_count; i++) {
        uint32_t table = c->holiday[i] & TABLE_MASK;
        highest = table > highest ? table : highest;
    }
    return (uint8_t)highest;
}

wh_tariff_numbers wh_tariff_numbers_of(const wh_tariff_calendar *c)
{
    unsigned z = c->zones_in_force;
    unsigned d = c->days_in_force;
    return (wh_tariff_numbers){{c->days[d].day_count, c->days[1 - d].day_count},
                               {highest_of_zones(&c->zones[z]), highest_of_zones(&c->zones[1 - z])},
                               highest_of_kept(c)};
}

static bool fits(const wh_tariff_numbers *n, unsigned zones, unsigned days)
{
    return n->named[zones] <= n->there[days] && n->named_by_holidays <= n->there[days];
}

/* Now, and after each of the two switch-overs, in their order. */
static bool fits_always(const wh_tariff_numbers *n, int64_t zones_ms, int64_t days_ms)
{
    int64_t first = zones_ms < days_ms ? zones_ms : days_ms;
    int64_t last = zones_ms < days_ms ? days_ms : zones_ms;
    return fits(n, 0, 0) && (first == INT64_MAX || fits(n, zones_ms == first, days_ms == first)) &&
           (last == INT64_MAX || fits(n, 1, 1));
}

bool wh_tariff_fits(const wh_tariff_calendar *c, const wh_tariff_numbers *n)
{
    return fits_always(n, c->zones_switch_ms, c->days_switch_ms);
}

wh_err wh_tariff_calendar_check(const wh_tariff_calendar *c)
{
    wh_tariff_numbers n = wh_tariff_numbers_of(c);
    return wh_tariff_fits(c, &n) ? WH_OK : WH_ERR_NOT_FOUND;
}

static bool is_day_table(unsigned number)
{
    return number >= 1 && number <= WH_TARIFF_DAYS_MAX;
}

static unsigned date_order(unsigned month, unsigned day)
{
    return month * 32 + day;
}

wh_err wh_tariff_check_season(const wh_tariff_season *s, const wh_tariff_season *before)
{
    if (!wh_civil_date_is_valid((wh_civil_date){LEAP_YEAR, s->month, s->day})) {
        return WH_ERR_RANGE;
    }
    for (unsigned d = 0; d < 7; d++) {
        if (!is_day_table(s->week.day[d])) {
            return WH_ERR_RANGE;
        }
    }
    if (before != NULL && date_order(s->month, s->day) <= date_order(before->month, before->day)) {
        return WH_ERR_FORMAT;
    }
    return WH_OK;
}

wh_err wh_tariff_set_zones(wh_tariff_calendar *c, const wh_tariff_zones *zones)
{
    if (zones->season_count < 1 || zones->season_count > WH_TARIFF_SEASONS_MAX) {
        return WH_ERR_RANGE;
    }
    for (unsigned i = 0; i < zones->season_count; i++) {
        const wh_tariff_season *s = &zones->season[i];
        wh_err err = wh_tariff_check_season(s, i > 0 ? s - 1 : NULL);
        if (err != WH_OK) {
            return err;
        }
    }
    wh_tariff_numbers n = wh_tariff_numbers_of(c);
    n.named[1] = highest_of_zones(zones);
    if (!wh_tariff_fits(c, &n)) {
        return WH_ERR_NOT_FOUND;
    }
    c->zones[1 - c->zones_in_force] = *zones;
    return WH_OK;
}

wh_err wh_tariff_check_day(const wh_tariff_day *day)
{
    if (day->period_count < 1 || day->period_count > WH_TARIFF_PERIODS_MAX) {
        return WH_ERR_RANGE;
    }
    for (unsigned i = 0; i < day->period_count; i++) {
        const wh_tariff_period *p = &day->period[i];
        if (p->minute >= MINUTES_PER_DAY || p->rate < 1 || p->rate > WH_TARIFF_RATES_MAX) {
            return WH_ERR_RANGE;
        }
        if (i > 0 && p->minute <= day->period[i - 1].minute) {
            return WH_ERR_FORMAT;
        }
    }
    return WH_OK;
}

wh_err wh_tariff_set_days(wh_tariff_calendar *c, const wh_tariff_days *days)
{
    if (days->day_count < 1 || days->day_count > WH_TARIFF_DAYS_MAX) {
        return WH_ERR_RANGE;
    }
    for (unsigned i = 0; i < days->day_count; i++) {
        wh_err err = wh_tariff_check_day(&days->day[i]);
        if (err != WH_OK) {
            return err;
        }
    }
    wh_tariff_numbers n = wh_tariff_numbers_of(c);
    n.there[1] = days->day_count;
    if (!wh_tariff_fits(c, &n)) {
        return WH_ERR_NOT_FOUND;
    }
    c->days[1 - c->days_in_force] = *days;
    return WH_OK;
}

wh_err wh_tariff_check_holiday(const wh_tariff_holiday *h)
{
    int32_t year = h->year == WH_TARIFF_EVERY_YEAR ? LEAP_YEAR : h->year;
    bool good = wh_civil_date_is_valid((wh_civil_date){year, h->month, h->day}) &&
                is_day_table(h->day_table);
    return good ? WH_OK : WH_ERR_RANGE;
}

wh_err wh_tariff_set_holidays(wh_tariff_calendar *c, const wh_tariff_holiday *holidays,
                              unsigned count)
{
    if (count > WH_TARIFF_HOLIDAYS_MAX) {
        return WH_ERR_RANGE;
    }
    for (unsigned i = 0; i < count; i++) {
        wh_err err = wh_tariff_check_holiday(&holidays[i]);
        if (err != WH_OK) {
            return err;
        }
    }
    wh_tariff_numbers n = wh_tariff_numbers_of(c);
    n.named_by_holidays = highest_of_holidays(holidays, count);
    if (!wh_tariff_fits(c, &n)) {
        return WH_ERR_NOT_FOUND;
    }
    for (unsigned i = 0; i < count; i++) {
        c->holiday[i] = wh_tariff_pack_holiday(&holidays[i]);
    }
    c->holiday_count = (uint8_t)count;
    return WH_OK;
}

wh_err wh_tariff_calendar_schedule(wh_tariff_calendar *c, int64_t zones_ms, int64_t days_ms)
{
    wh_tariff_numbers n = wh_tariff_numbers_of(c);
    if (!fits_always(&n, zones_ms, days_ms)) {
        return WH_ERR_NOT_FOUND;
    }
    c->zones_switch_ms = zones_ms;
    c->days_switch_ms = days_ms;
    return WH_OK;
}

unsigned wh_tariff_calendar_switch(wh_tariff_calendar *c, int64_t utc_ms)
{
    unsigned switched = 0;
    if (wh_tariff_switch_sets(&c->zones_in_force, &c->zones_switch_ms, utc_ms)) {
        switched |= WH_TARIFF_SWITCHED_ZONES;
    }
    if (wh_tariff_switch_sets(&c->days_in_force, &c->days_switch_ms, utc_ms)) {
        switched |= WH_TARIFF_SWITCHED_DAYS;
    }
    return switched;
}

static const wh_tariff_season *season_at(const wh_tariff_zones *zones, wh_civil_date date)
{
    const wh_tariff_season *season = &zones->season[zones->season_count - 1];
    for (unsigned i = 0; i < zones->season_count; i++) {
        const wh_tariff_season *s = &zones->season[i];
        if (date_order(s->month, s->day) > date_order(date.month, date.day)) {
            break;
        }
        season = s;
    }
    return season;
}

/* The day table of the first that fits; 0: it is no holiday. */
static uint8_t holiday_table(const wh_tariff_calendar *c, wh_civil_date date)
{
    uint32_t this_year = pack_date((uint32_t)date.year, date.month, date.day);
    uint32_t every_year = pack_date(WH_TARIFF_EVERY_YEAR, date.month, date.day);
    for (unsigned i = 0; i < c->holiday_count; i++) {
        uint32_t day = c->holiday[i] & ~TABLE_MASK;
        if (day == this_year || day == every_year) {
            return (uint8_t)(c->holiday[i] & TABLE_MASK);
        }
    }
    return 0;
}

bool wh_tariff_is_holiday(const wh_tariff_calendar *c, wh_civil_date date)
{
    return holiday_table(c, date) != 0;
}

uint8_t wh_tariff_day_table_at(const wh_tariff_calendar *c, wh_civil_date date)
{
    uint8_t table = holiday_table(c, date);
    if (table != 0) {
        return table;
    }
    const wh_tariff_season *season = season_at(&c->zones[c->zones_in_force], date);
    return season->week.day[wh_civil_weekday(date) - 1];
}

uint8_t wh_tariff_rate_at(const wh_tariff_calendar *c, const wh_civil_time *local)
{
    const wh_tariff_days *days = &c->days[c->days_in_force];
    unsigned table = wh_tariff_day_table_at(c, local->date);
    const wh_tariff_day *day = &days->day[table <= days->day_count ? table - 1 : 0];
    unsigned minute = local->hour * 60U + local->minute;
    uint8_t rate = day->period[day->period_count - 1].rate; /* since yesterday */
    for (unsigned i = 0; i < day->period_count && day->period[i].minute <= minute; i++) {
        rate = day->period[i].rate;
    }
    return rate;
}
