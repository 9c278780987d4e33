/* SPDX-License-Identifier: Apache-2.0 */
/* main_switch.h - the main switch: who may open and close it, and whether the relay followed.
 *
 *   COSEM methods, key, local actions ─▶ wh_switch_request ─┐
 *   State Grid orders (trip, permit...) ─▶ wh_switch_obey  ─┴▶ control state ─▶ relay drive ─▶ coil
 *                                                                   ▲ feedback, current ◀────────┘
 *
 * One machine with two front doors. Control states and modes are those of the COSEM disconnect
 * control (class 70, Blue Book 4.5.8); the State Grid rules (Q/GDW 354 and its relay orders) are
 * laid over it:
 *   - A trip waits out its delay (pre-trip alarm), is then held back while the current is above a
 *     limit, at most so long, and then opens: state 0. A COSEM remote_disconnect acts at once.
 *   - Permit closing goes from 0 to 2, and the key, pressed for 3 s, from 2 to 1. Direct close
 *     goes to 1 at once. Either ends a trip that is waiting. Orders name the state they want, so
 *     modes 1 to 6 all obey them; mode 0 has no switch to order.
 *   - Protection ends a waiting trip, and refuses every order but its own release, and every
 *     request that would disconnect, whoever asks. The key still closes what was permitted.
 *
 * A request whose transition does not start at the present state has no effect and is WH_OK; one
 * that the mode does not know at all is WH_ERR_STATE. remote_reconnect in state 2 has no effect in
 * any mode (the Blue Book draws no such arrow).
 *
 * `barred` reasons (no credit, locked out...) are the place for prepayment: while one is set, nothing
 * closes the switch; permit closing is still heard, so that paying and a key press are enough.
 *
 * The relay is bistable: a pulse opens or closes it, then feedback (and for an open one, the
 * current) must agree; it is tried again so many times, then the fault is told. A relay that
 * moves by itself is told and driven back once it has disagreed long enough. Without feedback a
 * close is believed, and an open is believed unless current flows. Pulses start and end at ticks:
 * tick as often as a pulse lasts.
 *
 * Call order per tick: limiter and prepayment first, their requests, then wh_switch_tick, then
 * drain wh_switch_next, drive `coil`, and save where `revision` has moved. Durations count
 * elapsed time, so a clock that is set neither shortens nor prolongs them; what a request starts
 * counts from the next tick on: never early, at most one tick late. Not for interrupts. */
#ifndef WH_METER_MAIN_SWITCH_H
#define WH_METER_MAIN_SWITCH_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_SWITCH_MODES       7
#define WH_SWITCH_EVENTS      8 /* waiting to be pulled; the oldest gives way */
#define WH_SWITCH_SAVE_SIZE   21
#define WH_SWITCH_CONFIG_SIZE 22

/* Values are the wire's (class 70 attribute 3). */
typedef enum {
    WH_SWITCH_DISCONNECTED = 0,
    WH_SWITCH_CONNECTED = 1,
    WH_SWITCH_READY = 2 /* for reconnection by key or local action */
} wh_switch_state;

/* What class 70 calls its six requests. */
typedef enum {
    WH_SWITCH_REMOTE_DISCONNECT,
    WH_SWITCH_MANUAL_DISCONNECT,
    WH_SWITCH_LOCAL_DISCONNECT,
    WH_SWITCH_REMOTE_RECONNECT,
    WH_SWITCH_MANUAL_RECONNECT,
    WH_SWITCH_LOCAL_RECONNECT,
    WH_SWITCH_REQUESTS
} wh_switch_ask;

/* State Grid orders. */
typedef enum {
    WH_SWITCH_TRIP,           /* 1A */
    WH_SWITCH_PERMIT,         /* 1B permit closing by the key */
    WH_SWITCH_CLOSE,          /* 1C close at once */
    WH_SWITCH_ALARM_ON,       /* 2A */
    WH_SWITCH_ALARM_OFF,      /* 2B */
    WH_SWITCH_PROTECTION_ON,  /* 3A */
    WH_SWITCH_PROTECTION_OFF, /* 3B */
    WH_SWITCH_ORDERS
} wh_switch_order_kind;

/* Why. Stored: append only. */
typedef enum {
    WH_SWITCH_BY_NOBODY,  /* the relay itself */
    WH_SWITCH_BY_REMOTE,  /* COSEM method, action schedule of the head-end */
    WH_SWITCH_BY_ORDER,   /* State Grid order */
    WH_SWITCH_BY_KEY,     /* manual */
    WH_SWITCH_BY_LIMITER, /* maximum-load control */
    WH_SWITCH_BY_CREDIT,  /* prepayment */
    WH_SWITCH_BY_LOCAL,   /* any other local action */
    WH_SWITCH_BY_MODE,    /* mode 0 was set: no switch any more */
    WH_SWITCH_CAUSES
} wh_switch_cause;

typedef struct {
    wh_switch_order_kind kind;
    uint32_t operator_code;
    int64_t valid_until_ms; /* UTC; INT64_MAX: for ever */
} wh_switch_order;

typedef enum {
    WH_SWITCH_EVENT_OPENED,    /* the relay has followed */
    WH_SWITCH_EVENT_CLOSED,    /* the relay has followed */
    WH_SWITCH_EVENT_PERMITTED, /* closing by the key is allowed */
    WH_SWITCH_EVENT_REFUSED,   /* `what`: request or, from WH_SWITCH_REQUESTS on, order */
    WH_SWITCH_EVENT_TRIP_WAITS,
    WH_SWITCH_EVENT_TRIP_ENDED, /* called off */
    WH_SWITCH_EVENT_PROTECTION_ON,
    WH_SWITCH_EVENT_PROTECTION_OFF,
    WH_SWITCH_EVENT_RELAY_FAULT,  /* it did not follow, or moved by itself and did not come back */
    WH_SWITCH_EVENT_RELAY_AGREES, /* again */
    WH_SWITCH_EVENT_KINDS
} wh_switch_event_kind;

typedef struct {
    int64_t utc_ms;
    uint32_t operator_code; /* of the order, else 0 */
    wh_switch_event_kind kind;
    wh_switch_cause cause;
    uint8_t what;  /* of a refusal */
    wh_err reason; /* of a refusal, else WH_OK */
} wh_switch_event;

/* Zero in a field: the default in brackets; where 0 means something else it says so. */
typedef struct {
    uint16_t trip_delay_min;      /* 0: trip at once */
    uint16_t hold_off_max_min;    /* 0: never held back */
    uint32_t hold_off_ma;         /* a trip is held back while the current is above */
    uint32_t open_current_max_ma; /* more than this is no open relay [100] */
    uint16_t key_press_ms;        /* [3000] */
    uint16_t pulse_ms;            /* of the coil [100] */
    uint16_t settle_ms;           /* from the pulse until the feedback counts [500] */
    uint16_t disagree_s;          /* a relay that moved by itself is told after [60] */
    uint8_t tries;                /* pulses until the relay is called faulty [3] */
} wh_switch_config;

typedef enum {
    WH_SWITCH_FEEDBACK_NONE,
    WH_SWITCH_FEEDBACK_OPEN,
    WH_SWITCH_FEEDBACK_CLOSED
} wh_switch_feedback;

typedef enum { WH_SWITCH_COIL_REST, WH_SWITCH_COIL_OPEN, WH_SWITCH_COIL_CLOSE } wh_switch_coil;

/* Why nothing may close the switch: bits of `barred`. */
enum { WH_SWITCH_BAR_CREDIT = 1, WH_SWITCH_BAR_OTHER = 2 };

typedef struct {
    int64_t utc_ms;
    uint32_t elapsed_ms; /* since the last tick */
    uint32_t current_ma; /* largest of the phases */
    wh_switch_feedback feedback;
    bool key_pressed;
    uint8_t barred; /* WH_SWITCH_BAR_ bits */
} wh_switch_inputs;

/* Status bits; in brackets the State Grid status word 3. */
enum {
    WH_SWITCH_STATUS_OPEN = 1,         /* the relay is [bit 4] */
    WH_SWITCH_STATUS_ORDERED_OPEN = 2, /* the control state is not 1 [bit 6] */
    WH_SWITCH_STATUS_PRE_TRIP = 4,     /* a trip waits [bit 7] */
    WH_SWITCH_STATUS_PROTECTED = 8,    /* [bit 12] */
    WH_SWITCH_STATUS_HELD_OFF = 16,    /* the delay is over, the current too high */
    WH_SWITCH_STATUS_AWAITS_KEY = 32,  /* LED blinks */
    WH_SWITCH_STATUS_ALARM = 64,       /* ordered by 2A */
    WH_SWITCH_STATUS_RELAY_FAULT = 128,
    WH_SWITCH_STATUS_BARRED = 256
};

/* Fields are private but state, mode, cause, output_closed, coil, revision and events_lost. */
typedef struct {
    wh_switch_config config;
    wh_switch_event event[WH_SWITCH_EVENTS];
    uint32_t revision; /* moves with everything that is saved, but the running delays */
    uint32_t events_lost;
    uint32_t operator_code;      /* of the order behind `state` */
    uint32_t trip_operator_code; /* of the trip that waits */
    uint32_t trip_left_ms;
    uint32_t hold_left_ms;
    uint32_t drive_ms; /* in this phase of the drive */
    uint32_t disagree_ms;
    uint32_t key_ms;
    wh_switch_state state;
    wh_switch_cause cause; /* of `state` */
    wh_switch_coil coil;
    uint8_t mode;
    uint8_t event_first;
    uint8_t event_count;
    uint8_t barred; /* as of the last tick */
    uint8_t drive;  /* phase */
    uint8_t tries_left;
    bool output_closed;    /* as fed back, or else as last driven (class 70 attribute 2) */
    bool announced_closed; /* what the last OPENED or CLOSED event said */
    bool trip_waits;
    bool trip_held;
    bool trip_fresh; /* began after the last tick */
    bool protected_on;
    bool alarm_on;
    bool relay_fault;
    bool key_down;
    bool key_done; /* this press has had its effect */
} wh_switch;

/* Connected, and believed to be so. WH_ERR_RANGE: mode above 6. */
wh_err wh_switch_init(wh_switch *s, const wh_switch_config *config, uint8_t mode) WH_MUST_USE;

/* Parameters from now on; a trip that waits keeps its delay. */
void wh_switch_configure(wh_switch *s, const wh_switch_config *config);

/* The control mode, 0..6. Mode 0 connects.
 * WH_ERR_RANGE; WH_ERR_DENIED: mode 0 would close a switch that is barred. */
wh_err wh_switch_set_mode(wh_switch *s, uint8_t mode, int64_t utc_ms) WH_MUST_USE;

/* Where `ask` leads in `mode` from `state`: *next, which is `state` where it has no effect.
 * WH_ERR_STATE: the mode does not know it. A pure function: the table of class 70. */
wh_err wh_switch_transition(uint8_t mode, wh_switch_state state, wh_switch_ask ask,
                            wh_switch_state *next) WH_MUST_USE;

/* Ask for a transition now. Refusals are events, too.
 *
 * WH_OK          done, or without effect in this state
 * WH_ERR_STATE   the mode does not know it
 * WH_ERR_DENIED  it would disconnect what is protected, or connect what is barred */
wh_err wh_switch_request(wh_switch *s, wh_switch_ask ask, wh_switch_cause cause,
                         int64_t utc_ms) WH_MUST_USE;

/* Obey a State Grid order.
 *
 * WH_OK           done, begun, or so already
 * WH_ERR_TIMEOUT  it has expired: its last moment is before utc_ms
 * WH_ERR_STATE    mode 0 has nothing to trip or close
 * WH_ERR_DENIED   protected, or direct close while barred
 * WH_ERR_ARG      no such order */
wh_err wh_switch_obey(wh_switch *s, const wh_switch_order *order, int64_t utc_ms) WH_MUST_USE;

/* Time passes: key, waiting trip, relay drive. */
void wh_switch_tick(wh_switch *s, const wh_switch_inputs *in);

/* The oldest event that was not pulled yet; false where there is none. */
bool wh_switch_next(wh_switch *s, wh_switch_event *event);

/* WH_SWITCH_STATUS_ bits. */
uint16_t wh_switch_status(const wh_switch *s);

/* WH_SWITCH_SAVE_SIZE bytes, of them a version byte first. Not the parameters and not the events that wait. */
void wh_switch_save(const wh_switch *s, wh_writer *w);

/* Into an initialized switch. The relay is then driven to the control state anew, so after a power
 * cut in the middle of a pulse it is as commanded, and its event is made if it was not.
 * WH_ERR_SHORT, WH_ERR_UNSUPPORTED (version), WH_ERR_FORMAT: `s` stays as it was. */
wh_err wh_switch_restore(wh_switch *s, wh_reader *r) WH_MUST_USE;

/* The parameters alone: WH_SWITCH_CONFIG_SIZE bytes, of them a version byte first. Restoring is
 * configuring. WH_ERR_SHORT, WH_ERR_UNSUPPORTED (version): `s` stays as it was. */
void wh_switch_save_config(const wh_switch *s, wh_writer *w);
wh_err wh_switch_restore_config(wh_switch *s, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_MAIN_SWITCH_H */
