/* SPDX-License-Identifier: Apache-2.0 */
/* command.h - the commands of `watthour`, one file each (cmd_<name>.c).
 *
 * A command gets its own argv (argv[0] is its name), parses it with getopt_long, answers
 * --help with a page that ends in examples, and returns the exit status:
 *   0  done          1  it ran and the answer is no (a test failed, a meter refused)
 *   2  bad input: one line on standard error that names the file, line or option */
#ifndef WH_APPS_COMMAND_H
#define WH_APPS_COMMAND_H

enum { WH_EXIT_OK = 0, WH_EXIT_NO = 1, WH_EXIT_BAD_INPUT = 2 };

int wh_cmd_analyse(int argc, char **argv);
int wh_cmd_typetest(int argc, char **argv);
int wh_cmd_calibrate(int argc, char **argv);
int wh_cmd_read(int argc, char **argv);
int wh_cmd_watch(int argc, char **argv);
int wh_cmd_verify(int argc, char **argv);
int wh_cmd_keys(int argc, char **argv);
int wh_cmd_simulate(int argc, char **argv);

#endif /* WH_APPS_COMMAND_H */
