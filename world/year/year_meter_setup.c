/* SPDX-License-Identifier: Apache-2.0 */
/* What a maker does before a meter leaves the factory, and who programs it later. */
#include "meter/record/freezes.h"
#include "world/year/year_meter_internal.h"
#include "world/year/year_program.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR_SIZE  4096
#define SECTORS      256
#define RESERVE      1024
#define PUSH_DEPTH   32
#define EVENT_DEPTH  10
#define TRIP_DELAY_M 5
#define RATE_KINDS                                                         \
    (WH_REG_BIT(WH_REG_ACTIVE_IMPORT) | WH_REG_BIT(WH_REG_ACTIVE_EXPORT) | \
     WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q2) |     \
     WH_REG_BIT(WH_REG_REACTIVE_Q3) | WH_REG_BIT(WH_REG_REACTIVE_Q4))

static const wh_combination demand_source[WH_ORACLE_CHANNELS] = {
    {WH_REG_BIT(WH_REG_ACTIVE_IMPORT), 0},
    {WH_REG_BIT(WH_REG_ACTIVE_EXPORT), 0},
};

#define KEPT(place, times_, billing_)                                                      \
    {                                                                                      \
        .config = &wh_freezes[WH_FREEZE_##place], .times = (times_), .billing = (billing_) \
    }

const wh_keeper_recorder wh_year_recorders[WH_YEAR_RECORDERS] = {
    KEPT(LOAD_PROFILE_1, 1, false), KEPT(LOAD_PROFILE_2, 1, false),
    KEPT(BILLING, 3, true),         KEPT(HOURLY, 1, false),
    KEPT(DAILY, 1, false),          KEPT(INSTANTANEOUS, 0, false),
    KEPT(ZONE_SWITCH, 0, false),    KEPT(DAY_TABLE_SWITCH, 0, false),
    KEPT(PRICE_SWITCH, 0, false),
};

/* The same as the standards have them, for the oracle. */
static const wh_oracle_recorder expected[WH_YEAR_RECORDERS] = {
    {.name = "load profile 1", .when = WH_ORACLE_EVERY, .every_s = 900, .fill_max = 1},
    {.name = "load profile 2", .when = WH_ORACLE_EVERY, .every_s = 900, .fill_max = 1},
    {.name = "billing", .when = WH_ORACLE_MONTHLY, .day = 1, .fill_max = 12, .settles = true},
    {.name = "hourly freeze", .when = WH_ORACLE_EVERY, .every_s = 3600, .fill_max = 1},
    {.name = "daily freeze", .when = WH_ORACLE_DAILY, .fill_max = 7},
    {.name = "instantaneous freeze", .when = WH_ORACLE_AT_COMMAND},
    {.name = "freeze of zones", .when = WH_ORACLE_AT_CALENDAR},
    {.name = "freeze of day tables", .when = WH_ORACLE_AT_CALENDAR},
    {.name = "freeze of prices", .when = WH_ORACLE_AT_PRICES},
};

/* ---- setting up ---- */

static void configure_meter(wh_year_meter *m)
{
    wh_meter_config *c = &m->meter_config;
    c->metrology.fs_mhz = 8000000;
    c->metrology.f_nominal_mhz = 50000;
    c->metrology.phases = WH_PHASES;
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        c->metrology.channel[k].full_scale = k <= WH_U3 ? 600000000 : 150000000;
    }
    memcpy(c->logical_device_name, "WHM0000000000001", WH_METER_NAME_SIZE);
    memcpy(c->serial, "year", 5);
}

static void configure_limiter(wh_year_meter *m)
{
    m->limiter = (wh_limiter_config){
        .monitored = WH_LIMITER_POWER_IMPORT,
        .action_over = WH_LIMITER_DISCONNECT,
        .action_under = WH_LIMITER_RECONNECT,
        .reclose_max = 3,
        .min_over_s = 120,
        .min_under_s = 60,
        .reclose_wait_s = 300,
        .forget_s = 86400,
        .threshold_normal = m->config.limit_mw,
        .threshold_emergency = m->config.limit_mw,
    };
}

static void configure_keeper(wh_year_meter *m)
{
    configure_limiter(m);
    m->keeper_config = (wh_keeper_config){
        .flash = m->config.flash,
        .push_depth = PUSH_DEPTH,
        .event_depth = EVENT_DEPTH,
        .reserve_bytes = RESERVE,
        .clock = {.zone = m->config.place->rule,
                  .base = WH_CLOCK_BASE_CRYSTAL,
                  .keep_correction = true},
        .flush = {.hold_up = m->config.hold_up},
        .rates = WH_YEAR_RATES,
        .rate_kinds = RATE_KINDS,
        .demand = {.slip_min = m->config.slip_min,
                   .slips = 1,
                   .channels = WH_ORACLE_CHANNELS,
                   .rates = WH_YEAR_RATES,
                   .total_through_rates = true},
        .demand_source = demand_source,
        .demand_slips_max = 15,
        .main_switch = {.trip_delay_min = TRIP_DELAY_M},
        .switch_mode = 5,
        .limiter = &m->limiter,
        .limiter_count = m->config.limit_mw > 0 ? 1 : 0,
        .prepayment = {.mode = WH_PREPAYMENT_PAY_FIRST,
                       .reconnects = true,
                       .customer = WH_YEAR_CUSTOMER,
                       .alarm_2 = WH_PREPAYMENT_NO_ALARM,
                       .activation_s = WH_PREPAYMENT_NEVER,
                       .closure_s = WH_PREPAYMENT_NEVER},
        .recorder = wh_year_recorders,
        .recorder_count = WH_YEAR_RECORDERS,
        .events = {.phases = WH_PHASES, .un_uv = 230000000, .ib_ua = 5000000, .imax_ua = 60000000},
    };
}

wh_err wh_year_meter_start(wh_year_meter *m, bool ran_on)
{
    wh_err err = wh_meter_init(&m->meter, &m->meter_config, NULL);
    if (err == WH_OK) {
        err = wh_meter_keep(&m->meter, &m->keeper, &m->keeper_config,
                            &(wh_keeper_start){.memory = m->memory,
                                               .memory_size = m->memory_size,
                                               .platform_ms = m->platform_ms,
                                               .ran_on = ran_on});
    }
    return err;
}

wh_err wh_year_meter_prices(wh_year_meter *m, const wh_year_tariff *t, int64_t from_ms)
{
    wh_err err = wh_cost_set_prices(&m->keeper.cost_import, t->import + 1, WH_YEAR_RATES);
    if (err == WH_OK) {
        err = wh_cost_set_prices(&m->keeper.cost_export, t->export + 1, WH_YEAR_RATES);
    }
    if (err == WH_OK) {
        wh_cost_schedule(&m->keeper.cost_import, from_ms);
        wh_cost_schedule(&m->keeper.cost_export, from_ms);
        wh_keeper_touch(&m->keeper, WH_ROOM_PRICES_IMPORT);
        wh_keeper_touch(&m->keeper, WH_ROOM_PRICES_EXPORT);
    }
    return err;
}

wh_err wh_year_meter_calendar(wh_year_meter *m, const wh_year_tariff *t, int64_t from_ms)
{
    wh_tariff_zones zones;
    wh_tariff_days days;
    wh_year_program_zones(t, &zones);
    wh_year_program_days(t, &days);
    wh_err err = wh_tariff_set_days(&m->keeper.calendar, &days);
    if (err == WH_OK) {
        err = wh_tariff_set_zones(&m->keeper.calendar, &zones);
    }
    if (err == WH_OK) {
        err = wh_tariff_calendar_schedule(&m->keeper.calendar, from_ms, from_ms);
    }
    if (err == WH_OK) {
        wh_keeper_touch(&m->keeper, WH_ROOM_ZONES);
        wh_keeper_touch(&m->keeper, WH_ROOM_DAYS);
    }
    return err;
}

static wh_err program_rest(wh_year_meter *m, int64_t utc_ms)
{
    wh_tariff_holiday holidays[WH_YEAR_HOLIDAYS];
    wh_step_table steps;
    unsigned count = wh_year_program_holidays(m->config.tariff, holidays);
    wh_err err = wh_tariff_set_holidays(&m->keeper.calendar, holidays, count);
    if (err == WH_OK) {
        wh_year_program_steps(m->config.tariff, &steps);
        err = wh_step_price_set(&m->keeper.steps, &steps);
    }
    if (err == WH_OK) {
        wh_step_price_schedule(&m->keeper.steps, utc_ms);
        m->keeper.settings.active_word = m->config.active_word;
        memcpy(m->keeper.settings.reactive_word, m->config.reactive_word, 2);
        wh_keeper_touch(&m->keeper, WH_ROOM_HOLIDAYS);
        wh_keeper_touch(&m->keeper, WH_ROOM_STEPS);
        wh_keeper_touch(&m->keeper, WH_ROOM_SETTINGS);
    }
    return err;
}

static wh_err program_wallet(wh_year_meter *m, int64_t utc_ms)
{
    wh_prepayment *p = &m->keeper.prepayment;
    const wh_time_zone *zone = &m->config.place->rule;
    const wh_credit_config credit = {.type = WH_CREDIT_TOKEN,
                                     .priority = 1,
                                     .flags = WH_CREDIT_SHOWN | WH_CREDIT_TOKENS,
                                     .limit = -m->config.overdraft};
    const wh_charge_config charge = {.type = WH_CHARGE_CONSUMPTION, .priority = 1};
    wh_err err = wh_prepayment_set_credit(p, 0, &credit, zone, utc_ms);
    if (err == WH_OK) {
        err = wh_prepayment_set_charge(p, 0, &charge, zone, utc_ms);
    }
    if (err == WH_OK) {
        err = wh_prepayment_activate(p, zone, utc_ms);
    }
    wh_keeper_touch(&m->keeper, WH_ROOM_PREPAYMENT);
    return err;
}

/* What a house with single-phase appliances and a roof does every hour is no event. */
static wh_err program_events(wh_year_meter *m)
{
    static const uint8_t usual[] = {WH_EVENT_CURRENT_UNBALANCE,   WH_EVENT_SEVERE_CURRENT_UNBALANCE,
                                    WH_EVENT_CURRENT_LOSS,        WH_EVENT_CURRENT_INTERRUPTION,
                                    WH_EVENT_REVERSED_POWER_FLOW, WH_EVENT_LOW_POWER_FACTOR};
    wh_err err = WH_OK;
    for (unsigned i = 0; i < sizeof usual && err == WH_OK; i++) {
        wh_event_setting setting;
        err = wh_events_get(&m->keeper.events, usual[i], &setting);
        if (err == WH_OK) {
            setting.enabled = false;
            err = wh_events_set(&m->keeper.events, usual[i], &setting);
        }
    }
    wh_keeper_touch(&m->keeper, WH_ROOM_EVENTS);
    return err;
}

/* Which columns of a recorder hold +A and -A. */
static void find_columns(wh_year_meter *m)
{
    for (unsigned i = 0; i < WH_YEAR_RECORDERS; i++) {
        m->eye[i].import = m->eye[i].export = WH_YEAR_NO_COLUMN;
        wh_column column;
        for (unsigned c = 0; wh_recorder_column(&m->keeper.recorder[i], c, &column); c++) {
            bool energy = column.obis.group[3] == 8 && column.obis.group[4] == 0 &&
                          column.attribute == WH_COLUMN_VALUE;
            m->eye[i].import = energy && column.obis.group[2] == 1 ? c : m->eye[i].import;
            m->eye[i].export = energy && column.obis.group[2] == 2 ? c : m->eye[i].export;
        }
    }
}

/* What is there when the year begins is not looked at. */
static void close_eyes(wh_year_meter *m)
{
    for (unsigned i = 0; i < WH_YEAR_RECORDERS; i++) {
        uint32_t first;
        wh_store_log_range(&m->keeper.store, wh_year_recorders[i].config->log, &first,
                           &m->eye[i].next);
    }
}

/* The clock for the first time: what is past by then never was. */
static wh_err program_clock(wh_year_meter *m, int64_t utc_ms)
{
    wh_err err = wh_clock_set(&m->keeper.clock, utc_ms);
    const wh_recorder_now now = {.zone = &m->keeper.clock.zone, .utc_ms = utc_ms};
    for (unsigned i = 0; i < WH_YEAR_RECORDERS && err == WH_OK; i++) {
        err = wh_recorder_reset(&m->keeper.recorder[i], &m->keeper.store, &now);
    }
    return err;
}

/* New from the factory: the clock first, then the tables, each in force with the next tick. */
static wh_err program(wh_year_meter *m, int64_t utc_ms)
{
    wh_year_meter_tick(m, 0, 0);
    wh_err err = program_clock(m, utc_ms);
    if (err == WH_OK) {
        err = wh_year_meter_calendar(m, m->config.tariff, utc_ms);
    }
    if (err == WH_OK) {
        err = wh_year_meter_prices(m, m->config.tariff, utc_ms);
    }
    wh_year_meter_tick(m, 0, 0);
    if (err == WH_OK) {
        err = program_rest(m, utc_ms);
    }
    if (err == WH_OK) {
        err = program_events(m);
    }
    if (err == WH_OK && m->config.wallet) {
        err = program_wallet(m, utc_ms);
    }
    wh_year_meter_tick(m, 0, 0);
    find_columns(m);
    close_eyes(m);
    return err;
}

wh_err wh_year_meter_create(const wh_year_meter_config *config, int64_t utc_ms, wh_year_meter **out,
                            wh_message *message)
{
    wh_year_meter *m = calloc(1, sizeof *m);
    if (m == NULL) {
        wh_message_set(message, "no memory");
        return WH_ERR_SPACE;
    }
    m->config = *config;
    m->relay_closed = true;
    if (m->config.flash == NULL && wh_year_flash_init(&m->ram, SECTOR_SIZE, SECTORS)) {
        m->config.flash = &m->ram.flash;
    }
    configure_meter(m);
    configure_keeper(m);
    m->memory_size = wh_keeper_memory_size(&m->keeper, &m->keeper_config);
    m->memory = m->memory_size > 0 ? malloc(m->memory_size) : NULL;
    wh_err err = m->config.flash != NULL && m->memory != NULL ? WH_OK : WH_ERR_SPACE;
    if (err == WH_OK) {
        err = wh_year_meter_start(m, true);
    }
    if (err == WH_OK) {
        err = program(m, utc_ms);
    }
    if (err != WH_OK) {
        wh_message_set(message, "the meter could not be set up: %s", wh_err_text(err));
        wh_year_meter_destroy(m);
        return err;
    }
    *out = m;
    return WH_OK;
}

void wh_year_meter_destroy(wh_year_meter *m)
{
    if (m != NULL) {
        wh_year_flash_free(&m->ram);
        free(m->memory);
        free(m);
    }
}

void wh_year_meter_expect(const wh_year_meter_config *config, wh_oracle_config *out)
{
    *out = (wh_oracle_config){
        .place = config->place,
        .tariff = config->tariff,
        .rate_kinds = RATE_KINDS,
        .active_word = config->active_word,
        .reactive_word = {config->reactive_word[0], config->reactive_word[1]},
        .slip_ms = config->slip_min * 60000U,
        .may_lose_ms = config->hold_up ? 0 : WH_FLUSH_PERIOD_MS,
        .wallet = config->wallet,
        .overdraft = config->overdraft,
        .trip_delay_ms = TRIP_DELAY_M * 60000U,
        .recorder_count = WH_YEAR_RECORDERS,
    };
    memcpy(out->recorder, expected, sizeof expected);
}
