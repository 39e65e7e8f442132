#include "terminal.hpp"

namespace ttyrec {

namespace {

constexpr uint8_t kEscape = 0x1b;
constexpr int kReverse = 16;
constexpr uint64_t kLargest = 1'000'000;  // fixed: parameters above this mean the same

// fixed: what moves or changes cells forgets that the next character belongs on the next line.
constexpr std::string_view kMoving = "ABCDEFGHIJKLMPSTXZ@`adefru";

}  // namespace

// ---- cells

void Terminal::pen_changed() {
    const Pen& pen = s_.pen;
    int colour = pen.foreground, space;
    if (colour < 0) {
        colour = 7, space = 0;
    } else {
        if (colour < 8 && pen.bold) colour += 8;
        space = colour;
    }
    colour_ = static_cast<int8_t>(colour + (pen.reverse ? kReverse : 0));
    space_colour_ = static_cast<int8_t>(space + (pen.reverse ? kReverse : 0));
    const bool lines = nle() ? pen.dec : s_.charsets[s_.shift];
    map_ = lines ? &kLines : &kPlain;
}

// Printable ASCII in the plain character set, the bulk of all bytes.
void Terminal::write_run(const uint8_t* at, size_t count, size_t readable) {
    while (count) {
        if (s_.pending || s_.cursor.column >= last_column()) {
            put(*at++), --count, --readable;
            continue;
        }
        const size_t room = static_cast<size_t>(last_column() - s_.cursor.column);
        const size_t step = std::min(count, room);
        const size_t where = offset(s_.cursor.row, s_.cursor.column);
        uint8_t* chars = chars_.data() + where;
        int8_t* colours = colours_.data() + where;
        draw_printable(at, step, readable, chars, colours, colour_, space_colour_);
        if (nle()) std::memcpy(&raw_[where], at, step);
        s_.cursor.column += static_cast<int32_t>(step);
        s_.last = at[step - 1];
        at += step, count -= step, readable -= step;
    }
}

void Terminal::put(uint8_t byte) { put_symbol(byte, (*map_)[byte]); }

void Terminal::put_symbol(uint8_t raw, uint8_t symbol) {
    if (s_.pending) {
        s_.pending = 0;
        s_.cursor.column = 0;
        line_feed();
    }
    const size_t where = offset(s_.cursor.row, s_.cursor.column);
    chars_[where] = symbol;
    if (nle()) raw_[where] = raw;
    colours_[where] = raw == ' ' ? space_colour_ : colour_;
    s_.last = raw;
    if (s_.cursor.column < last_column()) {
        ++s_.cursor.column;
    } else if (s_.wrap == static_cast<int32_t>(Wrap::at_once)) {
        s_.cursor.column = 0;
        line_feed();
    } else if (s_.wrap == static_cast<int32_t>(Wrap::deferred)) {
        s_.pending = 1;
    }
}

// Write a character again and again. More than a screen of it fills all lines and goes round: what counts is how
// many stand in the last line in the end.
void Terminal::repeat(uint8_t raw, uint64_t times) {
    const uint8_t symbol = (*map_)[raw];
    const uint64_t width = static_cast<uint64_t>(s_.columns), whole = cells() + width;
    if (s_.wrap == static_cast<int32_t>(Wrap::never)) {
        times = std::min(times, width);
    } else if (times > whole && s_.top == 0 && s_.bottom == last_row()) {
        const bool deferred = s_.wrap == static_cast<int32_t>(Wrap::deferred);
        const uint64_t before = s_.pending ? width : static_cast<uint64_t>(s_.cursor.column);
        times = deferred ? (before + times - 1) % width + 1 : (before + times) % width;
        std::fill(chars_.begin(), chars_.end(), symbol);
        std::fill(colours_.begin(), colours_.end(), raw == ' ' ? space_colour_ : colour_);
        if (nle()) std::fill(raw_.begin(), raw_.end(), raw);
        clear(last_row(), 0, s_.columns);
        s_.cursor = {last_row(), 0};
        s_.pending = 0;
        s_.last = raw;
    } else if (times > whole) {
        times = whole + (times - whole) % width;
    }
    for (uint64_t i = 0; i < times; ++i) put_symbol(raw, symbol);
}

void Terminal::clear(int row, long from, long to) {
    from = std::max(from, 0L);
    to = std::min<long>(to, s_.columns);
    if (row < 0 || row >= s_.rows || from >= to) return;
    const size_t where = offset(row, static_cast<int>(from)), size = static_cast<size_t>(to - from);
    std::memset(&chars_[where], ' ', size);
    std::memset(&colours_[where], 0, size);
    if (nle()) std::memset(&raw_[where], ' ', size);
}

void Terminal::clear_rows(long from, long to) {
    for (long row = std::max(from, 0L); row < std::min<long>(to, s_.rows); ++row)
        clear(static_cast<int>(row), 0, s_.columns);
}

void Terminal::scroll_up(int top, int bottom, uint64_t count) {
    const int height = bottom - top + 1;
    const int n = static_cast<int>(std::min<uint64_t>(count, static_cast<uint64_t>(height)));
    if (n <= 0) return;
    const size_t size = static_cast<size_t>(height - n) * static_cast<size_t>(s_.columns);
    std::memmove(&chars_[offset(top, 0)], chars_.data() + offset(top + n, 0), size);
    std::memmove(&colours_[offset(top, 0)], colours_.data() + offset(top + n, 0), size);
    if (nle()) std::memmove(&raw_[offset(top, 0)], raw_.data() + offset(top + n, 0), size);
    clear_rows(bottom - n + 1, bottom + 1);
}

void Terminal::scroll_down(int top, int bottom, uint64_t count) {
    const int height = bottom - top + 1;
    const int n = static_cast<int>(std::min<uint64_t>(count, static_cast<uint64_t>(height)));
    if (n <= 0) return;
    const size_t size = static_cast<size_t>(height - n) * static_cast<size_t>(s_.columns);
    std::memmove(chars_.data() + offset(top + n, 0), &chars_[offset(top, 0)], size);
    std::memmove(colours_.data() + offset(top + n, 0), &colours_[offset(top, 0)], size);
    if (nle()) std::memmove(raw_.data() + offset(top + n, 0), &raw_[offset(top, 0)], size);
    clear_rows(top, top + n);
}

void Terminal::line_feed() {
    if (s_.cursor.row == s_.bottom) {
        scroll_up(s_.top, s_.bottom, 1);
    } else if (s_.cursor.row < last_row()) {
        ++s_.cursor.row;
    }
}

void Terminal::tab_forward() {
    while (s_.cursor.column < last_column() && !tabs_[static_cast<size_t>(++s_.cursor.column)]) {
    }
}

void Terminal::tab_back() {
    while (s_.cursor.column > 0 && !tabs_[static_cast<size_t>(--s_.cursor.column)]) {
    }
}

void Terminal::save_cursor() {
    s_.saved_cursor = s_.cursor;
    s_.saved_pen = s_.pen;
    std::copy(s_.charsets, s_.charsets + 2, s_.saved_charsets);
    s_.saved_shift = s_.shift;
}

void Terminal::restore_cursor() {
    s_.cursor = s_.saved_cursor;
    s_.pen = s_.saved_pen;
    std::copy(s_.saved_charsets, s_.saved_charsets + 2, s_.charsets);
    s_.shift = s_.saved_shift;
    s_.pending = 0;
    pen_changed();
}

// ---- the parser

void Terminal::write(const uint8_t* at, size_t size) {
    const uint8_t* const end = at + size;
    while (at < end) {
        if (s_.step == text) {
            const uint8_t* const run = map_ == &kPlain ? end_of_printable(at, end) : at;
            if (run > at) {
                write_run(at, static_cast<size_t>(run - at), static_cast<size_t>(end - at));
                at = run;
                continue;
            }
            if (*at == kEscape && end - at > 2 && at[1] == '[') {
                const uint8_t* after = quick_csi(at + 2, end);
                if (after) {
                    at = after;
                    continue;
                }
            }
        }
        feed(*at++);
    }
}

// A whole control sequence of at most three numbers in one go; nullptr when it is not of that kind. What NetHack
// sends most is done here, the rest in `run_csi`.
const uint8_t* Terminal::quick_csi(const uint8_t* at, const uint8_t* end) {
    if (at[0] == '0' && end - at > 1 && at[1] == 'm') {  // a third of all sequences
        s_.pen = Pen{-1, 0, 0, s_.default_dec};
        pen_changed();
        return at + 2;
    }
    const Numbers found = read_numbers(at, end);
    const uint32_t* const numbers = found.value;
    if (!found.count || found.final == end) return nullptr;
    const uint8_t final = *found.final, *const after = found.final + 1;
    if (final < '@' || final > 'z' || (final > 'Z' && final < 'a')) return nullptr;
    switch (final) {
        case 'H':
            s_.cursor.row = std::min(static_cast<int>(std::max(numbers[0], 1u)) - 1, last_row());
            s_.cursor.column = std::min(static_cast<int>(std::max(numbers[1], 1u)) - 1, last_column());
            s_.pending = 0;
            return after;
        case 'K':
            if (numbers[0]) break;
            clear(s_.cursor.row, s_.cursor.column, s_.columns);
            s_.pending = 0;
            return after;
        case 'm':
            if (quick_graphics(numbers, found.count)) return after;
            break;
        case 'A':
        case 'B':
        case 'C':
        case 'D':
            if (quick_move(final, static_cast<int>(std::max(numbers[0], 1u)))) return after;
            break;
        default: break;
    }
    std::copy(numbers, numbers + 3, s_.parameters);
    s_.parameters_seen = found.count;
    nle() ? run_csi_nle(final) : run_csi(final);
    s_.parameters[0] = s_.parameters[1] = s_.parameters[2] = 0;
    s_.parameters_seen = 0;
    return after;
}

// A cursor that stays on the screen, which both modes move alike; false, and nothing done, for others.
bool Terminal::quick_move(uint8_t final, int n) {
    const int rows = final == 'A' ? -n : final == 'B' ? n : 0, columns = final == 'D' ? -n : final == 'C' ? n : 0;
    const int row = s_.cursor.row + rows, column = s_.cursor.column + columns;
    if (row < s_.top || row > s_.bottom || column < 0 || column > last_column()) return false;
    s_.cursor = {row, column};
    s_.pending = 0;
    return true;
}

// Reset, bold, reverse and the eight colours, which both modes take alike; false, and nothing done, for others.
bool Terminal::quick_graphics(const uint32_t* codes, int seen) {
    Pen pen = s_.pen;
    for (int i = 0; i < seen; ++i) {
        if (codes[i] == 0) pen = Pen{-1, 0, 0, s_.default_dec};
        else if (codes[i] >= 30 && codes[i] <= 37) pen.foreground = static_cast<int32_t>(codes[i] - 30);
        else if (codes[i] == 1 && codes[0] < 20) pen.bold = 1;
        else if (codes[i] == 7 && codes[0] < 20) pen.reverse = 1;
        else return false;
    }
    s_.pen = pen;
    pen_changed();
    return true;
}

void Terminal::push_argument() {
    const int most = nle() ? 8 : kMostParameters;
    if (s_.parameters_seen < most) s_.parameters[s_.parameters_seen++] = s_.argument;
    s_.argument = 0;
}

void Terminal::end_sequence() {
    std::fill(s_.parameters, s_.parameters + kMostParameters, 0);
    s_.step = text;
    s_.parameters_seen = s_.ignored = s_.private_ = 0;
    s_.argument = 0;
}

void Terminal::feed(uint8_t byte) {
    switch (s_.step) {
        case text: return control(byte);
        case escape: return after_escape(byte);
        case csi: return in_csi(byte);
        case charset0:
        case charset1:
            if (byte == kEscape || (nle() && byte == 0)) {
                s_.step = escape;
                return;
            }
            if (nle()) {
                const bool known = byte == '0' || byte == 'B';
                if (known && !s_.ignored) s_.pen.dec = s_.default_dec = byte == '0';
                end_sequence();
                pen_changed();
                if (!known) put(byte);
                return;
            }
            s_.charsets[s_.step == charset1] = byte == '0';
            end_sequence();
            pen_changed();
            return;
        case osc:  // a title and the like: up to BEL or ESC backslash
            if (byte == 0x07 || byte == 0x18 || byte == 0x1a) end_sequence();
            if (byte == kEscape) s_.step = osc_escape;
            return;
        case osc_escape:
            if (byte == '\\') return end_sequence();
            s_.step = escape;
            return after_escape(byte);
        default:  // skip_one: the last byte of a sequence that changes nothing here
            if (byte != kEscape) return end_sequence();
            s_.step = escape;
            return;
    }
}

void Terminal::control(uint8_t byte) {
    switch (byte) {
        case 0x00:
        case 0x07: break;
        case 0x08:
            if (s_.cursor.column) --s_.cursor.column;
            s_.pending = 0;
            break;
        case 0x09: tab_forward(); break;
        case 0x0a: line_feed(); s_.pending = 0; break;
        case 0x0d: s_.cursor.column = 0; s_.pending = 0; break;
        case 0x0e:
        case 0x0f:
            (nle() ? s_.pen.dec : s_.shift) = byte == 0x0e;
            pen_changed();
            break;
        case kEscape:
            s_.step = escape;
            return;
        default:
            if (byte >= 0x20 && byte != 0x7f) return put(byte);
            if (nle()) return put(byte);  // its terminal draws the control characters that it does not know
            if (byte == 0x0b || byte == 0x0c) line_feed(), s_.pending = 0;
    }
}

void Terminal::after_escape(uint8_t byte) {
    switch (byte) {
        case '[':
            s_.step = csi;
            return;
        case kEscape:
            return;
        case 0x00:
            if (nle()) return;
            break;
        case '(':
            s_.step = charset0;
            return;
        case ')':
        case '*':
        case '+':
            if (nle()) {
                s_.ignored = 1;
                s_.step = csi;
                return;
            }
            s_.step = byte == ')' ? charset1 : skip_one;
            return;
        default: break;
    }
    if (nle() && s_.ignored) return end_sequence();
    if (!nle() && (byte < 0x20 || byte == 0x7f)) {  // control characters work between ESC and what follows too
        if (byte == 0x18 || byte == 0x1a) return end_sequence();
        if (byte >= 0x08 && byte <= 0x0d) control(byte);
        return;
    }
    switch (byte) {
        case 'H': tabs_[static_cast<size_t>(s_.cursor.column)] = 1; break;
        case '7': save_cursor(); break;
        case '8': restore_cursor(); break;
        case 'c': {
            const std::vector<uint8_t> tabs = tabs_;
            const int32_t dec = s_.default_dec;
            reset();
            if (nle()) {
                tabs_ = tabs;
                s_.default_dec = s_.pen.dec = s_.saved_pen.dec = dec;
                pen_changed();
            }
            break;
        }
        default:
            if (nle()) break;
            if (byte == 'D' || byte == 'E') {
                if (byte == 'E') s_.cursor.column = 0;
                line_feed(), s_.pending = 0;
            } else if (byte == 'M') {
                s_.pending = 0;
                if (s_.cursor.row == s_.top) scroll_down(s_.top, s_.bottom, 1);
                else if (s_.cursor.row) --s_.cursor.row;
            } else if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_') {
                s_.step = osc;
                return;
            } else if (byte == '#' || byte == '%' || byte == ' ') {
                s_.step = skip_one;
                return;
            }
    }
    end_sequence();
}

void Terminal::in_csi(uint8_t byte) {
    if (byte == kEscape || (nle() && byte == 0)) {
        s_.step = escape;
        if (!nle()) end_sequence(), s_.step = escape;
        return;
    }
    if (is_digit(byte)) {
        s_.argument = s_.argument * 10 + (byte - '0');
        if (!nle()) s_.argument = std::min(s_.argument, kLargest);
        return;
    }
    if (byte == ';') return push_argument();
    if (byte == '?') {
        s_.private_ = 1;
        return;
    }
    if (!nle() && byte == 0x7f) return;
    if (!nle() && byte < 0x40) {
        if (byte >= 0x20) s_.private_ = 1;               // intermediate bytes: nothing drawn follows from them
        else if (byte == 0x18 || byte == 0x1a) end_sequence();
        else if (byte >= 0x08 && byte <= 0x0d) control(byte);
        return;
    }
    push_argument();
    if (nle()) {
        if (!s_.ignored) run_csi_nle(byte);
    } else if (!s_.private_) {
        run_csi(byte);
    }
    end_sequence();
}

// ---- what the sequences do

void Terminal::run_csi(uint8_t final) {
    Cursor& cursor = s_.cursor;
    const int n = count(0);
    if (kMoving.find(static_cast<char>(final)) != kMoving.npos) s_.pending = 0;
    switch (final) {
        case 'A': cursor.row = std::max(cursor.row - n, cursor.row >= s_.top ? s_.top : 0); break;
        case 'B':
        case 'e': cursor.row = std::min(cursor.row + n, cursor.row <= s_.bottom ? s_.bottom : last_row()); break;
        case 'C':
        case 'a': cursor.column = std::min(cursor.column + n, last_column()); break;
        case 'D': cursor.column = std::max(cursor.column - n, 0); break;
        case 'E': cursor = {std::min(cursor.row + n, cursor.row <= s_.bottom ? s_.bottom : last_row()), 0}; break;
        case 'F': cursor = {std::max(cursor.row - n, cursor.row >= s_.top ? s_.top : 0), 0}; break;
        case 'G':
        case '`': cursor.column = std::min(n - 1, last_column()); break;
        case 'd': cursor.row = std::min(n - 1, last_row()); break;
        case 'H':
        case 'f': cursor = {std::min(n - 1, last_row()), std::min(count(1) - 1, last_column())}; break;
        case 'I':
            for (int i = 0; i < std::min(n, s_.columns); ++i) tab_forward();
            break;
        case 'Z':
            for (int i = 0; i < std::min(n, s_.columns); ++i) tab_back();
            break;
        case 'J':
            if (p0(0) == 0) clear(cursor.row, cursor.column, s_.columns), clear_rows(cursor.row + 1, s_.rows);
            if (p0(0) == 1) clear_rows(0, cursor.row), clear(cursor.row, 0, cursor.column + 1);
            if (p0(0) == 2) clear_rows(0, s_.rows);
            break;
        case 'K':
            if (p0(0) == 0) clear(cursor.row, cursor.column, s_.columns);
            if (p0(0) == 1) clear(cursor.row, 0, cursor.column + 1);
            if (p0(0) == 2) clear(cursor.row, 0, s_.columns);
            break;
        case 'L':
        case 'M':
            if (cursor.row < s_.top || cursor.row > s_.bottom) break;
            final == 'L' ? scroll_down(cursor.row, s_.bottom, p1(0)) : scroll_up(cursor.row, s_.bottom, p1(0));
            cursor.column = 0;
            break;
        case 'S': scroll_up(s_.top, s_.bottom, p1(0)); break;
        case 'T': scroll_down(s_.top, s_.bottom, p1(0)); break;
        case 'P':
        case '@': {
            const int step = std::min(n, s_.columns - cursor.column);
            const size_t here = offset(cursor.row, cursor.column), there = here + static_cast<size_t>(step);
            const size_t size = static_cast<size_t>(s_.columns - cursor.column - step);
            const size_t from = final == 'P' ? there : here, to = final == 'P' ? here : there;
            std::memmove(chars_.data() + to, chars_.data() + from, size);
            std::memmove(colours_.data() + to, colours_.data() + from, size);
            if (final == 'P') clear(cursor.row, s_.columns - step, s_.columns);
            else clear(cursor.row, cursor.column, cursor.column + step);
            break;
        }
        case 'X': clear(cursor.row, cursor.column, static_cast<long>(cursor.column) + n); break;
        case 'b': {
            repeat(static_cast<uint8_t>(s_.last), p1(0));
            break;
        }
        case 'g':
            if (p0(0) == 0) tabs_[static_cast<size_t>(cursor.column)] = 0;
            if (p0(0) == 3) std::fill(tabs_.begin(), tabs_.end(), 0);
            break;
        case 'm': select_graphics(); break;
        case 'r': {
            const int bottom = p0(1) ? std::min(count(1), s_.rows) - 1 : last_row();
            if (n - 1 >= bottom) break;
            s_.top = n - 1, s_.bottom = bottom;
            cursor = {0, 0};
            break;
        }
        case 's': save_cursor(); break;
        case 'u': restore_cursor(); break;
        default: break;
    }
}

void Terminal::select_graphics() {
    Pen& pen = s_.pen;
    for (int i = 0; i < s_.parameters_seen; ++i) {
        const uint64_t code = p0(i);
        if (code == 0) pen = Pen{};
        else if (code == 1) pen.bold = 1;
        else if (code == 22) pen.bold = 0;
        else if (code == 7) pen.reverse = 1;
        else if (code == 27) pen.reverse = 0;
        else if (code == 39) pen.foreground = -1;
        else if (code >= 30 && code <= 37) pen.foreground = static_cast<int32_t>(code - 30);
        else if (code >= 90 && code <= 97) pen.foreground = static_cast<int32_t>(code - 90 + 8);
        else if (code == 38 || code == 48) extended_colour(i);
    }
    pen_changed();
}

// 38;5;N or 38;2;R;G;B; the same with 48 is the background, which NLE's colours do not know.
void Terminal::extended_colour(int& i) {
    const bool foreground = p0(i) == 38;
    const int left = s_.parameters_seen - i - 1;
    if (left >= 2 && p0(i + 1) == 5) {
        if (foreground && p0(i + 2) < 256) s_.pen.foreground = colour_of_256(static_cast<int>(p0(i + 2)));
        i += 2;
    } else if (left >= 4 && p0(i + 1) == 2) {
        const auto part = [&](int k) { return static_cast<int>(std::min<uint64_t>(p0(i + k), 255)); };
        if (foreground) s_.pen.foreground = nearest_colour(part(2), part(3), part(4));
        i += 4;
    } else {
        i += left;
    }
}

// ---- keyframes: the state, the tab stops, the cells (and, in mode nle, the characters before they became symbols)

std::string Terminal::save() const {
    std::string out(reinterpret_cast<const char*>(&s_), sizeof(State));
    out.append(tabs_.begin(), tabs_.end());
    out.append(reinterpret_cast<const char*>(chars_.data()), cells());
    out.append(reinterpret_cast<const char*>(colours_.data()), cells());
    if (nle()) out.append(raw_.begin(), raw_.end());
    return out;
}

void Terminal::load(const uint8_t* data, size_t size) {
    State state;
    if (size < sizeof(State)) throw std::invalid_argument("a keyframe is cut short");
    std::memcpy(&state, data, sizeof(State));
    const auto within = [](int32_t value, int32_t end) { return value >= 0 && value < end; };
    const auto flags = [](std::initializer_list<int32_t> values) {
        return std::all_of(values.begin(), values.end(), [](int32_t value) { return value == 0 || value == 1; });
    };
    const auto pen_ok = [&](const Pen& pen) {
        return pen.foreground >= -1 && pen.foreground < 16 && flags({pen.bold, pen.reverse, pen.dec});
    };
    if (state.version != 1 || state.mode != s_.mode || state.wrap != s_.wrap)
        throw std::invalid_argument("a keyframe of another version or mode");
    if (state.rows < 2 || state.columns < 2 || state.rows > 1000 || state.columns > 1000)
        throw std::invalid_argument("a keyframe of an impossible size");
    const bool ok =
        within(state.cursor.row, state.rows) && within(state.cursor.column, state.columns) &&
        within(state.saved_cursor.row, state.rows) && within(state.saved_cursor.column, state.columns) &&
        within(state.top, state.rows) && within(state.bottom, state.rows) && state.top <= state.bottom &&
        within(state.step, skip_one + 1) && within(state.parameters_seen, kMostParameters + 1) && within(state.last, 256) &&
        pen_ok(state.pen) && pen_ok(state.saved_pen) &&
        flags({state.pending, state.charsets[0], state.charsets[1], state.shift, state.saved_charsets[0],
               state.saved_charsets[1], state.saved_shift, state.default_dec, state.ignored, state.private_});
    if (!ok) throw std::invalid_argument("a keyframe is damaged");
    const size_t columns = static_cast<size_t>(state.columns), cells = static_cast<size_t>(state.rows) * columns;
    if (size != sizeof(State) + columns + cells * (nle() ? 3 : 2))
        throw std::invalid_argument("a keyframe of the wrong length");
    s_ = state;
    const uint8_t* at = data + sizeof(State);
    tabs_.assign(at, at + columns), at += columns;
    chars_.resize(cells + kSlack), colours_.resize(cells + kSlack);
    std::memcpy(chars_.data(), at, cells), at += cells;
    std::memcpy(colours_.data(), at, cells), at += cells;
    if (nle()) raw_.assign(at, at + cells);
    pen_changed();
}

}  // namespace ttyrec
