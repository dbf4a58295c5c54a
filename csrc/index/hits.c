/*
 * index/hits.c - the order of hits, and what happens past capacity
 */
#include "index/hits.h"

static int before(const pdql_hit *a, const pdql_hit *b)
{
    return a->query != b->query ? a->query < b->query : a->row < b->row;
}

/* Sinks at[i] until no child of it comes later. */
__attribute__((noinline)) static void sink(pdql_hit *at, size_t n, size_t i)
{
    const pdql_hit moved = at[i];
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && before(&at[child], &at[child + 1]))
            child++;
        if (!before(&moved, &at[child]))
            break;
        at[i] = at[child];
    }
    at[i] = moved;
}

static void make_heap(pdql_hit *at, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sink(at, n, i);
}

void pdqi_hits_replace(pdqi_hits *h, pdql_hit hit)
{
    pdql_hit *open = h->at + h->settled;
    const size_t n = h->n - h->settled;
    if (n == 0)
        return;
    if (!h->heaped)
        make_heap(open, n);
    h->heaped = 1;
    if (before(&hit, &open[0])) {
        open[0] = hit;
        sink(open, n, 0);
    }
}

void pdqi_hits_settle(pdqi_hits *h)
{
    pdql_hit *open = h->at + h->settled;
    const size_t n = h->n - h->settled;
    size_t sorted = 1;
    while (sorted < n && before(&open[sorted - 1], &open[sorted]))
        sorted++;
    if (sorted < n) {
        if (!h->heaped)
            make_heap(open, n);
        for (size_t last = n; last-- > 1;) {
            const pdql_hit top = open[0];
            open[0] = open[last];
            open[last] = top;
            sink(open, last, 0);
        }
    }
    h->settled = h->n;
    h->heaped = 0;
}
