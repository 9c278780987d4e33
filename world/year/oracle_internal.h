/* SPDX-License-Identifier: Apache-2.0 */
/* oracle_internal.h - what the oracle remembers. */
#ifndef WH_WORLD_ORACLE_INTERNAL_H
#define WH_WORLD_ORACLE_INTERNAL_H

#include "world/year/oracle.h"

#define WH_ORACLE_PER_MWH INT64_C(3600000)       /* uWs */
#define WH_ORACLE_PER_KWH INT64_C(3600000000000) /* uWs */

__extension__ typedef __int128 wh_oracle_wide;

/* What a meter keeps of energy; saved whole or not at all. */
typedef struct {
    int64_t moment_ms; /* true time since the start */
    int64_t uws[WH_REG_PLACES][WH_REG_COUNT];
    int64_t rate_uws[WH_YEAR_RATES + 1][WH_REG_COUNT];
    wh_oracle_wide cost[2]; /* millionths times uWs per kWh */
} wh_oracle_energy;

typedef struct {
    wh_oracle_peak peak[WH_ORACLE_CHANNELS][WH_YEAR_RATES + 1];
} wh_oracle_peaks;

typedef struct {
    int64_t next_ms; /* boundary that comes next */
    int64_t due_ms[WH_ORACLE_DUE];
    size_t due_first;
    size_t due_count;
    uint32_t seen;
} wh_oracle_track;

/* The running block of demand. */
typedef struct {
    int64_t number;
    int64_t uws[WH_ORACLE_CHANNELS];
    bool whole;
    bool one_rate;
    bool fed;
    bool known; /* number says something */
} wh_oracle_slip;

typedef enum {
    WH_ORACLE_NO_TRIP,
    WH_ORACLE_TRIP_WAITS,
    WH_ORACLE_TRIP_MAY /* power was away meanwhile: it may come or not */
} wh_oracle_trip;

struct wh_oracle {
    wh_oracle_config config;
    wh_almanac almanac;
    wh_message finding;
    bool broken;
    bool programmed; /* a tick has been, so the tariff is in force */
    uint64_t checks;

    int64_t moment_ms; /* true time since the start */
    int64_t utc_ms;    /* by the meter's clock */
    wh_oracle_energy now;
    wh_oracle_energy ring[WH_ORACLE_RING]; /* what power cuts may fall back to */
    wh_oracle_peaks peaks_ring[WH_ORACLE_RING];
    size_t ring_next;  /* place of the newest */
    size_t ring_count; /* kept, backwards from it */

    wh_year_tariff tariff;
    wh_year_tariff next_calendar;
    wh_year_tariff next_prices;
    int64_t next_calendar_ms; /* INT64_MAX: none */
    int64_t next_prices_ms;
    unsigned rate;
    int64_t quarter; /* for which `rate` was looked up */
    int64_t step_base_mwh;
    int64_t settlement_ms[WH_YEAR_SETTLEMENTS]; /* the next ones */

    wh_oracle_slip slip;
    wh_oracle_peaks peaks;
    wh_oracle_peaks settled;                 /* as they were at the last settlement */
    bool settled_now;                        /* in the last tick */
    wh_oracle_peak ever[WH_ORACLE_CHANNELS]; /* of the total, over all resets */
    wh_oracle_track track[WH_ORACLE_RECORDERS];

    uint32_t outages;
    int64_t topped_up;
    int64_t wallet_before; /* at the last look */
    unsigned overdrawn;    /* looks in a row at which it fell below its limit */
    uint32_t purchases;
    bool protected_on;
    wh_oracle_trip trip;
    int64_t trip_ms;    /* moment when it waits no longer */
    unsigned trip_late; /* looks since then */
    bool was_connected;
};

/* Say what does not hold; the first time only. */
void wh_oracle_say(wh_oracle *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Local date, hour and table of now. */
const wh_almanac_day *wh_oracle_day(const wh_oracle *o, int64_t utc_ms, int32_t *second);

/* oracle_time.c */
void wh_oracle_begin_time(wh_oracle *o);
void wh_oracle_settle(wh_oracle *o);
void wh_oracle_pass_boundaries(wh_oracle *o);
void wh_oracle_find_rate(wh_oracle *o);

/* oracle_demand.c */
void wh_oracle_restart_slip(wh_oracle *o);
void wh_oracle_tick_slip(wh_oracle *o);
void wh_oracle_rate_changed(wh_oracle *o);
void wh_oracle_reset_peaks(wh_oracle *o);

#endif /* WH_WORLD_ORACLE_INTERNAL_H */
