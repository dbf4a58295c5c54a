/*
 * base/sort.h - heap sort: in place, no recursion, no bad case
 *
 * The file that includes this defines SORT_NAME, SORT_ARRAYS (a type that
 * holds what is sorted), SORT_LESS(a, i, j) and SORT_SWAP(a, i, j).
 */
static void SORT_NAME(SORT_ARRAYS a, size_t n)
{
    size_t heap = n / 2, last = n;
    while (last > 1) {
        if (heap > 0) {
            heap--;
        } else {
            last--;
            SORT_SWAP(a, 0, last);
        }
        for (size_t i = heap, child; (child = 2 * i + 1) < last; i = child) {
            if (child + 1 < last && SORT_LESS(a, child, child + 1))
                child++;
            if (!SORT_LESS(a, i, child))
                break;
            SORT_SWAP(a, i, child);
        }
    }
}
