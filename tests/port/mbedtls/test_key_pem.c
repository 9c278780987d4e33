/* SPDX-License-Identifier: Apache-2.0 */
#include "port/mbedtls/key_pem.h"

#include "port/mbedtls/crypto_mbedtls.h"
#include "port/posix/port_posix.h"
#include "tests/port/mbedtls/crypto_hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The keys of RFC 6979 appendix A.2.5 and A.2.6, written by OpenSSL 3. */
static const char private_hex[] =
    "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
static const char public_hex[] = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                                 "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";
static const char public_384_hex[] =
    "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
    "DEF8F0EA9055866064A254515480BC13"
    "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1"
    "288B231C3AE0D4FE7344FD2533264720";

static const char sec1[] = "-----BEGIN EC PRIVATE KEY-----\n"
                           "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
                           "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
                           "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
                           "-----END EC PRIVATE KEY-----\n";
static const char pkcs8[] = "-----BEGIN PRIVATE KEY-----\n"
                            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
                            "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
                            "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
                            "-----END PRIVATE KEY-----\n";
static const char locked[] = "-----BEGIN EC PRIVATE KEY-----\n"
                             "Proc-Type: 4,ENCRYPTED\n"
                             "DEK-Info: AES-256-CBC,66DB8933813D068A14B8512D1174831C\n"
                             "\n"
                             "VMYAiFrLnQ+J8vajd/lVi8LvF+ksLqsdZCErj7p3JIeW5Ifo6H1qBDKmFtZ1RppR\n"
                             "cHRn5E3Jy+i2Zv59R+QUR7zTN3I80GTjFbYyWmOrQoc611gB+a7ej3NUuPbL/mXM\n"
                             "Q2zQhqx9SBjH5ZQk+nJbESOmo/5pf9eWEzJBUAcoRpA=\n"
                             "-----END EC PRIVATE KEY-----\n";
static const char locked_pkcs8[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIH0MF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBBQYSP8O/e4GCXVva7c\n"
    "X6gvAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ9ythqFp1bufZQaoq\n"
    "Gj84TwSBkPJgbBvfVOlsN0KkkAHeIugNGQmoCr65XUSDosveS6yJ8GGcBxpmJYdO\n"
    "3cy/EnOAZqYPM04M5DXkNAJQT8R/DhUNQdHbLhXMNl54euCLBbv8pDelnf2E+cAU\n"
    "2g7NUfscqNbrow4j8qtT4agpo1yvgHRS4wbzYDFQTq/tiZX/ywoWx5yf9yNWD3HI\n"
    "IX2XOxuVMg==\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char sec1_384[] = "-----BEGIN EC PRIVATE KEY-----\n"
                               "MIGkAgEBBDBrnT2tLhuMHAWxmHW2ZZ9N4jw7Znvyl7qapHdAeHE32JbVck5McKgl\n"
                               "+HLJ6mDS7fWgBwYFK4EEACKhZANiAATsOk5BW04ZpFaGGAKfQn+l2pqLxK6S4C4G\n"
                               "quUoazAMZN748OqQVYZgZKJUUVSAvBOAFdm3LX1XJE6o75rAxiGJZwilk2f537n1\n"
                               "TKhLPxydsSiLIxw64NT+c0T9JTMmRyA=\n"
                               "-----END EC PRIVATE KEY-----\n";
static const char spki[] = "-----BEGIN PUBLIC KEY-----\n"
                           "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
                           "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
                           "-----END PUBLIC KEY-----\n";
static const char spki_384[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE7DpOQVtOGaRWhhgCn0J/pdqai8SukuAu\n"
                               "BqrlKGswDGTe+PDqkFWGYGSiVFFUgLwTgBXZty19VyROqO+awMYhiWcIpZNn+d+5\n"
                               "9UyoSz8cnbEoiyMcOuDU/nNE/SUzJkcg\n"
                               "-----END PUBLIC KEY-----\n";
static const char rsa[] = "-----BEGIN PUBLIC KEY-----\n"
                          "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDThi109VDrwpzGH+GmGPY21vMW\n"
                          "hzFFTU81dnu8qZvRvVeoGJC2QaXDWo57TCitn/wIqvoOeH6FpbJ5o8BrqzMRydys\n"
                          "DZ//n1h/PnZpeUYm0Oj5kS0tf2W2HmU89r2CYKd6p0iyn5vRHTKEbjWUbKBlOSWO\n"
                          "yDS+Tk1mpRl6l/8D5QIDAQAB\n"
                          "-----END PUBLIC KEY-----\n";

static const struct {
    const char *name;
    const char *text;
    wh_err as_public;
    wh_err as_private;
} rows[] = {
    {"SEC 1", sec1, WH_ERR_FORMAT, WH_OK},
    {"PKCS 8", pkcs8, WH_ERR_FORMAT, WH_OK},
    {"with a password", locked, WH_ERR_FORMAT, WH_ERR_DENIED},
    {"PKCS 8 with a password", locked_pkcs8, WH_ERR_FORMAT, WH_ERR_DENIED},
    {"P-384", sec1_384, WH_ERR_FORMAT, WH_ERR_UNSUPPORTED},
    {"public", spki, WH_OK, WH_ERR_FORMAT},
    {"public P-384", spki_384, WH_ERR_UNSUPPORTED, WH_ERR_FORMAT},
    {"RSA", rsa, WH_ERR_UNSUPPORTED, WH_ERR_FORMAT},
    {"nothing", "", WH_ERR_FORMAT, WH_ERR_FORMAT},
    {"any text", "once upon a time\n", WH_ERR_FORMAT, WH_ERR_FORMAT},
};

static wh_err read_public(const char *text, size_t len, uint8_t *key)
{
    char *copy = malloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    wh_err err = wh_key_pem_read_public(copy, len, key);
    free(copy);
    return err;
}

static wh_err read_private(const char *text, size_t len, uint8_t *key)
{
    char *copy = malloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    wh_err err = wh_key_pem_read_private(copy, len, key);
    free(copy);
    return err;
}

static void keys_that_openssl_wrote_are_read_and_others_named(void **state)
{
    (void)state;
    uint8_t *want_public = crypto_hex(public_hex, NULL);
    uint8_t *want_private = crypto_hex(private_hex, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t public_key[WH_P256_PUBLIC_SIZE];
        uint8_t private_key[WH_P256_PRIVATE_SIZE];
        wh_err as_public = read_public(rows[i].text, strlen(rows[i].text), public_key);
        wh_err as_private = read_private(rows[i].text, strlen(rows[i].text), private_key);
        if (as_public != rows[i].as_public || as_private != rows[i].as_private) {
            fail_msg("%s: %s, %s", rows[i].name, wh_err_text(as_public), wh_err_text(as_private));
        }
        if (as_public == WH_OK) {
            assert_memory_equal(public_key, want_public, sizeof public_key);
        }
        if (as_private == WH_OK) {
            assert_memory_equal(private_key, want_private, sizeof private_key);
        }
    }
    free(want_public);
    free(want_private);
}

static void no_prefix_of_a_key_is_a_key(void **state)
{
    (void)state;
    uint8_t key[WH_P256_PUBLIC_SIZE];
    for (size_t len = 0; len < sizeof spki - 2; len++) {
        assert_int_equal(read_public(spki, len, key), WH_ERR_FORMAT);
    }
    for (size_t len = 0; len < sizeof sec1 - 2; len++) {
        assert_int_equal(read_private(sec1, len, key), WH_ERR_FORMAT);
    }
}

static void what_is_written_is_what_openssl_writes(void **state)
{
    (void)state;
    wh_port port = wh_port_posix();
    const wh_crypto crypto = wh_crypto_mbedtls(&port);
    uint8_t *public_key = crypto_hex(public_hex, NULL);
    uint8_t *private_key = crypto_hex(private_hex, NULL);
    char text[WH_KEY_PEM_SIZE];
    assert_int_equal(wh_key_pem_write_public(public_key, text), WH_OK);
    assert_string_equal(text, spki);
    assert_int_equal(wh_key_pem_write_private(&crypto, private_key, text), WH_OK);
    assert_string_equal(text, sec1);
    public_key[0] ^= 1;
    memset(private_key, 0, WH_P256_PRIVATE_SIZE);
    assert_int_equal(wh_key_pem_write_public(public_key, text), WH_ERR_ARG);
    assert_int_equal(wh_key_pem_write_private(&crypto, private_key, text), WH_ERR_ARG);
    free(public_key);
    free(private_key);
}

static void a_fingerprint_is_the_hash_of_the_key_as_openssl_writes_it(void **state)
{
    (void)state;
    static const struct {
        wh_curve curve;
        const char *key;
        const char *fingerprint;
    } prints[] = {
        {WH_CURVE_P256, public_hex,
         "5a7a78cca4a0f420d9bc62bb669c3c2759e39f723d3ae10dcbe0f0815a07ecd4"},
        {WH_CURVE_P384, public_384_hex,
         "2f95601fa82060b909bfc6b979dbd303d34d34e0afb27ea496beac362f242a4b"},
    };
    wh_port port = wh_port_posix();
    const wh_crypto crypto = wh_crypto_mbedtls(&port);
    for (size_t i = 0; i < sizeof prints / sizeof prints[0]; i++) {
        uint8_t *key = crypto_hex(prints[i].key, NULL);
        uint8_t *want = crypto_hex(prints[i].fingerprint, NULL);
        uint8_t made[WH_SHA256_SIZE];
        assert_int_equal(wh_crypto_fingerprint(&crypto, prints[i].curve, key, made), WH_OK);
        assert_memory_equal(made, want, sizeof made);
        free(key);
        free(want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_openssl_wrote_are_read_and_others_named),
        cmocka_unit_test(no_prefix_of_a_key_is_a_key),
        cmocka_unit_test(what_is_written_is_what_openssl_writes),
        cmocka_unit_test(a_fingerprint_is_the_hash_of_the_key_as_openssl_writes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
