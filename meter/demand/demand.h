/* SPDX-License-Identifier: Apache-2.0 */
/* demand.h - average power over a period, and the largest of them.
 *
 *             │◀────────────── period = slips x slip ──────────────▶│
 *   ──────────┼────────────┼────────────┼────────────┼──────────────┼──▶ time
 *             │    slip    │    slip    │    slip    │ running slip │
 *
 * A period is a number of sub-intervals, slips, of 1 to 60 minutes. With one slip it is a block:
 * periods follow each other. With more it slides: at each end of a slip a period ends that
 * reaches back over the last `slips` of them. Slips are aligned to the local day.
 *
 * A channel measures one combination of what the registers book: +A, -A, a quadrant, combined
 * reactive, apparent. For each channel, in total and for each rate, there are the demand of the
 * last complete period and the largest since the last reset, each with the end of its period.
 * Largest is by magnitude, the sign is kept; the first of equals stays; 0 is never a maximum.
 *
 * Only complete periods count. The running period is given up, and a new one begins, at
 *   power-up         wh_demand_init and wh_demand_restore
 *   clock set        wh_demand_restart, and any jump of the slip's number
 *   clear, reset     wh_demand_clear, wh_demand_reset
 *   settlement       wh_demand_reset
 *   period change    wh_demand_set_period
 *   rate change      wh_demand_set_rate (of the total only as configured)
 * After power-up, clock set and period change the first tick only learns which slip is running; the
 * next slip is the first that counts. After the others the running slip counts too if nothing has
 * been fed since it began: who resets or changes rates at a boundary loses nothing.
 *
 * Calls, each time energy was booked or a second has passed, in this order:
 *   1. wh_demand_feed      what the registers booked up to now
 *   2. wh_demand_tick      which closes periods that end now, of the old rate, the old month
 *   3. the settlement reads the maxima, then wh_demand_reset
 *   4. wh_demand_set_rate  the rate from now on
 * Energy counts in the slip in which it is fed, so it must be fed in portions that are short
 * against a slip and do not reach over its end. A clock set that is neither told by
 * wh_demand_restart nor seen as a jump of the number passes for time.
 *
 * Demand is in mW (mvar, mVA), rounded towards zero. The caller owns the struct and its memory,
 * which must outlive it. Nothing here may be called from an interrupt. */
#ifndef WH_METER_DEMAND_H
#define WH_METER_DEMAND_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/register/combination.h"
#include "meter/register/register.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_DEMAND_PERIOD_MAX_MIN 60
#define WH_DEMAND_RATES_MAX      63
#define WH_DEMAND_CHANNELS_MAX   16

/* Bytes that wh_demand_save writes at most. */
#define WH_DEMAND_SAVE_SIZE(channels, rates) (21 + (channels) * (4 + 24 * (1 + (rates))))

typedef struct {
    uint8_t slip_min;         /* 1 .. 60, a divisor of 1440 */
    uint8_t slips;            /* in a period; slip_min * slips <= 60 */
    uint8_t channels;         /* 1 .. WH_DEMAND_CHANNELS_MAX */
    uint8_t rates;            /* 0 .. 63, beside the total */
    bool total_through_rates; /* the total's period goes on when the rate changes; a rate's own
                               * still counts only where it lies within the rate */
} wh_demand_config;

/* What is kept of the total and of each rate. Times in seconds since 1970, 0 = none yet. */
typedef struct {
    int64_t last_mw;
    int64_t max_mw;
    uint32_t last_end_s;
    uint32_t max_end_s;
} wh_demand_cell;

typedef struct {
    wh_combination source;
    int64_t running_uws; /* since the running slip began, or since a restart in it */
} wh_demand_channel;

/* Memory: one channel each; cells channels * (1 + rates); slips as many as any period that will
 * be set has, times channels. */
typedef struct {
    wh_demand_channel *channel;
    size_t channel_count;
    wh_demand_cell *cell;
    size_t cell_count;
    int64_t *slip_uws;
    size_t slip_count;
} wh_demand_memory;

typedef enum {
    WH_DEMAND_RESET_COMMAND,
    WH_DEMAND_RESET_SETTLEMENT,
    WH_DEMAND_RESET_CAUSES
} wh_demand_cause;

/* Fields are private but for reset_count and reset_ms. */
typedef struct {
    wh_demand_config config;
    wh_demand_memory memory;
    uint32_t reset_count[WH_DEMAND_RESET_CAUSES];
    int64_t reset_ms;  /* when the maxima were last reset; 0 = never */
    int64_t slip;      /* number of the running one */
    int64_t start_ms;  /* when it began */
    int64_t since_ms;  /* since when running_uws sums: later than start_ms after a restart */
    uint8_t rate;      /* in force */
    uint8_t head;      /* where the next slip is kept */
    uint8_t kept;      /* whole slips in a row for the total, at most config.slips */
    uint8_t rate_kept; /* of these in the rate in force */
    bool started;      /* slip and start_ms are known */
    bool whole;        /* the running slip will count for the total */
    bool rate_whole;   /* and for the rate */
    bool fed;          /* something was fed since the running slip began */
} wh_demand;

/* One value with the end of its period; end_ms 0 and mw 0 where there is none yet. */
typedef struct {
    int64_t mw;
    int64_t end_ms;
} wh_demand_value;

/* A COSEM demand register (class 5), read from a channel. */
typedef struct {
    int64_t current_average_mw;
    int64_t last_average_mw;
    int64_t capture_ms;         /* end of the last period; 0 = none yet */
    int64_t start_current_ms;   /* start of what current_average_mw is made of */
    uint32_t period_s;          /* a slip: the time between two values of last_average_mw */
    uint16_t number_of_periods; /* 1 block, more sliding */
    bool complete;              /* the running period will count if nothing gives it up */
} wh_demand_register;

/* Start with empty maxima, no rate in force, in the caller's memory. `source` has one entry for
 * each channel and is copied.
 *
 * WH_ERR_RANGE  a field outside its range
 * WH_ERR_SPACE  the memory is too small */
wh_err wh_demand_init(wh_demand *d, const wh_demand_config *config, const wh_combination *source,
                      const wh_demand_memory *memory) WH_MUST_USE;

/* The number of the slip at `utc_ms` and when it began, for wh_demand_tick. `offset_s` is local
 * standard time less UTC, without daylight saving, so that slips are equally long all year; they
 * are aligned to the local day in summer too where a slip divides the change of one hour. */
int64_t wh_demand_slip_at(const wh_demand *d, int64_t utc_ms, int32_t offset_s, int64_t *start_ms);

/* Energy has been booked. */
void wh_demand_feed(wh_demand *d, const wh_booked *booked);

/* The running slip has the number `slip` (slips that follow each other are numbered so) and
 * began at start_ms. If it is the next one, the one before is closed; any other number but the
 * same gives the running period up. True where a period of the total was completed: its end is
 * start_ms. */
bool wh_demand_tick(wh_demand *d, int64_t slip, int64_t start_ms);

/* Give the running period up: the clock has been set. now_ms is the new time. */
void wh_demand_restart(wh_demand *d, int64_t now_ms);

/* Another rate is in force, 0 = none. The same one again changes nothing. */
void wh_demand_set_rate(wh_demand *d, uint8_t rate, int64_t now_ms);

/* The maxima begin anew and the running period with them; the count of `cause` goes up. The last
 * values stay. WH_ERR_ARG: unknown cause. */
wh_err wh_demand_reset(wh_demand *d, wh_demand_cause cause, int64_t now_ms) WH_MUST_USE;

/* All values to nothing: the meter is cleared. Counts of resets stay. */
void wh_demand_clear(wh_demand *d, int64_t now_ms);

/* COSEM's next_period: what runs becomes the last value of the total and of the rate in force,
 * ending now, and a new period begins. It is not complete, so it never is a maximum. */
void wh_demand_next_period(wh_demand *d, int64_t now_ms);

/* Another period, from now on. Last values and maxima stay, as they are power, not energy.
 * WH_ERR_RANGE: not allowed (wh_demand_config), or more slips than there is memory for. */
wh_err wh_demand_set_period(wh_demand *d, uint8_t slip_min, uint8_t slips,
                            int64_t now_ms) WH_MUST_USE;

/* Another source of a channel: a feature word has changed. The running period of all channels
 * begins anew. WH_ERR_RANGE: no such channel, or a kind that is none. */
wh_err wh_demand_set_source(wh_demand *d, uint8_t channel, wh_combination source,
                            int64_t now_ms) WH_MUST_USE;

/* Values of a channel in total (rate 0) or of a rate; nothing (zeros) where it does not exist. */
wh_demand_value wh_demand_last(const wh_demand *d, uint8_t channel, uint8_t rate);
wh_demand_value wh_demand_max(const wh_demand *d, uint8_t channel, uint8_t rate);

/* Present demand: the energy of the running period so far over the length of a whole one. Of a
 * rate that is not in force, or came into force in the middle of the running slip: 0. */
int64_t wh_demand_present_mw(const wh_demand *d, uint8_t channel, uint8_t rate);

/* The same as a COSEM object. */
wh_demand_register wh_demand_read(const wh_demand *d, uint8_t channel, uint8_t rate);

/* Version 1, big endian: u8 version, u8 slip_min, u8 slips, u8 channels, u8 rates, u32 counts of
 * resets by command, by settlement, i64 reset_ms; of each channel u16 add, u16 subtract, then of
 * the total and each rate i64 last_mw, i64 max_mw, u32 last_end_s, u32 max_end_s. The running
 * period is not kept: power-up begins a new one. WH_ERR_SPACE as the writer. */
wh_err wh_demand_save(const wh_demand *d, wh_writer *w) WH_MUST_USE;

/* After init; period and sources come from the blob, as they may have been set. On an error
 * nothing has changed.
 *
 * WH_ERR_SHORT        the blob ends early
 * WH_ERR_UNSUPPORTED  unknown version
 * WH_ERR_RANGE        another number of channels or rates, or values no demand can have
 * WH_ERR_SPACE        the period has more slips than there is memory for */
wh_err wh_demand_restore(wh_demand *d, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_DEMAND_H */
