/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/switch_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

switch_rig switch_rig_with(const wh_switch_config *config, uint8_t mode)
{
    switch_rig r = {.closed = true, .utc_ms = 1000};
    assert_int_equal(wh_switch_init(&r.s, config, mode), WH_OK);
    return r;
}

void switch_rig_step(switch_rig *r, uint32_t elapsed_ms)
{
    r->utc_ms += elapsed_ms;
    wh_switch_inputs in = {.utc_ms = r->utc_ms,
                           .elapsed_ms = elapsed_ms,
                           .current_ma = r->closed ? r->load_ma : 0,
                           .feedback =
                               r->closed ? WH_SWITCH_FEEDBACK_CLOSED : WH_SWITCH_FEEDBACK_OPEN,
                           .key_pressed = r->key,
                           .barred = r->barred};
    in.feedback = r->blind ? WH_SWITCH_FEEDBACK_NONE : in.feedback;
    wh_switch_tick(&r->s, &in);
    if (r->s.coil != r->coil && r->coil != WH_SWITCH_COIL_REST) {
        if (r->sticks == 0) {
            r->closed = r->coil == WH_SWITCH_COIL_CLOSE;
        }
        r->sticks -= r->sticks > 0 ? 1 : 0;
        r->pulses++;
    }
    r->coil = r->s.coil;
}

void switch_rig_run(switch_rig *r, uint32_t ms)
{
    for (uint32_t t = 0; t < ms; t += 100) {
        switch_rig_step(r, 100);
    }
}

unsigned switch_rig_pull(switch_rig *r, wh_switch_event_kind kind, wh_switch_event *last)
{
    unsigned count = 0;
    wh_switch_event e;
    while (wh_switch_next(&r->s, &e)) {
        if (e.kind == kind) {
            count++;
            *last = e;
        }
    }
    return count;
}

wh_err switch_rig_obey(switch_rig *r, wh_switch_order_kind kind)
{
    wh_switch_order order = {.kind = kind, .operator_code = 0x1234, .valid_until_ms = INT64_MAX};
    return wh_switch_obey(&r->s, &order, r->utc_ms);
}
