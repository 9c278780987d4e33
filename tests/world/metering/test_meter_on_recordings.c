/* SPDX-License-Identifier: Apache-2.0 */
/* The meter itself, not the analyser, on recorded appliances: one period of each, played for
 * twelve seconds through the converter and the integer metrology, against an independent
 * double-precision reference. */
#include "meter/metrology/metrology.h"
#include "world/converter.h"
#include "world/recording/recording.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WAVES WH_SHARED_DIR "/data/waves/"

/* The columns of expected.tsv that are used; A is the reference, B its second method. */
typedef struct {
    char file[64];
    double u_v;
    double i_a;
    double p_w;
    double q1_var;
    double p_b_w;
    double u_b_v;
    double i_b_a;
} expected;

static bool parse_row(char *line, expected *e)
{
    char *field[32];
    size_t count = 0;
    for (char *at = line; at != NULL && count < 32; count++) {
        field[count] = at;
        at = strchr(at, '\t');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    if (count < 26 || strncmp(field[0], "plaid/", 6) != 0) {
        return false;
    }
    (void)snprintf(e->file, sizeof e->file, "%s", field[0]);
    e->u_v = strtod(field[6], NULL);
    e->i_a = strtod(field[7], NULL);
    e->p_w = strtod(field[8], NULL);
    e->q1_var = strtod(field[14], NULL);
    e->p_b_w = strtod(field[21], NULL);
    e->u_b_v = strtod(field[22], NULL);
    e->i_b_a = strtod(field[23], NULL);
    return true;
}

/* Means over the windows, DC put back: the reference does not take it away. */
typedef struct {
    double u_v;
    double i_a;
    double p_w;
    double q1_var;
    unsigned windows;
} measured;

static void add_window(const wh_quantities *q, measured *out)
{
    const wh_phase_quantities *p = &q->phase[0];
    double u = (double)p->u_uv * 1e-6;
    double i = (double)p->i_ua * 1e-6;
    double u_dc = (double)p->u_dc_uv * 1e-6;
    double i_dc = (double)p->i_dc_ua * 1e-6;
    out->u_v += sqrt(u * u + u_dc * u_dc);
    out->i_a += sqrt(i * i + i_dc * i_dc);
    out->p_w += (double)p->p_uw * 1e-6 + u_dc * i_dc;
    out->q1_var += (double)p->q1_uvar * 1e-6;
    out->windows++;
}

static measured run(wh_source *source, double u_full_v, double i_full_a)
{
    static wh_metrology m;
    wh_converter converter;
    wh_converter_config front_end;
    wh_metrology_config config = {
        .fs_mhz = (uint32_t)lround(source->fs_hz * 1000), .f_nominal_mhz = 60000, .phases = 1};
    double values[256][2];
    int32_t codes[256][WH_CHANNELS];
    measured out = {0};
    size_t got = 0;
    unsigned windows = 0;
    assert_int_equal(wh_converter_for_source(&front_end, source, u_full_v, i_full_a), WH_OK);
    assert_int_equal(wh_converter_init(&converter, &front_end), WH_OK);
    wh_converter_describe(&front_end, &config);
    config.channel[WH_IN].full_scale = 0;
    assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
    while (source->read(source, &values[0][0], 256, &got) == WH_OK && got > 0) {
        wh_converter_run(&converter, &values[0][0], 2, got, codes);
        for (size_t at = 0; at < got;) {
            unsigned event;
            at += wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS]) & codes[at], got - at,
                                    &event);
            if ((event & WH_EVENT_WINDOW) != 0 && windows++ >= 8) {
                add_window(&m.quantities, &out);
            }
        }
    }
    assert_int_equal(converter.saturated, 0);
    return out;
}

static measured play(const char *file)
{
    wh_recording *r;
    wh_source *source;
    wh_message message;
    char path[512];
    double peak[2] = {0};
    wh_recording_play how = {.repeat = 720};
    (void)snprintf(path, sizeof path, WAVES "%s", file);
    assert_int_equal(wh_recording_open(path, NULL, &r, &message), WH_OK);
    for (size_t c = 0; c < 2; c++) {
        for (size_t n = 0; n < r->sample_count; n++) {
            peak[c] = fmax(peak[c], fabs(r->channel[c].sample[n]));
        }
    }
    assert_int_equal(wh_recording_source_create(r, &how, &source, &message), WH_OK);
    measured out = run(source, 1.2 * peak[0], 1.2 * peak[1]);
    source->destroy(source);
    wh_recording_destroy(r);
    out.u_v /= out.windows;
    out.i_a /= out.windows;
    out.p_w /= out.windows;
    out.q1_var /= out.windows;
    return out;
}

/* Within 0.01 % where the reference's own two methods agree to 1e-4. */
static unsigned check(const char *what, const expected *e, double got, double want, double second)
{
    if (fabs(second / want - 1) > 1e-4) {
        return 0;
    }
    if (fabs(got / want - 1) > 1e-4) {
        fail_msg("%s %s: measured %.9g, expected %.9g", e->file, what, got, want);
    }
    return 1;
}

static void the_meter_measures_recorded_appliances_within_a_hundredth_of_a_percent(void **state)
{
    (void)state;
    FILE *f = fopen(WAVES "expected.tsv", "r");
    if (f == NULL) {
        print_message("SKIPPED: no recordings at %s\n", WAVES);
        skip();
    }
    char line[1024];
    unsigned checked = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        expected e;
        if (!parse_row(line, &e)) {
            continue;
        }
        measured got = play(e.file);
        checked += check("U", &e, got.u_v, e.u_v, e.u_b_v);
        checked += check("I", &e, got.i_a, e.i_a, e.i_b_a);
        checked += check("P", &e, got.p_w, e.p_w, e.p_b_w);

        if (fabs(got.q1_var - e.q1_var) > 1e-4 * fabs(e.q1_var)) {
            fail_msg("%s Q1: measured %.9g, expected %.9g", e.file, got.q1_var, e.q1_var);
        }
        checked++;
    }
    (void)fclose(f);
    print_message("%u figures\n", checked);
    assert_true(checked > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_meter_measures_recorded_appliances_within_a_hundredth_of_a_percent),
    };
    return cmocka_run_group_tests_name("meter_on_recordings", tests, NULL, NULL);
}
