// What the memory of a level is made of: whole maps, square by square.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace yendor::grid {

// A set of terrain codes, which are below 64: `set[code]` is 1 for those in it.
class Codes {
  public:
    explicit Codes(uint64_t codes) {
        for (int i = 0; i < 64; ++i) in_[i] = static_cast<uint8_t>(codes >> i & 1);
    }
    uint8_t operator[](uint8_t code) const { return in_[code]; }

  private:
    uint8_t in_[256] = {};
};

// The indexes of the cells whose code is in a set.
inline std::vector<int> find(const uint8_t* plane, int cells, uint64_t codes) {
    const Codes wanted(codes);
    std::vector<int> found;
    int i = 0;
    for (; i + 8 <= cells; i += 8) {  // most squares are none of them
        unsigned any = 0;
        for (int k = 0; k < 8; ++k) any |= wanted[plane[i + k]];
        if (!any) continue;
        for (int k = 0; k < 8; ++k)
            if (wanted[plane[i + k]]) found.push_back(i + k);
    }
    for (; i < cells; ++i)
        if (wanted[plane[i]]) found.push_back(i);
    return found;
}

// out = table[glyphs]; false, with `out` half written, when a glyph is none.
inline bool look_up(const uint8_t* table, std::size_t size, const int16_t* glyphs, int cells, uint8_t* out) {
    bool sound = true;
    for (int i = 0; i < cells; ++i) {
        const auto glyph = static_cast<std::size_t>(static_cast<uint16_t>(glyphs[i]));
        if (glyph < size)
            out[i] = table[glyph];
        else
            sound = false;
    }
    return sound;
}

// Lasting codes replace those of `terrain`; under what covers a square is floor, unless we know better.
inline void cover(const uint8_t* codes, uint8_t* terrain, int cells, uint64_t lasting, uint64_t covering,
                  uint64_t doubtful, uint8_t floor) {
    const Codes lasts(lasting), covers(covering), doubts(doubtful);
    for (int i = 0; i < cells; ++i) {
        const uint8_t below = covers[codes[i]] & doubts[terrain[i]] ? floor : terrain[i];
        terrain[i] = lasts[codes[i]] ? codes[i] : below;
    }
}

// mask |= table[glyphs]; false when a glyph is none.
inline bool mark(const bool* table, std::size_t size, const int16_t* glyphs, int cells, bool* mask) {
    bool sound = true;
    for (int i = 0; i < cells; ++i) {
        const auto glyph = static_cast<std::size_t>(static_cast<uint16_t>(glyphs[i]));
        if (glyph < size)
            mask[i] = mask[i] | table[glyph];
        else
            sound = false;
    }
    return sound;
}

// Squares left before (`left` above -2) that show something else than a monster are brought up to date; returns those
// where another thing lies now than the one left, which are taken out.
inline std::vector<int> notice(const int16_t* glyphs, const uint8_t* codes, int16_t* left, int cells, uint8_t monster,
                               uint8_t item) {
    std::vector<int> found;
    for (int i = 0; i < cells; ++i) {
        if (left[i] <= -2 || codes[i] == monster) continue;
        const bool other = codes[i] == item && left[i] != glyphs[i] && left[i] != -1;
        left[i] = other ? int16_t{-2} : glyphs[i];
        if (other) found.push_back(i);
    }
    return found;
}

struct Ground {
    const uint8_t* terrain;
    const int32_t* blocked;
    const int32_t* straight;
    const bool* shop;
    uint64_t walkable, doors;
    int32_t turn;
    bool open_shops;
};

// Where a step may end, and where a diagonal one may begin and end.
inline void ground(const Ground& from, int cells, uint8_t* __restrict walkable, uint8_t* __restrict diagonal) {
    const Codes open(from.walkable), slanting(~from.doors);
    const auto [terrain, blocked, straight, shop, codes, doors, turn, open_shops] = from;
    for (int i = 0; i < cells; ++i) walkable[i] = open[terrain[i]], diagonal[i] = slanting[terrain[i]];
    // Each of these loops alone is one that compilers turn into vector instructions.
    for (int i = 0; i < cells; ++i) walkable[i] = static_cast<uint8_t>(walkable[i] & (blocked[i] <= turn));
    for (int i = 0; i < cells; ++i) diagonal[i] = static_cast<uint8_t>(diagonal[i] & (straight[i] <= turn));
    if (!open_shops)
        for (int i = 0; i < cells; ++i) walkable[i] = static_cast<uint8_t>(walkable[i] & !shop[i]);
}

// Cells within reach (distance above 0), not visited, passed or in a shop, with a cell beside them whose terrain is 0
// and that is not seen.
inline void frontier(const uint8_t* terrain, const bool* seen, const bool* visited, const bool* passed, const bool* shop,
                     const int16_t* distances, int rows, int columns, bool* out) {
    for (int y = 0, i = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x, ++i) {
            out[i] = false;
            if (distances[i] <= 0 || visited[i] || passed[i] || shop[i]) continue;
            for (int ny = y > 0 ? y - 1 : 0; ny <= y + 1 && ny < rows; ++ny)
                for (int nx = x > 0 ? x - 1 : 0; nx <= x + 1 && nx < columns; ++nx)
                    if (terrain[ny * columns + nx] == 0 && !seen[ny * columns + nx]) out[i] = true;
        }
    }
}

// The index of the least distance in a mask, the first of equal ones; -1 for an empty mask.
inline int nearest(const bool* mask, const int16_t* distances, int cells) {
    int best = -1;
    for (int i = 0; i < cells; ++i)
        if (mask[i] && (best < 0 || distances[i] < distances[best])) best = i;
    return best;
}

// Sums over the box of a radius around each cell, added up in the order of cumulative sums down, then across, with a
// rim of zeros: rounding is then the reference's.
inline void box_sum(const double* values, int rows, int columns, int radius, double* out) {
    const int size = 2 * radius + 1, width = columns + size + 1, height = rows + size + 1;
    std::vector<double> total(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0.0);
    for (int y = 0; y < rows; ++y) {
        double* row = total.data() + (y + radius + 1) * width + radius + 1;
        for (int x = 0; x < columns; ++x) row[x] = row[x - width] + values[y * columns + x];
    }
    for (int y = rows + radius + 1; y < height; ++y) {
        double* row = total.data() + y * width;
        for (int x = 0; x < width; ++x) row[x] = row[x - width];
    }
    for (int x = 1; x < width; ++x) {  // column by column: sums of different rows do not wait for each other
        double* cell = total.data() + x;
        for (int y = 0; y < height; ++y, cell += width) *cell += cell[-1];
    }
    for (int y = 0; y < rows; ++y) {
        const double* above = total.data() + y * width;
        const double* below = total.data() + (y + size) * width;
        for (int x = 0; x < columns; ++x)
            out[y * columns + x] = below[x + size] - above[x + size] - below[x] + above[x];
    }
}

struct Promise {
    const uint8_t* terrain;
    const int16_t* searched;
    const bool* shop;
    uint64_t solid, corridors, walkable;
    const double* fade;
    int fades;
};

// How much a search at each cell may find. `around` receives it; `unknown` (1.0 or 0.0) is used up.
inline void promise(const Promise& from, int rows, int columns, double* unknown, double* around) {
    const int cells = rows * columns;
    const Codes solid(from.solid), corridors(from.corridors), walkable(from.walkable);
    const auto faded = [&](int i) { return from.fade[std::clamp<int>(from.searched[i], 0, from.fades - 1)]; };
    box_sum(unknown, rows, columns, 2, around);
    box_sum(around, rows, columns, 3, unknown);
    for (int i = 0; i < cells; ++i) {
        const double mass = unknown[i] / 900.0;
        unknown[i] = solid[from.terrain[i]] && !from.shop[i] ? mass * mass * faded(i) : 0.0;
    }
    box_sum(unknown, rows, columns, 1, around);
    for (int y = 0, i = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x, ++i) {
            if (!corridors[from.terrain[i]]) continue;
            int ways = 0;
            for (int ny = std::max(y - 1, 0); ny <= std::min(y + 1, rows - 1); ++ny)
                for (int nx = std::max(x - 1, 0); nx <= std::min(x + 1, columns - 1); ++nx)
                    ways += walkable[from.terrain[ny * columns + nx]];
            if (ways <= 2) around[i] += 3.0 * faded(i);
        }
    }
}

}  // namespace yendor::grid
