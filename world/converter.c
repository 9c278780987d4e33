/* SPDX-License-Identifier: Apache-2.0 */
#include "world/converter.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define HISTORY (WH_CONVERTER_DELAY_MAX + 4)

/* The names a channel goes by. */
static const char *const channel_names[WH_CHANNELS][5] = {
    {"U1", "UA", "V1", "VA", "UL1"}, {"U2", "UB", "V2", "VB", "UL2"},
    {"U3", "UC", "V3", "VC", "UL3"}, {"I1", "IA", "IL1", NULL, NULL},
    {"I2", "IB", "IL2", NULL, NULL}, {"I3", "IC", "IL3", NULL, NULL},
    {"IN", "I0", "I4", NULL, NULL},
};

static int find_by_name(const wh_source *source, unsigned channel)
{
    for (size_t i = 0; i < source->channel_count; i++) {
        for (size_t n = 0; n < 5 && channel_names[channel][n] != NULL; n++) {
            if (strcasecmp(source->channel[i].name, channel_names[channel][n]) == 0) {
                return (int)i;
            }
        }
    }
    return WH_CONVERTER_ABSENT;
}

/* The nth channel of a unit. */
static int find_by_unit(const wh_source *source, wh_source_unit unit, unsigned nth)
{
    for (size_t i = 0; i < source->channel_count; i++) {
        if (source->channel[i].unit == unit && nth-- == 0) {
            return (int)i;
        }
    }
    return WH_CONVERTER_ABSENT;
}

wh_err wh_converter_for_source(wh_converter_config *config, const wh_source *source,
                               double u_full_v, double i_full_a)
{
    memset(config, 0, sizeof *config);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        config->channel[k].column = find_by_name(source, k);
        config->channel[k].full_scale = k < WH_I1 ? u_full_v : i_full_a;
    }
    if (config->channel[WH_U1].column == WH_CONVERTER_ABSENT ||
        config->channel[WH_I1].column == WH_CONVERTER_ABSENT) {
        for (unsigned k = 0; k < WH_CHANNELS; k++) {
            config->channel[k].column = k < WH_I1 ? find_by_unit(source, WH_UNIT_VOLT, k)
                                                  : find_by_unit(source, WH_UNIT_AMPERE, k - WH_I1);
        }
    }
    bool found = config->channel[WH_U1].column != WH_CONVERTER_ABSENT &&
                 config->channel[WH_I1].column != WH_CONVERTER_ABSENT;
    return found ? WH_OK : WH_ERR_NOT_FOUND;
}

/* Cubic Lagrange interpolation at `delay` samples back: flat to 1e-9 at a hundredth of the
 * sample rate. */
static void set_delay(wh_converter *c, unsigned k, double delay)
{
    unsigned base = delay < 1.0 ? 0 : (unsigned)delay - 1;
    double x = delay - base;
    c->base[k] = base;
    c->tap[k][0] = -(x - 1) * (x - 2) * (x - 3) / 6;
    c->tap[k][1] = x * (x - 2) * (x - 3) / 2;
    c->tap[k][2] = -x * (x - 1) * (x - 3) / 2;
    c->tap[k][3] = x * (x - 1) * (x - 2) / 6;
}

wh_err wh_converter_init(wh_converter *c, const wh_converter_config *config)
{
    memset(c, 0, sizeof *c);
    c->config = *config;
    wh_random_init(&c->random, config->seed);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        const wh_converter_channel *channel = &config->channel[k];
        if (channel->column == WH_CONVERTER_ABSENT) {
            continue;
        }
        if (!(channel->full_scale > 0) || !(channel->delay_samples >= 0) ||
            !(channel->delay_samples <= WH_CONVERTER_DELAY_MAX)) {
            return WH_ERR_RANGE;
        }
        double codes_per_unit = WH_CODE_FULL / channel->full_scale;
        c->scale[k] = codes_per_unit * (1.0 + channel->gain_error);
        c->offset[k] = codes_per_unit * channel->dc;
        if (channel->snr_db > 0) {
            c->noise[k] = WH_CODE_FULL / sqrt(2.0) * pow(10.0, -channel->snr_db / 20);
        }
        set_delay(c, k, channel->delay_samples);
    }
    return WH_OK;
}

static double delayed(wh_converter *c, unsigned k, double value)
{
    double *past = c->history[k];
    memmove(past + 1, past, (HISTORY - 1) * sizeof *past);
    past[0] = value;
    const double *from = past + c->base[k];
    const double *tap = c->tap[k];
    return tap[0] * from[0] + tap[1] * from[1] + tap[2] * from[2] + tap[3] * from[3];
}

static int32_t quantise(wh_converter *c, double code)
{
    if (isnan(code)) {
        c->invalid++;
        return 0;
    }
    if (code > WH_CODE_FULL - 1) {
        c->saturated++;
        return WH_CODE_FULL - 1;
    }
    if (code < -WH_CODE_FULL) {
        c->saturated++;
        return -WH_CODE_FULL;
    }
    return (int32_t)lrint(code);
}

void wh_converter_run(wh_converter *c, const double *values, size_t width, size_t count,
                      int32_t (*codes)[WH_CHANNELS])
{
    for (size_t n = 0; n < count; n++) {
        const double *row = values + n * width;
        for (unsigned k = 0; k < WH_CHANNELS; k++) {
            int column = c->config.channel[k].column;
            if (column == WH_CONVERTER_ABSENT) {
                codes[n][k] = 0;
                continue;
            }
            double value = row[column];
            if (c->config.channel[k].delay_samples > 0) {
                value = delayed(c, k, value);
            }
            double code = value * c->scale[k] + c->offset[k];
            if (c->noise[k] > 0) {
                code += c->noise[k] * wh_random_gauss(&c->random);
            }
            codes[n][k] = quantise(c, code);
        }
    }
}

void wh_converter_describe(const wh_converter_config *config, wh_metrology_config *metrology)
{
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        metrology->channel[k].full_scale = llrint(config->channel[k].full_scale * 1e6);
    }
}
