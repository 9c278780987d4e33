/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_time_zone.c - 24 bytes are a zone, 8 are a moment. A zone that is checked takes every
 * moment to the clock on the wall and back. */
#include "core/reader.h"
#include "core/time_zone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static wh_time_zone_change take_change(wh_reader *r)
{
    return (wh_time_zone_change){
        .year = wh_reader_take_u16be(r),
        .month = wh_reader_take_u8(r),
        .day = wh_reader_take_u8(r),
        .weekday = wh_reader_take_u8(r),
        .hour = wh_reader_take_u8(r),
        .minute = wh_reader_take_u8(r),
        .second = wh_reader_take_u8(r),
        .clock_min = (int16_t)wh_reader_take_u16be(r),
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wh_reader r = wh_reader_init(data, size);
    wh_time_zone zone;
    zone.standard_min = (int16_t)wh_reader_take_u16be(&r);
    zone.dst_min = (int16_t)wh_reader_take_u16be(&r);
    zone.begin = take_change(&r);
    zone.end = take_change(&r);
    int64_t utc_ms = (int64_t)wh_reader_take_u64be(&r);
    if (wh_reader_err(&r) != WH_OK || wh_time_zone_check(&zone) != WH_OK) {
        return 0;
    }
    wh_civil_time local;
    bool dst = false;
    if (wh_time_zone_to_local(&zone, utc_ms, &local, &dst) != WH_OK) {
        require(utc_ms < WH_CIVIL_MS_MIN + WH_MS_PER_DAY ||
                utc_ms > WH_CIVIL_MS_MAX - WH_MS_PER_DAY);
        return 0;
    }
    int64_t back = 0;
    wh_local_kind kind = WH_LOCAL_NEVER;
    require(wh_time_zone_to_utc(&zone, &local, dst, &back, &kind) == WH_OK);
    require(back == utc_ms && kind != WH_LOCAL_NEVER);
    return 0;
}
