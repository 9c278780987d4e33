/* SPDX-License-Identifier: Apache-2.0 */
#include "world/analysis/urms_half.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static double rms(const double *u, size_t first, size_t last)
{
    double sum = 0;
    for (size_t n = first; n < last; n++) {
        sum += u[n] * u[n];
    }
    return sqrt(sum / (double)(last - first));
}

wh_err wh_urms_half_compute(const double *u, size_t count, double fs_hz, double f_nominal_hz,
                            wh_urms_half **out, size_t *out_count)
{
    *out = NULL;
    *out_count = 0;
    double period = f_nominal_hz > 0 ? fs_hz / f_nominal_hz : 0;
    if (!(period >= 2) || !isfinite(period)) {
        return WH_ERR_ARG;
    }
    size_t room = (size_t)(2 * (double)count / period) + 2;
    wh_urms_half *series = calloc(room, sizeof *series);
    if (series == NULL) {
        return WH_ERR_SPACE;
    }
    size_t n = 0;
    while (n < room) {
        double begin = nearbyint((double)n * period / 2);
        double end = nearbyint((double)n * period / 2 + period);
        if (end > (double)count) {
            break;
        }
        series[n] = (wh_urms_half){(size_t)begin, (size_t)end, 0};
        series[n].urms_v = rms(u, series[n].first, series[n].last);
        n++;
    }
    if (n == 0) {
        free(series);
        return WH_OK;
    }
    *out = series;
    *out_count = n;
    return WH_OK;
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

double wh_urms_half_median(const wh_urms_half *series, size_t count)
{
    double *sorted = count > 0 ? malloc(count * sizeof *sorted) : NULL;
    if (sorted == NULL) {
        return 0;
    }
    for (size_t k = 0; k < count; k++) {
        sorted[k] = series[k].urms_v;
    }
    qsort(sorted, count, sizeof *sorted, compare);
    double median = sorted[count / 2];
    free(sorted);
    return median;
}

wh_voltage_limits wh_voltage_limits_default(double declared_v)
{
    return (wh_voltage_limits){declared_v, 0.9, 1.1, 0.05, 0.02};
}

/* One event that is open, or none. */
typedef struct {
    bool open;
    wh_voltage_event event;
} tracker;

static void begin(tracker *t, wh_voltage_event_kind kind, size_t k, double u)
{
    t->open = true;
    t->event = (wh_voltage_event){kind, k, k + 1, u};
}

/* True where the value ends the open event. */
static bool follow(tracker *t, const wh_voltage_limits *l, size_t k, double u)
{
    bool swell = t->event.kind == WH_VOLTAGE_SWELL;
    bool over = swell ? u < (l->swell - l->hysteresis) * l->declared_v
                      : u >= (l->dip + l->hysteresis) * l->declared_v;
    t->event.last = k;
    if (over) {
        t->open = false;
        return true;
    }
    t->event.last = k + 1;
    t->event.extreme_v = swell ? fmax(t->event.extreme_v, u) : fmin(t->event.extreme_v, u);
    return false;
}

static void put(const tracker *t, const wh_voltage_limits *l, wh_voltage_event *events, size_t size,
                size_t *found)
{
    if (*found < size) {
        events[*found] = t->event;
        if (t->event.kind == WH_VOLTAGE_DIP &&
            t->event.extreme_v < l->interruption * l->declared_v) {
            events[*found].kind = WH_VOLTAGE_INTERRUPTION;
        }
    }
    (*found)++;
}

size_t wh_voltage_events_find(const wh_urms_half *series, size_t count,
                              const wh_voltage_limits *limits, wh_voltage_event *events,
                              size_t size)
{
    tracker t = {.open = false};
    size_t found = 0;
    for (size_t k = 0; k < count; k++) {
        double u = series[k].urms_v;
        if (t.open && follow(&t, limits, k, u)) {
            put(&t, limits, events, size, &found);
        }
        if (t.open) {
            continue;
        }
        if (u < limits->dip * limits->declared_v) {
            begin(&t, WH_VOLTAGE_DIP, k, u);
        } else if (u > limits->swell * limits->declared_v) {
            begin(&t, WH_VOLTAGE_SWELL, k, u);
        }
    }
    if (t.open) {
        put(&t, limits, events, size, &found);
    }
    return found;
}
