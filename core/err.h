/* SPDX-License-Identifier: Apache-2.0 */
/* err.h - the one error type every portable library returns. */
#ifndef WH_CORE_ERR_H
#define WH_CORE_ERR_H

/* Code, value, text. Values are part of the API: append, never renumber. */
#define WH_ERR_LIST(X)                                      \
    X(WH_OK, 0, "ok")                                       \
    X(WH_ERR_ARG, -1, "caller broke the contract")          \
    X(WH_ERR_SPACE, -2, "output buffer too small")          \
    X(WH_ERR_SHORT, -3, "input ended early, more may come") \
    X(WH_ERR_FORMAT, -4, "input is malformed")              \
    X(WH_ERR_CHECK, -5, "checksum, CRC or tag mismatch")    \
    X(WH_ERR_UNSUPPORTED, -6, "valid but not implemented")  \
    X(WH_ERR_STATE, -7, "call not allowed in this state")   \
    X(WH_ERR_TIMEOUT, -8, "deadline passed")                \
    X(WH_ERR_IO, -9, "transport or storage failed")         \
    X(WH_ERR_RANGE, -10, "value outside its range")         \
    X(WH_ERR_NOT_FOUND, -11, "no such item")                \
    X(WH_ERR_DENIED, -12, "not allowed for this role")

typedef enum {
#define WH_ERR_ENUM(name, value, text) name = (value),
    WH_ERR_LIST(WH_ERR_ENUM)
#undef WH_ERR_ENUM
} wh_err;

#if defined(__GNUC__)
#define WH_MUST_USE __attribute__((warn_unused_result))
#else
#define WH_MUST_USE
#endif

/* The text of `err` from the list above; "unknown error" for any other value. Never NULL. */
const char *wh_err_text(wh_err err);

#endif /* WH_CORE_ERR_H */
