/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SETS  3U
#define TOTAL (WH_IMAGE_HEADER_SIZE + SETS * WH_IMAGE_SET_SIZE)

static wh_image_header example(void)
{
    wh_image_header h = {.set_count = SETS, .block = 16, .windows_per_report = 2};
    wh_metrology_config *m = &h.meter.metrology;
    m->fs_mhz = 8000000;
    m->f_nominal_mhz = 50000;
    m->phases = 3;
    m->cycles_per_window = 10;
    m->u_min_uv = 20000000;
    m->creep_uw = -5;
    m->creep_windows = 25;
    h.meter.registers.direction = WH_DIRECTION_ARITHMETIC;
    h.meter.registers.interval_windows = 70000;
    h.meter.registers.modulus_mwh = INT64_C(1000000000000000);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        m->channel[k].full_scale = INT64_C(5000000000) + k;
        m->channel[k].gain_q30 = WH_GAIN_ONE_Q30 - k;
        m->channel[k].delay_q16 = 100 + k;
        m->channel[k].noise_q8 = 1000 + k;
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        m->phase[k].angle_nrad = INT32_MIN + (int32_t)k;
        m->phase[k].p_offset_uw = -1 - (int32_t)k;
        m->phase[k].q_offset_uvar = INT32_MAX - (int32_t)k;
    }
    return h;
}

/* An exact-size copy on the heap, so that a read past its end is seen; the caller frees it. */
static uint8_t *encoded(const wh_image_header *header, size_t len)
{
    uint8_t whole[TOTAL] = {0};
    wh_writer w = wh_writer_init(whole, sizeof whole);
    wh_image_header_encode(&w, header);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_int_equal(wh_writer_len(&w), WH_IMAGE_HEADER_SIZE);
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, whole, len);
    return copy;
}

static wh_err decode(uint8_t *bytes, size_t len, wh_image_header *out)
{
    wh_reader r = wh_reader_init(bytes, len);
    wh_err err = wh_image_header_decode(&r, out);
    if (err == WH_OK) {
        assert_int_equal(wh_reader_pos(&r), WH_IMAGE_HEADER_SIZE);
    }
    free(bytes);
    return err;
}

static void a_header_comes_back_as_it_was_written(void **state)
{
    (void)state;
    wh_image_header in = example();
    wh_image_header out;
    assert_int_equal(decode(encoded(&in, TOTAL), TOTAL, &out), WH_OK);
    assert_int_equal(out.set_count, in.set_count);
    assert_int_equal(out.block, in.block);
    assert_int_equal(out.windows_per_report, in.windows_per_report);
    const wh_metrology_config *a = &in.meter.metrology;
    const wh_metrology_config *b = &out.meter.metrology;
    assert_int_equal(b->fs_mhz, a->fs_mhz);
    assert_int_equal(b->f_nominal_mhz, a->f_nominal_mhz);
    assert_int_equal(b->phases, a->phases);
    assert_int_equal(b->cycles_per_window, a->cycles_per_window);
    assert_int_equal(b->u_min_uv, a->u_min_uv);
    assert_int_equal(b->creep_uw, a->creep_uw);
    assert_int_equal(b->creep_windows, a->creep_windows);
    assert_int_equal(out.meter.registers.direction, in.meter.registers.direction);
    assert_int_equal(out.meter.registers.interval_windows, in.meter.registers.interval_windows);
    assert_int_equal(out.meter.registers.modulus_mwh, in.meter.registers.modulus_mwh);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        assert_int_equal(b->channel[k].full_scale, a->channel[k].full_scale);
        assert_int_equal(b->channel[k].gain_q30, a->channel[k].gain_q30);
        assert_int_equal(b->channel[k].delay_q16, a->channel[k].delay_q16);
        assert_int_equal(b->channel[k].noise_q8, a->channel[k].noise_q8);
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        assert_int_equal(b->phase[k].angle_nrad, a->phase[k].angle_nrad);
        assert_int_equal(b->phase[k].p_offset_uw, a->phase[k].p_offset_uw);
        assert_int_equal(b->phase[k].q_offset_uvar, a->phase[k].q_offset_uvar);
    }
}

static void every_prefix_is_short(void **state)
{
    (void)state;
    wh_image_header in = example();
    for (size_t len = 0; len < TOTAL; len++) {
        wh_image_header out;
        assert_int_equal(decode(encoded(&in, len), len, &out), WH_ERR_SHORT);
    }
}

static void a_header_does_not_fit_into_less_than_its_size(void **state)
{
    (void)state;
    wh_image_header in = example();
    for (size_t size = 0; size < WH_IMAGE_HEADER_SIZE; size++) {
        uint8_t bytes[WH_IMAGE_HEADER_SIZE];
        wh_writer w = wh_writer_init(bytes, size);
        wh_image_header_encode(&w, &in);
        assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    }
}

static void what_has_another_form_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err want;
    } row[] = {
        {0, 'V', WH_ERR_FORMAT},            /* magic */
        {3, '2', WH_ERR_FORMAT},            /* magic of another version */
        {4, SETS + 1, WH_ERR_SHORT},        /* one set more than there are */
        {4, SETS - 1, WH_OK},               /* what follows the sets does not matter */
        {4, 0, WH_OK},                      /* no sets */
        {7, 0x80, WH_ERR_SHORT},            /* very many */
        {8, 0, WH_ERR_FORMAT},              /* blocks of none */
        {8, 1, WH_OK},                      /* the smallest */
        {9, 1, WH_ERR_FORMAT},              /* 272 */
        {22, WH_DIRECTION_ABSOLUTE, WH_OK}, /* the last direction */
        {22, WH_DIRECTION_ABSOLUTE + 1, WH_ERR_FORMAT},
        {23, 1, WH_ERR_FORMAT}, /* zero must be zero */
        {54, 1, WH_ERR_FORMAT},
        {55, 1, WH_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        wh_image_header in = example();
        wh_image_header out;
        uint8_t *bytes = encoded(&in, TOTAL);
        bytes[row[i].at] = row[i].byte;
        assert_int_equal(decode(bytes, TOTAL, &out), row[i].want);
    }
}

static void the_largest_block_is_allowed(void **state)
{
    (void)state;
    wh_image_header in = example();
    wh_image_header out;
    in.block = WH_IMAGE_BLOCK_MAX;
    assert_int_equal(decode(encoded(&in, TOTAL), TOTAL, &out), WH_OK);
    in.block = WH_IMAGE_BLOCK_MAX + 1;
    assert_int_equal(decode(encoded(&in, TOTAL), TOTAL, &out), WH_ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_comes_back_as_it_was_written),
        cmocka_unit_test(every_prefix_is_short),
        cmocka_unit_test(a_header_does_not_fit_into_less_than_its_size),
        cmocka_unit_test(what_has_another_form_is_refused),
        cmocka_unit_test(the_largest_block_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
