/* SPDX-License-Identifier: Apache-2.0 */
/* Items that say which meter this is. */
#include "meter/catalogue_internal.h"

#include <string.h>

static wh_err put_bytes(const void *bytes, size_t len, wh_value *value)
{
    value->bytes = bytes;
    value->len = len;
    return WH_OK;
}

wh_err wh_catalogue_get_device_name(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    (void)ref;
    return put_bytes(meter->config->logical_device_name, WH_METER_NAME_SIZE, value);
}

wh_err wh_catalogue_get_serial(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    (void)ref;
    const char *end = memchr(meter->config->serial, '\0', sizeof meter->config->serial);
    size_t len = end != NULL ? (size_t)(end - meter->config->serial) : WH_METER_NAME_SIZE;
    return put_bytes(meter->config->serial, len, value);
}

wh_err wh_catalogue_get_firmware(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    static const char version[] = "watthour " WH_VERSION;
    (void)meter;
    (void)ref;
    return put_bytes(version, sizeof version - 1, value);
}
