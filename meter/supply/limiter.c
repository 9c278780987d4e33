/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/supply/limiter.h"

#include <stddef.h>
#include <string.h>

#define SAVE_VERSION   1U
#define CONFIG_VERSION 1U
#define MS_PER_S       1000U
#define MINUTES_A_DAY  1440U
#define ALL_DAYS       0x7FU

/* Flags as saved. */
enum { SAVED_ACTED = 1, SAVED_SHEDDING = 2, SAVED_OPENED = 4, SAVED_LOCKED = 8, SAVED_ALL = 15 };

static wh_err check_window(const wh_limiter_window *w)
{
    bool fits = w->threshold >= 0 && w->from_minute < MINUTES_A_DAY &&
                w->to_minute < MINUTES_A_DAY && w->days <= ALL_DAYS;
    return fits ? WH_OK : WH_ERR_RANGE;
}

/* What takes back what: nothing, or the opposite of the action over the threshold. */
static bool is_pair(wh_limiter_action over, wh_limiter_action under)
{
    if (over == WH_LIMITER_DISCONNECT) {
        return under == WH_LIMITER_NOTHING || under == WH_LIMITER_RECONNECT;
    }
    if (over == WH_LIMITER_SHED) {
        return under == WH_LIMITER_NOTHING || under == WH_LIMITER_RESTORE;
    }
    return over == WH_LIMITER_NOTHING && under == WH_LIMITER_NOTHING;
}

static wh_err check(const wh_limiter_config *c)
{
    if ((unsigned)c->monitored >= WH_LIMITER_VALUES || !is_pair(c->action_over, c->action_under) ||
        c->threshold_normal < 0 || c->threshold_emergency < 0) {
        return WH_ERR_RANGE;
    }
    for (size_t i = 0; i < WH_LIMITER_RATES_MAX; i++) {
        if (c->threshold_rate[i] < 0) {
            return WH_ERR_RANGE;
        }
    }
    for (size_t i = 0; i < WH_LIMITER_WINDOWS_MAX; i++) {
        if (check_window(&c->window[i]) != WH_OK) {
            return WH_ERR_RANGE;
        }
    }
    return WH_OK;
}

static void start_anew(wh_limiter *l)
{
    l->seen = false;
    l->ran = false;
    l->over_ms = 0;
    l->under_ms = 0;
    l->shed_ms = 0;
}

wh_err wh_limiter_init(wh_limiter *l, const wh_limiter_config *config)
{
    wh_err err = check(config);
    if (err == WH_OK) {
        *l = (wh_limiter){.config = *config, .threshold_active = config->threshold_normal};
    }
    return err;
}

wh_err wh_limiter_configure(wh_limiter *l, const wh_limiter_config *config)
{
    wh_err err = check(config);
    if (err == WH_OK) {
        l->config = *config;
        start_anew(l);
    }
    return err;
}

wh_err wh_limiter_set_emergency(wh_limiter *l, const wh_limiter_emergency *e)
{
    for (size_t i = 0; i < l->group_count; i++) {
        if (l->group[i] == e->id) {
            l->emergency = *e;
            l->revision++;
            return WH_OK;
        }
    }
    return WH_ERR_NOT_FOUND;
}

wh_err wh_limiter_set_groups(wh_limiter *l, const uint16_t *id, unsigned count)
{
    if (count > WH_LIMITER_GROUPS_MAX) {
        return WH_ERR_RANGE;
    }
    memset(l->group, 0, sizeof l->group);
    for (size_t i = 0; i < count; i++) {
        l->group[i] = id[i];
    }
    l->group_count = (uint8_t)count;
    l->revision++;
    return WH_OK;
}

/* By the clock alone: a clock set back or forward is obeyed, and nothing is counted. */
static bool emergency_at(const wh_limiter *l, int64_t utc_ms)
{
    const wh_limiter_emergency *e = &l->emergency;
    bool listens = false;
    for (size_t i = 0; i < l->group_count; i++) {
        listens = listens || l->group[i] == e->id;
    }
    if (!listens || utc_ms < e->activation_ms) {
        return false;
    }
    uint64_t since_ms = (uint64_t)utc_ms - (uint64_t)e->activation_ms;
    return since_ms < (uint64_t)e->duration_s * MS_PER_S;
}

static bool window_fits(const wh_limiter_window *w, const wh_limiter_inputs *in)
{
    unsigned today = 1U << (in->weekday % 7U);
    unsigned yesterday = 1U << ((in->weekday + 6U) % 7U);
    bool after = in->minute >= w->from_minute;
    bool before = in->minute < w->to_minute;
    if (w->from_minute < w->to_minute) {
        return after && before && (w->days & today) != 0;
    }
    return (after && (w->days & today) != 0) || (before && (w->days & yesterday) != 0);
}

static int64_t threshold_at(const wh_limiter *l, const wh_limiter_inputs *in)
{
    const wh_limiter_config *c = &l->config;
    if (l->emergency_active) {
        return c->threshold_emergency;
    }
    for (size_t i = 0; i < WH_LIMITER_WINDOWS_MAX; i++) {
        if (window_fits(&c->window[i], in)) {
            return c->window[i].threshold;
        }
    }
    if (in->rate >= 1 && in->rate <= WH_LIMITER_RATES_MAX && c->threshold_rate[in->rate - 1] != 0) {
        return c->threshold_rate[in->rate - 1];
    }
    return c->threshold_normal;
}

/* A switch that somebody else closed is a fresh start. One that another limiter closed, or that
 * somebody else opened for good, is only no longer ours. What was shed still waits for its restore. */
static void follow_switch(wh_limiter *l, const wh_limiter_inputs *in)
{
    if (l->opened && (!in->open || !in->by_limiter)) {
        l->opened = false;
        l->acted = l->shedding;
        l->revision++;
    }
    if (!in->open && !in->by_limiter) {
        wh_limiter_unlock(l);
    }
    l->open_ms = l->opened ? l->open_ms + in->elapsed_ms : 0;
    l->calm_ms = in->open || l->acted ? 0 : l->calm_ms + in->elapsed_ms;
    if (l->config.forget_s != 0 && l->calm_ms >= (uint64_t)l->config.forget_s * MS_PER_S) {
        wh_limiter_unlock(l);
    }
}

/* Each duration counts the time between ticks that saw the same side of the threshold. */
static void follow_value(wh_limiter *l, const wh_limiter_inputs *in)
{
    bool over = in->value[l->config.monitored] > l->threshold_active;
    if (!l->seen || over != l->over) {
        start_anew(l);
        l->over = over;
        l->seen = true;
        return;
    }
    l->over_ms += over ? in->elapsed_ms : 0;
    l->under_ms += over ? 0 : in->elapsed_ms;
    l->shed_ms += over && l->shedding && l->ran ? in->elapsed_ms : 0;
}

static bool recloses(const wh_limiter_config *c)
{
    return c->action_under == WH_LIMITER_RECONNECT ||
           (c->action_under == WH_LIMITER_RESTORE && c->reclose_max > 0);
}

static wh_limiter_action disconnect(wh_limiter *l)
{
    l->ran = true;
    l->acted = true;
    l->opened = true;
    l->open_ms = 0;
    l->locked = recloses(&l->config) && l->tries >= l->config.reclose_max;
    l->revision++;
    return WH_LIMITER_DISCONNECT;
}

static wh_limiter_action act_over(wh_limiter *l)
{
    const wh_limiter_config *c = &l->config;
    if (l->opened || c->action_over == WH_LIMITER_NOTHING) {
        return WH_LIMITER_NOTHING;
    }
    if (l->ran) {
        bool escalates =
            l->shedding && c->escalate_s != 0 && l->shed_ms >= (uint64_t)c->escalate_s * MS_PER_S;
        return escalates ? disconnect(l) : WH_LIMITER_NOTHING;
    }
    if (l->over_ms < (uint64_t)c->min_over_s * MS_PER_S) {
        return WH_LIMITER_NOTHING;
    }
    if (c->action_over == WH_LIMITER_DISCONNECT) {
        return disconnect(l);
    }
    l->ran = true;
    l->acted = true;
    l->shedding = true;
    l->shed_ms = 0;
    l->revision++;
    return WH_LIMITER_SHED;
}

static wh_limiter_action reconnect(wh_limiter *l)
{
    if (l->locked || l->tries >= l->config.reclose_max ||
        l->open_ms < (uint64_t)l->config.reclose_wait_s * MS_PER_S) {
        return WH_LIMITER_NOTHING;
    }
    l->tries++;
    l->opened = false;
    l->acted = l->shedding; /* then the restore follows, after the same duration */
    l->ran = !l->shedding;
    l->under_ms = 0;
    l->revision++;
    return WH_LIMITER_RECONNECT;
}

static wh_limiter_action act_under(wh_limiter *l)
{
    const wh_limiter_config *c = &l->config;
    if (!l->acted || l->ran || l->under_ms < (uint64_t)c->min_under_s * MS_PER_S) {
        return WH_LIMITER_NOTHING;
    }
    if (l->opened && recloses(c)) {
        return reconnect(l);
    }
    bool restores = l->shedding && c->action_under != WH_LIMITER_NOTHING;
    l->ran = true;
    l->acted = false;
    l->shedding = false;
    l->revision++;
    return restores ? WH_LIMITER_RESTORE : WH_LIMITER_NOTHING;
}

wh_limiter_action wh_limiter_tick(wh_limiter *l, const wh_limiter_inputs *in)
{
    l->emergency_active = emergency_at(l, in->utc_ms);
    l->threshold_active = threshold_at(l, in);
    l->last = WH_LIMITER_NOTHING;
    follow_switch(l, in);
    if (!in->valid) {
        start_anew(l);
        return l->last;
    }
    follow_value(l, in);
    l->last = l->over ? act_over(l) : act_under(l);
    return l->last;
}

void wh_limiter_refused(wh_limiter *l)
{
    switch (l->last) {
    case WH_LIMITER_DISCONNECT:
        l->opened = false;
        l->locked = false;
        l->acted = l->shedding;
        l->ran = l->shedding; /* it is the escalation that comes again */
        break;
    case WH_LIMITER_RECONNECT:
        l->tries--;
        l->opened = true;
        l->acted = true;
        l->ran = false;
        break;
    case WH_LIMITER_SHED:
        l->shedding = false;
        l->acted = false;
        l->ran = false;
        break;
    case WH_LIMITER_RESTORE:
        l->shedding = true;
        l->acted = true;
        l->ran = false;
        break;
    case WH_LIMITER_NOTHING:
    case WH_LIMITER_ACTIONS:
    default:
        return;
    }
    l->over_ms = 0;
    l->under_ms = 0;
    l->shed_ms = 0;
    l->last = WH_LIMITER_NOTHING;
    l->revision++;
}

void wh_limiter_unlock(wh_limiter *l)
{
    if (l->tries != 0 || l->locked) {
        l->tries = 0;
        l->locked = false;
        l->revision++;
    }
}

void wh_limiter_save(const wh_limiter *l, wh_writer *w)
{
    unsigned flags = 0;
    flags |= l->acted ? SAVED_ACTED : 0U;
    flags |= l->shedding ? SAVED_SHEDDING : 0U;
    flags |= l->opened ? SAVED_OPENED : 0U;
    flags |= l->locked ? SAVED_LOCKED : 0U;
    wh_writer_put_u8(w, SAVE_VERSION);
    wh_writer_put_u8(w, (uint8_t)flags);
    wh_writer_put_u8(w, l->tries);
    wh_writer_put_u64le(w, l->open_ms);
    wh_writer_put_u64le(w, l->calm_ms);
    wh_writer_put_u16le(w, l->emergency.id);
    wh_writer_put_u64le(w, (uint64_t)l->emergency.activation_ms);
    wh_writer_put_u32le(w, l->emergency.duration_s);
    wh_writer_put_u8(w, l->group_count);
    for (size_t i = 0; i < l->group_count; i++) {
        wh_writer_put_u16le(w, l->group[i]);
    }
}

wh_err wh_limiter_restore(wh_limiter *l, wh_reader *r)
{
    wh_limiter n = {.config = l->config, .threshold_active = l->config.threshold_normal};
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    unsigned flags = wh_reader_take_u8(r);
    n.tries = wh_reader_take_u8(r);
    n.open_ms = wh_reader_take_u64le(r);
    n.calm_ms = wh_reader_take_u64le(r);
    n.emergency.id = wh_reader_take_u16le(r);
    n.emergency.activation_ms = (int64_t)wh_reader_take_u64le(r);
    n.emergency.duration_s = wh_reader_take_u32le(r);
    n.group_count = wh_reader_take_u8(r);
    if (flags > SAVED_ALL || n.group_count > WH_LIMITER_GROUPS_MAX) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    for (size_t i = 0; i < n.group_count && wh_reader_err(r) == WH_OK; i++) {
        n.group[i] = wh_reader_take_u16le(r);
    }
    if (wh_reader_err(r) != WH_OK) {
        return wh_reader_err(r);
    }
    n.acted = (flags & SAVED_ACTED) != 0;
    n.shedding = (flags & SAVED_SHEDDING) != 0;
    n.opened = (flags & SAVED_OPENED) != 0;
    n.locked = (flags & SAVED_LOCKED) != 0;
    n.revision = l->revision + 1;
    *l = n;
    return WH_OK;
}

void wh_limiter_save_config(const wh_limiter *l, wh_writer *w)
{
    const wh_limiter_config *c = &l->config;
    wh_writer_put_u8(w, CONFIG_VERSION);
    wh_writer_put_u8(w, (uint8_t)c->monitored);
    wh_writer_put_u8(w, (uint8_t)c->action_over);
    wh_writer_put_u8(w, (uint8_t)c->action_under);
    wh_writer_put_u8(w, c->reclose_max);
    wh_writer_put_u32le(w, c->min_over_s);
    wh_writer_put_u32le(w, c->min_under_s);
    wh_writer_put_u32le(w, c->escalate_s);
    wh_writer_put_u32le(w, c->reclose_wait_s);
    wh_writer_put_u32le(w, c->forget_s);
    wh_writer_put_u64le(w, (uint64_t)c->threshold_normal);
    wh_writer_put_u64le(w, (uint64_t)c->threshold_emergency);
    for (size_t i = 0; i < WH_LIMITER_RATES_MAX; i++) {
        wh_writer_put_u64le(w, (uint64_t)c->threshold_rate[i]);
    }
    for (size_t i = 0; i < WH_LIMITER_WINDOWS_MAX; i++) {
        wh_writer_put_u64le(w, (uint64_t)c->window[i].threshold);
        wh_writer_put_u16le(w, c->window[i].from_minute);
        wh_writer_put_u16le(w, c->window[i].to_minute);
        wh_writer_put_u8(w, c->window[i].days);
    }
}

wh_err wh_limiter_restore_config(wh_limiter *l, wh_reader *r)
{
    wh_limiter_config c;
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != CONFIG_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    c.monitored = (wh_limiter_value)wh_reader_take_u8(r);
    c.action_over = (wh_limiter_action)wh_reader_take_u8(r);
    c.action_under = (wh_limiter_action)wh_reader_take_u8(r);
    c.reclose_max = wh_reader_take_u8(r);
    c.min_over_s = wh_reader_take_u32le(r);
    c.min_under_s = wh_reader_take_u32le(r);
    c.escalate_s = wh_reader_take_u32le(r);
    c.reclose_wait_s = wh_reader_take_u32le(r);
    c.forget_s = wh_reader_take_u32le(r);
    c.threshold_normal = (int64_t)wh_reader_take_u64le(r);
    c.threshold_emergency = (int64_t)wh_reader_take_u64le(r);
    for (size_t i = 0; i < WH_LIMITER_RATES_MAX; i++) {
        c.threshold_rate[i] = (int64_t)wh_reader_take_u64le(r);
    }
    for (size_t i = 0; i < WH_LIMITER_WINDOWS_MAX; i++) {
        c.window[i].threshold = (int64_t)wh_reader_take_u64le(r);
        c.window[i].from_minute = wh_reader_take_u16le(r);
        c.window[i].to_minute = wh_reader_take_u16le(r);
        c.window[i].days = wh_reader_take_u8(r);
    }
    if (wh_reader_err(r) == WH_OK && wh_limiter_configure(l, &c) != WH_OK) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    return wh_reader_err(r);
}
