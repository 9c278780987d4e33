/* SPDX-License-Identifier: Apache-2.0 */
/* csv_file.h - a file of rows and cells, one line at a time.
 *
 *     wh_csv_open ─▶ { wh_csv_next ─▶ wh_csv_split ─▶ cell[] } ─▶ wh_csv_check ─▶ wh_csv_close */
#ifndef WH_WORLD_CSV_FILE_H
#define WH_WORLD_CSV_FILE_H

#include "core/err.h"
#include "host/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define WH_CSV_CELLS_MAX 64 /* what is to the right of them is left out */

typedef struct {
    const char *path;
    unsigned line_number;         /* of the line taken last, from 1 */
    char *line;                   /* without its end; split, only its first cell */
    char *cell[WH_CSV_CELLS_MAX]; /* into the line */
    size_t cell_count;
    FILE *file;
    size_t line_size;
} wh_csv_file;

/* `path` stays where it is until the file is closed. */
WH_MUST_USE wh_err wh_csv_open(wh_csv_file *f, const char *path, wh_message *message);

/* The next line; false when there is none. */
bool wh_csv_next(wh_csv_file *f);

/* The cells of this line. */
void wh_csv_split(wh_csv_file *f, char separator);

/* The cell that is `name`, or ends with it where the name begins with '*'; -1: none, or NULL. */
int wh_csv_find(const wh_csv_file *f, const char *name);

/* At the end: WH_ERR_IO where reading failed, WH_ERR_FORMAT where no rows were found. */
WH_MUST_USE wh_err wh_csv_check(const wh_csv_file *f, size_t rows, wh_message *message);

void wh_csv_close(wh_csv_file *f);

#endif /* WH_WORLD_CSV_FILE_H */
