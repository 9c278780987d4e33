/* SPDX-License-Identifier: Apache-2.0 */
/* bench.h - what is measured, once for all machines.
 *
 * A bench is a file bench_<module>.c that fills a wh_bench, and a line in bench_list.c. Its
 * cases then run in QEMU, where instructions and stack are counted exactly, and on the host,
 * where they are timed; tools/write_performance.py and tools/write_size.py make a section of
 * docs/performance.md and docs/size.md of it, and goals.json says which figures must hold.
 *
 * Portable rules apply but for one: benches own static data. */
#ifndef WH_BENCH_BENCH_H
#define WH_BENCH_BENCH_H

#include "core/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    uint32_t units;          /* of work in one run: figures are divided by it */
    wh_err (*prepare)(void); /* before the case, not measured */
    void (*run)(void);
} wh_bench_case;

/* State that the caller of a module places. */
typedef struct {
    const char *name;
    size_t bytes;
} wh_bench_object;

typedef struct {
    const char *name; /* of the section */
    const char *unit; /* what one unit of work is */
    const wh_bench_case *cases;
    size_t case_count;
    const wh_bench_object *objects;
    size_t object_count;
} wh_bench;

extern const wh_bench *const wh_benches[];
extern const size_t wh_bench_count;

#endif /* WH_BENCH_BENCH_H */
