/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/store/fake_flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERASED, PROGRAMMED, WEAK };

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fake flash: %s\n", what);
        abort();
    }
}

static void *allocate(size_t size)
{
    void *memory = calloc(size, 1);
    require(memory != NULL, "out of memory");
    return memory;
}

uint32_t fake_flash_random(fake_flash *f, uint32_t below)
{
    f->random ^= f->random << 13;
    f->random ^= f->random >> 7;
    f->random ^= f->random << 17;
    return (uint32_t)((f->random >> 32) % below);
}

static uint8_t random_byte(fake_flash *f)
{
    return (uint8_t)fake_flash_random(f, 256);
}

/* Some of the way from `from` to `to`: each bit that differs has come there or not. `share` of
 * 8: none to all. */
static uint8_t part_way(fake_flash *f, uint8_t from, uint8_t to, unsigned share)
{
    uint8_t mask = share >= 8 ? 0xFF : share == 0 ? 0 : random_byte(f);
    if (share >= 6 && share < 8) {
        mask |= random_byte(f);
    } else if (share > 0 && share < 3) {
        mask &= random_byte(f);
    }
    return (uint8_t)((from & ~mask) | (to & mask));
}

static void set_units(fake_flash *f, uint32_t address, uint32_t len, uint8_t state)
{
    uint32_t unit = f->flash.unit_size;
    memset(f->units + address / unit, state, len / unit);
}

/* The first bytes have come all the way, the others part of it. */
static void half_do(fake_flash *f, const fake_operation *op, bool weak)
{
    uint32_t whole = op->erase ? 0 : fake_flash_random(f, op->len + 1);
    uint32_t begun = whole + fake_flash_random(f, op->len - whole + 1);
    unsigned share = fake_flash_random(f, 9);
    if (op->erase) {
        begun = op->len;
    }
    for (uint32_t i = 0; i < begun; i++) {
        uint8_t *byte = &f->bytes[op->address + i];
        uint8_t to = op->erase ? 0xFF : (uint8_t)(*byte & op->to[i]);
        f->meant[op->address + i] = to;
        *byte = i < whole ? to : part_way(f, *byte, to, share);
    }
    uint32_t units = (begun + f->flash.unit_size - 1) / f->flash.unit_size;
    for (uint32_t i = begun; i < units * f->flash.unit_size; i++) {
        f->meant[op->address + i] = f->bytes[op->address + i];
    }
    set_units(f, op->address, units * f->flash.unit_size, weak ? WEAK : PROGRAMMED);
    f->has_weak = f->has_weak || weak;
}

static void do_all(fake_flash *f, const fake_operation *op)
{
    for (uint32_t i = 0; i < op->len; i++) {
        f->bytes[op->address + i] =
            op->erase ? 0xFF : (uint8_t)(f->bytes[op->address + i] & op->to[i]);
    }
    set_units(f, op->address, op->len, op->erase ? ERASED : PROGRAMMED);
}

static void forget_pending(fake_flash *f)
{
    for (unsigned i = 0; i < f->pending_count; i++) {
        free(f->pending[i].was);
        free(f->pending[i].to);
    }
    f->pending_count = 0;
}

static void remember(fake_flash *f, const fake_operation *op)
{
    require(f->pending_count < FAKE_PENDING_MAX, "too many operations without a sync");
    uint32_t unit = f->flash.unit_size;
    fake_operation *kept = &f->pending[f->pending_count++];
    *kept = *op;
    kept->was = allocate(op->len + op->len / unit);
    memcpy(kept->was, f->bytes + op->address, op->len);
    memcpy(kept->was + op->len, f->units + op->address / unit, op->len / unit);
    kept->to = allocate(op->len);
    if (!op->erase) {
        memcpy(kept->to, op->to, op->len);
    }
}

static void cut_one(fake_flash *f, const fake_operation *op, fake_cut cut)
{
    if (cut == FAKE_CUT_AFTER) {
        do_all(f, op);
    } else if (cut != FAKE_CUT_BEFORE) {
        half_do(f, op, cut == FAKE_CUT_WEAK);
    }
}

/* Undo what no sync has followed, then do some of it. */
static void cut_pending(fake_flash *f)
{
    uint32_t unit = f->flash.unit_size;
    for (unsigned i = f->pending_count; i-- > 0;) {
        const fake_operation *op = &f->pending[i];
        memcpy(f->bytes + op->address, op->was, op->len);
        memcpy(f->units + op->address / unit, op->was + op->len, op->len / unit);
    }
    for (unsigned i = 0; i < f->pending_count; i++) {
        static const fake_cut some[] = {FAKE_CUT_BEFORE, FAKE_CUT_AFTER, FAKE_CUT_AFTER,
                                        FAKE_CUT_AFTER,  FAKE_CUT_WEAK,  FAKE_CUT_TORN};
        cut_one(f, &f->pending[i], some[fake_flash_random(f, 6)]);
    }
}

void fake_flash_cut(fake_flash *f, const fake_operation *op, fake_cut how)
{
    if (how == FAKE_CUT_MIXED) {
        remember(f, op);
        cut_pending(f);
    } else {
        cut_one(f, op, how);
    }
    forget_pending(f);
    f->off = true;
}

void fake_flash_power_on(fake_flash *f)
{
    f->off = false;
    f->cut_at = 0;
    if (!f->has_weak) {
        return;
    }
    bool as_meant = fake_flash_random(f, 2) == 0;
    unsigned share = fake_flash_random(f, 9);
    uint32_t unit = f->flash.unit_size;
    bool weak = false;
    for (uint32_t u = 0; u < f->unit_count; u++) {
        if (f->units[u] != WEAK) {
            continue;
        }
        for (uint32_t i = u * unit; i < (u + 1) * unit; i++) {
            uint8_t any = part_way(f, 0xFF, f->meant[i], share);
            f->bytes[i] = as_meant ? f->meant[i] : any;
        }
        weak = true;
    }
    f->has_weak = weak;
}

static wh_err operate(fake_flash *f, const fake_operation *op)
{
    if (f->off) {
        return WH_ERR_IO;
    }
    if (f->before != NULL) {
        f->before(f->before_user, op);
    }
    f->operations++;
    if (f->cut_at != 0 && f->operations == f->cut_at) {
        fake_flash_cut(f, op, f->cut);
        return WH_ERR_IO;
    }
    if (f->reorders) {
        remember(f, op);
    }
    if (f->fail_at != 0 && f->operations == f->fail_at) {
        half_do(f, op, false);
        return WH_ERR_IO;
    }
    do_all(f, op);
    return WH_OK;
}

static wh_err read_bytes(void *user, uint32_t address, uint8_t *bytes, size_t len)
{
    fake_flash *f = user;
    require(address <= f->size && len <= f->size - address, "read outside");
    f->reads++;
    f->read_bytes += len;
    memcpy(bytes, f->bytes + address, len);
    return f->off ? WH_ERR_IO : WH_OK;
}

static wh_err program(void *user, uint32_t address, const uint8_t *bytes, size_t len)
{
    fake_flash *f = user;
    const wh_flash *flash = &f->flash;
    require(len > 0 && address < f->size && len <= f->size - address, "program outside");
    require(address % flash->unit_size == 0 && len % flash->unit_size == 0, "part of a unit");
    require(address / flash->page_size == (address + len - 1) / flash->page_size, "two pages");
    for (uint32_t i = 0; i < len / flash->unit_size && !f->off; i++) {
        require(f->units[address / flash->unit_size + i] == ERASED, "unit not safely erased");
    }
    fake_operation op = {.address = address, .len = (uint32_t)len, .to = allocate(len)};
    memcpy(op.to, bytes, len);
    f->programs++;
    f->programmed_bytes += len;
    wh_err err = operate(f, &op);
    free(op.to);
    return err;
}

static wh_err erase(void *user, uint32_t sector)
{
    fake_flash *f = user;
    require(sector < f->flash.sector_count, "erase outside");
    uint32_t size = f->flash.sector_size;
    fake_operation op = {.erase = true, .address = sector * size, .len = size};
    f->erases++;
    f->sector_erases[sector]++;
    return operate(f, &op);
}

static wh_err sync_all(void *user)
{
    fake_flash *f = user;
    if (f->off) {
        return WH_ERR_IO;
    }
    forget_pending(f);
    return WH_OK;
}

static bool power_fails(void *user)
{
    const fake_flash *f = user;
    return f->failing;
}

void fake_flash_init(fake_flash *f, uint32_t sector_size, uint16_t sector_count, uint32_t page_size,
                     uint16_t unit_size, bool sync)
{
    *f = (fake_flash){
        .size = sector_size * sector_count, .reorders = sync, .random = 88172645463325252};
    f->flash = (wh_flash){
        .user = f,
        .sector_size = sector_size,
        .page_size = page_size,
        .sector_count = sector_count,
        .unit_size = unit_size,
        .read = read_bytes,
        .program = program,
        .erase = erase,
        .sync = sync ? sync_all : NULL,
        .power_fails = power_fails,
    };
    f->unit_count = f->size / unit_size;
    f->bytes = allocate(f->size);
    f->units = allocate(f->unit_count);
    f->meant = allocate(f->size);
    f->sector_erases = allocate(sector_count * sizeof *f->sector_erases);
    memset(f->bytes, 0xFF, f->size);
}

void fake_flash_free(fake_flash *f)
{
    forget_pending(f);
    free(f->bytes);
    free(f->units);
    free(f->meant);
    free(f->sector_erases);
}

void fake_flash_copy(fake_flash *to, const fake_flash *from)
{
    memcpy(to->bytes, from->bytes, from->size);
    memcpy(to->units, from->units, from->unit_count);
    if (from->has_weak) {
        memcpy(to->meant, from->meant, from->size);
    }
    to->has_weak = from->has_weak;
    to->off = false;
    to->cut_at = 0;
    to->fail_at = 0;
    to->operations = 0;
    to->programs = 0;
    to->programmed_bytes = 0;
    to->erases = 0;
    to->reads = 0;
    to->read_bytes = 0;
    forget_pending(to);
    for (unsigned i = 0; i < from->pending_count; i++) {
        fake_operation *kept = &to->pending[to->pending_count++];
        const fake_operation *op = &from->pending[i];
        uint32_t was_len = op->len + op->len / from->flash.unit_size;
        *kept = *op;
        kept->was = allocate(was_len);
        memcpy(kept->was, op->was, was_len);
        kept->to = allocate(op->len);
        memcpy(kept->to, op->to, op->len);
    }
}
