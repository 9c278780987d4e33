/* SPDX-License-Identifier: Apache-2.0 */
/* semihosting.h - end the emulator, or the debugger's session, with an exit status. */
#ifndef WH_PORT_SEMIHOSTING_H
#define WH_PORT_SEMIHOSTING_H

/* SYS_EXIT_EXTENDED. On a core without a debugger the breakpoint is a fault. */
_Noreturn void wh_semihosting_exit(int status);

#endif /* WH_PORT_SEMIHOSTING_H */
