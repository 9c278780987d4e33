/* SPDX-License-Identifier: Apache-2.0 */
/* series.h - a recorded load over weeks or a year as exact intervals of energy.
 *
 * Where day_profile.h makes a smooth course of a file to be simulated, this takes it as it is:
 * each row is one interval, its time is checked against the row before, and what is missing is a
 * gap in which the meter is without power. Powers are rounded to the microwatt once, so all that
 * follows is integers and a meter can be held to the last digit.
 *
 * The kind is known by the header:
 *   Date;Time;Global_active_power;..  kW, kvar and V per minute; '?' or no row: missing (UCI)
 *   ,GC,GG                            kW of load and of solar per half hour (Ausgrid)
 *   month,hour,..non_shiftable_load.. kWh per hour, and solar_generation in W per kW (CityLearn);
 *                                     the hour is the one that ends; begins in scale.year
 *   time;.._pload;.._qload            per unit, quarter hours (SimBench); its years are wrong in the
 *                                     source, so rows are numbered from 1 January of scale.year */
#ifndef WH_WORLD_SERIES_H
#define WH_WORLD_SERIES_H

#include "core/err.h"
#include "host/message.h"

#include <stddef.h>
#include <stdint.h>

/* One interval: mean powers. */
typedef struct {
    int64_t begin_ms; /* of a clock that is never changed; since 1970 in that clock */
    int64_t load_uw;
    int64_t load_uvar;
    int64_t solar_uw; /* generated, not negative */
    int64_t u_uv;     /* 0: the file has none */
} wh_series_row;

typedef struct {
    uint32_t step_ms;
    size_t count;
    size_t gaps;        /* places where rows are missing */
    size_t missing;     /* rows that are */
    wh_series_row *row; /* by rising time */
} wh_series;

/* Zero is the default of each. */
typedef struct {
    double unit_w;       /* of 1 per unit: 5000 */
    double solar_peak_w; /* of a roof given per kW: 5000 */
    int year;            /* in which a file without years begins: 2018 */
} wh_series_scale;

/* Read a file; wh_series_free gives it back. The message names file and line.
 *
 * WH_ERR_IO           it cannot be read
 * WH_ERR_UNSUPPORTED  no kind known by this header
 * WH_ERR_FORMAT       a row is short, not a number or no time, or out of order
 * WH_ERR_SPACE        no memory, or more than 4 million rows */
wh_err wh_series_read(const char *path, const wh_series_scale *scale, wh_series *out,
                      wh_message *message) WH_MUST_USE;

void wh_series_free(wh_series *s);

#endif /* WH_WORLD_SERIES_H */
