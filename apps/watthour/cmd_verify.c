/* SPDX-License-Identifier: Apache-2.0 */
/* watthour verify: is a bill what the meter signed, and is none left out? */
#include "apps/watthour/command.h"
#include "apps/watthour/key_file.h"
#include "apps/watthour/next_option.h"
#include "apps/watthour/verify_chain.h"
#include "apps/watthour/verify_print.h"

#include "port/mbedtls/crypto_mbedtls.h"
#include "port/posix/port_posix.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: watthour verify FILE... --key PUBKEY [--json]\n"
    "\n"
    "Check bills against the meter that signed them. FILE is a signed reading, *.json or *.whr;\n"
    "PUBKEY is the meter's public key as PEM (watthour keys). Of each file is checked that\n"
    "  - its bytes are those that the meter signed, with this key and no other\n"
    "  - all that a JSON file says to people is what is signed\n"
    "and of all of them together, in the order of their numbers, that none is left out between\n"
    "two others, none is there twice, and each was signed as the successor of the one before.\n"
    "Prints what was billed, and what each energy grew by. Faults go to standard error, one a\n"
    "line; nothing of a file that is not genuine is printed.\n"
    "\n"
    "  --key PUBKEY   the meter's public key\n"
    "  --json         print JSON\n"
    "  --help         this page\n"
    "\n"
    "Exit status: 0 all is well, 1 a bill is not genuine or the chain has a fault, 2 bad input: a\n"
    "file that cannot be read or is no signed reading.\n"
    "\n"
    "examples:\n"
    "  watthour verify bills/77-billing-1-0000000003.json --key meter.pub\n"
    "  watthour verify bills/*.json --key meter.pub\n"
    "  watthour verify bills/* --key meter.pub --json | jq '.bills[].reading.values'\n";

typedef struct {
    const char *key;
    bool json;
    bool help;
} arguments;

static bool parse_options(arguments *a, int argc, char **argv, wh_message *m)
{
    static const struct option options[] = {{"key", required_argument, NULL, 'k'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    optind = 0;
    int option;
    while ((option = wh_next_option(argc, argv, options, NULL, m)) != -1) {
        if (option == 'k') {
            a->key = optarg;
        } else if (option == 'j') {
            a->json = true;
        } else if (option == 'h') {
            a->help = true;
            return true;
        } else {
            return false;
        }
    }
    if (optind == argc) {
        wh_message_set(m, "no FILE given; 'watthour verify --help' says more");
        return false;
    }
    if (a->key == NULL) {
        wh_message_set(m, "--key PUBKEY is missing: the meter's public key");
        return false;
    }
    return true;
}

static void free_bills(verify_bill **bills, size_t count)
{
    for (size_t i = 0; i < count && bills != NULL; i++) {
        free(bills[i]);
    }
    free(bills);
}

static verify_bill **load_bills(char **names, size_t count, const wh_crypto *crypto,
                                const uint8_t *public_key)
{
    verify_bill **bills = calloc(count, sizeof(verify_bill *));
    for (size_t i = 0; i < count && bills != NULL; i++) {
        bills[i] = calloc(1, sizeof *bills[i]);
        if (bills[i] == NULL) {
            free_bills(bills, count);
            return NULL;
        }
        bills[i]->name = names[i];
        wh_signed_file_load(&bills[i]->file, AT_FDCWD, names[i], names[i], crypto, public_key);
    }
    return bills;
}

/* One line each; returns the exit status. */
static int tell_faults(verify_bill *const *bills, size_t count, size_t *faults)
{
    int status = WH_EXIT_OK;
    *faults = 0;
    for (size_t i = 0; i < count; i++) {
        const verify_bill *bill = bills[i];
        bool good = bill->file.state == WH_SIGNED_FILE_GOOD;
        const char *text = good ? bill->fault.text : bill->file.message.text;
        if (text[0] == '\0') {
            continue;
        }
        fprintf(stderr, "watthour verify: %s\n", text);
        (*faults)++;
        if (bill->file.state == WH_SIGNED_FILE_UNREADABLE) {
            status = WH_EXIT_BAD_INPUT;
        } else if (status == WH_EXIT_OK) {
            status = WH_EXIT_NO;
        }
    }
    return status;
}

static int verify(const arguments *a, char **names, size_t count, const wh_crypto *crypto,
                  wh_message *m)
{
    uint8_t public_key[WH_P256_PUBLIC_SIZE];
    size_t faults = 0;
    if (!wh_key_file_read_public(a->key, public_key, m)) {
        return WH_EXIT_BAD_INPUT;
    }
    verify_bill **bills = load_bills(names, count, crypto, public_key);
    if (bills == NULL) {
        wh_message_set(m, "no memory for %zu files", count);
        return WH_EXIT_BAD_INPUT;
    }
    verify_order(bills, count);
    if (!a->json) {
        verify_print_table(stdout, bills, count);
    }
    (void)fflush(stdout);
    int status = tell_faults(bills, count, &faults);
    if (a->json) {
        if (!verify_print_json(stdout, bills, count, faults == 0)) {
            wh_message_set(m, "the answer cannot be written");
            status = WH_EXIT_BAD_INPUT;
        }
    } else if (faults == 0) {
        printf("%zu %s genuine, none left out\n", count, count == 1 ? "bill is" : "bills are");
    } else {
        printf("NOT GOOD: %zu of %zu files\n", faults, count);
    }
    free_bills(bills, count);
    return status;
}

int wh_cmd_verify(int argc, char **argv)
{
    arguments a = {0};
    wh_message m = {.text = ""};
    wh_port port = wh_port_posix();
    const wh_crypto crypto = wh_crypto_mbedtls(&port);
    int status = WH_EXIT_BAD_INPUT;
    if (parse_options(&a, argc, argv, &m)) {
        if (a.help) {
            fputs(help, stdout);
            return WH_EXIT_OK;
        }
        status = verify(&a, argv + optind, (size_t)(argc - optind), &crypto, &m);
    }
    if (m.text[0] != '\0') {
        fprintf(stderr, "watthour verify: %s\n", m.text);
    }
    return status;
}
