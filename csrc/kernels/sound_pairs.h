/*
 * kernels/sound_pairs.h - the loops of sound hashes that add products of pairs, for AVX2 and WebAssembly SIMD
 *
 * The file that includes this defines WIDTH, numbers of 16 bits in a vector; `wide`, a vector; ZERO, LOAD(p), ADD(a, b),
 * PAIRS(a, b): products of 16 bits, added two by two; TOTAL(v): the sum of all numbers of 32 bits.
 */
static inline int16_t held(int32_t sum)
{
    sum = (sum + 16384) >> 15;
    return (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
}

static void resample(const pdqi_sound_filter *f, const int16_t *x, uint32_t phase, int16_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int16_t *const taps = f->bank + (size_t)phase * f->taps;
        wide sum = ZERO;
        uint32_t t = 0;
        for (; t + WIDTH <= f->taps; t += WIDTH)
            sum = ADD(sum, PAIRS(LOAD(taps + t), LOAD(x + t)));
        int32_t rest = TOTAL(sum);
        for (; t < f->taps; t++)
            rest += taps[t] * x[t];
        out[i] = held(rest);
        phase += f->down;
        const uint32_t whole = phase / f->up;
        x += whole;
        phase -= whole * f->up;
    }
}
