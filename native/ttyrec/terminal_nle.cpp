// What NLE's converter does with control sequences, where it differs from a real terminal.
#include "terminal.hpp"

namespace ttyrec {

// libtmt's arithmetic is on unsigned sizes without checks; each line says what comes of that.
void Terminal::run_csi_nle(uint8_t final) {
    Cursor& cursor = s_.cursor;
    const uint64_t row = static_cast<uint64_t>(cursor.row), column = static_cast<uint64_t>(cursor.column);
    const uint64_t most_rows = static_cast<uint64_t>(last_row()), most_columns = static_cast<uint64_t>(last_column());
    const auto set_row = [&](uint64_t to) { cursor.row = static_cast<int32_t>(std::min(to, most_rows)); };
    const auto set_column = [&](uint64_t to) { cursor.column = static_cast<int32_t>(std::min(to, most_columns)); };
    const uint64_t n = p1(0);
    const auto keep_last_row = [&](int top) {  // it never moves the region's last line out
        return std::min<uint64_t>(n, static_cast<uint64_t>(last_row() - top));
    };
    switch (final) {
        case 'A': set_row(row - n); break;  // past the top: to the bottom
        case 'B': set_row(row + n); break;
        case 'C': set_column(column + n); break;
        case 'D': set_column(std::min(column - n, column)); break;  // past the margin: nowhere
        case 'E': cursor.column = 0; set_row(row + n); break;
        case 'F': cursor.column = 0; set_row(row - n); break;
        case 'G': set_column(n - 1); break;
        case 'd': set_row(n - 1); break;
        case 'H':
        case 'f': set_row(n - 1); set_column(p1(1) - 1); break;
        case 'I': tab_forward(); break;
        case 'Z': tab_back(); break;
        case 'J':
            if (p0(0) == 0) clear(cursor.row, cursor.column, s_.columns), clear_rows(cursor.row + 1, s_.rows);
            if (p0(0) == 1) {  // leaves the line above as it is; on the first line clears all
                clear(cursor.row, 0, cursor.column);
                cursor.row == 0 ? clear_rows(0, s_.rows) : clear_rows(0, cursor.row - 1);
            }
            if (p0(0) == 2) clear_rows(0, s_.rows);
            break;
        case 'K':
            if (p0(0) == 0) clear(cursor.row, cursor.column, s_.columns);
            if (p0(0) == 1) clear(cursor.row, 0, std::min(cursor.column + 1, last_column()));
            if (p0(0) == 2) clear(cursor.row, 0, s_.columns);
            break;
        case 'L': scroll_down(cursor.row, last_row(), keep_last_row(cursor.row)); break;
        case 'M': scroll_up(cursor.row, last_row(), keep_last_row(cursor.row)); break;
        case 'S': scroll_up(0, last_row(), keep_last_row(0)); break;
        case 'T': scroll_down(0, last_row(), keep_last_row(0)); break;
        case 'P': {
            const int step = static_cast<int>(std::min<uint64_t>(n, most_columns + 1 - column));
            const size_t here = offset(cursor.row, cursor.column), there = here + static_cast<size_t>(step);
            const size_t size = static_cast<size_t>(s_.columns - cursor.column - step);
            std::memmove(chars_.data() + here, chars_.data() + there, size);
            std::memmove(raw_.data() + here, raw_.data() + there, size);
            std::memmove(colours_.data() + here, colours_.data() + there, size);
            clear(cursor.row, s_.columns - step, s_.columns);
            break;
        }
        case '@': {  // the last column stays, and what is cleared ends at column n
            const int step = static_cast<int>(std::min<uint64_t>(n, most_columns - column));
            const size_t here = offset(cursor.row, cursor.column), there = here + static_cast<size_t>(step);
            const size_t size = static_cast<size_t>(last_column() - cursor.column - step);
            std::memmove(chars_.data() + there, chars_.data() + here, size);
            std::memmove(raw_.data() + there, raw_.data() + here, size);
            std::memmove(colours_.data() + there, colours_.data() + here, size);
            clear(cursor.row, cursor.column, step);
            break;
        }
        case 'X':  // ends at column n
            clear(cursor.row, cursor.column, static_cast<long>(std::min<uint64_t>(n, most_columns + 1)));
            break;
        case 'b':
            if (cursor.column) repeat(raw_[offset(cursor.row, cursor.column - 1)], n);
            break;
        case 'g':
            if (p0(0) == 3) std::fill(tabs_.begin(), tabs_.end(), 0);
            break;
        case 'm': select_graphics_nle(); break;
        case 's': save_cursor(); break;
        case 'u': restore_cursor(); break;
        default: break;
    }
}

void Terminal::select_graphics_nle() {
    Pen& pen = s_.pen;
    const int32_t on = p0(0) < 20;  // it looks at the first parameter, whichever it is at
    for (int i = 0; i < s_.parameters_seen; ++i) {
        const uint64_t code = p0(i);
        if (code == 0) pen = Pen{-1, 0, 0, s_.default_dec};
        else if (code == 1 || code == 22) pen.bold = on;
        else if (code == 7 || code == 27) pen.reverse = on;
        else if (code == 39) pen.foreground = -1;
        else if (code >= 30 && code <= 37) pen.foreground = static_cast<int32_t>(code - 30);
    }
    pen_changed();
}

}  // namespace ttyrec
