// ttyrec records, versions 1 to 4, out of chunks of bytes; every field is checked.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
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
        *this = Records(version_);
    }

    // The bytes stay where they are; `owner` keeps them there until they are read.
    void feed(const uint8_t* data, size_t size, std::shared_ptr<const void> owner) {
        if (!trouble_.empty()) return;  // nothing behind the damage is read
        if (in_carry_) {
            carry_.erase(carry_.begin(), carry_.begin() + static_cast<std::ptrdiff_t>(at_));
        } else {
            carry_.assign(chunk_ + at_, chunk_ + chunk_size_);
        }
        carry_.insert(carry_.end(), chunk_ + (in_carry_ ? chunk_at_ : chunk_size_), chunk_ + chunk_size_);
        in_carry_ = !carry_.empty();
        at_ = chunk_at_ = 0;
        chunk_ = data, chunk_size_ = size;
        owner_ = std::move(owner);
    }

    void finish() { last_ = true; }
    // End here, for a reason that the records themselves do not show.
    void stop(std::string why) { trouble_ = std::move(why); }
    bool finished() const { return last_; }
    int version() const { return version_; }
    const std::string& trouble() const { return trouble_; }
    bool unfinished() const { return at_ < (in_carry_ ? carry_.size() : chunk_size_); }

    // `record.data` is good until the next call.
    Next next(Record& record) {
        if (!trouble_.empty()) return Next::broken;
        leave_carry();
        const Next found = look(at_, record);
        if (found == Next::end && unfinished()) return broken("the last record is cut off");
        if (found != Next::record) return found;
        if (!in_order(record)) return Next::broken;
        at_ += static_cast<size_t>(header_) + record.size;
        return Next::record;
    }

    // The record after the next, without taking either. What is wrong with it is told when its turn comes.
    Next look_beyond(const Record& next, Record& beyond) {
        const Next found = look(at_ + static_cast<size_t>(header_) + next.size, beyond);
        trouble_.clear();
        return found;
    }

    Next peek(Record& record) {
        leave_carry();
        if (!trouble_.empty()) return Next::broken;
        const Next found = look(at_, record);
        trouble_.clear();
        return found;
    }

private:
    static constexpr int32_t kLongest = 1 << 20;  // NetHack's are a few kilobytes

    Next broken(std::string what) {
        trouble_ = std::move(what);
        return Next::broken;
    }

    // Where `count` bytes from `at` on lie in one piece; nullptr when there are not so many yet. A record that began
    // in the chunk before is completed in `carry_`.
    const uint8_t* bytes(size_t at, size_t count) {
        if (!in_carry_) return at + count <= chunk_size_ ? chunk_ + at : nullptr;
        if (at + count > carry_.size()) {
            const size_t wanted = std::min(at + count - carry_.size(), chunk_size_ - chunk_at_);
            carry_.insert(carry_.end(), chunk_ + chunk_at_, chunk_ + chunk_at_ + wanted);
            chunk_at_ += wanted;
        }
        return at + count <= carry_.size() ? carry_.data() + at : nullptr;
    }

    Next look(size_t at, Record& record) {
        const size_t header = static_cast<size_t>(header_);
        const uint8_t* start = bytes(at, header);
        if (!start) return last_ ? Next::end : Next::hungry;
        int32_t fields[3];
        std::memcpy(fields, start, sizeof fields);
        if (fields[2] < 0 || fields[2] > kLongest)
            return broken("a record of " + std::to_string(fields[2]) + " bytes");
        const uint8_t channel = version_ == 1 ? 0 : start[12];
        if (channel > (version_ == 1 ? 0 : version_ - 1))
            return broken("a record of channel " + std::to_string(channel) + ", which version " +
                          std::to_string(version_) + " has not");
        const uint32_t size = static_cast<uint32_t>(fields[2]);
        start = bytes(at, header + size);
        if (!start) return last_ ? Next::end : Next::hungry;
        record.time = static_cast<int64_t>(fields[0]) * 1'000'000 + fields[1];
        record.channel = static_cast<Channel>(channel);
        record.size = size;
        record.data = start + header;
        return Next::record;
    }

    void leave_carry() {
        if (in_carry_ && at_ == carry_.size()) {
            in_carry_ = false;
            carry_.clear();
            at_ = chunk_at_;
        }
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
    std::shared_ptr<const void> owner_;
    const uint8_t* chunk_ = nullptr;
    size_t chunk_size_ = 0;
    std::vector<uint8_t> carry_;
    bool in_carry_ = false;
    size_t at_ = 0;        // in the carry while there is one, in the chunk otherwise
    size_t chunk_at_ = 0;  // how far the chunk has gone into the carry
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
