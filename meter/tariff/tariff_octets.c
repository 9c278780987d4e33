/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/tariff_octets.h"

bool wh_tariff_switch_sets(uint8_t *in_force, int64_t *switch_ms, int64_t utc_ms)
{
    if (*switch_ms == INT64_MAX || utc_ms < *switch_ms) {
        return false;
    }
    *in_force ^= 1U;
    *switch_ms = INT64_MAX;
    return true;
}

void wh_tariff_take_version(wh_reader *r)
{
    uint8_t version = wh_reader_take_u8(r);
    if (version != WH_TARIFF_SAVED_VERSION) {
        wh_reader_fail(r, version > WH_TARIFF_SAVED_VERSION ? WH_ERR_UNSUPPORTED : WH_ERR_FORMAT);
    }
}

void wh_tariff_take_sets(wh_reader *r, uint8_t *in_force, int64_t *switch_ms)
{
    wh_tariff_take_version(r);
    *in_force = wh_reader_take_u8(r);
    *switch_ms = (int64_t)wh_reader_take_u64be(r);
    if (*in_force > 1) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
}

void wh_tariff_put_sets(wh_writer *w, uint8_t in_force, int64_t switch_ms)
{
    wh_writer_put_u8(w, WH_TARIFF_SAVED_VERSION);
    wh_writer_put_u8(w, in_force);
    wh_writer_put_u64be(w, (uint64_t)switch_ms);
}

wh_err wh_tariff_take_end(wh_reader *r)
{
    if (wh_reader_left(r) > 0) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    return wh_reader_err(r);
}
