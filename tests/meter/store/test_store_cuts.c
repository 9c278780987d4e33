/* SPDX-License-Identifier: Apache-2.0 */
/* test_store_cuts.c - cut power at the operations of a month, and again while the store recovers.
 *
 * usage: test_store_cuts [CUTS [DAYS [FLASH]]]
 *
 * A month is written to a fake flash. Before an operation the flash is copied, and in the copy
 * power is cut at that operation: not begun, torn, torn with bits that change at each power on,
 * done, or, where the flash orders operations only by sync, any mixture of those since the last
 * one. The copy is mounted and must hold either what was committed or that and the transaction
 * being committed, whole. It then recovers, writes on, and is cut again, some levels deep; then
 * the month goes on. CUTS is how many operations are cut at the first level, 0 for every one;
 * FLASH is the number of one of the flashes below, else each is cut. */
#include "tests/meter/store/fake_flash.h"
#include "tests/meter/store/store_month.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LEVELS 3U /* of cuts within cuts */

typedef struct {
    const char *name;
    uint32_t sector_size;
    uint16_t sector_count;
    uint32_t page_size;
    uint16_t unit_size;
    bool sync;
} geometry;

static const geometry geometries[] = {
    {"NOR in the controller, 16 sectors of 4 kB, units of 8 bytes", 4096, 16, 256, 8, false},
    {"NOR on SPI, 24 sectors of 4 kB, pages of 256 bytes", 4096, 24, 256, 1, false},
    {"a file, 12 sectors of 8 kB, ordered by sync only", 8192, 12, 512, 32, true},
};
#define GEOMETRIES (sizeof geometries / sizeof geometries[0])

typedef struct {
    uint64_t cuts;
    uint64_t nested;
    uint64_t wrong; /* neither what was before nor what is after */
    uint64_t decreased;
    uint64_t mounts;
    uint64_t mount_reads;
    uint64_t mount_bytes;
    uint32_t mount_reads_max;
    uint32_t mount_bytes_max;
    uint64_t damage; /* told of where there was none */
} totals;

/* Costs of the longest call. */
typedef struct {
    uint64_t operations;
    uint64_t bytes;
    uint64_t erases;
    uint64_t reads;
} cost;

typedef struct {
    fake_flash flash;
    fake_flash branch;
    wh_store_config config;
    wh_store store;
    wh_store branch_store;
    void *memory;
    void *branch_memory;
    size_t memory_size;
    month_model model;      /* committed */
    month_model committing; /* after the running transaction */
    bool in_commit;
    uint32_t minute;
    uint64_t next_cut;
    uint64_t stride; /* 16.16 fixed point */
    totals sum;
    cost worst;
} rig;

static unsigned long wanted_cuts = 1000;
static unsigned long wanted_days = 3;
static unsigned long wanted_flash = 0; /* from 1; 0 all */

static void rig_init(rig *r, const geometry *g)
{
    fake_flash_init(&r->flash, g->sector_size, g->sector_count, g->page_size, g->unit_size,
                    g->sync);
    fake_flash_init(&r->branch, g->sector_size, g->sector_count, g->page_size, g->unit_size,
                    g->sync);
    r->config = month_config();
    r->config.flash = &r->flash.flash;
    r->memory_size = wh_store_memory_size(&r->config);
    assert_true(r->memory_size > 0);
    r->memory = malloc(r->memory_size);
    r->branch_memory = malloc(r->memory_size);
    assert_true(r->memory != NULL && r->branch_memory != NULL);
    assert_int_equal(wh_store_mount(&r->store, &r->config, r->memory, r->memory_size), WH_OK);
}

static void rig_free(rig *r)
{
    free(r->memory);
    free(r->branch_memory);
    fake_flash_free(&r->flash);
    fake_flash_free(&r->branch);
}

static void mount_branch(rig *r)
{
    wh_store_config config = r->config;
    config.flash = &r->branch.flash;
    fake_flash_power_on(&r->branch);
    assert_int_equal(wh_store_mount(&r->branch_store, &config, r->branch_memory, r->memory_size),
                     WH_OK);
    wh_store_report report = wh_store_get_report(&r->branch_store);
    r->sum.mounts++;
    r->sum.mount_reads += report.mount_reads;
    r->sum.mount_bytes += report.mount_bytes;
    r->sum.damage += report.damaged_count;
    if (report.mount_reads > r->sum.mount_reads_max) {
        r->sum.mount_reads_max = report.mount_reads;
    }
    if (report.mount_bytes > r->sum.mount_bytes_max) {
        r->sum.mount_bytes_max = report.mount_bytes;
    }
}

/* What the branch holds must be one of two; it becomes *before. */
static void settle(rig *r, month_model *before, const month_model *after)
{
    if (month_register(&r->branch_store) < UINT64_C(1000000007) * before->version[0]) {
        r->sum.decreased++;
    }
    if (after != NULL && month_holds(&r->branch_store, after)) {
        *before = *after;
    } else if (!month_holds(&r->branch_store, before)) {
        r->sum.wrong++;
        fprintf(stderr, "wrong at operation %llu, minute %u\n",
                (unsigned long long)r->flash.operations, r->minute);
        assert_true(r->sum.wrong < 10);
    }
}

static void arm(rig *r)
{
    fake_flash *f = &r->branch;
    static const uint32_t spans[] = {4, 12, 40, 160};
    f->cut_at = f->operations + 1U + fake_flash_random(f, spans[fake_flash_random(f, 4)]);
    f->cut = (fake_cut)fake_flash_random(f, f->reorders ? FAKE_CUTS : FAKE_CUT_MIXED);
}

/* Recover and write on until power is cut again; then mount. Before the store has done the work
 * that waits after a mount, the last transaction may still go the way of its bits. */
static void go_on(rig *r, month_model *before, month_model *after, bool *may_be_after)
{
    wh_store *store = &r->branch_store;
    uint32_t minute = r->minute;
    arm(r);
    month_model settled = *before;
    settle(r, &settled, *may_be_after ? after : NULL);
    while (wh_store_work(store)) {
    }
    if (!r->branch.off) {
        *before = settled;
        *may_be_after = false;
    }
    while (!r->branch.off && minute < r->minute + 40U) {
        minute += 1U + minute % 7U;
        wh_err err = month_minute(store, minute, before, after);
        if (err == WH_OK) {
            *may_be_after = true;
            err = wh_store_commit(store);
        }
        if (!r->branch.off) {
            assert_int_equal(err, WH_OK);
            *before = *after;
            *may_be_after = false;
        } else if (err == WH_OK) { /* it had returned in time; what was cut could wait */
            *before = *after;
            *may_be_after = false;
        }
    }
    r->sum.nested += r->branch.off ? 1U : 0U;
    r->branch.off = true;
    mount_branch(r);
}

static void branch(void *user, const fake_operation *op)
{
    rig *r = user;
    if (r->flash.operations < r->next_cut >> 16) {
        return;
    }
    r->next_cut += r->stride;
    fake_flash *f = &r->branch;
    fake_flash_copy(f, &r->flash);
    unsigned kinds = f->reorders ? FAKE_CUTS : FAKE_CUT_MIXED;
    fake_flash_cut(f, op, (fake_cut)(r->sum.cuts % kinds));
    r->sum.cuts++;
    month_model before = r->model;
    month_model after = r->committing;
    bool may_be_after = r->in_commit;
    mount_branch(r);
    unsigned levels = fake_flash_random(f, LEVELS + 1U);
    for (unsigned level = 0; level < levels; level++) {
        go_on(r, &before, &after, &may_be_after);
    }
    settle(r, &before, may_be_after ? &after : NULL);
}

static void count_cost(rig *r, const fake_flash *was)
{
    cost c = {
        .operations = r->flash.operations - was->operations,
        .bytes = r->flash.programmed_bytes - was->programmed_bytes,
        .erases = r->flash.erases - was->erases,
        .reads = r->flash.read_bytes - was->read_bytes,
    };
    r->worst.operations = c.operations > r->worst.operations ? c.operations : r->worst.operations;
    r->worst.bytes = c.bytes > r->worst.bytes ? c.bytes : r->worst.bytes;
    r->worst.erases = c.erases > r->worst.erases ? c.erases : r->worst.erases;
    r->worst.reads = c.reads > r->worst.reads ? c.reads : r->worst.reads;
}

static void write_month(rig *r)
{
    uint32_t minutes = (uint32_t)wanted_days * 1440U;
    for (r->minute = 0; r->minute < minutes; r->minute++) {
        fake_flash was = r->flash;
        wh_err err = month_minute(&r->store, r->minute, &r->model, &r->committing);
        assert_int_equal(err, WH_OK);
        r->in_commit = true;
        assert_int_equal(wh_store_commit(&r->store), WH_OK);
        r->in_commit = false;
        r->model = r->committing;
        count_cost(r, &was);
    }
    assert_true(month_holds(&r->store, &r->model));
}

static uint64_t count_operations(const geometry *g)
{
    rig r = {0};
    rig_init(&r, g);
    write_month(&r);
    uint64_t operations = r.flash.operations;
    rig_free(&r);
    return operations;
}

static void print_table(const rig *r, const geometry *g)
{
    const totals *t = &r->sum;
    const fake_flash *f = &r->flash;
    uint32_t most = 0;
    uint64_t all = 0;
    for (unsigned i = 0; i < g->sector_count; i++) {
        most = f->sector_erases[i] > most ? f->sector_erases[i] : most;
        all += f->sector_erases[i];
    }
    double days = (double)wanted_days;
    double mean = (double)all / g->sector_count;
    printf("%s, %.0f days\n", g->name, days);
    printf("  cut points          %llu, and %llu more while recovering\n",
           (unsigned long long)t->cuts, (unsigned long long)t->nested);
    printf("  together            %llu\n", (unsigned long long)(t->cuts + t->nested));
    printf("  lost or doubled     %llu, registers decreased %llu times, false alarms %llu\n",
           (unsigned long long)t->wrong, (unsigned long long)t->decreased,
           (unsigned long long)t->damage);
    printf("  operations          %llu: %llu programs of %llu bytes, %llu erases\n",
           (unsigned long long)f->operations, (unsigned long long)f->programs,
           (unsigned long long)f->programmed_bytes, (unsigned long long)f->erases);
    printf("  wear                %u erases at most, %.1f in the mean; 100000 last %.0f years\n",
           most, mean, 100000.0 / most * days / 365.25);
    printf("  mount               %.0f reads of %.0f bytes in the mean, at most %u and %u\n",
           (double)t->mount_reads / (double)(t->mounts > 0 ? t->mounts : 1),
           (double)t->mount_bytes / (double)(t->mounts > 0 ? t->mounts : 1), t->mount_reads_max,
           t->mount_bytes_max);
    printf("  longest transaction %llu operations, %llu bytes programmed, %llu read, %llu erases\n",
           (unsigned long long)r->worst.operations, (unsigned long long)r->worst.bytes,
           (unsigned long long)r->worst.reads, (unsigned long long)r->worst.erases);
}

static void no_cut_loses_or_doubles_anything(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < GEOMETRIES; i++) {
        if (wanted_flash != 0 && wanted_flash != i + 1) {
            continue;
        }
        uint64_t operations = count_operations(&geometries[i]);
        rig r = {0};
        rig_init(&r, &geometries[i]);
        uint64_t cuts = wanted_cuts > 0 ? wanted_cuts : operations;
        cuts = cuts < operations ? cuts : operations;
        r.stride = (operations << 16) / cuts;
        r.flash.before = branch;
        r.flash.before_user = &r;
        write_month(&r);
        print_table(&r, &geometries[i]);
        assert_int_equal(r.sum.wrong, 0);
        assert_int_equal(r.sum.decreased, 0);
        assert_int_equal(r.sum.damage, 0);
        assert_true(r.sum.cuts >= cuts);
        rig_free(&r);
    }
}

/* Without a pause to recover in: power is cut again some operations after each mount, on the
 * smallest flash that the month fits in. */
static void any_number_of_cuts_in_a_row_uses_nothing_up(void **unused)
{
    (void)unused;
    if (wanted_flash > 1) {
        return; /* it is another flash than these: once is enough */
    }
    static const geometry g = {"the smallest NOR, 17 sectors of 4 kB", 4096, 17, 256, 8, false};
    rig r = {0};
    rig_init(&r, &g);
    month_model before = {0};
    month_model after = {0};
    bool may_be_after = false;
    mount_branch(&r);
    for (unsigned long row = 0; row < 2 * wanted_cuts; row++) {
        go_on(&r, &before, &after, &may_be_after);
        r.minute += 41;
    }
    settle(&r, &before, may_be_after ? &after : NULL);
    printf("%s: %llu cuts in a row, lost or doubled %llu, false alarms %llu\n", g.name,
           (unsigned long long)r.sum.nested, (unsigned long long)r.sum.wrong,
           (unsigned long long)r.sum.damage);
    assert_int_equal(r.sum.wrong, 0);
    assert_int_equal(r.sum.decreased, 0);
    assert_int_equal(r.sum.damage, 0);
    wh_store *store = &r.branch_store;
    for (unsigned i = 0; i < 100; i++) { /* and there is still room for all that was promised */
        assert_int_equal(month_minute(store, r.minute + i, &before, &after), WH_OK);
        assert_int_equal(wh_store_commit(store), WH_OK);
        before = after;
    }
    assert_true(month_holds(store, &before));
    rig_free(&r);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        wanted_cuts = strtoul(argv[1], NULL, 10);
    }
    if (argc > 2) {
        wanted_days = strtoul(argv[2], NULL, 10);
        wanted_days = wanted_days > 0 ? wanted_days : 1;
    }
    if (argc > 3) {
        wanted_flash = strtoul(argv[3], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cut_loses_or_doubles_anything),
        cmocka_unit_test(any_number_of_cuts_in_a_row_uses_nothing_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
