#ifndef BYTE_MASK_H
#define BYTE_MASK_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Which of 64 bytes are the first of six, and which are one of the other five: bit 0 stands for the first byte. Every
/// x86-64 has SSE2; elsewhere the compiler makes of the loop what it can. Each of the six stands sixteen times in `wanted`.
static inline void byte_masks64(const uint8_t *bytes, const uint8_t wanted[96], uint64_t *first, uint64_t *others) {
    uint64_t is_first = 0, is_other = 0;
#if defined(__SSE2__)
    const __m128i w0 = _mm_loadu_si128((const __m128i *)(wanted + 0)), w1 = _mm_loadu_si128((const __m128i *)(wanted + 16));
    const __m128i w2 = _mm_loadu_si128((const __m128i *)(wanted + 32)), w3 = _mm_loadu_si128((const __m128i *)(wanted + 48));
    const __m128i w4 = _mm_loadu_si128((const __m128i *)(wanted + 64)), w5 = _mm_loadu_si128((const __m128i *)(wanted + 80));
    for (int part = 0; part < 4; part++) {
        const __m128i block = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
        const __m128i other = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(block, w1), _mm_or_si128(_mm_cmpeq_epi8(block, w2), _mm_cmpeq_epi8(block, w3))),
            _mm_or_si128(_mm_cmpeq_epi8(block, w4), _mm_cmpeq_epi8(block, w5)));
        is_first |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block, w0)) << (16 * part);
        is_other |= (uint64_t)(uint32_t)_mm_movemask_epi8(other) << (16 * part);
    }
#else
    for (int index = 0; index < 64; index++) {
        const uint8_t byte = bytes[index];
        const uint64_t other = byte == wanted[16] || byte == wanted[32] || byte == wanted[48] || byte == wanted[64]
            || byte == wanted[80];
        is_first |= (uint64_t)(byte == wanted[0]) << index;
        is_other |= other << index;
    }
#endif
    *first = is_first;
    *others = is_other;
}

#endif
