/* SPDX-License-Identifier: Apache-2.0 */
/* The block `keep` in force, as a file. */
#include "apps/watthour-meter/keep_settings.h"
#include "apps/watthour-meter/print_value.h"

#include <inttypes.h>

/* A list on one line; nothing where it is empty. */
static void print_texts(FILE *out, const char *indent, const char *key, char *const *texts,
                        unsigned count)
{
    if (count == 0) {
        return;
    }
    (void)fprintf(out, "%s%s:\n", indent, key);
    for (unsigned i = 0; i < count; ++i) {
        (void)fprintf(out, "%s  - ", indent);
        wh_print_quoted(out, texts[i]);
        (void)fputc('\n', out);
    }
}

static void print_numbers(FILE *out, const char *indent, const char *key, const double *numbers,
                          unsigned count)
{
    if (count == 0) {
        return;
    }
    (void)fprintf(out, "%s%s: [", indent, key);
    for (unsigned i = 0; i < count; ++i) {
        char text[WH_PRINT_NUMBER_SIZE];
        (void)fprintf(out, "%s%s", i == 0 ? "" : ", ", wh_print_shortest(text, numbers[i]));
    }
    (void)fputs("]\n", out);
}

static void print_u32(FILE *out, const char *indent, const char *key, uint32_t value)
{
    (void)fprintf(out, "%s%s: %" PRIu32 "\n", indent, key, value);
}

static void print_bool(FILE *out, const char *indent, const char *key, bool value)
{
    (void)fprintf(out, "%s%s: %s\n", indent, key, value ? "true" : "false");
}

static void print_tariff(FILE *out, const wh_tariff_settings *t)
{
    const char *in = "    ";
    (void)fputs("  tariff:\n", out);
    wh_print_text(out, in, "table", t->table);
    print_texts(out, in, "days", t->days, t->days_count);
    print_texts(out, in, "seasons", t->seasons, t->seasons_count);
    print_texts(out, in, "holidays", t->holidays, t->holidays_count);
    print_numbers(out, in, "import_prices", t->import_prices, t->import_prices_count);
    print_numbers(out, in, "export_prices", t->export_prices, t->export_prices_count);
    print_numbers(out, in, "steps_above_kwh", t->steps_above_kwh, t->steps_above_kwh_count);
    print_numbers(out, in, "steps_prices", t->steps_prices, t->steps_prices_count);
}

static void print_records(FILE *out, const wh_keep_settings *k)
{
    (void)fprintf(out, "  demand: { period_min: %" PRIu32 ", slips: %" PRIu32 " }\n",
                  k->demand.period_min, k->demand.slips);
    if (k->profiles_count > 0) {
        (void)fputs("  profiles:\n", out);
    }
    for (unsigned i = 0; i < k->profiles_count; ++i) {
        const wh_profile_settings *p = &k->profiles[i];
        (void)fprintf(out, "    - every_min: %" PRIu32 "\n", p->every_min);
        print_u32(out, "      ", "entries", p->entries);
        print_texts(out, "      ", "columns", p->columns, p->columns_count);
    }
    (void)fputs("  billing:\n", out);
    print_u32(out, "    ", "periods", k->billing.periods);
    print_texts(out, "    ", "at", k->billing.at, k->billing.at_count);
}

static void print_limit(FILE *out, const wh_limit_settings *l)
{
    const char *in = "      ";
    (void)fprintf(out, "    - value: %s\n", wh_limit_value_names[l->value].str);
    wh_print_number(out, in, "above", l->above);
    print_numbers(out, in, "by_rate", l->by_rate, l->by_rate_count);
    print_texts(out, in, "windows", l->windows, l->windows_count);
    for (size_t i = 0; i < sizeof wh_limit_action_names / sizeof wh_limit_action_names[0]; ++i) {
        if (wh_limit_action_names[i].val == (int64_t)l->action) {
            (void)fprintf(out, "%saction: %s\n", in, wh_limit_action_names[i].str);
        }
    }
    print_u32(out, in, "over_s", l->over_s);
    print_u32(out, in, "under_s", l->under_s);
    print_u32(out, in, "escalate_s", l->escalate_s);
    print_u32(out, in, "reclose_max", l->reclose_max);
    print_u32(out, in, "reclose_wait_s", l->reclose_wait_s);
}

static void print_account(FILE *out, const wh_account_settings *a)
{
    const char *in = "    ";
    (void)fputs("  prepayment:\n", out);
    wh_print_number(out, in, "low", a->low);
    wh_print_number(out, in, "overdraft", a->overdraft);
    wh_print_number(out, in, "emergency", a->emergency);
    wh_print_number(out, in, "clearance", a->clearance);
    wh_print_number(out, in, "hoarding", a->hoarding);
    wh_print_number(out, in, "per_day", a->per_day);
    print_bool(out, in, "reconnects", a->reconnects);
    print_texts(out, in, "friendly", a->friendly, a->friendly_count);
}

static void print_supply(FILE *out, const wh_keep_settings *k)
{
    print_u32(out, "  ", "switch_mode", k->switch_mode);
    if (k->limits_count > 0) {
        (void)fputs("  limits:\n", out);
    }
    for (unsigned i = 0; i < k->limits_count; ++i) {
        print_limit(out, &k->limits[i]);
    }
    if (k->prepayment != NULL) {
        print_account(out, k->prepayment);
    }
    if (k->loads_count > 0) {
        (void)fputs("  loads:\n", out);
    }
    for (unsigned i = 0; i < k->loads_count; ++i) {
        const wh_house_load_settings *l = &k->loads[i];
        (void)fprintf(out,
                      "    - { class: %s, priority: %" PRIu32 ", min_on_s: %" PRIu32
                      ", min_off_s: %" PRIu32 ", power_max_w: %" PRIu32 " }\n",
                      wh_load_class_names[l->load_class].str, l->priority, l->min_on_s,
                      l->min_off_s, l->power_max_w);
    }
}

static void print_display(FILE *out, const wh_screen_settings *s)
{
    const char *in = "    ";
    (void)fputs("  display:\n", out);
    print_u32(out, in, "screen_s", s->screen_s);
    print_u32(out, in, "key_s", s->key_s);
    print_u32(out, in, "energy_decimals", s->energy_decimals);
    print_u32(out, in, "power_decimals", s->power_decimals);
    print_bool(out, in, "rate_names", s->rate_names);
    print_texts(out, in, "automatic", s->automatic, s->automatic_count);
    print_texts(out, in, "by_key", s->by_key, s->by_key_count);
}

void wh_keep_settings_print(const wh_keep_settings *k, FILE *out)
{
    (void)fputs("\nkeep:\n  store:\n", out);
    wh_print_text(out, "    ", "file", k->store.file);
    print_u32(out, "    ", "sectors", k->store.sectors);
    print_u32(out, "    ", "flush_s", k->store.flush_s);
    wh_print_number(out, "    ", "flush_wh", k->store.flush_wh);
    wh_print_text(out, "  ", "zone", k->zone);
    print_u32(out, "  ", "rates", k->rates);
    if (k->tariff != NULL) {
        print_tariff(out, k->tariff);
    }
    print_records(out, k);
    print_supply(out, k);
    if (k->display != NULL) {
        print_display(out, k->display);
    }
    if (k->bills != NULL) {
        (void)fputs("  bills:\n", out);
        wh_print_text(out, "    ", "key", k->bills->key);
        wh_print_text(out, "    ", "directory", k->bills->directory);
    }
    (void)fputs("  events:\n", out);
    wh_print_number(out, "    ", "u_v", k->events.u_v);
    wh_print_number(out, "    ", "ib_a", k->events.ib_a);
    wh_print_number(out, "    ", "imax_a", k->events.imax_a);
    print_u32(out, "    ", "depth", k->events.depth);
}
