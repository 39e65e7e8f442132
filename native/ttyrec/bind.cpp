#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bzip.hpp"
#include "packer.hpp"
#include "reader.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace ttyrec;

template <typename T, size_t Dimensions>
using Array = nb::ndarray<T, nb::ndim<Dimensions>, nb::c_contig, nb::device::cpu>;
template <typename T>
using Column = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

const uint8_t* begin(const nb::bytes& data) { return reinterpret_cast<const uint8_t*>(data.c_str()); }

nb::bytes to_bytes(const std::string& data) { return nb::bytes(data.data(), data.size()); }

// Keeps Python's bytes where they are for as long as a reader reads them.
std::shared_ptr<const void> owner_of(const nb::bytes& data) {
    PyObject* object = data.ptr();
    Py_INCREF(object);
    return {object, [](const void* held) {
                nb::gil_scoped_acquire acquire;
                Py_DECREF(static_cast<PyObject*>(const_cast<void*>(held)));
            }};
}

// Feed without holding the interpreter's lock.
template <typename Eater>
void feed(Eater& self, nb::bytes data) {
    const uint8_t* at = begin(data);
    const size_t size = data.size();
    std::shared_ptr<const void> owner = owner_of(data);
    nb::gil_scoped_release release;
    self.feed(at, size, std::move(owner));
}

Mode mode_of(bool nle) { return nle ? Mode::nle : Mode::fixed; }

// What lies behind the last column: see Wrap.
Wrap wrap_of(bool nle, int version) {
    return version > 1 ? Wrap::at_once : nle ? Wrap::never : Wrap::deferred;
}

// NLE's converter reads version 1 with one column more than it delivers.
int width_of(bool nle, int version, int columns) { return columns + (nle && version == 1 && columns < 1000); }

std::vector<int16_t> copy_of(const Column<int16_t>& values) {
    return {values.data(), values.data() + values.shape(0)};
}

void check_version(int version) {
    if (version < 1 || version > 4) throw std::invalid_argument("ttyrec versions are 1 to 4");
}

// A batch's arrays, [T, B, ...] or [B, T, ...], checked once and filled many times.
class Targets {
public:
    Targets(Array<uint8_t, 4> chars, Array<int8_t, 4> colours, Array<int16_t, 3> cursor, Array<int64_t, 2> timestamps,
            Array<uint8_t, 2> keys, Array<int32_t, 2> scores, Array<int32_t, 2> rewards, Array<int16_t, 2> actions,
            Array<int16_t, 2> labels, Array<int64_t, 2> gameids, Array<bool, 2> is_first, Array<bool, 2> mask,
            bool time_first)
        : time_first_(time_first) {
        const size_t first = chars.shape(0), second = chars.shape(1);
        const auto same = [&](const auto& array) { return array.shape(0) == first && array.shape(1) == second; };
        if (!(same(colours) && same(cursor) && same(timestamps) && same(keys) && same(scores) && same(rewards) &&
              same(actions) && same(labels) && same(gameids) && same(is_first) && same(mask)))
            throw std::invalid_argument("all arrays must agree in their first two dimensions");
        if (cursor.shape(2) != 2 || colours.shape(2) != chars.shape(2) || colours.shape(3) != chars.shape(3))
            throw std::invalid_argument("chars and colors must have one shape, and the cursor two numbers");
        steps_ = static_cast<int64_t>(time_first ? first : second);
        rows_ = static_cast<int64_t>(time_first ? second : first);
        all_.rows = static_cast<int>(chars.shape(2)), all_.columns = static_cast<int>(chars.shape(3));
        all_.stride = time_first ? rows_ : 1;
        all_.chars = chars.data(), all_.colours = colours.data(), all_.cursor = cursor.data();
        all_.timestamps = timestamps.data(), all_.keys = keys.data(), all_.scores = scores.data();
        all_.rewards = rewards.data(), all_.actions = actions.data(), all_.labels = labels.data();
        all_.gameids = gameids.data();
        all_.is_first = reinterpret_cast<uint8_t*>(is_first.data());
        all_.mask = reinterpret_cast<uint8_t*>(mask.data());
        hold(chars), hold(colours), hold(cursor), hold(timestamps), hold(keys), hold(scores), hold(rewards);
        hold(actions), hold(labels), hold(gameids), hold(is_first), hold(mask);
    }

    int64_t steps() const { return steps_; }
    int64_t rows() const { return rows_; }

    Target row(int64_t b) const {
        Target one = all_;
        const int64_t at = time_first_ ? b : b * steps_;
        one.chars += at * all_.rows * all_.columns, one.colours += at * all_.rows * all_.columns;
        one.cursor += 2 * at, one.timestamps += at, one.keys += at, one.scores += at, one.rewards += at;
        one.actions += at, one.labels += at, one.gameids += at, one.is_first += at, one.mask += at;
        return one;
    }

private:
    template <typename A>
    void hold(const A& array) {
        held_.push_back(nb::cast(array, nb::rv_policy::reference));
    }

    bool time_first_;
    int64_t steps_ = 0, rows_ = 0;
    Target all_;
    std::vector<nb::object> held_;
};

// Fill each row from frame at[b] on; return the rows that need something: data, another game, or a look.
std::vector<int64_t> fill(const std::vector<Reader*>& readers, Array<int64_t, 1> at, const Targets& targets) {
    if (static_cast<int64_t>(readers.size()) != targets.rows() || at.shape(0) != readers.size())
        throw std::invalid_argument("one reader and one position for each row");
    if (std::find(readers.begin(), readers.end(), nullptr) != readers.end())
        throw std::invalid_argument("None is no reader");
    for (size_t b = 0; b < readers.size(); ++b)
        if (at.data()[b] < 0 || at.data()[b] > targets.steps()) throw std::invalid_argument("a position out of range");
    nb::gil_scoped_release release;
    std::vector<int64_t> waiting;
    for (size_t b = 0; b < readers.size(); ++b) {
        int64_t& position = at.data()[b];
        position = readers[b]->fill(targets.row(static_cast<int64_t>(b)), position, targets.steps());
        if (readers[b]->status() != Status::ready) waiting.push_back(static_cast<int64_t>(b));
    }
    return waiting;
}

void bind_reader(nb::module_& module) {
    nb::enum_<Status>(module, "Status")
        .value("hungry", Status::hungry)
        .value("ready", Status::ready)
        .value("ended", Status::ended)
        .value("broken", Status::broken);
    nb::class_<Reader>(module, "Reader")
        .def("__init__",
             [](Reader* self, int rows, int columns, bool nle, int version, Column<int16_t> action_of_key) {
                 check_version(version);
                 if (action_of_key.shape(0) != 256) throw std::invalid_argument("one action for each of 256 keys");
                 new (self) Reader(rows, width_of(nle, version, columns), mode_of(nle), wrap_of(nle, version));
                 std::copy_n(action_of_key.data(), 256, self->action_of_key.begin());
             },
             "rows"_a, "columns"_a, "nle"_a, "version"_a, "action_of_key"_a)
        .def("open_records",
             [](Reader& self, int64_t gameid, int version, bool has_labels, Column<int16_t> labels,
                Column<int16_t> label_map) {
                 check_version(version);
                 self.open_records({gameid, has_labels, copy_of(labels), copy_of(label_map)}, version);
             },
             "gameid"_a, "version"_a, "has_labels"_a, "labels"_a, "label_map"_a)
        .def("open_blocks",
             [](Reader& self, int64_t gameid, bool has_labels, Column<int16_t> label_map, int64_t first_frame) {
                 self.open_blocks({gameid, has_labels, {}, copy_of(label_map)}, first_frame);
             },
             "gameid"_a, "has_labels"_a, "label_map"_a, "first_frame"_a)
        .def("next_file", &Reader::next_file)
        .def("feed", &feed<Reader>, "data"_a)
        .def("finish", &Reader::finish, "whole"_a)
        .def("skip", &Reader::skip, "count"_a, nb::call_guard<nb::gil_scoped_release>())
        .def_prop_ro("status", &Reader::status)
        .def_prop_ro("frame", &Reader::frame)
        .def_prop_ro("trouble", &Reader::trouble);
    nb::class_<Targets>(module, "Targets")
        .def(nb::init<Array<uint8_t, 4>, Array<int8_t, 4>, Array<int16_t, 3>, Array<int64_t, 2>, Array<uint8_t, 2>,
                      Array<int32_t, 2>, Array<int32_t, 2>, Array<int16_t, 2>, Array<int16_t, 2>, Array<int64_t, 2>,
                      Array<bool, 2>, Array<bool, 2>, bool>(),
             // Without `noconvert` another kind of array would be copied, and the copy be filled.
             "chars"_a.noconvert(), "colors"_a.noconvert(), "cursor"_a.noconvert(), "timestamps"_a.noconvert(),
             "keypresses"_a.noconvert(), "scores"_a.noconvert(), "rewards"_a.noconvert(), "actions"_a.noconvert(),
             "labels"_a.noconvert(), "gameids"_a.noconvert(), "is_first"_a.noconvert(), "mask"_a.noconvert(),
             "time_first"_a);
    module.def("fill", &fill, "readers"_a, "at"_a.noconvert(), "targets"_a);
}

void bind_packer(nb::module_& module) {
    nb::class_<Packer>(module, "Packer")
        .def("__init__",
             [](Packer* self, int rows, int columns, bool nle, int version, int64_t block_frames) {
                 check_version(version);
                 new (self) Packer(rows, width_of(nle, version, columns), mode_of(nle), wrap_of(nle, version), version,
                                   block_frames);
             },
             "rows"_a, "columns"_a, "nle"_a, "version"_a, "block_frames"_a)
        .def("set_labels", [](Packer& self, Column<int16_t> labels) { self.set_labels(copy_of(labels)); }, "labels"_a)
        .def("next_file", &Packer::next_file)
        .def("feed", &feed<Packer>, "data"_a)
        .def("finish", &Packer::finish, "whole"_a)
        .def("take",
             [](Packer& self) {
                 std::vector<std::tuple<int64_t, int64_t, uint64_t, nb::bytes>> out;
                 for (const PackedBlock& block : self.take())
                     out.emplace_back(block.first, block.frames, block.hash, to_bytes(block.data));
                 return out;
             })
        .def_prop_ro("frames", &Packer::frames)
        .def_prop_ro("keys", &Packer::keys)
        .def_prop_ro("differing_cells", &Packer::differing_cells)
        .def_prop_ro("trouble", &Packer::trouble);
    module.def(
        "hash_block",
        [](nb::bytes data, int rows, int columns, bool nle, int version) {
            check_version(version);
            Terminal terminal(rows, width_of(nle, version, columns), mode_of(nle), wrap_of(nle, version));
            const uint8_t* at = begin(data);
            const size_t size = data.size();
            nb::gil_scoped_release release;
            return hash_block(terminal, at, size);
        },
        "data"_a, "rows"_a, "columns"_a, "nle"_a, "version"_a);
    nb::class_<Scan>(module, "Scan")
        .def("__init__",
             [](Scan* self, int version) {
                 check_version(version);
                 new (self) Scan(version);
             },
             "version"_a)
        .def("feed", &feed<Scan>, "data"_a)
        .def("finish", &Scan::finish)
        .def_prop_ro("trouble", &Scan::trouble)
        .def_ro("frames", &Scan::frames)
        .def_prop_ro("rows", [](const Scan& self) { return self.extent.rows; })
        .def_prop_ro("columns", [](const Scan& self) { return self.extent.columns; })
        .def_prop_ro("microseconds", [](const Scan& self) { return self.last_time - self.first_time; })
        .def_prop_ro("score", [](const Scan& self) { return self.scored ? nb::object(nb::int_(self.score)) : nb::none(); })
        .def_prop_ro("keys", [](const Scan& self) { return to_bytes(self.keys); })
        .def_prop_ro("strategies", [](const Scan& self) {
            return nb::bytes(self.strategies.data(), self.strategies.size() * sizeof(int16_t));
        });
    module.def(
        "block_columns",
        [](nb::bytes data) {
            BlockView block;
            block.unpack(begin(data), data.size());
            std::string keys;
            std::vector<int64_t> times;
            std::vector<int32_t> scores;
            std::vector<int16_t> labels;
            for (const Frame& frame : block.frames) {
                keys.push_back(static_cast<char>(frame.key));
                times.push_back(frame.timestamp);
                scores.push_back(frame.score);
                labels.push_back(frame.label);
            }
            const nb::bytes text(block.text, static_cast<size_t>(begin(data) + data.size() - block.text));
            return nb::make_tuple(to_bytes(keys), nb::bytes(times.data(), times.size() * 8),
                                  nb::bytes(scores.data(), scores.size() * 4),
                                  nb::bytes(labels.data(), labels.size() * 2),
                                  nb::bytes(block.lengths.data(), block.lengths.size() * 4), text);
        },
        "data"_a);
    nb::class_<Extent>(module, "Extent")
        .def(nb::init<>())
        .def("feed", [](Extent& self, nb::bytes data) { self.feed(begin(data), data.size()); }, "data"_a)
        .def_ro("rows", &Extent::rows)
        .def_ro("columns", &Extent::columns);
}

void bind_terminal(nb::module_& module) {
    nb::class_<Terminal>(module, "Terminal")
        .def("__init__",
             [](Terminal* self, int rows, int columns, bool nle, int version) {
                 check_version(version);
                 new (self) Terminal(rows, width_of(nle, version, columns), mode_of(nle), wrap_of(nle, version));
             },
             "rows"_a, "columns"_a, "nle"_a, "version"_a)
        .def("reset", &Terminal::reset)
        .def("write", [](Terminal& self, nb::bytes data) { self.write(begin(data), data.size()); }, "data"_a)
        .def("screen",
             [](const Terminal& self) {
                 const State& state = self.state();
                 const size_t cells = static_cast<size_t>(state.rows * state.columns);
                 return nb::make_tuple(nb::bytes(self.chars(), cells), nb::bytes(self.colours(), cells),
                                       state.cursor.row, state.cursor.column);
             })
        .def("save", [](const Terminal& self) { return to_bytes(self.save()); })
        .def("load", [](Terminal& self, nb::bytes data) { self.load(begin(data), data.size()); }, "data"_a);
}

void bind_bzip(nb::module_& module) {
    module.def(
        "bzip_blocks",
        [](nb::bytes data) {
            const uint8_t* at = begin(data);
            const size_t size = data.size();
            BzipIndex index;
            {
                nb::gil_scoped_release release;
                index = find_blocks(at, size);
            }
            std::vector<std::tuple<uint64_t, uint64_t, int, bool, int>> blocks;
            for (const BzipBlock& b : index.blocks) blocks.emplace_back(b.begin, b.end, b.level, b.complete, b.stream);
            return nb::make_tuple(index.damaged, index.whole, index.streams, blocks);
        },
        "data"_a);
    module.def(
        "bzip_ends",
        [](nb::bytes data, uint64_t start) { return possible_ends(begin(data), data.size(), start); }, "data"_a,
        "begin"_a);
    module.def(
        "bzip_block",
        [](nb::bytes data, uint64_t start, uint64_t end, int level) {
            return to_bytes(extract_block(begin(data), data.size(), {start, end, level, true, 0}));
        },
        "data"_a, "begin"_a, "end"_a, "level"_a);
}

}  // namespace

void bind_ttyrec(nb::module_& module) {
    bind_terminal(module);
    bind_reader(module);
    bind_packer(module);
    bind_bzip(module);
}
