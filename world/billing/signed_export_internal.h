/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WH_WORLD_SIGNED_EXPORT_INTERNAL_H
#define WH_WORLD_SIGNED_EXPORT_INTERNAL_H

#include "world/billing/signed_export.h"
#include "world/billing/signed_file.h"

struct wh_signed_export {
    wh_signed_export_config config;
    int directory;
    char prefix[64];     /* of the names of its files */
    bool any;            /* there is a newest file */
    wh_signed_file last; /* it */
};

#endif /* WH_WORLD_SIGNED_EXPORT_INTERNAL_H */
