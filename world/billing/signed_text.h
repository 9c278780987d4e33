/* SPDX-License-Identifier: Apache-2.0 */
/* signed_text.h - the parts of a signed reading in words, the same ones for ever.
 *
 * They stand in the JSON form of a reading, and `watthour verify` refuses a file in which they
 * are others than the signed bytes make: whoever changes a word here makes a new version of that
 * form (signed_json.h). They come from the reading alone, so no catalogue can change them. */
#ifndef WH_WORLD_SIGNED_TEXT_H
#define WH_WORLD_SIGNED_TEXT_H

#include "core/decimal.h"
#include "meter/record/signed_reading.h"

#include <stddef.h>
#include <stdint.h>

#define WH_SIGNED_NAME_TEXT     40
#define WH_SIGNED_TIME_TEXT     32
#define WH_SIGNED_VALUE_TEXT    WH_DECIMAL_TEXT_SIZE
#define WH_SIGNED_MEANING_TEXT  96
#define WH_SIGNED_STATUS_COUNT  9 /* bits of the status, and whether it was made late */
#define WH_SIGNED_HEX_TEXT(len) (2 * (len) + 1)

/* "billing", "freeze", "load profile". */
const char *wh_signed_text_kind(uint8_t kind);

/* The logical device name: as it is where it is printable, without the zeros at its end, or in
 * hex digits. */
void wh_signed_text_device_name(const wh_signed_head *head, char text[WH_SIGNED_NAME_TEXT]);

/* Local time with its offset, "2026-07-01T00:00:00+02:00". */
void wh_signed_text_time(uint32_t utc_s, int16_t offset_min, char text[WH_SIGNED_TIME_TEXT]);

/* Bit 0 .. 7 of the status, 8: made late. NULL where it is not set. */
const char *wh_signed_text_status(const wh_record_head *head, unsigned bit);

/* What a column is, "active energy imported, rate 2"; "" where its code says nothing here. */
void wh_signed_text_meaning(wh_column column, char text[WH_SIGNED_MEANING_TEXT]);

/* A value that is there, exactly, in its unit: "1234.567", or a time in UTC. */
void wh_signed_text_value(const wh_signed_value *value, char text[WH_SIGNED_VALUE_TEXT]);

/* "Wh", "currency", "" for a count or a time. */
const char *wh_signed_text_unit(const wh_signed_value *value);

/* Lower case hex digits with a terminating 0, of WH_SIGNED_HEX_TEXT(len) characters. */
void wh_signed_text_hex(const uint8_t *bytes, size_t len, char *text);

#endif /* WH_WORLD_SIGNED_TEXT_H */
