/* SPDX-License-Identifier: Apache-2.0 */
/* event_internal.h - the table of events as C, and what the files of the monitor share. */
#ifndef WH_METER_EVENT_INTERNAL_H
#define WH_METER_EVENT_INTERNAL_H

#include "meter/event/event.h"
#include "meter/event/event_record.h"

#define WH_EVENT_NONE  255U /* no place in one of the arrays by number */
#define WH_EVENT_THREE 4    /* of wh_event_row.flags, beside the priority: three phases only */

typedef enum {
    WH_EVENT_SORT_CONDITION,
    WH_EVENT_SORT_INPUT,
    WH_EVENT_SORT_OCCURRENCE,
    WH_EVENT_SORT_OUTAGE
} wh_event_sort;

/* A row of data/events.csv. */
typedef struct {
    uint8_t sort;
    uint8_t places;
    uint8_t slot;  /* of the first place */
    uint8_t first; /* of its terms, or the input's number */
    uint8_t term_count;
    uint8_t needs; /* WH_EVENT_VALID_ of its quantities */
    uint8_t timed; /* where its delays are, or WH_EVENT_NONE */
    uint8_t delay_s;
    uint8_t recover_s;
    uint8_t flags;
    uint8_t alarm;
    uint8_t report;
    uint8_t report_total; /* of the fourth place */
    uint8_t layout;
    uint8_t depth;
    uint8_t extreme; /* where the largest value of its first place is, or WH_EVENT_NONE */
} wh_event_row;

/* What a term looks at: where its value lies among those of a tick, of the first place. */
enum {
    WH_EVENT_Q_U = 0,
    WH_EVENT_Q_I = 3,
    WH_EVENT_Q_P = 6, /* of the phases and the total */
    WH_EVENT_Q_P_ABS = 10,
    WH_EVENT_Q_DEMAND = 14, /* mW */
    WH_EVENT_Q_U_MAX = 20,  /* from here on there is one for all places */
    WH_EVENT_Q_U_MIN,
    WH_EVENT_Q_I_MAX,
    WH_EVENT_Q_I_MIN,
    WH_EVENT_Q_P_MIN,
    WH_EVENT_Q_P_TOTAL,
    WH_EVENT_Q_PF,
    WH_EVENT_Q_U_UNBALANCE,
    WH_EVENT_Q_I_UNBALANCE,
    WH_EVENT_Q_U0,
    WH_EVENT_Q_I_GAP,
    WH_EVENT_Q_I_NEUTRAL,
    WH_EVENT_Q_VOLTAGE_REVERSED,
    WH_EVENT_Q_CURRENT_REVERSED,
    WH_EVENT_QUANTITIES
};

/* What a limit refers to: the low bits of wh_event_term.how. */
enum {
    WH_EVENT_OF_ONE,
    WH_EVENT_OF_UN,
    WH_EVENT_OF_IB,
    WH_EVENT_OF_IMAX,
    WH_EVENT_OF_PB,
    WH_EVENT_OF_PB_TOTAL, /* of all phases: it follows that of one */
    WH_EVENT_OF_PMAX,
    WH_EVENT_OF_PMAX_TOTAL, /* in mW: only demands refer to it */
    WH_EVENT_OF_IGAP,       /* new in each tick */
    WH_EVENT_REFERENCE = 15,
    WH_EVENT_LESS = 16,    /* below the limit, otherwise above */
    WH_EVENT_LATCHED = 32, /* not looked at once the event is there */
    WH_EVENT_EACH = 64     /* the quantity has a value of each place */
};

typedef struct {
    uint8_t quantity;
    uint8_t how;
    int16_t trigger_bp;
    int16_t trigger_min_bp;
    int16_t trigger_max_bp;
    int16_t recover_bp;
    int16_t recover_min_bp;
    int16_t recover_max_bp;
} wh_event_term;

/* An item of a layout. kind: wh_event_item_kind and the flags below. A given item stands for c of
 * them; a table has at most c * 256 + d bytes; start and span are a column 1-0:c.d.e. */
typedef struct {
    uint8_t kind;
    uint8_t c;
    uint8_t d;
    uint8_t e;
} wh_event_item;

enum {
    WH_EVENT_ITEM_KIND = 15,
    WH_EVENT_ABSTRACT = 16, /* 0-0:c.d.e */
    WH_EVENT_TIME = 32,     /* the time of the demand */
    WH_EVENT_PHASES = 64    /* a run of these stands for the same of phases B and C behind it */
};

/* State of a slot: one of four, and what is still to be told. */
enum {
    WH_EVENT_IDLE = 0,
    WH_EVENT_ACTIVE = 2,
    WH_EVENT_WAITS = 1, /* with either: for a delay, to become the other */
    WH_EVENT_TELL_BEGIN = 4,
    WH_EVENT_TELL_END = 8,
    WH_EVENT_BEGAN_OFF = 16, /* while there was no power */
    WH_EVENT_TELL = WH_EVENT_TELL_BEGIN | WH_EVENT_TELL_END
};

extern const wh_event_row wh_event_rows[WH_EVENT_KINDS];
extern const wh_event_term wh_event_terms[WH_EVENT_TERMS];

/* Row of the kind of a slot below WH_EVENT_SLOTS. */
const wh_event_row *wh_event_row_at(unsigned slot);

bool wh_event_disabled(const wh_events *m, unsigned kind);
void wh_event_default_settings(wh_events *m);

/* WH_ERR_RANGE: a limit or a delay. kind < WH_EVENT_KINDS. */
wh_err wh_event_check_setting(unsigned kind, const wh_event_setting *setting) WH_MUST_USE;
void wh_event_put_setting(wh_events *m, unsigned kind, const wh_event_setting *setting);

/* event_record.c */

/* Write the record of an event that begins, into at least wh_event_record_size(slot) bytes.
 * `columns` NULL: nothing is known of its begin, all that would have been captured is null. */
wh_err wh_event_record_begin(wh_writer *w, unsigned slot, uint32_t begin_s,
                             const wh_event_detail *detail,
                             const wh_column_reader *columns) WH_MUST_USE;

/* Put what is known at the end into the record of bytes[len], which decodes. */
void wh_event_record_end(uint8_t *bytes, size_t len, uint32_t end_s,
                         const wh_event_extreme *extreme, const wh_column_reader *columns);

/* The same of an epoch. */
void wh_event_record_stamp(uint8_t *bytes, size_t len, uint16_t epoch);

/* Records of the clears themselves are never cleared. */
bool wh_event_is_kept(unsigned kind);

/* Bring the total duration of an active slot up to now, in whole seconds. */
void wh_event_sum_up(wh_events *m, unsigned slot);

#endif /* WH_METER_EVENT_INTERNAL_H */
