/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_screen.h"

#include "apps/watthour/watch_draw.h"
#include "apps/watthour/watch_model.h"
#include "apps/watthour/watch_reader.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEY_WAIT_MS   100
#define RETRY_FIRST_S 1U
#define RETRY_MAX_S   10U
#define BLINK_MS      500
#define LEAVE_MS      300 /* for the reader to end by itself */
#define CTRL_L        12

/* What the reader thread tells. Both threads hold it: whoever leaves last frees it, so that q
 * never has to wait for a meter that does not answer. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    wh_dlms_url url;
    double interval_s;
    uint32_t timeout_ms;
    unsigned holders;
    bool stop;
    bool fresh_snapshot;
    bool fresh_failure;
    wh_watch_snapshot snapshot;
    wh_message reason;
    int64_t retry_at_ms;
} mailbox;

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

static int64_t clock_ms(clockid_t id)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void release(mailbox *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->holders -= 1;
    bool last = m->holders == 0;
    (void)pthread_cond_broadcast(&m->changed);
    (void)pthread_mutex_unlock(&m->lock);
    if (last) {
        (void)pthread_cond_destroy(&m->changed);
        (void)pthread_mutex_destroy(&m->lock);
        free(m);
    }
}

/* Wait on a held lock until `until_ms` (monotonic) or stop. */
static void wait_until(mailbox *m, int64_t until_ms)
{
    const struct timespec until = {until_ms / 1000, (until_ms % 1000) * 1000000};
    while (!m->stop && clock_ms(CLOCK_MONOTONIC) < until_ms) {
        (void)pthread_cond_timedwait(&m->changed, &m->lock, &until);
    }
}

/* Read snapshots until something fails or the view ends; the lock is not held. */
static void read_on(mailbox *m, wh_watch_reader *reader, wh_message *message)
{
    wh_watch_snapshot snapshot;
    int64_t next_ms = clock_ms(CLOCK_MONOTONIC);
    while (wh_watch_reader_take(reader, &snapshot, message) == WH_OK) {
        next_ms += (int64_t)(m->interval_s * 1e3);
        (void)pthread_mutex_lock(&m->lock);
        m->snapshot = snapshot;
        m->fresh_snapshot = true;
        m->fresh_failure = false;
        wait_until(m, next_ms);
        bool stop = m->stop;
        (void)pthread_mutex_unlock(&m->lock);
        if (stop) {
            return;
        }
        int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
        next_ms = next_ms < now_ms ? now_ms : next_ms; /* a slow meter sets the pace */
    }
}

static void *reader_main(void *user)
{
    mailbox *m = (mailbox *)user;
    unsigned retry_s = RETRY_FIRST_S;
    bool stop = false;
    while (!stop) {
        wh_message message = {""};
        wh_watch_reader *reader = NULL;
        if (wh_watch_reader_open(&m->url, m->timeout_ms, &reader, &message) == WH_OK) {
            retry_s = RETRY_FIRST_S;
            read_on(m, reader, &message);
            wh_watch_reader_close(reader);
        }
        (void)pthread_mutex_lock(&m->lock);
        if (!m->stop) {
            m->reason = message;
            m->fresh_failure = true;
            m->retry_at_ms = clock_ms(CLOCK_MONOTONIC) + (int64_t)retry_s * 1000;
            wait_until(m, m->retry_at_ms);
            retry_s = 2 * retry_s < RETRY_MAX_S ? 2 * retry_s : RETRY_MAX_S;
        }
        stop = m->stop;
        (void)pthread_mutex_unlock(&m->lock);
    }
    release(m);
    return NULL;
}

static mailbox *start_reader(const wh_dlms_url *url, const wh_watch_screen_options *options,
                             wh_message *message)
{
    mailbox *m = calloc(1, sizeof *m);
    if (m == NULL) {
        wh_message_set(message, "no memory");
        return NULL;
    }
    m->url = *url;
    m->interval_s = options->interval_s;
    m->timeout_ms = options->timeout_ms;
    m->holders = 2;
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&m->lock, NULL);
    (void)pthread_cond_init(&m->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    pthread_t thread;
    int problem = pthread_create(&thread, NULL, reader_main, m);
    if (problem != 0) {
        wh_message_set(message, "no thread: %s", strerror(problem));
        free(m);
        return NULL;
    }
    (void)pthread_detach(thread);
    return m;
}

static void stop_reader(mailbox *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->stop = true;
    (void)pthread_cond_broadcast(&m->changed);
    int64_t until_ms = clock_ms(CLOCK_MONOTONIC) + LEAVE_MS;
    const struct timespec until = {until_ms / 1000, (until_ms % 1000) * 1000000};
    while (m->holders > 1 && clock_ms(CLOCK_MONOTONIC) < until_ms) {
        (void)pthread_cond_timedwait(&m->changed, &m->lock, &until);
    }
    (void)pthread_mutex_unlock(&m->lock);
    release(m);
}

/* Move what is in the mailbox into the model; true: there is something new to see. */
static bool collect(mailbox *m, wh_watch_model *model, int64_t *taken_ms)
{
    int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
    bool changed = false;
    (void)pthread_mutex_lock(&m->lock);
    if (m->fresh_snapshot) {
        wh_watch_model_take(model, &m->snapshot);
        *taken_ms = now_ms;
        changed = true;
    }
    if (m->fresh_failure) {
        wh_watch_model_lose(model, m->reason.text, 0, clock_ms(CLOCK_REALTIME));
        changed = true;
    }
    m->fresh_snapshot = false;
    m->fresh_failure = false;
    int64_t left_ms = m->retry_at_ms - now_ms;
    (void)pthread_mutex_unlock(&m->lock);
    model->age_s = (double)(now_ms - *taken_ms) / 1e3;
    unsigned retry_s = left_ms > 0 ? (unsigned)((left_ms + 999) / 1000) : 0;
    if (model->state == WH_WATCH_LOST && retry_s != model->retry_s) {
        model->retry_s = retry_s;
        changed = true;
    }
    return changed;
}

static wh_err draw(wh_terminal *terminal, const wh_watch_model *model, wh_canvas **canvas)
{
    int cols = 0;
    int rows = 0;
    wh_terminal_size(terminal, &cols, &rows);
    if (*canvas == NULL || (*canvas)->cols != cols || (*canvas)->rows != rows) {
        wh_canvas_destroy(*canvas);
        *canvas = wh_canvas_create(cols, rows, wh_terminal_is_ascii(terminal));
    }
    if (*canvas == NULL) {
        return WH_ERR_IO;
    }
    wh_watch_draw(*canvas, model);
    wh_terminal_show(terminal, *canvas);
    return WH_OK;
}

static wh_err show_until_quit(wh_terminal *terminal, mailbox *m, wh_watch_model *model)
{
    wh_canvas *canvas = NULL;
    int64_t taken_ms = 0;
    wh_err err = draw(terminal, model, &canvas);
    while (err == WH_OK && stop_signal == 0) {
        int key = wh_terminal_key(terminal, KEY_WAIT_MS);
        bool changed = collect(m, model, &taken_ms) || key == WH_KEY_RESIZED;
        if (key == 'q' || key == 'Q') {
            break;
        }
        if (key == 'h' || key == '?') {
            model->help = !model->help;
            changed = true;
        }
        if (key == 'd') {
            model->show_lcd = !model->show_lcd;
            changed = true;
        }
        bool off = clock_ms(CLOCK_MONOTONIC) / BLINK_MS % 2 != 0;
        if (model->show_lcd && off != model->blink_off) {
            model->blink_off = off;
            changed = true;
        }
        if (key == 'r' || key == CTRL_L) {
            wh_terminal_redraw(terminal);
            changed = true;
        }
        if (changed) {
            err = draw(terminal, model, &canvas);
        }
    }
    wh_canvas_destroy(canvas);
    return err;
}

wh_err wh_watch_screen_run(const wh_dlms_url *url, const char *name,
                           const wh_watch_screen_options *options, wh_message *message)
{
    wh_watch_model *model = calloc(1, sizeof *model);
    if (model == NULL) {
        wh_message_set(message, "no memory");
        return WH_ERR_IO;
    }
    wh_watch_model_init(model, name);
    model->show_lcd = options->lcd;
    const struct sigaction action = {.sa_handler = on_signal};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    wh_terminal *terminal = NULL;
    wh_err err = wh_terminal_open(options->utf8, options->colour, &terminal, message);
    if (err == WH_OK) {
        mailbox *m = start_reader(url, options, message);
        err = m == NULL ? WH_ERR_IO : show_until_quit(terminal, m, model);
        if (err != WH_OK && m != NULL) {
            wh_message_set(message, "no memory");
        }
        wh_terminal_close(terminal);
        if (m != NULL) {
            stop_reader(m);
        }
    }
    free(model);
    return err;
}
