/* SPDX-License-Identifier: Apache-2.0 */
#include "host/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

static const wh_cell plain = {.ink = WH_INK_NORMAL};

static void expect(const wh_canvas *canvas, const char *want)
{
    char *text = wh_canvas_dump(canvas);
    assert_non_null(text);
    assert_string_equal(text, want);
    free(text);
}

static void text_is_clipped_at_all_edges(void **state)
{
    (void)state;
    wh_canvas *canvas = wh_canvas_create(5, 3, false);
    assert_int_equal(wh_canvas_text(canvas, -2, 0, plain, "abcdefghij"), 8);
    wh_canvas_print_right(canvas, 5, 1, plain, "%d", 42);
    wh_canvas_print_right(canvas, 2, 2, plain, "%s", "wxyz");
    (void)wh_canvas_text(canvas, 0, 3, plain, "below");
    (void)wh_canvas_text(canvas, 0, -1, plain, "above");
    expect(canvas, "cdefg\n   42\nyz\n");
    wh_canvas_destroy(canvas);
}

static void ascii_pages_hold_ascii_only(void **state)
{
    (void)state;
    wh_canvas *canvas = wh_canvas_create(12, 1, true);
    (void)wh_canvas_text(canvas, 0, 0, plain, "−1·█│▶◀—€ä");
    expect(canvas, "-1.#|><-??\n");
    wh_canvas_destroy(canvas);
}

static void what_is_not_text_becomes_a_question_mark(void **state)
{
    (void)state;
    wh_canvas *canvas = wh_canvas_create(20, 1, false);
    (void)wh_canvas_text(canvas, 0, 0, plain, "a\x1b[2J\xff\xe2\x82z\xc3");
    expect(canvas, "a?[2J???z?\n");
    wh_canvas_destroy(canvas);
}

static void dots_share_a_cell(void **state)
{
    (void)state;
    wh_canvas *canvas = wh_canvas_create(2, 1, false);
    for (int y = 0; y < 4; ++y) {
        wh_canvas_dot(canvas, 0, y, plain);
    }
    wh_canvas_dot(canvas, 1, 0, plain);
    wh_canvas_dot(canvas, 3, 3, plain);
    wh_canvas_dot(canvas, -1, 0, plain);
    wh_canvas_dot(canvas, 4, 0, plain);
    expect(canvas, "\xe2\xa1\x8f\xe2\xa2\x80\n"); /* U+284F, U+2880 */
    wh_canvas_destroy(canvas);
}

static void lines_reach_both_ends_whatever_their_slope(void **state)
{
    (void)state;
    for (int x = -3; x <= 40; ++x) {
        wh_canvas *canvas = wh_canvas_create(12, 6, true);
        const wh_canvas_stroke stroke = {.x0 = 11, .y0 = 11, .x1 = x, .y1 = x % 25, .on = 1};
        wh_canvas_line(canvas, &stroke, (wh_cell){.glyph = '*'});
        assert_int_equal(canvas->cell[2 * 12 + 5].glyph, '*');
        if (x >= 0 && x < 24 && x % 25 < 24) {
            assert_int_equal(canvas->cell[(x % 25) / 4 * 12 + x / 2].glyph, '*');
        }
        wh_canvas_destroy(canvas);
    }
}

static void every_code_point_survives_its_bytes(void **state)
{
    (void)state;
    static const uint32_t points[] = {0x20,   0x7E,   0xA0,    0x7FF,   0x800,
                                      0x2588, 0xFFFD, 0x10000, 0x10FFFF};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; ++i) {
        char bytes[5];
        wh_canvas *canvas = wh_canvas_create(1, 1, false);
        assert_true(wh_utf8_put(bytes, points[i]) > 0);
        assert_int_equal(wh_canvas_width(bytes), 1);
        assert_int_equal(wh_canvas_text(canvas, 0, 0, plain, bytes), 1);
        assert_int_equal(canvas->cell[0].glyph, points[i]);
        wh_canvas_destroy(canvas);
    }
}

static void sizes_are_clamped(void **state)
{
    (void)state;
    wh_canvas *canvas = wh_canvas_create(0, -5, false);
    assert_int_equal(canvas->cols, 1);
    assert_int_equal(canvas->rows, 1);
    wh_canvas_destroy(canvas);
    canvas = wh_canvas_create(100000, 100000, false);
    assert_int_equal(canvas->cols, WH_CANVAS_COLS_MAX);
    assert_int_equal(canvas->rows, WH_CANVAS_ROWS_MAX);
    wh_canvas_destroy(canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_clipped_at_all_edges),
        cmocka_unit_test(ascii_pages_hold_ascii_only),
        cmocka_unit_test(what_is_not_text_becomes_a_question_mark),
        cmocka_unit_test(dots_share_a_cell),
        cmocka_unit_test(lines_reach_both_ends_whatever_their_slope),
        cmocka_unit_test(every_code_point_survives_its_bytes),
        cmocka_unit_test(sizes_are_clamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
