/* SPDX-License-Identifier: Apache-2.0 */
/* From a name to a recording: reads files, finds the partner, chooses the reader. */
#include "world/recording/recording_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

typedef wh_err (*parser)(const wh_recording_bytes *bytes, const wh_recording_options *options,
                         wh_recording **out, wh_message *m);

static wh_err open_whole(const char *path, parser parse, const wh_recording_options *options,
                         wh_recording **out, wh_message *m)
{
    wh_recording_bytes bytes;
    uint8_t *data;
    wh_err err = read_file(path, &bytes, &data, m);
    if (err == WH_OK) {
        err = parse(&bytes, options, out, m);
    }
    free(data);
    return err;
}

/* ---- the two files of COMTRADE ------------------------------------------------------------ */

/* `path` with another extension; NULL without memory. */
static char *with_extension(const char *path, const char *wanted)
{
    size_t stem = (size_t)(extension(path) - path);
    char *other = malloc(stem + strlen(wanted) + 1);
    if (other != NULL) {
        memcpy(other, path, stem);
        memcpy(other + stem, wanted, strlen(wanted) + 1);
    }
    return other;
}

/* The entry beside `wanted` whose name differs from it in case only. */
static char *find_in_any_case(const char *wanted)
{
    const char *slash = strrchr(wanted, '/');
    size_t folder_len = slash != NULL ? (size_t)(slash - wanted) + 1 : 0;
    char *folder = wh_span_dup((wh_span){wanted, folder_len});
    DIR *dir = folder != NULL ? opendir(folder_len > 0 ? folder : ".") : NULL;
    char *found = NULL;
    struct dirent *entry;
    while (dir != NULL && found == NULL && (entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);
        if (wh_span_is_nocase((wh_span){entry->d_name, len}, wanted + folder_len)) {
            found = malloc(folder_len + len + 1);
            if (found != NULL) {
                memcpy(found, wanted, folder_len);
                memcpy(found + folder_len, entry->d_name, len + 1);
            }
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    free(folder);
    return found;
}

/* The other file of the two: the same name with `lower` or `upper`, or either in any case. */
static char *find_partner(const char *path, const char *lower, const char *upper)
{
    const char *e = extension(path);
    bool shouts = e[0] >= 'A' && e[0] <= 'Z';
    char *first = with_extension(path, shouts ? upper : lower);
    if (first != NULL && access(first, F_OK) == 0) {
        return first;
    }
    char *other = first != NULL ? find_in_any_case(first) : NULL;
    free(first);
    return other;
}

static wh_err open_two(const char *cfg_path, const char *dat_path,
                       const wh_recording_options *options, wh_recording **out, wh_message *m)
{
    wh_recording_bytes cfg;
    wh_recording_bytes dat;
    uint8_t *cfg_data = NULL;
    uint8_t *dat_data = NULL;
    wh_err err = read_file(cfg_path, &cfg, &cfg_data, m);
    err = err == WH_OK ? read_file(dat_path, &dat, &dat_data, m) : err;
    if (err == WH_OK) {
        err = wh_recording_parse_comtrade(&cfg, &dat, options, out, m);
    }
    free(cfg_data);
    free(dat_data);
    return err;
}

static wh_err open_comtrade(const char *path, const wh_recording_options *options,
                            wh_recording **out, wh_message *m)
{
    bool is_cfg = has_extension(path, "cfg");
    if (access(path, F_OK) != 0) {
        wh_message_set(m, "%s: %s", path, strerror(errno));
        return WH_ERR_IO;
    }
    char *partner = is_cfg ? find_partner(path, "dat", "DAT") : find_partner(path, "cfg", "CFG");
    if (partner == NULL) {
        wh_message_set(m, "%s: no .%s file of the same name beside it", path,
                       is_cfg ? "dat" : "cfg");
        return WH_ERR_IO;
    }
    wh_err err = open_two(is_cfg ? path : partner, is_cfg ? partner : path, options, out, m);
    free(partner);
    return err;
}

wh_err wh_recording_open(const char *path, const wh_recording_options *options, wh_recording **out,
                         wh_message *m)
{
    *out = NULL;
    if (has_extension(path, "cfg") || has_extension(path, "dat")) {
        return open_comtrade(path, options, out, m);
    }
    if (has_extension(path, "cff")) {
        return open_whole(path, wh_recording_parse_cff, options, out, m);
    }
    if (has_extension(path, "csv") || has_extension(path, "tsv") || has_extension(path, "txt")) {
        return open_whole(path, wh_recording_parse_csv, options, out, m);
    }
    return wh_recording_read_sound(path, options, out, m);
}
