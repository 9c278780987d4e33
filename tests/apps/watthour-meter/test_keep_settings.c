/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apps/watthour-meter/keep_text.h"
#include "tests/apps/watthour-meter/meter_file.h"

#define HOME "source: { home: {} }\n"
#define KEEP HOME "keep:\n  store: { file: a.store }\n"

static void every_mistake_names_line_and_key(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {HOME "keep: {}\n", ":2: keep: needs the key \"store\""},
        {HOME "keep:\n  store: {}\n", ":3: keep.store: needs the key \"file\""},
        {KEEP "  zone: Nowhere/City\n",
         ":4: keep.zone: this machine knows no zone \"Nowhere/City\"; a rule like "
         "CET-1CEST,M3.5.0,M10.5.0/3 needs no names"},
        {KEEP "  zone: CET-1x\n",
         ":4: keep.zone: must be like Europe/Berlin or CET-1CEST,M3.5.0,M10.5.0/3, is \"CET-1x\""},
        {KEEP "  zone: 'CET-1CEST,J60,J300'\n",
         ":4: keep.zone: such a rule cannot be followed: \"CET-1CEST,J60,J300\""},
        {KEEP "  rates: 64\n", ":4: keep.rates: must be 1 to 63, is 64"},
        {KEEP "  demand:\n    slips: 4\n", ":4: keep.demand: 15 min in 4 slips do not fit a day"},
        {KEEP "  demand: { period_min: 61 }\n",
         ":4: keep.demand.period_min: must be 1 to 60, is 61"},
        {KEEP "  tariff:\n    days: ['06:00 1, 24:00 2']\n",
         ":5: keep.tariff.days[0]: must be like '06:00 3, 08:00 2, 22:00 4', is \"06:00 1, 24:00 "
         "2\""},
        {KEEP "  tariff:\n    days:\n      - '06:00 1'\n      - '08:00 1, 06:00 2'\n",
         ":5: keep.tariff.days: must be in the order of time, each once"},
        {KEEP "  tariff:\n    days: ['00:00 1']\n    seasons: ['01-01 2']\n",
         ":6: keep.tariff.seasons: names a day table that is not there"},
        {KEEP "  tariff:\n    days: ['00:00 1']\n    seasons: ['13-01 1']\n",
         ":6: keep.tariff.seasons[0]: must be like '07-01 2' or '07-01 2 weekend 3', is \"13-01 "
         "1\""},
        {KEEP "  tariff:\n    days: ['00:00 1']\n    holidays: ['12-25 2']\n",
         ":6: keep.tariff.holidays: names a day table that is not there"},
        {KEEP "  tariff:\n    days: ['00:00 1']\n    holidays: ['02-30 1']\n",
         ":6: keep.tariff.holidays: has a date that there is not"},
        {KEEP "  tariff:\n    seasons: ['01-01 1']\n",
         ":4: keep.tariff: seasons and holidays need days"},
        {KEEP "  tariff:\n    table: shanghai\n    days: ['00:00 1']\n",
         ":4: keep.tariff: has a table or days, not both"},
        {KEEP "  tariff: { table: atlantis }\n",
         ":4: keep.tariff.table: there is no \"atlantis\" (known: zhejiang, shanghai, ...; see "
         "data/tariffs/hours.csv)"},
        {KEEP "  rates: 1\n  tariff: { days: ['00:00 2'] }\n",
         ":4: keep.rates: the tariff has 2, so 1 are too few"},
        {KEEP "  tariff: { import_prices: [1, 2, 3, 4, 5] }\n",
         ":4: keep.tariff.import_prices: 5 prices for 4 rates"},
        {KEEP "  tariff: { export_prices: [1, 1001] }\n",
         ":4: keep.tariff.export_prices[1]: must be -1000 to 1000, is 1001"},
        {KEEP "  tariff: { steps_above_kwh: [200, 200], steps_prices: [0, 0, 0] }\n",
         ":4: keep.tariff.steps_above_kwh[1]: must rise from 0 to 4000000, is 200"},
        {KEEP "  tariff: { steps_above_kwh: [200], steps_prices: [0] }\n",
         ":4: keep.tariff.steps_prices: must have one price more than steps_above_kwh, has 1 for "
         "1"},
        {KEEP "  profiles:\n    - { every_min: 7, columns: ['1.8.0'] }\n",
         ":5: keep.profiles[0].every_min: must divide a day, is 7 minutes"},
        {KEEP "  profiles:\n    - { every_min: 15 }\n",
         ":5: keep.profiles[0].columns: needs a column"},
        {KEEP "  profiles:\n    - { columns: ['1.8.0', volts] }\n",
         ":5: keep.profiles[0].columns[1]: must be like '1.8.0', or a name of the catalogue, is "
         "\"volts\""},
        {KEEP "  profiles:\n    - { columns: ['1.8.0', '9.9.9'] }\n",
         ":5: keep.profiles[0].columns[1]: must be like '1.8.0', or a name of the catalogue, is "
         "\"9.9.9\""},
        {KEEP "  profiles:\n    - { columns: ['1.8.0 5'] }\n",
         ":5: keep.profiles[0].columns[0]: must be like '1.8.0', or a name of the catalogue, is "
         "\"1.8.0 5\""},
        {KEEP "  profiles:\n    - { columns: ['1-0:1.8.0*101'] }\n",
         ":5: keep.profiles[0].columns[0]: must be like '1.8.0', or a name of the catalogue, is "
         "\"1-0:1.8.0*101\""},
        {KEEP "  billing:\n    at: ['29 00:00']\n",
         ":5: keep.billing.at[0]: must be like '1 00:00', or 'end' of the month, is \"29 00:00\""},
        {KEEP "  switch_mode: 7\n", ":4: keep.switch_mode: must be 0 to 6, is 7"},
        {KEEP "  limits:\n    - { value: torque, above: 1, action: shed }\n",
         ":5: keep.limits[0].value: must be one of import_power, export_power, current, demand, "
         "is \"torque\""},
        {KEEP "  limits:\n    - { value: current, above: -1, action: shed }\n",
         ":5: keep.limits[0].above: must be 0 to 1000000000, is -1"},
        {KEEP "  limits:\n    - { value: current, above: 1, action: shed, windows: ['8 1'] }\n",
         ":5: keep.limits[0].windows[0]: must be like '1-5 17:00-20:00 3000', is \"8 1\""},
        {KEEP "  limits:\n    - { value: current, above: 1, action: shed, reclose_max: 256 }\n",
         ":5: keep.limits[0].reclose_max: must be 0 to 255, is 256"},
        {KEEP "  limits:\n    - { value: current, above: 1, action: disconnect, reclose_max: 1 }\n",
         ":5: keep.limits[0].reclose_max: needs switch_mode 5 or 6, is 4"},
        {KEEP "  prepayment:\n    reconnects: true\n",
         ":5: keep.prepayment.reconnects: needs switch_mode 5 or 6, is 4"},
        {KEEP "  prepayment: { overdraft: -1 }\n",
         ":4: keep.prepayment.overdraft: must be 0 to 100000000, is -1"},
        {KEEP "  prepayment: { friendly: ['1-7 20:00'] }\n",
         ":4: keep.prepayment.friendly[0]: must be like '1-5 20:00-08:00', is \"1-7 20:00\""},
        {KEEP "  loads:\n    - { class: oven }\n",
         ":5: keep.loads[0].class: must be one of heating, cooling, washing, refrigeration, "
         "lighting, ev, storage, generation, other, is \"oven\""},
        {KEEP "  loads:\n    - { class: ev, priority: 256 }\n",
         ":5: keep.loads[0].priority: must be 0 to 255, is 256"},
        {KEEP "  display: { screen_s: 0 }\n", ":4: keep.display.screen_s: must be 1 to 99, is 0"},
        {KEEP "  display: { by_key: ['1.8.0', '1.6.0 x'] }\n",
         ":4: keep.display.by_key[1]: must be like '1.8.0', '1.6.0 5', or a name of the "
         "catalogue, is \"1.6.0 x\""},
        {KEEP "  bills: { key: a.key }\n", ":4: keep.bills: needs the key \"directory\""},
        {KEEP "  events: { u_v: 5 }\n", ":4: keep.events.u_v: must be 10 to 1000, is 5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_message message = {""};
        meter_write("meter.yaml", rows[i].text);
        wh_meter_settings settings;
        wh_err err = wh_meter_settings_open(meter_path("meter.yaml"), &settings, &message);
        if (err == WH_OK) {
            fail_msg("taken: %s", rows[i].text);
        }
        size_t prefix = strlen(meter_path("meter.yaml"));
        assert_memory_equal(message.text, meter_path("meter.yaml"), prefix);
        assert_string_equal(message.text + prefix, rows[i].want);
    }
}

static const char whole[] = HOME
    "keep:\n"
    "  store: { file: a.store, sectors: 100, flush_s: 7, flush_wh: 0.5 }\n"
    "  zone: CET-1CEST,M3.5.0,M10.5.0/3\n"
    "  rates: 5\n"
    "  tariff:\n"
    "    days: ['06:00 1, 22:00 2', '00:00 5']\n"
    "    seasons: ['01-01 1 weekend 2', '07-01 2']\n"
    "    holidays: ['12-25 2', '2026-05-01 2']\n"
    "    import_prices: [0.32, 0.24]\n"
    "    export_prices: [-0.01]\n"
    "    steps_above_kwh: [230.5]\n"
    "    steps_prices: [0, 0.05]\n"
    "  demand: { period_min: 30, slips: 6 }\n"
    "  profiles:\n"
    "    - { every_min: 15, entries: 100, columns: ['1.8.0', '1.6.0 5', '0-0:1.0.0'] }\n"
    "    - { columns: [l2_voltage] }\n"
    "  billing: { periods: 3, at: ['1 00:00', '15 12:30', end] }\n"
    "  switch_mode: 5\n"
    "  limits:\n"
    "    - { value: import_power, above: 9000.5, by_rate: [1, 2], action: shed, over_s: 1,\n"
    "        under_s: 2, escalate_s: 3, windows: ['1-5 17:00-20:00 3000', '7 22:00-06:00 1'] }\n"
    "    - { value: current, above: 63, action: disconnect, reclose_max: 3, reclose_wait_s: 4 }\n"
    "  prepayment: { low: 5, overdraft: 2, emergency: 10, clearance: 1, hoarding: 500,\n"
    "                per_day: 0.25, reconnects: true, friendly: ['1-7 20:00-08:00'] }\n"
    "  loads:\n"
    "    - { class: heating, priority: 1, min_on_s: 2, min_off_s: 3, power_max_w: 4 }\n"
    "    - { class: ev }\n"
    "  display: { screen_s: 7, key_s: 30, energy_decimals: 1, power_decimals: 3,\n"
    "             rate_names: true, automatic: ['1.8.0'], by_key: ['0.9.2', '1.6.0 5'] }\n"
    "  bills: { key: meter.key, directory: 'bills of ''26' }\n"
    "  events: { u_v: 110, ib_a: 10, imax_a: 100, depth: 5 }\n";

static void open_good(const char *text, wh_meter_settings *settings)
{
    wh_message message = {""};
    meter_write("meter.yaml", text);
    if (wh_meter_settings_open(meter_path("meter.yaml"), settings, &message) != WH_OK) {
        fail_msg("%s", message.text);
    }
}

static void a_whole_block_means_what_it_says(void **state)
{
    (void)state;
    wh_meter_settings s;
    open_good(whole, &s);
    const wh_keep_values *v = s.keep;
    assert_int_equal(v->zone.standard_min, 60);
    assert_int_equal(v->zone.dst_min, 60);
    assert_int_equal(v->rates, 5);
    assert_int_equal(v->days.day_count, 2);
    assert_int_equal(v->days.day[0].period[1].minute, 22 * 60);
    assert_int_equal(v->zones.season_count, 2);
    assert_int_equal(v->zones.season[0].week.day[4], 1);
    assert_int_equal(v->zones.season[0].week.day[5], 2);
    assert_int_equal(v->zones.season[1].week.day[5], 2);
    assert_int_equal(v->holidays[0].year, WH_TARIFF_EVERY_YEAR);
    assert_int_equal(v->holidays[1].year, 2026);
    assert_int_equal(v->columns[0][1].attribute, 5);
    assert_int_equal(v->columns[0][2].which, WH_RECORDER_HEAD);
    assert_int_equal(v->columns[1][0].c, 52);
    assert_int_equal(s.file->keep->profiles[1].every_min, 15);
    assert_int_equal(v->billing[1].day, 15);
    assert_int_equal(v->billing[1].minute, 30);
    assert_int_equal(v->billing[2].kind, WH_BOUNDARY_MONTH_END);
    assert_int_equal(v->limits[0].threshold_normal, 9000500);
    assert_int_equal(v->limits[0].threshold_rate[1], 2000);
    assert_int_equal(v->limits[0].action_under, WH_LIMITER_RESTORE);
    assert_int_equal(v->limits[0].window[0].days, 0x1F);
    assert_int_equal(v->limits[0].window[0].threshold, 3000000);
    assert_int_equal(v->limits[0].window[1].days, 0x40);
    assert_int_equal(v->limits[1].action_under, WH_LIMITER_RECONNECT);
    assert_int_equal(v->friendly[0].from_minute, 20 * 60);
    assert_int_equal(v->by_key[1].attribute, 5);
    wh_meter_settings_close(&s);
}

static char *printed(const wh_meter_settings *s)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    wh_meter_settings_print(s, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void a_printed_block_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {whole, KEEP, KEEP "  tariff: { table: shanghai }\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wh_meter_settings s;
        open_good(texts[i], &s);
        char *first = printed(&s);
        wh_keep_values values = *s.keep;
        wh_meter_settings_close(&s);
        open_good(first, &s);
        char *second = printed(&s);
        assert_string_equal(first, second);
        assert_int_equal(values.rates, s.keep->rates);
        assert_int_equal(values.limits[0].threshold_normal, s.keep->limits[0].threshold_normal);
        assert_int_equal(values.days.day_count, s.keep->days.day_count);
        wh_meter_settings_close(&s);
        free(first);
        free(second);
    }
}

static void without_the_block_a_meter_only_measures(void **state)
{
    (void)state;
    wh_meter_settings s;
    open_good(HOME, &s);
    assert_null(s.file->keep);
    assert_null(s.keep);
    assert_null(s.store_path);
    wh_meter_settings_close(&s);
}

static void texts_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    wh_tariff_day day;
    wh_tariff_season season;
    wh_tariff_holiday holiday;
    wh_boundary_pattern pattern;
    wh_limiter_window window;
    wh_column column;
    double number = 0.0;
    assert_true(wh_keep_text_day("00:00 1", &day));
    assert_true(wh_keep_text_day(" 06:00  1 , 22:00 63", &day));
    static const char *const bad_days[] = {"",          "06:00",     "06:00 0",    "06:00 64",
                                           "06:00 1,",  "6.00 1",    "06:60 1",    "06:001",
                                           "06:00 1 2", "06:00 1;2", "06:00 1,,7", "-1:00 1"};
    for (size_t i = 0; i < sizeof bad_days / sizeof bad_days[0]; i++) {
        assert_false(wh_keep_text_day(bad_days[i], &day));
    }
    assert_true(wh_keep_text_day("00:00 1,01:00 1,02:00 1,03:00 1,04:00 1,05:00 1,06:00 1,"
                                 "07:00 1,08:00 1,09:00 1,10:00 1,11:00 1,12:00 1,13:00 1",
                                 &day));
    assert_false(wh_keep_text_day("00:00 1,01:00 1,02:00 1,03:00 1,04:00 1,05:00 1,06:00 1,"
                                  "07:00 1,08:00 1,09:00 1,10:00 1,11:00 1,12:00 1,13:00 1,14:00 1",
                                  &day));
    assert_true(wh_keep_text_season("12-31 8 weekend 1", &season));
    assert_false(wh_keep_text_season("12-31 9", &season));
    assert_false(wh_keep_text_season("12-31 8 weekend", &season));
    assert_false(wh_keep_text_season("12-31 8 weekday 1", &season));
    assert_false(wh_keep_text_season("12-31", &season));
    assert_true(wh_keep_text_holiday("2099-12-31 8", &holiday));
    assert_false(wh_keep_text_holiday("1999-12-31 8", &holiday));
    assert_false(wh_keep_text_holiday("12-31", &holiday));
    assert_false(wh_keep_text_holiday("12-31 8 x", &holiday));
    assert_true(wh_keep_text_billing("28 23:59", &pattern));
    assert_false(wh_keep_text_billing("1 24:00", &pattern));
    assert_false(wh_keep_text_billing("0 00:00", &pattern));
    assert_false(wh_keep_text_billing("ends", &pattern));
    assert_true(wh_keep_text_window("7 00:00-00:00", false, &window, NULL));
    assert_true(wh_keep_text_window("1-1 00:00-23:59 0", true, &window, &number));
    assert_false(wh_keep_text_window("5-1 00:00-23:59 0", true, &window, &number));
    assert_false(wh_keep_text_window("0 00:00-23:59 0", true, &window, &number));
    assert_false(wh_keep_text_window("1 00:00-23:59", true, &window, &number));
    assert_false(wh_keep_text_window("1 00:00-23:59 nan", true, &window, &number));
    assert_false(wh_keep_text_window("1 00:00-23:59 -1", true, &window, &number));
    assert_false(wh_keep_text_window("1 00:00-23:59 1", false, &window, NULL));
    assert_true(wh_keep_text_column("1-0:1.8.0*255 127", &column));
    assert_int_equal(column.attribute, 127);
    assert_true(wh_keep_text_column("active_energy_import_t3", &column));
    assert_int_equal(column.obis.group[WH_OBIS_E], 3);
    assert_false(wh_keep_text_column("1.8.0 0", &column));
    assert_false(wh_keep_text_column("1.8.0 128", &column));
    assert_false(wh_keep_text_column("1.8.256", &column));
    assert_false(wh_keep_text_column("", &column));
    assert_false(wh_keep_text_column(
        "a_name_that_is_longer_than_any_name_of_the_catalogue_can_ever_be", &column));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_names_line_and_key),
        cmocka_unit_test(a_whole_block_means_what_it_says),
        cmocka_unit_test(a_printed_block_reads_back_the_same),
        cmocka_unit_test(without_the_block_a_meter_only_measures),
        cmocka_unit_test(texts_are_read_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, meter_folder_make, meter_folder_remove);
}
