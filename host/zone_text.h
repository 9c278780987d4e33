/* SPDX-License-Identifier: Apache-2.0 */
/* zone_text.h - a time zone from what a person writes:
 *
 *   Europe/Berlin                  a name of the tz database, as the machine has it now
 *   CET-1CEST,M3.5.0,M10.5.0/3     a rule of POSIX, which needs no database
 *   UTC0, CST-8, <+0545>-5:45      without daylight saving
 *
 * Of a name only the rule for the times to come is taken. Rules that count days (Jn, n) or
 * change outside of 0 to 23 h are not supported. */
#ifndef WH_HOST_ZONE_TEXT_H
#define WH_HOST_ZONE_TEXT_H

#include "core/err.h"
#include "core/time_zone.h"

/* WH_OK           *zone passes wh_time_zone_check
 * WH_ERR_FORMAT    neither a name nor a rule
 * WH_ERR_NOT_FOUND no such name in the database, or no database
 * WH_ERR_UNSUPPORTED  a rule as above */
wh_err wh_zone_text_parse(const char *text, wh_time_zone *zone) WH_MUST_USE;

#endif /* WH_HOST_ZONE_TEXT_H */
