/* SPDX-License-Identifier: Apache-2.0 */
#include "port/cortex_m/cortex_m.h"

#define REG32(address) (*(volatile uint32_t *)(address))

#define SYST_CSR   0xE000E010U
#define SYST_RVR   0xE000E014U
#define SYST_CVR   0xE000E018U
#define SYST_START 7U /* count the core clock, interrupt, enable */
#define CPACR      0xE000ED88U
#define CPACR_FPU  (0xFU << 20)

#define STACK_PATTERN 0xA5C3A5C3U
#define STACK_MARGIN  8 /* words left alone below the frame of the function that paints */

extern uint32_t wh_ld_stack_bottom[];
extern uint32_t wh_ld_stack_top[];
extern const uint32_t wh_ld_data_from[];
extern uint32_t wh_ld_data_begin[];
extern uint32_t wh_ld_data_end[];
extern uint32_t wh_ld_bss_begin[];
extern uint32_t wh_ld_bss_end[];

int main(void);

/* By addresses: to the language, the symbols of the linker script are objects of their own. */
static size_t words_from(const volatile uint32_t *begin, const volatile uint32_t *end)
{
    return ((uintptr_t)end - (uintptr_t)begin) / sizeof *begin;
}

static void stop(void)
{
    for (;;) {
    }
}

void wh_cortex_m_on_tick(void) __attribute__((weak, alias("stop")));
void wh_cortex_m_on_fault(void) __attribute__((weak, alias("stop")));

typedef union {
    uint32_t *stack;
    void (*handler)(void);
} vector;

/* ARMv7-M B1.5.2: the stack, fifteen exceptions of the core; no interrupt of the chip is used. */
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {.stack = wh_ld_stack_top},
    {.handler = wh_cortex_m_reset},
    {.handler = wh_cortex_m_on_fault}, /* NMI */
    {.handler = wh_cortex_m_on_fault}, /* hard fault */
    {.handler = wh_cortex_m_on_fault}, /* memory management */
    {.handler = wh_cortex_m_on_fault}, /* bus fault */
    {.handler = wh_cortex_m_on_fault}, /* usage fault */
    {.handler = NULL},
    {.handler = NULL},
    {.handler = NULL},
    {.handler = NULL},
    {.handler = wh_cortex_m_on_fault}, /* SVCall */
    {.handler = wh_cortex_m_on_fault}, /* debug monitor */
    {.handler = NULL},
    {.handler = wh_cortex_m_on_fault}, /* PendSV */
    {.handler = wh_cortex_m_on_tick},
};

void wh_cortex_m_stack_repaint(void)
{
    volatile uint32_t *stack = wh_ld_stack_bottom;
    size_t free_words = words_from(stack, __builtin_frame_address(0)) - STACK_MARGIN;
    for (size_t i = 0; i < free_words; i++) {
        stack[i] = STACK_PATTERN;
    }
}

size_t wh_cortex_m_stack_used(void)
{
    const volatile uint32_t *stack = wh_ld_stack_bottom;
    size_t words = words_from(stack, wh_ld_stack_top);
    size_t untouched = 0;
    while (untouched < words && stack[untouched] == STACK_PATTERN) {
        untouched++;
    }
    return (words - untouched) * sizeof *stack;
}

void wh_cortex_m_reset(void)
{
    size_t data_words = words_from(wh_ld_data_begin, wh_ld_data_end);
    for (size_t i = 0; i < data_words; i++) {
        wh_ld_data_begin[i] = wh_ld_data_from[i];
    }
    size_t bss_words = words_from(wh_ld_bss_begin, wh_ld_bss_end);
    for (size_t i = 0; i < bss_words; i++) {
        wh_ld_bss_begin[i] = 0;
    }
    wh_cortex_m_stack_repaint();
#if defined(__ARM_FP)
    REG32(CPACR) |= CPACR_FPU;
    __asm volatile("dsb\n\tisb");
#endif
    (void)main();
    stop();
}

void wh_cortex_m_tick_start(uint32_t cycles)
{
    REG32(SYST_RVR) = cycles - 1;
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = SYST_START;
}

void wh_cortex_m_wait(void)
{
    __asm volatile("wfi" ::: "memory");
}
