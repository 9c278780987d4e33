/* SPDX-License-Identifier: Apache-2.0 */
/* fake_token_module.h - a security module that is none: its cipher is an exclusive or with a number
 * that everybody can read here. For tests of the gateway only. */
#ifndef WH_TESTS_FAKE_TOKEN_MODULE_H
#define WH_TESTS_FAKE_TOKEN_MODULE_H

#include "meter/supply/prepayment.h"
#include "meter/supply/token.h"

#define FAKE_TOKEN_KEY UINT64_C(0x5A5A0123456789A5)

/* What it executes: credit goes to the account where there is one, all else is counted. */
typedef struct {
    wh_token_module module;
    wh_prepayment *account; /* or NULL */
    wh_token last;
    unsigned executed;
    wh_err refuses; /* instead of executing */
} fake_token_module;

void fake_token_module_init(fake_token_module *m, wh_prepayment *account);

/* A token of the fake key: class 0 or 2. */
void fake_token(uint8_t token_class, uint8_t subclass, uint32_t tid, uint16_t data,
                uint8_t digits[WH_TOKEN_DIGITS]);

#endif /* WH_TESTS_FAKE_TOKEN_MODULE_H */
