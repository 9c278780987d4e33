/* SPDX-License-Identifier: Apache-2.0 */
/* icnt.c - a QEMU plugin (API version 1) that counts executed guest instructions exactly: in
 * all, in each function of a list, and between marks.
 *
 *   cc -shared -fPIC -O2 -o libicnt.so icnt.c
 *   qemu-system-arm ... -plugin libicnt.so,out=counts.txt,functions=functions.txt,mark=0x1234
 *
 * functions.txt holds lines "name first-address size" (hexadecimal addresses). A mark is an
 * instruction whose execution takes a snapshot of all counters; the end of the run takes the
 * last one. out receives one block per snapshot:
 *
 *   snapshot 0 total 1234
 *   name instructions calls          for each function that has run since the snapshot before
 *
 * All figures are differences to the snapshot before. The marking instruction itself counts
 * behind its snapshot. Debian ships QEMU's plugins enabled but not their header, so the
 * declarations of the interface that are used stand here. */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
typedef void (*on_translate)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*on_execute)(unsigned vcpu, void *user);
typedef void (*on_exit)(qemu_plugin_id_t id, void *user);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, on_translate cb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
                                                enum qemu_plugin_op op, void *counter,
                                                uint64_t increment);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, on_execute cb,
                                            enum qemu_plugin_cb_flags flags, void *user);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, on_exit cb, void *user);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

#define FUNCTIONS_MAX 4096
#define NAME_SIZE     96

typedef struct {
    char name[NAME_SIZE];
    uint64_t first;
    uint64_t size;
    uint64_t instructions;
    uint64_t calls;
    uint64_t instructions_before; /* at the last snapshot */
    uint64_t calls_before;
} function;

static function functions[FUNCTIONS_MAX];
static size_t function_count;
static uint64_t total;
static uint64_t total_before;
static uint64_t mark = UINT64_MAX;
static unsigned snapshots;
static FILE *out;

static void take_snapshot(void)
{
    fprintf(out, "snapshot %u total %" PRIu64 "\n", snapshots++, total - total_before);
    total_before = total;
    for (size_t i = 0; i < function_count; i++) {
        function *f = &functions[i];
        if (f->instructions != f->instructions_before) {
            fprintf(out, "%s %" PRIu64 " %" PRIu64 "\n", f->name,
                    f->instructions - f->instructions_before, f->calls - f->calls_before);
        }
        f->instructions_before = f->instructions;
        f->calls_before = f->calls;
    }
}

static void at_mark(unsigned vcpu, void *user)
{
    (void)vcpu;
    (void)user;
    take_snapshot();
}

static void at_exit(qemu_plugin_id_t id, void *user)
{
    (void)id;
    (void)user;
    take_snapshot();
    fclose(out);
}

static void count(struct qemu_plugin_insn *insn, uint64_t *counter)
{
    qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, counter, 1);
}

static void at_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    size_t n = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        count(insn, &total);
        for (size_t k = 0; k < function_count; k++) {
            function *f = &functions[k];
            if (address - f->first < f->size) {
                count(insn, &f->instructions);
            }
            if (address == f->first) {
                count(insn, &f->calls);
            }
        }
        if (address == mark) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, at_mark, QEMU_PLUGIN_CB_NO_REGS, NULL);
        }
    }
}

/* One line: "name first-address size". */
static bool read_function(const char *line, function *f)
{
    size_t len = strcspn(line, " ");
    char *end = NULL;
    if (len == 0 || len >= NAME_SIZE || line[len] == '\0') {
        return false;
    }
    memcpy(f->name, line, len);
    f->first = strtoull(line + len, &end, 16);
    f->size = strtoull(end, &end, 16);
    return *end == '\n';
}

static bool read_functions(const char *path)
{
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        return false;
    }
    char line[256];
    bool good = true;
    while (good && fgets(line, sizeof line, in) != NULL) {
        good = function_count < FUNCTIONS_MAX && read_function(line, &functions[function_count]);
        function_count += good ? 1 : 0;
    }
    fclose(in);
    return good;
}

static bool take_option(const char *option)
{
    if (strncmp(option, "out=", 4) == 0) {
        out = fopen(option + 4, "w");
        return out != NULL;
    }
    if (strncmp(option, "functions=", 10) == 0) {
        return read_functions(option + 10);
    }
    if (strncmp(option, "mark=", 5) == 0) {
        mark = strtoull(option + 5, NULL, 16);
        return true;
    }
    return false;
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!take_option(argv[i])) {
            fprintf(stderr, "icnt: bad option or file: %s\n", argv[i]);
            return 1;
        }
    }
    if (out == NULL) {
        fprintf(stderr, "icnt: needs out=FILE\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, at_translation);
    qemu_plugin_register_atexit_cb(id, at_exit, NULL);
    return 0;
}
