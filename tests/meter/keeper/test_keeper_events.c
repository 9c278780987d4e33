/* SPDX-License-Identifier: Apache-2.0 */
/* Each condition and contact, from what is measured at the terminals to the record in the log. */
#include "meter/event/event_log.h"
#include "tests/meter/by_name.h"
#include "tests/meter/keeper/keeper_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LONG_S 130 /* longer than any delay */

/* What three phases are like: V, A, W and var. */
typedef struct {
    int64_t u_v[WH_PHASES];
    int64_t i_a[WH_PHASES];
    int64_t p_w[WH_PHASES];
    int64_t q_var[WH_PHASES];
    wh_rotation rotation;
    uint32_t contacts;
} mains;

#define ALIKE(x)      \
    {                 \
        (x), (x), (x) \
    }
#define LOADED .i_a = ALIKE(10), .p_w = ALIKE(2200), .q_var = ALIKE(600)
#define NORMAL .u_v = ALIKE(230), LOADED, .rotation = WH_ROTATION_ABC

static const mains GOOD = {NORMAL};

static void run(keeper_rig *rig, const mains *m, unsigned seconds)
{
    wh_meter_interval in = {.present = 7, .rotation = m->rotation, .f_uhz = 50000000};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        in.u_uv[k] = m->u_v[k] * 1000000;
        in.i_ua[k] = m->i_a[k] * 1000000;
        in.p_uw[k] = m->p_w[k] * 1000000;
        in.q1_uvar[k] = m->q_var[k] * 1000000;
        in.quantum.p_uws[k] = in.p_uw[k];
        in.quantum.p1_uws[k] = in.p_uw[k];
        in.quantum.q1_uvars[k] = in.q1_uvar[k];
    }
    rig->inputs.contacts = m->contacts;
    for (unsigned s = 0; s < seconds; s++) {
        wh_meter_feed(&rig->meter, &in);
        rig->platform_ms += 1000;
        rig->inputs.platform_ms = rig->platform_ms;
        wh_meter_tick(&rig->meter, &rig->inputs);
    }
}

/* The newest record of a slot: has it a begin, and an end? */
static void expect_record(keeper_rig *rig, unsigned slot, bool ended)
{
    const wh_event_record record = newest_record(&rig->meter, slot);
    assert_true(record.begin_s != 0);
    assert_int_equal(record.end_s != 0, ended);
}

static bool alarm_is_set(const keeper_rig *rig, unsigned kind)
{
    uint8_t bit = wh_event_alarm_bit(kind);
    return bit == WH_EVENT_NO_BIT ||
           (rig->keeper.alarms.reg[bit / 32] & UINT32_C(1) << bit % 32) != 0;
}

static void expect_event(keeper_rig *rig, unsigned kind, unsigned place, const mains *bad)
{
    unsigned slot = wh_event_slot(kind, place);
    uint32_t count = wh_events_count(&rig->keeper.events, slot);
    run(rig, &GOOD, LONG_S);
    if (wh_events_active(&rig->keeper.events, slot)) {
        fail_msg("%s runs already", wh_event_name(kind));
    }
    run(rig, bad, LONG_S);
    if (!wh_events_active(&rig->keeper.events, slot)) {
        fail_msg("%s of place %u has not come", wh_event_name(kind), place);
    }
    expect_record(rig, slot, false);
    assert_true(alarm_is_set(rig, kind));
    run(rig, &GOOD, LONG_S);
    if (wh_events_active(&rig->keeper.events, slot)) {
        fail_msg("%s of place %u does not end", wh_event_name(kind), place);
    }
    expect_record(rig, slot, true);
    assert_int_equal(wh_events_count(&rig->keeper.events, slot), count + 1);
    assert_true(wh_events_duration_s(&rig->keeper.events, slot) > 0);
}

static void each_contact_is_an_event_with_its_record(void **state)
{
    static const struct {
        uint32_t contact;
        uint8_t kind;
    } rows[] = {
        {WH_CONTACT_METER_COVER, WH_EVENT_METER_COVER_OPEN},
        {WH_CONTACT_TERMINAL_COVER, WH_EVENT_TERMINAL_COVER_OPEN},
        {WH_CONTACT_MAGNET, WH_EVENT_MAGNETIC_FIELD},
        {WH_CONTACT_AUXILIARY_LOST, WH_EVENT_AUXILIARY_SUPPLY_LOSS},
        {WH_CONTACT_BATTERY_LOW, WH_EVENT_CLOCK_BATTERY_LOW},
        {WH_CONTACT_SUPPLY_FAULT, WH_EVENT_SUPPLY_FAULT},
        {WH_CONTACT_SELF_TEST_FAILED, WH_EVENT_SELF_TEST_ERROR},
    };
    keeper_rig rig;
    (void)state;
    keeper_rig_init(&rig);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mains bad = {NORMAL, .contacts = rows[i].contact};
        expect_event(&rig, rows[i].kind, 0, &bad);
    }
    keeper_rig_free(&rig);
}

static const struct {
    uint8_t kind;
    uint8_t place;
    mains bad;
} CONDITIONS[] = {
    {WH_EVENT_VOLTAGE_LOSS, 1, {.u_v = {230, 100, 230}, LOADED, .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_UNDER_VOLTAGE, 0, {.u_v = {170, 230, 230}, LOADED, .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_OVER_VOLTAGE, 2, {.u_v = {230, 230, 280}, LOADED, .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_PHASE_FAILURE,
     2,
     {.u_v = {230, 230, 0},
      .i_a = {10, 10, 0},
      .p_w = {2200, 2200, 0},
      .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_TOTAL_VOLTAGE_LOSS, 0, {.u_v = ALIKE(50), .i_a = ALIKE(10)}},
    {WH_EVENT_VOLTAGE_SEQUENCE, 0, {.u_v = ALIKE(230), LOADED, .rotation = WH_ROTATION_ACB}},
    {WH_EVENT_VOLTAGE_UNBALANCE, 0, {.u_v = {230, 230, 100}, LOADED, .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_CURRENT_UNBALANCE,
     0,
     {.u_v = ALIKE(230),
      .i_a = {10, 10, 2},
      .p_w = {2200, 2200, 440},
      .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_SEVERE_CURRENT_UNBALANCE,
     0,
     {.u_v = ALIKE(230), .i_a = {30, 1, 1}, .p_w = {6600, 200, 200}, .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_CURRENT_LOSS,
     0,
     {.u_v = ALIKE(230), .i_a = {0, 10, 10}, .p_w = {0, 2200, 2200}, .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_OVER_CURRENT,
     1,
     {.u_v = ALIKE(230),
      .i_a = {10, 80, 10},
      .p_w = {2200, 17000, 2200},
      .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_CURRENT_INTERRUPTION,
     2,
     {.u_v = ALIKE(230), .i_a = {10, 10, 0}, .p_w = {2200, 2200, 0}, .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_REVERSED_POWER_FLOW,
     1,
     {.u_v = ALIKE(230),
      .i_a = ALIKE(10),
      .p_w = {2200, -2200, 2200},
      .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_REVERSED_POWER_FLOW,
     3,
     {.u_v = ALIKE(230), .i_a = ALIKE(10), .p_w = ALIKE(-2200), .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_OVERLOAD,
     0,
     {.u_v = ALIKE(230),
      .i_a = {80, 10, 10},
      .p_w = {18000, 2200, 2200},
      .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_LOW_POWER_FACTOR,
     0,
     {.u_v = ALIKE(230),
      .i_a = ALIKE(10),
      .p_w = ALIKE(400),
      .q_var = ALIKE(2200),
      .rotation = WH_ROTATION_ABC}},
    {WH_EVENT_REVERSED_CURRENT,
     0,
     {.u_v = ALIKE(230),
      .i_a = ALIKE(10),
      .p_w = {2200, 2200, -2200},
      .rotation = WH_ROTATION_ABC}},
    /* the currents of phases 2 and 3 have changed places: 120 degrees behind and ahead */
    {WH_EVENT_CURRENT_SEQUENCE,
     0,
     {.u_v = ALIKE(230),
      .i_a = ALIKE(10),
      .p_w = {2300, -1150, -1150},
      .q_var = {0, 1992, -1992},
      .rotation = WH_ROTATION_ABC}},
};

static void each_condition_of_the_mains_is_an_event_with_its_record(void **state)
{
    keeper_rig rig;
    (void)state;
    keeper_rig_init(&rig);
    for (size_t i = 0; i < sizeof CONDITIONS / sizeof CONDITIONS[0]; i++) {
        expect_event(&rig, CONDITIONS[i].kind, CONDITIONS[i].place, &CONDITIONS[i].bad);
    }
    keeper_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_contact_is_an_event_with_its_record),
        cmocka_unit_test(each_condition_of_the_mains_is_an_event_with_its_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
