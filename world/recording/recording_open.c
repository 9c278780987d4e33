/* SPDX-License-Identifier: Apache-2.0 */
/* From a name to a recording: reads files, finds the partner, chooses the reader. */
#include "world/recording/recording_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Above this a file is not read into memory whole. */
static const off_t FILE_SIZE_MAX = (off_t)4 << 30;

static wh_err read_stream(FILE *f, const char *path, size_t size, uint8_t **out, wh_message *m)
{
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (data == NULL) {
        wh_message_set(m, "%s: no memory for its %zu bytes", path, size);
        return WH_ERR_SPACE;
    }
    if (fread(data, 1, size, f) != size) {
        wh_message_set(m, "%s: cannot be read", path);
        free(data);
        return WH_ERR_IO;
    }
    *out = data;
    return WH_OK;
}

/* The whole file; bytes->data is the caller's to free. */
static wh_err read_file(const char *path, wh_recording_bytes *bytes, uint8_t **data, wh_message *m)
{
    struct stat st;
    *data = NULL;
    FILE *f = fopen(path, "rb");
    if (f == NULL || fstat(fileno(f), &st) != 0) {
        wh_message_set(m, "%s: %s", path, strerror(errno));
        if (f != NULL) {
            (void)fclose(f);
        }
        return WH_ERR_IO;
    }
    wh_err err = WH_ERR_IO;
    if (!S_ISREG(st.st_mode)) {
        wh_message_set(m, "%s: not a regular file", path);
    } else if (st.st_size > FILE_SIZE_MAX) {
        wh_message_set(m, "%s: larger than fits into memory", path);
    } else {
        err = read_stream(f, path, (size_t)st.st_size, data, m);
    }
    (void)fclose(f);
    *bytes = (wh_recording_bytes){path, *data, err == WH_OK ? (size_t)st.st_size : 0};
    return err;
}

static const char *extension(const char *path)
{
    const char *dot = strrchr(path, '.');
    const char *slash = strrchr(path, '/');
    return dot != NULL && (slash == NULL || dot > slash) ? dot + 1 : "";
}

static bool has_extension(const char *path, const char *wanted)
{
    const char *e = extension(path);
    return wh_span_is_nocase((wh_span){e, strlen(e)}, wanted);
}

static wh_err open_whole(const char *path, const wh_recording_options *options, wh_recording **out,
                         wh_message *m)
{
    wh_recording_bytes bytes;
    uint8_t *data;
    wh_err err = read_file(path, &bytes, &data, m);
    if (err == WH_OK) {
        err = wh_recording_parse_csv(&bytes, options, out, m);
    }
    free(data);
    return err;
}

wh_err wh_recording_open(const char *path, const wh_recording_options *options, wh_recording **out,
                         wh_message *m)
{
    *out = NULL;
    if (has_extension(path, "csv") || has_extension(path, "tsv") || has_extension(path, "txt")) {
        return open_whole(path, options, out, m);
    }
    wh_message_set(m, "%s: not a recording: the name ends in neither .csv, .tsv nor .txt", path);
    return WH_ERR_UNSUPPORTED;
}
