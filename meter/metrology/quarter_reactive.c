/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/metrology/quarter_reactive.h"

#include "meter/metrology/metrology_internal.h"

#include <string.h>

wh_err wh_quarter_reactive_init(wh_quarter_reactive *q, wh_quarter_history *history,
                                size_t history_size)
{
    if (history_size < 4 || (history_size & (history_size - 1)) != 0) {
        return WH_ERR_RANGE;
    }
    memset(q, 0, sizeof *q);
    memset(history, 0, history_size * sizeof *history);
    q->history = history;
    q->history_size = history_size;
    return WH_OK;
}

/* The voltage of phase k a quarter period before the newest sample. */
static int32_t late_voltage(const wh_quarter_reactive *q, unsigned k)
{
    size_t mask = q->history_size - 1;
    size_t whole = q->quarter_q16 >> 16;
    int64_t part = q->quarter_q16 & 0xFFFFU;
    int32_t near = q->history[(q->head - whole) & mask][k];
    int32_t far = q->history[(q->head - whole - 1) & mask][k];
    return near + (int32_t)((((int64_t)far - near) * part) >> 16);
}

/* Share the last two products between the windows, as metrology does with its sums. */
static void cut(wh_quarter_reactive *q, const int64_t *product)
{
    int64_t a = q->fraction_q32 >> 16;
    int64_t half_square = (a * a) >> 17;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t moved =
            (q->last_product[k] * (a - 32768 - half_square) + product[k] * half_square) >> 16;
        q->result[k] += moved;
        q->product[k] -= moved;
    }
    q->cut_due = false;
}

wh_err wh_quarter_reactive_samples(wh_quarter_reactive *q, const int32_t (*samples)[WH_CHANNELS],
                                   size_t count, wh_oscillator before)
{
    q->quarter_q16 = (uint32_t)(((uint64_t)1 << 46) / before.step);
    if ((q->quarter_q16 >> 16) + 2 > q->history_size) {
        return WH_ERR_SPACE;
    }
    for (size_t j = 0; j < count; j++) {
        int64_t product[WH_PHASES];
        q->head++;
        memcpy(q->history[q->head & (q->history_size - 1)], samples[j], sizeof *q->history);
        for (unsigned k = 0; k < WH_PHASES; k++) {
            int32_t late = late_voltage(q, k);
            product[k] = (int64_t)late * samples[j][WH_I1 + k];
            q->late[k] += late;
        }
        if (q->cut_due) {
            cut(q, product);
        }
        for (unsigned k = 0; k < WH_PHASES; k++) {
            q->product[k] += product[k];
            q->current[k] += samples[j][WH_I1 + k];
        }
        memcpy(q->last_product, product, sizeof product);
        q->count++;
    }
    return WH_OK;
}

void wh_quarter_reactive_window(wh_quarter_reactive *q, const wh_metrology *m)
{
    for (unsigned k = 0; k < WH_PHASES && q->count != 0; k++) {
        /* DC: the product of the means, times the count */
        int64_t mean_q8 = (q->late[k] * 256) / q->count;
        q->result[k] = q->product[k] - wh_mul_shift(mean_q8, q->current[k], 8);
        q->product[k] = 0;
        q->late[k] = 0;
        q->current[k] = 0;
    }
    q->count = 0;
    q->result_length_q16 = m->quantities.length_q16;
    q->fraction_q32 = m->quantum.end_q32;
    q->cut_due = true;
}

int64_t wh_quarter_reactive_uvar(const wh_quarter_reactive *q, const wh_metrology *m, unsigned k)
{
    if (q->result_length_q16 == 0) {
        return 0;
    }
    wh_scale mean = wh_scale_div(wh_metrology_power_scale(m, k), wh_scale_of(q->result_length_q16));
    return wh_scale_apply(q->result[k], wh_scale_shift(mean, 16));
}
