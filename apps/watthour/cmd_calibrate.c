/* SPDX-License-Identifier: Apache-2.0 */
/* watthour calibrate: from samples and what is true to the constants of a meter. */
#include "apps/watthour/calibrate_reference.h"
#include "apps/watthour/calibrate_samples.h"
#include "apps/watthour/command.h"

#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEG 57.29577951308232

static const char help[] =
    "watthour calibrate - find gains, angles, noise and offsets of a meter\n"
    "\n"
    "usage: watthour calibrate FILE WHAT IS TRUE [OPTIONS]\n"
    "       watthour calibrate --simulate SEED [WHAT IS TRUE] [OPTIONS]\n"
    "\n"
    "FILE is a recording (CSV, COMTRADE, WAV, ...) of a steady load, as the meter's channels saw it;\n"
    "--simulate makes one instead, behind a front end with errors drawn by the seed.\n"
    "\n"
    "what is true, one number per phase (rms values without DC):\n"
    "  --urms V,V,V     voltage            --irms A,A,A    current\n"
    "  --angle D,D,D    degrees the current lags by; or\n"
    "  --p W,W,W        active power, with --q VAR,VAR,VAR: both of the fundamental; without --q the\n"
    "                   waves are taken as sines and the load as inductive\n"
    "  --in A           neutral current\n"
    "  --reference FILE the same from YAML or JSON: phases: [{urms_v, irms_a, angle_deg | p_w, q_var}],\n"
    "                   neutral_a\n"
    "\n"
    "options:\n"
    "  --u-full V       peak voltage at full scale (500)     --i-full A   peak current (200)\n"
    "  --pairs U1/I1,.. channels of FILE                      --neutral C  its neutral channel\n"
    "  --nominal HZ     50 or 60 (what FILE says, else 50)\n"
    "  --no-load FILE   a recording without current: offsets against crosstalk\n"
    "  --verify         say what is left when one half of the samples is measured with the other's result\n"
    "  --json\n"
    "  -h, --help\n"
    "\n"
    "Prints the block `calibration:` of the meter's configuration. Exit status: 0 done, 1 it cannot be\n"
    "calibrated (or --verify leaves more than 0.02 %), 2 bad input.\n"
    "\n"
    "examples:\n"
    "  watthour calibrate bench.csv --urms 230.02 --irms 5.001 --angle 60 --verify\n"
    "  watthour calibrate bench.cfg --reference bench.yaml --no-load idle.cfg --json\n"
    "  watthour calibrate --simulate 7 --verify\n";

#define RESIDUAL_LIMIT 0.02 /* percent */

typedef struct {
    const char *file;
    const char *no_load;
    const char *reference;
    wh_calibrate_lists lists;
    wh_calibrate_wiring wiring;
    double nominal_hz;
    bool simulate;
    uint64_t seed;
    bool verify;
    bool json;
    bool help;
} arguments;

typedef struct {
    wh_metrology_config config;
    unsigned phases;
    wh_calibrate_reference reference;
    wh_calibrate_means left; /* of the second half, with the result of the first */
    bool verified;
} result;

enum {
    OPT_URMS = 256,
    OPT_IRMS,
    OPT_ANGLE,
    OPT_P,
    OPT_Q,
    OPT_IN,
    OPT_REFERENCE,
    OPT_U_FULL,
    OPT_I_FULL,
    OPT_PAIRS,
    OPT_NEUTRAL,
    OPT_NOMINAL,
    OPT_NO_LOAD,
    OPT_SIMULATE,
    OPT_VERIFY,
    OPT_JSON
};

static const struct option long_options[] = {
    {"urms", required_argument, NULL, OPT_URMS},
    {"irms", required_argument, NULL, OPT_IRMS},
    {"angle", required_argument, NULL, OPT_ANGLE},
    {"p", required_argument, NULL, OPT_P},
    {"q", required_argument, NULL, OPT_Q},
    {"in", required_argument, NULL, OPT_IN},
    {"reference", required_argument, NULL, OPT_REFERENCE},
    {"u-full", required_argument, NULL, OPT_U_FULL},
    {"i-full", required_argument, NULL, OPT_I_FULL},
    {"pairs", required_argument, NULL, OPT_PAIRS},
    {"neutral", required_argument, NULL, OPT_NEUTRAL},
    {"nominal", required_argument, NULL, OPT_NOMINAL},
    {"no-load", required_argument, NULL, OPT_NO_LOAD},
    {"simulate", required_argument, NULL, OPT_SIMULATE},
    {"verify", no_argument, NULL, OPT_VERIFY},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool parse_number(const char *option, const char *text, double low, double high,
                         double *value)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end != '\0' || !(*value >= low && *value <= high)) {
        fprintf(stderr, "watthour calibrate: --%s %s: not a number from %g to %g\n", option, text,
                low, high);
        return false;
    }
    return true;
}

static bool take_seed(arguments *a, const char *text)
{
    char *end;
    a->simulate = true;
    a->seed = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0') {
        fprintf(stderr, "watthour calibrate: --simulate %s: not a whole number\n", text);
        return false;
    }
    return true;
}

/* Where the text of an option goes; NULL: it has none of its own. */
static const char **text_of(arguments *a, int option)
{
    switch (option) {
    case OPT_URMS:
        return &a->lists.urms;
    case OPT_IRMS:
        return &a->lists.irms;
    case OPT_ANGLE:
        return &a->lists.angle;
    case OPT_P:
        return &a->lists.p;
    case OPT_Q:
        return &a->lists.q;
    case OPT_IN:
        return &a->lists.neutral;
    case OPT_REFERENCE:
        return &a->reference;
    case OPT_PAIRS:
        return &a->wiring.pairs;
    case OPT_NEUTRAL:
        return &a->wiring.neutral;
    case OPT_NO_LOAD:
        return &a->no_load;
    default:
        return NULL;
    }
}

static bool take_option(arguments *a, int option)
{
    const char **text = text_of(a, option);
    if (text != NULL) {
        *text = optarg;
        return true;
    }
    switch (option) {
    case OPT_U_FULL:
        return parse_number("u-full", optarg, 0.001, 1e6, &a->wiring.u_full_v);
    case OPT_I_FULL:
        return parse_number("i-full", optarg, 0.001, 1e6, &a->wiring.i_full_a);
    case OPT_NOMINAL:
        return parse_number("nominal", optarg, 50, 60, &a->nominal_hz);
    case OPT_SIMULATE:
        return take_seed(a, optarg);
    case OPT_VERIFY:
        a->verify = true;
        return true;
    case OPT_JSON:
        a->json = true;
        return true;
    case 'h':
        a->help = true;
        return true;
    default:
        return false; /* getopt has said why */
    }
}

static bool parse(int argc, char **argv, arguments *a)
{
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (!take_option(a, option)) {
            return false;
        }
    }
    a->file = optind < argc ? argv[optind++] : NULL;
    if (a->help) {
        return true;
    }
    const char *wrong = NULL;
    if (optind < argc) {
        wrong = "more than one FILE";
    } else if ((a->file != NULL) == a->simulate) {
        wrong = "either FILE or --simulate; --help says more";
    } else if (a->simulate && a->no_load != NULL) {
        wrong = "--simulate makes its own samples without load";
    } else if (a->reference != NULL && (a->lists.urms != NULL || a->lists.irms != NULL)) {
        wrong = "either --reference or --urms and --irms";
    }
    if (wrong != NULL) {
        fprintf(stderr, "watthour calibrate: %s\n", wrong);
    }
    return wrong == NULL;
}

static wh_err find_reference(const arguments *a, result *r, wh_message *message)
{
    if (a->reference != NULL) {
        return wh_calibrate_reference_read(a->reference, &r->reference, &r->phases, message);
    }
    wh_calibrate_lists lists = a->lists;
    if (a->simulate && lists.urms == NULL && lists.irms == NULL) {
        lists.urms = "230,230,230";
        lists.irms = "10,10,10";
        lists.angle = lists.angle != NULL || lists.p != NULL ? lists.angle : "60,60,60";
        lists.neutral = lists.neutral != NULL ? lists.neutral : "10";
    }
    wh_err err = wh_calibrate_reference_parse(&lists, &r->reference, &r->phases, message);
    if (err == WH_OK && a->simulate && r->phases != WH_PHASES) {
        wh_message_set(message, "--simulate has three phases: three numbers each");
        err = WH_ERR_ARG;
    }
    return err;
}

static wh_err get_codes(const arguments *a, const result *r, bool loaded, wh_calibrate_codes *codes,
                        wh_message *message)
{
    if (a->simulate) {
        return wh_calibrate_codes_simulate(a->seed, &r->reference, loaded, &a->wiring, codes,
                                           message);
    }
    return wh_calibrate_codes_read(loaded ? a->file : a->no_load, &a->wiring, codes, message);
}

static wh_err configure(const arguments *a, const wh_calibrate_codes *codes, result *r,
                        wh_message *message)
{
    double nominal_hz = a->nominal_hz > 0 ? a->nominal_hz : codes->f_nominal_hz;
    r->config.fs_mhz = (uint32_t)lrint(codes->fs_hz * 1000);
    r->config.f_nominal_mhz = nominal_hz > 0 ? (uint32_t)lrint(nominal_hz * 1000) : 50000;
    r->config.phases = (uint8_t)r->phases;
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        double full = k < WH_I1 ? a->wiring.u_full_v : a->wiring.i_full_a;
        r->config.channel[k].full_scale = llrint(full * 1e6);
    }
    if (codes->phases < r->phases) {
        wh_message_set(message, "%s: %u pairs of channels, but true values for %u phases",
                       a->file != NULL ? a->file : "simulation", codes->phases, r->phases);
        return WH_ERR_ARG;
    }
    return WH_OK;
}

/* Measuring again with what was just adjusted proves nothing: adjust with the first half of the
 * samples alone, measure the second. */
static wh_err verify(result *r, const wh_calibrate_samples *samples, wh_message *message)
{
    size_t half = samples->count / 2;
    wh_calibrate_samples first = {samples->code, half};
    wh_calibrate_samples second = {samples->code + half, samples->count - half};
    wh_metrology_config config = r->config;
    wh_err err = wh_calibrate_load(&config, &first, &r->reference, message);
    if (err == WH_OK) {
        err = wh_calibrate_measure(&config, &second, &r->left, message);
    }
    r->verified = err == WH_OK;
    return err;
}

static wh_err calibrate(const arguments *a, result *r, wh_message *message)
{
    wh_calibrate_codes load = {0}, idle = {0};
    wh_err err = get_codes(a, r, true, &load, message);
    if (err == WH_OK) {
        err = configure(a, &load, r, message);
    }
    wh_calibrate_samples samples = {(const int32_t(*)[WH_CHANNELS])load.code, load.count};
    if (err == WH_OK) {
        err = wh_calibrate_load(&r->config, &samples, &r->reference, message);
    }
    if (err == WH_OK && (a->simulate || a->no_load != NULL)) {
        err = get_codes(a, r, false, &idle, message);
        if (err == WH_OK) {
            wh_calibrate_samples quiet = {(const int32_t(*)[WH_CHANNELS])idle.code, idle.count};
            err = wh_calibrate_no_load(&r->config, &quiet, message);
        }
    }
    if (err == WH_OK && a->verify) {
        err = verify(r, &samples, message);
    }
    wh_calibrate_codes_free(&load);
    wh_calibrate_codes_free(&idle);
    return err;
}

static const char *const channel_keys[WH_CHANNELS] = {"u1", "u2", "u3", "i1", "i2", "i3", "in"};

static bool has_channel(const result *r, unsigned k)
{
    return k == WH_IN ? r->reference.neutral_a > 0 : k % WH_PHASES < r->phases;
}

/* What is left of the errors of a phase, percent of the apparent power for P and Q. */
typedef struct {
    double u, i, p, q, degrees;
} residual;

static residual residual_of(const result *r, unsigned k)
{
    const wh_calibrate_phase *t = &r->reference.phase[k];
    double u = r->left.u_v[k] / t->urms_v, i = r->left.i_a[k] / t->irms_a;
    double angle = t->angle_deg / DEG, measured = atan2(r->left.q1_var[k], r->left.p1_w[k]);
    return (residual){100 * (u - 1), 100 * (i - 1), 100 * (u * i * cos(measured) - cos(angle)),
                      100 * (u * i * sin(measured) - sin(angle)),
                      remainder(measured - angle, 2 * 3.14159265358979323846) * DEG};
}

static void print_yaml(const result *r)
{
    puts("calibration:\n  channel:");
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        const wh_channel_calibration *c = &r->config.channel[k];
        if (has_channel(r, k)) {
            printf("    %s: {full_scale: %lld, gain_q30: %u, delay_q16: %u, noise_q8: %u}\n",
                   channel_keys[k], (long long)c->full_scale, c->gain_q30, c->delay_q16,
                   c->noise_q8);
        }
    }
    puts("  phase:");
    for (unsigned k = 0; k < r->phases; k++) {
        const wh_phase_calibration *p = &r->config.phase[k];
        printf("    l%u: {angle_nrad: %d, p_offset_uw: %d, q_offset_uvar: %d}\n", k + 1,
               p->angle_nrad, p->p_offset_uw, p->q_offset_uvar);
    }
    for (unsigned k = 0; k < r->phases && r->verified; k++) {
        residual e = residual_of(r, k);
        printf(
            "# l%u left: U %+.5f %%, I %+.5f %%, P1 %+.5f %% and Q1 %+.5f %% of S, angle %+.5f degrees\n",
            k + 1, e.u, e.i, e.p, e.q, e.degrees);
    }
}

static json_t *json_calibration(const result *r)
{
    json_t *channels = json_object(), *phases = json_object(), *left = json_array();
    int err = 0;
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        const wh_channel_calibration *c = &r->config.channel[k];
        if (has_channel(r, k)) {
            err |= json_object_set_new(
                channels, channel_keys[k],
                json_pack("{s:I, s:I, s:I, s:I}", "full_scale", (json_int_t)c->full_scale,
                          "gain_q30", (json_int_t)c->gain_q30, "delay_q16",
                          (json_int_t)c->delay_q16, "noise_q8", (json_int_t)c->noise_q8));
        }
    }
    for (unsigned k = 0; k < r->phases; k++) {
        const wh_phase_calibration *p = &r->config.phase[k];
        char key[4] = {'l', (char)('1' + k), '\0', '\0'};
        err |= json_object_set_new(phases, key,
                                   json_pack("{s:i, s:i, s:i}", "angle_nrad", p->angle_nrad,
                                             "p_offset_uw", p->p_offset_uw, "q_offset_uvar",
                                             p->q_offset_uvar));
        if (r->verified) {
            residual e = residual_of(r, k);
            err |= json_array_append_new(left, json_pack("{s:f, s:f, s:f, s:f, s:f}", "u_pct", e.u,
                                                         "i_pct", e.i, "p1_pct", e.p, "q1_pct", e.q,
                                                         "angle_deg", e.degrees));
        }
    }
    json_t *o = json_pack("{s:{s:o, s:o}, s:o}", "calibration", "channel", channels, "phase",
                          phases, "residual", left);
    if (o != NULL && !r->verified) {
        err |= json_object_del(o, "residual");
    }
    return err == 0 ? o : (json_decref(o), NULL);
}

static bool print(const result *r, bool json)
{
    if (!json) {
        print_yaml(r);
        return fflush(stdout) == 0;
    }
    json_t *o = json_calibration(r);
    bool done = o != NULL && json_dumpf(o, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0 &&
                putchar('\n') != EOF && fflush(stdout) == 0;
    json_decref(o);
    return done;
}

static bool is_good(const result *r)
{
    bool good = true;
    for (unsigned k = 0; k < r->phases && r->verified; k++) {
        residual e = residual_of(r, k);
        good = good && fabs(e.u) <= RESIDUAL_LIMIT && fabs(e.i) <= RESIDUAL_LIMIT &&
               fabs(e.p) <= RESIDUAL_LIMIT && fabs(e.q) <= RESIDUAL_LIMIT;
    }
    return good;
}

int wh_cmd_calibrate(int argc, char **argv)
{
    arguments a = {.wiring = {.u_full_v = 500, .i_full_a = 200}};
    result r;
    wh_message message = {""};
    memset(&r, 0, sizeof r);
    if (!parse(argc, argv, &a)) {
        return WH_EXIT_BAD_INPUT;
    }
    if (a.help) {
        fputs(help, stdout);
        return WH_EXIT_OK;
    }
    wh_err err = find_reference(&a, &r, &message);
    if (err == WH_OK) {
        err = calibrate(&a, &r, &message);
    }
    if (err != WH_OK) {
        fprintf(stderr, "watthour calibrate: %s\n", message.text);
        return err == WH_ERR_RANGE ? WH_EXIT_NO : WH_EXIT_BAD_INPUT;
    }
    if (!print(&r, a.json)) {
        fputs("watthour calibrate: cannot write\n", stderr);
        return WH_EXIT_NO;
    }
    return is_good(&r) ? WH_EXIT_OK : WH_EXIT_NO;
}
