/* SPDX-License-Identifier: Apache-2.0 */
/* year_program.h - a tariff as the tables a meter is programmed with. */
#ifndef WH_WORLD_YEAR_PROGRAM_H
#define WH_WORLD_YEAR_PROGRAM_H

#include "meter/tariff/step_price.h"
#include "meter/tariff/tariff_calendar.h"
#include "world/year/year_tariff.h"

void wh_year_program_zones(const wh_year_tariff *t, wh_tariff_zones *out);
void wh_year_program_days(const wh_year_tariff *t, wh_tariff_days *out);

/* Returns how many: at most WH_YEAR_HOLIDAYS. */
unsigned wh_year_program_holidays(const wh_year_tariff *t, wh_tariff_holiday out[WH_YEAR_HOLIDAYS]);

void wh_year_program_steps(const wh_year_tariff *t, wh_step_table *out);

#endif /* WH_WORLD_YEAR_PROGRAM_H */
