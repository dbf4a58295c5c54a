/*
 * cells.c - the 64 x 64 cells of a picture: two banded products of whole numbers
 *
 * A(64x64) = R_H * luma * R_W^T. Down first: the bytes of a few rows, weighted,
 * into one row of 16-bit sums; then across, where the channels are mixed to
 * brightness by the way. Sums are exact, so neither their order nor a turned
 * picture shows; one multiplication makes each a float.
 */
#include "cells.h"

#include <string.h>

enum {
    MIN_SIDE = 5,          /* below, the reference hashes nothing either */
    MAX_REDUCED = 1 << 17, /* of an original: its weights, added up, fit 16 bits */
    LAST = PDQI_SIDE - 1,
    PAD = 2 * PDQI_LANES,  /* values that are read past a row, times zero */
    MAX_WEIGHT = 32767
};

/* ---- room -------------------------------------------------------------- */

static int side_ok(uint32_t given, uint32_t side)
{
    return side >= MIN_SIDE && side <= (given == side ? PDQL_MAX_SIDE : MAX_REDUCED) && given && given <= side
        && side / PDQI_REDUCTION <= given;
}

static size_t aligned(size_t bytes)
{
    return (bytes + 7) / 8 * 8;
}

/* Weights of a line, once expanded to steps of PDQI_STEP bytes. */
static size_t expanded(uint32_t original, uint32_t length)
{
    return pdqi_axis_weights(original, length) * PDQI_STEP + pdqi_axis_tents(original, length) * PDQI_LANES;
}

typedef struct room {
    size_t x, y, weights, sums, total; /* bytes from the start */
} room;

static room rooms(uint32_t given_width, uint32_t given_height, uint32_t width, uint32_t height)
{
    const size_t across = expanded(width, given_width), down = expanded(height, given_height);
    const size_t longer = given_width > given_height ? given_width : given_height;
    room r;
    r.x = 0;
    r.y = r.x + aligned(pdqi_axis_weights(width, given_width) * sizeof(uint16_t));
    r.weights = r.y + aligned(pdqi_axis_weights(height, given_height) * sizeof(uint16_t));
    r.sums = r.weights + aligned((across > down ? across : down) * sizeof(int16_t));
    r.total = r.sums + aligned((PDQI_STEP * longer + 2 * PAD) * sizeof(int16_t));
    return r;
}

size_t pdqi_shrinker_room(uint32_t given_width, uint32_t given_height, uint32_t width, uint32_t height)
{
    if (!side_ok(given_width, width) || !side_ok(given_height, height) || width > PDQL_MAX_PIXELS / height)
        return 0;
    return rooms(given_width, given_height, width, height).total;
}

void pdqi_shrinker_init(pdqi_shrinker *s, void *memory, uint32_t given_width, uint32_t given_height,
                        uint32_t width, uint32_t height)
{
    const room r = rooms(given_width, given_height, width, height);
    uint8_t *const at = memory;
    memset(s, 0, sizeof *s);
    memset(at, 0, r.total);
    s->weights = (int16_t *)(void *)(at + r.weights);
    s->sums = (int16_t *)(void *)(at + r.sums);
    pdqi_axis_init(&s->x, (uint16_t *)(void *)(at + r.x), width, given_width);
    pdqi_axis_init(&s->y, (uint16_t *)(void *)(at + r.y), height, given_height);
}

/* ---- weights of a line, for steps of several bytes ---------------------- */

/* The weights of each tent times the factors of a step's bytes; returns the largest. */
static uint32_t expand_tents(const pdqi_axis *axis, size_t step, const uint32_t *factor, int16_t *out,
                             uint32_t offset[PDQI_TENTS], uint32_t vectors[PDQI_TENTS], int64_t sum[PDQI_TENTS])
{
    uint32_t largest = 0, end = 0;
    for (uint32_t d = 0; d < axis->tents; d++) {
        const uint32_t n = axis->count[d] * (uint32_t)step, padded = (n + PDQI_LANES - 1) / PDQI_LANES * PDQI_LANES;
        const uint16_t *weight = axis->weights + axis->offset[d];
        offset[d] = end;
        vectors[d] = padded / PDQI_LANES;
        sum[d] = 0;
        memset(out + end, 0, padded * sizeof *out);
        for (uint32_t t = 0; t < axis->count[d]; t++)
            for (uint32_t b = 0; b < step; b++) {
                const uint32_t value = weight[t] * factor[b];
                out[end + t * (uint32_t)step + b] = (int16_t)value;
                sum[d] += value;
                largest = value > largest ? value : largest;
            }
        end += padded;
    }
    return largest;
}

/* Makes the lines of `axis` ready for such steps, if they are not so already. */
static void expand(pdqi_shrinker *s, const pdqi_axis *axis, size_t step, const uint32_t factor[PDQI_STEP])
{
    if (s->expanded == axis && s->step == step && !memcmp(s->factor, factor, sizeof s->factor))
        return;
    uint32_t offset[PDQI_TENTS], vectors[PDQI_TENTS];
    int64_t sum[PDQI_TENTS];
    const uint32_t largest = expand_tents(axis, step, factor, s->weights, offset, vectors, sum);
    for (int m = 0; m < 2; m++) {
        pdqi_line *line = &s->line[m];
        line->sums = axis->sums;
        line->batch = (UINT32_C(1) << 31) / (2 * PDQI_BIAS) / (largest + 1);
        line->weights = s->weights;
        line->alike = 0;
        line->narrow = 1;
        for (uint32_t i = 0; i < axis->sums; i++) {
            const uint32_t tent = axis->tent[m][i];
            line->start[i] = axis->first[m][i] * (uint32_t)step;
            line->offset[i] = offset[tent];
            line->vectors[i] = vectors[tent];
            line->bias[i] = sum[tent] * PDQI_BIAS;
            line->narrow &= line->bias[i] <= INT32_MAX;
            line->alike += line->alike == i && i < PDQI_SIDE && tent == axis->tent[m][0];
        }
    }
    s->expanded = axis;
    s->step = step;
    memcpy(s->factor, factor, sizeof s->factor);
}

static uint32_t heaviest(const pdqi_axis *axis)
{
    uint32_t most = 0;
    for (uint32_t d = 0; d < axis->tents; d++)
        for (uint32_t t = 0; t < axis->count[d]; t++) {
            const uint32_t weight = axis->weights[axis->offset[d] + t];
            most = weight > most ? weight : most;
        }
    return most;
}

/* ---- one pass ----------------------------------------------------------- */

typedef int64_t totals[PDQI_SUMS];

typedef struct pass {
    const pdqi_hash_kernels *k;
    const pdqi_shrinker *s;
    const pdqi_source *source;
    const pdqi_axis *across, *down;
    pdqi_cells *const (*cells)[2];
    uint32_t line_factor[PDQI_STEP];    /* of the byte of a step that a line starts on */
    size_t line_starts;                 /* 1, or the bytes of a step where each is summed apart */
    size_t reach;                       /* values of a row of sums */
    pdqi_rows rows;
    uint32_t y[PDQI_GROUP], weight[2];
    int views[2], n_views;              /* v of the rows' first and second weights */
    totals sum[2][2], kept[2][2];       /* of a view's line and mirrored line */
    int64_t biases[2];                  /* that the sums lack, of a view */
    const pdqi_follower *follower;      /* or NULL */
} pass;

/* Brightness is taken on the way across, or of each byte of a step apart where the weights would pass 16 bits. */
static void plan(pass *p, pdqi_shrinker *s)
{
    const pdqi_source *source = p->source;
    static const uint32_t ONE[PDQI_STEP] = { 1 };
    const size_t step = source->step > PDQI_STEP ? 1 : source->step;
    uint32_t most = 0;
    for (size_t b = 0; b < step; b++)
        most = source->factor[b] > most ? source->factor[b] : most;
    const int mixed = (uint64_t)most * heaviest(p->across) <= MAX_WEIGHT;
    expand(s, p->across, step, mixed ? source->factor : ONE);
    p->line_starts = mixed ? 1 : step;
    for (size_t b = 0; b < step; b++)
        p->line_factor[b] = mixed ? 1 : source->factor[b];
    p->reach = step * p->across->length;
}

/* weigh for pixels too far apart to read what lies between. */
static void weigh_sparse(const pdqi_rows *rows, size_t n, size_t step, int16_t *const out[2])
{
    for (int v = 0; v < 2 && out[v]; v++) {
        for (size_t x = 0; x < n; x++)
            out[v][x] = (int16_t)-PDQI_BIAS;
        for (size_t r = 0; r < rows->n; r++) {
            const uint8_t *at = rows->row[r];
            const int weight = rows->weight[v][r];
            for (size_t x = 0; weight && x < n; x++)
                out[v][x] = (int16_t)(uint16_t)(out[v][x] + weight * at[x * step]);
        }
    }
}

/* Adds what a row of 16-bit sums comes to across, less what the bias of the sums does. */
static void across(pass *p, const int16_t *values, uint32_t plane_factor, int view)
{
    for (size_t b = 0; b < p->line_starts; b++) {
        const int64_t factor = (int64_t)p->line_factor[b] * plane_factor;
        for (int h = 0; h < 2 && factor; h++) {
            if (!p->cells[view][h])
                continue;
            const pdqi_line *line = &p->s->line[h ^ p->source->mirrored];
            if (factor == 1) {
                p->k->dots(line, values + b, p->sum[view][h]);
                continue;
            }
            totals out = { 0 };
            p->k->dots(line, values + b, out);
            for (uint32_t i = 0; i < line->sums; i++)
                p->sum[view][h][i] += factor * out[i];
        }
        p->biases[view] += factor;
    }
}

/* The rows that were gathered, of every plane. */
static void flush(pass *p)
{
    const pdqi_source *source = p->source;
    if (!p->rows.n)
        return;
    int16_t *const out[2] = { p->s->sums, p->n_views > 1 ? p->s->sums + p->reach + PAD : NULL };
    for (unsigned c = 0; c < source->planes; c++) {
        for (size_t r = 0; r < p->rows.n; r++)
            p->rows.row[r] = source->base[c] + (ptrdiff_t)p->y[r] * source->row_stride;
        if (source->step > PDQI_STEP)
            weigh_sparse(&p->rows, source->width, source->step, out);
        else
            p->k->weigh(&p->rows, source->row_bytes, out);
        for (int i = 0; i < p->n_views; i++)
            across(p, out[i], source->plane_factor[c], p->views[i]);
    }
    p->rows.n = 0;
    p->weight[0] = p->weight[1] = 0;
}

/* Row y with these weights, in pieces that fit a group. */
static void gather(pass *p, uint32_t y, uint32_t a, uint32_t b)
{
    while (a | b) {
        const uint32_t piece[2] = { a < PDQI_PIECE ? a : PDQI_PIECE, b < PDQI_PIECE ? b : PDQI_PIECE };
        if (p->rows.n == PDQI_GROUP || p->weight[0] + piece[0] > PDQI_CHUNK || p->weight[1] + piece[1] > PDQI_CHUNK)
            flush(p);
        p->y[p->rows.n] = y;
        for (int v = 0; v < 2; v++) {
            p->rows.weight[v][p->rows.n] = (uint8_t)piece[v];
            p->weight[v] += piece[v];
        }
        p->rows.n++;
        a -= piece[0];
        b -= piece[1];
    }
}

static uint32_t weight_at(const pdqi_axis *axis, int view, uint32_t i, uint32_t y)
{
    const uint32_t tent = axis->tent[view][i], t = y - axis->first[view][i];
    return t < axis->count[tent] ? axis->weights[axis->offset[tent] + t] : 0;
}

/* Sums over the rows: sum i[n] of view views[n], for n_views of them that are read along. */
static void sweep(pass *p, const uint32_t *i)
{
    uint32_t from = UINT32_MAX, to = 0;
    for (int n = 0; n < p->n_views; n++) {
        const int view = p->views[n];
        const uint32_t first = p->down->first[view][i[n]], end = first + p->down->count[p->down->tent[view][i[n]]];
        from = first < from ? first : from;
        to = end > to ? end : to;
        memset(p->sum[view], 0, sizeof p->sum[view]);
        p->biases[view] = 0;
    }
    for (uint32_t y = from; y < to; y++)
        gather(p, y, weight_at(p->down, p->views[0], i[0], y),
               p->n_views > 1 ? weight_at(p->down, p->views[1], i[1], y) : 0);
    flush(p);
    if (p->follower)
        p->follower->rows(p->follower->ctx, to);
}

/* ---- sums to cells ------------------------------------------------------- */

static void put(const pass *p, const int64_t *luma, int bottom, float *cells)
{
    const double black = p->source->limited ? 16.0 : 0.0, stretch = p->source->limited ? 255.0 / 219.0 : 1.0;
    const uint64_t row = p->down->divisor[bottom];
    const double unit = p->source->unit;
    const double most = 1.0 / ((double)(p->across->divisor[0] * row) * unit);
    const double edge = 1.0 / ((double)(p->across->divisor[1] * row) * unit);
    p->k->cells(luma, most, black, stretch, cells);
    cells[LAST] = (float)(((double)luma[LAST] * edge - black) * stretch);
}

/* Sum i of a view is there: it is a row of cells, or with the next the last one. */
static void finish(pass *p, int view, uint32_t i)
{
    for (int h = 0; h < 2; h++) {
        if (!p->cells[view][h])
            continue;
        const pdqi_line *line = &p->s->line[h ^ p->source->mirrored];
        int64_t *luma = p->sum[view][h], *kept = p->kept[view][h];
        const int64_t biases = p->biases[view];
        for (uint32_t j = 0; biases == 1 && j < PDQI_SUMS; j++)
            luma[j] += line->bias[j];
        for (uint32_t j = 0; biases != 1 && j < PDQI_SUMS; j++)
            luma[j] += line->bias[j] * biases;
        if (p->across->sums > PDQI_SIDE)
            luma[LAST] = luma[LAST] * p->across->edge + luma[PDQI_SIDE];
        if (p->down->sums > PDQI_SIDE && i == LAST) {
            memcpy(kept, luma, PDQI_SIDE * sizeof *kept);
            continue;
        }
        for (int j = 0; i == PDQI_SIDE && j < PDQI_SIDE; j++)
            luma[j] += kept[j] * p->down->edge;
        const uint32_t row = i < PDQI_SIDE ? i : LAST;
        put(p, luma, row == LAST, (*p->cells[view][h])[row]);
    }
}

static void one_view(pass *p, int view, uint32_t from)
{
    p->views[0] = view;
    p->n_views = 1;
    for (uint32_t i = from; i < p->down->sums; i++) {
        sweep(p, &i);
        finish(p, view, i);
    }
}

/* Row i from the top and row i from the bottom, mirrored, take nearly the same rows: they are read once. */
static void both_views(pass *p)
{
    p->views[0] = 0, p->views[1] = 1;
    for (uint32_t i = 0; i < PDQI_SIDE; i++) {
        const uint32_t pair[2] = { i, LAST - i };
        p->n_views = 2;
        sweep(p, pair);
        finish(p, 0, pair[0]);
        finish(p, 1, pair[1]);
    }
}

void pdqi_shrink(const pdqi_hash_kernels *k, pdqi_shrinker *s, const pdqi_source *source,
                 pdqi_cells *const cells[2][2], const pdqi_follower *follower)
{
    pass p = { .k = k, .s = s, .source = source, .cells = cells, .follower = follower };
    p.across = source->transposed ? &s->y : &s->x;
    p.down = source->transposed ? &s->x : &s->y;
    plan(&p, s);
    const int flipped = cells[1][0] || cells[1][1];
    if (flipped && 2 * (p.reach + PAD) <= PDQI_STEP * (size_t)p.across->length + 2 * PAD) {
        both_views(&p);
        one_view(&p, 0, PDQI_SIDE);
        one_view(&p, 1, PDQI_SIDE);
        return;
    }
    one_view(&p, 0, 0);
    if (flipped)
        one_view(&p, 1, 0);
}
