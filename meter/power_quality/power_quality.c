/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/power_quality.h"

wh_err wh_power_quality_init(wh_power_quality *pq, const wh_power_quality_config *config,
                             const wh_metrology_config *metrology)
{
    if (config->u_din_uv <= 0 || metrology->phases < 1 || metrology->phases > WH_PHASES) {
        return WH_ERR_RANGE;
    }
    *pq = (wh_power_quality){.phases = metrology->phases};
    wh_err err =
        wh_voltage_events_init(&pq->events, &config->events, config->u_din_uv, metrology->phases);
    if (err != WH_OK) {
        return err;
    }
    err = wh_rapid_change_init(&pq->rapid_change, &config->rapid_change, config->u_din_uv,
                               metrology->phases, metrology->f_nominal_mhz == 60000);
    if (err != WH_OK) {
        return err;
    }
    wh_aggregate_init(&pq->aggregate, metrology);
    return WH_OK;
}

void wh_power_quality_join(wh_power_quality *pq, wh_quality_part *part)
{
    part->next = pq->parts;
    pq->parts = part;
}

/* Event kinds as flags. */
static unsigned flags_of(unsigned running)
{
    _Static_assert(WH_QUALITY_FLAG_DIP == 1 << WH_QUALITY_DIP, "a flag is its event's bit");
    _Static_assert(WH_QUALITY_FLAG_SWELL == 1 << WH_QUALITY_SWELL, "a flag is its event's bit");
    _Static_assert(WH_QUALITY_FLAG_INTERRUPTION == 1 << WH_QUALITY_INTERRUPTION,
                   "a flag is its event's bit");
    return running;
}

static unsigned half_cycle(wh_power_quality *pq, const wh_metrology *m)
{
    unsigned news = 0;
    const unsigned was_running = pq->events.running;

    if (pq->have_previous) {
        for (unsigned k = 0; k < pq->phases; k++) {
            pq->urms_half_uv[k] = wh_metrology_urms_half_uv(m, &pq->previous, &m->half, k);
        }
        news |= WH_QUALITY_NEWS_HALF_CYCLE;
        news |= wh_voltage_events_feed(&pq->events, &m->half, pq->urms_half_uv, &pq->ring);
        news |= wh_rapid_change_feed(&pq->rapid_change, &m->half, pq->urms_half_uv,
                                     pq->events.running != 0, &pq->ring);
    }
    pq->previous = m->half;
    pq->have_previous = true;
    unsigned flags = flags_of(pq->events.running | was_running);
    if (m->quantities.cycles != 0 && !m->quantities.locked) {
        flags |= WH_QUALITY_FLAG_UNLOCKED;
    }
    pq->window_flags = (uint8_t)(pq->window_flags | flags);
    return news | wh_aggregate_half_cycle(&pq->aggregate, &m->half, flags);
}

static unsigned window(wh_power_quality *pq, const wh_metrology *m)
{
    const unsigned unlocked = m->quantities.locked ? 0 : WH_QUALITY_FLAG_UNLOCKED;
    unsigned news =
        wh_aggregate_window(&pq->aggregate, &m->quantities, pq->window_flags | unlocked);

    pq->window_flags = (uint8_t)flags_of(pq->events.running);
    for (wh_quality_part *part = pq->parts; part != NULL; part = part->next) {
        if (part->calls->window != NULL) {
            news |= part->calls->window(part, m);
        }
    }
    return news;
}

/* Tell the parts what happened. */
static unsigned tell(wh_power_quality *pq, unsigned news)
{
    unsigned more = 0;
    for (wh_quality_part *part = pq->parts; part != NULL; part = part->next) {
        const wh_quality_part_calls *calls = part->calls;
        if ((news & WH_QUALITY_NEWS_STARTED) != 0 && calls->started != NULL) {
            more |= calls->started(part, pq->events.started_q16);
        }
        if ((news & WH_QUALITY_NEWS_TEN_MINUTES) != 0 && calls->ten_minutes != NULL) {
            more |= calls->ten_minutes(part, pq->aggregate.ten_minutes.flags);
        }
        if ((news & WH_QUALITY_NEWS_TWO_HOURS) != 0 && calls->two_hours != NULL) {
            more |= calls->two_hours(part, pq->aggregate.two_hours.flags);
        }
    }
    return more;
}

unsigned wh_power_quality_feed(wh_power_quality *pq, const wh_metrology *m,
                               const int32_t (*samples)[WH_CHANNELS], size_t count, unsigned event)
{
    unsigned news = 0;

    for (wh_quality_part *part = pq->parts; part != NULL; part = part->next) {
        if (part->calls->samples != NULL) {
            news |= part->calls->samples(part, samples, count);
        }
    }
    if ((event & WH_EVENT_HALF_CYCLE) != 0) {
        news |= half_cycle(pq, m);
    }
    if ((event & WH_EVENT_WINDOW) != 0) {
        news |= window(pq, m);
    }
    return news | tell(pq, news);
}

void wh_power_quality_time(wh_power_quality *pq, const wh_metrology *m, int64_t utc_ms)
{
    wh_aggregate_time(&pq->aggregate, m->sample_count, utc_ms);
}

const wh_quality_event *wh_power_quality_event(const wh_power_quality *pq, uint32_t n)
{
    if (n >= pq->ring.count || pq->ring.count - n > WH_QUALITY_EVENTS) {
        return NULL;
    }
    return &pq->ring.event[n % WH_QUALITY_EVENTS];
}
