/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the display. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

#include <string.h>

#define SCREEN_OCTETS 7

_Static_assert(sizeof(wh_column) == SCREEN_OCTETS, "a column has no padding");

static wh_err done(wh_meter *meter, wh_err err)
{
    if (err == WH_OK) {
        wh_keeper_touch(meter->keeper, WH_ROOM_DISPLAY);
    }
    return err;
}

wh_err wh_catalogue_get_display(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_writer w = wh_catalogue_octets(meter);
    (void)ref;
    wh_err err = wh_lcd_save(&meter->keeper->display.lcd, &w);
    return err != WH_OK ? err : wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_act_display_press(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    (void)ref;
    (void)argument;
    wh_display_press(&meter->keeper->display);
    return WH_OK;
}

wh_err wh_catalogue_act_display_test(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    (void)ref;
    (void)argument;
    wh_display_test(&meter->keeper->display);
    return WH_OK;
}

wh_err wh_catalogue_get_display_list(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_display *display = &meter->keeper->display;
    wh_display_list list = (wh_display_list)ref.item->source;
    wh_writer w = wh_catalogue_octets(meter);
    wh_column screen;
    for (unsigned i = 0; wh_display_screen(display, list, i, &screen) == WH_OK; i++) {
        wh_writer_put_bytes(&w, screen.obis.group, WH_OBIS_GROUPS);
        wh_writer_put_u8(&w, screen.attribute);
    }
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_display_list(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_keeper *k = meter->keeper;
    if (value->len % SCREEN_OCTETS != 0) {
        return WH_ERR_FORMAT;
    }
    memmove(k->work, value->bytes, value->len);
    wh_err err =
        wh_display_set_list(&k->display, (wh_display_list)ref.item->source,
                            (const wh_column *)k->work, (unsigned)(value->len / SCREEN_OCTETS));
    return done(meter, err == WH_ERR_SPACE ? WH_ERR_RANGE : err);
}

wh_err wh_catalogue_get_display_settings(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_display_settings *s = &meter->keeper->display.settings;
    wh_writer w = wh_catalogue_octets(meter);
    (void)ref;
    wh_writer_put_u8(&w, s->screen_s);
    wh_writer_put_u8(&w, s->key_s);
    wh_writer_put_u8(&w, s->energy_decimals);
    wh_writer_put_u8(&w, s->power_decimals);
    wh_writer_put_u8(&w, s->rate_names ? 1 : 0);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_display_settings(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    const uint8_t *bytes = value->bytes;
    const wh_display_settings s = {.screen_s = bytes[0],
                                   .key_s = bytes[1],
                                   .energy_decimals = bytes[2],
                                   .power_decimals = bytes[3],
                                   .rate_names = bytes[4] != 0};
    (void)ref;
    return bytes[4] > 1 ? WH_ERR_RANGE : done(meter, wh_display_set(&meter->keeper->display, &s));
}
