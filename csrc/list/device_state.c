/*
 * list/device_state.c - the record of 256 bytes that stands between a device and an older release
 */
#include "list/device_state.h"

#include "base/bytes.h"

static const char MAGIC[8] = "PDQLST2";

enum {
    INSTALLS = 8,
    SEQ = 16,
    FLOOR = 24,
    LOG_SIZE = 32,
    LOG_ROOT = 40,
    LOG = 72,
    LIST = 104,
    VERSION = 136,
    POLICY = 144,
    MANIFEST = 176,
    SEEN = 208,
    MAX_AGE = 216,
    CHECK = 224
};

static void digest(const pdqi_sha_kernels *k, const uint8_t *data, size_t n, uint8_t out[32])
{
    pdqi_sha256 h;
    pdqi_sha256_init(&h, k);
    pdqi_sha256_add(&h, data, n);
    pdqi_sha256_end(&h, out);
}

static int zero(const uint8_t p[32])
{
    uint8_t any = 0;
    for (size_t i = 0; i < 32; i++)
        any |= p[i];
    return !any;
}

void pdqi_installed_write(const pdqi_installed *state, const pdqi_sha_kernels *k, uint8_t out[PDQL_STATE_BYTES])
{
    memcpy(out, MAGIC, sizeof MAGIC);
    pdqi_store_be(out + INSTALLS, state->installs, 8);
    pdqi_store_be(out + SEQ, state->seq, 8);
    pdqi_store_be(out + FLOOR, state->floor, 8);
    pdqi_store_be(out + LOG_SIZE, state->log_size, 8);
    memcpy(out + LOG_ROOT, state->log_root, 32);
    memcpy(out + LOG, state->log, 32);
    memcpy(out + LIST, state->list, 32);
    pdqi_store_be(out + VERSION, state->policy.version, 8);
    memcpy(out + POLICY, state->policy.hash, 32);
    memcpy(out + MANIFEST, state->manifest, 32);
    pdqi_store_be(out + SEEN, state->seen, 8);
    pdqi_store_be(out + MAX_AGE, state->max_age, 8);
    digest(k, out, CHECK, out + CHECK);
}

pdql_status pdqi_installed_parse(pdqi_installed *state, const pdqi_sha_kernels *k, const uint8_t *data, size_t n)
{
    static const uint8_t NUMBERS[] = { INSTALLS, SEQ, FLOOR, LOG_SIZE, VERSION, SEEN, MAX_AGE };
    uint8_t check[32];
    if (n != PDQL_STATE_BYTES || memcmp(data, MAGIC, sizeof MAGIC))
        return PDQL_LIST_FORMAT;
    digest(k, data, CHECK, check);
    if (memcmp(check, data + CHECK, 32))
        return PDQL_LIST_FORMAT;
    for (size_t i = 0; i < sizeof NUMBERS; i++)
        if (pdqi_load_be64(data + NUMBERS[i]) > PDQI_NUMBER_MAX)
            return PDQL_LIST_FORMAT;
    state->installs = pdqi_load_be64(data + INSTALLS);
    state->seq = pdqi_load_be64(data + SEQ);
    state->floor = pdqi_load_be64(data + FLOOR);
    state->log_size = pdqi_load_be64(data + LOG_SIZE);
    memcpy(state->log_root, data + LOG_ROOT, 32);
    memcpy(state->log, data + LOG, 32);
    memcpy(state->list, data + LIST, 32);
    state->policy.version = pdqi_load_be64(data + VERSION);
    memcpy(state->policy.hash, data + POLICY, 32);
    state->policy.named = !zero(state->policy.hash);
    memcpy(state->manifest, data + MANIFEST, 32);
    state->seen = pdqi_load_be64(data + SEEN);
    state->max_age = pdqi_load_be64(data + MAX_AGE);
    if (state->installs == 0 || state->installs == PDQI_NUMBER_MAX
        || (state->log_size == 0 && !(zero(state->log_root) && zero(state->log)))
        || (!state->policy.named && state->policy.version) || (state->max_age == 0 && state->seen))
        return PDQL_LIST_FORMAT;
    return PDQL_OK;
}

void pdqi_list_id(const pdqi_sha_kernels *k, pdqi_text origin, size_t meta, uint8_t out[32])
{
    pdqi_sha256 h;
    pdqi_sha256_init(&h, k);
    pdqi_sha256_add(&h, origin.p, origin.n);
    const char *const kind = meta == PDQI_META_VIDEO ? "\nvideo\n" : meta == PDQI_META_FILE ? "\nfile\n" : "\nimage\n";
    pdqi_sha256_add(&h, (const uint8_t *)kind, meta == PDQI_META_FILE ? 6 : 7);
    pdqi_sha256_end(&h, out);
}

void pdqi_log_id(const pdqi_sha_kernels *k, pdqi_text name, uint8_t out[32])
{
    pdqi_sha256 h;
    pdqi_sha256_init(&h, k);
    pdqi_sha256_add(&h, name.p, name.n);
    pdqi_sha256_end(&h, out);
}

pdql_status pdql_state_read(const pdql_kernels *k, const uint8_t *data, size_t n, pdql_state *state)
{
    pdqi_installed s;
    if (!k || !data || !state)
        return PDQL_ERR_ARG;
    const pdql_status status = pdqi_installed_parse(&s, k->sha, data, n);
    if (status != PDQL_OK)
        return status;
    *state = (pdql_state){
        .installs = s.installs,
        .seq = s.seq,
        .floor = s.floor,
        .log_size = s.log_size,
        .policy_version = s.policy.version,
        .has_policy = (uint32_t)s.policy.named,
        .seen = s.seen,
        .max_age = s.max_age,
    };
    memcpy(state->log_root, s.log_root, 32);
    memcpy(state->manifest, s.manifest, 32);
    return PDQL_OK;
}
