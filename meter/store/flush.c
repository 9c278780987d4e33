/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/flush.h"

#define DAY_MS 86400000U

void wh_flush_init(wh_flush *flush, const wh_flush_config *config, uint64_t moved_mwh,
                   uint32_t now_ms)
{
    *flush = (wh_flush){
        .config = *config,
        .written_ms = now_ms,
        .written_mwh = moved_mwh,
        .energy_mwh = moved_mwh,
    };
    if (config->period_ms == 0) {
        flush->config.period_ms = config->hold_up ? DAY_MS : WH_FLUSH_PERIOD_MS;
    }
    if (config->energy_mwh == 0) {
        flush->config.energy_mwh = WH_FLUSH_ENERGY_MWH;
    }
}

bool wh_flush_is_due(wh_flush *flush, uint64_t moved_mwh, bool power_fails, uint32_t now_ms)
{
    flush->energy_mwh = moved_mwh;
    bool signal = flush->config.hold_up && power_fails && !flush->power_was_failing;
    flush->power_was_failing = power_fails;
    uint64_t moved = moved_mwh - flush->written_mwh;
    if (moved == 0) {
        flush->signalled = false; /* what is in the store is what there is */
        return false;
    }
    flush->signalled = flush->signalled || signal;
    bool much = !flush->config.hold_up && moved >= flush->config.energy_mwh;
    bool late = now_ms - flush->written_ms >= flush->config.period_ms;
    return flush->signalled || much || late;
}

void wh_flush_done(wh_flush *flush, uint32_t now_ms)
{
    flush->written_ms = now_ms;
    flush->written_mwh = flush->energy_mwh;
    flush->signalled = false;
}
