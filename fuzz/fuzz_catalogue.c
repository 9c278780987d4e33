/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_catalogue.c - the input is a script of reads, sets, actions and minutes, by the rows of the
 * catalogue. Whatever it says: an error changes nothing, a value has the type of its row, a role
 * gets no further than its mask, and the energies of the rates are that of the total. */
#include "core/reader.h"
#include "tests/meter/catalogue_rig.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX  64
#define OCTETS_MAX 1500

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static wh_item_ref take_ref(wh_reader *r)
{
    wh_item_ref ref = {.item = wh_catalogue_at(wh_reader_take_u16le(r) % wh_catalogue_count())};
    ref.place = wh_reader_take_u8(r);
    ref.rate = wh_reader_take_u8(r);
    return ref;
}

/* Numbers come small, as bits, or whole; octets in an exact copy. */
static wh_value take_value(wh_reader *r, wh_item_ref ref, uint8_t *bytes)
{
    uint8_t how = wh_reader_take_u8(r);
    wh_value value = {.type = (wh_value_type)ref.item->type, .bytes = bytes};
    if (how == 0xFF) {
        value.type = (wh_value_type)(wh_reader_take_u8(r) % (WH_VALUE_TYPES + 1));
    }
    if (value.type == WH_VALUE_OCTETS || value.type == WH_VALUE_TEXT) {
        size_t len = wh_reader_take_u16le(r) % OCTETS_MAX;
        len = len < wh_reader_left(r) ? len : wh_reader_left(r);
        const uint8_t *from = wh_reader_take_bytes(r, len);
        if (len > 0 && from != NULL) {
            memcpy(bytes, from, len);
            value.len = len;
        }
    } else {
        value.u = how % 3 == 0   ? wh_reader_take_u8(r)
                  : how % 3 == 1 ? UINT64_C(1) << (wh_reader_take_u8(r) % 64)
                                 : wh_reader_take_u64le(r);
        value.i = (int64_t)value.u;
    }
    return value;
}

static void get(catalogue_rig *rig, wh_item_ref ref, wh_role role)
{
    wh_value value;
    wh_err err = wh_meter_get(&rig->meter, ref, role, &value);
    must(err == WH_OK || err == WH_ERR_STATE || err == WH_ERR_DENIED || err == WH_ERR_NOT_FOUND);
    must(err != WH_OK || (value.type == (wh_value_type)ref.item->type &&
                          wh_item_readable(ref.item, role) && wh_item_exists(&rig->meter, ref)));
}

static void change(catalogue_rig *rig, wh_item_ref ref, wh_role role, const wh_value *value,
                   bool set)
{
    catalogue_rig_note(rig);
    wh_err err = set ? wh_meter_set(&rig->meter, ref, role, value)
                     : wh_meter_act(&rig->meter, ref, role, value);
    if (err != WH_OK) {
        must(catalogue_rig_is_as_noted(rig));
        must(err != WH_ERR_SHORT && err != WH_ERR_ARG);
        return;
    }
    must(value->type == (wh_value_type)ref.item->type);
    must(set ? wh_item_writable(ref.item, role) : wh_item_actable(ref.item, role));
}

static void step(catalogue_rig *rig, wh_reader *r)
{
    uint8_t bytes[OCTETS_MAX];
    uint8_t op = wh_reader_take_u8(r);
    wh_item_ref ref = take_ref(r);
    wh_role role = (wh_role)(op / 8 % (WH_ROLE_COUNT + 1));
    switch (op % 8) {
    case 0:
        catalogue_rig_minute(rig);
        break;
    case 1:
        get(rig, ref, role);
        break;
    case 2:
        must(wh_keeper_save(&rig->meter) == WH_OK);
        catalogue_rig_restart(rig);
        break;
    default: {
        wh_value value = take_value(r, ref, bytes);
        uint8_t *exact = malloc(value.len + 1);
        must(exact != NULL);
        memcpy(exact, bytes, value.len);
        value.bytes = exact;
        change(rig, ref, role, &value, op % 8 < 6);
        free(exact);
        break;
    }
    }
}

/* The sum of all rates is the total, whatever was set meanwhile. */
static void check_energies(const catalogue_rig *rig)
{
    const wh_keeper *k = &rig->keeper;
    wh_energy sum = wh_rate_register_sum(&k->rates, WH_REG_ACTIVE_IMPORT);
    wh_energy total = rig->meter.registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT];
    must(sum.mwh == total.mwh && sum.rest_uws == total.rest_uws);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static catalogue_rig rig;
    wh_reader r = wh_reader_init(data, size);
    catalogue_rig_init(&rig);
    for (unsigned i = 0; i < STEPS_MAX && wh_reader_left(&r) > 0; i++) {
        step(&rig, &r);
    }
    catalogue_rig_minute(&rig);
    check_energies(&rig);
    wh_item_ref ref = {0};
    while (wh_catalogue_next(&rig.meter, &ref)) {
        get(&rig, ref, WH_ROLE_MANAGER);
    }
    catalogue_rig_free(&rig);
    return 0;
}
