/*
 * test_hash.c - every table of kernels gives the portable answer, to the bit
 *
 * Runs wherever the library does: natively, under an emulator, in WebAssembly.
 * The answers themselves are checked against other people's PDQ in
 * tests/python/hash/test_hash.py.
 */
#include "hash_samples.h"

static int small(const uint32_t *sides)
{
    return part == 1 || sides[0] * sides[1] < 140000;
}

static pdql_status hash(const pdql_kernels *k, pdql_image image, pdql_hash *out)
{
    const size_t size = pdql_hasher_size(image.width, image.height);
    pdql_hasher *hasher = malloc(size);
    if (!hasher)
        exit(2);
    pdql_status status = pdql_hasher_init(hasher, size, image.width, image.height);
    if (!status)
        status = pdql_hash_image(k, hasher, &image, out);
    if (!status)
        status = pdql_hash_orientations(k, hasher, &image, out + 1);
    free(hasher);
    return status;
}

static void test_pictures(const pdql_kernels *k)
{
    static const uint32_t SIDES[][2] = { { 5, 5 },     { 64, 64 },    { 63, 129 }, { 200, 131 },
                                         { 512, 384 }, { 640, 1500 }, { 2100, 70 } };
    for (size_t s = 0; s < sizeof SIDES / sizeof *SIDES; s++)
        for (unsigned kind = 0; kind < 5 && (part == 1 || kind < 2) && small(SIDES[s]); kind++)
            for (unsigned channels = 1; channels <= 4; channels++) {
                const uint32_t w = SIDES[s][0], h = SIDES[s][1];
                const size_t bytes = (size_t)w * h * channels;
                uint8_t *pixels = malloc(bytes);
                if (!pixels)
                    exit(2);
                paint(pixels, bytes, kind);
                const pdql_image image = {
                    .data = pixels,
                    .width = w,
                    .height = h,
                    .row_stride = (ptrdiff_t)(w * channels),
                    .pixel_stride = (ptrdiff_t)channels,
                    .format = channels == 1 ? PDQL_GRAY
                        : channels == 2     ? PDQL_GRAY_LIMITED
                        : channels == 3     ? PDQL_RGB
                                            : PDQL_BGR,
                };
                pdql_hash want[9], got[9];
                const pdql_kernels *portable = NULL;
                for (size_t i = 0; pdql_kernels_at(i); i++)
                    portable = pdql_kernels_at(i);
                memset(want, 0, sizeof want);
                memset(got, 1, sizeof got);
                CHECK(hash(portable, image, want) == PDQL_OK);
                CHECK(hash(k, image, got) == PDQL_OK);
                CHECK(memcmp(want, got, sizeof want) == 0);
                CHECK(memcmp(&got[0], &got[1], sizeof got[0]) == 0);
                free(pixels);
            }
}

/* An upside-down or mirrored description of the same memory is the flipped orientation. */
static void test_negative_strides(const pdql_kernels *k)
{
    enum { W = 161, H = 140 };
    static uint8_t pixels[W * H * 3];
    paint(pixels, sizeof pixels, 0);
    pdql_image image = { pixels, W, H, 3 * W, 3, PDQL_RGB, 0 };
    pdql_hash up[9], turned[9];
    CHECK(hash(k, image, up) == PDQL_OK);
    image.data = pixels + 3 * W * (H - 1);
    image.row_stride = -3 * W;
    CHECK(hash(k, image, turned) == PDQL_OK);
    CHECK(memcmp(&turned[0], &up[1 + 4], sizeof up[0]) == 0);
    image.data = pixels + 3 * (W * H - 1);
    image.pixel_stride = -3;
    CHECK(hash(k, image, turned) == PDQL_OK);
    CHECK(memcmp(&turned[0], &up[1 + 2], sizeof up[0]) == 0);
}

/* A layout: where channel c of pixel (x, y) lies, from `first` on, in `size` bytes. */
typedef struct placed {
    ptrdiff_t row, pixel, channel;
    size_t first, size;
} placed;

static placed place(unsigned kind, ptrdiff_t w, ptrdiff_t h, ptrdiff_t channels, ptrdiff_t bytes)
{
    const ptrdiff_t packed = channels * bytes;
    placed p = { packed * w, packed, bytes, 0, (size_t)(packed * w * h) };
    switch (kind) {
    case 0: return p;
    case 1: return (placed){ -p.row, p.pixel, bytes, (size_t)(p.row * (h - 1)), p.size };
    case 2: return (placed){ p.row, -p.pixel, bytes, (size_t)(p.pixel * (w - 1)), p.size };
    /* columns */
    case 3: return (placed){ packed, packed * h, bytes, 0, p.size };
    case 4: return (placed){ -packed, packed * h, bytes, (size_t)(packed * (h - 1)), p.size };
    /* planes */
    case 5: return (placed){ bytes * w, bytes, bytes * w * h, 0, p.size };
    /* lines of one channel */
    case 6: return (placed){ packed * w, bytes, bytes * w, 0, p.size };
    default: /* far apart, and the last sample ends the memory */
        p.pixel = packed + (ptrdiff_t)kind - 7;
        p.row = p.pixel * w + 3;
        p.size = (size_t)(p.row * (h - 1) + p.pixel * (w - 1) + packed);
        return p;
    }
}

/* The same samples in every layout have one hash; memory is exactly as large as it must be. */
static void test_layouts(const pdql_kernels *k)
{
    static const uint32_t SIDES[][2] = { { 5, 7 }, { 64, 130 }, { 259, 65 }, { 512, 70 } };
    static const uint32_t FORMATS[] = { PDQL_GRAY, PDQL_GRAY_LIMITED, PDQL_RGB, PDQL_BGR, PDQL_GRAY16 };
    for (size_t s = 0; s < sizeof SIDES / sizeof *SIDES; s++)
        for (size_t f = 0; f < sizeof FORMATS / sizeof *FORMATS && small(SIDES[s]); f++) {
            const ptrdiff_t w = (ptrdiff_t)SIDES[s][0], h = (ptrdiff_t)SIDES[s][1];
            const ptrdiff_t channels = FORMATS[f] == PDQL_RGB || FORMATS[f] == PDQL_BGR ? 3 : 1;
            const ptrdiff_t bytes = FORMATS[f] == PDQL_GRAY16 ? 2 : 1;
            uint8_t *samples = memory_of((size_t)(w * h * channels * bytes));
            pdql_hash want[9];
            paint(samples, (size_t)(w * h * channels * bytes), 0);
            for (unsigned kind = 0; kind < 18; kind++) {
                const placed p = place(kind, w, h, channels, bytes);
                uint8_t *pixels = memory_of(p.size), *from = samples;
                memset(pixels, 0xa5, p.size);
                for (ptrdiff_t y = 0; y < h; y++)
                    for (ptrdiff_t x = 0; x < w; x++)
                        for (ptrdiff_t c = 0; c < channels; c++, from += bytes)
                            memcpy(pixels + (ptrdiff_t)p.first + y * p.row + x * p.pixel + c * p.channel, from,
                                   (size_t)bytes);
                const pdql_image image = { pixels + p.first, SIDES[s][0], SIDES[s][1], p.row,
                                           p.pixel,          FORMATS[f],  p.channel };
                pdql_hash got[9];
                memset(got, 0, sizeof got);
                CHECK(hash(k, image, got) == PDQL_OK);
                if (kind == 0)
                    memcpy(want, got, sizeof want);
                CHECK(memcmp(want, got, sizeof want) == 0);
                free(pixels);
            }
            free(samples);
        }
}

/* The longest lines, the widest boxes and the strongest reduction: no sum overflows, white is white. */
static void test_limits(const pdql_kernels *k)
{
    static const uint32_t SIDES[][4] = {
                                         /* given, original */
        { PDQL_MAX_SIDE, 5, PDQL_MAX_SIDE, 5 },
        { 5, PDQL_MAX_SIDE, 5, PDQL_MAX_SIDE },
        { 8192, 64, 131072, 512 },
        { 64, 2048, 512, 32768 },
        { 1024, 1024, 16384, 16384 },
        { 1023, 63, 16383, 1023 },
    };
    for (size_t s = 0; s < sizeof SIDES / sizeof *SIDES; s++) {
        const uint32_t w = SIDES[s][0], h = SIDES[s][1];
        if (!small(SIDES[s]))
            continue;
        const size_t size = pdql_hasher_size_reduced(w, h, SIDES[s][2], SIDES[s][3]);
        CHECK(size);
        pdql_hasher *hasher = (pdql_hasher *)(void *)memory_of(size);
        CHECK(pdql_hasher_init_reduced(hasher, size, w, h, SIDES[s][2], SIDES[s][3]) == PDQL_OK);
        uint8_t *pixels = memory_of((size_t)w * h);
        const pdql_image image = { pixels, w, h, (ptrdiff_t)w, 1, PDQL_GRAY, 0 };
        const pdql_kernels *portable = NULL;
        for (size_t i = 0; pdql_kernels_at(i); i++)
            portable = pdql_kernels_at(i);
        for (unsigned kind = 0; kind < 3; kind += 2) {
            pdql_hash got, want;
            paint(pixels, (size_t)w * h, kind);
            CHECK(pdql_hash_image(k, hasher, &image, &got) == PDQL_OK);
            CHECK(pdql_hash_image(portable, hasher, &image, &want) == PDQL_OK);
            CHECK(memcmp(&got, &want, sizeof got) == 0);
            CHECK(kind == 0 || got.quality == 0);
        }
        free(pixels);
        free(hasher);
    }
}

/* One column alone, reduced from eight: no pixel stride leads anywhere, so none of them matters. */
static void test_lone_column(const pdql_kernels *k)
{
    static const ptrdiff_t STRIDES[] = { 1, 0, -1, 3, 1 << 24 };
    enum { TALL = 40 };
    const size_t size = pdql_hasher_size_reduced(1, TALL, 8, 8 * TALL);
    pdql_hasher *hasher = (pdql_hasher *)(void *)memory_of(size);
    CHECK(pdql_hasher_init_reduced(hasher, size, 1, TALL, 8, 8 * TALL) == PDQL_OK);
    uint8_t pixels[TALL];
    pdql_hash want = { 0 }, got;
    for (uint32_t y = 0; y < TALL; y++)
        pixels[y] = (uint8_t)(y * y * 97 >> 3);
    for (size_t i = 0; i < sizeof STRIDES / sizeof *STRIDES; i++) {
        const pdql_image image = { pixels, 1, TALL, 1, STRIDES[i], PDQL_GRAY, 0 };
        CHECK(pdql_hash_image(k, hasher, &image, &got) == PDQL_OK);
        want = i ? want : got;
        CHECK(memcmp(&got, &want, sizeof got) == 0);
    }
    CHECK(want.quality > 0);
    free(hasher);
}

static void test_sizes(void)
{
    CHECK(pdql_hasher_size(5, 5) && pdql_hasher_size(PDQL_MAX_SIDE, 256) && pdql_hasher_size(16384, 16384));
    CHECK(!pdql_hasher_size(PDQL_MAX_SIDE, 257) && !pdql_hasher_size(PDQL_MAX_SIDE + 1u, 5)
          && !pdql_hasher_size(16385, 16384));
    CHECK(!pdql_hasher_size(5, PDQL_MAX_SIDE + 1u) && !pdql_hasher_size(UINT32_MAX, 5)
          && !pdql_hasher_size(1u << 31, 1u << 31));
    CHECK(pdql_hasher_size_reduced(100, 100, 1615, 1600) && !pdql_hasher_size_reduced(100, 100, 1616, 1600));
    CHECK(!pdql_hasher_size_reduced(65537, 64, 131073, 64) && pdql_hasher_size_reduced(65536, 64, 131072, 64));
    CHECK(!pdql_hasher_size_reduced(101, 100, 100, 100) && !pdql_hasher_size_reduced(0, 100, 100, 100));
    /* A byte less than is asked for is refused, whatever the size. */
    static const uint32_t SIDES[][2] = { { 5, 5 }, { 64, 64 }, { 1920, 1080 }, { 4000, 3000 } };
    for (size_t s = 0; s < sizeof SIDES / sizeof *SIDES; s++) {
        const size_t size = pdql_hasher_size(SIDES[s][0], SIDES[s][1]);
        void *memory = memory_of(size - 1);
        CHECK(pdql_hasher_init(memory, size - 1, SIDES[s][0], SIDES[s][1]) == PDQL_ERR_SPACE);
        free(memory);
    }
}

/* One hasher serves a stream: weights of its size stay, whatever layouts and kernels come in between. */
static void test_stream(void)
{
    enum { W = 150, H = 200 };
    static uint8_t pixels[W * H * 4];
    const size_t size = pdql_hasher_size(W, H);
    pdql_hasher *stream = (pdql_hasher *)(void *)memory_of(size);
    CHECK(pdql_hasher_init(stream, size, W, H) == PDQL_OK);
    for (unsigned frame = 0; frame < 60; frame++) {
        paint(pixels, sizeof pixels, 0);
        const unsigned channels = 1 + random_below(4);
        pdql_image image = { pixels,
                             W,
                             H,
                             (ptrdiff_t)(W * channels),
                             (ptrdiff_t)channels,
                             channels < 3          ? PDQL_GRAY
                                 : random_below(2) ? PDQL_RGB
                                                   : PDQL_BGR,
                             0 };
        if (random_below(2))
            image.row_stride = (ptrdiff_t)channels, image.pixel_stride = (ptrdiff_t)(H * channels);
        pdql_hash fresh[9], got[9];
        const pdql_kernels *k = pdql_kernels_at(random_below(2));
        k = k ? k : pdql_kernels_best();
        CHECK(hash(k, image, fresh) == PDQL_OK);
        CHECK(pdql_hash_image(k, stream, &image, got) == PDQL_OK);
        CHECK(pdql_hash_orientations(k, stream, &image, got + 1) == PDQL_OK);
        CHECK(memcmp(fresh, got, sizeof got) == 0);
    }
    free(stream);
}

static void test_refusals(const pdql_kernels *k)
{
    static uint8_t pixels[100 * 100 * 3];
    pdql_hash out[9];
    const pdql_image good = { pixels, 100, 100, 300, 3, PDQL_RGB, 0 };
    CHECK(hash(k, good, out) == PDQL_OK);
    pdql_image bad = good;
    bad.row_stride = 299 - 3;
    CHECK(hash(k, bad, out) == PDQL_ERR_SHAPE);
    bad = good, bad.pixel_stride = 0;
    CHECK(hash(k, bad, out) == PDQL_ERR_SHAPE);
    bad = good, bad.row_stride = PTRDIFF_MAX / 2;
    CHECK(hash(k, bad, out) == PDQL_ERR_SHAPE);
    bad = good, bad.row_stride = PTRDIFF_MIN;
    CHECK(hash(k, bad, out) == PDQL_ERR_SHAPE);
    bad = good, bad.channel_stride = 2; /* into the next pixel */
    CHECK(hash(k, bad, out) == PDQL_ERR_SHAPE);
    bad = good, bad.channel_stride = PTRDIFF_MIN;
    CHECK(hash(k, bad, out) == PDQL_ERR_SHAPE);
    bad = good, bad.pixel_stride = PTRDIFF_MIN;
    CHECK(hash(k, bad, out) == PDQL_ERR_SHAPE);
    bad = good, bad.format = PDQL_GRAY16, bad.pixel_stride = 1;
    CHECK(hash(k, bad, out) == PDQL_ERR_SHAPE);
    bad = good, bad.format = 0;
    CHECK(hash(k, bad, out) == PDQL_ERR_ARG);
    bad = good, bad.data = NULL;
    CHECK(hash(k, bad, out) == PDQL_ERR_ARG);
    bad = good, bad.format = 99;
    CHECK(hash(k, bad, out) == PDQL_ERR_ARG);
    CHECK(pdql_hasher_size(4, 100) == 0);
    CHECK(pdql_hasher_size(100, 4) == 0);
    CHECK(pdql_hasher_size(0, 0) == 0);
    CHECK(pdql_hasher_size(UINT32_MAX, UINT32_MAX) == 0);
    uint64_t memory[4];
    CHECK(pdql_hasher_init(memory, sizeof memory, 100, 100) == PDQL_ERR_SPACE);
    CHECK(pdql_hasher_init(NULL, 1 << 20, 100, 100) == PDQL_ERR_ARG);
    CHECK(pdql_hasher_init((uint8_t *)memory + 1, 1 << 20, 100, 100) == PDQL_ERR_ARG);
    CHECK(pdql_hash_image(NULL, NULL, NULL, NULL) == PDQL_ERR_ARG);
}

int main(int argc, char **argv)
{
    part = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    if (part < 1 || part > 20)
        return 2;
    for (size_t i = 0; pdql_kernels_at(i); i++) {
        const pdql_kernels *k = pdql_kernels_at(i);
        printf("%s\n", pdql_kernels_name(k));
        test_pictures(k);
        test_negative_strides(k);
        test_layouts(k);
        test_lone_column(k);
        test_limits(k);
        test_refusals(k);
    }
    test_sizes();
    test_stream();
    printf("%d failures\n", failures);
    return failures != 0;
}
