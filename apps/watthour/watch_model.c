/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DIRECTION_W   5.0 /* less power than this has no direction worth a line */
#define ABSENT_PART   0.2 /* of the nominal voltage */
#define LOW_PART      0.9 /* EN 50160 */
#define HIGH_PART     1.1
#define UNBALANCE_PCT 2.0 /* EN 50160 */

void wh_watch_snapshot_clear(wh_watch_snapshot *s)
{
    memset(s, 0, sizeof *s);
    wh_lcd_clear(&s->lcd);
    s->utc_ms = WH_WATCH_TIME_UNKNOWN;
    s->f_hz = s->in_a = s->u2_pct = s->u0_pct = NAN;
    s->apparent_import_vah = s->apparent_export_vah = NAN;
    for (unsigned q = 0; q < 4; ++q) {
        s->reactive_varh[q] = NAN;
    }
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        s->place[k] = (wh_watch_place){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    }
}

void wh_watch_model_init(wh_watch_model *model, const char *url)
{
    memset(model, 0, sizeof *model);
    (void)snprintf(model->url, sizeof model->url, "%s", url);
    wh_watch_snapshot_clear(&model->snapshot);
    model->full_w = 1000.0;
}

static void note(wh_watch_model *model, int64_t utc_ms, wh_watch_weight weight, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

static void note(wh_watch_model *model, int64_t utc_ms, wh_watch_weight weight, const char *format,
                 ...)
{
    wh_watch_event *event = &model->event[model->event_count % WH_WATCH_EVENTS];
    event->utc_ms = utc_ms;
    event->weight = weight;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(event->text, sizeof event->text, format, args);
    va_end(args);
    model->event_count += 1;
}

const wh_watch_event *wh_watch_model_event(const wh_watch_model *model, size_t back)
{
    if (back >= model->event_count || back >= WH_WATCH_EVENTS) {
        return NULL;
    }
    return &model->event[(model->event_count - 1 - back) % WH_WATCH_EVENTS];
}

static int direction(double p_w)
{
    if (p_w > DIRECTION_W) {
        return 1;
    }
    return p_w < -DIRECTION_W ? -1 : 0;
}

static void note_directions(wh_watch_model *model, const wh_watch_snapshot *now)
{
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        int to = direction(now->place[k].p_w);
        if (to == 0 || to == direction(model->snapshot.place[k].p_w)) {
            continue;
        }
        char name[8] = "total";
        if (k < WH_WATCH_PHASES) {
            (void)snprintf(name, sizeof name, "L%u", k + 1);
        }
        note(model, now->utc_ms, WH_WATCH_INFO, "%s %s", name,
             to > 0 ? "imports now" : "exports now");
    }
}

/* The nominal voltage of a low-voltage supply that is nearest; 0: none is near. */
static double nominal_v(double u_v)
{
    static const double known[] = {100.0, 110.0, 120.0, 127.0, 220.0, 230.0, 240.0};
    double best = 0.0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; ++i) {
        if (fabs(u_v - known[i]) < fabs(u_v - best)) {
            best = known[i];
        }
    }
    return fabs(u_v - best) < 0.15 * best ? best : 0.0;
}

typedef enum {
    VOLTAGE_UNKNOWN,
    VOLTAGE_ABSENT,
    VOLTAGE_LOW,
    VOLTAGE_NORMAL,
    VOLTAGE_HIGH
} voltage_state;

static voltage_state voltage_of(double u_v, double nominal)
{
    if (isnan(u_v) || nominal <= 0.0) {
        return VOLTAGE_UNKNOWN;
    }
    if (u_v < ABSENT_PART * nominal) {
        return VOLTAGE_ABSENT;
    }
    if (u_v < LOW_PART * nominal) {
        return VOLTAGE_LOW;
    }
    return u_v > HIGH_PART * nominal ? VOLTAGE_HIGH : VOLTAGE_NORMAL;
}

static void note_voltages(wh_watch_model *model, const wh_watch_snapshot *now)
{
    static const char *const text[] = {
        [VOLTAGE_UNKNOWN] = "",
        [VOLTAGE_ABSENT] = "voltage is gone",
        [VOLTAGE_LOW] = "voltage is low",
        [VOLTAGE_NORMAL] = "voltage is normal",
        [VOLTAGE_HIGH] = "voltage is high",
    };
    double highest = 0.0; /* of a healthy phase: it says what nominal is here */
    for (unsigned k = 0; k < WH_WATCH_PHASES; ++k) {
        highest = fmax(highest, fmax(now->place[k].u_v, model->snapshot.place[k].u_v));
    }
    double nominal = nominal_v(highest);
    for (unsigned k = 0; k < now->phases && k < WH_WATCH_PHASES; ++k) {
        voltage_state to = voltage_of(now->place[k].u_v, nominal);
        voltage_state from = voltage_of(model->snapshot.place[k].u_v, nominal);
        bool worth = to != from && to != VOLTAGE_UNKNOWN &&
                     (from != VOLTAGE_UNKNOWN || to != VOLTAGE_NORMAL);
        if (worth) {
            note(model, now->utc_ms, to == VOLTAGE_NORMAL ? WH_WATCH_INFO : WH_WATCH_WARNING,
                 "L%u %s: %.1f V", k + 1, text[to], now->place[k].u_v);
        }
    }
}

static void note_balance(wh_watch_model *model, const wh_watch_snapshot *now)
{
    const wh_watch_snapshot *before = &model->snapshot;
    if (now->rotation[0] != '\0' && strcmp(now->rotation, before->rotation) != 0 &&
        (strcmp(now->rotation, "ACB") == 0 || before->rotation[0] != '\0')) {
        bool reversed = strcmp(now->rotation, "ACB") == 0;
        note(model, now->utc_ms, reversed ? WH_WATCH_WARNING : WH_WATCH_INFO,
             "phase sequence is %s", reversed ? "reversed" : "right");
    }
    bool is = now->u2_pct > UNBALANCE_PCT;
    bool was = before->u2_pct > UNBALANCE_PCT;
    if (is != was && !isnan(now->u2_pct)) {
        note(model, now->utc_ms, is ? WH_WATCH_WARNING : WH_WATCH_INFO,
             "voltage unbalance is %s: %.1f %%", is ? "high" : "normal", now->u2_pct);
    }
}

/* Bars end at 1, 2 or 5 times a power of ten, so that they do not change length all the time. */
static void grow_scale(wh_watch_model *model, const wh_watch_snapshot *now)
{
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        double p_w = fabs(now->place[k].p_w);
        if (isnan(p_w) || p_w <= model->full_w || p_w > 1e12) {
            continue;
        }
        double decade = pow(10.0, floor(log10(p_w)));
        double part = p_w / decade;
        double step = part <= 1.0 ? 1.0 : part <= 2.0 ? 2.0 : part <= 5.0 ? 5.0 : 10.0;
        model->full_w = step * decade;
    }
}

void wh_watch_model_take(wh_watch_model *model, const wh_watch_snapshot *snapshot)
{
    if (model->state == WH_WATCH_LOST && model->have_snapshot) {
        note(model, snapshot->utc_ms, WH_WATCH_INFO, "connection is back");
    }
    if (model->have_snapshot && strcmp(model->snapshot.device, snapshot->device) != 0) {
        note(model, snapshot->utc_ms, WH_WATCH_WARNING, "another meter answers: %s",
             snapshot->device);
    }
    note_directions(model, snapshot);
    note_voltages(model, snapshot);
    note_balance(model, snapshot);
    grow_scale(model, snapshot);
    wh_watch_history *h = &model->history;
    h->p_w[h->next] = snapshot->place[WH_WATCH_TOTAL].p_w;
    h->next = (h->next + 1) % WH_WATCH_HISTORY;
    h->count += h->count < WH_WATCH_HISTORY ? 1 : 0;
    model->snapshot = *snapshot;
    model->have_snapshot = true;
    model->state = WH_WATCH_LIVE;
    model->age_s = 0.0;
    model->reason[0] = '\0';
}

void wh_watch_model_lose(wh_watch_model *model, const char *reason, unsigned retry_s,
                         int64_t now_utc_ms)
{
    if (model->state == WH_WATCH_LIVE) {
        note(model, now_utc_ms, WH_WATCH_WARNING, "connection lost: %s", reason);
    }
    model->state = WH_WATCH_LOST;
    model->retry_s = retry_s;
    (void)snprintf(model->reason, sizeof model->reason, "%s", reason);
}
