/*
 * kernels/uncrop_strong.h - counting 64 columns of bits, written once for every width of vector
 *
 * A tree of full adders (Harley and Seal, as in kernels/scan_slice.h) with a fixed number of inputs and a
 * fixed threshold: the sixteens start at one, so a count of 48 and more makes both
 * carries into the thirty-twos, and no comparison is needed.
 *
 * The file that includes this defines, for its vector type V: V_BYTES, V_LOAD(p),
 * V_STORE(p, v), V_ZERO, V_ONES, V_XOR, V_AND, V_CHOOSE(s, a, b) (a where s is 1, else b), V_ANY(v);
 * and, where one instruction does it, V_SUM3(a, b, c) and V_MAJ3(a, b, c): the low and high bit of a sum.
 */
#ifndef V_SUM3
#define V_SUM3(a, b, c) V_XOR(V_XOR(a, b), c)
#define V_MAJ3(a, b, c) V_CHOOSE(V_XOR(a, b), c, a)
#endif

/* Adds two bits to the sum; returns the carry. */
static inline __attribute__((always_inline)) V add_two(V *sum, V a, V b)
{
    const V carry = V_MAJ3(a, b, *sum);
    *sum = V_SUM3(a, b, *sum);
    return carry;
}

static inline __attribute__((always_inline)) V at_column(const uint8_t *columns, uint16_t number)
{
    return V_LOAD(columns + (size_t)number * 32);
}

/* Adds eight columns to the ones, twos and fours; returns the carry into the eights. */
static inline __attribute__((always_inline)) V add_eight(const uint8_t *columns, const uint16_t *set, V sum[3])
{
    V twos[4];
    for (int i = 0; i < 4; i++)
        twos[i] = add_two(&sum[0], at_column(columns, set[2 * i]), at_column(columns, set[2 * i + 1]));
    const V a = add_two(&sum[1], twos[0], twos[1]), b = add_two(&sum[1], twos[2], twos[3]);
    return add_two(&sum[2], a, b);
}

static inline __attribute__((always_inline)) V strong_rows(const uint8_t *columns, const uint16_t *set)
{
    V sum[3] = { V_ZERO, V_ZERO, V_ZERO }, eights = V_ZERO, sixteens = V_ONES, carry[4];
    for (int i = 0; i < 4; i++) {
        const V a = add_eight(columns, set + 16 * i, sum), b = add_eight(columns, set + 16 * i + 8, sum);
        carry[i] = add_two(&eights, a, b);
    }
    const V a = add_two(&sixteens, carry[0], carry[1]), b = add_two(&sixteens, carry[2], carry[3]);
    return V_AND(a, b);
}

static uint64_t strong(const uint8_t *columns, const uint16_t (*sets)[PDQI_STRONG], size_t n, uint8_t (*masks)[32])
{
    uint64_t any = 0;
    for (size_t s = 0; s < n; s++)
        for (size_t lane = 0; lane < 32; lane += V_BYTES) {
            const V rows = strong_rows(columns + lane, sets[s]);
            V_STORE(masks[s] + lane, rows);
            any |= (uint64_t)V_ANY(rows) << s;
        }
    return any;
}
