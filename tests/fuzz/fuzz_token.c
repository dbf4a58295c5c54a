/*
 * Tokens: what one's own tokens say of another, against section 16 of the format read once more.
 */
#include "pdqlite.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint32_t expected(const uint8_t *own, size_t count, const uint8_t *token)
{
    unsigned log = 0, size = 0, split = 0;
    for (const uint8_t *p = own; p < own + count * PDQL_TOKEN_BYTES; p += PDQL_TOKEN_BYTES) {
        const unsigned here = memcmp(p, token, 8) == 0, sized = here && memcmp(p + 8, token + 8, 8) == 0;
        log |= here;
        size |= sized;
        split |= sized && memcmp(p + 16, token + 16, 32) != 0;
    }
    return split ? PDQL_TOKEN_SPLIT_VIEW : size ? PDQL_TOKEN_SAME : log ? PDQL_TOKEN_UNKNOWN : PDQL_TOKEN_OTHER_LOG;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    size_t n_token = data[0] < 0xF0 ? PDQL_TOKEN_BYTES : data[0] - 0xF0;
    uint32_t says = 99;
    data++;
    n--;
    n_token = n_token < n ? n_token : n;
    uint8_t *const token = malloc(n_token + 1), *const own = malloc(n - n_token + 1); /* ends where the bytes end */
    memcpy(token, data, n_token);
    memcpy(own, data + n_token, n - n_token);
    const size_t count = (n - n_token) / PDQL_TOKEN_BYTES;
    const pdql_status status = pdql_list_token_compare(own, count, token, n_token, &says);
    const int none = n_token != PDQL_TOKEN_BYTES || token[8] || token[9] > 31; /* a size up to 2^53 - 1 */
    if (none ? status != PDQL_LIST_FORMAT || says != 99 : status != PDQL_OK || says != expected(own, count, token))
        abort();
    free(token);
    free(own);
    return 0;
}
