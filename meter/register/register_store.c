/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/register.h"

#define VERSION     1
#define KINDS       4
#define UWS_PER_MWH 3600000

/* More was never summed in an interval: three of them and a quantum still fit. */
#define PENDING_MAX (INT64_C(1) << 60)

wh_err wh_register_save(const wh_register_bank *bank, wh_writer *w)
{
    wh_writer_put_u8(w, VERSION);
    wh_writer_put_u8(w, WH_REG_PLACES);
    wh_writer_put_u8(w, WH_REG_COUNT);
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        for (unsigned i = 0; i < WH_REG_COUNT; i++) {
            wh_writer_put_u64be(w, (uint64_t)bank->reg[place][i].mwh);
            wh_writer_put_u32be(w, bank->reg[place][i].rest_uws);
        }
    }
    wh_writer_put_u32be(w, bank->pending_windows);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        for (unsigned kind = 0; kind < KINDS; kind++) {
            wh_writer_put_u64be(w, (uint64_t)bank->pending[k][kind]);
        }
    }
    return wh_writer_err(w);
}

static wh_energy take_energy(wh_reader *r, int64_t modulus_mwh)
{
    uint64_t mwh = wh_reader_take_u64be(r);
    uint32_t rest = wh_reader_take_u32be(r);
    if (mwh >= (uint64_t)modulus_mwh || rest >= UWS_PER_MWH) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    return (wh_energy){(int64_t)mwh, rest};
}

static int64_t take_pending(wh_reader *r)
{
    int64_t sum = (int64_t)wh_reader_take_u64be(r);
    if (sum > PENDING_MAX || sum < -PENDING_MAX) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    return sum;
}

/* Only looked at, or kept. */
static void take_all(wh_register_bank *bank, wh_reader *r, bool keep)
{
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        for (unsigned i = 0; i < WH_REG_COUNT; i++) {
            wh_energy e = take_energy(r, bank->config.modulus_mwh);
            if (keep) {
                bank->reg[place][i] = e;
            }
        }
    }
    uint32_t windows = wh_reader_take_u32be(r);
    if (keep) { /* the interval may have been made shorter since: it ends with the next quantum */
        uint32_t most = bank->config.interval_windows - 1;
        bank->pending_windows = windows < most ? windows : most;
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        for (unsigned kind = 0; kind < KINDS; kind++) {
            int64_t sum = take_pending(r);
            if (keep) {
                bank->pending[k][kind] = sum;
            }
        }
    }
}

wh_err wh_register_restore(wh_register_bank *bank, wh_reader *r)
{
    if (wh_reader_take_u8(r) != VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    uint8_t places = wh_reader_take_u8(r);
    uint8_t kinds = wh_reader_take_u8(r);
    if (places != WH_REG_PLACES || kinds != WH_REG_COUNT) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    wh_reader ahead = *r; /* all is looked at before anything is changed */
    take_all(bank, &ahead, false);
    if (wh_reader_err(&ahead) != WH_OK) {
        wh_reader_fail(r, wh_reader_err(&ahead));
        return wh_reader_err(&ahead);
    }
    take_all(bank, r, true);
    return WH_OK;
}
