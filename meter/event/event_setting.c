/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event_internal.h"

static void set_disabled(wh_events *m, unsigned kind, bool disabled)
{
    uint8_t bit = (uint8_t)(1U << kind % 8U);
    m->disabled[kind / 8U] =
        (uint8_t)((m->disabled[kind / 8U] & ~(unsigned)bit) | (disabled ? bit : 0U));
}

void wh_event_default_settings(wh_events *m)
{
    for (unsigned k = 0; k < WH_EVENT_TERMS; k++) {
        const wh_event_term *term = &wh_event_terms[k];
        m->limit[k] = (wh_event_limit){term->trigger_bp, term->recover_bp};
    }
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        const wh_event_row *row = &wh_event_rows[kind];
        if (row->timed != WH_EVENT_NONE) {
            m->delay_s[row->timed] = row->delay_s;
            m->recover_s[row->timed] = row->recover_s;
        }
    }
}

wh_err wh_events_get(const wh_events *m, unsigned kind, wh_event_setting *out)
{
    if (kind >= WH_EVENT_KINDS) {
        return WH_ERR_NOT_FOUND;
    }
    const wh_event_row *row = &wh_event_rows[kind];
    *out =
        (wh_event_setting){.enabled = !wh_event_disabled(m, kind), .limit_count = row->term_count};
    if (row->timed != WH_EVENT_NONE) {
        out->delay_s = m->delay_s[row->timed];
        out->recover_s = m->recover_s[row->timed];
    }
    for (unsigned k = 0; k < row->term_count; k++) {
        out->limit[k] = m->limit[row->first + k];
    }
    return WH_OK;
}

static bool limit_fits(const wh_event_term *term, wh_event_limit limit)
{
    bool calm = (term->how & WH_EVENT_LESS) != 0 ? limit.recover_bp >= limit.trigger_bp
                                                 : limit.recover_bp <= limit.trigger_bp;
    bool used = (term->how & WH_EVENT_LATCHED) == 0;
    return limit.trigger_bp >= term->trigger_min_bp && limit.trigger_bp <= term->trigger_max_bp &&
           (!used || (calm && limit.recover_bp >= term->recover_min_bp &&
                      limit.recover_bp <= term->recover_max_bp));
}

wh_err wh_event_check_setting(unsigned kind, const wh_event_setting *setting)
{
    const wh_event_row *row = &wh_event_rows[kind];
    unsigned delay_max = row->timed != WH_EVENT_NONE ? WH_EVENT_DELAY_MAX : 0U;
    if (setting->delay_s > delay_max || setting->recover_s > delay_max) {
        return WH_ERR_RANGE;
    }
    for (unsigned k = 0; k < row->term_count; k++) {
        if (!limit_fits(&wh_event_terms[row->first + k], setting->limit[k])) {
            return WH_ERR_RANGE;
        }
    }
    return WH_OK;
}

void wh_event_put_setting(wh_events *m, unsigned kind, const wh_event_setting *setting)
{
    const wh_event_row *row = &wh_event_rows[kind];
    set_disabled(m, kind, !setting->enabled);
    if (row->timed != WH_EVENT_NONE) {
        m->delay_s[row->timed] = setting->delay_s;
        m->recover_s[row->timed] = setting->recover_s;
    }
    for (unsigned k = 0; k < row->term_count; k++) {
        m->limit[row->first + k] = setting->limit[k];
    }
}

wh_err wh_events_set(wh_events *m, unsigned kind, const wh_event_setting *setting)
{
    if (kind >= WH_EVENT_KINDS) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = wh_event_check_setting(kind, setting);
    if (err != WH_OK) {
        return err;
    }
    const wh_event_row *row = &wh_event_rows[kind];
    for (unsigned slot = row->slot; slot < (unsigned)row->slot + row->places; slot++) {
        if (!setting->enabled && m->state[slot] > WH_EVENT_WAITS) { /* active, or to be told */
            return WH_ERR_STATE;
        }
    }
    for (unsigned slot = row->slot; slot < (unsigned)row->slot + row->places; slot++) {
        if (m->state[slot] == WH_EVENT_WAITS) { /* the delay starts anew */
            m->state[slot] = WH_EVENT_IDLE;
            m->busy--;
        }
    }
    wh_event_put_setting(m, kind, setting);
    m->stale = true;
    m->revision++;
    return WH_OK;
}

/* ---- clearing ---- */

static void clear_slot(wh_events *m, unsigned slot)
{
    wh_event_slot_state *s = &m->slot[slot];
    s->count = (m->state[slot] & WH_EVENT_TELL_BEGIN) != 0 ? 1U : 0U;
    s->duration_s = 0;
    if ((m->state[slot] & (WH_EVENT_ACTIVE | WH_EVENT_WAITS)) == WH_EVENT_ACTIVE) {
        s->mark_ms = m->now_ms;
    }
}

bool wh_event_is_kept(unsigned kind)
{
    return kind == WH_EVENT_METER_CLEAR || kind == WH_EVENT_EVENT_CLEAR;
}

static void clear_kind(wh_events *m, unsigned kind)
{
    const wh_event_row *row = &wh_event_rows[kind];
    for (unsigned slot = row->slot; slot < (unsigned)row->slot + row->places; slot++) {
        clear_slot(m, slot);
    }
    m->revision++;
}

void wh_events_clear(wh_events *m)
{
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        if (!wh_event_is_kept(kind)) {
            clear_kind(m, kind);
        }
    }
    m->epoch++;
}

wh_err wh_events_clear_kind(wh_events *m, unsigned kind)
{
    if (kind >= WH_EVENT_KINDS) {
        return WH_ERR_NOT_FOUND;
    }
    if (wh_event_is_kept(kind)) {
        return WH_ERR_DENIED;
    }
    clear_kind(m, kind);
    return WH_OK;
}
