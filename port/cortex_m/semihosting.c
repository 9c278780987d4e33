/* SPDX-License-Identifier: Apache-2.0 */
#include "port/cortex_m/semihosting.h"

#include <stdint.h>

#define SYS_EXIT_EXTENDED 0x20U
#define APPLICATION_EXIT  0x20026U /* ADP_Stopped_ApplicationExit */

_Noreturn void wh_semihosting_exit(int status)
{
    const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)status};
    register uint32_t r0 __asm("r0") = SYS_EXIT_EXTENDED;
    register const uint32_t *r1 __asm("r1") = block;
    for (;;) {
        __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    }
}
