/* SPDX-License-Identifier: Apache-2.0 */
/* What a person says beside the file: names, scale, rate, nominal frequency. */
#include "world/recording/recording_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static wh_err rename_channels(wh_recording *r, const char *names, wh_message *m)
{
    wh_span rest = {names, strlen(names)};
    size_t count = wh_span_count_fields(rest, ',');
    if (count != r->channel_count) {
        wh_message_set(m, "%s: %zu channel names are given, but the file has %zu channels", r->file,
                       count, r->channel_count);
        return WH_ERR_ARG;
    }
    wh_span name;
    for (size_t k = 0; k < count && wh_span_take_field(&rest, ',', &name); k++) {
        char *copy = wh_span_dup(name);
        if (copy == NULL) {
            return WH_ERR_SPACE;
        }
        free(r->channel[k].name);
        r->channel[k].name = copy;
        if (r->channel[k].unit == WH_UNIT_OTHER) {
            r->channel[k].unit = wh_unit_guess_from_name(copy);
        }
    }
    return WH_OK;
}

static void scale_channel(wh_recording *r, size_t k, double factor)
{
    for (size_t n = 0; n < r->sample_count; n++) {
        r->channel[k].sample[n] *= factor;
    }
}

static wh_err scale_channels(wh_recording *r, const char *list, wh_message *m)
{
    wh_span rest = {list, strlen(list)};
    size_t count = wh_span_count_fields(rest, ',');
    if (count != 1 && count != r->channel_count) {
        wh_message_set(m, "%s: %zu scale factors are given, but the file has %zu channels", r->file,
                       count, r->channel_count);
        return WH_ERR_ARG;
    }
    wh_span field;
    double factor = 1;
    for (size_t k = 0; k < r->channel_count; k++) {
        if (wh_span_take_field(&rest, ',', &field) &&
            (!wh_span_to_double(field, &factor) || factor == 0)) {
            wh_message_set(m, "%s: '%s' is not a scale factor", r->file, wh_span_quote(field).text);
            return WH_ERR_ARG;
        }
        scale_channel(r, k, factor);
    }
    return WH_OK;
}

wh_err wh_recording_apply_options(wh_recording *r, const wh_recording_options *options,
                                  wh_message *m)
{
    if (options == NULL) {
        return WH_OK;
    }
    wh_err err = WH_OK;
    if (options->f_nominal_hz > 0) {
        r->f_nominal_hz = options->f_nominal_hz;
    }
    if (options->fs_hz > 0 && !wh_recording_rate_is_sane(options->fs_hz)) {
        wh_message_set(m, "%s: %g Hz is no sample rate", r->file, options->fs_hz);
        return WH_ERR_ARG;
    }
    if (options->fs_hz > 0) {
        err = wh_recording_set_rate(r, options->fs_hz);
    }
    if (err == WH_OK && options->channels != NULL) {
        err = rename_channels(r, options->channels, m);
    }
    if (err == WH_OK && options->scale != NULL) {
        err = scale_channels(r, options->scale, m);
    }
    if (err == WH_ERR_SPACE) {
        wh_message_set(m, "%s: no memory", r->file);
    }
    return err;
}
