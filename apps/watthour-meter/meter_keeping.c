/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_keeping.h"

#include "apps/watthour-meter/keep_apply.h"
#include "apps/watthour/key_file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR_SIZE   4096U
#define PUSHES        64U
#define RESERVE_BYTES 1000U
#define SLIPS_MAX     60U
#define OWN_COLUMNS   8U
#define FIRST_LOG     17U /* of profiles beyond the two that have logs of their own */

/* The registers of energy that are kept by rate: active and the quadrants. */
#define BY_RATE                                                            \
    (WH_REG_BIT(WH_REG_ACTIVE_IMPORT) | WH_REG_BIT(WH_REG_ACTIVE_EXPORT) | \
     WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q2) |     \
     WH_REG_BIT(WH_REG_REACTIVE_Q3) | WH_REG_BIT(WH_REG_REACTIVE_Q4))

/* Of what the meter knows the demand: +A, -A, +R, -R. */
static const wh_combination demand_sources[] = {
    {.add = WH_REG_BIT(WH_REG_ACTIVE_IMPORT)},
    {.add = WH_REG_BIT(WH_REG_ACTIVE_EXPORT)},
    {.add = WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q2)},
    {.add = WH_REG_BIT(WH_REG_REACTIVE_Q3) | WH_REG_BIT(WH_REG_REACTIVE_Q4)},
};
#define DEMANDS (sizeof demand_sources / sizeof demand_sources[0])

/* ---- what is kept ---- */

static wh_recorder_config *add_recorder(wh_meter_keeping *k, const wh_recorder_config *config,
                                        unsigned times, unsigned own_max)
{
    unsigned i = k->recorder_count++;
    k->record[i] = *config;
    k->recorder[i] = (wh_keeper_recorder){
        .config = &k->record[i], .times = (uint8_t)times, .own_max = (uint8_t)own_max};
    return &k->record[i];
}

static void add_profiles(wh_meter_keeping *k)
{
    const wh_keep_settings *keep = k->settings->file->keep;
    for (unsigned i = 0; i < keep->profiles_count; ++i) {
        const wh_profile_settings *p = &keep->profiles[i];
        const wh_recorder_config config = {
            .run = k->settings->keep->columns[i],
            .run_count = (uint8_t)p->columns_count,
            .every_s = p->every_min * 60,
            .depth = (uint16_t)p->entries,
            .fill_max = 1,
            .log = (uint8_t)(i < 2 ? i : FIRST_LOG + i - 2),
            .kind = WH_BOUNDARY_EVERY,
            .equidistant = true,
        };
        (void)add_recorder(k, &config, 1, 0);
    }
    if (keep->profiles_count == 0) {
        add_recorder(k, &wh_freezes[WH_FREEZE_LOAD_PROFILE_1], 1, OWN_COLUMNS)->depth = 2976;
        add_recorder(k, &wh_freezes[WH_FREEZE_LOAD_PROFILE_2], 1, OWN_COLUMNS)->depth = 960;
    }
}

static void add_recorders(wh_meter_keeping *k)
{
    static const wh_freeze others[] = {
        WH_FREEZE_INSTANTANEOUS, WH_FREEZE_ZONE_SWITCH, WH_FREEZE_DAY_TABLE_SWITCH,
        WH_FREEZE_PRICE_SWITCH,  WH_FREEZE_STEP_SWITCH,
    };
    const wh_keep_settings *keep = k->settings->file->keep;
    add_profiles(k);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; ++i) {
        (void)add_recorder(k, &wh_freezes[others[i]], 0, 0);
    }
    (void)add_recorder(k, &wh_freezes[WH_FREEZE_TIMED], 1, 0);
    (void)add_recorder(k, &wh_freezes[WH_FREEZE_HOURLY], 1, 0);
    (void)add_recorder(k, &wh_freezes[WH_FREEZE_DAILY], 1, 0);
    k->billing = k->recorder_count; /* last: all of the same moment come before it */
    add_recorder(k, &wh_freezes[WH_FREEZE_BILLING], WH_RECORDER_TIMES_MAX, 0)->depth =
        (uint16_t)keep->billing.periods;
    k->recorder[k->billing].billing = true;
}

static wh_prepayment_config account_of(const wh_keep_settings *keep, const wh_keep_values *values)
{
    wh_prepayment_config c = {
        .mode = WH_PREPAYMENT_CREDIT_MODE,
        .alarm_2 = WH_PREPAYMENT_NO_ALARM,
        .activation_s = WH_PREPAYMENT_NEVER,
        .closure_s = WH_PREPAYMENT_NEVER,
    };
    const wh_account_settings *s = keep->prepayment;
    if (s != NULL) {
        c.mode = WH_PREPAYMENT_PAY_FIRST;
        c.reconnects = s->reconnects;
        c.low_credit_threshold = llround(s->low * 1e6);
        c.clearance_threshold = llround(s->clearance * 1e6);
        c.hoarding_limit = llround(s->hoarding * 1e6);
        for (unsigned i = 0; i < s->friendly_count; ++i) {
            c.friendly[i] =
                (wh_prepayment_friendly){values->friendly[i].from_minute,
                                         values->friendly[i].to_minute, values->friendly[i].days};
        }
    }
    return c;
}

static void configure(wh_meter_keeping *k)
{
    const wh_meter_file *file = k->settings->file;
    const wh_keep_settings *keep = file->keep;
    const wh_keep_values *values = k->settings->keep;
    add_recorders(k);
    k->config = (wh_keeper_config){
        .flash = &k->flash.flash,
        .event_depth = (uint16_t)keep->events.depth,
        .push_depth = PUSHES,
        .reserve_bytes = RESERVE_BYTES,
        .clock = {.zone = values->zone},
        .flush = {.period_ms = keep->store.flush_s * 1000,
                  .energy_mwh = (uint32_t)llround(keep->store.flush_wh * 1000.0)},
        .rates = (uint8_t)keep->rates,
        .rate_kinds = BY_RATE,
        .demand = {.slip_min = (uint8_t)(keep->demand.period_min / keep->demand.slips),
                   .slips = (uint8_t)keep->demand.slips,
                   .channels = DEMANDS,
                   .rates = (uint8_t)keep->rates},
        .demand_source = demand_sources,
        .demand_slips_max = SLIPS_MAX,
        .switch_mode = (uint8_t)keep->switch_mode,
        .limiter = values->limits,
        .limiter_count = (uint8_t)keep->limits_count,
        .prepayment = account_of(keep, values),
        .recorder = k->recorder,
        .recorder_count = (uint8_t)k->recorder_count,
        .events = {.phases = (uint8_t)(file->meter.phases == 1 ? 1 : 3),
                   .un_uv = llround(keep->events.u_v * 1e6),
                   .ib_ua = llround(keep->events.ib_a * 1e6),
                   .imax_ua = llround(keep->events.imax_a * 1e6)},
    };
}

/* ---- beginning ---- */

static wh_err open_store(wh_meter_keeping *k, wh_message *message)
{
    const wh_meter_settings *s = k->settings;
    wh_err err = wh_flash_file_open(&k->flash, s->store_path, SECTOR_SIZE,
                                    (uint16_t)s->file->keep->store.sectors);
    k->flash_open = err == WH_OK;
    switch ((int)err) {
    case WH_OK:
        return WH_OK;
    case WH_ERR_STATE:
        return wh_config_yaml_refuse(s->config, message, "keep.store.file",
                                     "%s: another meter has it open", s->store_path);
    case WH_ERR_FORMAT:
        return wh_config_yaml_refuse(s->config, message, "keep.store",
                                     "%s has another size than %u sectors", s->store_path,
                                     s->file->keep->store.sectors);
    default:
        return wh_config_yaml_refuse(s->config, message, "keep.store.file", "%s: %s", s->store_path,
                                     strerror(errno));
    }
}

static wh_err start(wh_meter_keeping *k, int64_t platform_ms, bool ran_on, wh_message *message)
{
    const wh_config_yaml *config = k->settings->config;
    size_t size = wh_keeper_memory_size(&k->keeper, &k->config);
    k->memory = size == 0 ? NULL : calloc(1, size);
    if (size != 0 && k->memory == NULL) {
        wh_message_set(message, "no memory");
        return WH_ERR_IO;
    }
    wh_err err = size == 0 ? WH_ERR_RANGE
                           : wh_meter_keep(k->meter, &k->keeper, &k->config,
                                           &(wh_keeper_start){.memory = k->memory,
                                                              .memory_size = size,
                                                              .platform_ms = platform_ms,
                                                              .ran_on = ran_on});
    switch ((int)err) {
    case WH_OK:
        return WH_OK;
    case WH_ERR_SPACE:
        return wh_config_yaml_refuse(config, message, "keep.store.sectors",
                                     "%u sectors of 4 kB are too few for what is to be kept",
                                     k->settings->file->keep->store.sectors);
    case WH_ERR_UNSUPPORTED:
        return wh_config_yaml_refuse(config, message, "keep.store.file",
                                     "%s was written by a later version", k->settings->store_path);
    case WH_ERR_RANGE:
        return wh_config_yaml_refuse(config, message, "keep", "not a meter that can be built");
    default:
        return wh_config_yaml_refuse(config, message, "keep.store.file", "%s: %s",
                                     k->settings->store_path, wh_err_text(err));
    }
}

/* ---- bills ---- */

static wh_err open_bills(wh_meter_keeping *k, wh_message *message)
{
    const wh_meter_settings *s = k->settings;
    if (s->bills_path == NULL) {
        return WH_OK;
    }
    k->port = wh_port_posix();
    k->crypto = wh_crypto_mbedtls(&k->port);
    if (!wh_key_file_read_private(s->key_path, k->private_key, message)) {
        return WH_ERR_FORMAT;
    }
    if (wh_signer_init(&k->signer, &k->crypto, k->private_key) != WH_OK) {
        return wh_config_yaml_refuse(s->config, message, "keep.bills.key", "%s: not a key of P-256",
                                     s->key_path);
    }
    wh_signed_export_config config = {
        .directory = s->bills_path,
        .signer = &k->signer,
        .serial = s->file->meter.serial,
        .kind = WH_SIGNED_BILLING,
        .log = k->record[k->billing].log,
    };
    memcpy(config.device_name, s->file->meter.logical_device_name, sizeof config.device_name);
    k->bills = wh_signed_export_open(&config, message);
    return k->bills == NULL ? WH_ERR_FORMAT : WH_OK;
}

static void write_bills(wh_meter_keeping *k)
{
    wh_keeper *keeper = &k->keeper;
    wh_message message = {""};
    unsigned written = 0;
    const wh_log *log = &k->settings->file->log;
    const wh_signed_source source = {
        .recorder = &keeper->recorder[k->billing],
        .store = &keeper->store,
        .zone = &keeper->clock.zone,
        .units = wh_signed_units_of_catalogue(),
    };
    wh_err err = wh_signed_export_records(k->bills, &source, &written, &message);
    if (written > 0) {
        wh_log_write(log, WH_LOG_INFO, "bills_written", "count=%u directory=%s", written,
                     k->settings->bills_path);
    }
    if (err != WH_OK && !k->bills_failed) {
        wh_log_write(log, WH_LOG_ERROR, "bills_failed", "reason=\"%s\"", message.text);
    }
    k->bills_failed = err != WH_OK;
}

void wh_meter_keeping_work(wh_meter_keeping *k)
{
    if (k->bills != NULL) {
        write_bills(k);
    }
    (void)wh_store_work(&k->keeper.store);
}

/* ---- the whole ---- */

wh_err wh_meter_keeping_open(wh_meter_keeping *k, const wh_meter_settings *settings,
                             wh_meter *meter, int64_t platform_ms, bool ran_on, wh_message *message)
{
    memset(k, 0, sizeof *k);
    k->settings = settings;
    k->meter = meter;
    configure(k);
    wh_err err = open_store(k, message);
    if (err == WH_OK) {
        err = start(k, platform_ms, ran_on, message);
    }
    if (err == WH_OK) {
        err = wh_keep_apply(settings, meter, k->billing, platform_ms, message);
    }
    if (err == WH_OK) {
        err = open_bills(k, message);
    }
    if (err != WH_OK) {
        wh_meter_keeping_close(k, false);
        return err;
    }
    return WH_OK;
}

void wh_meter_keeping_close(wh_meter_keeping *k, bool save)
{
    if (save && k->meter != NULL && k->meter->keeper != NULL && wh_keeper_save(k->meter) != WH_OK) {
        wh_log_write(&k->settings->file->log, WH_LOG_ERROR, "save_failed", "store=%s",
                     k->settings->store_path);
    }
    if (save && k->bills != NULL) {
        write_bills(k);
    }
    wh_signed_export_close(k->bills);
    if (k->flash_open) {
        wh_flash_file_close(&k->flash);
    }
    if (k->meter != NULL) {
        k->meter->keeper = NULL;
    }
    free(k->memory);
    memset(k, 0, sizeof *k);
}

/* ---- records, printed ---- */

static void print_record(wh_meter_keeping *k, unsigned place, const wh_record *record, FILE *out)
{
    const wh_recorder *r = &k->keeper.recorder[place];
    (void)fprintf(out, "log=%u time=%" PRIu32 " status=0x%02x", k->record[place].log,
                  record->head.time_s, record->head.status);
    for (unsigned i = 0; i < wh_recorder_column_count(r); ++i) {
        wh_column column;
        int64_t value = 0;
        char code[WH_OBIS_TEXT_SIZE];
        if (!wh_recorder_column(r, i, &column)) {
            break;
        }
        wh_err err = wh_recorder_value(r, record, i, &value);
        (void)wh_obis_format(column.obis, code);
        (void)fprintf(out, " %s/%u=", code, column.attribute);
        if (err == WH_OK) {
            (void)fprintf(out, "%" PRId64, value);
        } else {
            (void)fputs(err == WH_ERR_STATE ? "-" : "?", out);
        }
    }
    (void)fputc('\n', out);
}

void wh_meter_keeping_print_records(wh_meter_keeping *k, FILE *out)
{
    wh_store *store = &k->keeper.store;
    for (unsigned place = 0; place < k->recorder_count; ++place) {
        const wh_recorder *r = &k->keeper.recorder[place];
        wh_recorder_cursor cursor = wh_recorder_entries(r, store, 1, 0);
        wh_err err = WH_OK;
        while (err != WH_ERR_NOT_FOUND) {
            wh_record record;
            err = wh_recorder_read(r, store, &cursor, k->keeper.work, WH_KEEPER_WORK, &record);
            if (err == WH_OK) {
                print_record(k, place, &record, out);
            } else if (err != WH_ERR_NOT_FOUND) {
                (void)fprintf(out, "log=%u damaged\n", k->record[place].log);
            }
        }
    }
}
