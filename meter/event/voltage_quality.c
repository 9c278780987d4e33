/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/voltage_quality.h"

#include "meter/event/event_record.h"

#include <stdbool.h>

#define VERSION       2U
#define TOTAL         WH_VOLTAGE_QUALITY_TOTAL
#define PERCENT       100U
#define ASSESSED_FROM 70U
#define ASSESSED_TO   120U
#define PASSES_FROM   93U
#define PASSES_TO     107U
#define NUMBERS       7U                                       /* of a place */
#define PLACE(q, k)   (&(q)->place[(k) == 0 ? TOTAL : (k)-1U]) /* in the order of the record */

void wh_voltage_quality_start(wh_voltage_quality *q, uint32_t un_mv)
{
    *q = (wh_voltage_quality){.un_mv = un_mv};
}

static void widen(wh_voltage_minutes *p, uint32_t mv, uint32_t utc_s)
{
    if (p->highest_s == 0 || mv > p->highest_mv) {
        p->highest_mv = mv;
        p->highest_s = utc_s;
    }
    if (p->lowest_s == 0 || mv < p->lowest_mv) {
        p->lowest_mv = mv;
        p->lowest_s = utc_s;
    }
}

static void count(wh_voltage_minutes *p, bool above, bool below)
{
    p->assessed_min++;
    p->above_min += above ? 1U : 0U;
    p->below_min += below ? 1U : 0U;
}

void wh_voltage_quality_minute(wh_voltage_quality *q, const uint32_t *u_mv, unsigned phases,
                               uint32_t utc_s)
{
    bool any_above = false;
    bool any_below = false;
    bool any = false;
    for (unsigned k = 0; k < phases && k < TOTAL; k++) {
        uint64_t scaled = (uint64_t)u_mv[k] * PERCENT;
        uint64_t un = q->un_mv;
        if (scaled < un * ASSESSED_FROM || scaled > un * ASSESSED_TO) {
            continue;
        }
        bool above = scaled > un * PASSES_TO;
        bool below = scaled < un * PASSES_FROM;
        count(&q->place[k], above, below);
        widen(&q->place[k], u_mv[k], utc_s);
        widen(&q->place[TOTAL], u_mv[k], utc_s);
        any_above = any_above || above;
        any_below = any_below || below;
        any = true;
    }
    if (any) {
        count(&q->place[TOTAL], any_above, any_below);
        q->torn_min += any_above && any_below ? 1U : 0U;
    }
}

uint32_t wh_voltage_quality_passed_min(const wh_voltage_quality *q, unsigned place)
{
    const wh_voltage_minutes *p = &q->place[place];
    uint32_t counted = p->assessed_min + (place == TOTAL ? q->torn_min : 0);
    uint32_t outside = p->above_min + p->below_min;
    return counted > outside ? counted - outside : 0; /* a version 1 knew of no torn ones */
}

void wh_voltage_quality_given(const wh_voltage_quality *q, int64_t given[WH_VOLTAGE_QUALITY_GIVEN])
{
    for (unsigned k = 0; k < WH_VOLTAGE_QUALITY_PLACES; k++) {
        const wh_voltage_minutes *p = PLACE(q, k);
        int64_t *to = &given[k * NUMBERS];
        bool known = p->assessed_min > 0;
        to[0] = p->assessed_min;
        to[1] = p->above_min;
        to[2] = p->below_min;
        to[3] = known ? (int64_t)p->highest_mv : WH_EVENT_NULL;
        to[4] = known ? (int64_t)p->highest_s : WH_EVENT_NULL;
        to[5] = known ? (int64_t)p->lowest_mv : WH_EVENT_NULL;
        to[6] = known ? (int64_t)p->lowest_s : WH_EVENT_NULL;
    }
}

wh_err wh_voltage_quality_save(const wh_voltage_quality *q, wh_writer *w)
{
    wh_writer_put_u8(w, VERSION);
    for (unsigned k = 0; k < WH_VOLTAGE_QUALITY_PLACES; k++) {
        const wh_voltage_minutes *p = &q->place[k];
        wh_writer_put_u32be(w, p->assessed_min);
        wh_writer_put_u32be(w, p->above_min);
        wh_writer_put_u32be(w, p->below_min);
        wh_writer_put_u32be(w, p->highest_mv);
        wh_writer_put_u32be(w, p->highest_s);
        wh_writer_put_u32be(w, p->lowest_mv);
        wh_writer_put_u32be(w, p->lowest_s);
    }
    wh_writer_put_u32be(w, q->torn_min);
    return wh_writer_err(w);
}

wh_err wh_voltage_quality_restore(wh_voltage_quality *q, wh_reader *r)
{
    wh_voltage_quality saved = {.un_mv = q->un_mv};
    uint8_t version = wh_reader_take_u8(r);
    if (version == 0 || version > VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    for (unsigned k = 0; k < WH_VOLTAGE_QUALITY_PLACES; k++) {
        wh_voltage_minutes *p = &saved.place[k];
        p->assessed_min = wh_reader_take_u32be(r);
        p->above_min = wh_reader_take_u32be(r);
        p->below_min = wh_reader_take_u32be(r);
        p->highest_mv = wh_reader_take_u32be(r);
        p->highest_s = wh_reader_take_u32be(r);
        p->lowest_mv = wh_reader_take_u32be(r);
        p->lowest_s = wh_reader_take_u32be(r);
    }
    saved.torn_min = version > 1 ? wh_reader_take_u32be(r) : 0;
    if (wh_reader_err(r) == WH_OK) {
        *q = saved;
    }
    return wh_reader_err(r);
}
