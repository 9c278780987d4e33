/* SPDX-License-Identifier: Apache-2.0 */
#include "port/mbedtls/key_pem.h"

#include <mbedtls/ecp.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <string.h>

#define POINT_SIZE (1 + WH_P256_PUBLIC_SIZE)

/* Make the context a key pair on P-256 with this public half. */
static int set_public(mbedtls_pk_context *pk, const uint8_t public_key[WH_P256_PUBLIC_SIZE])
{
    uint8_t point[POINT_SIZE] = {0x04};
    memcpy(point + 1, public_key, WH_P256_PUBLIC_SIZE);
    int result = mbedtls_pk_setup(pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (result != 0) {
        return result;
    }
    mbedtls_ecp_keypair *pair = mbedtls_pk_ec(*pk);
    result = mbedtls_ecp_group_load(&pair->grp, MBEDTLS_ECP_DP_SECP256R1);
    if (result == 0) {
        result = mbedtls_ecp_point_read_binary(&pair->grp, &pair->Q, point, sizeof point);
    }
    return result == 0 ? mbedtls_ecp_check_pubkey(&pair->grp, &pair->Q) : result;
}

static wh_err write_err(int result)
{
    switch (result) {
    case 0:
        return WH_OK;
    case MBEDTLS_ERR_ECP_INVALID_KEY:
    case MBEDTLS_ERR_ECP_BAD_INPUT_DATA:
        return WH_ERR_ARG;
    default:
        return WH_ERR_IO;
    }
}

wh_err wh_key_pem_write_public(const uint8_t public_key[WH_P256_PUBLIC_SIZE],
                               char text[WH_KEY_PEM_SIZE])
{
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    int result = set_public(&pk, public_key);
    if (result == 0) {
        result = mbedtls_pk_write_pubkey_pem(&pk, (unsigned char *)text, WH_KEY_PEM_SIZE);
    }
    mbedtls_pk_free(&pk);
    return write_err(result);
}

wh_err wh_key_pem_write_private(const wh_crypto *crypto,
                                const uint8_t private_key[WH_P256_PRIVATE_SIZE],
                                char text[WH_KEY_PEM_SIZE])
{
    uint8_t public_key[WH_P256_PUBLIC_SIZE];
    wh_err err = crypto->public_of(crypto->user, WH_CURVE_P256, private_key, public_key);
    if (err != WH_OK) {
        return err;
    }
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    int result = set_public(&pk, public_key);
    if (result == 0) {
        result = mbedtls_mpi_read_binary(&mbedtls_pk_ec(pk)->d, private_key, WH_P256_PRIVATE_SIZE);
    }
    if (result == 0) {
        result = mbedtls_pk_write_key_pem(&pk, (unsigned char *)text, WH_KEY_PEM_SIZE);
    }
    mbedtls_pk_free(&pk);
    return write_err(result);
}

static wh_err read_err(int result)
{
    switch (result) {
    case 0:
        return WH_OK;
    case MBEDTLS_ERR_PK_PASSWORD_REQUIRED:
    case MBEDTLS_ERR_PK_PASSWORD_MISMATCH:
    case MBEDTLS_ERR_PEM_PASSWORD_REQUIRED:
        return WH_ERR_DENIED;
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
        return WH_ERR_UNSUPPORTED;
    case MBEDTLS_ERR_PK_ALLOC_FAILED:
    case MBEDTLS_ERR_PEM_ALLOC_FAILED:
        return WH_ERR_IO;
    default:
        return WH_ERR_FORMAT;
    }
}

static wh_err check_curve(const mbedtls_pk_context *pk)
{
    if (mbedtls_pk_get_type(pk) != MBEDTLS_PK_ECKEY ||
        mbedtls_pk_ec(*pk)->grp.id != MBEDTLS_ECP_DP_SECP256R1) {
        return WH_ERR_UNSUPPORTED;
    }
    return WH_OK;
}

wh_err wh_key_pem_read_public(const char *text, size_t len, uint8_t public_key[WH_P256_PUBLIC_SIZE])
{
    uint8_t point[POINT_SIZE];
    size_t point_len = 0;
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    /* the length of a PEM text counts its terminating 0 */
    wh_err err = read_err(mbedtls_pk_parse_public_key(&pk, (const unsigned char *)text, len + 1));
    if (err == WH_OK) {
        err = check_curve(&pk);
    }
    if (err == WH_OK) {
        const mbedtls_ecp_keypair *pair = mbedtls_pk_ec(pk);
        err = read_err(mbedtls_ecp_point_write_binary(
            &pair->grp, &pair->Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &point_len, point, sizeof point));
    }
    if (err == WH_OK && point_len != sizeof point) {
        err = WH_ERR_FORMAT;
    }
    if (err == WH_OK) {
        memcpy(public_key, point + 1, WH_P256_PUBLIC_SIZE);
    }
    mbedtls_pk_free(&pk);
    return err;
}

wh_err wh_key_pem_read_private(const char *text, size_t len,
                               uint8_t private_key[WH_P256_PRIVATE_SIZE])
{
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    wh_err err = read_err(mbedtls_pk_parse_key(&pk, (const unsigned char *)text, len + 1, NULL, 0));
    if (err == WH_OK) {
        err = check_curve(&pk);
    }
    if (err == WH_OK) {
        err = read_err(
            mbedtls_mpi_write_binary(&mbedtls_pk_ec(pk)->d, private_key, WH_P256_PRIVATE_SIZE));
    }
    mbedtls_pk_free(&pk);
    return err;
}
