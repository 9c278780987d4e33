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

/* Sum of squares of bins first .. last of a spectrum (re, im). */
static float power(const float *bins, unsigned first, unsigned last)
{
    float sum = 0;
    for (const float *b = bins + 2 * (size_t)first; b < bins + 2 * (size_t)last + 2; b += 2) {
        sum += b[0] * b[0] + b[1] * b[1];
    }
    return sum;
}

/* From a bin to parts of full scale, rms: what the resampler took away, at `bin`. */
static float gain_at(const wh_harmonics *h, const wh_harmonics_aim *aim, float bin)
{
    const float f = bin * (float)aim->step * (1.0F / 4294967296.0F) / (float)h->cycles;
    return SQRT_2 / (wh_resampler_response(&h->resampler, f) * (float)h->points);
}

static unsigned highest_order(const wh_harmonics *h, const wh_harmonics_aim *aim)
{
    const unsigned wanted =
        h->points < WH_FFT_POINTS_MAX ? CLASS_S_ORDER * 10U / h->cycles : CLASS_A_ORDER;
    /* nine tenths of half the rate, 0.45 turn per sample, and a thousandth more, so that the
     * last one does not come and go with the frequency */
    const unsigned possible = (unsigned)(1935000000U / aim->step);
    return possible < wanted ? possible : wanted;
}

/* Angle of a complex number in turns of 2^32; the series of the arc tangent (Abramowitz and
 * Stegun 4.4.49) errs by 2e-8 rad. */
static uint32_t angle_of(float im, float re)
{
    const float a = im < 0 ? -im : im;
    const float b = re < 0 ? -re : re;
    const float most = a > b ? a : b;
    if (!(most > 0)) {
        return 0;
    }
    const float z = (a > b ? b : a) / most;
    const float y = z * z;
    float turn =
        (1.0F / (2 * 3.14159265F)) * z *
        (1.0F + y * (-0.3333314528F +
                     y * (0.1999355085F +
                          y * (-0.1420889944F +
                               y * (0.1065626393F +
                                    y * (-0.0752896400F +
                                         y * (0.0429096138F +
                                              y * (-0.0161657367F + y * 0.0028662257F))))))));
    turn = a > b ? 0.25F - turn : turn;
    turn = re < 0 ? 0.5F - turn : turn;
    const uint32_t found = (uint32_t)(int32_t)(turn * 2147483648.0F) * 2;
    return im < 0 ? 0U - found : found;
}

/* Turns that channel k runs ahead at the fundamental by calibration: its delay, and the
 * angle of its transformer. */
static uint32_t lead_of(const wh_harmonics *h, const wh_harmonics_aim *aim, unsigned k,
                        unsigned order)
{
    const uint32_t delay = h->config->channel[k].delay_q16;
    uint32_t lead = (uint32_t)(((uint64_t)aim->step * delay) >> 16) * order;
    if (k >= WH_I1 && k <= WH_I3 &&
        h->config->phase[k - WH_I1].angle_nrad !=
            0) { /* a transformer's lead falls with the frequency */
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
    const uint32_t reference = aim->phase + h->reference_turn;
    const uint32_t off = turn - order * reference - lead_of(h, aim, k, order);
    return (int32_t)(((int64_t)(int32_t)off * TURN_URAD) >> 32);
}

/* One channel while its spectrum is read. */
typedef struct {
    const float *bins;
    wh_harmonic_spectrum *to;
    unsigned channel;
    float per_code;
    float line_1; /* squares: of the fundamental's line, */
    float lines;  /* of the lines above it, */
    float groups; /* of their subgroups */
} reading;

static void read_order(const wh_harmonics *h, const wh_harmonics_aim *aim, reading *r, unsigned n,
                       const float gain[2])
{
    const unsigned first = n * h->cycles;
    const float at = gain[0] * r->per_code;
    const float line = power(r->bins, first, first) * square(at);
    const float beside =
        power(r->bins, first - 1, first - 1) + power(r->bins, first + 1, first + 1);
    const float group = line + beside * square(at);
    const float between = power(r->bins, first + 2, first + h->cycles - 2);

    r->to->harmonic[n] = __builtin_sqrtf(group);
    r->to->interharmonic[n] = __builtin_sqrtf(between) * gain[1] * r->per_code;
    r->to->angle_urad[n] = angle_urad(h, aim, r->bins + 2 * (size_t)first, r->channel, n);
    if (n == 1) {
        r->line_1 = line;
    } else {
        r->lines += line;
        r->groups += group;
    }
}

/* Of order 0 there is the DC, and what lies below the fundamental. */
static void read_dc(const wh_harmonics *h, const reading *r, const float gain[2])
{
    const float between = power(r->bins, 2, h->cycles - 2U);
    r->to->harmonic[0] = r->bins[0] * gain[0] * r->per_code * (1.0F / SQRT_2);
    r->to->interharmonic[0] = __builtin_sqrtf(between) * gain[1] * r->per_code;
}

/* The oscillator follows the leading voltage softly, so it may be a little off: take what it
 * is off where that voltage is among the channels gathered, and keep it for the others. */
static void take_reference(wh_harmonics *h, const wh_harmonics_aim *aim, const reading *r)
{
    if (r->channel == (unsigned)WH_U1 + aim->leader) {
        const float *bin = r->bins + 2 * (size_t)h->cycles;
        h->reference_turn = angle_of(bin[0], -bin[1]) - aim->phase - lead_of(h, aim, r->channel, 1);
    }
}

/* Transform the channels gathered and read their spectra, order by order, as the gains are the
 * same for all of them. */
static void analyse(wh_harmonics *h, const wh_harmonics_aim *aim, unsigned slots)
{
    reading r[WH_CHANNELS];

    for (unsigned i = 0; i < slots; i++) {
        const unsigned k = h->channel[h->first + i];
        float *data = h->gathered + (size_t)i * h->points;
        wh_fft_real(data, h->points);
        h->spectrum[k] = (wh_harmonic_spectrum){0};
        h->windows[k]++;
        h->fresh = (uint8_t)(h->fresh | 1U << k);
        r[i] = (reading){.bins = data,
                         .to = &h->spectrum[k],
                         .channel = k,
                         .per_code = wh_quality_per_code(h->config, k)};
        take_reference(h, aim, &r[i]);
    }
    for (unsigned n = 0; n <= h->orders; n++) {
        const float gain[2] = {gain_at(h, aim, (float)(n * h->cycles)),
                               gain_at(h, aim, ((float)n + 0.5F) * (float)h->cycles)};
        for (unsigned i = 0; i < slots; i++) {
            if (n == 0) {
                read_dc(h, &r[i], gain);
            } else {
                read_order(h, aim, &r[i], n, gain);
            }
        }
    }
    for (unsigned i = 0; i < slots; i++) {
        wh_harmonic_spectrum *s = r[i].to;
        const float group_1 = square(s->harmonic[1]);
        s->thd = r[i].line_1 > 0 ? __builtin_sqrtf(r[i].lines / r[i].line_1) : 0;
        s->thds = group_1 > 0 ? __builtin_sqrtf(r[i].groups / group_1) : 0;
    }
}

static unsigned slots_now(const wh_harmonics *h)
{
    const unsigned left = (unsigned)(h->channels - h->first);
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
    analyse(h, aim, slots);
    h->first = h->first + slots < h->channels ? (uint8_t)(h->first + slots) : 0;
    h->aim[0] = h->aim[1];
    h->done = 0;
    wh_resampler_end(&h->resampler);
    return WH_QUALITY_NEWS_HARMONICS;
}

/* Put one point of all channels gathered where the FFT wants it. */
static unsigned gather(wh_harmonics *h, const float point[WH_CHANNELS])
{
    const unsigned slots = slots_now(h);
    const uint8_t *channel = h->channel + h->first;

    if ((h->done & 1U) == 0) {
        h->place = (uint16_t)wh_fft_place(h->done, h->points);
    } else {
        h->place++; /* its pair */
    }
    float *to = h->gathered + h->place;
    for (unsigned s = 0; s < slots; s++) {
        *to = point[channel[s]];
        to += h->points;
    }
    return ++h->done == h->points ? end_window(h) : 0;
}

static unsigned on_samples(wh_quality_part *part, const int32_t (*samples)[WH_CHANNELS],
                           size_t count)
{
    wh_harmonics *h = (wh_harmonics *)part; /* part is its first member */
    float point[WH_CHANNELS];
    unsigned news = 0;

    while (count > 0) {
        const size_t taken = wh_resampler_put(&h->resampler, samples, count);
        samples += taken;
        count -= taken;
        while (wh_resampler_take(&h->resampler, point)) {
            news |= gather(h, point);
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
        .leader = m->quantities.leader,
        .locked = m->quantities.locked,
    };

    const bool waits =
        wh_resampler_start(&h->resampler, cut_q32, (int64_t)(((uint64_t)turns << 32) / step),
                           (unsigned)(h->points - h->done));
    if (!waits) {
        h->done = 0;
    }
    h->aim[waits ? 1 : 0] = aim;
    return 0;
}

static const wh_quality_part_calls calls = {.samples = on_samples, .window = on_window};

/* The widest kernel that leaves the 40th at 0.55 of its own rate or below; for class A, one
 * that takes the rate to 10 kHz or below. */
static unsigned choose_stretch(const wh_metrology_config *config, unsigned points)
{
    const unsigned fs_hz = config->fs_mhz / 1000;
    if (points == WH_FFT_POINTS_MAX) {
        return wh_resampler_stretch(fs_hz <= 10500 ? 1 : (fs_hz + 8199) / 8200);
    }
    unsigned most = (fs_hz + 4199) / 4200;
    while (most > 1 && CLASS_S_ORDER * 50 * most > fs_hz / 100 * 55) {
        most--;
    }
    return wh_resampler_stretch(most);
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
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        const bool used =
            k == WH_IN ? config->channel[k].full_scale > 0 : k % WH_PHASES < config->phases;
        if (used) {
            h->channel[h->channels++] = (uint8_t)k;
        }
    }
    wh_resampler_init(&h->resampler, stretch,
                      (float(*)[WH_CHANNELS])(workspace + (size_t)points * slots), history);
    return WH_OK;
}
