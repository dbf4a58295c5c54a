/*
 * quickstart.c - does a picture show one of the pictures whose hashes are in a file?
 *
 *     quickstart HASHES PICTURE.ppm        HASHES: 32 bytes a hash, as they come out of pdql_hash
 *
 * Exit code 0 for a match, 1 for none, 2 for an error.
 */
#include "files.h"

#include <math.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return fprintf(stderr, "usage: quickstart HASHES PICTURE.ppm\n"), 2;
    size_t n_rows;
    uint8_t *const rows = rows_read(argv[1], &n_rows), *pixels;
    const pdql_image picture = picture_read(argv[2], &pixels);

    pdql_match_policy policy;
    pdql_match_policy_init(&policy);
    const pdql_match_entries entries = { .n = n_rows, .rows = rows };
    pdql_matcher *matcher = NULL;
    pdql_status status = pdql_matcher_make(&entries, &policy, &HEAP, &matcher);

    const size_t room = pdql_match_work_size(matcher, picture.width, picture.height);
    void *const work = malloc(room);
    pdql_decision decision;
    size_t n;
    if (!status)
        status = pdql_match_picture(matcher, &picture, work, room, &decision, NULL, 0, &n);
    if (status)
        fprintf(stderr, "%s\n", pdql_status_name(status));
    else if (decision.verdict == PDQL_MATCH)
        printf("matched: entry %u, false-match rate %.1e, %.1e over the list\n", decision.entry,
               pow(10, -0.01 * decision.neg_log10_fpr_x100), pow(10, -0.01 * decision.list_neg_log10_fpr_x100));
    else
        printf("no match\n");
    free(work), free(matcher), free(pixels), free(rows);
    return status ? 2 : decision.verdict == PDQL_MATCH ? 0 : 1;
}
