/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unit.h"
#include "tests/meter/record/record_rig.h"
#include "tests/world/billing/bill_folder.h"

typedef struct {
    bill_folder folder;
    record_rig meter;
} months;

static const wh_freeze billing[] = {WH_FREEZE_BILLING};

/* What the catalogue would say: energies in mWh, power in mW. */
static bool find_unit(const void *user, wh_column column, uint8_t *unit, int8_t *scaler)
{
    (void)user;
    uint8_t d = column.obis.group[WH_OBIS_D];
    *unit = d == 8 ? WH_UNIT_WH : WH_UNIT_W;
    *scaler = -3;
    return column.attribute == WH_COLUMN_VALUE && column.obis.group[WH_OBIS_C] <= 2;
}

static const wh_signed_units units = {NULL, find_unit};

static int set_up(void **state)
{
    months *t = calloc(1, sizeof *t);
    folder_init(&t->folder, false);
    t->folder.config.log = WH_FREEZE_BILLING;
    rig_init(&t->meter, billing, 1, &rig_berlin, "2025-12-15 12:00:00");
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    months *t = *state;
    rig_free(&t->meter);
    folder_free(&t->folder);
    free(t);
    return 0;
}

static wh_err pull(months *t, unsigned *written, wh_message *m)
{
    wh_signed_export *e = wh_signed_export_open(&t->folder.config, m);
    if (e == NULL) {
        return WH_ERR_IO;
    }
    const wh_signed_source source = {&t->meter.recorder[0], &t->meter.store, &t->meter.zone, units};
    wh_err err = wh_signed_export_records(e, &source, written, m);
    wh_signed_export_close(e);
    return err;
}

static void load(const months *t, uint32_t n, wh_signed_file *file)
{
    char path[128];
    folder_name(&t->folder, n, path);
    wh_signed_file_load(file, AT_FDCWD, path, path, &t->folder.rig.crypto,
                        t->folder.rig.signer.public_key);
    assert_int_equal(file->state, WH_SIGNED_FILE_GOOD);
}

static void each_month_becomes_one_bill_with_its_local_time(void **state)
{
    months *t = *state;
    unsigned written = 0;
    wh_message m = {.text = ""};
    assert_int_equal(pull(t, &written, &m), WH_OK);
    assert_int_equal(written, 0);
    (void)rig_run(&t->meter, "2026-08-20 00:00:00", DAY);
    assert_int_equal(pull(t, &written, &m), WH_OK);
    assert_int_equal(written, 8);
    assert_int_equal(pull(t, &written, &m), WH_OK);
    assert_int_equal(written, 0);
    folder_check(&t->folder, 0, 8);
    (void)rig_run(&t->meter, "2026-09-20 00:00:00", DAY);
    assert_int_equal(pull(t, &written, &m), WH_OK);
    assert_int_equal(written, 1);
    folder_check(&t->folder, 0, 9);
    wh_signed_file *file = calloc(1, sizeof *file);
    static const struct {
        uint32_t n;
        const char *utc;
        int16_t offset_min;
    } rows[] = {{0, "2025-12-31 23:00:00", 60},
                {2, "2026-02-28 23:00:00", 60},
                {3, "2026-03-31 22:00:00", 120},
                {7, "2026-07-31 22:00:00", 120}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        load(t, rows[i].n, file);
        assert_int_equal(file->reading.record_head.time_s, at_s(rows[i].utc));
        assert_int_equal(file->reading.head.utc_offset_min, rows[i].offset_min);
    }
    free(file);
}

static void a_bill_holds_what_the_recorder_reads(void **state)
{
    months *t = *state;
    wh_message m = {.text = ""};
    (void)rig_run(&t->meter, "2026-03-10 00:00:00", DAY);
    assert_int_equal(pull(t, NULL, &m), WH_OK);
    wh_signed_file *file = calloc(1, sizeof *file);
    for (uint32_t n = 0; n < 3; n++) {
        wh_record record = rig_back(&t->meter, 0, 3 - n);
        load(t, n, file);
        wh_signed_cursor cursor = wh_signed_values(&file->reading);
        unsigned seen = 0;
        for (unsigned i = 0; i < wh_recorder_column_count(&t->meter.recorder[0]); i++) {
            wh_column column;
            int64_t want = 0;
            wh_signed_value value;
            assert_true(wh_recorder_column(&t->meter.recorder[0], i, &column));
            wh_err err = wh_recorder_value(&t->meter.recorder[0], &record, i, &want);
            if (column.obis.group[WH_OBIS_A] == 0 && column.obis.group[WH_OBIS_C] == 1) {
                assert_true(want == file->reading.record_head.time_s);
                continue;
            }
            if (column.obis.group[WH_OBIS_A] == 0 && column.obis.group[WH_OBIS_C] == 96) {
                continue;
            }
            assert_true(wh_signed_next(&cursor, &value));
            assert_true(wh_obis_equal(value.column.obis, column.obis));
            assert_int_equal(value.column.attribute, column.attribute);
            assert_int_equal(value.has_value, err == WH_OK);
            assert_true(err != WH_OK || value.value == want);
            uint8_t unit = WH_UNIT_NONE;
            int8_t scaler = 0;
            bool known = find_unit(NULL, column, &unit, &scaler);
            assert_int_equal(value.unit, known ? unit : WH_UNIT_NONE);
            assert_int_equal(value.scaler, known ? scaler : 0);
            seen++;
        }
        assert_int_equal(seen, file->reading.column_count);
        assert_true(seen > 10);
    }
    free(file);
}

/* Day by day; true where power failed on the way. */
static bool run_until_cut(record_rig *meter, const char *utc)
{
    while (meter->utc_ms < at(utc) && !meter->flash.off) {
        meter->utc_ms += DAY;
        if (rig_pass(meter) < 0) {
            return true;
        }
    }
    return meter->flash.off;
}

/* Power is cut at each operation of two months in turn; then the meter comes back and goes on. The
 * bills that were exported before and those after are one chain. */
static void bills_stay_one_chain_when_power_is_cut_anywhere(void **state)
{
    months *t = *state;
    unsigned cuts = 0;
    for (uint64_t cut = 1; cut < 200; cut++) {
        wh_message m = {.text = ""};
        tear_down(state);
        set_up(state);
        t = *state;
        (void)rig_run(&t->meter, "2026-01-20 00:00:00", DAY);
        assert_int_equal(pull(t, NULL, &m), WH_OK);
        t->meter.flash.cut_at = t->meter.flash.operations + cut;
        t->meter.flash.cut = (fake_cut)(cut % FAKE_CUT_MIXED);
        if (!run_until_cut(&t->meter, "2026-03-20 00:00:00")) {
            break; /* beyond the last operation */
        }
        cuts++;
        t->meter.flash.cut_at = 0;
        assert_int_equal(rig_boot(&t->meter), WH_OK);
        assert_int_equal(pull(t, NULL, &m), WH_OK);
        (void)rig_run(&t->meter, "2026-04-20 00:00:00", DAY);
        assert_int_equal(pull(t, NULL, &m), WH_OK);
        folder_check(&t->folder, 0, 4);
    }
    assert_in_range(cuts, 4, 198);
}

static void the_catalogue_knows_the_units_of_what_is_billed(void **state)
{
    (void)state;
    static const struct {
        wh_column column;
        bool known;
        uint8_t unit;
        int8_t scaler;
    } rows[] = {
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 255), WH_COLUMN_VALUE}, true, WH_UNIT_WH, -3},
        {{WH_OBIS_INIT(1, 0, 1, 8, 2, 255), WH_COLUMN_VALUE}, true, WH_UNIT_WH, -3},
        {{WH_OBIS_INIT(1, 0, 5, 8, 0, 255), WH_COLUMN_VALUE}, true, WH_UNIT_VARH, -3},
        {{WH_OBIS_INIT(1, 0, 1, 6, 0, 255), WH_COLUMN_VALUE}, true, WH_UNIT_W, -3},
        {{WH_OBIS_INIT(1, 0, 1, 6, 0, 255), WH_COLUMN_TIME}, true, WH_UNIT_SECOND, 0},
        {{WH_OBIS_INIT(1, 0, 77, 8, 0, 255), WH_COLUMN_VALUE}, false, 0, 0},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 255), WH_COLUMN_TIME}, false, 0, 0},
    };
    const wh_signed_units catalogue = wh_signed_units_of_catalogue();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t unit = 0;
        int8_t scaler = 0;
        assert_int_equal(catalogue.find(catalogue.user, rows[i].column, &unit, &scaler),
                         rows[i].known);
        assert_int_equal(unit, rows[i].unit);
        assert_int_equal(scaler, rows[i].scaler);
    }
}

static void what_the_log_no_longer_has_is_a_gap(void **state)
{
    months *t = *state;
    unsigned written = 0;
    wh_message m = {.text = ""};
    (void)rig_run(&t->meter, "2026-02-20 00:00:00", DAY);
    assert_int_equal(pull(t, &written, &m), WH_OK);
    assert_int_equal(written, 2);
    (void)rig_run(&t->meter, "2027-12-20 00:00:00", DAY); /* 24 bills; the log keeps 12 and more */
    uint32_t first = 0;
    uint32_t next = 0;
    wh_store_log_range(&t->meter.store, WH_FREEZE_BILLING, &first, &next);
    assert_int_equal(next, 24);
    assert_in_range(first, 3, 12);
    assert_int_equal(pull(t, &written, &m), WH_OK);
    assert_int_equal(written, next - first);
    wh_signed_file *files = calloc(2, sizeof *files);
    load(t, 1, &files[0]);
    load(t, first, &files[1]);
    assert_int_equal(wh_signed_compare(&files[0].reading, files[0].digest, &files[1].reading),
                     WH_SIGNED_SKIPPED);
    free(files);
}

static void a_meter_that_lost_its_store_does_not_go_on_with_the_old_bills(void **state)
{
    months *t = *state;
    unsigned written = 9;
    wh_message m = {.text = ""};
    (void)rig_run(&t->meter, "2026-04-20 00:00:00", DAY);
    assert_int_equal(pull(t, NULL, &m), WH_OK);
    rig_free(&t->meter);
    rig_init(&t->meter, billing, 1, &rig_berlin, "2026-05-15 12:00:00");
    assert_int_equal(pull(t, &written, &m), WH_ERR_STATE); /* an empty log behind the files */
    assert_int_equal(written, 0);
    assert_non_null(strstr(m.text, "not the one in this meter's log"));
    (void)rig_run(&t->meter, "2027-01-20 00:00:00", DAY); /* and one that has overtaken them */
    assert_int_equal(pull(t, &written, &m), WH_ERR_STATE);
    folder_check(&t->folder, 0, 4);
}

#define WITH_METER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_METER(each_month_becomes_one_bill_with_its_local_time),
        WITH_METER(a_bill_holds_what_the_recorder_reads),
        WITH_METER(bills_stay_one_chain_when_power_is_cut_anywhere),
        cmocka_unit_test(the_catalogue_knows_the_units_of_what_is_billed),
        WITH_METER(what_the_log_no_longer_has_is_a_gap),
        WITH_METER(a_meter_that_lost_its_store_does_not_go_on_with_the_old_bills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
