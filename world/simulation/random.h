/* SPDX-License-Identifier: Apache-2.0 */
/* random.h - seeded random numbers: the same seed gives the same world.
 *
 * xoshiro256++ (Blackman, Vigna 2019) seeded by splitmix64; normal deviates by the ziggurat
 * (Marsaglia, Tsang 2000, in Doornik's form, 128 layers). About 4 ns a number. Not for keys. */
#ifndef WH_WORLD_RANDOM_H
#define WH_WORLD_RANDOM_H

#include <stdint.h>

#define WH_RANDOM_LAYERS 128

/* Fields are private. */
typedef struct {
    uint64_t state[4];
    double edge[WH_RANDOM_LAYERS + 1]; /* right edges of the layers */
    double ratio[WH_RANDOM_LAYERS];    /* edge[i + 1] / edge[i] */
} wh_random;

void wh_random_init(wh_random *r, uint64_t seed);

uint64_t wh_random_u64(wh_random *r);

/* Uniform in [0, 1), and in [low, high). */
double wh_random_unit(wh_random *r);
double wh_random_between(wh_random *r, double low, double high);

/* Normal, mean 0, variance 1. */
double wh_random_gauss(wh_random *r);

#endif /* WH_WORLD_RANDOM_H */
