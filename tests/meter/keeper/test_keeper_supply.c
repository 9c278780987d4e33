/* SPDX-License-Identifier: Apache-2.0 */
/* The supply of a whole meter, set and told through the catalogue alone. */
#include "meter/event/alarm.h"
#include "tests/meter/by_name.h"
#include "tests/meter/catalogue_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define START_MS CATALOGUE_RIG_START_MS

static void change(catalogue_rig *rig, const char *name, int64_t number)
{
    if (set_number(&rig->meter, name, number) != WH_OK) {
        fail_msg("%s is not taken", name);
    }
}

static void set_octets(catalogue_rig *rig, const char *name, const uint8_t *bytes, size_t len)
{
    const wh_value value = {.type = WH_VALUE_OCTETS, .bytes = bytes, .len = len};
    if (wh_meter_set(&rig->meter, wh_catalogue_find_name(name), WH_ROLE_MANAGER, &value) != WH_OK) {
        fail_msg("%s is not taken", name);
    }
}

static wh_err act_octets(catalogue_rig *rig, const char *name, wh_role role, const uint8_t *bytes,
                         size_t len)
{
    const wh_value value = {.type = WH_VALUE_OCTETS, .bytes = bytes, .len = len};
    return wh_meter_act(&rig->meter, wh_catalogue_find_name(name), role, &value);
}

static int64_t number_of(const catalogue_rig *rig, const char *name)
{
    wh_value value;
    const wh_item_ref ref = wh_catalogue_find_name(name);
    if (wh_meter_get(&rig->meter, ref, WH_ROLE_MANAGER, &value) != WH_OK) {
        return INT64_MIN;
    }
    return value.type == WH_VALUE_UINT32 || value.type == WH_VALUE_UINT64 ? (int64_t)value.u
                                                                          : value.i;
}

/* So much power in each of three phases of 230 V, and a relay that does what it is told. */
static void run(catalogue_rig *rig, unsigned seconds, int64_t p_w)
{
    for (unsigned s = 0; s < seconds; s++) {
        bool open = rig->inputs.feedback == WH_SWITCH_FEEDBACK_OPEN;
        int64_t flows_w = open ? 0 : p_w;
        wh_meter_interval in = {
            .duration_ms = 1000, .present = 7, .rotation = WH_ROTATION_ABC, .f_uhz = 50000000};
        for (unsigned k = 0; k < WH_PHASES; k++) {
            in.u_uv[k] = INT64_C(230000000);
            in.i_ua[k] = flows_w * 1000000 / 230;
            in.p_uw[k] = flows_w * 1000000;
            in.quantum.p_uws[k] = in.p_uw[k];
        }
        wh_meter_feed(&rig->meter, &in);
        rig->inputs.platform_ms += 1000;
        wh_meter_tick(&rig->meter, &rig->inputs);
        wh_switch_coil coil = rig->keeper.main_switch.coil;
        if (coil != WH_SWITCH_COIL_REST) {
            rig->inputs.feedback =
                coil == WH_SWITCH_COIL_OPEN ? WH_SWITCH_FEEDBACK_OPEN : WH_SWITCH_FEEDBACK_CLOSED;
        }
    }
}

static void put_u64(uint8_t *at, uint64_t number)
{
    for (unsigned i = 0; i < 8; i++) {
        at[i] = (uint8_t)(number >> (56 - 8 * i));
    }
}

/* A State Grid order that holds for ten minutes. */
static wh_err order(catalogue_rig *rig, uint8_t kind)
{
    uint8_t bytes[13] = {kind, 0, 0, 0, 7};
    put_u64(bytes + 5, (uint64_t)(number_of(rig, "clock") + 600000));
    return act_octets(rig, "switch_order", WH_ROLE_MANAGER, bytes, sizeof bytes);
}

static void a_trip_waits_is_held_off_and_comes(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    change(rig, "switch_trip_delay", 2);
    change(rig, "switch_hold_off_current", 5000);
    change(rig, "switch_hold_off_time", 3);
    assert_int_equal(order(rig, WH_SWITCH_TRIP), WH_OK);
    run(rig, 60, 2000);
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_CONNECTED);
    assert_true((number_of(rig, "switch_status") & WH_SWITCH_STATUS_PRE_TRIP) != 0);
    run(rig, 70, 2000); /* 8.7 A */
    assert_true((number_of(rig, "switch_status") & WH_SWITCH_STATUS_HELD_OFF) != 0);
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_CONNECTED);
    run(rig, 2, 500);
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_DISCONNECTED);
    assert_int_equal(order(rig, WH_SWITCH_PROTECTION_ON), WH_OK);
    assert_int_equal(order(rig, WH_SWITCH_TRIP), WH_ERR_DENIED);
    assert_int_equal(order(rig, WH_SWITCH_PROTECTION_OFF), WH_OK);
    run(rig, 1, 500);
    catalogue_rig_restart(rig);
    run(rig, 5, 500);
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_DISCONNECTED);
    assert_int_equal(order(rig, WH_SWITCH_PERMIT), WH_OK);
    run(rig, 5, 500);
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_READY);
    rig->inputs.contacts = WH_CONTACT_KEY;
    run(rig, 2, 500);
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_READY);
    run(rig, 3, 500);
    rig->inputs.contacts = 0;
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_CONNECTED);
    run(rig, 5, 500);
    const wh_events *e = &rig->keeper.events;
    assert_int_equal(wh_events_total_count(e, WH_EVENT_SWITCH_OPENED), 1);
    assert_int_equal(wh_events_total_count(e, WH_EVENT_SWITCH_CLOSED), 1);
    assert_int_equal(wh_events_total_count(e, WH_EVENT_SWITCH_REFUSED), 1);
    catalogue_rig_delete(rig);
}

static void a_held_trip_comes_after_its_time(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    change(rig, "switch_trip_delay", 1);
    change(rig, "switch_hold_off_current", 5000);
    change(rig, "switch_hold_off_time", 2);
    assert_int_equal(order(rig, WH_SWITCH_TRIP), WH_OK);
    run(rig, 175, 2000);
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_CONNECTED);
    run(rig, 10, 2000);
    assert_int_equal(number_of(rig, "switch_state"), WH_SWITCH_DISCONNECTED);
    catalogue_rig_delete(rig);
}

static void a_limiter_recloses_counts_and_locks(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    change(rig, "switch_mode", 6);
    change(rig, "limiter_1_threshold_normal", 3000000);
    change(rig, "limiter_1_min_over", 5);
    change(rig, "limiter_1_min_under", 5);
    change(rig, "limiter_1_reclose_max", 2);
    change(rig, "limiter_1_reclose_wait", 30);
    run(rig, 4, 2000);
    assert_int_equal(number_of(rig, "switch_closed"), 1);
    run(rig, 10, 2000);
    assert_int_equal(number_of(rig, "switch_closed"), 0);
    run(rig, 300, 2000); /* closes again, twice, always into the same load */
    assert_int_equal(number_of(rig, "limiter_1_reclosings"), 2);
    assert_int_equal(number_of(rig, "limiter_1_locked"), 1);
    assert_int_equal(number_of(rig, "switch_closed"), 0);
    catalogue_rig_restart(rig);
    run(rig, 100, 2000);
    assert_int_equal(number_of(rig, "limiter_1_locked"), 1);
    assert_int_equal(number_of(rig, "switch_closed"), 0);
    const unsigned locked = wh_event_slot(WH_EVENT_LIMITER_LOCKED, 0);
    assert_true(wh_events_active(&rig->keeper.events, locked));
    assert_int_equal(act(&rig->meter, "limiter_1_unlock", 0), WH_OK);
    run(rig, 60, 500);
    assert_int_equal(number_of(rig, "switch_closed"), 1);
    assert_false(wh_events_active(&rig->keeper.events, locked));
    catalogue_rig_delete(rig);
}

static void an_emergency_profile_holds_for_its_time(void **state)
{
    static const uint8_t group[] = {0, 9};
    uint8_t emergency[14] = {0, 9};
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    change(rig, "switch_mode", 6);
    change(rig, "limiter_1_threshold_emergency", 1000000);
    change(rig, "limiter_1_reclose_max", 5);
    set_octets(rig, "limiter_1_groups", group, sizeof group);
    put_u64(emergency + 2, (uint64_t)(number_of(rig, "clock") + 60000));
    emergency[13] = 120;
    set_octets(rig, "limiter_1_emergency", emergency, sizeof emergency);
    run(rig, 55, 1000);
    assert_int_equal(number_of(rig, "switch_closed"), 1);
    assert_int_equal(number_of(rig, "limiter_1_threshold_active"), INT64_MAX);
    run(rig, 10, 1000);
    assert_int_equal(number_of(rig, "limiter_1_threshold_active"), 1000000);
    assert_int_equal(number_of(rig, "switch_closed"), 0);
    catalogue_rig_restart(rig);
    run(rig, 150, 200);
    assert_int_equal(number_of(rig, "limiter_1_threshold_active"), INT64_MAX);
    assert_int_equal(number_of(rig, "switch_closed"), 1);
    catalogue_rig_delete(rig);
}

static void loads_are_shed_before_the_switch_opens(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    change(rig, "switch_mode", 6);
    change(rig, "limiter_2_threshold_normal", 4000); /* mA; it sheds */
    change(rig, "limiter_2_escalate", 60);
    change(rig, "load_3_on", 1);
    run(rig, 20, 2000);
    assert_int_equal(number_of(rig, "loads_shed"), 1);
    assert_int_equal(number_of(rig, "load_3_shed"), 1);
    assert_int_equal(number_of(rig, "switch_closed"), 1);
    run(rig, 70, 2000);
    assert_int_equal(number_of(rig, "switch_closed"), 0);
    catalogue_rig_delete(rig);
}

/* Counters of a terminal become registers of the meter, once, also over a power cut. */
static void a_terminal_feeds_the_registers_of_its_load(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    uint8_t report[30] = {0};
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        put_u64(report, (uint64_t)number_of(rig, "clock"));
        put_u64(report + 8, i == 0 ? 7000000 : 7000000 + 1000 * i); /* it has run before */
        report[26] = 0x1C;
        report[28] = WH_LOAD_ON;
        report[29] = 1;
        assert_int_equal(act_octets(rig, "load_3_report", WH_ROLE_READER, report, sizeof report),
                         WH_ERR_DENIED);
        assert_int_equal(act_octets(rig, "load_3_report", WH_ROLE_TERMINAL, report, sizeof report),
                         WH_OK);
        run(rig, 61, 100);
        if (i == 1) {
            catalogue_rig_restart(rig);
            run(rig, 1, 100);
            assert_int_equal(number_of(rig, "load_3_power"), INT64_MIN); /* stale */
        }
    }
    assert_int_equal(number_of(rig, "load_3_consumed"), 3000);
    assert_int_equal(number_of(rig, "load_3_state"), WH_LOAD_ON);
    run(rig, 400, 100);
    assert_int_equal(number_of(rig, "load_3_stale"), 1);
    assert_true(wh_events_total_count(&rig->keeper.events, WH_EVENT_LOAD_STALE) > 0);
    catalogue_rig_delete(rig);
}

static const uint8_t WALLET[45] = {WH_CREDIT_TOKEN, 1, WH_CREDIT_SHOWN | WH_CREDIT_TOKENS, 100};
static const uint8_t ENERGY[23] = {0, 1};

/* An account with so much, which energy of 1 a kWh is paid from. */
static void open_account(catalogue_rig *rig, int64_t micro)
{
    static const uint8_t prices[5] = {1, 0, 0x0F, 0x42, 0x40};
    change(rig, "switch_mode", 6);
    change(rig, "account_mode", 2);
    change(rig, "account_reconnects", 1);
    set_octets(rig, "credit_1_config", WALLET, sizeof WALLET);
    set_octets(rig, "charge_1_config", ENERGY, sizeof ENERGY);
    set_octets(rig, "prices_import_standby", prices, sizeof prices);
    change(rig, "prices_import_switch_time", number_of(rig, "clock"));
    assert_int_equal(act(&rig->meter, "account_activate", 0), WH_OK);
    change(rig, "credit_1_amount", micro);
}

static void friendly_hours_of_a_holiday_keep_the_supply(void **state)
{
    /* from 06:00 to 09:00 on holidays; the second of January is one */
    static const uint8_t hours[10] = {0x01, 0x68, 0x02, 0x1C, 0x80};
    static const uint8_t holidays[] = {1, 0xFF, 0xFF, 1, 2, 1};
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    set_octets(rig, "account_friendly_hours", hours, sizeof hours);
    set_octets(rig, "holidays", holidays, sizeof holidays);
    open_account(rig, 1);
    change(rig, "clock", START_MS + INT64_C(86400000) + 7 * INT64_C(3600000));
    run(rig, 120, 1000);
    assert_true(number_of(rig, "account_available") <= 0);
    assert_int_equal(number_of(rig, "switch_closed"), 1);
    change(rig, "clock", START_MS + INT64_C(86400000) + 9 * INT64_C(3600000));
    run(rig, 5, 1000);
    assert_int_equal(number_of(rig, "switch_closed"), 0);
    catalogue_rig_delete(rig);
}

static void a_purchase_counts_once_and_says_so(void **state)
{
    uint8_t purchase[20] = {[11] = 1, [17] = 0x4C, [18] = 0x4B, [19] = 0x40}; /* 5 */
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    open_account(rig, 1);
    run(rig, 60, 1000);
    assert_int_equal(number_of(rig, "switch_closed"), 0);
    assert_int_equal(act_octets(rig, "account_buy", WH_ROLE_MANAGER, purchase, sizeof purchase),
                     WH_OK);
    catalogue_rig_restart(rig); /* at once */
    assert_int_equal(act_octets(rig, "account_buy", WH_ROLE_MANAGER, purchase, sizeof purchase),
                     WH_ERR_CHECK);
    purchase[11] = 3;
    assert_int_equal(act_octets(rig, "account_buy", WH_ROLE_MANAGER, purchase, sizeof purchase),
                     WH_ERR_CHECK);
    assert_int_equal(number_of(rig, "account_topped_up"), 5000000);
    run(rig, 5, 1000);
    assert_int_equal(number_of(rig, "switch_closed"), 1);
    catalogue_rig_delete(rig);
}

static void pushes_wait_over_a_power_cut_and_filters_hold_alarms_back(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    const uint8_t bit = wh_event_alarm_bit(WH_EVENT_METER_COVER_OPEN);
    change(rig, "alarm_filter_1", (int64_t)(UINT32_MAX & ~(UINT32_C(1) << bit)));
    int64_t waiting = number_of(rig, "push_waiting");
    rig->inputs.contacts = WH_CONTACT_METER_COVER;
    run(rig, 2, 100);
    assert_int_equal(number_of(rig, "push_waiting"), waiting + 1);
    assert_true((number_of(rig, "alarm_register_1") & INT64_C(1) << bit) != 0);
    assert_true((number_of(rig, "alarm_descriptor_1") & INT64_C(1) << bit) == 0);
    rig->inputs.contacts = WH_CONTACT_TERMINAL_COVER;
    run(rig, 2, 100);
    const uint8_t other = wh_event_alarm_bit(WH_EVENT_TERMINAL_COVER_OPEN);
    assert_true((number_of(rig, "alarm_descriptor_1") & INT64_C(1) << other) != 0);
    rig->inputs.contacts = 0;
    run(rig, 2, 100);
    int64_t before = number_of(rig, "push_waiting");
    assert_true(before >= waiting + 3);
    catalogue_rig_restart(rig);
    assert_true(number_of(rig, "push_waiting") >= before);
    wh_push_entry entry;
    assert_int_equal(wh_push_next(&rig->keeper.alarms, &rig->keeper.store, &entry), WH_OK);
    wh_push_done(&rig->keeper.alarms, entry.sequence);
    int64_t left = number_of(rig, "push_waiting");
    run(rig, 2, 100);
    int64_t told = number_of(rig, "push_waiting"); /* of the outage, too */
    assert_true(told >= left);
    catalogue_rig_restart(rig);
    assert_int_equal(number_of(rig, "push_waiting"), told);
    catalogue_rig_delete(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trip_waits_is_held_off_and_comes),
        cmocka_unit_test(a_held_trip_comes_after_its_time),
        cmocka_unit_test(a_limiter_recloses_counts_and_locks),
        cmocka_unit_test(an_emergency_profile_holds_for_its_time),
        cmocka_unit_test(loads_are_shed_before_the_switch_opens),
        cmocka_unit_test(a_terminal_feeds_the_registers_of_its_load),
        cmocka_unit_test(friendly_hours_of_a_holiday_keep_the_supply),
        cmocka_unit_test(a_purchase_counts_once_and_says_so),
        cmocka_unit_test(pushes_wait_over_a_power_cut_and_filters_hold_alarms_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
