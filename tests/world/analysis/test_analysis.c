/* SPDX-License-Identifier: Apache-2.0 */
#include "world/analysis/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double PI = 3.14159265358979323846;

enum { COUNT = 16000, FS = 8000 };

/* Three phases of 230 V with 3 % fifth harmonic and 0.5 V DC, 10 A lagging 30 degrees with 20 %
 * third harmonic and 0.1 A DC. */
static const double F = 50.02;
static double u[3][COUNT];
static double i[3][COUNT];

static void fill(int turn)
{
    for (int k = 0; k < 3; k++) {
        double lag = turn * 2 * PI * k / 3;
        for (size_t n = 0; n < COUNT; n++) {
            double w = 2 * PI * F * (double)n / FS - lag;
            u[k][n] = 0.5 + sqrt(2) * 230 * (cos(w) + 0.03 * cos(5 * w));
            i[k][n] = 0.1 + sqrt(2) * 10 * (cos(w - PI / 6) + 0.2 * cos(3 * w - 1));
        }
    }
}

static int prepare(void **state)
{
    (void)state;
    fill(1);
    return 0;
}

static const wh_analysis_range whole = {FS, 50, false, COUNT};

static void assert_near(double value, double want, double tolerance)
{
    if (!(fabs(value - want) <= tolerance)) {
        fail_msg("%.12g is not %.12g", value, want);
    }
}

/* The trapezoid between samples makes 1e-6 or so of 160 samples a period. */
static void quantities_are_those_of_the_formula(void **state)
{
    (void)state;
    wh_analysis_input in = {u[0], i[0]};
    wh_analysis_phase p;
    wh_message m;
    assert_int_equal(wh_analysis_run(&whole, &in, 1, &p, "x", &m), WH_OK);
    double urms = sqrt(0.25 + 230 * 230 * 1.0009);
    double irms = sqrt(0.01 + 100 * 1.04);
    assert_near(p.f_hz, F, 1e-9);
    assert_near(p.cycles, 100, 0);
    assert_near(p.urms_v, urms, 1e-4 * urms);
    assert_near(p.irms_a, irms, 1e-4 * irms);
    assert_near(p.u1_v, 230, 1e-9);
    assert_near(p.i1_a, 10, 1e-10);
    assert_near(p.p1_w, 2300 * cos(PI / 6), 1e-8);
    assert_near(p.q1_var, 1150, 1e-8);
    assert_near(p.p_w, 2300 * cos(PI / 6) + 0.05, 0.05);
    assert_near(p.s_va, urms * irms, 0.2);
    assert_near(p.pf, p.p_w / p.s_va, 1e-15);
    assert_near(p.thd_u_pct, 3, 1e-9);
    assert_near(p.thd_i_pct, 20, 1e-9);
    assert_near(p.udc_v, 0.5, 0.005);
    assert_near(p.idc_a, 0.1, 0.0002);
}

static void q1_is_negative_where_the_current_leads_and_p_where_it_flows_back(void **state)
{
    (void)state;
    static double lead[COUNT];
    static double back[COUNT];
    for (size_t n = 0; n < COUNT; n++) {
        double w = 2 * PI * F * (double)n / FS;
        lead[n] = 10 * cos(w + 0.3);
        back[n] = -10 * cos(w - 0.3);
    }
    wh_analysis_input in[] = {{u[0], lead}, {u[0], back}};
    wh_analysis_phase p[2];
    wh_message m;
    assert_int_equal(wh_analysis_run(&whole, in, 2, p, "x", &m), WH_OK);
    assert_true(p[0].q1_var < 0 && p[0].p_w > 0);
    assert_true(p[1].q1_var < 0 && p[1].p_w < 0 && p[1].pf < 0);
}

static void rotation_and_unbalance_are_found(void **state)
{
    (void)state;
    wh_analysis_phase p[3] = {0};
    wh_message m;
    for (int turn = 1; turn >= -1; turn -= 2) {
        fill(turn);
        wh_analysis_input in[] = {{u[0], i[0]}, {u[1], i[1]}, {u[2], i[2]}};
        assert_int_equal(wh_analysis_run(&whole, in, 3, p, "x", &m), WH_OK);
        wh_analysis_sequence s = wh_analysis_sequence_of(p);
        assert_string_equal(s.rotation, turn == 1 ? "ABC" : "ACB");
        assert_near(s.u2_pct, 0, 1e-6);
        assert_near(s.u0_pct, 0, 1e-6);
    }
    fill(1);
    /* one phase at half: U1 = 2.5/3, U2 = U0 = 0.5/3 */
    p[0].u1 = (wh_phasor){0.5, 0};
    p[1].u1 = (wh_phasor){cos(2 * PI / 3), -sin(2 * PI / 3)};
    p[2].u1 = (wh_phasor){cos(2 * PI / 3), sin(2 * PI / 3)};
    wh_analysis_sequence s = wh_analysis_sequence_of(p);
    assert_near(s.u2_pct, 20, 1e-9);
    assert_near(s.u0_pct, 20, 1e-9);
    memset(p, 0, sizeof p);
    s = wh_analysis_sequence_of(p);
    assert_null(s.rotation);
    assert_true(isnan(s.u2_pct) && isnan(s.u0_pct));
}

static void what_does_not_exist_is_nan_and_nothing_else_is(void **state)
{
    (void)state;
    static double zero[COUNT];
    static double direct[COUNT];
    for (size_t n = 0; n < COUNT; n++) {
        direct[n] = 12;
    }
    wh_analysis_input in[] = {{u[0], zero}, {zero, i[0]}, {direct, direct}, {zero, zero}};
    wh_analysis_phase p[4];
    wh_message m;
    assert_int_equal(wh_analysis_run(&whole, in, 4, p, "x", &m), WH_OK);
    assert_near(p[0].f_hz, F, 1e-9);
    assert_true(isnan(p[0].pf) && isnan(p[0].thd_i_pct));
    assert_true(p[0].irms_a == 0 && p[0].i1_a == 0 && p[0].q1_var == 0);
    assert_true(isnan(p[1].f_hz) && isnan(p[1].pf) && isnan(p[1].thd_u_pct));
    assert_near(p[1].thd_i_pct, 20, 1e-9); /* at the frequency of the first phase */
    assert_true(isnan(p[2].f_hz));
    assert_near(p[2].p_w, 144, 1e-9);
    assert_near(p[2].pf, 1, 1e-12);
    assert_true(p[2].u1_v == 0);
    assert_true(isnan(p[3].f_hz) && isnan(p[3].pf) && p[3].s_va == 0);
}

static void without_any_frequency_the_nominal_one_stands_in(void **state)
{
    (void)state;
    static double direct[COUNT];
    for (size_t n = 0; n < COUNT; n++) {
        direct[n] = 12;
    }
    wh_analysis_input in = {direct, i[0]};
    wh_analysis_range r = whole;
    wh_analysis_phase p;
    wh_message m;
    r.f_nominal_hz = 0;
    assert_int_equal(wh_analysis_run(&r, &in, 1, &p, "x", &m), WH_OK);
    assert_true(isnan(p.f_hz));
    assert_near(p.i1_a, 10, 1e-9); /* at the frequency of the current */
    in.i = direct;
    assert_int_equal(wh_analysis_run(&r, &in, 1, &p, "x", &m), WH_OK);
    assert_near(p.cycles, 99, 0); /* of 50 Hz in 15999 steps */
    assert_near(p.s_va, 144, 1e-9);
}

static void the_nominal_frequency_is_guessed(void **state)
{
    (void)state;
    wh_analysis_range r = whole;
    wh_analysis_input in = {u[0], i[0]};
    r.f_nominal_hz = 0;
    assert_near(wh_analysis_nominal(&r, &in, 1), 50, 0);
    r.fs_hz = FS * 60.0 / 50;
    assert_near(wh_analysis_nominal(&r, &in, 1), 60, 0);
    r.f_nominal_hz = 16.7;
    assert_near(wh_analysis_nominal(&r, &in, 1), 16.7, 0);
}

/* One and seven exact periods: plain means, wherever the period begins. */
static void periodic_ranges_are_used_whole(void **state)
{
    (void)state;
    static double pu[7 * 500];
    static double pi[7 * 500];
    for (size_t n = 0; n < 7 * 500; n++) {
        double w = 2 * PI * (double)n / 500 + 1;
        pu[n] = 2 + 170 * cos(w);
        pi[n] = -1 + 3 * cos(w - 1);
    }
    for (size_t periods = 1; periods <= 7; periods += 6) {
        wh_analysis_input in = {pu, pi};
        wh_analysis_range r = {30000, 60, true, periods * 500};
        wh_analysis_phase p;
        wh_message m;
        assert_int_equal(wh_analysis_run(&r, &in, 1, &p, "x", &m), WH_OK);
        assert_near(p.f_hz, 60, 1e-12);
        assert_near(p.cycles, (double)periods, 1e-12);
        assert_near(p.udc_v, 2, 1e-12);
        assert_near(p.idc_a, -1, 1e-12);
        assert_near(p.urms_v, sqrt(4 + 170 * 170 / 2.0), 1e-10);
        assert_near(p.p_w, -2 + 255 * cos(1), 1e-10);
        assert_near(p.q1_var, 255 * sin(1), 1e-10);
    }
}

static void less_than_a_period_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        bool periodic;
        bool fits;
    } rows[] = {
        {1, false, false},  {80, false, false}, {160, false, false}, {161, false, true},
        {1, true, false},   {80, true, false},  {140, true, false},  {160, true, true},
        {240, true, false}, {320, true, true},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        wh_analysis_range r = {FS, 50, rows[k].periodic, rows[k].count};
        wh_analysis_input in = {u[0], i[0]};
        wh_analysis_phase p;
        wh_message m = {""};
        wh_err err = wh_analysis_run(&r, &in, 1, &p, "x.csv:7", &m);
        assert_int_equal(err, rows[k].fits ? WH_OK : WH_ERR_RANGE);
        if (!rows[k].fits) {
            assert_non_null(strstr(m.text, "x.csv:7: "));
            assert_non_null(strstr(m.text, rows[k].periodic && rows[k].count > 144
                                               ? "not a whole number"
                                               : "needs at least one whole period"));
        }
    }
    wh_analysis_range none = {FS, 50, false, 0};
    wh_analysis_range slow = {100, 50, false, COUNT};
    wh_analysis_input in = {u[0], i[0]};
    wh_analysis_phase p;
    wh_message m;
    assert_int_equal(wh_analysis_run(&none, &in, 1, &p, "x", &m), WH_ERR_ARG);
    assert_int_equal(wh_analysis_run(&slow, &in, 1, &p, "x", &m), WH_ERR_RANGE);
    assert_non_null(strstr(m.text, "too low"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_are_those_of_the_formula),
        cmocka_unit_test(q1_is_negative_where_the_current_leads_and_p_where_it_flows_back),
        cmocka_unit_test(rotation_and_unbalance_are_found),
        cmocka_unit_test(what_does_not_exist_is_nan_and_nothing_else_is),
        cmocka_unit_test(without_any_frequency_the_nominal_one_stands_in),
        cmocka_unit_test(the_nominal_frequency_is_guessed),
        cmocka_unit_test(periodic_ranges_are_used_whole),
        cmocka_unit_test(less_than_a_period_is_refused),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
