/*
 * fuzz_claims.c - libFuzzer: any map and any record that passes the check, over any small plane
 *
 * The proof stays within its ranges, and is the same when asked again.
 */
#include "pdqlite_parts.h"

#include <stdlib.h>
#include <string.h>

static uint8_t at(const uint8_t *data, size_t size, size_t i)
{
    return data[i % size];
}

/* A record of up to 48 keypoints in the one encoding: places ascend, so no two are alike. */
static size_t record_of(const uint8_t *data, size_t size, uint8_t *record)
{
    const unsigned n = at(data, size, 1) % 49;
    record[0] = 1;
    record[1] = (uint8_t)n;
    record[2] = at(data, size, 2);
    for (unsigned i = 0; i < n; i++) {
        uint8_t *const p = record + 3 + 11 * i;
        p[0] = (uint8_t)(5 * i);
        p[1] = at(data, size, 40 + 11 * i);
        p[2] = (uint8_t)((18 + at(data, size, 41 + 11 * i) % 52) << 1 | (i & 1));
        for (unsigned b = 0; b < 8; b++)
            p[3 + b] = at(data, size, 42 + 11 * i + b);
    }
    return 3 + 11 * (size_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX], row[PDQL_HASH_BYTES];
    if (size < 64)
        return 0;
    const uint32_t width = 5 + at(data, size, 3) % 60, height = 5 + at(data, size, 4) % 60;
    uint8_t *pixels = malloc((size_t)width * height);
    for (size_t i = 0; i < (size_t)width * height; i++)
        pixels[i] = at(data, size, 7 * i + 5);
    const pdql_image image = {
        .data = pixels, .width = width, .height = height, .row_stride = width, .pixel_stride = 1, .format = PDQL_GRAY
    };
    const size_t plane_size = pdql_plane_size(width, height);
    void *memory = malloc(plane_size);
    pdql_plane plane;
    if (pdql_plane_make(pdql_kernels_best(), &image, memory, plane_size, &plane))
        abort();
    memcpy(row, data + 8, sizeof row);
    pdql_claim claim = { .row = data[0] & 1 ? row : NULL,
                         .record = record,
                         .length = record_of(data, size, record),
                         .common = data[0] & 2 ? 0 : UINT64_MAX / 3,
                         .inverted = data[0] >> 2 & 1,
                         .bars = data[0] >> 5 & 1 };
    for (unsigned i = 0; i < 6; i++) { /* small maps often, senseless ones now and then */
        int32_t v;
        memcpy(&v, data + 40 + 4 * i, sizeof v);
        claim.model[i] = data[0] & 8 ? v : v % 200000;
    }
    const size_t work_size = pdql_claim_work_size(plane.width, plane.height);
    void *work = malloc(work_size);
    pdql_claim_proof one, two;
    const pdql_status status = pdql_claim_verify(&plane, &claim, work, work_size, &one);
    if (status != PDQL_OK && status != PDQL_ERR_ARG)
        abort();
    if (status == PDQL_OK) {
        memset(work, 0xa5, work_size);
        if (pdql_claim_verify(&plane, &claim, work, work_size, &two) || memcmp(&one, &two, sizeof one))
            abort();
        if (one.value < PDQL_CLAIM_NONE || one.value > 120 || one.cover > 65536 || one.visible > 65536
            || one.usable > record[1] || one.good > one.usable || one.bits < -320 || one.bits > 640)
            abort();
    }
    unsigned used;
    const pdql_status refined = pdql_claim_refine(&plane, &claim, work, work_size, &used);
    if (refined != status || (refined == PDQL_OK && used > record[1]))
        abort();
    /* what it leads to can be looked at */
    if (refined == PDQL_OK && pdql_claim_verify(&plane, &claim, work, work_size, &two) != PDQL_OK)
        abort();
    free(work), free(memory), free(pixels);
    return 0;
}
