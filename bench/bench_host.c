/* SPDX-License-Identifier: Apache-2.0 */
/* Times every case on the host, best of some rounds:
 *
 *   {"bench":"metrology","case":"blocks of 64","unit":"sample set","units_per_s":...}
 *
 * With the argument N a case is run N times after its preparation and not timed: for counting
 * instructions from outside, as the difference between two such runs. A second argument then
 * names the only bench, a third the only case. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS  20
#define ROUND_S 0.05

/* The processor's time, not that of day: what else runs on the machine takes little of it. */
static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Best of several rounds: what disturbs a round only ever makes it slower. */
static double units_per_s(const wh_bench_case *c)
{
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start_s = now_s();
        double units = 0;
        double passed_s = 0;
        while (passed_s < ROUND_S) {
            c->run();
            units += c->units;
            passed_s = now_s() - start_s;
        }
        best = units / passed_s > best ? units / passed_s : best;
    }
    return best;
}

static int run_case(const wh_bench *bench, const wh_bench_case *c, long times)
{
    wh_err err = c->prepare();
    if (err != WH_OK) {
        fprintf(stderr, "%s: %s\n", bench->name, wh_err_text(err));
        return 1;
    }
    if (times < 0) {
        printf("{\"bench\":\"%s\",\"case\":\"%s\",\"unit\":\"%s\",\"units_per_s\":%.0f}\n",
               bench->name, c->name, bench->unit, units_per_s(c));
        return 0;
    }
    for (long i = 0; i < times; i++) {
        c->run();
    }
    return 0;
}

int main(int argc, char **argv)
{
    long times = argc > 1 ? strtol(argv[1], NULL, 10) : -1;
    int status = 0;
    for (size_t i = 0; i < wh_bench_count; i++) {
        const wh_bench *bench = wh_benches[i];
        if (argc > 2 && strcmp(argv[2], bench->name) != 0) {
            continue;
        }
        for (size_t k = 0; k < bench->case_count; k++) {
            if (argc <= 3 || strcmp(argv[3], bench->cases[k].name) == 0) {
                status |= run_case(bench, &bench->cases[k], times);
            }
        }
    }
    return status;
}
