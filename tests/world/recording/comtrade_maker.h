/* SPDX-License-Identifier: Apache-2.0 */
/* comtrade_maker.h - writes COMTRADE files of every kind, for the tests that read them. */
#ifndef WH_TESTS_COMTRADE_MAKER_H
#define WH_TESTS_COMTRADE_MAKER_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a file says; defaults by maker_default(). */
typedef struct {
    unsigned year; /* 1991: the shorter lines of that revision */
    const char *format;
    size_t analog;
    size_t digital;
    size_t samples;    /* in the data */
    size_t stated;     /* in the configuration */
    double fs_hz;      /* 0: nrates = 0 and timestamps */
    const char *rates; /* in place of the lines of rates */
    const char *line_end;
    const char *tail; /* what follows the format */
    unsigned first_number;
} maker;

typedef struct {
    uint8_t *data;
    size_t len;
    size_t size;
} bytes;

static inline void put(bytes *b, const void *data, size_t len)
{
    if (b->len + len > b->size) {
        b->size = 2 * (b->len + len) + 256;
        b->data = realloc(b->data, b->size);
    }
    if (len > 0) {
        memcpy(b->data + b->len, data, len);
    }
    b->len += len;
}

static inline void put_text(bytes *b, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    put(b, line, (size_t)n);
}

/* Cut or extended to an exact size, so that one byte read too many is seen. */
static inline bytes exact(const bytes *b, size_t len)
{
    bytes out = {malloc(len > 0 ? len : 1), len, len};
    if (len > 0) {
        memcpy(out.data, b->data, len);
    }
    return out;
}

static inline maker maker_default(unsigned year, const char *format)
{
    return (maker){.year = year,
                   .format = format,
                   .analog = 6,
                   .digital = 3,
                   .samples = 64,
                   .stated = 64,
                   .fs_hz = 800,
                   .line_end = "\r\n",
                   .tail = "1",
                   .first_number = 1};
}

/* The number stored of channel k in sample n: volts first, then amperes, three phases. */
static inline int stored_value(size_t k, size_t n)
{
    double turn = 2 * 3.14159265358979323846 * (50.0 / 800 * (double)n - (double)(k % 3) / 3);
    return (int)lrint(10000 * sin(turn - (k < 3 ? 0 : 0.5)));
}

static const double maker_a[2] = {0.5, 0.001};
static const double maker_b[2] = {0.25, -0.002};

static inline bytes make_cfg(const maker *m)
{
    static const char *const ids[] = {"UA", "UB", "UC", "IA", "IB", "IC"};
    bytes b = {NULL, 0, 0};
    const char *e = m->line_end;
    put_text(&b, "Station,Device");
    if (m->year != 1991) {
        put_text(&b, ",%u", m->year);
    }
    put_text(&b, "%s%zu,%zuA,%zuD%s", e, m->analog + m->digital, m->analog, m->digital, e);
    for (size_t k = 0; k < m->analog; k++) {
        put_text(&b, "%zu,%s,%c,line,%s,%g,%g,0,-32767,32767", k + 1, ids[k % 6], "ABC"[k % 3],
                 k % 6 < 3 ? "kV" : "A", maker_a[k % 6 < 3 ? 0 : 1], maker_b[k % 6 < 3 ? 0 : 1]);
        put_text(&b, "%s%s", m->year != 1991 ? ",110,0.1,P" : "", e);
    }
    for (size_t k = 0; k < m->digital; k++) {
        put_text(&b, m->year != 1991 ? "%zu,trip,,line,0%s" : "%zu,trip,0%s", k + 1, e);
    }
    put_text(&b, "50%s", e);
    if (m->rates != NULL) {
        put_text(&b, "%s", m->rates);
    } else {
        put_text(&b, "%d%s%g,%zu%s", m->fs_hz > 0 ? 1 : 0, e, m->fs_hz, m->stated, e);
    }
    for (int k = 0; k < 2; k++) {
        put_text(&b, "%s%s", m->year != 1991 ? "01/02/2003,04:05:06.789" : "02/01/03,04:05:06.789",
                 e);
    }
    put_text(&b, "%s%s", m->format, e);
    if (m->year != 1991) {
        put_text(&b, "%s%s", m->tail, e);
    }
    return b;
}

static inline void put_le(bytes *b, uint32_t value, size_t len)
{
    for (size_t k = 0; k < len; k++) {
        uint8_t byte = (uint8_t)((uint64_t)value >> (8 * k & 63));
        put(b, &byte, 1);
    }
}

static inline void put_stored(bytes *b, const maker *m, size_t k, size_t n)
{
    int value = stored_value(k, n);
    if (strcmp(m->format, "BINARY") == 0) {
        put_le(b, (uint32_t)value, 2);
    } else if (strcmp(m->format, "BINARY32") == 0) {
        put_le(b, (uint32_t)value, 4);
    } else {
        float f = (float)value;
        uint32_t bits;
        memcpy(&bits, &f, sizeof bits);
        put_le(b, bits, 4);
    }
}

static inline bytes make_dat(const maker *m)
{
    bytes b = {NULL, 0, 0};
    for (size_t n = 0; n < m->samples; n++) {
        uint32_t number = m->first_number + (uint32_t)n;
        uint32_t stamp = (uint32_t)(1250 * n);
        if (strcmp(m->format, "ASCII") == 0) {
            put_text(&b, "%u,%u", (unsigned)number, (unsigned)stamp);
            for (size_t k = 0; k < m->analog; k++) {
                put_text(&b, ",%d", stored_value(k, n));
            }
            for (size_t k = 0; k < m->digital; k++) {
                put_text(&b, ",%d", (int)(n % 2));
            }
            put_text(&b, "%s", m->line_end);
            continue;
        }
        put_le(&b, number, 4);
        put_le(&b, stamp, 4);
        for (size_t k = 0; k < m->analog; k++) {
            put_stored(&b, m, k, n);
        }
        put_le(&b, 5, 2 * ((m->digital + 15) / 16));
    }
    return b;
}

static inline bytes make_cff(const maker *m, bool with_count)
{
    bytes cfg = make_cfg(m);
    bytes dat = make_dat(m);
    bytes b = {NULL, 0, 0};
    const char *e = m->line_end;
    put_text(&b, "--- file type: CFG ---%s", e);
    put(&b, cfg.data, cfg.len);
    put_text(&b, "--- file type: INF ---%s%s--- file type: HDR ---%snotes%s", e, e, e, e);
    if (with_count) {
        put_text(&b, "--- file type: DAT %s: %zu ---%s", m->format, dat.len, e);
    } else {
        put_text(&b, "--- file type: DAT %s ---%s", m->format, e);
    }
    put(&b, dat.data, dat.len);
    free(cfg.data);
    free(dat.data);
    return b;
}

#endif /* WH_TESTS_COMTRADE_MAKER_H */
