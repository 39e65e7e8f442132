// Where the blocks of a bzip2 file lie, bit by bit, and each as a small file of its own. So a block can be decoded
// when it is wanted, and a reader keeps none of the decoder's megabytes between two visits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ttyrec {

struct BzipBlock {
    uint64_t begin = 0, end = 0;  // bits
    int level = 9;                // the stream's, 1 to 9
    bool complete = true;         // false: the file ends before the block does
    int stream = 0;
};

struct BzipIndex {
    std::vector<BzipBlock> blocks;
    int streams = 0;
    bool whole = false;   // every stream has its end mark, and nothing follows the last
    bool bzip = false;    // it begins like a bzip2 file
    bool damaged = false; // a mark or a sum is not where and what it should be
};

BzipIndex find_blocks(const uint8_t* data, size_t size);
// Where a block may end whose next mark is damaged or cut off: marks with a few wrong bits, and the file's end.
std::vector<uint64_t> possible_ends(const uint8_t* data, size_t size, uint64_t begin);
std::string extract_block(const uint8_t* data, size_t size, const BzipBlock& block);

}  // namespace ttyrec
