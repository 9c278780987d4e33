/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/image.h"

#include <string.h>

static int32_t take_i32(wh_reader *r)
{
    uint32_t bits = wh_reader_take_u32le(r);
    return bits <= INT32_MAX ? (int32_t)bits : -(int32_t)(UINT32_MAX - bits) - 1;
}

static int64_t take_i64(wh_reader *r)
{
    uint64_t bits = wh_reader_take_u64le(r);
    return bits <= INT64_MAX ? (int64_t)bits : -(int64_t)(UINT64_MAX - bits) - 1;
}

static void take_calibration(wh_reader *r, wh_metrology_config *m)
{
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        m->channel[k].full_scale = take_i64(r);
        m->channel[k].gain_q30 = wh_reader_take_u32le(r);
        m->channel[k].delay_q16 = wh_reader_take_u32le(r);
        m->channel[k].noise_q8 = wh_reader_take_u32le(r);
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        m->phase[k].angle_nrad = take_i32(r);
        m->phase[k].p_offset_uw = take_i32(r);
        m->phase[k].q_offset_uvar = take_i32(r);
    }
}

wh_err wh_image_header_decode(wh_reader *r, wh_image_header *out)
{
    wh_metrology_config *m = &out->meter.metrology;
    memset(out, 0, sizeof *out);
    uint32_t magic = wh_reader_take_u32le(r);
    out->set_count = wh_reader_take_u32le(r);
    out->block = wh_reader_take_u16le(r);
    out->windows_per_report = wh_reader_take_u16le(r);
    m->fs_mhz = wh_reader_take_u32le(r);
    m->f_nominal_mhz = wh_reader_take_u32le(r);
    m->phases = wh_reader_take_u8(r);
    m->cycles_per_window = wh_reader_take_u8(r);
    uint8_t direction = wh_reader_take_u8(r);
    wh_reader_expect_u8(r, 0);
    out->meter.registers.interval_windows = wh_reader_take_u32le(r);
    out->meter.registers.modulus_mwh = take_i64(r);
    m->u_min_uv = take_i64(r);
    m->creep_uw = take_i64(r);
    m->creep_windows = wh_reader_take_u16le(r);
    wh_reader_expect_u8(r, 0);
    wh_reader_expect_u8(r, 0);
    take_calibration(r, m);
    if (wh_reader_err(r) != WH_OK) {
        return wh_reader_err(r);
    }
    if (magic != WH_IMAGE_MAGIC || out->block == 0 || out->block > WH_IMAGE_BLOCK_MAX ||
        direction > WH_DIRECTION_ABSOLUTE) {
        return WH_ERR_FORMAT;
    }
    out->meter.registers.direction = (wh_direction)direction;
    return wh_reader_left(r) / WH_IMAGE_SET_SIZE < out->set_count ? WH_ERR_SHORT : WH_OK;
}

static void put_calibration(wh_writer *w, const wh_metrology_config *m)
{
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        wh_writer_put_u64le(w, (uint64_t)m->channel[k].full_scale);
        wh_writer_put_u32le(w, m->channel[k].gain_q30);
        wh_writer_put_u32le(w, m->channel[k].delay_q16);
        wh_writer_put_u32le(w, m->channel[k].noise_q8);
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        wh_writer_put_u32le(w, (uint32_t)m->phase[k].angle_nrad);
        wh_writer_put_u32le(w, (uint32_t)m->phase[k].p_offset_uw);
        wh_writer_put_u32le(w, (uint32_t)m->phase[k].q_offset_uvar);
    }
}

void wh_image_header_encode(wh_writer *w, const wh_image_header *header)
{
    const wh_metrology_config *m = &header->meter.metrology;
    wh_writer_put_u32le(w, WH_IMAGE_MAGIC);
    wh_writer_put_u32le(w, header->set_count);
    wh_writer_put_u16le(w, header->block);
    wh_writer_put_u16le(w, header->windows_per_report);
    wh_writer_put_u32le(w, m->fs_mhz);
    wh_writer_put_u32le(w, m->f_nominal_mhz);
    wh_writer_put_u8(w, m->phases);
    wh_writer_put_u8(w, m->cycles_per_window);
    wh_writer_put_u8(w, (uint8_t)header->meter.registers.direction);
    wh_writer_put_u8(w, 0);
    wh_writer_put_u32le(w, header->meter.registers.interval_windows);
    wh_writer_put_u64le(w, (uint64_t)header->meter.registers.modulus_mwh);
    wh_writer_put_u64le(w, (uint64_t)m->u_min_uv);
    wh_writer_put_u64le(w, (uint64_t)m->creep_uw);
    wh_writer_put_u16le(w, m->creep_windows);
    wh_writer_put_u16le(w, 0);
    put_calibration(w, m);
}
