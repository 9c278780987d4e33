/* SPDX-License-Identifier: Apache-2.0 */
/* year_run.h - a meter lives through a year, and an oracle looks on.
 *
 *   load, or a recorded series ─▶ meter ─▶ readings, records ─▶ oracle ─▶ report
 *   script of what befalls it ───▶┘ └───────────────────────────▶┘
 *
 * The same options give the same year, to the last byte of its flash. */
#ifndef WH_WORLD_YEAR_RUN_H
#define WH_WORLD_YEAR_RUN_H

#include "core/err.h"
#include "core/flash.h"
#include "host/message.h"
#include "world/year/series.h"
#include "world/year/year_meter.h"
#include "world/year/year_script.h"
#include "world/year/year_tariff.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_YEAR_MONTHS 13 /* a year touches at most so many */

/* What of a recorded series the meter sees. */
typedef enum { WH_YEAR_NET, WH_YEAR_LOAD_ONLY, WH_YEAR_SOLAR_ONLY } wh_year_part;

/* Zero is the default of each. */
typedef struct {
    uint64_t seed;
    const wh_year_place *place; /* NULL: by seed; UTC where there is a series */
    const char *tariff;         /* NULL: by seed */
    const wh_series *series;    /* instead of the simulated household; gaps are outages */
    wh_year_part part;
    int year;              /* it begins with; 2026 */
    uint32_t days;         /* 365, or as long as the series */
    uint32_t step_s;       /* a divisor of 900; 60 */
    bool calm;             /* nothing befalls the meter but time */
    uint8_t hold_up;       /* 0 by seed, 1 there is a signal when power fails, 2 there is none */
    uint8_t wallet;        /* 0 by seed, 1 prepayment, 2 none */
    uint8_t slip_min;      /* of demand; 15 */
    const wh_flash *flash; /* empty; NULL: in RAM */
    void *user;
    void (*progress)(void *user, double done); /* or NULL */
    /* Once an hour, the meter as it is; false ends the year. Or NULL */
    bool (*visit)(void *user, wh_meter *meter, wh_message *message);
} wh_year_options;

typedef struct {
    int32_t year;
    uint8_t month;
    int64_t import_uws;
    int64_t export_uws;
    int64_t import_cost; /* millionths */
    int64_t export_cost;
    int64_t peak_mw;
} wh_year_month;

typedef struct {
    uint64_t seed;
    wh_year_meter_config config; /* its pointers lead to what is constant or is in the options */
    wh_year_tariff tariff;       /* at the beginning */
    uint32_t step_s;
    int64_t begin_ms; /* true time */
    int64_t end_ms;   /* where it ended, before its time where something did not hold */
    uint64_t ticks;
    uint32_t actions[WH_YEAR_ACTIONS]; /* that had effect */
    uint32_t refused[WH_YEAR_ACTIONS]; /* that the meter refused */
    uint32_t missed;                   /* came while it had no power */
    int64_t outage_ms;
    int64_t lost_uws;                      /* +A that outages took */
    uint32_t opened;                       /* times of the switch */
    uint32_t events;                       /* begun or told, all kinds */
    int64_t import_uws[WH_YEAR_RATES + 1]; /* total, then by rate */
    int64_t export_uws[WH_YEAR_RATES + 1];
    int64_t reactive_uws[4]; /* by quadrant */
    int64_t cost[2];
    int64_t wallet;
    unsigned months;
    wh_year_month month[WH_YEAR_MONTHS];
    wh_oracle_peak peak[WH_ORACLE_CHANNELS]; /* largest demand of the year, +A and -A */
    unsigned recorder_count;
    const char *recorder_name[WH_ORACLE_RECORDERS];
    uint32_t records[WH_ORACLE_RECORDERS];
    wh_year_wear wear;
    uint64_t checks;
    bool holds;
    wh_message finding; /* where not */
} wh_year_report;

/* Run it. WH_OK also where something does not hold: see report->holds.
 *
 * WH_ERR_RANGE  an option; the message says which
 * WH_ERR_STATE  `visit` has ended it, and said why
 * others        it could not be set up */
wh_err wh_year_run(const wh_year_options *options, wh_year_report *report,
                   wh_message *message) WH_MUST_USE;

#endif /* WH_WORLD_YEAR_RUN_H */
