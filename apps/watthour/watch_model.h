/* SPDX-License-Identifier: Apache-2.0 */
/* watch_model.h - what `watthour watch` knows: the last snapshot of a meter, and what was
 * noticed on the way. Plain values, so that drawing needs no meter.
 *
 * A value that the meter does not have, or has not measured yet, is NaN and is shown as "—":
 * never as zero. */
#ifndef WH_APPS_WATCH_MODEL_H
#define WH_APPS_WATCH_MODEL_H

#include "meter/display/lcd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_WATCH_PHASES       3
#define WH_WATCH_TOTAL        WH_WATCH_PHASES /* the place of the sum */
#define WH_WATCH_PLACES       (WH_WATCH_PHASES + 1)
#define WH_WATCH_EVENTS       64
#define WH_WATCH_HISTORY      1024
#define WH_WATCH_TIME_UNKNOWN INT64_MIN

/* One phase, or the sum (where voltage and current are NaN). Import is positive. */
typedef struct {
    double u_v;
    double i_a;
    double p_w;
    double q_var;
    double s_va;
    double pf;
    double u_deg; /* angle of the voltage, to that of L1 */
    double i_deg; /* angle of the current, to the voltage of L1 */
    double thd_u_pct;
    double thd_i_pct;
    double import_wh;
    double export_wh;
} wh_watch_place;

typedef struct {
    char device[33]; /* logical device name */
    char serial[33];
    int64_t utc_ms; /* the meter's own clock */
    int utc_offset_min;
    unsigned phases;
    double f_hz;
    double in_a;
    double u2_pct; /* negative sequence: unbalance */
    double u0_pct;
    char rotation[8]; /* "ABC", "ACB" or "" */
    wh_watch_place place[WH_WATCH_PLACES];
    double reactive_varh[4]; /* quadrants I to IV, in all */
    double apparent_import_vah;
    double apparent_export_vah;
    bool have_lcd; /* the meter tells what its display shows */
    wh_lcd lcd;
} wh_watch_snapshot;

typedef enum { WH_WATCH_CONNECTING, WH_WATCH_LIVE, WH_WATCH_LOST } wh_watch_state;

typedef enum { WH_WATCH_INFO, WH_WATCH_WARNING } wh_watch_weight;

typedef struct {
    int64_t utc_ms; /* of the meter's clock where known, else of this machine */
    wh_watch_weight weight;
    char text[72];
} wh_watch_event;

/* One point of the picture of the past: total power. */
typedef struct {
    double p_w[WH_WATCH_HISTORY];
    size_t count;
    size_t next;
} wh_watch_history;

typedef struct {
    char url[128];
    wh_watch_state state;
    bool have_snapshot;
    wh_watch_snapshot snapshot; /* the last one, also while the connection is lost */
    double age_s;               /* since it was read */
    unsigned retry_s;           /* until the next attempt, while lost */
    char reason[128];           /* why it is lost */
    wh_watch_event event[WH_WATCH_EVENTS];
    size_t event_count; /* in all; the last WH_WATCH_EVENTS are kept */
    wh_watch_history history;
    double full_w; /* end of the power bars; grows with what is seen */
    bool help;
    bool show_lcd;  /* the display instead of the panels */
    bool blink_off; /* the dark half of a second, for what blinks on the display */
} wh_watch_model;

/* Nothing known: NaN in every value. */
void wh_watch_snapshot_clear(wh_watch_snapshot *snapshot);
void wh_watch_model_init(wh_watch_model *model, const char *url);

/* A snapshot was read. What changed since the last one is noted as events: a direction, a
 * voltage gone or back, a dip or swell, the sequence of the phases, a connection back. */
void wh_watch_model_take(wh_watch_model *model, const wh_watch_snapshot *snapshot);

/* The connection is lost, or could not be made. */
void wh_watch_model_lose(wh_watch_model *model, const char *reason, unsigned retry_s,
                         int64_t now_utc_ms);

/* The event `back` steps before the newest; NULL: no such. */
const wh_watch_event *wh_watch_model_event(const wh_watch_model *model, size_t back);

#endif /* WH_APPS_WATCH_MODEL_H */
