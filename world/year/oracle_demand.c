/* SPDX-License-Identifier: Apache-2.0 */
/* Block demand: only complete periods count; what is set or restarted gives the running one up. */
#include "world/year/oracle_internal.h"

#include <string.h>

static int64_t number_of(const wh_oracle *o)
{
    return o->utc_ms / o->config.slip_ms; /* zones are whole quarter hours away from UTC */
}

static void begin(wh_oracle_slip *s, int64_t number, bool whole)
{
    *s = (wh_oracle_slip){.number = number, .whole = whole, .one_rate = whole, .known = true};
}

void wh_oracle_restart_slip(wh_oracle *o)
{
    o->slip = (wh_oracle_slip){.known = false};
}

static void note(wh_oracle_peak *peak, int64_t mw, int64_t end_ms)
{
    if (mw > peak->mw) {
        *peak = (wh_oracle_peak){mw, end_ms};
    }
}

static void close_slip(wh_oracle *o)
{
    wh_oracle_slip *s = &o->slip;
    int64_t seconds = o->config.slip_ms / 1000;
    int64_t end_ms = (s->number + 1) * o->config.slip_ms;
    for (unsigned c = 0; c < WH_ORACLE_CHANNELS; c++) {
        int64_t mw = s->uws[c] / seconds / 1000;
        if (s->whole) {
            note(&o->peaks.peak[c][0], mw, end_ms);
            note(&o->ever[c], mw, end_ms);
        }
        if (s->one_rate) {
            note(&o->peaks.peak[c][o->rate], mw, end_ms);
        }
    }
}

void wh_oracle_tick_slip(wh_oracle *o)
{
    int64_t number = number_of(o);
    bool follows = o->slip.known && number == o->slip.number + 1;
    if (follows) {
        close_slip(o);
    }
    if (!o->slip.known || number != o->slip.number) {
        begin(&o->slip, number, follows);
    }
}

/* Called when another rate has come into force. What had begun in the old one counts for none. */
void wh_oracle_rate_changed(wh_oracle *o)
{
    o->slip.one_rate = o->slip.whole && !o->slip.fed;
}

void wh_oracle_reset_peaks(wh_oracle *o)
{
    memset(&o->peaks, 0, sizeof o->peaks);
    if (o->slip.fed) {
        o->slip.whole = false;
        o->slip.one_rate = false;
    }
}
