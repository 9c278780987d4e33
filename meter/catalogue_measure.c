/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the quantities of a window. */
#include "meter/catalogue_internal.h"

#include <string.h>

/* Where quantities lie that a phase and the total have. */
static const struct {
    uint16_t total;
    uint16_t phase;
} POWERS[WH_POWERS] = {
    [WH_POWER_P] = {offsetof(wh_quantities, p_uw), offsetof(wh_phase_quantities, p_uw)},
    [WH_POWER_Q1] = {offsetof(wh_quantities, q1_uvar), offsetof(wh_phase_quantities, q1_uvar)},
    [WH_POWER_S] = {offsetof(wh_quantities, s_arithmetic_uva),
                    offsetof(wh_phase_quantities, s_uva)},
    [WH_POWER_P1] = {offsetof(wh_quantities, p1_uw), offsetof(wh_phase_quantities, p1_uw)},
    [WH_POWER_PF] = {offsetof(wh_quantities, pf_ppm), offsetof(wh_phase_quantities, pf_ppm)},
};

_Static_assert(sizeof(wh_quantities) <= UINT16_MAX, "an offset fits into source");

/* Micro to milli, rounded to nearest. */
static int64_t milli(int64_t micro)
{
    return (micro >= 0 ? micro + 500 : micro - 500) / 1000;
}

/* The field an item shows. */
static const uint8_t *field(const wh_meter *meter, wh_item_ref ref)
{
    const wh_quantities *q = &meter->metrology.quantities;
    uint16_t source = ref.item->source;
    if (ref.item->span == WH_SPAN_PHASES) {
        return (const uint8_t *)&q->phase[ref.place] + source;
    }
    if (ref.item->span != WH_SPAN_PLACES) {
        return (const uint8_t *)q + source;
    }
    return ref.place < WH_PHASES ? (const uint8_t *)&q->phase[ref.place] + POWERS[source].phase
                                 : (const uint8_t *)q + POWERS[source].total;
}

static int64_t field64(const wh_meter *meter, wh_item_ref ref)
{
    int64_t value = 0;
    memcpy(&value, field(meter, ref), sizeof value);
    return value;
}

static uint32_t field32(const wh_meter *meter, wh_item_ref ref)
{
    uint32_t value = 0;
    memcpy(&value, field(meter, ref), sizeof value);
    return value;
}

/* Is there a voltage that a ratio or an angle means something by? */
static bool is_valid(const wh_meter *meter, wh_item_ref ref)
{
    bool of_phase = ref.item->span == WH_SPAN_PHASES || ref.item->span == WH_SPAN_PLACES;
    unsigned present = meter->metrology.quantities.present;
    return meter->windows > 0 &&
           (!of_phase || ref.place >= WH_PHASES || (present & (1U << ref.place)) != 0);
}

wh_err wh_catalogue_get_micro(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return meter->windows == 0 ? WH_ERR_STATE : wh_catalogue_put(ref, field64(meter, ref), value);
}

wh_err wh_catalogue_get_milli(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    int64_t number = milli(field64(meter, ref));
    return meter->windows == 0 ? WH_ERR_STATE : wh_catalogue_put(ref, number, value);
}

/* The part of a signed power that is import, or lagging. */
wh_err wh_catalogue_get_positive(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    int64_t number = milli(field64(meter, ref));
    return meter->windows == 0 ? WH_ERR_STATE
                               : wh_catalogue_put(ref, number > 0 ? number : 0, value);
}

wh_err wh_catalogue_get_negative(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    int64_t number = milli(field64(meter, ref));
    return meter->windows == 0 ? WH_ERR_STATE
                               : wh_catalogue_put(ref, number < 0 ? -number : 0, value);
}

wh_err wh_catalogue_get_signed32(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return is_valid(meter, ref) ? wh_catalogue_put(ref, (int32_t)field32(meter, ref), value)
                                : WH_ERR_STATE;
}

wh_err wh_catalogue_get_unsigned32(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return is_valid(meter, ref) ? wh_catalogue_put(ref, field32(meter, ref), value) : WH_ERR_STATE;
}

wh_err wh_catalogue_get_frequency(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    uint32_t f_uhz = meter->metrology.quantities.f_uhz; /* 0 where there is no voltage */
    bool valid = meter->windows > 0 && f_uhz != 0;
    return valid ? wh_catalogue_put(ref, f_uhz, value) : WH_ERR_STATE;
}

/* Degrees of lag in thousandths from a pair of angles in microradians. */
static int64_t lag_mdeg(int32_t reference_urad, int32_t angle_urad)
{
    const int64_t mdeg_per_urad_q30 = 61520875; /* 180 / pi / 1000 times 2^30 */
    int64_t urad = (int64_t)reference_urad - angle_urad;
    int64_t scaled = urad * mdeg_per_urad_q30;
    int64_t half = INT64_C(1) << 29;
    int64_t mdeg = (scaled >= 0 ? scaled + half : scaled - half) / (INT64_C(1) << 30);
    mdeg %= 360000;
    return mdeg < 0 ? mdeg + 360000 : mdeg;
}

static bool angle_of(const wh_quantities *q, unsigned code, int32_t *angle_urad)
{
    unsigned phase = code & 3U;
    bool present = code == 7 || (phase < WH_PHASES && (q->present & (1U << phase)) != 0);
    if (code == 7) {
        *angle_urad = q->in1_angle_urad;
    } else if (present) {
        *angle_urad = code < 4 ? q->phase[phase].u1_angle_urad : q->phase[phase].i1_angle_urad;
    }
    return present;
}

/* source is value group E: tens the reference, units the other; 0..2 voltages, 4..6 currents,
 * 7 the neutral current. */
wh_err wh_catalogue_get_angle(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_quantities *q = &meter->metrology.quantities;
    int32_t reference_urad = 0;
    int32_t angle_urad = 0;
    bool valid = meter->windows > 0 && angle_of(q, ref.item->source / 10U, &reference_urad) &&
                 angle_of(q, ref.item->source % 10U, &angle_urad);
    return valid ? wh_catalogue_put(ref, lag_mdeg(reference_urad, angle_urad), value)
                 : WH_ERR_STATE;
}
