#ifndef BYTE_MASK_H
#define BYTE_MASK_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Which of 64 bytes are one of six: bit 0 stands for the first byte. Every x86-64 has SSE2; elsewhere the compiler makes of
/// the loop what it can.
static inline uint64_t byte_mask64(const uint8_t *bytes, const uint8_t wanted[6]) {
#if defined(__SSE2__)
    const __m128i w0 = _mm_set1_epi8((char)wanted[0]), w1 = _mm_set1_epi8((char)wanted[1]);
    const __m128i w2 = _mm_set1_epi8((char)wanted[2]), w3 = _mm_set1_epi8((char)wanted[3]);
    const __m128i w4 = _mm_set1_epi8((char)wanted[4]), w5 = _mm_set1_epi8((char)wanted[5]);
    uint64_t mask = 0;
    for (int part = 0; part < 4; part++) {
        const __m128i block = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
        const __m128i found = _mm_or_si128(
            _mm_or_si128(
                _mm_or_si128(_mm_cmpeq_epi8(block, w0), _mm_cmpeq_epi8(block, w1)),
                _mm_or_si128(_mm_cmpeq_epi8(block, w2), _mm_cmpeq_epi8(block, w3))),
            _mm_or_si128(_mm_cmpeq_epi8(block, w4), _mm_cmpeq_epi8(block, w5)));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (16 * part);
    }
    return mask;
#else
    uint64_t mask = 0;
    for (int index = 0; index < 64; index++) {
        const uint8_t byte = bytes[index];
        const uint64_t found = byte == wanted[0] || byte == wanted[1] || byte == wanted[2] || byte == wanted[3]
            || byte == wanted[4] || byte == wanted[5];
        mask |= found << index;
    }
    return mask;
#endif
}

#endif
