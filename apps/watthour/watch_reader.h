/* SPDX-License-Identifier: Apache-2.0 */
/* watch_reader.h - snapshots of a meter over DLMS.
 *
 * Any meter will do: at the start it is asked which of the registers of interest it has, with
 * which scaler, and then only these are read. What it has not, or has no value of, is NaN. */
#ifndef WH_APPS_WATCH_READER_H
#define WH_APPS_WATCH_READER_H

#include "apps/watthour/watch_model.h"
#include "core/err.h"
#include "host/dlms_url.h"
#include "host/message.h"

typedef struct wh_watch_reader wh_watch_reader;

/* Connect and look what is there. Blocks, at most timeout_ms for each answer.
 *
 * WH_OK             close it with wh_watch_reader_close
 * WH_ERR_NOT_FOUND  a DLMS meter, but without a register of interest
 * and the errors of wh_dlms_session_open; *message has a line for a person */
wh_err wh_watch_reader_open(const wh_dlms_url *url, uint32_t timeout_ms, wh_watch_reader **reader,
                            wh_message *message) WH_MUST_USE;
void wh_watch_reader_close(wh_watch_reader *reader);

/* Read a snapshot. After an error the reader can only be closed. */
wh_err wh_watch_reader_take(wh_watch_reader *reader, wh_watch_snapshot *snapshot,
                            wh_message *message) WH_MUST_USE;

#endif /* WH_APPS_WATCH_READER_H */
