/*
 * slice_many.h - one slice against many queries, written once for every width of vector
 *
 * Goes after slice.h and uses its macros. Three columns at a time, the sum of
 * what differs is one of 8 pairs of bits (ones and twos) whichever way the
 * query's three bits lie. Those are worked out once for the slice; a query
 * then only picks and adds them (the Four Russians' method on full adders),
 * which takes little more than half the work of slice.h for each query.
 *
 * In a group's table, V 0..7 are the twos for pattern 0..7 and V 8, 9 the ones
 * for a pattern with an even or odd number of set bits.
 */
enum { TABLE_VECTORS = 10 };

#define PARITY(x) (0x96u >> (x) & 1)

static inline void make_table(const uint8_t *p, V *table)
{
    const V a = V_LOAD(p), b = V_LOAD(p + PDQI_COLUMN_BYTES), c = V_LOAD(p + 2 * PDQI_COLUMN_BYTES);
    const V all = V_MASK(~0u), na = V_XOR(a, all);
    V sum = a;
    table[0] = add3(&sum, a, b, c); /* the sum goes to *sum */
    table[8] = sum;
    table[9] = V_XOR(sum, all);
    table[7] = V_XOR(table[0], all);
    table[1] = add3(&sum, na, b, c);
    table[6] = V_XOR(table[1], all);
    table[2] = add3(&sum, a, V_XOR(b, all), c);
    table[5] = V_XOR(table[2], all);
    table[4] = add3(&sum, a, b, V_XOR(c, all));
    table[3] = V_XOR(table[4], all);
}

/* Eight groups, 24 columns: adds their ones and twos to planes 0..3; carries into plane 4 in k0 and k1. */
static inline void add_groups(const V (*table)[TABLE_VECTORS], const uint8_t *pattern, V *plane, V *k0, V *k1)
{
    V fours[6];
    for (unsigned i = 0; i < 4; i++) {
        const unsigned x = pattern[2 * i], y = pattern[2 * i + 1];
        const V *tx = table[2 * i], *ty = table[2 * i + 1];
        const V t = add3(&plane[0], plane[0], tx[8 + PARITY(x)], ty[8 + PARITY(y)]);
        const V f = add3(&plane[1], plane[1], tx[x], ty[y]);
        if (i % 2 == 0) {
            fours[i / 2 * 3] = f;
            fours[i / 2 * 3 + 1] = t;
        } else {
            const V u = add3(&plane[1], plane[1], fours[i / 2 * 3 + 1], t);
            fours[i / 2 * 3 + 1] = f;
            fours[i / 2 * 3 + 2] = u;
        }
    }
    const V e0 = add3(&plane[2], plane[2], fours[0], fours[1]);
    const V e1 = add3(&plane[2], plane[2], fours[2], fours[3]);
    const V e2 = add3(&plane[2], plane[2], fours[4], fours[5]);
    *k0 = add3(&plane[3], plane[3], e0, e1);
    *k1 = V_AND(plane[3], e2);
    plane[3] = V_XOR(plane[3], e2);
}

static inline V carry_up(V *plane, unsigned n_planes, V carry)
{
    for (unsigned i = 4; i < n_planes; i++) {
        const V next = V_AND(plane[i], carry);
        plane[i] = V_XOR(plane[i], carry);
        carry = next;
    }
    return carry;
}

/* Whether, after these batches of columns, a row of this vector is still within. */
static inline int left_within(const V (*table)[TABLE_VECTORS], const uint8_t *pattern, unsigned n_batches,
                              unsigned n_planes, unsigned bias)
{
    V plane[PDQI_MAX_PLANES], over = V_MASK(0), k0, k1;
    for (unsigned i = 0; i < n_planes; i++)
        plane[i] = V_MASK(0u - (bias >> i & 1));
    for (unsigned batch = 0; batch < n_batches; batch++) {
        add_groups(table + batch * 8, pattern + batch * 8, plane, &k0, &k1);
        over = V_OR(over, carry_up(plane, n_planes, k0));
        over = V_OR(over, carry_up(plane, n_planes, k1));
        if (batch >= 2 && V_FULL(over))
            return 0;
    }
    return 1;
}

static uint64_t slice_maybe(const uint8_t *slice, const uint8_t (*patterns)[PDQI_PATTERNS], size_t n_queries,
                            unsigned n_batches, unsigned radius)
{
    V table[PDQI_PATTERNS][TABLE_VECTORS];
    uint64_t maybe = 0;
    const unsigned n_planes = radius < 32 ? 5 : 6;
    for (size_t lane = 0; lane < PDQI_COLUMN_BYTES; lane += V_BYTES) {
        for (size_t g = 0; g < n_batches * 8; g++)
            make_table(slice + lane + g * 3 * PDQI_COLUMN_BYTES, table[g]);
        for (size_t q = 0; q < n_queries; q++) {
            const int left = n_planes == 5 ? left_within((const V(*)[TABLE_VECTORS])table, patterns[q], n_batches, 5, 31 - radius)
                                           : left_within((const V(*)[TABLE_VECTORS])table, patterns[q], n_batches, 6, 63 - radius);
            maybe |= (uint64_t)left << q;
        }
    }
    return maybe;
}
