/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/register.h"

#include <string.h>

#define UWS_PER_MWH 3600000

/* 999 999 999.999 999 kWh */
#define MODULUS_DEFAULT_MWH 1000000000000000

/* The kinds of energy that are summed over an interval. */
enum { ACTIVE, FUNDAMENTAL, REACTIVE, APPARENT, KINDS };

_Static_assert(sizeof((wh_register_bank *)0)->pending[0] == KINDS * sizeof(int64_t),
               "one pending sum per kind");

wh_err wh_register_init(wh_register_bank *bank, const wh_register_config *config)
{
    if (config->direction > WH_DIRECTION_ABSOLUTE || config->modulus_mwh < 0) {
        return WH_ERR_RANGE;
    }
    memset(bank, 0, sizeof *bank);
    bank->config = *config;
    if (bank->config.modulus_mwh == 0) {
        bank->config.modulus_mwh = MODULUS_DEFAULT_MWH;
    }
    if (bank->config.interval_windows == 0) {
        bank->config.interval_windows = 1;
    }
    return WH_OK;
}

/* energy_uws is not negative. */
static void add(wh_register_bank *bank, unsigned place, wh_reg reg, int64_t energy_uws,
                wh_booked *told)
{
    wh_energy *r = &bank->reg[place][reg];
    int64_t rest = r->rest_uws + energy_uws % UWS_PER_MWH;
    r->mwh += energy_uws / UWS_PER_MWH + rest / UWS_PER_MWH;
    r->rest_uws = (uint32_t)(rest % UWS_PER_MWH);
    r->mwh %= bank->config.modulus_mwh;
    if (told != NULL) {
        told->uws[reg] += energy_uws;
    }
}

/* To one register where energy is positive, to the other where it is negative. */
static void book_signed(wh_register_bank *bank, unsigned place, wh_reg positive, int64_t energy,
                        wh_booked *told)
{
    if (energy >= 0) {
        add(bank, place, positive, energy, told);
    } else {
        add(bank, place, positive + 1, -energy, told);
    }
}

/* Reactive energy goes to the quadrant of the signs of P and Q; apparent energy follows P. */
static void book(wh_register_bank *bank, unsigned place, const int64_t e[KINDS], wh_booked *told)
{
    static const wh_reg quadrant[2][2] = {
        /* Q >= 0, Q < 0 */
        {WH_REG_REACTIVE_Q1, WH_REG_REACTIVE_Q4}, /* import */
        {WH_REG_REACTIVE_Q2, WH_REG_REACTIVE_Q3}, /* export */
    };
    int64_t p = e[ACTIVE];
    int64_t q = e[REACTIVE];
    book_signed(bank, place, WH_REG_ACTIVE_IMPORT, p, told);
    book_signed(bank, place, WH_REG_FUNDAMENTAL_IMPORT, e[FUNDAMENTAL], told);
    book_signed(bank, place, WH_REG_HARMONIC_IMPORT, p - e[FUNDAMENTAL], told);
    add(bank, place, quadrant[p < 0][q < 0], q < 0 ? -q : q, told);
    add(bank, place, p < 0 ? WH_REG_APPARENT_EXPORT : WH_REG_APPARENT_IMPORT, e[APPARENT], told);
}

static void book_vectorial(wh_register_bank *bank, wh_booked *told)
{
    int64_t sum[KINDS] = {0};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        for (unsigned kind = 0; kind < KINDS; kind++) {
            sum[kind] += bank->pending[k][kind];
        }
    }
    book(bank, WH_REG_TOTAL, sum, told);
}

/* Absolute: as if each phase that exports were connected the right way round. */
static void book_by_phase(wh_register_bank *bank, wh_booked *told)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t e[KINDS];
        memcpy(e, bank->pending[k], sizeof e);
        if (bank->config.direction == WH_DIRECTION_ABSOLUTE && e[ACTIVE] < 0) {
            e[ACTIVE] = -e[ACTIVE];
            e[FUNDAMENTAL] = -e[FUNDAMENTAL];
            e[REACTIVE] = -e[REACTIVE];
        }
        book(bank, WH_REG_TOTAL, e, told);
    }
}

void wh_register_flush_told(wh_register_bank *bank, wh_booked *booked)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        book(bank, k, bank->pending[k], NULL);
    }
    if (bank->config.direction == WH_DIRECTION_VECTORIAL) {
        book_vectorial(bank, booked);
    } else {
        book_by_phase(bank, booked);
    }
    memset(bank->pending, 0, sizeof bank->pending);
    bank->pending_windows = 0;
}

void wh_register_flush(wh_register_bank *bank)
{
    wh_register_flush_told(bank, NULL);
}

void wh_register_book_told(wh_register_bank *bank, const wh_energy_quantum *quantum,
                           wh_booked *booked)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        bank->pending[k][ACTIVE] += quantum->p_uws[k];
        bank->pending[k][FUNDAMENTAL] += quantum->p1_uws[k];
        bank->pending[k][REACTIVE] += quantum->q1_uvars[k];
        bank->pending[k][APPARENT] += quantum->s_uvas[k];
    }
    if (++bank->pending_windows >= bank->config.interval_windows) {
        wh_register_flush_told(bank, booked);
    }
}

void wh_register_book(wh_register_bank *bank, const wh_energy_quantum *quantum)
{
    wh_register_book_told(bank, quantum, NULL);
}

static int64_t sum_of(const wh_register_bank *bank, unsigned place, wh_reg a, wh_reg b)
{
    const wh_energy *x = &bank->reg[place][a];
    const wh_energy *y = &bank->reg[place][b];
    int64_t carry = ((int64_t)x->rest_uws + y->rest_uws) / UWS_PER_MWH;
    return (x->mwh + y->mwh + carry) % bank->config.modulus_mwh;
}

int64_t wh_register_reactive_import_mvarh(const wh_register_bank *bank, unsigned place)
{
    return sum_of(bank, place, WH_REG_REACTIVE_Q1, WH_REG_REACTIVE_Q2);
}

int64_t wh_register_reactive_export_mvarh(const wh_register_bank *bank, unsigned place)
{
    return sum_of(bank, place, WH_REG_REACTIVE_Q3, WH_REG_REACTIVE_Q4);
}
