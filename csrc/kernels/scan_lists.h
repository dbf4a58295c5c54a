/*
 * kernels/scan_lists.h - walking a list of the self-index block by block, written once
 *
 * The file that includes this defines, for the 32 values at `block` (PDQI_LIST_BLOCK), which differ from
 * `query` in at most `limit` bits, a bit a value: of 16 bits, values_near(block, query, limit), and of
 * one byte, bytes_near(block, query, limit). What they make of query and limit is made once: they are inlined.
 */
#define WALK(NEAR) \
    const uint8_t *block = list + (size_t)(first / PDQI_LIST_BLOCK) * block_bytes; \
    uint32_t keep = ~0u << first % PDQI_LIST_BLOCK; \
    size_t n = 0; \
    for (uint32_t base = first - first % PDQI_LIST_BLOCK; base < end; base += PDQI_LIST_BLOCK) { \
        if (end - base < PDQI_LIST_BLOCK) \
            keep &= (1u << (end - base)) - 1; \
        for (uint32_t found = NEAR(block, query, limit) & keep; found; found &= found - 1) \
            out[n++] = base + pdqi_lowest(found); \
        keep = ~0u; \
        block += block_bytes; \
    } \
    return n

static size_t run_within(const uint8_t *list, size_t block_bytes, uint32_t first, uint32_t end, unsigned query,
                         unsigned limit, uint32_t *out)
{
    WALK(values_near);
}

static size_t lows_within(const uint8_t *list, size_t block_bytes, uint32_t first, uint32_t end, unsigned query,
                          unsigned limit, uint32_t *out)
{
    WALK(bytes_near);
}
#undef WALK
