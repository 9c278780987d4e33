/* SPDX-License-Identifier: Apache-2.0 */
/* fft.h - the spectrum of a real sequence of 1024 or 2048 points, in place, single precision.
 *
 * A real transform of n points is a complex one of n/2 with the even points as real and the
 * odd ones as imaginary parts, and one pass to take the two apart. Radix 4, decimation in
 * time; the caller writes the points at their bit-reversed places (wh_fft_place) while they
 * come in, which costs it nothing and saves a pass. */
#ifndef WH_METER_FFT_H
#define WH_METER_FFT_H

#define WH_FFT_POINTS_MAX 2048

/* Where point i of n goes. n is a power of two, 8 to WH_FFT_POINTS_MAX. */
unsigned wh_fft_place(unsigned i, unsigned n);

/* Transform data[n], written by wh_fft_place. Bin k of 0 .. n/2-1 is afterwards at
 * data[2k] (real) and data[2k + 1] (imaginary): sum of x·exp(-2πi·jk/n), not scaled. The
 * imaginary part of bin 0, which is none, is the real bin n/2. */
void wh_fft_real(float *data, unsigned n);

#endif /* WH_METER_FFT_H */
