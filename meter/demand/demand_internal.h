/* SPDX-License-Identifier: Apache-2.0 */
/* demand_internal.h - what the files of demand share. */
#ifndef WH_METER_DEMAND_INTERNAL_H
#define WH_METER_DEMAND_INTERNAL_H

#include "meter/demand/demand.h"

/* WH_ERR_RANGE: not a period that wh_demand_config allows. */
wh_err wh_demand_check_period(unsigned slip_min, unsigned slips) WH_MUST_USE;

/* WH_ERR_RANGE: a kind that is none. */
wh_err wh_demand_check_source(wh_combination source) WH_MUST_USE;

/* The cell of a channel in total (rate 0) or of a rate; NULL where there is none. */
wh_demand_cell *wh_demand_cell_at(const wh_demand *d, unsigned channel, unsigned rate);

#endif /* WH_METER_DEMAND_INTERNAL_H */
