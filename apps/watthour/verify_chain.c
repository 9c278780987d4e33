/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/verify_chain.h"

#include <stdlib.h>
#include <string.h>

static bool is_good(const verify_bill *bill)
{
    return bill->file.state == WH_SIGNED_FILE_GOOD;
}

static int compare_chains(const wh_signed_head *a, const wh_signed_head *b)
{
    int order = memcmp(a->device_name, b->device_name, sizeof a->device_name);
    if (order == 0) {
        order = (int)a->serial_len - (int)b->serial_len;
    }
    if (order == 0 && a->serial_len > 0) {
        order = memcmp(a->serial, b->serial, a->serial_len);
    }
    if (order == 0) {
        order = (int)a->kind - (int)b->kind;
    }
    return order != 0 ? order : (int)a->log - (int)b->log;
}

static int compare_bills(const verify_bill *x, const verify_bill *y)
{
    if (!is_good(x) || !is_good(y)) {
        return (int)is_good(y) - (int)is_good(x);
    }
    int order = compare_chains(&x->file.reading.head, &y->file.reading.head);
    uint32_t at_x = x->file.reading.head.sequence;
    uint32_t at_y = y->file.reading.head.sequence;
    return order != 0 ? order : (at_x > at_y) - (at_x < at_y);
}

/* By insertion: bills are few and mostly in order, and equal ones keep theirs. */
static void sort(verify_bill **bills, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        verify_bill *bill = bills[i];
        size_t at = i;
        for (; at > 0 && compare_bills(bill, bills[at - 1]) < 0; at--) {
            bills[at] = bills[at - 1];
        }
        bills[at] = bill;
    }
}

bool verify_same_chain(const verify_bill *a, const verify_bill *b)
{
    return is_good(a) && is_good(b) &&
           compare_chains(&a->file.reading.head, &b->file.reading.head) == 0;
}

/* "bill 3", "bills 3 to 5" */
static void name_missing(uint32_t from, uint32_t to, wh_message *out)
{
    if (from == to) {
        wh_message_set(out, "bill %lu", (unsigned long)from);
    } else {
        wh_message_set(out, "bills %lu to %lu", (unsigned long)from, (unsigned long)to);
    }
}

static void explain(verify_bill *bill)
{
    const verify_bill *before = bill->before;
    wh_message missing;
    name_missing(before->file.reading.head.sequence + 1U, bill->file.reading.head.sequence - 1U,
                 &missing);
    unsigned long sequence = bill->file.reading.head.sequence;
    bool same = memcmp(before->file.digest, bill->file.digest, sizeof bill->file.digest) == 0;
    switch (bill->link) {
    case VERIFY_GAP:
        wh_message_set(&bill->fault, "%s: %s between it and %s: not given", bill->name,
                       missing.text, before->name);
        break;
    case VERIFY_SKIPPED:
        wh_message_set(&bill->fault, "%s: %s: already lost to the meter when it signed this one",
                       bill->name, missing.text);
        break;
    case VERIFY_DOUBLE:
        wh_message_set(&bill->fault, "%s: %s bill %lu as %s", bill->name,
                       same ? "the same" : "another", sequence, before->name);
        break;
    case VERIFY_BROKEN:
        wh_message_set(&bill->fault,
                       "%s: bill %lu does not follow the bill %lu of %s: the meter "
                       "had signed another one",
                       bill->name, sequence, sequence - 1, before->name);
        break;
    case VERIFY_FIRST:
    case VERIFY_FOLLOWS:
        break;
    }
}

static verify_link link_of(const verify_bill *bill)
{
    const wh_signed_file *before = &bill->before->file;
    switch (wh_signed_compare(&before->reading, before->digest, &bill->file.reading)) {
    case WH_SIGNED_FOLLOWS:
        return VERIFY_FOLLOWS;
    case WH_SIGNED_GAP:
        return VERIFY_GAP;
    case WH_SIGNED_SKIPPED:
        return VERIFY_SKIPPED;
    case WH_SIGNED_DOUBLE:
        return VERIFY_DOUBLE;
    case WH_SIGNED_BROKEN:
        return VERIFY_BROKEN;
    case WH_SIGNED_OTHER:
        break;
    }
    return VERIFY_FIRST;
}

void verify_order(verify_bill **bills, size_t count)
{
    sort(bills, count);
    for (size_t i = 0; i < count; i++) {
        verify_bill *bill = bills[i];
        bill->before = i > 0 && verify_same_chain(bills[i - 1], bill) ? bills[i - 1] : NULL;
        bill->link = bill->before != NULL ? link_of(bill) : VERIFY_FIRST;
        bill->fault.text[0] = '\0';
        if (bill->before != NULL) {
            explain(bill);
        }
    }
}

const char *verify_link_text(verify_link link)
{
    static const char *const texts[] = {"first", "follows", "gap", "skipped", "double", "broken"};
    return texts[link];
}
