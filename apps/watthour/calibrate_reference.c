/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/calibrate_reference.h"

#include "host/config_yaml.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEG (180 / 3.14159265358979323846)

/* A number that may be absent. */
typedef struct {
    bool given;
    double value;
} optional;

/* The angle of a phase from what is known: the angle itself; P and Q1; or P of two sines, which
 * are taken as inductive. Absent altogether: in phase. */
static wh_err find_angle(wh_calibrate_phase *phase, optional angle, optional p, optional q,
                         const char *where, wh_message *message)
{
    double apparent = phase->urms_v * phase->irms_a;
    if (angle.given && (p.given || q.given)) {
        wh_message_set(message, "%s: either the angle, or p with q", where);
        return WH_ERR_ARG;
    }
    if (q.given && !p.given) {
        wh_message_set(message, "%s: q needs p", where);
        return WH_ERR_ARG;
    }
    if (p.given && fabs(p.value) > apparent * 1.001) {
        wh_message_set(message, "%s: p = %.6g W is more than %.6g VA", where, p.value, apparent);
        return WH_ERR_ARG;
    }
    if (q.given) {
        phase->angle_deg = atan2(q.value, p.value) * DEG;
    } else if (p.given) {
        phase->angle_deg = acos(fmin(fmax(p.value / apparent, -1), 1)) * DEG;
    } else {
        phase->angle_deg = angle.given ? angle.value : 0;
    }
    return WH_OK;
}

static wh_err check_phase(const wh_calibrate_phase *p, const char *where, wh_message *message)
{
    if (!(p->urms_v > 0 && p->urms_v < 1e6 && p->irms_a > 0 && p->irms_a < 1e6 &&
          fabs(p->angle_deg) <= 360)) {
        wh_message_set(message, "%s: voltage and current must be above zero, the angle within 360",
                       where);
        return WH_ERR_ARG;
    }
    return WH_OK;
}

/* Numbers of a list into value[3]; 0 where it is not one to three numbers. */
static unsigned parse_list(const char *text, double *value)
{
    unsigned count = 0;
    while (count < WH_PHASES) {
        char *end;
        value[count] = strtod(text, &end);
        if (end == text || !isfinite(value[count])) {
            return 0;
        }
        count++;
        if (*end == '\0') {
            return count;
        }
        if (*end != ',') {
            return 0;
        }
        text = end + 1;
    }
    return 0;
}

/* One list that must have `phases` numbers, or the first, which says how many there are. */
static wh_err take_list(const char *option, const char *text, unsigned *phases, double *value,
                        wh_message *message)
{
    unsigned count = text != NULL ? parse_list(text, value) : 0;
    if (text != NULL && count == 0) {
        wh_message_set(message, "%s %s: not one to three numbers with commas", option, text);
        return WH_ERR_ARG;
    }
    if (text != NULL && *phases != 0 && count != *phases) {
        wh_message_set(message, "%s %s: %u numbers where --urms has %u", option, text, count,
                       *phases);
        return WH_ERR_ARG;
    }
    *phases = *phases == 0 ? count : *phases;
    return WH_OK;
}

wh_err wh_calibrate_reference_parse(const wh_calibrate_lists *lists, wh_calibrate_reference *out,
                                    unsigned *phases, wh_message *message)
{
    static const char *const names[] = {"--urms", "--irms", "--angle", "--p", "--q"};
    const char *const texts[] = {lists->urms, lists->irms, lists->angle, lists->p, lists->q};
    double value[5][WH_PHASES] = {{0}};
    memset(out, 0, sizeof *out);
    *phases = 0;
    if (lists->urms == NULL || lists->irms == NULL) {
        wh_message_set(message, "--urms and --irms, or --reference, say what is true");
        return WH_ERR_ARG;
    }
    for (size_t i = 0; i < 5; i++) {
        wh_err err = take_list(names[i], texts[i], phases, value[i], message);
        if (err != WH_OK) {
            return err;
        }
    }
    for (unsigned k = 0; k < *phases; k++) {
        wh_calibrate_phase *p = &out->phase[k];
        char where[16];
        (void)snprintf(where, sizeof where, "L%u", k + 1);
        p->urms_v = value[0][k];
        p->irms_a = value[1][k];
        wh_err err = find_angle(p, (optional){texts[2] != NULL, value[2][k]},
                                (optional){texts[3] != NULL, value[3][k]},
                                (optional){texts[4] != NULL, value[4][k]}, where, message);
        if (err == WH_OK) {
            err = check_phase(p, where, message);
        }
        if (err != WH_OK) {
            return err;
        }
    }
    double neutral[WH_PHASES] = {0};
    if (lists->neutral != NULL && (parse_list(lists->neutral, neutral) != 1 || neutral[0] < 0)) {
        wh_message_set(message, "--in %s: not a number of amperes", lists->neutral);
        return WH_ERR_ARG;
    }
    out->neutral_a = neutral[0];
    return WH_OK;
}

typedef struct {
    double urms_v, irms_a, angle_deg, p_w, q_var;
} file_phase;

typedef struct {
    file_phase *phases;
    unsigned phases_count;
    double neutral_a;
} file_root;

#define OPTIONAL CYAML_FLAG_OPTIONAL

static const cyaml_schema_field_t phase_fields[] = {
    CYAML_FIELD_FLOAT("urms_v", CYAML_FLAG_DEFAULT, file_phase, urms_v),
    CYAML_FIELD_FLOAT("irms_a", CYAML_FLAG_DEFAULT, file_phase, irms_a),
    CYAML_FIELD_FLOAT("angle_deg", OPTIONAL, file_phase, angle_deg),
    CYAML_FIELD_FLOAT("p_w", OPTIONAL, file_phase, p_w),
    CYAML_FIELD_FLOAT("q_var", OPTIONAL, file_phase, q_var),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t phase_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, file_phase, phase_fields),
};

static const cyaml_schema_field_t root_fields[] = {
    CYAML_FIELD_SEQUENCE("phases", CYAML_FLAG_POINTER, file_root, phases, &phase_value, 1,
                         WH_PHASES),
    CYAML_FIELD_FLOAT("neutral_a", OPTIONAL, file_root, neutral_a),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t root_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, file_root, root_fields),
};

static optional optional_of(const wh_config_yaml *config, unsigned k, const char *field,
                            double value)
{
    char key[40];
    (void)snprintf(key, sizeof key, "phases[%u].%s", k, field);
    return (optional){wh_config_yaml_has(config, key), value};
}

static wh_err take_file_phase(const wh_config_yaml *config, const file_root *root, unsigned k,
                              wh_calibrate_phase *p, wh_message *message)
{
    const file_phase *f = &root->phases[k];
    wh_message inner = {""};
    char key[24];
    (void)snprintf(key, sizeof key, "phases[%u]", k);
    p->urms_v = f->urms_v;
    p->irms_a = f->irms_a;
    wh_err err = find_angle(p, optional_of(config, k, "angle_deg", f->angle_deg),
                            optional_of(config, k, "p_w", f->p_w),
                            optional_of(config, k, "q_var", f->q_var), "here", &inner);
    if (err == WH_OK) {
        err = check_phase(p, "here", &inner);
    }
    return err == WH_OK ? err : wh_config_yaml_refuse(config, message, key, "%s", inner.text);
}

wh_err wh_calibrate_reference_read(const char *path, wh_calibrate_reference *out, unsigned *phases,
                                   wh_message *message)
{
    wh_config_yaml *config = NULL;
    void *values = NULL;
    memset(out, 0, sizeof *out);
    *phases = 0;
    wh_err err = wh_config_yaml_open(path, &root_value, &config, &values, message);
    if (err != WH_OK) {
        return err;
    }
    const file_root *root = values;
    for (unsigned k = 0; k < root->phases_count && err == WH_OK; k++) {
        err = take_file_phase(config, root, k, &out->phase[k], message);
    }
    if (err == WH_OK && !(root->neutral_a >= 0 && root->neutral_a < 1e6)) {
        err = wh_config_yaml_refuse(config, message, "neutral_a", "must not be below zero");
    }
    out->neutral_a = root->neutral_a;
    *phases = root->phases_count;
    wh_config_yaml_close(config);
    return err;
}
