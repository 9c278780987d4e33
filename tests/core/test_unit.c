/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_codes_in_the_header_are_the_units_they_are_named_for(void **unused)
{
    (void)unused;
    static const struct {
        uint8_t code;
        const char *symbol;
        const char *quantity;
    } named[] = {
        {WH_UNIT_MINUTE, "min", "time"},
        {WH_UNIT_SECOND, "s", "time"},
        {WH_UNIT_DEGREE, "\xC2\xB0", "angle"},
        {WH_UNIT_DEGREE_CELSIUS,
         "\xC2\xB0"
         "C",
         "temperature"},
        {WH_UNIT_CURRENCY, "", "money in local currency"},
        {WH_UNIT_W, "W", "active power"},
        {WH_UNIT_VA, "VA", "apparent power"},
        {WH_UNIT_VAR, "var", "reactive power"},
        {WH_UNIT_WH, "Wh", "active energy"},
        {WH_UNIT_VAH, "VAh", "apparent energy"},
        {WH_UNIT_VARH, "varh", "reactive energy"},
        {WH_UNIT_A, "A", "current"},
        {WH_UNIT_V, "V", "voltage"},
        {WH_UNIT_HZ, "Hz", "frequency"},
        {WH_UNIT_PER_WH, "1/Wh", "constant of an active energy meter"},
        {WH_UNIT_PER_VARH, "1/varh", "constant of a reactive energy meter"},
        {WH_UNIT_PER_VAH, "1/VAh", "constant of an apparent energy meter"},
        {WH_UNIT_V2H, "V\xC2\xB2h", "squared voltage over time"},
        {WH_UNIT_A2H, "A\xC2\xB2h", "squared current over time"},
        {WH_UNIT_PERCENT, "%", "ratio"},
        {WH_UNIT_AH, "Ah", "electric charge"},
        {WH_UNIT_DBM, "dBm", "signal level"},
        {WH_UNIT_NONE, "", "a count or a ratio"},
    };
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        const wh_unit *unit = wh_unit_find(named[i].code);
        assert_non_null(unit);
        assert_int_equal(unit->code, named[i].code);
        assert_string_equal(unit->symbol, named[i].symbol);
        assert_string_equal(unit->quantity, named[i].quantity);
        assert_string_equal(wh_unit_symbol(named[i].code), named[i].symbol);
    }
}

static bool is_reserved(unsigned code)
{
    return code == 0 || code == 58 || code == 59 || code == 68 || code == 69 ||
           (code >= 73 && code <= 127) || (code >= 175 && code <= 252);
}

static void exactly_the_codes_that_are_not_reserved_are_found(void **unused)
{
    (void)unused;
    for (unsigned code = 0; code <= 255; code++) {
        const wh_unit *unit = wh_unit_find((uint8_t)code);
        assert_int_equal(unit == NULL, is_reserved(code));
        if (unit != NULL) {
            assert_int_equal(unit->code, code);
            assert_string_equal(wh_unit_symbol((uint8_t)code), unit->symbol);
            assert_true(strlen(unit->quantity) > 0);
        } else {
            assert_string_equal(wh_unit_symbol((uint8_t)code), "");
        }
    }
}

/* Run the generator on `content`; its exit status, the message in `message`. */
static int generate(const char *content, char *message, size_t size)
{
    char input[] = "/tmp/test_unit_XXXXXX";
    int fd = mkstemp(input);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    char command[512];
    snprintf(command, sizeof command, "python3 -B '%s/tools/gen_units.py' %s /dev/null 2>&1",
             WH_SOURCE_DIR, input);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t len = fread(message, 1, size - 1, pipe);
    message[len] = '\0';
    int status = pclose(pipe);
    remove(input);
    return status;
}

static void the_generator_names_the_line_of_a_bad_row(void **unused)
{
    (void)unused;
    static const struct {
        const char *content;
        const char *message; /* NULL: it is good */
    } cases[] = {
        {"code,symbol,quantity\n1,a,time\n2,\"b,\\\"\"c\",time\n", NULL},
        {"# comment\ncode,symbol,quantity\n1,a\n", ":3: 2 fields instead of 3"},
        {"code,symbol,quantity\n1,a,b,c\n", ":2: 4 fields instead of 3"},
        {"code,symbol,quantity\n256,a,b\n", ":2: code '256' is not a number from 0 to 255"},
        {"code,symbol,quantity\nx,a,b\n", ":2: code 'x' is not a number from 0 to 255"},
        {"code,symbol,quantity\n7,a,b\n7,a,b\n", ":3: code 7 does not ascend"},
        {"code,symbol,quantity\n7,a,\n", ":2: no quantity"},
        {"code,unit,quantity\n7,a,b\n", ":1: the columns are not code,symbol,quantity"},
        {"code,symbol,quantity\n", ":1: no rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[512];
        int status = generate(cases[i].content, message, sizeof message);
        assert_int_equal(status == 0, cases[i].message == NULL);
        if (cases[i].message != NULL && strstr(message, cases[i].message) == NULL) {
            fail_msg("'%s' does not say '%s'", message, cases[i].message);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_codes_in_the_header_are_the_units_they_are_named_for),
        cmocka_unit_test(exactly_the_codes_that_are_not_reserved_are_found),
        cmocka_unit_test(the_generator_names_the_line_of_a_bad_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
