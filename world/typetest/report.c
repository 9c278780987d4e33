/* SPDX-License-Identifier: Apache-2.0 */
#include "world/typetest/typetest.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* Four significant digits, or "-". */
static void number(char *out, size_t size, double value)
{
    if (isnan(value)) {
        (void)snprintf(out, size, "-");
    } else if (fabs(value) < 1e-6) {
        (void)snprintf(out, size, "0");
    } else {
        (void)snprintf(out, size, fabs(value) >= 0.0001 ? "%+.4f" : "%+.1e", value);
    }
}

static void limit_text(char *out, size_t size, const wh_typetest_row *row)
{
    if (row->limit_high != 0) {
        (void)snprintf(out, size, "-%.4g/+%.4g", row->limit, row->limit_high);
    } else {
        (void)snprintf(out, size, "%.4g", row->limit);
    }
}

typedef struct {
    char limit[24];
    char measured[WH_TYPETEST_VARIANTS][24];
    char margin[WH_TYPETEST_VARIANTS][24];
} cells;

static cells cells_of(const wh_typetest_row *row)
{
    cells c;
    limit_text(c.limit, sizeof c.limit, row);
    for (unsigned v = 0; v < WH_TYPETEST_VARIANTS; v++) {
        number(c.measured[v], sizeof c.measured[v], row->measured[v]);
        number(c.margin[v], sizeof c.margin[v],
               isnan(row->measured[v]) ? row->measured[v] : wh_typetest_margin(row, v));
        if (row->judged[v] && row->applicable && isnan(row->measured[v])) {
            (void)snprintf(c.measured[v], sizeof c.measured[v], "none");
        }
    }
    return c;
}

static const char *verdict(const wh_typetest_row *row)
{
    return !row->applicable ? "n/a" : row->pass ? "ok" : "FAIL";
}

/* A heading wherever the subject changes. */
static bool begins_subject(const wh_typetest_report *r, size_t i)
{
    return i == 0 || strcmp(r->row[i].subject, r->row[i - 1].subject) != 0 ||
           strcmp(r->row[i].section, r->row[i - 1].section) != 0;
}

static void summary(const wh_typetest_report *r, char *out, size_t size)
{
    size_t absent = 0;
    for (size_t i = 0; i < r->count; i++) {
        absent += r->row[i].applicable ? 0 : 1;
    }
    (void)snprintf(
        out, size,
        "%zu rows: %zu within limits, %zu failed, %zu not applicable; %.0f s of meter time%s",
        r->count, r->count - r->failed - absent, r->failed, absent, r->simulated_s,
        r->quick ? " (quick: a part of the rows, short)" : "");
}

void wh_typetest_print_text(const wh_typetest_report *r, FILE *out)
{
    for (size_t i = 0; i < r->count; i++) {
        const wh_typetest_row *row = &r->row[i];
        if (begins_subject(r, i)) {
            fprintf(out, "\n%s  %s\n", row->section, row->subject);
            fprintf(out, "  %-66s %-9s %12s %-9s %9s %9s %9s %9s\n", "condition", "class", "limit",
                    "", "24 bit", "margin", "101 dB", "margin");
        }
        if (!row->applicable) {
            fprintf(out, "  %-66s %-9s not applicable: %s\n", row->condition, row->accuracy,
                    row->note);
            continue;
        }
        cells c = cells_of(row);
        fprintf(out, "  %-66s %-9s %12s %-9s %9s %9s %9s %9s %s\n", row->condition, row->accuracy,
                c.limit, row->unit, c.measured[0], c.margin[0], c.measured[1], c.margin[1],
                verdict(row));
    }
    char text[160];
    summary(r, text, sizeof text);
    fprintf(out, "\n%s\n", text);
}

static const char preamble[] =
    "# Accuracy\n"
    "\n"
    "Written by `watthour typetest --markdown`; do not edit.\n"
    "\n"
    "What is tested is the meter's own integer code, fed sample by sample at 8 kHz with 24-bit codes: an exact\n"
    "signal (sums of sines, so that true values are known to the last digit), a converter model, the metrology,\n"
    "the registers' quanta and the power-quality engine. \"24 bit\" is without noise; \"101 dB\" adds white noise\n"
    "101 dB below a full-scale sine to every channel. Errors are of the arithmetic alone: sensors, converters\n"
    "and references of a real meter add theirs. The margin is the limit less the size of the error.\n"
    "\n"
    "Meters: direct 10(100) A, 1000 imp/kWh; through transformers 5(10) A, 10000 imp/kWh; goals 100 A without creep\n"
    "threshold. 3 x 230 V, half of full scale; Imax is 0.9 of full scale. Waveforms of the harmonic tests are\n"
    "Fourier series below 3.6 kHz. Flicker rows with sines show the error of the dU/U that would give Pinst = 1.\n"
    "Limits are from our summary of the standards, partly from memory; check a bought copy before any\n"
    "claim of conformity.\n";

void wh_typetest_print_markdown(const wh_typetest_report *r, FILE *out)
{
    char text[160];
    summary(r, text, sizeof text);
    fprintf(out, "%s\n**%s**\n", preamble, text);
    for (size_t i = 0; i < r->count; i++) {
        const wh_typetest_row *row = &r->row[i];
        if (begins_subject(r, i)) {
            fprintf(out, "\n## %s %s\n\n", row->section, row->subject);
            fputs("| condition | class | limit | 24 bit | margin | 101 dB | margin | |\n"
                  "|---|---|---:|---:|---:|---:|---:|---|\n",
                  out);
        }
        if (!row->applicable) {
            fprintf(out, "| %s | %s | | | | | | not applicable: %s |\n", row->condition,
                    row->accuracy, row->note);
            continue;
        }
        cells c = cells_of(row);
        fprintf(out, "| %s | %s | %s %s | %s | %s | %s | %s | %s%s%s |\n", row->condition,
                row->accuracy, c.limit, row->unit, c.measured[0], c.margin[0], c.measured[1],
                c.margin[1], verdict(row), row->note != NULL ? ": " : "",
                row->note != NULL ? row->note : "");
    }
}

static json_t *json_value(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *json_row(const wh_typetest_row *row)
{
    static const char *const names[WH_TYPETEST_VARIANTS] = {"24bit", "101db"};
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "id", row->id, "section",
                          row->section, "subject", row->subject, "condition", row->condition,
                          "class", row->accuracy, "unit", row->unit, "applicable", row->applicable);
    if (o == NULL) {
        return NULL;
    }
    int err = 0;
    if (row->note != NULL) {
        err |= json_object_set_new(o, "note", json_string(row->note));
    }
    if (!row->applicable) {
        return err == 0 ? o : (json_decref(o), NULL);
    }
    err |= json_object_set_new(o, "limit", json_real(row->limit));
    if (row->limit_high != 0) {
        err |= json_object_set_new(o, "limit_high", json_real(row->limit_high));
    }
    for (unsigned v = 0; v < WH_TYPETEST_VARIANTS; v++) {
        double margin = isnan(row->measured[v]) ? row->measured[v] : wh_typetest_margin(row, v);
        json_t *variant = json_pack("{s:b, s:o, s:o}", "judged", row->judged[v], "error",
                                    json_value(row->measured[v]), "margin", json_value(margin));
        err |= json_object_set_new(o, names[v], variant);
    }
    err |= json_object_set_new(o, "pass", json_boolean(row->pass));
    return err == 0 ? o : (json_decref(o), NULL);
}

wh_err wh_typetest_print_json(const wh_typetest_report *r, FILE *out)
{
    json_t *rows = json_array();
    int err = rows == NULL ? -1 : 0;
    for (size_t i = 0; i < r->count && err == 0; i++) {
        err = json_array_append_new(rows, json_row(&r->row[i]));
    }
    json_t *report = json_pack("{s:b, s:I, s:I, s:f, s:o}", "quick", r->quick, "rows_count",
                               (json_int_t)r->count, "failed", (json_int_t)r->failed, "simulated_s",
                               r->simulated_s, "rows", rows);
    if (report == NULL) {
        return WH_ERR_SPACE;
    }
    if (err == 0) {
        err = json_dumpf(report, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
        err |= fputc('\n', out) == EOF ? -1 : 0;
    }
    json_decref(report);
    return err == 0 ? WH_OK : WH_ERR_IO;
}
