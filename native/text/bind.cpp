// Python's door to the text kernels: checks shapes, dtypes and ranges, and releases the GIL while it works.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "describe.hpp"
#include "diff.hpp"
#include "fields.hpp"

namespace nb = nanobind;

namespace {

using namespace yendor::text;

template <class T, std::size_t N>
using Array = nb::ndarray<const T, nb::ndim<N>, nb::c_contig, nb::device::cpu>;

constexpr std::size_t kFields = 5;
using Texts = std::array<std::string, kFields>;

nb::object latin(const std::string& text) {
    return nb::steal(PyUnicode_DecodeLatin1(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr));
}

void expect(bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
}

class Scribe {
public:
    Scribe(std::vector<std::string> text, std::vector<int> plural, Array<int16_t, 1> anywhere,
           Array<int16_t, 1> nearby, Array<uint8_t, 1> blocks, bool clean, int message)
        : describer_(names(std::move(text), std::move(plural), anywhere, nearby, blocks),
                     {clean, static_cast<Message>(message)}) {
        expect(message >= 0 && message <= 2, "the rule for messages is 0, 1 or 2");
    }

    nb::list describe(Array<int16_t, 3> glyphs, Array<int64_t, 2> numbers, Array<uint8_t, 3> screens,
                      Array<uint8_t, 3> things, Array<uint8_t, 2> letters, Array<uint8_t, 2> cursors) {
        const std::size_t count = check(glyphs, numbers);
        expect(screens.shape(0) == count && screens.shape(1) == kScreenRows && screens.shape(2) == kScreenColumns,
               "tty_chars must be [N, 24, 80]");
        expect(things.shape(0) == count && letters.shape(0) == count && things.shape(1) == letters.shape(1),
               "inv_strs must be [N, K, width] and inv_letters [N, K]");
        expect(cursors.shape(0) == count && cursors.shape(1) == 2, "tty_cursor must be [N, 2]");
        std::vector<Texts> found(count);
        {
            nb::gil_scoped_release release;
            const std::lock_guard<std::mutex> lock(busy_);
            for (std::size_t i = 0; i < count; ++i) {
                const int64_t* bottom = numbers.data() + i * numbers.shape(1);
                const int16_t* map = this->map(glyphs, i);
                const int x = static_cast<int>(bottom[0]), y = static_cast<int>(bottom[1]);
                statistics(bottom, describer_.style().clean, found[i][0]);
                describer_.glyphs(map, x, y, found[i][1]);
                message(screens.data() + i * kScreenRows * kScreenColumns, describer_.style().message, found[i][2]);
                const std::size_t rows = things.shape(1), width = things.shape(2);
                inventory(things.data() + i * rows * width, letters.data() + i * rows, static_cast<int>(rows),
                          static_cast<int>(width), found[i][3]);
                describer_.cursor(map, x, y, cursors.data()[2 * i], cursors.data()[2 * i + 1], found[i][4]);
            }
        }
        nb::list out;
        for (const Texts& texts : found)
            out.append(nb::make_tuple(latin(texts[0]), latin(texts[1]), latin(texts[2]), latin(texts[3]),
                                      latin(texts[4])));
        return out;
    }

    nb::list glyphs(Array<int16_t, 3> glyphs, Array<int64_t, 2> numbers, bool positions) {
        const std::size_t count = check(glyphs, numbers);
        std::vector<std::string> found(count);
        {
            nb::gil_scoped_release release;
            const std::lock_guard<std::mutex> lock(busy_);
            for (std::size_t i = 0; i < count; ++i) {
                const int64_t* bottom = numbers.data() + i * numbers.shape(1);
                const int x = static_cast<int>(bottom[0]), y = static_cast<int>(bottom[1]);
                if (positions)
                    describer_.positions(map(glyphs, i), x, y, found[i]);
                else
                    describer_.glyphs(map(glyphs, i), x, y, found[i]);
            }
        }
        nb::list out;
        for (const std::string& text : found) out.append(latin(text));
        return out;
    }

private:
    static Names names(std::vector<std::string> text, std::vector<int> plural, const Array<int16_t, 1>& anywhere,
                       const Array<int16_t, 1>& nearby, const Array<uint8_t, 1>& blocks) {
        const std::size_t count = anywhere.shape(0);
        expect(nearby.shape(0) == count && blocks.shape(0) == count, "the glyph tables differ in length");
        expect(plural.size() == text.size() && text.size() < 32767, "each name needs a plural");
        Names names{std::move(text),
                    std::move(plural),
                    {anywhere.data(), anywhere.data() + count},
                    {nearby.data(), nearby.data() + count},
                    {blocks.data(), blocks.data() + count}};
        const int known = static_cast<int>(names.text.size());
        for (int name : names.plural) expect(name >= 0 && name < known, "a plural lies outside the names");
        for (const auto* table : {&names.anywhere, &names.nearby})
            for (int16_t name : *table) expect(name >= -1 && name < known, "a glyph's name lies outside the names");
        return names;
    }

    // Checks that every glyph is known and every hero stands on the map: what follows trusts it.
    std::size_t check(const Array<int16_t, 3>& glyphs, const Array<int64_t, 2>& numbers) const {
        const std::size_t count = glyphs.shape(0), known = describer_.names().anywhere.size();
        expect(glyphs.shape(1) == kRows && glyphs.shape(2) == kColumns, "glyphs must be [N, 21, 79]");
        expect(numbers.shape(0) == count && numbers.shape(1) >= 27, "blstats must be [N, 27]");
        const int16_t* all = glyphs.data();
        unsigned most = 0;
        for (std::size_t i = 0; i < glyphs.size(); ++i) most = std::max<unsigned>(most, static_cast<uint16_t>(all[i]));
        if (glyphs.size() && most >= known) throw std::out_of_range("a glyph lies outside the table");
        for (std::size_t i = 0; i < count; ++i) {
            const int64_t x = numbers.data()[i * numbers.shape(1)], y = numbers.data()[i * numbers.shape(1) + 1];
            if (x < 0 || y < 0 || x >= kColumns || y >= kRows) throw std::out_of_range("a hero stands outside the map");
        }
        return count;
    }

    static const int16_t* map(const Array<int16_t, 3>& glyphs, std::size_t i) {
        return glyphs.data() + i * kRows * kColumns;
    }

    Describer describer_;
    std::mutex busy_;  // the describer's buffers serve one thread at a time
};

std::string diff_one(std::string_view before, std::string_view after) {
    std::string out;
    nb::gil_scoped_release release;
    thread_local Matcher matcher;  // kept: allocating their buffers anew costs a fifth of a diff
    thread_local std::vector<Line> old_lines, new_lines;
    split_lines(before, old_lines);
    split_lines(after, new_lines);
    write_diff(matcher, old_lines, new_lines, out);
    return out;
}

// The texts are borrowed from Python: the caller's list must hold them until this returns.
std::vector<std::string> diff_chain(const std::vector<std::string_view>& texts) {
    std::vector<std::string> out(texts.empty() ? 0 : texts.size() - 1);
    nb::gil_scoped_release release;
    Matcher matcher;
    std::vector<Line> before, after;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        split_lines(texts[i], after);
        if (i) write_diff(matcher, before, after, out[i - 1]);
        before.swap(after);
    }
    return out;
}

}  // namespace

void bind_text(nb::module_& module) {
    using nb::arg;
    nb::class_<Scribe>(module, "Scribe")
        .def(nb::init<std::vector<std::string>, std::vector<int>, Array<int16_t, 1>, Array<int16_t, 1>,
                      Array<uint8_t, 1>, bool, int>(),
             arg("text"), arg("plural"), arg("anywhere").noconvert(), arg("nearby").noconvert(),
             arg("blocks").noconvert(), arg("clean"), arg("message"))
        .def("describe", &Scribe::describe, arg("glyphs").noconvert(), arg("blstats").noconvert(),
             arg("tty_chars").noconvert(), arg("inv_strs").noconvert(), arg("inv_letters").noconvert(),
             arg("tty_cursor").noconvert())
        .def("glyphs", &Scribe::glyphs, arg("glyphs").noconvert(), arg("blstats").noconvert(),
             arg("positions") = false);
    module.def("diff_lines", &diff_one, arg("before"), arg("after"));
    module.def("diff_chain", &diff_chain, arg("texts"));
}
