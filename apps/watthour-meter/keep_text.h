/* SPDX-License-Identifier: Apache-2.0 */
/* keep_text.h - the texts of keep_settings.h that hold more than one value. Each reader is true
 * where the whole text is right. */
#ifndef WH_APPS_KEEP_TEXT_H
#define WH_APPS_KEEP_TEXT_H

#include "meter/clock/boundary.h"
#include "meter/record/column.h"
#include "meter/supply/limiter.h"
#include "meter/tariff/tariff_calendar.h"

#include <stdbool.h>

bool wh_keep_text_day(const char *text, wh_tariff_day *day);
bool wh_keep_text_season(const char *text, wh_tariff_season *season);
bool wh_keep_text_holiday(const char *text, wh_tariff_holiday *holiday);
bool wh_keep_text_billing(const char *text, wh_boundary_pattern *pattern);

/* Weekdays and hours into *window; *number is what stands behind, undefined without it. */
bool wh_keep_text_window(const char *text, bool with_number, wh_limiter_window *window,
                         double *number);

/* An OBIS code or a name of the catalogue. */
bool wh_keep_text_column(const char *text, wh_column *column);

/* Is it a value that some meter has? */
bool wh_keep_text_known(wh_column column);

#endif /* WH_APPS_KEEP_TEXT_H */
