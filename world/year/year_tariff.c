/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_tariff.h"

#include <stdlib.h>
#include <string.h>

#define PERIODS_MAX 14 /* in a day, as the meter has them */
#define KWH_MWH     1000000

/* A day by hours: each character is the rate of an hour. */
static void day_by_hours(wh_year_tariff *t, const char *hours)
{
    for (unsigned q = 0; q < WH_YEAR_QUARTERS; q++) {
        t->rate[t->day_count][q] = (uint8_t)(hours[q / 4] - '0');
    }
    t->day_count++;
}

static void season(wh_year_tariff *t, uint8_t month, uint8_t workday, uint8_t rest_day)
{
    wh_year_season *s = &t->season[t->season_count++];
    *s = (wh_year_season){.month = month, .day = 1};
    for (unsigned d = 0; d < 7; d++) {
        s->table[d] = d < 5 ? workday : rest_day;
    }
}

static void holidays(wh_year_tariff *t, const char *dates, uint8_t table)
{
    for (; *dates != '\0'; dates += dates[4] == ' ' ? 5 : 4) { /* "MMDD MMDD" */
        t->holiday[t->holiday_count++] = (wh_year_holiday){
            .month = (uint8_t)(10 * (dates[0] - '0') + dates[1] - '0'),
            .day = (uint8_t)(10 * (dates[2] - '0') + dates[3] - '0'),
            .table = table,
        };
    }
}

static void monthly(wh_year_tariff *t)
{
    t->settlement_count = 1;
    t->settlement[0] = (wh_year_settlement){0, 1, 0};
}

static void make_flat(wh_year_tariff *t)
{
    day_by_hours(t, "111111111111111111111111");
    season(t, 1, 0, 0);
    t->import[1] = 300000;
    t->export[1] = 80000;
    monthly(t);
}

/* Two rates: days dear, nights and weekends cheap. */
static void make_europe(wh_year_tariff *t)
{
    day_by_hours(t, "222222211111111111111222");
    day_by_hours(t, "222222222222222222222222");
    season(t, 1, 0, 1);
    holidays(t, "0101 0501 1225 1226", 1);
    t->import[1] = 340000;
    t->import[2] = 260000;
    t->export[1] = t->export[2] = 79400;
    monthly(t);
}

/* Sharp, peak, flat, valley by season, and prices that rise by steps over the year. */
static void make_china(wh_year_tariff *t)
{
    day_by_hours(t, "444444332222333322112222");
    day_by_hours(t, "444444333333443322222222");
    day_by_hours(t, "444444443333333311222233");
    season(t, 1, 2, 2);
    season(t, 3, 1, 1);
    season(t, 7, 0, 1);
    season(t, 9, 1, 1);
    season(t, 12, 2, 2);
    holidays(t, "0101 0501 0502 0503 1001 1002 1003", 1);
    static const int32_t price[5] = {0, 834000, 568000, 428000, 288000};
    memcpy(t->import, price, sizeof price);
    for (unsigned r = 1; r <= 4; r++) {
        t->export[r] = 415300;
    }
    t->threshold_count = 2;
    t->threshold_kwh[0] = 2760;
    t->threshold_kwh[1] = 4800;
    t->step_price[1] = 50000;
    t->step_price[2] = 300000;
    t->settlement_count = 1;
    t->settlement[0] = (wh_year_settlement){1, 1, 0};
}

/* Twelve periods a day and a fifth rate, the deep valley of noon. */
static void make_deep(wh_year_tariff *t)
{
    day_by_hours(t, "444433223555543322113322");
    day_by_hours(t, "444444334455553333222244");
    day_by_hours(t, "333333333333332211113333");
    season(t, 1, 0, 0);
    season(t, 6, 2, 1);
    season(t, 9, 0, 1);
    holidays(t, "0501 0502 1001 1002 1003", 1);
    static const int32_t price[6] = {0, 1133999, 930961, 735686, 516924, 120000};
    memcpy(t->import, price, sizeof price);
    for (unsigned r = 1; r <= 5; r++) {
        t->export[r] = price[r] / 3;
    }
    t->threshold_count = 1;
    t->threshold_kwh[0] = 260;
    t->step_price[1] = 100000;
    monthly(t);
}

static const struct {
    const char *name;
    uint8_t rates;
    void (*make)(wh_year_tariff *);
} ready[] = {
    {"flat", 1, make_flat},
    {"europe", 2, make_europe},
    {"china", 4, make_china},
    {"deep", 5, make_deep},
};

#define READY (sizeof ready / sizeof ready[0])

const char *wh_year_tariff_name(size_t index)
{
    return index < READY ? ready[index].name : NULL;
}

bool wh_year_tariff_find(const char *name, wh_year_tariff *out)
{
    for (size_t i = 0; i < READY; i++) {
        if (strcmp(ready[i].name, name) == 0) {
            memset(out, 0, sizeof *out);
            out->rates = ready[i].rates;
            ready[i].make(out);
            return true;
        }
    }
    return false;
}

/* ---- by chance ---- */

static unsigned below(wh_random *r, unsigned n)
{
    return (unsigned)(wh_random_u64(r) % n);
}

static void random_day(wh_random *r, wh_year_tariff *t)
{
    uint8_t *rate = t->rate[t->day_count++];
    bool edge[WH_YEAR_QUARTERS] = {false};
    for (unsigned left = below(r, PERIODS_MAX); left > 0; left--) {
        edge[below(r, WH_YEAR_QUARTERS)] = true;
    }
    rate[0] = (uint8_t)(1 + below(r, t->rates));
    for (unsigned q = 1; q < WH_YEAR_QUARTERS; q++) {
        rate[q] = edge[q] ? (uint8_t)(1 + below(r, t->rates)) : rate[q - 1];
    }
}

static void random_seasons(wh_random *r, wh_year_tariff *t)
{
    unsigned month = 1 + below(r, 4);
    for (; month <= 12 && t->season_count < WH_YEAR_SEASONS; month += 1 + below(r, 4)) {
        season(t, (uint8_t)month, (uint8_t)below(r, t->day_count), (uint8_t)below(r, t->day_count));
        t->season[t->season_count - 1].day = (uint8_t)(1 + below(r, 28));
    }
}

static void random_holidays(wh_random *r, wh_year_tariff *t)
{
    t->holiday_count = (uint8_t)below(r, WH_YEAR_HOLIDAYS);
    for (unsigned i = 0; i < t->holiday_count; i++) {
        t->holiday[i] =
            (wh_year_holiday){.year = (uint16_t)(below(r, 3) == 0 ? 2026 + below(r, 2) : 0),
                              .month = (uint8_t)(1 + below(r, 12)),
                              .day = (uint8_t)(1 + below(r, 28)),
                              .table = (uint8_t)below(r, t->day_count)};
    }
}

static void random_steps(wh_random *r, wh_year_tariff *t)
{
    t->threshold_count = (uint8_t)below(r, WH_YEAR_THRESHOLDS + 1);
    int64_t threshold = 0;
    for (unsigned i = 0; i < t->threshold_count; i++) {
        threshold += 20 + below(r, 400);
        t->threshold_kwh[i] = threshold;
    }
    monthly(t);
    if (below(r, 3) == 0) {
        t->settlement_count = 2;
        t->settlement[0] =
            (wh_year_settlement){4, (uint8_t)(1 + below(r, 28)), (uint8_t)below(r, 24)};
        t->settlement[1] = (wh_year_settlement){10, (uint8_t)(1 + below(r, 28)), 0};
    }
}

void wh_year_tariff_change(wh_random *r, wh_year_tariff *t)
{
    unsigned days = t->day_count;
    t->day_count = 0;
    t->season_count = 0;
    while (t->day_count < days) {
        random_day(r, t);
    }
    random_seasons(r, t);
}

void wh_year_tariff_reprice(wh_random *r, wh_year_tariff *t)
{
    for (unsigned i = 1; i <= t->rates; i++) {
        t->import[i] = (int32_t)below(r, 1000000) - 50000; /* sometimes it pays to use */
        t->export[i] = (int32_t)below(r, 300000);
    }
}

void wh_year_tariff_random(wh_random *r, wh_year_tariff *t)
{
    memset(t, 0, sizeof *t);
    t->rates = (uint8_t)(1 + below(r, WH_YEAR_RATES));
    unsigned days = 1 + below(r, WH_YEAR_DAYS);
    while (t->day_count < days) {
        random_day(r, t);
    }
    random_seasons(r, t);
    random_holidays(r, t);
    random_steps(r, t);
    wh_year_tariff_reprice(r, t);
    for (unsigned i = 0; i <= t->threshold_count; i++) {
        t->step_price[i] = (int32_t)(i * below(r, 200000));
    }
}

/* ---- looking it up ---- */

uint8_t wh_year_tariff_table(const wh_year_tariff *t, int32_t year, unsigned month, unsigned day,
                             unsigned weekday)
{
    for (unsigned i = 0; i < t->holiday_count; i++) {
        const wh_year_holiday *h = &t->holiday[i];
        if (h->month == month && h->day == day && (h->year == 0 || h->year == year)) {
            return h->table;
        }
    }
    const wh_year_season *now = &t->season[t->season_count - 1]; /* goes on over the new year */
    for (unsigned i = 0; i < t->season_count; i++) {
        const wh_year_season *s = &t->season[i];
        if (100U * s->month + s->day <= 100 * month + day) {
            now = s;
        }
    }
    return now->table[weekday];
}

unsigned wh_year_tariff_step(const wh_year_tariff *t, int64_t used_mwh)
{
    unsigned step = 0;
    while (step < t->threshold_count && used_mwh > t->threshold_kwh[step] * KWH_MWH) {
        step++;
    }
    return step;
}
