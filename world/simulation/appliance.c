/* SPDX-License-Identifier: Apache-2.0 */
#include "world/simulation/appliance.h"

#include <math.h>

#define PI 3.14159265358979323846

static const wh_programme_step washing[] = {
    {4, 0, 60}, {14, 2000, 120}, {30, 0, 180}, {3, 0, 40}, {6, 0, 160},
    {3, 0, 40}, {6, 0, 160},     {8, 0, 420},  {0, 0, 0},
};

static const wh_programme_step dishes[] = {
    {5, 0, 70}, {16, 1900, 80}, {25, 0, 90}, {12, 1900, 80}, {15, 0, 20}, {0, 0, 0},
};

/* clang-format off */
const wh_appliance wh_appliances[] = {
    {.name = "standby", .wave = WH_WAVE_SPECTRUM, .watts = 45, .lag_deg = -25, .phases = 1, .phase = 0,
     .hours = WH_HOURS_ALWAYS,
     .harmonic = {{3, 82, 175}, {5, 62, 350}, {7, 40, 165}, {9, 22, 340}, {11, 10, 150}, {13, 7, 300}}},
    {.name = "refrigerator", .wave = WH_WAVE_SPECTRUM, .watts = 110, .lag_deg = 42, .inrush = 7, .inrush_s = 0.12F,
     .phases = 1, .phase = 1, .hours = WH_HOURS_CYCLE, .on_min = 14, .off_min = 26,
     .harmonic = {{3, 9, 160}, {5, 3, 20}, {7, 1, 0}}},
    {.name = "freezer", .wave = WH_WAVE_SPECTRUM, .watts = 95, .lag_deg = 45, .inrush = 6, .inrush_s = 0.15F,
     .phases = 1, .phase = 2, .hours = WH_HOURS_CYCLE, .on_min = 11, .off_min = 24,
     .harmonic = {{3, 8, 150}, {5, 2.5F, 10}}},
    {.name = "kettle", .wave = WH_WAVE_RESISTIVE, .watts = 2000, .phases = 1, .phase = 0,
     .hours = WH_HOURS_MEALS, .starts_per_day = 5, .on_min = 3},
    {.name = "oven", .wave = WH_WAVE_RESISTIVE, .watts = 2400, .phases = 1, .phase = 1,
     .hours = WH_HOURS_MEALS, .starts_per_day = 0.7F, .on_min = 35},
    {.name = "induction hob", .wave = WH_WAVE_SPECTRUM, .watts = 3000, .lag_deg = -8, .phases = 1, .phase = 2,
     .hours = WH_HOURS_MEALS, .starts_per_day = 2, .on_min = 18,
     .harmonic = {{3, 4, 30}, {5, 3, 200}, {7, 2, 80}, {9, 1, 10}}},
    {.name = "LED lighting", .wave = WH_WAVE_SPECTRUM, .watts = 80, .lag_deg = -20, .inrush = 12, .inrush_s = 0.004F,
     .phases = 1, .phase = 1, .hours = WH_HOURS_EVENING, .starts_per_day = 6, .on_min = 75,
     .harmonic = {{3, 75, 170}, {5, 48, 345}, {7, 28, 160}, {9, 18, 330}, {11, 15, 140}, {13, 10, 300}, {15, 6, 90}}},
    {.name = "dimmed lamp", .wave = WH_WAVE_FIRED, .watts = 120, .fire_deg = 75, .phases = 1, .phase = 0,
     .hours = WH_HOURS_EVENING, .starts_per_day = 1.5F, .on_min = 100},
    {.name = "television and laptop", .wave = WH_WAVE_SPECTRUM, .watts = 190, .lag_deg = -12, .inrush = 15,
     .inrush_s = 0.005F, .phases = 1, .phase = 2, .hours = WH_HOURS_EVENING, .starts_per_day = 2.5F, .on_min = 110,
     .harmonic = {{3, 80, 178}, {5, 56, 355}, {7, 31, 172}, {9, 12, 345}, {11, 5, 120}, {13, 6, 10}}},
    {.name = "hair dryer, low heat", .wave = WH_WAVE_HALF, .watts = 600, .phases = 1, .phase = 0,
     .hours = WH_HOURS_MORNING, .starts_per_day = 1, .on_min = 5},
    {.name = "washing machine", .wave = WH_WAVE_SPECTRUM, .watts = 180, .lag_deg = 25, .inrush = 3, .inrush_s = 0.2F,
     .phases = 1, .phase = 1, .hours = WH_HOURS_DAY, .starts_per_day = 0.8F, .programme = washing,
     .harmonic = {{3, 45, 190}, {5, 18, 20}, {7, 8, 200}, {9, 4, 30}}},
    {.name = "dishwasher", .wave = WH_WAVE_SPECTRUM, .watts = 80, .lag_deg = 30, .inrush = 3, .inrush_s = 0.1F,
     .phases = 1, .phase = 2, .hours = WH_HOURS_EVENING, .starts_per_day = 0.9F, .programme = dishes,
     .harmonic = {{3, 12, 170}, {5, 5, 20}}},
    {.name = "air conditioner", .wave = WH_WAVE_SPECTRUM, .watts = 900, .lag_deg = 6, .inrush = 1.4F, .inrush_s = 2,
     .phases = 1, .phase = 2, .hours = WH_HOURS_DAY, .starts_per_day = 3, .on_min = 45,
     .harmonic = {{3, 14, 185}, {5, 7, 40}, {7, 4, 220}, {9, 2, 60}, {11, 1.5F, 250}}},
    {.name = "home office", .wave = WH_WAVE_SPECTRUM, .watts = 260, .lag_deg = -10, .inrush = 10, .inrush_s = 0.005F,
     .phases = 1, .phase = 0, .hours = WH_HOURS_DAY, .starts_per_day = 2, .on_min = 150,
     .harmonic = {{3, 30, 185}, {5, 18, 10}, {7, 12, 200}, {9, 8, 20}, {11, 5, 180}}},
    {.name = "heat pump", .wave = WH_WAVE_SPECTRUM, .watts = 2100, .lag_deg = 12, .inrush = 2, .inrush_s = 1.5F,
     .phases = 3, .hours = WH_HOURS_CYCLE, .on_min = 25, .off_min = 70,
     .harmonic = {{5, 28, 180}, {7, 14, 0}, {11, 7, 180}, {13, 4, 0}}},
    {.name = "electric vehicle", .wave = WH_WAVE_SPECTRUM, .watts = 11000, .lag_deg = -2, .inrush = 1.2F, .inrush_s = 3,
     .phases = 3, .hours = WH_HOURS_NIGHT, .starts_per_day = 0.6F, .on_min = 110,
     .harmonic = {{3, 2.5F, 200}, {5, 2, 30}, {7, 1.2F, 190}, {9, 0.8F, 40}, {11, 0.6F, 10}}},
};
const size_t wh_appliance_count = sizeof wh_appliances / sizeof wh_appliances[0];

const wh_appliance wh_appliance_inverter = {
    .name = "solar inverter", .wave = WH_WAVE_SPECTRUM, .lag_deg = 1, .phases = 3, .hours = WH_HOURS_ALWAYS,
    .harmonic = {{3, 0.9F, 40}, {5, 1.4F, 200}, {7, 0.9F, 10}, {11, 0.6F, 160}, {13, 0.4F, 20}, {17, 0.3F, 0}, {19, 0.2F, 0}}};

const wh_appliance wh_appliance_profile[3] = {
    {.name = "profile: heating", .wave = WH_WAVE_RESISTIVE, .phases = 1, .phase = 0},
    {.name = "profile: electronics", .wave = WH_WAVE_SPECTRUM, .lag_deg = -10, .phases = 1, .phase = 1,
     .harmonic = {{3, 60, 176}, {5, 40, 352}, {7, 22, 168}, {9, 10, 340}, {11, 5, 140}}},
    {.name = "profile: motors", .wave = WH_WAVE_SPECTRUM, .lag_deg = 30, .phases = 1, .phase = 2,
     .harmonic = {{3, 9, 160}, {5, 4, 20}, {7, 1.5F, 0}}},
};
/* clang-format on */

static const uint8_t hour_table[][24] = {
    [WH_HOURS_ALWAYS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    [WH_HOURS_CYCLE] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    [WH_HOURS_MEALS] = {0, 0, 0, 0, 0, 2, 7, 8, 4, 2, 2, 8, 9, 4, 2, 3, 4, 7, 10, 8, 4, 2, 1, 0},
    [WH_HOURS_MORNING] = {0, 0, 0, 0, 0, 4, 9, 9, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 1, 0},
    [WH_HOURS_DAY] = {0, 0, 0, 0, 0, 0, 1, 2, 5, 7, 7, 7, 7, 8, 8, 8, 7, 6, 5, 3, 2, 1, 0, 0},
    [WH_HOURS_EVENING] = {1, 0, 0, 0, 0, 1, 2, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 5, 8, 9, 9, 8, 5, 2},
    [WH_HOURS_NIGHT] = {3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 7, 7, 6, 6, 5, 4},
};

double wh_appliance_hour_weight(wh_hours hours, unsigned hour)
{
    double sum = 0;
    for (unsigned h = 0; h < 24; h++) {
        sum += hour_table[hours][h];
    }
    return 24.0 * hour_table[hours][hour % 24] / sum;
}

/* The current at angle x for a fundamental (or full sine) of peak 1. */
static double shape(const wh_appliance *a, double x)
{
    double fire = a->fire_deg * PI / 180;
    double value;
    switch (a->wave) {
    case WH_WAVE_SPECTRUM:
        value = sin(x - a->lag_deg * PI / 180);
        for (size_t k = 0; k < WH_APPLIANCE_HARMONICS && a->harmonic[k].order != 0; k++) {
            const wh_current_harmonic *h = &a->harmonic[k];
            value += h->percent / 100 * sin(h->order * x + h->degrees * PI / 180);
        }
        return value;
    case WH_WAVE_FIRED:
        return fmod(x, PI) >= fire ? sin(x) : 0;
    case WH_WAVE_HALF:
        return x < PI ? sin(x) : 0;
    case WH_WAVE_RESISTIVE:
    default:
        return sin(x);
    }
}

/* Power of shape() at a sine of 1 V peak. */
static double power_of_shape(const wh_appliance *a)
{
    double fire = a->fire_deg * PI / 180;
    switch (a->wave) {
    case WH_WAVE_SPECTRUM:
        return 0.5 * cos(a->lag_deg * PI / 180);
    case WH_WAVE_FIRED:
        return 0.5 * (1 - fire / PI + sin(2 * fire) / (2 * PI));
    case WH_WAVE_HALF:
        return 0.25;
    case WH_WAVE_RESISTIVE:
    default:
        return 0.5;
    }
}

void wh_appliance_wave(const wh_appliance *a, double u_v, double *table, size_t points)
{
    double amplitude = 1 / (u_v * sqrt(2.0) * power_of_shape(a));
    for (size_t n = 0; n <= points; n++) {
        double x = 2 * PI * (double)(n % points) / (double)points;
        table[n] = amplitude * shape(a, x);
    }
}
