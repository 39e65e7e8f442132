// Looking at sixteen bytes at once: where a run of printable ASCII ends, drawing it, the numbers of a control sequence.
// A frame is made of some forty of these, of a few bytes each, so that mispredicted branches are what costs.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ttyrec {

inline constexpr size_t kSlack = 16;  // bytes behind a screen's cells that `draw_printable` may rewrite as they are

inline bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }
inline bool is_printable(uint8_t byte) { return byte >= 0x20 && byte < 0x7f; }

#if defined(__SSE2__)
// Which of sixteen bytes lie from `first` to `last`, as bits.
inline unsigned bits_within(__m128i bytes, char first, char last) {
    const __m128i moved = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    const __m128i inside = _mm_cmpeq_epi8(_mm_min_epu8(moved, _mm_set1_epi8(static_cast<char>(last - first))), moved);
    return static_cast<unsigned>(_mm_movemask_epi8(inside));
}

inline __m128i load16(const uint8_t* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
#endif

// The first byte from `at` on that is not printable ASCII, or `end`.
inline const uint8_t* end_of_printable(const uint8_t* at, const uint8_t* end) {
#if defined(__SSE2__)
    for (; end - at >= 16; at += 16) {
        const unsigned outside = ~bits_within(load16(at), 0x20, 0x7e) & 0xffffu;
        if (outside) return at + std::countr_zero(outside);
    }
#endif
    while (at < end && is_printable(*at)) ++at;
    return at;
}

// Copy `count` characters to `chars`, and give their cells `colour`, or `space` where they are blanks. `readable` bytes
// may be read from `at`; kSlack bytes must be writable behind the cells.
inline void draw_printable(const uint8_t* at, size_t count, size_t readable, uint8_t* chars, int8_t* colours,
                           int8_t colour, int8_t space) {
#if defined(__SSE2__)
    if (count <= 16 && readable >= 16) {
        const __m128i numbers = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        const __m128i drawn = _mm_cmplt_epi8(numbers, _mm_set1_epi8(static_cast<char>(count)));
        const auto choose = [](__m128i mask, __m128i yes, __m128i no) {
            return _mm_or_si128(_mm_and_si128(mask, yes), _mm_andnot_si128(mask, no));
        };
        const __m128i bytes = load16(at);
        const __m128i blank = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));
        const __m128i tint = choose(blank, _mm_set1_epi8(space), _mm_set1_epi8(colour));
        __m128i* const to = reinterpret_cast<__m128i*>(chars);
        __m128i* const to_colours = reinterpret_cast<__m128i*>(colours);
        _mm_storeu_si128(to, choose(drawn, bytes, _mm_loadu_si128(to)));
        _mm_storeu_si128(to_colours, choose(drawn, tint, _mm_loadu_si128(to_colours)));
        return;
    }
#else
    static_cast<void>(readable);
#endif
    std::memcpy(chars, at, count);
    for (size_t i = 0; i < count; ++i) colours[i] = at[i] == ' ' ? space : colour;
}

// The numbers of a control sequence, and where the byte behind them is.
struct Numbers {
    uint32_t value[3] = {0, 0, 0};
    int count = 0;  // how many there are; 0: more than three, or above 9999
    const uint8_t* final = nullptr;
};

// Read from behind `ESC [` on. Where no byte follows the numbers, `final` is `end`.
inline Numbers read_numbers(const uint8_t* at, const uint8_t* end) {
    Numbers found;
#if defined(__SSE2__)
    if (end - at >= 16) {  // one or two numbers of at most two digits: a place, a colour
        const __m128i bytes = load16(at);
        const unsigned digits = bits_within(bytes, '0', '9'), separators = bits_within(bytes, ';', ';');
        const int size = std::countr_one(digits | separators);
        const unsigned inside = separators & ((1u << size) - 1);
        const int first = inside ? std::countr_zero(inside) : size, second = inside ? size - first - 1 : 0;
        if (first <= 2 && second <= 2 && !(inside & (inside - 1))) {
            const auto number = [](const uint8_t* last, int length) {
                const uint32_t tens = last[-2] - uint32_t{'0'}, ones = last[-1] - uint32_t{'0'};
                return length ? ones + (tens < 10 ? 10 * tens : 0) : 0;
            };
            found.value[0] = number(at + first, first);
            found.value[1] = number(at + size, second);
            found.count = inside ? 2 : 1;
            found.final = at + size;
            return found;
        }
    }
#endif
    int seen = 0;
    for (; at < end; ++at) {
        if (is_digit(*at)) {
            found.value[seen] = found.value[seen] * 10 + (*at - uint32_t{'0'});
            if (found.value[seen] > 9999) return found;
        } else if (*at == ';') {
            if (++seen == 3) return found;
        } else {
            break;
        }
    }
    found.count = seen + 1;
    found.final = at;
    return found;
}

}  // namespace ttyrec
