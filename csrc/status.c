/*
 * status.c - names for people; the numbers in pdqlite.h are the contract
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
    }
    return "unknown";
}

const char *pdql_version(void)
{
    return PDQL_VERSION;
}
