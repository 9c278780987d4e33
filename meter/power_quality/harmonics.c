/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/harmonics.h"

#include "meter/power_quality/fft.h"
#include "meter/power_quality/quality_scale.h"

#define SQRT_2        1.41421356F
#define TURN_URAD     6283185
#define TURN_NRAD     6283185307LL
#define CLASS_A_ORDER 50
#define CLASS_S_ORDER 40 /* at 60 Hz 33, the same frequency */

static float square(float x)
{
    return x * x;
}

/* One channel's spectrum while it is read. */
typedef struct {
    const float *bins; /* re, im */
    float scale;       /* from a bin to V or A rms, droop of the resampler left out */
    unsigned cycles;
} wh_bins;

/* Sum of squares of bins first .. last, in V² or A². `gain` takes out the droop. */
static float power(const wh_bins *b, unsigned first, unsigned last, float gain)
{
    float sum = 0;
    for (unsigned i = 2 * first; i <= 2 * last + 1; i++) {
        sum += b->bins[i] * b->bins[i];
    }
    return sum * square(b->scale * gain);
}

/* What the resampler took away at `bin`. */
static float gain_at(const wh_harmonics *h, const wh_harmonics_aim *aim, float bin)
{
    const float f = bin * (float)aim->step * (1.0F / 4294967296.0F) / (float)h->cycles;
    return 1.0F / wh_resampler_response(&h->resampler, f);
}

static unsigned highest_order(const wh_harmonics *h, const wh_harmonics_aim *aim)
{
    const unsigned wanted =
        h->points < WH_FFT_POINTS_MAX ? CLASS_S_ORDER * 10U / h->cycles : CLASS_A_ORDER;
    /* nine tenths of half the rate: 0.45 turn per sample */
    const unsigned possible = (unsigned)(1932735283U / aim->step);
    return possible < wanted ? possible : wanted;
}

/* Angle of a complex number that may be tiny or large. */
static uint32_t angle_of(float im, float re)
{
    const float a = im < 0 ? -im : im;
    const float b = re < 0 ? -re : re;
    const float most = a > b ? a : b;
    if (!(most > 1e-30F)) {
        return 0;
    }
    const float up = 2147483648.0F / most;
    return wh_polar((int64_t)(im * up), (int64_t)(re * up), NULL);
}

/* Turns that channel k runs ahead at the fundamental by calibration: its delay, and the
 * angle of its transformer. */
static uint32_t lead_of(const wh_harmonics *h, const wh_harmonics_aim *aim, unsigned k,
                        unsigned order)
{
    const uint32_t delay = h->config->channel[k].delay_q16;
    uint32_t lead = (uint32_t)(((uint64_t)aim->step * delay) >> 16) * order;
    if (k >= WH_I1 && k <= WH_I3) { /* a transformer's lead falls with the frequency */
        const int64_t angle = h->config->phase[k - WH_I1].angle_nrad;
        lead += (uint32_t)(angle * ((int64_t)1 << 32) / (TURN_NRAD * order));
    }
    return lead;
}

static int32_t angle_urad(const wh_harmonics *h, const wh_harmonics_aim *aim, const float *bin,
                          unsigned k, unsigned order)
{
    /* a sine is -i in the spectrum */
    const uint32_t turn = angle_of(bin[0], -bin[1]);
    const uint32_t off = turn - order * aim->phase - lead_of(h, aim, k, order);
    return (int32_t)(((int64_t)(int32_t)off * TURN_URAD) >> 32);
}

static void read_orders(const wh_harmonics *h, const wh_harmonics_aim *aim, const wh_bins *b,
                        wh_harmonic_spectrum *s, unsigned k)
{
    const unsigned c = b->cycles;
    float lines = 0;
    float groups = 0;

    s->interharmonic[0] = __builtin_sqrtf(power(b, 2, c - 2, gain_at(h, aim, 0.5F * (float)c)));
    for (unsigned n = 1; n <= h->orders; n++) {
        const float gain = gain_at(h, aim, (float)(n * c));
        const float line = power(b, n * c, n * c, gain);
        const float group = power(b, n * c - 1, n * c + 1, gain);
        const float middle = gain_at(h, aim, ((float)n + 0.5F) * (float)c);
        const float between = power(b, n * c + 2, (n + 1) * c - 2, middle);
        s->harmonic[n] = __builtin_sqrtf(group);
        s->interharmonic[n] = __builtin_sqrtf(between);
        s->angle_urad[n] = angle_urad(h, aim, b->bins + 2 * (size_t)n * c, k, n);
        lines += n > 1 ? line : 0;
        groups += n > 1 ? group : 0;
    }
    const float line_1 = power(b, c, c, gain_at(h, aim, (float)c));
    const float group_1 = square(s->harmonic[1]);
    s->thd = line_1 > 0 ? __builtin_sqrtf(lines / line_1) : 0;
    s->thds = group_1 > 0 ? __builtin_sqrtf(groups / group_1) : 0;
}

/* A window of one channel is whole: transform it in place and read the result. */
static void analyse(wh_harmonics *h, const wh_harmonics_aim *aim, unsigned k, float *data)
{
    const float per_code = wh_quality_per_code(h->config, k);
    const wh_bins b = {data, SQRT_2 * per_code / (float)h->points, h->cycles};
    wh_harmonic_spectrum *s = &h->spectrum[k];

    wh_fft_real(data, h->points);
    *s = (wh_harmonic_spectrum){0};
    s->harmonic[0] = data[0] * per_code / (float)h->points * gain_at(h, aim, 0);
    read_orders(h, aim, &b, s, k);
    h->windows[k]++;
    h->fresh = (uint8_t)(h->fresh | 1U << k);
}

static unsigned slots_now(const wh_harmonics *h)
{
    const unsigned left = h->channels - h->first;
    return left < h->slots ? left : h->slots;
}

static unsigned end_window(wh_harmonics *h)
{
    const wh_harmonics_aim *aim = &h->aim[0];
    const unsigned slots = slots_now(h);

    h->fresh = 0;
    h->orders = (uint8_t)highest_order(h, aim);
    h->locked = aim->locked;
    h->start_q16 = aim->start_q16;
    h->end_q16 = aim->end_q16;
    for (unsigned i = 0; i < slots; i++) {
        analyse(h, aim, h->channel[h->first + i], h->gathered + (size_t)i * h->points);
    }
    h->first = h->first + slots < h->channels ? (uint8_t)(h->first + slots) : 0;
    h->aim[0] = h->aim[1];
    h->done = 0;
    (void)wh_resampler_end(&h->resampler);
    return WH_QUALITY_NEWS_HARMONICS;
}

static unsigned on_samples(wh_quality_part *part, const int32_t (*samples)[WH_CHANNELS],
                           size_t count)
{
    wh_harmonics *h = (wh_harmonics *)part; /* part is its first member */
    float point[WH_CHANNELS];
    unsigned news = 0;

    for (size_t i = 0; i < count; i++) {
        wh_resampler_put(&h->resampler, samples[i]);
        while (wh_resampler_take(&h->resampler, point)) {
            float *to = h->gathered + wh_fft_place(h->done, h->points);
            const unsigned slots = slots_now(h);
            for (unsigned s = 0; s < slots; s++) {
                to[(size_t)s * h->points] = point[h->channel[h->first + s]];
            }
            if (++h->done == h->points) {
                news |= end_window(h);
            }
        }
    }
    return news;
}

/* A window of the metrology ended and the next one began, in front of or behind the newest
 * sample. */
static unsigned on_window(wh_quality_part *part, const wh_metrology *m)
{
    wh_harmonics *h = (wh_harmonics *)part;
    const int64_t newest = (int64_t)m->sample_count - 1;
    const int64_t cut_q32 = ((int64_t)m->quantum.end_sample - newest) * ((int64_t)1 << 32) +
                            (int64_t)m->quantum.end_q32;
    const uint32_t step = m->oscillator.step;
    const int64_t turns = (int64_t)(((uint64_t)h->cycles << 32) / h->points);
    const uint64_t to_next = (uint64_t)(((int64_t)1 << 32) - cut_q32); /* samples, Q32 */
    const uint64_t start_q16 = m->quantum.end_sample << 16 | (uint64_t)(m->quantum.end_q32 >> 16);
    const wh_harmonics_aim aim = {
        .start_q16 = start_q16,
        .end_q16 = start_q16 + ((uint64_t)h->cycles << 48) / step,
        .phase = m->oscillator.phase - (uint32_t)(((to_next >> 16) * step) >> 16),
        .step = step,
        .locked = m->quantities.locked,
    };

    if (h->resampler.running && !h->resampler.waiting) {
        h->aim[1] = aim; /* the running window lacks its last points */
    } else {
        h->aim[0] = aim;
        h->done = 0;
    }
    wh_resampler_start(&h->resampler, cut_q32, (int64_t)(((uint64_t)turns << 32) / step));
    return 0;
}

static const wh_quality_part_calls calls = {.samples = on_samples, .window = on_window};

/* The widest kernel that leaves the 40th at 0.55 of its own rate or below. */
static unsigned choose_stretch(const wh_metrology_config *config, unsigned points)
{
    const unsigned fs_hz = config->fs_mhz / 1000;
    if (points == WH_FFT_POINTS_MAX) {
        return fs_hz <= 10500 ? 1 : (fs_hz + 8199) / 8200;
    }
    unsigned stretch = (fs_hz + 4199) / 4200;
    while (stretch > 1 && CLASS_S_ORDER * 50 * stretch > fs_hz / 100 * 55) {
        stretch--;
    }
    return stretch;
}

wh_err wh_harmonics_init(wh_harmonics *h, const wh_metrology_config *config, unsigned points,
                         unsigned slots, float *workspace, size_t len)
{
    const unsigned cycles = config->f_nominal_mhz / 5000;
    if ((points != 1024 && points != 2048) || slots < 1 || slots > WH_CHANNELS) {
        return WH_ERR_RANGE;
    }
    if (config->cycles_per_window != 0 && config->cycles_per_window != cycles) {
        return WH_ERR_UNSUPPORTED;
    }
    const unsigned stretch = choose_stretch(config, points);
    const unsigned history = WH_RESAMPLER_HISTORY(stretch);
    if (len < (size_t)points * slots + (size_t)history * WH_CHANNELS) {
        return WH_ERR_SPACE;
    }
    *h = (wh_harmonics){.part = {.calls = &calls},
                        .config = config,
                        .points = (uint16_t)points,
                        .slots = (uint8_t)slots,
                        .cycles = (uint8_t)cycles,
                        .gathered = workspace};
    for (uint8_t k = 0; k < WH_CHANNELS; k++) {
        const bool used =
            k == WH_IN ? config->channel[k].full_scale > 0 : k % WH_PHASES < config->phases;
        if (used) {
            h->channel[h->channels++] = k;
        }
    }
    wh_resampler_init(&h->resampler, stretch,
                      (float(*)[WH_CHANNELS])(workspace + (size_t)points * slots), history);
    return WH_OK;
}
