/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/supply/main_switch.h"

#include <stddef.h>

#define SAVE_VERSION   1U
#define CONFIG_VERSION 1U
#define MS_PER_MIN     60000U
#define MS_PER_S       1000U

/* Phases of the relay drive. */
enum { DRIVE_REST, DRIVE_BEGIN, DRIVE_PULSE, DRIVE_SETTLE };

/* Flags as saved. */
enum { SAVED_ANNOUNCED = 1, SAVED_TRIP = 2, SAVED_PROTECTED = 4, SAVED_ALARM = 8, SAVED_ALL = 15 };

/* Arrows of the state diagram, Blue Book 4.5.8. */
typedef struct {
    uint8_t from;
    uint8_t to;
} arrow;

static const arrow arrow_of[] = {
    ['a' - 'a'] = {WH_SWITCH_DISCONNECTED, WH_SWITCH_CONNECTED},
    ['b' - 'a'] = {WH_SWITCH_CONNECTED, WH_SWITCH_DISCONNECTED},
    ['c' - 'a'] = {WH_SWITCH_READY, WH_SWITCH_DISCONNECTED},
    ['d' - 'a'] = {WH_SWITCH_DISCONNECTED, WH_SWITCH_READY},
    ['e' - 'a'] = {WH_SWITCH_READY, WH_SWITCH_CONNECTED},
    ['f' - 'a'] = {WH_SWITCH_CONNECTED, WH_SWITCH_READY},
    ['g' - 'a'] = {WH_SWITCH_CONNECTED, WH_SWITCH_READY},
    ['h' - 'a'] = {WH_SWITCH_READY, WH_SWITCH_CONNECTED},
};

/* The arrows of each request by mode, in the order of wh_switch_ask; "" : not known. */
/* clang-format off */
static const char arrows_of[WH_SWITCH_MODES][WH_SWITCH_REQUESTS][3] = {
    {"",   "",  "",  "",  "",  "" }, /* always connected */
    {"bc", "f", "g", "d", "e", "" },
    {"bc", "f", "g", "a", "e", "" },
    {"bc", "",  "g", "d", "e", "" },
    {"bc", "",  "g", "a", "e", "" },
    {"bc", "f", "g", "d", "e", "h"},
    {"bc", "",  "g", "d", "e", "h"},
};
/* clang-format on */

static uint32_t add_ms(uint32_t ms, uint32_t elapsed_ms)
{
    return elapsed_ms > UINT32_MAX - ms ? UINT32_MAX : ms + elapsed_ms;
}

static uint32_t take_ms(uint32_t ms, uint32_t elapsed_ms)
{
    return elapsed_ms > ms ? 0 : ms - elapsed_ms;
}

void wh_switch_configure(wh_switch *s, const wh_switch_config *config)
{
    s->config = *config;
    s->config.open_current_max_ma =
        config->open_current_max_ma != 0 ? config->open_current_max_ma : 100;
    s->config.key_press_ms = config->key_press_ms != 0 ? config->key_press_ms : 3000;
    s->config.pulse_ms = config->pulse_ms != 0 ? config->pulse_ms : 100;
    s->config.settle_ms = config->settle_ms != 0 ? config->settle_ms : 500;
    s->config.disagree_s = config->disagree_s != 0 ? config->disagree_s : 60;
    s->config.tries = config->tries != 0 ? config->tries : 3;
}

wh_err wh_switch_init(wh_switch *s, const wh_switch_config *config, uint8_t mode)
{
    if (mode >= WH_SWITCH_MODES) {
        return WH_ERR_RANGE;
    }
    *s = (wh_switch){.state = WH_SWITCH_CONNECTED,
                     .mode = mode,
                     .output_closed = true,
                     .announced_closed = true};
    wh_switch_configure(s, config);
    return WH_OK;
}

static void tell(wh_switch *s, wh_switch_event event)
{
    if (s->event_count == WH_SWITCH_EVENTS) {
        s->event_first = (uint8_t)((s->event_first + 1) % WH_SWITCH_EVENTS);
        s->event_count--;
        s->events_lost++;
    }
    s->event[(s->event_first + s->event_count) % WH_SWITCH_EVENTS] = event;
    s->event_count++;
}

bool wh_switch_next(wh_switch *s, wh_switch_event *event)
{
    if (s->event_count == 0) {
        return false;
    }
    *event = s->event[s->event_first];
    s->event_first = (uint8_t)((s->event_first + 1) % WH_SWITCH_EVENTS);
    s->event_count--;
    return true;
}

/* Move to a state; the relay follows from the next tick on. */
static void go(wh_switch *s, wh_switch_state state, wh_switch_cause cause, uint32_t operator_code)
{
    if (state == s->state) {
        return;
    }
    bool moves = (state == WH_SWITCH_CONNECTED) != (s->state == WH_SWITCH_CONNECTED);
    s->state = state;
    s->cause = cause;
    s->operator_code = operator_code;
    if (state == WH_SWITCH_DISCONNECTED) {
        s->trip_waits = false; /* it has what it wanted */
        s->trip_held = false;
    }
    if (moves) {
        s->drive = DRIVE_BEGIN;
        s->tries_left = s->config.tries;
        s->disagree_ms = 0;
    }
    s->revision++;
}

static void end_trip(wh_switch *s, wh_switch_cause cause, uint32_t operator_code, int64_t utc_ms)
{
    if (!s->trip_waits) {
        return;
    }
    s->trip_waits = false;
    s->trip_held = false;
    s->revision++;
    tell(s, (wh_switch_event){.utc_ms = utc_ms,
                              .operator_code = operator_code,
                              .kind = WH_SWITCH_EVENT_TRIP_ENDED,
                              .cause = cause});
}

wh_err wh_switch_set_mode(wh_switch *s, uint8_t mode, int64_t utc_ms)
{
    if (mode >= WH_SWITCH_MODES) {
        return WH_ERR_RANGE;
    }
    if (mode == 0 && s->state != WH_SWITCH_CONNECTED && s->barred != 0) {
        return WH_ERR_DENIED;
    }
    if (mode != s->mode) {
        s->mode = mode;
        s->revision++;
    }
    if (mode == 0) {
        end_trip(s, WH_SWITCH_BY_MODE, 0, utc_ms);
        go(s, WH_SWITCH_CONNECTED, WH_SWITCH_BY_MODE, 0);
    }
    return WH_OK;
}

wh_err wh_switch_transition(uint8_t mode, wh_switch_state state, wh_switch_ask ask,
                            wh_switch_state *next)
{
    *next = state;
    if (mode >= WH_SWITCH_MODES || (unsigned)ask >= WH_SWITCH_REQUESTS) {
        return WH_ERR_STATE;
    }
    const char *arrows = arrows_of[mode][ask];
    for (size_t i = 0; arrows[i] != '\0'; i++) {
        const arrow *a = &arrow_of[arrows[i] - 'a'];
        if (a->from == (uint8_t)state) {
            *next = (wh_switch_state)a->to;
        }
    }
    return arrows[0] == '\0' ? WH_ERR_STATE : WH_OK;
}

static wh_err refuse(wh_switch *s, wh_switch_event event)
{
    event.kind = WH_SWITCH_EVENT_REFUSED;
    tell(s, event);
    return event.reason;
}

static wh_err request(wh_switch *s, wh_switch_ask ask, wh_switch_cause cause, int64_t utc_ms)
{
    wh_switch_state next = s->state;
    wh_switch_event event = {.utc_ms = utc_ms, .cause = cause, .what = (uint8_t)ask};
    event.reason = wh_switch_transition(s->mode, s->state, ask, &next);
    bool disconnects = ask <= WH_SWITCH_LOCAL_DISCONNECT;
    if (event.reason == WH_OK && next != s->state) {
        bool bars = next == WH_SWITCH_CONNECTED && s->barred != 0;
        event.reason = bars || (disconnects && s->protected_on) ? WH_ERR_DENIED : WH_OK;
    }
    if (event.reason != WH_OK) {
        return refuse(s, event);
    }
    if (next == WH_SWITCH_READY && s->state == WH_SWITCH_DISCONNECTED) {
        event.kind = WH_SWITCH_EVENT_PERMITTED;
        tell(s, event);
    }
    go(s, next, cause, 0);
    return WH_OK;
}

wh_err wh_switch_request(wh_switch *s, wh_switch_ask ask, wh_switch_cause cause, int64_t utc_ms)
{
    return request(s, ask, cause, utc_ms);
}

static void obey_trip(wh_switch *s, uint32_t operator_code, int64_t utc_ms)
{
    if (s->state == WH_SWITCH_DISCONNECTED || s->trip_waits) {
        return;
    }
    bool at_once = s->config.trip_delay_min == 0 && s->config.hold_off_max_min == 0;
    if (s->state == WH_SWITCH_READY || at_once) {
        go(s, WH_SWITCH_DISCONNECTED, WH_SWITCH_BY_ORDER, operator_code);
        return;
    }
    s->trip_waits = true;
    s->trip_held = false;
    s->trip_fresh = true;
    s->trip_operator_code = operator_code;
    s->trip_left_ms = s->config.trip_delay_min * MS_PER_MIN;
    s->hold_left_ms = s->config.hold_off_max_min * MS_PER_MIN;
    s->revision++;
    tell(s, (wh_switch_event){.utc_ms = utc_ms,
                              .operator_code = operator_code,
                              .kind = WH_SWITCH_EVENT_TRIP_WAITS,
                              .cause = WH_SWITCH_BY_ORDER});
}

static void obey_permit(wh_switch *s, wh_switch_event event)
{
    end_trip(s, WH_SWITCH_BY_ORDER, event.operator_code, event.utc_ms);
    if (s->state == WH_SWITCH_DISCONNECTED) {
        event.kind = WH_SWITCH_EVENT_PERMITTED;
        tell(s, event);
        go(s, WH_SWITCH_READY, WH_SWITCH_BY_ORDER, event.operator_code);
    }
}

static void obey_protection(wh_switch *s, bool on, wh_switch_event event)
{
    if (on == s->protected_on) {
        return;
    }
    if (on) {
        end_trip(s, WH_SWITCH_BY_ORDER, event.operator_code, event.utc_ms);
    }
    s->protected_on = on;
    s->revision++;
    event.kind = on ? WH_SWITCH_EVENT_PROTECTION_ON : WH_SWITCH_EVENT_PROTECTION_OFF;
    tell(s, event);
}

static void obey_alarm(wh_switch *s, bool on)
{
    s->revision += on != s->alarm_on ? 1 : 0;
    s->alarm_on = on;
}

static wh_err may_obey(const wh_switch *s, const wh_switch_order *order, int64_t utc_ms)
{
    bool protects =
        order->kind == WH_SWITCH_PROTECTION_ON || order->kind == WH_SWITCH_PROTECTION_OFF;
    if (utc_ms > order->valid_until_ms) {
        return WH_ERR_TIMEOUT;
    }
    if (s->protected_on && !protects) {
        return WH_ERR_DENIED;
    }
    if (s->mode == 0 && order->kind <= WH_SWITCH_CLOSE) {
        return WH_ERR_STATE;
    }
    if (order->kind == WH_SWITCH_CLOSE && s->barred != 0 && s->state != WH_SWITCH_CONNECTED) {
        return WH_ERR_DENIED;
    }
    return WH_OK;
}

wh_err wh_switch_obey(wh_switch *s, const wh_switch_order *order, int64_t utc_ms)
{
    if ((unsigned)order->kind >= WH_SWITCH_ORDERS) {
        return WH_ERR_ARG;
    }
    wh_switch_event event = {
        .utc_ms = utc_ms, .operator_code = order->operator_code, .cause = WH_SWITCH_BY_ORDER};
    event.reason = may_obey(s, order, utc_ms);
    if (event.reason != WH_OK) {
        event.what = (uint8_t)((unsigned)WH_SWITCH_REQUESTS + (unsigned)order->kind);
        return refuse(s, event);
    }
    switch (order->kind) {
    case WH_SWITCH_TRIP:
        obey_trip(s, order->operator_code, utc_ms);
        break;
    case WH_SWITCH_PERMIT:
        obey_permit(s, event);
        break;
    case WH_SWITCH_CLOSE:
        end_trip(s, WH_SWITCH_BY_ORDER, order->operator_code, utc_ms);
        go(s, WH_SWITCH_CONNECTED, WH_SWITCH_BY_ORDER, order->operator_code);
        break;
    case WH_SWITCH_ALARM_ON:
    case WH_SWITCH_ALARM_OFF:
        obey_alarm(s, order->kind == WH_SWITCH_ALARM_ON);
        break;
    case WH_SWITCH_PROTECTION_ON:
    case WH_SWITCH_PROTECTION_OFF:
        obey_protection(s, order->kind == WH_SWITCH_PROTECTION_ON, event);
        break;
    case WH_SWITCH_ORDERS:
    default:
        break;
    }
    return WH_OK;
}

/* One press is one request, however long; it counts from the tick that first saw it. */
static void tick_key(wh_switch *s, const wh_switch_inputs *in)
{
    if (!in->key_pressed) {
        s->key_down = false;
        s->key_done = false;
        return;
    }
    s->key_ms = s->key_down ? add_ms(s->key_ms, in->elapsed_ms) : 0;
    s->key_down = true;
    if (s->key_done || s->key_ms < s->config.key_press_ms) {
        return;
    }
    s->key_done = true;
    if (s->state == WH_SWITCH_READY) { /* a refusal is told as an event */
        (void)request(s, WH_SWITCH_MANUAL_RECONNECT, WH_SWITCH_BY_KEY, in->utc_ms);
    }
}

static void tick_trip(wh_switch *s, const wh_switch_inputs *in)
{
    if (!s->trip_waits) {
        return;
    }
    uint32_t elapsed_ms = s->trip_fresh ? 0 : in->elapsed_ms;
    s->trip_fresh = false;
    if (s->trip_held) {
        s->hold_left_ms = take_ms(s->hold_left_ms, elapsed_ms);
    } else {
        s->trip_left_ms = take_ms(s->trip_left_ms, elapsed_ms);
    }
    if (s->state == WH_SWITCH_CONNECTED) { /* else there is nothing to wait for */
        if (s->trip_left_ms > 0) {
            return;
        }
        s->trip_held = in->current_ma > s->config.hold_off_ma && s->hold_left_ms > 0;
        if (s->trip_held) {
            return;
        }
    }
    go(s, WH_SWITCH_DISCONNECTED, WH_SWITCH_BY_ORDER, s->trip_operator_code);
}

/* Where the relay is, as far as can be told: current through an open contact tells it is closed. */
static wh_switch_feedback measured(const wh_switch *s, const wh_switch_inputs *in)
{
    return in->current_ma > s->config.open_current_max_ma ? WH_SWITCH_FEEDBACK_CLOSED
                                                          : in->feedback;
}

static void fault(wh_switch *s, wh_switch_cause cause, int64_t utc_ms)
{
    if (!s->relay_fault) {
        s->relay_fault = true;
        tell(s, (wh_switch_event){
                    .utc_ms = utc_ms, .kind = WH_SWITCH_EVENT_RELAY_FAULT, .cause = cause});
    }
}

/* The relay is where it should be: whatever was not told yet is told now. */
static void agree(wh_switch *s, bool closed, int64_t utc_ms)
{
    s->disagree_ms = 0;
    s->output_closed = closed;
    if (s->relay_fault) {
        s->relay_fault = false;
        tell(s, (wh_switch_event){
                    .utc_ms = utc_ms, .kind = WH_SWITCH_EVENT_RELAY_AGREES, .cause = s->cause});
    }
    if (s->announced_closed != closed) {
        s->announced_closed = closed;
        s->revision++;
        tell(s, (wh_switch_event){.utc_ms = utc_ms,
                                  .operator_code = s->operator_code,
                                  .kind = closed ? WH_SWITCH_EVENT_CLOSED : WH_SWITCH_EVENT_OPENED,
                                  .cause = s->cause});
    }
}

static void begin_pulse(wh_switch *s, bool closed)
{
    s->drive = DRIVE_PULSE;
    s->drive_ms = 0;
    s->coil = closed ? WH_SWITCH_COIL_CLOSE : WH_SWITCH_COIL_OPEN;
}

/* At rest: does the relay stay where it was put? */
static void watch_relay(wh_switch *s, const wh_switch_inputs *in, bool agrees, bool known)
{
    bool closed = s->state == WH_SWITCH_CONNECTED;
    if (agrees) {
        if (known || !s->relay_fault) { /* a fault is over when that is seen, not when unseen */
            agree(s, closed, in->utc_ms);
        }
        return;
    }
    if (s->relay_fault) {
        return; /* told; a new command tries again */
    }
    s->disagree_ms = add_ms(s->disagree_ms, in->elapsed_ms);
    if (s->disagree_ms >= s->config.disagree_s * MS_PER_S) {
        fault(s, WH_SWITCH_BY_NOBODY, in->utc_ms);
        s->disagree_ms = 0;
        s->tries_left = s->config.tries;
        begin_pulse(s, closed);
    }
}

static void tick_relay(wh_switch *s, const wh_switch_inputs *in)
{
    bool closed = s->state == WH_SWITCH_CONNECTED;
    wh_switch_feedback seen = measured(s, in);
    bool known = seen != WH_SWITCH_FEEDBACK_NONE;
    bool agrees = !known || (seen == WH_SWITCH_FEEDBACK_CLOSED) == closed;
    if (known) {
        s->output_closed = seen == WH_SWITCH_FEEDBACK_CLOSED;
    }
    s->drive_ms = add_ms(s->drive_ms, in->elapsed_ms);
    if (s->drive == DRIVE_REST) {
        watch_relay(s, in, agrees, known);
    } else if (s->drive == DRIVE_BEGIN) {
        begin_pulse(s, closed);
    } else if (s->drive == DRIVE_PULSE && s->drive_ms >= s->config.pulse_ms) {
        s->drive = DRIVE_SETTLE;
        s->drive_ms = 0;
        s->coil = WH_SWITCH_COIL_REST;
    } else if (s->drive == DRIVE_SETTLE && s->drive_ms >= s->config.settle_ms) {
        s->tries_left--;
        if (agrees) {
            s->drive = DRIVE_REST;
            agree(s, closed, in->utc_ms);
        } else if (s->tries_left > 0) {
            begin_pulse(s, closed);
        } else {
            s->drive = DRIVE_REST;
            fault(s, s->cause, in->utc_ms);
        }
    }
}

void wh_switch_tick(wh_switch *s, const wh_switch_inputs *in)
{
    s->barred = in->barred;
    tick_key(s, in);
    tick_trip(s, in);
    tick_relay(s, in);
}

uint16_t wh_switch_status(const wh_switch *s)
{
    unsigned bits = 0;
    bits |= !s->output_closed ? WH_SWITCH_STATUS_OPEN : 0U;
    bits |= s->state != WH_SWITCH_CONNECTED ? WH_SWITCH_STATUS_ORDERED_OPEN : 0U;
    bits |= s->trip_waits ? WH_SWITCH_STATUS_PRE_TRIP : 0U;
    bits |= s->protected_on ? WH_SWITCH_STATUS_PROTECTED : 0U;
    bits |= s->trip_held ? WH_SWITCH_STATUS_HELD_OFF : 0U;
    bits |= s->state == WH_SWITCH_READY ? WH_SWITCH_STATUS_AWAITS_KEY : 0U;
    bits |= s->alarm_on ? WH_SWITCH_STATUS_ALARM : 0U;
    bits |= s->relay_fault ? WH_SWITCH_STATUS_RELAY_FAULT : 0U;
    bits |= s->barred != 0 ? WH_SWITCH_STATUS_BARRED : 0U;
    return (uint16_t)bits;
}

void wh_switch_save(const wh_switch *s, wh_writer *w)
{
    unsigned flags = 0;
    flags |= s->announced_closed ? SAVED_ANNOUNCED : 0U;
    flags |= s->trip_waits ? SAVED_TRIP : 0U;
    flags |= s->protected_on ? SAVED_PROTECTED : 0U;
    flags |= s->alarm_on ? SAVED_ALARM : 0U;
    wh_writer_put_u8(w, SAVE_VERSION);
    wh_writer_put_u8(w, s->mode);
    wh_writer_put_u8(w, (uint8_t)s->state);
    wh_writer_put_u8(w, (uint8_t)s->cause);
    wh_writer_put_u8(w, (uint8_t)flags);
    wh_writer_put_u32le(w, s->operator_code);
    wh_writer_put_u32le(w, s->trip_waits ? s->trip_operator_code : 0);
    wh_writer_put_u32le(w, s->trip_waits ? s->trip_left_ms : 0);
    wh_writer_put_u32le(w, s->trip_waits ? s->hold_left_ms : 0);
}

static bool is_whole(const wh_switch *s, uint8_t state, uint8_t cause, uint8_t flags)
{
    bool ranges = s->mode < WH_SWITCH_MODES && state <= WH_SWITCH_READY &&
                  cause < WH_SWITCH_CAUSES && (flags & ~(unsigned)SAVED_ALL) == 0;
    bool trip = (flags & SAVED_TRIP) != 0;
    bool mode_0 = s->mode != 0 || (state == WH_SWITCH_CONNECTED && !trip);
    bool trip_can_wait =
        !trip || ((flags & SAVED_PROTECTED) == 0 && state != WH_SWITCH_DISCONNECTED);
    return ranges && mode_0 && trip_can_wait;
}

wh_err wh_switch_restore(wh_switch *s, wh_reader *r)
{
    wh_switch n = {.config = s->config, .barred = s->barred};
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    n.mode = wh_reader_take_u8(r);
    uint8_t state = wh_reader_take_u8(r);
    uint8_t cause = wh_reader_take_u8(r);
    uint8_t flags = wh_reader_take_u8(r);
    n.operator_code = wh_reader_take_u32le(r);
    n.trip_operator_code = wh_reader_take_u32le(r);
    n.trip_left_ms = wh_reader_take_u32le(r);
    n.hold_left_ms = wh_reader_take_u32le(r);
    if (wh_reader_err(r) == WH_OK && !is_whole(&n, state, cause, flags)) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    if (wh_reader_err(r) != WH_OK) {
        return wh_reader_err(r);
    }
    n.state = (wh_switch_state)state;
    n.cause = (wh_switch_cause)cause;
    n.announced_closed = (flags & SAVED_ANNOUNCED) != 0;
    n.trip_waits = (flags & SAVED_TRIP) != 0;
    n.trip_held = n.trip_waits && n.trip_left_ms == 0;
    n.protected_on = (flags & SAVED_PROTECTED) != 0;
    n.alarm_on = (flags & SAVED_ALARM) != 0;
    n.trip_fresh = n.trip_waits;
    n.output_closed = n.announced_closed;
    n.revision = s->revision + 1;
    n.drive = DRIVE_BEGIN;
    n.tries_left = n.config.tries;
    *s = n;
    return WH_OK;
}

void wh_switch_save_config(const wh_switch *s, wh_writer *w)
{
    const wh_switch_config *c = &s->config;
    wh_writer_put_u8(w, CONFIG_VERSION);
    wh_writer_put_u16le(w, c->trip_delay_min);
    wh_writer_put_u16le(w, c->hold_off_max_min);
    wh_writer_put_u32le(w, c->hold_off_ma);
    wh_writer_put_u32le(w, c->open_current_max_ma);
    wh_writer_put_u16le(w, c->key_press_ms);
    wh_writer_put_u16le(w, c->pulse_ms);
    wh_writer_put_u16le(w, c->settle_ms);
    wh_writer_put_u16le(w, c->disagree_s);
    wh_writer_put_u8(w, c->tries);
}

wh_err wh_switch_restore_config(wh_switch *s, wh_reader *r)
{
    wh_switch_config c;
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != CONFIG_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    c.trip_delay_min = wh_reader_take_u16le(r);
    c.hold_off_max_min = wh_reader_take_u16le(r);
    c.hold_off_ma = wh_reader_take_u32le(r);
    c.open_current_max_ma = wh_reader_take_u32le(r);
    c.key_press_ms = wh_reader_take_u16le(r);
    c.pulse_ms = wh_reader_take_u16le(r);
    c.settle_ms = wh_reader_take_u16le(r);
    c.disagree_s = wh_reader_take_u16le(r);
    c.tries = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK) {
        wh_switch_configure(s, &c);
    }
    return wh_reader_err(r);
}
