/* SPDX-License-Identifier: Apache-2.0 */
/* test_store_damage.c - bits that rot: whatever is read is what was written, damage is told, and
 * what lies behind it is found. */
#include "meter/store/store.h"
#include "meter/store/store_wire.h"
#include "tests/meter/store/fake_flash.h"
#include "tests/meter/store/store_month.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECTOR  1024
#define SECTORS 12
#define KEYS    4
#define ENTRIES 40

static const wh_store_log_config logs[] = {
    {.capacity = 30, .entry_size = 12, .group = 4},
    {.capacity = 10, .entry_size = 12},
};

typedef struct {
    fake_flash flash;
    fake_flash copy;
    wh_store_config config;
    wh_store store;
    uint32_t memory[128];
} rig;

static void mount(rig *r, fake_flash *f)
{
    r->config.flash = &f->flash;
    assert_int_equal(wh_store_mount(&r->store, &r->config, r->memory, sizeof r->memory), WH_OK);
}

/* All content says what it is; `version` grows. */
static void fill(uint8_t bytes[12], unsigned what, uint32_t number)
{
    for (unsigned i = 0; i < 12; i++) {
        bytes[i] = (uint8_t)(what * 77U + number * (i + 3U) + i);
    }
}

static void rig_init(rig *r)
{
    fake_flash_init(&r->flash, SECTOR, SECTORS, 256, 8, false);
    fake_flash_init(&r->copy, SECTOR, SECTORS, 256, 8, false);
    r->config =
        (wh_store_config){.logs = logs, .log_count = 2, .key_count = KEYS, .blob_bytes = 12 * KEYS};
    mount(r, &r->flash);
    for (uint32_t s = 0; s < ENTRIES; s++) {
        uint8_t bytes[12];
        assert_int_equal(wh_store_begin(&r->store), WH_OK);
        for (unsigned log = 0; log < 2; log++) {
            fill(bytes, log, s);
            assert_int_equal(wh_store_append(&r->store, log, bytes, 12, NULL), WH_OK);
        }
        fill(bytes, 10U + s % KEYS, s);
        assert_int_equal(wh_store_put(&r->store, (uint16_t)(s % KEYS), bytes, 12), WH_OK);
        assert_int_equal(wh_store_commit(&r->store), WH_OK);
    }
}

static void rig_free(rig *r)
{
    fake_flash_free(&r->flash);
    fake_flash_free(&r->copy);
}

typedef struct {
    unsigned missing; /* not there, damaged, or an older version of a blob */
    unsigned told;    /* of them, by WH_ERR_CHECK */
} losses;

/* Read all there should be. What can be read must be what was once written there. */
static losses read_all(rig *r)
{
    losses l = {0};
    uint8_t want[12];
    uint8_t got[12];
    size_t len;
    for (unsigned log = 0; log < 2; log++) {
        for (uint32_t s = ENTRIES - logs[log].capacity; s < ENTRIES; s++) {
            fill(want, log, s);
            wh_err err = wh_store_log_get(&r->store, log, s, got, sizeof got, &len);
            if (err == WH_OK) {
                assert_int_equal(len, 12);
                assert_memory_equal(got, want, 12);
            } else {
                l.missing++;
                l.told += err == WH_ERR_CHECK ? 1U : 0U;
            }
        }
    }
    for (uint16_t key = 0; key < KEYS; key++) {
        wh_err err = wh_store_get(&r->store, key, got, sizeof got, &len);
        bool known = false;
        for (uint32_t s = key; s < ENTRIES && err == WH_OK && !known; s += KEYS) {
            fill(want, 10U + key, s);
            known = memcmp(got, want, 12) == 0;
        }
        assert_true(known || err != WH_OK);
        fill(want, 10U + key, ENTRIES - KEYS + key);
        l.missing += err != WH_OK || memcmp(got, want, 12) != 0 ? 1U : 0U;
        l.told += err == WH_ERR_CHECK ? 1U : 0U;
    }
    return l;
}

/* A record, or where the commit of a transaction is hit the three in it; a group of 4 where its
 * head is. */
static void one_wrong_bit_loses_at_most_a_transaction_and_is_told(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    unsigned worst = 0;
    unsigned harmless = 0;
    for (uint32_t at = 0; at < r.flash.size; at++) {
        fake_flash_copy(&r.copy, &r.flash);
        r.copy.bytes[at] ^= (uint8_t)(1U << at % 8U);
        mount(&r, &r.copy);
        losses l = read_all(&r);
        wh_store_report report = wh_store_get_report(&r.store);
        assert_true(l.missing == 0 || report.damaged_count > 0 || report.torn_count > 0);
        if (report.damaged_count > 0 && l.missing > 0 && l.told > 0) {
            assert_in_range(report.damaged_at, at > 256 ? at - 256 : 0, at);
        }
        worst = l.missing > worst ? l.missing : worst;
        harmless += l.missing == 0 ? 1U : 0U;
    }
    printf("one wrong bit in %u bytes: at most %u items lost; %u places do not matter\n",
           r.flash.size, worst, harmless);
    assert_true(worst <= 4);
    rig_free(&r);
}

/* A sector of nonsense, as after a failing erase, loses what was in it and no more. */
static void a_sector_of_nonsense_loses_only_itself(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    for (unsigned sector = 0; sector < SECTORS; sector++) {
        for (unsigned kind = 0; kind < 3; kind++) {
            fake_flash_copy(&r.copy, &r.flash);
            for (uint32_t i = 0; i < SECTOR; i++) {
                static const uint8_t all[] = {0x00, 0xFF};
                r.copy.bytes[sector * SECTOR + i] =
                    kind < 2 ? all[kind] : (uint8_t)fake_flash_random(&r.copy, 256);
            }
            mount(&r, &r.copy);
            losses l = read_all(&r);
            assert_true(l.missing <= SECTOR / 32U);
            uint8_t bytes[12] = {0};
            assert_int_equal(wh_store_begin(&r.store), WH_OK); /* and it goes on */
            assert_int_equal(wh_store_put(&r.store, 0, bytes, 12), WH_OK);
            fake_flash *f = &r.copy;
            memset(f->units, 0, f->unit_count); /* rot is not interrupted programming */
            assert_int_equal(wh_store_commit(&r.store), WH_OK);
        }
    }
    rig_free(&r);
}

/* What is damaged and no longer wanted goes with its sector; what is, is dropped and told. */
static void damage_does_not_stop_the_ring(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    for (uint32_t at = 3; at < r.flash.size; at += 197) {
        fake_flash_copy(&r.copy, &r.flash);
        r.copy.bytes[at] ^= 0x10;
        mount(&r, &r.copy);
        uint8_t bytes[12];
        for (uint32_t s = ENTRIES; s < ENTRIES + 300U; s++) {
            fill(bytes, 10U, s);
            assert_int_equal(wh_store_begin(&r.store), WH_OK);
            assert_int_equal(wh_store_put(&r.store, 0, bytes, 12), WH_OK);
            assert_int_equal(wh_store_commit(&r.store), WH_OK);
        }
        uint8_t got[12];
        size_t len;
        assert_int_equal(wh_store_get(&r.store, 0, got, sizeof got, &len), WH_OK);
        assert_memory_equal(got, bytes, 12);
        mount(&r, &r.copy);
        assert_int_equal(wh_store_get_report(&r.store).damaged_count, 0); /* all copied anew */
    }
    rig_free(&r);
}

/* A month's image with some bytes changed at random, and images that are random altogether. */
static void any_image_is_mounted_in_bounded_time_and_never_believed_blindly(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    uint64_t most = 0;
    for (unsigned round = 0; round < 1000; round++) {
        fake_flash *f = &r.copy;
        fake_flash_copy(f, &r.flash);
        unsigned changes = round % 4 == 0 ? r.flash.size : 1U << fake_flash_random(f, 9);
        for (unsigned i = 0; i < changes; i++) {
            f->bytes[fake_flash_random(f, f->size)] = (uint8_t)fake_flash_random(f, 256);
        }
        r.config.flash = &f->flash;
        wh_err err = wh_store_mount(&r.store, &r.config, r.memory, sizeof r.memory);
        most = f->reads > most ? f->reads : most;
        assert_true(err == WH_OK || err == WH_ERR_UNSUPPORTED || err == WH_ERR_SPACE);
        if (err == WH_OK) {
            (void)read_all(&r);
        }
    }
    printf("mount of any image of %u bytes: at most %llu reads\n", r.flash.size,
           (unsigned long long)most);
    assert_true(most <= 4U * r.flash.size / 8U);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_wrong_bit_loses_at_most_a_transaction_and_is_told),
        cmocka_unit_test(a_sector_of_nonsense_loses_only_itself),
        cmocka_unit_test(damage_does_not_stop_the_ring),
        cmocka_unit_test(any_image_is_mounted_in_bounded_time_and_never_believed_blindly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
