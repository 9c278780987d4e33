/* SPDX-License-Identifier: Apache-2.0 */
/* day_profile.h - the power of a household over days or a year, from a CSV file.
 *
 * The kind is known by the header:
 *   Date;Time;Global_active_power;Global_reactive_power;..   kW and kvar per minute (UCI)
 *   ,GC,GG                      kW of load and of solar per half hour (Ausgrid)
 *   ..non_shiftable_load..      kWh per hour, and solar_generation in W per kW (CityLearn)
 *   time;.._pload;.._qload      per unit, quarter hours (SimBench)
 *   ,period,weekday,h0,..       kW per 1000 kWh a year, quarter hours (BDEW 1999)
 *   ,Januar,Januar,.. [kWh],..  kWh per 10^6 kWh a year, 96 rows by month and kind of day (BDEW 2025)
 *   load_w[,reactive_var][,solar_w] with a line "# step_s=60" above: our own
 * Rows are taken to follow each other without gaps. */
#ifndef WH_WORLD_DAY_PROFILE_H
#define WH_WORLD_DAY_PROFILE_H

#include "core/err.h"
#include "host/message.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    double step_s;
    double first_of_day_s; /* local time of day the first row stands for */
    size_t count;
    double *load_w;
    double *reactive_var; /* NULL: the file has none */
    double *solar_w;      /* NULL: the file has none */
} wh_day_profile;

/* How per-unit files are scaled, and which year a table by months is unrolled to. */
typedef struct {
    double unit_w;       /* of 1 per unit; 0 = 5000 */
    double annual_kwh;   /* of a standard load profile; 0 = 3500 */
    double solar_peak_w; /* of a roof given per kW; 0 = 5000 */
    int year;            /* 0 = 2026 */
} wh_day_profile_scale;

/* Read a file into memory; wh_day_profile_free gives it back.
 *
 * WH_ERR_IO           it cannot be read
 * WH_ERR_UNSUPPORTED  no kind known by this header
 * WH_ERR_FORMAT       a row is short or not a number; the message names the line
 * WH_ERR_SPACE        no memory, or more than 10 million rows */
wh_err wh_day_profile_read(const char *path, const wh_day_profile_scale *scale, wh_day_profile *out,
                           wh_message *message) WH_MUST_USE;

void wh_day_profile_free(wh_day_profile *p);

/* A series at a local time of day and so many seconds after the first day began, interpolated
 * between rows; it repeats at its end. values is one of the three arrays, not NULL. */
double wh_day_profile_at(const wh_day_profile *p, const double *values, double local_s);

#endif /* WH_WORLD_DAY_PROFILE_H */
