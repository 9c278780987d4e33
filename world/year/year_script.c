/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_script.h"

#include "world/simulation/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_MS   INT64_C(1000)
#define MINUTE_MS   (60 * SECOND_MS)
#define HOUR_MS     (60 * MINUTE_MS)
#define QUARTER_MS  (15 * MINUTE_MS)
#define DAY_MS      (24 * HOUR_MS)
#define YEAR_DAYS   365.25
#define KEY_MS      4000
#define TARIFFS_MAX 1000000

typedef struct {
    wh_random random;
    int64_t start_ms;
    int64_t end_ms;
    wh_year_script *out;
    bool failed;
} maker;

static unsigned below(maker *m, unsigned n)
{
    return (unsigned)(wh_random_u64(&m->random) % n);
}

/* From shortest to longest, short ones as often as long ones by their order of magnitude. */
static int64_t span_ms(maker *m, int64_t shortest, int64_t longest)
{
    double e = wh_random_between(&m->random, log((double)shortest), log((double)longest));
    return llround(exp(e) / 1000) * SECOND_MS;
}

/* A whole second, 5 to 55 s after a whole minute. */
static int64_t off_minute(int64_t at_ms)
{
    int64_t second = at_ms / SECOND_MS % 60;
    int64_t wanted = second < 5 ? 5 : second > 55 ? 55 : second;
    return at_ms / MINUTE_MS * MINUTE_MS + wanted * SECOND_MS;
}

static int64_t some_time(maker *m)
{
    double part = wh_random_unit(&m->random);
    return off_minute(m->start_ms + (int64_t)((double)(m->end_ms - m->start_ms) * part));
}

static void add(maker *m, wh_year_action a)
{
    wh_year_script *s = m->out;
    a.at_ms = off_minute(a.at_ms);
    if (m->failed || a.at_ms < m->start_ms || a.at_ms >= m->end_ms) {
        return;
    }
    if (s->count == s->size) {
        size_t size = s->size == 0 ? 256 : 2 * s->size;
        wh_year_action *bigger = realloc(s->action, size * sizeof *bigger);
        if (bigger == NULL) {
            m->failed = true;
            return;
        }
        s->action = bigger;
        s->size = size;
    }
    s->action[s->count++] = a;
}

static void outage(maker *m)
{
    wh_year_action a = {.at_ms = some_time(m), .kind = WH_YEAR_OUTAGE};
    if (below(m, 3) == 0) { /* right behind the records of a quarter hour */
        a.at_ms = a.at_ms / QUARTER_MS * QUARTER_MS + below(m, 60) * SECOND_MS;
    }
    a.duration_ms = span_ms(m, 2 * SECOND_MS, 3 * DAY_MS);
    a.flags |= below(m, 2) == 0 ? WH_YEAR_HOLD_UP : 0U;
    a.flags |= below(m, 6) == 0 ? WH_YEAR_BATTERY_LOST : 0U;
    add(m, a);
    /* who comes to repair it looks at the clock */
    add(m,
        (wh_year_action){.at_ms = a.at_ms + a.duration_ms + span_ms(m, 5 * MINUTE_MS, 6 * HOUR_MS),
                         .kind = WH_YEAR_CLOCK_SET});
}

/* Set wrong, and some time later right again. */
static void clock_set(maker *m, int64_t at_ms, int64_t wrong_ms)
{
    add(m, (wh_year_action){.at_ms = at_ms, .kind = WH_YEAR_CLOCK_SET, .value = wrong_ms});
    add(m, (wh_year_action){.at_ms = at_ms + span_ms(m, 2 * MINUTE_MS, 2 * DAY_MS),
                            .kind = WH_YEAR_CLOCK_SET});
}

/* Back over the last midnight of a day, or forward over the next one: of the first of a month,
 * as likely as not. */
static void clock_over_midnight(maker *m)
{
    int64_t day = some_time(m) / DAY_MS * DAY_MS;
    int64_t before_ms = span_ms(m, MINUTE_MS, HOUR_MS);
    int64_t jump_ms = before_ms + span_ms(m, MINUTE_MS, HOUR_MS);
    for (int64_t i = 0; i < 31 && below(m, 12) != 0; i++) {
        day += DAY_MS;
    }
    if (below(m, 2) == 0) {
        clock_set(m, day - before_ms, jump_ms);
    } else {
        clock_set(m, day + before_ms, -jump_ms);
    }
}

static void clock_change(maker *m)
{
    int64_t at_ms = some_time(m);
    int64_t sign = below(m, 2) == 0 ? 1 : -1;
    switch (below(m, 5)) {
    case 0:
        clock_set(m, at_ms, sign * span_ms(m, 2 * SECOND_MS, 36 * HOUR_MS));
        return;
    case 1:
        clock_over_midnight(m);
        return;
    case 2:
        add(m, (wh_year_action){.at_ms = at_ms,
                                .kind = WH_YEAR_CLOCK_SHIFT,
                                .value = sign * (1 + (int64_t)below(m, 900))});
        return;
    case 3:
        add(m, (wh_year_action){.at_ms = at_ms, .kind = WH_YEAR_CLOCK_MINUTE});
        return;
    default: /* sometimes too far to be believed */
        add(m, (wh_year_action){.at_ms = at_ms,
                                .kind = WH_YEAR_CLOCK_BROADCAST,
                                .value = sign * span_ms(m, SECOND_MS, 8 * MINUTE_MS)});
        return;
    }
}

static void tariff_change(maker *m)
{
    add(m, (wh_year_action){.at_ms = some_time(m),
                            .kind = below(m, 2) == 0 ? WH_YEAR_TARIFF_CHANGE : WH_YEAR_PRICE_CHANGE,
                            .which = 1 + below(m, TARIFFS_MAX),
                            .value = below(m, 2) * QUARTER_MS + below(m, 10) * DAY_MS});
}

static void purchase(maker *m)
{
    wh_year_action a = {.at_ms = some_time(m), .kind = WH_YEAR_PURCHASE};
    a.value = (int64_t)(2 + below(m, 60)) * 1000000;
    add(m, a);
    if (below(m, 3) == 0) { /* and somebody tries it again */
        a.which = 1 + below(m, WH_YEAR_PURCHASES - 1);
        a.at_ms += span_ms(m, MINUTE_MS, DAY_MS);
        add(m, a);
    }
}

static void order(maker *m, int64_t *at_ms, wh_year_order which, bool expired)
{
    *at_ms += span_ms(m, MINUTE_MS, 2 * HOUR_MS);
    add(m, (wh_year_action){.at_ms = *at_ms,
                            .kind = WH_YEAR_ORDER,
                            .which = which,
                            .value = expired ? -HOUR_MS : DAY_MS});
}

static void order_sequence(maker *m)
{
    int64_t at_ms = some_time(m);
    switch (below(m, 4)) {
    case 0:
        order(m, &at_ms, WH_YEAR_ORDER_TRIP, false);
        order(m, &at_ms, WH_YEAR_ORDER_PERMIT, false);
        add(m, (wh_year_action){
                   .at_ms = at_ms + 2 * MINUTE_MS, .kind = WH_YEAR_KEY, .duration_ms = KEY_MS});
        return;
    case 1:
        order(m, &at_ms, WH_YEAR_ORDER_TRIP, false);
        order(m, &at_ms, WH_YEAR_ORDER_CLOSE, false);
        return;
    case 2:
        order(m, &at_ms, WH_YEAR_ORDER_PROTECT, false);
        order(m, &at_ms, WH_YEAR_ORDER_TRIP, false);
        order(m, &at_ms, WH_YEAR_ORDER_CLOSE, false);
        order(m, &at_ms, WH_YEAR_ORDER_UNPROTECT, false);
        return;
    default:
        order(m, &at_ms, WH_YEAR_ORDER_TRIP, true);
        order(m, &at_ms, WH_YEAR_ORDER_TRIP, false);
        order(m, &at_ms, WH_YEAR_ORDER_CLOSE, true);
        order(m, &at_ms, WH_YEAR_ORDER_CLOSE, false);
        return;
    }
}

static void hands(maker *m)
{
    static const wh_year_action_kind kinds[] = {WH_YEAR_FREEZE, WH_YEAR_DEMAND_RESET, WH_YEAR_COVER,
                                                WH_YEAR_MAGNET, WH_YEAR_KEY};
    wh_year_action a = {.at_ms = some_time(m), .kind = kinds[below(m, 5)]};
    a.duration_ms = a.kind == WH_YEAR_KEY ? KEY_MS : span_ms(m, 20 * SECOND_MS, 2 * HOUR_MS);
    add(m, a);
}

/* As often as that, give or take. */
static void repeat(maker *m, double per_year, void (*make)(maker *))
{
    double years = (double)(m->end_ms - m->start_ms) / ((double)DAY_MS * YEAR_DAYS);
    double wanted = per_year * years * wh_random_between(&m->random, 0.7, 1.3);
    for (long left = lround(wanted + wh_random_between(&m->random, -0.5, 0.5)); left > 0; left--) {
        make(m);
    }
}

/* By time; where it is the same, by what cannot be the same in all else. */
static int compare(const void *a, const void *b)
{
    const wh_year_action *x = a;
    const wh_year_action *y = b;
    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    if (x->which != y->which) {
        return x->which < y->which ? -1 : 1;
    }
    return x->value < y->value ? -1 : x->value > y->value ? 1 : 0;
}

wh_year_events_per_year wh_year_script_busy(void)
{
    return (wh_year_events_per_year){
        .outages = 16, .clocks = 24, .tariffs = 6, .purchases = 24, .orders = 8, .hands = 30};
}

wh_err wh_year_script_make(uint64_t seed, const wh_year_events_per_year *rates, int64_t start_ms,
                           int64_t end_ms, wh_year_script *out)
{
    memset(out, 0, sizeof *out);
    maker m = {.start_ms = start_ms, .end_ms = end_ms, .out = out};
    wh_random_init(&m.random, seed ^ 0x736372697074U);
    repeat(&m, rates->outages, outage);
    repeat(&m, rates->clocks, clock_change);
    repeat(&m, rates->tariffs, tariff_change);
    repeat(&m, rates->purchases, purchase);
    repeat(&m, rates->orders, order_sequence);
    repeat(&m, rates->hands, hands);
    if (m.failed) {
        wh_year_script_free(out);
        return WH_ERR_SPACE;
    }
    if (out->count > 0) {
        qsort(out->action, out->count, sizeof *out->action, compare);
    }
    return WH_OK;
}

void wh_year_script_free(wh_year_script *s)
{
    free(s->action);
    memset(s, 0, sizeof *s);
}

const char *wh_year_action_name(wh_year_action_kind kind)
{
    static const char *const names[WH_YEAR_ACTIONS] = {
        [WH_YEAR_OUTAGE] = "outage",
        [WH_YEAR_CLOCK_SET] = "clock set",
        [WH_YEAR_CLOCK_SHIFT] = "clock shifted",
        [WH_YEAR_CLOCK_BROADCAST] = "clock broadcast",
        [WH_YEAR_CLOCK_MINUTE] = "clock to the minute",
        [WH_YEAR_TARIFF_CHANGE] = "tariff change",
        [WH_YEAR_PRICE_CHANGE] = "price change",
        [WH_YEAR_PURCHASE] = "purchase",
        [WH_YEAR_FREEZE] = "freeze",
        [WH_YEAR_DEMAND_RESET] = "demand reset",
        [WH_YEAR_ORDER] = "switch order",
        [WH_YEAR_KEY] = "key",
        [WH_YEAR_COVER] = "cover",
        [WH_YEAR_MAGNET] = "magnet",
    };
    return (unsigned)kind < WH_YEAR_ACTIONS ? names[kind] : "?";
}
