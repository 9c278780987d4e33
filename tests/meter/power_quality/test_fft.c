/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/fft.h"

#include <complex.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define PI 3.14159265358979323846

/* The definition, in double. */
static double complex bin(const float *x, unsigned n, unsigned k)
{
    double complex sum = 0;
    for (unsigned j = 0; j < n; j++) {
        sum += x[j] * cexp(-2.0 * I * PI * (double)((uint64_t)j * k % n) / n);
    }
    return sum;
}

static void check(unsigned n, unsigned seed)
{
    float *x = malloc(n * sizeof *x);
    float *data = malloc(n * sizeof *data); /* exact size: ASan sees a step beyond */
    double worst = 0;

    for (unsigned i = 0; i < n; i++) {
        seed = seed * 1664525U + 1013904223U;
        x[i] = (float)((double)(int32_t)seed / 2147483648.0);
        data[wh_fft_place(i, n)] = x[i];
    }
    wh_fft_real(data, n);
    for (unsigned k = 0; k < n / 2; k++) {
        const double complex want = bin(x, n, k);
        const double im = k > 0 ? cimag(want) : creal(bin(x, n, n / 2));
        worst = fmax(worst, fabs(data[2 * k] - creal(want)));
        worst = fmax(worst, fabs(data[2 * k + 1] - im));
    }
    print_message("fft of %4u points: largest difference to the definition %.2g of sqrt(n)\n", n,
                  worst / sqrt(n));
    assert_true(worst < 2e-6 * sqrt(n));
    free(x);
    free(data);
}

static void every_size_equals_the_definition(void **state)
{
    (void)state;
    for (unsigned n = 8; n <= WH_FFT_POINTS_MAX; n *= 2) {
        check(n, n);
    }
}

static void places_are_a_permutation(void **state)
{
    (void)state;
    for (unsigned n = 8; n <= WH_FFT_POINTS_MAX; n *= 2) {
        char *taken = calloc(n, 1);
        for (unsigned i = 0; i < n; i++) {
            const unsigned place = wh_fft_place(i, n);
            assert_true(place < n);
            assert_int_equal(taken[place], 0);
            taken[place] = 1;
        }
        free(taken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_equals_the_definition),
        cmocka_unit_test(places_are_a_permutation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
