/* SPDX-License-Identifier: Apache-2.0 */
/* Every row is a published vector; its source is named above the table. */
#include "port/mbedtls/crypto_mbedtls.h"

#include "port/posix/port_posix.h"
#include "tests/port/mbedtls/crypto_hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct {
    wh_port port;
    wh_crypto crypto;
} rig;

static wh_err no_random(void *user, uint8_t *bytes, size_t len)
{
    (void)user;
    (void)bytes;
    (void)len;
    return WH_ERR_IO;
}

static int set_up(void **state)
{
    static rig r;
    r.port = wh_port_posix();
    r.crypto = wh_crypto_mbedtls(&r.port);
    *state = &r;
    return 0;
}

static const wh_crypto *crypto_of(void **state)
{
    const rig *r = *state;
    return &r->crypto;
}

/* FIPS 180-4 as in the examples that NIST publishes beside it. */
static const struct {
    wh_hash hash;
    const char *text;
    const char *digest;
} hashes[] = {
    {WH_HASH_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {WH_HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {WH_HASH_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {WH_HASH_SHA384, "abc",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7"},
    {WH_HASH_SHA384,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
     "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712"
     "fcc7c71a557e2db966c3e9fa91746039"},
};

static void a_hash_is_that_of_the_standard_however_the_text_is_cut(void **state)
{
    const wh_crypto *c = crypto_of(state);
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        size_t len = strlen(hashes[i].text);
        uint8_t *digest = malloc((size_t)hashes[i].hash);
        uint8_t *want = crypto_hex(hashes[i].digest, NULL);
        for (size_t cut = 0; cut <= len; cut++) {
            const uint8_t *text = (const uint8_t *)hashes[i].text;
            const wh_crypto_part parts[] = {{text, cut}, {NULL, 0}, {text + cut, len - cut}};
            assert_int_equal(c->hash(c->user, hashes[i].hash, parts, 3, digest), WH_OK);
            assert_memory_equal(digest, want, (size_t)hashes[i].hash);
        }
        free(want);
        free(digest);
    }
}

static void a_hash_or_curve_that_does_not_exist_is_unsupported(void **state)
{
    const wh_crypto *c = crypto_of(state);
    uint8_t bytes[2 * WH_CRYPTO_SIZE_MAX] = {1};
    uint8_t out[2 * WH_CRYPTO_SIZE_MAX];
    assert_int_equal(c->hash(c->user, (wh_hash)20, NULL, 0, out), WH_ERR_UNSUPPORTED);
    assert_int_equal(c->public_of(c->user, (wh_curve)33, bytes, out), WH_ERR_UNSUPPORTED);
    assert_int_equal(c->sign(c->user, (wh_curve)0, bytes, bytes, out), WH_ERR_UNSUPPORTED);
    assert_int_equal(c->verify(c->user, (wh_curve)0, bytes, bytes, bytes), WH_ERR_UNSUPPORTED);
    assert_int_equal(wh_crypto_fingerprint(c, (wh_curve)0, bytes, out), WH_ERR_UNSUPPORTED);
}

/* RFC 6979 appendix A.2.5 and A.2.6, with the hash of the curve's length. */
static const struct {
    wh_curve curve;
    const char *private_key;
    const char *public_key;
    const char *text;
    const char *signature;
} signatures[] = {
    {WH_CURVE_P256, "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
     "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
     "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
     "sample",
     "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
     "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
    {WH_CURVE_P256, "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
     "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
     "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
     "test",
     "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
     "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
    {WH_CURVE_P384,
     "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
     "96D5724E4C70A825F872C9EA60D2EDF5",
     "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
     "DEF8F0EA9055866064A254515480BC13"
     "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1"
     "288B231C3AE0D4FE7344FD2533264720",
     "sample",
     "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
     "81A648152E44ACF96E36DD1E80FABE46"
     "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
     "A329C145786E679E7B82C71A38628AC8"},
    {WH_CURVE_P384,
     "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
     "96D5724E4C70A825F872C9EA60D2EDF5",
     "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
     "DEF8F0EA9055866064A254515480BC13"
     "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1"
     "288B231C3AE0D4FE7344FD2533264720",
     "test",
     "8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB"
     "0542A7F0812998DA8F1DD3CA3CF023DB"
     "DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E0"
     "6A739F040649A667BF3B828246BAA5A5"},
};

static void a_signature_is_that_of_the_standard_each_time_and_verifies(void **state)
{
    const wh_crypto *c = crypto_of(state);
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        wh_curve curve = signatures[i].curve;
        size_t size = (size_t)curve;
        uint8_t *private_key = crypto_hex(signatures[i].private_key, NULL);
        uint8_t *want_public = crypto_hex(signatures[i].public_key, NULL);
        uint8_t *want = crypto_hex(signatures[i].signature, NULL);
        uint8_t *public_key = malloc(2 * size);
        uint8_t *digest = malloc(size);
        uint8_t *made = malloc(2 * size);
        const wh_crypto_part part = {(const uint8_t *)signatures[i].text,
                                     strlen(signatures[i].text)};
        assert_int_equal(c->hash(c->user, (wh_hash)curve, &part, 1, digest), WH_OK);
        assert_int_equal(c->public_of(c->user, curve, private_key, public_key), WH_OK);
        assert_memory_equal(public_key, want_public, 2 * size);
        for (int time = 0; time < 2; time++) {
            assert_int_equal(c->sign(c->user, curve, private_key, digest, made), WH_OK);
            assert_memory_equal(made, want, 2 * size);
        }
        assert_int_equal(c->verify(c->user, curve, public_key, digest, made), WH_OK);
        digest[0] ^= 1;
        assert_int_equal(c->verify(c->user, curve, public_key, digest, made), WH_ERR_CHECK);
        free(private_key);
        free(want_public);
        free(want);
        free(public_key);
        free(digest);
        free(made);
    }
}

static void no_bit_of_a_signature_may_change(void **state)
{
    const wh_crypto *c = crypto_of(state);
    uint8_t private_key[WH_P256_PRIVATE_SIZE] = {[31] = 77};
    uint8_t public_key[WH_P256_PUBLIC_SIZE];
    uint8_t digest[WH_SHA256_SIZE] = {1, 2, 3};
    uint8_t signature[WH_P256_SIGNATURE_SIZE];
    assert_int_equal(c->public_of(c->user, WH_CURVE_P256, private_key, public_key), WH_OK);
    assert_int_equal(c->sign(c->user, WH_CURVE_P256, private_key, digest, signature), WH_OK);
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1U << bit % 8);
        assert_int_equal(c->verify(c->user, WH_CURVE_P256, public_key, digest, signature),
                         WH_ERR_CHECK);
        signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1U << bit % 8);
    }
    memset(signature, 0, sizeof signature);
    assert_int_equal(c->verify(c->user, WH_CURVE_P256, public_key, digest, signature),
                     WH_ERR_CHECK);
}

/* RFC 5903 section 8.1 and 8.2. */
static const struct {
    wh_curve curve;
    const char *private_key;
    const char *public_key;
    const char *peer_private;
    const char *peer_public;
    const char *shared;
} agreements[] = {
    {WH_CURVE_P256, "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
     "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
     "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
     "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53",
     "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
     "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
     "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"},
    {WH_CURVE_P384,
     "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655"
     "E35B538041E649EE3FAEF896783AB194",
     "667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6"
     "DE3AC808ACB4BDB4C88732AEE95F41AA"
     "9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38E"
     "EB9FCFF3C2C947DAE69B4C634573A81C",
     "41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060855CC9BDA0AA2942"
     "E0308312916B8ED2960E4BD55A7448FC",
     "E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D"
     "0D1AC43A0336DEF96FDA41D0774A3571"
     "DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1FF"
     "F83FA40142209DFF5EAAD96DB9E6386C",
     "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4"
     "D603135569B9E9D09CF5D4A270F59746"},
};

static void both_sides_of_an_agreement_come_to_the_secret_of_the_standard(void **state)
{
    const wh_crypto *c = crypto_of(state);
    for (size_t i = 0; i < sizeof agreements / sizeof agreements[0]; i++) {
        wh_curve curve = agreements[i].curve;
        uint8_t *ours = crypto_hex(agreements[i].private_key, NULL);
        uint8_t *our_public = crypto_hex(agreements[i].public_key, NULL);
        uint8_t *peers = crypto_hex(agreements[i].peer_private, NULL);
        uint8_t *peer_public = crypto_hex(agreements[i].peer_public, NULL);
        uint8_t *want = crypto_hex(agreements[i].shared, NULL);
        uint8_t *shared = malloc((size_t)curve);
        assert_int_equal(c->agree(c->user, curve, ours, peer_public, shared), WH_OK);
        assert_memory_equal(shared, want, (size_t)curve);
        memset(shared, 0, (size_t)curve);
        assert_int_equal(c->agree(c->user, curve, peers, our_public, shared), WH_OK);
        assert_memory_equal(shared, want, (size_t)curve);
        peer_public[0] ^= 1;
        assert_int_equal(c->agree(c->user, curve, ours, peer_public, shared), WH_ERR_ARG);
        free(ours);
        free(our_public);
        free(peers);
        free(peer_public);
        free(want);
        free(shared);
    }
}

static void what_is_no_key_of_the_curve_is_refused(void **state)
{
    /* the order of P-256: the first number that is no private key, and the one before is one */
    uint8_t *order =
        crypto_hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", NULL);
    const wh_crypto *c = crypto_of(state);
    uint8_t zero[WH_P256_PUBLIC_SIZE] = {0};
    uint8_t digest[WH_SHA256_SIZE] = {0};
    uint8_t out[WH_P256_PUBLIC_SIZE];
    assert_int_equal(c->public_of(c->user, WH_CURVE_P256, zero, out), WH_ERR_ARG);
    assert_int_equal(c->sign(c->user, WH_CURVE_P256, zero, digest, out), WH_ERR_ARG);
    assert_int_equal(c->public_of(c->user, WH_CURVE_P256, order, out), WH_ERR_ARG);
    assert_int_equal(c->sign(c->user, WH_CURVE_P256, order, digest, out), WH_ERR_ARG);
    order[31]--;
    assert_int_equal(c->public_of(c->user, WH_CURVE_P256, order, out), WH_OK);
    assert_int_equal(c->verify(c->user, WH_CURVE_P256, zero, digest, out), WH_ERR_ARG);
    assert_int_equal(c->agree(c->user, WH_CURVE_P256, order, zero, out), WH_ERR_ARG);
    free(order);
}

static void two_keys_made_are_two_pairs(void **state)
{
    const wh_crypto *c = crypto_of(state);
    static const wh_curve curves[] = {WH_CURVE_P256, WH_CURVE_P384};
    for (size_t i = 0; i < 2; i++) {
        uint8_t private_key[2][WH_CRYPTO_SIZE_MAX];
        uint8_t public_key[2][2 * WH_CRYPTO_SIZE_MAX];
        uint8_t again[2 * WH_CRYPTO_SIZE_MAX];
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(c->make_key(c->user, curves[i], private_key[k], public_key[k]), WH_OK);
            assert_int_equal(c->public_of(c->user, curves[i], private_key[k], again), WH_OK);
            assert_memory_equal(again, public_key[k], 2 * (size_t)curves[i]);
        }
        assert_memory_not_equal(private_key[0], private_key[1], (size_t)curves[i]);
    }
}

static void without_randomness_there_are_no_keys_and_no_signatures(void **state)
{
    (void)state;
    wh_port port = {.random = no_random};
    const wh_crypto c = wh_crypto_mbedtls(&port);
    uint8_t private_key[WH_P256_PRIVATE_SIZE] = {1};
    uint8_t out[WH_P256_PUBLIC_SIZE];
    assert_int_equal(c.random(c.user, out, 1), WH_ERR_IO);
    assert_int_equal(c.make_key(c.user, WH_CURVE_P256, private_key, out), WH_ERR_IO);
    assert_int_equal(c.sign(c.user, WH_CURVE_P256, private_key, private_key, out), WH_ERR_IO);
}

/* Test cases 1, 2, 4, 13, 14, 16 of the GCM specification submitted to NIST (SP 800-38D). */
static const struct {
    const char *key;
    const char *iv;
    const char *aad;
    const char *text;
    const char *sealed;
    const char *tag;
} gcms[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78",
     "ab6e47d42cec13bdf53a67b21257bddf"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18",
     "d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

/* Each bit of the sealed text, the tag and the aad, flipped, is noticed and yields nothing. */
static void assert_damage_is_noticed(const wh_crypto *c, const wh_gcm *gcm, uint8_t *part,
                                     size_t part_len, uint8_t *const sealed_and_tag[2], size_t len)
{
    uint8_t *out = malloc(len + 1);
    for (size_t bit = 0; bit < 8 * part_len; bit++) {
        part[bit / 8] = (uint8_t)(part[bit / 8] ^ 1U << bit % 8);
        memset(out, 0xEE, len + 1);
        assert_int_equal(c->open(c->user, gcm, sealed_and_tag[0], len, out, sealed_and_tag[1]),
                         WH_ERR_CHECK);
        for (size_t i = 0; i < len; i++) {
            assert_int_equal(out[i], 0);
        }
        part[bit / 8] = (uint8_t)(part[bit / 8] ^ 1U << bit % 8);
    }
    free(out);
}

static void sealed_text_is_that_of_the_standard_and_opens(void **state)
{
    const wh_crypto *c = crypto_of(state);
    for (size_t i = 0; i < sizeof gcms / sizeof gcms[0]; i++) {
        wh_gcm gcm = {.tag_len = WH_GCM_TAG_SIZE};
        size_t len = 0;
        uint8_t *key = crypto_hex(gcms[i].key, &gcm.key_len);
        uint8_t *iv = crypto_hex(gcms[i].iv, NULL);
        uint8_t *aad = crypto_hex(gcms[i].aad, &gcm.aad_len);
        uint8_t *text = crypto_hex(gcms[i].text, &len);
        uint8_t *want = crypto_hex(gcms[i].sealed, NULL);
        uint8_t *want_tag = crypto_hex(gcms[i].tag, NULL);
        uint8_t *out = len > 0 ? malloc(len) : NULL;
        gcm.key = key;
        gcm.iv = iv;
        gcm.aad = aad;
        for (gcm.tag_len = 12; gcm.tag_len <= WH_GCM_TAG_SIZE; gcm.tag_len++) {
            uint8_t *tag = malloc(gcm.tag_len);
            assert_int_equal(c->seal(c->user, &gcm, text, len, out, tag), WH_OK);
            assert_true(len == 0 || memcmp(out, want, len) == 0);
            assert_memory_equal(tag, want_tag, gcm.tag_len);
            uint8_t *const sealed[2] = {out, tag};
            assert_damage_is_noticed(c, &gcm, tag, gcm.tag_len, sealed, len);
            assert_damage_is_noticed(c, &gcm, out, len, sealed, len);
            assert_damage_is_noticed(c, &gcm, aad, gcm.aad_len, sealed, len);
            assert_int_equal(c->open(c->user, &gcm, out, len, out, tag), WH_OK); /* in place */
            assert_true(len == 0 || memcmp(out, text, len) == 0);
            free(tag);
        }
        free(key);
        free(iv);
        free(aad);
        free(text);
        free(want);
        free(want_tag);
        free(out);
    }
}

static void other_lengths_of_keys_and_tags_are_refused(void **state)
{
    const wh_crypto *c = crypto_of(state);
    static const uint8_t key[40] = {0};
    uint8_t out[96];
    uint8_t tag[17] = {0};
    static const size_t rows[][2] = {{15, 12}, {17, 12}, {24, 12}, {31, 12}, {33, 12},
                                     {0, 12},  {16, 11}, {16, 17}, {16, 0},  {32, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const wh_gcm gcm = {.key = key, .key_len = rows[i][0], .iv = key, .tag_len = rows[i][1]};
        assert_int_equal(c->seal(c->user, &gcm, key, 4, out, tag), WH_ERR_ARG);
        assert_int_equal(c->open(c->user, &gcm, key, 4, out, tag), WH_ERR_ARG);
    }
    static const size_t wraps[][2] = {{15, 16}, {24, 16}, {33, 16}, {16, 8},
                                      {16, 15}, {16, 17}, {16, 72}, {16, 0}};
    static const uint8_t secret[96] = {0};
    for (size_t i = 0; i < sizeof wraps / sizeof wraps[0]; i++) {
        assert_int_equal(c->wrap(c->user, key, wraps[i][0], secret, wraps[i][1], out), WH_ERR_ARG);
        assert_int_equal(c->unwrap(c->user, key, wraps[i][0], secret, wraps[i][1] + 8, out),
                         WH_ERR_ARG);
    }
}

/* RFC 3394 section 4.1, 4.3, 4.5, 4.6. */
static const struct {
    const char *kek;
    const char *secret;
    const char *wrapped;
} wraps[] = {
    {"000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
     "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"},
    {"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
     "00112233445566778899AABBCCDDEEFF", "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"},
    {"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
     "00112233445566778899AABBCCDDEEFF0001020304050607",
     "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"},
    {"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
     "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
     "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"},
};

static void a_wrapped_key_is_that_of_the_standard_and_no_bit_of_it_may_change(void **state)
{
    const wh_crypto *c = crypto_of(state);
    for (size_t i = 0; i < sizeof wraps / sizeof wraps[0]; i++) {
        size_t kek_len = 0;
        size_t len = 0;
        size_t wrapped_len = 0;
        uint8_t *kek = crypto_hex(wraps[i].kek, &kek_len);
        uint8_t *secret = crypto_hex(wraps[i].secret, &len);
        uint8_t *want = crypto_hex(wraps[i].wrapped, &wrapped_len);
        uint8_t *wrapped = malloc(len + WH_KEY_WRAP_EXTRA);
        uint8_t *back = malloc(len);
        assert_int_equal(wrapped_len, len + WH_KEY_WRAP_EXTRA);
        assert_int_equal(c->wrap(c->user, kek, kek_len, secret, len, wrapped), WH_OK);
        assert_memory_equal(wrapped, want, wrapped_len);
        assert_int_equal(c->unwrap(c->user, kek, kek_len, wrapped, wrapped_len, back), WH_OK);
        assert_memory_equal(back, secret, len);
        for (size_t bit = 0; bit < 8 * wrapped_len; bit++) {
            wrapped[bit / 8] = (uint8_t)(wrapped[bit / 8] ^ 1U << bit % 8);
            assert_int_equal(c->unwrap(c->user, kek, kek_len, wrapped, wrapped_len, back),
                             WH_ERR_CHECK);
            assert_int_equal(back[len - 1], 0);
            wrapped[bit / 8] = (uint8_t)(wrapped[bit / 8] ^ 1U << bit % 8);
        }
        free(kek);
        free(secret);
        free(want);
        free(wrapped);
        free(back);
    }
}

static void the_longest_secret_is_wrapped_and_back(void **state)
{
    const wh_crypto *c = crypto_of(state);
    uint8_t kek[16] = {9};
    uint8_t secret[64];
    uint8_t wrapped[64 + WH_KEY_WRAP_EXTRA];
    uint8_t back[64];
    for (size_t i = 0; i < sizeof secret; i++) {
        secret[i] = (uint8_t)i;
    }
    assert_int_equal(c->wrap(c->user, kek, 16, secret, sizeof secret, wrapped), WH_OK);
    assert_int_equal(c->unwrap(c->user, kek, 16, wrapped, sizeof wrapped, back), WH_OK);
    assert_memory_equal(back, secret, sizeof secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_is_that_of_the_standard_however_the_text_is_cut),
        cmocka_unit_test(a_hash_or_curve_that_does_not_exist_is_unsupported),
        cmocka_unit_test(a_signature_is_that_of_the_standard_each_time_and_verifies),
        cmocka_unit_test(no_bit_of_a_signature_may_change),
        cmocka_unit_test(both_sides_of_an_agreement_come_to_the_secret_of_the_standard),
        cmocka_unit_test(what_is_no_key_of_the_curve_is_refused),
        cmocka_unit_test(two_keys_made_are_two_pairs),
        cmocka_unit_test(without_randomness_there_are_no_keys_and_no_signatures),
        cmocka_unit_test(sealed_text_is_that_of_the_standard_and_opens),
        cmocka_unit_test(other_lengths_of_keys_and_tags_are_refused),
        cmocka_unit_test(a_wrapped_key_is_that_of_the_standard_and_no_bit_of_it_may_change),
        cmocka_unit_test(the_longest_secret_is_wrapped_and_back),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
