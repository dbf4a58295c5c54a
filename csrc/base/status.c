/*
 * base/status.c - names for people; the numbers in pdqlite.h are the contract
 */
#include "pdqlite.h"

const char *pdql_status_name(pdql_status status)
{
    switch (status) {
    case PDQL_OK: return "ok";
    case PDQL_ERR_ARG: return "err-arg";
    case PDQL_ERR_SHAPE: return "err-shape";
    case PDQL_ERR_SPACE: return "err-space";
    case PDQL_ERR_BLOCK: return "err-block";
    case PDQL_ERR_PROOF: return "err-proof";
    case PDQL_ERR_PENDING: return "err-pending";
    case PDQL_ERR_ORDER: return "err-order";
    case PDQL_ERR_IO: return "err-io";
    case PDQL_LIST_FORMAT: return "format";
    case PDQL_LIST_UNENDORSED: return "unendorsed";
    case PDQL_LIST_ORIGIN: return "origin";
    case PDQL_LIST_PINS: return "pins";
    case PDQL_LIST_POLICY_CHAIN: return "policy-chain";
    case PDQL_LIST_UNLOGGED: return "unlogged";
    case PDQL_LIST_UNWITNESSED: return "unwitnessed";
    case PDQL_LIST_ROLLBACK: return "rollback";
    case PDQL_LIST_FREEZE: return "freeze";
    case PDQL_LIST_SPLIT_VIEW: return "split-view";
    case PDQL_LIST_UNPROVEN: return "unproven";
    case PDQL_LIST_EXPIRED: return "expired";
    case PDQL_LIST_CT_MISMATCH: return "ct-mismatch";
    case PDQL_LIST_KEY_COMMIT: return "key-commit";
    case PDQL_LIST_CONTENT_MISMATCH: return "content-mismatch";
    case PDQL_LIST_RULE: return "rule";
    case PDQL_LIST_UNAUDITED: return "unaudited";
    case PDQL_LIST_STALE: return "stale";
    }
    return "unknown";
}

const char *pdql_version(void)
{
    return PDQL_VERSION;
}
