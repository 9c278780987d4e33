/* SPDX-License-Identifier: Apache-2.0 */
/* token.h - the token gateway: a number comes in, once, and does something.
 *
 *   enter ─▶ format ─▶ authentication ─▶ validation ─▶ execution ─▶ status (class 115)
 *            digits    the check module   not entered    the caller: top up, limit...
 *                      (keys, cipher)     before
 *
 * Tokens are those of the Standard Transfer Specification (IEC 62055-41): 66 bits, written as 20
 * decimal digits. Two of them, the class, lie at bits 28 and 27 of the number; the two that they
 * took the place of lie above the other 64 at bits 65 and 64. The 64 are a cipher of
 *
 *   63..60    59..56   55..32   31..16    15..0
 *   subclass  random   TID      data      CRC     class 0 (credit) and 2 (this meter's management)
 *   subclass  control 36 or 28, maker 8 or 16     CRC     class 1 (test and display), in the clear
 *
 * The CRC is that of polynomial 8005h, LSB first, from FFFFh, over the class and the upper 48 bits
 * as seven octets; its low octet comes first. A TID is the minute of issue since a base date.
 *
 * The keys and the cipher are in a module outside: it is handed the 64 bits, deciphers them, calls
 * wh_token_decode, and answers. It may take any other octets for a token of its own form. Ours are
 * the number, the guard against replay, and the guard against guessing: a CRC of 16 bits finds a
 * chance hit in 65 536, so after WH_TOKEN_TRIES failures of authentication in a row nothing is
 * processed for a minute, then for two, four... up to an hour.
 *
 * A TID is remembered when its token was executed: what was refused may be entered again. The last
 * WH_TOKEN_TIDS are known one by one; what is older than all of them is refused.
 *
 * Save the gateway in one blob with the account (prepayment.h), after an execution before the answer
 * is given, else with the next flush where `revision` has moved: credit and TID are then never
 * apart, and cutting the power does not end a wait. The caller owns the struct. The module may not enter tokens. Not
 * for interrupts.
 *
 * Source: number, CRC, class 0 and 1 agree with published test tokens of the STS Association
 * (STS 531-1); the subclasses of class 2, and how TIDs are kept, are from general knowledge. */
#ifndef WH_METER_TOKEN_H
#define WH_METER_TOKEN_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_TOKEN_DIGITS   20
#define WH_TOKEN_OCTETS   9 /* the same in binary, big endian, 6 bits of 0 first */
#define WH_TOKEN_SIZE     24
#define WH_TOKEN_TIDS     50
#define WH_TOKEN_TRIES    3
#define WH_TOKEN_SAVE_MAX (13 + 3 * WH_TOKEN_TIDS)

/* Values are the wire's (class 115 attribute 6). */
typedef enum {
    WH_TOKEN_FORMAT_OK,
    WH_TOKEN_AUTHENTICATION_OK,
    WH_TOKEN_VALIDATION_OK,
    WH_TOKEN_EXECUTION_OK,
    WH_TOKEN_FORMAT_FAILURE,
    WH_TOKEN_AUTHENTICATION_FAILURE,
    WH_TOKEN_VALIDATION_FAILURE,
    WH_TOKEN_EXECUTION_FAILURE,
    WH_TOKEN_NOT_PROCESSED /* received, but too many have failed */
} wh_token_status;

/* Values are the wire's (class 115 attribute 5). */
typedef enum { WH_TOKEN_REMOTE, WH_TOKEN_LOCAL, WH_TOKEN_MANUAL } wh_token_delivery;

typedef enum {
    WH_TOKEN_CREDIT,        /* 0, 0..3: value in tenths of a kWh, m3, m3, minute */
    WH_TOKEN_CURRENCY,      /* 0, 4..7: value in 1/100 000 of the currency; the module sets it */
    WH_TOKEN_TEST,          /* 1, 0..1: value is the control bits */
    WH_TOKEN_SET_MAX_POWER, /* 2, 0: value in W */
    WH_TOKEN_CLEAR_CREDIT,  /* 2, 1: value is the register, FFFFh all */
    WH_TOKEN_SET_TARIFF,    /* 2, 2: value is the rate */
    WH_TOKEN_KEY,           /* 2, 3 and 4, 8 and 9: a section of a new key, the module's */
    WH_TOKEN_CLEAR_TAMPER,  /* 2, 5 */
    WH_TOKEN_SET_MAX_UNBALANCE, /* 2, 6: value in W */
    WH_TOKEN_OTHER,             /* any other: data is as it came */
    WH_TOKEN_KINDS
} wh_token_kind;

/* What a token says. */
typedef struct {
    uint64_t value;
    uint32_t tid; /* 24 bits */
    uint16_t data;
    uint16_t maker; /* of a test token: 0 is any */
    uint8_t kind;   /* wh_token_kind */
    uint8_t token_class;
    uint8_t subclass;
    uint8_t random;
    bool has_tid; /* executed once only */
} wh_token;

/* What was entered. */
typedef struct {
    const uint8_t *octets;
    size_t len;
    uint64_t block; /* of the 66 bits those but the class */
    uint8_t token_class;
    bool is_number; /* 20 digits or 9 octets; else block and class are 0 */
} wh_token_code;

/* The security module, and who executes.
 *
 * check    decipher and decode. WH_OK; WH_ERR_FORMAT: no token; WH_ERR_CHECK: wrong key, or forged;
 *          any other: valid, but not for this meter
 * execute  do it; anything but WH_OK: it was not done, and may be entered again */
typedef struct {
    void *user;
    wh_err (*check)(void *user, const wh_token_code *code, wh_token *token);
    wh_err (*execute)(void *user, const wh_token *token);
} wh_token_module;

/* Fields are for reading. */
typedef struct {
    const wh_token_module *module;
    uint32_t tid[WH_TOKEN_TIDS]; /* executed, in no order */
    uint32_t oldest;             /* any below is too old */
    uint32_t wait_ms;            /* until the next is processed */
    uint32_t token_s;            /* UTC, when the last was entered; 0: none */
    uint32_t revision;           /* moves with what is saved */
    uint8_t token[WH_TOKEN_SIZE];
    uint8_t token_len;
    uint8_t tid_count;
    uint8_t failures; /* of authentication, in a row */
    uint8_t status;   /* wh_token_status of the last */
    uint8_t delivery; /* wh_token_delivery of the last */
} wh_token_gateway;

/* `module` is kept, and so are its functions: neither may be NULL. */
void wh_token_gateway_init(wh_token_gateway *g, const wh_token_module *module);

/* Enter a token: 20 digits as text, with spaces and dashes between them as one likes, 9 octets, or
 * what else the module knows; at most WH_TOKEN_SIZE octets without spaces and dashes.
 *
 * WH_TOKEN_EXECUTION_OK            done
 * WH_TOKEN_FORMAT_FAILURE          no token
 * WH_TOKEN_AUTHENTICATION_FAILURE  not with this key
 * WH_TOKEN_VALIDATION_FAILURE      entered before, too old, or not for this meter
 * WH_TOKEN_EXECUTION_FAILURE       the caller would not
 * WH_TOKEN_NOT_PROCESSED           wait */
wh_token_status wh_token_enter(wh_token_gateway *g, const uint8_t *octets, size_t len,
                               wh_token_delivery delivery, int64_t utc_ms);

/* Time passes. */
void wh_token_tick(wh_token_gateway *g, uint32_t elapsed_ms);

/* A new key with a new base date: no TID is known any more. */
void wh_token_forget(wh_token_gateway *g);

/* 20 digits as class and block, and back. WH_ERR_FORMAT: not 20 digits (spaces and dashes aside),
 * or a number above 2^66 - 1. */
wh_err wh_token_parse(const uint8_t *text, size_t len, uint8_t *token_class,
                      uint64_t *block) WH_MUST_USE;
void wh_token_print(uint8_t token_class, uint64_t block, uint8_t digits[WH_TOKEN_DIGITS]);

/* The CRC that belongs into the lower 16 bits of a block in the clear. */
uint16_t wh_token_crc(uint8_t token_class, uint64_t block);

/* A block in the clear as what it says. WH_ERR_CHECK: the CRC; WH_ERR_RANGE: class above 3. */
wh_err wh_token_decode(uint8_t token_class, uint64_t block, wh_token *token) WH_MUST_USE;

/* The 16 bits of an amount or a power: 2 of a decimal exponent, 14 of a mantissa; 0 .. 18 201 624. */
uint32_t wh_token_amount(uint16_t data);

/* At most WH_TOKEN_SAVE_MAX bytes, of them a version byte first: TIDs and failures. */
void wh_token_gateway_save(const wh_token_gateway *g, wh_writer *w);

/* Into an initialized gateway; after failures the wait begins anew. WH_ERR_SHORT,
 * WH_ERR_UNSUPPORTED (version), WH_ERR_FORMAT: `g` stays as it was. */
wh_err wh_token_gateway_restore(wh_token_gateway *g, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_TOKEN_H */
