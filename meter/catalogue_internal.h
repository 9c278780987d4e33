/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue_internal.h - what stands behind a row: its functions, and what they share. */
#ifndef WH_METER_CATALOGUE_INTERNAL_H
#define WH_METER_CATALOGUE_INTERNAL_H

#include "core/reader.h"
#include "core/writer.h"
#include "meter/catalogue.h"
#include "meter/clock/boundary.h"
#include "meter/event/event_record.h"

/* Called by wh_meter_get, _set and _act once role, existence, type and range are right. The value
 * has its type and is zero otherwise; a setter that fails has changed nothing. */
typedef wh_err wh_item_getter(const wh_meter *meter, wh_item_ref ref, wh_value *value);
typedef wh_err wh_item_setter(wh_meter *meter, wh_item_ref ref, const wh_value *value);

typedef struct {
    wh_item_getter *get;
    wh_item_setter *set;
    wh_item_setter *act;
} wh_item_door;

/* The row with that value group A, and C, D, E, F in one number; NULL: there is none. */
const wh_item *wh_catalogue_search(uint8_t medium, uint32_t code);

/* Instances of spans. */
#define WH_CATALOGUE_DEMANDS  10
#define WH_CATALOGUE_LIMITERS 4
#define WH_CATALOGUE_CREDITS  4
#define WH_CATALOGUE_CHARGES  6
#define WH_CATALOGUE_RECORDS  24
#define WH_CATALOGUE_KINDS    67 /* of events */
#define WH_CATALOGUE_SLOTS    91

/* What powers of a phase and of the total share: sources of span PLACES. */
enum { WH_POWER_P, WH_POWER_Q1, WH_POWER_S, WH_POWER_P1, WH_POWER_PF, WH_POWERS };

/* ---- values ---- */

/* A number into the value: WH_ERR_RANGE where its type does not hold it, so an unsigned item never
 * has a negative value to show. */
wh_err wh_catalogue_put(wh_item_ref ref, int64_t number, wh_value *value);

/* The number of a value that is one, or a time. */
int64_t wh_catalogue_number(const wh_value *value);

/* A time: none where it is 0, the end of time, or before its beginning. */
wh_err wh_catalogue_put_time(int64_t utc_ms, wh_value *value);
wh_err wh_catalogue_put_time_s(uint32_t utc_s, wh_value *value);

/* An occurrence of data/events.csv: parameters were programmed; before: what they were, or NULL.
 * Where it cannot be logged the session of programming tells it all the same. */
void wh_catalogue_programmed(wh_meter *meter, unsigned kind, const wh_event_detail *before);

/* Octets that are encoded when they are asked for: into the keeper's work buffer. */
wh_writer wh_catalogue_octets(const wh_meter *meter);
wh_err wh_catalogue_put_octets(const wh_writer *w, wh_value *value);

/* A pattern of times: kind u8, month, day, hour, minute u8, every u32 s. */
void wh_catalogue_put_pattern(const wh_boundary_pattern *pattern, wh_writer *w);
wh_boundary_pattern wh_catalogue_take_pattern(wh_reader *r);

/* ---- fields: source is where a number lies in a struct, and how wide it is ---- */

#define WH_FIELD_WIDTH(size) ((size) == 8 ? 3U : (size) == 4 ? 2U : (size) == 2 ? 1U : 0U)
#define WH_FIELD(type, member)                         \
    ((unsigned)offsetof(type, member) * WH_FIELD_ONE | \
     WH_FIELD_WIDTH(sizeof(((const type *)0)->member)))
#define WH_FIELD_ONE 4U /* the table checks that it fits into source */

wh_err wh_catalogue_get_field(const void *base, wh_item_ref ref, wh_value *value);

/* WH_ERR_RANGE: the field does not hold it; nothing has changed then. */
wh_err wh_catalogue_set_field(void *base, wh_item_ref ref, const wh_value *value) WH_MUST_USE;

/* catalogue_measure.c */
wh_item_getter wh_catalogue_get_micro;
wh_item_getter wh_catalogue_get_milli;
wh_item_getter wh_catalogue_get_positive;
wh_item_getter wh_catalogue_get_negative;
wh_item_getter wh_catalogue_get_signed32;
wh_item_getter wh_catalogue_get_unsigned32;
wh_item_getter wh_catalogue_get_frequency;
wh_item_getter wh_catalogue_get_angle;

/* catalogue_energy.c: source is one register or the sum of two, or which combination */
#define WH_ENERGY_OF(reg)      ((reg) | 0xF0U)
#define WH_ENERGY_OF_TWO(a, b) ((a) | (b) << 4)
uint16_t wh_catalogue_energy_kinds(uint16_t source); /* WH_REG_BIT of them */
wh_item_getter wh_catalogue_get_energy;
wh_item_getter wh_catalogue_get_ampere_hours;
wh_item_getter wh_catalogue_get_combined_active;
wh_item_getter wh_catalogue_get_combined_reactive;
wh_item_setter wh_catalogue_set_word;

/* catalogue_demand.c */
unsigned wh_catalogue_demand_channel(const wh_meter *meter, unsigned place);
wh_item_getter wh_catalogue_get_demand_present;
wh_item_getter wh_catalogue_get_demand_last;
wh_item_getter wh_catalogue_get_demand_last_time;
wh_item_getter wh_catalogue_get_demand_max;
wh_item_getter wh_catalogue_get_demand_max_time;
wh_item_setter wh_catalogue_set_demand_slip;
wh_item_setter wh_catalogue_set_demand_slips;
wh_item_setter wh_catalogue_act_demand_reset;
wh_item_setter wh_catalogue_act_demand_next;

/* catalogue_clock.c */
wh_item_getter wh_catalogue_get_clock;
wh_item_getter wh_catalogue_get_clock_status;
wh_item_getter wh_catalogue_get_clock_zone;
wh_item_getter wh_catalogue_get_clock_offset;
wh_item_getter wh_catalogue_get_dst_enabled;
wh_item_setter wh_catalogue_set_clock;
wh_item_setter wh_catalogue_set_clock_zone;
wh_item_setter wh_catalogue_set_dst_enabled;
wh_item_setter wh_catalogue_set_clock_base;
wh_item_setter wh_catalogue_set_clock_correction;
wh_item_setter wh_catalogue_act_clock_adjust;
wh_item_setter wh_catalogue_act_clock_shift;
wh_item_setter wh_catalogue_act_clock_preset;
wh_item_setter wh_catalogue_act_clock_broadcast;
enum { WH_ADJUST_QUARTER, WH_ADJUST_PERIOD, WH_ADJUST_MINUTE, WH_ADJUST_PRESET };

/* catalogue_before.c: tables as they are, to be told when they have been written; in the work
 * buffer */
wh_event_detail wh_catalogue_days_before(const wh_meter *meter);
wh_event_detail wh_catalogue_zones_before(const wh_meter *meter);
wh_event_detail wh_catalogue_holidays_before(const wh_meter *meter);
int64_t wh_catalogue_weekend(const wh_meter *meter); /* of the set on standby */

/* catalogue_tariff.c: source of tables is the set (wh_tariff_set) and which (WH_PRICES_) */
enum { WH_PRICES_IMPORT, WH_PRICES_EXPORT };
#define WH_PRICES(which, set) ((which) << 1 | (set))
wh_item_getter wh_catalogue_get_zones;
wh_item_getter wh_catalogue_get_days;
wh_item_getter wh_catalogue_get_holidays;
wh_item_getter wh_catalogue_get_steps;
wh_item_getter wh_catalogue_get_prices;
wh_item_getter wh_catalogue_get_prices_switch;
wh_item_getter wh_catalogue_get_price;
wh_item_getter wh_catalogue_get_step_price;
wh_item_getter wh_catalogue_get_step_used;
wh_item_setter wh_catalogue_set_zones;
wh_item_setter wh_catalogue_set_days;
wh_item_setter wh_catalogue_set_holidays;
wh_item_setter wh_catalogue_set_steps;
wh_item_setter wh_catalogue_set_prices;
wh_item_setter wh_catalogue_set_zones_switch;
wh_item_setter wh_catalogue_set_days_switch;
wh_item_setter wh_catalogue_set_steps_switch;
wh_item_setter wh_catalogue_set_prices_switch;
wh_item_setter wh_catalogue_act_calendar;
wh_item_getter wh_catalogue_get_user;
wh_item_setter wh_catalogue_set_user;

/* catalogue_supply.c */
wh_item_getter wh_catalogue_get_switch_status;
wh_item_getter wh_catalogue_get_switch_config;
wh_item_setter wh_catalogue_set_switch_mode;
wh_item_setter wh_catalogue_set_switch_config;
wh_item_setter wh_catalogue_act_switch_request;
wh_item_setter wh_catalogue_act_switch_order;
wh_item_getter wh_catalogue_get_limiter;
wh_item_getter wh_catalogue_get_limiter_config;
wh_item_getter wh_catalogue_get_limiter_rates;
wh_item_getter wh_catalogue_get_limiter_windows;
wh_item_getter wh_catalogue_get_limiter_emergency;
wh_item_getter wh_catalogue_get_limiter_groups;
wh_item_getter wh_catalogue_get_limiter_actions;
wh_item_setter wh_catalogue_set_limiter_config;
wh_item_setter wh_catalogue_set_limiter_rates;
wh_item_setter wh_catalogue_set_limiter_windows;
wh_item_setter wh_catalogue_set_limiter_emergency;
wh_item_setter wh_catalogue_set_limiter_groups;
wh_item_setter wh_catalogue_set_limiter_actions;
wh_item_setter wh_catalogue_act_limiter_unlock;

/* catalogue_load.c */
wh_item_getter wh_catalogue_get_load;
wh_item_getter wh_catalogue_get_load_reported;
wh_item_getter wh_catalogue_get_load_want;
wh_item_getter wh_catalogue_get_load_state;
wh_item_getter wh_catalogue_get_load_stale;
wh_item_getter wh_catalogue_get_load_config;
wh_item_setter wh_catalogue_set_load_config;
wh_item_setter wh_catalogue_set_load_want;
wh_item_setter wh_catalogue_set_loads_goal;
wh_item_setter wh_catalogue_act_load_report;
wh_item_setter wh_catalogue_act_load_answer;
wh_item_setter wh_catalogue_act_load_remove;

/* catalogue_prepayment.c: source is a field, or which of these */
enum {
    WH_ACCOUNT_STATUS,
    WH_ACCOUNT_AVAILABLE,
    WH_ACCOUNT_TO_CLEAR,
    WH_ACCOUNT_DEBT,
    WH_ACCOUNT_ACTIVATE,
    WH_ACCOUNT_CLOSE,
    WH_ACCOUNT_RESET,
    WH_ACCOUNT_BUY,
    WH_ACCOUNT_REFUND,
    WH_CHARGE_ACTIVATE,
    WH_CHARGE_COLLECT
};
wh_item_getter wh_catalogue_get_account;
wh_item_getter wh_catalogue_get_account_config;
wh_item_getter wh_catalogue_get_account_sum;
wh_item_getter wh_catalogue_get_friendly;
wh_item_getter wh_catalogue_get_token;
wh_item_getter wh_catalogue_get_credit;
wh_item_getter wh_catalogue_get_credit_config;
wh_item_getter wh_catalogue_get_charge;
wh_item_getter wh_catalogue_get_charge_config;
wh_item_setter wh_catalogue_set_account_config;
wh_item_setter wh_catalogue_set_friendly;
wh_item_setter wh_catalogue_set_credit_config;
wh_item_setter wh_catalogue_set_credit_amount;
wh_item_setter wh_catalogue_set_charge_config;
wh_item_setter wh_catalogue_set_charge_remaining;
wh_item_setter wh_catalogue_act_account;
wh_item_setter wh_catalogue_act_purchase;
wh_item_setter wh_catalogue_act_token;
wh_item_setter wh_catalogue_act_credit_invoke;
wh_item_setter wh_catalogue_act_charge_passive;
wh_item_setter wh_catalogue_act_charge;

/* catalogue_record.c */
wh_err wh_catalogue_past(const wh_meter *meter, wh_obis obis, uint8_t attribute,
                         int64_t *value) WH_MUST_USE; /* F 101..125 */
enum { WH_RECORD_ENTRIES, WH_RECORD_PERIOD, WH_RECORD_DEPTH, WH_RECORD_MODE, WH_RECORD_LIFO };
wh_item_getter wh_catalogue_get_record;
wh_item_getter wh_catalogue_get_record_times;
wh_item_getter wh_catalogue_get_record_columns;
wh_item_setter wh_catalogue_set_record;
wh_item_setter wh_catalogue_set_record_times;
wh_item_setter wh_catalogue_set_record_columns;
wh_item_setter wh_catalogue_act_record_capture;
wh_item_setter wh_catalogue_act_freeze;
wh_item_setter wh_catalogue_act_record_reset;

/* catalogue_event.c */
enum { WH_SLOT_COUNT, WH_SLOT_DURATION, WH_SLOT_ACTIVE };
enum { WH_REPORT_WORD, WH_REPORT_MODE };
wh_item_getter wh_catalogue_get_event_setting;
wh_item_getter wh_catalogue_get_event_total;
wh_item_getter wh_catalogue_get_voltage_minutes;
wh_item_getter wh_catalogue_get_voltage_passed;
wh_item_getter wh_catalogue_get_event_slot;
wh_item_getter wh_catalogue_get_report;
wh_item_getter wh_catalogue_get_push_waiting;
wh_item_setter wh_catalogue_set_event_setting;
wh_item_setter wh_catalogue_set_alarm_register;
wh_item_setter wh_catalogue_set_alarm_filter;
wh_item_setter wh_catalogue_set_alarm_descriptor;
wh_item_setter wh_catalogue_set_report_mode;
wh_item_setter wh_catalogue_act_events_clear;
wh_item_setter wh_catalogue_act_report_acknowledge;

/* catalogue_display.c: source is the list */
wh_item_getter wh_catalogue_get_display;
wh_item_getter wh_catalogue_get_display_list;
wh_item_getter wh_catalogue_get_display_settings;
wh_item_setter wh_catalogue_set_display_list;
wh_item_setter wh_catalogue_set_display_settings;
wh_item_setter wh_catalogue_act_display_press;
wh_item_setter wh_catalogue_act_display_test;

/* catalogue_meter.c */
wh_item_getter wh_catalogue_get_keeper;
wh_item_getter wh_catalogue_get_store_report;
wh_item_setter wh_catalogue_act_save;
wh_item_setter wh_catalogue_act_meter_clear;

/* catalogue_identity.c */
wh_item_getter wh_catalogue_get_device_name;
wh_item_getter wh_catalogue_get_serial;
wh_item_getter wh_catalogue_get_firmware;

#endif /* WH_METER_CATALOGUE_INTERNAL_H */
