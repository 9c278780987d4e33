/* SPDX-License-Identifier: Apache-2.0 */
/* register_wire.h - how a register lies in a blob: in version 1 i64 mwh and u32 rest_uws, big
 * endian; from version 2 on two varints, so that a register that never moved takes two bytes. */
#ifndef WH_METER_REGISTER_WIRE_H
#define WH_METER_REGISTER_WIRE_H

#include "meter/register/register.h"

#define WH_UWS_PER_MWH    3600000U
#define WH_ENERGY_PUT_MAX 12U /* bytes of one that is below 10^15 mWh */

void wh_energy_put(wh_energy energy, wh_writer *w);

/* Latches WH_ERR_RANGE where no register below the modulus is like that. */
wh_energy wh_energy_take(wh_reader *r, uint8_t version, int64_t modulus_mwh);

#endif /* WH_METER_REGISTER_WIRE_H */
