/* SPDX-License-Identifier: Apache-2.0 */
/* watthour keys: the key pair with which a meter signs its bills. */
#include "apps/watthour/command.h"
#include "apps/watthour/key_file.h"
#include "apps/watthour/next_option.h"

#include "port/mbedtls/crypto_mbedtls.h"
#include "port/posix/port_posix.h"
#include "world/billing/signed_text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096

static const char help[] =
    "usage: watthour keys new --out FILE\n"
    "       watthour keys show FILE [--json]\n"
    "\n"
    "The key pair with which a meter signs its bills: ECDSA on P-256, as PEM.\n"
    "\n"
    "new    makes a pair: the private key in FILE, readable by its owner only, for the meter; the\n"
    "       public key in FILE with its ending .key replaced by .pub, for whoever checks bills.\n"
    "       A file that is there is never overwritten.\n"
    "show   says whether FILE is a private or a public key, and its fingerprint: the SHA-256 of\n"
    "       the public key's DER. A private key is never shown.\n"
    "\n"
    "  --out FILE     where the private key goes\n"
    "  --json         print JSON\n"
    "  --help         this page\n"
    "\n"
    "Exit status: 0 done, 1 a file is there already or cannot be written, 2 bad input.\n"
    "\n"
    "examples:\n"
    "  watthour keys new --out meter.key\n"
    "  watthour keys show meter.pub\n"
    "  watthour verify bills/*.json --key meter.pub\n";

typedef struct {
    const char *out;
    const char *file;
    bool json;
    bool help;
} arguments;

static bool parse_options(arguments *a, int argc, char **argv, wh_message *m)
{
    static const struct option options[] = {{"out", required_argument, NULL, 'o'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    optind = 0;
    int option;
    while ((option = wh_next_option(argc, argv, options, NULL, m)) != -1) {
        if (option == 'o') {
            a->out = optarg;
        } else if (option == 'j') {
            a->json = true;
        } else if (option == 'h') {
            a->help = true;
        } else {
            return false;
        }
    }
    return true;
}

/* "meter.key" to "meter.pub", anything else gets ".pub" behind it. */
static bool public_path_of(const char *path, char out[PATH_SIZE])
{
    size_t len = strlen(path);
    size_t stem = len > 4 && strcmp(path + len - 4, ".key") == 0 ? len - 4 : len;
    int n = snprintf(out, PATH_SIZE, "%.*s.pub", (int)stem, path);
    return n > 0 && n < PATH_SIZE;
}

static bool fingerprint_of(const wh_crypto *crypto, const uint8_t *public_key,
                           char text[WH_SIGNED_HEX_TEXT(WH_SHA256_SIZE)])
{
    uint8_t fingerprint[WH_SHA256_SIZE];
    if (wh_crypto_fingerprint(crypto, WH_CURVE_P256, public_key, fingerprint) != WH_OK) {
        return false;
    }
    wh_signed_text_hex(fingerprint, sizeof fingerprint, text);
    return true;
}

static int run_new(const arguments *a, const wh_crypto *crypto, wh_message *m)
{
    char path[PATH_SIZE];
    char print[WH_SIGNED_HEX_TEXT(WH_SHA256_SIZE)];
    uint8_t public_key[WH_P256_PUBLIC_SIZE];
    if (a->out == NULL || a->file != NULL || a->json || !public_path_of(a->out, path)) {
        wh_message_set(m, "'new' wants --out FILE and nothing else");
        return WH_EXIT_BAD_INPUT;
    }
    if (!wh_key_file_make(a->out, path, crypto, public_key, m)) {
        return WH_EXIT_NO;
    }
    if (!fingerprint_of(crypto, public_key, print)) {
        wh_message_set(m, "%s: no fingerprint can be made", path);
        return WH_EXIT_NO;
    }
    printf("private key   %s   for the meter; nobody else needs it\n"
           "public key    %s   for whoever checks bills\n"
           "fingerprint   %s\n",
           a->out, path, print);
    return WH_EXIT_OK;
}

static int run_show(const arguments *a, const wh_crypto *crypto, wh_message *m)
{
    char print[WH_SIGNED_HEX_TEXT(WH_SHA256_SIZE)];
    char hex[WH_SIGNED_HEX_TEXT(WH_P256_PUBLIC_SIZE)];
    uint8_t public_key[WH_P256_PUBLIC_SIZE];
    bool is_private = false;
    if (a->file == NULL || a->out != NULL) {
        wh_message_set(m, "'show' wants one FILE");
        return WH_EXIT_BAD_INPUT;
    }
    if (!wh_key_file_read_any(a->file, crypto, public_key, &is_private, m)) {
        return WH_EXIT_BAD_INPUT;
    }
    if (!fingerprint_of(crypto, public_key, print)) {
        wh_message_set(m, "%s: no fingerprint can be made", a->file);
        return WH_EXIT_NO;
    }
    wh_signed_text_hex(public_key, sizeof public_key, hex);
    const char *kind = is_private ? "private" : "public";
    if (a->json) {
        json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:s}", "file", a->file, "kind", kind,
                                 "curve", "P-256", "fingerprint", print, "public_key", hex);
        if (root == NULL || json_dumpf(root, stdout, JSON_INDENT(2)) != 0) {
            wh_message_set(m, "%s: cannot be written as JSON", a->file);
            json_decref(root);
            return WH_EXIT_NO;
        }
        json_decref(root);
        puts("");
    } else {
        printf("%s: %s key, P-256\nfingerprint   %s\npublic key    %s\n", a->file, kind, print,
               hex);
    }
    return WH_EXIT_OK;
}

static int run(int argc, char **argv, wh_message *m)
{
    arguments a = {0};
    if (!parse_options(&a, argc, argv, m)) {
        return WH_EXIT_BAD_INPUT;
    }
    if (a.help) {
        fputs(help, stdout);
        return WH_EXIT_OK;
    }
    const char *what = optind < argc ? argv[optind] : "";
    a.file = optind + 1 < argc ? argv[optind + 1] : NULL;
    if (optind + 2 < argc) {
        wh_message_set(m, "%s: one file at a time", argv[optind + 2]);
        return WH_EXIT_BAD_INPUT;
    }
    wh_port port = wh_port_posix();
    const wh_crypto crypto = wh_crypto_mbedtls(&port);
    if (strcmp(what, "new") == 0) {
        return run_new(&a, &crypto, m);
    }
    if (strcmp(what, "show") == 0) {
        return run_show(&a, &crypto, m);
    }
    wh_message_set(m, "'new' or 'show' is wanted; 'watthour keys --help' says more");
    return WH_EXIT_BAD_INPUT;
}

int wh_cmd_keys(int argc, char **argv)
{
    wh_message m = {.text = ""};
    int status = run(argc, argv, &m);
    if (status != WH_EXIT_OK) {
        fprintf(stderr, "watthour keys: %s\n", m.text);
    }
    return status;
}
