/* SPDX-License-Identifier: Apache-2.0 */
#include "host/dlms_url.h"

#include "protocol/dlms/dlms_wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char SCHEME[] = "dlms://";

/* A number of text[len], `first` to 65 535. */
static bool parse_number(const char *text, size_t len, uint16_t first, uint16_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(text[i] - '0');
        if (value > UINT16_MAX) {
            return false;
        }
    }
    *out = (uint16_t)value;
    return len > 0 && value >= first;
}

/* The host, and where it ends; NULL where there is none. */
static const char *parse_host(const char *at, wh_dlms_url *url)
{
    bool bracketed = *at == '[';
    const char *begin = bracketed ? at + 1 : at;
    size_t len = strcspn(begin, bracketed ? "]" : ":/?#[]");
    if (len == 0 || len >= sizeof url->host || (bracketed && begin[len] != ']')) {
        return NULL;
    }
    memcpy(url->host, begin, len);
    url->host[len] = '\0';
    return begin + len + (bracketed ? 1 : 0);
}

/* client=N or server=N, in text[len]. */
static bool parse_setting(const char *text, size_t len, wh_dlms_url *url)
{
    static const size_t key_len = sizeof "client=" - 1;
    if (len > key_len && strncmp(text, "client=", key_len) == 0) {
        return parse_number(text + key_len, len - key_len, 1, &url->client_sap);
    }
    if (len > key_len && strncmp(text, "server=", key_len) == 0) {
        return parse_number(text + key_len, len - key_len, 1, &url->server_sap);
    }
    return false;
}

wh_err wh_dlms_url_parse(const char *text, wh_dlms_url *url, wh_message *message)
{
    memset(url, 0, sizeof *url);
    url->port = WH_DLMS_TCP_PORT;
    url->client_sap = WH_DLMS_SAP_PUBLIC;
    url->server_sap = WH_DLMS_SAP_MANAGEMENT;
    if (strncmp(text, SCHEME, sizeof SCHEME - 1) != 0) {
        wh_message_set(message, "%s: not a URL of a meter; it looks like dlms://HOST:%d", text,
                       WH_DLMS_TCP_PORT);
        return WH_ERR_FORMAT;
    }
    const char *at = parse_host(text + sizeof SCHEME - 1, url);
    if (at == NULL) {
        wh_message_set(message, "%s: no host, or not one", text);
        return WH_ERR_FORMAT;
    }
    if (*at == ':') {
        size_t len = strcspn(at + 1, "/?");
        if (!parse_number(at + 1, len, 1, &url->port)) {
            wh_message_set(message, "%s: the port must be 1 to 65535", text);
            return WH_ERR_FORMAT;
        }
        at += 1 + len;
    }
    at += *at == '/' ? 1 : 0;
    bool more = *at == '?';
    while (more) {
        size_t len = strcspn(at + 1, "&");
        if (!parse_setting(at + 1, len, url)) {
            wh_message_set(message, "%s: '%.*s' is neither client=N nor server=N, N 1 to 65535",
                           text, (int)len, at + 1);
            return WH_ERR_FORMAT;
        }
        at += 1 + len;
        more = *at == '&';
    }
    if (*at != '\0') {
        wh_message_set(message, "%s: '%s' has no meaning here", text, at);
        return WH_ERR_FORMAT;
    }
    return WH_OK;
}
