/* SPDX-License-Identifier: Apache-2.0 */
/* sun.h - what a solar roof gets: the course of the sun, and clouds by chance. */
#ifndef WH_WORLD_SUN_H
#define WH_WORLD_SUN_H

#include "world/simulation/random.h"

#include <stdbool.h>
#include <stdint.h>

/* Irradiance on a plane that faces the equator under a clear sky, in kW per square metre.
 * Declination after Cooper 1969, beam 1.353 * 0.7^(AM^0.678) kW after Meinel 1976, and a tenth
 * of it diffuse: good to some percent, which is all a simulated roof needs. */
double wh_sun_clear_kw_m2(double utc_s, double latitude_deg, double longitude_deg, double tilt_deg);

/* Clouds come and go: minutes in the clear, minutes in shadow, with soft edges. */
typedef struct {
    double cover; /* part of the time in shadow, 0 to 1 */
    double now;   /* light that comes through, 0 to 1 */
    double goal;
    double left_s;
    bool shaded;
} wh_clouds;

void wh_clouds_init(wh_clouds *c, double cover);

/* Move on by step_s; the part of the clear-sky light that comes through. */
double wh_clouds_step(wh_clouds *c, wh_random *random, double step_s);

#endif /* WH_WORLD_SUN_H */
