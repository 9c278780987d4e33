/* SPDX-License-Identifier: Apache-2.0 */
#include "host/dlms_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void urls_name_host_port_and_access_points(void **state)
{
    static const struct {
        const char *text;
        const char *host;
        uint16_t port;
        uint16_t client;
        uint16_t server;
    } rows[] = {
        {"dlms://localhost", "localhost", 4059, 16, 1},
        {"dlms://192.0.2.7:14059", "192.0.2.7", 14059, 16, 1},
        {"dlms://meter.example/", "meter.example", 4059, 16, 1},
        {"dlms://[::1]", "::1", 4059, 16, 1},
        {"dlms://[2001:db8::7]:65535?server=17", "2001:db8::7", 65535, 16, 17},
        {"dlms://h:1?client=1&server=2", "h", 1, 1, 2},
        {"dlms://h/?server=65535&client=32", "h", 4059, 32, 65535},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_url url;
        wh_message m = {{0}};
        assert_int_equal(wh_dlms_url_parse(rows[i].text, &url, &m), WH_OK);
        assert_string_equal(url.host, rows[i].host);
        assert_int_equal(url.port, rows[i].port);
        assert_int_equal(url.client_sap, rows[i].client);
        assert_int_equal(url.server_sap, rows[i].server);
        assert_string_equal(m.text, "");
    }
}

static void what_is_no_url_is_refused_by_name(void **state)
{
    static const struct {
        const char *text;
        const char *word; /* that the message must have */
    } rows[] = {
        {"", "dlms://HOST"},
        {"localhost", "dlms://HOST"},
        {"http://localhost", "dlms://HOST"},
        {"dlms:/localhost", "dlms://HOST"},
        {"dlms://", "host"},
        {"dlms://:4059", "host"},
        {"dlms://[::1", "host"},
        {"dlms://[]", "host"},
        {"dlms://h:", "port"},
        {"dlms://h:0", "port"},
        {"dlms://h:65536", "port"},
        {"dlms://h:99999999999999999999", "port"},
        {"dlms://h:40x", "port"},
        {"dlms://h:-1", "port"},
        {"dlms://h?", "client=N"},
        {"dlms://h?client", "client=N"},
        {"dlms://h?client=", "client=N"},
        {"dlms://h?client=0", "client=N"},
        {"dlms://h?client=65536", "client=N"},
        {"dlms://h?klient=1", "'klient=1'"},
        {"dlms://h?client=1&", "client=N"},
        {"dlms://h/path", "'path'"},
        {"dlms://[::1]x", "'x'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_url url;
        wh_message m = {{0}};
        print_message("%s\n", rows[i].text);
        assert_int_equal(wh_dlms_url_parse(rows[i].text, &url, &m), WH_ERR_FORMAT);
        assert_non_null(strstr(m.text, rows[i].word));
    }
}

static void a_host_has_at_most_255_characters(void **state)
{
    (void)state;
    for (size_t len = WH_DLMS_URL_HOST_SIZE - 2; len <= WH_DLMS_URL_HOST_SIZE; len++) {
        char text[WH_DLMS_URL_HOST_SIZE + 16] = "dlms://";
        wh_dlms_url url;
        memset(text + 7, 'h', len);
        text[7 + len] = '\0';
        assert_int_equal(wh_dlms_url_parse(text, &url, NULL),
                         len < WH_DLMS_URL_HOST_SIZE ? WH_OK : WH_ERR_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_name_host_port_and_access_points),
        cmocka_unit_test(what_is_no_url_is_refused_by_name),
        cmocka_unit_test(a_host_has_at_most_255_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
