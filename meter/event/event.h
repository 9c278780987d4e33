/* SPDX-License-Identifier: Apache-2.0 */
/* event.h - what happens to a meter: kinds of events, and who watches for them.
 *
 *   inputs, each pass ─▶ monitor ─▶ notices {slot, begin | end | once, time}
 *   a program, a key  ─▶ wh_events_occur ─┘     │
 *                                               ├─▶ event_log.h   the last ten of each
 *                                               └─▶ alarm.h       registers, status word, push queue
 *
 * The kinds are rows of data/events.csv, and there are three sorts of them:
 *   condition    measured quantities beyond limits: begins when all its terms held for `delay_s`,
 *                ends when one of them was back over its recovery limit for `recover_s`
 *   input        the same of one bit that the caller has
 *   occurrence   is told by wh_events_occur and has no length
 * Power-off is a sort of its own: it is told at the power-up, wh_events_power_up.
 *
 * Each kind has one slot for each of its places: none, the three phases, the phases and the total,
 * or the six demands. A slot has a count, a total duration, and a log (store log
 * WH_EVENT_LOG_FIRST + slot). An event begins and ends when its delay is over, not before.
 *
 * Limits are hundredths of a percent, "bp", of a reference: 7800 is 78 %. Comparisons are exact.
 * Delays and durations count elapsed time, so a clock that is set changes none of them.
 *
 * Call order, in each pass after the quantities are known:
 *   1. wh_events_tick
 *   2. while wh_events_next: hand the notice to the log and the alarms (event_log.h says how)
 *   3. where `revision` has moved: save, in the transaction of the notices
 * A slot whose notice was not pulled yet stands still, so that no notice is ever lost. */
#ifndef WH_METER_EVENT_H
#define WH_METER_EVENT_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_EVENT_LOG_FIRST  32U /* store log of slot 0 */
#define WH_EVENT_SLOTS_MAX  96U /* slots there can ever be */
#define WH_EVENT_SLOTS      91U
#define WH_EVENT_TERMS      31U /* of all conditions together */
#define WH_EVENT_TIMED      37U /* kinds that have delays */
#define WH_EVENT_EXTREMES   9U  /* slots whose largest value is kept */
#define WH_EVENT_REFERENCES 9U
#define WH_EVENT_TERMS_MAX  3U /* of one condition */
#define WH_EVENT_DELAY_MAX  3600U
#define WH_EVENT_NO_BIT     255U
#define WH_EVENT_NAME_SIZE  40U

/* Stored and sent: append only, with a row of data/events.csv that has the same number. */
typedef enum {
    WH_EVENT_VOLTAGE_LOSS = 0,
    WH_EVENT_UNDER_VOLTAGE = 1,
    WH_EVENT_OVER_VOLTAGE = 2,
    WH_EVENT_PHASE_FAILURE = 3,
    WH_EVENT_TOTAL_VOLTAGE_LOSS = 4,
    WH_EVENT_AUXILIARY_SUPPLY_LOSS = 5,
    WH_EVENT_VOLTAGE_SEQUENCE = 6,
    WH_EVENT_CURRENT_SEQUENCE = 7,
    WH_EVENT_VOLTAGE_UNBALANCE = 8,
    WH_EVENT_CURRENT_UNBALANCE = 9,
    WH_EVENT_SEVERE_CURRENT_UNBALANCE = 10,
    WH_EVENT_CURRENT_LOSS = 11,
    WH_EVENT_OVER_CURRENT = 12,
    WH_EVENT_CURRENT_INTERRUPTION = 13,
    WH_EVENT_REVERSED_POWER_FLOW = 14,
    WH_EVENT_OVERLOAD = 15,
    WH_EVENT_DEMAND_OVER_LIMIT = 16,
    WH_EVENT_LOW_POWER_FACTOR = 17,
    WH_EVENT_POWER_OFF = 18,
    WH_EVENT_PROGRAMMING = 19,
    WH_EVENT_METER_CLEAR = 20,
    WH_EVENT_DEMAND_CLEAR = 21,
    WH_EVENT_EVENT_CLEAR = 22,
    WH_EVENT_CLOCK_SET = 23,
    WH_EVENT_DAY_TABLES_PROGRAMMED = 24,
    WH_EVENT_YEAR_ZONES_PROGRAMMED = 25,
    WH_EVENT_WEEKEND_PROGRAMMED = 26,
    WH_EVENT_HOLIDAYS_PROGRAMMED = 27,
    WH_EVENT_ACTIVE_COMBINATION_PROGRAMMED = 28,
    WH_EVENT_REACTIVE_COMBINATION_1_PROGRAMMED = 29,
    WH_EVENT_REACTIVE_COMBINATION_2_PROGRAMMED = 30,
    WH_EVENT_SETTLEMENT_DAYS_PROGRAMMED = 31,
    WH_EVENT_METER_COVER_OPEN = 32,
    WH_EVENT_TERMINAL_COVER_OPEN = 33,
    WH_EVENT_PRICES_PROGRAMMED = 34,
    WH_EVENT_STEP_PRICES_PROGRAMMED = 35,
    WH_EVENT_KEYS_UPDATED = 36,
    WH_EVENT_CARD_REFUSED = 37,
    WH_EVENT_PURCHASE = 38,
    WH_EVENT_REFUND = 39,
    WH_EVENT_MAGNETIC_FIELD = 40,
    WH_EVENT_SWITCH_MALFUNCTION = 41,
    WH_EVENT_SUPPLY_FAULT = 42,
    WH_EVENT_SWITCH_OPENED = 43,
    WH_EVENT_SWITCH_CLOSED = 44,
    WH_EVENT_CLOCK_BATTERY_LOW = 45,
    WH_EVENT_VOLTAGE_QUALITY = 46,
    WH_EVENT_REVERSED_CURRENT = 47,
    WH_EVENT_NEUTRAL_MISSING = 48,
    WH_EVENT_BYPASS = 49,
    WH_EVENT_CLOCK_INVALID = 50,
    WH_EVENT_MEMORY_ERROR = 51,
    WH_EVENT_SELF_TEST_ERROR = 52,
    WH_EVENT_FIRMWARE_CHANGED = 53,
    WH_EVENT_LIMITER_ACTED = 54,
    WH_EVENT_LIMITER_LOCKED = 55,
    WH_EVENT_SWITCH_REFUSED = 56,
    WH_EVENT_CREDIT_LOW = 57,
    WH_EVENT_CREDIT_EXHAUSTED = 58,
    WH_EVENT_CREDIT_EMERGENCY = 59,
    WH_EVENT_TOP_UP_REFUSED = 60,
    WH_EVENT_LOAD_STALE = 61,
    WH_EVENT_LOAD_FAILED = 62,
    WH_EVENT_VOLTAGE_DIP = 63,
    WH_EVENT_VOLTAGE_SWELL = 64,
    WH_EVENT_VOLTAGE_INTERRUPTION = 65,
    WH_EVENT_ASSOCIATION_LOCKED = 66,
    WH_EVENT_KINDS = 67
} wh_event_kind;

/* Bits of wh_event_inputs.inputs: set while it is so. */
typedef enum {
    WH_EVENT_INPUT_AUXILIARY_SUPPLY_LOSS,
    WH_EVENT_INPUT_METER_COVER_OPEN,
    WH_EVENT_INPUT_TERMINAL_COVER_OPEN,
    WH_EVENT_INPUT_MAGNETIC_FIELD,
    WH_EVENT_INPUT_SWITCH_MALFUNCTION, /* WH_SWITCH_EVENT_RELAY_FAULT until _RELAY_AGREES */
    WH_EVENT_INPUT_SUPPLY_FAULT,
    WH_EVENT_INPUT_CLOCK_BATTERY_LOW,
    WH_EVENT_INPUT_CLOCK_INVALID,
    WH_EVENT_INPUT_MEMORY_ERROR, /* the store found damage */
    WH_EVENT_INPUT_SELF_TEST_ERROR,
    WH_EVENT_INPUT_LIMITER_LOCKED,
    WH_EVENT_INPUT_CREDIT_LOW,
    WH_EVENT_INPUT_CREDIT_EXHAUSTED,
    WH_EVENT_INPUT_CREDIT_EMERGENCY,
    WH_EVENT_INPUT_LOAD_STALE,
    WH_EVENT_INPUT_LOAD_FAILED,
    WH_EVENT_INPUT_ASSOCIATION_LOCKED, /* too many wrong passwords */
    WH_EVENT_INPUT_VOLTAGE_REVERSED,   /* the phases of the voltage follow in the wrong order */
    WH_EVENT_INPUT_CURRENT_REVERSED,
    WH_EVENT_INPUTS
} wh_event_input;

/* Which quantities of wh_event_inputs can be believed. A condition with one that cannot neither
 * begins nor ends; its delay starts anew. */
enum {
    WH_EVENT_VALID_U = 1,
    WH_EVENT_VALID_I = 2,
    WH_EVENT_VALID_P = 4, /* p_uw and pf_ppm */
    WH_EVENT_VALID_NEUTRAL = 8,
    WH_EVENT_VALID_DEMAND = 16,
    WH_EVENT_VALID_UNBALANCE = 32, /* u_, i_unbalance_ppm and u0_ppm: three phases */
    WH_EVENT_VALID_INPUTS = 64
};

/* Place of a slot in its kind: a phase from 0, then the total; or one of the demands. */
enum {
    WH_EVENT_DEMAND_IMPORT,
    WH_EVENT_DEMAND_EXPORT,
    WH_EVENT_DEMAND_Q1,
    WH_EVENT_DEMAND_Q2,
    WH_EVENT_DEMAND_Q3,
    WH_EVENT_DEMAND_Q4,
    WH_EVENT_DEMANDS
};

typedef struct {
    bool fresh; /* something below has changed since the last tick; false costs next to nothing */
    uint8_t valid;   /* WH_EVENT_VALID_ */
    uint32_t inputs; /* bit per wh_event_input */
    int64_t u_uv[3];
    int64_t i_ua[3];
    int64_t p_uw[4]; /* of the phases, and of the total; import is positive */
    int64_t in_ua;   /* measured in the neutral */
    int64_t isum_ua; /* rms of the sum of the phase currents: what the neutral should carry */
    int64_t demand_mw[WH_EVENT_DEMANDS]; /* of the last complete period */
    int32_t pf_ppm;                      /* of the total; its sign does not matter */
    uint32_t u_unbalance_ppm;
    uint32_t i_unbalance_ppm;
    uint32_t u0_ppm; /* zero sequence of the voltage */
} wh_event_inputs;

/* What limits refer to. */
typedef struct {
    uint8_t phases; /* 1 or 3; with 1 the kinds for three phases are off */
    int64_t un_uv;
    int64_t ib_ua; /* basic or rated current */
    int64_t imax_ua;
} wh_event_config;

/* Begin and recovery of one term. */
typedef struct {
    int16_t trigger_bp;
    int16_t recover_bp;
} wh_event_limit;

/* What can be set of a kind. */
typedef struct {
    bool enabled;
    uint8_t limit_count; /* terms it has; not set by writing */
    uint16_t delay_s;    /* 0 .. WH_EVENT_DELAY_MAX */
    uint16_t recover_s;
    wh_event_limit limit[WH_EVENT_TERMS_MAX];
} wh_event_setting;

typedef enum { WH_EVENT_BEGIN, WH_EVENT_END, WH_EVENT_ONCE } wh_event_what;

typedef struct {
    uint8_t slot;
    uint8_t what; /* wh_event_what */
    uint32_t utc_s;
} wh_event_notice;

/* An outage, as it is known when power is back. */
typedef struct {
    uint32_t begin_s;  /* UTC: the last time known before; 0: there was none, the meter is new */
    uint32_t end_s;    /* UTC: now */
    uint32_t opened;   /* inputs that were set at any time in between, where the hardware kept it */
    uint32_t opened_s; /* when, where the hardware kept that too; else 0 */
} wh_event_outage;

/* Private. */
typedef struct {
    uint32_t count;
    uint32_t duration_s; /* up to mark_ms */
    uint32_t mark_ms;    /* of now_ms, when the state was entered or the duration summed up */
} wh_event_slot_state;

typedef struct {
    int64_t value; /* in the unit of the input */
    uint32_t utc_s;
} wh_event_extreme;

/* Fields are private but revision and epoch, which are for reading. */
typedef struct {
    wh_event_config config;
    int64_t reference[WH_EVENT_REFERENCES]; /* what limits refer to */
    uint32_t revision; /* moves with what must be saved: counts, states, settings */
    uint16_t epoch;    /* clears of all events so far: records of older ones are not shown */
    uint8_t busy;      /* slots whose delay runs */
    uint8_t news;      /* notices waiting */
    bool stale;        /* the next tick looks at everything */
    bool inputs_valid; /* at the last look */
    uint32_t inputs;   /* the same */
    uint32_t utc_s;    /* of the last tick */
    uint32_t now_ms;   /* elapsed since the start, rolls over */
    uint32_t outage_s; /* when the last outage began */
    uint32_t opened_s; /* when what began in it began */
    uint16_t delay_s[WH_EVENT_TIMED];
    uint16_t recover_s[WH_EVENT_TIMED];
    wh_event_limit limit[WH_EVENT_TERMS];
    wh_event_extreme extreme[WH_EVENT_EXTREMES];
    wh_event_slot_state slot[WH_EVENT_SLOTS];
    uint8_t state[WH_EVENT_SLOTS];
    uint8_t disabled[(WH_EVENT_KINDS + 7) / 8];
} wh_events;

/* ---- the table ---- */

/* "voltage_loss"; NULL beyond the kinds. Links the names. */
const char *wh_event_name(unsigned kind);

/* Slot of a kind at a place, WH_EVENT_SLOTS where there is none. */
unsigned wh_event_slot(unsigned kind, unsigned place);

/* Kind of a slot, and its place; WH_EVENT_KINDS for no slot. `place` may be NULL. */
unsigned wh_event_kind_of(unsigned slot, unsigned *place);

/* How many slots a kind has, and how many records of each slot are kept. */
unsigned wh_event_places(unsigned kind);
unsigned wh_event_depth(unsigned slot);

/* Bit in the alarm objects (0..63) and, by place, in the State Grid status word (0..95);
 * WH_EVENT_NO_BIT: none. */
uint8_t wh_event_alarm_bit(unsigned kind);
uint8_t wh_event_report_bit(unsigned slot);

/* Is it to be pushed, and urgently? */
typedef enum { WH_EVENT_RECORDED, WH_EVENT_PUSHED, WH_EVENT_URGENT } wh_event_priority;
wh_event_priority wh_event_priority_of(unsigned kind);

/* ---- the monitor ---- */

/* Start with the limits and delays of the table; every kind enabled.
 * WH_ERR_RANGE: phases, or a reference that is not positive or above 10^12. */
wh_err wh_events_init(wh_events *m, const wh_event_config *config) WH_MUST_USE;

/* Time passes. elapsed_ms since the last tick, at most an hour; utc_s stamps the notices. */
void wh_events_tick(wh_events *m, const wh_event_inputs *in, uint32_t utc_s, uint32_t elapsed_ms);

/* The next notice of the last tick or power-up; false: none. */
bool wh_events_next(wh_events *m, wh_event_notice *out);

/* An occurrence. The notice is in *out at once, to be logged before what it tells of changes.
 * WH_ERR_NOT_FOUND: no such kind or place; WH_ERR_STATE: not an occurrence, or disabled. */
wh_err wh_events_occur(wh_events *m, unsigned kind, unsigned place, uint32_t utc_s,
                       wh_event_notice *out) WH_MUST_USE;

/* Once after init and restore, before the first tick: power-off is told with its length, and what
 * was opened meanwhile begins then, and ends with the outage where it is closed again (the first
 * tick says so). Events that were running go on. */
void wh_events_power_up(wh_events *m, const wh_event_outage *outage);

/* ---- reading ---- */

bool wh_events_active(const wh_events *m, unsigned slot);
uint32_t wh_events_count(const wh_events *m, unsigned slot);
uint32_t wh_events_duration_s(const wh_events *m, unsigned slot);  /* the running one included */
uint32_t wh_events_total_count(const wh_events *m, unsigned kind); /* of all places */

/* Largest value of the running or last event of a slot; NULL where none is kept. */
const wh_event_extreme *wh_events_extreme(const wh_events *m, unsigned slot);

/* ---- settings ---- */

/* WH_ERR_NOT_FOUND: no such kind. */
wh_err wh_events_get(const wh_events *m, unsigned kind, wh_event_setting *out) WH_MUST_USE;

/* WH_ERR_NOT_FOUND: no such kind. WH_ERR_RANGE: a limit outside the range of its term, a recovery
 * on the wrong side of its trigger, a delay above WH_EVENT_DELAY_MAX, or a delay of an occurrence.
 * WH_ERR_STATE: disabled while it is active. On an error nothing changes. */
wh_err wh_events_set(wh_events *m, unsigned kind, const wh_event_setting *setting) WH_MUST_USE;

/* Event clear, meter clear: counts and durations are 0 and older records are not shown any more,
 * but for those of the two clears themselves. What is running goes on. */
void wh_events_clear(wh_events *m);

/* The same of one kind: its logs are to be cleared with it, wh_event_log_clear.
 * WH_ERR_NOT_FOUND: no such kind; WH_ERR_DENIED: one of the two clears. */
wh_err wh_events_clear_kind(wh_events *m, unsigned kind) WH_MUST_USE;

/* ---- keeping ---- */

#define WH_EVENTS_SAVE_MAX 1400U

/* Version, epoch, counts, durations, what is active, extremes, and the settings that differ from
 * the table. Delays that run are not kept, and what was not pulled has not happened. WH_ERR_SPACE. */
wh_err wh_events_save(const wh_events *m, wh_writer *w) WH_MUST_USE;

/* After init. WH_ERR_SHORT, WH_ERR_UNSUPPORTED (version), WH_ERR_FORMAT: `m` is as it was. A kind
 * or slot that is not known (an older program reads it) is WH_ERR_UNSUPPORTED. */
wh_err wh_events_restore(wh_events *m, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_EVENT_H */
