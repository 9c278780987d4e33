/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_program.h"

#include <string.h>

#define WH_PER_KWH 1000

void wh_year_program_zones(const wh_year_tariff *t, wh_tariff_zones *out)
{
    memset(out, 0, sizeof *out);
    out->season_count = t->season_count;
    for (unsigned i = 0; i < t->season_count; i++) {
        out->season[i].month = t->season[i].month;
        out->season[i].day = t->season[i].day;
        for (unsigned d = 0; d < 7; d++) {
            out->season[i].week.day[d] = (uint8_t)(t->season[i].table[d] + 1);
        }
    }
}

/* A period begins where the rate of a quarter hour differs from the one before. */
static void program_day(const uint8_t rate[WH_YEAR_QUARTERS], wh_tariff_day *out)
{
    for (unsigned q = 0; q < WH_YEAR_QUARTERS; q++) {
        if (q > 0 && rate[q] == rate[q - 1]) {
            continue;
        }
        out->period[out->period_count].minute = (uint16_t)(15 * q);
        out->period[out->period_count].rate = rate[q];
        out->period_count++;
    }
}

void wh_year_program_days(const wh_year_tariff *t, wh_tariff_days *out)
{
    memset(out, 0, sizeof *out);
    out->day_count = t->day_count;
    for (unsigned i = 0; i < t->day_count; i++) {
        program_day(t->rate[i], &out->day[i]);
    }
}

unsigned wh_year_program_holidays(const wh_year_tariff *t, wh_tariff_holiday out[WH_YEAR_HOLIDAYS])
{
    for (unsigned i = 0; i < t->holiday_count; i++) {
        const wh_year_holiday *h = &t->holiday[i];
        out[i] = (wh_tariff_holiday){.year = h->year == 0 ? WH_TARIFF_EVERY_YEAR : h->year,
                                     .month = h->month,
                                     .day = h->day,
                                     .day_table = (uint8_t)(h->table + 1)};
    }
    return t->holiday_count;
}

void wh_year_program_steps(const wh_year_tariff *t, wh_step_table *out)
{
    memset(out, 0, sizeof *out);
    out->settlement_count = t->settlement_count;
    for (unsigned i = 0; i < t->settlement_count; i++) {
        out->settlement[i] = (wh_step_settlement){t->settlement[i].month, t->settlement[i].day,
                                                  t->settlement[i].hour};
    }
    out->season_count = 1;
    out->season[0] = (wh_step_season){1, 1, t->threshold_count};
    for (unsigned i = 0; i < t->threshold_count; i++) {
        out->threshold_wh[i] = (uint32_t)(t->threshold_kwh[i] * WH_PER_KWH);
    }
    for (unsigned i = 0; i <= t->threshold_count; i++) {
        out->price[i] = t->step_price[i];
    }
}
