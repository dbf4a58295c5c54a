/*
 * frames.c - watches a stream of decoded frames until the evidence is enough
 *
 *     ffmpeg -v error -i CLIP -pix_fmt yuv420p -f yuv4mpegpipe - | frames HASHES
 *
 * HASHES: 32 bytes a hash. Only the Y plane is looked at, two frames a second. Exit code as quickstart.
 */
#include "files.h"

#include <math.h>
#include <string.h>

typedef struct stream {
    uint32_t width, height, rate, per; /* rate / per frames a second */
    size_t luma, chroma;
    uint8_t *y;
} stream;

/* The header: "YUV4MPEG2 W640 H360 F25:1 ... C420..." */
static int stream_open(stream *s)
{
    char line[256], *end;
    if (!fgets(line, sizeof line, stdin) || strncmp(line, "YUV4MPEG2 ", 10))
        return -1;
    for (char *word = strtok_r(line + 10, " \n", &end); word; word = strtok_r(NULL, " \n", &end)) {
        if (*word == 'W')
            s->width = (uint32_t)strtoul(word + 1, NULL, 10);
        else if (*word == 'H')
            s->height = (uint32_t)strtoul(word + 1, NULL, 10);
        else if (*word == 'F' && sscanf(word + 1, "%u:%u", &s->rate, &s->per) != 2)
            return -1;
        else if (*word == 'C' && strncmp(word + 1, "420", 3))
            return -1;
    }
    if (!s->width || !s->height || s->width > 16384 || s->height > 16384 || !s->rate || !s->per)
        return -1;
    s->luma = (size_t)s->width * s->height;
    s->chroma = 2 * (size_t)((s->width + 1) / 2) * ((s->height + 1) / 2);
    s->y = malloc(s->luma + s->chroma);
    return s->y ? 0 : -1;
}

static int stream_next(stream *s)
{
    char line[80];
    return fgets(line, sizeof line, stdin) && !strncmp(line, "FRAME", 5)
        && fread(s->y, 1, s->luma + s->chroma, stdin) == s->luma + s->chroma;
}

static pdql_status watch_stream(const pdql_matcher *matcher, stream *s, pdql_decision *decision)
{
    const size_t size = pdql_watch_size(matcher), room = pdql_match_work_size(matcher, s->width, s->height);
    pdql_watch *const watch = malloc(size);
    void *const work = malloc(room);
    const pdql_image frame = { s->y, s->width, s->height, (ptrdiff_t)s->width, 1, PDQL_GRAY_LIMITED, 0 };
    pdql_status status = pdql_watch_init(watch, size, matcher);
    uint32_t next_ms = 0;
    for (uint64_t i = 0; !status && stream_next(s) && !pdql_watch_enough(watch); i++) {
        const uint32_t ms = (uint32_t)(1000 * i * s->per / s->rate);
        if (ms < next_ms)
            continue;
        status = pdql_watch_push(watch, &frame, ms, work, room);
        next_ms = ms + 500;
    }
    size_t n;
    if (!status)
        status = pdql_watch_decision(watch, decision, NULL, 0, &n);
    free(work), free(watch);
    return status;
}

int main(int argc, char **argv)
{
    stream s = { 0 };
    if (argc != 2 || stream_open(&s))
        return fprintf(stderr, "usage: frames HASHES < STREAM (YUV4MPEG2, 4:2:0, 8 bits)\n"), 2;
    size_t n_rows;
    uint8_t *const rows = rows_read(argv[1], &n_rows);
    pdql_match_policy policy;
    pdql_match_policy_init(&policy);
    const pdql_match_entries entries = { .n = n_rows, .rows = rows };
    pdql_matcher *matcher = NULL;
    pdql_decision decision;
    pdql_status status = pdql_matcher_make(&entries, &policy, &HEAP, &matcher);
    if (!status)
        status = watch_stream(matcher, &s, &decision);
    if (status)
        fprintf(stderr, "%s\n", pdql_status_name(status));
    else if (decision.verdict == PDQL_MATCH)
        printf("matched: entry %u, %u frames from %.1f to %.1f s, false-match rate %.1e\n", decision.entry,
               decision.agreeing, decision.start_ms / 1000.0, decision.end_ms / 1000.0,
               pow(10, -0.01 * decision.neg_log10_fpr_x100));
    else
        printf("no match in %u frames\n", decision.frames);
    free(matcher), free(rows), free(s.y);
    return status ? 2 : decision.verdict == PDQL_MATCH ? 0 : 1;
}
