/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/keep_apply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MILLIONTHS 1e6

/* What all steps need. */
typedef struct {
    const wh_meter_settings *settings;
    const wh_keep_settings *keep;
    const wh_keep_values *values;
    wh_keeper *keeper;
    int64_t platform_ms;
    wh_message *message;
} apply;

static wh_err refuse(const apply *a, const char *key, wh_err err)
{
    return wh_config_yaml_refuse(a->settings->config, a->message, key,
                                 "the meter does not take it: %s", wh_err_text(err));
}

static int64_t millionths(double money)
{
    return llround(money * MILLIONTHS);
}

/* ---- clock ---- */

static bool same_change(const wh_time_zone_change *a, const wh_time_zone_change *b)
{
    return a->year == b->year && a->month == b->month && a->day == b->day &&
           a->weekday == b->weekday && a->hour == b->hour && a->minute == b->minute &&
           a->second == b->second && a->clock_min == b->clock_min;
}

static bool same_zone(const wh_time_zone *a, const wh_time_zone *b)
{
    bool offsets = a->standard_min == b->standard_min && a->dst_min == b->dst_min;
    return offsets && (a->dst_min == 0 ||
                       (same_change(&a->begin, &b->begin) && same_change(&a->end, &b->end)));
}

/* What is past counts as done: a meter begins to record when it has a time. */
static wh_err begin_records(const apply *a)
{
    wh_keeper *k = a->keeper;
    const wh_recorder_now now = {.zone = &k->clock.zone, .utc_ms = k->clock.utc_ms};
    wh_err err = WH_OK;
    for (unsigned i = 0; err == WH_OK && i < k->config->recorder_count; ++i) {
        err = wh_recorder_restart(&k->recorder[i], &k->store, &now);
    }
    return err;
}

static wh_err apply_clock(const apply *a)
{
    wh_clock *clock = &a->keeper->clock;
    wh_err err = WH_OK;
    if ((wh_clock_status(clock) & WH_CLOCK_STATUS_INVALID) != 0) {
        err = wh_clock_set(clock, a->platform_ms);
        err = err == WH_OK ? begin_records(a) : err;
        if (err != WH_OK) {
            return refuse(a, "source.start", err);
        }
    }
    if (a->values->have_zone && !same_zone(&clock->zone, &a->values->zone)) {
        err = wh_clock_set_zone(clock, &a->values->zone, false);
    }
    return err == WH_OK ? WH_OK : refuse(a, "keep.zone", err);
}

/* ---- tariff ---- */

typedef void put_part(const wh_tariff_calendar *c, wh_writer *w);

static void put_zones(const wh_tariff_calendar *c, wh_writer *w)
{
    wh_tariff_put_zones(c, WH_TARIFF_IN_FORCE, w);
}

static void put_days(const wh_tariff_calendar *c, wh_writer *w)
{
    wh_tariff_put_days(c, WH_TARIFF_IN_FORCE, w);
}

/* Is a part of the calendar in force the same in both? */
static bool same_part(const wh_tariff_calendar *a, const wh_tariff_calendar *b, put_part *put)
{
    uint8_t of_a[WH_TARIFF_HOLIDAYS_OCTETS]; /* the longest */
    uint8_t of_b[WH_TARIFF_HOLIDAYS_OCTETS];
    wh_writer wa = wh_writer_init(of_a, sizeof of_a);
    wh_writer wb = wh_writer_init(of_b, sizeof of_b);
    put(a, &wa);
    put(b, &wb);
    return wh_writer_err(&wa) == WH_OK && wh_writer_err(&wb) == WH_OK &&
           wh_writer_len(&wa) == wh_writer_len(&wb) && memcmp(of_a, of_b, wh_writer_len(&wa)) == 0;
}

static wh_err apply_calendar(const apply *a)
{
    bool has_hours = a->values->table != NULL || a->values->days.day_count > 0;
    if (a->keep->tariff == NULL || !has_hours) {
        return WH_OK;
    }
    wh_tariff_calendar *wanted = malloc(sizeof *wanted);
    if (wanted == NULL) {
        wh_message_set(a->message, "no memory");
        return WH_ERR_IO;
    }
    const char *key = "";
    wh_tariff_calendar *calendar = &a->keeper->calendar;
    wh_err err = wh_keep_calendar(a->keep, a->values, wanted, &key);
    if (err == WH_OK &&
        !(same_part(wanted, calendar, put_zones) && same_part(wanted, calendar, put_days) &&
          same_part(wanted, calendar, wh_tariff_put_holidays))) {
        *calendar = *wanted;
        wh_keeper_touch(a->keeper, WH_ROOM_ZONES);
        wh_keeper_touch(a->keeper, WH_ROOM_DAYS);
        wh_keeper_touch(a->keeper, WH_ROOM_HOLIDAYS);
    }
    free(wanted);
    return err == WH_OK ? WH_OK : refuse(a, key, err);
}

static wh_err apply_prices(const apply *a, wh_cost *cost, const double *prices, unsigned count,
                           wh_room room)
{
    int32_t wanted[WH_TARIFF_RATES_MAX] = {0};
    if (count == 0) {
        return WH_OK;
    }
    for (unsigned i = 0; i < count; ++i) {
        wanted[i] = (int32_t)millionths(prices[i]);
    }
    const int32_t *now = wh_cost_prices(cost, WH_TARIFF_IN_FORCE);
    if (memcmp(now, wanted, cost->rates * sizeof *now) == 0) {
        return WH_OK;
    }
    wh_err err = wh_cost_set_prices(cost, wanted, count);
    if (err == WH_OK) {
        wh_cost_schedule(cost, a->keeper->clock.utc_ms);
        (void)wh_cost_switch(cost, a->keeper->clock.utc_ms);
        wh_keeper_touch(a->keeper, room);
    }
    return err;
}

static wh_err apply_steps(const apply *a)
{
    const wh_tariff_settings *t = a->keep->tariff;
    if (t->steps_prices_count == 0) {
        return WH_OK;
    }
    wh_step_table table = {.settlement_count = 1, .season_count = 1};
    table.settlement[0] = (wh_step_settlement){.month = 0, .day = 1};
    table.season[0] = (wh_step_season){1, 1, (uint8_t)t->steps_above_kwh_count};
    for (unsigned i = 0; i < t->steps_above_kwh_count; ++i) {
        table.threshold_wh[i] = (uint32_t)llround(t->steps_above_kwh[i] * 1e3);
    }
    for (unsigned i = 0; i < t->steps_prices_count; ++i) {
        table.price[i] = (int32_t)millionths(t->steps_prices[i]);
    }
    uint8_t now[WH_STEP_OCTETS];
    uint8_t wanted[WH_STEP_OCTETS];
    wh_writer wn = wh_writer_init(now, sizeof now);
    wh_writer ww = wh_writer_init(wanted, sizeof wanted);
    wh_step_price *steps = &a->keeper->steps;
    wh_step_price_put(steps, WH_TARIFF_IN_FORCE, &wn);
    wh_err err = wh_step_price_set(steps, &table);
    if (err != WH_OK) {
        return err;
    }
    wh_step_price_put(steps, WH_TARIFF_STANDBY, &ww);
    if (wh_writer_len(&wn) != wh_writer_len(&ww) || memcmp(now, wanted, wh_writer_len(&wn)) != 0) {
        wh_step_price_schedule(steps, a->keeper->clock.utc_ms); /* at the first tick */
        wh_keeper_touch(a->keeper, WH_ROOM_STEPS);
    }
    return WH_OK;
}

static wh_err apply_tariff(const apply *a)
{
    const wh_tariff_settings *t = a->keep->tariff;
    wh_err err = apply_calendar(a);
    if (err != WH_OK || t == NULL) {
        return err;
    }
    err = apply_prices(a, &a->keeper->cost_import, t->import_prices, t->import_prices_count,
                       WH_ROOM_PRICES_IMPORT);
    if (err != WH_OK) {
        return refuse(a, "keep.tariff.import_prices", err);
    }
    err = apply_prices(a, &a->keeper->cost_export, t->export_prices, t->export_prices_count,
                       WH_ROOM_PRICES_EXPORT);
    if (err != WH_OK) {
        return refuse(a, "keep.tariff.export_prices", err);
    }
    err = apply_steps(a);
    return err == WH_OK ? WH_OK : refuse(a, "keep.tariff.steps_above_kwh", err);
}

/* ---- records ---- */

static wh_err apply_billing(const apply *a, unsigned billing)
{
    wh_keeper *k = a->keeper;
    wh_recorder *r = &k->recorder[billing];
    if (a->keep->billing.at_count == 0) {
        return WH_OK;
    }
    wh_recorder_settings settings;
    wh_recorder_get(r, &settings);
    bool same = true;
    for (unsigned i = 0; i < WH_RECORDER_TIMES_MAX; ++i) {
        same = same && wh_boundary_pattern_equal(&settings.time[i], &a->values->billing[i]);
        settings.time[i] = a->values->billing[i];
    }
    if (same) {
        return WH_OK;
    }
    const wh_recorder_now now = {.zone = &k->clock.zone, .utc_ms = k->clock.utc_ms};
    wh_err err = wh_recorder_set(r, &k->store, &now, &settings, k->work, WH_KEEPER_WORK);
    return err == WH_OK ? WH_OK : refuse(a, "keep.billing.at", err);
}

/* ---- supply ---- */

static wh_err apply_limits(const apply *a)
{
    for (unsigned i = 0; i < a->keep->limits_count; ++i) {
        wh_limiter *limiter = &a->keeper->limiter[i];
        wh_limiter_config wanted = a->values->limits[i];
        wanted.threshold_emergency = limiter->config.threshold_emergency; /* as set at the meter */
        wanted.forget_s = limiter->config.forget_s;
        wh_err err = wh_limiter_configure(limiter, &wanted);
        if (err != WH_OK) {
            char key[32];
            (void)snprintf(key, sizeof key, "keep.limits[%u]", i);
            return refuse(a, key, err);
        }
        wh_keeper_touch(a->keeper, (wh_room)(WH_ROOM_LIMITER_1 + (int)i));
    }
    return WH_OK;
}

/* A wallet, an emergency credit; what energy costs, a standing charge. */
static wh_err new_account(const apply *a)
{
    const wh_account_settings *s = a->keep->prepayment;
    wh_prepayment *p = &a->keeper->prepayment;
    const wh_time_zone *zone = &a->keeper->clock.zone;
    int64_t utc_ms = a->keeper->clock.utc_ms;
    const wh_credit_config wallet = {
        .type = WH_CREDIT_TOKEN,
        .priority = 1,
        .flags = WH_CREDIT_SHOWN | WH_CREDIT_TOKENS,
        .token_share = 100,
        .limit = -millionths(s->overdraft),
        .warning_threshold = millionths(s->low),
    };
    const wh_credit_config emergency = {
        .type = WH_CREDIT_EMERGENCY,
        .priority = 2,
        .flags = WH_CREDIT_SHOWN | WH_CREDIT_PAY_BACK | WH_CREDIT_CONFIRM,
        .preset = millionths(s->emergency),
    };
    const wh_charge_config energy = {.type = WH_CHARGE_CONSUMPTION, .priority = 1};
    const wh_charge_config standing = {
        .type = WH_CHARGE_TIME,
        .priority = 2,
        .flags = WH_CHARGE_CONTINUOUS,
        .unit_charge = millionths(s->per_day),
        .period = {.kind = WH_BOUNDARY_DAILY},
    };
    wh_err err = wh_prepayment_set_credit(p, 0, &wallet, zone, utc_ms);
    if (err == WH_OK && s->emergency > 0.0) {
        err = wh_prepayment_set_credit(p, 1, &emergency, zone, utc_ms);
    }
    if (err == WH_OK) {
        err = wh_prepayment_set_charge(p, 0, &energy, zone, utc_ms);
    }
    if (err == WH_OK && s->per_day > 0.0) {
        err = wh_prepayment_set_charge(p, 1, &standing, zone, utc_ms);
    }
    return err == WH_OK ? wh_prepayment_activate(p, zone, utc_ms) : err;
}

static wh_err apply_account(const apply *a)
{
    wh_prepayment *p = &a->keeper->prepayment;
    if (a->keep->prepayment == NULL) {
        return WH_OK;
    }
    const wh_prepayment_config *file = &a->keeper->config->prepayment;
    wh_prepayment_config wanted = p->config; /* what the file does not say: as set at the meter */
    wanted.mode = file->mode;
    wanted.reconnects = file->reconnects;
    wanted.low_credit_threshold = file->low_credit_threshold;
    wanted.clearance_threshold = file->clearance_threshold;
    wanted.hoarding_limit = file->hoarding_limit;
    memcpy(wanted.friendly, file->friendly, sizeof wanted.friendly);
    wh_err err = wh_prepayment_configure(p, &wanted);
    if (err == WH_OK && p->state == WH_PREPAYMENT_NEW) {
        err = new_account(a);
    }
    wh_keeper_touch(a->keeper, WH_ROOM_PREPAYMENT);
    return err == WH_OK ? WH_OK : refuse(a, "keep.prepayment", err);
}

static bool same_load(const wh_load_config *a, const wh_load_config *b)
{
    return a->load_class == b->load_class && a->priority == b->priority &&
           a->min_on_s == b->min_on_s && a->min_off_s == b->min_off_s &&
           a->power_max_w == b->power_max_w;
}

static wh_err apply_loads(const apply *a)
{
    for (unsigned i = 0; i < a->keep->loads_count; ++i) {
        const wh_house_load_settings *s = &a->keep->loads[i];
        wh_load_config wanted = {
            .load_class = (uint8_t)s->load_class,
            .priority = (uint8_t)s->priority,
            .min_on_s = (uint16_t)s->min_on_s,
            .min_off_s = (uint16_t)s->min_off_s,
            .power_max_w = s->power_max_w == 0 ? WH_LOAD_NO_LIMIT : (int32_t)s->power_max_w,
        };
        const wh_load *load = &a->keeper->loads.load[i];
        bool shed = load->used && load->shed_rank != 0; /* is changed at the next start */
        if (shed || (load->used && same_load(&load->config, &wanted))) {
            continue;
        }
        wh_err err = wh_loads_put(&a->keeper->loads, i, &wanted);
        if (err != WH_OK) {
            char key[32];
            (void)snprintf(key, sizeof key, "keep.loads[%u]", i);
            return refuse(a, key, err);
        }
    }
    return WH_OK;
}

/* ---- display ---- */

static bool same_screens(const wh_display *d, wh_display_list list, const wh_column *screens,
                         unsigned count)
{
    bool same = wh_display_count(d, list) == count;
    for (unsigned i = 0; same && i < count; ++i) {
        wh_column shown;
        same = wh_display_screen(d, list, i, &shown) == WH_OK &&
               wh_obis_equal(shown.obis, screens[i].obis) &&
               shown.attribute == screens[i].attribute;
    }
    return same;
}

static wh_err apply_list(const apply *a, wh_display_list list, const wh_column *screens,
                         unsigned count, const char *key)
{
    wh_display *d = &a->keeper->display;
    if (count == 0 || same_screens(d, list, screens, count)) {
        return WH_OK;
    }
    wh_err err = wh_display_set_list(d, list, screens, count);
    wh_keeper_touch(a->keeper, WH_ROOM_DISPLAY);
    return err == WH_OK ? WH_OK : refuse(a, key, err);
}

static wh_err apply_display(const apply *a)
{
    const wh_screen_settings *s = a->keep->display;
    if (s == NULL) {
        return WH_OK;
    }
    const wh_display_settings wanted = {
        .screen_s = (uint8_t)s->screen_s,
        .key_s = (uint8_t)s->key_s,
        .energy_decimals = (uint8_t)s->energy_decimals,
        .power_decimals = (uint8_t)s->power_decimals,
        .rate_names = s->rate_names,
    };
    const wh_display_settings *now = &a->keeper->display.settings;
    bool same = now->screen_s == wanted.screen_s && now->key_s == wanted.key_s &&
                now->energy_decimals == wanted.energy_decimals &&
                now->power_decimals == wanted.power_decimals &&
                now->rate_names == wanted.rate_names;
    wh_err err = same ? WH_OK : wh_display_set(&a->keeper->display, &wanted);
    if (err != WH_OK) {
        return refuse(a, "keep.display", err);
    }
    if (!same) {
        wh_keeper_touch(a->keeper, WH_ROOM_DISPLAY);
    }
    err = apply_list(a, WH_DISPLAY_AUTOMATIC, a->values->automatic, s->automatic_count,
                     "keep.display.automatic");
    return err == WH_OK ? apply_list(a, WH_DISPLAY_BY_KEY, a->values->by_key, s->by_key_count,
                                     "keep.display.by_key")
                        : err;
}

wh_err wh_keep_apply(const wh_meter_settings *settings, wh_meter *meter, unsigned billing,
                     int64_t platform_ms, wh_message *message)
{
    const apply a = {
        .settings = settings,
        .keep = settings->file->keep,
        .values = settings->keep,
        .keeper = meter->keeper,
        .platform_ms = platform_ms,
        .message = message,
    };
    wh_err err = apply_clock(&a);
    err = err == WH_OK ? apply_tariff(&a) : err;
    err = err == WH_OK ? apply_billing(&a, billing) : err;
    err = err == WH_OK ? apply_limits(&a) : err;
    err = err == WH_OK ? apply_account(&a) : err;
    err = err == WH_OK ? apply_loads(&a) : err;
    return err == WH_OK ? apply_display(&a) : err;
}
