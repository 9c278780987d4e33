/* SPDX-License-Identifier: Apache-2.0 */
/* profile.h - what whole meters keep, as constant tables: a beginning for a meter of one's own.
 *
 *   wh_keeper_config config = wh_profile_three_phase;
 *   config.flash = &flash;
 *   wh_keeper_memory_size, wh_meter_keep
 *
 *                      three_phase                               fleet
 *   for                a meter on a wall                         a thousand of them in a computer
 *   rates              4, of active and quadrant energies        4, of active energies
 *   demand             ±A and the four quadrants, 15 min         ±A, 15 min
 *                      (sliding ones of 15 slips can be set)
 *   load profiles      2: 5760 and 960 entries of 15 min,        1: 960 entries
 *                      8 columns each can be set
 *   billing, daily     12, 62                                    12, 62
 *   hourly             254                                       -
 *   instantaneous      3                                         -
 *   timed              12                                        -
 *   switch freezes     2 of each of 4 causes                     -
 *   event logs         all, 10 of each                           counted, not logged
 *   pushes that wait   32                                        8
 *   limiters           4                                         1
 *   supply             220 V, 5(60) A                            the same
 *   flash              WH_PROFILE_THREE_PHASE_FLASH bytes        WH_PROFILE_FLEET_FLASH
 *
 * Both have a hold-up signal, a switch of control mode 4 and prepayment in credit mode. Who wants
 * other rates or depths copies the rows: eight rates are .rates = 8, .demand.rates = 8. */
#ifndef WH_METER_PROFILE_H
#define WH_METER_PROFILE_H

#include "meter/keeper.h"

#define WH_PROFILE_SECTOR            4096U
#define WH_PROFILE_THREE_PHASE_FLASH (512U * WH_PROFILE_SECTOR)
#define WH_PROFILE_FLEET_FLASH       (64U * WH_PROFILE_SECTOR)

#define WH_PROFILE_THREE_PHASE_MEMORY 13568U /* that wh_meter_keep wants at most */

/* Places in the recorders of the three-phase profile; the fleet's has the first three. */
enum {
    WH_PROFILE_LOAD_1,
    WH_PROFILE_BILLING,
    WH_PROFILE_DAILY,
    WH_PROFILE_LOAD_2,
    WH_PROFILE_HOURLY,
    WH_PROFILE_INSTANTANEOUS,
    WH_PROFILE_ZONE_SWITCH,
    WH_PROFILE_DAY_TABLE_SWITCH,
    WH_PROFILE_PRICE_SWITCH,
    WH_PROFILE_STEP_SWITCH,
    WH_PROFILE_TIMED,
    WH_PROFILE_RECORDERS
};

extern const wh_keeper_config wh_profile_three_phase;
extern const wh_keeper_config wh_profile_fleet;

#endif /* WH_METER_PROFILE_H */
