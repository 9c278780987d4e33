/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_draw.h"
#include "apps/watthour/watch_print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/apps/watthour/watch_fake.h"
#include "tests/apps/watthour/watch_page.h"

#include <stdlib.h>
#include <string.h>

/* "-1234.56 kWh": 1.8.2 of the last period, rate 2 of set 1, step 3, the relay open. */
static wh_watch_snapshot snapshot_with_lcd(void)
{
    wh_watch_snapshot s = fake_snapshot();
    wh_lcd_clear(&s.lcd);
    wh_lcd_number(&s.lcd, -1234567890, 6, 2, true);
    s.have_lcd = true;
    s.lcd.column = (wh_column){WH_OBIS_INIT(1, 0, 1, 8, 2, 101), WH_COLUMN_VALUE};
    s.lcd.unit = WH_LCD_KWH;
    s.lcd.rate = 2;
    s.lcd.tariff_set = 1;
    s.lcd.step = 3;
    s.lcd.quadrant = 4;
    s.lcd.phases = 5;
    s.lcd.phases_blinking = 4;
    s.lcd.symbols |= WH_LCD_ON | WH_LCD_IMPORT | WH_LCD_RELAY_OPEN | WH_LCD_COMM;
    s.lcd.blinking = WH_LCD_RELAY_OPEN;
    return s;
}

static wh_watch_model *model_of(const wh_watch_snapshot *snapshot)
{
    wh_watch_model *model = malloc(sizeof *model);
    assert_non_null(model);
    wh_watch_model_init(model, "dlms://127.0.0.1:4059");
    model->show_lcd = true;
    wh_watch_model_take(model, snapshot);
    return model;
}

static void the_glass_shows_digits_as_seven_segments(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "│                       ╻ ╺━━━━┓ ╺━━━━┓ ╻    ╻ ┏━━━━╸ ┏━━━━╸  ●kWh    kW     │",
        "│                       ┃      ┃      ┃ ┃    ┃ ┃      ┃        kvarh  kvar   │",
        "│                       ┃      ┃      ┃ ┃    ┃ ┃      ┃        kVAh   kVA    │",
        "│ ━━                    ┃ ┏━━━━┛ ╺━━━━┫ ┗━━━━┫ ┗━━━━┓ ┣━━━━┓   V      Hz     │",
        "│                       ┃ ┃           ┃      ┃      ┃ ┃    ┃   A      cos φ  │",
        "│                       ┃ ┃           ┃      ┃      ┃ ┃    ┃   %      °      │",
        "│                       ╹ ┗━━━━╸ ╺━━━━┛      ╹▪╺━━━━┛ ┗━━━━┛   money  Ah     │",
    };
    wh_watch_snapshot s = snapshot_with_lcd();
    wh_watch_model *model = model_of(&s);
    char *text = page(model, 80, 24, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        has(text, rows[i]);
    }
    free(text);
    free(model);
}

static void what_is_lit_has_a_mark(void **state)
{
    (void)state;
    static const char *const lit[] = {"1.8.2  last period",
                                      " T1 ●T2  T3  T4 ",
                                      "●①  ② ",
                                      "●step 3",
                                      "●L1  L2 ●L3",
                                      "●import ▶",
                                      " ◀ export",
                                      " I  II  III ●IV",
                                      "●relay open   buy   overdraft",
                                      "●comm",
                                      " by key",
                                      "WHT0000040000001",
                                      "● live",
                                      "d values"};
    wh_watch_snapshot s = snapshot_with_lcd();
    wh_watch_model *model = model_of(&s);
    char *text = page(model, 80, 24, false);
    for (size_t i = 0; i < sizeof lit / sizeof lit[0]; ++i) {
        has(text, lit[i]);
    }
    free(text);
    s.lcd.symbols |= WH_LCD_RATE_NAMES | WH_LCD_BY_KEY;
    s.lcd.column.obis.group[WH_OBIS_F] = 103;
    wh_watch_model_take(model, &s);
    text = page(model, 80, 24, false);
    has(text, " sharp ●peak  flat  valley ");
    has(text, "1.8.2  3 periods ago");
    has(text, "●by key");
    free(text);
    s.lcd.rate = 17;
    wh_watch_model_take(model, &s);
    text = page(model, 80, 24, false);
    has(text, " sharp  peak  flat  valley ●T17 ");
    free(text);
    free(model);
}

static void what_blinks_is_off_for_half_of_the_time(void **state)
{
    (void)state;
    wh_watch_snapshot s = snapshot_with_lcd();
    wh_watch_model *model = model_of(&s);
    model->blink_off = true;
    char *text = page(model, 80, 24, false);
    has(text, "●L1  L2  L3");
    has(text, " relay open");
    has_not(text, "●relay open");
    has(text, "●comm");
    free(text);
    free(model);
}

static void an_ascii_glass_is_ascii(void **state)
{
    (void)state;
    wh_watch_snapshot s = snapshot_with_lcd();
    wh_watch_model *model = model_of(&s);
    char *text = page(model, 80, 24, true);
    for (const char *c = text; *c != '\0'; ++c) {
        assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
    }
    has_not(text, "?");
    has(text, "*kWh");
    has(text, "| --                    | +----+ -----+ +----+ +----+ +----+   V");
    free(text);
    free(model);
}

static void all_segments_light_every_symbol(void **state)
{
    (void)state;
    wh_watch_snapshot s = snapshot_with_lcd();
    wh_lcd_all(&s.lcd);
    wh_watch_model *model = model_of(&s);
    char *text = page(model, 80, 24, false);
    has(text, "●sharp ●peak ●flat ●valley ●① ●②");
    has(text, "●%     ●°");
    has(text, "●I ●II ●III ●IV");
    has(text, "88.88.88");
    has(text, "│ ━━ ┣━━━━┫ ┣━━━━┫ ┣━━━━┫ ┣━━━━┫ ┣━━━━┫ ┣━━━━┫ ┣━━━━┫ ┣━━━━┫");
    free(text);
    free(model);
}

static void a_dark_display_shows_nothing_lit(void **state)
{
    (void)state;
    wh_watch_snapshot s = snapshot_with_lcd();
    wh_lcd_clear(&s.lcd);
    wh_watch_model *model = model_of(&s);
    char *text = page(model, 80, 24, false);
    has(text, "kvarh");
    char *live = strstr(text, "● live"); /* of the connection, the only mark */
    assert_non_null(live);
    assert_null(strstr(live + strlen("●"), "●"));
    has_not(text, "┃");
    free(text);
    free(model);
}

static void a_meter_without_it_says_so(void **state)
{
    (void)state;
    wh_watch_snapshot s = fake_snapshot();
    wh_watch_model *model = model_of(&s);
    char *text = page(model, 80, 24, false);
    has(text, "This meter does not tell what its display shows.");
    free(text);
    text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_false(wh_watch_print_lcd(out, &s, true));
    s = snapshot_with_lcd();
    assert_true(wh_watch_print_lcd(out, &s, true));
    assert_int_equal(fclose(out), 0);
    assert_memory_equal(text, " +------", 8);
    has(text, "*comm");
    free(text);
    free(model);
}

static void a_large_page_has_large_digits(void **state)
{
    (void)state;
    wh_watch_snapshot s = snapshot_with_lcd();
    wh_watch_model *model = model_of(&s);
    char *text = page(model, 120, 40, false);
    has(text, "╺━━━━━━┓ ╺━━━━━━┓ ╻      ╻ ┏━━━━━━╸");
    free(text);
    for (int cols = 1; cols < 200; cols += 1 + cols / 20) {
        for (int rows = 1; rows < 60; rows += 1 + rows / 20) {
            free(page(model, cols, rows, cols % 2 != 0));
        }
    }
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_glass_shows_digits_as_seven_segments),
        cmocka_unit_test(what_is_lit_has_a_mark),
        cmocka_unit_test(what_blinks_is_off_for_half_of_the_time),
        cmocka_unit_test(an_ascii_glass_is_ascii),
        cmocka_unit_test(all_segments_light_every_symbol),
        cmocka_unit_test(a_dark_display_shows_nothing_lit),
        cmocka_unit_test(a_meter_without_it_says_so),
        cmocka_unit_test(a_large_page_has_large_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
