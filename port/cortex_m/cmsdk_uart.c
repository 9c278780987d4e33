/* SPDX-License-Identifier: Apache-2.0 */
#include "port/cortex_m/cmsdk_uart.h"

#define REG32(address) (*(volatile uint32_t *)(address))

#define UART_DATA      0x00U
#define UART_STATE     0x04U
#define UART_CTRL      0x08U
#define UART_BAUDDIV   0x10U
#define STATE_TX_FULL  1U
#define CTRL_TX_ENABLE 1U

void wh_cmsdk_uart_init(uintptr_t base, uint32_t divider)
{
    REG32(base + UART_BAUDDIV) = divider;
    REG32(base + UART_CTRL) = CTRL_TX_ENABLE;
}

void wh_cmsdk_uart_write(uintptr_t base, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        while ((REG32(base + UART_STATE) & STATE_TX_FULL) != 0) {
        }
        REG32(base + UART_DATA) = (uint8_t)text[i];
    }
}
