/* SPDX-License-Identifier: Apache-2.0 */
/* cmsdk_uart.h - the serial port of Arm's Cortex-M System Design Kit, transmit only, polled. */
#ifndef WH_PORT_CMSDK_UART_H
#define WH_PORT_CMSDK_UART_H

#include <stddef.h>
#include <stdint.h>

#define WH_CMSDK_UART0 0x40004000U /* on the MPS2 boards */

/* Switch the port at `base` on. `divider` of the peripheral clock gives the bit rate; the
 * hardware takes 16 and more. */
void wh_cmsdk_uart_init(uintptr_t base, uint32_t divider);

/* Send `len` characters; waits while the one-byte buffer is full. */
void wh_cmsdk_uart_write(uintptr_t base, const char *text, size_t len);

#endif /* WH_PORT_CMSDK_UART_H */
