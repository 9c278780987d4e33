/* SPDX-License-Identifier: Apache-2.0 */
/* Three hours of a house with a solar roof, every sample of them at 8 kHz: the registers are
 * the sum of the quanta, and import less export is the integral of u times i. */
#include "meter/meter.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TURN    6.283185307179586
#define CYCLE   160 /* samples at 50 Hz */
#define CYCLES  (3 * 3600 * 50)
#define FULL_UV 400000000
#define FULL_UA 150000000

static int32_t voltage[WH_PHASES][CYCLE];
static double current[WH_PHASES][CYCLE];

/* What the observer adds up beside the meter. */
typedef struct {
    int64_t quanta_uws[WH_PHASES];
    long double running[WH_PHASES]; /* sum of u times i, codes² */
    long double at_cut[WH_PHASES];  /* the same up to the last cut */
} ledger;

/* Net current of a phase, part of its wave: a load less a roof that clouds pass over. */
static double net(unsigned k, unsigned cycle)
{
    double s = cycle / 50.0;
    double roof = k == 0 ? 0 : 1.2 * (0.6 + 0.4 * sin(TURN * s / 613)) * (k == 1 ? 1 : 0.5);
    double load = 0.3 + 0.25 * (fmod(s, 600 + 70.0 * k) < 180) + 0.01 * sin(TURN * s / 17);
    return load - roof;
}

static void one_cycle(unsigned cycle, int32_t (*codes)[WH_CHANNELS])
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double part = net(k, cycle);
        for (unsigned n = 0; n < CYCLE; n++) {
            codes[n][WH_U1 + k] = voltage[k][n];
            codes[n][WH_I1 + k] = (int32_t)lrint(part * current[k][n]);
        }
    }
}

static long double product_at(unsigned k, uint64_t sample)
{
    unsigned n = (unsigned)(sample % CYCLE);
    double part = net(k, (unsigned)(sample / CYCLE));
    return (long double)voltage[k][n] * (long double)lrint(part * current[k][n]);
}

static void add_samples(ledger *l, const int32_t (*samples)[WH_CHANNELS], size_t count)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t block = 0; /* some hundred products of 45 bits */
        for (size_t n = 0; n < count; n++) {
            block += (int64_t)samples[n][WH_U1 + k] * samples[n][WH_I1 + k];
        }
        l->running[k] += block;
    }
}

/* Up to the cut the integral is the sum, less half of the last product, plus the trapezoid
 * from there to the cut. */
static void add_quantum(ledger *l, const wh_metrology *m)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        long double a = m->quantum.end_q32 / 4294967296.0L;
        long double last = product_at(k, m->quantum.end_sample);
        long double next = product_at(k, m->quantum.end_sample + 1);
        l->quanta_uws[k] += m->quantum.p_uws[k];
        l->at_cut[k] = l->running[k] - last / 2 + a * last + a * a / 2 * (next - last);
    }
}

static void watch(void *user, const wh_metrology *m, const int32_t (*samples)[WH_CHANNELS],
                  size_t count, unsigned event)
{
    add_samples(user, samples, count);
    if ((event & WH_EVENT_WINDOW) != 0) {
        add_quantum(user, m);
    }
}

static void make_waves(void)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        for (unsigned n = 0; n < CYCLE; n++) {
            double a = TURN * n / CYCLE - TURN / 3 * k;
            voltage[k][n] = (int32_t)lrint(0.8 * WH_CODE_FULL * (sin(a) + 0.03 * sin(5 * a)));
            current[k][n] = 0.2 * WH_CODE_FULL * (sin(a - 0.3) + 0.1 * sin(3 * a));
        }
    }
}

static int64_t net_uws(const wh_meter *meter, unsigned place)
{
    const wh_energy *import = &meter->registers.reg[place][WH_REG_ACTIVE_IMPORT];
    const wh_energy *export = &meter->registers.reg[place][WH_REG_ACTIVE_EXPORT];
    return (import->mwh - export->mwh) * 3600000 + import->rest_uws - (int64_t) export->rest_uws;
}

static void registers_are_the_quanta_and_the_quanta_are_the_integral(void **state)
{
    (void)state;
    static wh_meter meter;
    static int32_t codes[CYCLE][WH_CHANNELS];
    static wh_meter_config config = {
        .metrology = {.fs_mhz = 8000000, .f_nominal_mhz = 50000, .phases = 3}};
    static ledger l;
    const wh_meter_observer observer = {&l, watch};
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        config.metrology.channel[k].full_scale = k < WH_I1 ? FULL_UV : FULL_UA;
    }
    make_waves();
    assert_int_equal(wh_meter_init(&meter, &config, &observer), WH_OK);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        one_cycle(cycle, codes);
        wh_meter_samples(&meter, (const int32_t(*)[WH_CHANNELS])codes, CYCLE);
    }
    long double uws_per_code2 =
        (long double)FULL_UV / WH_CODE_FULL * FULL_UA / WH_CODE_FULL * 1e-6L / 8000;
    int64_t sum = 0;
    long double integral = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        assert_int_equal(net_uws(&meter, k), l.quanta_uws[k]);
        sum += l.quanta_uws[k];
        integral += l.at_cut[k] * uws_per_code2;
        double error = (double)(l.quanta_uws[k] / (l.at_cut[k] * uws_per_code2) - 1);
        print_message("phase %u: %+.3f Wh, off by %+.1e\n", k + 1, (double)l.quanta_uws[k] / 3.6e9,
                      error);
        assert_true(fabs(error) < 1e-6);
    }
    assert_int_equal(net_uws(&meter, WH_REG_TOTAL), sum);
    print_message("total: %+.3f Wh, off by %+.1e\n", (double)sum / 3.6e9,
                  (double)(sum / integral - 1));
    assert_true(fabs((double)(sum / integral - 1)) < 1e-6);
    assert_true(net_uws(&meter, 1) < 0 && net_uws(&meter, 0) > 0); /* both directions */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_are_the_quanta_and_the_quanta_are_the_integral),
    };
    return cmocka_run_group_tests_name("three_hours", tests, NULL, NULL);
}
