// The other fields of a text observation: statistics, inventory and message.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "describe.hpp"

namespace yendor::text {

constexpr int kScreenRows = 24, kScreenColumns = 80;

inline std::string_view look_up(const std::pair<int, std::string_view>* table, std::size_t size, int64_t value) {
    for (std::size_t i = 0; i < size; ++i)
        if (table[i].first == value) return table[i].second;
    return "";
}

// NetHack's strength: 18/01 to 18/** lie between 18 and 19.
inline void write_strength(int64_t value, std::string& out) {
    if (value <= 18)
        out += std::to_string(value);
    else if (value < 118)
        out.append("18/").append(value < 28 ? "0" : "").append(std::to_string(value - 18));
    else if (value == 118)
        out += "18/**";
    else
        out += std::to_string(value - 100);
}

// The wrapper lists conditions in the order of a hash table; clean, they stand as the bottom line has them.
inline void write_conditions(int64_t mask, bool clean, std::string& out) {
    static constexpr std::pair<int, std::string_view> kNames[] = {
        {0x1, "Stoned"},   {0x2, "Slimed"},   {0x4, "Strangled"},  {0x8, "Food Poisoning"}, {0x10, "Terminally Ill"},
        {0x20, "Blind"},   {0x40, "Deaf"},    {0x80, "Stunned"},   {0x100, "Confused"},     {0x200, "Hallucinating"},
        {0x400, "Levitating"}, {0x800, "Flying"}, {0x1000, "Riding"}};
    static constexpr int kHashed[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 12, 0};
    const std::size_t begin = out.size();
    for (int i = 0; i < 13; ++i) {
        const auto& [bit, name] = kNames[clean ? i : kHashed[i]];
        if (!(mask & bit)) continue;
        if (out.size() > begin) out += ' ';
        out += name;
    }
    if (out.size() == begin) out += "None";
}

// NLE's 27 numbers of the bottom line as 22 lines.
inline void statistics(const int64_t* numbers, bool clean, std::string& out) {
    static constexpr std::pair<int, std::string_view> kHunger[] = {{0, "Satiated"}, {1, "Not Hungry"}, {2, "Hungry"},
                                                                   {3, "Weak"},     {4, "Fainting"},   {5, "Fainted"},
                                                                   {6, "Starved"}};
    static constexpr std::pair<int, std::string_view> kLoad[] = {{0, "Unencumbered"}, {1, "Burdened"},
                                                                 {2, "Stressed"},     {3, "Strained"},
                                                                 {4, "Overtaxed"},    {5, "Overloaded"}};
    static constexpr std::pair<int, std::string_view> kFaith[] = {{-128, "None"}, {1, "Lawful"}, {0, "Neutral"},
                                                                  {-1, "Chaotic"}};
    out.clear();
    const auto number = [&](std::string_view name, int64_t value) {
        out.append(name).append(std::to_string(value)).append("\n");
    };
    const auto pair = [&](std::string_view name, int64_t one, char sign, int64_t two) {
        out.append(name).append(std::to_string(one)).append(1, sign).append(std::to_string(two)).append("\n");
    };
    if (clean) {
        out += "Strength: ";
        write_strength(numbers[3], out);
        out += '\n';
    } else {
        pair("Strength: ", numbers[3], '/', numbers[2]);
    }
    number("Dexterity: ", numbers[4]);
    number("Constitution: ", numbers[5]);
    number("Intelligence: ", numbers[6]);
    number("Wisdom: ", numbers[7]);
    number("Charisma: ", numbers[8]);
    number("Depth: ", numbers[12]);
    number("Gold: ", numbers[13]);
    pair("HP: ", numbers[10], '/', numbers[11]);
    pair("Energy: ", numbers[14], '/', numbers[15]);
    number("AC: ", numbers[16]);
    pair("XP: ", numbers[18], '/', numbers[19]);
    number("Time: ", numbers[20]);
    pair("Position: ", numbers[0], '|', numbers[1]);
    out.append("Hunger: ").append(look_up(kHunger, std::size(kHunger), numbers[21])).append("\n");
    number("Monster Level: ", numbers[17]);
    out.append("Encumbrance: ").append(look_up(kLoad, std::size(kLoad), numbers[22])).append("\n");
    number("Dungeon Number: ", numbers[23]);
    number("Level Number: ", numbers[24]);
    number("Score: ", numbers[9]);
    out.append("Alignment: ").append(look_up(kFaith, std::size(kFaith), numbers[26])).append("\n");
    out += "Condition: ";
    write_conditions(numbers[25], clean, out);
}

// "LETTER: THING" for each thing in the pack. `width` bytes each, ended by a zero.
inline void inventory(const uint8_t* texts, const uint8_t* letters, int things, int width, std::string& out) {
    out.clear();
    for (int i = 0; i < things && letters[i]; ++i) {
        if (i) out += '\n';
        out += static_cast<char>(letters[i]);
        out += ": ";
        const char* text = reinterpret_cast<const char*>(texts) + static_cast<std::ptrdiff_t>(i) * width;
        out.append(text, strnlen(text, static_cast<std::size_t>(width)));
    }
}

// The wrapper takes spaces and SUB for blank, and a lone character in the last column too.
inline std::string_view trim(std::string_view row) {
    static constexpr std::string_view kBlank = " \x1a";
    const std::size_t start = row.find_first_not_of(kBlank);
    if (start == std::string_view::npos || start == row.size() - 1) return "";
    return row.substr(start, row.find_last_not_of(kBlank) - start + 1);
}

inline bool ends_page(std::string_view row) {
    const std::size_t of = row.find(" of ");
    if (of != std::string_view::npos && of >= 2 && row[of - 2] == '(' && of + 5 < row.size() && row[of + 5] == ')')
        return true;
    return row.find("--More--") != std::string_view::npos || row.find("(end)") != std::string_view::npos;
}

// The top line; or, where a window ends in "--More--", "(end)" or "(1 of 2)", all its rows up to there.
inline void message(const uint8_t* screen, Message rule, std::string& out) {
    out.clear();
    const std::string_view all(reinterpret_cast<const char*>(screen),
                               static_cast<std::size_t>(kScreenRows) * kScreenColumns);
    const auto row_at = [&](int row, std::size_t indent) {
        return all.substr(static_cast<std::size_t>(row) * kScreenColumns + indent, kScreenColumns - indent);
    };
    const std::string_view first = trim(row_at(0, 0)), second = trim(row_at(1, 0));
    const bool main = rule != Message::kWrapper;
    if (first.empty() && (!main || second.empty())) return;
    std::size_t indent = row_at(0, 0).find_first_not_of(' ');
    // The main branch reads out of bounds when only the first row is blank: the rows seen from one column further left.
    bool shifted = false;
    if (indent == std::string_view::npos) {
        indent = rule == Message::kClean ? row_at(1, 0).find_first_not_of(' ') : 0;
        shifted = rule == Message::kWrapperMain;
    }
    const bool dead = main && (second.find("Points") != std::string_view::npos ||
                               second.find("list!") != std::string_view::npos);
    int blank = 0;
    for (int row = 0; row < kScreenRows; ++row) {
        const std::string_view raw = shifted && row > 0
                                         ? all.substr(static_cast<std::size_t>(row) * kScreenColumns - 1, kScreenColumns + 1)
                                         : row_at(row, indent);
        const std::string_view text = trim(raw);
        blank = text.empty() ? blank + 1 : 0;
        if (!main || !text.empty()) out += text;
        if (ends_page(text)) return;
        if (!main || !text.empty()) out += '\n';
        if (dead && blank > 1) return;
    }
    out = rule == Message::kClean && first.empty() ? second : first;
}

}  // namespace yendor::text
