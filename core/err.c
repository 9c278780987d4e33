/* SPDX-License-Identifier: Apache-2.0 */
#include "core/err.h"

const char *wh_err_text(wh_err err)
{
    switch (err) {
#define WH_ERR_CASE(name, value, text) \
    case name:                         \
        return text;
        WH_ERR_LIST(WH_ERR_CASE)
#undef WH_ERR_CASE
    }
    return "unknown error";
}
