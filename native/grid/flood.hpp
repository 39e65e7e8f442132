// Walking distances on a map under NetHack's rule for diagonals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yendor::grid {

// Breadth-first distances from (row, column) over cells with walkable != 0; -1 where unreachable.
// A diagonal step needs diagonal != 0 at both its ends (doorways forbid it). The start itself need
// not be walkable. `distances` has rows * columns cells.
inline void flood(const uint8_t* walkable, const uint8_t* diagonal, int rows, int columns, int row,
                  int column, int16_t* distances) {
    const int cells = rows * columns;
    for (int i = 0; i < cells; ++i) distances[i] = -1;
    std::vector<int> queue;
    queue.reserve(static_cast<std::size_t>(cells));
    const int start = row * columns + column;
    distances[start] = 0;
    queue.push_back(start);
    for (std::size_t head = 0; head < queue.size(); ++head) {
        const int cell = queue[head];
        const int y = cell / columns, x = cell % columns;
        for (int dy = -1; dy <= 1; ++dy) {
            for (int dx = -1; dx <= 1; ++dx) {
                const int ny = y + dy, nx = x + dx;
                if ((dy == 0 && dx == 0) || ny < 0 || ny >= rows || nx < 0 || nx >= columns) continue;
                const int next = ny * columns + nx;
                if (distances[next] >= 0 || !walkable[next]) continue;
                if (dy != 0 && dx != 0 && !(diagonal[cell] && diagonal[next])) continue;
                distances[next] = static_cast<int16_t>(distances[cell] + 1);
                queue.push_back(next);
            }
        }
    }
}

}  // namespace yendor::grid
