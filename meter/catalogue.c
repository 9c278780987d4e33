/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/catalogue.h"

#include <string.h>

typedef wh_err getter(const wh_meter *meter, const wh_item *item, wh_value *value);

/* ---- where values come from ---- */

static wh_err put_signed(const wh_item *item, int64_t value, wh_value *out)
{
    if (item->type == WH_VALUE_INT32 && (value < INT32_MIN || value > INT32_MAX)) {
        return WH_ERR_RANGE;
    }
    out->i = value;
    return WH_OK;
}

static wh_err put_unsigned(const wh_item *item, uint64_t value, wh_value *out)
{
    if (item->type == WH_VALUE_UINT32 && value > UINT32_MAX) {
        return WH_ERR_RANGE;
    }
    out->u = value;
    return WH_OK;
}

/* A number of either kind; an unsigned item never has a negative value to show. */
static wh_err put_number(const wh_item *item, int64_t value, wh_value *out)
{
    if (item->type == WH_VALUE_INT32 || item->type == WH_VALUE_INT64) {
        return put_signed(item, value, out);
    }
    return value < 0 ? WH_ERR_RANGE : put_unsigned(item, (uint64_t)value, out);
}

/* Micro to milli, rounded to nearest. */
static int64_t milli(int64_t micro)
{
    return (micro >= 0 ? micro + 500 : micro - 500) / 1000;
}

static bool has_voltage(const wh_meter *meter, const wh_item *item)
{
    return item->place >= WH_PHASES ||
           (meter->metrology.quantities.present & (1U << item->place)) != 0;
}

static int64_t quantity64(const wh_meter *meter, const wh_item *item)
{
    int64_t value = 0;
    memcpy(&value, (const uint8_t *)&meter->metrology.quantities + item->source, sizeof value);
    return value;
}

static uint32_t quantity32(const wh_meter *meter, const wh_item *item)
{
    uint32_t value = 0;
    memcpy(&value, (const uint8_t *)&meter->metrology.quantities + item->source, sizeof value);
    return value;
}

static wh_err get_micro(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    return meter->windows == 0 ? WH_ERR_STATE : put_number(item, quantity64(meter, item), value);
}

static wh_err get_milli(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    int64_t number = milli(quantity64(meter, item));
    return meter->windows == 0 ? WH_ERR_STATE : put_number(item, number, value);
}

/* The part of a signed power that is import, or lagging. */
static wh_err get_positive(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    int64_t number = milli(quantity64(meter, item));
    return meter->windows == 0 ? WH_ERR_STATE : put_number(item, number > 0 ? number : 0, value);
}

static wh_err get_negative(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    int64_t number = milli(quantity64(meter, item));
    return meter->windows == 0 ? WH_ERR_STATE : put_number(item, number < 0 ? -number : 0, value);
}

static wh_err get_signed32(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    bool valid = meter->windows > 0 && has_voltage(meter, item);
    return valid ? put_number(item, (int32_t)quantity32(meter, item), value) : WH_ERR_STATE;
}

static wh_err get_unsigned32(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    bool valid = meter->windows > 0 && has_voltage(meter, item);
    return valid ? put_number(item, quantity32(meter, item), value) : WH_ERR_STATE;
}

static wh_err get_frequency(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    uint32_t f_uhz = meter->metrology.quantities.f_uhz; /* 0 where there is no voltage */
    bool valid = meter->windows > 0 && f_uhz != 0;
    return valid ? put_number(item, f_uhz, value) : WH_ERR_STATE;
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
static wh_err get_angle(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    const wh_quantities *q = &meter->metrology.quantities;
    int32_t reference_urad = 0;
    int32_t angle_urad = 0;
    bool valid = meter->windows > 0 && angle_of(q, item->source / 10U, &reference_urad) &&
                 angle_of(q, item->source % 10U, &angle_urad);
    return valid ? put_number(item, lag_mdeg(reference_urad, angle_urad), value) : WH_ERR_STATE;
}

static wh_err get_energy(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    return put_number(item, meter->registers.reg[item->place][item->source].mwh, value);
}

static wh_err get_reactive_import(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    return put_number(item, wh_register_reactive_import_mvarh(&meter->registers, item->place),
                      value);
}

static wh_err get_reactive_export(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    return put_number(item, wh_register_reactive_export_mvarh(&meter->registers, item->place),
                      value);
}

static wh_err get_time(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    (void)item;
    value->i = meter->utc_ms;
    return meter->utc_ms == INT64_MIN ? WH_ERR_STATE : WH_OK;
}

static wh_err get_name(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    (void)item;
    value->bytes = meter->config->logical_device_name;
    value->len = WH_METER_NAME_SIZE;
    return WH_OK;
}

static wh_err put_text(const char *text, size_t len, wh_value *value)
{
    value->bytes = (const uint8_t *)text;
    value->len = len;
    return WH_OK;
}

static wh_err get_serial(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    (void)item;
    const char *end = memchr(meter->config->serial, '\0', sizeof meter->config->serial);
    size_t len = end != NULL ? (size_t)(end - meter->config->serial) : WH_METER_NAME_SIZE;
    return put_text(meter->config->serial, len, value);
}

static wh_err get_firmware(const wh_meter *meter, const wh_item *item, wh_value *value)
{
    static const char version[] = "watthour " WH_VERSION;
    (void)meter;
    (void)item;
    return put_text(version, sizeof version - 1, value);
}

/* ---- the table ---- */

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): obis_ is an initialiser in braces */
#define ROW(name_, obis_, type_, unit_, scaler_, place_, source_, get_)                         \
    {.name = (name_), .obis = obis_, .type = WH_VALUE_##type_, .unit = WH_UNIT_##unit_,        \
     .scaler = (scaler_), .place = WH_ITEM_##place_, .readers = WH_ROLES_ALL,                  \
     .source = (uint16_t)(source_), .get = (get_)}
/* NOLINTEND(bugprone-macro-parentheses) */
#define ELECTRICITY(c, d, e) WH_OBIS_INIT(1, 0, c, d, e, 255)
#define ABSTRACT(c, d, e)    WH_OBIS_INIT(0, 0, c, d, e, 255)
#define OF(field)            offsetof(wh_quantities, field)

/* Energies of a phase or the total; c0 is 0 for the total, 20, 40, 60 for the phases. */
#define ENERGY(p, what, c, e, unit, place, source, get) \
    ROW(p what, ELECTRICITY(c, 8, e), UINT64, unit, -3, place, source, get)
#define ENERGIES(p, c0, place)                                                                      \
    ENERGY(p, "active_energy_import",   (c0) + 1,  0, WH,   place, WH_REG_ACTIVE_IMPORT, get_energy), \
    ENERGY(p, "active_energy_export",   (c0) + 2,  0, WH,   place, WH_REG_ACTIVE_EXPORT, get_energy), \
    ENERGY(p, "reactive_energy_import", (c0) + 3,  0, VARH, place, 0, get_reactive_import),           \
    ENERGY(p, "reactive_energy_export", (c0) + 4,  0, VARH, place, 0, get_reactive_export),           \
    ENERGY(p, "reactive_energy_q1",     (c0) + 5,  0, VARH, place, WH_REG_REACTIVE_Q1, get_energy),   \
    ENERGY(p, "reactive_energy_q2",     (c0) + 6,  0, VARH, place, WH_REG_REACTIVE_Q2, get_energy),   \
    ENERGY(p, "reactive_energy_q3",     (c0) + 7,  0, VARH, place, WH_REG_REACTIVE_Q3, get_energy),   \
    ENERGY(p, "reactive_energy_q4",     (c0) + 8,  0, VARH, place, WH_REG_REACTIVE_Q4, get_energy),   \
    ENERGY(p, "apparent_energy_import", (c0) + 9,  0, VAH,  place, WH_REG_APPARENT_IMPORT, get_energy), \
    ENERGY(p, "apparent_energy_export", (c0) + 10, 0, VAH,  place, WH_REG_APPARENT_EXPORT, get_energy), \
    ENERGY(p, "fundamental_energy_import", (c0) + 1, 128, WH, place, WH_REG_FUNDAMENTAL_IMPORT, get_energy), \
    ENERGY(p, "fundamental_energy_export", (c0) + 2, 128, WH, place, WH_REG_FUNDAMENTAL_EXPORT, get_energy), \
    ENERGY(p, "harmonic_energy_import",    (c0) + 1, 129, WH, place, WH_REG_HARMONIC_IMPORT, get_energy),    \
    ENERGY(p, "harmonic_energy_export",    (c0) + 2, 129, WH, place, WH_REG_HARMONIC_EXPORT, get_energy)

/* Present values that phases and total share; from: the struct they are fields of. */
#define POWERS(p, c0, place, from, s_field)                                                          \
    ROW(p "active_power",          ELECTRICITY((c0) + 16, 7, 0),   INT64,  W,   -3, place, OF(from p_uw), get_milli),       \
    ROW(p "active_power_import",   ELECTRICITY((c0) + 1,  7, 0),   UINT64, W,   -3, place, OF(from p_uw), get_positive),    \
    ROW(p "active_power_export",   ELECTRICITY((c0) + 2,  7, 0),   UINT64, W,   -3, place, OF(from p_uw), get_negative),    \
    ROW(p "reactive_power_import", ELECTRICITY((c0) + 3,  7, 0),   UINT64, VAR, -3, place, OF(from q1_uvar), get_positive), \
    ROW(p "reactive_power_export", ELECTRICITY((c0) + 4,  7, 0),   UINT64, VAR, -3, place, OF(from q1_uvar), get_negative), \
    ROW(p "apparent_power",        ELECTRICITY((c0) + 9,  7, 0),   UINT64, VA,  -3, place, OF(from s_field), get_milli),    \
    ROW(p "fundamental_power",     ELECTRICITY((c0) + 16, 7, 128), INT64,  W,   -3, place, OF(from p1_uw), get_milli),      \
    ROW(p "power_factor",          ELECTRICITY((c0) + 13, 7, 0),   INT32,  NONE, -6, place, OF(from pf_ppm), get_signed32)

#define PHASE(p, k, c0, place)                                                                       \
    ENERGIES(p, c0, place),                                                                          \
    ROW(p "voltage",             ELECTRICITY((c0) + 12, 7, 0),   UINT64, V, -3, place, OF(phase[k].u_uv), get_milli),     \
    ROW(p "voltage_fundamental", ELECTRICITY((c0) + 12, 7, 1),   UINT64, V, -3, place, OF(phase[k].u1_uv), get_milli),    \
    ROW(p "voltage_thd",         ELECTRICITY((c0) + 12, 7, 124), UINT32, PERCENT, -4, place, OF(phase[k].thd_u_ppm), get_unsigned32), \
    ROW(p "voltage_dc",          ELECTRICITY((c0) + 12, 7, 132), INT64,  V, -3, place, OF(phase[k].u_dc_uv), get_milli),  \
    ROW(p "current",             ELECTRICITY((c0) + 11, 7, 0),   UINT64, A, -6, place, OF(phase[k].i_ua), get_micro),     \
    ROW(p "current_fundamental", ELECTRICITY((c0) + 11, 7, 1),   UINT64, A, -6, place, OF(phase[k].i1_ua), get_micro),    \
    ROW(p "current_thd",         ELECTRICITY((c0) + 11, 7, 124), UINT32, PERCENT, -4, place, OF(phase[k].thd_i_ppm), get_unsigned32), \
    ROW(p "current_dc",          ELECTRICITY((c0) + 11, 7, 132), INT64,  A, -6, place, OF(phase[k].i_dc_ua), get_micro),  \
    POWERS(p, c0, place, phase[k]., s_uva),                                                          \
    ROW(p "power_factor_fundamental", ELECTRICITY((c0) + 13, 7, 128), INT32, NONE, -6, place, OF(phase[k].pf1_ppm), get_signed32)

#define ANGLE(name, e, place) \
    ROW(name, ELECTRICITY(81, 7, e), UINT32, DEGREE, -3, place, e, get_angle)

static const wh_item ITEMS[] = {
    ROW("clock",               ABSTRACT(1, 0, 0),       TIME,   NONE, 0, METER, 0, get_time),
    ROW("logical_device_name", ABSTRACT(42, 0, 0),      OCTETS, NONE, 0, METER, 0, get_name),
    ROW("serial_number",       ABSTRACT(96, 1, 0),      TEXT,   NONE, 0, METER, 0, get_serial),
    ROW("firmware_version",    ELECTRICITY(0, 2, 0),    TEXT,   NONE, 0, METER, 0, get_firmware),
    ENERGIES("", 0, TOTAL),
    POWERS("", 0, TOTAL, , s_arithmetic_uva),
    ROW("apparent_power_vector",    ELECTRICITY(9, 7, 130), UINT64, VA, -3, TOTAL, OF(s_vector_uva), get_milli),
    ROW("apparent_power_effective", ELECTRICITY(9, 7, 131), UINT64, VA, -3, TOTAL, OF(s_effective_uva), get_milli),
    ROW("frequency",                ELECTRICITY(14, 7, 0),  UINT32, HZ, -6, TOTAL, 0, get_frequency),
    ROW("voltage_negative_sequence", ELECTRICITY(12, 7, 133), UINT32, PERCENT, -4, TOTAL, OF(u2_ppm), get_unsigned32),
    ROW("voltage_zero_sequence",     ELECTRICITY(12, 7, 134), UINT32, PERCENT, -4, TOTAL, OF(u0_ppm), get_unsigned32),
    PHASE("l1_", 0, 20, PHASE_1),
    PHASE("l2_", 1, 40, PHASE_2),
    PHASE("l3_", 2, 60, PHASE_3),
    ROW("neutral_current",             ELECTRICITY(91, 7, 0), UINT64, A, -6, NEUTRAL, OF(in_ua), get_micro),
    ROW("neutral_current_fundamental", ELECTRICITY(91, 7, 1), UINT64, A, -6, NEUTRAL, OF(in1_ua), get_micro),
    ANGLE("l2_voltage_angle", 1, PHASE_2), /* all voltages and the neutral behind U1 */
    ANGLE("l3_voltage_angle", 2, PHASE_3),
    ANGLE("l1_current_angle", 4, PHASE_1), /* each current behind its own voltage */
    ANGLE("l2_current_angle", 15, PHASE_2),
    ANGLE("l3_current_angle", 26, PHASE_3),
    ANGLE("neutral_current_angle", 7, NEUTRAL),
};
/* clang-format on */

_Static_assert((int)WH_ITEM_TOTAL == WH_REG_TOTAL, "places are those of the registers");
_Static_assert(sizeof(wh_quantities) <= UINT16_MAX, "an offset fits into source");

size_t wh_catalogue_count(void)
{
    return sizeof ITEMS / sizeof ITEMS[0];
}

const wh_item *wh_catalogue_at(size_t index)
{
    return index < wh_catalogue_count() ? &ITEMS[index] : NULL;
}

const wh_item *wh_catalogue_find(wh_obis obis)
{
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        if (wh_obis_equal(ITEMS[i].obis, obis)) {
            return &ITEMS[i];
        }
    }
    return NULL;
}

const wh_item *wh_catalogue_find_name(const char *name)
{
    size_t size = strlen(name) + 1;
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        if (strlen(ITEMS[i].name) + 1 == size && memcmp(ITEMS[i].name, name, size) == 0) {
            return &ITEMS[i];
        }
    }
    return NULL;
}

bool wh_item_exists(const wh_meter *meter, const wh_item *item)
{
    const wh_metrology_config *config = &meter->config->metrology;
    if (item->place < WH_PHASES) {
        return item->place < config->phases;
    }
    return item->place != WH_ITEM_NEUTRAL || config->channel[WH_IN].full_scale != 0;
}

bool wh_item_readable(const wh_item *item, wh_role role)
{
    return (item->readers & (1U << (unsigned)role)) != 0;
}

wh_err wh_meter_get(const wh_meter *meter, const wh_item *item, wh_role role, wh_value *value)
{
    memset(value, 0, sizeof *value);
    value->type = item->type;
    if (!wh_item_readable(item, role)) {
        return WH_ERR_DENIED;
    }
    if (!wh_item_exists(meter, item)) {
        return WH_ERR_NOT_FOUND;
    }
    return item->get(meter, item, value);
}
