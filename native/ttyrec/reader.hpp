// Frames out of bytes: a `Reader` plays one game after the other, from ttyrec records or from the store's blocks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "columns.hpp"
#include "records.hpp"
#include "terminal.hpp"

namespace ttyrec {

// Where frames go: arrays of [T, ...] whose frames lie `stride` frames apart. What is null is left out.
struct Target {
    int rows = 24, columns = 80;  // what is kept of the terminal; a smaller one is filled up with blanks
    int64_t stride = 1;
    uint8_t* chars = nullptr;
    int8_t* colours = nullptr;
    int16_t* cursor = nullptr;
    int64_t* timestamps = nullptr;
    uint8_t* keys = nullptr;
    int32_t* scores = nullptr;
    int32_t* rewards = nullptr;
    int16_t* actions = nullptr;
    int16_t* labels = nullptr;
    int64_t* gameids = nullptr;
    uint8_t* is_first = nullptr;
    uint8_t* mask = nullptr;
};

struct Game {
    int64_t gameid = 0;
    bool has_labels = false;
    std::vector<int16_t> labels;     // of each frame; empty when records or blocks bring them
    std::vector<int16_t> label_map;  // what becomes of each label's index; empty: it stays
};

// hungry: give more data, or call `finish`. ready: a frame can be taken.
enum class Status : int { hungry = 0, ready = 1, ended = 2, broken = 3 };

class Reader {
public:
    Reader(int rows, int columns, Mode mode, Wrap wrap) : terminal_(rows, columns, mode, wrap) {}

    void open_records(Game game, int version);
    void open_blocks(Game game, int64_t first_frame);
    // Another file of the same game: what was wrong with the one before is over.
    void next_file() { records_.open(); }
    void feed(const uint8_t* data, size_t size, std::shared_ptr<const void> owner);
    // No more data. `whole`: it ended where a game ends, so that the screen after the last key is a frame.
    void finish(bool whole);

    // Fill frames `at` to `end`; return the first that was not filled.
    int64_t fill(const Target& target, int64_t at, int64_t end);
    int64_t skip(int64_t count) { return fill(Target{}, 0, count); }

    Status status() const { return status_; }
    int64_t frame() const { return frame_; }
    const std::string& trouble() const { return records_.trouble(); }

    std::array<int16_t, 256> action_of_key{};

private:
    void pull();
    void pull_record();
    void pull_block();
    void emit(const Target& target, int64_t at);

    Terminal terminal_;
    Records records_{3};
    Game game_;
    bool from_blocks_ = false, whole_ = false, finished_ = false, drawn_ = false;
    Status status_ = Status::ended;
    int64_t frame_ = 0;
    int32_t points_ = 0;
    Frame now_;
    // the block at hand
    std::shared_ptr<const void> block_owner_;
    BlockView block_;
    size_t block_at_ = 0;
};

}  // namespace ttyrec
