/*
 * pdq/pdq.c - the public calls: a picture to its hash and quality, one way up or all eight
 */
#include "pdq/pdq.h"

#include "kernels/kernels.h"
#include "pdq/dct.h"

#include <string.h>

enum { MIRRORED = 1, FLIPPED = 2 }; /* sets, as for pdqi_dct_turn */

struct pdql_hasher {
    pdqi_shrinker shrinker;
    pdqi_cells cells[2][2];         /* [flipped][mirrored], as the rows are read */
};

enum { HEAD = (sizeof(pdql_hasher) + 7) / 8 * 8 };

size_t pdql_hasher_size_reduced(uint32_t given_width, uint32_t given_height, uint32_t width, uint32_t height)
{
    const size_t room = pdqi_shrinker_room(given_width, given_height, width, height);
    return room ? HEAD + room : 0;
}

size_t pdql_hasher_size(uint32_t width, uint32_t height)
{
    return pdql_hasher_size_reduced(width, height, width, height);
}

pdql_status pdql_hasher_init_reduced(void *memory, size_t size, uint32_t given_width, uint32_t given_height,
                                     uint32_t width, uint32_t height)
{
    const size_t need = pdql_hasher_size_reduced(given_width, given_height, width, height);
    if (!memory || (uintptr_t)memory % 8)
        return PDQL_ERR_ARG;
    if (!need)
        return PDQL_ERR_SHAPE;
    if (size < need)
        return PDQL_ERR_SPACE;
    pdql_hasher *h = memory;
    pdqi_shrinker_init(&h->shrinker, (uint8_t *)memory + HEAD, given_width, given_height, width, height);
    return PDQL_OK;
}

pdql_status pdql_hasher_init(void *memory, size_t size, uint32_t width, uint32_t height)
{
    return pdql_hasher_init_reduced(memory, size, width, height, width, height);
}

pdql_status pdqi_hash_check(const pdql_kernels *k, const pdql_hasher *h, const pdql_image *im, const pdql_hash *out,
                            pdqi_source *source)
{
    if (!k || !h || !im || !out)
        return PDQL_ERR_ARG;
    const pdql_status status = pdqi_source_init(source, im);
    if (status == PDQL_OK && (im->width != h->shrinker.x.length || im->height != h->shrinker.y.length))
        return PDQL_ERR_SHAPE;
    return status;
}

pdql_status pdql_hash_image(const pdql_kernels *k, pdql_hasher *hasher, const pdql_image *image, pdql_hash *out)
{
    pdqi_source source;
    const pdql_status status = pdqi_hash_check(k, hasher, image, out, &source);
    if (status)
        return status;
    pdqi_cells *const cells[2][2] = { { &hasher->cells[0][0] } };
    pdqi_dct dct;
    pdqi_shrink(k->hash, &hasher->shrinker, &source, cells, NULL);
    k->hash->dct((const float (*)[PDQI_SIDE])hasher->cells[0][0], &dct);
    k->hash->bits(&dct, out->bits);
    out->quality = k->hash->quality((const float (*)[PDQI_SIDE])hasher->cells[0][0]);
    if (source.transposed)
        pdqi_bits_transpose(out->bits);
    return PDQL_OK;
}

/* The hash of the rows as they are read and turned this way, and of its transpose. */
static void store(const pdqi_source *source, unsigned turn, const pdql_hash *hash, pdql_hash *out)
{
    pdql_hash transposed = *hash;
    pdqi_bits_transpose(transposed.bits);
    if (source->transposed) { /* what mirrors the rows as they are read flips the picture */
        const unsigned swapped = (turn & MIRRORED ? FLIPPED : 0u) | (turn & FLIPPED ? MIRRORED : 0u);
        out[pdqi_turned_at[swapped][0]] = transposed;
        out[pdqi_turned_at[swapped][1]] = *hash;
    } else {
        out[pdqi_turned_at[turn][0]] = *hash;
        out[pdqi_turned_at[turn][1]] = transposed;
    }
}

/*
 * Four planes give eight hashes, as a transposed plane has the transposed coefficients. Where the grid of samples
 * lies in the middle of the picture, the mirrored picture's plane is the mirrored plane, and need not be made.
 */
void pdqi_hash_all(const pdql_kernels *k, pdql_hasher *h, const pdqi_source *source, const pdqi_follower *follower,
                   pdql_hash *out)
{
    const pdqi_axis *across = source->transposed ? &h->shrinker.y : &h->shrinker.x;
    const pdqi_axis *down = source->transposed ? &h->shrinker.x : &h->shrinker.y;
    const unsigned free_turns = (across->symmetric ? MIRRORED : 0u) | (down->symmetric ? FLIPPED : 0u);
    pdqi_cells *cells[2][2];
    for (unsigned turn = 0; turn < 4; turn++)
        cells[turn / 2][turn % 2] = turn & free_turns ? NULL : &h->cells[turn / 2][turn % 2];
    pdqi_shrink(k->hash, &h->shrinker, source, (pdqi_cells *const(*)[2])cells, follower);

    pdqi_dct made[4], turned;
    pdql_hash hash[4];
    for (unsigned turn = 0; turn < 4; turn++) {
        const unsigned from = turn & ~free_turns;
        const pdqi_dct *dct = &made[from];
        if (turn == from) {
            const float (*plane)[PDQI_SIDE] = (const float (*)[PDQI_SIDE])h->cells[turn / 2][turn % 2];
            k->hash->dct(plane, &made[turn]);
            hash[turn].quality = k->hash->quality(plane);
        } else {
            pdqi_dct_turn(&made[from], turn & free_turns, &turned);
            hash[turn].quality = hash[from].quality;
            dct = &turned;
        }
        k->hash->bits(dct, hash[turn].bits);
        store(source, turn, &hash[turn], out);
    }
}

pdql_status pdql_hash_orientations(const pdql_kernels *k, pdql_hasher *hasher, const pdql_image *image, pdql_hash *out)
{
    pdqi_source source;
    const pdql_status status = pdqi_hash_check(k, hasher, image, out, &source);
    if (status == PDQL_OK)
        pdqi_hash_all(k, hasher, &source, NULL, out);
    return status;
}
