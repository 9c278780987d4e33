/* SPDX-License-Identifier: Apache-2.0 */
/* prepayment.h - the account: credits, the charges they pay, and when supply ends.
 *
 *   token, purchase ─▶ debts taken from payments ─▶ emergency paid back ─▶ credits
 *   wh_cost_book ─▶ consumption ─┐                                            │ by priority
 *   boundaries   ─▶ standing ────┴─▶ charges ◀────────────────────────────────┘
 *                                                   nothing left ─▶ bar, wish ─▶ main switch
 *
 * One model for both worlds: the COSEM account, credit and charge (classes 111, 112, 113 of the
 * Blue Book) with the rules of the State Grid wallet as parameters of it:
 *
 *   State Grid (Q/GDW 354)          here
 *   alarm limit 1                   low_credit_threshold
 *   alarm limit 2                   alarm_2: opens once, the key or a top-up closes
 *   overdraft limit                 -limit of the token credit
 *   hoarding limit                  hoarding_limit
 *   closing allowed above           clearance_threshold
 *   customer number, purchase count wh_prepayment_buy, wh_prepayment_refund
 *
 * Money is int64 millionths of the currency. It is never made or lost; after every call
 *
 *   sum of all credits = topped_up + adjusted - collected - refunded        exactly, and
 *   collected          = sum of what the charges have been paid (of charges that were not set anew or reset)
 *
 * where `adjusted` is what operators, presets and resets gave or took. A collection is taken from
 * the live credits (selected or in use) by priority, from each down to its limit; what they cannot
 * pay falls on the first credit that receives tokens, the wallet.
 *
 * After a tick whose wish was obeyed, the switch is connected only where a credit can pay, in
 * friendly hours, or where it cannot be asked (`fixed`). So supply draws the wallet below its
 * limit in one interval between two ticks at most, that in which the last credit ran out, and by
 * no more than was collected in it; and then again only in friendly hours, while the switch
 * refuses, and by charges that are collected while disconnected.
 *
 * Credit states: enabled ─▶ selectable (it is next and needs a confirmation) ─▶ selected ─▶ in use
 * ─▶ exhausted (at or below its limit). One that must be paid back takes its part of each top-up
 * first, and is enabled again when it is whole; others when they are above their limit.
 *
 * Out of credit: no live credit is above its limit. It ends where a top-up brings the amount to
 * clear to 0, or another credit is selected; till then the switch is barred. In friendly
 * hours nothing is disconnected, but nobody may close either.
 *
 * Standing charges and resets of credits fall due at boundaries of time (boundary.h): each one
 * exactly once, in the order of time, over an outage and over jumps of the clock. A boundary during
 * a pause of its charge takes nothing and is done all the same.
 *
 * Call order in a pass:
 *   wh_prepayment_consume for each portion that wh_cost_book priced
 *   wh_prepayment_tick, hand `wish` to wh_switch_request (by WH_SWITCH_BY_CREDIT), and tell
 *     wh_prepayment_refused where that was refused
 *   wh_switch_tick with `barred` as WH_SWITCH_BAR_CREDIT
 *   save: at once where `urgent` has moved, with the next flush where `revision` has
 * Whatever was not saved has not happened: credit, purchase count, boundaries and charges go into
 * one saved form, so that none of them is ever older than another.
 *
 * The caller owns the struct. Not for interrupts. */
#ifndef WH_METER_PREPAYMENT_H
#define WH_METER_PREPAYMENT_H

#include "core/err.h"
#include "core/reader.h"
#include "core/time_zone.h"
#include "core/writer.h"
#include "meter/clock/boundary.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_PREPAYMENT_CREDITS    4
#define WH_PREPAYMENT_CHARGES    6
#define WH_PREPAYMENT_FRIENDLY   2
#define WH_PREPAYMENT_AMOUNT_MAX INT64_C(1000000000000000) /* of every amount, +- */
#define WH_PREPAYMENT_NEVER      UINT32_MAX
#define WH_PREPAYMENT_NO_ALARM   INT64_MIN
#define WH_PREPAYMENT_SAVE_SIZE  732
#define WH_PREPAYMENT_RETRY_MS   60000 /* a refused wish is made again */

/* Values are the wire's (class 111 attribute 2). */
typedef enum { WH_PREPAYMENT_CREDIT_MODE = 1, WH_PREPAYMENT_PAY_FIRST = 2 } wh_prepayment_mode;

typedef enum {
    WH_PREPAYMENT_NEW = 1, /* nothing is collected, nothing barred */
    WH_PREPAYMENT_ACTIVE = 2,
    WH_PREPAYMENT_CLOSED = 3 /* as new, but only a reset leads out of it */
} wh_prepayment_state;

/* ---- credits ---- */

/* Values are the wire's (class 112 attributes 3 and 8). The type is a name: what a credit does,
 * its flags say. */
typedef enum {
    WH_CREDIT_TOKEN,
    WH_CREDIT_RESERVED,
    WH_CREDIT_EMERGENCY,
    WH_CREDIT_TIME_BASED,
    WH_CREDIT_CONSUMPTION_BASED,
    WH_CREDIT_TYPES
} wh_credit_type;

typedef enum {
    WH_CREDIT_ENABLED,
    WH_CREDIT_SELECTABLE,
    WH_CREDIT_SELECTED,
    WH_CREDIT_IN_USE,
    WH_CREDIT_EXHAUSTED,
    WH_CREDIT_STATES
} wh_credit_state;

/* As credit_configuration, bit 0 the lowest. */
enum {
    WH_CREDIT_SHOWN = 1,
    WH_CREDIT_CONFIRM = 2,    /* wh_prepayment_invoke selects it, not the meter */
    WH_CREDIT_PAY_BACK = 4,   /* from top-ups, up to its preset */
    WH_CREDIT_RESETTABLE = 8, /* to its preset at the boundaries of `period` */
    WH_CREDIT_TOKENS = 16,    /* receives top-ups */
    WH_CREDIT_FLAGS = 31
};

typedef struct {
    uint8_t type;                /* wh_credit_type */
    uint8_t priority;            /* 1 is used first .. 4; 0: inactive */
    uint8_t flags;               /* WH_CREDIT_ */
    uint8_t token_share;         /* percent of a top-up; all 0: the first that receives tokens */
    int64_t limit;               /* exhausted at or below it */
    int64_t warning_threshold;   /* low at or below it while in use */
    int64_t preset;              /* given when it is set up, and by a reset; >= 0 */
    int64_t available_threshold; /* next in turn where those before have no more than this */
    wh_boundary_pattern period;  /* of the reset; EVERY: 60 s at least */
} wh_credit_config;

/* Fields are for reading. */
typedef struct {
    int64_t amount;
    int64_t limit;
    int64_t warning_threshold;
    int64_t preset;
    int64_t available_threshold;
    uint32_t when; /* wh_prepayment_period unpacks it */
    uint32_t last; /* boundary */
    uint8_t when_kind;
    uint8_t type;
    uint8_t priority;
    uint8_t flags;
    uint8_t token_share;
    uint8_t state; /* wh_credit_state */
} wh_credit;

/* ---- charges ---- */

/* Values are the wire's (class 113 attribute 3). */
typedef enum {
    WH_CHARGE_CONSUMPTION, /* what wh_prepayment_consume is told; prices are those of wh_cost */
    WH_CHARGE_TIME,        /* unit_charge at each boundary of `period` */
    WH_CHARGE_PAYMENT,     /* unit_charge or a proportion of each top-up */
    WH_CHARGE_TYPES
} wh_charge_type;

/* Bits 0 and 1 as charge_configuration. */
enum {
    WH_CHARGE_PROPORTION = 1, /* of the payment, not unit_charge */
    WH_CHARGE_CONTINUOUS = 2, /* a time based one is taken also where credit does not suffice */
    WH_CHARGE_DEBT = 4,       /* ends when total_amount_remaining is 0 (not consumption) */
    WH_CHARGE_FLAGS = 7
};

/* When a charge is not collected. Zero: always collected. (COSEM says it the other way round,
 * in collection_configuration of the pairs of credit and charge.) */
enum {
    WH_CHARGE_PAUSE_DISCONNECTED = 1,
    WH_CHARGE_PAUSE_LIMITING = 2,
    WH_CHARGE_PAUSE_FRIENDLY = 4,
    WH_CHARGE_PAUSES = 7
};

typedef struct {
    uint8_t type;               /* wh_charge_type */
    uint8_t priority;           /* 1 is collected first .. 6; 0: inactive */
    uint8_t flags;              /* WH_CHARGE_ */
    uint8_t pause;              /* WH_CHARGE_PAUSE_ */
    uint16_t proportion;        /* 0..10000 is 0 to 100 percent */
    int64_t unit_charge;        /* >= 0 */
    wh_boundary_pattern period; /* of a time based one; EVERY: 60 s at least */
} wh_charge_config;

/* Fields are for reading. */
typedef struct {
    int64_t unit_charge;         /* active */
    int64_t unit_charge_passive; /* becomes active at activation_s */
    int64_t total_amount_paid;
    int64_t total_amount_remaining; /* of a debt */
    int64_t last_collection_amount;
    uint32_t last_collection_s; /* UTC, of the boundary or the payment; 0: never */
    uint32_t activation_s;      /* UTC; WH_PREPAYMENT_NEVER */
    uint32_t when;
    uint32_t last;
    uint16_t proportion;
    uint8_t when_kind;
    uint8_t type;
    uint8_t priority;
    uint8_t flags;
    uint8_t pause;
} wh_charge;

/* ---- the account ---- */

/* Hours in which nothing is disconnected: on the days of the mask from one minute up to before the
 * other; over midnight where `to` is not above `from` (0 to 0 is all day), and then by the day it
 * began on. */
typedef struct {
    uint16_t from_minute; /* 0..1439, local */
    uint16_t to_minute;   /* 0..1439 */
    uint8_t days;         /* bit 0 Monday .. bit 6 Sunday, bit 7 holidays; 0: unused */
} wh_prepayment_friendly;

typedef struct {
    uint8_t mode;                 /* wh_prepayment_mode */
    bool reconnects;              /* wishes to be closed by itself when the bar ends */
    uint64_t customer;            /* 0: any */
    int64_t low_credit_threshold; /* low where the available credit is not above */
    int64_t alarm_2;              /* the same, opens once; or WH_PREPAYMENT_NO_ALARM */
    int64_t clearance_threshold;  /* after the end of credit, to be reached before closing */
    int64_t hoarding_limit;       /* a top-up above it is refused; 0: none */
    int64_t max_provision;        /* taken from payments by charges within .._s; 0: no limit */
    uint32_t max_provision_s;
    uint32_t activation_s; /* UTC; 0, WH_PREPAYMENT_NEVER: never */
    uint32_t closure_s;    /* the same */
    wh_prepayment_friendly friendly[WH_PREPAYMENT_FRIENDLY];
} wh_prepayment_config;

typedef struct {
    int64_t utc_ms;
    const wh_time_zone *zone;
    uint32_t elapsed_ms; /* since the last tick */
    uint16_t minute;     /* local, of the day */
    uint8_t weekday;     /* local, 0 Monday .. 6 Sunday */
    bool holiday;        /* today */
    bool holiday_before; /* yesterday was */
    bool connected;      /* the switch's state is connected */
    bool by_credit;      /* it is not, by WH_SWITCH_BY_CREDIT */
    bool fixed;          /* it cannot be asked: protected, or mode 0 */
    bool limiting;       /* maximum-load control holds */
} wh_prepayment_inputs;

typedef enum {
    WH_PREPAYMENT_NO_WISH,
    WH_PREPAYMENT_DISCONNECT, /* WH_SWITCH_LOCAL_DISCONNECT */
    WH_PREPAYMENT_RECONNECT   /* WH_SWITCH_LOCAL_RECONNECT; needs control mode 5 or 6 */
} wh_prepayment_wish;

/* What became of a top-up or refund. */
typedef enum {
    WH_PREPAYMENT_ACCEPTED,
    WH_PREPAYMENT_DUPLICATE, /* the count is that of the last one */
    WH_PREPAYMENT_COUNT,     /* the count is not the meter's + 1 */
    WH_PREPAYMENT_CUSTOMER,  /* of somebody else */
    WH_PREPAYMENT_HOARDING,  /* above the limit */
    WH_PREPAYMENT_BALANCE,   /* a refund of more than there is */
    WH_PREPAYMENT_INACTIVE,  /* the account is not active */
    WH_PREPAYMENT_AMOUNT     /* not above 0, or too large */
} wh_prepayment_answer;

typedef struct {
    uint64_t customer;
    uint32_t count;
    int64_t amount;
} wh_prepayment_purchase;

/* What has happened since it was last asked, for events. */
enum {
    WH_PREPAYMENT_NOTICE_LOW = 1,
    WH_PREPAYMENT_NOTICE_ALARM_2 = 2,
    WH_PREPAYMENT_NOTICE_OUT = 4,
    WH_PREPAYMENT_NOTICE_CLEARED = 8,    /* no longer out */
    WH_PREPAYMENT_NOTICE_EMERGENCY = 16, /* one that must be paid back came in use */
    WH_PREPAYMENT_NOTICE_TOPPED_UP = 32,
    WH_PREPAYMENT_NOTICE_REFUSED = 64, /* `answer` says why the last one was */
    WH_PREPAYMENT_NOTICE_REFUNDED = 128,
    WH_PREPAYMENT_NOTICE_DEBT_PAID = 256
};

/* As current_credit_status (class 111 attribute 4), bit 0 the lowest. */
enum {
    WH_PREPAYMENT_IN_CREDIT = 1,
    WH_PREPAYMENT_LOW_CREDIT = 2,
    WH_PREPAYMENT_NEXT_ENABLED = 4,
    WH_PREPAYMENT_NEXT_SELECTABLE = 8,
    WH_PREPAYMENT_NEXT_SELECTED = 16,
    WH_PREPAYMENT_SELECTABLE_IN_USE = 32,
    WH_PREPAYMENT_OUT_OF_CREDIT = 64
};

/* Fields are for reading. */
typedef struct {
    wh_prepayment_config config;
    wh_credit credit[WH_PREPAYMENT_CREDITS];
    wh_charge charge[WH_PREPAYMENT_CHARGES];
    int64_t topped_up; /* by customers, before debts were taken */
    int64_t adjusted;
    int64_t collected; /* to all charges */
    int64_t refunded;
    int64_t provision; /* taken from payments since provision_s */
    int64_t last_top_up;
    int64_t next_due_ms; /* no boundary before; as of looked_ms */
    int64_t looked_ms;
    uint32_t provision_s;
    uint32_t last_top_up_s;
    uint32_t purchase_count;
    uint32_t revision; /* moves with everything that is saved */
    uint32_t urgent;   /* moves with what must be saved before it is answered */
    uint32_t retry_ms; /* until a refused wish may be made again */
    uint16_t notices;
    uint8_t state; /* wh_prepayment_state */
    uint8_t pausing;
    uint8_t wish;   /* wh_prepayment_wish, as of the last tick */
    uint8_t answer; /* wh_prepayment_answer to the last top-up or refund */
    bool barred;    /* closing: WH_SWITCH_BAR_CREDIT */
    bool friendly;
    bool low;
    bool out;
    bool alarm_2_done;
} wh_prepayment;

/* A new account without credits and charges. WH_ERR_RANGE as wh_prepayment_configure. */
wh_err wh_prepayment_init(wh_prepayment *p, const wh_prepayment_config *config) WH_MUST_USE;

/* Change the parameters. WH_ERR_RANGE: mode, an amount beyond WH_PREPAYMENT_AMOUNT_MAX or that
 * may not be negative, a minute above 1439. On an error nothing changes. */
wh_err wh_prepayment_configure(wh_prepayment *p, const wh_prepayment_config *config) WH_MUST_USE;

/* Set up a credit or charge in its place; what it was is gone: the credit's amount by `adjusted`,
 * and the new one has its preset. WH_ERR_NOT_FOUND: no such place; WH_ERR_RANGE: a field, or token
 * shares that are more than 100 together, or a clock outside the years 1971..9998. */
wh_err wh_prepayment_set_credit(wh_prepayment *p, unsigned place, const wh_credit_config *config,
                                const wh_time_zone *zone, int64_t utc_ms) WH_MUST_USE;
wh_err wh_prepayment_set_charge(wh_prepayment *p, unsigned place, const wh_charge_config *config,
                                const wh_time_zone *zone, int64_t utc_ms) WH_MUST_USE;

/* The period of a credit or charge from its fields `when_kind` and `when`. */
wh_boundary_pattern wh_prepayment_period(uint8_t when_kind, uint32_t when);

/* new -> active: periods begin now. WH_ERR_STATE; WH_ERR_RANGE: the clock. */
wh_err wh_prepayment_activate(wh_prepayment *p, const wh_time_zone *zone,
                              int64_t utc_ms) WH_MUST_USE;

/* active -> closed: no more collections, top-ups, wishes. WH_ERR_STATE. */
wh_err wh_prepayment_close(wh_prepayment *p) WH_MUST_USE;

/* closed -> new: credits have their presets, charges nothing paid and no debts, and no activation
 * or closure is planned. The totals and the purchase count stay. WH_ERR_STATE. */
wh_err wh_prepayment_reset(wh_prepayment *p) WH_MUST_USE;

/* The clock was put right from a time far ahead, in which boundaries were done: periods begin now.
 * WH_ERR_RANGE: the clock. */
wh_err wh_prepayment_restart(wh_prepayment *p, const wh_time_zone *zone,
                             int64_t utc_ms) WH_MUST_USE;

/* Energy that costs so much was used (negative: it pays) for the consumption based charge in
 * `place`. |cost| <= WH_PREPAYMENT_AMOUNT_MAX. Returns what was collected: all of it, or 0 where
 * the account or charge is not active or pauses. */
int64_t wh_prepayment_consume(wh_prepayment *p, unsigned place, int64_t cost, int64_t utc_ms);

/* Time passes. */
void wh_prepayment_tick(wh_prepayment *p, const wh_prepayment_inputs *in);

/* The wish of the last tick was refused; it comes again in WH_PREPAYMENT_RETRY_MS. */
void wh_prepayment_refused(wh_prepayment *p);

/* A top-up that somebody else has checked not to be a repeat (token.h). */
wh_prepayment_answer wh_prepayment_top_up(wh_prepayment *p, int64_t amount, int64_t utc_ms);

/* State Grid: purchase and refund, with customer number and count, which is the meter's + 1 and
 * becomes the meter's. A refund leaves no token credit below 0. */
wh_prepayment_answer wh_prepayment_buy(wh_prepayment *p, const wh_prepayment_purchase *purchase,
                                       int64_t utc_ms);
wh_prepayment_answer wh_prepayment_refund(wh_prepayment *p, const wh_prepayment_purchase *purchase);

/* The customer confirms a credit that is selectable. WH_ERR_NOT_FOUND; WH_ERR_STATE: it is not. */
wh_err wh_prepayment_invoke(wh_prepayment *p, unsigned place) WH_MUST_USE;

/* Operators: class 112 set_amount_to_value (update_amount: the present amount plus something).
 * WH_ERR_NOT_FOUND: place; WH_ERR_RANGE. */
wh_err wh_prepayment_set_amount(wh_prepayment *p, unsigned place, int64_t amount) WH_MUST_USE;

/* Class 113: set_total_amount_remaining, >= 0; update_unit_charge with its activation time;
 * activate_passive_unit_charge; collect, once, now. WH_ERR_NOT_FOUND: place; WH_ERR_RANGE;
 * WH_ERR_STATE: collect of a charge that is not active or not time based. */
wh_err wh_prepayment_set_remaining(wh_prepayment *p, unsigned place, int64_t amount) WH_MUST_USE;
wh_err wh_prepayment_set_passive(wh_prepayment *p, unsigned place, int64_t unit_charge,
                                 uint32_t activation_s) WH_MUST_USE;
wh_err wh_prepayment_activate_passive(wh_prepayment *p, unsigned place) WH_MUST_USE;
wh_err wh_prepayment_collect(wh_prepayment *p, unsigned place, int64_t utc_ms) WH_MUST_USE;

/* Sum of the positive amounts of the live credits. */
int64_t wh_prepayment_available(const wh_prepayment *p);

/* What must be topped up, net of debts, before closing is allowed: what is missing to the clearance
 * threshold and above the limit, and what must be paid back. 0 where not out of credit. */
int64_t wh_prepayment_to_clear(const wh_prepayment *p);

/* Sum of what remains of all debts. */
int64_t wh_prepayment_debt(const wh_prepayment *p);

/* WH_PREPAYMENT_IN_CREDIT ... */
uint8_t wh_prepayment_status(const wh_prepayment *p);

/* WH_PREPAYMENT_NOTICE_ bits since the last call. */
uint16_t wh_prepayment_take_notices(wh_prepayment *p);

/* WH_PREPAYMENT_SAVE_SIZE bytes, of them a version byte first: parameters and state. */
void wh_prepayment_save(const wh_prepayment *p, wh_writer *w);

/* WH_ERR_SHORT, WH_ERR_UNSUPPORTED (version), WH_ERR_FORMAT: `p` stays as it was. */
wh_err wh_prepayment_restore(wh_prepayment *p, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_PREPAYMENT_H */
