/* SPDX-License-Identifier: Apache-2.0 */
/* watthour read: the values of a meter over DLMS/COSEM. */
#include "apps/watthour/command.h"
#include "apps/watthour/next_option.h"
#include "apps/watthour/read_objects.h"
#include "apps/watthour/read_value.h"

#include "core/unit.h"
#include "meter/catalogue.h"
#include "protocol/dlms/dlms_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT_S 10
#define TIMEOUT_MAX_S     600

static const char help[] =
    "usage: watthour read URL [OBIS...] [OPTIONS]\n"
    "\n"
    "Read a meter over DLMS/COSEM. URL is dlms://HOST[:PORT][?client=N&server=N]; port 4059,\n"
    "client 16 (public) and server 1 unless given.\n"
    "Without OBIS codes: everything in the meter's object list, the values of registers, data\n"
    "and clock. With them: those, each as 1-0:1.8.0, 1.8.0, with x for any number as x.8.0, or\n"
    "by the name in the table, as active_power.\n"
    "\n"
    "  --json         print JSON\n"
    "  --timeout S    give up when the meter does not answer for S seconds (default 10)\n"
    "  --help         this page\n"
    "\n"
    "Exit status: 0 all was read, 1 the meter refused or does not answer, 2 bad input.\n"
    "\n"
    "examples:\n"
    "  watthour read dlms://localhost\n"
    "  watthour read dlms://192.0.2.7:4059 1.8.0 2.8.0 --json\n"
    "  watthour read 'dlms://[::1]?client=16&server=1' 1-0:x.7.0\n";

typedef struct {
    wh_dlms_url url;
    const char *url_text;
    wh_obis_pattern *patterns;
    char **pattern_texts;
    size_t pattern_count;
    uint32_t timeout_ms;
    bool json;
    bool help;
} arguments;

static bool parse_timeout(const char *text, uint32_t *timeout_ms, wh_message *m)
{
    char *end = NULL;
    unsigned long seconds = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || seconds < 1 || seconds > TIMEOUT_MAX_S) {
        wh_message_set(m, "--timeout %s: not a number of seconds from 1 to %d", text,
                       TIMEOUT_MAX_S);
        return false;
    }
    *timeout_ms = (uint32_t)seconds * 1000U;
    return true;
}

static bool parse_options(arguments *a, int argc, char **argv, wh_message *m)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"timeout", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    optind = 0;
    int option;
    while ((option = wh_next_option(argc, argv, options, NULL, m)) != -1) {
        if (option == 'j') {
            a->json = true;
        } else if (option == 'h') {
            a->help = true;
        } else if (option != 't' || !parse_timeout(optarg, &a->timeout_ms, m)) {
            return false;
        }
    }
    return true;
}

static bool parse_arguments(arguments *a, int argc, char **argv, wh_message *m)
{
    a->timeout_ms = TIMEOUT_DEFAULT_S * 1000U;
    if (!parse_options(a, argc, argv, m) || a->help) {
        return a->help;
    }
    if (optind >= argc) {
        wh_message_set(m, "the URL of a meter is missing; see --help");
        return false;
    }
    a->url_text = argv[optind];
    if (wh_dlms_url_parse(a->url_text, &a->url, m) != WH_OK) {
        return false;
    }
    a->pattern_texts = argv + optind + 1;
    a->pattern_count = (size_t)(argc - optind - 1);
    a->patterns = calloc(a->pattern_count + 1, sizeof *a->patterns);
    for (size_t i = 0; a->patterns != NULL && i < a->pattern_count; i++) {
        const char *text = a->pattern_texts[i];
        wh_item_ref ref = wh_catalogue_find_name(text);
        size_t at = 0;
        if (ref.item != NULL) {
            a->patterns[i].obis = wh_item_obis(ref);
        } else if (wh_obis_pattern_parse(text, strlen(text), &a->patterns[i], &at) != WH_OK) {
            wh_message_set(m, "%s: not an OBIS code such as 1-0:1.8.0, from character %zu on", text,
                           at + 1);
            return false;
        }
    }
    return a->patterns != NULL;
}

/* Mark what is to be read. False: a code that the meter does not have, named on stderr. */
static bool choose(const arguments *a, wh_read_objects *objects)
{
    bool all = true;
    for (size_t i = 0; i < objects->count && a->pattern_count == 0; i++) {
        objects->object[i].wanted = wh_read_is_value_class(objects->object[i].class_id);
    }
    for (size_t p = 0; p < a->pattern_count; p++) {
        size_t matches = 0;
        for (size_t i = 0; i < objects->count; i++) {
            if (wh_obis_match(&a->patterns[p], objects->object[i].obis)) {
                objects->object[i].wanted = true;
                matches++;
            }
        }
        if (matches == 0) {
            fprintf(stderr, "watthour: %s: not in the object list of %s\n", a->pattern_texts[p],
                    a->url_text);
            all = false;
        }
    }
    return all;
}

static void show_progress(void *user, size_t done, size_t total)
{
    (void)user;
    fprintf(stderr, "\rreading %zu of %zu%s", done, total, done == total ? "\r\033[K" : "");
    (void)fflush(stderr);
}

/* ---- printing ---- */

static bool is_shown(const arguments *a, const wh_read_object *o)
{
    return a->pattern_count == 0 || o->wanted;
}

/* The catalogue's name, else that of the class. */
static void name_of(const wh_read_object *o, char name[WH_ITEM_NAME_SIZE])
{
    wh_item_ref ref = wh_catalogue_find(o->obis);
    const char *class_name = wh_read_class_name(o->class_id);
    if (ref.item != NULL) {
        (void)wh_item_name(ref, name);
    } else if (class_name[0] == '\0') {
        (void)snprintf(name, WH_ITEM_NAME_SIZE, "class %u", o->class_id);
    } else {
        (void)snprintf(name, WH_ITEM_NAME_SIZE, "%s", class_name);
    }
}

/* What there is instead of a value; NULL: there is one. */
static const char *problem_of(const wh_read_object *o)
{
    if (!o->have_result || (o->result == WH_DLMS_RESULT_SUCCESS && o->json != NULL)) {
        return NULL;
    }
    return o->result == WH_DLMS_RESULT_SUCCESS ? "broken value" : wh_dlms_result_text(o->result);
}

static void print_row(const wh_read_object *o)
{
    char code[WH_OBIS_TEXT_SIZE];
    char name[WH_ITEM_NAME_SIZE];
    (void)wh_obis_format(o->obis, code);
    name_of(o, name);
    const char *problem = problem_of(o);
    const char *unit =
        o->have_unit && o->text != NULL && strcmp(o->text, "-") != 0 ? wh_unit_symbol(o->unit) : "";
    printf("%-17s %-29s ", code, name);
    if (problem != NULL) {
        printf("(%s)\n", problem);
    } else if (o->have_unit) {
        printf("%20s%s%s\n", o->text != NULL ? o->text : "", unit[0] != '\0' ? " " : "", unit);
    } else {
        printf("%s\n", o->text != NULL ? o->text : "");
    }
}

static void print_json_row(const wh_read_object *o)
{
    char code[WH_OBIS_TEXT_SIZE];
    (void)wh_obis_format(o->obis, code);
    wh_item_ref ref = wh_catalogue_find(o->obis);
    char name[WH_ITEM_NAME_SIZE];
    printf("    {\"obis\": \"%s\", \"class\": %u, \"version\": %u, \"name\": ", code, o->class_id,
           o->version);
    if (ref.item != NULL) {
        (void)wh_item_name(ref, name);
        wh_read_print_json_string(stdout, name);
    } else {
        printf("null");
    }
    if (problem_of(o) != NULL) {
        printf(", \"error\": ");
        wh_read_print_json_string(stdout, problem_of(o));
    } else if (o->json != NULL) {
        printf(", \"value\": %s", o->json);
    }
    if (o->have_unit) {
        printf(", \"unit\": ");
        wh_read_print_json_string(stdout, wh_unit_symbol(o->unit));
    }
    printf("}");
}

static void print_json(const arguments *a, const wh_read_objects *objects)
{
    const char *separator = "";
    printf("{\n  \"meter\": ");
    wh_read_print_json_string(stdout, a->url_text);
    printf(",\n  \"objects\": [\n");
    for (size_t i = 0; i < objects->count; i++) {
        if (is_shown(a, &objects->object[i])) {
            printf("%s", separator);
            print_json_row(&objects->object[i]);
            separator = ",\n";
        }
    }
    printf("\n  ]\n}\n");
}

/* Of what was asked for by name, was anything refused? */
static bool print_all(const arguments *a, const wh_read_objects *objects)
{
    bool good = true;
    if (a->json) {
        print_json(a, objects);
    }
    for (size_t i = 0; i < objects->count; i++) {
        const wh_read_object *o = &objects->object[i];
        if (!a->json && is_shown(a, o)) {
            print_row(o);
        }
        good = good && (a->pattern_count == 0 || problem_of(o) == NULL);
    }
    return good;
}

static int read_meter(const arguments *a)
{
    wh_message m = {{0}};
    wh_dlms_session *session = NULL;
    wh_read_objects objects = {0};
    wh_err err = wh_dlms_session_open(&a->url, a->timeout_ms, &session, &m);
    bool good = err == WH_OK;
    if (err == WH_OK) {
        err = wh_read_objects_list(session, &objects, &m);
    }
    if (err == WH_OK) {
        bool terminal = isatty(STDERR_FILENO) != 0;
        good = choose(a, &objects);
        err = wh_read_objects_values(session, &objects, terminal ? show_progress : NULL, NULL, &m);
    }
    wh_dlms_session_close(session);
    if (err == WH_OK) {
        good = print_all(a, &objects) && good;
    } else {
        fprintf(stderr, "watthour: %s\n", m.text);
    }
    wh_read_objects_free(&objects);
    return err == WH_OK && good ? WH_EXIT_OK : WH_EXIT_NO;
}

int wh_cmd_read(int argc, char **argv)
{
    arguments a = {0};
    wh_message m = {{0}};
    int status = WH_EXIT_OK;
    if (!parse_arguments(&a, argc, argv, &m)) {
        fprintf(stderr, "watthour read: %s\n", m.text);
        status = WH_EXIT_BAD_INPUT;
    } else if (a.help) {
        fputs(help, stdout);
    } else {
        status = read_meter(&a);
    }
    free(a.patterns);
    return status;
}
