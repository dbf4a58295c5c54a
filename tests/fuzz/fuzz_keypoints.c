/*
 * fuzz_keypoints.c - libFuzzer: any plane, any record, any index block
 *
 * The first bytes choose the plane's shape; the rest is its samples, then a
 * record, then what is written over a good block.
 */
#include "pdqlite_parts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 8)
        return 0;
    const uint32_t width = 1 + data[0] % 96, height = 1 + data[1] % 96;
    const pdql_kernels *const k = pdql_kernels_at(data[2] % 2) ? pdql_kernels_at(data[2] % 2) : pdql_kernels_best();
    uint16_t *const plane = calloc((size_t)width * height, sizeof *plane);
    const size_t n = (size - 8) / 2 < (size_t)width * height ? (size - 8) / 2 : (size_t)width * height;
    const size_t work_size = pdql_keypoints_work_size(width, height), search_size = pdql_keypoints_search_size();
    void *const work = malloc(work_size), *const query = malloc(pdql_keypoints_query_size()),
                *const found = malloc(search_size);
    uint8_t record[PDQL_KEYPOINTS_RECORD_MAX];
    size_t length = 0, count = 0;
    pdql_keypoints_match match, hits[4];

    for (size_t i = 0; i < (size_t)width * height; i++)
        plane[i] = n ? (uint16_t)(data[8 + 2 * (i % n)] << 8 | data[9 + 2 * (i % n)]) : 0;
    if (pdql_keypoints_signature(k, plane, width, height, width, 1 + data[3] % 48, work, work_size, record, &length)
        || pdql_keypoints_check(record, length)
        || pdql_keypoints_query(k, plane, width, height, width, work, work_size, query, pdql_keypoints_query_size()))
        abort();
    pdql_keypoints_compare(k, query, data + 8, size - 8, 255, &match);

    const uint32_t lengths = (uint32_t)length;
    const size_t block_size = pdql_keypoints_index_size(1, record[1]);
    uint8_t *const block = malloc(block_size);
    if (pdql_keypoints_index_build(record, &lengths, NULL, 1, block, block_size))
        abort();
    for (size_t i = 8; i + 4 <= size; i += 4)
        block[(data[i] | data[i + 1] << 8 | data[i + 2] << 16) % block_size] ^= data[i + 3];
    pdql_keypoints_search(k, block, block_size, query, 255, 0, found, search_size, hits, 4, &count);
    free(plane);
    free(work);
    free(query);
    free(found);
    free(block);
    return 0;
}
