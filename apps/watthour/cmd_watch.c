/* SPDX-License-Identifier: Apache-2.0 */
/* watthour watch - look at a meter over DLMS: full-screen, as text, or as JSON. */
#include "apps/watthour/command.h"
#include "apps/watthour/watch_print.h"
#include "apps/watthour/watch_reader.h"
#include "apps/watthour/watch_screen.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URL_DEFAULT  "dlms://127.0.0.1:4059"
#define INTERVAL_MAX 86400.0

typedef struct {
    wh_watch_screen_options screen;
    const char *url;
    bool once;
    bool json;
    bool have_interval;
    long count; /* snapshots; 0: without end */
} options;

static void print_help(FILE *out)
{
    fputs(
        "watthour watch - look at a meter over DLMS\n\n"
        "usage: watthour watch [OPTIONS] [URL]\n\n"
        "URL is dlms://HOST[:PORT][?client=N&server=N], " URL_DEFAULT " unless given.\n\n"
        "      --once          print one snapshot as a table and end\n"
        "      --json          print a snapshot as one line of JSON and end\n"
        "      --lcd           show the display of the meter as it looks; with --once print it\n"
        "  -i, --interval S    seconds between snapshots (1 unless given); with --once or\n"
        "                      --json one snapshot after the other\n"
        "  -n, --count N       end after N snapshots; without --interval one a second\n"
        "  -t, --timeout S     seconds to wait for an answer (5 unless given)\n"
        "      --ascii         draw with ASCII only\n"
        "      --utf8          draw with Unicode even where the locale does not say so\n"
        "      --mono          no colours (also: NO_COLOR in the environment)\n"
        "      --colour        colours in spite of NO_COLOR\n"
        "  -h, --help          print this page\n\n"
        "On the screen: q quits, h explains, d shows the display, r draws anew. A lost connection is shown and\n"
        "tried again. Exit status: 0 done, 1 no meter answers, 2 bad arguments.\n\n"
        "examples:\n"
        "  watthour watch\n"
        "  watthour watch dlms://192.0.2.7:4059\n"
        "  watthour watch --once\n"
        "  watthour watch --json --interval 10 >> house.jsonl\n",
        out);
}

static int refuse(const char *what, const char *value)
{
    (void)fprintf(stderr, "watthour watch: %s: '%s'\n", what, value);
    return WH_EXIT_BAD_INPUT;
}

static bool take_seconds(const char *text, double least, double *seconds)
{
    char *end = NULL;
    *seconds = strtod(text, &end);
    return end != text && *end == '\0' && *seconds >= least && *seconds <= INTERVAL_MAX;
}

enum {
    OPTION_ONCE = 256,
    OPTION_JSON,
    OPTION_LCD,
    OPTION_ASCII,
    OPTION_UTF8,
    OPTION_MONO,
    OPTION_COLOUR
};

static const struct option known[] = {
    {"once", no_argument, NULL, OPTION_ONCE},   {"json", no_argument, NULL, OPTION_JSON},
    {"lcd", no_argument, NULL, OPTION_LCD},     {"interval", required_argument, NULL, 'i'},
    {"count", required_argument, NULL, 'n'},    {"timeout", required_argument, NULL, 't'},
    {"ascii", no_argument, NULL, OPTION_ASCII}, {"utf8", no_argument, NULL, OPTION_UTF8},
    {"mono", no_argument, NULL, OPTION_MONO},   {"colour", no_argument, NULL, OPTION_COLOUR},
    {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0},
};

/* Options that have a value. The exit status to end with, or -1 to go on. */
static int take_value(options *o, int c)
{
    double seconds = 0.0;
    char *end = NULL;
    switch (c) {
    case 'i':
        if (!take_seconds(optarg, 0.01, &o->screen.interval_s)) {
            return refuse("--interval must be 0.01 to 86400 seconds", optarg);
        }
        o->have_interval = true;
        return -1;
    case 'n':
        o->count = strtol(optarg, &end, 10);
        if (end == optarg || *end != '\0' || o->count < 1) {
            return refuse("--count must be a positive number", optarg);
        }
        return -1;
    default:
        if (!take_seconds(optarg, 0.1, &seconds)) {
            return refuse("--timeout must be 0.1 to 86400 seconds", optarg);
        }
        o->screen.timeout_ms = (uint32_t)(seconds * 1e3);
        return -1;
    }
}

/* The exit status to end with, or -1 to go on. */
static int parse(int argc, char **argv, options *o)
{
    int c = 0;
    int status = -1;
    optind = 1;
    while (status < 0 && (c = getopt_long(argc, argv, "i:n:t:h", known, NULL)) != -1) {
        switch (c) {
        case OPTION_ONCE:
            o->once = true;
            break;
        case OPTION_JSON:
            o->json = true;
            break;
        case OPTION_LCD:
            o->screen.lcd = true;
            break;
        case OPTION_ASCII:
            o->screen.utf8 = WH_TERMINAL_NO;
            break;
        case OPTION_UTF8:
            o->screen.utf8 = WH_TERMINAL_YES;
            break;
        case OPTION_MONO:
            o->screen.colour = WH_TERMINAL_NO;
            break;
        case OPTION_COLOUR:
            o->screen.colour = WH_TERMINAL_YES;
            break;
        case 'h':
            print_help(stdout);
            return WH_EXIT_OK;
        case '?': /* getopt has said what is wrong */
            return WH_EXIT_BAD_INPUT;
        default:
            status = take_value(o, c);
            break;
        }
    }
    if (status < 0 && optind < argc) {
        o->url = argv[optind++];
    }
    if (status < 0 && optind < argc) {
        return refuse("one URL is enough", argv[optind]);
    }
    if (status < 0 && o->json && o->screen.lcd) {
        return refuse("--json has no picture of a display", "--lcd");
    }
    return status;
}

static int fail_with(const wh_message *message)
{
    (void)fprintf(stderr, "watthour watch: %s\n", message->text);
    return WH_EXIT_NO;
}

static void sleep_s(double seconds)
{
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    (void)nanosleep(&t, NULL); /* a signal ends the program, so a shorter sleep is no matter */
}

static bool print_snapshot(const options *o, const wh_watch_snapshot *snapshot, wh_message *message)
{
    wh_message_set(message, "no memory");
    if (o->screen.lcd) {
        if (!snapshot->have_lcd) {
            wh_message_set(message, "this meter does not tell what its display shows");
        }
        return wh_watch_print_lcd(stdout, snapshot, o->screen.utf8 != WH_TERMINAL_YES);
    }
    if (o->json) {
        return wh_watch_print_json(stdout, snapshot);
    }
    wh_watch_print_text(stdout, snapshot);
    return true;
}

/* Snapshots on standard output. */
static int print_snapshots(const options *o, const wh_dlms_url *url)
{
    wh_message message = {""};
    wh_watch_reader *reader = NULL;
    if (wh_watch_reader_open(url, o->screen.timeout_ms, &reader, &message) != WH_OK) {
        return fail_with(&message);
    }
    int status = WH_EXIT_OK;
    long count = o->have_interval || o->count > 0 ? o->count : 1;
    for (long i = 0; status == WH_EXIT_OK && (count == 0 || i < count); ++i) {
        if (i > 0) {
            sleep_s(o->screen.interval_s);
        }
        wh_watch_snapshot snapshot;
        if (wh_watch_reader_take(reader, &snapshot, &message) != WH_OK) {
            status = fail_with(&message);
            break;
        }
        if (!print_snapshot(o, &snapshot, &message)) {
            status = fail_with(&message);
        }
        if (fflush(stdout) != 0) { /* whoever read it has gone */
            status = WH_EXIT_NO;
        }
    }
    wh_watch_reader_close(reader);
    return status;
}

int wh_cmd_watch(int argc, char **argv)
{
    options o = {
        .url = URL_DEFAULT,
        .screen = {.interval_s = 1.0, .timeout_ms = 5000},
    };
    int status = parse(argc, argv, &o);
    if (status >= 0) {
        return status;
    }
    wh_dlms_url url;
    wh_message message = {""};
    if (wh_dlms_url_parse(o.url, &url, &message) != WH_OK) {
        (void)fprintf(stderr, "watthour watch: %s\n", message.text);
        return WH_EXIT_BAD_INPUT;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (o.once || o.json) {
        return print_snapshots(&o, &url);
    }
    if (wh_watch_screen_run(&url, o.url, &o.screen, &message) != WH_OK) {
        (void)fprintf(stderr, "watthour watch: %s (--once or --json need no terminal)\n",
                      message.text);
        return WH_EXIT_BAD_INPUT;
    }
    return WH_EXIT_OK;
}
