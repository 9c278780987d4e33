/* SPDX-License-Identifier: Apache-2.0 */
/* COMTRADE as two files, and as one: a .cff holds the same parts behind lines such as
 *   --- file type: CFG ---
 *   --- file type: DAT BINARY: 4214 ---        the bytes that follow the end of this line */
#include "world/recording/comtrade.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const uint8_t *data;
    size_t len;
    unsigned first_line;
    uint64_t first_byte;
    const char *file;
} part;

static wh_err read_parts(const part *cfg, const part *dat, const wh_recording_options *options,
                         wh_recording **out, wh_message *m)
{
    *out = NULL;
    wh_message_set(m, "%s: no memory", cfg->file); /* whoever knows better overwrites it */
    char *text = NULL;
    size_t len = 0;
    const wh_recording_bytes bytes = {cfg->file, cfg->data, cfg->len};
    wh_err err = wh_recording_decode_text(&bytes, options, &text, &len, m);
    if (err != WH_OK) {
        return err;
    }
    wh_recording *r = wh_recording_new(cfg->file, dat->file);
    wh_comtrade_config c = {
        .name = cfg->file, .m = m, .lines = wh_lines_init(text, len, cfg->first_line), .r = r};
    err = r != NULL ? wh_comtrade_config_read(&c, options) : WH_ERR_SPACE;
    err = err == WH_OK
              ? wh_comtrade_data_read(&c, dat->data, dat->len, dat->first_line, dat->first_byte)
              : err;
    err = err == WH_OK ? wh_recording_apply_options(r, options, m) : err;
    wh_comtrade_config_free(&c);
    free(text);
    if (err != WH_OK) {
        wh_recording_destroy(r);
        return err;
    }
    wh_message_set(m, "%s", "");
    *out = r;
    return WH_OK;
}

wh_err wh_recording_parse_comtrade(const wh_recording_bytes *cfg, const wh_recording_bytes *dat,
                                   const wh_recording_options *options, wh_recording **out,
                                   wh_message *m)
{
    const part config = {cfg->data, cfg->len, 1, 0, cfg->name};
    const part data = {dat->data, dat->len, 1, 0, dat->name};
    return read_parts(&config, &data, options, out, m);
}

/* ---- one file ----------------------------------------------------------------------------- */

/* "--- file type: DAT BINARY: 4214 ---": what stands between the colon and the last dashes. */
static bool is_part_line(wh_span line, wh_span *type)
{
    static const char head[] = "--- file type:";
    wh_span s = wh_span_trim(line);
    if (s.len < sizeof head - 1 || !wh_span_is_nocase((wh_span){s.p, sizeof head - 1}, head)) {
        return false;
    }
    wh_span rest = {s.p + sizeof head - 1, s.len - (sizeof head - 1)};
    while (rest.len > 0 && rest.p[rest.len - 1] == '-') {
        rest.len--;
    }
    *type = wh_span_trim(rest);
    return true;
}

static bool begins_with(wh_span s, const char *word)
{
    size_t len = strlen(word);
    return s.len >= len && wh_span_is_nocase((wh_span){s.p, len}, word);
}

typedef struct {
    part cfg;
    part dat;
    bool have_cfg;
    bool have_dat;
} cff_parts;

/* The number of bytes behind a colon, where there is one: the rest of the file may go on. */
static wh_err bound_data(part *dat, wh_span type, wh_message *m)
{
    const char *colon = memchr(type.p, ':', type.len);
    uint64_t bytes = 0;
    if (colon == NULL) {
        return WH_OK;
    }
    wh_span count = wh_span_trim((wh_span){colon + 1, type.len - (size_t)(colon + 1 - type.p)});
    if (count.len == 0) {
        return WH_OK;
    }
    if (!wh_span_to_unsigned(count, UINT64_MAX / 2, &bytes)) {
        wh_message_set(m, "%s:%u: '%s' is not a number of bytes", dat->file, dat->first_line - 1,
                       wh_span_quote(count).text);
        return WH_ERR_FORMAT;
    }
    if (bytes > dat->len) {
        wh_message_set(m, "%s:%u: the data announces %llu bytes, but only %zu follow", dat->file,
                       dat->first_line - 1, (unsigned long long)bytes, dat->len);
        return WH_ERR_SHORT;
    }
    dat->len = (size_t)bytes;
    return WH_OK;
}

/* The text parts end where the next one begins; the data part is the last, and is not searched
 * when it is binary. */
static wh_err find_parts(const wh_recording_bytes *cff, cff_parts *p, wh_message *m)
{
    wh_lines l = wh_lines_init((const char *)cff->data, cff->len, 1);
    wh_span line;
    part *open = NULL;
    for (;;) {
        size_t line_start = l.pos;
        wh_span type;
        if (!wh_lines_next(&l, &line)) {
            return WH_OK;
        }
        if (!is_part_line(line, &type)) {
            continue;
        }
        if (open != NULL) {
            open->len = line_start - (size_t)open->first_byte;
            open = NULL;
        }
        bool cfg = begins_with(type, "CFG");
        bool dat = begins_with(type, "DAT");
        if ((cfg && p->have_cfg) || (dat && p->have_dat)) {
            wh_message_set(m, "%s:%u: a second %s part", cff->name, l.line, cfg ? "CFG" : "DAT");
            return WH_ERR_FORMAT;
        }
        part *now = cfg ? &p->cfg : &p->dat;
        if (cfg || dat) {
            *now = (part){cff->data + l.pos, cff->len - l.pos, l.line + 1, l.pos, cff->name};
            open = now;
        }
        p->have_cfg = p->have_cfg || cfg;
        p->have_dat = p->have_dat || dat;
        wh_span form = wh_span_trim((wh_span){type.p + (dat ? 3 : 0), type.len - (dat ? 3 : 0)});
        if (dat && !begins_with(form, "ASCII")) {
            return bound_data(now, type, m);
        }
    }
}

wh_err wh_recording_parse_cff(const wh_recording_bytes *cff, const wh_recording_options *options,
                              wh_recording **out, wh_message *m)
{
    *out = NULL;
    cff_parts p = {.have_cfg = false};
    wh_err err = find_parts(cff, &p, m);
    if (err != WH_OK) {
        return err;
    }
    if (!p.have_cfg || !p.have_dat) {
        wh_message_set(m, "%s:1: no line '--- file type: %s ---'", cff->name,
                       p.have_cfg ? "DAT ..." : "CFG");
        return WH_ERR_FORMAT;
    }
    return read_parts(&p.cfg, &p.dat, options, out, m);
}
