/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the block `keep`, for libcyaml. */
#include "apps/watthour-meter/keep_settings.h"

#define OPTIONAL     CYAML_FLAG_OPTIONAL
#define OPTIONAL_PTR (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define CHOICE       CYAML_FLAG_STRICT

const cyaml_strval_t wh_limit_value_names[WH_LIMITER_VALUES] = {
    {"import_power", WH_LIMITER_POWER_IMPORT},
    {"export_power", WH_LIMITER_POWER_EXPORT},
    {"current", WH_LIMITER_CURRENT},
    {"demand", WH_LIMITER_DEMAND},
};

const cyaml_strval_t wh_limit_action_names[3] = {
    {"nothing", WH_LIMITER_NOTHING},
    {"disconnect", WH_LIMITER_DISCONNECT},
    {"shed", WH_LIMITER_SHED},
};

const cyaml_strval_t wh_load_class_names[WH_LOAD_CLASSES] = {
    {"heating", WH_LOAD_HEATING},   {"cooling", WH_LOAD_COOLING},
    {"washing", WH_LOAD_WASHING},   {"refrigeration", WH_LOAD_REFRIGERATION},
    {"lighting", WH_LOAD_LIGHTING}, {"ev", WH_LOAD_EV},
    {"storage", WH_LOAD_STORAGE},   {"generation", WH_LOAD_GENERATION},
    {"other", WH_LOAD_OTHER},
};

static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 200),
};
static const cyaml_schema_value_t number_entry = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};

#define TEXTS(key, type, member, max) \
    CYAML_FIELD_SEQUENCE(key, OPTIONAL_PTR, type, member, &text_entry, 0, max)
#define NUMBERS(key, type, member, max) \
    CYAML_FIELD_SEQUENCE(key, OPTIONAL_PTR, type, member, &number_entry, 0, max)

static const cyaml_schema_field_t store_fields[] = {
    CYAML_FIELD_STRING_PTR("file", CYAML_FLAG_POINTER, wh_store_settings, file, 1, CYAML_UNLIMITED),
    CYAML_FIELD_UINT("sectors", OPTIONAL, wh_store_settings, sectors),
    CYAML_FIELD_UINT("flush_s", OPTIONAL, wh_store_settings, flush_s),
    CYAML_FIELD_FLOAT("flush_wh", OPTIONAL, wh_store_settings, flush_wh),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t tariff_fields[] = {
    CYAML_FIELD_STRING_PTR("table", OPTIONAL_PTR, wh_tariff_settings, table, 1, 64),
    TEXTS("days", wh_tariff_settings, days, WH_TARIFF_DAYS_MAX),
    TEXTS("seasons", wh_tariff_settings, seasons, WH_TARIFF_SEASONS_MAX),
    TEXTS("holidays", wh_tariff_settings, holidays, WH_TARIFF_HOLIDAYS_MAX),
    NUMBERS("import_prices", wh_tariff_settings, import_prices, WH_TARIFF_RATES_MAX),
    NUMBERS("export_prices", wh_tariff_settings, export_prices, WH_TARIFF_RATES_MAX),
    NUMBERS("steps_above_kwh", wh_tariff_settings, steps_above_kwh, 7),
    NUMBERS("steps_prices", wh_tariff_settings, steps_prices, 8),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t demand_fields[] = {
    CYAML_FIELD_UINT("period_min", OPTIONAL, wh_demand_settings, period_min),
    CYAML_FIELD_UINT("slips", OPTIONAL, wh_demand_settings, slips),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t profile_fields[] = {
    CYAML_FIELD_UINT("every_min", OPTIONAL, wh_profile_settings, every_min),
    CYAML_FIELD_UINT("entries", OPTIONAL, wh_profile_settings, entries),
    TEXTS("columns", wh_profile_settings, columns, WH_KEEP_COLUMNS_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t profile_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, wh_profile_settings, profile_fields),
};

static const cyaml_schema_field_t billing_fields[] = {
    CYAML_FIELD_UINT("periods", OPTIONAL, wh_billing_settings, periods),
    TEXTS("at", wh_billing_settings, at, WH_RECORDER_TIMES_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t limit_fields[] = {
    CYAML_FIELD_ENUM("value", CHOICE, wh_limit_settings, value, wh_limit_value_names,
                     WH_LIMITER_VALUES),
    CYAML_FIELD_FLOAT("above", CYAML_FLAG_DEFAULT, wh_limit_settings, above),
    NUMBERS("by_rate", wh_limit_settings, by_rate, WH_LIMITER_RATES_MAX),
    TEXTS("windows", wh_limit_settings, windows, WH_LIMITER_WINDOWS_MAX),
    CYAML_FIELD_ENUM("action", CHOICE, wh_limit_settings, action, wh_limit_action_names, 3),
    CYAML_FIELD_UINT("over_s", OPTIONAL, wh_limit_settings, over_s),
    CYAML_FIELD_UINT("under_s", OPTIONAL, wh_limit_settings, under_s),
    CYAML_FIELD_UINT("escalate_s", OPTIONAL, wh_limit_settings, escalate_s),
    CYAML_FIELD_UINT("reclose_max", OPTIONAL, wh_limit_settings, reclose_max),
    CYAML_FIELD_UINT("reclose_wait_s", OPTIONAL, wh_limit_settings, reclose_wait_s),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t limit_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, wh_limit_settings, limit_fields),
};

static const cyaml_schema_field_t account_fields[] = {
    CYAML_FIELD_FLOAT("low", OPTIONAL, wh_account_settings, low),
    CYAML_FIELD_FLOAT("overdraft", OPTIONAL, wh_account_settings, overdraft),
    CYAML_FIELD_FLOAT("emergency", OPTIONAL, wh_account_settings, emergency),
    CYAML_FIELD_FLOAT("clearance", OPTIONAL, wh_account_settings, clearance),
    CYAML_FIELD_FLOAT("hoarding", OPTIONAL, wh_account_settings, hoarding),
    CYAML_FIELD_FLOAT("per_day", OPTIONAL, wh_account_settings, per_day),
    CYAML_FIELD_BOOL("reconnects", OPTIONAL, wh_account_settings, reconnects),
    TEXTS("friendly", wh_account_settings, friendly, 2),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t load_fields[] = {
    CYAML_FIELD_ENUM("class", CHOICE, wh_house_load_settings, load_class, wh_load_class_names,
                     WH_LOAD_CLASSES),
    CYAML_FIELD_UINT("priority", OPTIONAL, wh_house_load_settings, priority),
    CYAML_FIELD_UINT("min_on_s", OPTIONAL, wh_house_load_settings, min_on_s),
    CYAML_FIELD_UINT("min_off_s", OPTIONAL, wh_house_load_settings, min_off_s),
    CYAML_FIELD_UINT("power_max_w", OPTIONAL, wh_house_load_settings, power_max_w),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t load_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, wh_house_load_settings, load_fields),
};

static const cyaml_schema_field_t screen_fields[] = {
    CYAML_FIELD_UINT("screen_s", OPTIONAL, wh_screen_settings, screen_s),
    CYAML_FIELD_UINT("key_s", OPTIONAL, wh_screen_settings, key_s),
    CYAML_FIELD_UINT("energy_decimals", OPTIONAL, wh_screen_settings, energy_decimals),
    CYAML_FIELD_UINT("power_decimals", OPTIONAL, wh_screen_settings, power_decimals),
    CYAML_FIELD_BOOL("rate_names", OPTIONAL, wh_screen_settings, rate_names),
    TEXTS("automatic", wh_screen_settings, automatic, WH_DISPLAY_SCREENS_MAX),
    TEXTS("by_key", wh_screen_settings, by_key, WH_DISPLAY_SCREENS_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t bill_fields[] = {
    CYAML_FIELD_STRING_PTR("key", CYAML_FLAG_POINTER, wh_bill_settings, key, 1, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("directory", CYAML_FLAG_POINTER, wh_bill_settings, directory, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t event_fields[] = {
    CYAML_FIELD_FLOAT("u_v", OPTIONAL, wh_event_settings, u_v),
    CYAML_FIELD_FLOAT("ib_a", OPTIONAL, wh_event_settings, ib_a),
    CYAML_FIELD_FLOAT("imax_a", OPTIONAL, wh_event_settings, imax_a),
    CYAML_FIELD_UINT("depth", OPTIONAL, wh_event_settings, depth),
    CYAML_FIELD_END,
};

const cyaml_schema_field_t wh_keep_fields[] = {
    CYAML_FIELD_MAPPING("store", CYAML_FLAG_DEFAULT, wh_keep_settings, store, store_fields),
    CYAML_FIELD_STRING_PTR("zone", OPTIONAL_PTR, wh_keep_settings, zone, 1, 80),
    CYAML_FIELD_UINT("rates", OPTIONAL, wh_keep_settings, rates),
    CYAML_FIELD_MAPPING_PTR("tariff", OPTIONAL_PTR, wh_keep_settings, tariff, tariff_fields),
    CYAML_FIELD_MAPPING("demand", OPTIONAL, wh_keep_settings, demand, demand_fields),
    CYAML_FIELD_SEQUENCE("profiles", OPTIONAL_PTR, wh_keep_settings, profiles, &profile_entry, 0,
                         WH_KEEP_PROFILES_MAX),
    CYAML_FIELD_MAPPING("billing", OPTIONAL, wh_keep_settings, billing, billing_fields),
    CYAML_FIELD_UINT("switch_mode", OPTIONAL, wh_keep_settings, switch_mode),
    CYAML_FIELD_SEQUENCE("limits", OPTIONAL_PTR, wh_keep_settings, limits, &limit_entry, 0,
                         WH_KEEP_LIMITS_MAX),
    CYAML_FIELD_MAPPING_PTR("prepayment", OPTIONAL_PTR, wh_keep_settings, prepayment,
                            account_fields),
    CYAML_FIELD_SEQUENCE("loads", OPTIONAL_PTR, wh_keep_settings, loads, &load_entry, 0,
                         WH_LOADS_MAX),
    CYAML_FIELD_MAPPING_PTR("display", OPTIONAL_PTR, wh_keep_settings, display, screen_fields),
    CYAML_FIELD_MAPPING_PTR("bills", OPTIONAL_PTR, wh_keep_settings, bills, bill_fields),
    CYAML_FIELD_MAPPING("events", OPTIONAL, wh_keep_settings, events, event_fields),
    CYAML_FIELD_END,
};
