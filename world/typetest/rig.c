/* SPDX-License-Identifier: Apache-2.0 */
#include "world/typetest/rig.h"

#include "world/typetest/rig_quality.h"

#include <math.h>
#include <string.h>

#define CREEP_PART 0.45 /* of the starting power */
#define I_MAX_PART 0.9  /* of full scale */

const wh_rig_rating wh_rig_ratings[WH_RIG_METERS] = {
    [WH_RIG_DIRECT] = {10, 100, 0.04, 1000},
    [WH_RIG_TRANSFORMER] = {5, 10, 0.005, 10000},
    [WH_RIG_OPEN] = {10, 100, 0, 1000},
};

/* What calibration would find: the noise power of this converter and that of rounding. */
static uint32_t noise_q8(double snr_db)
{
    double noise = snr_db > 0 ? 0.5 * WH_CODE_FULL * WH_CODE_FULL * pow(10, -snr_db / 10) : 0;
    return (uint32_t)lrint((noise + 1.0 / 12) * 256);
}

wh_err wh_rig_open(wh_rig *rig, wh_rig_meter meter, double f_nominal_hz, double snr_db,
                   uint64_t seed)
{
    const wh_rig_rating *rating = &wh_rig_ratings[meter];
    memset(rig, 0, sizeof *rig);
    wh_exact_init(&rig->signal, WH_RIG_FS_HZ, f_nominal_hz);
    wh_converter_config c = {.seed = seed};
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        c.channel[k].column = (int)k;
        c.channel[k].full_scale =
            k < WH_I1 ? WH_RIG_U_FULL_V : rating->i_max_a * sqrt(2.0) / I_MAX_PART;
        c.channel[k].snr_db = snr_db;
        rig->config.channel[k].noise_q8 = noise_q8(snr_db);
    }
    rig->config.fs_mhz = (uint32_t)lrint(WH_RIG_FS_HZ * 1000);
    rig->config.f_nominal_mhz = (uint32_t)lrint(f_nominal_hz * 1000);
    rig->config.phases = WH_PHASES;
    rig->config.creep_uw = llrint(CREEP_PART * rating->i_start_a * WH_RIG_U_V * 1e6);
    wh_converter_describe(&c, &rig->config);
    wh_register_config registers = {.direction = WH_DIRECTION_VECTORIAL};
    wh_err err = wh_converter_init(&rig->converter, &c);
    if (err == WH_OK) {
        err = wh_metrology_init(&rig->metrology, &rig->config);
    }
    return err == WH_OK ? wh_register_init(&rig->registers, &registers) : err;
}

void wh_rig_close(wh_rig *rig)
{
    wh_rig_quality_close(rig);
    wh_exact_free(&rig->signal);
}

static void feed(wh_rig *rig, size_t count)
{
    for (size_t done = 0; done < count;) {
        unsigned event;
        const int32_t(*codes)[WH_CHANNELS] = (const int32_t(*)[WH_CHANNELS])(rig->codes + done);
        size_t used = wh_metrology_feed(&rig->metrology, codes, count - done, &event);
        done += used;
        if ((event & WH_EVENT_WINDOW) != 0) {
            wh_register_book(&rig->registers, &rig->metrology.quantum);
            rig->windows++;
        }
        unsigned news = rig->quality != NULL ? wh_rig_quality_feed(rig, codes, used, event) : 0;
        if (rig->visit != NULL && (event != 0 || news != 0)) {
            rig->visit(rig->user, rig, event, news);
        }
    }
}

wh_err wh_rig_play(wh_rig *rig, double seconds)
{
    uint64_t left = (uint64_t)llrint(seconds * WH_RIG_FS_HZ);
    while (left > 0) {
        size_t count = left < WH_RIG_BLOCK ? (size_t)left : WH_RIG_BLOCK;
        wh_err err = wh_exact_read(&rig->signal, rig->rows, count);
        if (err != WH_OK) {
            return err;
        }
        wh_converter_run(&rig->converter, &rig->rows[0][0], WH_CHANNELS, count, rig->codes);
        feed(rig, count);
        left -= count;
    }
    return WH_OK;
}
