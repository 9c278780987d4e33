/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_load.h"

#include "world/simulation/appliance.h"

#include <math.h>
#include <string.h>

#define U_NOMINAL_V      230.0
#define LINE_OHM         0.25
#define MINUTES_PER_YEAR 525960.0
#define TWO_PI           6.28318530717958647692

/* Something people start. */
typedef struct {
    double watts;
    double tangent; /* Q / P */
    double per_day;
    unsigned minutes;
    unsigned phase;
    wh_hours hours;
} job;

static const job jobs[WH_YEAR_JOBS] = {
    {2000, 0.00, 3.0, 4, 0, WH_HOURS_MORNING},   /* kettle */
    {1500, 0.05, 0.8, 6, 1, WH_HOURS_MORNING},   /* hair dryer */
    {1800, 0.00, 1.5, 25, 1, WH_HOURS_MEALS},    /* hob */
    {2500, 0.00, 0.4, 45, 2, WH_HOURS_MEALS},    /* oven */
    {1000, 0.30, 0.6, 70, 0, WH_HOURS_DAY},      /* washing machine */
    {900, 0.35, 0.4, 80, 1, WH_HOURS_DAY},       /* dryer */
    {1300, 0.15, 0.8, 50, 2, WH_HOURS_EVENING},  /* dish washer */
    {900, 0.40, 0.3, 20, 2, WH_HOURS_DAY},       /* vacuum cleaner */
    {120, -0.20, 1.2, 180, 0, WH_HOURS_EVENING}, /* television */
    {160, -0.25, 1.0, 240, 1, WH_HOURS_DAY},     /* computer */
    {300, -0.10, 1.5, 150, 2, WH_HOURS_EVENING}, /* lights */
};

/* P and Q by phase in watts, and the part of P that is electronics. */
typedef struct {
    double p[WH_YEAR_PHASES];
    double q[WH_YEAR_PHASES];
    double distorted[WH_YEAR_PHASES];
} demand;

static void draw_on(demand *d, unsigned phase, double watts, double tangent)
{
    d->p[phase] += watts;
    d->q[phase] += watts * tangent;
}

static void draw_on_all(demand *d, double watts, double tangent)
{
    for (unsigned k = 0; k < WH_YEAR_PHASES; k++) {
        draw_on(d, k, watts / WH_YEAR_PHASES, tangent);
    }
}

wh_year_load_config wh_year_load_random(uint64_t seed, const wh_time_zone *zone,
                                        int64_t start_utc_ms, double latitude_deg,
                                        double longitude_deg)
{
    wh_random random;
    wh_random_init(&random, seed ^ 0x686f757365686f6cU);
    wh_random *r = &random;
    wh_year_load_config c = {.seed = seed,
                             .zone = *zone,
                             .start_utc_ms = start_utc_ms,
                             .latitude_deg = latitude_deg,
                             .longitude_deg = longitude_deg,
                             .disturbances_per_year = 40};
    c.base_w = wh_random_between(r, 60, 250);
    c.activity = wh_random_between(r, 0.4, 1.8);
    c.heat_w = wh_random_unit(r) < 0.4 ? wh_random_between(r, 1500, 4000) : 0;
    c.cool_w = wh_random_unit(r) < 0.4 ? wh_random_between(r, 800, 2500) : 0;
    c.car_w = wh_random_unit(r) < 0.4 ? (wh_random_unit(r) < 0.5 ? 11000 : 3680) : 0;
    c.solar_peak_w = wh_random_unit(r) < 0.7 ? wh_random_between(r, 2000, 12000) : 0;
    return c;
}

static void look_at_clock(wh_year_load *l)
{
    wh_civil_time local;
    if (wh_time_zone_to_local(&l->config.zone, l->utc_ms, &local, NULL) == WH_OK) {
        l->minute = 60U * local.hour + local.minute;
        l->weekday = wh_civil_weekday(local.date);
    }
    for (unsigned j = 0; j < WH_YEAR_JOBS; j++) {
        l->weight[j] = wh_appliance_hour_weight(jobs[j].hours, l->minute / 60);
    }
}

/* Each quarter of an hour: sun, and the weather of the day. */
static void look_outside(wh_year_load *l)
{
    const wh_year_load_config *c = &l->config;
    double utc_s = (double)l->utc_ms / 1000;
    double year = fmod(utc_s / 86400 / 365.2425, 1.0);
    double season = -cos(TWO_PI * (year - 0.05)); /* coldest in the third week of January */
    l->sun_kw_m2 = wh_sun_clear_kw_m2(utc_s, c->latitude_deg, c->longitude_deg, 30);
    l->weather += -0.01 * l->weather + 0.4 * wh_random_gauss(&l->random);
    double day = -cos(TWO_PI * (l->minute - 180.0) / 1440);
    l->outside_degc = 11 + (c->latitude_deg < 0 ? -10 : 10) * season + 4 * day + l->weather;
}

void wh_year_load_init(wh_year_load *l, const wh_year_load_config *config)
{
    memset(l, 0, sizeof *l);
    l->config = *config;
    l->utc_ms = config->start_utc_ms;
    wh_random_init(&l->random, config->seed);
    wh_clouds_init(&l->clouds, 0.45);
    look_at_clock(l);
    look_outside(l);
}

static void run_appliances(wh_year_load *l, demand *d)
{
    double people = l->config.activity * (l->weekday >= 6 ? 1.3 : 0.9) / 1440;
    for (unsigned j = 0; j < WH_YEAR_JOBS; j++) {
        double chance = wh_random_unit(&l->random);
        if (l->left_min[j] == 0) {
            bool now = chance < jobs[j].per_day * l->weight[j] * people;
            l->left_min[j] = now ? jobs[j].minutes : 0;
        }
        if (l->left_min[j] > 0) {
            l->left_min[j]--;
            draw_on(d, jobs[j].phase, jobs[j].watts, jobs[j].tangent);
        }
        if (l->left_min[j] > 0 && jobs[j].tangent < 0) {
            d->distorted[jobs[j].phase] += jobs[j].watts;
        }
    }
    l->fridge_min -= 1;
    if (l->fridge_min <= 0) {
        l->fridge_on = !l->fridge_on;
        l->fridge_min = wh_random_between(&l->random, 10, l->fridge_on ? 20 : 50);
    }
    if (l->fridge_on) {
        draw_on(d, 0, 90, 0.6);
    }
    draw_on(d, 1, l->config.base_w, -0.3);
    d->distorted[1] += l->config.base_w;
}

/* A machine that runs a part of each half hour. */
static bool runs(wh_random *random, double share, bool on, double *left_min)
{
    *left_min -= 1;
    if (*left_min > 0) {
        return on;
    }
    bool now = !on && share > 0.02;
    double minutes = 30 * (now ? fmin(share, 1) : fmax(1 - share, 0.1));
    *left_min = wh_random_between(random, 0.7, 1.3) * minutes;
    return now || share >= 1;
}

static void run_machines(wh_year_load *l, demand *d)
{
    const wh_year_load_config *c = &l->config;
    if (c->heat_w > 0) {
        l->heating = runs(&l->random, (16 - l->outside_degc) / 24, l->heating, &l->heat_min);
        draw_on_all(d, l->heating ? c->heat_w : 6, 0.35);
    }
    if (c->cool_w > 0) {
        l->cooling = runs(&l->random, (l->outside_degc - 22) / 10, l->cooling, &l->cool_min);
        draw_on(d, 0, l->cooling ? c->cool_w : 0, 0.4);
    }
    if (c->car_w > 0) {
        if (l->minute == 18 * 60 + 30) { /* comes home */
            double chance = wh_random_unit(&l->random);
            double need = wh_random_between(&l->random, 4, 25);
            l->car_kwh = chance < (l->weekday >= 6 ? 0.3 : 0.6) ? need : l->car_kwh;
        }
        if (l->car_kwh > 0 && (c->car_w < 4000 || l->minute >= 22 * 60 || l->minute < 6 * 60)) {
            l->car_kwh -= c->car_w / 60000;
            if (c->car_w > 4000) {
                draw_on_all(d, c->car_w, 0.02);
            } else {
                draw_on(d, 2, c->car_w, 0.02);
            }
        }
    }
    double light = wh_clouds_step(&l->clouds, &l->random, 60);
    if (c->solar_peak_w > 0) {
        draw_on_all(d, -c->solar_peak_w * l->sun_kw_m2 * light, 0.03);
    }
}

static void meet_trouble(wh_year_load *l)
{
    wh_year_trouble *t = &l->trouble;
    if (t->left_min > 0) {
        t->left_min--;
    }
    if (t->left_min > 0) {
        return;
    }
    t->kind = WH_YEAR_CALM;
    if (wh_random_unit(&l->random) * MINUTES_PER_YEAR < l->config.disturbances_per_year) {
        t->kind = (wh_year_disturbance)(1 + wh_random_u64(&l->random) % (WH_YEAR_DISTURBANCES - 1));
        t->phase = (unsigned)(wh_random_u64(&l->random) % WH_YEAR_PHASES);
        t->left_min = 1 + (unsigned)wh_random_between(&l->random, 0, 90);
    }
}

/* Voltages: they wander, sink with the load and meet trouble. */
static double voltage(wh_year_load *l, unsigned k, double watts)
{
    l->wander[k] += -0.02 * l->wander[k] + 0.001 * wh_random_gauss(&l->random);
    double u = U_NOMINAL_V * (1 + l->wander[k]) - LINE_OHM * watts / U_NOMINAL_V;
    if (l->trouble.phase != k) {
        return u;
    }
    switch (l->trouble.kind) {
    case WH_YEAR_SAG:
        return 0.7 * u;
    case WH_YEAR_SWELL:
        return 1.23 * u;
    case WH_YEAR_PHASE_LOST:
        return 0;
    case WH_YEAR_CALM:
    case WH_YEAR_REVERSED:
    case WH_YEAR_SEQUENCE:
    case WH_YEAR_OVERLOAD:
    case WH_YEAR_DISTURBANCES:
    default:
        return u;
    }
}

static int64_t micro(double value)
{
    return llround(value * 1e6);
}

static void measure_phase(unsigned k, const demand *d, double u, wh_year_minute *out)
{
    bool there = u > 0;
    double p = there ? d->p[k] : 0;
    double q = there ? d->q[k] : 0;
    double s = sqrt(p * p + q * q);
    out->p_uw[k] = micro(p);
    out->p1_uw[k] = micro(there ? p + 0.02 * d->distorted[k] : 0); /* harmonics flow back */
    out->q1_uvar[k] = micro(q);
    out->s_uva[k] = micro(s);
    out->u_uv[k] = micro(u);
    out->i_ua[k] = there ? micro(s / u) : 0;
    out->present |= (uint8_t)(there ? 1U << k : 0U);
}

void wh_year_load_next(wh_year_load *l, wh_year_minute *out)
{
    demand d = {{0}, {0}, {0}};
    if (l->minute % 15 == 0) {
        look_at_clock(l);
        look_outside(l);
    }
    run_appliances(l, &d);
    run_machines(l, &d);
    meet_trouble(l);
    if (l->trouble.kind == WH_YEAR_OVERLOAD) {
        draw_on_all(&d, 30000, 0);
    }
    if (l->trouble.kind == WH_YEAR_REVERSED) {
        d.p[l->trouble.phase] *= -1;
        d.q[l->trouble.phase] *= -1;
    }
    memset(out, 0, sizeof *out);
    for (unsigned k = 0; k < WH_YEAR_PHASES; k++) {
        measure_phase(k, &d, voltage(l, k, d.p[k]), out);
    }
    double i[3] = {(double)out->i_ua[0], (double)out->i_ua[1], (double)out->i_ua[2]};
    double unequal = i[0] * i[0] + i[1] * i[1] + i[2] * i[2] - i[0] * i[1] - i[1] * i[2] -
                     i[2] * i[0]; /* phasors of one angle, a third of a turn apart */
    out->in_ua = llround(sqrt(fmax(unequal, 0)));
    l->f_wander += -0.05 * l->f_wander + 0.004 * wh_random_gauss(&l->random);
    out->f_uhz = (uint32_t)micro(50 + l->f_wander);
    out->reversed_sequence = l->trouble.kind == WH_YEAR_SEQUENCE;
    l->utc_ms += WH_MS_PER_MINUTE;
    l->minute = (l->minute + 1) % 1440;
}

void wh_year_minute_open(wh_year_minute *m)
{
    for (unsigned k = 0; k < WH_YEAR_PHASES; k++) {
        m->p_uw[k] = m->p1_uw[k] = m->q1_uvar[k] = m->s_uva[k] = m->i_ua[k] = 0;
    }
    m->in_ua = 0;
}

void wh_year_interval_add(wh_year_interval *i, const wh_year_minute *m, uint32_t ms)
{
    i->last = *m;
    i->duration_ms += ms;
    for (unsigned k = 0; k < WH_YEAR_PHASES; k++) {
        i->p_uws[k] += m->p_uw[k] * ms / 1000;
        i->p1_uws[k] += m->p1_uw[k] * ms / 1000;
        i->q1_uvars[k] += m->q1_uvar[k] * ms / 1000;
        i->s_uvas[k] += m->s_uva[k] * ms / 1000;
    }
}
