/*
 * kernels/scan_highs.h - high bytes out of the unary bits of a compact list, written once
 *
 * The file that includes this defines COUNT64(x), set bits of 64, and
 * SELECT64(x, n), the place of the set bit of x with n set bits below it.
 */
static int highs(const uint8_t *bits, uint64_t start, uint32_t first, const uint32_t *places, size_t n, uint8_t *high)
{
    uint64_t word = start / 64;
    uint64_t x = pdqi_load64(bits + (size_t)word * 8) & ~(uint64_t)0 << start % 64;
    uint32_t seen = 0, ones = COUNT64(x);
    for (size_t i = 0; i < n; i++) {
        const uint32_t want = places[i] - first;
        while (want - seen >= ones) {
            seen += ones;
            if (++word * 64 >= start + want + PDQI_HIGH_VALUES)
                return 0;
            x = pdqi_load64(bits + (size_t)word * 8);
            ones = COUNT64(x);
        }
        const uint64_t h = word * 64 + SELECT64(x, want - seen) - start - want;
        if (h >= PDQI_HIGH_VALUES)
            return 0;
        high[i] = (uint8_t)h;
    }
    return 1;
}
