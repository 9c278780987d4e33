/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

#define ERR(n) (UINT64_C(1) << (n))

static bool is_active(const wh_keeper *k, unsigned kind)
{
    for (unsigned place = 0; place < wh_event_places(kind); place++) {
        if (wh_events_active(&k->events, wh_event_slot(kind, place))) {
            return true;
        }
    }
    return false;
}

/* The prompts of display.h. */
static uint64_t errors_of(const wh_keeper *k, const wh_meter_inputs *inputs)
{
    static const struct {
        uint8_t kind;
        uint8_t prompt;
    } table[] = {
        {WH_EVENT_SWITCH_MALFUNCTION, 1},
        {WH_EVENT_MEMORY_ERROR, 6},
        {WH_EVENT_CLOCK_INVALID, 8},
        {WH_EVENT_OVERLOAD, 51},
        {WH_EVENT_SEVERE_CURRENT_UNBALANCE, 52},
        {WH_EVENT_OVER_VOLTAGE, 53},
        {WH_EVENT_LOW_POWER_FACTOR, 54},
        {WH_EVENT_DEMAND_OVER_LIMIT, 55},
        {WH_EVENT_REVERSED_POWER_FLOW, 56},
    };
    uint64_t errors = (inputs->contacts & WH_CONTACT_BATTERY_LOW) != 0 ? ERR(4) : 0;
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        errors |= is_active(k, table[i].kind) ? ERR(table[i].prompt) : 0;
    }
    return errors;
}

static uint32_t symbol(bool yes, uint32_t bit)
{
    return yes ? bit : 0;
}

static uint32_t symbols_of(const wh_keeper *k, const wh_meter_inputs *inputs)
{
    uint16_t status = wh_switch_status(&k->main_switch);
    uint8_t account = wh_prepayment_status(&k->prepayment);
    uint32_t covers = WH_CONTACT_METER_COVER | WH_CONTACT_TERMINAL_COVER;
    return symbol((status & WH_SWITCH_STATUS_OPEN) != 0, WH_LCD_RELAY_OPEN) |
           symbol(k->prepayment.low, WH_LCD_BUY) |
           symbol((account & WH_PREPAYMENT_SELECTABLE_IN_USE) != 0, WH_LCD_OVERDRAFT) |
           symbol((inputs->contacts & WH_CONTACT_BATTERY_LOW) != 0, WH_LCD_BATTERY) |
           symbol(is_active(k, WH_EVENT_ASSOCIATION_LOCKED), WH_LCD_LOCK) |
           symbol((status & WH_SWITCH_STATUS_ALARM) != 0, WH_LCD_ALARM) |
           symbol((wh_clock_status(&k->clock) & WH_CLOCK_STATUS_INVALID) != 0, WH_LCD_CLOCK) |
           symbol((inputs->contacts & covers) != 0, WH_LCD_COVER);
}

/* What the meter's key does to the switch is main_switch.h's matter; here each press is a screen. */
void wh_keeper_show(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    const wh_meter_inputs *inputs = pass->inputs;
    const wh_quantities *q = &pass->meter->metrology.quantities;
    bool down = (inputs->contacts & WH_CONTACT_KEY) != 0;
    if (down && !k->key_was_down) {
        wh_display_press(&k->display);
    }
    k->key_was_down = down;
    uint16_t status = wh_switch_status(&k->main_switch);
    wh_display_inputs in = {
        .utc_ms = pass->utc_ms,
        .zone = &k->clock.zone,
        .serial = pass->meter->config->serial,
        .active_mw = q->p_uw / 1000,
        .reactive_mvar = q->q1_uvar / 1000,
        .errors = errors_of(k, inputs),
        .symbols = symbols_of(k, inputs),
        .blinking = symbol((status & WH_SWITCH_STATUS_AWAITS_KEY) != 0, WH_LCD_RELAY_OPEN),
        .rate = k->rate,
        .tariff_set = (uint8_t)(k->calendar.days_in_force + 1),
        .step = k->step,
        .phases = q->present,
        .backlight = (status & WH_SWITCH_STATUS_ALARM) != 0,
        .on_battery = inputs->power_fails,
    };
    for (unsigned phase = 0; phase < WH_PHASES; phase++) {
        in.phases_reversed |= (uint8_t)(q->phase[phase].p_uw < 0 ? 1U << phase : 0);
    }
    const wh_column_reader columns = wh_keeper_columns(pass->meter);
    wh_display_tick(&k->display, pass->elapsed_ms, &in, &columns);
}
