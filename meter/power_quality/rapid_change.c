/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/rapid_change.h"

#include "meter/power_quality/quality_part.h"

#define UNIT    16384 /* Udin in the unit of value */
#define MILLION 1000000

wh_err wh_rapid_change_init(wh_rapid_change *r, const wh_rapid_change_config *config,
                            int64_t u_din_uv, uint8_t phases, bool sixty_hz)
{
    const uint32_t threshold = config->threshold_ppm != 0 ? config->threshold_ppm : 30000;
    const uint32_t hysteresis =
        config->hysteresis_ppm != 0 ? config->hysteresis_ppm : threshold / 2;

    if (threshold > MILLION || hysteresis >= threshold) {
        return WH_ERR_RANGE;
    }
    *r = (wh_rapid_change){.u_din_uv = u_din_uv, .phases = phases};
    r->halves = sixty_hz ? 120 : 100;
    /* times the number of values, as the sums it is compared with */
    r->threshold = (uint32_t)((uint64_t)threshold * UNIT * r->halves / MILLION);
    r->hysteresis = (uint32_t)((uint64_t)hysteresis * UNIT * r->halves / MILLION);
    return WH_OK;
}

static uint16_t in_units(const wh_rapid_change *r, int64_t u_uv)
{
    const int64_t value = (u_uv * UNIT + r->u_din_uv / 2) / r->u_din_uv;
    return value > UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

/* Put a value in the place of the oldest. low and high may then be wider than the values. */
static void replace(wh_rapid_change_phase *p, unsigned at, uint16_t value)
{
    p->sum = p->sum - p->value[at] + value;
    p->value[at] = value;
    p->low = value < p->low ? value : p->low;
    p->high = value > p->high ? value : p->high;
}

static void rescan(wh_rapid_change_phase *p, unsigned count)
{
    p->low = p->value[0];
    p->high = p->value[0];
    for (unsigned i = 1; i < count; i++) {
        p->low = p->value[i] < p->low ? p->value[i] : p->low;
        p->high = p->value[i] > p->high ? p->value[i] : p->high;
    }
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

static int64_t to_uv(const wh_rapid_change *r, uint32_t sum)
{
    return (int64_t)sum * r->u_din_uv / ((int64_t)UNIT * r->halves);
}

static bool bounds_within(const wh_rapid_change *r, const wh_rapid_change_phase *p, uint32_t within)
{
    return (uint32_t)p->high * r->halves <= p->sum + within &&
           (uint32_t)p->low * r->halves + within >= p->sum;
}

/* The bounds are taken anew only where they may be what is in the way. */
static bool is_steady(wh_rapid_change *r)
{
    const uint32_t within = r->steady ? r->threshold : r->threshold - r->hysteresis;
    for (unsigned k = 0; k < r->phases; k++) {
        wh_rapid_change_phase *p = &r->phase[k];
        if (!bounds_within(r, p, within)) {
            rescan(p, r->halves);
        }
        if (!bounds_within(r, p, within)) {
            return false;
        }
    }
    return true;
}

/* Follow the newest values of a running change. */
static void note(wh_rapid_change *r, const int64_t *u_uv)
{
    for (uint8_t k = 0; k < r->phases; k++) {
        const uint32_t value = (uint32_t)in_units(r, u_uv[k]) * r->halves;
        const uint32_t away = distance(value, r->phase[k].before);
        if (away > r->threshold) {
            r->event.phases = (uint8_t)(r->event.phases | 1U << k);
        }
        if (to_uv(r, away) > r->event.extreme_uv) {
            r->event.extreme_uv = to_uv(r, away);
            r->event.worst = k;
        }
    }
}

static unsigned finish(wh_rapid_change *r, uint64_t end_q16, wh_quality_events *ring)
{
    if (r->event.kind != WH_QUALITY_RAPID_CHANGE || r->spoilt) {
        return 0; /* the first steadiness since the start, or a dip */
    }
    for (unsigned k = 0; k < r->phases; k++) {
        const int64_t away = to_uv(r, distance(r->phase[k].sum, r->phase[k].before));
        if (away > r->event.steady_uv) {
            r->event.steady_uv = away;
        }
    }
    r->event.end_q16 = end_q16 > r->event.start_q16 ? end_q16 : r->event.start_q16;
    wh_quality_events_put(ring, &r->event);
    return WH_QUALITY_NEWS_EVENT;
}

/* Take the values in; true once there is a second of them. */
static bool take(wh_rapid_change *r, const int64_t *u_uv)
{
    r->filled = r->filled < r->halves ? (uint8_t)(r->filled + 1) : r->filled;
    for (unsigned k = 0; k < r->phases; k++) {
        if (r->steady) {
            r->phase[k].before = r->phase[k].sum;
        }
        replace(&r->phase[k], r->at, in_units(r, u_uv[k]));
    }
    r->at = r->at + 1U < r->halves ? (uint8_t)(r->at + 1U) : 0;
    return r->filled == r->halves;
}

unsigned wh_rapid_change_feed(wh_rapid_change *r, const wh_half_cycle *half,
                              const int64_t urms_half_uv[WH_PHASES], bool dip,
                              wh_quality_events *ring)
{
    const uint64_t now_q16 = half->end_sample << 16 | half->end_q32 >> 16;
    const uint64_t second_q16 = (uint64_t)half->length_q16 * r->halves;

    if (!take(r, urms_half_uv)) {
        return 0;
    }
    const bool was_steady = r->steady;
    const bool steady = is_steady(r);
    r->steady = steady;
    if (was_steady && !steady) {
        r->event = (wh_quality_event){.kind = WH_QUALITY_RAPID_CHANGE,
                                      .start_q16 = now_q16 - half->length_q16};
        r->spoilt = false;
    }
    if (steady) {
        return was_steady ? 0 : finish(r, now_q16 - second_q16, ring);
    }
    r->spoilt = r->spoilt || dip;
    if (r->event.kind == WH_QUALITY_RAPID_CHANGE) {
        note(r, urms_half_uv);
    }
    return 0;
}
