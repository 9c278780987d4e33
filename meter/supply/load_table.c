/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/supply/load_table.h"

#include <stddef.h>

#define SAVE_VERSION 1U
#define MS_PER_S     1000U

/* Flags as saved. */
enum { SAVED_REPORTED = 1, SAVED_ON = 2, SAVED_WANT_ON = 4, SAVED_BEFORE_ON = 8, SAVED_ALL = 15 };

static uint32_t add_ms(uint32_t ms, uint32_t elapsed_ms)
{
    return elapsed_ms > UINT32_MAX - ms ? UINT32_MAX : ms + elapsed_ms;
}

void wh_loads_init(wh_loads *t, const wh_loads_config *config)
{
    *t = (wh_loads){.config = *config};
    t->config.shed_step_s = config->shed_step_s != 0 ? config->shed_step_s : 10;
    t->config.restore_step_s = config->restore_step_s != 0 ? config->restore_step_s : 60;
}

static wh_err find(const wh_loads *t, unsigned slot)
{
    if (slot >= WH_LOADS_MAX) {
        return WH_ERR_RANGE;
    }
    return t->load[slot].used ? WH_OK : WH_ERR_NOT_FOUND;
}

static void set_on(wh_load *l, bool on)
{
    if (on != l->on) {
        l->on = on;
        l->state_ms = 0;
    }
}

static void command(wh_loads *t, wh_load *l, wh_load_want want)
{
    l->want = want;
    l->phase = WH_LOAD_WANTED;
    l->sequence++;
    l->tries_left = l->config.tries;
    set_on(l, want.on);
    t->revision++;
}

wh_err wh_loads_put(wh_loads *t, unsigned slot, const wh_load_config *config)
{
    if (slot >= WH_LOADS_MAX || (unsigned)config->load_class >= WH_LOAD_CLASSES ||
        config->power_max_w < 0) {
        return WH_ERR_RANGE;
    }
    wh_load *l = &t->load[slot];
    if (l->shed_rank != 0) {
        return WH_ERR_STATE;
    }
    if (!l->used) {
        *l = (wh_load){.used = true, .age_ms = UINT32_MAX, .state_ms = UINT32_MAX};
    }
    l->config = *config;
    l->config.stale_s = config->stale_s != 0 ? config->stale_s : 300;
    l->config.confirm_s = config->confirm_s != 0 ? config->confirm_s : 30;
    l->config.tries = config->tries != 0 ? config->tries : 3;
    l->config.power_max_w = config->power_max_w != 0 ? config->power_max_w : WH_LOAD_NO_LIMIT;
    if (l->phase != WH_LOAD_IDLE && l->want.limit_w > l->config.power_max_w) {
        command(t, l, (wh_load_want){.on = l->want.on, .limit_w = l->config.power_max_w});
    }
    t->revision++;
    return WH_OK;
}

wh_err wh_loads_remove(wh_loads *t, unsigned slot)
{
    wh_err err = find(t, slot);
    if (err == WH_OK && t->load[slot].shed_rank != 0) {
        err = WH_ERR_STATE;
    }
    if (err == WH_OK) {
        t->load[slot] = (wh_load){.used = false};
        t->revision++;
    }
    return err;
}

/* Grow a register by what the terminal's counter grew, where that can be believed. */
static void count(int64_t *reg, int64_t *counter, int64_t reported, bool has_base)
{
    int64_t grown = has_base ? reported - *counter : 0; /* both >= 0: no overflow */
    if (grown > 0 && grown <= WH_LOAD_JUMP_MAX_MWH && *reg <= INT64_MAX - grown) {
        *reg += grown;
    }
    *counter = reported;
}

static bool was_sent(const wh_load *l)
{
    return l->phase != WH_LOAD_IDLE &&
           !(l->phase == WH_LOAD_WANTED && l->tries_left == l->config.tries);
}

/* Does what a load says agree with what it was told? */
static void compare(wh_loads *t, wh_load *l, const wh_load_report *report)
{
    bool on = report->state == WH_LOAD_ON;
    bool agrees = report->state != WH_LOAD_UNKNOWN && on == l->want.on &&
                  (!on || report->power_w <= l->want.limit_w);
    if (agrees && was_sent(l) && l->phase != WH_LOAD_CONFIRMED) {
        l->phase = WH_LOAD_CONFIRMED;
        t->revision++;
    }
    bool done = l->phase == WH_LOAD_CONFIRMED || l->phase == WH_LOAD_FAILED;
    if (l->shed_rank != 0 && on && done) {
        command(t, l, l->want);
    }
}

wh_err wh_loads_report(wh_loads *t, unsigned slot, const wh_load_report *report)
{
    wh_err err = find(t, slot);
    if (err != WH_OK) {
        return err;
    }
    if ((unsigned)report->state >= WH_LOAD_STATES || report->consumed_mwh < 0 ||
        report->generated_mwh < 0) {
        return WH_ERR_RANGE;
    }
    wh_load *l = &t->load[slot];
    count(&l->consumed_mwh, &l->counter_consumed_mwh, report->consumed_mwh, l->reported);
    count(&l->generated_mwh, &l->counter_generated_mwh, report->generated_mwh, l->reported);
    l->reported_ms = report->utc_ms;
    l->age_ms = 0;
    l->power_w = report->power_w;
    l->state = (uint8_t)report->state;
    l->available = report->available;
    l->reported = true;
    if (report->state != WH_LOAD_UNKNOWN) {
        set_on(l, report->state == WH_LOAD_ON);
    }
    compare(t, l, report);
    return WH_OK;
}

wh_err wh_loads_want(wh_loads *t, unsigned slot, const wh_load_want *want)
{
    wh_err err = find(t, slot);
    if (err != WH_OK) {
        return err;
    }
    wh_load *l = &t->load[slot];
    if (want->limit_w < 0 || want->limit_w > l->config.power_max_w) {
        return WH_ERR_RANGE;
    }
    if (l->shed_rank != 0) {
        l->before = *want;
        t->revision++;
    } else {
        command(t, l, *want);
    }
    return WH_OK;
}

wh_err wh_loads_set_goal(wh_loads *t, wh_loads_goal goal)
{
    if ((unsigned)goal >= WH_LOADS_GOALS) {
        return WH_ERR_RANGE;
    }
    if (goal != t->goal) {
        t->goal = goal;
        t->step_ms = goal == WH_LOADS_SHED ? UINT32_MAX : 0;
        t->revision++;
    }
    return WH_OK;
}

bool wh_loads_stale(const wh_loads *t, unsigned slot)
{
    if (find(t, slot) != WH_OK) {
        return true;
    }
    const wh_load *l = &t->load[slot];
    return l->age_ms > l->config.stale_s * MS_PER_S;
}

wh_load_state wh_loads_state(const wh_loads *t, unsigned slot)
{
    return wh_loads_stale(t, slot) ? WH_LOAD_UNKNOWN : t->load[slot].state;
}

static bool can_be_shed(const wh_loads *t, unsigned slot)
{
    const wh_load *l = &t->load[slot];
    bool feeds = !wh_loads_stale(t, slot) && l->power_w < 0;
    return l->used && l->config.priority != 0 && l->shed_rank == 0 &&
           l->config.load_class != WH_LOAD_GENERATION && !feeds;
}

unsigned wh_loads_left(const wh_loads *t)
{
    unsigned left = 0;
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        left += can_be_shed(t, slot) ? 1 : 0;
    }
    return left;
}

/* The next load to shed, WH_LOADS_MAX where there is none now. */
static unsigned next_to_shed(const wh_loads *t)
{
    unsigned best = WH_LOADS_MAX;
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        const wh_load *l = &t->load[slot];
        bool too_soon = l->on && l->state_ms < l->config.min_on_s * MS_PER_S;
        if (!can_be_shed(t, slot) || too_soon) {
            continue;
        }
        if (best == WH_LOADS_MAX || l->config.priority < t->load[best].config.priority) {
            best = slot;
        }
    }
    return best;
}

static void step_shed(wh_loads *t)
{
    unsigned slot = next_to_shed(t);
    bool was_off = true;
    while (was_off && slot < WH_LOADS_MAX) { /* each turn takes one: at most 16 */
        wh_load *l = &t->load[slot];
        was_off = wh_loads_state(t, slot) == WH_LOAD_OFF;
        l->before = l->phase == WH_LOAD_IDLE
                        ? (wh_load_want){.on = true, .limit_w = l->config.power_max_w}
                        : l->want;
        l->shed_rank = ++t->shed_count;
        command(t, l, (wh_load_want){.on = false, .limit_w = 0});
        t->step_ms = 0;
        slot = next_to_shed(t);
    }
}

static void step_restore(wh_loads *t)
{
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        wh_load *l = &t->load[slot];
        if (l->shed_rank == 0 || l->shed_rank != t->shed_count) {
            continue;
        }
        if (l->on || l->state_ms >= l->config.min_off_s * MS_PER_S) {
            l->shed_rank = 0;
            t->shed_count--;
            t->step_ms = 0;
            command(t, l, l->before);
        }
        break; /* strictly in reverse: nobody overtakes */
    }
    if (t->shed_count == 0) {
        t->goal = WH_LOADS_HOLD;
        t->revision++;
    }
}

static void age(wh_loads *t, wh_load *l, uint32_t elapsed_ms)
{
    l->age_ms = add_ms(l->age_ms, elapsed_ms);
    l->state_ms = add_ms(l->state_ms, elapsed_ms);
    if (l->phase != WH_LOAD_SENT) {
        return;
    }
    l->sent_ms = add_ms(l->sent_ms, elapsed_ms);
    if (l->sent_ms >= l->config.confirm_s * MS_PER_S) {
        l->phase = l->tries_left > 0 ? WH_LOAD_WANTED : WH_LOAD_FAILED;
        t->revision++;
    }
}

void wh_loads_tick(wh_loads *t, uint32_t elapsed_ms, bool above)
{
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        if (t->load[slot].used) {
            age(t, &t->load[slot], elapsed_ms);
        }
    }
    t->step_ms = add_ms(t->step_ms, elapsed_ms);
    if (t->goal == WH_LOADS_SHED && above && t->step_ms >= t->config.shed_step_s * MS_PER_S) {
        step_shed(t);
    } else if (t->goal == WH_LOADS_RESTORE && !above &&
               t->step_ms >= t->config.restore_step_s * MS_PER_S) {
        step_restore(t);
    }
}

bool wh_loads_next(wh_loads *t, wh_load_order *order)
{
    for (unsigned i = 0; i < WH_LOADS_MAX; i++) {
        unsigned slot = (t->next_slot + i) % WH_LOADS_MAX;
        wh_load *l = &t->load[slot];
        if (l->used && l->phase == WH_LOAD_WANTED) {
            l->phase = WH_LOAD_SENT;
            l->sent_ms = 0;
            l->tries_left--;
            t->next_slot = (uint8_t)((slot + 1) % WH_LOADS_MAX);
            *order = (wh_load_order){.slot = (uint8_t)slot,
                                     .sequence = l->sequence,
                                     .on = l->want.on,
                                     .limit_w = l->want.limit_w};
            return true;
        }
    }
    return false;
}

wh_err wh_loads_answer(wh_loads *t, unsigned slot, uint8_t sequence, bool obeyed)
{
    wh_err err = find(t, slot);
    if (err != WH_OK) {
        return err;
    }
    wh_load *l = &t->load[slot];
    if (sequence != l->sequence || !was_sent(l)) {
        return WH_ERR_STATE;
    }
    if (obeyed && l->phase != WH_LOAD_CONFIRMED) {
        l->phase = WH_LOAD_CONFIRMED;
        t->revision++;
    } else if (!obeyed && l->phase == WH_LOAD_SENT) {
        l->phase = l->tries_left > 0 ? WH_LOAD_WANTED : WH_LOAD_FAILED;
        t->revision++;
    }
    return WH_OK;
}

static void save_load(const wh_load *l, wh_writer *w)
{
    unsigned flags = 0;
    flags |= l->reported ? SAVED_REPORTED : 0U;
    flags |= l->on ? SAVED_ON : 0U;
    flags |= l->want.on ? SAVED_WANT_ON : 0U;
    flags |= l->before.on ? SAVED_BEFORE_ON : 0U;
    wh_writer_put_u8(w, (uint8_t)l->config.load_class);
    wh_writer_put_u8(w, l->config.priority);
    wh_writer_put_u16le(w, l->config.min_on_s);
    wh_writer_put_u16le(w, l->config.min_off_s);
    wh_writer_put_u16le(w, l->config.stale_s);
    wh_writer_put_u16le(w, l->config.confirm_s);
    wh_writer_put_u8(w, l->config.tries);
    wh_writer_put_u32le(w, (uint32_t)l->config.power_max_w);
    wh_writer_put_u64le(w, (uint64_t)l->consumed_mwh);
    wh_writer_put_u64le(w, (uint64_t)l->generated_mwh);
    wh_writer_put_u64le(w, (uint64_t)l->counter_consumed_mwh);
    wh_writer_put_u64le(w, (uint64_t)l->counter_generated_mwh);
    wh_writer_put_u64le(w, (uint64_t)l->reported_ms);
    wh_writer_put_u32le(w, l->state_ms);
    wh_writer_put_u32le(w, (uint32_t)l->want.limit_w);
    wh_writer_put_u32le(w, (uint32_t)l->before.limit_w);
    wh_writer_put_u8(w, (uint8_t)(l->phase == WH_LOAD_SENT ? WH_LOAD_WANTED : l->phase));
    wh_writer_put_u8(w, l->sequence);
    wh_writer_put_u8(w, l->shed_rank);
    wh_writer_put_u8(w, (uint8_t)flags);
}

void wh_loads_save(const wh_loads *t, wh_writer *w)
{
    unsigned used = 0;
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        used += t->load[slot].used ? 1U : 0U;
    }
    wh_writer_put_u8(w, SAVE_VERSION);
    wh_writer_put_u8(w, (uint8_t)t->goal);
    wh_writer_put_u8(w, (uint8_t)used);
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        if (t->load[slot].used) {
            wh_writer_put_u8(w, (uint8_t)slot);
            save_load(&t->load[slot], w);
        }
    }
}

static void restore_config(wh_load_config *c, wh_reader *r)
{
    uint8_t load_class = wh_reader_take_u8(r);
    c->priority = wh_reader_take_u8(r);
    c->min_on_s = wh_reader_take_u16le(r);
    c->min_off_s = wh_reader_take_u16le(r);
    c->stale_s = wh_reader_take_u16le(r);
    c->confirm_s = wh_reader_take_u16le(r);
    c->tries = wh_reader_take_u8(r);
    uint32_t power_max_w = wh_reader_take_u32le(r);
    bool fits = load_class < WH_LOAD_CLASSES && power_max_w >= 1 && power_max_w <= INT32_MAX &&
                c->stale_s != 0 && c->confirm_s != 0 && c->tries != 0;
    if (!fits) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return;
    }
    c->load_class = load_class;
    c->power_max_w = (int32_t)power_max_w;
}

static int64_t restore_counter(wh_reader *r)
{
    uint64_t value = wh_reader_take_u64le(r);
    if (value > INT64_MAX) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return 0;
    }
    return (int64_t)value;
}

static int32_t restore_limit(wh_reader *r, int32_t power_max_w)
{
    uint32_t value = wh_reader_take_u32le(r);
    if (value > (uint32_t)power_max_w) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return 0;
    }
    return (int32_t)value;
}

static void restore_load(wh_load *l, wh_reader *r)
{
    *l = (wh_load){.used = true, .age_ms = UINT32_MAX};
    restore_config(&l->config, r);
    l->consumed_mwh = restore_counter(r);
    l->generated_mwh = restore_counter(r);
    l->counter_consumed_mwh = restore_counter(r);
    l->counter_generated_mwh = restore_counter(r);
    l->reported_ms = (int64_t)wh_reader_take_u64le(r);
    l->state_ms = wh_reader_take_u32le(r);
    l->want.limit_w = restore_limit(r, l->config.power_max_w);
    l->before.limit_w = restore_limit(r, l->config.power_max_w);
    uint8_t phase = wh_reader_take_u8(r);
    l->sequence = wh_reader_take_u8(r);
    l->shed_rank = wh_reader_take_u8(r);
    unsigned flags = wh_reader_take_u8(r);
    if (phase >= WH_LOAD_PHASES || phase == WH_LOAD_SENT || l->shed_rank > WH_LOADS_MAX ||
        flags > SAVED_ALL) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        l->shed_rank = 0; /* it is about to be used */
        return;
    }
    l->phase = phase;
    l->tries_left = l->config.tries;
    l->reported = (flags & SAVED_REPORTED) != 0;
    l->on = (flags & SAVED_ON) != 0;
    l->want.on = (flags & SAVED_WANT_ON) != 0;
    l->before.on = (flags & SAVED_BEFORE_ON) != 0;
}

/* All loads, into `t` where it is not NULL, else only to see whether they are right. */
static void restore_loads(wh_loads *t, unsigned used, wh_reader *r)
{
    uint32_t ranks = 0; /* seen, bit 0: rank 1 */
    unsigned first_slot = 0;
    for (unsigned i = 0; i < used && wh_reader_err(r) == WH_OK; i++) {
        wh_load l;
        unsigned slot = wh_reader_take_u8(r);
        restore_load(&l, r);
        uint32_t rank = l.shed_rank != 0 ? (uint32_t)1 << (l.shed_rank - 1) : 0;
        if (slot < first_slot || slot >= WH_LOADS_MAX || (ranks & rank) != 0) {
            wh_reader_fail(r, WH_ERR_FORMAT);
            return;
        }
        ranks |= rank;
        first_slot = slot + 1;
        if (t != NULL) {
            t->load[slot] = l;
            t->shed_count = (uint8_t)(t->shed_count + (rank != 0 ? 1 : 0));
        }
    }
    if ((ranks & (ranks + 1)) != 0) { /* a rank is missing below another */
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
}

wh_err wh_loads_restore(wh_loads *t, wh_reader *r)
{
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    uint8_t goal = wh_reader_take_u8(r);
    uint8_t used = wh_reader_take_u8(r);
    if (goal >= WH_LOADS_GOALS || used > WH_LOADS_MAX) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    wh_reader again = *r; /* first look, then take: the table is too large for a second one */
    restore_loads(NULL, used, &again);
    if (wh_reader_err(&again) != WH_OK) {
        wh_reader_fail(r, wh_reader_err(&again));
        return wh_reader_err(r);
    }
    wh_loads_config config = t->config;
    uint32_t revision = t->revision + 1;
    wh_loads_init(t, &config);
    t->revision = revision;
    t->goal = (wh_loads_goal)goal;
    restore_loads(t, used, r);
    return WH_OK;
}
