// The extension module invc.simulate.kernels.sliced: checks shapes, drops the GIL, dispatches.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "program.h"

namespace nb = nanobind;

// What each instruction set compiles.
#define DECLARE(name)                                                                           \
  namespace name {                                                                              \
  void sweep(const Program&, std::uint64_t*, std::uint64_t*, const Heat&, int);                 \
  void run_logic(const std::int32_t*, std::size_t, const std::uint64_t*, std::size_t,           \
                 std::uint64_t*);                                                               \
  void sum_terms(const std::int32_t*, std::size_t, int, const std::uint64_t*, std::int64_t*);   \
  }
DECLARE(baseline)
#ifdef INVC_X86
DECLARE(avx2)
DECLARE(avx512)
#endif

struct Code {
  decltype(&baseline::sweep) sweep;
  decltype(&baseline::run_logic) run_logic;
  decltype(&baseline::sum_terms) sum_terms;
};
#define CODE(name) Code{name::sweep, name::run_logic, name::sum_terms}

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

static Code find(const std::string& name) {
  for (const std::string& known : kernels()) {
    if (known != name) continue;
#ifdef INVC_X86
    if (name == "avx512") return CODE(avx512);
    if (name == "avx2") return CODE(avx2);
#endif
    return CODE(baseline);
  }
  throw std::invalid_argument("this processor has no kernel '" + name + "'");
}

static const Code& fastest() {
  static const Code code = find(kernels().front());
  return code;
}

static void sweep(const std::string& kernel, Array<std::int32_t> target, Array<std::int8_t> parity,
                  Array<std::int64_t> shift, Array<std::int64_t> most,
                  Array<std::int64_t> first_count, Array<std::int32_t> count,
                  Array<std::int64_t> first_ref, Array<std::int32_t> ref,
                  std::size_t most_inputs, State state, State rng, Array<std::int32_t> even, std::int64_t certain_even, Array<std::int32_t> odd,
                  std::int64_t certain_odd, int sweeps) {
  const std::size_t updates = target.shape(0);
  if (parity.shape(0) != updates || shift.shape(0) != updates || most.shape(0) != updates ||
      first_count.shape(0) != updates + 1 || first_ref.shape(0) != updates + 1 ||
      rng.shape(0) != 4 || sweeps < 0 || even.shape(0) > 32767 ||
      odd.shape(0) > 32767) {
    throw std::invalid_argument("arrays of a program do not fit each other");
  }
  Program program{updates,          target.data(), parity.data(), shift.data(), most.data(),
                  first_count.data(), count.data(), first_ref.data(), ref.data(), most_inputs,
                  {0, 0}};
  for (std::size_t u = 0; u < updates; ++u) ++program.count[parity.data()[u] & 1];
  Heat heat{{even.data(), odd.data()},
            {static_cast<int>(even.shape(0)), static_cast<int>(odd.shape(0))},
            {certain_even, certain_odd}};
  const Code code = find(kernel);
  nb::gil_scoped_release released;
  code.sweep(program, state.data(), rng.data(), heat, sweeps);
}

using Rows = nb::ndarray<const std::int32_t, nb::shape<-1, 4>, nb::c_contig, nb::device::cpu>;
using Totals = nb::ndarray<std::int64_t, nb::shape<LANES>, nb::c_contig, nb::device::cpu>;

static void run_logic(Rows operations, State state, State scratch) {
  const std::size_t spins = state.shape(0), rows = spins + scratch.shape(0);
  for (std::size_t k = 0; k < operations.shape(0); ++k) {
    const std::int32_t* o = operations.data() + 4 * k;
    for (int i = 1; i < 4; ++i) {
      const std::size_t row = static_cast<std::size_t>(i == 1 ? o[1] : o[i] >> 1);
      if (row >= rows || (i == 1 && row < spins)) throw std::invalid_argument("no such row");
    }
  }
  nb::gil_scoped_release released;
  fastest().run_logic(operations.data(), operations.shape(0), state.data(), spins, scratch.data());
}

static void sum_terms(Rows terms, int bits, State state, Totals totals) {
  const std::int64_t spins = static_cast<std::int64_t>(state.shape(0));
  for (std::size_t k = 0; k < terms.shape(0); ++k) {
    const std::int32_t* t = terms.data() + 4 * k;
    if (t[0] < 0 || t[0] >= spins || t[1] < -1 || t[1] >= spins || t[3] < 0 || t[3] >= bits) {
      throw std::invalid_argument("a term does not fit the state");
    }
  }
  nb::gil_scoped_release released;
  fastest().sum_terms(terms.data(), terms.shape(0), bits, state.data(), totals.data());
}

// In each of some rows, lane `to[k]` becomes what lane `from[k]` is.
static void copy_lanes(State state, Array<std::int64_t> rows, Array<std::int64_t> from,
                       Array<std::int64_t> to) {
  const std::size_t pairs = from.shape(0);
  if (to.shape(0) != pairs) throw std::invalid_argument("as many lanes to as from");
  for (std::size_t k = 0; k < pairs; ++k) {
    if (from(k) < 0 || from(k) >= LANES || to(k) < 0 || to(k) >= LANES) {
      throw std::invalid_argument("no such lane");
    }
  }
  for (std::size_t r = 0; r < rows.shape(0); ++r) {
    if (rows(r) < 0 || rows(r) >= static_cast<std::int64_t>(state.shape(0))) {
      throw std::invalid_argument("no such row");
    }
  }
  nb::gil_scoped_release released;
  for (std::size_t r = 0; r < rows.shape(0); ++r) {
    std::uint64_t* row = state.data() + rows.data()[r] * WORDS;
    std::uint64_t old[WORDS];
    std::memcpy(old, row, sizeof old);
    for (std::size_t k = 0; k < pairs; ++k) {
      const std::int64_t a = from.data()[k], b = to.data()[k];
      const std::uint64_t bit = old[a >> 6] >> (a & 63) & 1, mask = std::uint64_t(1) << (b & 63);
      row[b >> 6] = (row[b >> 6] & ~mask) | (-bit & mask);
    }
  }
}

NB_MODULE(sliced, m) {
  m.doc() = "Bit-sliced Gibbs sampling, 1024 replicas at once.";
  m.attr("LANES") = LANES;
  m.def("kernels", &kernels, "Names of the kernels that this processor runs, fastest first.");
  m.def("sweep", &sweep, nb::arg("kernel"), nb::arg("target"), nb::arg("parity"), nb::arg("shift"),
        nb::arg("most"), nb::arg("first_count"), nb::arg("count"), nb::arg("first_ref"),
        nb::arg("ref"), nb::arg("most_inputs"), nb::arg("state"), nb::arg("rng"), nb::arg("even"),
        nb::arg("certain_even"), nb::arg("odd"), nb::arg("certain_odd"), nb::arg("sweeps"),
        "Update every target in order, `sweeps` times, in place.");
  m.def("run_logic", &run_logic, nb::arg("operations"), nb::arg("state"), nb::arg("scratch"),
        "Boolean operations on rows: (operation, row, literal, literal), 0 for and, 1 for xor.");
  m.def("sum_terms", &sum_terms, nb::arg("terms"), nb::arg("bits"), nb::arg("state"),
        nb::arg("totals"), "Weighted sums of (i, j, flip, bit of the weight) for every lane.");
  m.def("copy_lanes", &copy_lanes, nb::arg("state"), nb::arg("rows"), nb::arg("source"),
        nb::arg("target"), "In some rows make lanes what other lanes are.");
}
