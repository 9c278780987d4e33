/* SPDX-License-Identifier: Apache-2.0 */
#include "port/mbedtls/crypto_mbedtls.h"

#include <mbedtls/aes.h>
#include <mbedtls/ecdh.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md.h>
#include <string.h>

#define AES_BLOCK    16U
#define SEMIBLOCK    8U
#define WRAP_LEN_MAX 64U
#define WRAP_ROUNDS  6U
#define UNCOMPRESSED 0x04

/* What one operation on a curve works with; all of it is wiped at its end. */
typedef struct {
    mbedtls_ecp_group group;
    mbedtls_mpi private_key;
    mbedtls_ecp_point point;
    mbedtls_mpi r; /* of a signature, or the shared secret */
    mbedtls_mpi s;
} curve_work;

static wh_err random_of(void *user, uint8_t *bytes, size_t len)
{
    wh_port *port = user;
    return port->random(port->user, bytes, len);
}

static int random_mbedtls(void *user, unsigned char *bytes, size_t len)
{
    return random_of(user, bytes, len) == WH_OK ? 0 : MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

static wh_err err_of(int result)
{
    switch (result) {
    case 0:
        return WH_OK;
    case MBEDTLS_ERR_ECP_VERIFY_FAILED:
    case MBEDTLS_ERR_GCM_AUTH_FAILED:
        return WH_ERR_CHECK;
    case MBEDTLS_ERR_ECP_INVALID_KEY:
    case MBEDTLS_ERR_ECP_BAD_INPUT_DATA:
    case MBEDTLS_ERR_GCM_BAD_INPUT:
    case MBEDTLS_ERR_AES_INVALID_KEY_LENGTH:
        return WH_ERR_ARG;
    default:
        return WH_ERR_IO; /* no memory, no randomness */
    }
}

static wh_err hash_parts(void *user, wh_hash hash, const wh_crypto_part *parts, size_t count,
                         uint8_t *digest)
{
    (void)user;
    if (hash != WH_HASH_SHA256 && hash != WH_HASH_SHA384) {
        return WH_ERR_UNSUPPORTED;
    }
    uint8_t whole[MBEDTLS_MD_MAX_SIZE]; /* of SHA-384, mbedTLS may write all of SHA-512 */
    mbedtls_md_context_t md;
    mbedtls_md_init(&md);
    const mbedtls_md_info_t *info =
        mbedtls_md_info_from_type(hash == WH_HASH_SHA256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384);
    int result = mbedtls_md_setup(&md, info, 0);
    if (result == 0) {
        result = mbedtls_md_starts(&md);
    }
    for (size_t i = 0; i < count && result == 0; i++) {
        if (parts[i].len > 0) { /* or bytes may be NULL, which mbedTLS does not promise to take */
            result = mbedtls_md_update(&md, parts[i].bytes, parts[i].len);
        }
    }
    if (result == 0) {
        result = mbedtls_md_finish(&md, whole);
    }
    if (result == 0) {
        memcpy(digest, whole, (size_t)hash);
    }
    wh_crypto_wipe(whole, sizeof whole);
    mbedtls_md_free(&md);
    return err_of(result);
}

static void work_free(curve_work *work)
{
    mbedtls_ecp_group_free(&work->group);
    mbedtls_mpi_free(&work->private_key);
    mbedtls_ecp_point_free(&work->point);
    mbedtls_mpi_free(&work->r);
    mbedtls_mpi_free(&work->s);
}

/* Whatever it returns, work_free follows. */
static wh_err work_init(curve_work *work, wh_curve curve)
{
    mbedtls_ecp_group_init(&work->group);
    mbedtls_mpi_init(&work->private_key);
    mbedtls_ecp_point_init(&work->point);
    mbedtls_mpi_init(&work->r);
    mbedtls_mpi_init(&work->s);
    if (curve != WH_CURVE_P256 && curve != WH_CURVE_P384) {
        return WH_ERR_UNSUPPORTED;
    }
    mbedtls_ecp_group_id id =
        curve == WH_CURVE_P256 ? MBEDTLS_ECP_DP_SECP256R1 : MBEDTLS_ECP_DP_SECP384R1;
    return err_of(mbedtls_ecp_group_load(&work->group, id));
}

static wh_err read_private(curve_work *work, wh_curve curve, const uint8_t *bytes)
{
    int result = mbedtls_mpi_read_binary(&work->private_key, bytes, (size_t)curve);
    if (result == 0) {
        result = mbedtls_ecp_check_privkey(&work->group, &work->private_key);
    }
    return err_of(result);
}

static wh_err read_public(curve_work *work, wh_curve curve, const uint8_t *bytes)
{
    uint8_t point[1 + 2 * WH_CRYPTO_SIZE_MAX] = {UNCOMPRESSED};
    memcpy(point + 1, bytes, 2 * (size_t)curve);
    int result =
        mbedtls_ecp_point_read_binary(&work->group, &work->point, point, 1 + 2 * (size_t)curve);
    if (result == 0) {
        result = mbedtls_ecp_check_pubkey(&work->group, &work->point);
    }
    return err_of(result);
}

static wh_err write_public(const curve_work *work, wh_curve curve, uint8_t *bytes)
{
    uint8_t point[1 + 2 * WH_CRYPTO_SIZE_MAX];
    size_t len = 0;
    int result = mbedtls_ecp_point_write_binary(
        &work->group, &work->point, MBEDTLS_ECP_PF_UNCOMPRESSED, &len, point, sizeof point);
    if (result == 0 && len != 1 + 2 * (size_t)curve) {
        return WH_ERR_IO;
    }
    if (result == 0) {
        memcpy(bytes, point + 1, 2 * (size_t)curve);
    }
    return err_of(result);
}

static wh_err make_key(void *user, wh_curve curve, uint8_t *private_key, uint8_t *public_key)
{
    curve_work work;
    wh_err err = work_init(&work, curve);
    if (err == WH_OK) {
        err = err_of(mbedtls_ecp_gen_keypair(&work.group, &work.private_key, &work.point,
                                             random_mbedtls, user));
    }
    if (err == WH_OK) {
        err = write_public(&work, curve, public_key);
    }
    if (err == WH_OK) {
        err = err_of(mbedtls_mpi_write_binary(&work.private_key, private_key, (size_t)curve));
    }
    work_free(&work);
    return err;
}

static wh_err public_of(void *user, wh_curve curve, const uint8_t *private_key, uint8_t *public_key)
{
    curve_work work;
    wh_err err = work_init(&work, curve);
    if (err == WH_OK) {
        err = read_private(&work, curve, private_key);
    }
    if (err == WH_OK) {
        err = err_of(mbedtls_ecp_mul(&work.group, &work.point, &work.private_key, &work.group.G,
                                     random_mbedtls, user));
    }
    if (err == WH_OK) {
        err = write_public(&work, curve, public_key);
    }
    work_free(&work);
    return err;
}

static wh_err ecdsa_sign(void *user, wh_curve curve, const uint8_t *private_key,
                         const uint8_t *digest, uint8_t *signature)
{
    size_t size = (size_t)curve;
    curve_work work;
    wh_err err = work_init(&work, curve);
    if (err == WH_OK) {
        err = read_private(&work, curve, private_key);
    }
    if (err == WH_OK) {
        mbedtls_md_type_t md = curve == WH_CURVE_P256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384;
        err = err_of(mbedtls_ecdsa_sign_det_ext(&work.group, &work.r, &work.s, &work.private_key,
                                                digest, size, md, random_mbedtls, user));
    }
    if (err == WH_OK) {
        err = err_of(mbedtls_mpi_write_binary(&work.r, signature, size));
    }
    if (err == WH_OK) {
        err = err_of(mbedtls_mpi_write_binary(&work.s, signature + size, size));
    }
    work_free(&work);
    return err;
}

static wh_err ecdsa_verify(void *user, wh_curve curve, const uint8_t *public_key,
                           const uint8_t *digest, const uint8_t *signature)
{
    (void)user;
    size_t size = (size_t)curve;
    curve_work work;
    wh_err err = work_init(&work, curve);
    if (err == WH_OK) {
        err = read_public(&work, curve, public_key);
    }
    if (err == WH_OK) {
        err = err_of(mbedtls_mpi_read_binary(&work.r, signature, size));
    }
    if (err == WH_OK) {
        err = err_of(mbedtls_mpi_read_binary(&work.s, signature + size, size));
    }
    if (err == WH_OK) {
        err =
            err_of(mbedtls_ecdsa_verify(&work.group, digest, size, &work.point, &work.r, &work.s));
    }
    work_free(&work);
    return err;
}

static wh_err ecdh_agree(void *user, wh_curve curve, const uint8_t *private_key,
                         const uint8_t *peer_key, uint8_t *shared)
{
    curve_work work;
    wh_err err = work_init(&work, curve);
    if (err == WH_OK) {
        err = read_private(&work, curve, private_key);
    }
    if (err == WH_OK) {
        err = read_public(&work, curve, peer_key);
    }
    if (err == WH_OK) {
        err = err_of(mbedtls_ecdh_compute_shared(&work.group, &work.r, &work.point,
                                                 &work.private_key, random_mbedtls, user));
    }
    if (err == WH_OK) {
        err = err_of(mbedtls_mpi_write_binary(&work.r, shared, (size_t)curve));
    }
    work_free(&work);
    return err;
}

/* DLMS knows no AES-192, so neither does the interface. */
static bool is_aes_key(size_t key_len)
{
    return key_len == 16 || key_len == 32;
}

static bool is_gcm(const wh_gcm *gcm)
{
    return is_aes_key(gcm->key_len) && gcm->tag_len >= 12 && gcm->tag_len <= WH_GCM_TAG_SIZE;
}

static int gcm_begin(mbedtls_gcm_context *context, const wh_gcm *gcm)
{
    mbedtls_gcm_init(context);
    return mbedtls_gcm_setkey(context, MBEDTLS_CIPHER_ID_AES, gcm->key,
                              (unsigned)gcm->key_len * 8U);
}

static wh_err gcm_seal(void *user, const wh_gcm *gcm, const uint8_t *text, size_t len, uint8_t *out,
                       uint8_t *tag)
{
    (void)user;
    if (!is_gcm(gcm)) {
        return WH_ERR_ARG;
    }
    mbedtls_gcm_context context;
    int result = gcm_begin(&context, gcm);
    if (result == 0) {
        result =
            mbedtls_gcm_crypt_and_tag(&context, MBEDTLS_GCM_ENCRYPT, len, gcm->iv, WH_GCM_IV_SIZE,
                                      gcm->aad, gcm->aad_len, text, out, gcm->tag_len, tag);
    }
    mbedtls_gcm_free(&context);
    return err_of(result);
}

static wh_err gcm_open(void *user, const wh_gcm *gcm, const uint8_t *text, size_t len, uint8_t *out,
                       const uint8_t *tag)
{
    (void)user;
    if (!is_gcm(gcm)) {
        return WH_ERR_ARG;
    }
    mbedtls_gcm_context context;
    int result = gcm_begin(&context, gcm);
    if (result == 0) {
        result = mbedtls_gcm_auth_decrypt(&context, len, gcm->iv, WH_GCM_IV_SIZE, gcm->aad,
                                          gcm->aad_len, tag, gcm->tag_len, text, out);
    }
    mbedtls_gcm_free(&context);
    return err_of(result);
}

/* The number t of a step, big endian, into the first half of the block. t is at most 48. */
static void mix_step(uint8_t block[AES_BLOCK], size_t t)
{
    block[SEMIBLOCK - 1] = (uint8_t)(block[SEMIBLOCK - 1] ^ t);
}

/* RFC 3394 section 2.2.1, by index: block is A || R[i] of each step. */
static wh_err key_wrap(void *user, const uint8_t *kek, size_t kek_len, const uint8_t *secret,
                       size_t len, uint8_t *out)
{
    (void)user;
    if (!is_aes_key(kek_len) || len < 2 * SEMIBLOCK || len > WRAP_LEN_MAX || len % SEMIBLOCK != 0) {
        return WH_ERR_ARG;
    }
    uint8_t block[AES_BLOCK];
    size_t n = len / SEMIBLOCK;
    mbedtls_aes_context aes;
    mbedtls_aes_init(&aes);
    int result = mbedtls_aes_setkey_enc(&aes, kek, (unsigned)kek_len * 8U);
    memset(block, 0xA6, SEMIBLOCK);
    memmove(out + SEMIBLOCK, secret, len);
    for (size_t t = 1; t <= WRAP_ROUNDS * n && result == 0; t++) {
        uint8_t *r = out + SEMIBLOCK * (1 + (t - 1) % n);
        memcpy(block + SEMIBLOCK, r, SEMIBLOCK);
        result = mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_ENCRYPT, block, block);
        mix_step(block, t);
        memcpy(r, block + SEMIBLOCK, SEMIBLOCK);
    }
    memcpy(out, block, SEMIBLOCK);
    wh_crypto_wipe(block, sizeof block);
    mbedtls_aes_free(&aes);
    return err_of(result);
}

/* RFC 3394 section 2.2.2. */
static wh_err key_unwrap(void *user, const uint8_t *kek, size_t kek_len, const uint8_t *wrapped,
                         size_t len, uint8_t *out)
{
    (void)user;
    if (!is_aes_key(kek_len) || len < 3 * SEMIBLOCK || len > WRAP_LEN_MAX + WH_KEY_WRAP_EXTRA ||
        len % SEMIBLOCK != 0) {
        return WH_ERR_ARG;
    }
    uint8_t iv[SEMIBLOCK];
    uint8_t block[AES_BLOCK];
    size_t n = len / SEMIBLOCK - 1;
    mbedtls_aes_context aes;
    mbedtls_aes_init(&aes);
    int result = mbedtls_aes_setkey_dec(&aes, kek, (unsigned)kek_len * 8U);
    memcpy(block, wrapped, SEMIBLOCK);
    memmove(out, wrapped + SEMIBLOCK, len - SEMIBLOCK);
    for (size_t t = WRAP_ROUNDS * n; t >= 1 && result == 0; t--) {
        uint8_t *r = out + SEMIBLOCK * ((t - 1) % n);
        mix_step(block, t);
        memcpy(block + SEMIBLOCK, r, SEMIBLOCK);
        result = mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_DECRYPT, block, block);
        memcpy(r, block + SEMIBLOCK, SEMIBLOCK);
    }
    memset(iv, 0xA6, sizeof iv);
    wh_err err = err_of(result);
    if (err == WH_OK && !wh_crypto_equal(block, iv, sizeof iv)) {
        err = WH_ERR_CHECK;
    }
    if (err != WH_OK) {
        wh_crypto_wipe(out, len - SEMIBLOCK);
    }
    wh_crypto_wipe(block, sizeof block);
    mbedtls_aes_free(&aes);
    return err;
}

wh_crypto wh_crypto_mbedtls(wh_port *port)
{
    return (wh_crypto){
        .user = port,
        .random = random_of,
        .hash = hash_parts,
        .make_key = make_key,
        .public_of = public_of,
        .sign = ecdsa_sign,
        .verify = ecdsa_verify,
        .agree = ecdh_agree,
        .seal = gcm_seal,
        .open = gcm_open,
        .wrap = key_wrap,
        .unwrap = key_unwrap,
    };
}
