/* SPDX-License-Identifier: Apache-2.0 */
/* watthour-replay: measure a recording image on the host, with the firmware's own code, and
 * print the same lines as the firmware does on its UART. */
#include "core/reader.h"
#include "firmware/image.h"
#include "firmware/json_line.h"
#include "firmware/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void put_stdout(void *user, const char *text, size_t len)
{
    (void)user;
    fwrite(text, 1, len, stdout);
}

/* The whole file; NULL where it cannot be read. */
static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *in = fopen(path, "rb");
    struct stat about;
    if (in == NULL || fstat(fileno(in), &about) != 0) {
        perror(path);
        if (in != NULL) {
            fclose(in);
        }
        return NULL;
    }
    *len = (size_t)about.st_size;
    uint8_t *data = malloc(*len + 1);
    if (data == NULL || fread(data, 1, *len, in) != *len) {
        perror(path);
        free(data);
        data = NULL;
    }
    fclose(in);
    return data;
}

static void measure(wh_replay *replay, wh_reader *r, wh_json_line *report)
{
    int32_t sets[WH_IMAGE_BLOCK_MAX][WH_CHANNELS];
    uint32_t left = replay->header.set_count;
    while (left > 0) {
        size_t count = left < replay->header.block ? left : replay->header.block;
        for (size_t n = 0; n < count; n++) {
            for (unsigned k = 0; k < WH_CHANNELS; k++) {
                uint32_t bits = wh_reader_take_u32le(r);
                memcpy(&sets[n][k], &bits, sizeof bits);
            }
        }
        wh_replay_feed(replay, (const int32_t(*)[WH_CHANNELS])sets, count, report);
        left -= (uint32_t)count;
    }
    wh_replay_finish(replay, report);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: watthour-replay IMAGE [SETS-AT-ONCE]\n");
        return 2;
    }
    size_t len = 0;
    uint8_t *data = read_file(argv[1], &len);
    if (data == NULL) {
        return 2;
    }
    wh_reader r = wh_reader_init(data, len);
    wh_image_header header;
    static wh_replay replay;
    static uint8_t flash[WH_PROFILE_THREE_PHASE_FLASH];
    wh_err err = wh_image_header_decode(&r, &header);
    if (err == WH_OK) {
        header.block = argc > 2 ? (uint16_t)strtoul(argv[2], NULL, 10) : header.block;
        err = header.block > 0 && header.block <= WH_IMAGE_BLOCK_MAX
                  ? wh_replay_init(&replay, &header, flash)
                  : WH_ERR_RANGE;
    }
    if (err == WH_OK) {
        wh_json_line report = {.put = put_stdout};
        measure(&replay, &r, &report);
    } else {
        fprintf(stderr, "%s: %s\n", argv[1], wh_err_text(err));
    }
    free(data);
    return err == WH_OK ? 0 : 2;
}
