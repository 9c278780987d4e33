/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every case on a Cortex-M in QEMU between two marks that the counting plugin knows
 * (tools/qemu/icnt.c); before each case an empty one, for what measuring costs by itself: four
 * marks a case. Reports on the UART, cases in the order of the marks:
 *
 *   {"bench":"metrology","unit":"sample set","case":"blocks of 64","units":8000,"stack_bytes":312}
 *   {"bench":"metrology","object":"wh_metrology","bytes":1416}
 *
 * Exit status: 0, or 1 where a bench could not be prepared. */
#include "bench/bench.h"
#include "firmware/json_line.h"
#include "port/cortex_m/cmsdk_uart.h"
#include "port/cortex_m/cortex_m.h"
#include "port/cortex_m/semihosting.h"

#define UART_DIVIDER 217 /* 115200 bit/s of 25 MHz */

void wh_bench_mark(void);

__attribute__((noinline)) void wh_bench_mark(void)
{
    __asm volatile("");
}

static void put_uart(void *user, const char *text, size_t len)
{
    (void)user;
    wh_cmsdk_uart_write(WH_CMSDK_UART0, text, len);
}

static void do_nothing(void)
{
}

/* Returns the bytes of stack below this frame that `run` has used. */
__attribute__((noinline)) static size_t measure(void (*run)(void))
{
    wh_cortex_m_stack_repaint();
    wh_bench_mark();
    run();
    wh_bench_mark();
    return wh_cortex_m_stack_used();
}

static void report_case(wh_json_line *report, const wh_bench *bench, const wh_bench_case *c)
{
    if (c->prepare() != WH_OK) {
        wh_semihosting_exit(1);
    }
    size_t stack_empty = measure(do_nothing);
    size_t stack = measure(c->run);
    wh_json_line_begin(report);
    wh_json_line_text(report, "bench", bench->name);
    wh_json_line_text(report, "unit", bench->unit);
    wh_json_line_text(report, "case", c->name);
    wh_json_line_int(report, "units", c->units);
    wh_json_line_int(report, "stack_bytes", (int64_t)(stack - stack_empty));
    wh_json_line_end(report);
}

static void report_object(wh_json_line *report, const wh_bench *bench,
                          const wh_bench_object *object)
{
    wh_json_line_begin(report);
    wh_json_line_text(report, "bench", bench->name);
    wh_json_line_text(report, "object", object->name);
    wh_json_line_int(report, "bytes", (int64_t)object->bytes);
    wh_json_line_end(report);
}

int main(void)
{
    wh_cmsdk_uart_init(WH_CMSDK_UART0, UART_DIVIDER);
    wh_json_line report = {.put = put_uart};
    for (size_t i = 0; i < wh_bench_count; i++) {
        const wh_bench *bench = wh_benches[i];
        for (size_t k = 0; k < bench->case_count; k++) {
            report_case(&report, bench, &bench->cases[k]);
        }
        for (size_t k = 0; k < bench->object_count; k++) {
            report_object(&report, bench, &bench->objects[k]);
        }
    }
    wh_semihosting_exit(0);
}
