/* SPDX-License-Identifier: Apache-2.0 */
/* watthour-meter - a meter: measures a source of samples and serves DLMS on TCP. */
#include "apps/watthour-meter/meter_keeping.h"
#include "apps/watthour-meter/meter_quality.h"
#include "apps/watthour-meter/meter_sampler.h"
#include "apps/watthour-meter/meter_server.h"
#include "apps/watthour-meter/meter_settings.h"
#include "apps/watthour-meter/meter_source.h"
#include "view/dlms/cosem.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define WORK_MS 1000 /* between two looks for bills to write */

enum { EXIT_DONE = 0, EXIT_BAD_INPUT = 2 };

typedef struct {
    const char *config;
    bool check;
    bool print;
    bool records;
} options;

/* Everything that runs, in one place. */
typedef struct {
    uv_loop_t loop;
    uv_signal_t on_int;
    uv_signal_t on_term;
    wh_meter_settings settings;
    wh_meter_source source;
    wh_meter_config config;
    wh_meter meter;
    wh_meter_quality quality;
    wh_meter_keeping keeping;
    bool keeps;
    uv_timer_t work;
    wh_cosem cosem;
    wh_meter_sampler sampler;
    wh_meter_server *server;
} program;

static void print_help(FILE *out)
{
    fputs("watthour-meter - a meter that measures a source and serves DLMS on TCP\n\n"
          "usage: watthour-meter --config FILE [--check | --print-config | --records]\n\n"
          "  -c, --config FILE   the configuration, in YAML\n"
          "      --check         open the configuration and its source, say what is wrong, end\n"
          "      --print-config  print the configuration in force, defaults filled in, and end\n"
          "      --records       print the records that the store keeps, and end\n"
          "  -V, --version       print the version\n"
          "  -h, --help          print this page\n\n"
          "It logs lines of key=value on standard error and ends at SIGINT or SIGTERM.\n"
          "Exit status: 0 done, 2 the configuration, source or port cannot be used (one line\n"
          "on standard error says where), or the source broke while it was measured.\n\n"
          "examples:\n"
          "  watthour-meter --config demo/meter.yaml\n"
          "  watthour-meter --config demo/meter.yaml --check\n\n"
          "a house with a solar roof in real time, on port 4059 of this machine:\n"
          "  source:\n"
          "    home: { solar_peak_w: 6000 }\n\n"
          "a recording over and over, ten times as fast:\n"
          "  source:\n"
          "    recording: { file: grid.cfg, pairs: 'UA/IA,UB/IB,UC/IC', at_end: repeat }\n"
          "    speed: 10\n"
          "    start: 2026-06-21T12:00:00Z\n"
          "  server: { address: 0.0.0.0, port: 4059 }\n\n"
          "a meter that keeps its registers, rates and records in a file:\n"
          "  keep:\n"
          "    store: { file: meter.store }\n"
          "    zone: Europe/Berlin\n"
          "    tariff: { days: ['06:00 1, 22:00 2'], import_prices: [0.32, 0.24] }\n"
          "    profiles: [ { every_min: 15, columns: ['1.8.0', '2.8.0'] } ]\n\n"
          "`watthour watch` and `watthour read` look at the meter that runs.\n",
          out);
}

/* The exit status to end with, or -1 to go on. */
static int parse(int argc, char **argv, options *o)
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'},
        {"check", no_argument, NULL, 'k'},
        {"print-config", no_argument, NULL, 'p'},
        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},
        {"records", no_argument, NULL, 'r'},
        {NULL, 0, NULL, 0},
    };
    int c = 0;
    while ((c = getopt_long(argc, argv, "c:Vh", known, NULL)) != -1) {
        switch (c) {
        case 'c':
            o->config = optarg;
            break;
        case 'k':
            o->check = true;
            break;
        case 'p':
            o->print = true;
            break;
        case 'r':
            o->records = true;
            break;
        case 'V':
            puts("watthour-meter " WH_VERSION);
            return EXIT_DONE;
        case 'h':
            print_help(stdout);
            return EXIT_DONE;
        default: /* getopt has said what is wrong */
            return EXIT_BAD_INPUT;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "watthour-meter: unexpected argument '%s'\n", argv[optind]);
        return EXIT_BAD_INPUT;
    }
    if (o->config == NULL) {
        (void)fputs("watthour-meter: --config FILE is needed (--help says more)\n", stderr);
        return EXIT_BAD_INPUT;
    }
    return -1;
}

static int complain(const wh_message *message)
{
    (void)fprintf(stderr, "watthour-meter: %s\n", message->text);
    return EXIT_BAD_INPUT;
}

static int64_t utc_now_us(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Everything that can be wrong before the first sample: source and meter. */
static wh_err prepare(program *p, wh_message *message)
{
    wh_err err = wh_meter_source_open(&p->settings, utc_now_us(), &p->source, message);
    if (err != WH_OK) {
        return err;
    }
    wh_meter_settings_apply(&p->settings, p->source.source->fs_hz, &p->config);
    const wh_meter_observer *observer = NULL;
    if (p->settings.file->meter.power_quality != NULL) {
        err = wh_meter_quality_init(&p->quality, &p->settings, &p->config, &p->meter, message);
        observer = &p->quality.observer;
    }
    if (err == WH_OK && wh_meter_init(&p->meter, &p->config, observer) != WH_OK) {
        err = wh_config_yaml_refuse(p->settings.config, message, "meter",
                                    "not a meter that can be built");
    }
    if (err != WH_OK) {
        wh_meter_source_close(&p->source);
    }
    return err;
}

/* The time that ticks begin with: of this machine, or of the first sample. */
static int64_t platform_now_ms(const program *p)
{
    return (p->settings.speed == 1.0 ? utc_now_us() : p->source.start_utc_us) / 1000;
}

/* Local time follows the zone of the meter's clock. */
static void follow_zone(program *p)
{
    const wh_clock *clock = &p->keeping.keeper.clock;
    p->config.utc_offset_min = wh_time_zone_offset_min(&clock->zone, clock->utc_ms, NULL);
}

static wh_err open_keeping(program *p, wh_message *message)
{
    if (p->settings.file->keep == NULL) {
        return WH_OK;
    }
    wh_err err = wh_meter_keeping_open(&p->keeping, &p->settings, &p->meter, platform_now_ms(p),
                                       p->settings.speed == 1.0, message);
    p->keeps = err == WH_OK;
    if (p->keeps) {
        follow_zone(p);
    }
    return err;
}

static void on_work(uv_timer_t *timer)
{
    program *p = (program *)timer->data;
    wh_meter_quality_record(&p->quality, &p->meter);
    wh_meter_keeping_work(&p->keeping);
    follow_zone(p);
}

static void on_signal(uv_signal_t *signal, int number)
{
    program *p = (program *)signal->data;
    wh_log_write(&p->settings.file->log, WH_LOG_INFO, "stopping", "signal=%d", number);
    uv_stop(signal->loop);
}

static void start_handles(program *p)
{
    (void)uv_signal_init(&p->loop, &p->on_int); /* fails only without memory for a pipe */
    (void)uv_signal_init(&p->loop, &p->on_term);
    p->on_int.data = p;
    p->on_term.data = p;
    (void)uv_signal_start(&p->on_int, on_signal, SIGINT);
    (void)uv_signal_start(&p->on_term, on_signal, SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)uv_timer_init(&p->loop, &p->work);
    p->work.data = p;
    if (p->keeps) {
        (void)uv_timer_start(&p->work, on_work, WORK_MS, WORK_MS);
    }
}

static void tell_start(const program *p)
{
    const wh_meter_file *f = p->settings.file;
    const wh_log *log = &f->log;
    const char *speed = f->source.speed != NULL ? f->source.speed : "real_time";
    wh_log_write(log, WH_LOG_INFO, "measuring",
                 "source=%s speed=%s phases=%u fs_hz=%.15g device=%s",
                 p->source.recording != NULL ? "recording" : "home", speed, p->source.phases,
                 p->source.source->fs_hz, f->meter.logical_device_name);
    if (p->keeps) {
        const wh_keeper *keeper = &p->keeping.keeper;
        const uint32_t damaged = wh_store_get_report(&keeper->store).damaged_count;
        wh_log_write(log, keeper->lost == 0 && damaged == 0 ? WH_LOG_INFO : WH_LOG_WARNING,
                     "keeping", "store=%s rates=%u lost=0x%" PRIx32 " damaged=%" PRIu32,
                     p->settings.store_path, p->keeping.config.rates, keeper->lost, damaged);
    }
    bool v6 = strchr(f->server.address, ':') != NULL;
    wh_log_write(log, WH_LOG_INFO, "listening", "url=dlms://%s%s%s:%u", v6 ? "[" : "",
                 f->server.address, v6 ? "]" : "", wh_meter_server_port(p->server));
}

static void close_all(program *p)
{
    if (p->server != NULL) {
        wh_meter_server_close(p->server);
    }
    wh_meter_sampler_stop(&p->sampler);
    uv_close((uv_handle_t *)&p->on_int, NULL);
    uv_close((uv_handle_t *)&p->on_term, NULL);
    uv_close((uv_handle_t *)&p->work, NULL);
    (void)uv_run(&p->loop, UV_RUN_DEFAULT); /* until the last handle is closed */
    (void)uv_loop_close(&p->loop);
    if (p->server != NULL) {
        wh_meter_server_free(p->server);
    }
    wh_meter_sampler_free(&p->sampler);
}

static int run(program *p, wh_message *message)
{
    if (uv_loop_init(&p->loop) != 0) {
        wh_message_set(message, "no event loop: out of memory or file descriptors");
        return complain(message);
    }
    start_handles(p);
    p->cosem.meter = &p->meter;
    const wh_dlms_server_config engine = wh_cosem_server_config(&p->cosem);
    wh_err err = wh_meter_server_open(&p->loop, &p->settings, &engine, &p->server, message);
    if (err == WH_OK) {
        err = wh_meter_sampler_start(&p->sampler, &p->loop, &p->settings, &p->source, &p->meter);
        if (err != WH_OK) {
            wh_message_set(message, "no memory");
        }
    }
    int status = EXIT_BAD_INPUT;
    if (err == WH_OK) {
        tell_start(p);
        (void)uv_run(&p->loop, UV_RUN_DEFAULT);
        status = p->sampler.state == WH_SAMPLER_BROKEN ? EXIT_BAD_INPUT : EXIT_DONE;
        wh_log_write(&p->settings.file->log, WH_LOG_INFO, "stopped", "samples=%" PRIu64,
                     p->sampler.samples);
    } else {
        (void)complain(message);
    }
    close_all(p);
    return status;
}

static int print_records(program *p)
{
    if (p->keeps) {
        wh_meter_keeping_print_records(&p->keeping, stdout);
    } else {
        (void)fputs("watthour-meter: the configuration has no block \"keep\"\n", stderr);
    }
    return p->keeps ? EXIT_DONE : EXIT_BAD_INPUT;
}

int main(int argc, char **argv)
{
    options o = {NULL, false, false, false};
    int status = parse(argc, argv, &o);
    if (status >= 0) {
        return status;
    }
    static program p; /* some 20 kB: too much for a stack that may be small */
    wh_message message = {""};
    if (wh_meter_settings_open(o.config, &p.settings, &message) != WH_OK) {
        return complain(&message);
    }
    if (prepare(&p, &message) != WH_OK) {
        wh_meter_settings_close(&p.settings);
        return complain(&message);
    }
    status = EXIT_DONE;
    if (o.print) {
        wh_meter_settings_print(&p.settings, stdout);
    } else if (o.check) {
        (void)printf("%s: good\n", o.config);
    } else if (open_keeping(&p, &message) != WH_OK) {
        status = complain(&message);
    } else if (o.records) {
        status = print_records(&p);
    } else {
        status = run(&p, &message);
    }
    if (p.keeps) {
        wh_meter_keeping_close(&p.keeping, !o.records);
    }
    wh_meter_source_close(&p.source);
    wh_meter_settings_close(&p.settings);
    return status;
}
