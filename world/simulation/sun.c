/* SPDX-License-Identifier: Apache-2.0 */
#include "world/simulation/sun.h"

#include <math.h>

#define PI            3.14159265358979323846
#define RAD           (PI / 180)
#define DAY_S         86400.0
#define EDGE_TAU_S    15.0 /* of a cloud's edge crossing the roof */
#define CLOUD_CYCLE_S 900.0

double wh_sun_clear_kw_m2(double utc_s, double latitude_deg, double longitude_deg, double tilt_deg)
{
    double days = utc_s / DAY_S;
    double day_of_year = fmod(days, 365.2425) + 1; /* 1970 began a year */
    double hour_angle = 2 * PI * (days - floor(days) - 0.5) + longitude_deg * RAD;
    double declination = 23.45 * RAD * sin(2 * PI * (284 + day_of_year) / 365);
    double latitude = latitude_deg * RAD;
    double height =
        sin(declination) * sin(latitude) + cos(declination) * cos(latitude) * cos(hour_angle);
    if (height <= 0.01) {
        return 0;
    }
    double tilted = latitude - (latitude < 0 ? -tilt_deg : tilt_deg) * RAD;
    double incidence =
        sin(declination) * sin(tilted) + cos(declination) * cos(tilted) * cos(hour_angle);
    double beam = 1.353 * pow(0.7, pow(1 / height, 0.678));
    return beam * (fmax(incidence, 0) + 0.1);
}

void wh_clouds_init(wh_clouds *c, double cover)
{
    *c = (wh_clouds){.cover = fmin(fmax(cover, 0), 1), .now = 1, .goal = 1};
}

double wh_clouds_step(wh_clouds *c, wh_random *random, double step_s)
{
    if (c->cover <= 0) {
        return 1;
    }
    c->left_s -= step_s;
    if (c->left_s <= 0) {
        c->shaded = !c->shaded && c->cover > 0;
        double share = c->shaded ? c->cover : 1 - c->cover;
        c->left_s = 1 - log(1 - wh_random_unit(random)) * CLOUD_CYCLE_S * share;
        c->goal = c->shaded ? wh_random_between(random, 0.15, 0.6)
                            : wh_random_between(random, 0.95, 1.05);
    }
    c->now += (c->goal - c->now) * (1 - exp(-step_s / EDGE_TAU_S));
    return c->now;
}
