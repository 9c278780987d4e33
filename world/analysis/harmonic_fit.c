/* SPDX-License-Identifier: Apache-2.0 */
#include "world/analysis/harmonic_fit.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    BLOCK = 128, /* samples between two fresh sines: rounding of the recurrence stays below 1e-13 */
    ORDER_MAX = WH_HARMONICS_MAX + 1,
    ITERATIONS_MAX = 30
};

static const double PI = 3.14159265358979323846;

/* A pivot below this part of the sample count: the columns are not independent. */
static const double PIVOT_MIN = 1e-9;

static const double CONVERGED = 1e-10;

/* ---- normal equations --------------------------------------------------------------------- */

/* Lower triangles of Cholesky; cos: [0] is the constant, [h] is cosine h; sin: [h - 1]. */
typedef struct {
    size_t harmonics;
    double even[ORDER_MAX][ORDER_MAX];
    double odd[ORDER_MAX][ORDER_MAX];
} normal_matrix;

/* Sum of cos(phi m) over m = -(count-1)/2 .. (count-1)/2. */
static double dirichlet(double count, double phi)
{
    double half = 0.5 * phi;
    double s = sin(half);
    if (fabs(s) < 1e-13) {
        return count * cos(count * half) / cos(half);
    }
    return sin(count * half) / s;
}

static bool cholesky(double (*g)[ORDER_MAX], size_t order, double pivot_min)
{
    for (size_t k = 0; k < order; k++) {
        for (size_t j = 0; j <= k; j++) {
            double sum = g[k][j];
            for (size_t l = 0; l < j; l++) {
                sum -= g[k][l] * g[j][l];
            }
            if (j < k) {
                g[k][j] = sum / g[j][j];
            } else if (sum > pivot_min) {
                g[k][k] = sqrt(sum);
            } else {
                return false;
            }
        }
    }
    return true;
}

static void cholesky_solve(double (*g)[ORDER_MAX], size_t order, double *v)
{
    for (size_t k = 0; k < order; k++) {
        for (size_t l = 0; l < k; l++) {
            v[k] -= g[k][l] * v[l];
        }
        v[k] /= g[k][k];
    }
    for (size_t k = order; k-- > 0;) {
        for (size_t l = k + 1; l < order; l++) {
            v[k] -= g[l][k] * v[l];
        }
        v[k] /= g[k][k];
    }
}

static bool factor_normal_matrix(normal_matrix *g, size_t count, double w, size_t harmonics)
{
    double n = (double)count;
    g->harmonics = harmonics;
    for (size_t h = 0; h <= harmonics; h++) {
        for (size_t k = 0; k <= h; k++) {
            double minus = dirichlet(n, (double)(h - k) * w);
            double plus = dirichlet(n, (double)(h + k) * w);
            g->even[h][k] = 0.5 * (minus + plus);
            if (k > 0) {
                g->odd[h - 1][k - 1] = 0.5 * (minus - plus);
            }
        }
    }
    return cholesky(g->even, harmonics + 1, PIVOT_MIN * n) &&
           cholesky(g->odd, harmonics, PIVOT_MIN * n);
}

/* ---- right-hand sides --------------------------------------------------------------------- */

/* cos[0] is the plain sum. */
typedef struct {
    double cos[ORDER_MAX];
    double sin[ORDER_MAX];
} projections;

/* e^(i w m) for the samples of a block, and its h-th power. */
typedef struct {
    double zr[BLOCK];
    double zi[BLOCK];
    double pr[BLOCK];
    double pi[BLOCK];
} rotors;

static void start_block(rotors *z, double w, double first_m)
{
    double r = cos(w * first_m);
    double i = sin(w * first_m);
    double step_r = cos(w);
    double step_i = sin(w);
    for (size_t k = 0; k < BLOCK; k++) {
        z->zr[k] = r;
        z->zi[k] = i;
        double next = r * step_r - i * step_i;
        i = r * step_i + i * step_r;
        r = next;
    }
    memcpy(z->pr, z->zr, sizeof z->pr);
    memcpy(z->pi, z->zi, sizeof z->pi);
}

static void next_power(rotors *z)
{
    for (size_t k = 0; k < BLOCK; k++) {
        double next = z->pr[k] * z->zr[k] - z->pi[k] * z->zi[k];
        z->pi[k] = z->pr[k] * z->zi[k] + z->pi[k] * z->zr[k];
        z->pr[k] = next;
    }
}

/* x[BLOCK], zero where there are no samples. The powers are restarted at the first. */
static void project_block(rotors *z, const double *x, size_t harmonics, projections *p)
{
    memcpy(z->pr, z->zr, sizeof z->pr);
    memcpy(z->pi, z->zi, sizeof z->pi);
    for (size_t k = 0; k < BLOCK; k++) {
        p->cos[0] += x[k];
    }
    for (size_t h = 1; h <= harmonics; h++) {
        double c[2] = {0, 0};
        double s[2] = {0, 0};
        for (size_t k = 0; k < BLOCK; k += 2) {
            c[0] += x[k] * z->pr[k];
            s[0] += x[k] * z->pi[k];
            c[1] += x[k + 1] * z->pr[k + 1];
            s[1] += x[k + 1] * z->pi[k + 1];
        }
        p->cos[h] += c[0] + c[1];
        p->sin[h] += s[0] + s[1];
        if (h < harmonics) {
            next_power(z);
        }
    }
}

static size_t copy_block(const double *x, size_t count, size_t at, double *block)
{
    size_t n = count - at < BLOCK ? count - at : BLOCK;
    memcpy(block, x + at, n * sizeof *block);
    memset(block + n, 0, (BLOCK - n) * sizeof *block);
    return n;
}

static void project(const double *x, size_t count, double w, size_t harmonics, projections *p)
{
    rotors z;
    double block[BLOCK];
    double middle = 0.5 * (double)(count - 1);
    *p = (projections){{0}, {0}};
    for (size_t at = 0; at < count; at += BLOCK) {
        (void)copy_block(x, count, at, block);
        start_block(&z, w, (double)at - middle);
        project_block(&z, block, harmonics, p);
    }
}

static void solve(normal_matrix *g, projections *p)
{
    cholesky_solve(g->even, g->harmonics + 1, p->cos);
    cholesky_solve(g->odd, g->harmonics, p->sin + 1);
}

wh_err wh_harmonic_fit_compute(const double *x, size_t count, double fs_hz, double f_hz,
                               size_t harmonics, wh_harmonic_fit *out)
{
    if (count == 0 || !(f_hz > 0) || !(fs_hz > 0) || harmonics < 1 ||
        harmonics > WH_HARMONICS_MAX) {
        return WH_ERR_ARG;
    }
    double w = 2 * PI * f_hz / fs_hz;
    normal_matrix g;
    projections p;
    if (count < 2 * harmonics + 1 || !factor_normal_matrix(&g, count, w, harmonics)) {
        return WH_ERR_RANGE;
    }
    project(x, count, w, harmonics, &p);
    solve(&g, &p);
    out->dc = p.cos[0];
    out->harmonics = harmonics;
    memcpy(out->a, p.cos, sizeof out->a);
    memcpy(out->b, p.sin, sizeof out->b);
    out->a[0] = 0;
    out->b[0] = 0;
    return WH_OK;
}

/* ---- frequency ---------------------------------------------------------------------------- */

/* The model and its derivative by w in one block. */
static void model_block(rotors *z, const projections *fit, size_t harmonics, double *model,
                        double *slope)
{
    memcpy(z->pr, z->zr, sizeof z->pr);
    memcpy(z->pi, z->zi, sizeof z->pi);
    for (size_t k = 0; k < BLOCK; k++) {
        model[k] = fit->cos[0];
        slope[k] = 0;
    }
    for (size_t h = 1; h <= harmonics; h++) {
        double a = fit->cos[h];
        double b = fit->sin[h];
        double ha = (double)h * a;
        double hb = (double)h * b;
        for (size_t k = 0; k < BLOCK; k++) {
            model[k] += a * z->pr[k] + b * z->pi[k];
            slope[k] += hb * z->pr[k] - ha * z->pi[k];
        }
        if (h < harmonics) {
            next_power(z);
        }
    }
}

/* One step of Gauss-Newton in w, variables of the linear part eliminated. */
static bool newton_step(const double *x, size_t count, double w, size_t harmonics, double *step)
{
    normal_matrix g;
    projections fit;
    if (!factor_normal_matrix(&g, count, w, harmonics)) {
        return false;
    }
    project(x, count, w, harmonics, &fit);
    solve(&g, &fit);

    rotors z;
    double block[BLOCK];
    double model[BLOCK];
    double slope[BLOCK];
    projections ps = {{0}, {0}}; /* of the slope */
    double slope_residual = 0;
    double slope_slope = 0;
    double middle = 0.5 * (double)(count - 1);
    for (size_t at = 0; at < count; at += BLOCK) {
        size_t n = copy_block(x, count, at, block);
        start_block(&z, w, (double)at - middle);
        model_block(&z, &fit, harmonics, model, slope);
        for (size_t k = 0; k < BLOCK; k++) {
            slope[k] = k < n ? slope[k] * ((double)(at + k) - middle) : 0;
            slope_residual += slope[k] * (block[k] - model[k]);
            slope_slope += slope[k] * slope[k];
        }
        project_block(&z, slope, harmonics, &ps);
    }
    projections solved = ps;
    solve(&g, &solved);
    for (size_t h = 0; h <= harmonics; h++) { /* what the linear part explains of the slope */
        slope_slope -= solved.cos[h] * ps.cos[h] + (h > 0 ? solved.sin[h] * ps.sin[h] : 0);
    }
    *step = slope_residual / slope_slope;
    return slope_slope > 0 && isfinite(*step);
}

static wh_err refine(const double *x, size_t count, double fs_hz, size_t harmonics,
                     double tolerance, double *f_hz)
{
    double start = 2 * PI * *f_hz / fs_hz;
    double w = start;
    if (count < 2 * harmonics + 2) {
        return WH_ERR_RANGE;
    }
    for (int k = 0; k < ITERATIONS_MAX; k++) {
        double step;
        if (!newton_step(x, count, w, harmonics, &step)) {
            return WH_ERR_RANGE;
        }
        w += step;
        if (!(w > 0.5 * start && w < 1.5 * start)) {
            return WH_ERR_RANGE;
        }
        if (fabs(step) < tolerance * w) {
            *f_hz = w * fs_hz / (2 * PI);
            return WH_OK;
        }
    }
    return WH_ERR_RANGE;
}

/* ---- the start ---------------------------------------------------------------------------- */

static double alternating_power(const double *x, size_t count)
{
    double sum = 0;
    double squares = 0;
    for (size_t k = 0; k < count; k++) {
        sum += x[k];
    }
    double mean = sum / (double)count;
    for (size_t k = 0; k < count; k++) {
        squares += (x[k] - mean) * (x[k] - mean);
    }
    return squares / (double)count;
}

/* The middle, unless the voltage is gone there: then where most of it is. */
static size_t choose_part(const double *x, size_t count, size_t len)
{
    enum { PARTS = 16 };
    size_t middle = (count - len) / 2;
    size_t best = middle;
    double best_power = 10 * alternating_power(x + middle, len);
    for (size_t k = 0; k < PARTS; k++) {
        size_t at = (count - len) / (PARTS - 1) * k;
        double power = alternating_power(x + at, len);
        if (power > best_power) {
            best = at;
            best_power = power;
        }
    }
    return best;
}

/* The power that one frequency alone explains. */
static double explained(const double *x, size_t count, double fs_hz, double f_hz)
{
    wh_harmonic_fit fit;
    if (wh_harmonic_fit_compute(x, count, fs_hz, f_hz, 1, &fit) != WH_OK) {
        return 0;
    }
    return fit.a[1] * fit.a[1] + fit.b[1] * fit.b[1];
}

static double search(const double *x, size_t count, double fs_hz)
{
    double best = 0;
    double best_power = -1;
    for (int half_hz = 80; half_hz <= 140; half_hz++) {
        double f = 0.5 * half_hz;
        double power = explained(x, count, fs_hz, f);
        if (power > best_power) {
            best = f;
            best_power = power;
        }
    }
    return best;
}

static size_t part_len(size_t count, double fs_hz, double f_hz, double periods)
{
    double len = periods * fs_hz / f_hz;
    return len < (double)count ? (size_t)len : count;
}

/* Where the whole has no one frequency, the longest part that had one speaks for it. */
static wh_err settle(wh_err err, bool part, double f, double *f_hz)
{
    if (part) {
        *f_hz = f;
        return WH_OK;
    }
    return err;
}

wh_err wh_frequency_find(const double *x, size_t count, double fs_hz, size_t harmonics,
                         double *f_hz)
{
    if (count == 0 || !(fs_hz > 0) || harmonics < 1 || harmonics > WH_HARMONICS_MAX) {
        return WH_ERR_ARG;
    }
    double mean_square = 0;
    for (size_t k = 0; k < count; k++) {
        mean_square += x[k] * x[k] / (double)count;
    }
    if (!(alternating_power(x, count) > 1e-20 * mean_square)) {
        return WH_ERR_NOT_FOUND;
    }
    bool known = *f_hz > 0;
    double f = known ? *f_hz : 50;
    double periods = known ? 4 : 6;
    size_t len = part_len(count, fs_hz, f, periods);
    size_t at = choose_part(x, count, len);
    f = known ? f : search(x + at, len, fs_hz);
    bool part = false; /* f is that of a part, at least */
    while (len < count) {
        double longer = f;
        wh_err err = refine(x + at, len, fs_hz, harmonics, 1e-5, &longer);
        if (err != WH_OK) {
            return settle(err, part, f, f_hz);
        }
        f = longer;
        part = true;
        periods *= 4;
        size_t next = part_len(count, fs_hz, f, periods);
        size_t grow = (next - len) / 2;
        at = at > grow ? at - grow : 0;
        at = at + next > count ? count - next : at;
        len = next;
    }
    double whole = f;
    wh_err err = refine(x, count, fs_hz, harmonics, CONVERGED, &whole);
    if (err == WH_OK) {
        *f_hz = whole;
        return WH_OK;
    }
    return settle(err, part, f, f_hz);
}
