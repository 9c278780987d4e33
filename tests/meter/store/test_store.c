/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/store/store_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Content that tells what and which it is. */
static size_t fill(uint8_t *bytes, unsigned what, uint32_t number, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(what * 131U + number * 7U + (number >> 8) * 13U + i);
    }
    return len;
}

static void put_one(rig *r, uint16_t key, uint32_t version, size_t len)
{
    uint8_t *bytes = malloc(len > 0 ? len : 1);
    assert_non_null(bytes);
    fill(bytes, key, version, len);
    assert_int_equal(wh_store_begin(&r->store), WH_OK);
    assert_int_equal(wh_store_put(&r->store, key, bytes, len), WH_OK);
    assert_int_equal(wh_store_commit(&r->store), WH_OK);
    free(bytes);
}

static void expect_blob(rig *r, uint16_t key, uint32_t version, size_t len)
{
    uint8_t *want = malloc(len > 0 ? len : 1);
    uint8_t *got = malloc(len > 0 ? len : 1);
    assert_true(want != NULL && got != NULL);
    fill(want, key, version, len);
    size_t got_len = 0;
    assert_int_equal(wh_store_get(&r->store, key, got, len, &got_len), WH_OK);
    assert_int_equal(got_len, len);
    assert_memory_equal(got, want, len);
    free(want);
    free(got);
}

static size_t entry_len(unsigned log, uint32_t sequence)
{
    return logs[log].entry_size - sequence % 3U;
}

static void append_one(rig *r, unsigned log, uint32_t want)
{
    uint8_t bytes[64];
    uint32_t sequence = 0;
    size_t len = fill(bytes, log, want, entry_len(log, want));
    assert_int_equal(wh_store_begin(&r->store), WH_OK);
    assert_int_equal(wh_store_append(&r->store, log, bytes, len, &sequence), WH_OK);
    assert_int_equal(sequence, want);
    assert_int_equal(wh_store_commit(&r->store), WH_OK);
}

static void expect_entries(rig *r, unsigned log, uint32_t want_first, uint32_t want_next)
{
    uint32_t first = 0;
    uint32_t next = 0;
    wh_store_log_range(&r->store, log, &first, &next);
    assert_int_equal(first, want_first);
    assert_int_equal(next, want_next);
    assert_int_equal(wh_store_log_count(&r->store, log), want_next - want_first);
    uint8_t want[64];
    for (uint32_t s = first; s < next; s++) {
        size_t len = fill(want, log, s, entry_len(log, s));
        uint8_t *got = malloc(len);
        size_t got_len = 0;
        assert_int_equal(wh_store_log_get(&r->store, log, s, got, len, &got_len), WH_OK);
        assert_int_equal(got_len, len);
        assert_memory_equal(got, want, len);
        free(got);
    }
    uint8_t byte;
    size_t len = 1;
    assert_int_equal(wh_store_log_get(&r->store, log, next, &byte, 1, &len), WH_ERR_NOT_FOUND);
    assert_int_equal(len, 0);
    if (first > 0) {
        assert_int_equal(wh_store_log_get(&r->store, log, first - 1, &byte, 1, &len),
                         WH_ERR_NOT_FOUND);
    }
}

static void a_new_flash_is_an_empty_store(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    uint8_t byte;
    size_t len;
    assert_int_equal(wh_store_get(&r.store, 1, &byte, 1, &len), WH_ERR_NOT_FOUND);
    expect_entries(&r, 0, 0, 0);
    wh_store_report report = wh_store_get_report(&r.store);
    assert_int_equal(report.used_sectors, 0);
    assert_int_equal(report.free_sectors, 16);
    assert_int_equal(r.flash.operations, 0);
    rig_free(&r);
}

static void what_was_committed_is_there_after_the_next_mount(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    put_one(&r, 7, 1, 300);
    put_one(&r, 0xFFFF, 1, 0);
    put_one(&r, 7, 2, 1024);
    for (uint32_t s = 0; s < 25; s++) {
        append_one(&r, 0, s);
        append_one(&r, 1, s);
        append_one(&r, 2, s);
    }
    for (int mounts = 0; mounts < 3; mounts++) {
        expect_blob(&r, 7, 2, 1024);
        expect_blob(&r, 0xFFFF, 1, 0);
        expect_entries(&r, 0, 0, 25);
        expect_entries(&r, 1, 15, 25);
        expect_entries(&r, 2, 24, 25);
        mount(&r);
        assert_int_equal(wh_store_get_report(&r.store).damaged_count, 0);
    }
    rig_free(&r);
}

static void logs_and_blobs_live_through_many_turns_of_the_ring(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    for (uint32_t s = 0; s < 3000; s++) {
        put_one(&r, (uint16_t)(s % 5), s, 200 + s % 50);
        if (s % 3 == 0) {
            append_one(&r, 0, s / 3);
        }
        if (s % 50 == 0) {
            append_one(&r, 1, s / 50);
        }
        if (s % 97 == 0) {
            mount(&r);
        }
    }
    for (uint32_t s = 2995; s < 3000; s++) {
        expect_blob(&r, (uint16_t)(s % 5), s, 200 + s % 50);
    }
    expect_entries(&r, 0, 900, 1000);
    expect_entries(&r, 1, 50, 60);
    wh_store_report report = wh_store_get_report(&r.store);
    assert_int_equal(report.damaged_count, 0);
    assert_true(report.erases_max <= report.erases_mean + 2);
    rig_free(&r);
}

static void calls_out_of_order_are_refused(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    uint8_t byte = 1;
    assert_int_equal(wh_store_put(&r.store, 1, &byte, 1), WH_ERR_STATE);
    assert_int_equal(wh_store_append(&r.store, 0, &byte, 1, NULL), WH_ERR_STATE);
    assert_int_equal(wh_store_clear(&r.store, 0), WH_ERR_STATE);
    assert_int_equal(wh_store_commit(&r.store), WH_ERR_STATE);
    wh_store_rollback(&r.store);
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    assert_int_equal(wh_store_begin(&r.store), WH_ERR_STATE);
    assert_int_equal(wh_store_append(&r.store, 3, &byte, 1, NULL), WH_ERR_ARG);
    assert_int_equal(wh_store_clear(&r.store, 3), WH_ERR_ARG);
    uint8_t long_entry[41] = {0};
    assert_int_equal(wh_store_append(&r.store, 0, long_entry, 41, NULL), WH_ERR_ARG);
    assert_int_equal(wh_store_append(&r.store, 0, long_entry, 40, NULL), WH_OK);
    assert_false(wh_store_work(&r.store));
    assert_int_equal(wh_store_commit(&r.store), WH_OK);
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    uint64_t operations = r.flash.operations;
    assert_int_equal(wh_store_commit(&r.store), WH_OK); /* of nothing */
    assert_int_equal(r.flash.operations, operations);
    rig_free(&r);
}

static void a_transaction_is_seen_when_it_is_committed_and_not_before(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    put_one(&r, 1, 1, 10);
    append_one(&r, 1, 0);
    uint8_t bytes[64];
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    assert_int_equal(wh_store_put(&r.store, 1, bytes, fill(bytes, 1, 2, 20)), WH_OK);
    assert_int_equal(wh_store_put(&r.store, 2, bytes, fill(bytes, 2, 1, 30)), WH_OK);
    uint32_t sequence = 0;
    for (uint32_t s = 1; s <= 3; s++) {
        size_t len = fill(bytes, 1, s, entry_len(1, s));
        assert_int_equal(wh_store_append(&r.store, 1, bytes, len, &sequence), WH_OK);
        assert_int_equal(sequence, s);
    }
    expect_blob(&r, 1, 1, 10);
    expect_entries(&r, 1, 0, 1);
    size_t len;
    assert_int_equal(wh_store_get(&r.store, 2, bytes, sizeof bytes, &len), WH_ERR_NOT_FOUND);
    wh_store_rollback(&r.store);
    for (int mounts = 0; mounts < 2; mounts++) {
        expect_blob(&r, 1, 1, 10);
        expect_entries(&r, 1, 0, 1);
        mount(&r);
    }
    append_one(&r, 1, 1); /* the numbers given up are given again */
    expect_entries(&r, 1, 0, 2);
    mount(&r);
    expect_entries(&r, 1, 0, 2);
    rig_free(&r);
}

static void a_cleared_log_is_empty_and_numbers_go_on(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    for (uint32_t s = 0; s < 21; s++) {
        append_one(&r, 0, s);
    }
    uint8_t bytes[64];
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    assert_int_equal(wh_store_append(&r.store, 0, bytes, fill(bytes, 0, 21, 40), NULL), WH_OK);
    assert_int_equal(wh_store_clear(&r.store, 0), WH_OK);
    size_t len = fill(bytes, 0, 22, entry_len(0, 22));
    assert_int_equal(wh_store_append(&r.store, 0, bytes, len, NULL), WH_OK);
    assert_int_equal(wh_store_commit(&r.store), WH_OK);
    expect_entries(&r, 0, 22, 23);
    mount(&r);
    expect_entries(&r, 0, 22, 23);
    for (uint32_t s = 23; s < 60; s++) {
        append_one(&r, 0, s);
        put_one(&r, 1, s, 2000);
    }
    expect_entries(&r, 0, 22, 60);
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    assert_int_equal(wh_store_clear(&r.store, 0), WH_OK);
    assert_int_equal(wh_store_commit(&r.store), WH_OK);
    for (uint32_t k = 0; k < 60; k++) { /* the ring turns: only the mark is left of the log */
        put_one(&r, 1, k, 2000);
    }
    mount(&r);
    expect_entries(&r, 0, 60, 60);
    rig_free(&r);
}

static void what_is_too_much_is_refused_and_the_rest_goes_on(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    static uint8_t bytes[5000];
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    assert_int_equal(wh_store_put(&r.store, 0, bytes, 4001), WH_ERR_SPACE); /* blob_bytes */
    for (uint16_t key = 0; key < 8; key++) {
        assert_int_equal(wh_store_put(&r.store, key, bytes, 8), WH_OK);
    }
    assert_int_equal(wh_store_put(&r.store, 8, bytes, 8), WH_ERR_SPACE); /* key_count */
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(wh_store_append(&r.store, 0, bytes, 1, NULL), WH_OK);
    }
    assert_int_equal(wh_store_append(&r.store, 0, bytes, 1, NULL), WH_ERR_SPACE); /* group */
    assert_int_equal(wh_store_append(&r.store, 2, bytes, 1, NULL), WH_OK);
    assert_int_equal(wh_store_append(&r.store, 2, bytes, 1, NULL), WH_ERR_SPACE); /* capacity */
    assert_int_equal(wh_store_commit(&r.store), WH_OK);
    assert_int_equal(wh_store_log_count(&r.store, 0), 16);
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    assert_int_equal(wh_store_put(&r.store, 7, bytes, 8), WH_OK);
    assert_int_equal(wh_store_put(&r.store, 0, bytes, 1000), WH_OK);
    assert_int_equal(wh_store_put(&r.store, 2, bytes, 2990), WH_ERR_SPACE); /* sector */
    assert_int_equal(wh_store_put(&r.store, 1, bytes, 4000 - 1000 - 6 * 8 + 1), WH_ERR_SPACE);
    assert_int_equal(wh_store_put(&r.store, 1, bytes, 4000 - 1000 - 6 * 8), WH_OK);
    assert_int_equal(wh_store_commit(&r.store), WH_OK);
    uint8_t small[7];
    size_t len = 0;
    assert_int_equal(wh_store_get(&r.store, 2, small, sizeof small, &len), WH_ERR_SPACE);
    assert_int_equal(len, 8);
    rig_free(&r);
}

/* Every length from where a transaction fits in a sector to where it does not. */
static void a_transaction_may_fill_a_sector_to_the_last_granule(void **unused)
{
    (void)unused;
    static const size_t most = SECTOR - 32 - 2 * 16 - 20;
    for (size_t len = most - 20; len <= most + 8; len++) {
        rig r;
        rig_init(&r);
        r.config.blob_bytes = 9000;
        mount(&r);
        put_one(&r, 1, 1, 500);
        uint8_t *bytes = malloc(len);
        assert_non_null(bytes);
        fill(bytes, 2, 1, len);
        assert_int_equal(wh_store_begin(&r.store), WH_OK);
        wh_err err = wh_store_put(&r.store, 2, bytes, len);
        assert_int_equal(err, len <= most ? WH_OK : WH_ERR_SPACE);
        assert_int_equal(wh_store_commit(&r.store), WH_OK);
        free(bytes);
        mount(&r);
        expect_blob(&r, 1, 1, 500);
        if (err == WH_OK) {
            expect_blob(&r, 2, 1, len);
        }
        rig_free(&r);
    }
}

static void a_capacity_may_change_between_mounts(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    wh_store_log_config other[3];
    memcpy(other, logs, sizeof other);
    for (uint32_t s = 0; s < 300; s++) {
        append_one(&r, 0, s);
        append_one(&r, 1, s);
    }
    other[0].capacity = 33;
    other[1].capacity = 4;
    r.config.logs = other;
    mount(&r);
    expect_entries(&r, 0, 267, 300);
    expect_entries(&r, 1, 296, 300);
    other[0].capacity = 90;
    other[1].capacity = 10; /* nothing was moved in between: they are there again */
    mount(&r);
    expect_entries(&r, 1, 290, 300);
    expect_entries(&r, 0, 210, 300);
    for (uint32_t s = 300; s < 310; s++) {
        append_one(&r, 1, s);
    }
    expect_entries(&r, 1, 300, 310);
    rig_free(&r);
}

static void configurations_that_cannot_be_are_refused(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    static const struct {
        wh_store_log_config log;
        wh_err err;
    } rows[] = {
        {{.capacity = 0, .entry_size = 9999, .group = 3}, WH_OK}, /* not kept: not looked at */
        {{.capacity = 10, .entry_size = 20, .group = 3}, WH_ERR_ARG},
        {{.capacity = 10, .entry_size = 20, .group = 64}, WH_ERR_ARG},
        {{.capacity = 10, .entry_size = 120, .group = 16}, WH_OK},
        {{.capacity = 10, .entry_size = 121, .group = 16}, WH_ERR_ARG}, /* half a sector */
        {{.capacity = 5, .entry_size = 1996}, WH_OK},
        {{.capacity = 10, .entry_size = 1997}, WH_ERR_ARG},
        {{.capacity = 1000001, .entry_size = 1}, WH_ERR_ARG},
        {{.capacity = 3000, .entry_size = 20}, WH_ERR_SPACE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_store_config config = r.config;
        config.logs = &rows[i].log;
        config.log_count = 1;
        size_t size = wh_store_memory_size(&config);
        assert_int_equal(size == 0, rows[i].err == WH_ERR_ARG);
        void *memory = malloc(size > 0 ? size : 1);
        assert_int_equal(wh_store_mount(&r.store, &config, memory, size), rows[i].err);
        if (rows[i].err == WH_OK) {
            assert_int_equal(wh_store_mount(&r.store, &config, memory, size - 1), WH_ERR_SPACE);
        }
        free(memory);
    }
    r.config.reserve_bytes = SECTOR / 4 + 1;
    assert_int_equal(wh_store_memory_size(&r.config), 0);
    rig_free(&r);
}

static void flashes_that_cannot_be_are_refused(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    static const struct {
        uint32_t sector;
        uint16_t count;
        uint32_t page;
        uint16_t unit;
        bool fine;
    } rows[] = {
        {4096, 16, 256, 8, true},   {4096, 16, 256, 1, true},   {4096, 16, 256, 32, true},
        {4096, 16, 256, 64, false}, {4096, 16, 256, 3, false},  {4096, 16, 4, 8, false},
        {4096, 16, 8192, 8, false}, {4096, 5, 256, 8, false},   {512, 16, 256, 8, false},
        {5000, 16, 256, 8, false},  {4096, 1024, 256, 8, true}, {4096, 1025, 256, 8, false},
        {65536, 8, 256, 8, true},   {524288, 8, 256, 8, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_flash flash = r.flash.flash;
        flash.sector_size = rows[i].sector;
        flash.sector_count = rows[i].count;
        flash.page_size = rows[i].page;
        flash.unit_size = rows[i].unit;
        wh_store_config config = r.config;
        config.flash = &flash;
        assert_int_equal(wh_store_memory_size(&config) > 0, rows[i].fine);
    }
    rig_free(&r);
}

static void another_geometry_is_not_taken_for_ours(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    put_one(&r, 1, 1, 10);
    wh_flash flash = r.flash.flash;
    flash.sector_count = 15;
    wh_store_config config = r.config;
    config.flash = &flash;
    wh_store store;
    assert_int_equal(wh_store_mount(&store, &config, r.memory, r.memory_size), WH_ERR_UNSUPPORTED);
    assert_int_equal(wh_store_format(&r.flash.flash), WH_OK);
    assert_int_equal(wh_store_mount(&store, &config, r.memory, r.memory_size), WH_OK);
    rig_free(&r);
}

static void with_a_reserve_no_commit_in_power_failure_erases(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    r.config.reserve_bytes = 600;
    mount(&r);
    for (uint32_t s = 0; s < 600; s++) {
        while (wh_store_work(&r.store)) {
        }
        r.flash.failing = true;
        uint64_t erases = r.flash.erases;
        uint64_t programs = r.flash.programs;
        put_one(&r, 1, s, 580);
        assert_int_equal(r.flash.erases, erases);
        assert_true(r.flash.programs - programs <= 8);
        assert_false(wh_store_work(&r.store));
        r.flash.failing = false;
        if (s % 3 == 0) {
            mount(&r);
            expect_blob(&r, 1, s, 580);
        } else {
            put_one(&r, 2, s, 100 + s % 300);
        }
    }
    rig_free(&r);
}

/* A flash that fails once, at each operation in turn: whoever asked is told, nothing that was
 * committed is lost, and the store goes on. */
static void a_failing_operation_loses_nothing(void **unused)
{
    (void)unused;
    for (uint64_t fail_at = 1; fail_at < 700; fail_at += 3) {
        rig r;
        rig_init(&r);
        r.flash.fail_at = fail_at;
        uint32_t version = 0;
        for (uint32_t s = 1; s < 120; s++) {
            uint8_t bytes[400];
            wh_err err = wh_store_begin(&r.store);
            if (err == WH_OK) {
                err = wh_store_put(&r.store, 1, bytes, fill(bytes, 1, s, 300));
                wh_err commit_err = wh_store_commit(&r.store);
                assert_true(err == WH_OK || commit_err != WH_OK);
                err = commit_err;
            }
            if (err == WH_OK) {
                version = s;
            } else {
                assert_int_equal(err, WH_ERR_IO);
            }
            if (version > 0) {
                expect_blob(&r, 1, version, 300);
            }
        }
        assert_true(version >= 118); /* one of them may have failed */
        mount(&r);
        expect_blob(&r, 1, version, 300);
        assert_int_equal(wh_store_get_report(&r.store).damaged_count, 0);
        rig_free(&r);
    }
}

/* What can wait is done when there is something, however often there was nothing before. */
static void work_that_can_wait_comes_with_transactions(void **state)
{
    (void)state;
    rig r;
    rig_init(&r);
    r.config.reserve_bytes = 1000;
    mount(&r);
    unsigned worked = 0;
    for (uint32_t i = 0; i < 200; i++) {
        put_one(&r, 1, i, 700);
        for (unsigned calls = 0; wh_store_work(&r.store); calls++) {
            assert_in_range(calls, 0, 1000);
            worked++;
        }
        assert_false(wh_store_work(&r.store));
    }
    assert_in_range(worked, 10, 100000);
    expect_blob(&r, 1, 199, 700);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_flash_is_an_empty_store),
        cmocka_unit_test(what_was_committed_is_there_after_the_next_mount),
        cmocka_unit_test(logs_and_blobs_live_through_many_turns_of_the_ring),
        cmocka_unit_test(calls_out_of_order_are_refused),
        cmocka_unit_test(a_transaction_is_seen_when_it_is_committed_and_not_before),
        cmocka_unit_test(a_cleared_log_is_empty_and_numbers_go_on),
        cmocka_unit_test(what_is_too_much_is_refused_and_the_rest_goes_on),
        cmocka_unit_test(a_transaction_may_fill_a_sector_to_the_last_granule),
        cmocka_unit_test(a_capacity_may_change_between_mounts),
        cmocka_unit_test(configurations_that_cannot_be_are_refused),
        cmocka_unit_test(flashes_that_cannot_be_are_refused),
        cmocka_unit_test(another_geometry_is_not_taken_for_ours),
        cmocka_unit_test(with_a_reserve_no_commit_in_power_failure_erases),
        cmocka_unit_test(a_failing_operation_loses_nothing),
        cmocka_unit_test(work_that_can_wait_comes_with_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
