/* SPDX-License-Identifier: Apache-2.0 */
/* oscillator.h - a numerically controlled oscillator: sine and cosine by table.
 *
 * Phase is a fraction of a turn in 32 bits, so it wraps by itself. The table has 128 steps
 * a turn, read with linear interpolation, in Q23: small enough that 24-bit samples times it
 * sum over a window in 64 bits. Interpolation between table points makes a pure sine smaller
 * by (sin x / x)² with x = pi/128, 2.0e-4 and the same at all angles, which metrology gives
 * back; besides it leaves lines at the 127th and 129th harmonic, 6.2e-5 high. */
#ifndef WH_METER_OSCILLATOR_H
#define WH_METER_OSCILLATOR_H

#include <stdint.h>

typedef struct {
    uint32_t phase; /* of the next sample, 2^32 = one turn; u crosses zero upwards at 0 */
    uint32_t step;  /* per sample */
} wh_oscillator;

#define WH_OSCILLATOR_ONE 8388608 /* Q23 */

/* Step for a frequency at a sample rate, both in the same unit. */
uint32_t wh_oscillator_step(uint64_t f, uint64_t fs);

/* sin and cos of a phase in Q23. About 12 instructions each on Cortex-M4. */
int32_t wh_oscillator_sin(uint32_t phase);
int32_t wh_oscillator_cos(uint32_t phase);

#endif /* WH_METER_OSCILLATOR_H */
