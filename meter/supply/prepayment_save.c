/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping the account: parameters and state in one form, little endian. What is saved of a struct,
 * and in which order, is a table; the order is the format. */
#include "meter/supply/prepayment_internal.h"

#include <stddef.h>
#include <string.h>

#define SAVE_VERSION 1U

/* Flags as saved. */
enum { SAVED_RECONNECTS = 1, SAVED_LOW = 2, SAVED_OUT = 4, SAVED_ALARM_2 = 8, SAVED_ALL = 15 };

/* The rest of what is saved of the account. */
typedef struct {
    wh_prepayment_config config;
    int64_t topped_up;
    int64_t adjusted;
    int64_t collected;
    int64_t refunded;
    int64_t provision;
    int64_t last_top_up;
    uint32_t provision_s;
    uint32_t last_top_up_s;
    uint32_t purchase_count;
    uint8_t flags;
    uint8_t state;
    uint8_t pausing;
} head;

typedef struct {
    uint8_t at;
    uint8_t size; /* 1, 2, 4, 8; 0 ends the table */
} field;

#define FIELD(type, name)                               \
    {                                                   \
        offsetof(type, name), sizeof(((type *)0)->name) \
    }

static const field head_fields[] = {
    FIELD(head, flags),
    FIELD(head, state),
    FIELD(head, pausing),
    FIELD(head, config.mode),
    FIELD(head, config.customer),
    FIELD(head, config.low_credit_threshold),
    FIELD(head, config.alarm_2),
    FIELD(head, config.clearance_threshold),
    FIELD(head, config.hoarding_limit),
    FIELD(head, config.max_provision),
    FIELD(head, config.max_provision_s),
    FIELD(head, config.activation_s),
    FIELD(head, config.closure_s),
    FIELD(head, config.friendly[0].from_minute),
    FIELD(head, config.friendly[0].to_minute),
    FIELD(head, config.friendly[0].days),
    FIELD(head, config.friendly[1].from_minute),
    FIELD(head, config.friendly[1].to_minute),
    FIELD(head, config.friendly[1].days),
    FIELD(head, topped_up),
    FIELD(head, adjusted),
    FIELD(head, collected),
    FIELD(head, refunded),
    FIELD(head, provision),
    FIELD(head, last_top_up),
    FIELD(head, provision_s),
    FIELD(head, last_top_up_s),
    FIELD(head, purchase_count),
    {0, 0},
};

static const field credit_fields[] = {
    FIELD(wh_credit, amount),
    FIELD(wh_credit, limit),
    FIELD(wh_credit, warning_threshold),
    FIELD(wh_credit, preset),
    FIELD(wh_credit, available_threshold),
    FIELD(wh_credit, when),
    FIELD(wh_credit, last),
    FIELD(wh_credit, when_kind),
    FIELD(wh_credit, type),
    FIELD(wh_credit, priority),
    FIELD(wh_credit, flags),
    FIELD(wh_credit, token_share),
    FIELD(wh_credit, state),
    {0, 0},
};

static const field charge_fields[] = {
    FIELD(wh_charge, unit_charge),
    FIELD(wh_charge, unit_charge_passive),
    FIELD(wh_charge, total_amount_paid),
    FIELD(wh_charge, total_amount_remaining),
    FIELD(wh_charge, last_collection_amount),
    FIELD(wh_charge, last_collection_s),
    FIELD(wh_charge, activation_s),
    FIELD(wh_charge, when),
    FIELD(wh_charge, last),
    FIELD(wh_charge, proportion),
    FIELD(wh_charge, when_kind),
    FIELD(wh_charge, type),
    FIELD(wh_charge, priority),
    FIELD(wh_charge, flags),
    FIELD(wh_charge, pause),
    {0, 0},
};

static void put(wh_writer *w, const void *from, const field *f)
{
    for (; f->size != 0; f++) {
        const uint8_t *at = (const uint8_t *)from + f->at;
        uint16_t two = 0;
        uint32_t four = 0;
        uint64_t eight = 0;
        switch (f->size) {
        case sizeof two:
            memcpy(&two, at, sizeof two);
            wh_writer_put_u16le(w, two);
            break;
        case sizeof four:
            memcpy(&four, at, sizeof four);
            wh_writer_put_u32le(w, four);
            break;
        case sizeof eight:
            memcpy(&eight, at, sizeof eight);
            wh_writer_put_u64le(w, eight);
            break;
        default:
            wh_writer_put_u8(w, *at);
            break;
        }
    }
}

static void take(wh_reader *r, void *to, const field *f)
{
    for (; f->size != 0; f++) {
        uint8_t *at = (uint8_t *)to + f->at;
        uint16_t two = 0;
        uint32_t four = 0;
        uint64_t eight = 0;
        switch (f->size) {
        case sizeof two:
            two = wh_reader_take_u16le(r);
            memcpy(at, &two, sizeof two);
            break;
        case sizeof four:
            four = wh_reader_take_u32le(r);
            memcpy(at, &four, sizeof four);
            break;
        case sizeof eight:
            eight = wh_reader_take_u64le(r);
            memcpy(at, &eight, sizeof eight);
            break;
        default:
            *at = wh_reader_take_u8(r);
            break;
        }
    }
}

void wh_prepayment_save(const wh_prepayment *p, wh_writer *w)
{
    unsigned flags = p->config.reconnects ? SAVED_RECONNECTS : 0U;
    flags |= p->low ? SAVED_LOW : 0U;
    flags |= p->out ? SAVED_OUT : 0U;
    flags |= p->alarm_2_done ? SAVED_ALARM_2 : 0U;
    const head h = {.config = p->config,
                    .topped_up = p->topped_up,
                    .adjusted = p->adjusted,
                    .collected = p->collected,
                    .refunded = p->refunded,
                    .provision = p->provision,
                    .last_top_up = p->last_top_up,
                    .provision_s = p->provision_s,
                    .last_top_up_s = p->last_top_up_s,
                    .purchase_count = p->purchase_count,
                    .flags = (uint8_t)flags,
                    .state = p->state,
                    .pausing = p->pausing};
    wh_writer_put_u8(w, SAVE_VERSION);
    put(w, &h, head_fields);
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        put(w, &p->credit[i], credit_fields);
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
        put(w, &p->charge[i], charge_fields);
    }
}

static bool is_head(const head *h)
{
    bool out = (h->flags & SAVED_OUT) != 0;
    return h->flags <= SAVED_ALL && h->pausing <= WH_CHARGE_PAUSES &&
           h->state >= WH_PREPAYMENT_NEW && h->state <= WH_PREPAYMENT_CLOSED &&
           (!out || h->state == WH_PREPAYMENT_ACTIVE) && wh_prepayment_is_total(h->topped_up) &&
           wh_prepayment_is_total(h->adjusted) && wh_prepayment_is_total(h->collected) &&
           wh_prepayment_is_total(h->refunded) && wh_prepayment_is_total(h->provision) &&
           wh_prepayment_check_config(&h->config) == WH_OK;
}

static void adopt(wh_prepayment *p, const head *h)
{
    p->config = h->config;
    p->config.reconnects = (h->flags & SAVED_RECONNECTS) != 0;
    p->topped_up = h->topped_up;
    p->adjusted = h->adjusted;
    p->collected = h->collected;
    p->refunded = h->refunded;
    p->provision = h->provision;
    p->last_top_up = h->last_top_up;
    p->provision_s = h->provision_s;
    p->last_top_up_s = h->last_top_up_s;
    p->purchase_count = h->purchase_count;
    p->state = h->state;
    p->pausing = h->pausing;
    p->low = (h->flags & SAVED_LOW) != 0;
    p->out = (h->flags & SAVED_OUT) != 0;
    p->barred = p->out;
    p->alarm_2_done = (h->flags & SAVED_ALARM_2) != 0;
    p->wish = WH_PREPAYMENT_NO_WISH;
    p->retry_ms = 0;
    p->friendly = false;
    p->revision++;
    wh_prepayment_look(p);
}

/* Each field must be as a setter would have it, and the money must add up. With `p` NULL it is only
 * looked at: a second account does not fit on the stack. */
static void take_all(wh_reader *r, wh_prepayment *p)
{
    head h = {0};
    unsigned shares = 0;
    take(r, &h, head_fields);
    bool good = is_head(&h);
    int64_t held = 0;
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS && good; i++) {
        wh_credit c = {0};
        take(r, &c, credit_fields);
        good = wh_prepayment_check_credit(&c) == WH_OK;
        held += good ? c.amount : 0;
        shares += c.token_share;
        if (p != NULL) {
            p->credit[i] = c;
        }
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES && good; i++) {
        wh_charge c = {0};
        take(r, &c, charge_fields);
        good = wh_prepayment_check_charge(&c) == WH_OK;
        if (p != NULL) {
            p->charge[i] = c;
        }
    }
    if (!good || shares > 100 || held != h.topped_up + h.adjusted - h.collected - h.refunded) {
        wh_reader_fail(r, WH_ERR_FORMAT); /* after WH_ERR_SHORT this one does not count */
    } else if (p != NULL) {
        adopt(p, &h);
    }
}

wh_err wh_prepayment_restore(wh_prepayment *p, wh_reader *r)
{
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    wh_reader look = *r;
    take_all(&look, NULL);
    if (wh_reader_err(&look) != WH_OK) {
        *r = look;
        return wh_reader_err(r);
    }
    take_all(r, p);
    return wh_reader_err(r);
}
