/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/apps/watthour/watch_fake.h"
#include "tests/apps/watthour/watch_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static wh_watch_model *live_model(void)
{
    wh_watch_model *model = malloc(sizeof *model);
    assert_non_null(model);
    wh_watch_model_init(model, "dlms://127.0.0.1:4059");
    for (int i = 0; i < 90; ++i) {
        wh_watch_snapshot s = fake_snapshot();
        s.place[WH_WATCH_TOTAL].p_w = -1962.7 + 3000.0 * sin(i / 9.0);
        wh_watch_model_take(model, &s);
    }
    const wh_watch_snapshot s = fake_snapshot();
    wh_watch_model_take(model, &s);
    return model;
}

static void everything_is_on_the_smallest_page(void **state)
{
    (void)state;
    wh_watch_model *model = live_model();
    char *text = page(model, 80, 24, false);
    static const char *const wants[] = {
        "WHT0000040000001",
        "L1 L2 L3",
        "2026-06-21 12:00:05",
        "● live",
        "◀ export",
        "import ▶",
        "231.42 V",
        "11.204 A",
        "−2,560 W",
        "1,499 W",
        "−901 W",
        "−1,963 W",
        "50.012 Hz",
        "7.891 A",
        "−0.987",
        "12.3457",
        "987.6543",
        "2,345.6789",
        "0.0120",
        "445.1007",
        "2,358.8697",
        "1,432.7670",
        "521",
        "2,593",
        "1.82",
        "24.9",
        "unbalance 0.37 %",
        "QIV 4.938",
        "q quit",
        "dlms://127.0.0.1:4059",
        "total exports now",
        "U1",
        "U2",
        "U3",
        "I1",
        "I2",
        "I3",
    };
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; ++i) {
        has(text, wants[i]);
    }
    free(text);
    free(model);
}

static void an_ascii_page_is_ascii_and_says_the_same(void **state)
{
    (void)state;
    wh_watch_model *model = live_model();
    char *text = page(model, 80, 24, true);
    for (const char *c = text; *c != '\0'; ++c) {
        assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
    }
    has(text, "-2,560 W");
    has(text, "* live");
    has(text, "< export");
    has(text, "import >");
    has(text, "###");
    has(text, "U1");
    has_not(text, "?");
    free(text);
    free(model);
}

static void bars_point_in_the_direction_of_the_power(void **state)
{
    (void)state;
    wh_watch_model *model = live_model();
    char *text = page(model, 80, 24, true);
    const char *l1 = strstr(text, "L1  ");
    const char *l2 = strstr(text, "L2  ");
    assert_non_null(l1);
    assert_non_null(l2);
    const char *zero1 = strchr(l1, '|');
    const char *zero2 = strchr(l2, '|');
    assert_true(zero1[-1] == '#' && zero1[1] == ' ');
    assert_true(zero2[-1] == ' ' && zero2[1] == '#');
    free(text);
    free(model);
}

static void what_is_unknown_is_a_dash_and_never_zero(void **state)
{
    (void)state;
    wh_watch_model *model = malloc(sizeof *model);
    assert_non_null(model);
    wh_watch_model_init(model, "dlms://127.0.0.1:4059");
    char *text = page(model, 80, 24, false);
    has(text, "○ connecting");
    has(text, "no values yet");
    has(text, "—");
    has_not(text, "0.00");
    free(text);
    wh_watch_snapshot s;
    wh_watch_snapshot_clear(&s);
    s.phases = 1;
    wh_watch_model_take(model, &s);
    text = page(model, 80, 24, false);
    has(text, "no angles");
    has(text, "— V");
    has_not(text, "L2");
    has_not(text, "0.00");
    free(text);
    free(model);
}

static void a_lost_connection_shows_why_and_how_old_the_values_are(void **state)
{
    (void)state;
    wh_watch_model *model = live_model();
    wh_watch_model_lose(model, "connection reset by peer", 4, 1782036010000);
    model->age_s = 12.0;
    char *text = page(model, 80, 24, false);
    has(text, "● lost, again in 4 s");
    has(text, "connection reset by peer  values are 12 s old");
    has(text, "−2,560 W");
    free(text);
    wh_canvas *canvas = wh_canvas_create(80, 24, false);
    wh_watch_draw(canvas, model);
    for (int i = 2 * 80; i < 22 * 80; ++i) { /* between header and reason nothing is coloured */
        wh_ink ink = (wh_ink)canvas->cell[i].ink;
        assert_true(ink != WH_INK_IMPORT && ink != WH_INK_EXPORT && ink != WH_INK_L1);
    }
    wh_canvas_destroy(canvas);
    free(model);
}

static void a_page_of_any_size_is_drawn(void **state)
{
    (void)state;
    wh_watch_model *model = live_model();
    model->help = true;
    for (int cols = 1; cols < 260; cols += 1 + cols / 20) {
        for (int rows = 1; rows < 90; rows += 1 + rows / 20) {
            for (int ascii = 0; ascii < 2; ++ascii) {
                wh_canvas *canvas = wh_canvas_create(cols, rows, ascii != 0);
                assert_non_null(canvas);
                wh_watch_draw(canvas, model);
                wh_canvas_destroy(canvas);
            }
        }
    }
    free(model);
}

static void absurd_values_do_no_harm(void **state)
{
    (void)state;
    static const double values[] = {INFINITY, -INFINITY, NAN, 1e300, -1e300, 1e-300, 0.0, -0.0};
    wh_watch_model *model = live_model();
    for (size_t v = 0; v < sizeof values / sizeof values[0]; ++v) {
        wh_watch_snapshot s = fake_snapshot();
        for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
            double x = values[v];
            s.place[k] = (wh_watch_place){x, x, x, x, x, x, x, x, x, x, x, x};
        }
        s.f_hz = s.in_a = s.u2_pct = values[v];
        wh_watch_model_take(model, &s);
        free(page(model, 120, 50, false));
        free(page(model, 40, 10, true));
    }
    free(model);
}

static void a_tall_page_shows_the_past(void **state)
{
    (void)state;
    wh_watch_model *model = live_model();
    char *text = page(model, 120, 40, false);
    has(text, "▇");
    has(text, "unbalance 0.37 %");
    free(text);
    free(model);
}

static void a_small_page_is_a_list(void **state)
{
    (void)state;
    wh_watch_model *model = live_model();
    char *text = page(model, 60, 10, false);
    has(text, "L2");
    has(text, "1,499 W");
    has(text, "80x24 shows all");
    free(text);
    free(model);
}

static void numbers_are_grouped_and_signed(void **state)
{
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *want;
    } rows[] = {
        {0.0, 0, "0"},
        {-0.4, 0, "0"},
        {-0.0001, 3, "0.000"},
        {999.4, 0, "999"},
        {999.5, 0, "1,000"},
        {-1000.0, 1, "−1,000.0"},
        {1234567.891, 3, "1,234,567.891"},
        {-123.0, 0, "−123"},
        {NAN, 2, "—"},
        {INFINITY, 2, "inf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        char out[WH_WATCH_NUMBER_SIZE];
        assert_string_equal(wh_watch_number(out, sizeof out, rows[i].value, rows[i].decimals),
                            rows[i].want);
    }
    for (size_t size = 1; size < 20; ++size) { /* every output size */
        char *out = malloc(size);
        assert_non_null(out);
        (void)wh_watch_number(out, size, -1234567.891, 3);
        assert_true(strlen(out) < size);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_on_the_smallest_page),
        cmocka_unit_test(an_ascii_page_is_ascii_and_says_the_same),
        cmocka_unit_test(bars_point_in_the_direction_of_the_power),
        cmocka_unit_test(what_is_unknown_is_a_dash_and_never_zero),
        cmocka_unit_test(a_lost_connection_shows_why_and_how_old_the_values_are),
        cmocka_unit_test(a_page_of_any_size_is_drawn),
        cmocka_unit_test(absurd_values_do_no_harm),
        cmocka_unit_test(a_tall_page_shows_the_past),
        cmocka_unit_test(a_small_page_is_a_list),
        cmocka_unit_test(numbers_are_grouped_and_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
