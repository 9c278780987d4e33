/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/verify_print.h"

#include "core/decimal.h"
#include "core/obis.h"
#include "core/unit.h"
#include "world/billing/signed_json.h"
#include "world/billing/signed_text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define KILO_FIRST WH_UNIT_W /* W, VA, var, Wh, VAh, varh are shown by the thousand */
#define KILO_LAST  WH_UNIT_VARH
#define D_ENERGY   8
#define SCALER_MIN INT8_MIN
#define WIDE_PRINT 16 /* digits of a fingerprint */
#define CELL_SIZE  (WH_DECIMAL_TEXT_SIZE + 16)

static bool is_kilo(const wh_signed_value *value)
{
    return value->unit >= KILO_FIRST && value->unit <= KILO_LAST &&
           value->scaler >= SCALER_MIN + 3 && value->column.attribute == WH_COLUMN_VALUE;
}

/* "1234.567890 kWh", "2026-06-15T17:15:00Z", "-" */
static void make_cell(const wh_signed_value *value, char cell[CELL_SIZE])
{
    char text[WH_SIGNED_VALUE_TEXT];
    wh_signed_value shown = *value;
    if (!value->has_value) {
        (void)snprintf(cell, CELL_SIZE, "-");
        return;
    }
    shown.scaler = (int8_t)(value->scaler - (is_kilo(value) ? 3 : 0));
    wh_signed_text_value(&shown, text);
    const char *unit = wh_signed_text_unit(value);
    (void)snprintf(cell, CELL_SIZE, "%s%s%s%s", text, unit[0] != '\0' ? " " : "",
                   is_kilo(value) ? "k" : "", unit);
}

/* The value of the same column in another reading. */
static bool find_value(const wh_signed_reading *reading, const wh_signed_value *like,
                       wh_signed_value *found)
{
    wh_signed_cursor cursor = wh_signed_values(reading);
    while (wh_signed_next(&cursor, found)) {
        if (wh_obis_equal(found->column.obis, like->column.obis) &&
            found->column.attribute == like->column.attribute && found->unit == like->unit &&
            found->scaler == like->scaler && found->has_value) {
            return true;
        }
    }
    return false;
}

/* What an energy grew by since the bill right before; "" where that makes no sense. */
static void make_growth(const verify_bill *bill, const wh_signed_value *value, char cell[CELL_SIZE])
{
    wh_signed_value then;
    cell[0] = '\0';
    bool next = bill->link == VERIFY_FOLLOWS || bill->link == VERIFY_SKIPPED;
    if (!next || !value->has_value || value->column.obis.group[WH_OBIS_D] != D_ENERGY ||
        value->column.attribute != WH_COLUMN_VALUE ||
        !find_value(&bill->before->file.reading, value, &then)) {
        return;
    }
    wh_signed_value growth = *value;
    growth.value = value->value - then.value; /* both are of 56 bits */
    cell[0] = '+';
    make_cell(&growth, cell + (growth.value < 0 ? 0 : 1));
}

static void print_values(FILE *out, const verify_bill *bill)
{
    wh_signed_cursor cursor = wh_signed_values(&bill->file.reading);
    wh_signed_value value;
    while (wh_signed_next(&cursor, &value)) {
        char obis[WH_OBIS_TEXT_SIZE];
        char meaning[WH_SIGNED_MEANING_TEXT];
        char cell[CELL_SIZE];
        char growth[CELL_SIZE + 1];
        (void)wh_obis_format(value.column.obis, obis);
        wh_signed_text_meaning(value.column, meaning);
        make_cell(&value, cell);
        make_growth(bill, &value, growth);
        fprintf(out, "    %-12s %-52s %22s%s%s\n", obis, meaning, cell,
                growth[0] != '\0' ? "  " : "", growth);
    }
}

static void print_chain_head(FILE *out, const verify_bill *bill)
{
    char name[WH_SIGNED_NAME_TEXT];
    char print[WH_SIGNED_HEX_TEXT(WH_SHA256_SIZE)];
    const wh_signed_head *head = &bill->file.reading.head;
    wh_signed_text_device_name(head, name);
    wh_signed_text_hex(bill->file.reading.fingerprint, WH_SHA256_SIZE, print);
    fprintf(out, "meter %s, serial %.*s: %s, log %u, key %.*s...\n", name, (int)head->serial_len,
            head->serial, wh_signed_text_kind(head->kind), head->log, WIDE_PRINT, print);
    if (!wh_signed_is_first(&bill->file.reading)) {
        fprintf(out, "  (the bill before number %lu was not given)\n",
                (unsigned long)head->sequence);
    } else if (head->sequence > 0) {
        fprintf(out, "  (the first that was ever signed is number %lu)\n",
                (unsigned long)head->sequence);
    }
}

void verify_print_table(FILE *out, verify_bill *const *bills, size_t count)
{
    const verify_bill *last = NULL;
    for (size_t i = 0; i < count && bills[i]->file.state == WH_SIGNED_FILE_GOOD; i++) {
        const verify_bill *bill = bills[i];
        const wh_signed_reading *reading = &bill->file.reading;
        char time[WH_SIGNED_TIME_TEXT];
        if (last == NULL || !verify_same_chain(last, bill)) {
            print_chain_head(out, bill);
        }
        last = bill;
        wh_signed_text_time(reading->record_head.time_s, reading->head.utc_offset_min, time);
        fprintf(out, "  %lu  %s", (unsigned long)reading->head.sequence, time);
        for (unsigned bit = 0; bit < WH_SIGNED_STATUS_COUNT; bit++) {
            const char *status = wh_signed_text_status(&reading->record_head, bit);
            if (status != NULL) {
                fprintf(out, ", %s", status);
            }
        }
        fprintf(out, "  %s\n", bill->name);
        print_values(out, bill);
    }
}

static json_t *bill_json(const verify_bill *bill)
{
    bool good = bill->file.state == WH_SIGNED_FILE_GOOD;
    const char *fault = good ? bill->fault.text : bill->file.message.text;
    json_t *j = json_object();
    (void)json_object_set_new(j, "file", json_string(bill->name));
    (void)json_object_set_new(j, "genuine", json_boolean(good));
    (void)json_object_set_new(j, "link",
                              good ? json_string(verify_link_text(bill->link)) : json_null());
    (void)json_object_set_new(j, "fault", fault[0] != '\0' ? json_string(fault) : json_null());
    if (good) { /* what is not is shown to nobody */
        char *text = wh_signed_json_write(&bill->file.reading);
        json_t *reading = text != NULL ? json_loads(text, 0, NULL) : NULL;
        (void)json_object_set_new(j, "reading", reading);
        free(text);
    }
    return j;
}

bool verify_print_json(FILE *out, verify_bill *const *bills, size_t count, bool good)
{
    json_t *root = json_object();
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, bill_json(bills[i]));
    }
    (void)json_object_set_new(root, "good", json_boolean(good));
    (void)json_object_set_new(root, "bills", list);
    bool written = json_array_size(list) == count && json_dumpf(root, out, JSON_INDENT(2)) == 0;
    json_decref(root);
    return written && fputc('\n', out) != EOF;
}
