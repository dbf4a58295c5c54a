/*
 * pdq/pdq.h - the eight hashes of a picture, for who wants its rows by the way
 */
#ifndef PDQI_PDQ_PDQ_H
#define PDQI_PDQ_PDQ_H

#include "pdq/downsample.h"

/* Checks what pdql_hash_orientations checks, and fills `source`. */
pdql_status pdqi_hash_check(const pdql_kernels *k, const pdql_hasher *h, const pdql_image *im, const pdql_hash *out,
                            pdqi_source *source);

/* As pdql_hash_orientations, of what pdqi_hash_check found good; `follower` may be NULL. */
void pdqi_hash_all(const pdql_kernels *k, pdql_hasher *h, const pdqi_source *source, const pdqi_follower *follower,
                   pdql_hash *out);

#endif
