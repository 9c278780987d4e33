/* SPDX-License-Identifier: Apache-2.0 */
/* keep_settings.h - the block `keep` of the configuration: what the meter keeps and decides.
 *
 * The structs are laid out as the file is; keep_schema.c says which key is which field. Texts
 * that hold more than one value:
 *
 *   day table     '06:00 3, 08:00 2, 22:00 4'     from when which rate
 *   season        '07-01 2', '01-01 1 weekend 3'  from which day which table, another on weekends
 *   holiday       '2026-10-01 3', '12-25 3'       in a year, in every year; the day table
 *   billing time  '1 00:00', 'end'                day of the month and time, or its last midnight
 *   window        '1-5 17:00-20:00 3000'          weekdays, hours, and a number
 *   column        '1.8.0', '1.6.0 5'              OBIS code, and an attribute unless it is 2; or
 *                                                 a name of the catalogue
 *
 * What the file says holds at each start; what it leaves out stays as it was set at the meter. */
#ifndef WH_APPS_KEEP_SETTINGS_H
#define WH_APPS_KEEP_SETTINGS_H

#include "core/err.h"
#include "core/time_zone.h"
#include "host/config_yaml.h"
#include "host/message.h"
#include "meter/clock/boundary.h"
#include "meter/display/display.h"
#include "meter/record/recorder.h"
#include "meter/supply/limiter.h"
#include "meter/supply/load_table.h"
#include "meter/tariff/tariff_calendar.h"
#include "meter/tariff/tariff_table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define WH_KEEP_PROFILES_MAX 4
#define WH_KEEP_COLUMNS_MAX  32 /* of a profile */
#define WH_KEEP_LIMITS_MAX   4

typedef struct {
    char *file;
    uint32_t sectors; /* of 4 kB */
    uint32_t flush_s;
    double flush_wh;
} wh_store_settings;

typedef struct {
    char *table; /* a ready one (data/tariffs); else days and seasons */
    char **days;
    unsigned days_count;
    char **seasons;
    unsigned seasons_count;
    char **holidays;
    unsigned holidays_count;
    double *import_prices; /* currency per kWh, by rate */
    unsigned import_prices_count;
    double *export_prices;
    unsigned export_prices_count;
    double *steps_above_kwh; /* in a month */
    unsigned steps_above_kwh_count;
    double *steps_prices; /* on top, one more than thresholds */
    unsigned steps_prices_count;
} wh_tariff_settings;

typedef struct {
    uint32_t period_min;
    uint32_t slips;
} wh_demand_settings;

typedef struct {
    uint32_t every_min;
    uint32_t entries;
    char **columns;
    unsigned columns_count;
} wh_profile_settings;

typedef struct {
    uint32_t periods; /* kept */
    char **at;
    unsigned at_count;
} wh_billing_settings;

typedef struct {
    wh_limiter_value value;
    double above; /* W or A */
    double *by_rate;
    unsigned by_rate_count;
    char **windows;
    unsigned windows_count;
    wh_limiter_action action;
    uint32_t over_s;
    uint32_t under_s;
    uint32_t escalate_s;
    uint32_t reclose_max;
    uint32_t reclose_wait_s;
} wh_limit_settings;

/* Money in the currency. */
typedef struct {
    double low;       /* below it: buy */
    double overdraft; /* the account may go so far below 0 */
    double emergency; /* a credit beside it, paid back by the next top-ups */
    double clearance; /* at least, before the switch closes again */
    double hoarding;  /* the most that may be held; 0: any */
    double per_day;   /* standing charge */
    bool reconnects;  /* by itself, once paid */
    char **friendly;  /* windows without a number, in which nothing is disconnected */
    unsigned friendly_count;
} wh_account_settings;

typedef struct {
    wh_load_class load_class;
    uint32_t priority;
    uint32_t min_on_s;
    uint32_t min_off_s;
    uint32_t power_max_w;
} wh_house_load_settings;

typedef struct {
    uint32_t screen_s;
    uint32_t key_s;
    uint32_t energy_decimals;
    uint32_t power_decimals;
    bool rate_names;
    char **automatic;
    unsigned automatic_count;
    char **by_key;
    unsigned by_key_count;
} wh_screen_settings;

typedef struct {
    char *key; /* a private key as `watthour keys new` writes it */
    char *directory;
} wh_bill_settings;

/* What limits of events refer to. */
typedef struct {
    double u_v;
    double ib_a;
    double imax_a;
    uint32_t depth; /* records kept of each kind */
} wh_event_settings;

typedef struct {
    wh_store_settings store;
    char *zone;
    uint32_t rates;
    wh_tariff_settings *tariff;
    wh_demand_settings demand;
    wh_profile_settings *profiles;
    unsigned profiles_count;
    wh_billing_settings billing;
    uint32_t switch_mode;
    wh_limit_settings *limits;
    unsigned limits_count;
    wh_account_settings *prepayment;
    wh_house_load_settings *loads;
    unsigned loads_count;
    wh_screen_settings *display;
    wh_bill_settings *bills;
    wh_event_settings events;
} wh_keep_settings;

/* The texts of the block, read. */
typedef struct {
    wh_time_zone zone;
    bool have_zone; /* the file says one; else UTC at first, then as set at the meter */
    const wh_tariff_table *table; /* NULL: days, seasons, holidays */
    wh_tariff_zones zones;
    wh_tariff_days days;
    wh_tariff_holiday holidays[WH_TARIFF_HOLIDAYS_MAX];
    uint8_t rates; /* the highest in use */
    wh_column_run columns[WH_KEEP_PROFILES_MAX][WH_KEEP_COLUMNS_MAX];
    wh_boundary_pattern billing[WH_RECORDER_TIMES_MAX];
    wh_limiter_config limits[WH_KEEP_LIMITS_MAX];
    wh_limiter_window friendly[2];
    wh_column automatic[WH_DISPLAY_SCREENS_MAX];
    wh_column by_key[WH_DISPLAY_SCREENS_MAX];
} wh_keep_values;

/* Fields of the mapping `keep`, and names of its enum values. */
extern const cyaml_schema_field_t wh_keep_fields[];
extern const cyaml_strval_t wh_limit_value_names[WH_LIMITER_VALUES];
extern const cyaml_strval_t wh_limit_action_names[3];
extern const cyaml_strval_t wh_load_class_names[WH_LOAD_CLASSES];

/* Check the block, fill in defaults, read the texts. WH_ERR_FORMAT: *message says "file:line: key:
 * what is wrong". */
wh_err wh_keep_settings_check(const wh_config_yaml *config, wh_keep_settings *keep,
                              wh_keep_values *values, wh_message *message) WH_MUST_USE;

/* The calendar of the tariff, in force and on standby, from a block with a table or days.
 *
 * key  out  the key to blame where it is not WH_OK: errors as wh_tariff_set_zones, _days and
 *           _holidays */
wh_err wh_keep_calendar(const wh_keep_settings *keep, const wh_keep_values *values,
                        wh_tariff_calendar *calendar, const char **key) WH_MUST_USE;

/* As a file that reads back the same. */
void wh_keep_settings_print(const wh_keep_settings *keep, FILE *out);

#endif /* WH_APPS_KEEP_SETTINGS_H */
