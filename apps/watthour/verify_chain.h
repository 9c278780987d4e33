/* SPDX-License-Identifier: Apache-2.0 */
/* verify_chain.h - several signed readings, in their order, and how each follows the one before. */
#ifndef WH_APPS_VERIFY_CHAIN_H
#define WH_APPS_VERIFY_CHAIN_H

#include "host/message.h"
#include "world/billing/signed_file.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    VERIFY_FIRST,   /* first of its chain, or the first that was given */
    VERIFY_FOLLOWS, /* on the one before */
    VERIFY_GAP,     /* records between them were not given */
    VERIFY_SKIPPED, /* the meter had lost the records between them when it signed this one */
    VERIFY_DOUBLE,  /* the record before, once more or as another one */
    VERIFY_BROKEN   /* the record before it was another one when this was signed */
} verify_link;

typedef struct verify_bill {
    const char *name;
    wh_signed_file file;
    verify_link link;
    const struct verify_bill *before; /* the good one before it in its chain, or NULL */
    wh_message fault;                 /* of its place in the chain; "" where there is none */
} verify_bill;

/* Two good ones of the same meter, kind and log? */
bool verify_same_chain(const verify_bill *a, const verify_bill *b);

/* Sort loaded files by meter, kind, log and sequence, those that are not good behind the others
 * in the order given, and see how each good one follows. */
void verify_order(verify_bill **bills, size_t count);

/* "gap" and so on: for JSON. */
const char *verify_link_text(verify_link link);

#endif /* WH_APPS_VERIFY_CHAIN_H */
