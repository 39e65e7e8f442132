#include "reader.hpp"

namespace ttyrec {

void Reader::open_records(Game game, int version) {
    game_ = std::move(game);
    records_ = Records(version);
    terminal_.reset();
    from_blocks_ = whole_ = finished_ = drawn_ = false;
    frame_ = 0, points_ = 0, now_ = Frame{};
    status_ = Status::hungry;
}

void Reader::open_blocks(Game game, int64_t first_frame) {
    open_records(std::move(game), 3);
    from_blocks_ = true;
    frame_ = first_frame;
    block_ = BlockView{};
    block_at_ = 0;
}

void Reader::feed(const uint8_t* data, size_t size, std::shared_ptr<const void> owner) {
    if (!from_blocks_) {
        records_.feed(data, size, std::move(owner));
    } else {
        block_ = BlockView{};  // a block that is refused leaves none behind
        block_at_ = 0;
        BlockView block;
        block.unpack(data, size);
        if (block.first != static_cast<uint64_t>(frame_)) throw std::invalid_argument("a block of another place");
        if (block.keyframe_size) terminal_.load(block.keyframe, block.keyframe_size);
        block_ = std::move(block);
        block_owner_ = std::move(owner);
        points_ = block_.points;
    }
    if (status_ == Status::hungry) pull();
}

void Reader::finish(bool whole) {
    whole_ = whole, finished_ = true;
    records_.finish();
    if (status_ == Status::hungry) pull();
}

int64_t Reader::fill(const Target& target, int64_t at, int64_t end) {
    while (at < end && status_ == Status::ready) {
        emit(target, at++);
        ++frame_;
        pull();
    }
    return at;
}

// Make the next frame: afterwards the terminal shows it, and `status_` tells whether there is one.
void Reader::pull() { from_blocks_ ? pull_block() : pull_record(); }

void Reader::pull_block() {
    if (block_at_ >= block_.frames.size()) {
        status_ = finished_ ? Status::ended : Status::hungry;
        return;
    }
    const uint32_t length = block_.lengths[block_at_];
    terminal_.write(block_.text, length);
    block_.text += length;
    now_ = block_.frames[block_at_++];
    status_ = Status::ready;
}

void Reader::pull_record() {
    const bool writes_are_frames = records_.version() == 1;
    Record record, beyond;
    for (;;) {
        // In version 4 the strategy follows the key that it belongs to.
        if (records_.version() == 4 && records_.peek(record) == Next::record && record.channel == Channel::key &&
            records_.look_beyond(record, beyond) == Next::hungry) {
            status_ = Status::hungry;
            return;
        }
        const Next found = records_.next(record);
        if (found == Next::hungry || (found == Next::broken && !finished_)) {
            status_ = Status::hungry;  // behind a broken record there may be another file of the game
            return;
        }
        if (found != Next::record) {
            const bool last_screen = found == Next::end && whole_ && drawn_ && !writes_are_frames;
            drawn_ = false;
            now_.key = 0, now_.label = -1;
            status_ = last_screen ? Status::ready : found == Next::end ? Status::ended : Status::broken;
            return;
        }
        switch (record.channel) {
            case Channel::output:
                terminal_.write(record.data, record.size);
                drawn_ = true;
                now_.timestamp = record.time;
                break;
            case Channel::score: now_.score = record.number(); break;
            case Channel::strategy: break;  // one that follows no key
            case Channel::key:
                now_.key = record.data[0];
                now_.timestamp = record.time;
                now_.label = -1;
                if (records_.version() == 4 && records_.peek(beyond) == Next::record &&
                    beyond.channel == Channel::strategy)
                    now_.label = label_of(beyond);
                drawn_ = false;
                break;
        }
        if (record.channel == Channel::key || (writes_are_frames && record.channel == Channel::output)) {
            status_ = Status::ready;
            return;
        }
    }
}

namespace {

void copy_screen(const Terminal& terminal, const Target& target, int64_t frame) {
    const State& state = terminal.state();
    const size_t width = static_cast<size_t>(target.columns), from = static_cast<size_t>(state.columns);
    const size_t cells = static_cast<size_t>(target.rows) * width;
    uint8_t* chars = target.chars + static_cast<size_t>(frame) * cells;
    int8_t* colours = target.colours + static_cast<size_t>(frame) * cells;
    if (state.columns == target.columns && state.rows >= target.rows) {
        std::memcpy(chars, terminal.chars(), cells);
        std::memcpy(colours, terminal.colours(), cells);
        return;
    }
    const size_t shared = std::min(width, from);
    for (int row = 0; row < target.rows; ++row) {
        const size_t to = static_cast<size_t>(row) * width, at = static_cast<size_t>(row) * from;
        const size_t copied = row < state.rows ? shared : 0;
        std::memcpy(chars + to, terminal.chars() + (copied ? at : 0), copied);
        std::memcpy(colours + to, terminal.colours() + (copied ? at : 0), copied);
        std::memset(chars + to + copied, ' ', width - copied);
        std::memset(colours + to + copied, 0, width - copied);
    }
}

}  // namespace

void Reader::emit(const Target& target, int64_t at) {
    // After the end the engine writes scores of 0: no points are lost by that.
    const int32_t before = points_;
    if (now_.score) points_ = now_.score;
    // Damaged scores may lie further apart than a number holds: as two's complement then, not undefined.
    const int32_t reward =
        frame_ ? static_cast<int32_t>(static_cast<uint32_t>(points_) - static_cast<uint32_t>(before)) : 0;
    if (!target.chars) return;
    const int64_t frame = at * target.stride;
    copy_screen(terminal_, target, frame);
    const State& state = terminal_.state();
    const int16_t action = action_of_key[now_.key];
    int16_t label = now_.label;
    if (!game_.labels.empty())
        label = static_cast<size_t>(frame_) < game_.labels.size() ? game_.labels[static_cast<size_t>(frame_)]
                                                                    : int16_t{-1};
    if (label >= 0 && !game_.label_map.empty())
        label = static_cast<size_t>(label) < game_.label_map.size() ? game_.label_map[static_cast<size_t>(label)]
                                                                      : int16_t{-1};
    if (target.cursor) {
        target.cursor[2 * frame] = static_cast<int16_t>(state.cursor.row);
        target.cursor[2 * frame + 1] = static_cast<int16_t>(state.cursor.column);
    }
    if (target.timestamps) target.timestamps[frame] = now_.timestamp;
    if (target.keys) target.keys[frame] = now_.key;
    if (target.scores) target.scores[frame] = now_.score;
    if (target.rewards) target.rewards[frame] = reward;
    if (target.actions) target.actions[frame] = action;
    if (target.labels) target.labels[frame] = label;
    if (target.gameids) target.gameids[frame] = game_.gameid;
    if (target.is_first) target.is_first[frame] = frame_ == 0;
    // A key without a label in a labelled game was pressed by NLE, not by the agent.
    if (target.mask) target.mask[frame] = action >= 0 && (!game_.has_labels || label >= 0);
}

}  // namespace ttyrec
