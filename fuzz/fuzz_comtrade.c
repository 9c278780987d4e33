/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_comtrade.c - a COMTRADE recording: a .cff where the input begins with "---", else a .cfg
 * and, behind the first form feed, its .dat. Refused with a name in the message, or whole. */
#include "fuzz/check_recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wh_recording *r;
    wh_message m = {""};
    if (size >= 3 && memcmp(data, "---", 3) == 0) {
        wh_recording_bytes cff = {"x.cff", data, size};
        wh_err err = wh_recording_parse_cff(&cff, NULL, &r, &m);
        check_recording(err, r, &m, "x.");
        return 0;
    }
    const uint8_t *feed = size > 0 ? memchr(data, '\f', size) : NULL;
    size_t cfg_len = feed != NULL ? (size_t)(feed - data) : size;
    size_t dat_at = feed != NULL ? cfg_len + 1 : size;
    wh_recording_bytes cfg = {"x.cfg", data, cfg_len};
    wh_recording_bytes dat = {"x.dat", data + dat_at, size - dat_at};
    wh_err err = wh_recording_parse_comtrade(&cfg, &dat, NULL, &r, &m);
    check_recording(err, r, &m, "x.");
    return 0;
}
