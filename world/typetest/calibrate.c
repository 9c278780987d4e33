/* SPDX-License-Identifier: Apache-2.0 */
#include "world/typetest/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI        3.14159265358979323846
#define SPECTRA   12 /* at most, spread over the samples */
#define GAPS      32 /* between harmonics, at most */
#define GAP       3  /* bins on each side of the middle of a gap */
#define GAPS_BINS ((GAPS + 2) * (2 * GAP + 1))
#define SPACING   24 /* bins between two harmonics: two half main lobes and a gap */

static void add_window(wh_calibrate_means *m, const wh_quantities *q)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        m->u_v[k] += (double)q->phase[k].u_uv / 1e6;
        m->i_a[k] += (double)q->phase[k].i_ua / 1e6;
        m->p_w[k] += (double)q->phase[k].p_uw / 1e6;
        m->p1_w[k] += (double)q->phase[k].p1_uw / 1e6;
        m->q1_var[k] += (double)q->phase[k].q1_uvar / 1e6;
    }
    m->in_a += (double)q->in_ua / 1e6;
    m->f_hz += q->f_uhz / 1e6;
    m->windows++;
}

static void divide(wh_calibrate_means *m)
{
    double n = m->windows;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        m->u_v[k] /= n;
        m->i_a[k] /= n;
        m->p_w[k] /= n;
        m->p1_w[k] /= n;
        m->q1_var[k] /= n;
    }
    m->in_a /= n;
    m->f_hz /= n;
}

wh_err wh_calibrate_measure(const wh_metrology_config *config, const wh_calibrate_samples *samples,
                            wh_calibrate_means *means, wh_message *message)
{
    memset(means, 0, sizeof *means);
    wh_metrology *m = malloc(sizeof *m);
    if (m == NULL) {
        return WH_ERR_SPACE;
    }
    wh_err err = wh_metrology_init(m, config);
    if (err != WH_OK) {
        wh_message_set(message, "rate, frequency, phases, full scale or delay out of range");
    }
    unsigned settled = 0;
    for (size_t done = 0; err == WH_OK && done < samples->count;) {
        unsigned event;
        done += wh_metrology_feed(m, samples->code + done, samples->count - done, &event);
        bool window = (event & WH_EVENT_WINDOW) != 0 && m->quantities.locked;
        if (window && settled++ >= WH_CALIBRATE_SETTLE) {
            add_window(means, &m->quantities);
        }
    }
    free(m);
    if (err == WH_OK && means->windows < WH_CALIBRATE_LEAST) {
        wh_message_set(message,
                       "only %u windows of a steady voltage: %u are needed, after %u for settling",
                       means->windows, WH_CALIBRATE_LEAST, WH_CALIBRATE_SETTLE);
        err = WH_ERR_SHORT;
    }
    if (err == WH_OK) {
        divide(means);
    }
    return err;
}

/* Seven-term Blackman-Harris: side lobes 180 dB down, main lobe 7 bins to each side (Albrecht
 * 2001). Returns the sum of its squares. */
static double make_window(double *window, size_t points)
{
    static const double a[7] = {0.27105140069342, 0.43329793923448, 0.21812299954311,
                                0.06592544638803, 0.01081174209837, 0.00077658482522,
                                0.00001388721735};
    double squares = 0;
    for (size_t n = 0; n < points; n++) {
        double value = 0;
        for (int k = 0; k < 7; k++) {
            double term = a[k] * cos(2 * PI * k * (double)n / (double)points);
            value += k % 2 == 0 ? term : -term;
        }
        window[n] = value;
        squares += value * value;
    }
    return squares;
}

/* Power of one bin of the windowed samples, by a rotating phasor. */
static double bin_power(const double *x, size_t points, double bin)
{
    double step = 2 * PI * bin / (double)points;
    double c = 1, s = 0, step_c = cos(step), step_s = sin(step), re = 0, im = 0;
    for (size_t n = 0; n < points; n++) {
        re += x[n] * c;
        im -= x[n] * s;
        double next = c * step_c - s * step_s;
        s = s * step_c + c * step_s;
        c = next;
    }
    return re * re + im * im;
}

/* Bins in the middle between two harmonics, over the band up to 0.45 of the sampling rate. */
static size_t choose_bins(double fs_hz, double f_hz, size_t points, double *bins)
{
    unsigned gaps = (unsigned)(0.45 * fs_hz / f_hz);
    unsigned step = gaps / GAPS + 1;
    size_t count = 0;
    for (unsigned h = 1; h < gaps; h += step) {
        double middle = rint((h + 0.5) * f_hz / fs_hz * (double)points);
        for (int b = -GAP; b <= GAP; b++) {
            bins[count++] = middle + b;
        }
    }
    return count;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The shortest power of two that leaves room between two main lobes. */
static size_t spectrum_points(double fs_hz, double f_hz)
{
    size_t points = 512;
    while ((double)points < SPACING * fs_hz / f_hz) {
        points *= 2;
    }
    return points;
}

/* Median of the powers of bins over some spectra, per sample. window[points], x[points]. */
static double median_power(const wh_calibrate_samples *samples, unsigned channel, double fs_hz,
                           double f_hz, double *window, size_t points)
{
    double bin[GAPS_BINS], power[SPECTRA * GAPS_BINS];
    double *x = window + points;
    double squares = make_window(window, points);
    size_t bins = choose_bins(fs_hz, f_hz, points, bin);
    size_t spectra = samples->count / points < SPECTRA ? samples->count / points : SPECTRA;
    size_t hop = spectra > 1 ? (samples->count - points) / (spectra - 1) : 0;
    size_t count = 0;
    for (size_t i = 0; i < spectra; i++) {
        for (size_t n = 0; n < points; n++) {
            x[n] = window[n] * samples->code[i * hop + n][channel];
        }
        for (size_t b = 0; b < bins; b++) {
            power[count++] = bin_power(x, points, bin[b]) / squares;
        }
    }
    qsort(power, count, sizeof power[0], by_size);
    return count > 0 ? power[count / 2] : 0;
}

wh_err wh_calibrate_noise(const wh_calibrate_samples *samples, unsigned channel, double fs_hz,
                          double f_hz, double *codes2)
{
    *codes2 = 0;
    if (!(f_hz >= 10) || !(fs_hz >= 8 * f_hz)) {
        return WH_ERR_RANGE;
    }
    size_t points = spectrum_points(fs_hz, f_hz);
    if (samples->count < points) {
        return WH_ERR_SHORT;
    }
    double *work = malloc(2 * points * sizeof *work);
    if (work == NULL) {
        return WH_ERR_SPACE;
    }
    double median = median_power(samples, channel, fs_hz, f_hz, work, points);
    free(work);
    *codes2 = median / log(2.0); /* the median of an exponential distribution */
    return WH_OK;
}

static bool in_use(const wh_metrology_config *config, unsigned channel)
{
    return channel == WH_IN || channel % WH_PHASES < config->phases;
}

static void clear(wh_metrology_config *config)
{
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        config->channel[k].gain_q30 = WH_GAIN_ONE_Q30;
        config->channel[k].noise_q8 = 0;
    }
    memset(config->phase, 0, sizeof config->phase);
}

static wh_err set_noise(wh_metrology_config *config, const wh_calibrate_samples *samples,
                        double f_hz, wh_message *message)
{
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        double codes2 = 0;
        if (!in_use(config, k)) {
            continue;
        }
        wh_err err = wh_calibrate_noise(samples, k, config->fs_mhz / 1e3, f_hz, &codes2);
        if (err != WH_OK) {
            wh_message_set(message, "noise: more samples are needed");
            return err;
        }
        config->channel[k].noise_q8 = codes2 < 1e6 ? (uint32_t)lrint(codes2 * 256) : 0;
    }
    return WH_OK;
}

static wh_err set_gain(wh_channel_calibration *channel, const char *what, double truth,
                       double measured, wh_message *message)
{
    double gain = measured > 0 ? truth / measured : 0;
    if (!(gain >= 0.5) || !(gain <= 2)) {
        wh_message_set(message, "%s reads %.6g where %.6g is true: full scale or wiring is wrong",
                       what, measured, truth);
        return WH_ERR_RANGE;
    }
    channel->gain_q30 = (uint32_t)lrint(gain * WH_GAIN_ONE_Q30);
    return WH_OK;
}

static wh_err set_angle(wh_phase_calibration *phase, unsigned k, double truth_deg,
                        const wh_calibrate_means *m, wh_message *message)
{
    double lead = truth_deg * PI / 180 - atan2(m->q1_var[k], m->p1_w[k]);
    lead = remainder(lead, 2 * PI);
    if (!(fabs(lead) * 1e9 <= WH_ANGLE_MAX_NRAD)) {
        wh_message_set(message,
                       "L%u: the current is off by %.3g degrees: phases or signs are mixed up",
                       k + 1, lead * 180 / PI);
        return WH_ERR_RANGE;
    }
    phase->angle_nrad = (int32_t)lrint(lead * 1e9);
    return WH_OK;
}

wh_err wh_calibrate_load(wh_metrology_config *config, const wh_calibrate_samples *samples,
                         const wh_calibrate_reference *reference, wh_message *message)
{
    static const char *const names[WH_CHANNELS] = {"U1", "U2", "U3", "I1", "I2", "I3", "IN"};
    wh_calibrate_means m;
    clear(config);
    wh_err err = wh_calibrate_measure(config, samples, &m, message);
    if (err == WH_OK) {
        err = set_noise(config, samples, m.f_hz, message);
    }
    if (err == WH_OK) {
        err = wh_calibrate_measure(config, samples, &m, message);
    }
    for (unsigned k = 0; k < config->phases && err == WH_OK; k++) {
        const wh_calibrate_phase *truth = &reference->phase[k];
        err = set_gain(&config->channel[k], names[k], truth->urms_v, m.u_v[k], message);
        if (err == WH_OK) {
            err = set_gain(&config->channel[WH_I1 + k], names[WH_I1 + k], truth->irms_a, m.i_a[k],
                           message);
        }
        if (err == WH_OK) {
            err = set_angle(&config->phase[k], k, truth->angle_deg, &m, message);
        }
    }
    if (err == WH_OK && reference->neutral_a > 0) {
        err =
            set_gain(&config->channel[WH_IN], names[WH_IN], reference->neutral_a, m.in_a, message);
    }
    return err;
}

wh_err wh_calibrate_no_load(wh_metrology_config *config, const wh_calibrate_samples *samples,
                            wh_message *message)
{
    wh_calibrate_means m;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        config->phase[k].p_offset_uw = 0;
        config->phase[k].q_offset_uvar = 0;
    }
    wh_err err = wh_calibrate_measure(config, samples, &m, message);
    for (unsigned k = 0; k < config->phases && err == WH_OK; k++) {
        if (fabs(m.p_w[k]) > 1000 || fabs(m.q1_var[k]) > 1000) {
            wh_message_set(message, "L%u: %.6g W and %.6g var without load", k + 1, m.p_w[k],
                           m.q1_var[k]);
            return WH_ERR_RANGE;
        }
        config->phase[k].p_offset_uw = (int32_t)lrint(m.p_w[k] * 1e6);
        config->phase[k].q_offset_uvar = (int32_t)lrint(m.q1_var[k] * 1e6);
    }
    return err;
}
