// Walking distances on a map under NetHack's rule for diagonals, and the first step of a way.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace yendor::grid {

// The steps in the order of the actions: straight ones first. Among equal ways the first one counts.
inline constexpr int kSteps[8][2] = {{-1, 0}, {0, 1}, {1, 0}, {0, -1}, {-1, 1}, {1, 1}, {1, -1}, {-1, -1}};

__extension__ typedef unsigned __int128 Row;  // a row of squares, one bit each
inline constexpr int kMaxRows = 126, kMaxColumns = 127;

inline Row bits_of(const uint8_t* bytes, int count) {
    Row row = 0;
    int x = 0;
    if constexpr (std::endian::native == std::endian::little) {
        for (; x + 8 <= count; x += 8) {
            uint64_t word;
            std::memcpy(&word, bytes + x, 8);
            word = (((word & 0x7f7f7f7f7f7f7f7f) + 0x7f7f7f7f7f7f7f7f) | word) >> 7 & 0x0101010101010101;
            row |= static_cast<Row>(word * 0x0102040810204080 >> 56) << x;
        }
    }
    for (; x < count; ++x) row |= static_cast<Row>(bytes[x] != 0) << x;
    return row;
}

// Breadth first over the rows of a map: each round takes one step from all squares of the last one at once.
// A step ends on a cell with walkable != 0; a diagonal one needs diagonal != 0 at both its ends (doorways forbid it).
// The start itself need not be walkable. At most 126 rows and 127 columns.
class Flood {
  public:
    Flood(const uint8_t* walkable, const uint8_t* diagonal, int rows, int columns, int row, int column)
        : rows_(rows), low_(row + 1), high_(row + 1) {
        for (int y = 1; y <= rows; ++y, walkable += columns, diagonal += columns) {
            open_[at(y)] = bits_of(walkable, columns);
            slanting_[at(y)] = bits_of(diagonal, columns);
            now_[y] = next_[y] = 0;
        }
        for (int y : {0, rows + 1}) open_[at(y)] = slanting_[at(y)] = now_[y] = next_[y] = 0;
        now_[row + 1] = Row{1} << column;
        open_[at(row + 1)] &= ~now_[row + 1];
    }

    Flood(const Flood&) = delete;  // it points into itself
    Flood& operator=(const Flood&) = delete;

    // Whether the squares of the last round hold one, and whether no diagonal rule forbids step i (of kSteps) from one.
    bool holds(int row, int column) const {
        return row >= 0 && row < rows_ && column >= 0 && (now_[row + 1] >> column & 1);
    }
    bool allowed(int row, int column, int i) const {
        return i < 4 || ((slanting_[at(row + 1)] >> column & 1) &&
                         (slanting_[at(row + 1 + kSteps[i][0])] >> (column + kSteps[i][1]) & 1));
    }

    // Take a step from everywhere, calling `visit(row, squares)` for each row where that leads to new ones; false when
    // there are none.
    template <class Visit>
    bool advance(Visit visit) {
        const int from = std::max(low_ - 1, 1), to = std::min(high_ + 1, rows_);
        Row* now = now_;
        Row* next = next_;
        Row above = now[from - 1], here = now[from];
        int low = rows_ + 1, high = 0;
        for (int y = from; y <= to; ++y) {
            const Row below = now[y + 1];
            const Row slant = (above & slanting_[at(y - 1)]) | (below & slanting_[at(y + 1)]);
            const Row found = ((here << 1) | (here >> 1) | above | below |
                               (((slant << 1) | (slant >> 1)) & slanting_[at(y)])) & open_[at(y)];
            now[y] = 0;
            above = here, here = below;
            if (!found) continue;
            next[y] = found;
            open_[at(y)] &= ~found;
            low = std::min(low, y), high = y;
            visit(y - 1, found);
        }
        now_ = next, next_ = now;
        low_ = low, high_ = high;
        return high > 0;
    }

  private:
    static std::size_t at(int y) { return static_cast<std::size_t>(y); }
    using Rows = std::array<Row, kMaxRows + 2>;
    int rows_, low_, high_;
    Rows open_, slanting_, first_, second_;
    Row *now_ = first_.data(), *next_ = second_.data();  // `next_` is empty between steps
};

// Breadth-first distances from (row, column), -1 where unreachable; `distances` has rows * columns cells.
// Returns how many cells are reached, the start included.
inline int flood(const uint8_t* walkable, const uint8_t* diagonal, int rows, int columns, int row, int column,
                 int16_t* distances) {
    std::fill_n(distances, rows * columns, int16_t{-1});
    distances[row * columns + column] = 0;
    Flood flood(walkable, diagonal, rows, columns, row, column);
    int reached = 1;
    int16_t distance = 1;
    const auto write = [&](int y, Row squares) {
        int16_t* cell = distances + y * columns;
        for (auto left = static_cast<uint64_t>(squares); left; left &= left - 1, ++reached)
            cell[std::countr_zero(left)] = distance;
        for (auto left = static_cast<uint64_t>(squares >> 64); left; left &= left - 1, ++reached)
            cell[64 + std::countr_zero(left)] = distance;
    };
    while (flood.advance(write)) ++distance;
    return reached;
}

// The index into kSteps of the first step of a shortest way; -1 without a way. Neither end need be walkable.
inline int first_step(const uint8_t* walkable, const uint8_t* diagonal, int rows, int columns, int row,
                      int column, int goal_row, int goal_column) {
    Flood flood(walkable, diagonal, rows, columns, goal_row, goal_column);
    do {
        for (int i = 0; i < 8; ++i)
            if (flood.holds(row + kSteps[i][0], column + kSteps[i][1]) && flood.allowed(row, column, i)) return i;
    } while (flood.advance([](int, Row) {}));
    return -1;
}

}  // namespace yendor::grid
