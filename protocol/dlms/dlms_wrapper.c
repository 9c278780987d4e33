/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_wrapper.h"

#include <string.h>

wh_err wh_dlms_wrapper_decode(wh_reader *r, wh_dlms_wrapper *out)
{
    uint16_t version = wh_reader_take_u16be(r);
    out->source = wh_reader_take_u16be(r);
    out->destination = wh_reader_take_u16be(r);
    out->length = wh_reader_take_u16be(r);
    if (wh_reader_err(r) == WH_OK && version != WH_DLMS_WRAPPER_VERSION) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    return wh_reader_err(r);
}

void wh_dlms_wrapper_encode(wh_writer *w, const wh_dlms_wrapper *wrapper)
{
    wh_writer_put_u16be(w, WH_DLMS_WRAPPER_VERSION);
    wh_writer_put_u16be(w, wrapper->source);
    wh_writer_put_u16be(w, wrapper->destination);
    wh_writer_put_u16be(w, wrapper->length);
}

wh_dlms_frames wh_dlms_frames_init(uint8_t *buf, size_t size)
{
    wh_dlms_frames frames = {.buf = buf, .size = size};
    return frames;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

wh_err wh_dlms_frames_feed(wh_dlms_frames *frames, const uint8_t *bytes, size_t len, size_t *used)
{
    wh_reader r = wh_reader_init(bytes, len);
    *used = 0;
    if (frames->head_len == WH_DLMS_WRAPPER_LEN && frames->len == frames->wrapper.length) {
        frames->head_len = 0; /* the frame of the last call has been used */
    }
    if (frames->head_len < WH_DLMS_WRAPPER_LEN) {
        size_t n = smaller(WH_DLMS_WRAPPER_LEN - frames->head_len, len);
        wh_writer head = wh_writer_init(frames->head + frames->head_len, n);
        wh_writer_put_bytes(&head, wh_reader_take_bytes(&r, n), n);
        frames->head_len += n;
        frames->len = 0;
        *used = n;
        if (frames->head_len < WH_DLMS_WRAPPER_LEN) {
            return WH_ERR_SHORT;
        }
        wh_reader h = wh_reader_init(frames->head, WH_DLMS_WRAPPER_LEN);
        wh_err err = wh_dlms_wrapper_decode(&h, &frames->wrapper);
        if (err != WH_OK) {
            frames->head_len = 0;
            return err;
        }
    }
    size_t n = smaller(frames->wrapper.length - frames->len, wh_reader_left(&r));
    const uint8_t *from = wh_reader_take_bytes(&r, n);
    bool fits = frames->wrapper.length <= frames->size;
    if (fits && n > 0) {
        memcpy(frames->buf + frames->len, from, n);
    }
    frames->len += n;
    *used += n;
    if (frames->len < frames->wrapper.length) {
        return WH_ERR_SHORT;
    }
    return fits ? WH_OK : WH_ERR_SPACE;
}

wh_dlms_octets wh_dlms_frames_apdu(const wh_dlms_frames *frames)
{
    wh_dlms_octets apdu = {frames->buf, frames->wrapper.length};
    return apdu;
}
