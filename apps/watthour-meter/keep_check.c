/* SPDX-License-Identifier: Apache-2.0 */
/* The block `keep`: ranges, defaults, and what its texts mean. */
#include "apps/watthour-meter/keep_settings.h"
#include "apps/watthour-meter/keep_text.h"
#include "host/zone_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE        96
#define MONEY_MAX       1e8 /* of the currency */
#define PRICE_MAX       1000.0
#define DEFAULT_RATES   4
#define DEFAULT_SECTORS 512
#define SECONDS_MAX     1000000.0

typedef struct {
    const wh_config_yaml *config;
    wh_keep_settings *keep;
    wh_keep_values *values;
    wh_message *message;
} check;

/* "keep.limits[2].above" */
static const char *key_at(char key[KEY_SIZE], const char *list, unsigned index, const char *field)
{
    (void)snprintf(key, KEY_SIZE, "keep.%s[%u]%s%s", list, index, field[0] == '\0' ? "" : ".",
                   field);
    return key;
}

static wh_err refuse_text(const check *c, const char *list, unsigned index, const char *text,
                          const char *like)
{
    char key[KEY_SIZE];
    return wh_config_yaml_refuse(c->config, c->message, key_at(key, list, index, ""),
                                 "must be like %s, is \"%s\"", like, text);
}

#define AT(type, member) offsetof(type, member)

static wh_err check_numbers(const check *c)
{
#define U32(key, member, min, max, fallback)                                         \
    {                                                                                \
        "keep." key, WH_CONFIG_U32, AT(wh_keep_settings, member), min, max, fallback \
    }
#define REAL(key, member, min, max, fallback)                                           \
    {                                                                                   \
        "keep." key, WH_CONFIG_DOUBLE, AT(wh_keep_settings, member), min, max, fallback \
    }
    static const wh_config_number numbers[] = {
        U32("store.sectors", store.sectors, 16, 65535, DEFAULT_SECTORS),
        U32("store.flush_s", store.flush_s, 1, 86400, 60),
        REAL("store.flush_wh", store.flush_wh, 0.001, 4000, 10),
        U32("rates", rates, 1, 63, 0),
        U32("demand.period_min", demand.period_min, 1, 60, 15),
        U32("demand.slips", demand.slips, 1, 60, 1),
        U32("billing.periods", billing.periods, 1, 254, 12),
        U32("switch_mode", switch_mode, 0, 6, 4),
        REAL("events.u_v", events.u_v, 10, 1000, 230),
        REAL("events.ib_a", events.ib_a, 0.01, 10000, 5),
        REAL("events.imax_a", events.imax_a, 0.01, 10000, 60),
        U32("events.depth", events.depth, 0, 255, 10),
        {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
    };
#undef U32
#undef REAL
    wh_err err = wh_config_yaml_numbers(c->config, numbers, c->keep, c->message);
    const wh_demand_settings *d = &c->keep->demand;
    if (err == WH_OK && (d->period_min % d->slips != 0 || 1440 % (d->period_min / d->slips) != 0)) {
        err = wh_config_yaml_refuse(c->config, c->message, "keep.demand",
                                    "%u min in %u slips do not fit a day", d->period_min, d->slips);
    }
    return err;
}

static wh_err check_zone(const check *c)
{
    c->values->have_zone = c->keep->zone != NULL;
    c->values->zone = (wh_time_zone){.standard_min = 0};
    if (c->keep->zone == NULL) {
        return WH_OK;
    }
    switch ((int)wh_zone_text_parse(c->keep->zone, &c->values->zone)) {
    case WH_OK:
        return WH_OK;
    case WH_ERR_NOT_FOUND:
        return wh_config_yaml_refuse(c->config, c->message, "keep.zone",
                                     "this machine knows no zone \"%s\"; a rule like "
                                     "CET-1CEST,M3.5.0,M10.5.0/3 needs no names",
                                     c->keep->zone);
    case WH_ERR_UNSUPPORTED:
        return wh_config_yaml_refuse(c->config, c->message, "keep.zone",
                                     "such a rule cannot be followed: \"%s\"", c->keep->zone);
    default:
        return wh_config_yaml_refuse(c->config, c->message, "keep.zone",
                                     "must be like Europe/Berlin or CET-1CEST,M3.5.0,M10.5.0/3, "
                                     "is \"%s\"",
                                     c->keep->zone);
    }
}

/* ---- tariff ---- */

static uint8_t highest_rate(const wh_tariff_days *days)
{
    uint8_t rate = 1;
    for (unsigned d = 0; d < days->day_count; ++d) {
        for (unsigned p = 0; p < days->day[d].period_count; ++p) {
            uint8_t r = days->day[d].period[p].rate;
            rate = r > rate ? r : rate;
        }
    }
    return rate;
}

static wh_err read_tables(const check *c)
{
    const wh_tariff_settings *t = c->keep->tariff;
    wh_keep_values *v = c->values;
    for (unsigned i = 0; i < t->days_count; ++i) {
        if (!wh_keep_text_day(t->days[i], &v->days.day[i])) {
            return refuse_text(c, "tariff.days", i, t->days[i], "'06:00 3, 08:00 2, 22:00 4'");
        }
    }
    v->days.day_count = (uint8_t)t->days_count;
    v->zones = (wh_tariff_zones){.season_count = 1};
    (void)wh_keep_text_season("01-01 1", &v->zones.season[0]);
    for (unsigned i = 0; i < t->seasons_count; ++i) {
        if (!wh_keep_text_season(t->seasons[i], &v->zones.season[i])) {
            return refuse_text(c, "tariff.seasons", i, t->seasons[i],
                               "'07-01 2' or '07-01 2 weekend 3'");
        }
        v->zones.season_count = (uint8_t)(i + 1);
    }
    for (unsigned i = 0; i < t->holidays_count; ++i) {
        if (!wh_keep_text_holiday(t->holidays[i], &v->holidays[i])) {
            return refuse_text(c, "tariff.holidays", i, t->holidays[i],
                               "'2026-10-01 3' or '12-25 3'");
        }
    }
    return WH_OK;
}

/* Zones and days into both sets: into force twice, which leaves the first set in force. */
static wh_err put_in_force(const wh_keep_values *v, wh_tariff_calendar *calendar, const char **key)
{
    wh_err err = WH_OK;
    for (int set = 0; err == WH_OK && set < 2; ++set) {
        *key = "keep.tariff.days";
        err = wh_tariff_set_days(calendar, &v->days);
        if (err == WH_OK) {
            *key = "keep.tariff.seasons";
            err = wh_tariff_set_zones(calendar, &v->zones);
        }
        if (err == WH_OK) {
            err = wh_tariff_calendar_schedule(calendar, 0, 0);
            (void)wh_tariff_calendar_switch(calendar, 1);
        }
    }
    return err;
}

wh_err wh_keep_calendar(const wh_keep_settings *keep, const wh_keep_values *v,
                        wh_tariff_calendar *calendar, const char **key)
{
    *key = "keep.tariff.table";
    wh_tariff_calendar_init(calendar);
    if (v->table != NULL) {
        return wh_tariff_table_load(v->table, calendar);
    }
    wh_err err = put_in_force(v, calendar, key);
    if (err == WH_OK) {
        *key = "keep.tariff.holidays";
        err = wh_tariff_set_holidays(calendar, v->holidays, keep->tariff->holidays_count);
    }
    return err;
}

/* The rules of the calendar itself: it is asked. */
static wh_err try_tables(const check *c)
{
    wh_tariff_calendar *calendar = malloc(sizeof *calendar);
    if (calendar == NULL) {
        wh_message_set(c->message, "no memory");
        return WH_ERR_IO;
    }
    const char *key = "";
    wh_err err = wh_keep_calendar(c->keep, c->values, calendar, &key);
    free(calendar);
    if (err == WH_OK) {
        return WH_OK;
    }
    const char *why = err == WH_ERR_FORMAT      ? "must be in the order of time, each once"
                      : err == WH_ERR_NOT_FOUND ? "names a day table that is not there"
                                                : "has a date that there is not";
    return wh_config_yaml_refuse(c->config, c->message, key, "%s", why);
}

static wh_err check_prices(const check *c, const char *list, const double *prices, unsigned count,
                           double min)
{
    for (unsigned i = 0; i < count; ++i) {
        if (!(prices[i] >= min && prices[i] <= PRICE_MAX)) {
            char key[KEY_SIZE];
            return wh_config_yaml_refuse(c->config, c->message, key_at(key, list, i, ""),
                                         "must be %.15g to %.15g, is %.15g", min, PRICE_MAX,
                                         prices[i]);
        }
    }
    return WH_OK;
}

static wh_err check_steps(const check *c)
{
    const wh_tariff_settings *t = c->keep->tariff;
    for (unsigned i = 0; i < t->steps_above_kwh_count; ++i) {
        double before = i == 0 ? 0.0 : t->steps_above_kwh[i - 1];
        if (!(t->steps_above_kwh[i] > before && t->steps_above_kwh[i] <= 4e6)) {
            char key[KEY_SIZE];
            return wh_config_yaml_refuse(
                c->config, c->message, key_at(key, "tariff.steps_above_kwh", i, ""),
                "must rise from 0 to 4000000, is %.15g", t->steps_above_kwh[i]);
        }
    }
    bool any = t->steps_above_kwh_count > 0 || t->steps_prices_count > 0;
    if (any && t->steps_prices_count != t->steps_above_kwh_count + 1) {
        return wh_config_yaml_refuse(c->config, c->message, "keep.tariff.steps_prices",
                                     "must have one price more than steps_above_kwh, has %u for %u",
                                     t->steps_prices_count, t->steps_above_kwh_count);
    }
    return check_prices(c, "tariff.steps_prices", t->steps_prices, t->steps_prices_count, 0);
}

static wh_err check_hours(const check *c)
{
    const wh_tariff_settings *t = c->keep->tariff;
    wh_keep_values *v = c->values;
    bool own = t->days_count > 0;
    if (!own && (t->seasons_count > 0 || t->holidays_count > 0)) {
        return wh_config_yaml_refuse(c->config, c->message, "keep.tariff",
                                     "seasons and holidays need days");
    }
    if (t->table != NULL && own) {
        return wh_config_yaml_refuse(c->config, c->message, "keep.tariff",
                                     "has a table or days, not both");
    }
    if (t->table != NULL) {
        v->table = wh_tariff_table_find(t->table);
        if (v->table == NULL) {
            return wh_config_yaml_refuse(c->config, c->message, "keep.tariff.table",
                                         "there is no \"%s\" (known: zhejiang, shanghai, ...; "
                                         "see data/tariffs/hours.csv)",
                                         t->table);
        }
        v->rates = v->table->rates;
        return WH_OK;
    }
    wh_err err = own ? read_tables(c) : WH_OK;
    if (err == WH_OK && own) {
        v->rates = highest_rate(&v->days);
        err = try_tables(c);
    }
    return err;
}

static wh_err check_tariff(const check *c)
{
    const wh_tariff_settings *t = c->keep->tariff;
    c->values->rates = 1;
    wh_err err = t != NULL ? check_hours(c) : WH_OK;
    if (err != WH_OK) {
        return err;
    }
    if (c->keep->rates == 0) {
        c->keep->rates = c->values->rates > DEFAULT_RATES ? c->values->rates : DEFAULT_RATES;
    } else if (c->keep->rates < c->values->rates) {
        return wh_config_yaml_refuse(c->config, c->message, "keep.rates",
                                     "the tariff has %u, so %u are too few", c->values->rates,
                                     c->keep->rates);
    }
    if (t == NULL) {
        return WH_OK;
    }
    const unsigned counts[] = {t->import_prices_count, t->export_prices_count};
    static const char *const lists[] = {"keep.tariff.import_prices", "keep.tariff.export_prices"};
    for (unsigned i = 0; i < 2; ++i) {
        if (counts[i] > c->keep->rates) {
            return wh_config_yaml_refuse(c->config, c->message, lists[i], "%u prices for %u rates",
                                         counts[i], c->keep->rates);
        }
    }
    err = check_prices(c, "tariff.import_prices", t->import_prices, counts[0], -PRICE_MAX);
    if (err == WH_OK) {
        err = check_prices(c, "tariff.export_prices", t->export_prices, counts[1], -PRICE_MAX);
    }
    return err == WH_OK ? check_steps(c) : err;
}

/* ---- records ---- */

/* A column of a record as a run: electricity, or one of the meter itself. */
static bool run_of(wh_column column, wh_column_run *run)
{
    const uint8_t *group = column.obis.group;
    bool electricity = group[WH_OBIS_A] == 1;
    *run = (wh_column_run){group[WH_OBIS_C], group[WH_OBIS_D], group[WH_OBIS_E], column.attribute,
                           electricity ? 0 : WH_RECORDER_HEAD};
    return group[WH_OBIS_A] <= 1 && group[WH_OBIS_B] == 0 && group[WH_OBIS_F] == 255;
}

static wh_err check_profile(const check *c, unsigned i)
{
    wh_profile_settings *p = &c->keep->profiles[i];
    char key[3][KEY_SIZE];
    const wh_config_number numbers[] = {
        {key_at(key[0], "profiles", i, "every_min"), WH_CONFIG_U32,
         AT(wh_profile_settings, every_min), 1, 1440, 15},
        {key_at(key[1], "profiles", i, "entries"), WH_CONFIG_U32, AT(wh_profile_settings, entries),
         1, 65535, 2976},
        {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
    };
    wh_err err = wh_config_yaml_numbers(c->config, numbers, p, c->message);
    if (err != WH_OK) {
        return err;
    }
    if (1440 % p->every_min != 0) {
        return wh_config_yaml_refuse(c->config, c->message, key[0],
                                     "must divide a day, is %u minutes", p->every_min);
    }
    if (p->columns_count == 0) {
        return wh_config_yaml_refuse(c->config, c->message,
                                     key_at(key[2], "profiles", i, "columns"), "needs a column");
    }
    for (unsigned k = 0; k < p->columns_count; ++k) {
        wh_column column;
        if (!wh_keep_text_column(p->columns[k], &column) || !wh_keep_text_known(column) ||
            !run_of(column, &c->values->columns[i][k])) {
            char list[KEY_SIZE];
            (void)snprintf(list, sizeof list, "profiles[%u].columns", i);
            return refuse_text(c, list, k, p->columns[k], "'1.8.0', or a name of the catalogue");
        }
    }
    return WH_OK;
}

static wh_err check_records(const check *c)
{
    wh_err err = WH_OK;
    for (unsigned i = 0; err == WH_OK && i < c->keep->profiles_count; ++i) {
        err = check_profile(c, i);
    }
    const wh_billing_settings *b = &c->keep->billing;
    c->values->billing[0] = (wh_boundary_pattern){.kind = WH_BOUNDARY_MONTHLY, .day = 1};
    for (unsigned i = 0; err == WH_OK && i < b->at_count; ++i) {
        if (!wh_keep_text_billing(b->at[i], &c->values->billing[i])) {
            err = refuse_text(c, "billing.at", i, b->at[i], "'1 00:00', or 'end' of the month");
        }
    }
    return err;
}

/* ---- supply ---- */

static wh_err limit_numbers(const check *c, unsigned i)
{
    static const struct {
        const char *field;
        size_t offset;
        double max;
        double fallback;
    } fields[] = {
        {"over_s", AT(wh_limit_settings, over_s), SECONDS_MAX, 60},
        {"under_s", AT(wh_limit_settings, under_s), SECONDS_MAX, 60},
        {"escalate_s", AT(wh_limit_settings, escalate_s), SECONDS_MAX, 0},
        {"reclose_max", AT(wh_limit_settings, reclose_max), 255, 0},
        {"reclose_wait_s", AT(wh_limit_settings, reclose_wait_s), SECONDS_MAX, 60},
    };
    wh_err err = WH_OK;
    for (size_t k = 0; err == WH_OK && k < sizeof fields / sizeof fields[0]; ++k) {
        char key[KEY_SIZE];
        const wh_config_number numbers[] = {
            {key_at(key, "limits", i, fields[k].field), WH_CONFIG_U32, fields[k].offset, 0,
             fields[k].max, fields[k].fallback},
            {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
        };
        err = wh_config_yaml_numbers(c->config, numbers, &c->keep->limits[i], c->message);
    }
    char key[KEY_SIZE];
    double above = c->keep->limits[i].above;
    if (err == WH_OK && !(above >= 0.0 && above <= 1e9)) {
        err = wh_config_yaml_refuse(c->config, c->message, key_at(key, "limits", i, "above"),
                                    "must be 0 to 1000000000, is %.15g", above);
    }
    return err;
}

/* W to mW, A to mA. */
static int64_t milli(double value)
{
    return llround(value * 1e3);
}

static wh_err check_limit(const check *c, unsigned i)
{
    const wh_limit_settings *s = &c->keep->limits[i];
    wh_limiter_config *l = &c->values->limits[i];
    wh_err err = limit_numbers(c, i);
    if (err != WH_OK) {
        return err;
    }
    *l = (wh_limiter_config){
        .monitored = s->value,
        .action_over = s->action,
        .action_under = s->action == WH_LIMITER_SHED         ? WH_LIMITER_RESTORE
                        : s->action == WH_LIMITER_DISCONNECT ? WH_LIMITER_RECONNECT
                                                             : WH_LIMITER_NOTHING,
        .reclose_max = (uint8_t)s->reclose_max,
        .min_over_s = s->over_s,
        .min_under_s = s->under_s,
        .escalate_s = s->escalate_s,
        .reclose_wait_s = s->reclose_wait_s,
        .threshold_normal = milli(s->above),
        .threshold_emergency = milli(s->above),
    };
    char list[KEY_SIZE];
    (void)snprintf(list, sizeof list, "limits[%u].by_rate", i);
    for (unsigned k = 0; k < s->by_rate_count; ++k) {
        if (!(s->by_rate[k] >= 0.0 && s->by_rate[k] <= 1e9)) {
            char key[KEY_SIZE];
            return wh_config_yaml_refuse(c->config, c->message, key_at(key, list, k, ""),
                                         "must be 0 to 1000000000, is %.15g", s->by_rate[k]);
        }
        l->threshold_rate[k] = milli(s->by_rate[k]);
    }
    (void)snprintf(list, sizeof list, "limits[%u].windows", i);
    for (unsigned k = 0; k < s->windows_count; ++k) {
        double above = 0.0;
        if (!wh_keep_text_window(s->windows[k], true, &l->window[k], &above)) {
            return refuse_text(c, list, k, s->windows[k], "'1-5 17:00-20:00 3000'");
        }
        l->window[k].threshold = milli(above);
    }
    return WH_OK;
}

static wh_err check_account(const check *c)
{
    wh_account_settings *a = c->keep->prepayment;
#define MONEY(member)                                                                     \
    {                                                                                     \
        "keep.prepayment." #member, WH_CONFIG_DOUBLE, AT(wh_account_settings, member), 0, \
            MONEY_MAX, 0                                                                  \
    }
    static const wh_config_number numbers[] = {
        MONEY(low),
        MONEY(overdraft),
        MONEY(emergency),
        MONEY(clearance),
        MONEY(hoarding),
        MONEY(per_day),
        {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
    };
#undef MONEY
    if (a == NULL) {
        return WH_OK;
    }
    wh_err err = wh_config_yaml_numbers(c->config, numbers, a, c->message);
    for (unsigned i = 0; err == WH_OK && i < a->friendly_count; ++i) {
        if (!wh_keep_text_window(a->friendly[i], false, &c->values->friendly[i], NULL)) {
            err = refuse_text(c, "prepayment.friendly", i, a->friendly[i], "'1-5 20:00-08:00'");
        }
    }
    return err;
}

static wh_err check_load(const check *c, unsigned i)
{
    static const struct {
        const char *field;
        size_t offset;
        double max;
    } fields[] = {
        {"priority", AT(wh_house_load_settings, priority), 255},
        {"min_on_s", AT(wh_house_load_settings, min_on_s), 65535},
        {"min_off_s", AT(wh_house_load_settings, min_off_s), 65535},
        {"power_max_w", AT(wh_house_load_settings, power_max_w), 2147483647.0},
    };
    wh_err err = WH_OK;
    for (size_t k = 0; err == WH_OK && k < sizeof fields / sizeof fields[0]; ++k) {
        char key[KEY_SIZE];
        const wh_config_number numbers[] = {
            {key_at(key, "loads", i, fields[k].field), WH_CONFIG_U32, fields[k].offset, 0,
             fields[k].max, 0},
            {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
        };
        err = wh_config_yaml_numbers(c->config, numbers, &c->keep->loads[i], c->message);
    }
    return err;
}

/* Only some control modes of the main switch let the meter close it by itself. */
static wh_err check_closing(const check *c)
{
    const wh_keep_settings *k = c->keep;
    if (k->switch_mode == 5 || k->switch_mode == 6) {
        return WH_OK;
    }
    for (unsigned i = 0; i < k->limits_count; ++i) {
        char key[KEY_SIZE];
        if (k->limits[i].action == WH_LIMITER_DISCONNECT && k->limits[i].reclose_max > 0) {
            return wh_config_yaml_refuse(c->config, c->message,
                                         key_at(key, "limits", i, "reclose_max"),
                                         "needs switch_mode 5 or 6, is %u", k->switch_mode);
        }
    }
    if (k->prepayment != NULL && k->prepayment->reconnects) {
        return wh_config_yaml_refuse(c->config, c->message, "keep.prepayment.reconnects",
                                     "needs switch_mode 5 or 6, is %u", k->switch_mode);
    }
    return WH_OK;
}

static wh_err check_supply(const check *c)
{
    wh_err err = check_account(c);
    for (unsigned i = 0; err == WH_OK && i < c->keep->limits_count; ++i) {
        err = check_limit(c, i);
    }
    for (unsigned i = 0; err == WH_OK && i < c->keep->loads_count; ++i) {
        err = check_load(c, i);
    }
    return err == WH_OK ? check_closing(c) : err;
}

/* ---- display ---- */

static wh_err read_screens(const check *c, const char *list, char *const *texts, unsigned count,
                           wh_column *screens)
{
    for (unsigned i = 0; i < count; ++i) {
        if (!wh_keep_text_column(texts[i], &screens[i])) {
            return refuse_text(c, list, i, texts[i],
                               "'1.8.0', '1.6.0 5', or a name of the catalogue");
        }
    }
    return WH_OK;
}

static wh_err check_display(const check *c)
{
    wh_screen_settings *s = c->keep->display;
    if (s == NULL) {
        return WH_OK;
    }
    static const wh_config_number numbers[] = {
        {"keep.display.screen_s", WH_CONFIG_U32, AT(wh_screen_settings, screen_s), 1, 99, 5},
        {"keep.display.key_s", WH_CONFIG_U32, AT(wh_screen_settings, key_s), 1, 255, 60},
        {"keep.display.energy_decimals", WH_CONFIG_U32, AT(wh_screen_settings, energy_decimals), 0,
         4, 2},
        {"keep.display.power_decimals", WH_CONFIG_U32, AT(wh_screen_settings, power_decimals), 0, 4,
         4},
        {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
    };
    wh_err err = wh_config_yaml_numbers(c->config, numbers, s, c->message);
    if (err == WH_OK) {
        err = read_screens(c, "display.automatic", s->automatic, s->automatic_count,
                           c->values->automatic);
    }
    if (err == WH_OK) {
        err = read_screens(c, "display.by_key", s->by_key, s->by_key_count, c->values->by_key);
    }
    return err;
}

wh_err wh_keep_settings_check(const wh_config_yaml *config, wh_keep_settings *keep,
                              wh_keep_values *values, wh_message *message)
{
    const check c = {config, keep, values, message};
    memset(values, 0, sizeof *values);
    wh_err err = check_numbers(&c);
    err = err == WH_OK ? check_zone(&c) : err;
    err = err == WH_OK ? check_tariff(&c) : err;
    err = err == WH_OK ? check_records(&c) : err;
    err = err == WH_OK ? check_supply(&c) : err;
    return err == WH_OK ? check_display(&c) : err;
}
