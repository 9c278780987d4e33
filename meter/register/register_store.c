/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/register_wire.h"

#define VERSION 2
#define KINDS   4

/* More was never summed in an interval: three of them and a quantum still fit. */
#define PENDING_MAX (INT64_C(1) << 60)

void wh_energy_put(wh_energy energy, wh_writer *w)
{
    wh_writer_put_varint(w, (uint64_t)energy.mwh);
    wh_writer_put_varint(w, energy.rest_uws);
}

wh_energy wh_energy_take(wh_reader *r, uint8_t version, int64_t modulus_mwh)
{
    uint64_t mwh = version == 1 ? wh_reader_take_u64be(r) : wh_reader_take_varint(r);
    uint64_t rest = version == 1 ? wh_reader_take_u32be(r) : wh_reader_take_varint(r);
    if (mwh >= (uint64_t)modulus_mwh || rest >= WH_UWS_PER_MWH) {
        wh_reader_fail(r, WH_ERR_RANGE);
        return (wh_energy){0};
    }
    return (wh_energy){(int64_t)mwh, (uint32_t)rest};
}

wh_err wh_register_save(const wh_register_bank *bank, wh_writer *w)
{
    wh_writer_put_u8(w, VERSION);
    wh_writer_put_u8(w, WH_REG_PLACES);
    wh_writer_put_u8(w, WH_REG_COUNT);
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        for (unsigned i = 0; i < WH_REG_COUNT; i++) {
            wh_energy_put(bank->reg[place][i], w);
        }
    }
    wh_writer_put_varint(w, bank->pending_windows);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        for (unsigned kind = 0; kind < KINDS; kind++) {
            wh_writer_put_signed_varint(w, bank->pending[k][kind]);
        }
    }
    return wh_writer_err(w);
}

static int64_t take_pending(wh_reader *r, uint8_t version)
{
    int64_t sum = version == 1 ? (int64_t)wh_reader_take_u64be(r) : wh_reader_take_signed_varint(r);
    if (sum > PENDING_MAX || sum < -PENDING_MAX) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    return sum;
}

/* Only looked at, or kept. */
static void take_all(wh_register_bank *bank, wh_reader *r, uint8_t version, bool keep)
{
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        for (unsigned i = 0; i < WH_REG_COUNT; i++) {
            wh_energy e = wh_energy_take(r, version, bank->config.modulus_mwh);
            if (keep) {
                bank->reg[place][i] = e;
            }
        }
    }
    uint64_t windows = version == 1 ? wh_reader_take_u32be(r) : wh_reader_take_varint(r);
    if (keep) { /* the interval may have been made shorter since: it ends with the next quantum */
        uint32_t most = bank->config.interval_windows - 1;
        bank->pending_windows = windows < most ? (uint32_t)windows : most;
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        for (unsigned kind = 0; kind < KINDS; kind++) {
            int64_t sum = take_pending(r, version);
            if (keep) {
                bank->pending[k][kind] = sum;
            }
        }
    }
}

wh_err wh_register_restore(wh_register_bank *bank, wh_reader *r)
{
    uint8_t version = wh_reader_take_u8(r);
    if (version == 0 || version > VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    uint8_t places = wh_reader_take_u8(r);
    uint8_t kinds = wh_reader_take_u8(r);
    if (places != WH_REG_PLACES || kinds != WH_REG_COUNT) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    wh_reader ahead = *r; /* all is looked at before anything is changed */
    take_all(bank, &ahead, version, false);
    if (wh_reader_err(&ahead) != WH_OK) {
        wh_reader_fail(r, wh_reader_err(&ahead));
        return wh_reader_err(&ahead);
    }
    take_all(bank, r, version, true);
    return WH_OK;
}
