/* SPDX-License-Identifier: Apache-2.0 */
/* The octets of the tariff: what a setter or a restore takes is given back as the same bytes, and
 * works; what it refuses changes nothing. First byte: which of them. */
#include "meter/tariff/cost.h"
#include "meter/tariff/step_price.h"
#include "meter/tariff/tariff_calendar.h"
#include "meter/tariff/user_class.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MODULUS INT64_C(1000000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void must_be(const wh_writer *w, const uint8_t *out, const uint8_t *data)
{
    must(wh_writer_err(w) == WH_OK && memcmp(out, data, wh_writer_len(w)) == 0);
}

static void use_calendar(wh_tariff_calendar *c)
{
    for (int64_t day = 20454; day < 20454 + 366; day += 5) {
        for (uint8_t hour = 0; hour < 24; hour++) {
            wh_civil_time t = {.date = wh_civil_date_from_days(day), .hour = hour};
            uint8_t rate = wh_tariff_rate_at(c, &t);
            must(rate >= 1 && rate <= WH_TARIFF_RATES_MAX);
        }
    }
}

static void check_calendar(unsigned which, wh_reader r, const uint8_t *data)
{
    static wh_tariff_calendar c;
    static uint8_t out[WH_TARIFF_HOLIDAYS_SAVED];
    wh_tariff_calendar_init(&c);
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_err err = WH_OK;
    switch (which) {
    case 0:
        err = wh_tariff_take_zones(&c, &r);
        wh_tariff_put_zones(&c, WH_TARIFF_STANDBY, &w);
        break;
    case 1:
        err = wh_tariff_take_days(&c, &r);
        wh_tariff_put_days(&c, WH_TARIFF_STANDBY, &w);
        break;
    case 2:
        err = wh_tariff_take_holidays(&c, &r);
        wh_tariff_put_holidays(&c, &w);
        break;
    case 3:
        err = wh_tariff_restore_zones(&c, &r);
        must(wh_tariff_save_zones(&c, &w) == WH_OK);
        break;
    case 4:
        err = wh_tariff_restore_days(&c, &r);
        must(wh_tariff_save_days(&c, &w) == WH_OK);
        break;
    default:
        err = wh_tariff_restore_holidays(&c, &r);
        must(wh_tariff_save_holidays(&c, &w) == WH_OK);
        break;
    }
    if (err == WH_OK) {
        must_be(&w, out, data);
    }
    use_calendar(&c);
    (void)wh_tariff_calendar_switch(&c, INT64_MAX - 1);
    use_calendar(&c);
}

static void check_steps(bool saved, wh_reader r, const uint8_t *data)
{
    static const wh_time_zone zone = {.standard_min = 480};
    uint8_t out[WH_STEP_SAVED];
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_step_price s;
    wh_step_price_init(&s, MODULUS);
    wh_err err = saved ? wh_step_price_restore(&s, &r) : wh_step_price_take(&s, &r);
    if (err == WH_OK) {
        if (saved) {
            must(wh_step_price_save(&s, &w) == WH_OK);
        } else {
            wh_step_price_put(&s, WH_TARIFF_STANDBY, &w);
        }
        must_be(&w, out, data);
    }
    for (int64_t day = 20454; day < 20454 + 400; day += 7) {
        int64_t mwh = day * 1000000;
        (void)wh_step_price_tick(&s, &zone, day * WH_MS_PER_DAY, mwh);
        uint8_t step = wh_step_price_step(&s, mwh);
        must(step >= 1 && step <= WH_STEP_THRESHOLDS_MAX + 1);
        must(wh_step_price_of(&s, step) >= 0);
    }
}

static void check_prices(unsigned which, wh_reader r, const uint8_t *data)
{
    int32_t cells[2 * 8];
    uint8_t out[WH_COST_PRICES_SAVED(8)];
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_cost c;
    must(wh_cost_init(&c, cells, 16, 8) == WH_OK);
    if (which == 0 && wh_cost_take_prices(&c, &r) == WH_OK && data[0] == 8) {
        wh_cost_put_prices(&c, WH_TARIFF_STANDBY, &w);
        must_be(&w, out, data);
    }
    if (which == 1 && wh_cost_restore(&c, &r) == WH_OK) {
        must(wh_cost_save(&c, &w) == WH_OK);
        must_be(&w, out, data);
    }
    if (which == 2 && wh_cost_restore_prices(&c, &r) == WH_OK && data[10] == 8) {
        must(wh_cost_save_prices(&c, &w) == WH_OK);
        must(memcmp(out, data, 43) == 0);
    }
    c.total = 0;
    (void)wh_cost_book(&c, 3, 5, INT64_C(1000000000000));
}

static void check_user(wh_reader r, const uint8_t *data)
{
    uint8_t out[WH_USER_SAVED];
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_user u;
    if (wh_user_restore(&u, &r) == WH_OK) {
        must(wh_user_check(&u) == WH_OK && wh_user_save(&u, &w) == WH_OK);
        must_be(&w, out, data);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    unsigned which = data[0] % 12;
    wh_reader r = wh_reader_init(data + 1, size - 1);
    if (which < 6) {
        check_calendar(which, r, data + 1);
    } else if (which < 8) {
        check_steps(which == 7, r, data + 1);
    } else if (which < 11) {
        check_prices(which - 8, r, data + 1);
    } else {
        check_user(r, data + 1);
    }
    return 0;
}
