/*
 * index/self_read.c - what one place of a list says, and the rows back
 *
 * Nothing in the block is trusted: what is read here is inside it whatever it
 * says, and callers check places, groups and rows before use.
 */
#include "index/self_layout.h"

/* The offset of a place whose packed one says "look it up"; one that cannot be if it is not there. */
static uint32_t far_offset(const pdql_index *ix, unsigned band, uint32_t place)
{
    const uint8_t *far = ix->block + ix->at_far[band];
    size_t low = 0, high = ix->n_far[band];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (pdqi_load32(far + middle * PDQI_FAR_BYTES) < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ix->n_far[band] ? pdqi_load32(far + low * PDQI_FAR_BYTES + 4) : UINT32_MAX;
}

void pdqi_self_read(const pdqi_scan_kernels *k, const pdql_index *ix, unsigned band, uint32_t bucket, uint32_t place,
                    uint16_t *value, uint32_t *offset)
{
    const uint8_t *block = pdqi_self_block(ix, band, place);
    const unsigned i = place % pdqi_self_block_places(ix);
    if (ix->value_bytes == 2) {
        *value = (uint16_t)pdqi_load16(block + i * 2);
    } else {
        uint8_t high = 0;
        const uint32_t first = pdqi_self_start(ix, band, bucket);
        if (first > place
            || !k->highs(pdqi_self_high_bits(ix, band), pdqi_self_high_start(bucket, first), first, &place, 1, &high)) {
            *value = 0;
            *offset = UINT32_MAX; /* no such place: the caller sees the damage */
            return;
        }
        *value = (uint16_t)(high << 8 | block[i]);
    }
    const uint32_t pair = pdqi_packed(block + pdqi_self_before_pairs(ix, place), i / 2, ix->pair_bits);
    *offset = i % 2 ? pair / ix->pair_base : pair % ix->pair_base;
    if (*offset >= ix->pair_base - 1)
        *offset = far_offset(ix, band, place);
}

/* Spells out the hash of the entry at `place` of list 0, whose band 0 is `value`. */
static int spell(const pdql_index *ix, uint32_t place, uint16_t value, uint8_t *hash)
{
    uint16_t bands[PDQI_BANDS];
    const uint32_t entry = place;
    uint32_t offset;
    bands[0] = value;
    for (unsigned b = 0; b < PDQI_BANDS; b++) {
        const unsigned next = (b + 1) % PDQI_BANDS;
        pdqi_self_read(&pdqi_scan_portable, ix, b, bands[b], place, &value, &offset);
        if (!pdqi_self_locate(ix, next, value, offset, &place) || (next == 0 && (value != bands[0] || place != entry)))
            return 0;
        bands[next] = value;
    }
    pdqi_bands_to_hash(bands, hash);
    return 1;
}

pdql_status pdqi_self_rows(const pdql_index *ix, uint8_t *rows)
{
    uint8_t hash[PDQL_HASH_BYTES];
    uint64_t left = ix->n_rows;
    for (uint32_t v = 0, place = 0; v < PDQI_BAND_VALUES; v++) {
        const uint32_t end = pdqi_self_end(ix, 0, v);
        if (end < place || end > ix->n_unique)
            return PDQL_ERR_BLOCK;
        for (; place < end; place++) {
            const uint32_t row = pdqi_self_mapped(ix, place);
            uint32_t from = 0, to = 1;
            if (!spell(ix, place, (uint16_t)v, hash)
                || (row >= ix->n_rows && !pdqi_self_group(ix, row - ix->n_rows, &from, &to)))
                return PDQL_ERR_BLOCK;
            for (uint32_t i = from; i < to; i++) {
                const uint32_t r = row < ix->n_rows ? row : pdqi_load32(ix->block + ix->at_grouped + (size_t)i * 4);
                if (r >= ix->n_rows || left-- == 0)
                    return PDQL_ERR_BLOCK;
                memcpy(rows + (size_t)r * PDQL_HASH_BYTES, hash, sizeof hash);
            }
        }
    }
    return left == 0 ? PDQL_OK : PDQL_ERR_BLOCK;
}
