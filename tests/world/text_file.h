/* SPDX-License-Identifier: Apache-2.0 */
/* text_file.h - a file of this text, for readers that want a path. */
#ifndef WH_TESTS_TEXT_FILE_H
#define WH_TESTS_TEXT_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_FILE_PATH "/tmp/wh_text_XXXXXX"

/* `path` begins as TEXT_FILE_PATH and is that of the file then, for unlink(). */
static inline void text_file_write(char *path, const char *text)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
}

#endif /* WH_TESTS_TEXT_FILE_H */
