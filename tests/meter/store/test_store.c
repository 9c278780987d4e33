/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/store.h"
#include "tests/meter/store/fake_flash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECTOR 4096

static const wh_store_log_config logs[] = {
    {.capacity = 100, .entry_size = 40, .group = 16},
    {.capacity = 10, .entry_size = 20},
    {.capacity = 1, .entry_size = 8},
};

typedef struct {
    fake_flash flash;
    wh_store_config config;
    wh_store store;
    void *memory;
    size_t memory_size;
} rig;

static void mount(rig *r)
{
    assert_int_equal(wh_store_mount(&r->store, &r->config, r->memory, r->memory_size), WH_OK);
}

static void rig_init(rig *r)
{
    fake_flash_init(&r->flash, SECTOR, 16, 256, 8, false);
    r->config = (wh_store_config){
        .flash = &r->flash.flash,
        .logs = logs,
        .log_count = 3,
        .key_count = 8,
        .blob_bytes = 4000,
    };
    r->memory_size = wh_store_memory_size(&r->config);
    assert_true(r->memory_size > 0);
    r->memory = malloc(r->memory_size);
    assert_non_null(r->memory);
    mount(r);
}

static void rig_free(rig *r)
{
    free(r->memory);
    fake_flash_free(&r->flash);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_flash_is_an_empty_store),
        cmocka_unit_test(what_was_committed_is_there_after_the_next_mount),
        cmocka_unit_test(logs_and_blobs_live_through_many_turns_of_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
