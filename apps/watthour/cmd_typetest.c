/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/command.h"

#include "world/typetest/typetest.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ONLY_MAX  32
#define BAR_WIDTH 40

static const char help[] =
    "watthour typetest - measure the meter against every row of the standards\n"
    "\n"
    "usage: watthour typetest [OPTIONS]\n"
    "\n"
    "  --only PART      only rows whose id contains PART; may be given several times\n"
    "  --quick          a part of the rows, measured for a short time\n"
    "  --jobs N         threads (default: one per processor)\n"
    "  --json           one JSON object with all rows\n"
    "  --markdown       the page docs/accuracy.md\n"
    "  -h, --help\n"
    "\n"
    "Rows of metrology standards: active and reactive energy by current and power factor, influence\n"
    "quantities, starting, no load, supply events, power quality, and our own goals; each with 24-bit\n"
    "samples without noise and with noise at 101 dB. Ids begin with the section: 2.1 active, 2.2 reactive,\n"
    "2.3 influence, 2.4 starting and no load, 2.5 power quality, 7 goals.\n"
    "Exit status: 0 all rows hold, 1 some row does not, 2 bad options.\n"
    "\n"
    "examples:\n"
    "  watthour typetest\n"
    "  watthour typetest --only 62053-22 --only 7/active\n"
    "  watthour typetest --markdown > docs/accuracy.md\n";

typedef enum { AS_TEXT, AS_JSON, AS_MARKDOWN } output;

typedef struct {
    wh_typetest_options options;
    const char *only[ONLY_MAX];
    output as;
    bool help;
} arguments;

static bool parse_jobs(const char *text, unsigned *jobs)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *jobs = (unsigned)value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && value >= 1 && value <= 64;
}

static bool parse(int argc, char **argv, arguments *a)
{
    static const struct option longs[] = {
        {"only", required_argument, NULL, 'o'},
        {"quick", no_argument, NULL, 'q'},
        {"jobs", required_argument, NULL, 'j'},
        {"json", no_argument, NULL, 'J'},
        {"markdown", no_argument, NULL, 'M'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int c;
    optind = 0;
    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case 'o':
            if (a->options.only_count == ONLY_MAX) {
                fprintf(stderr, "watthour typetest: --only more than %d times\n", ONLY_MAX);
                return false;
            }
            a->only[a->options.only_count++] = optarg;
            break;
        case 'q':
            a->options.quick = true;
            break;
        case 'j':
            if (!parse_jobs(optarg, &a->options.jobs)) {
                fprintf(stderr, "watthour typetest: --jobs '%s' is not a number from 1 to 64\n",
                        optarg);
                return false;
            }
            break;
        case 'J':
        case 'M':
            a->as = c == 'J' ? AS_JSON : AS_MARKDOWN;
            break;
        case 'h':
            a->help = true;
            break;
        default:
            return false; /* getopt has said why */
        }
    }
    if (optind < argc) {
        fprintf(stderr, "watthour typetest: '%s' is too much\n", argv[optind]);
        return false;
    }
    return true;
}

static void draw_progress(void *user, double done_part)
{
    (void)user;
    int done = (int)(done_part * BAR_WIDTH);
    fprintf(stderr, "\r[%.*s%*s] %3.0f %%", done, "########################################",
            BAR_WIDTH - done, "", done_part * 100);
}

static wh_err print(const wh_typetest_report *report, output as)
{
    if (as == AS_JSON) {
        return wh_typetest_print_json(report, stdout);
    }
    if (as == AS_MARKDOWN) {
        wh_typetest_print_markdown(report, stdout);
    } else {
        wh_typetest_print_text(report, stdout);
    }
    return fflush(stdout) == 0 ? WH_OK : WH_ERR_IO;
}

int wh_cmd_typetest(int argc, char **argv)
{
    arguments a = {.as = AS_TEXT};
    if (!parse(argc, argv, &a)) {
        return WH_EXIT_BAD_INPUT;
    }
    if (a.help) {
        fputs(help, stdout);
        return WH_EXIT_OK;
    }
    if (a.options.jobs == 0) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        a.options.jobs = processors > 0 && processors <= 64 ? (unsigned)processors : 1;
    }
    a.options.only = a.only;
    bool terminal = isatty(STDERR_FILENO) == 1;
    a.options.progress = terminal ? draw_progress : NULL;
    wh_typetest_report report;
    wh_message message;
    wh_err err = wh_typetest_run(&a.options, &report, &message);
    if (terminal) {
        fprintf(stderr, "\r%*s\r", BAR_WIDTH + 10, "");
    }
    if (err != WH_OK) {
        fprintf(stderr, "watthour typetest: %s\n", message.text);
        return err == WH_ERR_NOT_FOUND ? WH_EXIT_BAD_INPUT : WH_EXIT_NO;
    }
    err = print(&report, a.as);
    int status = err == WH_OK && report.failed == 0 ? WH_EXIT_OK : WH_EXIT_NO;
    if (err != WH_OK) {
        fprintf(stderr, "watthour typetest: cannot write: %s\n", wh_err_text(err));
    }
    wh_typetest_free(&report);
    return status;
}
