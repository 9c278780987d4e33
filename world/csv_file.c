/* SPDX-License-Identifier: Apache-2.0 */
#include "world/csv_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

wh_err wh_csv_open(wh_csv_file *f, const char *path, wh_message *message)
{
    memset(f, 0, sizeof *f);
    f->path = path;
    f->file = fopen(path, "r");
    if (f->file == NULL) {
        wh_message_set(message, "%s: %s", path, strerror(errno));
        return WH_ERR_IO;
    }
    return WH_OK;
}

bool wh_csv_next(wh_csv_file *f)
{
    ssize_t n = getline(&f->line, &f->line_size, f->file);
    if (n < 0) {
        return false;
    }
    while (n > 0 && (f->line[n - 1] == '\n' || f->line[n - 1] == '\r')) {
        f->line[--n] = '\0';
    }
    f->line_number++;
    return true;
}

void wh_csv_split(wh_csv_file *f, char separator)
{
    f->cell_count = 0;
    char *at = f->line;
    while (f->cell_count < WH_CSV_CELLS_MAX) {
        f->cell[f->cell_count++] = at;
        char *end = strchr(at, separator);
        if (end == NULL) {
            return;
        }
        *end = '\0';
        at = end + 1;
    }
}

int wh_csv_find(const wh_csv_file *f, const char *name)
{
    for (size_t i = 0; name != NULL && i < f->cell_count; i++) {
        const char *cell = f->cell[i];
        size_t len = strlen(cell);
        size_t tail = strlen(name) - 1;
        if (name[0] == '*' ? len >= tail && strcmp(cell + len - tail, name + 1) == 0
                           : strcmp(cell, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

wh_err wh_csv_check(const wh_csv_file *f, size_t rows, wh_message *message)
{
    if (ferror(f->file)) {
        wh_message_set(message, "%s: reading failed", f->path);
        return WH_ERR_IO;
    }
    if (rows == 0) {
        wh_message_set(message, "%s: no rows", f->path);
        return WH_ERR_FORMAT;
    }
    return WH_OK;
}

void wh_csv_close(wh_csv_file *f)
{
    (void)fclose(f->file);
    free(f->line);
    f->file = NULL;
    f->line = NULL;
}
