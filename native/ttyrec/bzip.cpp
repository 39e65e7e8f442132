#include "bzip.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace ttyrec {

namespace {

constexpr uint64_t kBlock = 0x314159265359, kEnd = 0x177245385090, kMask = (1ull << 48) - 1;
constexpr uint64_t kMarkBits = 48, kSumBits = 32, kHeader = 4;

bool is_header(const uint8_t* data, size_t size, uint64_t byte) {
    return byte + kHeader <= size && data[byte] == 'B' && data[byte + 1] == 'Z' && data[byte + 2] == 'h' &&
           data[byte + 3] >= '1' && data[byte + 3] <= '9';
}

// The 32 bits from `bit` on; what lies behind the end counts as 0.
uint32_t number_at(const uint8_t* data, size_t size, uint64_t bit) {
    uint32_t number = 0;
    for (uint64_t i = bit; i < bit + kSumBits; ++i)
        number = number << 1 | (i / 8 < size ? data[i / 8] >> (7 - i % 8) & 1u : 0u);
    return number;
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
    uint64_t window = 0, stream = kHeader * 8;  // where the stream's first mark must be
    int level = data[3] - '0';
    bool open = false, ended = false;
    uint32_t sum = 0;
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
            if (!open && begin != stream) {
                index.damaged = true;
                return index;
            }
            open = ended = false;
            if (mark == kBlock) {
                sum = (sum << 1 | sum >> 31) ^ number_at(data, size, end);
                index.blocks.push_back({begin, size * 8, level, true, index.streams - 1});
                open = true;
                continue;
            }
            const uint64_t next = (end + kSumBits + 7) / 8;
            ended = next <= size;
            index.damaged = index.damaged || (ended && number_at(data, size, end) != sum);
            sum = 0;
            stream = (next + kHeader) * 8;
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

std::vector<uint64_t> possible_ends(const uint8_t* data, size_t size, uint64_t begin) {
    constexpr size_t kMost = 64;
    constexpr int kWrongBits = 4;
    std::vector<uint64_t> ends;
    uint64_t window = 0;
    const uint64_t all = size * 8, least = begin + kMarkBits + kSumBits;
    for (uint64_t bit = begin; bit < all && ends.size() < kMost; ++bit) {
        window = (window << 1 | (data[bit / 8] >> (7 - bit % 8) & 1u)) & kMask;
        if (bit + 1 < least + kMarkBits) continue;
        if (std::popcount(window ^ kBlock) <= kWrongBits || std::popcount(window ^ kEnd) <= kWrongBits)
            ends.push_back(bit + 1 - kMarkBits);
    }
    // The end mark's first bits, or none, before the end of the file.
    for (uint64_t left = 0; left < kMarkBits && all >= least + left; ++left) {
        const uint64_t tail = left ? window & ((1ull << left) - 1) : 0;
        if (tail == kEnd >> (kMarkBits - left)) ends.push_back(all - left);
    }
    return ends;
}

std::string extract_block(const uint8_t* data, size_t size, const BzipBlock& block) {
    if (block.end > size * 8 || block.begin > block.end || block.end - block.begin < kMarkBits + kSumBits ||
        block.level < 1 || block.level > 9)
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
