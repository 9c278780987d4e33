/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/simulation/appliance.h"
#include "world/simulation/home.h"
#include "world/simulation/sun.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define W  7 /* channels of three phases */

/* A supply with nothing on it and nothing by chance. */
static wh_home_config empty_house(void)
{
    wh_home_config c = wh_home_defaults();
    c.appliances = false;
    c.solar_peak_w = 0;
    c.mains.f_wander_hz = 0;
    c.mains.u_wander = 0;
    c.mains.noise_v = 0;
    c.mains.events_per_day = 0;
    c.mains.harmonic_count = 0;
    c.mains.level[0] = c.mains.level[1] = c.mains.level[2] = 1;
    return c;
}

static double *read_seconds(const wh_home_config *config, double seconds, size_t *count)
{
    wh_source *s;
    wh_message m;
    assert_int_equal(wh_home_create(config, &s, &m), WH_OK);
    *count = (size_t)lrint(seconds * config->mains.fs_hz);
    double *rows = malloc(*count * s->channel_count * sizeof *rows);
    assert_non_null(rows);
    size_t got;
    assert_int_equal(s->read(s, rows, *count, &got), WH_OK);
    assert_int_equal(got, *count);
    s->destroy(s);
    return rows;
}

static double rms(const double *rows, size_t column, size_t first, size_t count)
{
    double sum = 0;
    for (size_t n = first; n < first + count; n++) {
        sum += rows[n * W + column] * rows[n * W + column];
    }
    return sqrt(sum / (double)count);
}

static void an_undisturbed_supply_is_three_sines_in_sequence(void **state)
{
    (void)state;
    wh_home_config c = empty_house();
    size_t count;
    double *rows = read_seconds(&c, 0.2, &count);
    for (size_t k = 0; k < 3; k++) {
        assert_true(fabs(rms(rows, k, 0, count) - 230) < 0.002);
        for (size_t n = 0; n < count; n += 37) {
            double want = 230 * sqrt(2) * sin(2 * PI * (50.0 * (double)n / 8000 - (double)k / 3));
            assert_true(fabs(rows[n * W + k] - want) < 0.003);
            assert_true(rows[n * W + 3 + k] == 0);
        }
    }
    free(rows);
    c.mains.reversed = true;
    rows = read_seconds(&c, 0.2, &count);
    assert_true(fabs(rows[1] - 230 * sqrt(2) * sin(2 * PI / 3)) < 0.003); /* L2 leads now */
    free(rows);
}

static void scheduled_sags_swells_and_interruptions_come_in_time(void **state)
{
    (void)state;
    wh_home_config c = empty_house();
    c.mains.event_count = 3;
    c.mains.event[0] = (wh_mains_event){0.2, 0.1, 1U, 0.5};
    c.mains.event[1] = (wh_mains_event){0.5, 0.1, 0, 0.0};
    c.mains.event[2] = (wh_mains_event){0.8, 0.1, 6U, 1.2};
    size_t count;
    double *rows = read_seconds(&c, 1.0, &count);
    static const struct {
        size_t first;
        double level[3];
    } want[] = {
        {0, {1, 1, 1}},    {1760, {0.5, 1, 1}},   {2560, {1, 1, 1}},
        {4160, {0, 0, 0}}, {6560, {1, 1.2, 1.2}},
    };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            assert_true(fabs(rms(rows, k, want[i].first, 480) - 230 * want[i].level[k]) < 0.2);
        }
    }
    free(rows);
}

static void every_appliance_takes_the_power_it_is_asked_for(void **state)
{
    (void)state;
    double table[1025];
    for (size_t i = 0; i < wh_appliance_count; i++) {
        wh_appliance_wave(&wh_appliances[i], 230, table, 1024);
        double p = 0;
        for (int n = 0; n < 1024; n++) {
            p += table[n] * 230 * sqrt(2) * sin(2 * PI * n / 1024) / 1024;
        }
        assert_true(fabs(p - 1) < 0.01); /* fired waves jump between two points of the table */
        assert_true(table[0] == table[1024]);
    }
}

static void hour_weights_have_a_mean_of_one(void **state)
{
    (void)state;
    for (int hours = WH_HOURS_ALWAYS; hours <= WH_HOURS_NIGHT; hours++) {
        double sum = 0;
        for (unsigned h = 0; h < 24; h++) {
            sum += wh_appliance_hour_weight((wh_hours)hours, h);
        }
        assert_true(fabs(sum - 24) < 1e-9);
    }
}

static void the_same_seed_is_the_same_house_and_another_is_not(void **state)
{
    (void)state;
    wh_home_config c = wh_home_defaults();
    size_t count;
    double *a = read_seconds(&c, 3, &count);
    double *b = read_seconds(&c, 3, &count);
    c.mains.seed++;
    double *other = read_seconds(&c, 3, &count);
    assert_memory_equal(a, b, count * W * sizeof *a);
    assert_true(memcmp(a, other, count * W * sizeof *a) != 0);
    for (size_t n = 0; n < count; n++) {
        const double *r = a + n * W;
        assert_true(fabs(r[3] + r[4] + r[5] - r[6]) < 1e-9); /* the neutral is the sum */
    }
    free(a);
    free(b);
    free(other);
}

static double energy_of(wh_home_config *c, double hours, unsigned k, wh_source **keep)
{
    double rows[160 * W];
    wh_message m;
    assert_int_equal(wh_home_create(c, keep, &m), WH_OK);
    size_t got;
    for (size_t n = 0; n < (size_t)(hours * 3600 * c->mains.fs_hz); n += 160) {
        assert_int_equal((*keep)->read(*keep, rows, 160, &got), WH_OK);
    }
    return wh_home_energy_ws(*keep, k);
}

static void a_roof_feeds_in_by_day_and_the_house_draws_by_night(void **state)
{
    (void)state;
    wh_home_config c = wh_home_defaults();
    c.mains.fs_hz = 800;
    c.mains.events_per_day = 0;
    c.appliances = false;
    c.clouds = 0;
    wh_source *s;
    double day = energy_of(&c, 0.1, 2, &s);
    wh_home_use use[4];
    assert_int_equal(wh_home_in_use(s, use, 4), 1);
    assert_string_equal(use[0].name, "solar inverter");
    assert_int_equal(use[0].phases, 7);
    assert_true(use[0].watts < -3000 && use[0].watts > -6000);
    assert_true(day < -300 * 3000 / 3.0 && day > -360 * 6000 / 3.0);
    s->destroy(s);
    c.start_utc_us -= INT64_C(9) * 3600 * 1000000; /* one in the morning */
    c.appliances = true;
    assert_true(energy_of(&c, 0.1, 0, &s) > 30 * 360 * 0.9); /* standby at least */
    s->destroy(s);
}

static void the_inverter_leaves_a_sagging_supply_for_a_minute(void **state)
{
    (void)state;
    wh_home_config c = empty_house();
    c.solar_peak_w = 5000;
    c.clouds = 0;
    c.mains.event_count = 1;
    c.mains.event[0] = (wh_mains_event){40, 0.1, 2U, 0.6};
    size_t count;
    double *rows = read_seconds(&c, 150, &count);
    assert_true(rms(rows, 3, 39 * 8000, 8000) > 3);
    assert_true(rms(rows, 3, 42 * 8000, 8000) == 0);
    assert_true(rms(rows, 3, 98 * 8000, 8000) == 0);
    assert_true(rms(rows, 3, 149 * 8000, 8000) > 3);
    free(rows);
}

static void the_sun_rises_and_sets_and_stands_high_in_june(void **state)
{
    (void)state;
    double midsummer = 1782000000; /* 2026-06-21 00:00 UTC */
    double midwinter = midsummer + 183 * 86400.0;
    assert_true(wh_sun_clear_kw_m2(midsummer, 48, 0, 30) == 0);
    assert_true(wh_sun_clear_kw_m2(midsummer + 43200, 48, 0, 30) > 0.85);
    assert_true(wh_sun_clear_kw_m2(midsummer + 5 * 3600, 48, 0, 30) > 0.01);
    assert_true(wh_sun_clear_kw_m2(midwinter + 5 * 3600, 48, 0, 30) == 0);
    double winter_noon = wh_sun_clear_kw_m2(midwinter + 43200, 48, 0, 30);
    assert_true(winter_noon > 0.2 && winter_noon < 0.7);
}

static void a_source_with_a_duration_ends(void **state)
{
    (void)state;
    wh_home_config c = wh_home_defaults();
    c.duration_s = 0.01;
    c.mains.phases = 1;
    wh_source *s;
    assert_int_equal(wh_home_create(&c, &s, NULL), WH_OK);
    assert_int_equal(s->total, 80);
    assert_int_equal(s->channel_count, 3);
    assert_string_equal(s->channel[1].name, "I1");
    assert_string_equal(s->channel[2].name, "IN");
    double rows[100 * 3];
    size_t got;
    assert_int_equal(s->read(s, rows, 100, &got), WH_OK);
    assert_int_equal(got, 80);
    assert_int_equal(s->read(s, rows, 100, &got), WH_OK);
    assert_int_equal(got, 0);
    s->destroy(s);
}

static void ranges_are_checked(void **state)
{
    (void)state;
    wh_source *s;
    wh_message m;
    wh_home_config c = wh_home_defaults();
    c.mains.fs_hz = 799;
    assert_int_equal(wh_home_create(&c, &s, &m), WH_ERR_RANGE);
    c = wh_home_defaults();
    c.mains.phases = 4;
    assert_int_equal(wh_home_create(&c, &s, &m), WH_ERR_RANGE);
    c = wh_home_defaults();
    c.line_ohm = -1;
    assert_int_equal(wh_home_create(&c, &s, &m), WH_ERR_RANGE);
    c = wh_home_defaults();
    c.profile = "/nonexistent/profile.csv";
    assert_int_equal(wh_home_create(&c, &s, &m), WH_ERR_IO);
    assert_null(s);
    assert_non_null(strstr(m.text, "/nonexistent/profile.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_undisturbed_supply_is_three_sines_in_sequence),
        cmocka_unit_test(scheduled_sags_swells_and_interruptions_come_in_time),
        cmocka_unit_test(every_appliance_takes_the_power_it_is_asked_for),
        cmocka_unit_test(hour_weights_have_a_mean_of_one),
        cmocka_unit_test(the_same_seed_is_the_same_house_and_another_is_not),
        cmocka_unit_test(a_roof_feeds_in_by_day_and_the_house_draws_by_night),
        cmocka_unit_test(the_inverter_leaves_a_sagging_supply_for_a_minute),
        cmocka_unit_test(the_sun_rises_and_sets_and_stands_high_in_june),
        cmocka_unit_test(a_source_with_a_duration_ends),
        cmocka_unit_test(ranges_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
