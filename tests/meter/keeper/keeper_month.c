/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/keeper/keeper_month.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START_MS   INT64_C(1767999600000) /* 2026-01-09 23:00 UTC, midnight of the zone below */
#define ZONE_MIN   60
#define MINUTE_MS  60000
#define DAY_MIN    1440U
#define RATES      4
#define VOLTAGE_UV INT64_C(230000000)
#define YUAN       INT64_C(1000000)
#define CUSTOMER   4711
#define TICKS_MAX  6000

static const wh_time_zone zone = {.standard_min = ZONE_MIN};
static const int32_t prices[RATES] = {812345, 500001, 333333, 210007};

static const wh_combination sources[] = {
    {.add = WH_REG_BIT(WH_REG_ACTIVE_IMPORT)},
    {.add = WH_REG_BIT(WH_REG_ACTIVE_EXPORT)},
};

static const struct {
    wh_freeze row;
    uint16_t depth;
    uint8_t times;
} records[MONTH_RECORDERS] = {
    [MONTH_PROFILE_1] = {WH_FREEZE_LOAD_PROFILE_1, 96, 1},
    [MONTH_PROFILE_2] = {WH_FREEZE_LOAD_PROFILE_2, 48, 1},
    [MONTH_BILLING] = {WH_FREEZE_BILLING, 3, 3},
    [MONTH_ZONE_SWITCH] = {WH_FREEZE_ZONE_SWITCH, 2, 0},
    [MONTH_DAY_TABLE_SWITCH] = {WH_FREEZE_DAY_TABLE_SWITCH, 2, 0},
    [MONTH_PRICE_SWITCH] = {WH_FREEZE_PRICE_SWITCH, 2, 0},
    [MONTH_STEP_SWITCH] = {WH_FREEZE_STEP_SWITCH, 2, 0},
    [MONTH_HOURLY] = {WH_FREEZE_HOURLY, 24, 1},
    [MONTH_DAILY] = {WH_FREEZE_DAILY, 8, 1},
};

static const wh_limiter_config limiters[] = {
    {.monitored = WH_LIMITER_POWER_IMPORT,
     .action_over = WH_LIMITER_DISCONNECT,
     .action_under = WH_LIMITER_RECONNECT,
     .reclose_max = 3,
     .min_over_s = 60,
     .min_under_s = 60,
     .reclose_wait_s = 600,
     .forget_s = 86400,
     .threshold_normal = 12000000,
     .threshold_emergency = 12000000},
    {.monitored = WH_LIMITER_POWER_IMPORT,
     .action_over = WH_LIMITER_SHED,
     .action_under = WH_LIMITER_RESTORE,
     .threshold_normal = 8000000,
     .threshold_emergency = 8000000},
};

static const wh_meter_config meter_config = {
    .metrology = {.fs_mhz = 8000000,
                  .f_nominal_mhz = 50000,
                  .phases = 3,
                  .channel = {{.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000}}},
};

static wh_recorder_config record[MONTH_RECORDERS];
static wh_keeper_recorder recorder[MONTH_RECORDERS];

/* ---- the month ---- */

static int64_t end_ms[TICKS_MAX];
static int64_t import_uws[TICKS_MAX];
static uint32_t tick_count;

/* Minute of the month at which a tick ends. */
static uint32_t minute_of(uint32_t tick)
{
    return (uint32_t)((end_ms[tick] - START_MS) / MINUTE_MS);
}

static bool is_within(uint32_t minute, uint32_t day, uint32_t from, uint32_t to)
{
    return minute >= day * DAY_MIN + from && minute < day * DAY_MIN + to;
}

/* Hours that are run by the minute: a working day, and the end of the month. */
static bool by_the_minute(uint32_t minute)
{
    return is_within(minute, 2, 540, 720) || is_within(minute, 5, 1380, 1500) ||
           is_within(minute, 14, 0, 720) || is_within(minute, 21, 1320, 1560);
}

/* Minutes that are run by the second, one of them with much power. */
static bool by_the_second(uint32_t minute)
{
    return is_within(minute, 2, 608, 611) || is_within(minute, 14, 72, 75);
}

static void power_of(uint32_t tick, int64_t p_w[WH_PHASES])
{
    uint32_t minute = minute_of(tick);
    p_w[0] = 300 + minute % 97;
    p_w[1] = (int64_t)(minute % 300) - 80;
    p_w[2] = 333;
    if (minute / DAY_MIN % 4 == 1 && minute % DAY_MIN > 700 && minute % DAY_MIN < 800) {
        p_w[2] = -2500;
    }
    if (is_within(minute, 6, 960, 1020) || is_within(minute, 20, 960, 1020)) {
        p_w[0] = 13000; /* over both limits */
    }
    if (is_within(minute, 2, 600, 620)) {
        p_w[0] = 9000;
    }
}

static void lay_out(void)
{
    int64_t sum = 0;
    int64_t now_ms = 0;
    while (now_ms < MONTH_DAYS * DAY_MIN * INT64_C(60000)) {
        uint32_t minute = (uint32_t)(now_ms / MINUTE_MS);
        now_ms += by_the_second(minute) ? 1000 : by_the_minute(minute) ? 60000 : 900000;
        end_ms[tick_count] = START_MS + now_ms;
        int64_t p_w[WH_PHASES];
        power_of(tick_count, p_w);
        int64_t w = p_w[0] + p_w[1] + p_w[2];
        sum += w > 0 ? w * 1000 * month_length_ms(tick_count) : 0;
        import_uws[tick_count] = sum;
        tick_count++;
        assert_true(tick_count < TICKS_MAX);
    }
}

uint32_t month_ticks(uint32_t days)
{
    uint32_t count = 0;
    if (tick_count == 0) {
        lay_out();
    }
    while (count < tick_count && minute_of(count) <= days * DAY_MIN) {
        count++;
    }
    return count;
}

int64_t month_end_ms(uint32_t tick)
{
    return end_ms[tick];
}

uint32_t month_length_ms(uint32_t tick)
{
    return (uint32_t)(end_ms[tick] - (tick == 0 ? START_MS : end_ms[tick - 1]));
}

int64_t month_import_uws(uint32_t tick)
{
    return import_uws[tick];
}

int64_t month_saved_uws(uint32_t tick)
{
    if (tick == 0) {
        return 0;
    }
    if (month_length_ms(tick - 1) >= MINUTE_MS) {
        return import_uws[tick - 1];
    }
    uint32_t old = tick - 1;
    while (old > 0 && end_ms[old] > end_ms[tick - 1] - MINUTE_MS) {
        old--;
    }
    int64_t unit = import_uws[tick - 1] - WH_FLUSH_ENERGY_MWH * INT64_C(3600000);
    return unit > import_uws[old] ? unit : import_uws[old];
}

int32_t month_price(unsigned rate)
{
    return prices[rate - 1];
}

/* ---- what is done ---- */

static const struct {
    uint32_t minute;
    int64_t amount;
} purchases[] = {
    {1 * DAY_MIN + 720, 90 * YUAN},  {2 * DAY_MIN + 609, 20 * YUAN},
    {7 * DAY_MIN + 720, 30 * YUAN},  {14 * DAY_MIN + 73, 40 * YUAN},
    {19 * DAY_MIN + 720, 60 * YUAN}, {27 * DAY_MIN + 660, 30 * YUAN},
};
#define PURCHASES (sizeof purchases / sizeof purchases[0])

/* The clock is set to the true time and so many seconds. */
static const struct {
    uint32_t minute;
    int32_t wrong_s;
} clock_sets[] = {
    {4 * DAY_MIN + 555, 420},  {4 * DAY_MIN + 675, 0},     {14 * DAY_MIN + 130, -200},
    {14 * DAY_MIN + 190, 0},   {23 * DAY_MIN + 600, 1500}, {23 * DAY_MIN + 780, 0},
    {25 * DAY_MIN + 600, -30}, {25 * DAY_MIN + 660, 0},
};
#define CLOCK_SETS (sizeof clock_sets / sizeof clock_sets[0])

static const struct {
    uint32_t minute;
    wh_switch_order_kind kind;
} orders[] = {
    {3 * DAY_MIN + 780, WH_SWITCH_TRIP},  {3 * DAY_MIN + 840, WH_SWITCH_CLOSE},
    {14 * DAY_MIN + 400, WH_SWITCH_TRIP}, {14 * DAY_MIN + 430, WH_SWITCH_CLOSE},
    {24 * DAY_MIN + 780, WH_SWITCH_TRIP}, {24 * DAY_MIN + 840, WH_SWITCH_CLOSE},
};
#define ORDERS (sizeof orders / sizeof orders[0])

uint32_t month_purchases(uint32_t tick)
{
    uint32_t count = 0;
    while (count < PURCHASES && purchases[count].minute <= minute_of(tick)) {
        count++;
    }
    return count;
}

int64_t month_paid(uint32_t count)
{
    int64_t paid = 0;
    for (uint32_t i = 0; i < count; i++) {
        paid += purchases[i].amount;
    }
    return paid;
}

int64_t month_load_mwh(uint32_t tick)
{
    return (int64_t)(minute_of(tick) / 60 * 60) * 5000;
}

static void purchase(wh_meter *m, uint32_t tick)
{
    wh_keeper *k = m->keeper;
    uint32_t count = month_purchases(tick);
    if (k->prepayment.purchase_count < count) {
        const wh_prepayment_purchase p = {
            .customer = CUSTOMER, .count = count, .amount = purchases[count - 1].amount};
        assert_int_equal(wh_prepayment_buy(&k->prepayment, &p, k->clock.utc_ms),
                         WH_PREPAYMENT_ACCEPTED);
        wh_keeper_touch(k, WH_ROOM_PREPAYMENT);
        if (count % 2 == 0) { /* the seller waits for it */
            (void)!wh_keeper_save(m);
        }
    }
}

static void set_clock(wh_keeper *k, uint32_t tick)
{
    uint32_t minute = minute_of(tick);
    for (size_t i = 0; i < CLOCK_SETS; i++) {
        int64_t want_ms = end_ms[tick] + clock_sets[i].wrong_s * INT64_C(1000);
        if (clock_sets[i].minute == minute) {
            int64_t now_ms = k->clock.utc_ms + end_ms[tick] - k->clock.platform_ms;
            if (now_ms != want_ms) {
                assert_int_equal(
                    wh_clock_set(&k->clock, want_ms - (end_ms[tick] - k->clock.platform_ms)),
                    WH_OK);
                wh_keeper_touch(k, WH_ROOM_CLOCK);
            }
        }
    }
}

static void order(wh_keeper *k, uint32_t tick)
{
    for (size_t i = 0; i < ORDERS; i++) {
        if (orders[i].minute == minute_of(tick)) {
            const wh_switch_order o = {
                .kind = orders[i].kind, .operator_code = 9, .valid_until_ms = INT64_MAX};
            assert_int_equal(wh_switch_obey(&k->main_switch, &o, k->clock.utc_ms), WH_OK);
            wh_keeper_touch(k, WH_ROOM_SWITCH);
        }
    }
}

/* The pushes that wait have arrived somewhere. */
static void confirm_pushes(wh_keeper *k, uint32_t tick)
{
    wh_push_entry entry;
    if (minute_of(tick) % 240 != 0) {
        return;
    }
    while (wh_push_next(&k->alarms, &k->store, &entry) == WH_OK) {
        wh_push_done(&k->alarms, entry.sequence);
        wh_keeper_touch(k, WH_ROOM_ALARMS);
    }
}

/* Each hour. */
static void report_load(wh_keeper *k, uint32_t tick)
{
    const wh_load_report report = {.utc_ms = k->clock.utc_ms,
                                   .consumed_mwh = month_load_mwh(tick),
                                   .power_w = 300,
                                   .state = WH_LOAD_ON,
                                   .available = true};
    if (minute_of(tick) % 60 == 0 && month_length_ms(tick) >= MINUTE_MS) {
        assert_int_equal(wh_loads_report(&k->loads, 0, &report), WH_OK);
        wh_keeper_touch(k, WH_ROOM_LOADS);
    }
}

void month_act(month_meter *m, uint32_t tick)
{
    wh_keeper *k = &m->keeper;
    set_clock(k, tick);
    purchase(&m->meter, tick);
    order(k, tick);
    confirm_pushes(k, tick);
    report_load(k, tick);
}

/* ---- running ---- */

/* The energy is that of the month also where the relay is open, so that it can be reckoned; only
 * the current is not. */

void month_feed(month_meter *m, uint32_t tick)
{
    wh_meter_interval in = {.present = 7, .rotation = WH_ROTATION_ABC, .f_uhz = 50000000};
    uint32_t minute = minute_of(tick);
    bool lost = is_within(minute, 5, 480, 540) || is_within(minute, 14, 500, 530);
    int64_t p_w[WH_PHASES];
    power_of(tick, p_w);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t p_uw = p_w[k] * 1000000;
        in.u_uv[k] = lost && k == 1 ? 0 : VOLTAGE_UV;
        in.i_ua[k] = m->relay_open ? 0 : (p_uw < 0 ? -p_uw : p_uw) / 230;
        in.p_uw[k] = p_uw;
        in.quantum.p_uws[k] = p_w[k] * 1000 * month_length_ms(tick);
        in.quantum.p1_uws[k] = in.quantum.p_uws[k];
        in.quantum.q1_uvars[k] = in.quantum.p_uws[k] / 3;
        in.quantum.s_uvas[k] = p_w[k] < 0 ? -in.quantum.p_uws[k] : in.quantum.p_uws[k];
    }
    in.present = lost ? 5 : 7;
    wh_meter_feed(&m->meter, &in);
}

static uint32_t contacts_of(uint32_t minute)
{
    uint32_t contacts = 0;
    if (is_within(minute, 2, 100, 130) || is_within(minute, 10, 300, 900)) {
        contacts |= WH_CONTACT_METER_COVER;
    }
    if (is_within(minute, 14, 200, 215) || minute % 3000 < 40) {
        contacts |= WH_CONTACT_TERMINAL_COVER;
    }
    if (is_within(minute, 14, 240, 260) || is_within(minute, 17, 0, 300)) {
        contacts |= WH_CONTACT_MAGNET;
    }
    return contacts;
}

void month_pass(month_meter *m, uint32_t tick, bool power_fails)
{
    const wh_meter_inputs inputs = {.platform_ms = end_ms[tick],
                                    .contacts = contacts_of(minute_of(tick)),
                                    .feedback = m->relay_open ? WH_SWITCH_FEEDBACK_OPEN
                                                              : WH_SWITCH_FEEDBACK_CLOSED,
                                    .power_fails = power_fails};
    wh_meter_tick(&m->meter, &inputs);
    wh_switch_coil coil = m->keeper.main_switch.coil;
    if (coil != WH_SWITCH_COIL_REST && !m->flash.off) {
        m->relay_open = coil == WH_SWITCH_COIL_OPEN;
    }
}

wh_err month_power_on(month_meter *m, uint32_t tick)
{
    memset(&m->meter, 0xA5, sizeof m->meter);
    memset(&m->keeper, 0xA5, sizeof m->keeper);
    memset(m->memory, 0xA5, m->memory_size);
    assert_int_equal(wh_meter_init(&m->meter, &meter_config, NULL), WH_OK);
    return wh_meter_keep(&m->meter, &m->keeper, &m->config,
                         &(wh_keeper_start){.memory = m->memory,
                                            .memory_size = m->memory_size,
                                            .platform_ms = end_ms[tick],
                                            .ran_on = true});
}

/* ---- setting up ---- */

static void configure(month_meter *m, const month_kind *kind)
{
    for (unsigned i = 0; i < MONTH_RECORDERS; i++) {
        record[i] = wh_freezes[records[i].row];
        record[i].depth = records[i].depth;
        recorder[i] = (wh_keeper_recorder){
            .config = &record[i], .times = records[i].times, .billing = i == MONTH_BILLING};
    }
    m->config = (wh_keeper_config){
        .flash = &m->flash.flash,
        .event_depth = 2,
        .push_depth = 20,
        .blob_bytes = 12000,
        .reserve_bytes = 1000,
        .clock = {.zone = zone, .keep_correction = true},
        .flush = {.hold_up = kind->hold_up},
        .rates = RATES,
        .rate_kinds = 0x3F,
        .demand = {.slip_min = 15, .slips = 1, .channels = 2, .rates = RATES},
        .demand_source = sources,
        .switch_mode = 5,
        .limiter = limiters,
        .limiter_count = sizeof limiters / sizeof limiters[0],
        .prepayment = {.mode = WH_PREPAYMENT_PAY_FIRST,
                       .reconnects = true,
                       .customer = CUSTOMER,
                       .low_credit_threshold = 5 * YUAN,
                       .alarm_2 = WH_PREPAYMENT_NO_ALARM,
                       .activation_s = WH_PREPAYMENT_NEVER,
                       .closure_s = WH_PREPAYMENT_NEVER},
        .recorder = recorder,
        .recorder_count = MONTH_RECORDERS,
        .events = {.phases = 3, .un_uv = VOLTAGE_UV, .ib_ua = 5000000, .imax_ua = 60000000},
    };
}

void month_init(month_meter *m, const month_kind *kind)
{
    memset(m, 0, sizeof *m);
    fake_flash_init(&m->flash, 4096, kind->sector_count, kind->page_size, kind->unit_size,
                    kind->sync);
    configure(m, kind);
    m->memory_size = wh_keeper_memory_size(&m->keeper, &m->config);
    assert_true(m->memory_size > 0);
    m->memory = malloc(m->memory_size);
    assert_non_null(m->memory);
}

void month_free(month_meter *m)
{
    fake_flash_free(&m->flash);
    free(m->memory);
}

static void install_tariff(wh_keeper *k)
{
    wh_tariff_days days = {
        .day_count = 1,
        .day[0] = {.period_count = 4, .period = {{0, 4}, {420, 2}, {660, 3}, {1020, 1}}}};
    wh_tariff_zones zones = {.season_count = 1, .season[0] = {.month = 1, .day = 1}};
    memset(zones.season[0].week.day, 1, sizeof zones.season[0].week.day);
    assert_int_equal(wh_tariff_set_days(&k->calendar, &days), WH_OK);
    assert_int_equal(wh_tariff_set_zones(&k->calendar, &zones), WH_OK);
    assert_int_equal(wh_tariff_calendar_schedule(&k->calendar, START_MS, START_MS), WH_OK);
    (void)wh_tariff_calendar_switch(&k->calendar, START_MS);
    days.day[0].period[1].minute = 435;
    assert_int_equal(wh_tariff_set_days(&k->calendar, &days), WH_OK);
    assert_int_equal(wh_tariff_set_zones(&k->calendar, &zones), WH_OK);
    assert_int_equal(wh_tariff_calendar_schedule(&k->calendar,
                                                 START_MS + (5 * DAY_MIN + 1440) * INT64_C(60000),
                                                 START_MS + (14 * DAY_MIN + 615) * INT64_C(60000)),
                     WH_OK);
    assert_int_equal(wh_cost_set_prices(&k->cost_import, prices, RATES), WH_OK);
    wh_cost_schedule(&k->cost_import, START_MS);
    (void)wh_cost_switch(&k->cost_import, START_MS);
    assert_int_equal(wh_cost_set_prices(&k->cost_import, prices, RATES), WH_OK);
    wh_cost_schedule(&k->cost_import, START_MS + (16 * DAY_MIN + 600) * INT64_C(60000));
    const wh_step_table steps = {.settlement_count = 1,
                                 .season_count = 1,
                                 .settlement[0] = {.month = 0, .day = 1},
                                 .season[0] = {.month = 1, .day = 1}};
    assert_int_equal(wh_step_price_set(&k->steps, &steps), WH_OK);
    wh_step_price_schedule(&k->steps, START_MS + (18 * DAY_MIN + 600) * INT64_C(60000));
}

static void install_account(wh_keeper *k)
{
    const wh_credit_config wallet = {
        .type = WH_CREDIT_TOKEN, .priority = 1, .flags = WH_CREDIT_TOKENS, .preset = 5 * YUAN};
    const wh_charge_config energy = {.type = WH_CHARGE_CONSUMPTION, .priority = 1};
    wh_prepayment *p = &k->prepayment;
    assert_int_equal(wh_prepayment_set_credit(p, 0, &wallet, &zone, START_MS), WH_OK);
    assert_int_equal(wh_prepayment_set_charge(p, 0, &energy, &zone, START_MS), WH_OK);
    assert_int_equal(wh_prepayment_activate(p, &zone, START_MS), WH_OK);
}

/* A second billing in the month, on day 15. */
static void install_billing(month_meter *m)
{
    wh_keeper *k = &m->keeper;
    wh_recorder_settings s;
    const wh_recorder_now now = {.zone = &k->clock.zone, .utc_ms = START_MS};
    wh_recorder_get(&k->recorder[MONTH_BILLING], &s);
    s.time[1] = (wh_boundary_pattern){.kind = WH_BOUNDARY_MONTHLY, .month = 1, .day = 15};
    s.from_ms = START_MS;
    assert_int_equal(
        wh_recorder_set(&k->recorder[MONTH_BILLING], &k->store, &now, &s, k->work, WH_KEEPER_WORK),
        WH_OK);
}

void month_install(month_meter *m)
{
    wh_keeper *k = &m->keeper;
    const wh_meter_inputs inputs = {.platform_ms = START_MS};
    const wh_load_config load = {.priority = 1, .power_max_w = WH_LOAD_NO_LIMIT};
    assert_int_equal(wh_meter_init(&m->meter, &meter_config, NULL), WH_OK);
    assert_int_equal(wh_meter_keep(&m->meter, k, &m->config,
                                   &(wh_keeper_start){.memory = m->memory,
                                                      .memory_size = m->memory_size,
                                                      .platform_ms = START_MS,
                                                      .ran_on = false}),
                     WH_OK);
    assert_int_equal(wh_clock_set(&k->clock, START_MS), WH_OK);
    install_tariff(k);
    install_account(k);
    assert_int_equal(wh_loads_put(&k->loads, 0, &load), WH_OK);
    assert_int_equal(wh_loads_put(&k->loads, 1, &load), WH_OK);
    const wh_load_report report = {.utc_ms = START_MS, .state = WH_LOAD_ON, .available = true};
    assert_int_equal(wh_loads_report(&k->loads, 0, &report), WH_OK);
    for (unsigned room = 0; room < WH_ROOMS; room++) {
        wh_keeper_touch(k, (wh_room)room);
    }
    wh_meter_tick(&m->meter, &inputs);
    install_billing(m);
    assert_int_equal(wh_keeper_save(&m->meter), WH_OK);
}
