/* SPDX-License-Identifier: Apache-2.0 */
/* Random lives of accounts, against what must hold whatever happens. */
#include "tests/meter/supply/account_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS    INT64_C(86400000)
#define SEEDS     40
#define STEPS     2500
#define PURCHASES 512
#define UNIT      (YUAN / 2) /* of the standing charge, each day */

/* What is known of the account without asking it. */
typedef struct {
    int64_t paid_in;
    uint32_t count;
    int64_t first_day;
    int64_t last_day; /* that the clock has ever shown */
} model;

typedef struct {
    account_rig r;
    model m;
    model saved_m;
    uint8_t saved[WH_PREPAYMENT_SAVE_SIZE];
    wh_prepayment_purchase done[PURCHASES];
    uint32_t done_count;
    uint32_t urgent;
    uint64_t seed;
    unsigned cuts;
    unsigned disconnects;
} life;

static uint32_t chance(life *l, uint32_t below)
{
    l->seed = l->seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(l->seed >> 33) % below;
}

static void save(const wh_prepayment *p, uint8_t out[WH_PREPAYMENT_SAVE_SIZE])
{
    wh_writer w = wh_writer_init(out, WH_PREPAYMENT_SAVE_SIZE);
    wh_prepayment_save(p, &w);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_int_equal(wh_writer_len(&w), WH_PREPAYMENT_SAVE_SIZE);
}

static void restore(wh_prepayment *p, const uint8_t bytes[WH_PREPAYMENT_SAVE_SIZE])
{
    const wh_prepayment_config config = account_rig_config();
    wh_reader r = wh_reader_init(bytes, WH_PREPAYMENT_SAVE_SIZE);
    assert_int_equal(wh_prepayment_init(p, &config), WH_OK);
    assert_int_equal(wh_prepayment_restore(p, &r), WH_OK);
}

static void keep(life *l)
{
    save(&l->r.p, l->saved);
    l->saved_m = l->m;
    l->urgent = l->r.p.urgent;
}

static void begin(life *l, uint64_t seed)
{
    *l = (life){.seed = seed * 977 + 1, .r = account_rig_usual()};
    account_rig *r = &l->r;
    wh_prepayment_config config = account_rig_config();
    config.low_credit_threshold = (int64_t)chance(l, 20) * YUAN;
    config.alarm_2 = chance(l, 2) == 0 ? WH_PREPAYMENT_NO_ALARM : (int64_t)chance(l, 10) * YUAN;
    config.clearance_threshold = (int64_t)chance(l, 5) * YUAN;
    config.hoarding_limit = 300 * YUAN;
    config.reconnects = chance(l, 2) == 0;
    config.max_provision = (int64_t)chance(l, 3) * YUAN;
    config.max_provision_s = 86400;
    config.friendly[0] = (wh_prepayment_friendly){.from_minute = (uint16_t)chance(l, 1440),
                                                  .to_minute = 480,
                                                  .days = (uint8_t)chance(l, 256)};
    const wh_credit_config wallet = {
        .priority = 1, .flags = WH_CREDIT_TOKENS, .limit = -(int64_t)chance(l, 10) * YUAN};
    const wh_credit_config gift = {.priority = (uint8_t)chance(l, 4),
                                   .flags = WH_CREDIT_RESETTABLE,
                                   .preset = (int64_t)chance(l, 4) * YUAN,
                                   .period = {.kind = WH_BOUNDARY_MONTHLY, .day = 5, .hour = 7}};
    const wh_charge_config standing = {.type = WH_CHARGE_TIME,
                                       .priority = 2,
                                       .flags = WH_CHARGE_CONTINUOUS,
                                       .unit_charge = UNIT,
                                       .period = {.kind = WH_BOUNDARY_DAILY}};
    const wh_charge_config debt = {.type = WH_CHARGE_PAYMENT,
                                   .priority = 3,
                                   .flags = WH_CHARGE_PROPORTION | WH_CHARGE_DEBT,
                                   .proportion = (uint16_t)chance(l, 10001)};
    account_rig_credit(r, WALLET, &wallet);
    account_rig_credit(r, 2, &gift);
    account_rig_charge(r, STANDING, &standing);
    account_rig_charge(r, DEBT, &debt);
    assert_int_equal(wh_prepayment_configure(&r->p, &config), WH_OK);
    assert_int_equal(wh_prepayment_set_remaining(&r->p, DEBT, 50 * YUAN), WH_OK);
    l->m.first_day = r->in.utc_ms / DAY_MS;
    l->m.last_day = l->m.first_day;
    keep(l);
}

/* A purchase that is right, one of before, or one with something wrong. */
static void buy(life *l)
{
    wh_prepayment_purchase q = {.count = l->m.count + 1,
                                .amount = (int64_t)chance(l, 60000000) + 1};
    bool fresh = true;
    if (chance(l, 3) == 0 && l->done_count > 0) {
        q = l->done[chance(l, l->done_count)];
        fresh = false;
    } else if (chance(l, 4) == 0) {
        q.count += chance(l, 5) + 1;
        fresh = false;
    }
    wh_prepayment_answer answer = wh_prepayment_buy(&l->r.p, &q, l->r.in.utc_ms);
    assert_true(fresh || answer == WH_PREPAYMENT_COUNT || answer == WH_PREPAYMENT_DUPLICATE);
    assert_true(!fresh || answer == WH_PREPAYMENT_ACCEPTED || answer == WH_PREPAYMENT_HOARDING);
    if (answer == WH_PREPAYMENT_ACCEPTED) {
        l->m.count++;
        l->m.paid_in += q.amount;
        l->done[l->done_count++ % PURCHASES] = q;
        l->done_count = l->done_count < PURCHASES ? l->done_count : PURCHASES - 1;
    }
}

static void refund(life *l)
{
    const wh_prepayment_purchase q = {.count = l->m.count + 1,
                                      .amount = (int64_t)chance(l, 9000000)};
    int64_t before = l->r.p.credit[WALLET].amount;
    if (wh_prepayment_refund(&l->r.p, &q) == WH_PREPAYMENT_ACCEPTED) {
        l->m.count++;
        assert_int_equal(l->r.p.credit[WALLET].amount, before - q.amount);
        assert_true(before >= q.amount);
    }
}

static bool can_pay(const wh_prepayment *p)
{
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        const wh_credit *c = &p->credit[i];
        bool live = c->state == WH_CREDIT_SELECTED || c->state == WH_CREDIT_IN_USE;
        if (c->priority != 0 && live && c->amount > c->limit) {
            return true;
        }
    }
    return false;
}

/* Some time passes: mostly a quarter of an hour, now and then an outage or a jump of the clock. */
static void pass(life *l)
{
    account_rig *r = &l->r;
    uint32_t kind = chance(l, 100);
    int64_t collected = r->p.collected;
    int64_t wallet = r->p.credit[WALLET].amount;
    int64_t limit = r->p.credit[WALLET].limit;
    if (kind == 0) {
        r->in.utc_ms += (int64_t)chance(l, 40) * DAY_MS;
    } else if (kind == 1) {
        r->in.utc_ms -= (int64_t)chance(l, 40) * DAY_MS;
    }
    int64_t utc_ms = r->in.utc_ms + 900000;
    int64_t day = utc_ms / DAY_MS;
    r->in.minute = (uint16_t)(utc_ms / 60000 % 1440);
    r->in.weekday = (uint8_t)((day + 3) % 7);
    r->in.holiday = day % 11 == 0;
    r->in.holiday_before = day % 11 == 1;
    r->refuses = chance(l, 8) == 0;
    r->in.fixed = chance(l, 50) == 0;
    l->m.last_day = day > l->m.last_day ? day : l->m.last_day;
    account_rig_step(r, 900000, (int64_t)chance(l, 3200000) - 100000);
    collected = r->p.collected - collected;
    int64_t floor = wallet < limit ? wallet : limit;
    assert_true(r->p.credit[WALLET].amount >= floor - (collected > 0 ? collected : 0));
    bool excused = r->p.friendly || r->in.fixed || r->refuses || r->p.retry_ms > 0;
    assert_true(!r->in.connected || excused || !r->p.out);
    assert_int_equal(r->p.charge[STANDING].total_amount_paid,
                     (l->m.last_day - l->m.first_day) * UNIT);
}

static void act(life *l)
{
    account_rig *r = &l->r;
    uint32_t what = chance(l, 40);
    if (what < 3) {
        buy(l);
    } else if (what == 3) {
        refund(l);
    } else if (what == 4) {
        wh_err err = wh_prepayment_invoke(&r->p, EMERGENCY);
        assert_true(err == WH_OK || err == WH_ERR_STATE);
    } else if (what == 5 && !r->in.connected && !r->p.barred) {
        r->in.connected = true; /* the key */
        r->in.by_credit = false;
    } else if (what == 6 && chance(l, 20) == 0) {
        assert_int_equal(wh_prepayment_set_amount(&r->p, 2, (int64_t)chance(l, 5) * YUAN), WH_OK);
    } else {
        pass(l);
    }
}

/* What is restored lives on as what was saved: the same act on both, the same bytes. */
static void act_twice(life *l, life *twin)
{
    uint8_t one[WH_PREPAYMENT_SAVE_SIZE];
    uint8_t other[WH_PREPAYMENT_SAVE_SIZE];
    *twin = *l;
    save(&l->r.p, one);
    restore(&twin->r.p, one);
    twin->r.p.retry_ms = l->r.p.retry_ms; /* not saved: it is asked again at once */
    twin->r.p.friendly = l->r.p.friendly;
    twin->r.p.wish = l->r.p.wish;
    save(&twin->r.p, other);
    assert_memory_equal(one, other, sizeof one);
    uint32_t revision = l->r.p.revision;
    act(l);
    act(twin);
    save(&l->r.p, other);
    assert_true(l->r.p.revision != revision || memcmp(one, other, sizeof one) == 0);
    save(&twin->r.p, one);
    assert_memory_equal(one, other, sizeof one);
    assert_int_equal(l->r.p.wish, twin->r.p.wish);
    assert_int_equal(l->r.p.barred, twin->r.p.barred);
}

static void cut(life *l)
{
    uint32_t count = l->m.count;
    bool friendly = l->r.p.friendly;
    restore(&l->r.p, l->saved);
    l->r.p.friendly = friendly;
    l->urgent = l->r.p.urgent;
    l->m = l->saved_m;
    l->cuts++;
    assert_int_equal(l->m.count, count); /* no purchase was lost */
    assert_int_equal(l->r.p.purchase_count, count);
    l->r.in.utc_ms += (int64_t)chance(l, 3) * DAY_MS;
}

static void the_money_is_all_there_in_every_life(void **state)
{
    (void)state;
    unsigned cuts = 0;
    unsigned disconnects = 0;
    unsigned out = 0;
    life *l = malloc(2 * sizeof *l);
    assert_non_null(l);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        begin(l, seed);
        for (unsigned step = 0; step < STEPS; step++) {
            if (step % 2 == 0) {
                act_twice(l, l + 1);
            } else {
                act(l);
            }
            assert_int_equal(l->r.p.topped_up, l->m.paid_in);
            assert_int_equal(l->r.p.purchase_count, l->m.count);
            account_rig_check(&l->r.p);
            assert_true(!l->r.p.barred == !l->r.p.out && (l->r.p.out || can_pay(&l->r.p)));
            assert_true(l->r.p.out || wh_prepayment_to_clear(&l->r.p) == 0);
            if (l->urgent != l->r.p.urgent || chance(l, 20) == 0) {
                keep(l);
            }
            if (chance(l, 50) == 0) {
                cut(l);
            }
            out += l->r.p.out ? 1 : 0;
        }
        cuts += l->cuts;
        disconnects += l->r.disconnects;
    }
    print_message("cuts %u, disconnections %u, out of credit %u of %u\n", cuts, disconnects, out,
                  SEEDS * STEPS);
    free(l);
    assert_true(cuts > SEEDS && disconnects > SEEDS); /* else this has tested little */
    assert_true(out > SEEDS * STEPS / 100 && out < SEEDS * STEPS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_money_is_all_there_in_every_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
