/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/simulate_print.h"

#include "core/civil_time.h"
#include "core/time_zone.h"

#include <inttypes.h>

#define PER_KWH   3.6e12 /* uWs */
#define PER_UNIT  1e6    /* millionths */
#define DAY_MS    86400000.0
#define TIME_SIZE 32

static double kwh(int64_t uws)
{
    return (double)uws / PER_KWH;
}

static double money(int64_t millionths)
{
    return (double)millionths / PER_UNIT;
}

/* Local time, "2026-12-28 21:15"; "-" for none. */
static const char *local(const wh_year_report *r, int64_t utc_ms, char text[TIME_SIZE])
{
    wh_civil_time t;
    if (utc_ms == 0 || wh_time_zone_to_local(&r->config.place->rule, utc_ms, &t, NULL) != WH_OK) {
        (void)snprintf(text, TIME_SIZE, "-");
    } else {
        (void)snprintf(text, TIME_SIZE, "%04d-%02u-%02u %02u:%02u", (int)t.date.year, t.date.month,
                       t.date.day, t.hour, t.minute);
    }
    return text;
}

static void print_head(const wh_year_report *r, FILE *out)
{
    char begin[TIME_SIZE];
    char end[TIME_SIZE];
    fprintf(out,
            "seed %" PRIu64 ", %s, %s to %s\n"
            "%u rates, demand of %u min, steps of %" PRIu32 " s, %s, %s\n",
            r->seed, r->config.place->name, local(r, r->begin_ms, begin), local(r, r->end_ms, end),
            r->tariff.rates, r->config.slip_min, r->step_s,
            r->config.hold_up ? "a signal when power fails" : "no signal when power fails",
            r->config.wallet ? "prepayment" : "no prepayment");
    if (r->holds) {
        fprintf(out, "all holds: %" PRIu64 " comparisons in %" PRIu64 " steps\n\n", r->checks,
                r->ticks);
    } else {
        fprintf(out, "BROKEN at %s\n\n", r->finding.text);
    }
}

static void print_energy(const wh_year_report *r, FILE *out)
{
    fprintf(out, "energy          import kWh      export kWh\n");
    for (unsigned rate = 0; rate <= WH_YEAR_RATES; rate++) {
        char name[16] = "total";
        if (rate > 0) {
            (void)snprintf(name, sizeof name, "rate %u", rate);
        }
        if (rate == 0 || (r->import_uws[rate] | r->export_uws[rate]) != 0) {
            fprintf(out, "  %-10s %13.6f   %13.6f\n", name, kwh(r->import_uws[rate]),
                    kwh(r->export_uws[rate]));
        }
    }
    fprintf(out, "  reactive, kvarh by quadrant: %.3f  %.3f  %.3f  %.3f\n", kwh(r->reactive_uws[0]),
            kwh(r->reactive_uws[1]), kwh(r->reactive_uws[2]), kwh(r->reactive_uws[3]));
    for (unsigned c = 0; c < WH_ORACLE_CHANNELS; c++) {
        char at[TIME_SIZE];
        fprintf(out, "  largest demand of %s: %.6f kW, the period to %s\n", c == 0 ? "+A" : "-A",
                (double)r->peak[c].mw / 1e6, local(r, r->peak[c].end_ms, at));
    }
}

static void print_bills(const wh_year_report *r, FILE *out)
{
    fprintf(out, "\nbills      import kWh   export kWh         cost         paid   demand kW\n");
    for (unsigned i = 0; i < r->months; i++) {
        const wh_year_month *m = &r->month[i];
        fprintf(out, "  %04d-%02u %12.3f %12.3f %12.2f %12.2f %11.3f\n", (int)m->year, m->month,
                kwh(m->import_uws), kwh(m->export_uws), money(m->import_cost),
                money(m->export_cost), (double)m->peak_mw / 1e6);
    }
    fprintf(out, "  all     %12.3f %12.3f %12.2f %12.2f\n", kwh(r->import_uws[0]),
            kwh(r->export_uws[0]), money(r->cost[0]), money(r->cost[1]));
    if (r->config.wallet) {
        fprintf(out, "  in the wallet at the end: %.2f\n", money(r->wallet));
    }
}

static void print_life(const wh_year_report *r, FILE *out)
{
    fprintf(out, "\nwhat befell it      times   refused\n");
    for (unsigned i = 0; i < WH_YEAR_ACTIONS; i++) {
        if (r->actions[i] + r->refused[i] > 0) {
            fprintf(out, "  %-18s%5" PRIu32 "%10" PRIu32 "\n",
                    wh_year_action_name((wh_year_action_kind)i), r->actions[i], r->refused[i]);
        }
    }
    fprintf(out,
            "  without power %.2f days, which took %.6f kWh; %" PRIu32 " actions came meanwhile\n"
            "  the switch opened %" PRIu32 " times; %" PRIu32 " events\n",
            (double)r->outage_ms / DAY_MS, kwh(r->lost_uws), r->missed, r->opened, r->events);
}

static void print_records(const wh_year_report *r, FILE *out)
{
    fprintf(out, "\nrecords\n");
    for (unsigned i = 0; i < r->recorder_count; i++) {
        fprintf(out, "  %-22s%7" PRIu32 "\n", r->recorder_name[i], r->records[i]);
    }
    fprintf(out, "\nflash: the most worn of %" PRIu32 " sectors was erased %" PRIu32 " times",
            r->wear.sectors, r->wear.erases_max);
    if (r->wear.programs > 0) {
        fprintf(out, ", all of them %" PRIu64 "; %.1f MB written in %" PRIu64 " pieces",
                r->wear.erases, (double)r->wear.programmed_bytes / 1e6, r->wear.programs);
    }
    fprintf(out, "\n");
}

void simulate_print_page(const wh_year_report *report, FILE *out)
{
    print_head(report, out);
    print_energy(report, out);
    print_bills(report, out);
    print_life(report, out);
    print_records(report, out);
}

void simulate_print_line(const wh_year_report *r, FILE *out)
{
    uint32_t records = 0;
    for (unsigned i = 0; i < r->recorder_count; i++) {
        records += r->records[i];
    }
    fprintf(out,
            "%6" PRIu64 " %-8s %u rates %10.3f %10.3f kWh %10.2f  %3" PRIu32 " outages %6" PRIu32
            " records  %s\n",
            r->seed, r->config.place->name, r->tariff.rates, kwh(r->import_uws[0]),
            kwh(r->export_uws[0]), money(r->cost[0]), r->actions[WH_YEAR_OUTAGE], records,
            r->holds ? "holds" : r->finding.text);
}

/* ---- JSON: exact integers, units in the names ---- */

static json_t *json_array_of(const int64_t *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < count; i++) {
        (void)json_array_append_new(array, json_integer(values[i]));
    }
    return array;
}

static json_t *json_months(const wh_year_report *r)
{
    json_t *array = json_array();
    for (unsigned i = 0; array != NULL && i < r->months; i++) {
        const wh_year_month *m = &r->month[i];
        (void)json_array_append_new(
            array, json_pack("{s:i, s:i, s:I, s:I, s:I, s:I, s:I}", "year", (int)m->year, "month",
                             (int)m->month, "import_uws", (json_int_t)m->import_uws, "export_uws",
                             (json_int_t)m->export_uws, "cost_millionths",
                             (json_int_t)m->import_cost, "paid_millionths",
                             (json_int_t)m->export_cost, "demand_mw", (json_int_t)m->peak_mw));
    }
    return array;
}

static json_t *json_actions(const wh_year_report *r)
{
    json_t *object = json_object();
    for (unsigned i = 0; object != NULL && i < WH_YEAR_ACTIONS; i++) {
        (void)json_object_set_new(object, wh_year_action_name((wh_year_action_kind)i),
                                  json_pack("{s:I, s:I}", "times", (json_int_t)r->actions[i],
                                            "refused", (json_int_t)r->refused[i]));
    }
    return object;
}

static json_t *json_records(const wh_year_report *r)
{
    json_t *object = json_object();
    for (unsigned i = 0; object != NULL && i < r->recorder_count; i++) {
        (void)json_object_set_new(object, r->recorder_name[i],
                                  json_integer((json_int_t)r->records[i]));
    }
    return object;
}

static json_t *json_peaks(const wh_year_report *r)
{
    json_t *array = json_array();
    for (unsigned c = 0; array != NULL && c < WH_ORACLE_CHANNELS; c++) {
        (void)json_array_append_new(array, json_pack("{s:I, s:I}", "mw", (json_int_t)r->peak[c].mw,
                                                     "end_utc_ms", (json_int_t)r->peak[c].end_ms));
    }
    return array;
}

json_t *simulate_json(const wh_year_report *r)
{
    json_t *root = json_pack(
        "{s:I, s:b, s:s, s:s, s:i, s:i, s:b, s:b, s:I, s:I, s:I, s:I}", "seed", (json_int_t)r->seed,
        "holds", r->holds, "finding", r->finding.text, "place", r->config.place->name, "rates",
        (int)r->tariff.rates, "step_s", (int)r->step_s, "hold_up", r->config.hold_up, "prepayment",
        r->config.wallet, "begin_utc_ms", (json_int_t)r->begin_ms, "end_utc_ms",
        (json_int_t)r->end_ms, "steps", (json_int_t)r->ticks, "comparisons", (json_int_t)r->checks);
    json_t *rest =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:I, s:I, s:I, s:I}",
                  "import_uws", json_array_of(r->import_uws, WH_YEAR_RATES + 1), "export_uws",
                  json_array_of(r->export_uws, WH_YEAR_RATES + 1), "reactive_uvars",
                  json_array_of(r->reactive_uws, 4), "demand", json_peaks(r), "months",
                  json_months(r), "outage_ms", (json_int_t)r->outage_ms, "lost_uws",
                  (json_int_t)r->lost_uws, "actions", json_actions(r), "records", json_records(r),
                  "switch_openings", (json_int_t)r->opened, "events", (json_int_t)r->events,
                  "wallet_millionths", (json_int_t)r->wallet, "flash_erases_max",
                  (json_int_t)r->wear.erases_max, "flash_erases", (json_int_t)r->wear.erases);
    if (root == NULL || rest == NULL || json_object_update(root, rest) != 0) {
        json_decref(root);
        root = NULL;
    }
    json_decref(rest);
    return root;
}
