/*
 * kernels/sha256_body.h - SHA-256 over blocks, written once for the instructions that do several rounds
 *
 * One message leaves the unit idle between dependent rounds, so `each` runs two messages side by side.
 * The file that includes this has set the target and defines `lanes`, a state and sixteen words, and
 *   load_state(l, words), store_state(l, words), load_block(l, data), add_state(l, before),
 *   four_rounds(l, i, more): rounds 4i..4i + 3; with `more`, also the words that come sixteen later
 */
static void blocks(uint32_t state[8], const uint8_t *data, size_t n)
{
    lanes l;
    load_state(&l, state);
    for (; n; n--, data += 64) {
        const lanes before = l;
        load_block(&l, data);
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++)
            four_rounds(&l, i, i < 12);
        add_state(&l, &before);
    }
    store_state(&l, state);
}

static void two(uint32_t (*states)[8], const uint8_t *data, size_t stride)
{
    lanes a, b;
    load_state(&a, states[0]);
    load_state(&b, states[1]);
    const lanes a0 = a, b0 = b;
    load_block(&a, data);
    load_block(&b, data + stride);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        four_rounds(&a, i, i < 12);
        four_rounds(&b, i, i < 12);
    }
    add_state(&a, &a0);
    add_state(&b, &b0);
    store_state(&a, states[0]);
    store_state(&b, states[1]);
}

static void each(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t n)
{
    for (; n >= 2; n -= 2, states += 2, data += 2 * stride)
        two(states, data, stride);
    if (n)
        blocks(states[0], data, 1);
}
