/* SPDX-License-Identifier: Apache-2.0 */
/* Three phases and a neutral, from samples: does the neutral carry what the phases sum to? */
#include "tests/meter/keeper/keeper_rig.h"
#include "tests/meter/metrology/test_mains.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FS_HZ  2000
#define LONG_S 130 /* s: longer than the event's delay */

/* A house on three phases, one of them far more than the others, with triple harmonics, which the
 * neutral carries threefold. */
static const mains HOUSE = {.fs_hz = FS_HZ,
                            .f_hz = 50,
                            .u_v = {230, 231, 229},
                            .i_a = {9, 2, 4},
                            .lag_rad = {0.3, -0.1, 0.5},
                            .harmonic = {{.order = 3, .i = 0.3}}};

typedef struct {
    keeper_rig rig;
    mains mains;
    uint64_t first;
    int32_t neutral_percent; /* of the sum of the phases that comes back through the meter */
} fixture;

static void start(fixture *f)
{
    keeper_rig_init(&f->rig);
    f->mains = HOUSE;
    f->first = 0;
    f->neutral_percent = 100;
    f->rig.meter_config.metrology = mains_config(&f->mains);
    keeper_rig_restart(&f->rig, 1000);
}

static void run(fixture *f, unsigned seconds)
{
    static int32_t codes[FS_HZ][WH_CHANNELS];
    for (unsigned s = 0; s < seconds; s++) {
        mains_samples(&f->mains, f->first, codes, FS_HZ);
        f->first += FS_HZ;
        for (unsigned j = 0; j < FS_HZ; j++) {
            codes[j][WH_IN] = codes[j][WH_IN] * f->neutral_percent / 100;
        }
        wh_meter_samples(&f->rig.meter, (const int32_t(*)[WH_CHANNELS])codes, FS_HZ);
        f->rig.platform_ms += 1000;
        f->rig.inputs.platform_ms = f->rig.platform_ms;
        wh_meter_tick(&f->rig.meter, &f->rig.inputs);
    }
}

static bool is_active(const fixture *f, unsigned kind)
{
    return wh_events_active(&f->rig.keeper.events, wh_event_slot(kind, 0));
}

static void a_bypass_of_the_neutral_is_found_on_three_phases(void **state)
{
    (void)state;
    static const struct {
        int32_t neutral_percent;
        bool bypass;
    } rows[] = {{100, false}, {85, false}, {75, true},  {100, false}, {0, true},
                {84, true},   {90, false}, {130, true}, {-100, false}};
    static fixture f;
    start(&f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f.neutral_percent = rows[i].neutral_percent;
        run(&f, LONG_S);
        if (is_active(&f, WH_EVENT_BYPASS) != rows[i].bypass) {
            fail_msg("%d %%: not %d", (int)rows[i].neutral_percent, rows[i].bypass);
        }
    }
    keeper_rig_free(&f.rig);
}

static void phases_that_cancel_need_no_neutral(void **state)
{
    (void)state;
    static fixture f;
    start(&f);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        f.mains.i_a[k] = 10;
        f.mains.lag_rad[k] = 0.2;
    }
    f.neutral_percent = 0;
    run(&f, LONG_S);
    assert_false(is_active(&f, WH_EVENT_BYPASS));
    keeper_rig_free(&f.rig);
}

static void without_samples_or_a_neutral_channel_it_is_not_judged(void **state)
{
    (void)state;
    static fixture f;
    start(&f);
    for (unsigned s = 0; s < LONG_S; s++) { /* currents, but no neutral: no angles */
        keeper_rig_run(&f.rig, 1000, (const int64_t[]){2000, 100, 100});
    }
    assert_false(is_active(&f, WH_EVENT_BYPASS));
    f.rig.meter_config.metrology.channel[WH_IN].full_scale = 0;
    keeper_rig_restart(&f.rig, 1000);
    f.neutral_percent = 0;
    run(&f, LONG_S);
    assert_false(is_active(&f, WH_EVENT_BYPASS));
    keeper_rig_free(&f.rig);
}

/* Of ten seconds of these currents, from samples. */
static void ampere_hours_count_samples_also_without_voltage(void **state)
{
    (void)state;
    static fixture f;
    for (unsigned lost = 0; lost < 2; lost++) {
        start(&f);
        memset(f.mains.harmonic, 0, sizeof f.mains.harmonic);
        for (unsigned k = 0; k < WH_PHASES; k++) {
            f.mains.u_v[k] = lost != 0 ? 0 : 230;
        }
        run(&f, 1); /* to lock */
        const wh_ampere_hours before = f.rig.meter.ampere_hours;
        run(&f, 10);
        for (unsigned k = 0; k < WH_PHASES; k++) {
            uint64_t uas = f.rig.meter.ampere_hours.uas[k] - before.uas[k];
            uint64_t expected = (uint64_t)(f.mains.i_a[k] * 10e6);
            assert_in_range(uas, expected - expected / 1000, expected + expected / 1000);
        }
        keeper_rig_free(&f.rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bypass_of_the_neutral_is_found_on_three_phases),
        cmocka_unit_test(phases_that_cancel_need_no_neutral),
        cmocka_unit_test(without_samples_or_a_neutral_channel_it_is_not_judged),
        cmocka_unit_test(ampere_hours_count_samples_also_without_voltage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
