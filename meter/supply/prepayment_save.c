/* SPDX-License-Identifier: Apache-2.0 */
/* What may be in the account, and keeping it. A table for each struct says what is saved of it and
 * what it may be: setters ask the same tables as restoring does. Their order is the format; all is
 * little endian. */
#include "meter/supply/prepayment_internal.h"

#include <stddef.h>
#include <string.h>

#define SAVE_VERSION   1U
#define MINUTES_A_DAY  1440U
#define PROPORTION_ONE 10000U
#define PERCENT_ONE    100U

/* What a field may be. Of 8 bytes: */
enum {
    ANY,
    AMOUNT, /* +-WH_PREPAYMENT_AMOUNT_MAX */
    SUM,    /* an amount, not negative */
    ALARM,  /* an amount, or none */
    TOTAL,  /* +-WH_PREPAYMENT_TOTAL_MAX */
    CAME,   /* a total; what came in is ... */
    WENT,   /* ... what went, */
    HELD    /* and the amounts that are held */
};

/* Of 1 byte: up to that value, from 1 on with FROM_1, or: */
enum { SHARE = PERCENT_ONE, PERIOD = 0x7E, ANY_OCTET = 0x7F, FROM_1 = 0x80 };

/* Of 2 bytes. Those of 4 may be anything. */
enum { MINUTE, PROPORTION };

typedef struct {
    uint16_t at;
    uint8_t size; /* 1, 2, 4, 8; 0 ends the table */
    uint8_t rule;
} field;

#define FIELD(type, name, rule)                               \
    {                                                         \
        offsetof(type, name), sizeof(((type *)0)->name), rule \
    }
#define END_OF_FIELDS \
    {                 \
        0, 0, 0       \
    }

static const field config_fields[] = {
    FIELD(wh_prepayment_config, mode, FROM_1 | WH_PREPAYMENT_PAY_FIRST),
    FIELD(wh_prepayment_config, reconnects, 1),
    FIELD(wh_prepayment_config, customer, ANY),
    FIELD(wh_prepayment_config, low_credit_threshold, AMOUNT),
    FIELD(wh_prepayment_config, alarm_2, ALARM),
    FIELD(wh_prepayment_config, clearance_threshold, AMOUNT),
    FIELD(wh_prepayment_config, hoarding_limit, SUM),
    FIELD(wh_prepayment_config, max_provision, SUM),
    FIELD(wh_prepayment_config, max_provision_s, ANY),
    FIELD(wh_prepayment_config, activation_s, ANY),
    FIELD(wh_prepayment_config, closure_s, ANY),
    FIELD(wh_prepayment_config, friendly[0].from_minute, MINUTE),
    FIELD(wh_prepayment_config, friendly[0].to_minute, MINUTE),
    FIELD(wh_prepayment_config, friendly[0].days, ANY_OCTET),
    FIELD(wh_prepayment_config, friendly[1].from_minute, MINUTE),
    FIELD(wh_prepayment_config, friendly[1].to_minute, MINUTE),
    FIELD(wh_prepayment_config, friendly[1].days, ANY_OCTET),
    END_OF_FIELDS,
};

static const field account_fields[] = {
    FIELD(wh_prepayment, topped_up, CAME),
    FIELD(wh_prepayment, adjusted, CAME),
    FIELD(wh_prepayment, collected, WENT),
    FIELD(wh_prepayment, refunded, WENT),
    FIELD(wh_prepayment, provision, TOTAL),
    FIELD(wh_prepayment, last_top_up, ANY),
    FIELD(wh_prepayment, provision_s, ANY),
    FIELD(wh_prepayment, last_top_up_s, ANY),
    FIELD(wh_prepayment, purchase_count, ANY),
    FIELD(wh_prepayment, state, FROM_1 | WH_PREPAYMENT_CLOSED),
    FIELD(wh_prepayment, pausing, WH_CHARGE_PAUSES),
    FIELD(wh_prepayment, low, 1),
    FIELD(wh_prepayment, out, 1),
    FIELD(wh_prepayment, alarm_2_done, 1),
    END_OF_FIELDS,
};

static const field credit_fields[] = {
    FIELD(wh_credit, amount, HELD),
    FIELD(wh_credit, limit, AMOUNT),
    FIELD(wh_credit, warning_threshold, AMOUNT),
    FIELD(wh_credit, preset, SUM),
    FIELD(wh_credit, available_threshold, AMOUNT),
    FIELD(wh_credit, last, ANY),
    FIELD(wh_credit, when, ANY),
    FIELD(wh_credit, when_kind, PERIOD),
    FIELD(wh_credit, type, WH_CREDIT_TYPES - 1),
    FIELD(wh_credit, priority, WH_PREPAYMENT_CREDITS),
    FIELD(wh_credit, flags, WH_CREDIT_FLAGS),
    FIELD(wh_credit, token_share, SHARE),
    FIELD(wh_credit, state, WH_CREDIT_STATES - 1),
    END_OF_FIELDS,
};

static const field charge_fields[] = {
    FIELD(wh_charge, unit_charge, SUM),
    FIELD(wh_charge, unit_charge_passive, SUM),
    FIELD(wh_charge, total_amount_paid, TOTAL),
    FIELD(wh_charge, total_amount_remaining, SUM),
    FIELD(wh_charge, last_collection_amount, ANY),
    FIELD(wh_charge, last_collection_s, ANY),
    FIELD(wh_charge, activation_s, ANY),
    FIELD(wh_charge, last, ANY),
    FIELD(wh_charge, when, ANY),
    FIELD(wh_charge, when_kind, PERIOD),
    FIELD(wh_charge, proportion, PROPORTION),
    FIELD(wh_charge, type, WH_CHARGE_TYPES - 1),
    FIELD(wh_charge, priority, WH_PREPAYMENT_CHARGES),
    FIELD(wh_charge, flags, WH_CHARGE_FLAGS),
    FIELD(wh_charge, pause, WH_CHARGE_PAUSES),
    END_OF_FIELDS,
};

/* What has been seen of the fields. */
typedef struct {
    uint64_t sum; /* of what came less what went: 0 when all is there */
    uint32_t when;
    uint32_t shares;
    bool wrong;
} sight;

static bool is_money(sight *s, uint8_t rule, int64_t value)
{
    s->sum += rule == CAME ? (uint64_t)value : 0;
    s->sum -= rule == WENT || rule == HELD ? (uint64_t)value : 0;
    switch (rule) {
    case AMOUNT:
    case HELD:
        return wh_prepayment_is_amount(value);
    case SUM:
        return value >= 0 && wh_prepayment_is_amount(value);
    case ALARM:
        return value == WH_PREPAYMENT_NO_ALARM || wh_prepayment_is_amount(value);
    case ANY:
        return true;
    default:
        return wh_prepayment_is_total(value);
    }
}

static bool is_octet(sight *s, uint8_t rule, uint8_t value)
{
    s->shares += rule == SHARE ? value : 0U;
    if (rule == PERIOD) { /* `when` comes before */
        return wh_prepayment_is_period(value, s->when);
    }
    return rule == ANY_OCTET || ((rule < FROM_1 || value >= 1) && value <= (rule & ANY_OCTET));
}

static void see(sight *s, const field *f, uint64_t value)
{
    bool good = true;
    if (f->size == 8) {
        good = is_money(s, f->rule, (int64_t)value);
    } else if (f->size == 4) {
        s->when = (uint32_t)value;
    } else if (f->size == 2) {
        good = value <= (f->rule == MINUTE ? MINUTES_A_DAY - 1 : PROPORTION_ONE);
    } else {
        good = is_octet(s, f->rule, (uint8_t)value);
    }
    s->wrong = s->wrong || !good;
}

static uint64_t load(const void *from, const field *f)
{
    const uint8_t *at = (const uint8_t *)from + f->at;
    uint16_t two = 0;
    uint32_t four = 0;
    uint64_t eight = *at;
    if (f->size == 8) {
        memcpy(&eight, at, sizeof eight);
    } else if (f->size == 4) {
        memcpy(&four, at, sizeof four);
        eight = four;
    } else if (f->size == 2) {
        memcpy(&two, at, sizeof two);
        eight = two;
    }
    return eight;
}

static void store(void *to, const field *f, uint64_t value)
{
    uint8_t *at = (uint8_t *)to + f->at;
    uint32_t four = (uint32_t)value;
    uint16_t two = (uint16_t)value;
    if (f->size == 8) {
        memcpy(at, &value, sizeof value);
    } else if (f->size == 4) {
        memcpy(at, &four, sizeof four);
    } else if (f->size == 2) {
        memcpy(at, &two, sizeof two);
    } else {
        *at = (uint8_t)value;
    }
}

static wh_err check(const void *thing, const field *f)
{
    sight s = {0};
    for (; f->size != 0; f++) {
        see(&s, f, load(thing, f));
    }
    return s.wrong ? WH_ERR_RANGE : WH_OK;
}

wh_err wh_prepayment_check_config(const wh_prepayment_config *config)
{
    return check(config, config_fields);
}

wh_err wh_prepayment_check_credit(const wh_credit *c)
{
    return check(c, credit_fields);
}

wh_err wh_prepayment_check_charge(const wh_charge *c)
{
    return check(c, charge_fields);
}

static void put(wh_writer *w, const void *from, const field *f)
{
    for (; f->size != 0; f++) {
        uint64_t value = load(from, f);
        uint8_t octet[sizeof value];
        for (unsigned i = 0; i < sizeof value; i++) {
            octet[i] = (uint8_t)(value >> 8 * i);
        }
        wh_writer_put_bytes(w, octet, f->size);
    }
}

/* `to` NULL: only see. */
static void take(wh_reader *r, void *to, const field *f, sight *s)
{
    for (; f->size != 0; f++) {
        uint64_t value = 0;
        const uint8_t *octet = wh_reader_take_bytes(r, f->size);
        for (unsigned i = f->size; octet != NULL && i-- > 0;) {
            value = value << 8 | octet[i];
        }
        see(s, f, value);
        if (to != NULL) {
            store(to, f, value);
        }
    }
}

void wh_prepayment_save(const wh_prepayment *p, wh_writer *w)
{
    wh_writer_put_u8(w, SAVE_VERSION);
    put(w, &p->config, config_fields);
    put(w, p, account_fields);
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        put(w, &p->credit[i], credit_fields);
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
        put(w, &p->charge[i], charge_fields);
    }
}

static void take_all(wh_reader *r, wh_prepayment *p, sight *s)
{
    take(r, p != NULL ? &p->config : NULL, config_fields, s);
    take(r, p, account_fields, s);
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        take(r, p != NULL ? &p->credit[i] : NULL, credit_fields, s);
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
        take(r, p != NULL ? &p->charge[i] : NULL, charge_fields, s);
    }
}

/* Twice over the bytes, as a second account is too much for the stack. */
wh_err wh_prepayment_restore(wh_prepayment *p, wh_reader *r)
{
    sight s = {0};
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    wh_reader look = *r;
    take_all(&look, NULL, &s);
    if (s.wrong || s.sum != 0 || s.shares > PERCENT_ONE) {
        wh_reader_fail(&look, WH_ERR_FORMAT); /* does not count where it was WH_ERR_SHORT */
    }
    if (wh_reader_err(&look) != WH_OK) {
        *r = look;
        return wh_reader_err(r);
    }
    take_all(r, p, &s);
    p->barred = p->out;
    p->wish = WH_PREPAYMENT_NO_WISH;
    p->retry_ms = 0;
    p->friendly = false;
    p->revision++;
    wh_prepayment_look(p);
    return WH_OK;
}
