/* SPDX-License-Identifier: Apache-2.0 */
/* Files by name: partners in any case, sound, and what cannot be opened. */
#include "world/recording/recording.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/world/recording/comtrade_maker.h"

static char folder[] = "/tmp/wh_recording_XXXXXX";
static char path_buffer[128];

static const char *in_folder(const char *name)
{
    (void)snprintf(path_buffer, sizeof path_buffer, "%s/%s", folder, name);
    return path_buffer;
}

static void write_file(const char *name, const void *data, size_t len)
{
    FILE *f = fopen(in_folder(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void the_partner_is_found_in_any_case(void **state)
{
    (void)state;
    static const struct {
        const char *cfg;
        const char *dat;
    } rows[] = {{"a.cfg", "a.dat"}, {"b.CFG", "b.DAT"}, {"c.cfg", "c.DAT"},
                {"d.CFG", "d.dat"}, {"E.Cfg", "e.Dat"}, {"f.g.cfg", "f.g.dat"}};
    maker made = maker_default(1999, "BINARY");
    bytes cfg = make_cfg(&made);
    bytes dat = make_dat(&made);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        write_file(rows[k].cfg, cfg.data, cfg.len);
        write_file(rows[k].dat, dat.data, dat.len);
        for (int from_dat = 0; from_dat < 2; from_dat++) {
            wh_recording *r;
            wh_message m;
            const char *path = in_folder(from_dat ? rows[k].dat : rows[k].cfg);
            if (wh_recording_open(path, NULL, &r, &m) != WH_OK) {
                fail_msg("%s", m.text);
            }
            assert_int_equal(r->sample_count, 64);
            assert_non_null(strstr(r->file, rows[k].cfg));
            assert_non_null(strstr(r->data_file, rows[k].dat));
            wh_recording_destroy(r);
        }
        (void)unlink(in_folder(rows[k].cfg));
        (void)unlink(in_folder(rows[k].dat));
    }
    free(cfg.data);
    free(dat.data);
}

static void a_lone_half_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *message;
    } rows[] = {{"lone.cfg", "no .dat file of the same name"},
                {"lone.DAT", "no .cfg file of the same name"}};
    for (size_t k = 0; k < 2; k++) {
        wh_recording *r;
        wh_message m;
        write_file(rows[k].name, "x", 1);
        assert_int_equal(wh_recording_open(in_folder(rows[k].name), NULL, &r, &m), WH_ERR_IO);
        assert_non_null(strstr(m.text, rows[k].message));
        assert_non_null(strstr(m.text, rows[k].name));
        (void)unlink(in_folder(rows[k].name));
    }
}

static void what_is_no_recording_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text; /* NULL: there is no such file */
        wh_err err;
    } rows[] = {
        {"none.csv", NULL, WH_ERR_IO},
        {"none.cfg", NULL, WH_ERR_IO},
        {"none.cff", NULL, WH_ERR_IO},
        {"none.wav", NULL, WH_ERR_FORMAT},
        {"empty.csv", "", WH_ERR_SHORT},
        {"empty.cff", "", WH_ERR_FORMAT},
        {"empty.wav", "", WH_ERR_FORMAT},
        {"noise.wav", "RIFF\1\1", WH_ERR_FORMAT},
        {"text.unknown", "hello\n", WH_ERR_FORMAT},
        {"noise.csv", "\xFF\xFE\xFD", WH_ERR_NOT_FOUND},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        wh_recording *r;
        wh_message m = {""};
        if (rows[k].text != NULL) {
            write_file(rows[k].name, rows[k].text, strlen(rows[k].text));
        }
        wh_err err = wh_recording_open(in_folder(rows[k].name), NULL, &r, &m);
        assert_int_not_equal(err, WH_OK);
        assert_null(r);
        assert_non_null(strstr(m.text, rows[k].name));
        if (rows[k].text != NULL) {
            (void)unlink(in_folder(rows[k].name));
        }
    }
    wh_recording *r;
    wh_message m;
    assert_int_not_equal(wh_recording_open(folder, NULL, &r, &m), WH_OK);
}

/* Two channels at half and a quarter of full scale. */
static void write_sound(const char *name, int format, sf_count_t frames)
{
    SF_INFO info = {.samplerate = 8000, .channels = 2, .format = format};
    SNDFILE *f = sf_open(in_folder(name), SFM_WRITE, &info);
    assert_non_null(f);
    for (sf_count_t n = 0; n < frames; n++) {
        double turn = 2 * 3.14159265358979323846 * 50 / 8000 * (double)n;
        const double frame[2] = {0.5 * sin(turn), 0.25 * sin(turn - 1)};
        assert_int_equal(sf_writef_double(f, frame, 1), 1);
    }
    (void)sf_close(f);
}

static void sound_is_scaled_to_volts_and_amperes(void **state)
{
    (void)state;
    static const int formats[] = {SF_FORMAT_WAV | SF_FORMAT_PCM_16,
                                  SF_FORMAT_WAV | SF_FORMAT_PCM_24, SF_FORMAT_WAV | SF_FORMAT_FLOAT,
                                  SF_FORMAT_FLAC | SF_FORMAT_PCM_24};
    for (size_t k = 0; k < sizeof formats / sizeof formats[0]; k++) {
        const char *name = k < 3 ? "s.wav" : "s.flac";
        write_sound(name, formats[k], 10000);
        wh_recording_options options = {.channels = "U1,I1", .scale = "650,20", .f_nominal_hz = 50};
        wh_recording *r;
        wh_message m;
        if (wh_recording_open(in_folder(name), &options, &r, &m) != WH_OK) {
            fail_msg("%s", m.text);
        }
        assert_int_equal(r->sample_count, 10000);
        assert_true(r->fs_hz == 8000 && r->f_nominal_hz == 50);
        assert_int_equal(r->channel[0].unit, WH_UNIT_VOLT);
        assert_int_equal(r->channel[1].unit, WH_UNIT_AMPERE);
        assert_true(fabs(r->channel[0].sample[40] - 325) < 0.02);
        double i = 5 * sin(2 * 3.14159265358979323846 * 50 / 8000 * 9999 - 1);
        assert_true(fabs(r->channel[1].sample[9999] - i) < 0.001);
        wh_recording_destroy(r);

        assert_int_equal(wh_recording_open(in_folder(name), NULL, &r, &m), WH_OK);
        assert_string_equal(r->channel[1].name, "ch2");
        wh_recording_destroy(r);
        options.channels = "U1,I1,I2";
        assert_int_equal(wh_recording_open(in_folder(name), &options, &r, &m), WH_ERR_ARG);
        (void)unlink(in_folder(name));
    }
}

static void sound_without_frames_is_refused(void **state)
{
    (void)state;
    wh_recording *r;
    wh_message m;
    write_sound("s.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 0);
    assert_int_equal(wh_recording_open(in_folder("s.wav"), NULL, &r, &m), WH_ERR_RANGE);
    assert_non_null(strstr(m.text, "s.wav: 2 channels, 8000 Hz, 0 frames"));
    (void)unlink(in_folder("s.wav"));
}

static void nan_in_sound_is_refused(void **state)
{
    (void)state;
    SF_INFO info = {.samplerate = 8000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *f = sf_open(in_folder("n.wav"), SFM_WRITE, &info);
    assert_non_null(f);
    const float samples[] = {0, 1, NAN, 1};
    assert_int_equal(sf_writef_float(f, samples, 4), 4);
    (void)sf_close(f);
    wh_recording *r;
    wh_message m;
    assert_int_equal(wh_recording_open(in_folder("n.wav"), NULL, &r, &m), WH_ERR_FORMAT);
    assert_non_null(strstr(m.text, "n.wav: frame 2: channel 1 is not a number"));
    (void)unlink(in_folder("n.wav"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_partner_is_found_in_any_case),
        cmocka_unit_test(a_lone_half_is_refused),
        cmocka_unit_test(what_is_no_recording_is_refused),
        cmocka_unit_test(sound_is_scaled_to_volts_and_amperes),
        cmocka_unit_test(sound_without_frames_is_refused),
        cmocka_unit_test(nan_in_sound_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
