/* SPDX-License-Identifier: Apache-2.0 */
#include "world/simulation/mains.h"

#include <math.h>
#include <string.h>

#define PI      3.14159265358979323846
#define TICK_S  0.002
#define SLOW_S  0.5   /* new goals of frequency and amplitude */
#define F_TAU_S 120.0 /* correlation time of the frequency */
#define U_TAU_S 60.0
#define DAY_S   86400.0

static void build_wave(wh_mains *m)
{
    for (int n = 0; n <= WH_MAINS_TABLE; n++) {
        double x = 2 * PI * n / WH_MAINS_TABLE;
        double value = sin(x);
        for (size_t k = 0; k < m->config.harmonic_count; k++) {
            const wh_mains_harmonic *h = &m->config.harmonic[k];
            value += h->percent / 100 * sin(h->order * x + h->degrees * PI / 180);
        }
        m->wave[n] = value;
    }
}

/* One in ten is an interruption, one in ten a swell, the rest are sags; most are short
 * (log-uniform from 20 ms to 5 s). */
static void draw_chance(wh_mains *m, double now_s)
{
    wh_random *r = &m->random;
    wh_mains_event *e = &m->chance;
    e->start_s = now_s - log(1.0 - wh_random_unit(r)) * DAY_S / m->config.events_per_day;
    e->duration_s = 0.02 * pow(250.0, wh_random_unit(r));
    double kind = wh_random_unit(r);
    if (kind < 0.1) {
        e->residual = wh_random_between(r, 0.0, 0.05);
    } else if (kind < 0.2) {
        e->residual = wh_random_between(r, 1.12, 1.3);
    } else {
        e->residual = wh_random_between(r, 0.3, 0.88);
    }
    e->phases = 1U + (unsigned)(wh_random_unit(r) * 7.0);
}

static bool config_ok(const wh_mains_config *c)
{
    return c->fs_hz >= 800 && c->fs_hz <= 100000 && c->f_nominal_hz >= 40 &&
           c->f_nominal_hz <= 70 && c->u_nominal_v > 0 && c->u_nominal_v < 1e6 && c->phases >= 1 &&
           c->phases <= WH_MAINS_PHASES && c->harmonic_count <= WH_MAINS_HARMONICS &&
           c->event_count <= WH_MAINS_EVENTS;
}

wh_err wh_mains_init(wh_mains *m, const wh_mains_config *config)
{
    if (!config_ok(config)) {
        return WH_ERR_RANGE;
    }
    memset(m, 0, sizeof *m);
    m->config = *config;
    wh_random_init(&m->random, config->seed);
    build_wave(m);
    m->tick_samples = (size_t)lrint(config->fs_hz * TICK_S);
    if (m->tick_samples < 1) {
        m->tick_samples = 1;
    }
    m->f_hz = config->f_nominal_hz;
    m->f_goal_hz = m->f_hz;
    for (unsigned k = 0; k < WH_MAINS_PHASES; k++) {
        if (m->config.level[k] == 0) {
            m->config.level[k] = 1;
        }
        m->level[k] = m->config.level[k];
    }
    m->chance.start_s = INFINITY;
    if (config->events_per_day > 0) {
        draw_chance(m, 0);
    }
    return WH_OK;
}

/* First-order noise of unit variance scaled by sigma (Ornstein-Uhlenbeck). */
static double wander(wh_random *r, double value, double sigma, double tau_s)
{
    double keep = exp(-SLOW_S / tau_s);
    return keep * value + sigma * sqrt(1 - keep * keep) * wh_random_gauss(r);
}

static void move_slowly(wh_mains *m, double now_s)
{
    const wh_mains_config *c = &m->config;
    if (now_s >= m->next_slow_s) {
        m->next_slow_s = now_s + SLOW_S;
        m->f_goal_hz = c->f_nominal_hz +
                       wander(&m->random, m->f_goal_hz - c->f_nominal_hz, c->f_wander_hz, F_TAU_S);
        for (unsigned k = 0; k < c->phases; k++) {
            m->wander_goal[k] = wander(&m->random, m->wander_goal[k], c->u_wander, U_TAU_S);
        }
    }
    double share = TICK_S / SLOW_S;
    m->f_hz += share * (m->f_goal_hz - m->f_hz);
    for (unsigned k = 0; k < c->phases; k++) {
        m->wander[k] += share * (m->wander_goal[k] - m->wander[k]);
    }
}

static double residual_of(const wh_mains_event *e, unsigned phase, double now_s)
{
    bool on = now_s >= e->start_s && now_s < e->start_s + e->duration_s &&
              (e->phases == 0 || (e->phases >> phase & 1U) != 0);
    return on ? e->residual : 1.0;
}

static double level_at(const wh_mains *m, unsigned phase, double now_s)
{
    const wh_mains_config *c = &m->config;
    double level = c->level[phase] * (1 + m->wander[phase]);
    if (c->flicker_percent > 0) {
        level *= 1 + c->flicker_percent / 200 * sin(2 * PI * c->flicker_hz * now_s);
    }
    for (size_t i = 0; i < c->event_count; i++) {
        level *= residual_of(&c->event[i], phase, now_s);
    }
    return level * residual_of(&m->chance, phase, now_s);
}

void wh_mains_tick(wh_mains *m, double (*volts)[WH_MAINS_PHASES], double *turns)
{
    const wh_mains_config *c = &m->config;
    double now_s = (double)m->samples / c->fs_hz;
    if (now_s > m->chance.start_s + m->chance.duration_s) {
        draw_chance(m, now_s);
    }
    move_slowly(m, now_s);
    double peak = c->u_nominal_v * sqrt(2.0);
    double step_turn = m->f_hz / c->fs_hz;
    double turn = m->turn;
    for (size_t n = 0; n < m->tick_samples; n++) {
        turns[n] = turn;
        turn += step_turn;
        turn -= turn >= 1 ? 1 : 0;
    }
    m->turn = turn;
    for (unsigned k = 0; k < WH_MAINS_PHASES; k++) {
        double goal = k < c->phases ? level_at(m, k, now_s) : 0;
        double level = k < c->phases ? m->level[k] : 0;
        double step = (goal - level) / (double)m->tick_samples;
        double shift = wh_mains_shift(m, k);
        for (size_t n = 0; n < m->tick_samples; n++) {
            level += step;
            volts[n][k] = peak * level * wh_mains_lookup(m->wave, turns[n] + shift);
            if (c->noise_v > 0 && k < c->phases) {
                volts[n][k] += c->noise_v * wh_random_gauss(&m->random);
            }
        }
        m->level[k] = goal;
    }
    m->samples += m->tick_samples;
}

double wh_mains_level(const wh_mains *m, unsigned phase)
{
    return m->level[phase];
}

double wh_mains_shift(const wh_mains *m, unsigned phase)
{
    unsigned place = m->config.reversed ? (3 - phase) % 3 : phase;
    return 1 - place / 3.0;
}
