// Line-drawing characters of the DEC and IBM sets as the ASCII symbols that NetHack draws without them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ttyrec {

using CharMap = std::array<uint8_t, 256>;

namespace detail {

struct Pair {
    uint8_t code;
    char symbol;
};

// Which symbol a code stands for follows from NetHack's default symbol sets (drawing.c); where one code stands
// for several symbols, the last in that table counts, as in NLE's converter.
inline constexpr Pair kIbm[] = {
    {0xb0, '#'}, {0xb1, '#'}, {0xb3, '|'}, {0xb4, '|'}, {0xbf, '-'}, {0xc0, '-'}, {0xc1, '-'},
    {0xc2, '-'}, {0xc3, '|'}, {0xc4, '-'}, {0xc5, '-'}, {0xd9, '-'}, {0xda, '-'}, {0xf0, '#'},
    {0xf1, '#'}, {0xf4, '{'}, {0xf7, '}'}, {0xfa, '.'}, {0xfe, '|'},
};
inline constexpr Pair kDec[] = {
    {'`', '}'}, {'a', '|'}, {'g', '#'}, {'j', '-'}, {'k', '-'}, {'l', '-'}, {'m', '-'}, {'n', '-'}, {'o', '-'},
    {'q', '-'}, {'s', '-'}, {'t', '|'}, {'u', '|'}, {'v', '-'}, {'w', '-'}, {'x', '|'}, {'y', '<'}, {'z', '>'},
    {'{', '#'}, {'~', '.'},
};

constexpr CharMap make_map(bool dec) {
    CharMap map{};
    for (int i = 0; i < 256; ++i) map[static_cast<size_t>(i)] = static_cast<uint8_t>(i);
    for (Pair pair : kIbm) map[pair.code] = static_cast<uint8_t>(pair.symbol);
    if (dec)
        for (Pair pair : kDec) map[pair.code] = static_cast<uint8_t>(pair.symbol);
    return map;
}

}  // namespace detail

inline constexpr CharMap kPlain = detail::make_map(false);
inline constexpr CharMap kLines = detail::make_map(true);

// The nearest of the 16 terminal colours (xterm's palette) to an RGB colour.
inline uint8_t nearest_colour(int red, int green, int blue) {
    static constexpr uint8_t palette[16][3] = {
        {0, 0, 0},       {205, 0, 0},   {0, 205, 0},   {205, 205, 0},   {0, 0, 238},    {205, 0, 205},
        {0, 205, 205},   {229, 229, 229}, {127, 127, 127}, {255, 0, 0}, {0, 255, 0},    {255, 255, 0},
        {92, 92, 255},   {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
    };
    uint8_t best = 0;
    long least = 1L << 30;
    for (uint8_t i = 0; i < 16; ++i) {
        const long dr = palette[i][0] - red, dg = palette[i][1] - green, db = palette[i][2] - blue;
        const long distance = dr * dr + dg * dg + db * db;
        if (distance < least) least = distance, best = i;
    }
    return best;
}

// One of xterm's 256 colours as one of the 16: 16..231 are a 6x6x6 cube, 232..255 greys.
inline uint8_t colour_of_256(int index) {
    if (index < 16) return static_cast<uint8_t>(index);
    if (index >= 232) {
        const int grey = 8 + 10 * (index - 232);
        return nearest_colour(grey, grey, grey);
    }
    static constexpr int levels[6] = {0, 95, 135, 175, 215, 255};
    const int cube = index - 16;
    return nearest_colour(levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6]);
}

}  // namespace ttyrec
