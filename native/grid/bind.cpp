// Python's door to the map kernels: checks shapes and bounds, releases the GIL.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <stdexcept>

#include "flood.hpp"

namespace nb = nanobind;

namespace {

using Mask = nb::ndarray<const uint8_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Distances = nb::ndarray<nb::numpy, int16_t, nb::ndim<2>>;

Distances flood(Mask walkable, Mask diagonal, int row, int column) {
    const std::size_t rows = walkable.shape(0), columns = walkable.shape(1);
    if (diagonal.shape(0) != rows || diagonal.shape(1) != columns)
        throw std::invalid_argument("walkable and diagonal must have the same shape");
    if (rows * columns > 32767) throw std::invalid_argument("the map has more than 32767 cells");
    if (row < 0 || column < 0 || row >= static_cast<int>(rows) || column >= static_cast<int>(columns))
        throw std::out_of_range("the start lies outside the map");
    auto data = std::make_unique<int16_t[]>(rows * columns);
    {
        nb::gil_scoped_release release;
        yendor::grid::flood(walkable.data(), diagonal.data(), static_cast<int>(rows),
                            static_cast<int>(columns), row, column, data.get());
    }
    int16_t* raw = data.release();
    nb::capsule owner(raw, [](void* p) noexcept { delete[] static_cast<int16_t*>(p); });
    return Distances(raw, {rows, columns}, owner);
}

}  // namespace

void bind_grid(nb::module_& module) {
    module.def("flood", &flood, nb::arg("walkable").noconvert(), nb::arg("diagonal").noconvert(), nb::arg("row"),
               nb::arg("column"));
}
