// Unified diffs without context, line for line what Python's difflib prints: the matcher is that of
// difflib.SequenceMatcher (Ratcliff & Obershelp's gestalt matching, with its rule for popular lines).
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yendor::text {

struct Line {
    std::string_view text;
    uint64_t hash;
    bool operator==(const Line& other) const { return hash == other.hash && text == other.text; }
};

inline uint64_t hash_of(std::string_view text) {
    uint64_t hash = text.size() * 0x9e3779b97f4a7c15ull;
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; at += 8, left -= 8) {
        uint64_t part;
        std::memcpy(&part, at, 8);
        hash = (hash ^ part) * 0xd6e8feb86659fd93ull;
        hash ^= hash >> 32;
    }
    uint64_t part = 0;
    if (left && text.size() >= 8)
        std::memcpy(&part, at + left - 8, 8);  // some of it twice: one load, where copying `left` bytes is a call
    else
        for (std::size_t i = 0; i < left; ++i) part = part << 8 | static_cast<unsigned char>(at[i]);
    hash = (hash ^ part) * 0xd6e8feb86659fd93ull;
    return hash ^ (hash >> 32);
}

inline void split_lines(std::string_view text, std::vector<Line>& lines) {
    lines.clear();
    for (;;) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        lines.push_back({line, hash_of(line)});
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

struct Match {
    int a, b, size;
    bool operator<(const Match& other) const { return a != other.a ? a < other.a : b < other.b; }
};

// Compares two lists of lines. One object serves many pairs: its buffers are kept.
class Matcher {
public:
    // The blocks of lines that both have, in order; neighbours are joined, and none is empty.
    const std::vector<Match>& match(const std::vector<Line>& before,
                                    const std::vector<Line>& after) {
        number(before, after);
        blocks_.clear();
        pending_.assign(1, {0, static_cast<int>(a_.size()), 0, static_cast<int>(b_.size())});
        while (!pending_.empty()) {
            const Range range = pending_.back();
            pending_.pop_back();
            const Match found = longest(range);
            if (!found.size) continue;
            blocks_.push_back(found);
            if (range.a_begin < found.a && range.b_begin < found.b)
                pending_.push_back({range.a_begin, found.a, range.b_begin, found.b});
            if (found.a + found.size < range.a_end && found.b + found.size < range.b_end)
                pending_.push_back({found.a + found.size, range.a_end, found.b + found.size, range.b_end});
        }
        std::sort(blocks_.begin(), blocks_.end());
        std::size_t kept = 0;
        for (std::size_t i = 1; i < blocks_.size(); ++i) {
            Match& last = blocks_[kept];
            if (last.a + last.size == blocks_[i].a && last.b + last.size == blocks_[i].b)
                last.size += blocks_[i].size;
            else
                blocks_[++kept] = blocks_[i];
        }
        if (!blocks_.empty()) blocks_.resize(kept + 1);
        return blocks_;
    }

private:
    struct Range {
        int a_begin, a_end, b_begin, b_end;
    };
    static constexpr std::size_t kPopularFrom = 200;  // difflib's autojunk begins here

    // Gives equal lines equal numbers, and lists for each number where it stands in `after`.
    void number(const std::vector<Line>& before, const std::vector<Line>& after) {
        std::size_t room = 64;
        while (room < 2 * after.size()) room *= 2;
        table_.assign(room, -1);
        b_.clear();
        a_.clear();
        int known = 0;
        for (const Line& line : after) {
            std::size_t at = line.hash & (room - 1);
            while (table_[at] >= 0 && !(after[static_cast<std::size_t>(table_[at])] == line)) at = (at + 1) & (room - 1);
            if (table_[at] < 0) {
                table_[at] = static_cast<int>(b_.size());
                b_.push_back(known++);
            } else {
                b_.push_back(b_[static_cast<std::size_t>(table_[at])]);
            }
        }
        for (const Line& line : before) {
            std::size_t at = line.hash & (room - 1);
            while (table_[at] >= 0 && !(after[static_cast<std::size_t>(table_[at])] == line)) at = (at + 1) & (room - 1);
            a_.push_back(table_[at] < 0 ? -1 : b_[static_cast<std::size_t>(table_[at])]);
        }
        const auto numbers = static_cast<std::size_t>(known);
        first_.assign(numbers + 1, 0);
        for (int n : b_) ++first_[static_cast<std::size_t>(n) + 1];
        popular_.assign(numbers, 0);
        if (b_.size() >= kPopularFrom) {
            const int most = static_cast<int>(b_.size()) / 100 + 1;
            for (std::size_t n = 0; n < popular_.size(); ++n) popular_[n] = first_[n + 1] > most;
        }
        for (std::size_t n = 0; n < numbers; ++n) first_[n + 1] += first_[n];
        fill_ = first_;
        places_.resize(b_.size());
        for (std::size_t j = 0; j < b_.size(); ++j)
            places_[static_cast<std::size_t>(fill_[static_cast<std::size_t>(b_[j])]++)] = static_cast<int>(j);
        run_.assign(b_.size() + 1, 0);
        next_run_.assign(b_.size() + 1, 0);
    }

    // The longest block within a range; of equal ones the one that begins first in `before`, then in `after`.
    Match longest(const Range& range) {
        Match best{range.a_begin, range.b_begin, 0};
        touched_.clear();
        for (int i = range.a_begin; i < range.a_end; ++i) {
            now_touched_.clear();
            const int n = a_[static_cast<std::size_t>(i)];
            if (n >= 0 && !popular_[static_cast<std::size_t>(n)]) {
                const int end = first_[static_cast<std::size_t>(n) + 1];
                for (int p = first_[static_cast<std::size_t>(n)]; p < end; ++p) {
                    const int j = places_[static_cast<std::size_t>(p)];
                    if (j < range.b_begin) continue;
                    if (j >= range.b_end) break;
                    const int size = run_[static_cast<std::size_t>(j)] + 1;  // run_[j] ends at j - 1
                    next_run_[static_cast<std::size_t>(j) + 1] = size;
                    now_touched_.push_back(j + 1);
                    if (size > best.size) best = {i - size + 1, j - size + 1, size};
                }
            }
            for (int j : touched_) run_[static_cast<std::size_t>(j)] = 0;
            run_.swap(next_run_);
            touched_.swap(now_touched_);
        }
        for (int j : touched_) run_[static_cast<std::size_t>(j)] = 0;
        // Popular lines found no block, but may lengthen one.
        while (best.a > range.a_begin && best.b > range.b_begin && same(best.a - 1, best.b - 1)) {
            --best.a, --best.b, ++best.size;
        }
        while (best.a + best.size < range.a_end && best.b + best.size < range.b_end &&
               same(best.a + best.size, best.b + best.size))
            ++best.size;
        return best;
    }

    bool same(int i, int j) const { return a_[static_cast<std::size_t>(i)] == b_[static_cast<std::size_t>(j)]; }

    std::vector<int> table_, a_, b_, first_, fill_, places_, run_, next_run_, touched_, now_touched_;
    std::vector<char> popular_;
    std::vector<Match> blocks_;
    std::vector<Range> pending_;
};

inline void write_number(std::string& out, int number) {
    char digits[12];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

inline void write_range(std::string& out, char sign, int begin, int end) {
    out += sign;
    const int size = end - begin;
    write_number(out, size ? begin + 1 : begin);
    if (size != 1) {
        out += ',';
        write_number(out, size);
    }
}

// Writes the hunks that turn `before` into `after`, parted by line ends; nothing when they are equal.
inline void write_diff(Matcher& matcher, const std::vector<Line>& before,
                       const std::vector<Line>& after, std::string& out) {
    out.clear();
    const std::vector<Match>& blocks = matcher.match(before, after);
    int i = 0, j = 0;
    const auto hunk = [&](int i_end, int j_end) {
        if (i == i_end && j == j_end) return;
        if (!out.empty()) out += '\n';
        out += "@@ ";
        write_range(out, '-', i, i_end);
        out += ' ';
        write_range(out, '+', j, j_end);
        out += " @@";
        for (int k = i; k < i_end; ++k) out.append("\n-").append(before[static_cast<std::size_t>(k)].text);
        for (int k = j; k < j_end; ++k) out.append("\n+").append(after[static_cast<std::size_t>(k)].text);
    };
    for (const Match& block : blocks) {
        hunk(block.a, block.b);
        i = block.a + block.size;
        j = block.b + block.size;
    }
    hunk(static_cast<int>(before.size()), static_cast<int>(after.size()));
}

}  // namespace yendor::text
