// The one compiled module, `yendor._native`: each folder beside this file adds its kernels.
#include <nanobind/nanobind.h>

void bind_grid(nanobind::module_& module);
void bind_text(nanobind::module_& module);
void bind_ttyrec(nanobind::module_& module);

NB_MODULE(_native, module) {
    module.doc() = "Compiled kernels; each has a plain Python reference that the tests hold it against.";
    bind_grid(module);
    bind_text(module);
    bind_ttyrec(module);
}
