/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/flicker.h"

#include "meter/power_quality/quality_scale.h"

#include <string.h>

#define PI              3.14159265F
#define HIGH_PASS_HZ    0.05F
#define SMOOTH_S        0.3F
#define MEMORY_S        27.3F
#define SETTLING_S      15U
#define START_S_INVERSE 2U /* block 1 alone runs for half a second */
#define CLASSIFY_HZ     100U
#define CLASSES_LOG2    3           /* to the octave */
#define LOWEST_OCTAVE   (127U - 6U) /* as a float's exponent: 2^-6 */
#define PST_PER_PLT     12
#define DC_WINDOWS      16

/* The lamp and the eye (IEC 61000-4-15:2010, table 1); frequencies in Hz. */
typedef struct {
    float k;
    float damping_hz;
    float w1_hz;
    float w2_hz;
    float w3_hz;
    float w4_hz;
    float low_pass_hz;
    float gain; /* makes Pinst 1 of a sine of 8.8 Hz and 0.250 % (120 V: 0.321 %) */
} lamp;

static const lamp lamps[WH_LAMPS] = {
    [WH_LAMP_230_V_50_HZ] = {1.74802F, 4.05981F, 9.15494F, 2.27979F, 1.22535F, 21.9F, 35.0F,
                             309588.5F},
    [WH_LAMP_120_V_60_HZ] = {1.6357F, 4.167375F, 9.077169F, 2.939902F, 1.394468F, 17.31512F, 42.0F,
                             307642.2F},
};

/* tan(pi f / fs) for small angles: its series. */
static float warped(float f, float fs)
{
    const float x = PI * f / fs;
    const float y = x * x;
    return x * (1.0F + y * (1.0F / 3 + y * (2.0F / 15 + y * (17.0F / 315))));
}

/* Gain of the integrator of a first-order low-pass. */
static float first_order(float f, float fs)
{
    const float g = warped(f, fs);
    return g / (1.0F + g);
}

static wh_flicker_filter second_order(float f, float fs, float two_r)
{
    const float g = warped(f, fs);
    return (wh_flicker_filter){g, two_r + g, 1.0F / (1.0F + g * (two_r + g))};
}

static float low_pass_1(float x, float g, float *state)
{
    const float v = (x - *state) * g;
    const float y = v + *state;
    *state = y + v;
    return y;
}

/* State variable filter; returns its band-pass, the low-pass in *low. */
static float state_variable(float x, const wh_flicker_filter *f, wh_flicker_state *s, float *low)
{
    const float high = (x - f->damping * s->a - s->b) * f->scale;
    const float v = f->g * high;
    const float band = v + s->a;
    s->a = v + band;
    const float w = f->g * band;
    *low = w + s->b;
    s->b = w + *low;
    return band;
}

/* Blocks 3 and 4: from the square, less its mean, to Pinst. */
static float perceive(wh_flicker *f, wh_flicker_phase *p, float x)
{
    const lamp *l = &lamps[f->lamp];
    float low = 0;

    x -= low_pass_1(x, f->high_pass_g, &p->high_pass);
    for (unsigned i = 0; i < 3; i++) {
        (void)state_variable(x, &f->low_pass[i], &p->low_pass[i], &low);
        x = low;
    }
    x = l->k * state_variable(x, &f->band, &p->band, &low);
    const float ratio = l->w3_hz / l->w2_hz;
    x = ratio * x + (1.0F - ratio) * low_pass_1(x, f->lag_g, &p->lag);
    x = low_pass_1(x, f->last_g, &p->last);
    return low_pass_1(x * x * l->gain, f->smooth_g, &p->smooth);
}

static unsigned class_of(float pinst)
{
    uint32_t bits = 0;
    if (!(pinst > 0)) {
        return 0;
    }
    memcpy(&bits, &pinst, sizeof bits);
    const uint32_t first = LOWEST_OCTAVE << CLASSES_LOG2;
    const uint32_t found = bits >> (23 - CLASSES_LOG2);
    if (found < first) {
        return 0;
    }
    return found - first < WH_FLICKER_CLASSES ? found - first : WH_FLICKER_CLASSES - 1;
}

/* Lower edge of a class; the lowest class reaches to 0. */
static float edge_of(unsigned which)
{
    const uint32_t first = LOWEST_OCTAVE << CLASSES_LOG2;
    const uint32_t bits = (first + which) << (23 - CLASSES_LOG2);
    float edge = 0;
    if (which > 0) {
        memcpy(&edge, &bits, sizeof edge);
    }
    return edge;
}

static void classify(wh_flicker_phase *p, float pinst)
{
    const unsigned which = class_of(pinst);
    if (p->classes[which] == UINT16_MAX) {
        return; /* an interval ten per cent longer than it may be */
    }
    p->classes[which]++;
    p->count++;
    if (which > 0) {
        const float y = pinst - p->carry;
        const float t = p->sum + y;
        p->carry = (t - p->sum) - y;
        p->sum = t;
    }
}

/* Two differences at the low rate: the square under a triangle of two boxes. */
static int32_t decimated_square(const wh_flicker *f, wh_flicker_phase *p)
{
    const uint64_t d = p->integral[1] - p->comb[0];
    const int32_t square = (int32_t)((d - p->comb[1]) >> f->shift);
    p->comb[0] = p->integral[1];
    p->comb[1] = d;
    return square;
}

/* A decimated square of one phase. */
static void advance(wh_flicker *f, unsigned k, bool to_classify)
{
    wh_flicker_phase *p = &f->phase[k];
    const int32_t square = decimated_square(f, p);
    const int32_t away = square - (int32_t)(p->reference_q32 >> 32);
    const uint32_t share = UINT32_MAX / (f->age < f->memory ? f->age + 1 : f->memory);

    p->reference_q32 += (int64_t)away * (int64_t)share;
    const int32_t reference = (int32_t)(p->reference_q32 >> 32);
    if (f->age * START_S_INVERSE * SETTLING_S < f->settled || reference <= 0) {
        return;
    }
    const float x = (float)(square - reference) / (float)reference;
    f->pinst[k] = perceive(f, p, x);
    p->most = f->pinst[k] > p->most ? f->pinst[k] : p->most;
    if (to_classify) {
        classify(p, f->pinst[k]);
    }
}

static void advance_all(wh_flicker *f)
{
    if (f->boxes < 2) { /* the differences are not filled yet */
        f->boxes++;
        for (unsigned k = 0; k < f->phases; k++) {
            (void)decimated_square(f, &f->phase[k]);
        }
        return;
    }
    const bool settled = f->age >= f->settled;
    const bool to_classify = settled && f->divided + 1U >= f->divider;

    f->divided = to_classify ? 0 : (uint16_t)(f->divided + 1U);
    for (unsigned k = 0; k < f->phases; k++) {
        advance(f, k, to_classify);
        if (!settled) {
            f->phase[k].most = 0;
        }
    }
    f->age = f->age < f->memory ? f->age + 1 : f->age;
}

/* Block 2 and the boxes: the square at the full rate. */
static void integrate(wh_flicker_phase *p, const int32_t *u, size_t count)
{
    uint64_t a = p->integral[0];
    uint64_t b = p->integral[1];
    const int32_t dc = p->dc;

    for (size_t i = 0; i < count; i++, u += WH_CHANNELS) {
        const int64_t v = *u - dc;
        a += (uint64_t)(v * v);
        b += a;
    }
    p->integral[0] = a;
    p->integral[1] = b;
}

static unsigned on_samples(wh_quality_part *part, const int32_t (*samples)[WH_CHANNELS],
                           size_t count)
{
    wh_flicker *f = (wh_flicker *)part; /* part is its first member */

    while (count > 0) {
        const size_t left = (size_t)(f->decimation - f->decimated);
        const size_t n = count < left ? count : left;
        for (unsigned k = 0; k < f->phases; k++) {
            integrate(&f->phase[k], &samples[0][WH_U1 + k], n);
        }
        samples += n;
        count -= n;
        f->decimated = (uint16_t)(f->decimated + n);
        if (f->decimated == f->decimation) {
            f->decimated = 0;
            if (f->dc_known) {
                advance_all(f);
            }
        }
    }
    return 0;
}

/* DC is taken from the voltages: it would show as a ripple of the mains frequency, which the
 * 35 Hz low-pass hardly stops. Smoothed, as flicker itself shows in the mean of a window. */
static unsigned on_window(wh_quality_part *part, const wh_metrology *m)
{
    wh_flicker *f = (wh_flicker *)part;

    for (unsigned k = 0; k < f->phases; k++) {
        wh_flicker_phase *p = &f->phase[k];
        const float dc = (float)m->quantities.phase[k].u_dc_uv * p->codes_per_uv;
        p->dc_mean += (dc - p->dc_mean) * (f->dc_known ? 1.0F / DC_WINDOWS : 1.0F);
        p->dc = (int32_t)p->dc_mean;
    }
    f->dc_known = true;
    return 0;
}

/* Pinst exceeded during `percent` of the time. */
static float exceeded(const wh_flicker_phase *p, float percent)
{
    const float wanted = percent * 0.01F * (float)p->count;
    float above = 0;

    for (unsigned i = WH_FLICKER_CLASSES; i-- > 0;) {
        const float here = p->classes[i];
        if (here > 0 && above + here >= wanted) {
            const float low = edge_of(i);
            return low + (edge_of(i + 1) - low) * (1.0F - (wanted - above) / here);
        }
        above += here;
    }
    return 0;
}

/* Mean of Pinst exceeded at `count` percentages. */
static float smoothed(const wh_flicker_phase *p, const float *percent, unsigned count)
{
    float sum = 0;
    for (unsigned i = 0; i < count; i++) {
        sum += exceeded(p, percent[i]);
    }
    return sum / (float)count;
}

/* The true mean above the lowest class over that of the classes: what their width loses. */
static float correction(const wh_flicker_phase *p)
{
    float sum = 0;
    for (unsigned i = 1; i < WH_FLICKER_CLASSES; i++) {
        sum += 0.5F * (edge_of(i) + edge_of(i + 1)) * (float)p->classes[i];
    }
    const float ratio = sum > 0 ? p->sum / sum : 1.0F;
    return ratio > 0.92F && ratio < 1.08F ? ratio : 1.0F; /* else beyond the classes */
}

float wh_flicker_pst_running(const wh_flicker *f, unsigned phase)
{
    static const float p1[] = {0.7F, 1, 1.5F};
    static const float p3[] = {2.2F, 3, 4};
    static const float p10[] = {6, 8, 10, 13, 17};
    static const float p50[] = {30, 50, 80};
    const wh_flicker_phase *p = &f->phase[phase];

    if (p->count == 0) {
        return 0;
    }
    return __builtin_sqrtf((0.0314F * exceeded(p, 0.1F) + 0.0525F * smoothed(p, p1, 3) +
                            0.0657F * smoothed(p, p3, 3) + 0.28F * smoothed(p, p10, 5) +
                            0.08F * smoothed(p, p50, 3)) *
                           correction(p));
}

static float cube_root(float x)
{
    float y = x > 1 ? x : 1;
    for (unsigned i = 0; i < 40 && x > 0; i++) { /* from above, so it falls to the root */
        y -= (y - x / (y * y)) * (1.0F / 3);
    }
    return x > 0 ? y : 0;
}

static unsigned on_ten_minutes(wh_quality_part *part, unsigned flags)
{
    wh_flicker *f = (wh_flicker *)part;

    f->pst_flags = (uint8_t)flags;
    f->plt_pending_flags = (uint8_t)(f->plt_pending_flags | flags);
    f->plt_count++;
    for (unsigned k = 0; k < f->phases; k++) {
        wh_flicker_phase *p = &f->phase[k];
        f->pst[k] = wh_flicker_pst_running(f, k);
        f->pinst_max[k] = p->most;
        f->plt_cubes[k] += f->pst[k] * f->pst[k] * f->pst[k];
        memset(p->classes, 0, sizeof p->classes);
        p->count = 0;
        p->sum = 0;
        p->carry = 0;
        p->most = 0;
    }
    return 0;
}

static unsigned on_two_hours(wh_quality_part *part, unsigned flags)
{
    wh_flicker *f = (wh_flicker *)part;
    const unsigned partial = f->plt_count < PST_PER_PLT ? WH_QUALITY_FLAG_PARTIAL : 0;

    f->plt_flags = (uint8_t)(f->plt_pending_flags | flags | partial);
    for (unsigned k = 0; k < f->phases; k++) {
        f->plt[k] = cube_root(f->plt_cubes[k] / (f->plt_count > 0 ? (float)f->plt_count : 1.0F));
        f->plt_cubes[k] = 0;
    }
    f->plt_count = 0;
    f->plt_pending_flags = 0;
    return 0;
}

static const wh_quality_part_calls calls = {.samples = on_samples,
                                            .window = on_window,
                                            .ten_minutes = on_ten_minutes,
                                            .two_hours = on_two_hours};

wh_err wh_flicker_init(wh_flicker *f, const wh_metrology_config *config, wh_lamp which)
{
    static const float butterworth[3] = {1.93185165F, 1.41421356F, 0.51763809F};

    if ((unsigned)which >= WH_LAMPS) {
        return WH_ERR_RANGE;
    }
    *f = (wh_flicker){.part = {.calls = &calls}, .phases = config->phases, .lamp = which};
    const lamp *l = &lamps[which];
    const unsigned decimation = config->fs_mhz / 800000;
    f->decimation = (uint16_t)(decimation > 1 ? decimation : 1);
    f->shift = 17; /* a square has 48 bits at most */
    while ((1U << (f->shift - 17)) < (unsigned)f->decimation * f->decimation) {
        f->shift++;
    }
    const float fs = (float)config->fs_mhz * 0.001F / (float)f->decimation;
    f->divider = (uint16_t)((unsigned)fs / CLASSIFY_HZ + 1);
    f->memory = (uint32_t)(MEMORY_S * fs);
    f->settled = (uint32_t)fs * SETTLING_S;
    for (unsigned k = 0; k < f->phases; k++) {
        f->phase[k].codes_per_uv = 1e-6F / wh_quality_per_code(config, WH_U1 + k);
    }
    f->high_pass_g = first_order(HIGH_PASS_HZ, fs);
    f->lag_g = first_order(l->w3_hz, fs);
    f->last_g = first_order(l->w4_hz, fs);
    f->smooth_g = first_order(1.0F / (2.0F * PI * SMOOTH_S), fs);
    f->band = second_order(l->w1_hz, fs, 2.0F * l->damping_hz / l->w1_hz);
    for (unsigned i = 0; i < 3; i++) {
        f->low_pass[i] = second_order(l->low_pass_hz, fs, butterworth[i]);
    }
    return WH_OK;
}
