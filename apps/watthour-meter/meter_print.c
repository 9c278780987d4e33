/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force, as a file. */
#include "apps/watthour-meter/meter_settings.h"

#include "apps/watthour-meter/print_value.h"
#include "host/pace.h"

#include <inttypes.h>
#include <stdlib.h>

static void print_calibration(FILE *out, const wh_calibration_settings *c)
{
    (void)fputs("  calibration:\n    channel: # full_scale: peak in uV or uA at code 2^23\n", out);
    for (unsigned i = 0; i < WH_CHANNELS; ++i) {
        const wh_channel_calibration *channel = &c->channel[i];
        (void)fprintf(out,
                      "      %s: { full_scale: %" PRId64 ", gain_q30: %" PRIu32
                      ", delay_q16: %" PRIu32 ", noise_q8: %" PRIu32 " }\n",
                      wh_channel_keys[i], channel->full_scale, channel->gain_q30,
                      channel->delay_q16, channel->noise_q8);
    }
    (void)fputs("    phase:\n", out);
    for (unsigned k = 0; k < WH_PHASES; ++k) {
        const wh_phase_calibration *phase = &c->phase[k];
        (void)fprintf(out,
                      "      l%u: { angle_nrad: %" PRId32 ", p_offset_uw: %" PRId32
                      ", q_offset_uvar: %" PRId32 " }\n",
                      k + 1, phase->angle_nrad, phase->p_offset_uw, phase->q_offset_uvar);
    }
}

static void print_meter(FILE *out, const wh_metering_settings *m)
{
    (void)fputs("meter:\n", out);
    wh_print_text(out, "  ", "serial", m->serial);
    wh_print_text(out, "  ", "logical_device_name", m->logical_device_name);
    (void)fprintf(out, "  utc_offset_min: %" PRId32 "\n", m->utc_offset_min);
    (void)fprintf(out, "  phases: %" PRIu32 "\n", m->phases);
    wh_print_number(out, "  ", "fs_hz", m->fs_hz);
    wh_print_number(out, "  ", "f_nominal_hz", m->f_nominal_hz);
    (void)fprintf(out, "  cycles_per_window: %" PRIu32 " # 0: 10 at 50 Hz, 12 at 60 Hz\n",
                  m->cycles_per_window);
    wh_print_number(out, "  ", "u_min_v", m->u_min_v);
    wh_print_number(out, "  ", "creep_w", m->creep_w);
    (void)fprintf(out, "  creep_windows: %" PRIu32 " # 0: 25\n", m->creep_windows);
    (void)fprintf(out, "  direction: %s\n", wh_direction_names[m->direction].str);
    (void)fprintf(out, "  interval_windows: %" PRIu32 " # 0: 1\n", m->interval_windows);
    wh_print_number(out, "  ", "rollover_kwh", m->rollover_kwh);
    print_calibration(out, &m->calibration);
    if (m->power_quality != NULL) {
        (void)fputs("  power_quality:\n", out);
        wh_print_number(out, "    ", "u_din_v", m->power_quality->u_din_v);
        wh_print_number(out, "    ", "dip_pct", m->power_quality->dip_pct);
        wh_print_number(out, "    ", "swell_pct", m->power_quality->swell_pct);
        wh_print_number(out, "    ", "interruption_pct", m->power_quality->interruption_pct);
        wh_print_number(out, "    ", "rapid_change_pct", m->power_quality->rapid_change_pct);
    }
}

static void print_recording(FILE *out, const wh_recording_settings *r)
{
    (void)fputs("  recording:\n", out);
    wh_print_text(out, "    ", "file", r->file);
    wh_print_text(out, "    ", "pairs", r->pairs);
    wh_print_text(out, "    ", "neutral", r->neutral);
    wh_print_text(out, "    ", "channels", r->channels);
    wh_print_text(out, "    ", "scale", r->scale);
    wh_print_text(out, "    ", "encoding", r->encoding);
    (void)fprintf(out, "    at_end: %s\n", wh_at_end_names[r->at_end].str);
}

static void print_home_lists(FILE *out, const wh_home_settings *h)
{
    if (h->level_count > 0) {
        (void)fputs("    level:\n", out);
        for (unsigned i = 0; i < h->level_count; ++i) {
            (void)fprintf(out, "      - %.15g\n", h->level[i]);
        }
    }
    if (h->harmonics_count > 0) {
        (void)fputs("    harmonics:\n", out);
        for (unsigned i = 0; i < h->harmonics_count; ++i) {
            (void)fprintf(out, "      - { order: %u, percent: %.15g, degrees: %.15g }\n",
                          h->harmonics[i].order, h->harmonics[i].percent, h->harmonics[i].degrees);
        }
    }
    if (h->solar_phases_count > 0) {
        (void)fputs("    solar_phases:\n", out);
        for (unsigned i = 0; i < h->solar_phases_count; ++i) {
            (void)fprintf(out, "      - %" PRIu32 "\n", h->solar_phases[i]);
        }
    }
}

static void print_home(FILE *out, const wh_home_settings *h)
{
    const char *in = "    ";
    const wh_home_config *c = &h->house;
    (void)fprintf(out, "  home:\n    seed: %" PRIu64 "\n", c->mains.seed);
    wh_print_number(out, in, "u_nominal_v", c->mains.u_nominal_v);
    wh_print_number(out, in, "f_wander_hz", c->mains.f_wander_hz);
    wh_print_number(out, in, "u_wander", c->mains.u_wander);
    wh_print_number(out, in, "noise_v", c->mains.noise_v);
    wh_print_number(out, in, "flicker_percent", c->mains.flicker_percent);
    wh_print_number(out, in, "flicker_hz", c->mains.flicker_hz);
    wh_print_number(out, in, "events_per_day", c->mains.events_per_day);
    (void)fprintf(out, "    reversed: %s\n", c->mains.reversed ? "true" : "false");
    wh_print_number(out, in, "line_ohm", c->line_ohm);
    (void)fprintf(out, "    appliances: %s\n", c->appliances ? "true" : "false");
    wh_print_text(out, in, "profile", h->profile);
    wh_print_number(out, in, "profile_unit_w", c->profile_unit_w);
    wh_print_number(out, in, "profile_annual_kwh", c->profile_annual_kwh);
    wh_print_number(out, in, "solar_peak_w", c->solar_peak_w);
    wh_print_number(out, in, "clouds", c->clouds);
    wh_print_number(out, in, "latitude_deg", c->latitude_deg);
    wh_print_number(out, in, "longitude_deg", c->longitude_deg);
    wh_print_number(out, in, "tilt_deg", c->tilt_deg);
    wh_print_number(out, in, "duration_s", c->duration_s);
    print_home_lists(out, h);
}

void wh_meter_settings_print(const wh_meter_settings *settings, FILE *out)
{
    const wh_meter_file *f = settings->file;
    print_meter(out, &f->meter);
    (void)fputs("source:\n", out);
    (void)fprintf(out, "  speed: %s\n", f->source.speed != NULL ? f->source.speed : "real_time");
    wh_print_text(out, "  ", "start", f->source.start);
    if (f->source.recording != NULL) {
        print_recording(out, f->source.recording);
    } else {
        print_home(out, f->source.home);
    }
    (void)fputs("  converter:\n", out);
    wh_print_number(out, "    ", "snr_db", f->source.converter.snr_db);
    (void)fprintf(out, "    seed: %" PRIu32 "\n", f->source.converter.seed);
    (void)fputs("server:\n", out);
    wh_print_text(out, "  ", "address", f->server.address);
    (void)fprintf(out, "  port: %" PRIu32 "\n", f->server.port);
    (void)fprintf(out, "  connections_max: %" PRIu32 "\n", f->server.connections_max);
    (void)fprintf(out, "  idle_timeout_s: %" PRIu32 "\n", f->server.idle_timeout_s);
    (void)fprintf(out, "log:\n  level: %s\n", wh_log_level_names[f->log.level].str);
    if (f->keep != NULL) {
        wh_keep_settings_print(f->keep, out);
    }
}
