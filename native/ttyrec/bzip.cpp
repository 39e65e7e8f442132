#include "bzip.hpp"

#include <algorithm>
#include <stdexcept>

namespace ttyrec {

namespace {

constexpr uint64_t kBlock = 0x314159265359, kEnd = 0x177245385090, kMask = (1ull << 48) - 1;
constexpr uint64_t kMarkBits = 48, kSumBits = 32, kHeader = 4;

bool is_header(const uint8_t* data, size_t size, uint64_t byte) {
    return byte + kHeader <= size && data[byte] == 'B' && data[byte + 1] == 'Z' && data[byte + 2] == 'h' &&
           data[byte + 3] >= '1' && data[byte + 3] <= '9';
}

class BitWriter {
public:
    explicit BitWriter(std::string& out) : out_(out) {}
    void put(uint64_t value, int bits) {
        for (int i = bits - 1; i >= 0; --i) put_bit(static_cast<int>(value >> i & 1));
    }
    void put_bit(int bit) {
        byte_ = byte_ << 1 | bit;
        if (++filled_ == 8) flush();
    }
    void finish() {
        while (filled_) put_bit(0);
    }

private:
    void flush() {
        out_.push_back(static_cast<char>(byte_));
        byte_ = filled_ = 0;
    }
    std::string& out_;
    int byte_ = 0, filled_ = 0;
};

}  // namespace

BzipIndex find_blocks(const uint8_t* data, size_t size) {
    BzipIndex index;
    index.bzip = is_header(data, size, 0);
    if (!index.bzip) return index;
    uint64_t window = 0;
    int level = data[3] - '0';
    bool open = false, ended = false;
    index.streams = 1;
    for (uint64_t byte = kHeader; byte < size; ++byte) {
        // 15 bytes' worth of positions: `wide` holds the 56 bits that end with this byte.
        const uint64_t wide = (window << 8 | data[byte]) & ((1ull << 56) - 1);
        for (int bit = 7; bit >= 0; --bit) {
            const uint64_t mark = wide >> bit & kMask;
            if (mark != kBlock && mark != kEnd) continue;
            const uint64_t end = (byte + 1) * 8 - static_cast<uint64_t>(bit);
            if (end < kHeader * 8 + kMarkBits) continue;
            const uint64_t begin = end - kMarkBits;
            if (open) index.blocks.back().end = begin;
            open = ended = false;
            if (mark == kBlock) {
                index.blocks.push_back({begin, size * 8, level, true, index.streams - 1});
                open = true;
                continue;
            }
            const uint64_t next = (end + kSumBits + 7) / 8;
            ended = next <= size;
            if (is_header(data, size, next)) {
                level = data[next + 3] - '0';
                ++index.streams;
                ended = false;
                byte = next + kHeader - 1;
                window = 0;
                goto next_byte;
            }
            index.whole = ended && next == size;
            if (ended && next < size) return index;  // bytes that are no bzip2 follow: they are not searched
        }
        window = wide;
    next_byte:;
    }
    if (open) index.blocks.back().complete = false;
    return index;
}

std::string extract_block(const uint8_t* data, size_t size, const BzipBlock& block) {
    if (block.begin + kMarkBits + kSumBits > block.end || block.end > size * 8 || block.level < 1 || block.level > 9)
        throw std::invalid_argument("no block of this file");
    std::string out = "BZh";
    out.push_back(static_cast<char>('0' + block.level));
    out.reserve((block.end - block.begin) / 8 + 24);
    const int shift = static_cast<int>(block.begin % 8);
    const uint64_t bytes = (block.end - block.begin) / 8, first = block.begin / 8;
    for (uint64_t i = 0; i < bytes; ++i) {
        const unsigned high = data[first + i], low = shift ? data[first + i + 1] : 0;
        out.push_back(static_cast<char>(shift ? (high << shift | low >> (8 - shift)) : high));
    }
    BitWriter bits(out);
    for (uint64_t bit = block.begin + bytes * 8; bit < block.end; ++bit)
        bits.put_bit(data[bit / 8] >> (7 - bit % 8) & 1);
    // A stream of one block has that block's sum: it stands behind the block's mark.
    uint64_t sum = 0;
    for (uint64_t bit = block.begin + kMarkBits; bit < block.begin + kMarkBits + kSumBits; ++bit)
        sum = sum << 1 | (data[bit / 8] >> (7 - bit % 8) & 1u);
    bits.put(kEnd, 48);
    bits.put(sum, 32);
    bits.finish();
    return out;
}

}  // namespace ttyrec
