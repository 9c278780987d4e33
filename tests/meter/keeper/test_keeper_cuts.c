/* SPDX-License-Identifier: Apache-2.0 */
/* test_keeper_cuts.c - cut the power of a whole meter at the flash operations of a month, and again
 * while it recovers.
 *
 * usage: test_keeper_cuts [CUTS [DAYS [KIND [SEED [TOGETHER]]]]]
 *
 * A meter lives through keeper_month.h. Before an operation of its flash the flash is copied, and
 * in the copy power is cut at that operation: not begun, torn, torn with bits that change at each
 * power on, done, or, where the flash orders operations only by sync, any mixture of those since
 * the last one. A second meter is mounted on what is left. It must hold what was committed, or
 * that and what was being committed, byte for byte, and agree in itself. It runs on over the tick
 * that was cut and the next one, is cut again up to twice on the way, and must then have the
 * records that a meter without a cut has.
 *
 * CUTS is how many operations are cut at the first level, 0 for every one; KIND is the number of
 * one of the meters below, else each is run. The number of power cuts together is printed; fewer
 * than TOGETHER is a failure. */
#include "tests/meter/keeper/keeper_branch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const month_kind kinds[] = {
    {"without a hold-up signal, NOR of 64 sectors", 64, 256, 8, false, false},
    {"with a hold-up signal, a file of 64 sectors ordered by sync only", 64, 512, 32, true, true},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

#define SIGNAL_EVERY 3U /* ticks of a meter that has one */

typedef struct {
    branch_rig b;
    bool rehearsing;
    uint64_t next_cut;
    uint64_t stride;       /* 16.16 fixed point */
    uint64_t fail_at;      /* operation during which the hold-up signal comes */
    uint64_t signal_bytes; /* most that were programmed between the signal and the end */
    uint64_t signal_erases;
} rig;

static unsigned long wanted_cuts = 300;
static unsigned long wanted_days = 4;
static unsigned long wanted_kind = 0; /* from 1; 0 all */
static unsigned long wanted_seed = 1;
static unsigned long wanted_together = 0; /* power cuts, at least */

/* ---- the month ---- */

static void before_operation(void *user, const fake_operation *op)
{
    rig *r = user;
    month_meter *m = &r->b.main;
    m->flash.failing = m->flash.failing || m->flash.operations >= r->fail_at;
    if (r->rehearsing) {
        golden_note(&r->b.gold, &m->keeper.store);
    } else if (m->flash.operations >= r->next_cut >> 16) {
        r->next_cut += r->stride;
        branch_cut(&r->b, op);
    }
}

/* The signal came somewhere in this tick; the meter has one more pass, and power goes. */
static void end_signalled(rig *r)
{
    month_meter *m = &r->b.main;
    uint64_t bytes = m->flash.programmed_bytes;
    uint64_t erases = m->flash.erases;
    m->flash.failing = true;
    month_pass(m, r->b.tick, true);
    m->flash.failing = false;
    bytes = m->flash.programmed_bytes - bytes;
    erases = m->flash.erases - erases;
    r->signal_bytes = bytes > r->signal_bytes ? bytes : r->signal_bytes;
    r->signal_erases = erases > r->signal_erases ? erases : r->signal_erases;
    if (!r->rehearsing) {
        branch_signalled(&r->b);
    }
}

static void live_a_tick(rig *r)
{
    branch_rig *b = &r->b;
    month_meter *m = &b->main;
    month_feed(m, b->tick);
    month_act(m, b->tick);
    if (b->kind->hold_up && b->tick % SIGNAL_EVERY == 0) {
        r->fail_at = m->flash.operations + b->tick * 7919U % 16U;
    }
    month_pass(m, b->tick, false);
    r->fail_at = UINT64_MAX;
    if (b->kind->hold_up && b->tick % SIGNAL_EVERY == 0) {
        end_signalled(r);
    }
    assert_int_equal(m->keeper.store_err, WH_OK);
    if (r->rehearsing) {
        golden_note(&b->gold, &m->keeper.store);
        golden_tick(&b->gold, &m->keeper, b->tick);
    }
}

static void live(rig *r)
{
    branch_rig *b = &r->b;
    fake_flash *f = &b->main.flash;
    branch_init(b, b->kind);
    month_install(&b->main);
    while (wh_store_work(&b->main.keeper.store)) {
    }
    f->operations = f->programs = f->programmed_bytes = f->erases = 0;
    f->before = before_operation;
    f->before_user = r;
    r->fail_at = UINT64_MAX;
    for (b->tick = 0; b->tick < b->tick_count; b->tick++) {
        live_a_tick(r);
    }
}

static uint64_t count_records(const branch_rig *r)
{
    uint64_t records = 0;
    for (unsigned log = 0; log < WH_KEEPER_LOGS; log++) {
        records += r->gold.count[log];
    }
    return records;
}

static void print_flash(const branch_rig *r)
{
    const fake_flash *f = &r->main.flash;
    double days = (double)wanted_days;
    uint32_t most = 0;
    uint64_t all = 0;
    for (unsigned i = 0; i < r->kind->sector_count; i++) {
        most = f->sector_erases[i] > most ? f->sector_erases[i] : most;
        all += f->sector_erases[i];
    }
    printf("  operations        %llu: %llu programs of %llu bytes, %llu erases\n",
           (unsigned long long)f->operations, (unsigned long long)f->programs,
           (unsigned long long)f->programmed_bytes, (unsigned long long)f->erases);
    printf("  a day             %.0f operations, %.0f bytes programmed, %.1f erases\n",
           (double)f->operations / days, (double)f->programmed_bytes / days,
           (double)f->erases / days);
    printf("  a record          %.0f bytes programmed for each of %llu\n",
           (double)f->programmed_bytes / (double)count_records(r),
           (unsigned long long)count_records(r));
    printf("  wear              %u erases at most, %.1f in the mean; 100000 last %.0f years\n",
           most, (double)all / r->kind->sector_count, 100000.0 / most * days / 365.25);
}

static void print_table(const rig *r)
{
    const branch_totals *t = &r->b.sum;
    printf("%s, %lu days\n", r->b.kind->name, wanted_days);
    printf("  cut points        %llu, %llu more while recovering, %llu after a signal\n",
           (unsigned long long)t->cuts, (unsigned long long)t->nested,
           (unsigned long long)t->signalled);
    printf("  lost or doubled   %llu\n", (unsigned long long)t->wrong);
    print_flash(&r->b);
    printf("  mount             %.0f bytes read in the mean, at most %u in %u reads\n",
           (double)t->mount_bytes / (double)(t->mounts > 0 ? t->mounts : 1), t->mount_bytes_max,
           t->mount_reads_max);
    printf("  ready             after at most %llu operations more\n",
           (unsigned long long)t->ready_max);
    if (r->b.kind->hold_up) {
        printf("  after the signal  at most %llu bytes programmed, %llu erases; nothing lost\n",
               (unsigned long long)r->signal_bytes, (unsigned long long)r->signal_erases);
    } else {
        printf("  energy lost       at most %.2f Wh, that of one tick or 10 Wh\n",
               (double)t->lost_uws / 3.6e9);
    }
}

static uint64_t run(size_t kind)
{
    static rig r;
    memset(&r, 0, sizeof r);
    branch_rig *b = &r.b;
    b->kind = &kinds[kind];
    b->seed = wanted_seed;
    b->tick_count = month_ticks((uint32_t)wanted_days);
    golden_init(&b->gold, b->tick_count);
    r.rehearsing = true;
    live(&r);
    uint64_t operations = b->main.flash.operations;
    branch_free(b);
    uint64_t cuts = wanted_cuts > 0 && wanted_cuts < operations ? wanted_cuts : operations;
    r.stride = (operations << 16) / cuts;
    r.rehearsing = false;
    live(&r);
    print_table(&r);
    assert_true(b->main.flash.operations == operations);
    assert_true(b->sum.cuts >= cuts);
    assert_int_equal(b->sum.wrong, 0);
    golden_free(&b->gold);
    branch_free(b);
    return b->sum.cuts + b->sum.nested + b->sum.signalled;
}

static void no_cut_loses_or_doubles_anything(void **unused)
{
    uint64_t together = 0;
    (void)unused;
    for (size_t i = 0; i < KINDS; i++) {
        if (wanted_kind == 0 || wanted_kind == i + 1) {
            together += run(i);
        }
    }
    printf("power was cut %llu times\n", (unsigned long long)together);
    assert_true(together >= wanted_together);
}

int main(int argc, char **argv)
{
    unsigned long *const wanted[] = {&wanted_cuts, &wanted_days, &wanted_kind, &wanted_seed,
                                     &wanted_together};
    for (int i = 1; i < argc && i <= 5; i++) {
        *wanted[i - 1] = strtoul(argv[i], NULL, 10);
    }
    wanted_days = wanted_days < 1 ? 1 : wanted_days > MONTH_DAYS ? MONTH_DAYS : wanted_days;
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_cut_loses_or_doubles_anything)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
