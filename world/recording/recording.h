/* SPDX-License-Identifier: Apache-2.0 */
/* recording.h - recorded voltage and current in memory, whatever file they came from.
 *
 *   COMTRADE 1991, 1999, 2013 (.cfg + .dat, .cff) ┐
 *   CSV with `# key=value` lines                  ├─▶ wh_recording ─▶ wh_source, analysis
 *   WAV and what else libsndfile reads            ┘
 *
 * Samples are doubles in volts and amperes: kV, mV, kA, mA, µA are scaled on the way in. Names are
 * valid UTF-8 whatever the code page of the file (text_encoding.h).
 *
 * What a reader refuses, it refuses with "file:line: what is wrong", or "file: byte N: ..." in
 * binary data. A sample that the recorder itself marked as missing is kept as NaN, and whoever uses
 * it is told where it lies (wh_recording_require): it never becomes a zero.
 *
 * A recording is made by one of the functions below, is not changed afterwards, may be read by
 * several threads at once, and is freed by wh_recording_destroy. */
#ifndef WH_WORLD_RECORDING_RECORDING_H
#define WH_WORLD_RECORDING_RECORDING_H

#include "core/err.h"
#include "host/message.h"
#include "world/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_RECORDING_PAIRS_MAX 32

/* What a person may say beside the file; zero and NULL: what the file says. */
typedef struct {
    double fs_hz;         /* sample rate */
    double f_nominal_hz;  /* 50, 60, ... */
    const char *channels; /* "U1,I1,...": new names in file order; WAV has no names of its own */
    const char *scale;    /* "325.2,14.1": a factor per channel, or one for all */
    char side;            /* COMTRADE: 'P' or 'S' converts to primary or secondary values */
    const char *encoding; /* code page of the names, as iconv calls it */
} wh_recording_options;

typedef struct {
    char *name;      /* UTF-8, no blanks at its ends; may be empty */
    char *phase;     /* as the file has it: "A", "L1", ""; UTF-8 */
    char *unit_text; /* as the file has it: "kV"; the samples are in `unit` */
    unsigned line;   /* of the file: where the channel is described; 0: nowhere */
    wh_source_unit unit;
    double *sample; /* sample_count values; NaN where there is none */
    size_t missing; /* how many the recorder marked as missing */
    size_t damaged; /* how many are NaN or infinite in the file without being marked */
} wh_recording_channel;

/* Channel indexes of one phase. */
typedef struct {
    size_t u;
    size_t i;
} wh_recording_pair;

typedef enum {
    WH_PAIRS_NAMED,  /* by the caller */
    WH_PAIRS_HEADER, /* by the file */
    WH_PAIRS_GUESSED /* from units, phases and names */
} wh_recording_pairs_origin;

typedef struct {
    wh_recording_pair pair[WH_RECORDING_PAIRS_MAX];
    size_t count;
    wh_recording_pairs_origin origin;
} wh_recording_pairs;

/* Samples up to `end` (exclusive) were taken at this rate. */
typedef struct {
    double fs_hz;
    size_t end;
} wh_recording_rate;

typedef struct {
    char *file;           /* as it was given */
    char *data_file;      /* where the samples are: the .dat of a .cfg, else the same as file */
    char format[40];      /* "COMTRADE 1999 ASCII" */
    double fs_hz;         /* the mean where there are several rates */
    double f_nominal_hz;  /* 0 where unknown */
    int64_t start_utc_us; /* INT64_MIN where unknown */
    size_t sample_count;
    size_t channel_count;
    wh_recording_channel *channel;
    wh_recording_rate *rate; /* rate_count segments; at least one */
    size_t rate_count;

    size_t steady_first; /* the range to use unless told otherwise: [first, last) */
    size_t steady_last;
    bool periodic;   /* the steady range is a whole number of periods: it may be tiled */
    unsigned repeat; /* how often to tile it; at least 1 */
    char *pairs;     /* the file's own list of pairs; NULL where it has none */
    unsigned pairs_line;
    unsigned channels_line; /* where the channels are named or counted; 0: nowhere */

    /* Private: where sample n is in the data file. */
    uint32_t *row_line;    /* a line per sample set, or NULL in binary data ... */
    uint64_t record_first; /* ... where the first record starts at this byte */
    uint64_t record_size;
} wh_recording;

/* A file in memory; `name` is for messages. */
typedef struct {
    const char *name;
    const uint8_t *data; /* may be NULL where len is 0 */
    size_t len;
} wh_recording_bytes;

/* Open a recording by its name: .cfg, .dat, .cff (any case), .csv, .tsv, .txt, and whatever
 * libsndfile knows. The partner of a .cfg or .dat is looked for beside it, in any case.
 *
 * WH_OK             *out is a recording; wh_recording_destroy frees it
 * WH_ERR_IO         the file or its partner cannot be read
 * WH_ERR_SHORT      it ends before what its own counts announce
 * WH_ERR_FORMAT     it is malformed
 * WH_ERR_RANGE      a number in it is outside what it can be
 * WH_ERR_SPACE      no memory
 * WH_ERR_ARG        an option does not fit the file
 * On every error *out is NULL and m says file, line and reason. */
wh_err wh_recording_open(const char *path, const wh_recording_options *options, wh_recording **out,
                         wh_message *m) WH_MUST_USE;

/* The same from memory. COMTRADE's two files; a .cff; a CSV. Errors as above. */
wh_err wh_recording_parse_comtrade(const wh_recording_bytes *cfg, const wh_recording_bytes *dat,
                                   const wh_recording_options *options, wh_recording **out,
                                   wh_message *m) WH_MUST_USE;
wh_err wh_recording_parse_cff(const wh_recording_bytes *cff, const wh_recording_options *options,
                              wh_recording **out, wh_message *m) WH_MUST_USE;
wh_err wh_recording_parse_csv(const wh_recording_bytes *csv, const wh_recording_options *options,
                              wh_recording **out, wh_message *m) WH_MUST_USE;

/* A file of libsndfile's (WAV, W64, FLAC, ...): every channel from -1 to 1 times its scale. */
wh_err wh_recording_read_sound(const char *path, const wh_recording_options *options,
                               wh_recording **out, wh_message *m) WH_MUST_USE;

/* NULL is allowed. */
void wh_recording_destroy(wh_recording *r);

/* The sample rate of [first, last). Rates that differ by less than 1 % are one rate (a recorder
 * that follows the mains): their mean.
 *
 * WH_ERR_RANGE  the range is empty or not inside the recording, or its rates differ by more */
wh_err wh_recording_range_rate(const wh_recording *r, size_t first, size_t last, double *fs_hz,
                               wh_message *m) WH_MUST_USE;

/* Every sample of the channel in [first, last) is a number, and nothing in the whole channel is
 * damaged. Else WH_ERR_FORMAT, and m says where. */
wh_err wh_recording_require(const wh_recording *r, size_t channel, size_t first, size_t last,
                            wh_message *m) WH_MUST_USE;

/* Where sample set n is, for a message: "file:12" or "file: byte 4096 (sample 32)". */
void wh_recording_place_of(const wh_recording *r, size_t n, char *text, size_t size);

/* Which channels belong together.
 *
 * list  in  "U1/I1,U2/I2" or "#5/#1,#6/#2" (channels of the file from 1; without # where no channel
 *           has such a name), separated by ',' or ';'. A '/' inside a name is allowed where only
 *           one way to split names two channels. NULL: the file's own pairs, else a guess.
 *
 * WH_ERR_NOT_FOUND  a name fits no channel, or several; or nothing can be guessed: m lists them */
wh_err wh_recording_find_pairs(const wh_recording *r, const char *list, wh_recording_pairs *out,
                               wh_message *m) WH_MUST_USE;

/* How a recording is played as a source. Zero: once through its steady range, all channels. */
typedef struct {
    size_t first; /* [first, last); both 0: the steady range */
    size_t last;
    uint64_t repeat;       /* 0: what the file says */
    bool endless;          /* over and over; `repeat` is ignored */
    const size_t *channel; /* which, in which order; NULL: all. Copied. */
    size_t channel_count;
} wh_recording_play;

/* A source over a recording, which must outlive it. Where the recording is periodic there is no
 * seam between two rounds; elsewhere the waveform jumps there.
 *
 * WH_ERR_RANGE   the range is not inside the recording, or its rates differ
 * WH_ERR_FORMAT  a sample of one of the channels is missing or damaged
 * WH_ERR_ARG     no such channel
 * WH_ERR_SPACE   no memory */
wh_err wh_recording_source_create(const wh_recording *r, const wh_recording_play *play,
                                  wh_source **out, wh_message *m) WH_MUST_USE;

#endif /* WH_WORLD_RECORDING_RECORDING_H */
