/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_run.h"

#include "core/civil_time.h"
#include "world/simulation/random.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_MS       INT64_C(1000)
#define MINUTE_MS       (60 * SECOND_MS)
#define HOUR_MS         (60 * MINUTE_MS)
#define DAY_MS          (24 * HOUR_MS)
#define CARE_MS         DAY_MS /* an open switch is looked after once a day */
#define KEY_STEP_MS     SECOND_MS
#define FIRST_TOP_UP    INT64_C(50000000)
#define CARE_TOP_UP     INT64_C(60000000)
#define PROGRESS_CHECKS 64

typedef struct {
    const wh_year_options *options;
    wh_year_report *report;
    wh_year_load *load;
    wh_year_minute minute; /* that is flowing */
    int64_t minute_end_ms;
    size_t row; /* of the series, the next one */
    wh_year_script script;
    size_t action;
    wh_year_tariff tariff; /* as it will be when all that is scheduled has come */
    wh_random random;
    wh_year_meter *meter;
    wh_oracle *oracle;
    unsigned recorder_count;
    wh_oracle_recorder recorder[WH_ORACLE_RECORDERS];
    int64_t now_ms; /* true time */
    int64_t end_ms;
    int64_t step_ms;
    int64_t key_until_ms;
    int64_t cover_until_ms;
    int64_t magnet_until_ms;
    int64_t next_check_ms;
    int64_t open_since_ms;
    bool was_connected;
    unsigned checks;
    bool stopped; /* by a visitor, who has left a message */
    wh_message *message;
    wh_year_month before; /* registers at the last check */
} run;

/* ---- what flows ---- */

static void flow_of_row(const wh_series_row *row, wh_year_part part, wh_year_minute *m)
{
    int64_t load = part == WH_YEAR_SOLAR_ONLY ? 0 : row->load_uw;
    int64_t solar = part == WH_YEAR_LOAD_ONLY ? 0 : row->solar_uw;
    int64_t reactive = part == WH_YEAR_SOLAR_ONLY ? 0 : row->load_uvar;
    int64_t u_uv = row->u_uv > 0 ? row->u_uv : 230000000;
    *m = (wh_year_minute){.f_uhz = 50000000, .present = 7};
    m->p_uw[0] = load - solar;
    m->p1_uw[0] = m->p_uw[0];
    m->q1_uvar[0] = reactive;
    m->s_uva[0] = llabs(m->p_uw[0]) > llabs(reactive) ? llabs(m->p_uw[0]) : llabs(reactive);
    m->i_ua[0] = m->s_uva[0] / (u_uv / 1000000);
    for (unsigned k = 0; k < WH_YEAR_PHASES; k++) {
        m->u_uv[k] = u_uv;
    }
}

/* The next thing that flows, and until when. */
static void next_minute(run *r)
{
    const wh_series *s = r->options->series;
    if (s == NULL) {
        wh_year_load_next(r->load, &r->minute);
        r->minute_end_ms += MINUTE_MS;
        return;
    }
    flow_of_row(&s->row[r->row], r->options->part, &r->minute);
    r->minute_end_ms = s->row[r->row].begin_ms + s->step_ms;
    r->row++;
}

/* Energy until a moment, through the switch or not. */
static void flow_until(run *r, int64_t until_ms, wh_year_interval *out)
{
    *out = (wh_year_interval){.duration_ms = 0};
    while (r->now_ms < until_ms) {
        if (r->now_ms >= r->minute_end_ms) {
            next_minute(r);
        }
        int64_t end_ms = r->minute_end_ms < until_ms ? r->minute_end_ms : until_ms;
        wh_year_minute m = r->minute;
        if (!wh_year_meter_closed(r->meter)) {
            wh_year_minute_open(&m);
        }
        wh_year_interval_add(out, &m, (uint32_t)(end_ms - r->now_ms));
        r->now_ms = end_ms;
    }
}

/* Time passes without anybody measuring. */
static void skip_until(run *r, int64_t until_ms)
{
    while (r->options->series == NULL && r->minute_end_ms < until_ms) {
        next_minute(r);
    }
    r->now_ms = until_ms;
}

/* ---- looking ---- */

static void note_month(run *r, const wh_oracle_reading *now)
{
    wh_year_report *report = r->report;
    wh_civil_time local;
    if (r->now_ms == report->begin_ms ||
        wh_time_zone_to_local(&report->config.place->rule, r->now_ms - 1, &local, NULL) != WH_OK) {
        return;
    }
    wh_year_month *m = report->months > 0 ? &report->month[report->months - 1] : NULL;
    if (m == NULL || m->month != local.date.month) {
        if (report->months == WH_YEAR_MONTHS) {
            return;
        }
        m = &report->month[report->months++];
        m->year = local.date.year;
        m->month = local.date.month;
    }
    int64_t import = now->uws(now->meter, WH_REG_TOTAL, 0, WH_REG_ACTIVE_IMPORT);
    int64_t export = now->uws(now->meter, WH_REG_TOTAL, 0, WH_REG_ACTIVE_EXPORT);
    m->import_uws += import - r->before.import_uws;
    m->export_uws += export - r->before.export_uws;
    m->import_cost += now->cost[0] - r->before.import_cost;
    m->export_cost += now->cost[1] - r->before.export_cost;
    wh_oracle_peak peak = wh_oracle_peak_of_month(r->oracle, 0);
    m->peak_mw = peak.mw;
    r->before = (wh_year_month){.import_uws = import,
                                .export_uws = export,
                                .import_cost = now->cost[0],
                                .export_cost = now->cost[1]};
}

static void check(run *r)
{
    wh_oracle_reading now;
    wh_year_meter_read(r->meter, &now);
    wh_oracle_check(r->oracle, &now);
    note_month(r, &now);
    r->next_check_ms = (r->now_ms / HOUR_MS + 1) * HOUR_MS;
    if (r->options->visit != NULL) {
        wh_meter *meter = wh_year_meter_inside(r->meter);
        r->stopped = r->stopped || !r->options->visit(r->options->user, meter, r->message);
    }
    if (r->options->progress != NULL && ++r->checks % PROGRESS_CHECKS == 0) {
        double all = (double)(r->end_ms - r->report->begin_ms);
        r->options->progress(r->options->user, (double)(r->now_ms - r->report->begin_ms) / all);
    }
}

static uint32_t contacts(const run *r)
{
    return (r->now_ms < r->key_until_ms ? (uint32_t)WH_CONTACT_KEY : 0U) |
           (r->now_ms < r->cover_until_ms ? (uint32_t)WH_CONTACT_TERMINAL_COVER : 0U) |
           (r->now_ms < r->magnet_until_ms ? (uint32_t)WH_CONTACT_MAGNET : 0U);
}

static void look(run *r)
{
    wh_oracle_reading now;
    wh_year_meter_glance(r->meter, &now);
    wh_year_meter_records(r->meter, r->oracle);
    wh_oracle_look(r->oracle, &now);
    if (r->was_connected && !now.connected) {
        r->report->opened++;
        r->open_since_ms = r->now_ms;
    }
    r->was_connected = now.connected;
}

/* The meter does what it does by itself. */
static void tick(run *r, int64_t elapsed_ms)
{
    wh_year_meter_tick(r->meter, elapsed_ms, contacts(r));
    wh_oracle_tick(r->oracle, elapsed_ms, wh_year_meter_utc_ms(r->meter));
    look(r);
    r->report->ticks++;
}

/* ---- hands ---- */

static void purchase(run *r, wh_year_purchase which, int64_t amount)
{
    if (r->report->config.wallet) {
        bool accepted = wh_year_meter_purchase(r->meter, which, amount);
        wh_oracle_purchase(r->oracle, which, amount, accepted);
        tick(r, 0);
    }
}

static bool order(run *r, wh_year_order which, int64_t valid_ms)
{
    bool obeyed = wh_year_meter_order(r->meter, which, valid_ms);
    wh_oracle_order(r->oracle, which, valid_ms < 0, obeyed);
    return obeyed;
}

static bool change_tariff(run *r, const wh_year_action *a)
{
    int64_t from_ms = wh_year_meter_utc_ms(r->meter) + a->value;
    wh_year_tariff t = r->tariff;
    wh_err err;
    if (a->kind == WH_YEAR_TARIFF_CHANGE) {
        wh_year_tariff_change(&r->random, &t);
        err = wh_year_meter_calendar(r->meter, &t, from_ms);
    } else {
        wh_year_tariff_reprice(&r->random, &t);
        err = wh_year_meter_prices(r->meter, &t, from_ms);
    }
    if (err == WH_OK) {
        r->tariff = t;
        if (a->kind == WH_YEAR_TARIFF_CHANGE) {
            wh_oracle_calendar(r->oracle, &t, from_ms);
        } else {
            wh_oracle_prices(r->oracle, &t, from_ms);
        }
    }
    return err == WH_OK;
}

static bool set_clock(run *r, const wh_year_action *a)
{
    int64_t was_ms = wh_year_meter_utc_ms(r->meter);
    if (wh_year_meter_clock(r->meter, a, r->now_ms) != WH_OK) {
        return false;
    }
    int64_t to_ms = r->now_ms + a->value;
    if (a->kind == WH_YEAR_CLOCK_SHIFT) {
        to_ms = was_ms + a->value * SECOND_MS;
    } else if (a->kind == WH_YEAR_CLOCK_MINUTE) {
        to_ms = (was_ms + MINUTE_MS / 2) / MINUTE_MS * MINUTE_MS;
    }
    wh_oracle_clock_set(r->oracle, to_ms);
    return true;
}

static bool act_on_meter(run *r, const wh_year_action *a)
{
    switch (a->kind) {
    case WH_YEAR_CLOCK_SET:
    case WH_YEAR_CLOCK_SHIFT:
    case WH_YEAR_CLOCK_BROADCAST:
    case WH_YEAR_CLOCK_MINUTE:
        return set_clock(r, a);
    case WH_YEAR_TARIFF_CHANGE:
    case WH_YEAR_PRICE_CHANGE:
        return change_tariff(r, a);
    case WH_YEAR_FREEZE:
        return wh_year_meter_freeze(r->meter, r->oracle);
    case WH_YEAR_DEMAND_RESET:
        wh_oracle_demand_reset(r->oracle);
        return wh_year_meter_demand_reset(r->meter) == WH_OK;
    case WH_YEAR_ORDER:
        return order(r, (wh_year_order)a->which, a->value);
    case WH_YEAR_OUTAGE:
    case WH_YEAR_PURCHASE:
    case WH_YEAR_KEY:
    case WH_YEAR_COVER:
    case WH_YEAR_MAGNET:
    case WH_YEAR_ACTIONS:
    default:
        return true;
    }
}

static wh_err outage(run *r, int64_t duration_ms, bool battery_lost)
{
    int64_t left_ms = r->end_ms - r->now_ms;
    duration_ms = duration_ms < left_ms ? duration_ms : left_ms;
    int64_t had_uws = wh_oracle_uws(r->oracle, WH_REG_TOTAL, 0, WH_REG_ACTIVE_IMPORT);
    wh_year_meter_power_down(r->meter);
    skip_until(r, r->now_ms + duration_ms);
    wh_err err = wh_year_meter_power_up(r->meter, duration_ms, battery_lost);
    if (err != WH_OK) {
        return err;
    }
    wh_oracle_reading now;
    wh_year_meter_read(r->meter, &now);
    wh_oracle_power_up(r->oracle, duration_ms, battery_lost, &now);
    r->report->lost_uws +=
        had_uws - wh_oracle_uws(r->oracle, WH_REG_TOTAL, 0, WH_REG_ACTIVE_IMPORT);
    r->report->outage_ms += duration_ms;
    tick(r, 0);
    for (; r->action < r->script.count && r->script.action[r->action].at_ms <= r->now_ms;
         r->action++) {
        r->report->missed++;
    }
    return WH_OK;
}

static wh_err play(run *r, const wh_year_action *a)
{
    wh_year_report *report = r->report;
    if (a->kind == WH_YEAR_OUTAGE) {
        report->actions[a->kind]++;
        wh_err err = outage(r, a->duration_ms, (a->flags & WH_YEAR_BATTERY_LOST) != 0);
        check(r);
        return err;
    }
    if (a->kind == WH_YEAR_PURCHASE) {
        purchase(r, (wh_year_purchase)a->which, a->value);
    } else if (a->kind == WH_YEAR_KEY) {
        r->key_until_ms = r->now_ms + a->duration_ms;
    } else if (a->kind == WH_YEAR_COVER) {
        r->cover_until_ms = r->now_ms + a->duration_ms;
    } else if (a->kind == WH_YEAR_MAGNET) {
        r->magnet_until_ms = r->now_ms + a->duration_ms;
    }
    (*(act_on_meter(r, a) ? &report->actions[a->kind] : &report->refused[a->kind]))++;
    tick(r, 0);
    check(r);
    return WH_OK;
}

/* Nobody sits in the dark for ever: who is cut off pays, or calls. */
static void take_care(run *r)
{
    if (r->was_connected || r->now_ms - r->open_since_ms < CARE_MS) {
        return;
    }
    r->open_since_ms = r->now_ms;
    purchase(r, WH_YEAR_PURCHASE_GOOD, CARE_TOP_UP);
    (void)order(r, WH_YEAR_ORDER_UNPROTECT, DAY_MS);
    (void)order(r, WH_YEAR_ORDER_CLOSE, DAY_MS);
    tick(r, 0);
}

/* ---- the year ---- */

static int64_t sooner(int64_t a, int64_t b, int64_t now_ms)
{
    return b > now_ms && b < a ? b : a;
}

/* Until when nothing else happens: steps are those of the meter's clock. */
static int64_t next_moment(const run *r)
{
    int64_t ahead_ms = wh_year_meter_utc_ms(r->meter) - r->now_ms;
    int64_t next_ms = ((r->now_ms + ahead_ms) / r->step_ms + 1) * r->step_ms - ahead_ms;
    next_ms = sooner(next_ms, r->end_ms, r->now_ms);
    next_ms = sooner(next_ms, r->key_until_ms, r->now_ms);
    if (r->now_ms < r->key_until_ms) {
        next_ms = sooner(next_ms, r->now_ms + KEY_STEP_MS, r->now_ms);
    }
    if (r->action < r->script.count) {
        next_ms = sooner(next_ms, r->script.action[r->action].at_ms, r->now_ms);
    }
    return next_ms;
}

static void step(run *r)
{
    int64_t began_ms = r->now_ms;
    wh_year_interval interval;
    flow_until(r, next_moment(r), &interval);
    wh_year_meter_feed(r->meter, &interval);
    wh_oracle_feed(r->oracle, &interval);
    tick(r, r->now_ms - began_ms);
    take_care(r);
    if (r->now_ms >= r->next_check_ms) {
        check(r);
    }
}

/* A place in the series where rows are missing: so long. */
static int64_t gap_ms(const run *r)
{
    const wh_series *s = r->options->series;
    return s != NULL && r->now_ms >= r->minute_end_ms && r->row < s->count
               ? s->row[r->row].begin_ms - r->now_ms
               : 0;
}

static wh_err live(run *r)
{
    wh_err err = WH_OK;
    purchase(r, WH_YEAR_PURCHASE_GOOD, FIRST_TOP_UP);
    tick(r, 0);
    check(r);
    while (err == WH_OK && !r->stopped && r->now_ms < r->end_ms &&
           wh_oracle_finding(r->oracle) == NULL) {
        if (r->action < r->script.count && r->script.action[r->action].at_ms <= r->now_ms) {
            err = play(r, &r->script.action[r->action++]);
        } else if (gap_ms(r) > 0) {
            r->report->actions[WH_YEAR_OUTAGE]++;
            err = outage(r, gap_ms(r), false);
        } else {
            step(r);
        }
    }
    if (err == WH_OK) {
        check(r);
    }
    return err;
}

/* ---- before and after ---- */

static wh_err refuse(wh_message *message, const char *what)
{
    wh_message_set(message, "%s", what);
    return WH_ERR_RANGE;
}

static bool choose(uint8_t option, wh_random *random)
{
    bool by_chance = wh_random_u64(random) % 2 == 0;
    return option == 0 ? by_chance : option == 1;
}

static wh_err choose_all(run *r, wh_message *message)
{
    const wh_year_options *o = r->options;
    wh_year_meter_config *c = &r->report->config;
    size_t places = 0;
    while (wh_year_place_at(places) != NULL) {
        places++;
    }
    size_t place = (size_t)(wh_random_u64(&r->random) % places);
    c->place = o->place != NULL ? o->place : wh_year_place_at(place);
    c->place = o->series != NULL && o->place == NULL ? wh_year_place_find("utc") : c->place;
    wh_year_tariff_random(&r->random, &r->tariff);
    if (o->tariff != NULL && !wh_year_tariff_find(o->tariff, &r->tariff)) {
        return refuse(message, "no such tariff");
    }
    r->report->tariff = r->tariff;
    c->tariff = &r->report->tariff;
    c->flash = o->flash;
    c->slip_min = o->slip_min == 0 ? 15 : o->slip_min;
    c->hold_up = choose(o->hold_up, &r->random);
    c->wallet = choose(o->wallet, &r->random) && o->series == NULL;
    c->overdraft = (int64_t)(wh_random_u64(&r->random) % 3) * 5000000;
    c->limit_mw = o->series == NULL ? 25000000 : 0;
    static const uint8_t active[3] = {0x01, 0x05, 0x09};
    c->active_word = active[wh_random_u64(&r->random) % 3];
    c->reactive_word[0] = (uint8_t)wh_random_u64(&r->random);
    c->reactive_word[1] = (uint8_t)wh_random_u64(&r->random);
    return WH_OK;
}

static wh_err choose_time(run *r, wh_message *message)
{
    const wh_year_options *o = r->options;
    uint32_t step_s = o->step_s == 0 ? 60 : o->step_s;
    if (step_s > 900 || 900 % step_s != 0) {
        return refuse(message, "the step is not a divisor of 900 seconds");
    }
    if (o->days > 3660) {
        return refuse(message, "more than ten years");
    }
    int year = o->year == 0 ? 2026 : o->year;
    if (year < WH_ALMANAC_FIRST + 1 || year > WH_ALMANAC_LAST - 11) {
        return refuse(message, "the year is not from 2001 to 2049");
    }
    wh_civil_time begin = {.date = {year, 1, 1}};
    wh_err err = wh_civil_time_to_ms(&begin, &r->now_ms);
    if (err != WH_OK) {
        return err;
    }
    r->now_ms -= r->report->config.place->standard_s * SECOND_MS;
    r->end_ms = r->now_ms + (int64_t)(o->days == 0 ? 365 : o->days) * DAY_MS;
    if (o->series != NULL) {
        const wh_series *s = o->series;
        r->now_ms = s->row[0].begin_ms;
        int64_t all_ms = s->row[s->count - 1].begin_ms + s->step_ms;
        r->end_ms = r->now_ms + (int64_t)o->days * DAY_MS;
        r->end_ms = o->days == 0 || r->end_ms > all_ms ? all_ms : r->end_ms;
    }
    r->step_ms = step_s * SECOND_MS;
    r->minute_end_ms = r->now_ms;
    r->report->step_s = step_s;
    r->report->begin_ms = r->now_ms;
    return WH_OK;
}

static wh_err prepare(run *r, wh_message *message)
{
    const wh_year_options *o = r->options;
    wh_random_init(&r->random, o->seed ^ 0x79656172U);
    wh_err err = choose_all(r, message);
    if (err == WH_OK) {
        err = choose_time(r, message);
    }
    if (err != WH_OK) {
        return err;
    }
    const wh_year_place *place = r->report->config.place;
    wh_year_load_config house = wh_year_load_random(o->seed, &place->rule, r->now_ms,
                                                    place->latitude_deg, place->longitude_deg);
    r->load = malloc(sizeof *r->load);
    if (r->load == NULL) {
        return WH_ERR_SPACE;
    }
    wh_year_load_init(r->load, &house);
    wh_year_events_per_year busy = wh_year_script_busy();
    if (!o->calm && o->series == NULL) {
        err = wh_year_script_make(o->seed, &busy, r->now_ms, r->end_ms, &r->script);
    }
    if (err == WH_OK) {
        err = wh_year_meter_create(&r->report->config, r->now_ms, &r->meter, message);
    }
    if (err != WH_OK) {
        return err;
    }
    wh_oracle_config expected;
    wh_year_meter_expect(&r->report->config, &expected);
    expected.start_ms = r->now_ms;
    r->recorder_count = expected.recorder_count;
    memcpy(r->recorder, expected.recorder, sizeof r->recorder);
    r->oracle = wh_oracle_create(&expected);
    r->was_connected = true;
    return r->oracle == NULL ? WH_ERR_SPACE : WH_OK;
}

static void summarize(run *r)
{
    wh_year_report *report = r->report;
    report->end_ms = r->now_ms;
    wh_oracle_reading now;
    wh_year_meter_read(r->meter, &now);
    for (unsigned rate = 0; rate <= WH_YEAR_RATES; rate++) {
        report->import_uws[rate] = now.uws(now.meter, WH_REG_TOTAL, rate, WH_REG_ACTIVE_IMPORT);
        report->export_uws[rate] = now.uws(now.meter, WH_REG_TOTAL, rate, WH_REG_ACTIVE_EXPORT);
    }
    report->cost[0] = now.cost[0];
    report->cost[1] = now.cost[1];
    report->wallet = now.wallet;
    for (unsigned q = 0; q < 4; q++) {
        report->reactive_uws[q] =
            now.uws(now.meter, WH_REG_TOTAL, 0, (wh_reg)(WH_REG_REACTIVE_Q1 + q));
    }
    for (unsigned c = 0; c < WH_ORACLE_CHANNELS; c++) {
        report->peak[c] = wh_oracle_peak_ever(r->oracle, c);
    }
    report->events = wh_year_meter_events(r->meter);
    report->recorder_count = r->recorder_count;
    for (unsigned i = 0; i < r->recorder_count; i++) {
        report->recorder_name[i] = r->recorder[i].name;
        report->records[i] = wh_oracle_records(r->oracle, i);
    }
    report->wear = wh_year_meter_wear(r->meter);
    report->checks = wh_oracle_checks(r->oracle);
    report->holds = wh_oracle_finding(r->oracle) == NULL;
    if (!report->holds) {
        wh_message_set(&report->finding, "%s", wh_oracle_finding(r->oracle));
    }
}

wh_err wh_year_run(const wh_year_options *options, wh_year_report *report, wh_message *message)
{
    memset(report, 0, sizeof *report);
    report->seed = options->seed;
    run r = {.options = options, .report = report, .message = message};
    wh_message_set(message, "no memory");
    wh_err err = prepare(&r, message);
    if (err == WH_OK) {
        err = live(&r);
        if (err != WH_OK) {
            wh_message_set(message, "the meter does not start again after an outage: %s",
                           wh_err_text(err));
        } else if (r.stopped) {
            err = WH_ERR_STATE;
        } else {
            summarize(&r);
        }
    }
    wh_oracle_destroy(r.oracle);
    wh_year_meter_destroy(r.meter);
    wh_year_script_free(&r.script);
    free(r.load);
    return err;
}
