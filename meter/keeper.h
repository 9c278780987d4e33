/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.h - the half of a meter that keeps and decides.
 *
 *   booked energy ─▶ registers by rate, demand, cost ◀── rate ◀── tariff calendar ◀── clock
 *                        │                                                              │
 *                        ▼                                                              ▼
 *                    columns ─▶ recorders: profiles, billing, freezes ◀── boundaries of time
 *                        │                     │
 *   quantities ─▶ events │ limiter, prepayment │ ─▶ switch, loads        store: all of it
 *                  └─▶ event logs, alarms, push queue ───────────────────────▲
 *
 * One pass, wh_meter_tick, in this order, so that each number is read before it is begun anew:
 *   1. the clock; its changes are events, and a jump gives the demand's running period up
 *   2. what was booked goes to the rate that held until now, to demand and to cost
 *   3. demand closes its periods
 *   4. switch-over of tariff sets, which their freezes record
 *   5. recorders whose boundary has passed, oldest first; billing then begins demand anew. Then
 *      step prices settle; the rate from now on
 *   6. limiters, prepayment, main switch, loads
 *   7. events
 *   8. the store: a record goes with its boundary and the energies in one transaction, and what
 *      else has changed follows by the flush policy
 *
 * Lifetime: configuration, flash and memory outlive the meter. One task calls all of it. The
 * rooms' fields may be read; they are changed through the catalogue, or by the rooms' own
 * functions followed by wh_keeper_touch. */
#ifndef WH_METER_KEEPER_H
#define WH_METER_KEEPER_H

#include "core/err.h"
#include "core/flash.h"
#include "meter/clock/clock.h"
#include "meter/demand/demand.h"
#include "meter/display/display.h"
#include "meter/event/alarm.h"
#include "meter/event/event.h"
#include "meter/event/program_session.h"
#include "meter/event/voltage_quality.h"
#include "meter/meter.h"
#include "meter/record/recorder.h"
#include "meter/register/combination.h"
#include "meter/register/rate_register.h"
#include "meter/store/flush.h"
#include "meter/store/store.h"
#include "meter/supply/limiter.h"
#include "meter/supply/load_table.h"
#include "meter/supply/main_switch.h"
#include "meter/supply/prepayment.h"
#include "meter/supply/token.h"
#include "meter/tariff/cost.h"
#include "meter/tariff/step_price.h"
#include "meter/tariff/tariff_calendar.h"
#include "meter/tariff/user_class.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_KEEPER_LIMITERS 4
#define WH_KEEPER_LOGS     (WH_EVENT_LOG_FIRST + WH_EVENT_SLOTS)
#define WH_KEEPER_WORK     2056U /* bytes of the work buffer: a record, a table that is in it */

/* What has state that is kept. Bits of `dirty`; the order is that of the table in
 * keeper_store.c. */
typedef enum {
    WH_ROOM_REGISTERS,
    WH_ROOM_RATES,
    WH_ROOM_COST,
    WH_ROOM_PREPAYMENT,
    WH_ROOM_STEPS,
    WH_ROOM_DEMAND,
    WH_ROOM_CLOCK,
    WH_ROOM_SWITCH,
    WH_ROOM_LIMITER_1,
    WH_ROOM_LIMITER_2,
    WH_ROOM_LIMITER_3,
    WH_ROOM_LIMITER_4,
    WH_ROOM_LOADS,
    WH_ROOM_ZONES,
    WH_ROOM_DAYS,
    WH_ROOM_HOLIDAYS,
    WH_ROOM_PRICES_IMPORT,
    WH_ROOM_PRICES_EXPORT,
    WH_ROOM_ALARMS,
    WH_ROOM_EVENTS,
    WH_ROOM_DISPLAY,
    WH_ROOM_SETTINGS,
    WH_ROOM_USER,
    WH_ROOM_VOLTAGE,
    WH_ROOM_AMPERE_HOURS,
    WH_ROOMS
} wh_room;

/* A recorder of this meter. */
typedef struct {
    const wh_recorder_config *config; /* a row of freezes.h, or another */
    uint8_t times;                    /* boundaries that can be set for it, 0 .. 3 */
    uint8_t own_max;                  /* columns that can be set for it; 0: they cannot */
    bool billing;                     /* its record begins the demand anew */
} wh_keeper_recorder;

/* The security module of tokens: `check` of wh_token_module, with what it wants to know. */
typedef struct {
    void *user;
    wh_err (*check)(void *user, const wh_token_code *code, wh_token *token);
} wh_token_checker;

/* What a meter is set up to keep. All of it constant data; what may be set later begins with
 * these values. */
typedef struct {
    const wh_flash *flash;
    uint32_t blob_bytes;    /* that all rooms, settings and running events can have; 0: 16 kB */
    uint16_t push_depth;    /* pushes that wait at most */
    uint16_t event_depth;   /* records kept of each slot at most; 0: no event logs */
    uint32_t reserve_bytes; /* wh_store_config */
    wh_clock_config clock;
    wh_flush_config flush;
    uint8_t user;        /* wh_user_kind; 0: residential */
    uint8_t rates;       /* kept apart by registers and demand, 1 .. 63 */
    uint16_t rate_kinds; /* WH_REG_BIT of the registers that are kept by rate */
    wh_demand_config demand;
    const wh_combination *demand_source; /* of each channel */
    uint8_t demand_slips_max;            /* that a period set later may have */
    wh_switch_config main_switch;
    uint8_t switch_mode;              /* COSEM control mode; 0: no switch */
    const wh_limiter_config *limiter; /* of each; NULL: power, without a limit until it is set */
    uint8_t limiter_count;
    wh_loads_config loads;
    wh_prepayment_config prepayment;
    const wh_token_checker *token_checker; /* NULL: no tokens */
    int64_t token_price; /* of a tenth of a kWh on a token, millionths; 0: they are refused */
    const wh_keeper_recorder *recorder;
    uint8_t recorder_count;
    wh_event_config events;
} wh_keeper_config;

/* Small things that are set: DL/T 645 feature words. */
typedef struct {
    uint8_t active_word;      /* of combined active energy */
    uint8_t reactive_word[2]; /* of the two combined reactive energies */
} wh_keeper_settings;

/* How much of the month the voltage was within its limits. */
typedef struct {
    wh_voltage_quality quality;
    wh_boundary month;
    int64_t next_ms; /* the month does not end before; 0: not known */
    uint32_t minute; /* UTC, of the last one counted */
} wh_keeper_voltage_month;

/* Read the fields; see above for changing. */
typedef struct wh_keeper {
    const wh_keeper_config *config;
    wh_keeper_settings settings;
    wh_clock clock;
    wh_tariff_calendar calendar;
    wh_step_price steps;
    wh_cost cost_import;
    wh_cost cost_export;
    wh_user user;
    wh_rate_register rates;
    wh_demand demand;
    wh_switch main_switch;
    wh_limiter *limiter; /* config->limiter_count of them */
    wh_loads loads;
    wh_prepayment prepayment;
    wh_token_gateway tokens;
    wh_token_module token_module;
    wh_recorder *recorder; /* config->recorder_count of them */
    wh_events events;
    wh_event_notice notice; /* pulled, and not logged yet where notice_waits */
    bool notice_waits;
    bool key_was_down; /* at the last tick, for the display */
    wh_program program;
    wh_alarms alarms;
    wh_keeper_voltage_month voltage;
    wh_display display;
    wh_store_log_config *log;
    wh_store store;
    wh_flush flush;
    uint32_t watched_inputs; /* of events at the last tick */
    uint64_t watched_windows;
    uint32_t found;          /* bit per wh_room: the store had it */
    uint32_t lost;           /* bit per wh_room: was damaged in the store, began anew */
    wh_err store_err;        /* of the last attempt to save */
    uint32_t dirty;          /* bit per wh_room: not in the store as it is now */
    uint32_t urgent;         /* those that may not wait for the flush */
    int64_t balance_seen;    /* of the account at the last tick */
    uint32_t swept_ms;       /* when all rooms were last flushed, as the platform counts */
    uint32_t tokens_seen;    /* revision of the gateway, likewise */
    uint32_t account_seen;   /* prepayment's revision when it last moved with energy */
    uint16_t seen[WH_ROOMS]; /* low halves of revisions when they were last looked at */
    uint64_t moved_mwh;      /* all that registers of the total ever grew by since the start */
    int64_t moved_uws;       /* its rest */
    int64_t mah_seen;        /* ampere-hours at the last tick */
    int64_t platform_ms;     /* of the last tick */
    uint8_t rate;            /* in force */
    uint8_t step;            /* of the step prices */
    bool begun;              /* a tick has been */
    uint8_t *work;           /* WH_KEEPER_WORK bytes */
} wh_keeper;

/* Bytes of memory that wh_meter_keep wants beside the keeper; 0: the configuration is not valid.
 * Writes to *keeper, and needs nothing of it. */
size_t wh_keeper_memory_size(wh_keeper *keeper, const wh_keeper_config *config);

/* What keeping begins with. */
typedef struct {
    void *memory; /* kept; aligned for int64_t */
    size_t memory_size;
    int64_t platform_ms; /* now */
    bool ran_on; /* the platform's time ran on since it was last saved (wh_clock_power_up) */
} wh_keeper_start;

/* Begin to keep: mount the store and restore what is there, after wh_meter_init and before the
 * first sample.
 *
 * keeper, config  kept; must outlive the meter, and so must the memory
 *
 * WH_ERR_RANGE        something in the configuration
 * WH_ERR_SPACE        memory too small, or the flash for what should be kept in it
 * WH_ERR_UNSUPPORTED  the store was written by a later version
 * WH_ERR_IO           the flash does not answer
 * A room whose state is damaged or missing begins with its configuration; `lost` tells which. */
wh_err wh_meter_keep(wh_meter *meter, wh_keeper *keeper, const wh_keeper_config *config,
                     const wh_keeper_start *start) WH_MUST_USE;

/* A room was changed by hand: it is saved at the end of the next tick, or with the next flush. */
void wh_keeper_touch(wh_keeper *keeper, wh_room room);
void wh_keeper_note(wh_keeper *keeper, wh_room room);

/* Save now all that has changed, or what was touched.
 * WH_ERR_IO, WH_ERR_SPACE as wh_store_commit: it stays to be saved. */
wh_err wh_keeper_save(wh_meter *meter) WH_MUST_USE;
wh_err wh_keeper_save_urgent(wh_meter *meter) WH_MUST_USE;

/* Something has happened at once (an occurrence of data/events.csv): it is logged, with its alarm
 * and push, in a transaction of its own. detail may be NULL.
 * WH_ERR_NOT_FOUND, WH_ERR_STATE as wh_events_occur; others of the store. */
wh_err wh_keeper_occur(wh_meter *meter, unsigned kind, unsigned place,
                       const wh_event_detail *detail) WH_MUST_USE;

/* Enter a token (token.h). What it did is in the store before this returns.
 *
 * status  out  what became of it; not written unless WH_OK, or the store failed
 *
 * WH_ERR_NOT_FOUND  this meter takes no tokens
 * WH_ERR_IO, ...    it was executed, and could not be saved yet */
wh_err wh_keeper_enter_token(wh_meter *meter, const uint8_t *octets, size_t len,
                             wh_token_delivery delivery, wh_token_status *status) WH_MUST_USE;

/* Whoever wrote parameters has gone: one event of programming tells of all that was written. */
wh_err wh_keeper_close_session(wh_meter *meter) WH_MUST_USE;

/* The UTC of the last tick, and the local time of it. */
int64_t wh_keeper_utc_ms(const wh_keeper *keeper);

/* The values of the catalogue as columns of records, events and the display. */
wh_column_reader wh_keeper_columns(const wh_meter *meter);

/* Combined energy in mWh, signed, of the total (rate 0) or a rate. */
int64_t wh_keeper_combined_active_mwh(const wh_meter *meter, uint8_t rate);
int64_t wh_keeper_combined_reactive_mvarh(const wh_meter *meter, unsigned which, uint8_t rate);

#endif /* WH_METER_KEEPER_H */
