// NLE's arrays as English, byte for byte what nle-language-wrapper says (Goodger et al. 2023), or cleaner.
// Names and their plurals come from Python; here are geometry, order and grouping.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace yendor::text {

constexpr int kRows = 21, kColumns = 79;          // of the map
constexpr int kSpan = 2 * kColumns - 1, kHigh = 2 * kRows - 1;  // of offsets between two cells
constexpr int kDistances = 5, kDirections = 16, kReach = 9;

constexpr std::array<std::string_view, kDistances> kDistanceNames = {"very far", "far", "near", "very near",
                                                                     "adjacent"};
constexpr std::array<std::string_view, kDirections> kDirectionNames = {
    "north", "northnortheast", "northeast", "eastnortheast", "east", "eastsoutheast", "southeast", "southsoutheast",
    "south", "southsouthwest", "southwest", "westsouthwest", "west", "westnorthwest", "northwest", "northnorthwest"};

// What the names are, by glyph and by name.
struct Names {
    std::vector<std::string> text;      // by name
    std::vector<int> plural;            // the name of a name's plural
    std::vector<int16_t> anywhere;      // by glyph: its name where it is told wherever it is seen, or -1
    std::vector<int16_t> nearby;        // by glyph: its name where it is told on the eight rays only, or -1
    std::vector<uint8_t> blocks;        // by glyph: whether a ray ends there
};

enum class Message { kWrapper, kWrapperMain, kClean };

struct Style {
    bool clean;
    Message message;
};

inline int distance_of(int dx, int dy) {
    const int most = std::max(std::abs(dx), std::abs(dy));
    if (most == 1) return 4;
    if (most == 2) return 3;
    if (most > 2 && most < 6) return 2;
    if (most > 5 && most < 20) return 1;
    return 0;
}

// dx to the east, dy to the south. Any offset off an axis or a diagonal has a name of three parts.
inline int direction_of(int dx, int dy) {
    const int wide = std::abs(dx), high = std::abs(dy);
    const int quarter = dy < 0 ? (dx >= 0 ? 0 : 3) : (dx > 0 ? 1 : (dx < 0 ? 2 : 1));
    if (dx == 0 && dy == 0) return 0;
    if (dx == 0) return dy < 0 ? 0 : 8;
    if (dy == 0) return dx > 0 ? 4 : 12;
    const bool steep = high > wide;
    if (high == wide) return 2 + 4 * quarter;
    // Clockwise from north: the steep third of a quarter comes first in quarters 0 and 2.
    return 4 * quarter + ((quarter % 2 == 0) == steep ? 1 : 3);
}

class Describer {
public:
    Describer(Names names, Style style) : names_(std::move(names)), style_(style) {
        for (int dy = -(kRows - 1); dy < kRows; ++dy)
            for (int dx = -(kColumns - 1); dx < kColumns; ++dx)
                where_[static_cast<std::size_t>((dy + kRows - 1) * kSpan + dx + kColumns - 1)] =
                    static_cast<uint8_t>(distance_of(dx, dy) * kDirections + direction_of(dx, dy));
        group_of_.assign(names_.text.size() * kDistances, -1);
    }

    const Names& names() const { return names_; }
    const Style& style() const { return style_; }

    // One line for each name at each distance: "NAME DISTANCE DIRECTIONS". `glyphs` must be in range, as the hero.
    void glyphs(const int16_t* glyphs, int hero_x, int hero_y, std::string& out) {
        out.clear();
        things_.clear();
        look_everywhere(glyphs, hero_x, hero_y);
        look_along_rays(glyphs, hero_x, hero_y);
        group();
        write_lines(out);
    }

    // "NAME x|y" for all that `glyphs` tells, by row and column.
    void positions(const int16_t* glyphs, int hero_x, int hero_y, std::string& out) {
        out.clear();
        things_.clear();
        look_everywhere(glyphs, hero_x, hero_y);
        look_along_rays(glyphs, hero_x, hero_y);
        std::sort(things_.begin(), things_.end(), [](const Thing& a, const Thing& b) { return a.cell < b.cell; });
        for (const Thing& thing : things_) {
            if (!out.empty()) out += '\n';
            out += names_.text[static_cast<std::size_t>(thing.name)];
            out += ' ';
            out += std::to_string(thing.cell % kColumns);
            out += '|';
            out += std::to_string(thing.cell / kColumns);
        }
    }

    void cursor(const int16_t* glyphs, int hero_x, int hero_y, int row, int column, std::string& out) const;

private:
    struct Thing {
        int16_t name;
        uint8_t where;  // distance and direction
        int16_t cell;
    };
    struct Group {
        int key;  // name and distance
        uint16_t once, often;  // directions in which the name was seen once, and more than once
    };

    uint8_t where(int dx, int dy) const {
        return where_[static_cast<std::size_t>((dy + kRows - 1) * kSpan + dx + kColumns - 1)];
    }

    void look_everywhere(const int16_t* glyphs, int hero_x, int hero_y) {
        const int16_t* anywhere = names_.anywhere.data();
        for (int y = 0, cell = 0; y < kRows; ++y)
            for (int x = 0; x < kColumns; ++x, ++cell) {
                const int16_t name = anywhere[glyphs[cell]];
                if (name >= 0 && (x != hero_x || y != hero_y))
                    things_.push_back({name, where(x - hero_x, y - hero_y), static_cast<int16_t>(cell)});
            }
    }

    void look_along_rays(const int16_t* glyphs, int hero_x, int hero_y) {
        // East first, then clockwise.
        static constexpr int kStepX[8] = {1, 1, 0, -1, -1, -1, 0, 1}, kStepY[8] = {0, 1, 1, 1, 0, -1, -1, -1};
        for (int ray = 0; ray < 8; ++ray)
            for (int far = 1; far <= kReach; ++far) {
                const int x = hero_x + far * kStepX[ray], y = hero_y + far * kStepY[ray];
                if (x < 0 || y < 0 || x >= kColumns || y >= kRows) break;
                const int cell = y * kColumns + x;
                const int glyph = glyphs[cell];
                const int16_t name = names_.nearby[static_cast<std::size_t>(glyph)];
                if (name < 0) continue;
                things_.push_back({name, where(x - hero_x, y - hero_y), static_cast<int16_t>(cell)});
                if (names_.blocks[static_cast<std::size_t>(glyph)]) break;
            }
    }

    // Sorts by distance (far ones first), then direction, then order of finding, and gathers equal names.
    void group() {
        std::array<int, kDistances * kDirections + 1> begin{};
        for (const Thing& thing : things_) ++begin[static_cast<std::size_t>(thing.where) + 1];
        for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
        sorted_.resize(things_.size());
        for (const Thing& thing : things_) sorted_[static_cast<std::size_t>(begin[thing.where]++)] = thing;
        groups_.clear();
        for (const Thing& thing : sorted_) {
            const int key = thing.name * kDistances + thing.where / kDirections;
            int& index = group_of_[static_cast<std::size_t>(key)];
            if (index < 0) {
                index = static_cast<int>(groups_.size());
                groups_.push_back({key, 0, 0});
            }
            Group& group = groups_[static_cast<std::size_t>(index)];
            const auto bit = static_cast<uint16_t>(1u << (thing.where % kDirections));
            (group.once & bit ? group.often : group.once) |= bit;
        }
        for (const Group& group : groups_) group_of_[static_cast<std::size_t>(group.key)] = -1;
    }

    void write_lines(std::string& out) {
        // A name seen once in some directions and often in others has two lines. The wrapper keeps lines by their words:
        // where a plural reads as the singular, or as another name, all lines of these words tell the last one's
        // directions.
        lines_.clear();
        for (const Group& group : groups_) {
            const auto once = static_cast<uint16_t>(group.once & ~group.often);
            const int distance = group.key % kDistances, name = group.key / kDistances;
            if (once) add_line(group.key, once);
            if (group.often) add_line(names_.plural[static_cast<std::size_t>(name)] * kDistances + distance, group.often);
        }
        for (const Line& line : lines_) {
            const Line& told = lines_[static_cast<std::size_t>(group_of_[static_cast<std::size_t>(line.key)])];
            if (style_.clean && &told != &line) continue;
            if (!out.empty()) out += '\n';
            out += names_.text[static_cast<std::size_t>(line.key / kDistances)];
            out += ' ';
            out += kDistanceNames[static_cast<std::size_t>(line.key % kDistances)];
            out += ' ';
            write_directions(told.directions, out);
        }
        for (const Line& line : lines_) group_of_[static_cast<std::size_t>(line.key)] = -1;
    }

    struct Line {
        int key;
        uint16_t directions;
    };

    void add_line(int key, uint16_t directions) {
        int& last = group_of_[static_cast<std::size_t>(key)];
        if (style_.clean && last >= 0) directions |= lines_[static_cast<std::size_t>(last)].directions;
        last = static_cast<int>(lines_.size());
        lines_.push_back({key, directions});
    }

    static void write_directions(uint16_t directions, std::string& out) {
        int left = __builtin_popcount(directions);
        const bool list = left > 2;
        for (std::size_t i = 0; i < kDirections; ++i)
            if (directions & (1u << i)) {
                out += kDirectionNames[i];
                if (--left > 0) out += left == 1 ? (list ? ", and " : " and ") : ", ";
            }
    }

    Names names_;
    Style style_;
    std::array<uint8_t, static_cast<std::size_t>(kSpan) * kHigh> where_{};
    std::vector<Thing> things_, sorted_;
    std::vector<Group> groups_;
    std::vector<Line> lines_;
    std::vector<int> group_of_;
};

// `row` and `column` of the terminal's cursor; the map begins in row 1.
inline void Describer::cursor(const int16_t* glyphs, int hero_x, int hero_y, int row, int column,
                              std::string& out) const {
    out.clear();
    const int y = row - 1, cell = column + y * kColumns;
    const int dx = column - hero_x, dy = y - hero_y;
    // The wrapper's bounds: a column of 79 is the first of the next row.
    if (dx < -kColumns || dx >= kColumns || dy <= -kRows || dy > kRows || cell <= 0 || cell >= kRows * kColumns) return;
    if (style_.clean && column >= kColumns) return;
    const auto glyph = static_cast<std::size_t>(glyphs[cell]);
    const int16_t everywhere = names_.anywhere[glyph];
    const int16_t name = everywhere >= 0 || !style_.clean ? everywhere : names_.nearby[glyph];
    const std::string_view text = name >= 0 ? std::string_view(names_.text[static_cast<std::size_t>(name)]) : "";
    if (dx == 0 && dy == 0) {
        out += "Yourself";
        if (style_.clean && text.empty()) return;
        const bool vowel = !text.empty() && std::string_view("aeiouAEIOU").find(text[0]) != std::string_view::npos;
        out.append(style_.clean && vowel ? " an " : " a ").append(text);
        return;
    }
    const std::string_view far = kDistanceNames[static_cast<std::size_t>(distance_of(dx, dy))];
    const std::string_view whither = kDirectionNames[static_cast<std::size_t>(direction_of(dx, dy))];
    if (style_.clean && !text.empty())
        out.append(text).append(" ").append(far).append(" ").append(whither);
    else if (style_.clean)
        out.append(far).append(" ").append(whither);
    else
        out.append(far).append(" ").append(whither).append(" ").append(text);
}

}  // namespace yendor::text
