/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/record/record_rig.h"

#include <stdio.h>

static record_rig rig;

/* A year of two profiles each quarter hour, hourly and daily freezes and billings, a pass each
 * minute: what it makes and what it writes. */
static void a_year_of_two_profiles(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_LOAD_PROFILE_2, WH_FREEZE_HOURLY,
                               WH_FREEZE_DAILY, WH_FREEZE_BILLING};
    rig_init(&rig, kinds, 5, &rig_berlin, "2024-12-31 23:00:00");
    rig.typical = true;
    uint64_t bytes = rig.flash.programmed_bytes;
    int made = rig_run(&rig, "2025-12-31 23:00:00", MINUTE);
    assert_int_equal(made, 2 * 365 * 96 + 365 * 24 + 365 + 12);
    assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), 5760);
    assert_int_equal(wh_recorder_count(&rig.recorder[1], &rig.store), 960);
    assert_int_equal(wh_recorder_count(&rig.recorder[2], &rig.store), 254);
    assert_int_equal(wh_recorder_count(&rig.recorder[3], &rig.store), 62);
    assert_int_equal(wh_recorder_count(&rig.recorder[4], &rig.store), 12);
    assert_int_equal(rig.resets, 12);
    printf("%d records, %u bytes of flash written for each, all copying and state with it; %u "
           "sectors of 4 kB, %u erases of the most worn\n",
           made, (unsigned)((rig.flash.programmed_bytes - bytes) / (unsigned)made),
           (unsigned)rig.flash.flash.sector_count,
           (unsigned)wh_store_get_report(&rig.store).erases_max);
    printf("RAM: %zu bytes a recorder, %zu a time, %zu an own column; index of the store %zu\n",
           sizeof(wh_recorder), sizeof(wh_boundary), sizeof(wh_column), rig.memory_size);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_of_two_profiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
