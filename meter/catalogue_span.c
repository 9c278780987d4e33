/* SPDX-License-Identifier: Apache-2.0 */
/* The instances of a row: which there are, which a meter has, and their codes. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

#define RATES_MAX  63U
#define PHASE_STEP 20U /* of value group C from phase to phase, from the total to L1 */

_Static_assert((int)WH_PHASES == WH_REG_TOTAL, "places are those of the registers");
_Static_assert(WH_CATALOGUE_LIMITERS == WH_KEEPER_LIMITERS, "each limiter is an instance");
_Static_assert(WH_CATALOGUE_CREDITS == WH_PREPAYMENT_CREDITS, "each credit is one");
_Static_assert(WH_CATALOGUE_CHARGES == WH_PREPAYMENT_CHARGES, "each charge is one");
_Static_assert(WH_CATALOGUE_RECORDS == WH_RECORDER_LOGS, "each recorder is one");
_Static_assert(WH_CATALOGUE_KINDS == WH_EVENT_KINDS, "each kind of events is one");
_Static_assert(WH_CATALOGUE_SLOTS == WH_EVENT_SLOTS, "each slot of events is one");

/* What makes the code of a place from that of the row. */
typedef enum { BY_NOTHING, BY_PHASE, BY_B, BY_C, BY_E } axis;

typedef struct {
    uint8_t axis;
    uint8_t count; /* of places */
    bool rates;    /* the total, or each place where it is not by phase, has rates */
    bool keeper;   /* only meters that keep have it */
} span_info;

static const span_info SPANS[WH_SPAN_COUNT] = {
    [WH_SPAN_METER] = {BY_NOTHING, 1, false, false},
    [WH_SPAN_NEUTRAL] = {BY_NOTHING, 1, false, false},
    [WH_SPAN_PHASE_1] = {BY_NOTHING, 1, false, false},
    [WH_SPAN_PHASE_2] = {BY_NOTHING, 1, false, false},
    [WH_SPAN_PHASE_3] = {BY_NOTHING, 1, false, false},
    [WH_SPAN_PHASES] = {BY_PHASE, WH_PHASES, false, false},
    [WH_SPAN_PLACES] = {BY_PHASE, WH_PHASES + 1, false, false},
    [WH_SPAN_ENERGY] = {BY_PHASE, WH_PHASES + 1, true, false},
    [WH_SPAN_KEEPER] = {BY_NOTHING, 1, false, true},
    [WH_SPAN_KEPT] = {BY_PHASE, WH_PHASES + 1, false, true},
    [WH_SPAN_RATES] = {BY_NOTHING, 1, true, true},
    [WH_SPAN_DEMAND] = {BY_C, WH_CATALOGUE_DEMANDS, true, true},
    [WH_SPAN_LOADS] = {BY_B, WH_LOADS_MAX, false, true},
    [WH_SPAN_LIMITERS] = {BY_E, WH_CATALOGUE_LIMITERS, false, true},
    [WH_SPAN_CREDITS] = {BY_E, WH_CATALOGUE_CREDITS, false, true},
    [WH_SPAN_CHARGES] = {BY_E, WH_CATALOGUE_CHARGES, false, true},
    [WH_SPAN_RECORDS] = {BY_E, WH_CATALOGUE_RECORDS, false, true},
    [WH_SPAN_KINDS] = {BY_E, WH_CATALOGUE_KINDS, false, true},
    [WH_SPAN_SLOTS] = {BY_E, WH_CATALOGUE_SLOTS, false, true},
};

static bool is_by_phase(const wh_item *item)
{
    return SPANS[item->span].axis == BY_PHASE;
}

/* The place that has rates, and the one whose code is that of the row. */
static uint8_t main_place(const wh_item *item)
{
    return is_by_phase(item) ? WH_REG_TOTAL : 0;
}

bool wh_item_is_instance(wh_item_ref ref)
{
    if (ref.item == NULL) {
        return false;
    }
    const span_info *span = &SPANS[ref.item->span];
    bool rated = span->rates && (span->axis == BY_C || ref.place == main_place(ref.item));
    return ref.place < span->count && ref.rate <= (rated ? RATES_MAX : 0);
}

/* ---- which a meter has ---- */

/* The registers of energy rows are kept by rate where all those are that they are sums of. */
static bool has_energy_rate(const wh_meter *meter, wh_item_ref ref)
{
    const wh_keeper_config *config = meter->keeper->config;
    return ref.rate <= config->rates &&
           (wh_catalogue_energy_kinds(ref.item->source) & ~(unsigned)config->rate_kinds) == 0;
}

static bool has_place(const wh_meter *meter, wh_item_ref ref)
{
    const wh_metrology_config *config = &meter->config->metrology;
    bool here = ref.place == WH_REG_TOTAL || ref.place < config->phases;
    return here && (ref.rate == 0 || (meter->keeper != NULL && has_energy_rate(meter, ref)));
}

bool wh_item_exists(const wh_meter *meter, wh_item_ref ref)
{
    const wh_metrology_config *config = &meter->config->metrology;
    if (!wh_item_is_instance(ref) || (SPANS[ref.item->span].keeper && meter->keeper == NULL)) {
        return false;
    }
    switch ((wh_span)ref.item->span) {
    case WH_SPAN_NEUTRAL:
        return config->channel[WH_IN].full_scale != 0;
    case WH_SPAN_PHASE_1:
    case WH_SPAN_PHASE_2:
    case WH_SPAN_PHASE_3:
        return ref.item->span - WH_SPAN_PHASE_1 < config->phases;
    case WH_SPAN_PHASES:
    case WH_SPAN_PLACES:
    case WH_SPAN_ENERGY:
    case WH_SPAN_KEPT:
        return has_place(meter, ref);
    case WH_SPAN_RATES:
        return ref.rate <= meter->keeper->config->rates;
    case WH_SPAN_DEMAND:
        return ref.rate <= meter->keeper->demand.config.rates &&
               wh_catalogue_demand_channel(meter, ref.place) < WH_DEMAND_CHANNELS_MAX;
    case WH_SPAN_LIMITERS:
        return ref.place < meter->keeper->config->limiter_count;
    case WH_SPAN_RECORDS:
        return ref.place < meter->keeper->config->recorder_count;
    case WH_SPAN_METER:
    case WH_SPAN_KEEPER:
    case WH_SPAN_LOADS:
    case WH_SPAN_CREDITS:
    case WH_SPAN_CHARGES:
    case WH_SPAN_KINDS:
    case WH_SPAN_SLOTS:
    case WH_SPAN_COUNT:
    default:
        return true;
    }
}

/* The instance after this one, of this row or the next. */
static wh_item_ref after(wh_item_ref ref)
{
    wh_item_ref next = ref;
    next.rate++;
    if (ref.rate < RATES_MAX && wh_item_is_instance(next)) {
        return next;
    }
    next.rate = 0;
    next.place++;
    if (wh_item_is_instance(next)) {
        return next;
    }
    next.place = 0;
    next.item = wh_catalogue_at((size_t)(ref.item - wh_catalogue_at(0)) + 1);
    return next;
}

bool wh_catalogue_next(const wh_meter *meter, wh_item_ref *ref)
{
    wh_item_ref begin = {.item = wh_catalogue_at(0)};
    wh_item_ref r = ref->item == NULL ? begin : after(*ref);
    while (r.item != NULL && !wh_item_exists(meter, r)) {
        r = after(r);
    }
    *ref = r;
    return r.item != NULL;
}

/* ---- codes ---- */

/* Value groups in the one number of a row's code. */
#define C_ONE   (UINT32_C(1) << 24)
#define E_ONE   (UINT32_C(1) << 8)
#define E_MASK  (UINT32_C(0xFF) << 8)
#define C_OF(n) ((uint8_t)((n) >> 24))
#define E_OF(n) ((uint8_t)((n) >> 8))

/* The code of an instance; its value group B goes to *b. */
static uint32_t code_of(wh_item_ref ref, uint8_t *b)
{
    uint32_t code = ref.item->code;
    *b = 0;
    switch ((axis)SPANS[ref.item->span].axis) {
    case BY_PHASE:
        code += ref.place < WH_PHASES ? C_ONE * PHASE_STEP * (ref.place + 1U) : 0;
        break;
    case BY_B:
        *b = (uint8_t)(ref.place + 1U);
        break;
    case BY_C:
        code += C_ONE * ref.place;
        break;
    case BY_E:
        code += E_ONE * ref.place;
        break;
    case BY_NOTHING:
    default:
        break;
    }
    return ref.rate == 0 ? code : (code & ~E_MASK) | E_ONE * ref.rate;
}

wh_obis wh_item_obis(wh_item_ref ref)
{
    uint8_t b;
    uint32_t code = code_of(ref, &b);
    return (wh_obis){{ref.item->medium, b, (uint8_t)(code >> 24), (uint8_t)(code >> 16),
                      (uint8_t)(code >> 8), (uint8_t)code}};
}

/* What is looked for. */
typedef struct {
    uint32_t code;
    uint8_t medium;
    uint8_t b;
} wanted;

/* Is it an instance of the row with this code? */
static bool is_of_row(uint32_t row_code, const wanted *w, wh_item_ref *found)
{
    uint8_t b;
    wh_item_ref ref = {.item = wh_catalogue_search(w->medium, row_code)};
    if (ref.item == NULL) {
        return false;
    }
    const span_info *span = &SPANS[ref.item->span];
    unsigned c_above = C_OF(w->code) - (unsigned)C_OF(row_code);
    switch ((axis)span->axis) {
    case BY_PHASE:
        ref.place = c_above == 0 ? WH_REG_TOTAL : (uint8_t)(c_above / PHASE_STEP - 1U);
        break;
    case BY_B:
        ref.place = (uint8_t)(w->b - 1U);
        break;
    case BY_C:
        ref.place = (uint8_t)c_above;
        break;
    case BY_E:
        ref.place = (uint8_t)(E_OF(w->code) - E_OF(row_code));
        break;
    case BY_NOTHING:
    default:
        break;
    }
    ref.rate = span->rates ? E_OF(w->code) : 0;
    *found = ref;
    return wh_item_is_instance(ref) && code_of(ref, &b) == w->code && b == w->b;
}

/* First the code as it is, but that a phase's is taken for the total's; then with the value groups
 * that instances differ by as in their row. */
wh_item_ref wh_catalogue_find(wh_obis obis)
{
    const uint8_t *g = obis.group;
    const wanted w = {
        .code = (uint32_t)g[WH_OBIS_C] << 24 | (uint32_t)g[WH_OBIS_D] << 16 |
                (uint32_t)g[WH_OBIS_E] << 8 | g[WH_OBIS_F],
        .medium = g[WH_OBIS_A],
        .b = g[WH_OBIS_B],
    };
    uint32_t code = w.code;
    wh_item_ref ref = {0};
    bool electricity = w.medium == 1;
    if (electricity && C_OF(code) > PHASE_STEP && C_OF(code) <= PHASE_STEP * (WH_PHASES + 1)) {
        code -= C_ONE * ((C_OF(code) - 1U) / PHASE_STEP * PHASE_STEP);
    }
    if (is_of_row(code, &w, &ref)) {
        return ref;
    }
    code &= ~E_MASK;
    if (code != w.code && is_of_row(code, &w, &ref)) {
        return ref;
    }
    code = (code & ~(C_ONE * 0xFFU)) | C_ONE;
    if (electricity && g[WH_OBIS_C] <= WH_CATALOGUE_DEMANDS && is_of_row(code, &w, &ref)) {
        return ref;
    }
    return (wh_item_ref){0};
}
