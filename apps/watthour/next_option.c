/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/next_option.h"

#include <stddef.h>

/* What getopt_long looks at next: it skips what is no option, and then argv is in another order. */
static const char *next_name(int argc, char **argv)
{
    for (int at = optind > 0 ? optind : 1; at < argc; at++) {
        if (argv[at][0] == '-' && argv[at][1] != '\0') {
            return argv[at];
        }
    }
    return "";
}

int wh_next_option(int argc, char **argv, const struct option *longs, const char **name,
                   wh_message *m)
{
    const char *this_one = next_name(argc, argv);
    opterr = 0; /* the one line is ours */
    int option = getopt_long(argc, argv, ":h", longs, NULL);
    if (name != NULL) {
        *name = this_one;
    }
    if (option != '?' && option != ':') {
        return option;
    }
    wh_message_set(m, option == ':' ? "%s: wants a value" : "%s: no such option", this_one);
    return '?';
}
