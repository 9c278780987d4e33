/* SPDX-License-Identifier: Apache-2.0 */
/* The saved forms of the supply's machines: whatever is taken as whole must be saved again as it
 * was, and must run. First byte: which of the three. */
#include "meter/supply/limiter.h"
#include "meter/supply/load_table.h"
#include "meter/supply/main_switch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_switch(wh_reader r, const uint8_t *data)
{
    uint8_t again[WH_SWITCH_SAVE_SIZE];
    const wh_switch_config config = {.trip_delay_min = 1};
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_switch s;
    must(wh_switch_init(&s, &config, 1) == WH_OK);
    if (wh_switch_restore(&s, &r) != WH_OK) {
        return;
    }
    wh_switch_save(&s, &w);
    must(wh_writer_err(&w) == WH_OK);
    must((data[4] & 2) == 0 || memcmp(again, data, sizeof again) == 0); /* with a trip: all of it */
    must(memcmp(again, data, 9) == 0);
    for (int i = 0; i < 100; i++) {
        const wh_switch_inputs in = {.elapsed_ms = UINT32_MAX / 50};
        wh_switch_tick(&s, &in);
    }
    must(s.output_closed == (s.state == WH_SWITCH_CONNECTED));
    must(!s.trip_waits);
}

static void check_limiter(wh_reader r, const uint8_t *data)
{
    uint8_t again[WH_LIMITER_SAVE_MAX];
    const wh_limiter_config config = {.action_over = WH_LIMITER_SHED,
                                      .action_under = WH_LIMITER_RESTORE,
                                      .reclose_max = 3,
                                      .escalate_s = 5};
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_limiter l;
    must(wh_limiter_init(&l, &config) == WH_OK);
    if (wh_limiter_restore(&l, &r) != WH_OK) {
        return;
    }
    wh_limiter_save(&l, &w);
    must(wh_writer_err(&w) == WH_OK);
    must(memcmp(again, data, wh_writer_len(&w)) == 0);
    for (int i = 0; i < 100; i++) {
        const wh_limiter_inputs in = {.elapsed_ms = UINT32_MAX,
                                      .valid = true,
                                      .open = l.opened,
                                      .by_limiter = true,
                                      .value = {i % 3}};
        wh_limiter_action action = wh_limiter_tick(&l, &in);
        must(action != WH_LIMITER_RECONNECT || l.tries <= config.reclose_max);
    }
}

static void check_loads(wh_reader r, const uint8_t *data)
{
    uint8_t again[WH_LOADS_SAVE_MAX];
    const wh_loads_config config = {0};
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_loads t;
    wh_load_order order;
    wh_loads_init(&t, &config);
    if (wh_loads_restore(&t, &r) != WH_OK) {
        return;
    }
    wh_loads_save(&t, &w);
    must(wh_writer_err(&w) == WH_OK);
    must(memcmp(again, data, wh_writer_len(&w)) == 0);
    for (int i = 0; i < 100; i++) {
        wh_loads_tick(&t, 70000, t.goal == WH_LOADS_SHED);
        while (wh_loads_next(&t, &order)) {
            must(order.slot < WH_LOADS_MAX);
        }
    }
    must(t.goal != WH_LOADS_RESTORE || t.shed_count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    wh_reader r = wh_reader_init(data + 1, size - 1);
    if (data[0] % 3 == 0) {
        check_switch(r, data + 1);
    } else if (data[0] % 3 == 1) {
        check_limiter(r, data + 1);
    } else {
        check_loads(r, data + 1);
    }
    return 0;
}
