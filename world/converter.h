/* SPDX-License-Identifier: Apache-2.0 */
/* converter.h - the analogue front end of a meter: volts and amperes become 24-bit codes.
 *
 *   value ─▶ delay ─▶ gain error, DC ─▶ noise ─▶ round to 24 bits ─▶ saturate
 *
 * With the errors at zero a code is the value divided by full scale, times 2^23, rounded. The
 * errors are what calibration has to find (watthour calibrate). The same seed gives the same
 * noise. It does not filter: what the source yields is taken as band-limited. */
#ifndef WH_WORLD_CONVERTER_H
#define WH_WORLD_CONVERTER_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
#include "world/simulation/random.h"
#include "world/source.h"

#include <stddef.h>
#include <stdint.h>

#define WH_CONVERTER_DELAY_MAX 8    /* samples */
#define WH_CONVERTER_ABSENT    (-1) /* no such channel: its code is 0 */

/* One channel. Zero is a good default for all but column and full_scale. */
typedef struct {
    int column;           /* of the source, or WH_CONVERTER_ABSENT */
    double full_scale;    /* V or A at code 2^23 (peak) */
    double gain_error;    /* it reads (1 + gain_error) times the value */
    double dc;            /* V or A added */
    double delay_samples; /* 0 .. WH_CONVERTER_DELAY_MAX; a current that is late here lags */
    double snr_db;        /* white noise, relative to a sine of full scale; 0: none */
} wh_converter_channel;

typedef struct {
    wh_converter_channel channel[WH_CHANNELS];
    uint64_t seed;
} wh_converter_config;

/* Fields are private but the two counters. */
typedef struct {
    wh_converter_config config;
    wh_random random;
    double scale[WH_CHANNELS]; /* codes per unit */
    double offset[WH_CHANNELS];
    double noise[WH_CHANNELS]; /* codes rms */
    double history[WH_CHANNELS][WH_CONVERTER_DELAY_MAX + 4];
    unsigned base[WH_CHANNELS]; /* of the four taps of the delay */
    double tap[WH_CHANNELS][4];
    uint64_t saturated; /* codes that were cut to the range */
    uint64_t invalid;   /* values that were not a number; their code is 0 */
} wh_converter;

/* A configuration without errors: the channels of the source are found by their names (U1 to
 * U3, I1 to I3, IN, in any case; also UA.., VA.., IA..), else the first three voltages and the
 * first four currents in order. Full scales are u_full_v and i_full_a for all.
 *
 * WH_ERR_NOT_FOUND  the source has no voltage or no current */
wh_err wh_converter_for_source(wh_converter_config *config, const wh_source *source,
                               double u_full_v, double i_full_a) WH_MUST_USE;

/* Start converting. The config is copied.
 * WH_ERR_RANGE: a full scale that is not positive, a delay outside its range. */
wh_err wh_converter_init(wh_converter *c, const wh_converter_config *config) WH_MUST_USE;

/* Convert `count` rows of `width` values (the source's channel_count) into sample sets. */
void wh_converter_run(wh_converter *c, const double *values, size_t width, size_t count,
                      int32_t (*codes)[WH_CHANNELS]);

/* Set full_scale of all channels of a meter to those of this front end. */
void wh_converter_describe(const wh_converter_config *config, wh_metrology_config *metrology);

#endif /* WH_WORLD_CONVERTER_H */
