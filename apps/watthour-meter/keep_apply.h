/* SPDX-License-Identifier: Apache-2.0 */
/* keep_apply.h - puts the block `keep` in force in a meter that has just started. */
#ifndef WH_APPS_KEEP_APPLY_H
#define WH_APPS_KEEP_APPLY_H

#include "apps/watthour-meter/meter_settings.h"
#include "meter/keeper.h"

/* Change what differs from the file, and only that; it is saved with the next tick.
 *
 * billing      place of that recorder
 * platform_ms  the time to set a clock to that has none
 *
 * WH_ERR_FORMAT  *message names line and key of what the meter does not take */
wh_err wh_keep_apply(const wh_meter_settings *settings, wh_meter *meter, unsigned billing,
                     int64_t platform_ms, wh_message *message) WH_MUST_USE;

#endif /* WH_APPS_KEEP_APPLY_H */
