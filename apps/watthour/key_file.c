/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/key_file.h"

#include "port/mbedtls/key_pem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 8192 /* a key has some hundred bytes; other text may stand around it */

typedef struct {
    char text[FILE_MAX + 1]; /* with a 0 at its end */
    size_t len;
} key_text;

static bool read_text(const char *path, key_text *t, mode_t *mode, wh_message *m)
{
    struct stat about = {0};
    t->len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0) {
        wh_message_set(m, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    ssize_t got = 1;
    while (got != 0 && t->len <= FILE_MAX - 1) {
        got = read(fd, t->text + t->len, FILE_MAX - t->len);
        if (got < 0 && errno != EINTR) {
            wh_message_set(m, "%s: %s", path, strerror(errno));
            (void)close(fd);
            return false;
        }
        t->len += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    t->text[t->len] = '\0';
    *mode = about.st_mode;
    return true;
}

static void explain(wh_message *m, const char *path, wh_err err, const char *wanted)
{
    const char *why = wh_err_text(err);
    if (err == WH_ERR_FORMAT) {
        why = "not PEM with such a key, or damaged";
    } else if (err == WH_ERR_DENIED) {
        why = "it is protected by a password";
    } else if (err == WH_ERR_UNSUPPORTED) {
        why = "it is not a key of P-256";
    }
    wh_message_set(m, "%s: no %s: %s", path, wanted, why);
}

bool wh_key_file_read_public(const char *path, uint8_t public_key[WH_P256_PUBLIC_SIZE],
                             wh_message *m)
{
    key_text t;
    mode_t mode = 0;
    if (!read_text(path, &t, &mode, m)) {
        return false;
    }
    wh_err err = wh_key_pem_read_public(t.text, t.len, public_key);
    if (err == WH_ERR_FORMAT && strstr(t.text, "PRIVATE KEY-----") != NULL) {
        wh_message_set(m, "%s: holds a private key: give the public one, it lies beside it", path);
    } else if (err != WH_OK) {
        explain(m, path, err, "public key");
    }
    wh_crypto_wipe(&t, sizeof t);
    return err == WH_OK;
}

bool wh_key_file_read_private(const char *path, uint8_t private_key[WH_P256_PRIVATE_SIZE],
                              wh_message *m)
{
    key_text t;
    mode_t mode = 0;
    if (!read_text(path, &t, &mode, m)) {
        return false;
    }
    wh_err err = wh_key_pem_read_private(t.text, t.len, private_key);
    if (err != WH_OK) {
        explain(m, path, err, "private key");
    } else if ((mode & (S_IRWXG | S_IRWXO)) != 0) {
        wh_message_set(m, "%s: a private key that others than its owner can read: chmod 600 it",
                       path);
        wh_crypto_wipe(private_key, WH_P256_PRIVATE_SIZE);
        err = WH_ERR_DENIED;
    }
    wh_crypto_wipe(&t, sizeof t);
    return err == WH_OK;
}

bool wh_key_file_read_any(const char *path, const wh_crypto *crypto,
                          uint8_t public_key[WH_P256_PUBLIC_SIZE], bool *is_private, wh_message *m)
{
    key_text t;
    mode_t mode = 0;
    uint8_t private_key[WH_P256_PRIVATE_SIZE];
    if (!read_text(path, &t, &mode, m)) {
        return false;
    }
    *is_private = strstr(t.text, "PRIVATE KEY-----") != NULL;
    wh_err err = *is_private ? wh_key_pem_read_private(t.text, t.len, private_key)
                             : wh_key_pem_read_public(t.text, t.len, public_key);
    if (err == WH_OK && *is_private) {
        err = crypto->public_of(crypto->user, WH_CURVE_P256, private_key, public_key);
    }
    if (err != WH_OK) {
        explain(m, path, err, "key");
    }
    wh_crypto_wipe(private_key, sizeof private_key);
    wh_crypto_wipe(&t, sizeof t);
    return err == WH_OK;
}

static bool write_new(const char *path, mode_t mode, const char *text, wh_message *m)
{
    size_t len = strlen(text);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        wh_message_set(m, "%s: %s", path,
                       errno == EEXIST ? "is there already; a key is never overwritten"
                                       : strerror(errno));
        return false;
    }
    ssize_t done = write(fd, text, len); /* so short that a disk takes it whole or not */
    bool good = done >= 0 && (size_t)done == len && fsync(fd) == 0;
    int saved = errno;
    if (close(fd) != 0 || !good) {
        wh_message_set(m, "%s: cannot be written: %s", path, strerror(saved));
        (void)unlink(path);
        return false;
    }
    return true;
}

bool wh_key_file_make(const char *private_path, const char *public_path, const wh_crypto *crypto,
                      uint8_t public_key[WH_P256_PUBLIC_SIZE], wh_message *m)
{
    uint8_t private_key[WH_P256_PRIVATE_SIZE];
    char text[WH_KEY_PEM_SIZE];
    char public_text[WH_KEY_PEM_SIZE];
    wh_err err = crypto->make_key(crypto->user, WH_CURVE_P256, private_key, public_key);
    if (err == WH_OK) {
        err = wh_key_pem_write_private(crypto, private_key, text);
    }
    if (err == WH_OK) {
        err = wh_key_pem_write_public(public_key, public_text);
    }
    bool good = err == WH_OK;
    if (!good) {
        wh_message_set(m, "%s: no key could be made: %s", private_path, wh_err_text(err));
    }
    good = good && write_new(private_path, 0600, text, m);
    if (good && !write_new(public_path, 0644, public_text, m)) {
        (void)unlink(private_path);
        good = false;
    }
    wh_crypto_wipe(private_key, sizeof private_key);
    wh_crypto_wipe(text, sizeof text);
    return good;
}
