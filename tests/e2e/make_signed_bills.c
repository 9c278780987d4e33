/* SPDX-License-Identifier: Apache-2.0 */
/* make_signed_bills DIRECTORY KEY FIRST COUNT json|whr: bills FIRST .. FIRST + COUNT - 1 of the
 * meter of signed_rig.h, signed with KEY, as a program that owns a meter writes them. Called
 * again it goes on. */
#include "apps/watthour/key_file.h"
#include "port/mbedtls/crypto_mbedtls.h"
#include "port/posix/port_posix.h"
#include "tests/meter/record/signed_rig.h"
#include "world/billing/signed_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wh_err write_bill(wh_signed_export *e, uint32_t n, wh_message *m)
{
    uint8_t record[WH_SIGNED_RECORD_MAX];
    wh_signed_column columns[SIGNED_RIG_COLUMNS];
    for (size_t i = 0; i < SIGNED_RIG_COLUMNS; i++) {
        const signed_rig_column *c = &signed_rig_columns[i];
        columns[i] = (wh_signed_column){c->column, c->unit, c->scaler};
    }
    const wh_signed_bill bill = {.sequence = n,
                                 .utc_offset_min = 120,
                                 .columns = columns,
                                 .column_count = SIGNED_RIG_COLUMNS,
                                 .record = record,
                                 .record_len = signed_rig_record(n, record)};
    return wh_signed_export_write(e, &bill, m);
}

int main(int argc, char **argv)
{
    wh_message m = {.text = ""};
    uint8_t private_key[WH_P256_PRIVATE_SIZE];
    wh_signer signer;
    wh_port port = wh_port_posix();
    const wh_crypto crypto = wh_crypto_mbedtls(&port);
    if (argc != 6) {
        fputs("usage: make_signed_bills DIRECTORY KEY FIRST COUNT json|whr\n", stderr);
        return 2;
    }
    if (!wh_key_file_read_private(argv[2], private_key, &m) ||
        wh_signer_init(&signer, &crypto, private_key) != WH_OK) {
        fprintf(stderr, "%s\n", m.text);
        return 2;
    }
    wh_signed_head head = signed_rig_head(0);
    wh_signed_export_config config = {.directory = argv[1],
                                      .signer = &signer,
                                      .serial = head.serial,
                                      .kind = head.kind,
                                      .log = head.log,
                                      .binary = strcmp(argv[5], "whr") == 0};
    memcpy(config.device_name, head.device_name, sizeof config.device_name);
    wh_signed_export *e = wh_signed_export_open(&config, &m);
    uint32_t first = (uint32_t)strtoul(argv[3], NULL, 10);
    uint32_t end = first + (uint32_t)strtoul(argv[4], NULL, 10);
    bool good = e != NULL;
    for (uint32_t n = first; n < end && good; n++) {
        good = write_bill(e, n, &m) == WH_OK;
    }
    wh_signed_export_close(e);
    wh_crypto_wipe(private_key, sizeof private_key);
    if (!good) {
        fprintf(stderr, "%s\n", m.text);
    }
    return good ? 0 : 1;
}
