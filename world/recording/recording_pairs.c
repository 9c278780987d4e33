/* SPDX-License-Identifier: Apache-2.0 */
/* Which voltage and which current make a phase: by name, by number, or by guess. */
#include "world/recording/recording_internal.h"

#include <stdio.h>
#include <string.h>

enum { NOT_FOUND = -1, AMBIGUOUS = -2, PHASES = 3 };

/* "#1 'U1' V, #2 'I1' A, ..." as far as there is room. */
typedef struct {
    char text[320];
} channel_list;

static channel_list list_channels(const wh_recording *r)
{
    channel_list list = {""};
    size_t used = 0;
    for (size_t k = 0; k < r->channel_count; k++) {
        const wh_recording_channel *c = &r->channel[k];
        char item[96];
        int len = snprintf(item, sizeof item, "%s#%zu '%s'", k > 0 ? ", " : "", k + 1,
                           wh_span_quote((wh_span){c->name, strlen(c->name)}).text);
        if (len < 0 || used + (size_t)len + 6 >= sizeof list.text) {
            memcpy(list.text + used, ", ...", 6);
            break;
        }
        memcpy(list.text + used, item, (size_t)len + 1);
        used += (size_t)len;
    }
    return list;
}

static long match_name(const wh_recording *r, wh_span name, bool (*same)(wh_span, const char *))
{
    long found = NOT_FOUND;
    for (size_t k = 0; k < r->channel_count; k++) {
        if (same(name, r->channel[k].name)) {
            found = found == NOT_FOUND ? (long)k : AMBIGUOUS;
        }
    }
    return found;
}

static long match_number(const wh_recording *r, wh_span text)
{
    uint64_t number = 0;
    if (!wh_span_to_unsigned(text, r->channel_count, &number) || number == 0) {
        return NOT_FOUND;
    }
    return (long)number - 1;
}

/* A name as it is, then in either case, then a number. */
static long resolve(const wh_recording *r, wh_span text)
{
    wh_span s = wh_span_trim(text);
    if (s.len == 0) {
        return NOT_FOUND;
    }
    long k = match_name(r, s, wh_span_is);
    if (k == NOT_FOUND) {
        k = match_name(r, s, wh_span_is_nocase);
    }
    if (k == NOT_FOUND && s.p[0] == '#') {
        k = match_number(r, (wh_span){s.p + 1, s.len - 1});
    }
    return k == NOT_FOUND ? match_number(r, s) : k;
}

typedef struct {
    const wh_recording *r;
    const char *place; /* of the list, for messages */
    wh_message *m;
} pair_reader;

static wh_err no_such_channel(const pair_reader *p, wh_span name)
{
    wh_span s = wh_span_trim(name);
    if (resolve(p->r, s) == AMBIGUOUS) {
        wh_message_set(p->m, "%s: several channels are named '%s': choose by number among %s",
                       p->place, wh_span_quote(s).text, list_channels(p->r).text);
    } else {
        wh_message_set(p->m, "%s: no channel '%s'; there are %s", p->place, wh_span_quote(s).text,
                       list_channels(p->r).text);
    }
    return WH_ERR_NOT_FOUND;
}

/* Every '/' is tried; names may hold some themselves. */
static wh_err read_pair(const pair_reader *p, wh_span text, wh_recording_pair *out)
{
    size_t fits = 0;
    size_t slashes = 0;
    wh_span first_u = text;
    wh_span first_i = text;
    for (size_t k = 0; k < text.len; k++) {
        if (text.p[k] != '/') {
            continue;
        }
        wh_span u = {text.p, k};
        wh_span i = {text.p + k + 1, text.len - k - 1};
        if (slashes++ == 0) {
            first_u = u;
            first_i = i;
        }
        long ku = resolve(p->r, u);
        long ki = resolve(p->r, i);
        if (ku >= 0 && ki >= 0) {
            *out = (wh_recording_pair){(size_t)ku, (size_t)ki};
            fits++;
        }
    }
    if (fits == 1) {
        return WH_OK;
    }
    if (slashes == 0) {
        wh_message_set(p->m, "%s: '%s' is not VOLTAGE/CURRENT; there are %s", p->place,
                       wh_span_quote(text).text, list_channels(p->r).text);
        return WH_ERR_NOT_FOUND;
    }
    if (fits > 1) {
        wh_message_set(p->m, "%s: '%s' can be read in several ways: choose by number among %s",
                       p->place, wh_span_quote(text).text, list_channels(p->r).text);
        return WH_ERR_NOT_FOUND;
    }
    return no_such_channel(p, resolve(p->r, first_u) < 0 ? first_u : first_i);
}

static wh_err read_list(const pair_reader *p, const char *list, wh_recording_pairs *out)
{
    wh_span rest = {list, strlen(list)};
    while (rest.p != NULL) {
        size_t len = 0;
        while (len < rest.len && rest.p[len] != ',' && rest.p[len] != ';') {
            len++;
        }
        wh_span item = wh_span_trim((wh_span){rest.p, len});
        rest =
            len < rest.len ? (wh_span){rest.p + len + 1, rest.len - len - 1} : (wh_span){NULL, 0};
        if (out->count == WH_RECORDING_PAIRS_MAX) {
            wh_message_set(p->m, "%s: more than %d pairs", p->place, WH_RECORDING_PAIRS_MAX);
            return WH_ERR_RANGE;
        }
        wh_err err = read_pair(p, item, &out->pair[out->count]);
        if (err != WH_OK) {
            return err;
        }
        out->count++;
    }
    return WH_OK;
}

/* ---- guessing --------------------------------------------------------------------------- */

/* 0, 1, 2 for "A", "L2", "T", "3", "bn", "CN"...; NOT_FOUND for neutral, sums and all else. */
static int phase_of_text(wh_span s)
{
    static const char *const names[PHASES][6] = {{"A", "R", "1", "L1", "LA", "AN"},
                                                 {"B", "S", "2", "L2", "LB", "BN"},
                                                 {"C", "T", "3", "L3", "LC", "CN"}};
    for (int phase = 0; phase < PHASES; phase++) {
        for (size_t k = 0; k < sizeof names[0] / sizeof names[0][0]; k++) {
            if (wh_span_is_nocase(s, names[phase][k])) {
                return phase;
            }
        }
    }
    return NOT_FOUND;
}

static bool is_quantity(char c)
{
    return c == 'U' || c == 'u' || c == 'V' || c == 'v' || c == 'I' || c == 'i';
}

static bool is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The phase in a name such as "Ua_1", "HV Bus VR", "F1-IA", "U_L2": a word that begins with a
 * quantity and goes on with a phase. Words such as "3U0", "VN", "Vab" have none. */
static int phase_of_name(const char *name)
{
    size_t len = strlen(name);
    size_t k = 0;
    while (k < len) {
        size_t start = k;
        while (k < len && is_word(name[k])) {
            k++;
        }
        wh_span word = {name + start, k - start};
        if (word.len > 1 && is_quantity(word.p[0])) {
            int phase = phase_of_text((wh_span){word.p + 1, word.len - 1});
            if (phase >= 0) {
                return phase;
            }
        }
        if (word.len == 1 && is_quantity(word.p[0]) && k < len) { /* "U_L2", "I A" */
            size_t next = k + 1;
            size_t end = next;
            while (end < len && is_word(name[end])) {
                end++;
            }
            int phase = phase_of_text((wh_span){name + next, end - next});
            if (phase >= 0) {
                return phase;
            }
        }
        k = k > start ? k : k + 1;
    }
    return NOT_FOUND;
}

static int phase_of(const wh_recording_channel *c)
{
    int phase = phase_of_text((wh_span){c->phase, strlen(c->phase)});
    return phase >= 0 ? phase : phase_of_name(c->name);
}

/* The same name with voltage for current: "VA_G1" and "IA_G1", "U1" and "I1", "V" and "I",
 * "voltage" and "current". */
static bool names_correspond(const char *u, const char *i)
{
    if (strcmp(u, "voltage") == 0 && strcmp(i, "current") == 0) {
        return true;
    }
    if (strlen(u) != strlen(i)) {
        return false;
    }
    size_t differing = 0;
    for (size_t k = 0; u[k] != '\0'; k++) {
        if (u[k] == i[k]) {
            continue;
        }
        bool lower = i[k] == 'i' && (u[k] == 'u' || u[k] == 'v');
        bool upper = i[k] == 'I' && (u[k] == 'U' || u[k] == 'V');
        if (!lower && !upper) {
            return false;
        }
        differing++;
    }
    return differing == 1;
}

static long find_current_named_like(const wh_recording *r, const char *u)
{
    for (size_t k = 0; k < r->channel_count; k++) {
        if (r->channel[k].unit == WH_UNIT_AMPERE && names_correspond(u, r->channel[k].name)) {
            return (long)k;
        }
    }
    return NOT_FOUND;
}

static long find_phase(const wh_recording *r, wh_source_unit unit, int phase)
{
    for (size_t k = 0; k < r->channel_count; k++) {
        if (r->channel[k].unit == unit && phase_of(&r->channel[k]) == phase) {
            return (long)k;
        }
    }
    return NOT_FOUND;
}

/* The first voltage of each phase with the current of the same name, else of the same phase. */
static void guess_by_phase(const wh_recording *r, wh_recording_pairs *out)
{
    for (int phase = 0; phase < PHASES; phase++) {
        long u = find_phase(r, WH_UNIT_VOLT, phase);
        long i = u >= 0 ? find_current_named_like(r, r->channel[u].name) : NOT_FOUND;
        if (i < 0) {
            i = find_phase(r, WH_UNIT_AMPERE, phase);
        }
        if (u >= 0 && i >= 0) {
            out->pair[out->count++] = (wh_recording_pair){(size_t)u, (size_t)i};
        }
    }
}

/* Without phases: as many voltages as currents, up to three, in their order. */
static void guess_by_order(const wh_recording *r, wh_recording_pairs *out)
{
    size_t u[PHASES];
    size_t i[PHASES];
    size_t u_count = 0;
    size_t i_count = 0;
    for (size_t k = 0; k < r->channel_count; k++) {
        wh_source_unit unit = r->channel[k].unit;
        size_t *count = unit == WH_UNIT_VOLT ? &u_count : &i_count;
        if (unit == WH_UNIT_OTHER) {
            continue;
        }
        if (*count == PHASES) {
            return;
        }
        (unit == WH_UNIT_VOLT ? u : i)[(*count)++] = k;
    }
    if (u_count != i_count) {
        return;
    }
    for (size_t k = 0; k < u_count; k++) {
        out->pair[out->count++] = (wh_recording_pair){u[k], i[k]};
    }
}

wh_err wh_recording_find_pairs(const wh_recording *r, const char *list, wh_recording_pairs *out,
                               wh_message *m)
{
    *out = (wh_recording_pairs){.count = 0, .origin = WH_PAIRS_NAMED};
    char place[400];
    if (r->channels_line > 0) {
        (void)snprintf(place, sizeof place, "%.350s:%u", r->file, r->channels_line);
    } else {
        (void)snprintf(place, sizeof place, "%.350s", r->file);
    }
    if (list != NULL) {
        pair_reader p = {r, place, m};
        return read_list(&p, list, out);
    }
    if (r->pairs != NULL) {
        (void)snprintf(place, sizeof place, "%.350s:%u", r->file, r->pairs_line);
        pair_reader p = {r, place, m};
        out->origin = WH_PAIRS_HEADER;
        return read_list(&p, r->pairs, out);
    }
    out->origin = WH_PAIRS_GUESSED;
    guess_by_phase(r, out);
    if (out->count == 0) {
        guess_by_order(r, out);
    }
    if (out->count == 0) {
        wh_message_set(m, "%s: cannot tell which voltage belongs to which current; there are %s",
                       place, list_channels(r).text);
        return WH_ERR_NOT_FOUND;
    }
    return WH_OK;
}
