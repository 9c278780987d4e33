/* SPDX-License-Identifier: Apache-2.0 */
#include "world/recording/text_encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROWTH_MAX = 4 /* one byte becomes at most \xNN; UTF-8 is never longer than that */
};

/* Bytes that follow a lead byte, or -1 where it cannot lead. */
static int utf8_tail(unsigned char lead)
{
    if (lead < 0x80) {
        return 0;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 1;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 2;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 3 : -1;
}

/* The second byte excludes overlong forms, surrogates and what lies above U+10FFFF. */
static bool utf8_second_fits(unsigned char lead, unsigned char second)
{
    switch (lead) {
    case 0xE0:
        return second >= 0xA0;
    case 0xED:
        return second <= 0x9F;
    case 0xF0:
        return second >= 0x90;
    case 0xF4:
        return second <= 0x8F;
    default:
        return true;
    }
}

bool wh_text_is_utf8(const char *text, size_t len)
{
    size_t k = 0;
    while (k < len) {
        unsigned char lead = (unsigned char)text[k];
        int tail = utf8_tail(lead);
        if (tail < 0 || (size_t)tail >= len - k) {
            return false;
        }
        for (int j = 1; j <= tail; j++) {
            unsigned char c = (unsigned char)text[k + (size_t)j];
            if ((c & 0xC0U) != 0x80U || (j == 1 && !utf8_second_fits(lead, c))) {
                return false;
            }
        }
        k += (size_t)tail + 1;
    }
    return true;
}

typedef struct {
    size_t longest; /* run of bytes above 7Fh */
    size_t low;     /* below C0h, where Windows-1251 has hardly a letter */
    bool all_pairs; /* every run is made of pairs of GB 2312 */
} high_bytes;

static high_bytes survey(const uint8_t *bytes, size_t len)
{
    high_bytes h = {.all_pairs = true};
    size_t k = 0;
    while (k < len) {
        if (bytes[k] < 0x80) {
            k++;
            continue;
        }
        size_t start = k;
        while (k < len && bytes[k] >= 0x80) {
            bool lead = (k - start) % 2 == 0;
            bool fits = bytes[k] >= 0xA1 && bytes[k] <= (lead ? 0xF7 : 0xFE);
            h.all_pairs = h.all_pairs && fits;
            h.low += bytes[k] < 0xC0;
            k++;
        }
        h.all_pairs = h.all_pairs && (k - start) % 2 == 0;
        h.longest = k - start > h.longest ? k - start : h.longest;
    }
    return h;
}

static const char *guess_encoding(const uint8_t *bytes, size_t len)
{
    if (len >= 2 &&
        ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF))) {
        return "UTF-16";
    }
    high_bytes h = survey(bytes, len);
    if (h.longest <= 2) { /* an accent stands alone or beside one other */
        return "CP1252";
    }
    return h.all_pairs && h.low > 0 ? "GBK" : "CP1251";
}

static wh_err copy_text(const uint8_t *bytes, size_t len, char **out, size_t *out_len)
{
    char *copy = malloc(len + 1);
    if (copy == NULL) {
        return WH_ERR_SPACE;
    }
    if (len > 0) {
        memcpy(copy, bytes, len);
    }
    copy[len] = '\0';
    *out = copy;
    *out_len = len;
    return WH_OK;
}

static void put_escape(char **to, size_t *room, unsigned char byte)
{
    char escape[5];
    (void)snprintf(escape, sizeof escape, "\\x%02X", byte);
    memcpy(*to, escape, 4);
    *to += 4;
    *room -= 4;
}

static void convert(iconv_t cd, const uint8_t *bytes, size_t len, char **to, size_t *room)
{
    /* iconv does not write through its input, but its type says it might. */
    char *from = (char *)(uintptr_t)bytes;
    size_t left = len;
    while (left > 0) {
        if (iconv(cd, &from, &left, to, room) != (size_t)-1) {
            break;
        }
        if (left == 0 || *room < 4 || errno == E2BIG) {
            break;
        }
        put_escape(to, room, (unsigned char)*from);
        from++;
        left--;
    }
}

wh_err wh_text_to_utf8(const uint8_t *bytes, size_t len, const char *encoding, char **out,
                       size_t *out_len)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    *out = NULL;
    *out_len = 0;
    if (encoding == NULL && (len == 0 || wh_text_is_utf8((const char *)bytes, len))) {
        size_t skip = len >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0 ? 3 : 0;
        return copy_text(len > 0 ? bytes + skip : bytes, len - skip, out, out_len);
    }
    if (len > SIZE_MAX / GROWTH_MAX - 1) {
        return WH_ERR_SPACE;
    }
    iconv_t cd = iconv_open("UTF-8", encoding != NULL ? encoding : guess_encoding(bytes, len));
    if (cd == (iconv_t)-1) { // NOLINT(performance-no-int-to-ptr): iconv's own error value
        return WH_ERR_UNSUPPORTED;
    }
    size_t size = len * GROWTH_MAX;
    char *text = malloc(size + 1);
    if (text != NULL) {
        char *end = text;
        size_t room = size;
        convert(cd, bytes, len, &end, &room);
        *end = '\0';
        *out = text;
        *out_len = (size_t)(end - text);
    }
    iconv_close(cd);
    return text != NULL ? WH_OK : WH_ERR_SPACE;
}
