/* SPDX-License-Identifier: Apache-2.0 */
/* cortex_m.h - the few parts of a Cortex-M core that a meter needs: start-up, the tick that
 * stands in for the converter's interrupt, sleep, and how deep the stack has been.
 *
 * start.c holds the vector table and calls main(). A program that defines one of the handlers
 * below gets the interrupt; the others stop the core. Works on ARMv6-M and ARMv7-M, and needs
 * from the linker script: wh_ld_stack_bottom, wh_ld_stack_top, wh_ld_data_from,
 * wh_ld_data_begin, wh_ld_data_end, wh_ld_bss_begin, wh_ld_bss_end. */
#ifndef WH_PORT_CORTEX_M_H
#define WH_PORT_CORTEX_M_H

#include <stddef.h>
#include <stdint.h>

/* Entry from reset; never returns. */
void wh_cortex_m_reset(void);

/* Define these to receive the interrupts; both are weak and loop for ever. */
void wh_cortex_m_on_tick(void);
void wh_cortex_m_on_fault(void);

/* Call wh_cortex_m_on_tick every `cycles` of the core clock, 2 to 2^24. */
void wh_cortex_m_tick_start(uint32_t cycles);

/* Sleep until the next interrupt. May return early: check again what was waited for. */
void wh_cortex_m_wait(void);

/* Bytes between the deepest point the stack reached since reset and its top, counted by the
 * pattern that start-up leaves below it. A word that was written with the pattern itself is
 * not seen, so the figure can be four bytes short. */
size_t wh_cortex_m_stack_used(void);

/* Forget how deep the stack was: paint it again up to the caller's frame. */
void wh_cortex_m_stack_repaint(void);

#endif /* WH_PORT_CORTEX_M_H */
