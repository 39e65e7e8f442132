// Walking distances on a map under NetHack's rule for diagonals, and the first step of a way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yendor::grid {

// The steps in the order of the actions: straight ones first. Among equal ways the first one counts.
inline constexpr int kSteps[8][2] = {{-1, 0}, {0, 1}, {1, 0}, {0, -1}, {-1, 1}, {1, 1}, {1, -1}, {-1, -1}};

// A map with a rim of walls, so that no step needs a look at the bounds; and the queue of a search over it.
class Board {
  public:
    void lay(const uint8_t* walkable, const uint8_t* diagonal, int rows, int columns) {
        width_ = columns + 2;
        const auto size = static_cast<std::size_t>(rows + 2) * static_cast<std::size_t>(width_);
        cells_.assign(size, 0);
        distances_.assign(size, -1);
        queue_.resize(size + 1);
        for (int y = 0; y < rows; ++y) {
            uint8_t* to = cells_.data() + at(y, 0);
            for (int x = 0; x < columns; ++x, ++walkable, ++diagonal)
                to[x] = static_cast<uint8_t>((*walkable ? kWalkable : 0) | (*diagonal ? kDiagonal : 0));
        }
        for (int i = 0; i < 8; ++i) steps_[i] = kSteps[i][0] * width_ + kSteps[i][1];
    }

    int at(int row, int column) const { return (row + 1) * width_ + column + 1; }
    int distance(int cell) const { return distances_[static_cast<std::size_t>(cell)]; }
    const int16_t* row(int y) const { return distances_.data() + at(y, 0); }

    // Whether a diagonal rule allows step i (of kSteps) from a cell, whatever stands at its end.
    bool allowed(int cell, int i) const {
        return i < 4 || (cells_[static_cast<std::size_t>(cell)] & cells_[static_cast<std::size_t>(cell + steps_[i])] &
                         kDiagonal);
    }
    int next(int cell, int i) const { return cell + steps_[i]; }

    // Breadth first from a cell, until `enough(distance)` tells that farther squares do not matter.
    template <class Enough>
    void flood(int start, Enough enough) {
        uint8_t* cells = cells_.data();
        int16_t* distances = distances_.data();
        int* queue = queue_.data();
        int end = 0;
        distances[start] = 0;
        cells[start] &= static_cast<uint8_t>(~kWalkable);  // whatever has its distance is not walked to again
        queue[end++] = start;
        for (int head = 0; head < end; ++head) {
            const int cell = queue[head];
            if (enough(distances[cell])) return;
            const auto further = static_cast<int16_t>(distances[cell] + 1);
            const int ways = cells[cell] & kDiagonal ? 8 : 4;
            for (int i = 0; i < ways; ++i) {  // without branches: which squares are new nobody can predict
                const int to = cell + steps_[i];
                const auto wanted = static_cast<uint8_t>(i < 4 ? kWalkable : kWalkable | kDiagonal);
                const bool fresh = (cells[to] & wanted) == wanted;
                queue[end] = to;
                end += fresh;
                distances[to] = fresh ? further : distances[to];
                cells[to] = static_cast<uint8_t>(cells[to] & ~(fresh ? kWalkable : 0));
            }
        }
    }

  private:
    static constexpr uint8_t kWalkable = 1, kDiagonal = 2;
    int width_ = 0;
    int steps_[8];
    std::vector<uint8_t> cells_;
    std::vector<int16_t> distances_;
    std::vector<int> queue_;
};

// A thread's board, laid out anew for each search: its memory stays warm.
inline Board& board_of_thread() {
    thread_local Board board;
    return board;
}

// Breadth-first distances from (row, column) over cells with walkable != 0; -1 where unreachable.
// A diagonal step needs diagonal != 0 at both its ends (doorways forbid it). The start itself need
// not be walkable. `distances` has rows * columns cells.
inline void flood(const uint8_t* walkable, const uint8_t* diagonal, int rows, int columns, int row,
                  int column, int16_t* distances) {
    Board& board = board_of_thread();
    board.lay(walkable, diagonal, rows, columns);
    board.flood(board.at(row, column), [](int) { return false; });
    for (int y = 0; y < rows; ++y, distances += columns) {
        const int16_t* from = board.row(y);
        for (int x = 0; x < columns; ++x) distances[x] = from[x];
    }
}

// The index into kSteps of the first step of a shortest way; -1 without a way. Neither end need be walkable.
inline int first_step(const uint8_t* walkable, const uint8_t* diagonal, int rows, int columns, int row,
                      int column, int goal_row, int goal_column) {
    Board& board = board_of_thread();
    board.lay(walkable, diagonal, rows, columns);
    const int start = board.at(row, column);
    int looked = -1, found = -1;
    board.flood(board.at(goal_row, goal_column), [&](int distance) {
        if (distance == looked) return false;
        looked = distance;  // all squares at this distance are known before the first of them is looked at
        for (int i = 0; i < 8 && found < 0; ++i)
            if (board.distance(board.next(start, i)) == distance && board.allowed(start, i)) found = i;
        return found >= 0;
    });
    return found;
}

}  // namespace yendor::grid
