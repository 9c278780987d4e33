/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/voltage_event.h"

#include "meter/power_quality/quality_part.h"

#include <stddef.h>

#define KINDS   (WH_QUALITY_INTERRUPTION + 1)
#define MILLION 1000000

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
    return value != 0 ? value : fallback;
}

wh_err wh_voltage_events_init(wh_voltage_events *v, const wh_voltage_event_config *config,
                              int64_t u_din_uv, uint8_t phases)
{
    const int64_t dip = or_default(config->dip_ppm, 900000);
    const int64_t swell = or_default(config->swell_ppm, 1100000);
    const int64_t interruption = or_default(config->interruption_ppm, 50000);
    const int64_t hysteresis = or_default(config->hysteresis_ppm, 20000);

    if (interruption + hysteresis > dip || dip + hysteresis > swell - hysteresis ||
        swell > 4 * (int64_t)MILLION) {
        return WH_ERR_RANGE;
    }
    *v = (wh_voltage_events){.phases = phases};
    v->start_uv[WH_QUALITY_DIP] = u_din_uv * dip / MILLION;
    v->end_uv[WH_QUALITY_DIP] = u_din_uv * (dip + hysteresis) / MILLION;
    v->start_uv[WH_QUALITY_SWELL] = u_din_uv * swell / MILLION;
    v->end_uv[WH_QUALITY_SWELL] = u_din_uv * (swell - hysteresis) / MILLION;
    v->start_uv[WH_QUALITY_INTERRUPTION] = u_din_uv * interruption / MILLION;
    v->end_uv[WH_QUALITY_INTERRUPTION] = u_din_uv * (interruption + hysteresis) / MILLION;
    return WH_OK;
}

/* The level of the event among half cycles first .. last: the lowest, or for a swell the
 * highest. */
static float deepest(const wh_voltage_events *v, const wh_voltage_event_state *s, unsigned first,
                     unsigned last)
{
    float found = v->mean_square[first][s->phase];
    for (unsigned i = first + 1; i <= last; i++) {
        const float x = v->mean_square[i][s->phase];
        if (s->event.kind == WH_QUALITY_SWELL ? x > found : x < found) {
            found = x;
        }
    }
    return found;
}

/* How many of the three half cycles 1 to 3 are of level `to` and not `from`, by their
 * energy. */
static uint64_t share_q16(const wh_voltage_events *v, unsigned phase, float from, float to)
{
    float share = 0;
    for (unsigned i = 1; i <= 3; i++) {
        share += v->mean_square[i][phase] - from;
    }
    share = to == from ? 1.0F : share / (to - from);
    if (share < 0) {
        share = 0;
    } else if (share > 3) {
        share = 3;
    }
    return (uint64_t)(uint32_t)(share * 65536.0F);
}

static uint64_t before(const wh_voltage_events *v, uint64_t halves_q16)
{
    const uint64_t back = (halves_q16 * v->half_length_q16) >> 16;
    return v->end_q16 > back ? v->end_q16 - back : 0;
}

/* The event was found one half cycle ago; the newest shows its level where that was partial. */
static void place_start(wh_voltage_events *v, wh_voltage_event_state *s)
{
    s->placing = false;
    if (v->halves < WH_VOLTAGE_EVENT_HALVES) {
        return;
    }
    const float old = v->mean_square[4][s->phase];
    const float level = deepest(v, s, 0, 2);
    s->event.start_q16 = before(v, 65536 + share_q16(v, s->phase, old, level));
}

/* Its end was found one half cycle ago; the newest is of the level after it. */
static void place_end(const wh_voltage_events *v, wh_voltage_event_state *s)
{
    const float level = deepest(v, s, 2, 4);
    const float now = v->mean_square[0][s->phase];
    s->event.end_q16 = before(v, 65536 + share_q16(v, s->phase, level, now));
    if (s->event.end_q16 < s->event.start_q16) {
        s->event.end_q16 = s->event.start_q16;
    }
}

/* Phases beyond a threshold: above it for a swell, below it else. */
static unsigned beyond(const wh_voltage_events *v, const int64_t *u_uv, int64_t threshold_uv,
                       bool above)
{
    unsigned mask = 0;
    for (unsigned k = 0; k < v->phases; k++) {
        if (above ? u_uv[k] > threshold_uv : u_uv[k] < threshold_uv) {
            mask |= 1U << k;
        }
    }
    return mask;
}

static uint8_t lowest_bit(unsigned mask)
{
    uint8_t k = 0;
    while (k < WH_PHASES - 1 && (mask & (1U << k)) == 0) {
        k++;
    }
    return k;
}

static uint8_t highest_voltage(const wh_voltage_events *v, const int64_t *u_uv)
{
    uint8_t best = 0;
    for (uint8_t k = 1; k < v->phases; k++) {
        if (u_uv[k] > u_uv[best]) {
            best = k;
        }
    }
    return best;
}

static void note_extreme(wh_voltage_events *v, wh_quality_event *e, const int64_t *u_uv)
{
    for (uint8_t k = 0; k < v->phases; k++) {
        const bool more =
            e->kind == WH_QUALITY_SWELL ? u_uv[k] > e->extreme_uv : u_uv[k] < e->extreme_uv;
        if (more) {
            e->extreme_uv = u_uv[k];
            e->worst = k;
        }
    }
}

static unsigned start(wh_voltage_events *v, wh_quality_event_kind kind, const int64_t *u_uv)
{
    wh_voltage_event_state *s = &v->state[kind];
    const unsigned all = (1U << v->phases) - 1U;
    const unsigned over = beyond(v, u_uv, v->start_uv[kind], kind == WH_QUALITY_SWELL);
    const bool starts = kind == WH_QUALITY_INTERRUPTION ? over == all : over != 0;

    if (!starts) {
        return 0;
    }
    s->active = true;
    s->placing = true;
    s->phase = kind == WH_QUALITY_INTERRUPTION ? highest_voltage(v, u_uv) : lowest_bit(over);
    s->event = (wh_quality_event){.kind = kind,
                                  .phases = (uint8_t)over,
                                  .worst = s->phase,
                                  .start_q16 = before(v, 65536),
                                  .extreme_uv = u_uv[s->phase]};
    note_extreme(v, &s->event, u_uv);
    v->running = (uint8_t)(v->running | 1U << kind);
    v->started_q16 = s->event.start_q16;
    return WH_QUALITY_NEWS_STARTED;
}

static unsigned finish(wh_voltage_events *v, wh_quality_event_kind kind, wh_quality_events *ring)
{
    wh_voltage_event_state *s = &v->state[kind];
    place_end(v, s);
    wh_quality_events_put(ring, &s->event);
    s->active = false;
    s->ending = false;
    v->running = (uint8_t)(v->running & ~(1U << kind));
    return WH_QUALITY_NEWS_EVENT;
}

static void go_on(wh_voltage_events *v, wh_quality_event_kind kind, const int64_t *u_uv)
{
    wh_voltage_event_state *s = &v->state[kind];
    const bool above = kind == WH_QUALITY_SWELL;
    const unsigned all = (1U << v->phases) - 1U;

    if (s->placing) {
        place_start(v, s);
    }
    s->event.phases = (uint8_t)(s->event.phases | beyond(v, u_uv, v->start_uv[kind], above));
    const unsigned left = beyond(v, u_uv, v->end_uv[kind], above);
    const bool ends = kind == WH_QUALITY_INTERRUPTION ? left != all : left == 0;
    if (!ends) {
        note_extreme(v, &s->event, u_uv);
        s->phase = lowest_bit(left);
        return;
    }
    if (kind == WH_QUALITY_INTERRUPTION) {
        s->phase = highest_voltage(v, u_uv);
    }
    s->ending = true;
}

static void remember(wh_voltage_events *v, const wh_half_cycle *half)
{
    for (unsigned i = WH_VOLTAGE_EVENT_HALVES - 1; i > 0; i--) {
        for (unsigned k = 0; k < WH_PHASES; k++) {
            v->mean_square[i][k] = v->mean_square[i - 1][k];
        }
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        v->mean_square[0][k] = (float)half->uu[k] / (float)half->length_q16;
    }
    if (v->halves < WH_VOLTAGE_EVENT_HALVES) {
        v->halves++;
    }
    v->end_q16 = half->end_sample << 16 | half->end_q32 >> 16;
    v->half_length_q16 = half->length_q16;
}

unsigned wh_voltage_events_feed(wh_voltage_events *v, const wh_half_cycle *half,
                                const int64_t urms_half_uv[WH_PHASES], wh_quality_events *ring)
{
    unsigned news = 0;
    remember(v, half);
    for (unsigned i = 0; i < KINDS; i++) {
        const wh_quality_event_kind kind = (wh_quality_event_kind)i;
        if (v->state[i].ending) {
            news |= finish(v, kind, ring);
        }
        if (v->state[i].active) {
            go_on(v, kind, urms_half_uv);
        } else {
            news |= start(v, kind, urms_half_uv);
        }
    }
    return news;
}
