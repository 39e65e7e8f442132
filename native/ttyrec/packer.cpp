#include "packer.hpp"

#include <algorithm>

namespace ttyrec {

Packer::Packer(int rows, int columns, Mode mode, Wrap wrap, int version, int64_t block_frames)
    : terminal_(rows, columns, mode, wrap),
      other_(mode == Mode::nle ? rows : 24, mode == Mode::nle ? columns : 80 + (version == 1),
             mode == Mode::nle ? Mode::fixed : Mode::nle,
             version > 1 ? Wrap::at_once : mode == Mode::nle ? Wrap::deferred : Wrap::never),
      records_(version),
      block_frames_(block_frames) {
    if (block_frames < 1 || block_frames > 1 << 16) throw std::invalid_argument("blocks have 1 to 65536 frames");
}

void Packer::feed(const uint8_t* data, size_t size, std::shared_ptr<const void> owner) {
    records_.feed(data, size, std::move(owner));
    run();
}

void Packer::finish(bool whole) {
    records_.finish();
    run();
    if (!done_) {
        done_ = true;
        const bool last_screen = whole && drawn_ && records_.trouble().empty() && records_.version() > 1;
        if (last_screen) add({now_.timestamp, 0, now_.score, -1});
        if (!block_.frames.empty()) close_block();
    }
}

void Packer::run() {
    Record record, beyond;
    for (;;) {
        if (records_.version() == 4 && records_.peek(record) == Next::record && record.channel == Channel::key &&
            records_.look_beyond(record, beyond) == Next::hungry)
            return;
        if (records_.next(record) != Next::record) return;
        if (record.channel == Channel::score) {
            now_.score = record.number();
        } else if (record.channel == Channel::output) {
            now_.timestamp = record.time;
            terminal_.write(record.data, record.size);
            other_.write(record.data, record.size);
            if (pending_.size() + record.size > kMostText)
                return records_.stop("more than 16 MB of output without a key");
            pending_.append(reinterpret_cast<const char*>(record.data), record.size);
            drawn_ = true;
            if (records_.version() == 1) add({record.time, 0, 0, -1});
        } else if (record.channel == Channel::key) {
            Frame frame{record.time, record.data[0], now_.score, -1};
            if (records_.version() == 4 && records_.peek(beyond) == Next::record &&
                beyond.channel == Channel::strategy)
                frame.label = label_of(beyond);
            add(frame);
            ++keys_;
        }
    }
}

void Packer::add(Frame frame) {
    if (block_.frames.empty()) {
        block_.keyframe = keyframe_;
        block_.points = points_;
        block_.has_labels = has_labels_ || records_.version() == 4;
    }
    if (has_labels_)
        frame.label = static_cast<size_t>(frames_) < labels_.size() ? labels_[static_cast<size_t>(frames_)]
                                                                      : int16_t{-1};
    block_.frames.push_back(frame);
    block_.lengths.push_back(static_cast<uint32_t>(pending_.size()));
    block_.text += pending_;
    pending_.clear();
    if (frame.score) points_ = frame.score;
    hash_.add(terminal_, frame);
    count_differences();
    drawn_ = false;
    ++frames_;
    if (static_cast<int64_t>(block_.frames.size()) == block_frames_ || block_.text.size() > kMostBlock) close_block();
}

void Packer::close_block() {
    const int64_t count = static_cast<int64_t>(block_.frames.size());
    block_.first = static_cast<uint32_t>(frames_ - count);
    packed_.push_back({frames_ - count, count, hash_.value(), block_.pack()});
    block_ = Block{};
    hash_ = FrameHash{};
    keyframe_ = terminal_.save();
}

std::vector<PackedBlock> Packer::take() {
    std::vector<PackedBlock> out;
    out.swap(packed_);
    return out;
}

// Cells of NLE's 24x80 in which the two modes show something else.
void Packer::count_differences() {
    const State &mine = terminal_.state(), &theirs = other_.state();
    const int rows = std::min({24, mine.rows, theirs.rows}), columns = std::min({80, mine.columns, theirs.columns});
    for (int row = 0; row < rows; ++row) {
        const size_t a = static_cast<size_t>(row) * static_cast<size_t>(mine.columns);
        const size_t b = static_cast<size_t>(row) * static_cast<size_t>(theirs.columns);
        const size_t width = static_cast<size_t>(columns);
        if (!std::memcmp(terminal_.chars() + a, other_.chars() + b, width) &&
            !std::memcmp(terminal_.colours() + a, other_.colours() + b, width))
            continue;
        for (size_t i = 0; i < width; ++i)
            differing_ += terminal_.chars()[a + i] != other_.chars()[b + i] ||
                          terminal_.colours()[a + i] != other_.colours()[b + i];
    }
}

uint64_t hash_block(Terminal& terminal, const uint8_t* data, size_t size) {
    BlockView block;
    block.unpack(data, size);
    terminal.reset();
    if (block.keyframe_size) terminal.load(block.keyframe, block.keyframe_size);
    FrameHash hash;
    const uint8_t* text = block.text;
    for (size_t i = 0; i < block.frames.size(); ++i) {
        terminal.write(text, block.lengths[i]);
        text += block.lengths[i];
        hash.add(terminal, block.frames[i]);
    }
    return hash.value();
}

void Scan::feed(const uint8_t* data, size_t size, std::shared_ptr<const void> owner) {
    records_.feed(data, size, std::move(owner));
    run();
}

void Scan::finish() {
    records_.finish();
    run();
}

void Scan::run() {
    Record record;
    while (records_.next(record) == Next::record) {
        first_time = first_time ? first_time : record.time;
        last_time = record.time;
        switch (record.channel) {
            case Channel::output:
                if (records_.version() > 1) break;
                ++frames;
                extent.feed(record.data, record.size);
                break;
            case Channel::key:
                ++frames;
                keys.push_back(static_cast<char>(record.data[0]));
                strategies.push_back(-1);
                break;
            case Channel::score:
                score = record.number() ? record.number() : score;
                scored = true;
                break;
            case Channel::strategy:  // written after the key that it belongs to
                if (!strategies.empty()) strategies.back() = label_of(record);
                break;
        }
    }
}

void Extent::feed(const uint8_t* data, size_t size) {
    enum { text, escape, csi };
    for (size_t i = 0; i < size; ++i) {
        const uint8_t byte = data[i];
        if (byte == 0x1b) {
            step_ = escape;
        } else if (step_ == text) {
            if (byte == '\r') column_ = 1;
            else if (byte == '\b') column_ = std::max(1, column_ - 1);
            else if (byte >= 0x20 && byte != 0x7f) {
                if (column_ <= kMost) columns = std::max(columns, column_);
                column_ = std::min(column_ + 1, kFar);
            }
        } else if (step_ == escape) {
            step_ = byte == '[' ? csi : text;
            numbers_[0] = numbers_[1] = seen_ = 0;
        } else if (byte >= '0' && byte <= '9') {
            if (seen_ < 2) numbers_[seen_] = std::min(numbers_[seen_] * 10 + (byte - '0'), 10000);
        } else if (byte == ';') {
            ++seen_;
        } else if (byte >= 0x40) {
            const int row = std::max(numbers_[0], 1), column = std::max(numbers_[1], 1);
            if (byte == 'H' || byte == 'f') {
                if (row <= kMost) rows = std::max(rows, row);
                column_ = column;
            } else if (byte == 'G') {
                column_ = row;
            } else if (byte == 'C') {
                column_ = std::min(column_ + row, kFar);
            } else if (byte == 'D') {
                column_ = std::max(1, column_ - row);
            } else if (byte == 'd' && row <= kMost) {
                rows = std::max(rows, row);
            }
            step_ = text;
        }
    }
}

}  // namespace ttyrec
