/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv.c - a CSV recording: refused with its name in the message, or whole. */
#include "fuzz/check_recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wh_recording_bytes csv = {"x.csv", data, size};
    wh_recording *r;
    wh_message m = {""};
    wh_err err = wh_recording_parse_csv(&csv, NULL, &r, &m);
    check_recording(err, r, &m, "x.");
    return 0;
}
