/* SPDX-License-Identifier: Apache-2.0 */
/* Every item of the catalogue that is set, one by one, over a power cut that nobody signalled. */
#include "tests/meter/catalogue_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OCTETS_MAX 2048
#define PASSES     3 /* what one pass sets, others can be set upon in the next */
#define ITEMS_MAX  2000

/* The value of an item with its octets; err: there was none. */
typedef struct {
    wh_err err;
    wh_value value;
    uint8_t bytes[OCTETS_MAX];
} copy;

static const char *name_of(wh_item_ref ref)
{
    static char name[WH_ITEM_NAME_SIZE];
    (void)wh_item_name(ref, name);
    return name;
}

static copy *read_item(catalogue_rig *rig, wh_item_ref ref, copy *to)
{
    memset(to, 0, sizeof *to);
    to->err = wh_meter_get(&rig->meter, ref, WH_ROLE_MANAGER, &to->value);
    if (to->err == WH_OK && to->value.len > 0) {
        assert_true(to->value.len <= OCTETS_MAX);
        memcpy(to->bytes, to->value.bytes, to->value.len);
    }
    to->value.bytes = NULL;
    return to;
}

static bool is_equal(const copy *a, const copy *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* Take it, and is it another value then? */
static bool changes(catalogue_rig *rig, wh_item_ref ref, const wh_value *value, const copy *before)
{
    static copy after;
    return wh_meter_set(&rig->meter, ref, WH_ROLE_MANAGER, value) == WH_OK &&
           !is_equal(before, read_item(rig, ref, &after));
}

static bool change_number(catalogue_rig *rig, wh_item_ref ref, const copy *before)
{
    const wh_item_range *range = wh_item_range_of(ref.item);
    const int64_t was = before->value.i != 0 ? before->value.i : (int64_t)before->value.u;
    const int64_t tries[] = {was + (was < INT64_MAX),
                             was - (was > INT64_MIN),
                             1,
                             2,
                             900,
                             CATALOGUE_RIG_START_MS + INT64_C(7200000),
                             0,
                             1000000,
                             range == NULL ? 5 : range->maximum};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const wh_value value = {
            .type = (wh_value_type)ref.item->type, .i = tries[i], .u = (uint64_t)tries[i]};
        if (changes(rig, ref, &value, before)) {
            return true;
        }
    }
    return false;
}

/* Where there is no value to begin with, or another octet alone does not fit the rest. */
static const struct {
    const char *name; /* its first and last part */
    const char *end;
    uint8_t bytes[20];
    size_t len;
} FIRST[] = {
    {"load_", "_config", {5, 1, 0, 9, 0, 9, 0, 60, 0, 5, 2, 0, 0, 8, 0}, 15},
    {"calendar_zones_standby", "", {1, 2, 1, 1, 1, 1, 1, 1, 1, 1}, 10},
    {"limiter_", "_actions", {0, 0}, 2},
    {"limiter_", "_groups", {0, 7}, 2},
    {"limiter_", "_emergency", {0, 7, 0, 0, 1, 0x9C, 0, 0, 0, 0, 0, 0, 14, 16}, 14},
    {"holidays", "", {1, 0x07, 0xEA, 5, 1, 1}, 6},
    {"display_key_list", "", {1, 0, 1, 8, 0, 255, 2}, 7},
    {"record_", "_columns", {1, 0, 1, 8, 0, 255, 2}, 7},
    {"steps_standby", "", {1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 9}, 15},
};

static bool has_parts(const char *name, const char *begin, const char *end)
{
    size_t len = strlen(name);
    size_t tail = strlen(end);
    return strncmp(name, begin, strlen(begin)) == 0 && len >= tail &&
           strcmp(name + len - tail, end) == 0;
}

static bool set_first(catalogue_rig *rig, wh_item_ref ref, const copy *before)
{
    for (size_t i = 0; i < sizeof FIRST / sizeof FIRST[0]; i++) {
        const wh_value value = {
            .type = WH_VALUE_OCTETS, .bytes = FIRST[i].bytes, .len = FIRST[i].len};
        if (has_parts(name_of(ref), FIRST[i].name, FIRST[i].end) &&
            changes(rig, ref, &value, before)) {
            return true;
        }
    }
    return false;
}

/* One octet of what it says is another one. */
static bool change_octets(catalogue_rig *rig, wh_item_ref ref, const copy *before)
{
    static const uint8_t by[] = {1, 0xFF, 2, 30};
    static uint8_t bytes[OCTETS_MAX];
    for (size_t at = before->value.len; at > 0; at--) {
        for (size_t i = 0; i < sizeof by; i++) {
            const wh_value value = {
                .type = WH_VALUE_OCTETS, .bytes = bytes, .len = before->value.len};
            memcpy(bytes, before->bytes, before->value.len);
            bytes[at - 1] = (uint8_t)(bytes[at - 1] + by[i]);
            if (changes(rig, ref, &value, before)) {
                return true;
            }
        }
    }
    return false;
}

static bool change(catalogue_rig *rig, wh_item_ref ref)
{
    static copy before;
    (void)read_item(rig, ref, &before);
    if (ref.item->type != WH_VALUE_OCTETS) {
        return change_number(rig, ref, &before);
    }
    return set_first(rig, ref, &before) || change_octets(rig, ref, &before);
}

/* The clock goes on, and what alarms say is what is so. */
static bool moves(const char *name)
{
    return strcmp(name, "clock") == 0 || strncmp(name, "alarm_register", 14) == 0 ||
           strncmp(name, "alarm_descriptor", 16) == 0;
}

static void expect_kept(catalogue_rig *rig, wh_item_ref ref)
{
    static copy set;
    static copy kept;
    catalogue_rig_minute(rig);
    (void)read_item(rig, ref, &set);
    catalogue_rig_restart(rig);
    (void)read_item(rig, ref, &kept);
    if (!is_equal(&set, &kept)) {
        fail_msg("%s: not what was set", name_of(ref));
    }
    catalogue_rig_minute(rig); /* what the power-up has to tell is told */
}

/* What this meter has a row for and nothing to set: these recorders make a record when told. */
static const char *const FIXED[] = {
    "record_2_columns",
    "record_3_columns",
    "record_3_period",
    "record_3_times",
};

static bool is_fixed(const char *name)
{
    for (size_t i = 0; i < sizeof FIXED / sizeof FIXED[0]; i++) {
        if (strcmp(name, FIXED[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Those that were not set before; returns how many could not be. */
static unsigned set_all(catalogue_rig *rig, bool done[ITEMS_MAX], bool last)
{
    wh_item_ref ref = {0};
    unsigned left = 0;
    for (unsigned i = 0; wh_catalogue_next(&rig->meter, &ref); i++) {
        assert_true(i < ITEMS_MAX);
        if (done[i] || !wh_item_writable(ref.item, WH_ROLE_MANAGER) || moves(name_of(ref))) {
            continue;
        }
        done[i] = change(rig, ref);
        if (done[i]) {
            expect_kept(rig, ref);
        } else if (!is_fixed(name_of(ref))) {
            left++;
            if (last) {
                print_message("%s: could not be set\n", name_of(ref));
            }
        }
    }
    return left;
}

/* A number that another value hardly has: FNV-1a. */
static uint32_t hash_of(const copy *c)
{
    const uint8_t *at = (const uint8_t *)c;
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < sizeof *c; i++) {
        hash = (hash ^ at[i]) * 16777619U;
    }
    return hash;
}

/* Setting one has not taken another one along. */
static void expect_all_kept(catalogue_rig *rig)
{
    static uint32_t hash[ITEMS_MAX];
    static copy c;
    wh_item_ref ref = {0};
    for (unsigned i = 0; wh_catalogue_next(&rig->meter, &ref); i++) {
        hash[i] = hash_of(read_item(rig, ref, &c));
    }
    catalogue_rig_restart(rig);
    for (unsigned i = 0; wh_catalogue_next(&rig->meter, &ref); i++) {
        bool set = wh_item_writable(ref.item, WH_ROLE_MANAGER) && !moves(name_of(ref));
        if (set && hash[i] != hash_of(read_item(rig, ref, &c))) {
            fail_msg("%s: not what was set long ago", name_of(ref));
        }
    }
}

static void every_setting_survives_a_power_cut_after_the_next_tick(void **state)
{
    catalogue_rig *rig = malloc(sizeof *rig);
    static bool done[ITEMS_MAX];
    unsigned left = 1;
    (void)state;
    assert_non_null(rig);
    catalogue_rig_init(rig);
    for (unsigned pass = 1; pass <= PASSES && left > 0; pass++) {
        left = set_all(rig, done, pass == PASSES);
    }
    assert_int_equal(left, 0);
    expect_all_kept(rig);
    catalogue_rig_free(rig);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_survives_a_power_cut_after_the_next_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
