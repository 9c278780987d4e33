/* SPDX-License-Identifier: Apache-2.0 */
/* bill_folder.h - a directory of bills for a test, and a look at what is in it. */
#ifndef WH_TESTS_BILL_FOLDER_H
#define WH_TESTS_BILL_FOLDER_H

#include "tests/meter/record/signed_rig.h"
#include "world/billing/signed_export.h"
#include "world/billing/signed_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char path[64];
    signed_rig rig;
    wh_signed_export_config config;
} bill_folder;

static inline void folder_init(bill_folder *f, bool binary)
{
    (void)snprintf(f->path, sizeof f->path, "/tmp/wh_bills_XXXXXX");
    assert_non_null(mkdtemp(f->path));
    signed_rig_init(&f->rig);
    wh_signed_head head = signed_rig_head(0);
    f->config = (wh_signed_export_config){.directory = f->path,
                                          .signer = &f->rig.signer,
                                          .serial = head.serial,
                                          .kind = head.kind,
                                          .log = head.log,
                                          .binary = binary};
    memcpy(f->config.device_name, head.device_name, sizeof f->config.device_name);
}

/* How many files there are, "." and ".." not counted; deletes them where asked to. */
static inline unsigned folder_count(const bill_folder *f, bool remove_them)
{
    unsigned count = 0;
    DIR *list = opendir(f->path);
    assert_non_null(list);
    for (struct dirent *e = readdir(list); e != NULL; e = readdir(list)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            count++;
            if (remove_them) {
                (void)unlinkat(dirfd(list), e->d_name, 0);
            }
        }
    }
    (void)closedir(list);
    return count;
}

static inline void folder_free(bill_folder *f)
{
    (void)folder_count(f, true);
    (void)rmdir(f->path);
}

static inline void folder_name(const bill_folder *f, uint32_t n, char path[128])
{
    (void)snprintf(path, 128, "%s/77-billing-%u-%010lu%s", f->path, f->config.log, (unsigned long)n,
                   f->config.binary ? ".whr" : ".json");
}

/* Bills first .. next - 1 and nothing else are there, each good, each the successor of the one
 * before. */
static inline void folder_check(const bill_folder *f, uint32_t first, uint32_t next)
{
    wh_signed_file *files = calloc(2, sizeof *files);
    assert_non_null(files);
    assert_int_equal(folder_count(f, false), next - first);
    for (uint32_t n = first; n < next; n++) {
        char path[128];
        wh_signed_file *file = &files[n % 2];
        const wh_signed_file *before = &files[(n + 1) % 2];
        folder_name(f, n, path);
        wh_signed_file_load(file, AT_FDCWD, path, path, &f->rig.crypto, f->rig.signer.public_key);
        if (file->state != WH_SIGNED_FILE_GOOD) {
            fail_msg("%s", file->message.text);
        }
        assert_int_equal(file->reading.head.sequence, n);
        assert_true(n > first || wh_signed_is_first(&file->reading));
        if (n > first) {
            assert_int_equal(wh_signed_compare(&before->reading, before->digest, &file->reading),
                             WH_SIGNED_FOLLOWS);
        }
    }
    free(files);
}

#endif /* WH_TESTS_BILL_FOLDER_H */
