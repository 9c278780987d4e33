/* SPDX-License-Identifier: Apache-2.0 */
/* analyse_report.h - what `watthour analyse` found, as JSON and as a table. */
#ifndef WH_APPS_ANALYSE_REPORT_H
#define WH_APPS_ANALYSE_REPORT_H

#include "world/analysis/analysis.h"
#include "world/analysis/urms_half.h"
#include "world/recording/recording.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    const char *file; /* as it was given */
    wh_recording *recording;
    wh_recording_pairs pairs;
    wh_analysis_range range;
    size_t first;
    size_t last;
    wh_analysis_phase phase[WH_RECORDING_PAIRS_MAX];
    bool with_urms_half;
    bool with_events;
    size_t half_first; /* sample the series begin at */
    double half_fs_hz;
    wh_urms_half *half[WH_RECORDING_PAIRS_MAX];
    size_t half_count[WH_RECORDING_PAIRS_MAX];
    double declared_v[WH_RECORDING_PAIRS_MAX];
} wh_analysis_report;

/* False where the stream or memory failed. */
bool wh_analysis_report_json(const wh_analysis_report *r, FILE *out);
bool wh_analysis_report_text(const wh_analysis_report *r, FILE *out);

#endif /* WH_APPS_ANALYSE_REPORT_H */
