/* SPDX-License-Identifier: Apache-2.0 */
/* comtrade.h - IEEE C37.111-1991, -1999, -2013 / IEC 60255-24: the configuration, then the data.
 *
 *   station, device[, year]                   year: 1999 and later; none: 1991
 *   TT,##A,##D
 *   An,id,ph,ccbm,uu,a,b,skew,min,max[,primary,secondary,PS]     ## times
 *   Dn,id,...                                                    ## times
 *   line frequency
 *   nrates, then that many lines (at least one): rate, number of its last sample
 *   date,time of the first sample; date,time of the trigger
 *   ASCII | BINARY | BINARY32 | FLOAT32
 *   [timemult] [time_code,local_code] [quality]
 *
 * Accepted though the standard says otherwise, because recorders do it: numbers of channels that
 * skip or repeat, commas in names, units such as "V/kV" or none, a letter behind the total, one sample more than announced, missing or constant sample numbers, missing
 * timestamps, dates that are none, extra blanks, lines and Control-Z, other revision years. */
#ifndef WH_WORLD_RECORDING_COMTRADE_H
#define WH_WORLD_RECORDING_COMTRADE_H

#include "world/recording/recording_internal.h"

typedef enum {
    WH_COMTRADE_ASCII,
    WH_COMTRADE_BINARY,
    WH_COMTRADE_BINARY32,
    WH_COMTRADE_FLOAT32
} wh_comtrade_format;

/* An analog channel's way from stored number to value: a x + b, in V or A. */
typedef struct {
    double a;
    double b;
} wh_comtrade_analog;

typedef struct {
    const char *name; /* of the file, for messages */
    wh_message *m;
    wh_lines lines;
    wh_recording *r; /* gets channels, nominal frequency, start; not owned */
    unsigned year;
    size_t analog_count;
    size_t digital_count;
    unsigned counts_line;
    wh_comtrade_analog *analog;
    wh_recording_rate *rate; /* ends as the file states them */
    size_t rate_count;
    unsigned rates_line; /* the last of them, which states the total */
    bool timed;          /* no usable rate: timestamps say when */
    size_t total;
    wh_comtrade_format format;
    double us_per_tick;
} wh_comtrade_config;

/* Read the configuration text; lines, name, m and r of *c are set before. */
wh_err wh_comtrade_config_read(wh_comtrade_config *c,
                               const wh_recording_options *options) WH_MUST_USE;
void wh_comtrade_config_free(wh_comtrade_config *c);

/* A line such as "22/08/2016,16:04:22.5" in µs since 1970; INT64_MIN where it is no date. */
int64_t wh_comtrade_parse_time(wh_span line, bool month_first);

/* Minutes of "-5h30", "+9", "0"; false where it is no offset. */
bool wh_comtrade_parse_offset(wh_span field, int *minutes);

/* Read the samples into c->r, whose data_file names the data. `first_line`, `first_byte`: where
 * data[len] begins in that file. */
wh_err wh_comtrade_data_read(wh_comtrade_config *c, const uint8_t *data, size_t len,
                             unsigned first_line, uint64_t first_byte) WH_MUST_USE;

#endif /* WH_WORLD_RECORDING_COMTRADE_H */
