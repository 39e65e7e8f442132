// A block of the store: consecutive frames of one game as columns, before compression. docs/08-formats.md has the
// layout.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "records.hpp"

namespace ttyrec {

struct Block {
    std::vector<Frame> frames;
    std::vector<uint32_t> lengths;  // bytes of text before each frame
    bool has_labels = false;
    int32_t points = 0;             // the last score above 0 before the block
    uint32_t first = 0;             // the first frame's number in its game
    std::string keyframe;           // empty: a blank terminal
    std::string text;

    std::string pack() const;
};

// The same read back; `keyframe` and `text` point into the bytes given.
struct BlockView {
    std::vector<Frame> frames;
    std::vector<uint32_t> lengths;
    bool has_labels = false;
    int32_t points = 0;
    uint32_t first = 0;
    const uint8_t* keyframe = nullptr;
    size_t keyframe_size = 0;
    const uint8_t* text = nullptr;

    // Throws std::invalid_argument for bytes that are no block.
    void unpack(const uint8_t* data, size_t size);
};

}  // namespace ttyrec
