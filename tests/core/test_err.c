/* SPDX-License-Identifier: Apache-2.0 */
#include "core/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The values are part of the API, so they are written down a second time here. */
static const struct {
    wh_err err;
    int value;
} fixed[] = {
    {WH_OK, 0},           {WH_ERR_ARG, -1},   {WH_ERR_SPACE, -2},       {WH_ERR_SHORT, -3},
    {WH_ERR_FORMAT, -4},  {WH_ERR_CHECK, -5}, {WH_ERR_UNSUPPORTED, -6}, {WH_ERR_STATE, -7},
    {WH_ERR_TIMEOUT, -8}, {WH_ERR_IO, -9},    {WH_ERR_RANGE, -10},      {WH_ERR_NOT_FOUND, -11},
    {WH_ERR_DENIED, -12},
};
#define FIXED (sizeof fixed / sizeof fixed[0])

static void values_are_never_renumbered(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < FIXED; i++) {
        assert_int_equal(fixed[i].err, fixed[i].value);
    }
}

static void every_error_has_a_text_of_its_own(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < FIXED; i++) {
        assert_string_not_equal(wh_err_text(fixed[i].err), "unknown error");
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(wh_err_text(fixed[i].err), wh_err_text(fixed[j].err));
        }
    }
    assert_string_equal(wh_err_text(WH_OK), "ok");
}

static void other_values_are_unknown(void **unused)
{
    (void)unused;
    assert_string_equal(wh_err_text((wh_err)-99), "unknown error");
}

static void the_list_holds_no_error_that_is_not_fixed_here(void **unused)
{
    (void)unused;
    size_t count = 0;
#define COUNT(name, value, text) count++;
    WH_ERR_LIST(COUNT)
#undef COUNT
    assert_int_equal(count, FIXED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_never_renumbered),
        cmocka_unit_test(every_error_has_a_text_of_its_own),
        cmocka_unit_test(other_values_are_unknown),
        cmocka_unit_test(the_list_holds_no_error_that_is_not_fixed_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
