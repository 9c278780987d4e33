/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_text.h"

#include <string.h>

typedef struct {
    uint8_t code;
    const char *text;
} entry;

static const entry RESULTS[] = {
    {WH_DLMS_RESULT_SUCCESS, "success"},
    {WH_DLMS_RESULT_HARDWARE_FAULT, "hardware fault"},
    {WH_DLMS_RESULT_TEMPORARY_FAILURE, "temporary failure"},
    {WH_DLMS_RESULT_READ_WRITE_DENIED, "access denied"},
    {WH_DLMS_RESULT_OBJECT_UNDEFINED, "object undefined"},
    {WH_DLMS_RESULT_OBJECT_CLASS_INCONSISTENT, "object of another class"},
    {WH_DLMS_RESULT_OBJECT_UNAVAILABLE, "object unavailable"},
    {WH_DLMS_RESULT_TYPE_UNMATCHED, "type does not match"},
    {WH_DLMS_RESULT_SCOPE_OF_ACCESS_VIOLATED, "scope of access violated"},
    {WH_DLMS_RESULT_DATA_BLOCK_UNAVAILABLE, "data block unavailable"},
    {WH_DLMS_RESULT_LONG_GET_ABORTED, "long get aborted"},
    {WH_DLMS_RESULT_NO_LONG_GET_IN_PROGRESS, "no long get in progress"},
    {WH_DLMS_RESULT_LONG_SET_ABORTED, "long set aborted"},
    {WH_DLMS_RESULT_NO_LONG_SET_IN_PROGRESS, "no long set in progress"},
    {WH_DLMS_RESULT_DATA_BLOCK_NUMBER_INVALID, "data block number invalid"},
    {WH_DLMS_RESULT_OTHER_REASON, "other reason"},
};

static const entry USER_DIAGNOSTICS[] = {
    {0, "no diagnostic"},
    {1, "no reason given"},
    {2, "application context name not supported"},
    {3, "calling AP title not recognised"},
    {4, "calling AP invocation id not recognised"},
    {5, "calling AE qualifier not recognised"},
    {6, "calling AE invocation id not recognised"},
    {7, "called AP title not recognised"},
    {8, "called AP invocation id not recognised"},
    {9, "called AE qualifier not recognised"},
    {10, "called AE invocation id not recognised"},
    {11, "authentication mechanism not recognised"},
    {12, "authentication mechanism name required"},
    {13, "authentication failure"},
    {14, "authentication required"},
};

static const entry PROVIDER_DIAGNOSTICS[] = {
    {0, "no diagnostic"},
    {1, "no reason given"},
    {2, "no common ACSE version"},
};

static const entry INITIATE_ERRORS[] = {
    {WH_DLMS_INITIATE_OTHER, "other reason"},
    {WH_DLMS_INITIATE_VERSION_TOO_LOW, "DLMS version too low"},
    {WH_DLMS_INITIATE_INCOMPATIBLE_CONFORMANCE, "incompatible conformance"},
    {WH_DLMS_INITIATE_PDU_SIZE_TOO_SHORT, "PDU size too short"},
    {WH_DLMS_INITIATE_REFUSED, "refused by the VDE handler"},
};

static const entry CATEGORIES[] = {
    {0, "application reference"},
    {1, "hardware resource"},
    {2, "VDE state"},
    {3, "service"},
    {4, "definition"},
    {5, "access"},
    {6, "initiate"},
    {7, "load data set"},
    {9, "task"},
};

static const entry STATE_ERRORS[] = {
    {WH_DLMS_STATE_SERVICE_NOT_ALLOWED, "service not allowed"},
    {WH_DLMS_STATE_SERVICE_UNKNOWN, "service unknown"},
};

static const entry SERVICE_ERRORS[] = {
    {WH_DLMS_SERVICE_OPERATION_NOT_POSSIBLE, "operation not possible"},
    {WH_DLMS_SERVICE_NOT_SUPPORTED, "service not supported"},
    {WH_DLMS_SERVICE_OTHER_REASON, "other reason"},
    {WH_DLMS_SERVICE_PDU_TOO_LONG, "PDU too long"},
    {WH_DLMS_SERVICE_DECIPHERING_ERROR, "deciphering error"},
    {WH_DLMS_SERVICE_INVOCATION_COUNTER_ERROR, "invocation counter error"},
};

static const char *find(const entry *table, size_t count, uint8_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].code == code) {
            return table[i].text;
        }
    }
    return "a code unknown here";
}

#define FIND(table, code) find(table, sizeof(table) / sizeof((table)[0]), code)

const char *wh_dlms_result_text(uint8_t result)
{
    return FIND(RESULTS, result);
}

static void put(wh_writer *w, const char *text)
{
    wh_writer_put_bytes(w, (const uint8_t *)text, strlen(text));
}

static void put_service_error(wh_writer *w, const wh_dlms_failure *f)
{
    if (f->has_service_error) {
        bool initiate = f->error_category == WH_DLMS_CATEGORY_INITIATE;
        put(w, initiate ? "" : FIND(CATEGORIES, f->error_category));
        put(w, initiate ? FIND(INITIATE_ERRORS, f->error_value) : " error");
    }
}

static void put_rejection(wh_writer *w, const wh_dlms_failure *f)
{
    put(w, "the meter refused the association: ");
    put(w, f->source == WH_DLMS_SOURCE_PROVIDER ? FIND(PROVIDER_DIAGNOSTICS, f->diagnostic)
                                                : FIND(USER_DIAGNOSTICS, f->diagnostic));
    put(w, f->has_service_error ? ", " : "");
    put_service_error(w, f);
    put(w, f->result == WH_DLMS_REJECTED_TRANSIENT ? " (for now)" : "");
}

static const char *own_failure_text(wh_err err)
{
    switch ((int)err) {
    case WH_ERR_TIMEOUT:
        return "the meter does not answer in time";
    case WH_ERR_FORMAT:
        return "the answer is not DLMS over the wrapper";
    case WH_ERR_SPACE:
        return "the answer is longer than there is room for";
    default:
        return wh_err_text(err);
    }
}

size_t wh_dlms_failure_text(const wh_dlms_failure *failure, char text[WH_DLMS_FAILURE_TEXT_SIZE])
{
    wh_writer w = wh_writer_init((uint8_t *)text, WH_DLMS_FAILURE_TEXT_SIZE - 1);
    switch (failure->kind) {
    case WH_DLMS_FAILURE_REJECTED:
        put_rejection(&w, failure);
        break;
    case WH_DLMS_FAILURE_EXCEPTION:
        put(&w, "the meter answered with an exception: ");
        put(&w, FIND(STATE_ERRORS, failure->state_error));
        put(&w, ", ");
        put(&w, FIND(SERVICE_ERRORS, failure->service_error));
        break;
    case WH_DLMS_FAILURE_SERVICE:
        put(&w, "the meter answered with a service error: ");
        put_service_error(&w, failure);
        break;
    case WH_DLMS_FAILURE_BLOCK:
        put(&w, "the meter broke off the block transfer: ");
        put(&w, wh_dlms_result_text(failure->result));
        break;
    case WH_DLMS_FAILURE_NONE:
    default:
        put(&w, own_failure_text(failure->err));
        break;
    }
    size_t len = wh_writer_len(&w);
    text[len] = '\0';
    return len;
}
