// A terminal's screen, fed with bytes: what NetHack and its players' terminals use of ANSI and xterm.
//
// Every cell is kept as NLE delivers it: an ASCII character, and a colour 0..15 (+16 in reverse). Two modes:
// `Mode::fixed` draws what a real terminal would; `Mode::nle` is frame-identical with NLE 1.3.0's converter
// (a patched libtmt), its faults included. docs/08-formats.md lists the differences.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "charset.hpp"
#include "scan.hpp"

namespace ttyrec {

enum class Mode : int32_t { fixed = 0, nle = 1 };

// What happens behind the last column. NLE's own terminal goes to the next line at once; real terminals wait for
// the next character; NLE's converter reads version 1 with one column more, which is overwritten.
enum class Wrap : int32_t { at_once = 0, deferred = 1, never = 2 };

struct Pen {
    int32_t foreground = -1, bold = 0, reverse = 0, dec = 0;
};

struct Cursor {
    int32_t row = 0, column = 0;
};

inline constexpr int kMostParameters = 16;

// All that a keyframe stores beside tabs and cells, in this order, little-endian.
struct State {
    int32_t version = 1;
    int32_t mode = 0, wrap = 0, rows = 0, columns = 0;
    Cursor cursor, saved_cursor;
    Pen pen, saved_pen;
    int32_t pending = 0;                         // fixed: the next character goes to the next line
    int32_t charsets[2] = {0, 0}, shift = 0;     // fixed: G0 and G1 (1: line drawing), and which is in use
    int32_t saved_charsets[2] = {0, 0}, saved_shift = 0;
    int32_t default_dec = 0;                     // nle: what a colour reset sets the line drawing to
    int32_t top = 0, bottom = 0;                 // fixed: the scroll region, bottom included
    int32_t step = 0, ignored = 0, private_ = 0; // the parser
    int32_t parameters_seen = 0;
    int32_t last = ' ';                          // fixed: the last character written, for REP
    uint64_t argument = 0, parameters[kMostParameters] = {};
};
static_assert(sizeof(State) == 32 * 4 + (1 + kMostParameters) * 8);

class Terminal {
public:
    Terminal(int rows, int columns, Mode mode, Wrap wrap) : mode_(mode) {
        if (rows < 2 || columns < 2 || rows > 1000 || columns > 1000)
            throw std::invalid_argument("a terminal has 2 to 1000 rows and columns");
        s_.mode = static_cast<int32_t>(mode);
        s_.wrap = static_cast<int32_t>(wrap);
        s_.rows = rows;
        s_.columns = columns;
        reset();
    }

    void reset() {
        const State old = s_;
        s_ = State{};
        s_.mode = old.mode, s_.wrap = old.wrap, s_.rows = old.rows, s_.columns = old.columns;
        s_.bottom = s_.rows - 1;
        chars_.assign(cells() + kSlack, ' ');
        colours_.assign(cells() + kSlack, 0);
        if (mode_ == Mode::nle) raw_.assign(cells(), ' ');
        tabs_.assign(static_cast<size_t>(s_.columns), 0);
        for (size_t i = 0; i < tabs_.size(); i += 8) tabs_[i] = 1;
        tabs_.back() = 1;
        pen_changed();
    }

    void write(const uint8_t* at, size_t count);

    const uint8_t* chars() const { return chars_.data(); }
    const int8_t* colours() const { return colours_.data(); }
    const State& state() const { return s_; }

    std::string save() const;
    void load(const uint8_t* data, size_t size);

private:
    enum Step : int32_t { text, escape, csi, charset0, charset1, osc, osc_escape, skip_one };

    size_t cells() const { return static_cast<size_t>(s_.rows) * static_cast<size_t>(s_.columns); }
    size_t offset(int row, int column) const {
        return static_cast<size_t>(row) * static_cast<size_t>(s_.columns) + static_cast<size_t>(column);
    }
    bool nle() const { return mode_ == Mode::nle; }
    int last_row() const { return s_.rows - 1; }
    int last_column() const { return s_.columns - 1; }

    void pen_changed();
    void write_run(const uint8_t* at, size_t count, size_t readable);
    void put(uint8_t byte);
    void put_symbol(uint8_t raw, uint8_t symbol);
    void repeat(uint8_t raw, uint64_t times);
    void clear(int row, long from, long to);
    void clear_rows(long from, long to);
    void scroll_up(int top, int bottom, uint64_t count);
    void scroll_down(int top, int bottom, uint64_t count);
    void line_feed();

    const uint8_t* quick_csi(const uint8_t* at, const uint8_t* end);
    bool quick_move(uint8_t final, int n);
    bool quick_graphics(const uint32_t* codes, int seen);
    void feed(uint8_t byte);
    void control(uint8_t byte);
    void after_escape(uint8_t byte);
    void in_csi(uint8_t byte);
    void push_argument();
    void end_sequence();
    void run_csi(uint8_t final);
    void run_csi_nle(uint8_t final);
    void select_graphics();
    void select_graphics_nle();
    void extended_colour(int& i);
    void tab_forward();
    void tab_back();
    void save_cursor();
    void restore_cursor();

    uint64_t p0(int i) const { return s_.parameters[i]; }
    uint64_t p1(int i) const { return s_.parameters[i] ? s_.parameters[i] : 1; }
    int count(int i) const { return static_cast<int>(std::min<uint64_t>(p1(i), 100000)); }

    Mode mode_;
    State s_;
    std::vector<uint8_t> chars_, raw_, tabs_;  // characters and colours have kSlack cells more, which are never shown
    std::vector<int8_t> colours_;
    int8_t colour_ = 7, space_colour_ = 0;
    const CharMap* map_ = &kPlain;
};

}  // namespace ttyrec
