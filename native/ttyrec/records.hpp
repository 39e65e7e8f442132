// ttyrec records, versions 1 to 4, out of chunks of bytes; every field is checked.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace ttyrec {

enum class Channel : uint8_t { output = 0, key = 1, score = 2, strategy = 3 };
enum class Next { record, hungry, end, broken };

struct Record {
    int64_t time = 0;  // microseconds
    Channel channel = Channel::output;
    const uint8_t* data = nullptr;
    uint32_t size = 0;

    int32_t number() const {
        int32_t value;
        std::memcpy(&value, data, sizeof value);
        return value;
    }
};

class Records {
public:
    explicit Records(int version) : version_(version), header_(version == 1 ? 12 : 13) {}

    // Start with another file of the same version; what the last one left unfinished is dropped.
    void open() {
        buffer_.clear();
        at_ = 0;
        last_ = scored_ = false;
        trouble_.clear();
    }

    void feed(const uint8_t* data, size_t size) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ = 0;
        buffer_.insert(buffer_.end(), data, data + size);
    }

    void finish() { last_ = true; }
    bool finished() const { return last_; }
    int version() const { return version_; }
    const std::string& trouble() const { return trouble_; }
    bool unfinished() const { return at_ < buffer_.size(); }

    // `record.data` is good until the next `feed` or `open`.
    Next next(Record& record) {
        if (!trouble_.empty()) return Next::broken;
        const Next found = look(at_, record);
        if (found == Next::end && unfinished()) return broken("the last record is cut off");
        if (found != Next::record) return found;
        if (!in_order(record)) return Next::broken;
        at_ += static_cast<size_t>(header_) + record.size;
        return Next::record;
    }

    // The record after the next, without taking either.
    Next look_beyond(const Record& next, Record& beyond) {
        return look(at_ + static_cast<size_t>(header_) + next.size, beyond);
    }

    Next peek(Record& record) { return trouble_.empty() ? look(at_, record) : Next::broken; }

private:
    static constexpr int32_t kLongest = 1 << 20;  // NetHack's are a few kilobytes

    Next broken(std::string what) {
        trouble_ = std::move(what);
        return Next::broken;
    }

    Next look(size_t at, Record& record) {
        if (buffer_.size() < at + static_cast<size_t>(header_)) return last_ ? Next::end : Next::hungry;
        int32_t fields[3];
        std::memcpy(fields, buffer_.data() + at, sizeof fields);
        if (fields[2] < 0 || fields[2] > kLongest)
            return broken("a record of " + std::to_string(fields[2]) + " bytes");
        if (buffer_.size() < at + static_cast<size_t>(header_) + static_cast<size_t>(fields[2]))
            return last_ ? Next::end : Next::hungry;
        const uint8_t channel = version_ == 1 ? 0 : buffer_[at + 12];
        if (channel > (version_ == 1 ? 0 : version_ - 1))
            return broken("a record of channel " + std::to_string(channel) + ", which version " +
                          std::to_string(version_) + " has not");
        record.time = static_cast<int64_t>(fields[0]) * 1'000'000 + fields[1];
        record.channel = static_cast<Channel>(channel);
        record.size = static_cast<uint32_t>(fields[2]);
        record.data = buffer_.data() + at + header_;
        return Next::record;
    }

    bool in_order(const Record& record) {
        const bool number = record.channel == Channel::score || record.channel == Channel::strategy;
        if ((number && record.size != 4) || (record.channel == Channel::key && record.size != 1)) {
            broken("a record of channel " + std::to_string(static_cast<int>(record.channel)) + " with " +
                   std::to_string(record.size) + " bytes");
            return false;
        }
        if (record.channel == Channel::score) {
            if (scored_) {
                broken("two scores and no key between");
                return false;
            }
            scored_ = true;
        } else if (record.channel == Channel::key) {
            scored_ = false;
        }
        return true;
    }

    int version_;
    int header_;
    std::vector<uint8_t> buffer_;
    size_t at_ = 0;
    bool last_ = false, scored_ = false;
    std::string trouble_;
};

// HiHack's strategies as labels: ordinals count from -1, labels from 0; what is neither is no label.
inline int16_t label_of(const Record& strategy) {
    const int32_t ordinal = strategy.size == 4 ? strategy.number() : -2;
    return ordinal >= -1 && ordinal < 32766 ? static_cast<int16_t>(ordinal + 1) : int16_t{-1};
}

// Which events make a frame: a key (versions 2 and later) or a write (version 1), and at the end of a whole game
// the screen after the last key.
struct Frame {
    int64_t timestamp = 0;
    uint8_t key = 0;
    int32_t score = 0;
    int16_t label = -1;
};

}  // namespace ttyrec
