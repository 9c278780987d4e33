/* SPDX-License-Identifier: Apache-2.0 */
/* meter_file.h - files of a test, in a folder of their own that goes with it. */
#ifndef WH_TESTS_METER_FILE_H
#define WH_TESTS_METER_FILE_H

#include "apps/watthour-meter/meter_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char meter_folder[] = "/tmp/wh_meter_XXXXXX";

static inline const char *meter_path(const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", meter_folder, name);
    return path;
}

static inline void meter_write(const char *name, const char *text)
{
    FILE *file = fopen(meter_path(name), "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Three phases of 230 V and 1 A, 2 A, 3 A at 1600 Hz for a second; L2 exports; IN is there. */
static inline void meter_write_recording(const char *name)
{
    FILE *file = fopen(meter_path(name), "wb");
    assert_non_null(file);
    (void)fprintf(file, "# fs_hz=1600\n# f_nominal_hz=50\nU1,I1,U2,I2,U3,I3,IN\n");
    for (int n = 0; n < 1600; ++n) {
        double x = 6.283185307179586 * 50.0 * n / 1600.0;
        double u[3];
        double i[3];
        for (int k = 0; k < 3; ++k) {
            u[k] = 325.269 * sin(x - 2.0943951023931953 * k);
            i[k] = 1.41421356 * (k + 1) * (k == 1 ? -1.0 : 1.0) * sin(x - 2.0943951023931953 * k);
        }
        (void)fprintf(file, "%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", u[0], i[0], u[1], i[1], u[2],
                      i[2], i[0] + i[1] + i[2]);
    }
    assert_int_equal(fclose(file), 0);
}

static inline int meter_folder_make(void **state)
{
    (void)state;
    return mkdtemp(meter_folder) == NULL ? -1 : 0;
}

static inline int meter_folder_remove(void **state)
{
    (void)state;
    static const char *const names[] = {"meter.yaml", "again.yaml", "grid.csv", "day.csv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
        (void)unlink(meter_path(names[i]));
    }
    return rmdir(meter_folder);
}

#endif /* WH_TESTS_METER_FILE_H */
