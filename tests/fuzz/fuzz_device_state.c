/*
 * States: any 224 bytes under their right digest. What parses, written again, is the same bytes.
 */
#include "list/device_state.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    enum { CHECK = PDQL_STATE_BYTES - 32 };
    uint8_t record[PDQL_STATE_BYTES] = { 0 }, again[PDQL_STATE_BYTES];
    pdqi_installed state;
    pdql_state told;
    pdql_state_read(pdql_kernels_best(), data, n, &told);
    memcpy(record, data, n < CHECK ? n : (size_t)CHECK);
    pdql_sha256(pdql_kernels_best(), record, CHECK, record + CHECK);
    if (pdqi_installed_parse(&state, &pdqi_sha_portable, record, sizeof record) != PDQL_OK)
        return 0;
    pdqi_installed_write(&state, &pdqi_sha_portable, again);
    if (memcmp(record, again, sizeof record))
        abort();
    return 0;
}
