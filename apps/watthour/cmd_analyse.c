/* SPDX-License-Identifier: Apache-2.0 */
/* watthour analyse: a recording, exactly. */
#include "apps/watthour/analyse_report.h"
#include "apps/watthour/command.h"
#include "apps/watthour/next_option.h"

#include "world/recording/text_lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: watthour analyse FILE [OPTIONS]\n"
    "\n"
    "What the voltages and currents of a recording are, exactly: frequency, U, I, P, S, power\n"
    "factor, fundamental, Q1 (above zero where the current lags), THD, DC, unbalance.\n"
    "FILE is COMTRADE (.cfg, .dat, .cff), CSV, WAV or another sound file.\n"
    "\n"
    "  --json              print JSON\n"
    "  --pairs U1/I1,...   voltage/current by name, or by place in the file: #5/#1. Without it:\n"
    "                      the pairs of the file's header, else a guess that is printed\n"
    "  --samples A:B       use samples A up to B, B excluded. Without it: the file's steady range,\n"
    "                      else all\n"
    "  --periodic          the samples are a whole number of periods, wherever they begin\n"
    "  --nominal HZ        nominal frequency, where the file has none or a wrong one\n"
    "  --urms-half         add Urms(1/2), a value each half period\n"
    "  --events            add dips, swells and interruptions found in it\n"
    "  --declared V        what events are measured against (default: median of Urms(1/2))\n"
    "  --channels N1,...   name the channels, for files without names (WAV)\n"
    "  --scale F1,...      multiply the channels, one factor each or one for all\n"
    "  --rate HZ           sample rate, where the file has none or a wrong one\n"
    "  --side p|s          COMTRADE: convert to primary or secondary values\n"
    "  --encoding NAME     code page of the names, such as CP1251 (default: guessed)\n"
    "  --help              this page\n"
    "\n"
    "examples:\n"
    "  watthour analyse kettle.csv\n"
    "  watthour analyse relay.cfg --pairs UA/IA,UB/IB,UC/IC --samples 0:2400 --json\n"
    "  watthour analyse relay.cff --events --declared 230\n"
    "  watthour analyse probe.wav --channels U,I --scale 392.5,14.1 --nominal 50\n";

enum {
    OPT_JSON = 256,
    OPT_PAIRS,
    OPT_SAMPLES,
    OPT_PERIODIC,
    OPT_NOMINAL,
    OPT_URMS_HALF,
    OPT_EVENTS,
    OPT_DECLARED,
    OPT_CHANNELS,
    OPT_SCALE,
    OPT_RATE,
    OPT_SIDE,
    OPT_ENCODING,
    OPT_HELP = 'h'
};

static const struct option long_options[] = {
    {"json", no_argument, NULL, OPT_JSON},
    {"pairs", required_argument, NULL, OPT_PAIRS},
    {"samples", required_argument, NULL, OPT_SAMPLES},
    {"periodic", no_argument, NULL, OPT_PERIODIC},
    {"nominal", required_argument, NULL, OPT_NOMINAL},
    {"urms-half", no_argument, NULL, OPT_URMS_HALF},
    {"events", no_argument, NULL, OPT_EVENTS},
    {"declared", required_argument, NULL, OPT_DECLARED},
    {"channels", required_argument, NULL, OPT_CHANNELS},
    {"scale", required_argument, NULL, OPT_SCALE},
    {"rate", required_argument, NULL, OPT_RATE},
    {"side", required_argument, NULL, OPT_SIDE},
    {"encoding", required_argument, NULL, OPT_ENCODING},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

/* What the command line says. */
typedef struct {
    const char *file;
    wh_recording_options recording;
    const char *pairs;
    bool have_samples;
    size_t first;
    size_t last;
    bool periodic;
    bool json;
    bool urms_half;
    bool events;
    double declared_v;
    bool help;
} arguments;

static wh_span span_of(const char *text)
{
    return (wh_span){text, strlen(text)};
}

static bool parse_positive(const char *option, const char *text, double *value, wh_message *m)
{
    if (wh_span_to_double(span_of(text), value) && *value > 0) {
        return true;
    }
    wh_message_set(m, "%s %s: not a number above zero", option, text);
    return false;
}

static bool parse_samples(arguments *a, const char *text, wh_message *m)
{
    wh_span rest = span_of(text);
    wh_span field;
    uint64_t first = 0;
    uint64_t last = 0;
    if (wh_span_count_fields(rest, ':') != 2 || !wh_span_take_field(&rest, ':', &field) ||
        !wh_span_to_unsigned(field, SIZE_MAX, &first) ||
        !wh_span_to_unsigned(wh_span_trim(rest), SIZE_MAX, &last) || first >= last) {
        wh_message_set(m, "--samples %s: not FIRST:LAST with FIRST below LAST", text);
        return false;
    }
    a->have_samples = true;
    a->first = (size_t)first;
    a->last = (size_t)last;
    return true;
}

static bool parse_side(arguments *a, const char *text, wh_message *m)
{
    bool primary =
        wh_span_is_nocase(span_of(text), "p") || wh_span_is_nocase(span_of(text), "primary");
    bool secondary =
        wh_span_is_nocase(span_of(text), "s") || wh_span_is_nocase(span_of(text), "secondary");
    a->recording.side = primary ? 'P' : 'S';
    if (!primary && !secondary) {
        wh_message_set(m, "--side %s: neither p nor s", text);
    }
    return primary || secondary;
}

static bool take_option(arguments *a, int option, wh_message *m)
{
    switch (option) {
    case OPT_JSON:
        a->json = true;
        return true;
    case OPT_PAIRS:
        a->pairs = optarg;
        return true;
    case OPT_SAMPLES:
        return parse_samples(a, optarg, m);
    case OPT_PERIODIC:
        a->periodic = true;
        return true;
    case OPT_NOMINAL:
        return parse_positive("--nominal", optarg, &a->recording.f_nominal_hz, m);
    case OPT_URMS_HALF:
        a->urms_half = true;
        return true;
    case OPT_EVENTS:
        a->events = true;
        return true;
    case OPT_DECLARED:
        return parse_positive("--declared", optarg, &a->declared_v, m);
    case OPT_CHANNELS:
        a->recording.channels = optarg;
        return true;
    case OPT_SCALE:
        a->recording.scale = optarg;
        return true;
    case OPT_RATE:
        return parse_positive("--rate", optarg, &a->recording.fs_hz, m);
    case OPT_SIDE:
        return parse_side(a, optarg, m);
    case OPT_ENCODING:
        a->recording.encoding = optarg;
        return true;
    default:
        a->help = option == OPT_HELP;
        return a->help;
    }
}

static bool parse_arguments(arguments *a, int argc, char **argv, wh_message *m)
{
    optind = 0;
    int option;
    while ((option = wh_next_option(argc, argv, long_options, NULL, m)) != -1) {
        if (!take_option(a, option, m)) {
            return false;
        }
    }
    if (a->help) {
        return true;
    }
    if (argc - optind != 1) {
        wh_message_set(m,
                       argc == optind ? "no FILE; see --help" : "more than one FILE; see --help");
        return false;
    }
    a->file = argv[optind];
    return true;
}

/* ---- from the file to the report ---------------------------------------------------------- */

static bool choose_range(const arguments *a, wh_analysis_report *r, wh_message *m)
{
    const wh_recording *rec = r->recording;
    r->first = a->have_samples ? a->first : rec->steady_first;
    r->last = a->have_samples ? a->last : rec->steady_last;
    bool all = r->first == 0 && r->last == rec->sample_count;
    r->range.periodic = a->periodic || (rec->periodic && (all || !a->have_samples));
    r->range.f_nominal_hz = rec->f_nominal_hz;
    r->range.count = r->last - r->first;
    return wh_recording_range_rate(rec, r->first, r->last, &r->range.fs_hz, m) == WH_OK;
}

static bool analyse_range(wh_analysis_report *r, wh_message *m)
{
    wh_analysis_input input[WH_RECORDING_PAIRS_MAX];
    const wh_recording *rec = r->recording;
    for (size_t k = 0; k < r->pairs.count; k++) {
        const wh_recording_pair *p = &r->pairs.pair[k];
        if (wh_recording_require(rec, p->u, r->first, r->last, m) != WH_OK ||
            wh_recording_require(rec, p->i, r->first, r->last, m) != WH_OK) {
            return false;
        }
        input[k].u = rec->channel[p->u].sample + r->first;
        input[k].i = rec->channel[p->i].sample + r->first;
    }
    r->range.f_nominal_hz = wh_analysis_nominal(&r->range, input, r->pairs.count);
    char place[420];
    wh_recording_place_of(rec, r->first, place, sizeof place);
    return wh_analysis_run(&r->range, input, r->pairs.count, r->phase, place, m) == WH_OK;
}

/* Urms(1/2) is over the whole recording unless samples were chosen. */
static bool measure_halves(const arguments *a, wh_analysis_report *r, wh_message *m)
{
    const wh_recording *rec = r->recording;
    size_t first = a->have_samples ? a->first : 0;
    size_t last = a->have_samples ? a->last : rec->sample_count;
    double fs_hz;
    if (wh_recording_range_rate(rec, first, last, &fs_hz, m) != WH_OK) {
        return false;
    }
    r->half_first = first;
    r->half_fs_hz = fs_hz;
    for (size_t k = 0; k < r->pairs.count; k++) {
        size_t u = r->pairs.pair[k].u;
        if (wh_recording_require(rec, u, first, last, m) != WH_OK) {
            return false;
        }
        if (wh_urms_half_compute(rec->channel[u].sample + first, last - first, fs_hz,
                                 r->range.f_nominal_hz, &r->half[k], &r->half_count[k]) != WH_OK) {
            wh_message_set(m, "%s: no memory for Urms(1/2), or less than two samples a period",
                           rec->data_file);
            return false;
        }
        r->declared_v[k] =
            a->declared_v > 0 ? a->declared_v : wh_urms_half_median(r->half[k], r->half_count[k]);
    }
    return true;
}

static bool analyse(const arguments *a, wh_analysis_report *r, wh_message *m)
{
    wh_recording *rec;
    if (wh_recording_open(a->file, &a->recording, &rec, m) != WH_OK) {
        return false;
    }
    r->recording = rec;
    r->file = a->file;
    r->with_urms_half = a->urms_half;
    r->with_events = a->events;
    bool done = wh_recording_find_pairs(rec, a->pairs, &r->pairs, m) == WH_OK &&
                choose_range(a, r, m) && analyse_range(r, m);
    if (done && (a->urms_half || a->events)) {
        done = measure_halves(a, r, m);
    }
    return done;
}

int wh_cmd_analyse(int argc, char **argv)
{
    arguments a = {.file = NULL};
    wh_message m = {""};
    if (!parse_arguments(&a, argc, argv, &m)) {
        fprintf(stderr, "watthour analyse: %s\n", m.text);
        return WH_EXIT_BAD_INPUT;
    }
    if (a.help) {
        fputs(help, stdout);
        return WH_EXIT_OK;
    }
    wh_analysis_report *r = calloc(1, sizeof *r);
    bool done = r != NULL && analyse(&a, r, &m);
    if (done) {
        done = a.json ? wh_analysis_report_json(r, stdout) : wh_analysis_report_text(r, stdout);
        wh_message_set(&m, "%s: the report cannot be written", a.file);
    }
    if (!done) {
        fprintf(stderr, "watthour analyse: %s\n", m.text);
    }
    for (size_t k = 0; r != NULL && k < r->pairs.count; k++) {
        free(r->half[k]);
    }
    wh_recording_destroy(r != NULL ? r->recording : NULL);
    free(r);
    return done ? WH_EXIT_OK : WH_EXIT_BAD_INPUT;
}
