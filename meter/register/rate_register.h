/* SPDX-License-Identifier: Apache-2.0 */
/* rate_register.h - the registers of the total once more, one set for each rate.
 *
 *   quantum ─▶ register bank ─▶ wh_booked ─▶ registers of the rate in force
 *
 * Whatever the bank adds to a register of the total is added to the same register of one rate,
 * so the sum over all rates equals the total to the last microwatt-second, always; both roll
 * over at the same modulus, so after a roll-over they are equal modulo it. This holds where both
 * started from zero together and are saved and restored together (one transaction).
 *
 * At a change of rate, in this order:
 *   1. wh_register_flush_told closes the running summing interval,
 *   2. wh_rate_register_book books it to the old rate,
 *   3. only then the caller passes the new rate.
 * Energy booked while no rate is in force (0), or one that is not kept (above count), goes to
 * rate 1: it must go somewhere, or the sum would no longer be the total.
 *
 * The caller owns the struct and the cells, which must outlive it. */
#ifndef WH_METER_RATE_REGISTER_H
#define WH_METER_RATE_REGISTER_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/register/combination.h"
#include "meter/register/register.h"

#include <stddef.h>
#include <stdint.h>

#define WH_RATE_REGISTER_RATES_MAX 63

/* Bytes that wh_rate_register_save writes for so many cells at most. */
#define WH_RATE_REGISTER_SAVE_SIZE(cells) (4 + 12 * (cells))

typedef struct {
    uint16_t kinds;      /* WH_REG_BIT of each register that is kept by rate */
    uint8_t count;       /* rates, 1 .. 63 */
    int64_t modulus_mwh; /* the bank's, after its init */
} wh_rate_register_config;

/* Fields are private. */
typedef struct {
    wh_rate_register_config config;
    wh_energy *cell; /* of rate 1 each kind in the order of wh_reg, then of rate 2 ... */
} wh_rate_register;

/* How many cells such a configuration takes: its kinds times its rates. */
size_t wh_rate_register_cells(const wh_rate_register_config *config);

/* Start from zero in `cell_count` cells.
 *
 * WH_ERR_RANGE  no rate or more than 63, a kind that is none, modulus below 1
 * WH_ERR_SPACE  fewer cells than wh_rate_register_cells */
wh_err wh_rate_register_init(wh_rate_register *r, const wh_rate_register_config *config,
                             wh_energy *cell, size_t cell_count) WH_MUST_USE;

/* Add what the bank has booked to the registers of `rate`. */
void wh_rate_register_book(wh_rate_register *r, const wh_booked *booked, uint8_t rate);

/* All to zero; the caller starts the bank anew with it. */
void wh_rate_register_clear(wh_rate_register *r);

/* One register, or NULL where the rate or the kind is not kept. */
const wh_energy *wh_rate_register_at(const wh_rate_register *r, wh_reg kind, uint8_t rate);

/* The sum over all rates, modulo the modulus; zero where the kind is not kept. */
wh_energy wh_rate_register_sum(const wh_rate_register *r, wh_reg kind);

/* A combined register of one rate. Kinds that are not kept count as zero. */
wh_signed_energy wh_rate_register_combined(const wh_rate_register *r, uint8_t rate,
                                           wh_combination combination);

/* Version 2: u8 version, u8 count, u16 kinds, then of each cell varints of mwh and rest_uws. (Version
 * 1, which is still read, had i64 and u32, big endian.) WH_ERR_SPACE as the writer. */
wh_err wh_rate_register_save(const wh_rate_register *r, wh_writer *w) WH_MUST_USE;

/* After init with the configuration it was saved with, or another count of rates, as long as no
 * energy is in one that is not there any more. On an error nothing has changed.
 *
 * WH_ERR_SHORT        the blob ends early
 * WH_ERR_UNSUPPORTED  unknown version
 * WH_ERR_RANGE        other kinds, energy in a rate that there is not, or a value no register can
 *                     have */
wh_err wh_rate_register_restore(wh_rate_register *r, wh_reader *reader) WH_MUST_USE;

#endif /* WH_METER_RATE_REGISTER_H */
