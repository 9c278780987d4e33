/* SPDX-License-Identifier: Apache-2.0 */
/* The meter on a Cortex-M4: an interrupt per sample set, a main loop that measures.
 *
 * The converter is a recording in the board's PSRAM (image.h), put there by the loader; the tick
 * of the core stands for its data-ready line, at the recording's own sample rate. The board's
 * clock is 25 MHz. Results leave by UART 0. Exit status, by semihosting:
 *   0  the whole recording was measured     3  the meter was too slow and lost samples
 *   1  the image is not one, or not whole    4  the core faulted
 *   2  the meter refuses its configuration */
#include "core/reader.h"
#include "firmware/image.h"
#include "firmware/json_line.h"
#include "firmware/replay.h"
#include "firmware/ring.h"
#include "port/cortex_m/cmsdk_uart.h"
#include "port/cortex_m/cortex_m.h"
#include "port/cortex_m/semihosting.h"

#include <stddef.h>
#include <stdint.h>

#define CORE_CLOCK_MHZ 25000000000ULL /* millihertz, as the sample rate is */
#define UART_DIVIDER   217            /* 115200 bit/s */
#define IMAGE_ADDRESS  0x21000000U
#define IMAGE_SIZE_MAX 0x00800000U

enum { EXIT_OK, EXIT_IMAGE, EXIT_CONFIG, EXIT_DROPPED, EXIT_FAULT };

/* The converter: written by main before the tick starts, then by the interrupt only. */
static const int32_t *volatile converter_next;
static volatile uint32_t converter_left;
static wh_ring ring;

static wh_replay replay;
static uint8_t board_flash[WH_PROFILE_THREE_PHASE_FLASH]; /* where the linker script puts it */

void wh_cortex_m_on_tick(void)
{
    uint32_t left = converter_left;
    if (left == 0) {
        return;
    }
    const int32_t *next = converter_next;
    wh_ring_put(&ring, next);
    converter_next = next + WH_CHANNELS;
    converter_left = left - 1;
}

void wh_cortex_m_on_fault(void)
{
    wh_semihosting_exit(EXIT_FAULT);
}

static void put_uart(void *user, const char *text, size_t len)
{
    (void)user;
    wh_cmsdk_uart_write(WH_CMSDK_UART0, text, len);
}

static void measure(uint32_t block, wh_json_line *report)
{
    for (;;) {
        /* Read before the ring: an interrupt between the two only adds sets. */
        uint32_t left = converter_left;
        uint32_t waiting = wh_ring_waiting(&ring);
        if (waiting < block && left > 0) {
            wh_cortex_m_wait();
            continue;
        }
        uint32_t count = 0;
        const int32_t(*sets)[WH_CHANNELS] = wh_ring_peek(&ring, block, &count);
        if (count == 0) {
            return;
        }
        wh_replay_feed(&replay, sets, count, report);
        wh_ring_drop(&ring, count);
    }
}

int main(void)
{
    wh_cmsdk_uart_init(WH_CMSDK_UART0, UART_DIVIDER);
    const uint8_t *image = (const uint8_t *)(uintptr_t)IMAGE_ADDRESS; /* the board's memory map */
    wh_reader r = wh_reader_init(image, IMAGE_SIZE_MAX);
    wh_image_header header;
    if (wh_image_header_decode(&r, &header) != WH_OK) {
        wh_semihosting_exit(EXIT_IMAGE);
    }
    if (wh_replay_init(&replay, &header, board_flash) != WH_OK) {
        wh_semihosting_exit(EXIT_CONFIG);
    }
    /* A converter would put words here by DMA, and this core is little endian too. */
    converter_next = (const int32_t *)(const void *)(image + wh_reader_pos(&r));
    converter_left = header.set_count;
    wh_json_line report = {.put = put_uart};
    wh_cortex_m_tick_start((uint32_t)(CORE_CLOCK_MHZ / header.meter.metrology.fs_mhz));
    measure(header.block, &report);
    wh_replay_finish(&replay, &report);
    wh_json_line_begin(&report);
    wh_json_line_int(&report, "dropped", ring.dropped);
    wh_json_line_int(&report, "stack_bytes", (int64_t)wh_cortex_m_stack_used());
    wh_json_line_end(&report);
    wh_semihosting_exit(ring.dropped == 0 ? EXIT_OK : EXIT_DROPPED);
}
