/* SPDX-License-Identifier: Apache-2.0 */
/* flicker.h - the flickermeter of IEC 61000-4-15: Pinst, Pst, Plt of up to three phases.
 *
 *   u² ─▶ mean of two boxes ─▶ / 27 s mean ─▶ 0.05 Hz high-pass ─▶ 35 Hz low-pass ─▶
 *         (800..1600 Hz)        (block 1)      ──────────── block 3 ────────────────
 *   lamp and eye ─▶ square ─▶ 300 ms low-pass ─▶ Pinst ─▶ classes ─▶ Pst (10 min), Plt (12 Pst)
 *                  ───────── block 4 ────────                 block 5
 *
 * The square (block 2) is taken at the full rate in integers; the rest runs at a tenth or so
 * of it. Filters are state variable filters, which keep single precision where the textbook
 * forms lose it (0.05 Hz at 800 Hz). Classes are logarithmic, 8 to the octave, and the exact
 * mean of Pinst takes out what their width loses.
 *
 * Joined to a wh_power_quality (wh_power_quality_join); its 10 min are the Pst intervals. */
#ifndef WH_METER_FLICKER_H
#define WH_METER_FLICKER_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
#include "meter/power_quality/quality_part.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum { WH_LAMP_230_V_50_HZ, WH_LAMP_120_V_60_HZ, WH_LAMPS } wh_lamp;

#define WH_FLICKER_OCTAVES 13 /* Pinst 2^-6 to 2^7: Pst 0.09 to 8; below that one class */
#define WH_FLICKER_CLASSES (8 * WH_FLICKER_OCTAVES)

/* State of a second-order filter: the two integrators. */
typedef struct {
    float a;
    float b;
} wh_flicker_state;

/* Coefficients, the same for all phases. Private. */
typedef struct {
    float g;
    float damping; /* 2R + g */
    float scale;   /* 1 / (1 + 2Rg + g²) */
} wh_flicker_filter;

/* Private. */
typedef struct {
    /* square and decimation: two integrators, two differences */
    uint64_t integral[2];
    uint64_t comb[2];
    int32_t dc;
    float dc_mean;
    float codes_per_uv;
    /* block 1 */
    int64_t reference_q32; /* mean of the decimated square */
    /* blocks 3 and 4 */
    float high_pass;
    wh_flicker_state low_pass[3];
    wh_flicker_state band;
    float lag;
    float last;
    float smooth;
    /* block 5 */
    float sum;
    float carry;
    float most;
    uint32_t count;
    uint16_t classes[WH_FLICKER_CLASSES];
} wh_flicker_phase;

/* Read pst after WH_QUALITY_NEWS_TEN_MINUTES, plt after WH_QUALITY_NEWS_TWO_HOURS, pinst at
 * any time. */
typedef struct {
    wh_quality_part part;
    float pinst[WH_PHASES];
    float pinst_max[WH_PHASES]; /* over the last 10 min */
    float pst[WH_PHASES];
    float plt[WH_PHASES];
    uint8_t pst_flags;
    uint8_t plt_flags; /* WH_QUALITY_FLAG_PARTIAL also where there were fewer than 12 Pst */
    /* private */
    uint8_t phases;
    uint8_t plt_pending_flags;
    uint8_t plt_count;
    uint8_t shift; /* takes the decimated square to 31 bits */
    bool dc_known;
    uint8_t boxes; /* since then, until 2 */
    wh_lamp lamp;
    float plt_cubes[WH_PHASES];
    uint16_t decimation;
    uint16_t decimated; /* samples in the running box */
    uint16_t divider;   /* decimated values per classified one */
    uint16_t divided;
    uint32_t age;     /* decimated values so far, until settled */
    uint32_t settled; /* decimated values before they are classified */
    uint32_t memory;  /* of block 1, decimated values */
    float high_pass_g;
    float lag_g;
    float last_g;
    float smooth_g;
    wh_flicker_filter low_pass[3];
    wh_flicker_filter band;
    wh_flicker_phase phase[WH_PHASES];
} wh_flicker;

/* WH_OK
 * WH_ERR_RANGE  no such lamp */
wh_err wh_flicker_init(wh_flicker *f, const wh_metrology_config *config, wh_lamp which) WH_MUST_USE;

/* Pst so far in the running 10 min. 0 where nothing was classified yet. */
float wh_flicker_pst_running(const wh_flicker *f, unsigned phase);

#endif /* WH_METER_FLICKER_H */
