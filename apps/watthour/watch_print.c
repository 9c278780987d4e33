/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_print.h"

#include "apps/watthour/watch_draw_internal.h"
#include "core/civil_time.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TIME_SIZE 40

/* RFC 3339 with the meter's own offset; "" where the time is not known. */
static void time_text(char *out, const wh_watch_snapshot *s)
{
    wh_civil_time t;
    int offset = s->utc_offset_min;
    out[0] = '\0';
    if (s->utc_ms == WH_WATCH_TIME_UNKNOWN ||
        wh_civil_time_from_ms(s->utc_ms + (int64_t)offset * WH_MS_PER_MINUTE, &t) != WH_OK) {
        return;
    }
    (void)snprintf(out, TIME_SIZE, "%04d-%02u-%02uT%02u:%02u:%02u.%03u%c%02d:%02d",
                   (int)t.date.year, t.date.month, t.date.day, t.hour, t.minute, t.second,
                   t.millisecond, offset < 0 ? '-' : '+', abs(offset) / 60, abs(offset) % 60);
}

static const char *place_name(unsigned k)
{
    static const char *const names[WH_WATCH_PLACES] = {"L1", "L2", "L3", "all"};
    return names[k];
}

static bool is_shown(const wh_watch_snapshot *s, unsigned k)
{
    return k == WH_WATCH_TOTAL || k < s->phases;
}

static void print_number(FILE *out, int cols, int decimals, double value)
{
    if (isnan(value)) {
        (void)fprintf(out, "%*s", cols, "-");
    } else {
        (void)fprintf(out, "%*.*f", cols, decimals, value);
    }
}

static void print_place(FILE *out, const wh_watch_snapshot *s, unsigned k)
{
    const wh_watch_place *p = &s->place[k];
    (void)fprintf(out, "%-3s", place_name(k));
    print_number(out, 9, 2, p->u_v);
    print_number(out, 10, 3, p->i_a);
    print_number(out, 11, 1, p->p_w);
    print_number(out, 10, 1, p->q_var);
    print_number(out, 10, 1, p->s_va);
    print_number(out, 8, 3, p->pf);
    print_number(out, 8, 1, p->u_deg);
    print_number(out, 8, 1, p->i_deg);
    print_number(out, 8, 2, p->thd_u_pct);
    print_number(out, 8, 2, p->thd_i_pct);
    print_number(out, 15, 6, p->import_wh / 1e3);
    print_number(out, 15, 6, p->export_wh / 1e3);
    (void)fputc('\n', out);
}

void wh_watch_print_text(FILE *out, const wh_watch_snapshot *s)
{
    char stamp[TIME_SIZE];
    time_text(stamp, s);
    (void)fprintf(out, "meter %s  serial %s  time %s\n", s->device[0] != '\0' ? s->device : "-",
                  s->serial[0] != '\0' ? s->serial : "-", stamp[0] != '\0' ? stamp : "-");
    (void)fputs("frequency", out);
    print_number(out, 9, 4, s->f_hz);
    (void)fprintf(out, " Hz  sequence %s  unbalance", s->rotation[0] != '\0' ? s->rotation : "-");
    print_number(out, 6, 2, s->u2_pct);
    (void)fputs(" %  neutral", out);
    print_number(out, 8, 3, s->in_a);
    (void)fputs(" A\n", out);
    (void)fprintf(out, "   %9s%10s%11s%10s%10s%8s%8s%8s%8s%8s%15s%15s\n", "U V", "I A", "P W",
                  "Q var", "S VA", "PF", "U deg", "I deg", "THDU %", "THDI %", "import kWh",
                  "export kWh");
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        if (is_shown(s, k)) {
            print_place(out, s, k);
        }
    }
    (void)fputs("kvarh", out);
    static const char *const quadrants[] = {"QI", "QII", "QIII", "QIV"};
    for (unsigned q = 0; q < 4; ++q) {
        (void)fprintf(out, "  %s ", quadrants[q]);
        print_number(out, 0, 6, s->reactive_varh[q] / 1e3);
    }
    (void)fputc('\n', out);
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text(const char *value)
{
    return value[0] != '\0' ? json_string(value) : json_null();
}

static json_t *place_json(const wh_watch_snapshot *s, unsigned k)
{
    const wh_watch_place *p = &s->place[k];
    json_t *o = json_object();
    int failed = 0;
    if (k != WH_WATCH_TOTAL) {
        failed |= json_object_set_new(o, "phase", json_string(place_name(k)));
        failed |= json_object_set_new(o, "voltage_v", number(p->u_v));
        failed |= json_object_set_new(o, "current_a", number(p->i_a));
        failed |= json_object_set_new(o, "voltage_angle_deg", number(p->u_deg));
        failed |= json_object_set_new(o, "current_angle_deg", number(p->i_deg));
        failed |= json_object_set_new(o, "thd_u_pct", number(p->thd_u_pct));
        failed |= json_object_set_new(o, "thd_i_pct", number(p->thd_i_pct));
    }
    failed |= json_object_set_new(o, "active_power_w", number(p->p_w));
    failed |= json_object_set_new(o, "reactive_power_var", number(p->q_var));
    failed |= json_object_set_new(o, "apparent_power_va", number(p->s_va));
    failed |= json_object_set_new(o, "power_factor", number(p->pf));
    failed |= json_object_set_new(o, "active_energy_import_wh", number(p->import_wh));
    failed |= json_object_set_new(o, "active_energy_export_wh", number(p->export_wh));
    if (failed != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static json_t *snapshot_json(const wh_watch_snapshot *s)
{
    char stamp[TIME_SIZE];
    time_text(stamp, s);
    json_t *phases = json_array();
    for (unsigned k = 0; k < s->phases; ++k) {
        (void)json_array_append_new(phases, place_json(s, k));
    }
    json_t *reactive = json_array();
    for (unsigned q = 0; q < 4; ++q) {
        (void)json_array_append_new(reactive, number(s->reactive_varh[q]));
    }
    json_t *o = json_object();
    int failed = 0;
    failed |= json_object_set_new(o, "device", text(s->device));
    failed |= json_object_set_new(o, "serial", text(s->serial));
    failed |= json_object_set_new(o, "time", text(stamp));
    failed |= json_object_set_new(o, "frequency_hz", number(s->f_hz));
    failed |= json_object_set_new(o, "sequence", text(s->rotation));
    failed |= json_object_set_new(o, "voltage_negative_sequence_pct", number(s->u2_pct));
    failed |= json_object_set_new(o, "voltage_zero_sequence_pct", number(s->u0_pct));
    failed |= json_object_set_new(o, "neutral_current_a", number(s->in_a));
    failed |= json_object_set_new(o, "phases", phases);
    failed |= json_object_set_new(o, "total", place_json(s, WH_WATCH_TOTAL));
    failed |= json_object_set_new(o, "reactive_energy_quadrants_varh", reactive);
    failed |= json_object_set_new(o, "apparent_energy_import_vah", number(s->apparent_import_vah));
    failed |= json_object_set_new(o, "apparent_energy_export_vah", number(s->apparent_export_vah));
    if (failed != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}

bool wh_watch_print_json(FILE *out, const wh_watch_snapshot *s)
{
    json_t *o = snapshot_json(s);
    if (o == NULL) {
        return false;
    }
    /* 15 digits: what the registers hold, without the dust of binary fractions. */
    char *line = json_dumps(o, JSON_REAL_PRECISION(15) | JSON_COMPACT);
    json_decref(o);
    if (line == NULL) {
        return false;
    }
    (void)fprintf(out, "%s\n", line);
    free(line);
    return true;
}

bool wh_watch_print_lcd(FILE *out, const wh_watch_snapshot *snapshot, bool ascii)
{
    wh_watch_model *model = calloc(1, sizeof *model);
    wh_canvas *canvas = wh_canvas_create(WH_WATCH_COLS_MIN, WH_WATCH_LCD_ROWS, ascii);
    char *text = NULL;
    if (model != NULL && canvas != NULL && snapshot->have_lcd) {
        wh_watch_model_init(model, "");
        wh_watch_model_take(model, snapshot);
        wh_watch_draw_lcd(canvas, model, (wh_watch_box){0, 0, canvas->cols, canvas->rows});
        text = wh_canvas_dump(canvas);
    }
    bool done = text != NULL && fputs(text, out) >= 0;
    free(text);
    wh_canvas_destroy(canvas);
    free(model);
    return done;
}
