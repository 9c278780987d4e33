/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/capture.h"

#include <string.h>

static wh_capture *capture_of(wh_quality_part *part)
{
    return (wh_capture *)part; /* part is its first member */
}

static unsigned on_samples(wh_quality_part *part, const int32_t (*samples)[WH_CHANNELS],
                           size_t count)
{
    wh_capture *c = capture_of(part);
    const uint64_t block_first = c->taken;

    c->taken += count;
    if (c->complete) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(c->ring[c->at], samples[i], sizeof c->ring[0]);
        c->at = c->at + 1 < c->size ? c->at + 1 : 0;
        c->count = c->count < c->size ? c->count + 1 : c->size;
        if (c->triggered && --c->left == 0) {
            c->complete = true;
            c->first_sample = block_first + i + 1 - c->count;
            return WH_QUALITY_NEWS_CAPTURE;
        }
    }
    return 0;
}

static unsigned on_started(wh_quality_part *part, uint64_t start_q16)
{
    wh_capture *c = capture_of(part);
    if (c->triggered) {
        return 0;
    }
    const uint64_t start = start_q16 >> 16;
    const uint64_t since = c->taken > start ? c->taken - start : 0;
    const uint64_t after = c->size - c->pre;
    c->triggered = true;
    c->event_q16 = start_q16;
    c->left = since < after ? (size_t)(after - since) : 1;
    return 0;
}

static const wh_quality_part_calls calls = {.samples = on_samples, .started = on_started};

wh_err wh_capture_init(wh_capture *c, int32_t (*ring)[WH_CHANNELS], size_t size, size_t pre)
{
    if (size == 0 || pre >= size) {
        return WH_ERR_RANGE;
    }
    *c = (wh_capture){.part = {.calls = &calls}, .ring = ring, .size = size, .pre = pre};
    return WH_OK;
}

const int32_t *wh_capture_at(const wh_capture *c, size_t i)
{
    const size_t oldest = c->count < c->size ? 0 : c->at;
    return c->ring[(oldest + i) % c->size];
}

void wh_capture_resume(wh_capture *c)
{
    c->complete = false;
    c->triggered = false;
    c->count = 0;
    c->at = 0;
}
