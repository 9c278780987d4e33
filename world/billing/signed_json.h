/* SPDX-License-Identifier: Apache-2.0 */
/* signed_json.h - a signed reading as JSON: for people to read, and with all that proves it.
 *
 *   {
 *     "format": "watthour signed reading",
 *     "version": 1,
 *     "meter": { "logical_device_name": "WHT0000000000077", "serial": "77" },
 *     "record": { "kind": "billing", "log": 1, "sequence": 3,
 *                 "time": "2026-07-01T00:00:00+02:00", "status": [ "daylight saving" ] },
 *     "values": [ { "obis": "1-0:1.8.1", "attribute": 2,
 *                   "meaning": "active energy imported, rate 1",
 *                   "value": "1234567.890", "unit": "Wh" } ],       null: there was no value
 *     "previous": "..",    SHA-256 of the bill before; null: there was none
 *     "key": "..",         fingerprint of the public key
 *     "signed": "..",      the bytes that are signed (meter/record/signed_reading.h), hex
 *     "signature": ".."    r || s, hex
 *   }
 *
 * Numbers that are billed are strings, so that no reader rounds them. All that stands before
 * "signed" is made from it and believed by nobody: wh_signed_json_compare makes it again. */
#ifndef WH_WORLD_SIGNED_JSON_H
#define WH_WORLD_SIGNED_JSON_H

#include "host/message.h"
#include "meter/record/signed_reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_SIGNED_JSON_MAX 65536U /* bytes of a text that is read */

/* The text of a parsed reading, with a line feed at its end. To be freed; NULL: no memory. */
char *wh_signed_json_write(const wh_signed_reading *reading);

/* The bytes of the reading, signature included, from text[len]: to be parsed and verified.
 *
 * name   what the text is called in the message, usually its file
 *
 * False: it is not JSON, or not of this kind; the message says what and in which line. */
bool wh_signed_json_read(const char *text, size_t len, const char *name,
                         uint8_t bytes[WH_SIGNED_READING_MAX], size_t *bytes_len, wh_message *m);

/* Does all that the text says follow from the reading that was read from it?
 * False: the message says what does not, in which line, and what is signed instead. */
bool wh_signed_json_compare(const char *text, size_t len, const char *name,
                            const wh_signed_reading *reading, wh_message *m);

#endif /* WH_WORLD_SIGNED_JSON_H */
