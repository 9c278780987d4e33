/* SPDX-License-Identifier: Apache-2.0 */
/* register.h - energy registers: what a meter is trusted for.
 *
 * Quanta of signed energy come in per phase; each register books those of its direction or
 * quadrant, as whole mWh with the rest kept in µWs, so that registers and quanta agree to
 * the last microwatt-second for ever.
 *
 * Direction is decided once per summing interval, not per sample (metrology.md 2.8):
 *   vectorial   the phases are summed, then the sum is booked to import or export (Ferraris)
 *   arithmetic  each phase is booked by its own sign, and the sums are total import and export
 *   absolute    each phase is booked to import whatever its sign (against tampering)
 * The registers of single phases do not depend on the choice.
 *
 * Quadrants (IEC 62053-23 annex C): I +P +Q, II -P +Q, III -P -Q, IV +P -Q. */
#ifndef WH_METER_REGISTER_H
#define WH_METER_REGISTER_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/metrology/metrology.h"

#include <stdint.h>

typedef enum {
    WH_DIRECTION_VECTORIAL,
    WH_DIRECTION_ARITHMETIC,
    WH_DIRECTION_ABSOLUTE
} wh_direction;

/* The registers of one phase, or of the total. */
typedef enum {
    WH_REG_ACTIVE_IMPORT,      /* +A   1.8.0 */
    WH_REG_ACTIVE_EXPORT,      /* -A   2.8.0 */
    WH_REG_REACTIVE_Q1,        /* 5.8.0 */
    WH_REG_REACTIVE_Q2,        /* 6.8.0 */
    WH_REG_REACTIVE_Q3,        /* 7.8.0 */
    WH_REG_REACTIVE_Q4,        /* 8.8.0 */
    WH_REG_APPARENT_IMPORT,    /* 9.8.0 */
    WH_REG_APPARENT_EXPORT,    /* 10.8.0 */
    WH_REG_FUNDAMENTAL_IMPORT, /* active energy of the fundamental */
    WH_REG_FUNDAMENTAL_EXPORT,
    WH_REG_HARMONIC_IMPORT, /* active less fundamental, by its own sign */
    WH_REG_HARMONIC_EXPORT,
    WH_REG_COUNT
} wh_reg;

/* Places: phases 0..2, then the total. */
#define WH_REG_TOTAL  WH_PHASES
#define WH_REG_PLACES (WH_PHASES + 1)

/* One register. value = mwh * 3 600 000 + rest_uws in µWs (or µvars, µVAs). */
typedef struct {
    int64_t mwh;       /* 0 .. modulus-1, also mvarh, mVAh */
    uint32_t rest_uws; /* 0 .. 3 599 999 */
} wh_energy;

typedef struct {
    wh_direction direction;
    uint32_t interval_windows; /* windows summed before the sign is decided; 0 = 1 */
    int64_t modulus_mwh;       /* a register rolls over to 0 here; 0 = 10^15 (10^9 kWh) */
} wh_register_config;

typedef struct {
    wh_register_config config;
    wh_energy reg[WH_REG_PLACES][WH_REG_COUNT];
    int64_t pending[WH_PHASES][4]; /* the running summing interval: p, p1, q1, s */
    uint32_t pending_windows;
} wh_register_bank;

/* What was added to the registers of the total, none of it negative: what registers by rate,
 * demand and cost book in their turn. */
typedef struct {
    int64_t uws[WH_REG_COUNT];
} wh_booked;

/* Start from zero. WH_ERR_RANGE: unknown direction, negative modulus. */
wh_err wh_register_init(wh_register_bank *bank, const wh_register_config *config) WH_MUST_USE;

/* Book one quantum. At the end of a summing interval the registers move. */
void wh_register_book(wh_register_bank *bank, const wh_energy_quantum *quantum);

/* Close the running summing interval now (power is failing, or a rate changes). */
void wh_register_flush(wh_register_bank *bank);

/* The same two, and *booked, which the caller has set to zero at some time before, grows by what
 * the registers of the total grow by. It is to be passed on before a rate or a demand period
 * changes. */
void wh_register_book_told(wh_register_bank *bank, const wh_energy_quantum *quantum,
                           wh_booked *booked);
void wh_register_flush_told(wh_register_bank *bank, wh_booked *booked);

/* Reactive import +R = QI + QII and export -R = QIII + QIV of a place, in mvarh. */
int64_t wh_register_reactive_import_mvarh(const wh_register_bank *bank, unsigned place);
int64_t wh_register_reactive_export_mvarh(const wh_register_bank *bank, unsigned place);

/* Version 2: u8 version, u8 places, u8 kinds, of each register varints of mwh and rest_uws; the
 * running summing interval: varint windows, of each phase signed varints p, p1, q1, s. (Version 1,
 * which is still read, had i64 and u32, big endian.) WH_ERR_SPACE as the writer. */
#define WH_REGISTER_SAVE_SIZE (3 + WH_REG_PLACES * WH_REG_COUNT * 12 + 5 + WH_PHASES * 4 * 10)
wh_err wh_register_save(const wh_register_bank *bank, wh_writer *w) WH_MUST_USE;

/* After init. The running summing interval goes on. On an error nothing has changed.
 *
 * WH_ERR_SHORT        the blob ends early
 * WH_ERR_UNSUPPORTED  unknown version
 * WH_ERR_RANGE        other places or kinds, or a value no register can have */
wh_err wh_register_restore(wh_register_bank *bank, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_REGISTER_H */
