/* SPDX-License-Identifier: Apache-2.0 */
/* The flow of money: collections, top-ups, and what follows from the amounts. */
#include "meter/supply/prepayment_internal.h"

#include <stddef.h>

#define PROPORTION_ONE 10000
#define PERCENT_ONE    100

bool wh_prepayment_is_amount(int64_t amount)
{
    return amount >= -WH_PREPAYMENT_AMOUNT_MAX && amount <= WH_PREPAYMENT_AMOUNT_MAX;
}

bool wh_prepayment_is_total(int64_t total)
{
    return total >= -WH_PREPAYMENT_TOTAL_MAX && total <= WH_PREPAYMENT_TOTAL_MAX;
}

/* Both are in its range, so that the sum is one of 64 bits. */
bool wh_prepayment_fits(int64_t total, int64_t more)
{
    return wh_prepayment_is_total(total + more);
}

uint32_t wh_prepayment_seconds(int64_t utc_ms)
{
    int64_t s = utc_ms / 1000;
    return s < 0 ? 0 : s >= WH_PREPAYMENT_NEVER ? WH_PREPAYMENT_NEVER - 1 : (uint32_t)s;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t positive(int64_t a)
{
    return a > 0 ? a : 0;
}

unsigned wh_prepayment_nth_credit(const wh_prepayment *p, unsigned nth)
{
    for (unsigned step = 0; step < WH_PREPAYMENT_CREDITS * WH_PREPAYMENT_CREDITS; step++) {
        unsigned place = step % WH_PREPAYMENT_CREDITS;
        if (p->credit[place].priority == step / WH_PREPAYMENT_CREDITS + 1 && nth-- == 0) {
            return place;
        }
    }
    return WH_PREPAYMENT_CREDITS;
}

unsigned wh_prepayment_nth_charge(const wh_prepayment *p, unsigned nth)
{
    for (unsigned step = 0; step < WH_PREPAYMENT_CHARGES * WH_PREPAYMENT_CHARGES; step++) {
        unsigned place = step % WH_PREPAYMENT_CHARGES;
        if (p->charge[place].priority == step / WH_PREPAYMENT_CHARGES + 1 && nth-- == 0) {
            return place;
        }
    }
    return WH_PREPAYMENT_CHARGES;
}

unsigned wh_prepayment_wallet(const wh_prepayment *p)
{
    unsigned i = 0;
    for (unsigned n = 0; (i = wh_prepayment_nth_credit(p, n)) < WH_PREPAYMENT_CREDITS; n++) {
        if ((p->credit[i].flags & WH_CREDIT_TOKENS) != 0) {
            break;
        }
    }
    return i;
}

bool wh_credit_is_live(const wh_credit *c)
{
    return c->priority != 0 && (c->state == WH_CREDIT_SELECTED || c->state == WH_CREDIT_IN_USE);
}

/* ---- what follows from the amounts ---- */

static void notice(wh_prepayment *p, unsigned bit)
{
    p->notices = (uint16_t)(p->notices | bit);
}

/* `is_next`: the credits before it are down to its threshold. */
static uint8_t state_of(const wh_credit *c, bool is_next)
{
    bool pays_back = (c->flags & WH_CREDIT_PAY_BACK) != 0;
    bool is_whole = c->amount >= c->preset;
    if (c->amount <= c->limit) {
        return WH_CREDIT_EXHAUSTED;
    }
    if (c->state == WH_CREDIT_EXHAUSTED && pays_back && !is_whole) {
        return WH_CREDIT_EXHAUSTED;
    }
    if (wh_credit_is_live(c) && (is_next || !pays_back || !is_whole)) {
        return WH_CREDIT_SELECTED;
    }
    if (!is_next) {
        return WH_CREDIT_ENABLED;
    }
    return (c->flags & WH_CREDIT_CONFIRM) != 0 ? WH_CREDIT_SELECTABLE : WH_CREDIT_SELECTED;
}

/* All states. Returns the place of the credit in use, or WH_PREPAYMENT_CREDITS. */
static unsigned update_credits(wh_prepayment *p)
{
    unsigned in_use = WH_PREPAYMENT_CREDITS;
    int64_t before = 0;
    bool blocked = false; /* by one that still waits for its turn */
    unsigned i = 0;
    for (unsigned n = 0; (i = wh_prepayment_nth_credit(p, n)) < WH_PREPAYMENT_CREDITS; n++) {
        wh_credit *c = &p->credit[i];
        uint8_t was = c->state;
        c->state = state_of(c, n == 0 || (!blocked && before <= c->available_threshold));
        if (c->state == WH_CREDIT_SELECTED) {
            before += positive(c->amount);
            if (in_use == WH_PREPAYMENT_CREDITS) {
                in_use = i;
                c->state = WH_CREDIT_IN_USE;
            }
        }
        blocked = blocked || c->state < WH_CREDIT_SELECTED;
        if (c->state != was) {
            p->revision++;
            bool borrows = c->state == WH_CREDIT_IN_USE && (c->flags & WH_CREDIT_PAY_BACK) != 0;
            notice(p, borrows ? WH_PREPAYMENT_NOTICE_EMERGENCY : 0U);
        }
    }
    return in_use;
}

static bool governs(const wh_prepayment *p)
{
    return p->state == WH_PREPAYMENT_ACTIVE && p->config.mode == WH_PREPAYMENT_PAY_FIRST;
}

/* To the clearance threshold, above the limit, and to pay back; also where nothing is out. */
static int64_t missing(const wh_prepayment *p)
{
    int64_t sum = 0;
    unsigned wallet = wh_prepayment_wallet(p);
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        const wh_credit *c = &p->credit[i];
        if (c->priority != 0 && (c->flags & WH_CREDIT_PAY_BACK) != 0) {
            sum += positive(c->preset - c->amount);
        } else if (i == wallet) {
            int64_t floor = c->limit + 1;
            floor = p->config.clearance_threshold > floor ? p->config.clearance_threshold : floor;
            sum += positive(floor - c->amount);
        }
    }
    return sum;
}

/* A credit that is no wallet can pay. */
static bool is_bridged(const wh_prepayment *p)
{
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        const wh_credit *c = &p->credit[i];
        if (wh_credit_is_live(c) && (c->flags & WH_CREDIT_TOKENS) == 0) {
            return true;
        }
    }
    return false;
}

static void set_flag(wh_prepayment *p, bool *flag, bool value, unsigned rise, unsigned fall)
{
    if (*flag != value) {
        *flag = value;
        p->revision++;
        notice(p, value ? rise : fall);
    }
}

void wh_prepayment_update(wh_prepayment *p)
{
    unsigned in_use = update_credits(p);
    bool can_pay = in_use < WH_PREPAYMENT_CREDITS;
    bool cleared = can_pay && (!p->out || is_bridged(p) || missing(p) == 0);
    bool low = wh_prepayment_available(p) <= p->config.low_credit_threshold;
    low = low || (can_pay && p->credit[in_use].amount <= p->credit[in_use].warning_threshold);
    set_flag(p, &p->low, governs(p) && low, WH_PREPAYMENT_NOTICE_LOW, 0);
    set_flag(p, &p->out, governs(p) && !cleared, WH_PREPAYMENT_NOTICE_OUT,
             WH_PREPAYMENT_NOTICE_CLEARED);
    p->barred = p->out;
}

/* ---- collections ---- */

static bool is_debt(const wh_charge *c)
{
    return (c->flags & WH_CHARGE_DEBT) != 0 && c->type != WH_CHARGE_CONSUMPTION;
}

/* Totals stop before they run over; then nothing is collected any more. */
static bool can_earn(const wh_prepayment *p, const wh_charge *c, int64_t amount)
{
    return amount != 0 && wh_prepayment_fits(p->collected, amount) &&
           wh_prepayment_fits(c->total_amount_paid, amount);
}

/* Money has come to a charge. */
static void earn(wh_prepayment *p, wh_charge *c, int64_t amount, uint32_t utc_s)
{
    p->collected += amount;
    c->total_amount_paid += amount;
    c->last_collection_amount = amount;
    c->last_collection_s = utc_s;
    if (is_debt(c)) {
        c->total_amount_remaining -= amount;
        notice(p, c->total_amount_remaining == 0 ? WH_PREPAYMENT_NOTICE_DEBT_PAID : 0U);
    }
    p->revision++;
}

/* From each live credit down to its limit. Returns what is left to take. */
static int64_t drain(wh_prepayment *p, int64_t amount)
{
    unsigned i = 0;
    for (unsigned n = 0; (i = wh_prepayment_nth_credit(p, n)) < WH_PREPAYMENT_CREDITS; n++) {
        wh_credit *c = &p->credit[i];
        if (wh_credit_is_live(c) && c->amount > c->limit) {
            int64_t part = smaller(amount, c->amount - c->limit);
            c->amount -= part;
            amount -= part;
        }
    }
    return amount;
}

/* A negative amount gives. Those that become next by what is taken pay, too. */
static int64_t take(wh_prepayment *p, int64_t amount)
{
    int64_t left = amount;
    for (unsigned turn = 0; turn < WH_PREPAYMENT_CREDITS && left > 0; turn++) {
        left = drain(p, left);
        (void)update_credits(p);
    }
    unsigned i = wh_prepayment_wallet(p);
    i = i < WH_PREPAYMENT_CREDITS ? i : wh_prepayment_nth_credit(p, 0);
    if (i < WH_PREPAYMENT_CREDITS) {
        int64_t *wallet = &p->credit[i].amount;
        int64_t most = *wallet + WH_PREPAYMENT_AMOUNT_MAX;
        int64_t least = *wallet - WH_PREPAYMENT_AMOUNT_MAX;
        int64_t part = left > most ? most : left < least ? least : left;
        *wallet -= part;
        left -= part;
    }
    return amount - left;
}

static int64_t pay(wh_prepayment *p, wh_charge *c, int64_t amount, uint32_t utc_s)
{
    if (is_debt(c)) {
        amount = smaller(amount, c->total_amount_remaining);
    }
    if (!can_earn(p, c, amount)) {
        return 0;
    }
    amount = take(p, amount);
    earn(p, c, amount, utc_s);
    wh_prepayment_update(p);
    return amount;
}

static bool collects(const wh_prepayment *p, const wh_charge *c, wh_charge_type type)
{
    return p->state == WH_PREPAYMENT_ACTIVE && c->priority != 0 && c->type == (uint8_t)type;
}

int64_t wh_prepayment_consume(wh_prepayment *p, unsigned place, int64_t cost, int64_t utc_ms)
{
    if (place >= WH_PREPAYMENT_CHARGES || !wh_prepayment_is_amount(cost)) {
        return 0;
    }
    wh_charge *c = &p->charge[place];
    if (!collects(p, c, WH_CHARGE_CONSUMPTION) || (c->pause & p->pausing) != 0) {
        return 0;
    }
    return pay(p, c, cost, wh_prepayment_seconds(utc_ms));
}

void wh_prepayment_charge_units(wh_prepayment *p, wh_charge *c, uint64_t units, uint32_t utc_s)
{
    int64_t amount = WH_PREPAYMENT_AMOUNT_MAX;
    if (c->unit_charge == 0 || units <= (uint64_t)(amount / c->unit_charge)) {
        amount = c->unit_charge * (int64_t)units;
    }
    if ((c->flags & WH_CHARGE_CONTINUOUS) == 0) {
        int64_t there = 0;
        for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
            const wh_credit *credit = &p->credit[i];
            there += wh_credit_is_live(credit) ? positive(credit->amount - credit->limit) : 0;
        }
        amount = smaller(amount, there);
    }
    (void)pay(p, c, amount, utc_s);
}

wh_err wh_prepayment_collect(wh_prepayment *p, unsigned place, int64_t utc_ms)
{
    if (place >= WH_PREPAYMENT_CHARGES) {
        return WH_ERR_NOT_FOUND;
    }
    if (!collects(p, &p->charge[place], WH_CHARGE_TIME)) {
        return WH_ERR_STATE;
    }
    wh_prepayment_charge_units(p, &p->charge[place], 1, wh_prepayment_seconds(utc_ms));
    p->urgent++;
    return WH_OK;
}

/* ---- top-ups ---- */

/* Payment event based charges take their part. Returns what is left. */
static int64_t take_debts(wh_prepayment *p, int64_t payment, uint32_t utc_s)
{
    int64_t left = payment;
    unsigned i = 0;
    if (utc_s >= p->provision_s && utc_s - p->provision_s >= p->config.max_provision_s) {
        p->provision_s = utc_s;
        p->provision = 0;
    }
    for (unsigned n = 0; (i = wh_prepayment_nth_charge(p, n)) < WH_PREPAYMENT_CHARGES; n++) {
        wh_charge *c = &p->charge[i];
        if (!collects(p, c, WH_CHARGE_PAYMENT)) {
            continue;
        }
        int64_t due = c->unit_charge;
        if ((c->flags & WH_CHARGE_PROPORTION) != 0) { /* by parts, as 64 bits hold it */
            due = payment / PROPORTION_ONE * c->proportion +
                  payment % PROPORTION_ONE * c->proportion / PROPORTION_ONE;
        }
        due = smaller(due, left);
        due = is_debt(c) ? smaller(due, c->total_amount_remaining) : due;
        if (p->config.max_provision != 0) {
            due = smaller(due, positive(p->config.max_provision - p->provision));
        }
        if (can_earn(p, c, due)) {
            earn(p, c, due, utc_s);
            p->provision += due;
            left -= due;
        }
    }
    return left;
}

/* Emergency credits are made whole. Returns what is left. */
static int64_t pay_back(wh_prepayment *p, int64_t left)
{
    unsigned i = 0;
    for (unsigned n = 0; (i = wh_prepayment_nth_credit(p, n)) < WH_PREPAYMENT_CREDITS; n++) {
        wh_credit *c = &p->credit[i];
        if ((c->flags & WH_CREDIT_PAY_BACK) != 0 && c->amount < c->preset) {
            int64_t part = smaller(left, c->preset - c->amount);
            c->amount += part;
            left -= part;
        }
    }
    return left;
}

static void share(wh_prepayment *p, unsigned wallet, int64_t amount)
{
    int64_t left = amount;
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        wh_credit *c = &p->credit[i];
        if (c->priority != 0 && (c->flags & WH_CREDIT_TOKENS) != 0) {
            int64_t part = amount * c->token_share / PERCENT_ONE;
            c->amount += part;
            left -= part;
        }
    }
    p->credit[wallet].amount += left;
}

static wh_prepayment_answer judge(const wh_prepayment *p, int64_t amount)
{
    int64_t held = 0;
    int64_t most = 0;
    if (p->state != WH_PREPAYMENT_ACTIVE || wh_prepayment_wallet(p) == WH_PREPAYMENT_CREDITS) {
        return WH_PREPAYMENT_INACTIVE;
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        const wh_credit *c = &p->credit[i];
        if (c->priority != 0 && (c->flags & WH_CREDIT_TOKENS) != 0) {
            held += c->amount;
            most = c->amount > most ? c->amount : most;
        }
    }
    if (amount <= 0 || amount > WH_PREPAYMENT_AMOUNT_MAX - most ||
        !wh_prepayment_fits(p->topped_up, amount)) {
        return WH_PREPAYMENT_AMOUNT;
    }
    if (p->config.hoarding_limit != 0 && held + amount > p->config.hoarding_limit) {
        return WH_PREPAYMENT_HOARDING;
    }
    return WH_PREPAYMENT_ACCEPTED;
}

static wh_prepayment_answer answer(wh_prepayment *p, wh_prepayment_answer given)
{
    p->answer = (uint8_t)given;
    if (given == WH_PREPAYMENT_ACCEPTED) {
        p->revision++;
        p->urgent++;
    } else {
        notice(p, WH_PREPAYMENT_NOTICE_REFUSED);
    }
    return given;
}

wh_prepayment_answer wh_prepayment_top_up(wh_prepayment *p, int64_t amount, int64_t utc_ms)
{
    wh_prepayment_answer given = judge(p, amount);
    if (given != WH_PREPAYMENT_ACCEPTED) {
        return answer(p, given);
    }
    uint32_t utc_s = wh_prepayment_seconds(utc_ms);
    p->topped_up += amount;
    p->last_top_up = amount;
    p->last_top_up_s = utc_s;
    int64_t left = pay_back(p, take_debts(p, amount, utc_s));
    share(p, wh_prepayment_wallet(p), left);
    wh_prepayment_update(p);
    if (wh_prepayment_available(p) > p->config.alarm_2) {
        p->alarm_2_done = false;
    }
    notice(p, WH_PREPAYMENT_NOTICE_TOPPED_UP);
    return answer(p, WH_PREPAYMENT_ACCEPTED);
}

static wh_prepayment_answer judge_purchase(const wh_prepayment *p, const wh_prepayment_purchase *q)
{
    if (p->config.customer != 0 && q->customer != p->config.customer) {
        return WH_PREPAYMENT_CUSTOMER;
    }
    if (q->count == p->purchase_count) {
        return WH_PREPAYMENT_DUPLICATE;
    }
    return q->count == p->purchase_count + 1 ? WH_PREPAYMENT_ACCEPTED : WH_PREPAYMENT_COUNT;
}

wh_prepayment_answer wh_prepayment_buy(wh_prepayment *p, const wh_prepayment_purchase *purchase,
                                       int64_t utc_ms)
{
    wh_prepayment_answer given = judge_purchase(p, purchase);
    if (given != WH_PREPAYMENT_ACCEPTED) {
        return answer(p, given);
    }
    given = wh_prepayment_top_up(p, purchase->amount, utc_ms);
    p->purchase_count += given == WH_PREPAYMENT_ACCEPTED ? 1 : 0;
    return given;
}

wh_prepayment_answer wh_prepayment_refund(wh_prepayment *p, const wh_prepayment_purchase *purchase)
{
    wh_prepayment_answer given = judge_purchase(p, purchase);
    unsigned wallet = wh_prepayment_wallet(p);
    int64_t amount = purchase->amount;
    if (given != WH_PREPAYMENT_ACCEPTED) {
        return answer(p, given);
    }
    if (p->state == WH_PREPAYMENT_NEW || wallet == WH_PREPAYMENT_CREDITS) {
        return answer(p, WH_PREPAYMENT_INACTIVE);
    }
    if (amount <= 0 || !wh_prepayment_is_amount(amount) ||
        !wh_prepayment_fits(p->refunded, amount)) {
        return answer(p, WH_PREPAYMENT_AMOUNT);
    }
    if (amount > p->credit[wallet].amount) {
        return answer(p, WH_PREPAYMENT_BALANCE);
    }
    p->credit[wallet].amount -= amount;
    p->refunded += amount;
    p->purchase_count++;
    wh_prepayment_update(p);
    notice(p, WH_PREPAYMENT_NOTICE_REFUNDED);
    return answer(p, WH_PREPAYMENT_ACCEPTED);
}

/* ---- looking ---- */

int64_t wh_prepayment_available(const wh_prepayment *p)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        sum += wh_credit_is_live(&p->credit[i]) ? positive(p->credit[i].amount) : 0;
    }
    return sum;
}

int64_t wh_prepayment_to_clear(const wh_prepayment *p)
{
    return p->out ? missing(p) : 0;
}

int64_t wh_prepayment_debt(const wh_prepayment *p)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
        sum += p->charge[i].total_amount_remaining;
    }
    return sum;
}

uint8_t wh_prepayment_status(const wh_prepayment *p)
{
    static const uint8_t next_bit[WH_CREDIT_STATES] = {WH_PREPAYMENT_NEXT_ENABLED,
                                                       WH_PREPAYMENT_NEXT_SELECTABLE,
                                                       WH_PREPAYMENT_NEXT_SELECTED, 0, 0};
    unsigned bits = p->out ? WH_PREPAYMENT_OUT_OF_CREDIT : 0U;
    bool found = false;
    unsigned i = 0;
    bits |= wh_prepayment_available(p) > 0 ? WH_PREPAYMENT_IN_CREDIT : 0U;
    bits |= p->low ? WH_PREPAYMENT_LOW_CREDIT : 0U;
    for (unsigned n = 0; (i = wh_prepayment_nth_credit(p, n)) < WH_PREPAYMENT_CREDITS; n++) {
        const wh_credit *c = &p->credit[i];
        if (c->state == WH_CREDIT_IN_USE && (c->flags & WH_CREDIT_CONFIRM) != 0) {
            bits |= WH_PREPAYMENT_SELECTABLE_IN_USE;
        }
        if (!found && c->state < WH_CREDIT_IN_USE) {
            bits |= next_bit[c->state];
            found = true;
        }
    }
    return (uint8_t)bits;
}

uint16_t wh_prepayment_take_notices(wh_prepayment *p)
{
    uint16_t bits = p->notices;
    p->notices = 0;
    return bits;
}
