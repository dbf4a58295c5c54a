/*
 * kernels/scan_slice_many.h - one slice against many queries, written once for every width of vector
 *
 * Goes after kernels/scan_slice.h and uses its macros. Of four columns it asks one thing
 * only: do at least two of them differ? That is one bit of a row for each of
 * the 16 ways a query's four bits can lie, worked out once for the slice; a
 * query then picks its vectors from the table and counts them (the Four
 * Russians' method). A row within the radius has at most radius / 2 such fours,
 * and random rows have 11 in 16: 160 columns counted this coarsely tell as much
 * as 110 counted in full, for a third of the work.
 */
enum { TABLE_VECTORS = 16, TABLE_STEP = 16, NEAR_BATCHES = 5, ALL_BATCHES = 8 };

/* Table entry x: where two or more of the four columns at `p` differ from the bits of x, lowest first. */
static inline void make_table(const uint8_t *p, V *table)
{
    const V all = V_MASK(~0u);
    for (unsigned y = 0; y < 4; y++) {
        const V c = V_XOR(V_LOAD(p + 2 * PDQI_COLUMN_BYTES), y & 1 ? all : V_MASK(0));
        const V d = V_XOR(V_LOAD(p + 3 * PDQI_COLUMN_BYTES), y & 2 ? all : V_MASK(0));
        const V one = V_OR(c, d), two = V_AND(c, d);
        for (unsigned x = 0; x < 4; x++) {
            const V a = V_XOR(V_LOAD(p), x & 1 ? all : V_MASK(0));
            const V b = V_XOR(V_LOAD(p + PDQI_COLUMN_BYTES), x & 2 ? all : V_MASK(0));
            table[x + 4 * y] = V_OR(V_CHOOSE(one, V_OR(a, b), V_AND(a, b)), two);
        }
    }
}

static inline V picked(const V *table, const uint8_t *pattern, unsigned g)
{
    return *(const V *)(const void *)((const uint8_t *)table + (size_t)g * TABLE_VECTORS * V_BYTES
                                      + (size_t)pattern[g] * V_BYTES / TABLE_STEP);
}

/* Adds four groups, from g on, to planes 0 and 1; returns the carry into plane 2. */
static inline V add4_groups(const V *table, const uint8_t *pattern, unsigned g, V *plane)
{
    const V a = add3(&plane[0], plane[0], picked(table, pattern, g), picked(table, pattern, g + 1));
    const V b = add3(&plane[0], plane[0], picked(table, pattern, g + 2), picked(table, pattern, g + 3));
    return add3(&plane[1], plane[1], a, b);
}

/* Whether, after these batches of columns, a row of this vector is still within. */
static inline int left_within(const V *table, const uint8_t *pattern, unsigned n_batches, unsigned n_planes,
                              unsigned bias)
{
    V plane[PDQI_MAX_PLANES], over = V_MASK(0);
    for (unsigned i = 0; i < n_planes; i++)
        plane[i] = V_MASK(0u - (bias >> i & 1));
    for (unsigned batch = 0; batch < n_batches; batch++) {
        const V a = add4_groups(table, pattern, 8 * batch, plane);
        const V b = add4_groups(table, pattern, 8 * batch + 4, plane);
        V carry = add3(&plane[2], plane[2], a, b);
        for (unsigned i = 3; i < n_planes; i++) {
            const V next = V_AND(plane[i], carry);
            plane[i] = V_XOR(plane[i], carry);
            carry = next;
        }
        over = V_OR(over, carry);
    }
    return !V_FULL(over);
}

static uint64_t slice_maybe(const uint8_t *slice, const uint8_t (*patterns)[PDQI_PATTERNS], size_t n_queries,
                            unsigned radius)
{
    V table[PDQI_PATTERNS * TABLE_VECTORS];
    uint64_t maybe = 0;
    const int near = radius < 32;
    for (size_t lane = 0; lane < PDQI_COLUMN_BYTES; lane += V_BYTES) {
        for (size_t g = 0; g < (near ? NEAR_BATCHES : ALL_BATCHES) * 8; g++)
            make_table(slice + lane + g * 4 * PDQI_COLUMN_BYTES, table + g * TABLE_VECTORS);
        for (size_t q = 0; q < n_queries; q++) { /* one of two loops, unrolled */
            const int left = near ? left_within(table, patterns[q], NEAR_BATCHES, 4, 15 - radius / 2)
                                  : left_within(table, patterns[q], ALL_BATCHES, 5, 31 - radius / 2);
            maybe |= (uint64_t)left << q;
        }
    }
    return maybe;
}
