/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate_reference.h - what is known of the source a meter is calibrated with. */
#ifndef WH_APPS_CALIBRATE_REFERENCE_H
#define WH_APPS_CALIBRATE_REFERENCE_H

#include "core/err.h"
#include "host/message.h"
#include "world/typetest/calibrate.h"

/* From a file, YAML or JSON:
 *
 *   phases:
 *     - {urms_v: 230.02, irms_a: 5.0013, angle_deg: 60.01}
 *     - {urms_v: 229.97, irms_a: 5.0008, p_w: 575.1, q_var: 996.2}
 *   neutral_a: 0
 *
 * WH_ERR_NOT_FOUND, WH_ERR_IO, WH_ERR_FORMAT as the message says. *phases: how many. */
wh_err wh_calibrate_reference_read(const char *path, wh_calibrate_reference *out, unsigned *phases,
                                   wh_message *message) WH_MUST_USE;

/* From options: lists of one to three numbers, "230.02,229.97,230.1"; NULL where not given. */
typedef struct {
    const char *urms;
    const char *irms;
    const char *angle;
    const char *p;
    const char *q;
    const char *neutral;
} wh_calibrate_lists;

/* WH_ERR_ARG: the message names the option. */
wh_err wh_calibrate_reference_parse(const wh_calibrate_lists *lists, wh_calibrate_reference *out,
                                    unsigned *phases, wh_message *message) WH_MUST_USE;

#endif /* WH_APPS_CALIBRATE_REFERENCE_H */
