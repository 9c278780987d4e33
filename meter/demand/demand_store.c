/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/demand/demand.h"
#include "meter/demand/demand_internal.h"

#define VERSION 1

/* 10^12 W: more is damage. */
#define POWER_MAX_MW INT64_C(1000000000000000)

wh_err wh_demand_save(const wh_demand *d, wh_writer *w)
{
    wh_writer_put_u8(w, VERSION);
    wh_writer_put_u8(w, d->config.slip_min);
    wh_writer_put_u8(w, d->config.slips);
    wh_writer_put_u8(w, d->config.channels);
    wh_writer_put_u8(w, d->config.rates);
    wh_writer_put_u32be(w, d->reset_count[WH_DEMAND_RESET_COMMAND]);
    wh_writer_put_u32be(w, d->reset_count[WH_DEMAND_RESET_SETTLEMENT]);
    wh_writer_put_u64be(w, (uint64_t)d->reset_ms);
    for (unsigned i = 0; i < d->config.channels; i++) {
        wh_writer_put_u16be(w, d->memory.channel[i].source.add);
        wh_writer_put_u16be(w, d->memory.channel[i].source.subtract);
        for (unsigned rate = 0; rate <= d->config.rates; rate++) {
            const wh_demand_cell *cell = wh_demand_cell_at(d, i, rate);
            wh_writer_put_u64be(w, (uint64_t)cell->last_mw);
            wh_writer_put_u64be(w, (uint64_t)cell->max_mw);
            wh_writer_put_u32be(w, cell->last_end_s);
            wh_writer_put_u32be(w, cell->max_end_s);
        }
    }
    return wh_writer_err(w);
}

static bool is_power(int64_t mw)
{
    return -POWER_MAX_MW <= mw && mw <= POWER_MAX_MW;
}

static wh_demand_cell take_cell(wh_reader *r)
{
    wh_demand_cell cell;
    cell.last_mw = (int64_t)wh_reader_take_u64be(r);
    cell.max_mw = (int64_t)wh_reader_take_u64be(r);
    cell.last_end_s = wh_reader_take_u32be(r);
    cell.max_end_s = wh_reader_take_u32be(r);
    bool last_fits = is_power(cell.last_mw) && (cell.last_end_s != 0 || cell.last_mw == 0);
    bool max_fits = is_power(cell.max_mw) && (cell.max_end_s != 0) == (cell.max_mw != 0);
    if (!last_fits || !max_fits) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    return cell;
}

static wh_combination take_source(wh_reader *r)
{
    wh_combination source;
    source.add = wh_reader_take_u16be(r);
    source.subtract = wh_reader_take_u16be(r);
    if (wh_demand_check_source(source) != WH_OK) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    return source;
}

/* Channels and cells; only looked at, or kept. */
static void take_channels(wh_demand *d, wh_reader *r, bool keep)
{
    for (unsigned i = 0; i < d->config.channels; i++) {
        wh_combination source = take_source(r);
        if (keep) {
            d->memory.channel[i].source = source;
        }
        for (unsigned rate = 0; rate <= d->config.rates; rate++) {
            wh_demand_cell cell = take_cell(r);
            if (keep) {
                *wh_demand_cell_at(d, i, rate) = cell;
            }
        }
    }
}

wh_err wh_demand_restore(wh_demand *d, wh_reader *r)
{
    if (wh_reader_take_u8(r) != VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    uint8_t slip_min = wh_reader_take_u8(r);
    uint8_t slips = wh_reader_take_u8(r);
    uint8_t channels = wh_reader_take_u8(r);
    uint8_t rates = wh_reader_take_u8(r);
    if (wh_demand_check_period(slip_min, slips) != WH_OK || channels != d->config.channels ||
        rates != d->config.rates) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    if ((size_t)channels * slips > d->memory.slip_count) {
        wh_reader_fail(r, WH_ERR_SPACE);
    }
    uint32_t by_command = wh_reader_take_u32be(r);
    uint32_t by_settlement = wh_reader_take_u32be(r);
    int64_t reset_ms = (int64_t)wh_reader_take_u64be(r);
    wh_reader ahead = *r; /* all is looked at before anything is changed */
    take_channels(d, &ahead, false);
    if (wh_reader_err(&ahead) != WH_OK) {
        wh_reader_fail(r, wh_reader_err(&ahead));
        return wh_reader_err(&ahead);
    }
    take_channels(d, r, true);
    d->config.slip_min = slip_min;
    d->config.slips = slips;
    d->reset_count[WH_DEMAND_RESET_COMMAND] = by_command;
    d->reset_count[WH_DEMAND_RESET_SETTLEMENT] = by_settlement;
    d->reset_ms = reset_ms;
    wh_demand_restart(d, 0);
    return WH_OK;
}
