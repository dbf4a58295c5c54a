/*
 * pdq/downsample.c - the 64 x 64 cells of a picture: two banded products of whole numbers
 *
 * A(64x64) = R_H * luma * R_W^T. Down first: the bytes of a few rows, weighted,
 * into one row of 16-bit sums; then across, where the channels are mixed to
 * brightness by the way. Sums are exact, so neither their order nor a turned
 * picture shows; one multiplication makes each a float.
 */
#include "pdq/downsample.h"

#include "kernels/kernels.h"

#include <string.h>

enum {
    LAST = PDQI_SIDE - 1,
    MAX_WEIGHT = 32767,
    DIRECT = PDQI_X86 /* some kernel makes cells of sums at once: elsewhere that code is left out */
};

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

/* All weights of a tent that takes most. */
static uint32_t total_of(const pdqi_axis *axis)
{
    uint32_t most = 0;
    for (uint32_t d = 0; d < axis->tents; d++) {
        uint32_t total = 0;
        for (uint32_t t = 0; t < axis->count[d]; t++)
            total += axis->weights[axis->offset[d] + t];
        most = total > most ? total : most;
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
    int directions[2], n_directions;              /* v of the rows' first and second weights */
    totals sum[2][2], kept[2][2];       /* of a direction's line and mirrored line */
    int64_t biases[2];                  /* that the sums lack, of a direction */
    /* a row of 16-bit sums can become a row of cells at once */
    int direct;
    int light;                          /* the rows of any one sum are one group */
    int fresh;                          /* nothing is summed yet in this sweep */
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
    pdqi_shrinker_expand(s, p->across, step, mixed ? source->factor : ONE);
    p->line_starts = mixed ? 1 : step;
    for (size_t b = 0; b < step; b++)
        p->line_factor[b] = mixed ? 1 : source->factor[b];
    p->reach = step * p->across->length;
    p->light = heaviest(p->down) <= PDQI_PIECE && total_of(p->down) <= PDQI_CHUNK;
    p->direct = p->k->direct && source->planes == 1 && p->line_starts == 1 && p->s->line[0].narrow
        && p->line_factor[0] * source->plane_factor[0] == 1;
}

/* What makes brightness of sums: of the row of cells at the bottom, or of another. */
static pdqi_levels levels_of(const pass *p, int bottom)
{
    const double per = (double)(p->across->divisor[0] * p->down->divisor[bottom]) * p->source->unit;
    const double per_edge = (double)(p->across->divisor[1] * p->down->divisor[bottom]) * p->source->unit;
    pdqi_levels l = { 1.0 / per, 1.0 / per_edge, 0.0, 1.0 };
    if (p->source->limited)
        l.black = 16.0, l.stretch = 255.0 / 219.0;
    return l;
}

static float level(const pdqi_levels *l, int64_t luma, double scale)
{
    return (float)(((double)luma * scale - l->black) * l->stretch);
}

/* A row of sums, all of the rows there are for it, to a row of cells. */
static void make_row(pass *p, const int16_t *values, int direction, uint32_t row)
{
    const pdqi_levels l = levels_of(p, row == LAST);
    for (int h = 0; h < 2; h++) {
        if (!p->cells[direction][h])
            continue;
        const pdqi_line *line = &p->s->line[h ^ p->source->mirrored];
        float *cells = (*p->cells[direction][h])[row];
        totals sum;
        uint32_t j = p->k->direct(line, values, &l, cells, sum);
        for (; j < LAST; j++)
            cells[j] = level(&l, sum[j] + line->bias[j], l.scale);
        int64_t last = sum[LAST] + line->bias[LAST];
        if (p->across->sums > PDQI_SIDE)
            last = last * p->across->edge + sum[PDQI_SIDE] + line->bias[PDQI_SIDE];
        cells[LAST] = level(&l, last, l.edge);
    }
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
static void across(pass *p, const int16_t *values, uint32_t plane_factor, int direction)
{
    for (size_t b = 0; b < p->line_starts; b++) {
        const int64_t factor = (int64_t)p->line_factor[b] * plane_factor;
        for (int h = 0; h < 2 && factor; h++) {
            if (!p->cells[direction][h])
                continue;
            const pdqi_line *line = &p->s->line[h ^ p->source->mirrored];
            if (factor == 1) {
                p->k->dots(line, values + b, p->sum[direction][h]);
                continue;
            }
            totals out = { 0 };
            p->k->dots(line, values + b, out);
            for (uint32_t i = 0; i < line->sums; i++)
                p->sum[direction][h][i] += factor * out[i];
        }
        p->biases[direction] += factor;
    }
}

static void across_views(pass *p, int16_t *const *values, uint32_t plane_factor)
{
    for (int n = 0; n < p->n_directions; n++) {
        const int direction = p->directions[n];
        if (p->fresh) {
            memset(p->sum[direction], 0, sizeof p->sum[direction]);
            p->biases[direction] = 0;
        }
        across(p, values[n], plane_factor, direction);
    }
    p->fresh = 0;
}

/* The rows that were gathered, of every plane, to sums or, if `made` says so, to these rows of cells. */
static void flush(pass *p, const uint32_t *made)
{
    const pdqi_source *source = p->source;
    int16_t *const out[2] = { p->s->sums, p->n_directions > 1 ? p->s->sums + p->reach + PDQI_PAD : NULL };
    for (unsigned c = 0; c < source->planes; c++) {
        for (size_t r = 0; r < p->rows.n; r++)
            p->rows.row[r] = source->base[c] + (ptrdiff_t)p->y[r] * source->row_stride;
        if (source->step > PDQI_STEP)
            weigh_sparse(&p->rows, source->width, source->step, out);
        else
            p->k->weigh(&p->rows, source->row_bytes, out);
        if (!made)
            across_views(p, out, source->plane_factor[c]);
        for (int n = 0; made && n < p->n_directions; n++)
            make_row(p, out[n], p->directions[n], made[n]);
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
            flush(p, NULL);
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

static uint32_t weight_at(const pdqi_axis *axis, int direction, uint32_t i, uint32_t y)
{
    const uint32_t tent = axis->tent[direction][i], t = y - axis->first[direction][i];
    return t < axis->count[tent] ? axis->weights[axis->offset[tent] + t] : 0;
}

/* The rows from..to - 1 with the weights of sum i[n] of direction directions[n]: one group. */
static void gather_group(pass *p, const uint32_t *i, uint32_t from, uint32_t to)
{
    p->rows.n = to - from;
    for (uint32_t y = from; y < to; y++)
        p->y[y - from] = y;
    memset(p->rows.weight, 0, sizeof p->rows.weight);
    for (int n = 0; n < p->n_directions; n++) {
        const uint32_t tent = p->down->tent[p->directions[n]][i[n]];
        uint8_t *weight = p->rows.weight[n] + (p->down->first[p->directions[n]][i[n]] - from);
        for (uint32_t t = 0; t < p->down->count[tent]; t++)
            weight[t] = (uint8_t)p->down->weights[p->down->offset[tent] + t];
    }
}

/*
 * Sums over the rows: sum i[n] of direction directions[n], for n_directions of them that are read along. Whether
 * they are cells already.
 */
static int sweep(pass *p, const uint32_t *i)
{
    uint32_t from = UINT32_MAX, to = 0;
    int made = DIRECT && p->direct;
    for (int n = 0; n < p->n_directions; n++) {
        const int direction = p->directions[n];
        const uint32_t first = p->down->first[direction][i[n]],
                       end = first + p->down->count[p->down->tent[direction][i[n]]];
        from = first < from ? first : from;
        to = end > to ? end : to;
        made &= i[n] < LAST || p->down->sums == PDQI_SIDE;
    }
    p->fresh = 1;
    if (p->light && to - from <= PDQI_GROUP)
        gather_group(p, i, from, to);
    else
        for (uint32_t y = from; y < to; y++)
            gather(p, y, weight_at(p->down, p->directions[0], i[0], y),
                   p->n_directions > 1 ? weight_at(p->down, p->directions[1], i[1], y) : 0);
    made &= p->fresh;
    flush(p, made ? i : NULL);
    if (p->follower)
        p->follower->rows(p->follower->ctx, to);
    return made;
}

/* ---- sums to cells ------------------------------------------------------- */

/* Sum i of a direction is there: it is a row of cells, or with the next the last one. */
static void finish(pass *p, int direction, uint32_t i)
{
    for (int h = 0; h < 2; h++) {
        if (!p->cells[direction][h])
            continue;
        const pdqi_line *line = &p->s->line[h ^ p->source->mirrored];
        int64_t *luma = p->sum[direction][h], *kept = p->kept[direction][h];
        const int64_t biases = p->biases[direction];
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
        const pdqi_levels l = levels_of(p, row == LAST);
        float *cells = (*p->cells[direction][h])[row];
        p->k->cells(luma, l.scale, l.black, l.stretch, cells);
        cells[LAST] = level(&l, luma[LAST], l.edge);
    }
}

static void one_direction(pass *p, int direction, uint32_t from)
{
    p->directions[0] = direction;
    p->n_directions = 1;
    for (uint32_t i = from; i < p->down->sums; i++)
        if (!sweep(p, (uint32_t[2]){ i }))
            finish(p, direction, i);
}

/* Row i from the top and row i from the bottom, mirrored, take nearly the same rows: they are read once. */
static void both_views(pass *p)
{
    p->directions[0] = 0, p->directions[1] = 1;
    for (uint32_t i = 0; i < PDQI_SIDE; i++) {
        const uint32_t pair[2] = { i, LAST - i };
        p->n_directions = 2;
        if (sweep(p, pair))
            continue;
        finish(p, 0, pair[0]);
        finish(p, 1, pair[1]);
    }
}

void pdqi_shrink(const pdqi_hash_kernels *k, pdqi_shrinker *s, const pdqi_source *source, pdqi_cells *const cells[2][2],
                 const pdqi_follower *follower)
{
    pass p = { .k = k, .s = s, .source = source, .cells = cells, .follower = follower };
    p.across = source->transposed ? &s->y : &s->x;
    p.down = source->transposed ? &s->x : &s->y;
    plan(&p, s);
    const int flipped = cells[1][0] || cells[1][1];
    if (flipped && 2 * (p.reach + PDQI_PAD) <= PDQI_STEP * (size_t)p.across->length + 2 * PDQI_PAD) {
        both_views(&p);
        one_direction(&p, 0, PDQI_SIDE);
        one_direction(&p, 1, PDQI_SIDE);
        return;
    }
    one_direction(&p, 0, 0);
    if (flipped)
        one_direction(&p, 1, 0);
}
