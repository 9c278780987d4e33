/* SPDX-License-Identifier: Apache-2.0 */
/* meter_keeping.h - what makes the running meter keep and decide: its store in a file, its
 * keeper set up by the block `keep`, and its bills as signed files.
 *
 *   wh_meter_init ─▶ wh_meter_keeping_open ─▶ samples, ticks ... ─▶ wh_meter_keeping_close
 *                                             wh_meter_keeping_work now and then
 *
 * What the file says is put in force at each start where it differs from what is; the calendar,
 * prices, lists and times that it leaves out stay as they were set at the meter. Credits and
 * charges of the account are set up once, when the account is new. */
#ifndef WH_APPS_METER_KEEPING_H
#define WH_APPS_METER_KEEPING_H

#include "apps/watthour-meter/meter_settings.h"
#include "host/log.h"
#include "meter/keeper.h"
#include "meter/record/freezes.h"
#include "port/mbedtls/crypto_mbedtls.h"
#include "port/posix/flash_file.h"
#include "port/posix/port_posix.h"
#include "world/billing/signed_export.h"

#define WH_KEEPING_RECORDERS (WH_KEEP_PROFILES_MAX + 8)

/* Fields are private but keeper. */
typedef struct {
    wh_keeper keeper;
    const wh_meter_settings *settings;
    wh_meter *meter;
    wh_flash_file flash;
    bool flash_open;
    wh_recorder_config record[WH_KEEPING_RECORDERS];
    wh_keeper_recorder recorder[WH_KEEPING_RECORDERS];
    unsigned recorder_count;
    unsigned billing; /* place of that recorder */
    wh_keeper_config config;
    void *memory;
    wh_port port;
    wh_crypto crypto;
    uint8_t private_key[WH_P256_PRIVATE_SIZE];
    wh_signer signer;
    wh_signed_export *bills;
    bool bills_failed; /* told once */
} wh_meter_keeping;

/* Open the store, restore the meter from it, put the settings in force. After wh_meter_init and
 * before the first sample; `settings` has a block `keep`. All outlive the keeping.
 *
 * platform_ms  now, in the time of the meter's ticks
 * ran_on       that time is a clock which goes on while the program does not run
 *
 * WH_OK  close it with wh_meter_keeping_close
 * else   *message names the line of the configuration, or the file, and what is wrong */
wh_err wh_meter_keeping_open(wh_meter_keeping *keeping, const wh_meter_settings *settings,
                             wh_meter *meter, int64_t platform_ms, bool ran_on,
                             wh_message *message) WH_MUST_USE;

/* Write the bills that are due, and do a piece of the store's work. Once a second or so. */
void wh_meter_keeping_work(wh_meter_keeping *keeping);

/* Print every record in the store, a line each: recorder, sequence, time, columns. */
void wh_meter_keeping_print_records(wh_meter_keeping *keeping, FILE *out);

/* Save what has changed since, unless !save, and close the store. */
void wh_meter_keeping_close(wh_meter_keeping *keeping, bool save);

#endif /* WH_APPS_METER_KEEPING_H */
