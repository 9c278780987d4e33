/* SPDX-License-Identifier: Apache-2.0 */
/* text_encoding.h - any code page in, valid UTF-8 out.
 *
 * Recorders write station and channel names in the code page of the engineer's computer and say
 * nowhere which. Without being told, a text is taken for, in this order:
 *
 *   UTF-16        where it starts with FF FE or FE FF
 *   UTF-8         where it is valid as such (a mark EF BB BF at its start is dropped)
 *   Windows-1252  where no more than two bytes above 7Fh stand together, as accents do
 *   GBK           where they all come in pairs of the GB 2312 plane, some below C0h
 *   Windows-1251  else: Cyrillic
 *
 * It is a guess, and only names depend on it: numbers and separators are ASCII in all of them.
 * A byte that the code page does not have becomes the four characters \xNN, so nothing is lost and
 * two names that differ stay different. */
#ifndef WH_WORLD_RECORDING_TEXT_ENCODING_H
#define WH_WORLD_RECORDING_TEXT_ENCODING_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes[len] as UTF-8 on the heap, zero-terminated, len in *out_len.
 *
 * encoding  in  as iconv calls it; NULL: guess
 *
 * WH_ERR_UNSUPPORTED  this machine does not know the encoding
 * WH_ERR_SPACE        no memory */
wh_err wh_text_to_utf8(const uint8_t *bytes, size_t len, const char *encoding, char **out,
                       size_t *out_len) WH_MUST_USE;

/* Valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool wh_text_is_utf8(const char *text, size_t len);

#endif /* WH_WORLD_RECORDING_TEXT_ENCODING_H */
