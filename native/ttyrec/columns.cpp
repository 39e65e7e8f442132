#include "columns.hpp"

#include <stdexcept>

namespace ttyrec {

namespace {

constexpr uint32_t kMostFrames = 1 << 20;
constexpr uint32_t kLabels = 1;

struct Header {
    uint32_t frames, keyframe, text, flags;
    int64_t time;
    int32_t points;
    uint32_t first;
};
static_assert(sizeof(Header) == 32);

template <typename T>
std::make_unsigned_t<T> zigzag(T value) {
    using U = std::make_unsigned_t<T>;
    return (static_cast<U>(value) << 1) ^ static_cast<U>(value >> (sizeof(T) * 8 - 1));
}

template <typename U>
std::make_signed_t<U> unzigzag(U value) {
    return static_cast<std::make_signed_t<U>>((value >> 1) ^ (~(value & 1) + 1));
}

// Numbers as planes: all lowest bytes, then all second bytes, and so on; small numbers compress to almost nothing.
template <typename U>
void put_planes(std::string& out, const std::vector<U>& values) {
    for (size_t plane = 0; plane < sizeof(U); ++plane)
        for (U value : values) out.push_back(static_cast<char>(value >> (8 * plane)));
}

template <typename U>
void get_planes(const uint8_t*& at, std::vector<U>& values) {
    const size_t n = values.size();
    for (size_t plane = 0; plane < sizeof(U); ++plane, at += n)
        for (size_t i = 0; i < n; ++i) values[i] |= static_cast<U>(static_cast<U>(at[i]) << (8 * plane));
}

}  // namespace

std::string Block::pack() const {
    const size_t n = frames.size();
    std::string out;
    out.reserve(sizeof(Header) + keyframe.size() + n * 19 + text.size());
    const Header header{static_cast<uint32_t>(n), static_cast<uint32_t>(keyframe.size()),
                        static_cast<uint32_t>(text.size()), has_labels ? kLabels : 0,
                        n ? frames[0].timestamp : 0, points, first};
    out.append(reinterpret_cast<const char*>(&header), sizeof header);
    out += keyframe;
    std::vector<uint64_t> times(n);
    std::vector<uint32_t> scores(n);
    std::vector<uint16_t> labels(n);
    for (size_t i = 0; i < n; ++i) {
        const Frame& before = frames[i ? i - 1 : 0];
        times[i] = zigzag(frames[i].timestamp - (i ? before.timestamp : header.time));
        scores[i] = zigzag(static_cast<int32_t>(static_cast<uint32_t>(frames[i].score) -
                                                static_cast<uint32_t>(i ? before.score : 0)));
        labels[i] = static_cast<uint16_t>(frames[i].label + 1);
    }
    put_planes(out, lengths);
    put_planes(out, times);
    put_planes(out, scores);
    if (has_labels) put_planes(out, labels);
    for (const Frame& frame : frames) out.push_back(static_cast<char>(frame.key));
    return out += text;
}

void BlockView::unpack(const uint8_t* data, size_t size) {
    Header header;
    if (size < sizeof header) throw std::invalid_argument("a block is cut short");
    std::memcpy(&header, data, sizeof header);
    const uint64_t n = header.frames;
    if (n > kMostFrames || header.flags > kLabels) throw std::invalid_argument("a block's header is damaged");
    const bool labelled = header.flags & kLabels;
    const uint64_t wanted = sizeof header + header.keyframe + n * (4 + 8 + 4 + 1 + (labelled ? 2 : 0)) +
                            static_cast<uint64_t>(header.text);
    if (size != wanted) throw std::invalid_argument("a block's length is not what its header says");
    const uint8_t* at = data + sizeof header;
    keyframe = at, keyframe_size = header.keyframe;
    at += header.keyframe;
    points = header.points;
    first = header.first;
    has_labels = labelled;
    lengths.assign(n, 0);
    std::vector<uint64_t> times(n);
    std::vector<uint32_t> scores(n);
    std::vector<uint16_t> labels(labelled ? n : 0);
    get_planes(at, lengths);
    get_planes(at, times);
    get_planes(at, scores);
    if (labelled) get_planes(at, labels);
    const uint8_t* keys = at;
    text = at + n;
    frames.assign(n, Frame{});
    uint64_t time = static_cast<uint64_t>(header.time), total = 0;
    uint32_t score = 0;
    for (size_t i = 0; i < n; ++i) {
        time += static_cast<uint64_t>(unzigzag(times[i]));
        score += static_cast<uint32_t>(unzigzag(scores[i]));
        frames[i] = {static_cast<int64_t>(time), keys[i], static_cast<int32_t>(score),
                     labelled ? static_cast<int16_t>(labels[i] - 1) : int16_t{-1}};
        total += lengths[i];
    }
    if (total != header.text) throw std::invalid_argument("a block's text has not the length of its frames");
}

}  // namespace ttyrec
