/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/analyse_report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    EVENTS_MAX = 1000, /* a recording with more is not one of events */
    DIGITS = 12
};

static const char *const origin_names[] = {
    [WH_PAIRS_NAMED] = "option",
    [WH_PAIRS_HEADER] = "header",
    [WH_PAIRS_GUESSED] = "guess",
};

static const char *const event_names[] = {
    [WH_VOLTAGE_DIP] = "dip",
    [WH_VOLTAGE_SWELL] = "swell",
    [WH_VOLTAGE_INTERRUPTION] = "interruption",
};

static const wh_recording_channel *voltage_of(const wh_analysis_report *r, size_t k)
{
    return &r->recording->channel[r->pairs.pair[k].u];
}

static const wh_recording_channel *current_of(const wh_analysis_report *r, size_t k)
{
    return &r->recording->channel[r->pairs.pair[k].i];
}

/* The name of a channel, or its place where it has none. */
static void channel_name(const wh_recording *rec, size_t channel, char *out, size_t size)
{
    const char *name = rec->channel[channel].name;
    if (name[0] != '\0') {
        (void)snprintf(out, size, "%s", name);
    } else {
        (void)snprintf(out, size, "#%zu", channel + 1);
    }
}

/* All events of one voltage; *count is limited to EVENTS_MAX. The caller frees it. */
static wh_voltage_event *find_events(const wh_analysis_report *r, size_t k, size_t *count)
{
    wh_voltage_event *events = calloc(EVENTS_MAX, sizeof *events);
    wh_voltage_limits limits = wh_voltage_limits_default(r->declared_v[k]);
    *count = 0;
    if (events != NULL) {
        *count = wh_voltage_events_find(r->half[k], r->half_count[k], &limits, events, EVENTS_MAX);
        *count = *count < EVENTS_MAX ? *count : EVENTS_MAX;
    }
    return events;
}

static double event_start_s(const wh_analysis_report *r, size_t k, const wh_voltage_event *e)
{
    return (double)(r->half_first + r->half[k][e->first].first) / r->half_fs_hz;
}

static double event_duration_s(const wh_analysis_report *r, const wh_voltage_event *e)
{
    return (double)(e->last - e->first) / (2 * r->range.f_nominal_hz);
}

/* ---- JSON --------------------------------------------------------------------------------- */

/* JSON has no NaN. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* A name on a command line need not be UTF-8, a JSON string must. */
static json_t *text(const char *s)
{
    json_t *j = json_string(s);
    if (j != NULL) {
        return j;
    }
    size_t len = strlen(s);
    char *copy = malloc(len + 1);
    if (copy == NULL) {
        return NULL;
    }
    for (size_t k = 0; k <= len; k++) {
        copy[k] = (unsigned char)s[k] < 0x80 ? s[k] : '?';
    }
    j = json_string(copy);
    free(copy);
    return j;
}

static json_t *phase_json(const wh_analysis_report *r, size_t k)
{
    const wh_analysis_phase *p = &r->phase[k];
    char u[256];
    char i[256];
    char pair[520];
    channel_name(r->recording, r->pairs.pair[k].u, u, sizeof u);
    channel_name(r->recording, r->pairs.pair[k].i, i, sizeof i);
    (void)snprintf(pair, sizeof pair, "%s/%s", u, i);
    const struct {
        const char *key;
        double value;
    } fields[] = {
        {"f_hz", p->f_hz},
        {"cycles", p->cycles},
        {"urms_v", p->urms_v},
        {"irms_a", p->irms_a},
        {"p_w", p->p_w},
        {"s_va", p->s_va},
        {"pf", p->pf},
        {"u1_v", p->u1_v},
        {"i1_a", p->i1_a},
        {"p1_w", p->p1_w},
        {"q1_var", p->q1_var},
        {"thd_u_pct", p->thd_u_pct},
        {"thd_i_pct", p->thd_i_pct},
        {"udc_v", p->udc_v},
        {"idc_a", p->idc_a},
    };
    json_t *j = json_object();
    (void)json_object_set_new(j, "pair", text(pair));
    for (size_t f = 0; f < sizeof fields / sizeof fields[0]; f++) {
        (void)json_object_set_new(j, fields[f].key, number(fields[f].value));
    }
    return j;
}

static json_t *sequence_json(const wh_analysis_report *r)
{
    if (r->pairs.count < 3) {
        return json_null();
    }
    wh_analysis_sequence s = wh_analysis_sequence_of(r->phase);
    json_t *j = json_object();
    (void)json_object_set_new(j, "u2_pct", number(s.u2_pct));
    (void)json_object_set_new(j, "u0_pct", number(s.u0_pct));
    (void)json_object_set_new(j, "rotation",
                              s.rotation != NULL ? json_string(s.rotation) : json_null());
    return j;
}

static json_t *half_json(const wh_analysis_report *r, size_t k)
{
    json_t *j = json_object();
    json_t *starts = json_array();
    json_t *ends = json_array();
    json_t *values = json_array();
    for (size_t n = 0; n < r->half_count[k]; n++) {
        const wh_urms_half *h = &r->half[k][n];
        (void)json_array_append_new(starts, json_integer((json_int_t)(r->half_first + h->first)));
        (void)json_array_append_new(ends, json_integer((json_int_t)(r->half_first + h->last)));
        (void)json_array_append_new(values, number(h->urms_v));
    }
    (void)json_object_set_new(j, "channel", text(voltage_of(r, k)->name));
    (void)json_object_set_new(j, "n_start", starts);
    (void)json_object_set_new(j, "n_end", ends);
    (void)json_object_set_new(j, "urms_v", values);
    return j;
}

static bool append_events_json(const wh_analysis_report *r, size_t k, json_t *list)
{
    size_t count;
    wh_voltage_event *events = find_events(r, k, &count);
    for (size_t n = 0; n < count; n++) {
        const wh_voltage_event *e = &events[n];
        json_t *j = json_object();
        (void)json_object_set_new(j, "event", json_string(event_names[e->kind]));
        (void)json_object_set_new(j, "channel", text(voltage_of(r, k)->name));
        (void)json_object_set_new(j, "start_s", number(event_start_s(r, k, e)));
        (void)json_object_set_new(j, "duration_s", number(event_duration_s(r, e)));
        (void)json_object_set_new(j, "extreme_v", number(e->extreme_v));
        (void)json_object_set_new(j, "declared_v", number(r->declared_v[k]));
        (void)json_object_set_new(j, "ended", json_boolean(e->last < r->half_count[k]));
        (void)json_array_append_new(list, j);
    }
    free(events);
    return events != NULL;
}

static json_t *report_json(const wh_analysis_report *r)
{
    const wh_recording *rec = r->recording;
    json_t *root = json_object();
    json_t *phases = json_array();
    (void)json_object_set_new(root, "file", text(r->file));
    (void)json_object_set_new(root, "format", text(rec->format));
    (void)json_object_set_new(root, "fs_hz", number(r->range.fs_hz));
    (void)json_object_set_new(root, "f_nominal_hz", number(r->range.f_nominal_hz));
    (void)json_object_set_new(root, "samples",
                              json_pack("[I,I]", (json_int_t)r->first, (json_int_t)r->last));
    (void)json_object_set_new(root, "periodic", json_boolean(r->range.periodic));
    (void)json_object_set_new(root, "pairs_from", json_string(origin_names[r->pairs.origin]));
    for (size_t k = 0; k < r->pairs.count; k++) {
        (void)json_array_append_new(phases, phase_json(r, k));
    }
    (void)json_object_set_new(root, "phases", phases);
    (void)json_object_set_new(root, "sequence", sequence_json(r));
    if (r->with_urms_half) {
        json_t *list = json_array();
        for (size_t k = 0; k < r->pairs.count; k++) {
            (void)json_array_append_new(list, half_json(r, k));
        }
        (void)json_object_set_new(root, "urms_half", list);
    }
    if (r->with_events) {
        json_t *list = json_array();
        for (size_t k = 0; k < r->pairs.count; k++) {
            (void)append_events_json(r, k, list);
        }
        (void)json_object_set_new(root, "events", list);
    }
    return root;
}

bool wh_analysis_report_json(const wh_analysis_report *r, FILE *out)
{
    json_t *root = report_json(r);
    bool done = root != NULL &&
                json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS)) == 0 &&
                fputc('\n', out) != EOF && fflush(out) == 0;
    json_decref(root);
    return done;
}

/* ---- text --------------------------------------------------------------------------------- */

/* Columns a terminal needs: bytes that begin a character. */
static int width_of(const char *s)
{
    int width = 0;
    for (; *s != '\0'; s++) {
        width += ((unsigned char)*s & 0xC0U) != 0x80U;
    }
    return width;
}

static void put_right(FILE *out, const char *s, int width)
{
    fprintf(out, "%*s%s", width > width_of(s) ? width - width_of(s) : 0, "", s);
}

/* A value with its prefix: "1.2346 kW", seven columns for the number. */
static void put_value(FILE *out, double value, const char *unit, bool prefixed)
{
    if (!isfinite(value)) {
        fprintf(out, "%10s %-5s", "-", "");
        return;
    }
    static const struct {
        double from;
        double factor;
        const char *text;
    } prefixes[] = {{1e6, 1e-6, "M"}, {1e3, 1e-3, "k"}, {1, 1, ""}, {0, 1e3, "m"}};
    size_t p = 2;
    if (prefixed && value != 0) {
        for (p = 0; fabs(value) < prefixes[p].from; p++) {
        }
    }
    double shown = value * prefixes[p].factor;
    shown = fabs(shown) < 0.00005 ? 0 : shown; /* not "-0.0000" */
    char with_prefix[16];
    (void)snprintf(with_prefix, sizeof with_prefix, "%s%s", prefixes[p].text, unit);
    fprintf(out, "%10.4f %-5s", shown, with_prefix);
}

typedef struct {
    const char *label;
    const char *unit;
    bool prefixed;
    size_t offset; /* of the double in wh_analysis_phase */
} row;

static const row rows[] = {
    {"frequency", "Hz", false, offsetof(wh_analysis_phase, f_hz)},
    {"voltage, rms", "V", true, offsetof(wh_analysis_phase, urms_v)},
    {"  fundamental", "V", true, offsetof(wh_analysis_phase, u1_v)},
    {"  THD", "%", false, offsetof(wh_analysis_phase, thd_u_pct)},
    {"  DC", "V", true, offsetof(wh_analysis_phase, udc_v)},
    {"current, rms", "A", true, offsetof(wh_analysis_phase, irms_a)},
    {"  fundamental", "A", true, offsetof(wh_analysis_phase, i1_a)},
    {"  THD", "%", false, offsetof(wh_analysis_phase, thd_i_pct)},
    {"  DC", "A", true, offsetof(wh_analysis_phase, idc_a)},
    {"active power P", "W", true, offsetof(wh_analysis_phase, p_w)},
    {"  fundamental P1", "W", true, offsetof(wh_analysis_phase, p1_w)},
    {"reactive power Q1", "var", true, offsetof(wh_analysis_phase, q1_var)},
    {"apparent power S", "VA", true, offsetof(wh_analysis_phase, s_va)},
    {"power factor", "", false, offsetof(wh_analysis_phase, pf)},
};

enum { LABEL_WIDTH = 18, COLUMN_WIDTH = 16, PHASES_BESIDE = 3 };

static void put_names(size_t first, size_t last, FILE *out)
{
    fprintf(out, "\n%-*s", LABEL_WIDTH, "");
    for (size_t k = first; k < last; k++) {
        char name[24];
        (void)snprintf(name, sizeof name, "L%zu", k + 1);
        fprintf(out, "  ");
        put_right(out, name, 10);
        fprintf(out, "%*s", COLUMN_WIDTH - 10, "");
    }
    fputc('\n', out);
}

static void put_table(const wh_analysis_report *r, size_t first, size_t last, FILE *out)
{
    put_names(first, last, out);
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        fprintf(out, "%-*s", LABEL_WIDTH, rows[n].label);
        for (size_t k = first; k < last; k++) {
            double value;
            memcpy(&value, (const char *)&r->phase[k] + rows[n].offset, sizeof value);
            fprintf(out, "  ");
            put_value(out, value, rows[n].unit, rows[n].prefixed);
        }
        fputc('\n', out);
    }
}

static void put_head(const wh_analysis_report *r, FILE *out)
{
    const wh_recording *rec = r->recording;
    fprintf(out, "%s\n%s, %.10g Hz, samples %zu:%zu of %zu (%.6g s, %.6g %s)\n", r->file,
            rec->format, r->range.fs_hz, r->first, r->last, rec->sample_count,
            (double)r->range.count / r->range.fs_hz, r->phase[0].cycles,
            r->phase[0].cycles == 1 ? "period" : "whole periods");
    fprintf(out, "pairs from %s:",
            r->pairs.origin == WH_PAIRS_NAMED    ? "--pairs"
            : r->pairs.origin == WH_PAIRS_HEADER ? "the file's header"
                                                 : "a guess; --pairs says otherwise");
    for (size_t k = 0; k < r->pairs.count; k++) {
        fprintf(out, "%s L%zu = %s / %s", k > 0 ? "," : "", k + 1, voltage_of(r, k)->name,
                current_of(r, k)->name);
    }
    fputc('\n', out);
}

static void put_sequence(const wh_analysis_report *r, FILE *out)
{
    wh_analysis_sequence s = wh_analysis_sequence_of(r->phase);
    if (s.rotation == NULL) {
        fprintf(out, "\nno voltage, so no sequence\n");
        return;
    }
    fprintf(out, "\nrotation %s, negative sequence %.4f %%, zero sequence %.4f %%\n", s.rotation,
            s.u2_pct, s.u0_pct);
}

static void put_halves(const wh_analysis_report *r, FILE *out)
{
    for (size_t k = 0; k < r->pairs.count; k++) {
        fprintf(out, "\nUrms(1/2) of %s\n%10s %10s %14s\n", voltage_of(r, k)->name, "from", "to",
                "V");
        for (size_t n = 0; n < r->half_count[k]; n++) {
            const wh_urms_half *h = &r->half[k][n];
            fprintf(out, "%10zu %10zu %14.6f\n", r->half_first + h->first, r->half_first + h->last,
                    h->urms_v);
        }
    }
}

static void put_events(const wh_analysis_report *r, FILE *out)
{
    size_t all = 0;
    fputc('\n', out);
    for (size_t k = 0; k < r->pairs.count; k++) {
        size_t count;
        wh_voltage_event *events = find_events(r, k, &count);
        for (size_t n = 0; n < count; n++) {
            const wh_voltage_event *e = &events[n];
            fprintf(out, "%-12s of %s at %.4f s for %.4f s%s: %.4f V, %.2f %% of %.4f V\n",
                    event_names[e->kind], voltage_of(r, k)->name, event_start_s(r, k, e),
                    event_duration_s(r, e), e->last < r->half_count[k] ? "" : " and longer",
                    e->extreme_v, 100 * e->extreme_v / r->declared_v[k], r->declared_v[k]);
        }
        all += count;
        free(events);
    }
    if (all == 0) {
        fprintf(out, "no dips, swells or interruptions\n");
    }
}

bool wh_analysis_report_text(const wh_analysis_report *r, FILE *out)
{
    put_head(r, out);
    for (size_t k = 0; k < r->pairs.count; k += PHASES_BESIDE) {
        size_t last = k + PHASES_BESIDE < r->pairs.count ? k + PHASES_BESIDE : r->pairs.count;
        put_table(r, k, last, out);
    }
    if (r->pairs.count >= 3) {
        put_sequence(r, out);
    }
    if (r->with_urms_half) {
        put_halves(r, out);
    }
    if (r->with_events) {
        put_events(r, out);
    }
    return fflush(out) == 0 && !ferror(out);
}
