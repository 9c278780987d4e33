/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/fft.h"

#include "meter/power_quality/fft_table.h"

#include <stdint.h>

typedef struct {
    float re;
    float im;
} complex_f32;

unsigned wh_fft_place(unsigned i, unsigned n)
{
    uint32_t x = i >> 1;
    x = (x >> 1 & 0x55555555U) | (x & 0x55555555U) << 1;
    x = (x >> 2 & 0x33333333U) | (x & 0x33333333U) << 2;
    x = (x >> 4 & 0x0F0F0F0FU) | (x & 0x0F0F0F0FU) << 4;
    x = (x >> 8 & 0x00FF00FFU) | (x & 0x00FF00FFU) << 8;
    x = x >> 16 | x << 16;
    /* x = reversed(i / 2) << 32 - log2(n / 2); n / 2 is a power of two */
    const uint32_t place = (uint32_t)(((uint64_t)x * (n / 2)) >> 32);
    return 2 * place + (i & 1U);
}

/* Butterflies of radix 2 on neighbours: what is left where log2 of the length is odd. */
static void radix2(complex_f32 *x, unsigned n)
{
    for (complex_f32 *end = x + n; x < end; x += 2) {
        const complex_f32 a = x[0];
        const complex_f32 b = x[1];
        x[0].re = a.re + b.re;
        x[0].im = a.im + b.im;
        x[1].re = a.re - b.re;
        x[1].im = a.im - b.im;
    }
}

/* The four-point transform of a, b, c, d (in this order), stored q apart. */
static inline void four_points(complex_f32 *x, unsigned q, complex_f32 b, complex_f32 c,
                               complex_f32 d)
{
    const complex_f32 a = x[0];
    const complex_f32 ac = {a.re + c.re, a.im + c.im};
    const complex_f32 a_c = {a.re - c.re, a.im - c.im};
    const complex_f32 bd = {b.re + d.re, b.im + d.im};
    const complex_f32 b_d = {b.re - d.re, b.im - d.im};
    x[0].re = ac.re + bd.re;
    x[0].im = ac.im + bd.im;
    x[q].re = a_c.re + b_d.im;
    x[q].im = a_c.im - b_d.re;
    x[2 * q].re = ac.re - bd.re;
    x[2 * q].im = ac.im - bd.im;
    x[3 * q].re = a_c.re - b_d.im;
    x[3 * q].im = a_c.im + b_d.re;
}

/* a times (c - is) */
static inline complex_f32 turned(complex_f32 a, float c, float s)
{
    const complex_f32 r = {a.re * c + a.im * s, a.im * c - a.re * s};
    return r;
}

/* One pass: transforms of length 4q out of four of length q. Input is in bit-reversed order,
 * so the second and third quarters have changed places. */
static void radix4(complex_f32 *x, unsigned n, unsigned q)
{
    const unsigned stride = WH_FFT_POINTS_MAX / (4 * q);
    const complex_f32 *end = x + n;

    for (complex_f32 *p = x; p < end; p += 4 * q) {
        four_points(p, q, p[2 * q], p[q], p[3 * q]);
    }
    for (unsigned k = 1; k < q; k++) {
        const float c1 = quarter_sine[QUARTER - k * stride];
        const float s1 = quarter_sine[k * stride];
        const float c2 = c1 * c1 - s1 * s1;
        const float s2 = 2 * c1 * s1;
        const float c3 = c1 * c2 - s1 * s2;
        const float s3 = c1 * s2 + s1 * c2;
        for (complex_f32 *p = x + k; p < end; p += 4 * q) {
            four_points(p, q, turned(p[2 * q], c1, s1), turned(p[q], c2, s2),
                        turned(p[3 * q], c3, s3));
        }
    }
}

/* Take the spectra of the even and the odd points apart, and join them to that of all. */
static void take_apart(complex_f32 *x, unsigned n)
{
    const unsigned stride = WH_FFT_POINTS_MAX / (2 * n);
    const float dc = x[0].re;

    x[0].re = dc + x[0].im;
    x[0].im = dc - x[0].im;
    x[n / 2].im = -x[n / 2].im;
    for (unsigned k = 1; k < n / 2; k++) {
        complex_f32 *p = x + k;
        complex_f32 *m = x + (n - k);
        const complex_f32 even = {0.5F * (p->re + m->re), 0.5F * (p->im - m->im)};
        const complex_f32 odd = {0.5F * (p->im + m->im), 0.5F * (m->re - p->re)};
        const complex_f32 t =
            turned(odd, quarter_sine[QUARTER - k * stride], quarter_sine[k * stride]);
        p->re = even.re + t.re;
        p->im = even.im + t.im;
        m->re = even.re - t.re;
        m->im = t.im - even.im;
    }
}

void wh_fft_real(float *data, unsigned n)
{
    complex_f32 *x = (complex_f32 *)data; /* pairs of floats either way */
    const unsigned half = n / 2;
    unsigned q = 1;

    if ((half & 0xAAAAU) != 0) {
        radix2(x, half);
        q = 2;
    }
    for (; q < half; q *= 4) {
        radix4(x, half, q);
    }
    take_apart(x, half);
}
