/* SPDX-License-Identifier: Apache-2.0 */
#include "world/simulation/home.h"

#include "world/simulation/day_profile.h"
#include "world/simulation/house_load.h"
#include "world/simulation/sun.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PHASES          WH_MAINS_PHASES
#define CHANNELS        (2 * PHASES + 1)
#define LOADS_MAX       32
#define DAY_S           86400.0
#define LOAD_OFF_LEVEL  0.5  /* electronics give up below half the voltage */
#define INVERTER_LOW    0.8  /* an inverter leaves the supply outside this band ... */
#define INVERTER_HIGH   1.15 /* ... (EN 50549-1) */
#define INVERTER_WAIT_S 60.0
#define INVERTER_RISE_S 30.0

typedef struct {
    wh_source source; /* first: a wh_source is a home */
    wh_home_config config;
    wh_source_channel channel[CHANNELS];
    wh_mains mains;
    wh_random random;
    wh_clouds clouds;
    wh_day_profile profile;
    bool has_profile;
    size_t load_count;
    wh_house_load load[LOADS_MAX];
    size_t roof;        /* index of the inverter, LOADS_MAX: none */
    double roof_back_s; /* it feeds in again from here */
    double next_second_s;
    double row[WH_MAINS_TICK_MAX][CHANNELS];
    size_t row_count;
    size_t row_next;
    uint64_t sent;
    double energy_ws[PHASES];
} home;

wh_home_config wh_home_defaults(void)
{
    wh_home_config c = {
        .mains = {.fs_hz = 8000,
                  .f_nominal_hz = 50,
                  .u_nominal_v = 230,
                  .phases = 3,
                  .seed = 7,
                  .f_wander_hz = 0.02,
                  .u_wander = 0.006,
                  .level = {1.01, 1.0, 1.005},
                  .noise_v = 0.02,
                  .events_per_day = 6,
                  .harmonic_count = 5,
                  .harmonic =
                      {{3, 0.8, 10}, {5, 2.1, 170}, {7, 1.2, 350}, {9, 0.3, 20}, {11, 0.5, 180}}},
        .start_utc_us = INT64_C(1782036000) * 1000000,
        .utc_offset_s = 7200,
        .line_ohm = 0.15,
        .appliances = true,
        .solar_peak_w = 6000,
        .clouds = 0.35,
        .latitude_deg = 48.1,
        .longitude_deg = 11.6,
        .tilt_deg = 30,
    };
    return c;
}

static double now_s(const home *h)
{
    return (double)h->mains.samples / h->mains.config.fs_hz;
}

static unsigned local_hour(const home *h)
{
    double local_s = (double)h->config.start_utc_us / 1e6 + now_s(h) + h->config.utc_offset_s;
    return (unsigned)(local_s / 3600 - 24 * floor(local_s / DAY_S)) % 24;
}

/* Seconds since the local midnight before the first sample: a profile begins there. */
static double profile_s(const home *h)
{
    double start = (double)h->config.start_utc_us / 1e6 + h->config.utc_offset_s;
    return start - DAY_S * floor(start / DAY_S) + now_s(h);
}

static void move_roof(home *h)
{
    wh_house_load *roof = &h->load[h->roof];
    double watts;
    if (h->has_profile && h->profile.solar_w != NULL) {
        watts = wh_day_profile_at(&h->profile, h->profile.solar_w, profile_s(h));
    } else {
        double utc_s = (double)h->config.start_utc_us / 1e6 + now_s(h);
        double light = wh_sun_clear_kw_m2(utc_s, h->config.latitude_deg, h->config.longitude_deg,
                                          h->config.tilt_deg);
        watts =
            h->config.solar_peak_w * fmin(light, 1.0) * wh_clouds_step(&h->clouds, &h->random, 1.0);
    }
    double rise = (now_s(h) - h->roof_back_s) / INVERTER_RISE_S;
    watts *= fmin(fmax(rise, 0), 1);
    wh_house_load_set(roof, watts > 1 ? -watts : 0, now_s(h));
}

/* Split a profile's power: half heating, the rest electronics and motors. Reactive power moves
 * from electronics to motors, as far as there is power to move. */
static void move_profile(home *h)
{
    double watts = wh_day_profile_at(&h->profile, h->profile.load_w, profile_s(h));
    double motors = 0.2;
    if (h->profile.reactive_var != NULL && watts > 0) {
        double var = wh_day_profile_at(&h->profile, h->profile.reactive_var, profile_s(h));
        motors = fmin(fmax(var / watts / tan(30 * 3.14159265358979 / 180), 0.0), 0.6);
    }
    wh_house_load_set(&h->load[0], 0.4 * watts, now_s(h));
    wh_house_load_set(&h->load[1], (0.6 - motors) * watts, now_s(h));
    wh_house_load_set(&h->load[2], motors * watts, now_s(h));
}

static void each_second(home *h)
{
    unsigned hour = local_hour(h);
    if (h->has_profile) {
        move_profile(h);
    }
    if (h->roof < LOADS_MAX) {
        move_roof(h);
    }
    for (size_t i = 0; !h->has_profile && i < h->load_count; i++) {
        if (i != h->roof) {
            wh_house_load_second(&h->load[i], now_s(h), hour, &h->random);
        }
    }
}

static unsigned bits_of(unsigned mask)
{
    return (mask & 1U) + (mask >> 1 & 1U) + (mask >> 2 & 1U);
}

/* What is left of a load's current at this level of the voltage: constant power in between. */
static double level_factor(double level)
{
    return level < LOAD_OFF_LEVEL ? 0 : fmin(1 / level, 1.25);
}

/* An inverter that sees the voltage leave its band is off at once, on all phases. */
static void watch_roof(home *h)
{
    if (h->roof >= LOADS_MAX) {
        return;
    }
    for (unsigned k = 0; k < h->mains.config.phases; k++) {
        double level = wh_mains_level(&h->mains, k);
        if (level < INVERTER_LOW || level > INVERTER_HIGH) {
            h->roof_back_s = now_s(h) + INVERTER_WAIT_S;
            wh_house_load_set(&h->load[h->roof], 0, now_s(h));
        }
    }
}

/* Add the shaped currents of a phase over one tick; returns its conductance. */
static double add_currents(home *h, unsigned k, const double *x, double *amperes)
{
    size_t count = h->mains.tick_samples;
    double level = level_factor(wh_mains_level(&h->mains, k));
    double u_v = h->mains.config.u_nominal_v;
    double siemens = 0;
    for (size_t i = 0; i < h->load_count; i++) {
        wh_house_load *l = &h->load[i];
        if ((l->phases >> k & 1U) == 0) {
            continue;
        }
        double share = 1.0 / bits_of(l->phases);
        double inrush = l->running ? wh_house_load_inrush(l, now_s(h)) : 1;
        double goal = l->running ? l->watts * share * level * inrush : 0;
        siemens += l->running ? l->heat_w * share / (u_v * u_v) : 0;
        double amplitude = l->amplitude[k];
        l->amplitude[k] = goal;
        if (goal == 0 && amplitude == 0) {
            continue;
        }
        double step = (goal - amplitude) / (double)count;
        for (size_t n = 0; n < count; n++) {
            amplitude += step;
            amperes[n] += amplitude * wh_mains_lookup(l->wave, x[n]);
        }
    }
    return siemens;
}

static void make_tick(home *h)
{
    double volts[WH_MAINS_TICK_MAX][PHASES];
    double turns[WH_MAINS_TICK_MAX];
    double x[WH_MAINS_TICK_MAX];
    unsigned phases = h->mains.config.phases;
    double fs_hz = h->mains.config.fs_hz;
    if (now_s(h) >= h->next_second_s) {
        h->next_second_s += 1;
        each_second(h);
    }
    wh_mains_tick(&h->mains, volts, turns);
    watch_roof(h);
    size_t count = h->mains.tick_samples;
    for (size_t n = 0; n < count; n++) {
        h->row[n][2 * phases] = 0;
    }
    for (unsigned k = 0; k < phases; k++) {
        double amperes[WH_MAINS_TICK_MAX] = {0};
        double shift = wh_mains_shift(&h->mains, k);
        for (size_t n = 0; n < count; n++) {
            x[n] = turns[n] + shift;
        }
        double siemens = add_currents(h, k, x, amperes);
        double ohm = h->config.line_ohm;
        for (size_t n = 0; n < count; n++) {
            /* u = e - R i and i = shaped + G u, solved for u */
            double u = (volts[n][k] - ohm * amperes[n]) / (1 + ohm * siemens);
            double i = amperes[n] + siemens * u;
            h->row[n][k] = u;
            h->row[n][phases + k] = i;
            h->row[n][2 * phases] += i;
            h->energy_ws[k] += u * i / fs_hz;
        }
    }
    h->row_count = count;
    h->row_next = 0;
}

static wh_err read_home(wh_source *source, double *values, size_t count, size_t *got)
{
    home *h = (home *)source;
    size_t width = source->channel_count;
    size_t done = 0;
    while (done < count && (source->total == 0 || h->sent < source->total)) {
        if (h->row_next == h->row_count) {
            make_tick(h);
        }
        memcpy(values + done * width, h->row[h->row_next++], width * sizeof *values);
        done++;
        h->sent++;
    }
    *got = done;
    return WH_OK;
}

static void destroy_home(wh_source *source)
{
    home *h = (home *)source;
    wh_day_profile_free(&h->profile);
    free(h);
}

static void name_channels(home *h)
{
    static const wh_source_channel all[CHANNELS] = {{"U1", WH_UNIT_VOLT},   {"U2", WH_UNIT_VOLT},
                                                    {"U3", WH_UNIT_VOLT},   {"I1", WH_UNIT_AMPERE},
                                                    {"I2", WH_UNIT_AMPERE}, {"I3", WH_UNIT_AMPERE},
                                                    {"IN", WH_UNIT_AMPERE}};
    unsigned phases = h->config.mains.phases;
    for (unsigned k = 0; k < phases; k++) {
        h->channel[k] = all[k];
        h->channel[phases + k] = all[PHASES + k];
    }
    h->channel[2 * phases] = all[2 * PHASES];
    h->source.channel = h->channel;
    h->source.channel_count = 2 * phases + 1;
}

static void add_load(home *h, const wh_appliance *kind)
{
    if (h->load_count < LOADS_MAX) {
        wh_house_load_init(&h->load[h->load_count++], kind, h->config.mains.phases,
                           h->config.mains.u_nominal_v);
    }
}

static void furnish(home *h)
{
    if (h->has_profile) {
        for (size_t i = 0; i < 3; i++) {
            add_load(h, &wh_appliance_profile[i]);
        }
    } else if (h->config.appliances) {
        for (size_t i = 0; i < wh_appliance_count; i++) {
            add_load(h, &wh_appliances[i]);
            wh_house_load_begin(&h->load[i], local_hour(h), &h->random);
        }
    }
    h->roof = LOADS_MAX;
    h->roof_back_s = -DAY_S;
    bool roof_in_profile = h->has_profile && h->profile.solar_w != NULL;
    if (h->config.solar_peak_w > 0 || roof_in_profile) {
        h->roof = h->load_count;
        add_load(h, &wh_appliance_inverter);
        unsigned all = (1U << h->config.mains.phases) - 1;
        unsigned wanted = h->config.solar_phases & all;
        h->load[h->roof].phases = wanted != 0 ? wanted : all;
        wh_house_load_set(&h->load[h->roof], 0, 0);
    }
}

static wh_err read_profile(home *h, wh_message *message)
{
    if (h->config.profile == NULL) {
        return WH_OK;
    }
    wh_day_profile_scale scale = {.unit_w = h->config.profile_unit_w,
                                  .annual_kwh = h->config.profile_annual_kwh,
                                  .solar_peak_w = h->config.solar_peak_w};
    wh_err err = wh_day_profile_read(h->config.profile, &scale, &h->profile, message);
    h->has_profile = err == WH_OK;
    h->config.profile = NULL; /* the caller's string is not kept */
    return err;
}

static wh_err build(home *h, const wh_home_config *config, wh_message *message)
{
    h->config = *config;
    wh_err err = wh_mains_init(&h->mains, &config->mains);
    if (err == WH_OK &&
        (!(config->line_ohm >= 0) || !(config->solar_peak_w >= 0) || !(config->duration_s >= 0))) {
        err = WH_ERR_RANGE;
    }
    if (err != WH_OK) {
        wh_message_set(message, "house: rate, frequency, voltage, phases or lists out of range");
        return err;
    }
    wh_random_init(&h->random, config->mains.seed ^ 0x686f757365U); /* not the mains' stream */
    wh_clouds_init(&h->clouds, config->clouds);
    err = read_profile(h, message);
    if (err != WH_OK) {
        return err;
    }
    furnish(h);
    name_channels(h);
    h->source.fs_hz = config->mains.fs_hz;
    h->source.f_nominal_hz = config->mains.f_nominal_hz;
    h->source.start_utc_us = config->start_utc_us;
    h->source.total = (uint64_t)llrint(config->duration_s * config->mains.fs_hz);
    h->source.read = read_home;
    h->source.destroy = destroy_home;
    return WH_OK;
}

wh_err wh_home_create(const wh_home_config *config, wh_source **out, wh_message *message)
{
    *out = NULL;
    home *h = calloc(1, sizeof *h);
    if (h == NULL) {
        wh_message_set(message, "house: no memory");
        return WH_ERR_SPACE;
    }
    wh_err err = build(h, config, message);
    if (err != WH_OK) {
        destroy_home(&h->source);
        return err;
    }
    *out = &h->source;
    return WH_OK;
}

double wh_home_energy_ws(const wh_source *source, unsigned phase)
{
    const home *h = (const home *)source;
    return phase < PHASES ? h->energy_ws[phase] : 0;
}

size_t wh_home_in_use(const wh_source *source, wh_home_use *use, size_t size)
{
    const home *h = (const home *)source;
    size_t count = 0;
    for (size_t i = 0; i < h->load_count && count < size; i++) {
        const wh_house_load *l = &h->load[i];
        if (l->running) {
            use[count++] = (wh_home_use){l->kind->name, l->phases, l->watts + l->heat_w};
        }
    }
    return count;
}
