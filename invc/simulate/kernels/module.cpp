// The extension module invc.simulate.kernels.sliced: checks shapes, drops the GIL, dispatches.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "program.h"

namespace nb = nanobind;

using Sweep = void (*)(const Program&, std::uint64_t*, std::uint64_t*, const Heat&, int);
#define DECLARE(name) \
  namespace name { void sweep(const Program&, std::uint64_t*, std::uint64_t*, const Heat&, int); }
DECLARE(baseline)
#ifdef INVC_X86
DECLARE(avx2)
DECLARE(avx512)
#endif

template <class T>
using Array = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using State = nb::ndarray<std::uint64_t, nb::shape<-1, WORDS>, nb::c_contig, nb::device::cpu>;

static std::vector<std::string> kernels() {
  std::vector<std::string> found;
#ifdef INVC_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bw")) found.push_back("avx512");
  if (__builtin_cpu_supports("avx2")) found.push_back("avx2");
#endif
  found.push_back("baseline");
  return found;
}

static Sweep find(const std::string& name) {
  for (const std::string& known : kernels()) {
    if (known != name) continue;
#ifdef INVC_X86
    if (name == "avx512") return avx512::sweep;
    if (name == "avx2") return avx2::sweep;
#endif
    return baseline::sweep;
  }
  throw std::invalid_argument("this processor has no kernel '" + name + "'");
}

static void sweep(const std::string& kernel, Array<std::int32_t> target, Array<std::int8_t> parity,
                  Array<std::int64_t> shift, Array<std::int64_t> most,
                  Array<std::int64_t> first_count, Array<std::int32_t> count,
                  Array<std::int64_t> first_ref, Array<std::int32_t> ref, std::size_t most_inputs, State state, State rng,
                  Array<std::int32_t> even, std::int64_t certain_even, Array<std::int32_t> odd,
                  std::int64_t certain_odd, int sweeps) {
  const std::size_t updates = target.shape(0);
  if (parity.shape(0) != updates || shift.shape(0) != updates || most.shape(0) != updates ||
      first_count.shape(0) != updates + 1 || first_ref.shape(0) != updates + 1 || rng.shape(0) != 4 || sweeps < 0 ||
      even.shape(0) > 32767 || odd.shape(0) > 32767) {
    throw std::invalid_argument("arrays of a program do not fit each other");
  }
  Program program{updates,          target.data(), parity.data(), shift.data(), most.data(),
                  first_count.data(), count.data(), first_ref.data(), ref.data(), most_inputs,
                  {0, 0}};
  for (std::size_t u = 0; u < updates; ++u) ++program.count[parity.data()[u] & 1];
  Heat heat{{even.data(), odd.data()},
            {static_cast<int>(even.shape(0)), static_cast<int>(odd.shape(0))},
            {certain_even, certain_odd}};
  const Sweep run = find(kernel);
  nb::gil_scoped_release released;
  run(program, state.data(), rng.data(), heat, sweeps);
}

NB_MODULE(sliced, m) {
  m.doc() = "Bit-sliced Gibbs sampling, 1024 replicas at once.";
  m.attr("LANES") = LANES;
  m.def("kernels", &kernels, "Names of the kernels that this processor runs, fastest first.");
  m.def("sweep", &sweep, nb::arg("kernel"), nb::arg("target"), nb::arg("parity"), nb::arg("shift"),
        nb::arg("most"), nb::arg("first_count"), nb::arg("count"), nb::arg("first_ref"), nb::arg("ref"),
        nb::arg("most_inputs"), nb::arg("state"), nb::arg("rng"), nb::arg("even"),
        nb::arg("certain_even"), nb::arg("odd"), nb::arg("certain_odd"), nb::arg("sweeps"),
        "Update every target in order, `sweeps` times, in place.");
}
