/* SPDX-License-Identifier: Apache-2.0 */
/* next_option.h - options one after the other, and one line that says which of them is wrong. */
#ifndef WH_APPS_NEXT_OPTION_H
#define WH_APPS_NEXT_OPTION_H

#include "host/message.h"

#include <getopt.h>

/* The value of the next option in `longs`, or 'h' for -h, with `optarg` as of getopt_long; -1 behind
 * the last one; '?' with a message where it is none of them or has no value. `name`: it as it was
 * written, or NULL where nobody asks. `optind` is 0 before the first one. */
int wh_next_option(int argc, char **argv, const struct option *longs, const char **name,
                   wh_message *m);

#endif /* WH_APPS_NEXT_OPTION_H */
