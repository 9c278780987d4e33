/* SPDX-License-Identifier: Apache-2.0 */
/* freezes.h - the records of a three-phase meter, ready to be recorded (recorder.h).
 *
 *   record            made                         kept    when several have passed
 *   load profile 1    every 15 min                 5760    the newest, marked
 *   load profile 2    every 15 min                  960    the newest, marked
 *   billing           1st of the month, 00:00,       12    12
 *                     two more times
 *   timed freeze      as set by command              12    the newest
 *   instantaneous     by command                      3
 *   agreed            at a switch of year zones,      2    one for each switch
 *                     day tables, prices, steps       each
 *   hourly            every 60 min                  254    the newest
 *   daily             00:00                          62    7
 *   load classes 1-6  every 15 min                 3840    the newest, marked
 *
 * The freezes capture what their mode word says (bit 0 +A, 1 -A, 2 and 3 combined reactive 1
 * and 2, 4 quadrants, 5 and 6 the largest demand of +A and -A with its time, 7 the powers now),
 * total and by rate; the hourly one bits 0 and 1, totals only. Combined reactive 1 and 2 are OBIS
 * 3.8 and 4.8. A meter of one phase has null where it has no such phase.
 *
 * Records by rate fit for up to 10 rates. Who wants another depth or another log copies the row.
 *
 * Depths and mode words: DL/T 645-2007 and its State Grid extension, 12 timed ones as in its 2007
 * text (60 in a later one); how many missed ones are made, from memory. Columns of load profiles
 * and the depths of load classes are ours. */
#ifndef WH_METER_FREEZES_H
#define WH_METER_FREEZES_H

#include "meter/record/recorder.h"

/* Places in wh_freezes, and numbers of their logs: append, never renumber. */
typedef enum {
    WH_FREEZE_LOAD_PROFILE_1,
    WH_FREEZE_LOAD_PROFILE_2,
    WH_FREEZE_BILLING,
    WH_FREEZE_TIMED,
    WH_FREEZE_INSTANTANEOUS,
    WH_FREEZE_ZONE_SWITCH,
    WH_FREEZE_DAY_TABLE_SWITCH,
    WH_FREEZE_PRICE_SWITCH,
    WH_FREEZE_STEP_SWITCH,
    WH_FREEZE_HOURLY,
    WH_FREEZE_DAILY,
    WH_FREEZE_LOAD_CLASS_1, /* voltages, currents, frequency */
    WH_FREEZE_LOAD_CLASS_2, /* active and reactive power */
    WH_FREEZE_LOAD_CLASS_3, /* power factor */
    WH_FREEZE_LOAD_CLASS_4, /* +A, -A, combined reactive */
    WH_FREEZE_LOAD_CLASS_5, /* quadrants */
    WH_FREEZE_LOAD_CLASS_6, /* present demand */
    WH_FREEZE_COUNT
} wh_freeze;

extern const wh_recorder_config wh_freezes[WH_FREEZE_COUNT];

/* When a freeze is commanded for, in the numbers of DL/T 645 command 16H and of the timed freeze
 * (04001204); 99 is any.
 *
 *   month day hour minute
 *     99   99   99   99     now: *at_once
 *     99   99   99   mm     every hour
 *     99   99   hh   mm     every day
 *     99   DD   hh   mm     every month, day 1 to 28
 *     MM   DD   hh   mm     on that day of every year
 *
 * pattern  out  NEVER where *at_once
 *
 * WH_ERR_RANGE: any other. */
wh_err wh_freeze_command(uint8_t month, uint8_t day, uint8_t hour, uint8_t minute,
                         wh_boundary_pattern *pattern, bool *at_once) WH_MUST_USE;

#endif /* WH_METER_FREEZES_H */
