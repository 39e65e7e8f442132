// A game's records into the store's blocks: each frame is drawn on the way, for keyframes, for a hash that tells
// whether what is read back is what was written, and to count the cells in which the two modes differ.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columns.hpp"
#include "reader.hpp"

namespace ttyrec {

// A hash of frames, in order: of each its cells, cursor, key, score, time and label.
class FrameHash {
public:
    void add(const Terminal& terminal, const Frame& frame) {
        const State& state = terminal.state();
        const size_t cells = static_cast<size_t>(state.rows) * static_cast<size_t>(state.columns);
        bytes(terminal.chars(), cells);
        bytes(reinterpret_cast<const uint8_t*>(terminal.colours()), cells);
        word(static_cast<uint64_t>(state.cursor.row) << 32 | static_cast<uint64_t>(state.cursor.column));
        word(static_cast<uint64_t>(frame.timestamp));
        word(static_cast<uint64_t>(frame.key) << 48 | static_cast<uint64_t>(static_cast<uint16_t>(frame.label)) << 32 |
             static_cast<uint32_t>(frame.score));
    }
    uint64_t value() const { return hash_; }

private:
    void word(uint64_t value) {
        hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15u;
        hash_ ^= hash_ >> 32;
    }
    void bytes(const uint8_t* data, size_t size) {
        for (; size >= 8; data += 8, size -= 8) {
            uint64_t value;
            std::memcpy(&value, data, 8);
            word(value);
        }
        uint64_t rest = size;
        for (size_t i = 0; i < size; ++i) rest = rest << 8 | data[i];
        word(rest);
    }

    uint64_t hash_ = 0;
};

struct PackedBlock {
    int64_t first = 0, frames = 0;
    uint64_t hash = 0;
    std::string data;
};

class Packer {
public:
    Packer(int rows, int columns, Mode mode, Wrap wrap, int version, int64_t block_frames);

    void set_labels(std::vector<int16_t> labels) { labels_ = std::move(labels), has_labels_ = true; }
    void next_file() { records_.open(); }
    void feed(const uint8_t* data, size_t size, std::shared_ptr<const void> owner);
    void finish(bool whole);

    // Blocks finished so far; what is taken is gone.
    std::vector<PackedBlock> take();

    int64_t frames() const { return frames_; }
    int64_t keys() const { return keys_; }
    int64_t differing_cells() const { return differing_; }
    const std::string& trouble() const { return records_.trouble(); }

private:
    static constexpr size_t kMostText = 1 << 24, kMostBlock = 1 << 26;  // bytes before a frame, and in a block

    void run();
    void add(Frame frame);
    void close_block();
    void count_differences();

    Terminal terminal_, other_;
    Records records_;
    int64_t block_frames_;
    bool has_labels_ = false, drawn_ = false, done_ = false;
    std::vector<int16_t> labels_;
    int64_t frames_ = 0, keys_ = 0, differing_ = 0;
    int32_t points_ = 0;
    Frame now_;
    std::string pending_;  // text since the last frame
    std::string keyframe_;
    Block block_;
    FrameHash hash_;
    std::vector<PackedBlock> packed_;
};

// The frame hash of what a block holds, drawn from its keyframe. Throws std::invalid_argument when it is damaged.
uint64_t hash_block(Terminal& terminal, const uint8_t* data, size_t size);

// The size of the terminal that a version 1 recording was made on, as far as its output tells.
class Extent {
public:
    void feed(const uint8_t* data, size_t size);
    int rows = 24, columns = 80;

private:
    static constexpr int kMost = 300;  // positions beyond are not meant: programs probe sizes with 999;999
    static constexpr int kFar = 1'000'000;
    int column_ = 1, step_ = 0;
    int numbers_[2] = {0, 0}, seen_ = 0;
};

// What a file's records hold, without drawing them.
class Scan {
public:
    explicit Scan(int version) : records_(version) {}
    void feed(const uint8_t* data, size_t size, std::shared_ptr<const void> owner);
    void finish();
    const std::string& trouble() const { return records_.trouble(); }

    int64_t frames = 0;
    int64_t first_time = 0, last_time = 0;
    int32_t score = 0;  // the last that is not 0: after the end the engine writes zeros
    bool scored = false;
    std::string keys;
    Extent extent;      // of the terminal, for version 1
    std::vector<int16_t> strategies;  // of each key, as labels; -1 for none

private:
    void run();
    Records records_;
};

}  // namespace ttyrec
