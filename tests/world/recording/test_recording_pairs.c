/* SPDX-License-Identifier: Apache-2.0 */
#include "world/recording/recording.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A recording with these columns. */
static wh_recording *with_columns(const char *names, const char *pairs)
{
    char text[1024];
    size_t columns = 1;
    for (const char *c = names; *c != '\0'; c++) {
        columns += *c == ',';
    }
    int n = snprintf(text, sizeof text, "# fs_hz=800\n# f_nom_hz=50\n%s%s%s%s\n",
                     pairs != NULL ? "# pairs=" : "", pairs != NULL ? pairs : "",
                     pairs != NULL ? "\n" : "", names);
    for (size_t k = 0; k < columns; k++) {
        n += snprintf(text + n, sizeof text - (size_t)n, "%s1", k > 0 ? "," : "");
    }
    (void)snprintf(text + n, sizeof text - (size_t)n, "\n");
    wh_recording_bytes bytes = {"x.csv", (const uint8_t *)text, strlen(text)};
    wh_recording *r = NULL;
    wh_message m;
    if (wh_recording_parse_csv(&bytes, NULL, &r, &m) != WH_OK) {
        fail_msg("%s", m.text);
    }
    return r;
}

/* "0/3 1/4": what was found, or the message. */
static void find(const wh_recording *r, const char *list, char *out, size_t size)
{
    wh_recording_pairs p;
    wh_message m;
    if (wh_recording_find_pairs(r, list, &p, &m) != WH_OK) {
        (void)snprintf(out, size, "%s", m.text);
        return;
    }
    int n = snprintf(out, size, "%s",
                     p.origin == WH_PAIRS_NAMED    ? "named"
                     : p.origin == WH_PAIRS_HEADER ? "header"
                                                   : "guessed");
    for (size_t k = 0; k < p.count; k++) {
        n += snprintf(out + n, size - (size_t)n, " %zu/%zu", p.pair[k].u, p.pair[k].i);
    }
}

typedef struct {
    const char *columns;
    const char *header;
    const char *list;
    const char *found; /* or the beginning of the message */
} row;

static const row rows[] = {
    /* by name and by number */
    {"U1,U2,I1,I2", NULL, "U1/I1,U2/I2", "named 0/2 1/3"},
    {"U1,U2,I1,I2", NULL, " U2 / I2 ; U1 / I1 ", "named 1/3 0/2"},
    {"U1,U2,I1,I2", NULL, "u1/i2", "named 0/3"},
    {"U1,U2,I1,I2", NULL, "#1/#3,#2/#4", "named 0/2 1/3"},
    {"U1,U2,I1,I2", NULL, "1/3", "named 0/2"},
    {"\"2\",\"1\",I", NULL, "1/3", "named 1/2"},   /* a name goes before a number ... */
    {"\"2\",\"1\",I", NULL, "#1/#3", "named 0/2"}, /* ... and # says that a number is meant */
    {"HV Bus VR,HV IR", NULL, "HV Bus VR/HV IR", "named 0/1"},
    {"Напряжение A,Ток A", NULL, "Напряжение A/Ток A", "named 0/1"},
    /* a slash in a name */
    {"U/1,I/1", NULL, "U/1/I/1", "named 0/1"},
    {"a/b,b/c,a,c", NULL, "a/b/c", "x.csv:3: 'a/b/c' can be read in several ways"},
    {"a/b,b/c,a,c", NULL, "#1/c", "named 0/3"},
    /* what is not there */
    {"U1,I1", NULL, "U9/I1", "x.csv:3: no channel 'U9'; there are #1 'U1', #2 'I1'"},
    {"U1,I1", NULL, "U1/I9", "x.csv:3: no channel 'I9'; there are #1 'U1', #2 'I1'"},
    {"U1,I1", NULL, "#3/#1", "x.csv:3: no channel '#3'"},
    {"U1,I1", NULL, "#0/#1", "x.csv:3: no channel '#0'"},
    {"U1,I1", NULL, "U1", "x.csv:3: 'U1' is not VOLTAGE/CURRENT"},
    {"U1,I1", NULL, "", "x.csv:3: '' is not VOLTAGE/CURRENT"},
    {"U1,I1", NULL, "U1/I1,", "x.csv:3: '' is not VOLTAGE/CURRENT"},
    {"U1,I1", NULL, "/", "x.csv:3: no channel ''"},
    {"U,U,I", NULL, "U/I", "x.csv:3: several channels are named 'U'"},
    {"U,U,I", NULL, "#2/I", "named 1/2"},
    /* the header's */
    {"V,I", "V/I", NULL, "header 0/1"},
    {"U1,U2,I1,I2", "U1/I1;U2/I2", NULL, "header 0/2 1/3"},
    {"U1,I1", "U1/I1;U2/I2", NULL, "x.csv:3: no channel 'U2'"},
    {"U1,I1", "U1/I1", "I1/U1", "named 1/0"},
    /* guesses */
    {"V,I", NULL, NULL, "guessed 0/1"},
    {"I,V", NULL, NULL, "guessed 1/0"},
    {"voltage,current", NULL, NULL, "guessed 0/1"},
    {"U1,U2,U3,U4,I1,I2,I3,I4", NULL, NULL, "guessed 0/4 1/5 2/6"},
    {"IA_G1,IB_G1,IC_G1,VA_G1,VB_G1,VC_G1,IA_G2,VA_G2", NULL, NULL, "guessed 3/0 4/1 5/2"},
    {"VR,VS,VT,VN,IR,IS,IT,IN", NULL, NULL, "guessed 0/4 1/5 2/6"},
    {"I L1,I L2,I L3,U L1,U L2,U L3,I N", NULL, NULL, "guessed 3/0 4/1 5/2"},
    {"IL3,IL2,IL1,UL3,UL2,UL1", NULL, NULL, "guessed 5/2 4/1 3/0"},
    {"U1,I2", NULL, NULL, "guessed 0/1"},
    {"U_0,I_0", NULL, NULL, "guessed 0/1"},
    {"ch1,ch2", NULL, NULL, "x.csv:3: cannot tell which voltage belongs to which current"},
    {"U1,U2", NULL, NULL, "x.csv:3: cannot tell"},
};

static void pairs_are_found_by_name_number_header_and_guess(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        wh_recording *r = with_columns(rows[k].columns, rows[k].header);
        char found[600];
        find(r, rows[k].list, found, sizeof found);
        if (strncmp(found, rows[k].found, strlen(rows[k].found)) != 0) {
            print_error("%s, %s: %s\n", rows[k].columns, rows[k].list != NULL ? rows[k].list : "-",
                        found);
        }
        assert_memory_equal(found, rows[k].found, strlen(rows[k].found));
        wh_recording_destroy(r);
    }
}

static void a_long_list_of_channels_is_cut_in_the_message(void **state)
{
    (void)state;
    wh_recording *r = with_columns("a1,a2,a3,a4,a5,a6,a7,a8,a9,b1,b2,b3,b4,b5,b6,b7,b8,b9,c1,c2,c3,"
                                   "c4,c5,c6,c7,c8,c9,d1,d2,d3,d4,d5,d6,d7,d8,d9",
                                   NULL);
    char found[600];
    find(r, "x/y", found, sizeof found);
    assert_non_null(strstr(found, ", ..."));
    assert_null(strstr(found, "d9"));
    wh_recording_destroy(r);
}

static void there_is_a_limit_to_pairs(void **state)
{
    (void)state;
    wh_recording *r = with_columns("U,I", NULL);
    char list[4 * (WH_RECORDING_PAIRS_MAX + 1) + 1] = "";
    for (size_t k = 0; k < WH_RECORDING_PAIRS_MAX; k++) {
        (void)strcat(list, k > 0 ? ",U/I" : "U/I");
    }
    wh_recording_pairs p;
    wh_message m;
    assert_int_equal(wh_recording_find_pairs(r, list, &p, &m), WH_OK);
    assert_int_equal(p.count, WH_RECORDING_PAIRS_MAX);
    (void)strcat(list, ",U/I");
    assert_int_equal(wh_recording_find_pairs(r, list, &p, &m), WH_ERR_RANGE);
    wh_recording_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_found_by_name_number_header_and_guess),
        cmocka_unit_test(a_long_list_of_channels_is_cut_in_the_message),
        cmocka_unit_test(there_is_a_limit_to_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
