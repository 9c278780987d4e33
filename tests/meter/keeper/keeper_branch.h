/* SPDX-License-Identifier: Apache-2.0 */
/* keeper_branch.h - what becomes of a meter whose power is cut.
 *
 *   main ─▶ month ─▶ month ─▶ month
 *             └▶ flash copied, power cut ─▶ branch: restored, checked, run on (cut again ...), checked
 *
 * The main meter lives on as if nothing had been. */
#ifndef WH_TESTS_KEEPER_BRANCH_H
#define WH_TESTS_KEEPER_BRANCH_H

#include "tests/meter/keeper/keeper_golden.h"
#include "tests/meter/keeper/keeper_month.h"

#define BRANCH_LEVELS 2U /* of cuts within cuts */

typedef struct {
    uint64_t cuts;
    uint64_t nested;
    uint64_t signalled;
    uint64_t wrong;
    uint64_t mounts;
    uint64_t mount_bytes;
    uint32_t mount_bytes_max;
    uint32_t mount_reads_max;
    uint64_t ready_max; /* operations until the store has no work left */
    int64_t lost_uws;   /* most that one cut lost */
} branch_totals;

/* What was committed when power was cut, and what was being appended. */
typedef struct {
    golden_content content;
    uint32_t pending[WH_KEEPER_LOGS];
} branch_cut_state;

typedef struct {
    const month_kind *kind;
    month_meter main;
    month_meter branch;
    golden gold;
    uint64_t seed;
    uint32_t tick; /* that the main meter is in */
    uint32_t tick_count;
    branch_totals sum;
    /* of the branch */
    uint32_t txn; /* transaction of the main meter that was cut */
    bool settled; /* what was being committed is there, or is not, for good */
    branch_cut_state cut[BRANCH_LEVELS]; /* that are not settled */
    unsigned cut_count;
    uint32_t first_next[WH_KEEPER_LOGS]; /* entries that it began with */
    int64_t floor_uws;                   /* import that cannot be lost any more */
    wh_register_bank floor;              /* and all registers that the branch has begun with */
    int64_t floor_max_mw;                /* largest demand; begins anew with the billing */
    uint32_t floor_billings;
} branch_rig;

void branch_init(branch_rig *r, const month_kind *kind);
void branch_free(branch_rig *r);

/* Power is cut at an operation of the main meter's flash. */
void branch_cut(branch_rig *r, const fake_operation *op);

/* Power went after it was signalled and the main meter had one more pass. */
void branch_signalled(branch_rig *r);

#endif /* WH_TESTS_KEEPER_BRANCH_H */
