/* SPDX-License-Identifier: Apache-2.0 */
/* replay.h - a meter measures a recording and reports what it measured.
 *
 * The same code runs in the firmware, where an interrupt delivers the samples, and in a host
 * program that reads the same image from a file: their reports must agree in every digit.
 *
 * Lines, in order (json_line.h):
 *   {"window":1, ...}        quantities and energy of one window, as often as the image asks for
 *   {"place":0, ...}         the registers of phase 0..2 and of the total (3), as mWh and µWs
 *   {"sets":..., ...}        what was measured in all, and the sums of all quanta
 *   {"kept":..., ...}        power has failed: registers, numbers of records, and a check of the flash
 *   {"restored":..., ...}    the same after a minute without power, from the flash */
#ifndef WH_FIRMWARE_REPLAY_H
#define WH_FIRMWARE_REPLAY_H

#include "firmware/image.h"
#include "firmware/json_line.h"
#include "firmware/kept.h"
#include "meter/meter.h"

#include <stddef.h>
#include <stdint.h>

/* Fields are private; the caller's memory. */
typedef struct {
    wh_image_header header;
    wh_meter meter;
    wh_kept kept;
    uint64_t sets;
    int64_t p_uws[WH_PHASES]; /* sums of all quanta */
    int64_t p1_uws[WH_PHASES];
    int64_t q1_uvars[WH_PHASES];
    int64_t s_uvas[WH_PHASES];
} wh_replay;

/* Start with a decoded header, which is copied. The replay must not move afterwards.
 *
 * flash  of WH_PROFILE_THREE_PHASE_FLASH bytes, erased by this; outlives the replay
 *
 * WH_OK
 * WH_ERR_RANGE  the configuration (wh_meter_init), or a block above half of a window: two
 *               windows could then end in one block */
wh_err wh_replay_init(wh_replay *replay, const wh_image_header *header, uint8_t *flash) WH_MUST_USE;

/* Measure at most one block; reports where a window ended that is to be reported. */
void wh_replay_feed(wh_replay *replay, const int32_t (*sets)[WH_CHANNELS], size_t count,
                    wh_json_line *report);

/* Close the registers, let power fail, report what was measured and kept, and what a power-up
 * restores of it. */
void wh_replay_finish(wh_replay *replay, wh_json_line *report);

#endif /* WH_FIRMWARE_REPLAY_H */
