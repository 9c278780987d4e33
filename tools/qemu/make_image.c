/* SPDX-License-Identifier: Apache-2.0 */
/* watthour-image: turn a simulated house or a recording into an image that the firmware measures
 * (firmware/image.h), through the same converter as everywhere else. */
#include "core/writer.h"
#include "firmware/image.h"
#include "host/message.h"
#include "world/converter.h"
#include "world/recording/recording.h"
#include "world/simulation/home.h"
#include "world/source.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS         256
#define CHANNELS_MAX 64
#define SETS_MAX     599000U /* what the board's 16 MiB of PSRAM hold */

static const char usage[] =
    "usage: watthour-image [options] SOURCE FILE\n"
    "Write an image for firmware/watthour-meter.elf.\n"
    "\n"
    "SOURCE is \"house\", a simulated house with a solar roof, or the file of a recording,\n"
    "which is played over and over.\n"
    "  --volts V      full scale of the voltages (600)\n"
    "  --amperes A    full scale of the currents (120)\n"
    "  --seconds N    how long it lasts (4)\n"
    "  --skip N       seconds left out at its beginning (0)\n"
    "  --block N      sample sets the meter is fed at once (16)\n"
    "  --report N     report every Nth window, 0: only at the end (1)\n"
    "  --frequency F  real frequency of the house's mains in Hz (50)\n"
    "  --solar W      peak power of the roof (6000)\n"
    "  --harmonic N   10 percent of Nth harmonic in the mains\n"
    "  --dip R        the mains fall to R of nominal from 1 s to 1.5 s\n"
    "  --snr DB       white noise of the converter (none)\n"
    "\n"
    "Examples:\n"
    "  watthour-image --seconds 10 house house.img\n"
    "  watthour-image --frequency 47.5 --snr 80 house low.img\n"
    "  watthour-image --amperes 400 keating_1999.csv keating.img\n";

typedef struct {
    double seconds;
    double skip_s;
    double snr_db;
    double u_full_v;
    double i_full_a;
    wh_image_header header;
    wh_home_config home;
} settings;

static bool take_option(int option, settings *s)
{
    char *end = NULL;
    double value = strtod(optarg, &end);
    if (end == optarg || *end != '\0') {
        return false;
    }
    wh_mains_config *mains = &s->home.mains;
    switch (option) {
    case 's':
        s->seconds = value;
        return value > 0;
    case 'k':
        s->skip_s = value;
        return value >= 0;
    case 'v':
        s->u_full_v = value;
        return value > 0;
    case 'a':
        s->i_full_a = value;
        return value > 0;
    case 'b':
        s->header.block = (uint16_t)value;
        return value >= 1 && value <= WH_IMAGE_BLOCK_MAX;
    case 'r':
        s->header.windows_per_report = (uint16_t)value;
        return value >= 0 && value <= UINT16_MAX;
    case 'f':
        mains->f_nominal_hz = value;
        return value > 0;
    case 'p':
        s->home.solar_peak_w = value;
        return value >= 0;
    case 'h':
        mains->harmonic[0] = (wh_mains_harmonic){(unsigned)value, 10, 0};
        return value >= 2;
    case 'd':
        mains->event[mains->event_count++] = (wh_mains_event){s->skip_s + 1, 0.5, 0, value};
        return mains->event_count < WH_MAINS_EVENTS;
    case 'n':
        s->snr_db = value;
        return value >= 0;
    default:
        return false;
    }
}

static bool parse(int argc, char **argv, settings *s)
{
    static const struct option options[] = {
        {"seconds", required_argument, NULL, 's'},
        {"skip", required_argument, NULL, 'k'},
        {"block", required_argument, NULL, 'b'},
        {"report", required_argument, NULL, 'r'},
        {"frequency", required_argument, NULL, 'f'},
        {"solar", required_argument, NULL, 'p'},
        {"harmonic", required_argument, NULL, 'h'},
        {"dip", required_argument, NULL, 'd'},
        {"snr", required_argument, NULL, 'n'},
        {"volts", required_argument, NULL, 'v'},
        {"amperes", required_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'H'},
        {NULL, 0, NULL, 0},
    };
    int option = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'H') {
            fputs(usage, stdout);
            exit(0);
        }
        if (option == '?') {
            return false;
        }
        if (!take_option(option, s)) {
            fprintf(stderr, "watthour-image: %s is no number, or outside its range\n", optarg);
            return false;
        }
    }
    return argc - optind == 2;
}

static wh_err describe(settings *s, const wh_source *source, wh_converter *converter)
{
    wh_converter_config config;
    wh_err err = wh_converter_for_source(&config, source, s->u_full_v, s->i_full_a);
    if (err != WH_OK) {
        return err;
    }
    wh_metrology_config *m = &s->header.meter.metrology;
    m->phases = 0;
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        config.channel[k].snr_db = s->snr_db;
        if (k < WH_I1 && config.channel[k].column != WH_CONVERTER_ABSENT) {
            m->phases++;
        }
    }
    m->fs_mhz = (uint32_t)(source->fs_hz * 1000 + 0.5);
    m->f_nominal_mhz = source->f_nominal_hz > 55 ? 60000 : 50000;
    wh_converter_describe(&config, m);
    return wh_converter_init(converter, &config);
}

/* One block of the source as codes; *got is 0 at its end. */
static wh_err convert(wh_source *source, wh_converter *converter, int32_t (*sets)[WH_CHANNELS],
                      size_t *got)
{
    static double values[ROWS * CHANNELS_MAX];
    *got = 0;
    if (source->channel_count > CHANNELS_MAX) {
        return WH_ERR_SPACE;
    }
    wh_err err = source->read(source, values, ROWS, got);
    if (err == WH_OK) {
        wh_converter_run(converter, values, source->channel_count, *got, sets);
    }
    return err;
}

static bool put_header(FILE *out, const wh_image_header *header)
{
    uint8_t bytes[WH_IMAGE_HEADER_SIZE];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_image_header_encode(&w, header);
    return wh_writer_err(&w) == WH_OK && fseek(out, 0, SEEK_SET) == 0 &&
           fwrite(bytes, 1, wh_writer_len(&w), out) == wh_writer_len(&w);
}

static bool put_sets(FILE *out, const int32_t (*sets)[WH_CHANNELS], size_t count)
{
    uint8_t bytes[ROWS * WH_IMAGE_SET_SIZE];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    for (size_t n = 0; n < count; n++) {
        for (unsigned k = 0; k < WH_CHANNELS; k++) {
            wh_writer_put_u32le(&w, (uint32_t)sets[n][k]);
        }
    }
    return fwrite(bytes, 1, wh_writer_len(&w), out) == wh_writer_len(&w);
}

/* Header last: only then is it known how many sets there are. */
static wh_err write_image(settings *s, wh_source *source, FILE *out)
{
    wh_converter converter;
    int32_t sets[ROWS][WH_CHANNELS];
    wh_err err = describe(s, source, &converter);
    uint64_t skip = (uint64_t)(s->skip_s * source->fs_hz);
    uint64_t want = (uint64_t)(s->seconds * source->fs_hz);
    if (err == WH_OK && want > SETS_MAX) {
        err = WH_ERR_RANGE;
    }
    if (err == WH_OK && !put_header(out, &s->header)) {
        err = WH_ERR_IO;
    }
    while (err == WH_OK && s->header.set_count < want) {
        size_t got = 0;
        err = convert(source, &converter, sets, &got);
        if (got == 0) {
            break;
        }
        size_t from = skip < got ? (size_t)skip : got;
        skip -= from;
        size_t count = got - from;
        count = count < want - s->header.set_count ? count : (size_t)(want - s->header.set_count);
        if (!put_sets(out, (const int32_t(*)[WH_CHANNELS]) & sets[from], count)) {
            err = WH_ERR_IO;
        }
        s->header.set_count += (uint32_t)count;
    }
    return err == WH_OK && !put_header(out, &s->header) ? WH_ERR_IO : err;
}

static wh_err make_image(settings *s, wh_source *source, const char *path)
{
    FILE *out = fopen(path, "wb");
    wh_err err = out != NULL ? write_image(s, source, out) : WH_ERR_IO;
    if (out != NULL && fclose(out) != 0) {
        err = WH_ERR_IO;
    }
    return err;
}

/* *recording is NULL unless the source plays one; both are the caller's to destroy. */
static wh_err open_source(const settings *s, const char *name, wh_recording **recording,
                          wh_source **source, wh_message *message)
{
    const wh_recording_options options = {0};
    const wh_recording_play play = {.endless = true};
    *recording = NULL;
    if (strcmp(name, "house") == 0) {
        return wh_home_create(&s->home, source, message);
    }
    wh_err err = wh_recording_open(name, &options, recording, message);
    return err == WH_OK ? wh_recording_source_create(*recording, &play, source, message) : err;
}

int main(int argc, char **argv)
{
    settings s = {
        .seconds = 4,
        .u_full_v = 600,
        .i_full_a = 120,
        .header = {.block = 16, .windows_per_report = 1, .meter.metrology = {.creep_uw = 400000}},
        .home = wh_home_defaults(),
    };
    if (!parse(argc, argv, &s)) {
        fputs(usage, stderr);
        return 2;
    }
    const char *name = argv[optind];
    wh_message message = {""};
    wh_recording *recording = NULL;
    wh_source *source = NULL;
    wh_err err = open_source(&s, name, &recording, &source, &message);
    if (err == WH_OK) {
        err = make_image(&s, source, argv[optind + 1]);
        source->destroy(source);
    }
    wh_recording_destroy(recording);
    if (err != WH_OK) {
        fprintf(stderr, "watthour-image: %s: %s\n", name,
                message.text[0] != 0 ? message.text : wh_err_text(err));
        return 2;
    }
    return 0;
}
