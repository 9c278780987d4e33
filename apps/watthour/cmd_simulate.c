/* SPDX-License-Identifier: Apache-2.0 */
/* watthour simulate: a year of a meter in seconds, and whether all of it was right. */
#include "apps/watthour/command.h"
#include "apps/watthour/key_file.h"
#include "apps/watthour/next_option.h"
#include "apps/watthour/simulate_print.h"

#include "meter/keeper.h"
#include "port/mbedtls/crypto_mbedtls.h"
#include "port/posix/flash_file.h"
#include "port/posix/port_posix.h"
#include "world/billing/signed_export.h"
#include "world/year/series.h"
#include "world/year/year_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH    40
#define SECTOR_SIZE  4096
#define SECTOR_COUNT 256
#define SEEDS_MAX    100000

static const char help[] =
    "watthour simulate - a year of a meter in seconds, and whether all of it was right\n"
    "\n"
    "usage: watthour simulate --year [OPTIONS]\n"
    "\n"
    "A household, a place, a tariff and all that befalls a meter (outages, clocks that are set, tariff\n"
    "changes, purchases, switch orders) are drawn from a seed. Beside the meter an oracle adds up the\n"
    "same: registers and their rates, cost, demand, each record of each boundary of time, wallet and\n"
    "switch. The first thing that differs ends the year and is printed with seed, place and time.\n"
    "\n"
    "  --year           a year of one meter\n"
    "  --seed N         the year to live (default 1)\n"
    "  --seeds A..B     many years, a line each\n"
    "  --step S         seconds between two readings of the meter: a divisor of 900 (default 60)\n"
    "  --days N         end after so many days (default 365)\n"
    "  --place NAME     munich, utc, wuhan, sydney, chicago (default: by seed)\n"
    "  --tariff NAME    flat, europe, china, deep (default: one by seed)\n"
    "  --calm           nothing befalls the meter but time\n"
    "  --series FILE    a recorded load instead of a household (UCI, Ausgrid, CityLearn, SimBench);\n"
    "                   where rows are missing the meter is without power\n"
    "  --part PART      of the series: net, load, solar (default net)\n"
    "  --demand MIN     period of demand: 1, 5, 15, 30 (default 15)\n"
    "  --store FILE     keep the meter's flash in a new file, 1 MB\n"
    "  --bills DIR      write each bill, signed (watthour verify checks it); wants --key\n"
    "  --key FILE       the meter's private key (watthour keys)\n"
    "  --json           print JSON: of one year an object, of many an array\n"
    "  -h, --help\n"
    "\n"
    "Exit status: 0 all holds, 1 something does not or could not be written, 2 bad options or files.\n"
    "\n"
    "examples:\n"
    "  watthour simulate --year --seed 7\n"
    "  watthour simulate --year --seeds 1..100 --step 900\n"
    "  watthour simulate --year --series household.csv --tariff europe --json\n"
    "  watthour simulate --year --seed 7 --bills bills --key meter.key\n";

typedef struct {
    wh_year_options options;
    uint64_t first;
    uint64_t last;
    const char *series;
    const char *store;
    const char *bills;
    const char *key;
    bool many;
    bool year;
    bool json;
    bool help;
} arguments;

/* ---- options ---- */

static bool number(const char *text, const char **end, uint64_t most, uint64_t *out)
{
    char *after;
    errno = 0;
    unsigned long long value = strtoull(text, &after, 10);
    *end = after;
    *out = value;
    return text[0] >= '0' && text[0] <= '9' && errno == 0 && value <= most;
}

static bool whole_number(const char *text, uint64_t most, uint64_t *out)
{
    const char *end;
    return number(text, &end, most, out) && *end == '\0';
}

static bool parse_seeds(const char *text, arguments *a)
{
    const char *end;
    a->many = true;
    return number(text, &end, UINT32_MAX, &a->first) && strncmp(end, "..", 2) == 0 &&
           whole_number(end + 2, UINT32_MAX, &a->last) && a->first <= a->last &&
           a->last - a->first < SEEDS_MAX;
}

static bool parse_part(const char *text, wh_year_part *part)
{
    static const char *const names[] = {"net", "load", "solar"};
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *part = (wh_year_part)i;
            return true;
        }
    }
    return false;
}

/* Options with a value. False: not one that it can have. */
static bool take_value(arguments *a, int option, const char *value)
{
    uint64_t n = 0;
    bool good = true;
    switch (option) {
    case 's':
        good = whole_number(value, UINT32_MAX, &a->first);
        a->last = a->first;
        break;
    case 'S':
        good = parse_seeds(value, a);
        break;
    case 't':
        good = whole_number(value, 900, &n) && n > 0 && 900 % n == 0;
        a->options.step_s = (uint32_t)n;
        break;
    case 'd':
        good = whole_number(value, 3660, &n) && n > 0;
        a->options.days = (uint32_t)n;
        break;
    case 'p':
        a->options.place = wh_year_place_find(value);
        good = a->options.place != NULL;
        break;
    case 'T': {
        wh_year_tariff unused;
        a->options.tariff = value;
        good = wh_year_tariff_find(value, &unused);
        break;
    }
    case 'P':
        good = parse_part(value, &a->options.part);
        break;
    case 'D':
        good = whole_number(value, 30, &n) && n > 0 && 30 % n == 0;
        a->options.slip_min = (uint8_t)n;
        break;
    default:
        *(option == 'f'   ? &a->series
          : option == 'o' ? &a->store
          : option == 'b' ? &a->bills
                          : &a->key) = value;
        break;
    }
    return good;
}

static bool take_flag(arguments *a, int option)
{
    bool *flag = option == 'y'   ? &a->year
                 : option == 'c' ? &a->options.calm
                 : option == 'j' ? &a->json
                 : option == 'h' ? &a->help
                                 : NULL;
    if (flag != NULL) {
        *flag = true;
    }
    return flag != NULL;
}

static bool parse_options(arguments *a, int argc, char **argv, wh_message *m)
{
    static const struct option longs[] = {
        {"year", no_argument, NULL, 'y'},
        {"seed", required_argument, NULL, 's'},
        {"seeds", required_argument, NULL, 'S'},
        {"step", required_argument, NULL, 't'},
        {"days", required_argument, NULL, 'd'},
        {"place", required_argument, NULL, 'p'},
        {"tariff", required_argument, NULL, 'T'},
        {"calm", no_argument, NULL, 'c'},
        {"series", required_argument, NULL, 'f'},
        {"part", required_argument, NULL, 'P'},
        {"demand", required_argument, NULL, 'D'},
        {"store", required_argument, NULL, 'o'},
        {"bills", required_argument, NULL, 'b'},
        {"key", required_argument, NULL, 'k'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    optind = 0;
    int option;
    const char *name;
    while ((option = wh_next_option(argc, argv, longs, &name, m)) != -1) {
        if (option == '?') {
            return false;
        }
        if (!take_flag(a, option) && !take_value(a, option, optarg)) {
            wh_message_set(m, "'%s' is not a value of %s", optarg, name);
            return false;
        }
    }
    if (optind < argc) {
        wh_message_set(m, "'%s' is too much", argv[optind]);
        return false;
    }
    return true;
}

static bool check_options(const arguments *a, wh_message *m)
{
    const char *wrong = NULL;
    if (!a->year) {
        wrong = "say --year (see --help)";
    } else if ((a->bills == NULL) != (a->key == NULL)) {
        wrong = "--bills and --key go together";
    } else if (a->many && (a->bills != NULL || a->store != NULL || a->series != NULL)) {
        wrong = "--bills, --store and --series are for one year, not with --seeds";
    } else if (a->store != NULL && access(a->store, F_OK) == 0) {
        wh_message_set(m, "%s is there already, and the meter of a year begins new", a->store);
        return false;
    }
    if (wrong != NULL) {
        wh_message_set(m, "%s", wrong);
    }
    return wrong == NULL;
}

/* ---- bills ---- */

typedef struct {
    wh_port port;
    wh_crypto crypto;
    uint8_t private_key[WH_P256_PRIVATE_SIZE];
    wh_signer signer;
    wh_signed_export *bills; /* NULL: none are written */
    const arguments *arguments;
    bool terminal;
} desk;

static const wh_keeper_recorder *find_billing(const wh_keeper *k, unsigned *index)
{
    for (unsigned i = 0; i < k->config->recorder_count; i++) {
        if (k->config->recorder[i].billing) {
            *index = i;
            return &k->config->recorder[i];
        }
    }
    return NULL;
}

static bool open_bills(desk *d, const wh_meter *meter, uint8_t log, wh_message *m)
{
    wh_signed_export_config config = {.directory = d->arguments->bills,
                                      .signer = &d->signer,
                                      .serial = meter->config->serial,
                                      .kind = WH_SIGNED_BILLING,
                                      .log = log};
    memcpy(config.device_name, meter->config->logical_device_name, sizeof config.device_name);
    d->bills = wh_signed_export_open(&config, m);
    return d->bills != NULL;
}

/* Once an hour: whatever bills there are that have not been written. */
static bool visit(void *user, wh_meter *meter, wh_message *m)
{
    desk *d = user;
    wh_keeper *k = meter->keeper;
    unsigned index = 0;
    const wh_keeper_recorder *billing = find_billing(k, &index);
    if (billing == NULL) {
        wh_message_set(m, "this meter makes no bills");
        return false;
    }
    if (d->bills == NULL && !open_bills(d, meter, billing->config->log, m)) {
        return false;
    }
    const wh_signed_source source = {.recorder = &k->recorder[index],
                                     .store = &k->store,
                                     .zone = &k->clock.zone,
                                     .units = wh_signed_units_of_catalogue()};
    return wh_signed_export_records(d->bills, &source, NULL, m) == WH_OK;
}

static bool open_desk(desk *d, const arguments *a, wh_message *m)
{
    d->arguments = a;
    d->port = wh_port_posix();
    d->crypto = wh_crypto_mbedtls(&d->port);
    if (a->key == NULL) {
        return true;
    }
    if (!wh_key_file_read_private(a->key, d->private_key, m)) {
        return false;
    }
    if (wh_signer_init(&d->signer, &d->crypto, d->private_key) != WH_OK) {
        wh_message_set(m, "%s: cannot sign with this key", a->key);
        return false;
    }
    return true;
}

static void close_desk(desk *d)
{
    if (d->bills != NULL) {
        wh_signed_export_close(d->bills);
    }
    explicit_bzero(d->private_key, sizeof d->private_key);
}

/* ---- running ---- */

static void draw_progress(void *user, double done_part)
{
    const desk *d = user;
    int done = (int)(done_part * BAR_WIDTH);
    if (d->terminal) {
        fprintf(stderr, "\r[%.*s%*s] %3.0f %%", done, "########################################",
                BAR_WIDTH - done, "", done_part * 100);
    }
}

static void wipe_progress(const desk *d)
{
    if (d->terminal) {
        fprintf(stderr, "\r%*s\r", BAR_WIDTH + 10, "");
    }
}

/* Years of all seeds, printed as they end. Returns an exit status. */
static int run_years(const arguments *a, desk *d, wh_message *m)
{
    json_t *array = json_array();
    int status = WH_EXIT_OK;
    wh_year_report *report = malloc(sizeof *report);
    wh_year_options options = a->options;
    options.user = d;
    options.progress = draw_progress;
    options.visit = a->bills != NULL ? visit : NULL;
    wh_message_set(m, "no memory");
    for (uint64_t seed = a->first; report != NULL && array != NULL && seed <= a->last; seed++) {
        options.seed = seed;
        wh_err err = wh_year_run(&options, report, m);
        wipe_progress(d);
        if (err != WH_OK) {
            status = WH_EXIT_BAD_INPUT;
            break;
        }
        status = report->holds ? status : WH_EXIT_NO;
        if (a->json) {
            (void)json_array_append_new(array, simulate_json(report));
        } else if (a->many) {
            simulate_print_line(report, stdout);
            (void)fflush(stdout);
        } else {
            simulate_print_page(report, stdout);
        }
    }
    if (report == NULL || array == NULL) {
        status = WH_EXIT_BAD_INPUT;
    }
    if (a->json && status != WH_EXIT_BAD_INPUT) {
        const json_t *root = a->many ? array : json_array_get(array, 0);
        (void)json_dumpf(root, stdout, JSON_INDENT(2));
        (void)putchar('\n');
    }
    json_decref(array);
    free(report);
    return status;
}

static int run_with_files(arguments *a, wh_message *m)
{
    wh_series series = {0};
    wh_flash_file flash;
    desk d = {.terminal = isatty(STDERR_FILENO) == 1};
    int status = WH_EXIT_BAD_INPUT;
    bool stored = false;
    if (a->series != NULL) {
        if (wh_series_read(a->series, NULL, &series, m) != WH_OK) {
            return status;
        }
        a->options.series = &series;
    }
    if (a->store != NULL) {
        stored = wh_flash_file_open(&flash, a->store, SECTOR_SIZE, SECTOR_COUNT) == WH_OK;
        a->options.flash = &flash.flash;
        wh_message_set(m, "%s: %s", a->store, strerror(errno));
    }
    if ((a->store == NULL || stored) && open_desk(&d, a, m)) {
        status = run_years(a, &d, m);
    }
    close_desk(&d);
    if (stored) {
        wh_flash_file_close(&flash);
    }
    wh_series_free(&series);
    return status;
}

int wh_cmd_simulate(int argc, char **argv)
{
    arguments a = {.first = 1, .last = 1};
    wh_message m = {""};
    if (!parse_options(&a, argc, argv, &m)) {
        fprintf(stderr, "watthour simulate: %s\n", m.text);
        return WH_EXIT_BAD_INPUT;
    }
    if (a.help) {
        fputs(help, stdout);
        return WH_EXIT_OK;
    }
    int status = check_options(&a, &m) ? run_with_files(&a, &m) : WH_EXIT_BAD_INPUT;
    if (status == WH_EXIT_BAD_INPUT) {
        fprintf(stderr, "watthour simulate: %s\n", m.text);
    } else if (fflush(stdout) != 0) {
        fprintf(stderr, "watthour simulate: cannot write: %s\n", strerror(errno));
        status = WH_EXIT_NO;
    }
    return status;
}
