/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/signed_export.h"

#include "tests/world/billing/bill_folder.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define KILLS 24

static int set_up(void **state)
{
    bill_folder *f = calloc(1, sizeof *f);
    folder_init(f, false);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    folder_free(*state);
    free(*state);
    return 0;
}

static wh_signed_export *must_open(const bill_folder *f)
{
    wh_message m = {.text = ""};
    wh_signed_export *e = wh_signed_export_open(&f->config, &m);
    if (e == NULL) {
        fail_msg("%s", m.text);
    }
    return e;
}

static wh_err write_record(wh_signed_export *e, uint32_t n, const uint8_t *record, size_t len,
                           wh_message *m)
{
    wh_signed_column columns[SIGNED_RIG_COLUMNS];
    for (size_t i = 0; i < SIGNED_RIG_COLUMNS; i++) {
        const signed_rig_column *c = &signed_rig_columns[i];
        columns[i] = (wh_signed_column){c->column, c->unit, c->scaler};
    }
    const wh_signed_bill bill = {n, 120, columns, SIGNED_RIG_COLUMNS, record, len};
    return wh_signed_export_write(e, &bill, m);
}

static wh_err write_bill(wh_signed_export *e, uint32_t n, wh_message *m)
{
    uint8_t record[WH_SIGNED_RECORD_MAX];
    size_t len = signed_rig_record(n, record);
    return write_record(e, n, record, len, m);
}

static void bills_are_written_once_and_chained_in_either_form(void **state)
{
    bill_folder *f = *state;
    wh_message m;
    for (int form = 0; form < 2; form++) {
        f->config.binary = form == 1;
        wh_signed_export *e = must_open(f);
        assert_int_equal(wh_signed_export_next(e), 0);
        for (uint32_t n = 0; n < 4; n++) {
            assert_int_equal(write_bill(e, n, &m), WH_OK);
            assert_int_equal(wh_signed_export_next(e), n + 1);
        }
        folder_check(f, 0, 4);
        wh_signed_export_close(e);
        struct stat about;
        char path[128];
        folder_name(f, 3, path);
        assert_int_equal(stat(path, &about), 0);
        assert_true((about.st_mode & S_IRUSR) != 0 && (about.st_mode & S_IXUSR) == 0);
        (void)folder_count(f, true);
    }
}

static void after_a_restart_the_chain_goes_on(void **state)
{
    bill_folder *f = *state;
    wh_message m;
    for (uint32_t n = 0; n < 6; n++) { /* also from one form to the other and back */
        f->config.binary = n % 3 == 2;
        wh_signed_export *e = must_open(f);
        assert_int_equal(wh_signed_export_next(e), n);
        assert_int_equal(write_bill(e, n, &m), WH_OK);
        wh_signed_export_close(e);
    }
    wh_signed_file *files = calloc(6, sizeof *files);
    for (uint32_t n = 0; n < 6; n++) {
        char path[128];
        f->config.binary = n % 3 == 2;
        folder_name(f, n, path);
        wh_signed_file_load(&files[n], AT_FDCWD, path, path, &f->rig.crypto,
                            f->rig.signer.public_key);
        assert_int_equal(files[n].state, WH_SIGNED_FILE_GOOD);
        assert_int_equal(n == 0 ? WH_SIGNED_FOLLOWS
                                : wh_signed_compare(&files[n - 1].reading, files[n - 1].digest,
                                                    &files[n].reading),
                         WH_SIGNED_FOLLOWS);
    }
    free(files);
}

static void a_bill_written_again_is_the_same_and_another_is_refused(void **state)
{
    bill_folder *f = *state;
    wh_message m;
    struct stat before[3];
    wh_signed_export *e = must_open(f);
    char path[128];
    for (uint32_t n = 0; n < 3; n++) {
        assert_int_equal(write_bill(e, n, &m), WH_OK);
        folder_name(f, n, path);
        assert_int_equal(stat(path, &before[n]), 0);
    }
    for (int time = 0; time < 2; time++) {
        for (uint32_t n = 0; n < 3; n++) {
            struct stat after;
            assert_int_equal(write_bill(e, n, &m), WH_OK);
            folder_name(f, n, path);
            assert_int_equal(stat(path, &after), 0);
            assert_true(after.st_ino == before[n].st_ino);
            uint8_t record[WH_SIGNED_RECORD_MAX];
            size_t len = signed_rig_record(n + 5, record);
            assert_int_equal(write_record(e, n, record, len, &m), WH_ERR_STATE);
            assert_non_null(strstr(m.text, path));
        }
        wh_signed_export_close(e);
        e = must_open(f);
    }
    wh_signed_export_close(e);
    folder_check(f, 0, 3);
}

static void a_gap_stays_a_gap(void **state)
{
    const bill_folder *f = *state;
    wh_message m;
    wh_signed_export *e = must_open(f);
    assert_int_equal(write_bill(e, 3, &m), WH_OK);
    assert_int_equal(write_bill(e, 5, &m), WH_OK);
    assert_int_equal(wh_signed_export_next(e), 6);
    assert_int_equal(write_bill(e, 4, &m), WH_ERR_STATE);
    assert_int_equal(write_bill(e, 0, &m), WH_ERR_STATE);
    assert_int_equal(folder_count(f, false), 2);
    wh_signed_export_close(e);
}

static void what_cannot_be_signed_is_not_written(void **state)
{
    const bill_folder *f = *state;
    wh_message m;
    wh_signed_export *e = must_open(f);
    uint8_t record[WH_SIGNED_RECORD_MAX];
    size_t len = signed_rig_record(0, record);
    assert_int_equal(write_record(e, 0, record, 5, &m), WH_ERR_FORMAT);
    record[len] = 3; /* in place of a null that is left out: a value; and one too many */
    record[len + 1] = 3;
    assert_int_equal(write_record(e, 0, record, len + 2, &m), WH_ERR_FORMAT);
    assert_int_equal(folder_count(f, false), 0);
    assert_int_equal(write_bill(e, 0, &m), WH_OK);
    folder_check(f, 0, 1);
    wh_signed_export_close(e);
}

/* A limit on the size of files is a disk that is full: nothing half may be left, and it goes on. */
static void a_full_disk_leaves_nothing_and_it_goes_on_later(void **state)
{
    const bill_folder *f = *state;
    wh_message m;
    struct rlimit all;
    wh_signed_export *e = must_open(f);
    assert_int_equal(write_bill(e, 0, &m), WH_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    void (*was)(int) = signal(SIGXFSZ, SIG_IGN);
    for (rlim_t size = 0; size < 2000; size += 500) {
        struct rlimit small = {size, all.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        wh_err err = write_bill(e, 1, &m);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
        assert_int_equal(err, WH_ERR_IO);
        assert_int_equal(wh_signed_export_next(e), 1);
        assert_int_equal(folder_count(f, false), 1);
    }
    (void)signal(SIGXFSZ, was);
    assert_int_equal(write_bill(e, 1, &m), WH_OK);
    folder_check(f, 0, 2);
    wh_signed_export_close(e);
}

static void what_a_killed_program_was_writing_is_nothing(void **state)
{
    const bill_folder *f = *state;
    wh_message m;
    wh_signed_export *e = must_open(f);
    assert_int_equal(write_bill(e, 0, &m), WH_OK);
    wh_signed_export_close(e);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/.unfinished", f->path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("{\n  \"format\": \"watthour sig", file);
    (void)fclose(file);
    e = must_open(f);
    assert_int_equal(wh_signed_export_next(e), 1);
    assert_int_equal(write_bill(e, 1, &m), WH_OK);
    wh_signed_export_close(e);
    folder_check(f, 0, 2);
}

/* A child writes bills as fast as it can, and dies somewhere. */
static void write_until_killed(const bill_folder *f, int ready)
{
    wh_message m;
    wh_signed_export *e = wh_signed_export_open(&f->config, &m);
    if (e == NULL || write(ready, "r", 1) != 1) {
        _exit(1);
    }
    for (uint32_t n = wh_signed_export_next(e); write_bill(e, n, &m) == WH_OK; n++) {
    }
    _exit(1);
}

static void a_program_killed_anywhere_goes_on_without_a_double(void **state)
{
    const bill_folder *f = *state;
    uint32_t next = 0;
    for (unsigned i = 0; i < KILLS; i++) {
        int ready[2];
        char byte;
        int status = 0;
        assert_int_equal(pipe(ready), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            write_until_killed(f, ready[1]);
        }
        (void)close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        (void)close(ready[0]);
        struct timespec pause = {0, (long)(i * 1237) % 20000 * 1000};
        (void)nanosleep(&pause, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status)); /* it had not failed before */
        wh_signed_export *e = must_open(f);
        assert_true(wh_signed_export_next(e) >= next);
        next = wh_signed_export_next(e);
        wh_signed_export_close(e);
    }
    char path[128];
    (void)snprintf(path, sizeof path, "%s/.unfinished", f->path);
    (void)unlink(path);
    folder_check(f, 0, next);
}

static void assert_refused(const bill_folder *f, const wh_signed_export_config *config,
                           const char *words)
{
    wh_message m = {.text = ""};
    wh_signed_export *e = wh_signed_export_open(config, &m);
    assert_null(e);
    if (strstr(m.text, words) == NULL) {
        fail_msg("%s: not in: %s", words, m.text);
    }
    assert_int_equal(folder_count(f, false), 1);
}

static void a_directory_of_others_is_refused(void **state)
{
    bill_folder *f = *state;
    wh_message m;
    wh_signed_export *e = must_open(f);
    assert_int_equal(write_bill(e, 0, &m), WH_OK);
    assert_refused(f, &f->config, "another program");
    wh_signed_export_close(e);

    wh_signed_export_config config = f->config;
    config.device_name[15] = '8';
    assert_refused(f, &config, "another meter");

    uint8_t key[WH_P256_PRIVATE_SIZE] = {[31] = 9};
    wh_signer other;
    config = f->config;
    assert_int_equal(wh_signer_init(&other, &f->rig.crypto, key), WH_OK);
    config.signer = &other;
    assert_refused(f, &config, "signed with key 5a7a78cca4a0f420...");

    config = f->config;
    config.serial = "01234567890123456";
    assert_refused(f, &config, "longer than");
    config = f->config;
    config.directory = "/nowhere/at/all";
    assert_refused(f, &config, "cannot be made");
    config.directory = "/dev/null";
    assert_refused(f, &config, "/dev/null");

    char path[128];
    char wrong[128];
    folder_name(f, 0, path);
    folder_name(f, 7, wrong);
    assert_int_equal(rename(path, wrong), 0);
    assert_refused(f, &f->config, "under another number");
    assert_int_equal(rename(wrong, path), 0);
    assert_int_equal(truncate(path, 300), 0);
    assert_refused(f, &f->config, "the chain cannot go on from it");
}

static void files_of_others_beside_are_not_looked_at(void **state)
{
    bill_folder *f = *state;
    wh_message m;
    static const char *const names[] = {
        "77-billing-1-000000009.json",   "77-billing-1-00000000009.json",
        "77-billing-1-9999999999.json",  "77-billing-2-0000000009.json",
        "77-billing-1-0000000009.jsonx", "notes.txt",
        "77-billing-1-00000000x9.json",  "78-billing-1-0000000009.json"};
    size_t count = sizeof names / sizeof names[0];
    for (size_t i = 0; i < count; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", f->path, names[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fclose(file);
    }
    wh_signed_export *e = must_open(f);
    assert_int_equal(wh_signed_export_next(e), 0);
    assert_int_equal(write_bill(e, 0, &m), WH_OK);
    wh_signed_export_close(e);
    assert_int_equal(folder_count(f, false), count + 1);
}

static void no_serial_leads_out_of_the_directory(void **state)
{
    bill_folder *f = *state;
    wh_message m;
    f->config.serial = "../../etc/a b";
    wh_signed_export *e = must_open(f);
    assert_int_equal(write_bill(e, 0, &m), WH_OK);
    wh_signed_export_close(e);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/______etc_a_b-billing-1-0000000000.json", f->path);
    assert_int_equal(access(path, R_OK), 0);
    f->config.serial = "";
    e = must_open(f);
    assert_int_equal(wh_signed_export_next(e), 0);
    assert_int_equal(write_bill(e, 0, &m), WH_OK);
    wh_signed_export_close(e);
    (void)snprintf(path, sizeof path, "%s/WHT0000000000077-billing-1-0000000000.json", f->path);
    assert_int_equal(access(path, R_OK), 0);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(bills_are_written_once_and_chained_in_either_form),
        WITH_FOLDER(after_a_restart_the_chain_goes_on),
        WITH_FOLDER(a_bill_written_again_is_the_same_and_another_is_refused),
        WITH_FOLDER(a_gap_stays_a_gap),
        WITH_FOLDER(what_cannot_be_signed_is_not_written),
        WITH_FOLDER(a_full_disk_leaves_nothing_and_it_goes_on_later),
        WITH_FOLDER(what_a_killed_program_was_writing_is_nothing),
        WITH_FOLDER(a_program_killed_anywhere_goes_on_without_a_double),
        WITH_FOLDER(a_directory_of_others_is_refused),
        WITH_FOLDER(files_of_others_beside_are_not_looked_at),
        WITH_FOLDER(no_serial_leads_out_of_the_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
