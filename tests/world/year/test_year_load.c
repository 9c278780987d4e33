/* SPDX-License-Identifier: Apache-2.0 */
#include "core/civil_time.h"
#include "world/year/year_load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY   1440
#define START INT64_C(1767225600000) /* 2026-01-01 */

static const wh_time_zone berlin = {60,
                                    60,
                                    {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
                                    {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}};

static wh_year_load_config family(uint64_t seed)
{
    return wh_year_load_random(seed, &berlin, START, 48.1, 11.6);
}

static void the_same_seed_gives_the_same_minutes(void **state)
{
    (void)state;
    wh_year_load *l = malloc(3 * sizeof *l);
    assert_non_null(l);
    for (int i = 0; i < 3; i++) {
        wh_year_load_config c = family(i < 2 ? 7 : 8);
        wh_year_load_init(&l[i], &c);
    }
    unsigned differ = 0;
    for (int i = 0; i < 3 * DAY; i++) {
        wh_year_minute m[3];
        for (int k = 0; k < 3; k++) {
            wh_year_load_next(&l[k], &m[k]);
        }
        assert_memory_equal(&m[0], &m[1], sizeof m[0]);
        differ += m[0].p_uw[1] != m[2].p_uw[1] ? 1U : 0U;
    }
    assert_true(differ > 2 * DAY);
    free(l);
}

/* By 1 s, by minute and by quarter hour: the same energy to the last microwatt-second. */
static void the_step_does_not_change_the_energy(void **state)
{
    (void)state;
    wh_year_load *l = malloc(sizeof *l);
    assert_non_null(l);
    wh_year_load_config c = family(3);
    wh_year_load_init(l, &c);
    wh_year_interval by_second = {.duration_ms = 0};
    wh_year_interval by_minute = {.duration_ms = 0};
    for (int i = 0; i < DAY; i++) {
        wh_year_minute m;
        wh_year_load_next(l, &m);
        wh_year_interval_add(&by_minute, &m, 60000);
        for (int k = 0; k < 60; k++) {
            wh_year_interval_add(&by_second, &m, 1000);
        }
    }
    assert_memory_equal(&by_second, &by_minute, sizeof by_second);
    assert_int_equal(by_minute.duration_ms, 86400000);
    free(l);
}

static void a_year_is_plausible(void **state)
{
    (void)state;
    wh_year_load *l = malloc(sizeof *l);
    assert_non_null(l);
    wh_year_load_config c = family(1);
    c.solar_peak_w = 6000;
    c.heat_w = 2500;
    c.cool_w = 1500;
    c.car_w = 11000;
    wh_year_load_init(l, &c);
    double import_kwh = 0;
    double export_kwh = 0;
    double summer_export = 0;
    double winter_import = 0;
    unsigned seen[WH_YEAR_DISTURBANCES] = {0};
    for (int i = 0; i < 365 * DAY; i++) {
        wh_year_minute m;
        wh_year_load_next(l, &m);
        double kwh = (double)(m.p_uw[0] + m.p_uw[1] + m.p_uw[2]) / 6e10;
        import_kwh += fmax(kwh, 0);
        export_kwh += fmax(-kwh, 0);
        summer_export += i > 120 * DAY && i < 240 * DAY ? fmax(-kwh, 0) : 0;
        winter_import += i < 60 * DAY || i > 305 * DAY ? fmax(kwh, 0) : 0;
        seen[l->trouble.kind] += 1U;
        for (unsigned k = 0; k < 3; k++) {
            bool there = (m.present & (1U << k)) != 0;
            assert_true(m.u_uv[k] > 140000000 || !there);
            assert_true(m.u_uv[k] < 300000000);
            assert_true(m.s_uva[k] >= llabs(m.p_uw[k]) - 1);
            assert_true(there || (m.p_uw[k] == 0 && m.i_ua[k] == 0 && m.u_uv[k] == 0));
        }
        assert_in_range(m.f_uhz, 49800000, 50200000);
    }
    assert_true(import_kwh > 3000 && import_kwh < 15000);
    assert_true(export_kwh > 2000 && export_kwh < 7000);
    assert_true(summer_export > 0.4 * export_kwh); /* a third of the year */
    assert_true(winter_import > 0.4 * import_kwh);
    for (int i = 0; i < WH_YEAR_DISTURBANCES; i++) {
        assert_true(seen[i] > 0);
    }
    free(l);
}

static void an_open_switch_lets_nothing_through(void **state)
{
    (void)state;
    wh_year_load *l = malloc(sizeof *l);
    assert_non_null(l);
    wh_year_load_config c = family(2);
    wh_year_load_init(l, &c);
    wh_year_minute m;
    wh_year_load_next(l, &m);
    int64_t u_uv = m.u_uv[0];
    wh_year_minute_open(&m);
    wh_year_interval i = {.duration_ms = 0};
    wh_year_interval_add(&i, &m, 60000);
    assert_int_equal(m.u_uv[0], u_uv);
    for (unsigned k = 0; k < 3; k++) {
        assert_int_equal(i.p_uws[k] | i.p1_uws[k] | i.q1_uvars[k] | i.s_uvas[k], 0);
        assert_int_equal(m.i_ua[k], 0);
    }
    free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_minutes),
        cmocka_unit_test(the_step_does_not_change_the_energy),
        cmocka_unit_test(a_year_is_plausible),
        cmocka_unit_test(an_open_switch_lets_nothing_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
