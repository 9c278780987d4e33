/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/program_session.h"

#define VERSION 1U

bool wh_program_is_other(const wh_program *p, uint32_t operator_code)
{
    return p->open && p->operator_code != operator_code;
}

wh_err wh_program_note(wh_program *p, uint32_t operator_code, uint32_t identifier, uint32_t utc_s)
{
    if (wh_program_is_other(p, operator_code)) {
        return WH_ERR_STATE;
    }
    if (!p->open) {
        *p = (wh_program){.operator_code = operator_code, .begin_s = utc_s, .open = true};
    }
    p->last_s = utc_s;
    bool known = p->count == WH_EVENT_IDENTIFIERS;
    for (unsigned k = 0; k < p->count; k++) {
        known = known || p->identifier[k] == identifier;
    }
    if (!known) {
        p->identifier[p->count] = identifier;
        p->count++;
    }
    return WH_OK;
}

bool wh_program_is_idle(const wh_program *p, uint32_t utc_s, uint32_t idle_s)
{
    return p->open && (utc_s < p->last_s || utc_s - p->last_s >= idle_s);
}

bool wh_program_close(wh_program *p, uint32_t *begin_s, wh_event_detail *detail)
{
    if (!p->open) {
        return false;
    }
    p->open = false;
    *begin_s = p->begin_s;
    *detail = (wh_event_detail){.operator_code = p->operator_code,
                                .identifier = p->identifier,
                                .identifier_count = p->count};
    return true;
}

wh_err wh_program_save(const wh_program *p, wh_writer *w)
{
    wh_writer_put_u8(w, VERSION);
    wh_writer_put_u8(w, p->open ? 1U : 0U);
    wh_writer_put_u32be(w, p->operator_code);
    wh_writer_put_u32be(w, p->begin_s);
    wh_writer_put_u8(w, p->count);
    for (unsigned k = 0; k < p->count; k++) {
        wh_writer_put_u32be(w, p->identifier[k]);
    }
    return wh_writer_err(w);
}

wh_err wh_program_restore(wh_program *p, wh_reader *r)
{
    wh_program saved = {0};
    if (wh_reader_take_u8(r) != VERSION && wh_reader_err(r) == WH_OK) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    uint8_t open = wh_reader_take_u8(r);
    saved.open = open == 1U;
    saved.operator_code = wh_reader_take_u32be(r);
    saved.begin_s = wh_reader_take_u32be(r);
    saved.last_s = saved.begin_s;
    saved.count = wh_reader_take_u8(r);
    if (open > 1U || saved.count > WH_EVENT_IDENTIFIERS) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return wh_reader_err(r);
    }
    for (unsigned k = 0; k < saved.count; k++) {
        saved.identifier[k] = wh_reader_take_u32be(r);
    }
    if (wh_reader_err(r) == WH_OK) {
        *p = saved;
    }
    return wh_reader_err(r);
}
