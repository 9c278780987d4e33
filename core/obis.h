/* SPDX-License-Identifier: Apache-2.0 */
/* obis.h - OBIS codes (IEC 62056-61): six groups A to F that name one item of a meter.
 *
 * Texts, written the same way in:                       example
 *   whole      A-B:C.D.E*F                              1-0:1.8.0*255
 *   usual      A-B:C.D.E      F is 255                  1-0:1.8.0
 *   short      C.D.E, C.D.E*F A-B is 1-0, electricity   1.8.0
 *   dotted     A.B.C.D.E.F    a COSEM logical name      1.0.1.8.0.255
 *
 * A pattern is the same text with `x` for a group that may be anything: "1-0:x.8.x".
 * What a code means is not known here. */
#ifndef WH_CORE_OBIS_H
#define WH_CORE_OBIS_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WH_OBIS_A, WH_OBIS_B, WH_OBIS_C, WH_OBIS_D, WH_OBIS_E, WH_OBIS_F, WH_OBIS_GROUPS };

#define WH_OBIS_TEXT_SIZE 24 /* of the longest text, "255-255:255.255.255*255", and its 0 */

/* A value: compare with wh_obis_compare, copy with `=`. group[] is the wire order. */
typedef struct {
    uint8_t group[WH_OBIS_GROUPS];
} wh_obis;

/* Initialiser of a wh_obis in a table. */
#define WH_OBIS_INIT(a, b, c, d, e, f) \
    {                                  \
        {                              \
            a, b, c, d, e, f           \
        }                              \
    }

/* A code where some groups may be anything. */
typedef struct {
    wh_obis obis; /* a group that may be anything is 0 here */
    uint8_t any;  /* bit k: group k may be anything */
} wh_obis_pattern;

/* Read a code from the whole of text[len]; it needs no terminating 0.
 *
 * out       out  the code; undefined unless WH_OK
 * error_at  out  offset of the first character that is wrong, `len` where the text ended
 *                early; may be NULL; 0 where WH_OK
 *
 * WH_OK
 * WH_ERR_SHORT   the text is the beginning of a code
 * WH_ERR_FORMAT  not a code
 * WH_ERR_RANGE   a group above 255 */
wh_err wh_obis_parse(const char *text, size_t len, wh_obis *out, size_t *error_at) WH_MUST_USE;

/* Read a pattern: as wh_obis_parse, but any group may be `x`. A text without F means F 255. */
wh_err wh_obis_pattern_parse(const char *text, size_t len, wh_obis_pattern *out,
                             size_t *error_at) WH_MUST_USE;

/* Write "A-B:C.D.E", and "*F" unless F is 255, with a terminating 0.
 * Returns the length without it. wh_obis_parse reads it back to the same code. */
size_t wh_obis_format(wh_obis obis, char text[WH_OBIS_TEXT_SIZE]);

/* Order by groups, A first: below 0, 0 or above 0 as a is before, equal to or after b. */
int wh_obis_compare(wh_obis a, wh_obis b);

bool wh_obis_equal(wh_obis a, wh_obis b);

bool wh_obis_match(const wh_obis_pattern *pattern, wh_obis obis);

#endif /* WH_CORE_OBIS_H */
