/* SPDX-License-Identifier: Apache-2.0 */
/* watthour - the command line: finds the command, hands it its own argv. */
#include "apps/watthour/command.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} command;

/* One line per command; the order is that of the help page. */
static const command commands[] = {
    {"analyse", wh_cmd_analyse, "what a recording holds, exactly"},
    {"read", wh_cmd_read, "the values of a meter over DLMS/COSEM"},
    {"watch", wh_cmd_watch, "a meter live: full-screen, as text, as JSON"},
    {"calibrate", wh_cmd_calibrate, "gains, angles, noise and offsets from known values"},
    {"typetest", wh_cmd_typetest, "measure the meter against every row of the standards"},
    {"simulate", wh_cmd_simulate, "a year of a meter in seconds, and whether all of it was right"},
    {"verify", wh_cmd_verify, "are bills what the meter signed, and is none left out"},
    {"keys", wh_cmd_keys, "make and show the keys that bills are signed with"},
    {NULL, NULL, NULL}, /* end */
};

static void print_help(FILE *out)
{
    fputs("watthour - the open smart meter\n\n"
          "usage: watthour COMMAND [ARGUMENTS]\n\n"
          "commands:\n",
          out);
    for (const command *c = commands; c->name != NULL; c++) {
        fprintf(out, "  %-10s %s\n", c->name, c->summary);
    }
    fputs("\n`watthour COMMAND --help` says more about each of them.\n"
          "Exit status: 0 done, 1 it ran and the answer is no, 2 bad input.\n",
          out);
}

static const command *find_command(const char *name)
{
    for (const command *c = commands; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    /* Names of channels are UTF-8; numbers keep the decimal point of the C locale. */
    (void)setlocale(LC_CTYPE, "");
    if (argc < 2) {
        print_help(stderr);
        return WH_EXIT_BAD_INPUT;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return WH_EXIT_OK;
    }
    if (strcmp(name, "--version") == 0) {
        puts("watthour " WH_VERSION);
        return WH_EXIT_OK;
    }
    const command *c = find_command(name);
    if (c == NULL) {
        fprintf(stderr, "watthour: no command '%s'; 'watthour --help' lists them\n", name);
        return WH_EXIT_BAD_INPUT;
    }
    return c->run(argc - 1, argv + 1);
}
