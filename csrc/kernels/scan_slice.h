/*
 * kernels/scan_slice.h - counting a slice, written once for every width of vector
 *
 * 256 rows lie as 256 columns of bits. The XOR with the query makes of each
 * column the bits that differ, and a tree of full adders (Harley and Seal)
 * sums 16 columns into counters that lie sliced too: bit i of all counters is
 * plane i. Counters start at 2^planes - 1 - radius, so that a counter past
 * the radius overflows; overflow sticks. When every row has overflowed the
 * rest of the slice need not be read: for random rows and radius 31 that is
 * after 96 of 256 columns, almost always.
 *
 * The file that includes this defines, for its vector type V:
 *   V_BYTES, V_LOAD(p), V_STORE(p, v), V_MASK(m) (all lanes m, 0 or ~0 of 32 bits),
 *   V_XOR, V_AND, V_OR, V_CHOOSE(s, a, b) (a where s is 1, else b), V_FULL(v) (all ones?)
 * and, where there are instructions for them, V_SUM3 and V_MAJ3, parity and majority of three
 */

enum { AHEAD_COLUMNS = 96 };

/* Adds three bits: `sum` gets the low one; returns the carry. */
static inline V add3(V *sum, V a, V b, V c)
{
#ifdef V_SUM3
    *sum = V_SUM3(a, b, c);
    return V_MAJ3(a, b, c);
#else
    const V differ = V_XOR(a, b);
    *sum = V_XOR(differ, c);
    return V_CHOOSE(differ, c, a);
#endif
}

static inline V column(const uint8_t *p, const uint32_t *masks, unsigned j)
{
    return V_XOR(V_LOAD(p + (size_t)j * PDQI_COLUMN_BYTES), V_MASK(masks[j]));
}

/* Adds columns j, j+1, j+2, j+3 to planes 0 and 1; returns the carry into plane 2. */
static inline V add4(const uint8_t *p, const uint32_t *masks, unsigned j, V *ones, V *twos)
{
    const V a = add3(ones, *ones, column(p, masks, j), column(p, masks, j + 1));
    const V b = add3(ones, *ones, column(p, masks, j + 2), column(p, masks, j + 3));
    return add3(twos, *twos, a, b);
}

static inline V add8(const uint8_t *p, const uint32_t *masks, unsigned j, V *plane)
{
    const V a = add4(p, masks, j, &plane[0], &plane[1]);
    const V b = add4(p, masks, j + 4, &plane[0], &plane[1]);
    return add3(&plane[2], plane[2], a, b);
}

/* One vector of rows; `p` is its part of column 0. Returns 0 if none is within. */
static inline int count_lane(const uint8_t *p, const uint8_t *ahead, const uint32_t *masks, unsigned n_planes,
                             unsigned bias, size_t lane, pdqi_counts *counts)
{
    V plane[PDQI_MAX_PLANES], over = V_MASK(0);
    for (unsigned i = 0; i < n_planes; i++)
        plane[i] = V_MASK(0u - (bias >> i & 1));
    for (unsigned j = 0; j < PDQL_HASH_BITS; j += 16) {
        if (ahead && j < AHEAD_COLUMNS) /* a few lines at a time: many at once and the core waits for them */
            for (unsigned at = 0; at < 16 * PDQI_COLUMN_BYTES; at += 64)
                pdqi_prefetch_many(ahead + (size_t)j * PDQI_COLUMN_BYTES + at);
        const V a = add8(p, masks, j, plane), b = add8(p, masks, j + 8, plane);
        V carry = add3(&plane[3], plane[3], a, b);
        for (unsigned i = 4; i < n_planes; i++) {
            const V next = V_AND(plane[i], carry);
            plane[i] = V_XOR(plane[i], carry);
            carry = next;
        }
        over = V_OR(over, carry);
        if (j >= 32 && V_FULL(over))
            return 0;
    }
    V_STORE(counts->within + lane, V_XOR(over, V_MASK(~0u)));
    for (unsigned i = 0; i < n_planes; i++)
        V_STORE(counts->plane[i] + lane, plane[i]);
    return 1;
}

static inline int count_slice(const uint8_t *slice, const uint8_t *ahead, const uint32_t *masks, unsigned n_planes,
                              unsigned radius, pdqi_counts *counts)
{
    const unsigned bias = (1u << n_planes) - 1 - radius;
    int any = 0;
    for (size_t lane = 0; lane < PDQI_COLUMN_BYTES; lane += V_BYTES) {
        const int some = count_lane(slice + lane, lane ? NULL : ahead, masks, n_planes, bias, lane, counts);
        if (!some)
            V_STORE(counts->within + lane, V_MASK(0));
        any |= some;
    }
    counts->n_planes = n_planes;
    counts->bias = bias;
    return any;
}

static int slice_within(const uint8_t *slice, const uint8_t *ahead, const uint32_t *masks, unsigned radius,
                        pdqi_counts *counts)
{
    if (radius < 32) /* the usual case, with its loops unrolled */
        return count_slice(slice, ahead, masks, 5, radius, counts);
    unsigned n_planes = 6;
    while (radius >> n_planes)
        n_planes++;
    return count_slice(slice, ahead, masks, n_planes, radius, counts);
}
