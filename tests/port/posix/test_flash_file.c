/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/store.h"
#include "port/posix/flash_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SECTORS 8
#define SECTOR  1024

/* An image in a folder of its own. */
typedef struct {
    char folder[64];
    char path[96];
    wh_flash_file file;
} rig;

static void rig_init(rig *r)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(r->folder, sizeof r->folder, "%.40s/flash_XXXXXX",
             temporary != NULL ? temporary : "/tmp");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->path, sizeof r->path, "%s/image", r->folder);
    assert_int_equal(wh_flash_file_open(&r->file, r->path, SECTOR, SECTORS), WH_OK);
}

static void rig_free(rig *r)
{
    wh_flash_file_close(&r->file);
    (void)unlink(r->path);
    (void)rmdir(r->folder);
}

static void a_new_image_is_all_ones(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    uint8_t bytes[SECTOR * SECTORS];
    const wh_flash *flash = &r.file.flash;
    assert_int_equal(flash->read(flash->user, 0, bytes, sizeof bytes), WH_OK);
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], 0xFF);
    }
    assert_int_equal(flash->read(flash->user, 1, bytes, sizeof bytes), WH_ERR_IO); /* the end */
    rig_free(&r);
}

static void it_behaves_as_flash_does(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    const wh_flash *flash = &r.file.flash;
    static const uint8_t a[8] = {0x0F, 1, 2, 3, 4, 5, 6, 7};
    static const uint8_t b[8] = {0xF1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0};
    static const uint8_t both[8] = {0x01, 1, 2, 3, 4, 5, 6, 0};
    uint8_t got[8];
    assert_int_equal(flash->program(flash->user, SECTOR, a, 8), WH_OK);
    assert_int_equal(flash->program(flash->user, SECTOR, b, 8), WH_OK);
    assert_int_equal(flash->program(flash->user, 2 * SECTOR, a, 8), WH_OK);
    assert_int_equal(flash->sync(flash->user), WH_OK);
    wh_flash_file_close(&r.file);
    assert_int_equal(wh_flash_file_open(&r.file, r.path, SECTOR, SECTORS), WH_OK);
    assert_int_equal(flash->read(flash->user, SECTOR, got, 8), WH_OK);
    assert_memory_equal(got, both, 8);
    assert_int_equal(flash->erase(flash->user, 1), WH_OK);
    assert_int_equal(flash->read(flash->user, SECTOR, got, 8), WH_OK);
    assert_int_equal(got[0], 0xFF);
    assert_int_equal(flash->read(flash->user, 2 * SECTOR, got, 8), WH_OK);
    assert_memory_equal(got, a, 8);
    rig_free(&r);
}

static void nobody_else_can_open_it(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    wh_flash_file second;
    assert_int_equal(wh_flash_file_open(&second, r.path, SECTOR, SECTORS), WH_ERR_STATE);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(wh_flash_file_open(&second, r.path, SECTOR, SECTORS) == WH_ERR_STATE ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    wh_flash_file_close(&r.file);
    assert_int_equal(wh_flash_file_open(&second, r.path, SECTOR, SECTORS), WH_OK);
    wh_flash_file_close(&second);
    rig_free(&r);
}

static void another_size_is_refused_and_nothing_is_changed(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    const wh_flash *flash = &r.file.flash;
    static const uint8_t a[8] = {1, 2, 3};
    assert_int_equal(flash->program(flash->user, 0, a, 8), WH_OK);
    wh_flash_file_close(&r.file);
    wh_flash_file other;
    assert_int_equal(wh_flash_file_open(&other, r.path, SECTOR, SECTORS + 1), WH_ERR_FORMAT);
    assert_int_equal(wh_flash_file_open(&other, r.path, 1000, SECTORS), WH_ERR_ARG);
    assert_int_equal(wh_flash_file_open(&other, r.path, SECTOR, 0), WH_ERR_ARG);
    assert_int_equal(wh_flash_file_open(&other, r.folder, SECTOR, SECTORS), WH_ERR_IO);
    assert_int_equal(wh_flash_file_open(&r.file, r.path, SECTOR, SECTORS), WH_OK);
    uint8_t got[8];
    assert_int_equal(flash->read(flash->user, 0, got, 8), WH_OK);
    assert_memory_equal(got, a, 8);
    rig_free(&r);
}

static void a_store_in_a_file_is_there_after_it_was_closed(void **unused)
{
    (void)unused;
    rig r;
    rig_init(&r);
    static const wh_store_log_config log = {.capacity = 8, .entry_size = 8};
    wh_store_config config = {
        .flash = &r.file.flash, .logs = &log, .log_count = 1, .key_count = 2, .blob_bytes = 64};
    uint32_t memory[32];
    assert_true(wh_store_memory_size(&config) <= sizeof memory);
    for (uint8_t turn = 0; turn < 40; turn++) {
        wh_store store;
        assert_int_equal(wh_store_mount(&store, &config, memory, sizeof memory), WH_OK);
        uint8_t got[8];
        size_t len = 0;
        wh_err err = wh_store_get(&store, 5, got, sizeof got, &len);
        assert_int_equal(err, turn == 0 ? WH_ERR_NOT_FOUND : WH_OK);
        assert_true(turn == 0 || got[0] == turn - 1);
        uint32_t sequence = 0;
        assert_int_equal(wh_store_begin(&store), WH_OK);
        assert_int_equal(wh_store_put(&store, 5, &turn, 1), WH_OK);
        assert_int_equal(wh_store_append(&store, 0, &turn, 1, &sequence), WH_OK);
        assert_int_equal(sequence, turn);
        assert_int_equal(wh_store_commit(&store), WH_OK);
        wh_flash_file_close(&r.file);
        assert_int_equal(wh_flash_file_open(&r.file, r.path, SECTOR, SECTORS), WH_OK);
    }
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_image_is_all_ones),
        cmocka_unit_test(it_behaves_as_flash_does),
        cmocka_unit_test(nobody_else_can_open_it),
        cmocka_unit_test(another_size_is_refused_and_nothing_is_changed),
        cmocka_unit_test(a_store_in_a_file_is_there_after_it_was_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
