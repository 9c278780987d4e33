/* SPDX-License-Identifier: Apache-2.0 */
/* test_store_format.c - images of every released version of the format are read for ever.
 *
 * An image is a file of lines "offset: bytes", both in hex; what is not named is FFh. */
#include "meter/store/store.h"
#include "meter/store/store_wire.h"
#include "tests/meter/store/fake_flash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECTOR  1024
#define SECTORS 8

static const wh_store_log_config logs[] = {
    {.capacity = 8, .entry_size = 16, .group = 4}, /* entries 0 .. 21 were appended */
    {.capacity = 3, .entry_size = 16},             /* 0 .. 4 */
    {.capacity = 3, .entry_size = 16},             /* 0 .. 1, then cleared */
};

typedef struct {
    fake_flash flash;
    wh_store_config config;
    wh_store store;
    uint32_t memory[64];
} rig;

static void rig_init(rig *r)
{
    fake_flash_init(&r->flash, SECTOR, SECTORS, 256, 8, false);
    r->config = (wh_store_config){
        .flash = &r->flash.flash, .logs = logs, .log_count = 3, .key_count = 3, .blob_bytes = 300};
}

static void mount(rig *r)
{
    assert_int_equal(wh_store_mount(&r->store, &r->config, r->memory, sizeof r->memory), WH_OK);
}

static void load(rig *r, const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[256];
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        if (line[0] == '#') {
            continue;
        }
        unsigned long offset = strtoul(at, &at, 16);
        assert_int_equal(*at, ':');
        at++;
        for (char *end = at;; at = end) {
            unsigned long byte = strtoul(at, &end, 16);
            if (end == at) {
                break;
            }
            assert_true(offset < r->flash.size && byte <= 255);
            r->flash.bytes[offset++] = (uint8_t)byte;
        }
    }
    fclose(file);
}

static size_t entry(char text[17], unsigned log, unsigned sequence)
{
    return (size_t)snprintf(text, 17, "log %u entry %u", log, sequence);
}

static void append(rig *r, unsigned log, unsigned sequence)
{
    char text[17];
    size_t len = entry(text, log, sequence);
    uint32_t got = 0;
    assert_int_equal(wh_store_append(&r->store, log, (const uint8_t *)text, len, &got), WH_OK);
    assert_int_equal(got, sequence);
}

/* How the image of version 1 was made. */
static void write_content(rig *r)
{
    for (unsigned i = 0; i < 22; i++) {
        assert_int_equal(wh_store_begin(&r->store), WH_OK);
        append(r, 0, i);
        if (i < 5) {
            append(r, 1, i);
        }
        if (i < 2) {
            append(r, 2, i);
        }
        if (i == 2) {
            assert_int_equal(wh_store_clear(&r->store, 2), WH_OK);
            assert_int_equal(wh_store_put(&r->store, 0x1234, NULL, 0), WH_OK);
        }
        uint8_t blob[100];
        memset(blob, (int)i, sizeof blob);
        assert_int_equal(wh_store_put(&r->store, 1, blob, 50U + i), WH_OK);
        assert_int_equal(wh_store_commit(&r->store), WH_OK);
    }
}

static void expect_content(rig *r)
{
    static const uint32_t firsts[] = {14, 2, 2};
    static const uint32_t nexts[] = {22, 5, 2};
    for (unsigned log = 0; log < 3; log++) {
        uint32_t first;
        uint32_t next;
        wh_store_log_range(&r->store, log, &first, &next);
        assert_int_equal(first, firsts[log]);
        assert_int_equal(next, nexts[log]);
        for (uint32_t s = first; s < next; s++) {
            char want[17];
            uint8_t got[16];
            size_t len = 0;
            assert_int_equal(wh_store_log_get(&r->store, log, s, got, sizeof got, &len), WH_OK);
            assert_int_equal(len, entry(want, log, s));
            assert_memory_equal(got, want, len);
        }
    }
    uint8_t blob[100];
    size_t len = 0;
    assert_int_equal(wh_store_get(&r->store, 1, blob, sizeof blob, &len), WH_OK);
    assert_int_equal(len, 71);
    assert_true(blob[0] == 21 && blob[70] == 21);
    assert_int_equal(wh_store_get(&r->store, 0x1234, blob, sizeof blob, &len), WH_OK);
    assert_int_equal(len, 0);
    assert_int_equal(wh_store_get(&r->store, 2, blob, sizeof blob, &len), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_store_get_report(&r->store).damaged_count, 0);
}

static void version_1_is_read_and_written_on(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    load(&r, WH_SOURCE_DIR "/tests/vectors/store/version_1.hex");
    mount(&r);
    expect_content(&r);
    for (unsigned i = 0; i < 60; i++) { /* the ring turns */
        assert_int_equal(wh_store_begin(&r.store), WH_OK);
        uint8_t blob[100] = {0};
        assert_int_equal(wh_store_put(&r.store, 2, blob, sizeof blob), WH_OK);
        assert_int_equal(wh_store_commit(&r.store), WH_OK);
    }
    assert_int_equal(wh_store_begin(&r.store), WH_OK);
    append(&r, 1, 5);
    assert_int_equal(wh_store_commit(&r.store), WH_OK);
    mount(&r);
    assert_int_equal(wh_store_log_count(&r.store, 0), 8);
    assert_int_equal(wh_store_get_report(&r.store).damaged_count, 0);
    fake_flash_free(&r.flash);
}

/* Where this fails the format has changed: give it a new version, and keep the image. */
static void the_same_content_is_written_as_the_same_bytes(void **unused)
{
    (void)unused;
    rig image;
    rig made;
    rig_init(&image);
    rig_init(&made);
    load(&image, WH_SOURCE_DIR "/tests/vectors/store/version_1.hex");
    mount(&made);
    write_content(&made);
    expect_content(&made);
    assert_memory_equal(made.flash.bytes, image.flash.bytes, image.flash.size);
    fake_flash_free(&image.flash);
    fake_flash_free(&made.flash);
}

static uint32_t crc32(const uint8_t *bytes, size_t len)
{
    uint32_t crc = 0xFFFFFFFFU;
    for (size_t i = 0; i < len * 8; i++) {
        crc ^= (uint32_t)bytes[i / 8] >> i % 8 & 1U;
        crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

/* By an undamaged header; what is damaged is no version. */
static void a_later_version_is_refused(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    load(&r, WH_SOURCE_DIR "/tests/vectors/store/version_1.hex");
    uint8_t *header = r.flash.bytes + SECTOR;
    header[4] = 2;
    mount(&r);
    uint32_t crc = crc32(header, 28);
    for (unsigned i = 0; i < 4; i++) {
        header[28 + i] = (uint8_t)(crc >> 8 * i);
    }
    assert_int_equal(wh_store_mount(&r.store, &r.config, r.memory, sizeof r.memory),
                     WH_ERR_UNSUPPORTED);
    fake_flash_free(&r.flash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_is_read_and_written_on),
        cmocka_unit_test(the_same_content_is_written_as_the_same_bytes),
        cmocka_unit_test(a_later_version_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
