/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/user_class.h"

#include "meter/register/combination.h"
#include "meter/tariff/tariff_octets.h"

#include <stddef.h>

#define ACTIVE   (WH_REG_BIT(WH_REG_ACTIVE_IMPORT) | WH_REG_BIT(WH_REG_ACTIVE_EXPORT))
#define REACTIVE (WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q4))

static const wh_user_profile profiles[] = {
    [WH_USER_RESIDENTIAL - 1] = {"residential", ACTIVE, 0, true, false, false},
    [WH_USER_AGRICULTURAL - 1] = {"agricultural", ACTIVE | REACTIVE, 80, false, false, false},
    [WH_USER_COMMERCIAL - 1] = {"commercial", ACTIVE | REACTIVE, 85, false, false, false},
    [WH_USER_TWO_PART_DEMAND - 1] = {"two part, demand", ACTIVE | REACTIVE, 90, false, true, false},
    [WH_USER_TWO_PART_CAPACITY - 1] = {"two part, capacity", ACTIVE | REACTIVE, 90, false, false,
                                       true},
};

const wh_user_profile *wh_user_profile_of(uint8_t kind)
{
    bool known = kind >= 1 && kind <= sizeof profiles / sizeof profiles[0];
    return known ? &profiles[kind - 1] : NULL;
}

wh_err wh_user_init(wh_user *u, uint8_t kind)
{
    const wh_user_profile *profile = wh_user_profile_of(kind);
    if (profile == NULL) {
        return WH_ERR_RANGE;
    }
    *u = (wh_user){.kind = kind, .power_factor = profile->power_factor};
    return WH_OK;
}

/* ---- power factor ---- */

/* The rows of the table. Below the target all are alike, counted from it. */
typedef struct {
    uint8_t target;
    uint8_t best; /* from here on nothing more is taken off */
} row;

static const row rows[] = {{90, 95}, {85, 94}, {80, 92}};

enum { STEEP_ABOVE = 90, ABOVE = 10, STEEPER_ABOVE = 15 };

static const row *row_of(uint8_t target)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].target == target) {
            return &rows[i];
        }
    }
    return NULL;
}

static int32_t bonus(const row *t, int32_t hundredths)
{
    int32_t reached = hundredths < t->best ? hundredths : t->best;
    int32_t steep = reached > STEEP_ABOVE ? reached - STEEP_ABOVE : 0;
    return (reached - steep - t->target) * ABOVE + steep * STEEPER_ABOVE;
}

static int32_t surcharge(int32_t missing)
{
    int32_t first = missing < 20 ? missing : 20;
    int32_t next = missing < 25 ? missing - first : 5;
    return first * 50 + next * 100 + (missing - first - next) * 200;
}

int32_t wh_power_factor_adjustment(uint8_t target, uint8_t hundredths)
{
    const row *t = row_of(target);
    if (t == NULL) {
        return 0;
    }
    return hundredths >= target ? -bonus(t, hundredths) : surcharge(target - hundredths);
}

/* The largest h with (h - 1/2) / 100 <= a / sqrt(a^2 + r^2). */
uint8_t wh_power_factor_hundredths(int64_t active_mwh, int64_t reactive_mvarh)
{
    uint64_t a = active_mwh < 0 ? 0 : (uint64_t)active_mwh;
    uint64_t r = reactive_mvarh < 0 ? 0 : (uint64_t)reactive_mvarh;
    if (r == 0) {
        return 100;
    }
    while ((a | r) >> 23 != 0) {
        a >>= 1;
        r >>= 1;
    }
    uint8_t h = 0;
    while (h < 100) {
        uint64_t above = 2U * h + 1U; /* twice (h + 1 - 1/2) */
        if (above * above * (a * a + r * r) > 200 * a * (200 * a)) {
            break;
        }
        h++;
    }
    return h;
}

/* ---- octets ---- */

wh_err wh_user_check(const wh_user *u)
{
    bool good = wh_user_profile_of(u->kind) != NULL &&
                (u->power_factor == 0 || row_of(u->power_factor) != NULL) &&
                u->standing_price >= 0 && u->demand_price >= 0 && u->capacity_price >= 0 &&
                u->exempt_price >= 0;
    return good ? WH_OK : WH_ERR_RANGE;
}

static wh_user take(wh_reader *r)
{
    wh_user u = {.kind = wh_reader_take_u8(r)};
    u.power_factor = wh_reader_take_u8(r);
    u.capacity_va = wh_reader_take_u32be(r);
    u.standing_price = (int32_t)wh_reader_take_u32be(r);
    u.demand_price = (int32_t)wh_reader_take_u32be(r);
    u.capacity_price = (int32_t)wh_reader_take_u32be(r);
    u.exempt_price = (int32_t)wh_reader_take_u32be(r);
    if (wh_user_check(&u) != WH_OK) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    return u;
}

wh_err wh_user_take(wh_user *u, wh_reader *r)
{
    wh_user found = take(r);
    wh_err err = wh_tariff_take_end(r);
    if (err == WH_OK) {
        *u = found;
    }
    return err;
}

void wh_user_put(const wh_user *u, wh_writer *w)
{
    wh_writer_put_u8(w, u->kind);
    wh_writer_put_u8(w, u->power_factor);
    wh_writer_put_u32be(w, u->capacity_va);
    wh_writer_put_u32be(w, (uint32_t)u->standing_price);
    wh_writer_put_u32be(w, (uint32_t)u->demand_price);
    wh_writer_put_u32be(w, (uint32_t)u->capacity_price);
    wh_writer_put_u32be(w, (uint32_t)u->exempt_price);
}

wh_err wh_user_save(const wh_user *u, wh_writer *w)
{
    wh_writer_put_u8(w, WH_TARIFF_SAVED_VERSION);
    wh_user_put(u, w);
    return wh_writer_err(w);
}

wh_err wh_user_restore(wh_user *u, wh_reader *r)
{
    wh_tariff_take_version(r);
    wh_user found = take(r);
    if (wh_reader_err(r) == WH_OK) {
        *u = found;
    }
    return wh_reader_err(r);
}
