/* SPDX-License-Identifier: Apache-2.0 */
/* fake_flash.h - a flash in memory that counts what is done to it and can lose power anywhere.
 *
 * It aborts the test where a unit is programmed twice, or where a sector is programmed whose
 * last erase was interrupted. What was being written when power was cut is weak: at each power
 * on, its bits may read as meant, as before, or anything between. */
#ifndef WH_TESTS_FAKE_FLASH_H
#define WH_TESTS_FAKE_FLASH_H

#include "core/flash.h"

#define FAKE_PENDING_MAX 256

typedef enum {
    FAKE_CUT_BEFORE, /* the operation was not begun */
    FAKE_CUT_TORN,   /* some of its bits were written; for good */
    FAKE_CUT_WEAK,   /* the same, and they change with each power on */
    FAKE_CUT_AFTER,  /* it was done, its caller does not know */
    FAKE_CUT_MIXED,  /* each operation since the last sync: any of the above */
    FAKE_CUTS
} fake_cut;

/* An operation that no sync has followed. */
typedef struct {
    bool erase;
    uint32_t address;
    uint32_t len;
    uint8_t *was; /* bytes and unit states before */
    uint8_t *to;
} fake_operation;

typedef struct fake_flash fake_flash;

struct fake_flash {
    wh_flash flash; /* what the store is given */
    uint8_t *bytes;
    uint8_t *units; /* state of each */
    uint8_t *meant; /* what weak bytes should have become */
    uint32_t size;
    uint32_t unit_count;
    bool has_weak;
    bool off;      /* power is cut: nothing works */
    bool failing;  /* the hold-up signal */
    bool reorders; /* keep what was done since the last sync */
    fake_operation pending[FAKE_PENDING_MAX];
    unsigned pending_count;
    uint64_t random;

    uint64_t cut_at; /* number of the operation that power is cut at, counted from 1; 0 never */
    fake_cut cut;
    uint64_t fail_at; /* number of the operation that fails while power stays; 0 none */
    void (*before)(void *user, const fake_operation *op); /* told of each; may be NULL */
    void *before_user;

    uint64_t operations; /* programs and erases begun */
    uint64_t programs;
    uint64_t programmed_bytes;
    uint64_t erases;
    uint64_t reads;
    uint64_t read_bytes;
    uint32_t *sector_erases;
};

/* All ones. `sync`: the flash has one, and operations without it may be lost in any order. */
void fake_flash_init(fake_flash *f, uint32_t sector_size, uint16_t sector_count, uint32_t page_size,
                     uint16_t unit_size, bool sync);
void fake_flash_free(fake_flash *f);

/* Make `to` hold what `from` holds, powered on, with counters at 0. Both have the same geometry. */
void fake_flash_copy(fake_flash *to, const fake_flash *from);

/* Cut power while an operation is done that `before` was told of. */
void fake_flash_cut(fake_flash *f, const fake_operation *op, fake_cut how);

/* Power comes back: weak bits read somehow. */
void fake_flash_power_on(fake_flash *f);

/* 0 .. below - 1 */
uint32_t fake_flash_random(fake_flash *f, uint32_t below);

#endif /* WH_TESTS_FAKE_FLASH_H */
