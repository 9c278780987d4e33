/* SPDX-License-Identifier: Apache-2.0 */
/* store_rig.h - a store of three logs on a flash of 64 kB. */
#ifndef WH_TESTS_STORE_RIG_H
#define WH_TESTS_STORE_RIG_H

#include "meter/store/store.h"
#include "tests/meter/store/fake_flash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

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

static inline void mount(rig *r)
{
    assert_int_equal(wh_store_mount(&r->store, &r->config, r->memory, r->memory_size), WH_OK);
}

static inline void rig_init(rig *r)
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
    r->memory = malloc(r->memory_size > 0 ? r->memory_size : 1);
    assert_non_null(r->memory);
    mount(r);
}

static inline void rig_free(rig *r)
{
    free(r->memory);
    fake_flash_free(&r->flash);
}

#endif /* WH_TESTS_STORE_RIG_H */
