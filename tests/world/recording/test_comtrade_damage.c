/* SPDX-License-Identifier: Apache-2.0 */
/* COMTRADE files that are cut, that lie, that are something else. */
#include "world/recording/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/world/recording/comtrade_maker.h"

static wh_err parse(const bytes *cfg, size_t cfg_len, const bytes *dat, size_t dat_len,
                    wh_recording **out, wh_message *m)
{
    bytes c = exact(cfg, cfg_len);
    bytes d = exact(dat, dat_len);
    wh_recording_bytes cfg_bytes = {"x.cfg", c.data, c.len};
    wh_recording_bytes dat_bytes = {"x.dat", d.data, d.len};
    wh_err err = wh_recording_parse_comtrade(&cfg_bytes, &dat_bytes, NULL, out, m);
    free(c.data);
    free(d.data);
    return err;
}

/* A place: the name of a file with a line, or with a byte. */
static bool says_where(const char *text)
{
    return strstr(text, "x.cfg:") != NULL || strstr(text, "x.dat:") != NULL;
}

static const char *const formats[] = {"ASCII", "BINARY", "BINARY32", "FLOAT32"};

/* Without its last bytes the data is short, but for line ends and the last of the digital
 * channels, which hold no samples. */
static void every_cut_of_the_data_is_refused(void **state)
{
    (void)state;
    for (size_t f = 0; f < 4; f++) {
        maker made = maker_default(2013, formats[f]);
        made.samples = made.stated = 8;
        bytes cfg = make_cfg(&made);
        bytes dat = make_dat(&made);
        size_t tolerated = f == 0 ? 2 : 0; /* CR LF */
        for (size_t len = 0; len + tolerated < dat.len; len++) {
            wh_recording *r;
            wh_message m;
            wh_err err = parse(&cfg, cfg.len, &dat, len, &r, &m);
            bool half_field = f == 0 && len + 3 == dat.len; /* "...,1," and an empty last field */
            if (half_field && err == WH_OK) {
                wh_recording_destroy(r);
                continue;
            }
            assert_int_equal(err, WH_ERR_SHORT);
            assert_true(says_where(m.text));
        }
        free(cfg.data);
        free(dat.data);
    }
}

static void every_cut_of_the_configuration_is_refused(void **state)
{
    (void)state;
    maker made = maker_default(2013, "BINARY");
    bytes cfg = make_cfg(&made);
    bytes dat = make_dat(&made);
    size_t needed = cfg.len - strlen("\r\n1\r\n"); /* up to the format */
    for (size_t len = 0; len < needed; len++) {
        wh_recording *r;
        wh_message m;
        assert_int_not_equal(parse(&cfg, len, &dat, dat.len, &r, &m), WH_OK);
        assert_null(r);
        assert_true(says_where(m.text));
    }
    free(cfg.data);
    free(dat.data);
}

static void every_cut_of_the_single_file_is_refused(void **state)
{
    (void)state;
    for (size_t f = 0; f < 4; f++) {
        maker made = maker_default(2013, formats[f]);
        made.digital = 0;
        made.samples = made.stated = 4;
        bytes cff = make_cff(&made, f > 0);
        size_t last_field = f == 0 ? 6 : 0; /* a shorter number is a number */
        for (size_t len = 0; len + last_field < cff.len; len++) {
            bytes cut = exact(&cff, len);
            wh_recording_bytes b = {"x.cff", cut.data, cut.len};
            wh_recording *r;
            wh_message m;
            wh_err err = wh_recording_parse_cff(&b, NULL, &r, &m);
            if (err == WH_OK) {
                fail_msg("%s: %zu of %zu bytes are taken for a whole file", formats[f], len,
                         cff.len);
            }
            assert_non_null(strstr(m.text, "x.cff:"));
            free(cut.data);
        }
        free(cff.data);
    }
}

/* Replace one line of the configuration, the first of the data, or a part of either. */
typedef struct {
    const char *name;
    const char *format;
    const char *from;
    const char *to;
    wh_err err;
    const char *message;
} damage;

static const damage cfg_damages[] = {
    {"one analog more", "BINARY", "9,6A,3D", "10,7A,3D", WH_ERR_FORMAT,
     "x.cfg:9: '1,trip,,line,0' is due to be an analog channel"},
    {"one analog less", "BINARY", "9,6A,3D", "8,5A,3D", WH_ERR_FORMAT, "x.cfg:8: '6,IC,C,line,A"},
    {"one digital more", "ASCII", "9,6A,3D", "10,6A,4D", WH_ERR_FORMAT,
     "x.cfg:12: '50' is due to be a digital channel"},
    {"one digital less", "ASCII", "9,6A,3D", "8,6A,2D", WH_ERR_FORMAT,
     "x.cfg:11: '3,trip,,line,0' is not a line frequency"},
    {"analog as digital", "BINARY", "9,6A,3D", "9,5A,4D", WH_ERR_FORMAT, "x.cfg:8: '6,IC,C,line,A"},
    {"sum wrong", "ASCII", "9,6A,3D", "10,6A,3D", WH_ERR_FORMAT,
     "x.cfg:2: '10,6A,3D' does not add"},
    {"letters lost", "ASCII", "9,6A,3D", "9,6,3", WH_ERR_FORMAT, "x.cfg:2: '9,6,3' is not TT"},
    {"letters swapped", "ASCII", "9,6A,3D", "9,6D,3A", WH_ERR_FORMAT, "x.cfg:2: "},
    {"negative", "ASCII", "9,6A,3D", "9,-6A,3D", WH_ERR_FORMAT, "x.cfg:2: "},
    {"no analog", "ASCII", "9,6A,3D", "3,0A,3D", WH_ERR_RANGE, "x.cfg:2: "},
    {"gigantic", "ASCII", "9,6A,3D", "999999,999996A,3D", WH_ERR_RANGE, "x.cfg:2: "},
    {"large", "ASCII", "9,6A,3D", "60003,60000A,3D", WH_ERR_SHORT, "x.cfg:2: "},
    {"digits without end", "ASCII", "9,6A,3D", "99999999999999999999,6A,3D", WH_ERR_FORMAT,
     "x.cfg:2: "},
    {"multiplier nan", "ASCII", ",kV,0.5,", ",kV,nan,", WH_ERR_FORMAT,
     "x.cfg:3: 'nan' is not a multiplier"},
    {"multiplier empty", "ASCII", ",kV,0.5,", ",kV,,", WH_ERR_FORMAT,
     "x.cfg:3: '' is not a multiplier"},
    {"offset word", "ASCII", ",0.25,", ",x,", WH_ERR_FORMAT, "x.cfg:3: 'x' is not an offset"},
    {"frequency word", "ASCII", "\n50\r", "\nfifty\r", WH_ERR_FORMAT,
     "x.cfg:12: 'fifty' is not a line frequency"},
    {"rates word", "ASCII", "\n1\r\n800", "\none\r\n800", WH_ERR_FORMAT, "x.cfg:13: 'one'"},
    {"rates many", "ASCII", "\n1\r\n800", "\n2\r\n800", WH_ERR_FORMAT, "x.cfg:15: '01/02/2003"},
    {"rates gigantic", "ASCII", "\n1\r\n800", "\n999999\r\n800", WH_ERR_SHORT, "x.cfg:13: "},
    {"rate negative", "ASCII", "800,64", "-800,64", WH_ERR_FORMAT, "x.cfg:14: '-800,64'"},
    {"rate nan", "ASCII", "800,64", "nan,64", WH_ERR_FORMAT, "x.cfg:14: 'nan,64'"},
    {"rate absurd", "ASCII", "800,64", "1e300,64", WH_ERR_RANGE, "x.cfg:14: '1e300'"},
    {"no samples", "ASCII", "800,64", "800,0", WH_ERR_RANGE, "x.cfg:14: "},
    {"more samples", "ASCII", "800,64", "800,65", WH_ERR_SHORT,
     "x.dat:64: the data ends after 64 of the 65 samples that x.cfg:14 announces"},
    {"more samples", "BINARY", "800,64", "800,640", WH_ERR_SHORT,
     "x.dat: byte 1408: the data ends after 64 of the 640 samples that x.cfg:14 announces"},
    {"gigantic samples", "FLOAT32", "800,64", "800,4294967295", WH_ERR_SHORT, "x.dat: byte 2176: "},
    {"fewer samples", "ASCII", "800,64", "800,62", WH_ERR_FORMAT,
     "x.dat:64: the data has 64 samples, but x.cfg:14 announces 62"},
    {"fewer samples", "BINARY", "800,64", "800,32", WH_ERR_FORMAT, "x.cfg:14 announces 32"},
    {"date lost", "ASCII", "01/02/2003,04:05:06.789\r\n", "", WH_ERR_FORMAT,
     "x.cfg:16: 'ASCII' is not a date"},
    {"format unknown", "ASCII", "\nASCII\r", "\nBCD\r", WH_ERR_UNSUPPORTED, "x.cfg:17: 'BCD'"},
    {"format wrong", "ASCII", "\nASCII\r", "\nBINARY\r", WH_ERR_FORMAT, "x.dat: "},
    {"format wrong", "BINARY", "\nBINARY\r", "\nASCII\r", WH_ERR_SHORT, "x.dat:"},
    {"wider than it is", "BINARY", "\nBINARY\r", "\nBINARY32\r", WH_ERR_SHORT, "x.dat: "},
    {"narrower than it is", "BINARY32", "\nBINARY32\r", "\nBINARY\r", WH_ERR_FORMAT, "x.dat: "},
    {"timestamps word", "ASCII", "ASCII\r\n1\r", "ASCII\r\nx\r", WH_ERR_FORMAT,
     "x.cfg:18: 'x' is not a multiplier"},
};

static const damage dat_damages[] = {
    {"nan", "ASCII", ",-8660,", ",nan,", WH_ERR_FORMAT, "x.dat:1: 'nan' is not a number"},
    {"first value lost", "ASCII", "1,0,0,", "1,0,", WH_ERR_SHORT,
     "x.dat:1: 10 fields, but x.cfg:2 announces 6 analog and 3 digital channels"},
    {"a value more", "ASCII", "1,0,0,", "1,0,0,0,", WH_ERR_FORMAT, "x.dat:1: 12 fields"},
    {"a row lost", "ASCII", "\r\n2,1250,", "\r\n3,1250,", WH_ERR_FORMAT,
     "x.dat:3: sample number 3 follows 3"},
    {"a number skipped", "ASCII", "\r\n30,", "\r\n31,", WH_ERR_FORMAT,
     "x.dat:30: sample number 31 follows 29"},
    {"number word", "ASCII", "\r\n2,1250,", "\r\nb,1250,", WH_ERR_FORMAT,
     "x.dat:2: 'b' is not a sample number"},
    {"stamp word", "ASCII", "\r\n2,1250,", "\r\n2,soon,", WH_ERR_FORMAT,
     "x.dat:2: 'soon' is not a timestamp"},
    {"hexadecimal", "ASCII", "1,0,0,", "1,0,0x0,", WH_ERR_FORMAT, "x.dat:1: '0x0' is not a number"},
};

static bytes replace_text(const bytes *b, const char *from, const char *to)
{
    size_t from_len = strlen(from);
    for (size_t k = 0; k + from_len <= b->len; k++) {
        if (memcmp(b->data + k, from, from_len) == 0) {
            bytes out = {NULL, 0, 0};
            put(&out, b->data, k);
            put(&out, to, strlen(to));
            put(&out, b->data + k + from_len, b->len - k - from_len);
            return out;
        }
    }
    fail_msg("'%s' is not in the file", from);
    return *b;
}

static void check_damage(const damage *d, bool in_data)
{
    maker made = maker_default(2013, d->format);
    bytes cfg = make_cfg(&made);
    bytes dat = make_dat(&made);
    bytes changed = replace_text(in_data ? &dat : &cfg, d->from, d->to);
    const bytes *c = in_data ? &cfg : &changed;
    const bytes *s = in_data ? &changed : &dat;
    wh_recording *r;
    wh_message m = {""};
    wh_err err = parse(c, c->len, s, s->len, &r, &m);
    if (err != d->err || strstr(m.text, d->message) == NULL) {
        fail_msg("%s, %s: %s: %s", d->name, d->format, wh_err_text(err), m.text);
    }
    free(cfg.data);
    free(dat.data);
    free(changed.data);
}

static void every_lie_is_refused_with_file_and_line(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof cfg_damages / sizeof cfg_damages[0]; k++) {
        check_damage(&cfg_damages[k], false);
    }
    for (size_t k = 0; k < sizeof dat_damages / sizeof dat_damages[0]; k++) {
        check_damage(&dat_damages[k], true);
    }
}

/* One record taken out of the middle, one doubled. */
static void lost_and_doubled_records_are_seen(void **state)
{
    (void)state;
    for (size_t f = 1; f < 4; f++) {
        maker made = maker_default(2013, formats[f]);
        made.samples = 65; /* the count alone does not tell */
        bytes cfg = make_cfg(&made);
        bytes dat = make_dat(&made);
        size_t record = dat.len / 65;
        bytes lost = {NULL, 0, 0};
        put(&lost, dat.data, 20 * record);
        put(&lost, dat.data + 21 * record, 44 * record);
        wh_recording *r;
        wh_message m;
        assert_int_equal(parse(&cfg, cfg.len, &lost, lost.len, &r, &m), WH_ERR_FORMAT);
        assert_non_null(strstr(m.text, "sample number 22 follows 20"));
        memmove(dat.data + 41 * record, dat.data + 40 * record, 24 * record);
        assert_int_equal(parse(&cfg, cfg.len, &dat, dat.len, &r, &m), WH_ERR_FORMAT);
        assert_non_null(strstr(m.text, "sample number 41 follows 41"));
        free(cfg.data);
        free(dat.data);
        free(lost.data);
    }
}

static void timestamps_that_jump_are_no_rate(void **state)
{
    (void)state;
    maker made = maker_default(1999, "ASCII");
    made.fs_hz = 0;
    bytes cfg = make_cfg(&made);
    bytes dat = make_dat(&made);
    static const struct {
        const char *from;
        const char *to;
        const char *message;
    } rows[] = {{"\n5,5000,", "\n5,9000,", "x.dat:5: the timestamps do not go on evenly"},
                {"\n5,5000,", "\n5,,", "x.dat:5: the timestamps do not go on evenly"},
                {"\n64,78750,", "\n64,0,", "x.cfg:14: no sampling rate"},
                {"\n64,78750,", "\n64,,", "x.cfg:14: no sampling rate"}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        bytes changed = replace_text(&dat, rows[k].from, rows[k].to);
        wh_recording *r;
        wh_message m;
        assert_int_equal(parse(&cfg, cfg.len, &changed, changed.len, &r, &m), WH_ERR_FORMAT);
        assert_non_null(strstr(m.text, rows[k].message));
        free(changed.data);
    }
    free(cfg.data);
    free(dat.data);
}

static void a_single_file_that_lies_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        const char *message;
    } rows[] = {
        {"--- file type: CFG ---", "--- file type: XYZ ---", "x.cff:1: no line"},
        {"--- file type: DAT", "--- file type: TAD", "x.cff:1: no line '--- file type: DAT"},
        {"--- file type: INF ---", "--- file type: CFG ---", "a second CFG part"},
        {"DAT BINARY: 1408", "DAT BINARY: 1409", "x.cff:24: the data announces 1409 bytes"},
        {"DAT BINARY: 1408", "DAT BINARY: some", "x.cff:24: 'some' is not a number of bytes"},
        {"DAT BINARY: 1408", "DAT BINARY: 1386", "the data ends after 63 of the 64 samples"},
        {"9,6A,3D", "10,7A,3D", "x.cff:10: "},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        maker made = maker_default(2013, "BINARY");
        bytes cff = make_cff(&made, true);
        bytes changed = replace_text(&cff, rows[k].from, rows[k].to);
        wh_recording_bytes b = {"x.cff", changed.data, changed.len};
        wh_recording *r;
        wh_message m;
        assert_int_not_equal(wh_recording_parse_cff(&b, NULL, &r, &m), WH_OK);
        if (strstr(m.text, rows[k].message) == NULL) {
            fail_msg("%s: %s", rows[k].to, m.text);
        }
        free(cff.data);
        free(changed.data);
    }
}

/* A byte of noise anywhere: whole or refused, never more than is there (ASan looks on). */
static void any_byte_may_be_anything(void **state)
{
    (void)state;
    static const uint8_t noise[] = {0, ',', '\n', '9', '-', 0x80, 0xFF};
    for (size_t f = 0; f < 4; f++) {
        maker made = maker_default(2013, formats[f]);
        made.samples = made.stated = 4;
        bytes cfg = make_cfg(&made);
        bytes dat = make_dat(&made);
        for (size_t k = 0; k < cfg.len + dat.len; k++) {
            uint8_t *at = k < cfg.len ? &cfg.data[k] : &dat.data[k - cfg.len];
            uint8_t was = *at;
            for (size_t j = 0; j < sizeof noise; j++) {
                *at = noise[j];
                wh_recording *r;
                wh_message m = {""};
                if (parse(&cfg, cfg.len, &dat, dat.len, &r, &m) == WH_OK) {
                    wh_recording_destroy(r);
                } else {
                    assert_true(says_where(m.text));
                }
            }
            *at = was;
        }
        free(cfg.data);
        free(dat.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_of_the_data_is_refused),
        cmocka_unit_test(every_cut_of_the_configuration_is_refused),
        cmocka_unit_test(every_cut_of_the_single_file_is_refused),
        cmocka_unit_test(every_lie_is_refused_with_file_and_line),
        cmocka_unit_test(lost_and_doubled_records_are_seen),
        cmocka_unit_test(timestamps_that_jump_are_no_rate),
        cmocka_unit_test(a_single_file_that_lies_is_refused),
        cmocka_unit_test(any_byte_may_be_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
