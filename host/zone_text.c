/* SPDX-License-Identifier: Apache-2.0 */
#include "host/zone_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DATABASE      "/usr/share/zoneinfo/"
#define RULE_SIZE     128 /* of the longest rule, some 40 characters, and room */
#define OFFSET_MAX_H  24
#define CHANGE_HOUR   2 /* where a rule says no time */
#define DST_USUAL_MIN 60

/* A name of three letters or more, or anything between < and >. */
static bool take_name(const char **at)
{
    const char *p = *at;
    if (*p == '<') {
        const char *end = strchr(p, '>');
        if (end == NULL || end - p < 4) {
            return false;
        }
        *at = end + 1;
        return true;
    }
    while (isalpha((unsigned char)*p) != 0) {
        ++p;
    }
    if (p - *at < 3) {
        return false;
    }
    *at = p;
    return true;
}

static bool take_number(const char **at, int max, int *value)
{
    if (isdigit((unsigned char)**at) == 0) {
        return false;
    }
    int v = 0;
    for (; isdigit((unsigned char)**at) != 0 && v <= max; ++*at) {
        v = v * 10 + (**at - '0');
    }
    *value = v;
    return v <= max;
}

/* [+-]hh[:mm[:ss]] in minutes; seconds must be 0. */
static bool take_clock(const char **at, int max_h, int *minutes)
{
    int sign = **at == '-' ? -1 : 1;
    *at += **at == '-' || **at == '+' ? 1 : 0;
    int h = 0;
    int m = 0;
    int s = 0;
    if (!take_number(at, max_h, &h)) {
        return false;
    }
    if (**at == ':') {
        ++*at;
        if (!take_number(at, 59, &m)) {
            return false;
        }
        if (**at == ':') {
            ++*at;
            if (!take_number(at, 59, &s) || s != 0) {
                return false;
            }
        }
    }
    *minutes = sign * (h * 60 + m);
    return true;
}

/* ,Mm.w.d[/time] */
static wh_err take_change(const char **at, wh_time_zone_change *change)
{
    int month = 0;
    int week = 0;
    int weekday = 0;
    if (**at != ',') {
        return WH_ERR_FORMAT;
    }
    ++*at;
    if (**at == 'J' || isdigit((unsigned char)**at) != 0) {
        return WH_ERR_UNSUPPORTED;
    }
    if (**at != 'M') {
        return WH_ERR_FORMAT;
    }
    ++*at;
    bool good = take_number(at, 12, &month) && *(*at)++ == '.' && take_number(at, 5, &week) &&
                *(*at)++ == '.' && take_number(at, 6, &weekday) && month > 0 && week > 0;
    if (!good) {
        return WH_ERR_FORMAT;
    }
    int minutes = CHANGE_HOUR * 60;
    if (**at == '/') {
        ++*at;
        if (!take_clock(at, 167, &minutes)) {
            return WH_ERR_FORMAT;
        }
        if (minutes < 0 || minutes >= 24 * 60) {
            return WH_ERR_UNSUPPORTED;
        }
    }
    *change = (wh_time_zone_change){
        .year = WH_TIME_ZONE_ANY_YEAR,
        .month = (uint8_t)month,
        .day = (uint8_t)(week == 5 ? WH_TIME_ZONE_LAST : WH_TIME_ZONE_NTH(week)),
        .weekday = (uint8_t)(weekday == 0 ? 7 : weekday),
        .hour = (uint8_t)(minutes / 60),
        .minute = (uint8_t)(minutes % 60),
        .clock_min = WH_TIME_ZONE_WALL,
    };
    return WH_OK;
}

static wh_err parse_rule(const char *text, wh_time_zone *zone)
{
    const char *at = text;
    int west_min = 0;
    wh_time_zone z = {.standard_min = 0};
    if (!take_name(&at) || !take_clock(&at, OFFSET_MAX_H, &west_min)) {
        return WH_ERR_FORMAT;
    }
    z.standard_min = (int16_t)-west_min; /* POSIX counts the other way */
    if (*at != '\0') {
        int dst_west_min = west_min - DST_USUAL_MIN;
        if (!take_name(&at) || (*at != ',' && !take_clock(&at, OFFSET_MAX_H, &dst_west_min))) {
            return WH_ERR_FORMAT;
        }
        z.dst_min = (int16_t)(west_min - dst_west_min);
        wh_err err = take_change(&at, &z.begin);
        err = err == WH_OK ? take_change(&at, &z.end) : err;
        if (err != WH_OK) {
            return err;
        }
    }
    if (*at != '\0') {
        return WH_ERR_FORMAT;
    }
    *zone = z;
    return wh_time_zone_check(zone) == WH_OK ? WH_OK : WH_ERR_UNSUPPORTED;
}

/* The last line of a file of the database is the rule (RFC 8536, 3.3). */
static wh_err find_rule(const char *name, char rule[RULE_SIZE])
{
    char path[sizeof DATABASE + 64];
    if (strlen(name) > 64 || strstr(name, "..") != NULL || name[0] == '/') {
        return WH_ERR_FORMAT;
    }
    (void)snprintf(path, sizeof path, "%s%s", DATABASE, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return WH_ERR_NOT_FOUND;
    }
    char head[5] = "";
    char tail[RULE_SIZE + 1] = "";
    bool tz = fread(head, 1, 4, file) == 4 && strcmp(head, "TZif") == 0;
    bool seeks = fseek(file, -RULE_SIZE, SEEK_END) == 0 || fseek(file, 0, SEEK_SET) == 0;
    size_t len = tz && seeks ? fread(tail, 1, RULE_SIZE, file) : 0;
    (void)fclose(file);
    if (len < 2 || tail[len - 1] != '\n') {
        return WH_ERR_NOT_FOUND;
    }
    size_t start = len - 1;
    while (start > 0 && tail[start - 1] != '\n') {
        --start;
    }
    tail[len - 1] = '\0';
    (void)snprintf(rule, RULE_SIZE, "%s", &tail[start]);
    return WH_OK;
}

wh_err wh_zone_text_parse(const char *text, wh_time_zone *zone)
{
    char rule[RULE_SIZE];
    bool is_name = strpbrk(text, "0123456789,<") == NULL || strncmp(text, "Etc/", 4) == 0;
    if (!is_name) {
        return parse_rule(text, zone);
    }
    wh_err err = find_rule(text, rule);
    return err == WH_OK ? parse_rule(rule, zone) : err;
}
