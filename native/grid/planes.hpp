// What the memory of a level is made of: whole maps, square by square.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yendor::grid {

// A set of terrain codes, which are below 64.
inline bool in(uint8_t code, uint64_t codes) { return code < 64 && (codes >> code & 1); }

// The indexes of the cells whose code is in a set.
inline std::vector<int> find(const uint8_t* plane, int cells, uint64_t codes) {
    std::vector<int> found;
    for (int i = 0; i < cells; ++i)
        if (in(plane[i], codes)) found.push_back(i);
    return found;
}

// out = table[glyphs]; false, with `out` half written, when a glyph is none.
inline bool look_up(const uint8_t* table, std::size_t size, const int16_t* glyphs, int cells, uint8_t* out) {
    bool sound = true;
    for (int i = 0; i < cells; ++i) {
        const auto glyph = static_cast<std::size_t>(static_cast<uint16_t>(glyphs[i]));
        const bool known = glyph < size;
        sound &= known;
        out[i] = known ? table[glyph] : 0;
    }
    return sound;
}

// Lasting codes replace those of `terrain`; under what covers a square is floor, unless we know better.
inline void cover(const uint8_t* codes, uint8_t* terrain, int cells, uint64_t lasting, uint64_t covering,
                  uint64_t doubtful, uint8_t floor) {
    for (int i = 0; i < cells; ++i) {
        if (in(codes[i], lasting)) terrain[i] = codes[i];
        else if (in(codes[i], covering) && in(terrain[i], doubtful)) terrain[i] = floor;
    }
}

// mask |= table[glyphs]; false when a glyph is none.
inline bool mark(const bool* table, std::size_t size, const int16_t* glyphs, int cells, bool* mask) {
    bool sound = true;
    for (int i = 0; i < cells; ++i) {
        const auto glyph = static_cast<std::size_t>(static_cast<uint16_t>(glyphs[i]));
        const bool known = glyph < size;
        sound &= known;
        mask[i] |= known && table[glyph];
    }
    return sound;
}

// Squares left before (`left` above -2) that show something else than a monster are brought up to date; returns those where
// another thing lies now than the one left, which are taken out.
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
inline void ground(const Ground& from, int cells, uint8_t* walkable, uint8_t* diagonal) {
    for (int i = 0; i < cells; ++i) {
        walkable[i] = in(from.terrain[i], from.walkable) & (from.blocked[i] <= from.turn) &
                      (from.open_shops | !from.shop[i]);
        diagonal[i] = !in(from.terrain[i], from.doors) & (from.straight[i] <= from.turn);
    }
}

// Cells within reach (distance above 0) that are not `done`, with a cell beside them whose terrain is 0 and not `seen`.
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
    for (int y = 0; y < height; ++y) {
        double* row = total.data() + y * width;
        for (int x = 1; x < width; ++x) row[x] += row[x - 1];
    }
    for (int y = 0; y < rows; ++y) {
        const double* above = total.data() + y * width;
        const double* below = total.data() + (y + size) * width;
        for (int x = 0; x < columns; ++x)
            out[y * columns + x] = below[x + size] - above[x + size] - below[x] + above[x];
    }
}

}  // namespace yendor::grid
