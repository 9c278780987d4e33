/* SPDX-License-Identifier: Apache-2.0 */
/* Which logs there are, and which of them are kept. */
#include "tests/meter/store/store_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void append_one(rig *r, unsigned log, uint32_t want)
{
    uint32_t sequence = 0;
    assert_int_equal(wh_store_begin(&r->store), WH_OK);
    assert_int_equal(
        wh_store_append(&r->store, log, (const uint8_t *)&want, sizeof want, &sequence), WH_OK);
    assert_int_equal(sequence, want);
    assert_int_equal(wh_store_commit(&r->store), WH_OK);
}

/* The log holds these entries, each as append_one wrote it. */
static void expect_range(rig *r, unsigned log, uint32_t want_first, uint32_t want_next)
{
    uint32_t first = 1;
    uint32_t next = 1;
    wh_store_log_range(&r->store, log, &first, &next);
    assert_int_equal(first, want_first);
    assert_int_equal(next, want_next);
    for (uint32_t s = first; s < next; s++) {
        uint32_t got = 0;
        size_t len = 0;
        assert_int_equal(wh_store_log_get(&r->store, log, s, (uint8_t *)&got, sizeof got, &len),
                         WH_OK);
        assert_int_equal(got, s);
    }
}

static void a_log_of_no_capacity_is_not_kept(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    append_one(&r, 0, 0);
    for (uint32_t s = 0; s < 30; s++) {
        append_one(&r, 1, s);
    }
    size_t size = r.memory_size;
    wh_store_log_config other[3];
    memcpy(other, logs, sizeof other);
    other[1] = (wh_store_log_config){.capacity = 0, .entry_size = 20, .group = 16};
    r.config.logs = other;
    r.memory_size = wh_store_memory_size(&r.config);
    assert_int_equal(size - r.memory_size, 10 * sizeof(uint16_t)); /* it takes no index */
    mount(&r);
    expect_range(&r, 1, 0, 0);
    expect_range(&r, 0, 0, 1); /* the logs around it are not touched */
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    assert_int_equal(wh_store_append(&r.store, 1, (const uint8_t *)"x", 1, NULL), WH_ERR_ARG);
    assert_int_equal(wh_store_append(&r.store, 1, NULL, 0, NULL), WH_ERR_ARG);
    assert_int_equal(wh_store_clear(&r.store, 1), WH_ERR_ARG);
    assert_int_equal(wh_store_append(&r.store, 2, (const uint8_t *)"x", 1, NULL), WH_OK);
    assert_int_equal(wh_store_commit(&r.store), WH_OK); /* the transaction goes on without it */
    assert_int_equal(wh_store_log_count(&r.store, 2), 1);
    for (uint32_t s = 1; s < 3000; s++) { /* what it had is in the way of nothing */
        append_one(&r, 0, s);
    }
    expect_range(&r, 0, 2900, 3000);
    assert_int_equal(wh_store_get_report(&r.store).damaged_count, 0);
    r.config.logs = logs;
    r.memory_size = size;
    r.memory = realloc(r.memory, size);
    assert_non_null(r.memory);
    mount(&r);
    expect_range(&r, 1, 0, 0); /* kept again: from the start, for all is gone */
    append_one(&r, 1, 0);
    expect_range(&r, 1, 0, 1);
    rig_free(&r);
}

static void there_may_be_as_many_logs_as_the_limit_and_no_more(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    static wh_store_log_config many[WH_STORE_LOGS_MAX + 1];
    many[0] = logs[1];
    many[WH_STORE_LOGS_MAX - 1] = logs[1];
    r.config.logs = many;
    r.config.log_count = WH_STORE_LOGS_MAX + 1;
    assert_int_equal(wh_store_memory_size(&r.config), 0);
    r.config.log_count = WH_STORE_LOGS_MAX;
    free(r.memory);
    r.memory_size = wh_store_memory_size(&r.config);
    r.memory = malloc(r.memory_size);
    assert_non_null(r.memory);
    mount(&r);
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    for (unsigned log = 0; log < WH_STORE_LOGS_MAX; log++) {
        bool kept = log == 0 || log == WH_STORE_LOGS_MAX - 1;
        const uint8_t byte = (uint8_t)log;
        assert_int_equal(wh_store_append(&r.store, log, &byte, 1, NULL), kept ? WH_OK : WH_ERR_ARG);
    }
    assert_int_equal(wh_store_append(&r.store, WH_STORE_LOGS_MAX, NULL, 0, NULL), WH_ERR_ARG);
    assert_int_equal(wh_store_commit(&r.store), WH_OK);
    mount(&r);
    uint8_t byte = 0;
    size_t len = 0;
    assert_int_equal(wh_store_log_get(&r.store, WH_STORE_LOGS_MAX - 1, 0, &byte, 1, &len), WH_OK);
    assert_int_equal(byte, WH_STORE_LOGS_MAX - 1);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_of_no_capacity_is_not_kept),
        cmocka_unit_test(there_may_be_as_many_logs_as_the_limit_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
