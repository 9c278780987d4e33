/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/demand/demand.h"

#include "meter/demand/demand_internal.h"

#define DAY_MIN    1440
#define MS_PER_MIN 60000

wh_err wh_demand_check_period(unsigned slip_min, unsigned slips)
{
    if (slip_min == 0 || slips == 0 || DAY_MIN % slip_min != 0) {
        return WH_ERR_RANGE;
    }
    return slip_min * slips <= WH_DEMAND_PERIOD_MAX_MIN ? WH_OK : WH_ERR_RANGE;
}

wh_err wh_demand_check_source(wh_combination source)
{
    return (source.add | source.subtract) >> WH_REG_COUNT == 0 ? WH_OK : WH_ERR_RANGE;
}

wh_demand_cell *wh_demand_cell_at(const wh_demand *d, unsigned channel, unsigned rate)
{
    if (channel >= d->config.channels || rate > d->config.rates) {
        return NULL;
    }
    return &d->memory.cell[channel * (1U + d->config.rates) + rate];
}

static wh_err check(const wh_demand_config *config, const wh_combination *source,
                    const wh_demand_memory *memory)
{
    if (wh_demand_check_period(config->slip_min, config->slips) != WH_OK || config->channels == 0 ||
        config->channels > WH_DEMAND_CHANNELS_MAX || config->rates > WH_DEMAND_RATES_MAX) {
        return WH_ERR_RANGE;
    }
    for (unsigned i = 0; i < config->channels; i++) {
        if (wh_demand_check_source(source[i]) != WH_OK) {
            return WH_ERR_RANGE;
        }
    }
    size_t channels = config->channels;
    bool fits = memory->channel_count >= channels &&
                memory->cell_count >= channels * (1U + config->rates) &&
                memory->slip_count >= channels * config->slips;
    return fits ? WH_OK : WH_ERR_SPACE;
}

wh_err wh_demand_init(wh_demand *d, const wh_demand_config *config, const wh_combination *source,
                      const wh_demand_memory *memory)
{
    wh_err err = check(config, source, memory);
    if (err != WH_OK) {
        return err;
    }
    *d = (wh_demand){.config = *config, .memory = *memory}; /* config may be d's own */
    for (unsigned i = 0; i < d->config.channels; i++) {
        d->memory.channel[i].source = source[i];
    }
    wh_demand_clear(d, 0);
    return WH_OK;
}

int64_t wh_demand_slip_at(const wh_demand *d, int64_t utc_ms, int32_t offset_s, int64_t *start_ms)
{
    int64_t slip_ms = (int64_t)d->config.slip_min * MS_PER_MIN;
    int64_t local_ms = utc_ms + (int64_t)offset_s * 1000;
    int64_t into_ms = local_ms % slip_ms;
    into_ms += into_ms < 0 ? slip_ms : 0; /* before 1970 */
    *start_ms = utc_ms - into_ms;
    return (local_ms - into_ms) / slip_ms;
}

/* Nothing is kept of the running period. */
static void drop(wh_demand *d)
{
    for (unsigned i = 0; i < d->config.channels; i++) {
        d->memory.channel[i].running_uws = 0;
    }
    d->head = 0;
    d->kept = 0;
    d->rate_kept = 0;
}

/* A new period from now on; the running slip counts where nothing was fed in it. */
static void begin_anew(wh_demand *d, int64_t now_ms)
{
    drop(d);
    d->whole = d->whole && !d->fed;
    d->rate_whole = d->whole;
    d->since_ms = d->whole ? d->start_ms : now_ms;
}

void wh_demand_restart(wh_demand *d, int64_t now_ms)
{
    drop(d);
    d->started = false;
    d->whole = false;
    d->rate_whole = false;
    d->since_ms = now_ms;
}

void wh_demand_feed(wh_demand *d, const wh_booked *booked)
{
    for (unsigned i = 0; i < d->config.channels; i++) {
        wh_demand_channel *c = &d->memory.channel[i];
        c->running_uws += wh_combination_booked(c->source, booked);
    }
    d->fed = true;
}

/* Energy of the last `count` slips kept, without the running one. */
static int64_t sum_last(const wh_demand *d, unsigned channel, unsigned count)
{
    const int64_t *slip_uws = &d->memory.slip_uws[channel * d->config.slips];
    unsigned at = d->head;
    int64_t sum = 0;
    while (count-- > 0) {
        at = at == 0 ? d->config.slips - 1U : at - 1U;
        sum += slip_uws[at];
    }
    return sum;
}

/* Average over a whole period. */
static int64_t power_mw(const wh_demand *d, int64_t energy_uws)
{
    return energy_uws / ((int64_t)d->config.slip_min * d->config.slips * MS_PER_MIN);
}

static int64_t magnitude(int64_t value)
{
    return value < 0 ? -value : value;
}

/* A period of this cell is complete. */
static void note(wh_demand_cell *cell, int64_t mw, uint32_t end_s)
{
    cell->last_mw = mw;
    cell->last_end_s = end_s;
    if (magnitude(mw) > magnitude(cell->max_mw)) {
        cell->max_mw = mw;
        cell->max_end_s = end_s;
    }
}

/* The running slip, whole, is over. True where a period of the total is. */
static bool close_slip(wh_demand *d, int64_t end_ms)
{
    unsigned slips = d->config.slips;
    for (unsigned i = 0; i < d->config.channels; i++) {
        d->memory.slip_uws[i * slips + d->head] = d->memory.channel[i].running_uws;
    }
    d->head = (uint8_t)((d->head + 1U) % slips);
    d->kept = (uint8_t)(d->kept < slips ? d->kept + 1U : slips);
    if (d->rate_whole) {
        d->rate_kept = (uint8_t)(d->rate_kept < slips ? d->rate_kept + 1U : slips);
    }
    if (d->kept < slips) {
        return false;
    }
    bool of_rate = d->rate != 0 && d->rate_kept == slips;
    for (unsigned i = 0; i < d->config.channels; i++) {
        int64_t mw = power_mw(d, sum_last(d, i, slips));
        note(wh_demand_cell_at(d, i, 0), mw, (uint32_t)(end_ms / 1000));
        wh_demand_cell *cell = wh_demand_cell_at(d, i, d->rate);
        if (of_rate && cell != NULL) {
            note(cell, mw, (uint32_t)(end_ms / 1000));
        }
    }
    return true;
}

bool wh_demand_tick(wh_demand *d, int64_t slip, int64_t start_ms)
{
    if (d->started && slip == d->slip) {
        return false;
    }
    bool next = d->started && slip - 1 == d->slip;
    bool complete = next && d->whole && close_slip(d, start_ms);
    if (next) {
        for (unsigned i = 0; i < d->config.channels; i++) {
            d->memory.channel[i].running_uws = 0;
        }
        d->since_ms = start_ms;
    } else if (d->started) { /* a jump: nobody knows when in this slip it was */
        drop(d);
        d->since_ms = start_ms;
    } else if (d->since_ms < start_ms) {
        d->since_ms = start_ms;
    }
    d->slip = slip;
    d->start_ms = start_ms;
    d->started = true;
    d->whole = next;
    d->rate_whole = next;
    d->fed = false;
    return complete;
}

void wh_demand_set_rate(wh_demand *d, uint8_t rate, int64_t now_ms)
{
    if (rate == d->rate) {
        return;
    }
    d->rate = rate;
    if (d->config.total_through_rates) {
        d->rate_kept = 0;
        d->rate_whole = d->whole && !d->fed;
    } else {
        begin_anew(d, now_ms);
    }
}

wh_err wh_demand_reset(wh_demand *d, wh_demand_cause cause, int64_t now_ms)
{
    if ((unsigned)cause >= WH_DEMAND_RESET_CAUSES) {
        return WH_ERR_ARG;
    }
    size_t cells = (size_t)d->config.channels * (1U + d->config.rates);
    for (size_t i = 0; i < cells; i++) {
        d->memory.cell[i].max_mw = 0;
        d->memory.cell[i].max_end_s = 0;
    }
    d->reset_count[cause]++;
    d->reset_ms = now_ms;
    begin_anew(d, now_ms);
    return WH_OK;
}

void wh_demand_clear(wh_demand *d, int64_t now_ms)
{
    size_t cells = (size_t)d->config.channels * (1U + d->config.rates);
    for (size_t i = 0; i < cells; i++) {
        d->memory.cell[i] = (wh_demand_cell){0};
    }
    begin_anew(d, now_ms);
}

void wh_demand_next_period(wh_demand *d, int64_t now_ms)
{
    for (unsigned i = 0; i < d->config.channels; i++) {
        wh_demand_cell *total = wh_demand_cell_at(d, i, 0);
        wh_demand_cell *of_rate = wh_demand_cell_at(d, i, d->rate);
        int64_t rate_mw = wh_demand_present_mw(d, (uint8_t)i, d->rate);
        total->last_mw = wh_demand_present_mw(d, (uint8_t)i, 0);
        total->last_end_s = (uint32_t)(now_ms / 1000);
        if (of_rate != NULL) {
            of_rate->last_mw = rate_mw;
            of_rate->last_end_s = total->last_end_s;
        }
    }
    begin_anew(d, now_ms);
}

wh_err wh_demand_set_period(wh_demand *d, uint8_t slip_min, uint8_t slips, int64_t now_ms)
{
    if (wh_demand_check_period(slip_min, slips) != WH_OK ||
        (size_t)d->config.channels * slips > d->memory.slip_count) {
        return WH_ERR_RANGE;
    }
    d->config.slip_min = slip_min;
    d->config.slips = slips;
    wh_demand_restart(d, now_ms);
    return WH_OK;
}

wh_err wh_demand_set_source(wh_demand *d, uint8_t channel, wh_combination source, int64_t now_ms)
{
    if (channel >= d->config.channels || wh_demand_check_source(source) != WH_OK) {
        return WH_ERR_RANGE;
    }
    d->memory.channel[channel].source = source;
    begin_anew(d, now_ms);
    return WH_OK;
}

wh_demand_value wh_demand_last(const wh_demand *d, uint8_t channel, uint8_t rate)
{
    const wh_demand_cell *cell = wh_demand_cell_at(d, channel, rate);
    if (cell == NULL) {
        return (wh_demand_value){0};
    }
    return (wh_demand_value){cell->last_mw, (int64_t)cell->last_end_s * 1000};
}

wh_demand_value wh_demand_max(const wh_demand *d, uint8_t channel, uint8_t rate)
{
    const wh_demand_cell *cell = wh_demand_cell_at(d, channel, rate);
    if (cell == NULL) {
        return (wh_demand_value){0};
    }
    return (wh_demand_value){cell->max_mw, (int64_t)cell->max_end_s * 1000};
}

/* Whole slips in the running period, of the total or of the rate in force. */
static unsigned slips_running(const wh_demand *d, unsigned rate)
{
    unsigned kept = rate == 0 ? d->kept : d->rate_kept;
    return kept < d->config.slips ? kept : d->config.slips - 1U;
}

int64_t wh_demand_present_mw(const wh_demand *d, uint8_t channel, uint8_t rate)
{
    if (wh_demand_cell_at(d, channel, rate) == NULL) {
        return 0;
    }
    if (rate != 0 && (rate != d->rate || d->whole != d->rate_whole)) {
        return 0;
    }
    int64_t running_uws = d->memory.channel[channel].running_uws;
    return power_mw(d, running_uws + sum_last(d, channel, slips_running(d, rate)));
}

wh_demand_register wh_demand_read(const wh_demand *d, uint8_t channel, uint8_t rate)
{
    wh_demand_value last = wh_demand_last(d, channel, rate);
    int64_t slip_ms = (int64_t)d->config.slip_min * MS_PER_MIN;
    bool in_force = rate == 0 || rate == d->rate;
    bool whole = rate == 0 ? d->whole : d->rate_whole;
    return (wh_demand_register){
        .current_average_mw = wh_demand_present_mw(d, channel, rate),
        .last_average_mw = last.mw,
        .capture_ms = last.end_ms,
        .start_current_ms = d->since_ms - (in_force ? slips_running(d, rate) * slip_ms : 0),
        .period_s = d->config.slip_min * 60U,
        .number_of_periods = d->config.slips,
        .complete = in_force && whole,
    };
}
