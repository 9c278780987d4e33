/* SPDX-License-Identifier: Apache-2.0 */
#include "world/simulation/random.h"

#include <math.h>

#define TAIL_START 3.442619855899 /* of 128 layers of equal area */
#define LAYER_AREA 9.91256303526217e-3

static uint64_t rotate_left(uint64_t x, unsigned k)
{
    return (x << k) | (x >> (64 - k));
}

void wh_random_init(wh_random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15U;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        r->state[i] = z ^ (z >> 31);
    }
    double density = exp(-0.5 * TAIL_START * TAIL_START);
    r->edge[0] = LAYER_AREA / density;
    r->edge[1] = TAIL_START;
    for (int i = 2; i < WH_RANDOM_LAYERS; i++) {
        r->edge[i] = sqrt(-2.0 * log(LAYER_AREA / r->edge[i - 1] + density));
        density = exp(-0.5 * r->edge[i] * r->edge[i]);
    }
    r->edge[WH_RANDOM_LAYERS] = 0.0;
    for (int i = 0; i < WH_RANDOM_LAYERS; i++) {
        r->ratio[i] = r->edge[i + 1] / r->edge[i];
    }
}

uint64_t wh_random_u64(wh_random *r)
{
    uint64_t *s = r->state;
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

static double unit_of(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

double wh_random_unit(wh_random *r)
{
    return unit_of(wh_random_u64(r));
}

double wh_random_between(wh_random *r, double low, double high)
{
    return low + (high - low) * wh_random_unit(r);
}

/* Beyond the last layer: two exponentials (Marsaglia 1964). */
static double tail(wh_random *r, double sign)
{
    double x, y;
    do {
        x = -log(1.0 - wh_random_unit(r)) / TAIL_START;
        y = -log(1.0 - wh_random_unit(r));
    } while (2.0 * y < x * x);
    return sign * (TAIL_START + x);
}

double wh_random_gauss(wh_random *r)
{
    for (;;) {
        uint64_t bits = wh_random_u64(r);
        unsigned layer = (unsigned)(bits & (WH_RANDOM_LAYERS - 1)); /* unit_of drops these bits */
        double u = 2.0 * unit_of(bits) - 1.0;
        if (fabs(u) < r->ratio[layer]) {
            return u * r->edge[layer];
        }
        if (layer == 0) {
            return tail(r, u < 0 ? -1.0 : 1.0);
        }
        double x = u * r->edge[layer];
        double outer = exp(-0.5 * (r->edge[layer] * r->edge[layer] - x * x));
        double inner = exp(-0.5 * (r->edge[layer + 1] * r->edge[layer + 1] - x * x));
        if (inner + wh_random_unit(r) * (outer - inner) < 1.0) {
            return x;
        }
    }
}
