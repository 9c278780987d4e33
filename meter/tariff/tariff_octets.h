/* SPDX-License-Identifier: Apache-2.0 */
/* tariff_octets.h - what the rooms with two sets and with octet encodings share. */
#ifndef WH_METER_TARIFF_OCTETS_H
#define WH_METER_TARIFF_OCTETS_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_TARIFF_SAVED_VERSION 1

/* The version byte of a blob: WH_ERR_UNSUPPORTED for a later one, WH_ERR_FORMAT for none. */
void wh_tariff_take_version(wh_reader *r);

/* Two sets change places where the time has come, once; true where they just have. */
bool wh_tariff_switch_sets(uint8_t *in_force, int64_t *switch_ms, int64_t utc_ms);

/* Take the head of two sets: version, set in force, switch-over. */
void wh_tariff_take_sets(wh_reader *r, uint8_t *in_force, int64_t *switch_ms);
void wh_tariff_put_sets(wh_writer *w, uint8_t in_force, int64_t switch_ms);

/* A value ends here: WH_ERR_FORMAT where octets are left over. The reader's error. */
wh_err wh_tariff_take_end(wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_TARIFF_OCTETS_H */
