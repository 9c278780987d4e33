/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/rate_register.h"

#include "meter/register/register_wire.h"

#include <string.h>

#define VERSION     2
#define UWS_PER_MWH 3600000

static unsigned kinds_of(uint16_t kinds)
{
    unsigned count = 0;
    for (unsigned i = 0; i < WH_REG_COUNT; i++) {
        count += (unsigned)kinds >> i & 1U;
    }
    return count;
}

size_t wh_rate_register_cells(const wh_rate_register_config *config)
{
    return (size_t)kinds_of(config->kinds) * config->count;
}

wh_err wh_rate_register_init(wh_rate_register *r, const wh_rate_register_config *config,
                             wh_energy *cell, size_t cell_count)
{
    if (config->count == 0 || config->count > WH_RATE_REGISTER_RATES_MAX ||
        config->kinds >> WH_REG_COUNT != 0 || config->modulus_mwh < 1) {
        return WH_ERR_RANGE;
    }
    if (cell_count < wh_rate_register_cells(config)) {
        return WH_ERR_SPACE;
    }
    r->config = *config;
    r->cell = cell;
    wh_rate_register_clear(r);
    return WH_OK;
}

void wh_rate_register_clear(wh_rate_register *r)
{
    size_t cells = wh_rate_register_cells(&r->config);
    for (size_t i = 0; i < cells; i++) {
        r->cell[i] = (wh_energy){0};
    }
}

/* energy_uws is not negative. */
static void add(wh_energy *e, int64_t energy_uws, int64_t modulus_mwh)
{
    int64_t rest = e->rest_uws + energy_uws % UWS_PER_MWH;
    e->mwh += energy_uws / UWS_PER_MWH + rest / UWS_PER_MWH;
    e->mwh %= modulus_mwh;
    e->rest_uws = (uint32_t)(rest % UWS_PER_MWH);
}

void wh_rate_register_book(wh_rate_register *r, const wh_booked *booked, uint8_t rate)
{
    unsigned row = rate == 0 || rate > r->config.count ? 0 : rate - 1U;
    wh_energy *e = r->cell + (size_t)row * kinds_of(r->config.kinds);
    for (unsigned kind = 0; kind < WH_REG_COUNT; kind++) {
        if (((unsigned)r->config.kinds >> kind & 1U) != 0) {
            add(e++, booked->uws[kind], r->config.modulus_mwh);
        }
    }
}

const wh_energy *wh_rate_register_at(const wh_rate_register *r, wh_reg kind, uint8_t rate)
{
    if (rate == 0 || rate > r->config.count || (unsigned)kind >= WH_REG_COUNT ||
        ((unsigned)r->config.kinds >> kind & 1U) == 0) {
        return NULL;
    }
    unsigned before = kinds_of(r->config.kinds & (uint16_t)(WH_REG_BIT(kind) - 1U));
    return &r->cell[(rate - 1U) * kinds_of(r->config.kinds) + before];
}

wh_energy wh_rate_register_sum(const wh_rate_register *r, wh_reg kind)
{
    int64_t modulus = r->config.modulus_mwh;
    wh_energy sum = {0};
    for (uint8_t rate = 1; rate <= r->config.count; rate++) {
        const wh_energy *e = wh_rate_register_at(r, kind, rate);
        if (e != NULL) {
            /* both are below the modulus, which may be any int64 */
            sum.mwh -= sum.mwh >= modulus - e->mwh ? modulus : 0;
            sum.mwh += e->mwh;
            add(&sum, e->rest_uws, modulus);
        }
    }
    return sum;
}

wh_signed_energy wh_rate_register_combined(const wh_rate_register *r, uint8_t rate,
                                           wh_combination combination)
{
    wh_energy reg[WH_REG_COUNT];
    for (unsigned kind = 0; kind < WH_REG_COUNT; kind++) {
        const wh_energy *e = wh_rate_register_at(r, (wh_reg)kind, rate);
        reg[kind] = e != NULL ? *e : (wh_energy){0};
    }
    return wh_combination_read(combination, reg, r->config.modulus_mwh);
}

wh_err wh_rate_register_save(const wh_rate_register *r, wh_writer *w)
{
    size_t cells = wh_rate_register_cells(&r->config);
    wh_writer_put_u8(w, VERSION);
    wh_writer_put_u8(w, r->config.count);
    wh_writer_put_u16be(w, r->config.kinds);
    for (size_t i = 0; i < cells; i++) {
        wh_energy_put(r->cell[i], w);
    }
    return wh_writer_err(w);
}

wh_err wh_rate_register_restore(wh_rate_register *r, wh_reader *reader)
{
    const size_t cells = wh_rate_register_cells(&r->config);
    uint8_t version = wh_reader_take_u8(reader);
    if (version == 0 || version > VERSION) {
        wh_reader_fail(reader, WH_ERR_UNSUPPORTED);
    }
    uint8_t count = wh_reader_take_u8(reader);
    uint16_t kinds = wh_reader_take_u16be(reader);
    if (count == 0 || count > WH_RATE_REGISTER_RATES_MAX || kinds != r->config.kinds) {
        wh_reader_fail(reader, WH_ERR_RANGE);
    }
    const size_t saved = (size_t)kinds_of(kinds) * count;
    wh_reader ahead = *reader; /* all is looked at before anything is changed */
    for (size_t i = 0; i < saved; i++) {
        wh_energy e = wh_energy_take(&ahead, version, r->config.modulus_mwh);
        if (i >= cells && (e.mwh != 0 || e.rest_uws != 0)) {
            wh_reader_fail(&ahead, WH_ERR_RANGE); /* it would be missing in the sum */
        }
    }
    if (wh_reader_err(&ahead) != WH_OK) {
        wh_reader_fail(reader, wh_reader_err(&ahead));
        return wh_reader_err(&ahead);
    }
    wh_rate_register_clear(r);
    for (size_t i = 0; i < saved; i++) {
        wh_energy e = wh_energy_take(reader, version, r->config.modulus_mwh);
        if (i < cells) {
            r->cell[i] = e;
        }
    }
    return WH_OK;
}
