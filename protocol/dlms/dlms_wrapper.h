/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_wrapper.h - the wrapper of IEC 62056-4-7 that carries APDUs over TCP and UDP.
 *
 *   00 01   version     00 10   source wPort     00 01   destination wPort     00 1F   length
 *
 * wh_dlms_frames puts the frames of a byte stream together again, in a buffer of the caller.
 * A frame too long for it is passed over to its end, so that the stream stays in step. */
#ifndef WH_PROTOCOL_DLMS_DLMS_WRAPPER_H
#define WH_PROTOCOL_DLMS_DLMS_WRAPPER_H

#include "protocol/dlms/dlms_data.h"

#define WH_DLMS_WRAPPER_LEN     8
#define WH_DLMS_WRAPPER_VERSION 1

typedef struct {
    uint16_t source;
    uint16_t destination;
    uint16_t length;
} wh_dlms_wrapper;

/* WH_ERR_SHORT below 8 octets, WH_ERR_FORMAT another version. */
wh_err wh_dlms_wrapper_decode(wh_reader *r, wh_dlms_wrapper *out) WH_MUST_USE;
void wh_dlms_wrapper_encode(wh_writer *w, const wh_dlms_wrapper *wrapper);

/* Fields are private but for `wrapper`, which is that of the frame last told of. */
typedef struct {
    wh_dlms_wrapper wrapper;
    uint8_t *buf;
    size_t size;
    size_t len;
    uint8_t head[WH_DLMS_WRAPPER_LEN];
    size_t head_len;
} wh_dlms_frames;

/* Collect APDUs of up to `size` octets in buf. */
wh_dlms_frames wh_dlms_frames_init(uint8_t *buf, size_t size);

/* Take bytes up to the end of one frame.
 *
 * used  out  bytes taken; call again with the rest
 *
 * WH_OK          frame->wrapper and wh_dlms_frames_apdu hold a whole frame until the next call
 * WH_ERR_SHORT   all bytes were taken, the frame is not complete
 * WH_ERR_SPACE   a whole frame went by that did not fit; ->wrapper tells whose it was
 * WH_ERR_FORMAT  no wrapper where one must be: the stream is lost and must be closed */
wh_err wh_dlms_frames_feed(wh_dlms_frames *frames, const uint8_t *bytes, size_t len,
                           size_t *used) WH_MUST_USE;

wh_dlms_octets wh_dlms_frames_apdu(const wh_dlms_frames *frames);

#endif /* WH_PROTOCOL_DLMS_DLMS_WRAPPER_H */
