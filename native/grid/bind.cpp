// Python's door to the map kernels: checks shapes and bounds, and releases the GIL for what takes microseconds.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "flood.hpp"
#include "planes.hpp"

namespace nb = nanobind;

namespace {

template <class T>
using Plane = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Mask = Plane<const uint8_t>;
using Flags = Plane<const bool>;
template <class T>
using New = nb::ndarray<nb::numpy, T, nb::ndim<2>>;

struct Shape {
    std::size_t rows, columns;
    int cells() const { return static_cast<int>(rows * columns); }
    bool holds(int row, int column) const {
        return row >= 0 && column >= 0 && row < static_cast<int>(rows) && column < static_cast<int>(columns);
    }
};

template <class First, class... Rest>
Shape same_shape(const First& first, const Rest&... rest) {
    const Shape shape{first.shape(0), first.shape(1)};
    if (!((rest.shape(0) == shape.rows && rest.shape(1) == shape.columns) && ...))
        throw std::invalid_argument("the planes must have the same shape");
    if (shape.rows * shape.columns > 32767) throw std::invalid_argument("the map has more than 32767 cells");
    return shape;
}

template <class T>
New<T> hand_over(std::unique_ptr<T[]> data, const Shape& shape) {
    T* raw = data.release();
    nb::capsule owner(raw, [](void* p) noexcept { delete[] static_cast<T*>(p); });
    return New<T>(raw, {shape.rows, shape.columns}, owner);
}

template <class T>
std::unique_ptr<T[]> room_for(const Shape& shape) {
    return std::unique_ptr<T[]>(new T[shape.rows * shape.columns]);
}

nb::list squares(const std::vector<int>& cells, const Shape& shape) {
    nb::list out;
    const int columns = static_cast<int>(shape.columns);
    for (int cell : cells) out.append(nb::make_tuple(cell / columns, cell % columns));
    return out;
}

void check_size(const Shape& shape) {
    if (shape.rows > yendor::grid::kMaxRows || shape.columns > yendor::grid::kMaxColumns)
        throw std::invalid_argument("a map for walking has at most 126 rows of 127 columns");
}

New<int16_t> flood(Mask walkable, Mask diagonal, int row, int column) {
    const Shape shape = same_shape(walkable, diagonal);
    check_size(shape);
    if (!shape.holds(row, column)) throw std::out_of_range("the start lies outside the map");
    auto out = room_for<int16_t>(shape);
    {
        nb::gil_scoped_release release;
        yendor::grid::flood(walkable.data(), diagonal.data(), static_cast<int>(shape.rows),
                            static_cast<int>(shape.columns), row, column, out.get());
    }
    return hand_over(std::move(out), shape);
}

int first_step(Mask walkable, Mask diagonal, int row, int column, int goal_row, int goal_column) {
    const Shape shape = same_shape(walkable, diagonal);
    check_size(shape);
    if (!shape.holds(row, column)) throw std::out_of_range("the start lies outside the map");
    if (!shape.holds(goal_row, goal_column)) throw std::out_of_range("the goal lies outside the map");
    nb::gil_scoped_release release;
    return yendor::grid::first_step(walkable.data(), diagonal.data(), static_cast<int>(shape.rows),
                                    static_cast<int>(shape.columns), row, column, goal_row, goal_column);
}

nb::list find(Mask plane, uint64_t codes) {
    const Shape shape = same_shape(plane);
    return squares(yendor::grid::find(plane.data(), shape.cells(), codes), shape);
}

nb::list within(Mask plane, uint64_t codes, Plane<const int16_t> distances) {
    const Shape shape = same_shape(plane, distances);
    const int columns = static_cast<int>(shape.columns);
    nb::list out;
    for (int cell : yendor::grid::find(plane.data(), shape.cells(), codes))
        if (distances.data()[cell] >= 0)
            out.append(nb::make_tuple(distances.data()[cell], cell / columns, cell % columns));
    return out;
}

nb::list where(Flags mask) {
    const Shape shape = same_shape(mask);
    std::vector<int> cells;
    for (int i = 0; i < shape.cells(); ++i)
        if (mask.data()[i]) cells.push_back(i);
    return squares(cells, shape);
}

New<uint8_t> look_up(nb::ndarray<const uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu> table,
                     Plane<const int16_t> glyphs) {
    const Shape shape = same_shape(glyphs);
    auto out = room_for<uint8_t>(shape);
    if (!yendor::grid::look_up(table.data(), table.shape(0), glyphs.data(), shape.cells(), out.get()))
        throw std::out_of_range("a glyph lies outside the table");
    return hand_over(std::move(out), shape);
}

void cover(Mask codes, Plane<uint8_t> terrain, uint64_t lasting, uint64_t covering, uint64_t doubtful, uint8_t floor) {
    const Shape shape = same_shape(codes, terrain);
    yendor::grid::cover(codes.data(), terrain.data(), shape.cells(), lasting, covering, doubtful, floor);
}

void mark(Plane<bool> mask, nb::ndarray<const bool, nb::ndim<1>, nb::c_contig, nb::device::cpu> table,
          Plane<const int16_t> glyphs) {
    const Shape shape = same_shape(mask, glyphs);
    if (!yendor::grid::mark(table.data(), table.shape(0), glyphs.data(), shape.cells(), mask.data()))
        throw std::out_of_range("a glyph lies outside the table");
}

nb::list notice(Plane<const int16_t> glyphs, Mask codes, Plane<int16_t> left, uint8_t monster, uint8_t item) {
    const Shape shape = same_shape(glyphs, codes, left);
    return squares(yendor::grid::notice(glyphs.data(), codes.data(), left.data(), shape.cells(), monster, item), shape);
}

// Calls `visit(cell)` for each square of a list of (row, column).
template <class Visit>
void each_square(nb::list squares, const Shape& shape, Visit visit) {
    for (nb::handle square : squares) {
        const auto [row, column] = nb::cast<std::pair<int, int>>(square);
        if (!shape.holds(row, column)) throw std::out_of_range("a square lies outside the map");
        visit(row, column);
    }
}

nb::tuple survey(Mask terrain, Plane<const int32_t> blocked, Plane<const int32_t> straight, Flags shop,
                 uint64_t walkable, uint64_t doors, int turn, int row, int column, nb::list closed) {
    const Shape shape = same_shape(terrain, blocked, straight, shop);
    check_size(shape);
    if (!shape.holds(row, column)) throw std::out_of_range("the hero stands outside the map");
    auto steps = room_for<uint8_t>(shape), slants = room_for<uint8_t>(shape);
    auto distances = room_for<int16_t>(shape);
    const bool inside = shop.data()[static_cast<std::size_t>(row) * shape.columns + static_cast<std::size_t>(column)];
    yendor::grid::ground({terrain.data(), blocked.data(), straight.data(), shop.data(), walkable, doors, turn, inside},
                         shape.cells(), steps.get(), slants.get());
    const int width = static_cast<int>(shape.columns);
    each_square(closed, shape, [&](int y, int x) { steps[static_cast<std::size_t>(y * width + x)] = 0; });
    const int reached = yendor::grid::flood(steps.get(), slants.get(), static_cast<int>(shape.rows),
                                            static_cast<int>(shape.columns), row, column, distances.get());
    return nb::make_tuple(hand_over(std::move(steps), shape), hand_over(std::move(slants), shape),
                          hand_over(std::move(distances), shape), reached);
}

New<bool> frontier(Mask terrain, Flags seen, Flags visited, Flags passed, Flags shop,
                   Plane<const int16_t> distances) {
    const Shape shape = same_shape(terrain, seen, visited, passed, shop, distances);
    auto out = room_for<bool>(shape);
    yendor::grid::frontier(terrain.data(), seen.data(), visited.data(), passed.data(), shop.data(), distances.data(),
                           static_cast<int>(shape.rows), static_cast<int>(shape.columns), out.get());
    return hand_over(std::move(out), shape);
}

int nearest(Flags mask, Plane<const int16_t> distances) {
    const Shape shape = same_shape(mask, distances);
    return yendor::grid::nearest(mask.data(), distances.data(), shape.cells());
}

New<double> box_sum(Plane<const double> values, int radius) {
    const Shape shape = same_shape(values);
    if (radius < 0 || radius > 100) throw std::invalid_argument("the radius must lie between 0 and 100");
    auto out = room_for<double>(shape);
    {
        nb::gil_scoped_release release;
        yendor::grid::box_sum(values.data(), static_cast<int>(shape.rows), static_cast<int>(shape.columns), radius,
                              out.get());
    }
    return hand_over(std::move(out), shape);
}

New<double> promise(Mask terrain, Plane<const int16_t> searched, Flags shop, nb::list rooted, uint64_t solid,
                    uint64_t corridors, uint64_t walkable,
                    nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu> fade) {
    const Shape shape = same_shape(terrain, searched, shop);
    if (fade.shape(0) == 0) throw std::invalid_argument("fade is empty");
    const int rows = static_cast<int>(shape.rows), columns = static_cast<int>(shape.columns);
    auto unknown = room_for<double>(shape), out = room_for<double>(shape);
    for (int y = 0, i = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x, ++i)
            unknown[static_cast<std::size_t>(i)] =
                terrain.data()[i] == 0 && y > 0 && x > 0 && y < rows - 1 && x < columns - 1 ? 1.0 : 0.0;
    each_square(rooted, shape, [&](int row, int column) {
        for (int y = std::max(row - 2, 0); y <= std::min(row + 2, rows - 1); ++y)
            for (int x = std::max(column - 2, 0); x <= std::min(column + 2, columns - 1); ++x)
                unknown[static_cast<std::size_t>(y * columns + x)] = 0.0;
    });
    {
        nb::gil_scoped_release release;
        yendor::grid::promise({terrain.data(), searched.data(), shop.data(), solid, corridors, walkable, fade.data(),
                               static_cast<int>(fade.shape(0))},
                              rows, columns, unknown.get(), out.get());
    }
    return hand_over(std::move(out), shape);
}

}  // namespace

void bind_grid(nb::module_& module) {
    using nb::arg;
    module.def("flood", &flood, arg("walkable").noconvert(), arg("diagonal").noconvert(), arg("row"), arg("column"));
    module.def("first_step", &first_step, arg("walkable").noconvert(), arg("diagonal").noconvert(), arg("row"),
               arg("column"), arg("goal_row"), arg("goal_column"));
    module.def("find", &find, arg("plane").noconvert(), arg("codes"));
    module.def("within", &within, arg("plane").noconvert(), arg("codes"), arg("distances").noconvert());
    module.def("where", &where, arg("mask").noconvert());
    module.def("look_up", &look_up, arg("table").noconvert(), arg("glyphs").noconvert());
    module.def("cover", &cover, arg("codes").noconvert(), arg("terrain").noconvert(), arg("lasting"), arg("covering"),
               arg("doubtful"), arg("floor"));
    module.def("mark", &mark, arg("mask").noconvert(), arg("table").noconvert(), arg("glyphs").noconvert());
    module.def("notice", &notice, arg("glyphs").noconvert(), arg("codes").noconvert(), arg("left").noconvert(),
               arg("monster"), arg("item"));
    module.def("survey", &survey, arg("terrain").noconvert(), arg("blocked").noconvert(), arg("straight").noconvert(),
               arg("shop").noconvert(), arg("walkable"), arg("doors"), arg("turn"), arg("row"), arg("column"),
               arg("closed"));
    module.def("promise", &promise, arg("terrain").noconvert(), arg("searched").noconvert(), arg("shop").noconvert(),
               arg("rooted"), arg("solid"), arg("corridors"), arg("walkable"), arg("fade").noconvert());
    module.def("frontier", &frontier, arg("terrain").noconvert(), arg("seen").noconvert(), arg("visited").noconvert(),
               arg("passed").noconvert(), arg("shop").noconvert(), arg("distances").noconvert());
    module.def("nearest", &nearest, arg("mask").noconvert(), arg("distances").noconvert());
    module.def("box_sum", &box_sum, arg("values").noconvert(), arg("radius"));
}
