// The extension module invc.pbits.native.stochastic: checks shapes, drops the GIL, dispatches.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "network.h"

namespace nb = nanobind;

using Run = void (*)(const Network&, const Registers&, const Cycles&);
#define DECLARE(name) \
  namespace name { void run(const Network&, const Registers&, const Cycles&); }
DECLARE(stochastic_baseline)
#ifdef INVC_X86
DECLARE(stochastic_avx2)
DECLARE(stochastic_avx512)
#endif

template <class T>
using Array = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Spins = nb::ndarray<std::uint64_t, nb::shape<-1, -1, WORDS>, nb::c_contig, nb::device::cpu>;
using Random = nb::ndarray<std::uint64_t, nb::shape<-1, -1, 64, WORDS>, nb::c_contig, nb::device::cpu>;

constexpr std::int64_t MOST = std::int64_t(1) << 48;  // sums of a few such fit 62 planes

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

static Run find(const std::string& name) {
  for (const std::string& known : kernels()) {
    if (known != name) continue;
#ifdef INVC_X86
    if (name == "avx512") return stochastic_avx512::run;
    if (name == "avx2") return stochastic_avx2::run;
#endif
    return stochastic_baseline::run;
  }
  throw std::invalid_argument("this processor has no kernel '" + name + "'");
}

static void require(bool fits) {
  if (!fits) throw std::invalid_argument("arrays of a network do not fit each other");
}

// P-bits and their couplings, checked once; they keep the arrays of Python alive.
class CheckedNetwork {
 public:
  CheckedNetwork(Array<std::int32_t> target, Array<std::int64_t> base, Array<std::int64_t> first,
                 Array<std::int64_t> ref, Array<std::int64_t> weight)
      : target_(target), base_(base), first_(first), ref_(ref), weight_(weight) {
    const std::size_t pbits = target.shape(0);
    require(base.shape(0) == pbits && first.shape(0) == pbits + 1 &&
            ref.shape(0) == weight.shape(0) && first.data()[0] == 0 &&
            static_cast<std::size_t>(first.data()[pbits]) == ref.shape(0));
    network = {pbits, 0, target.data(), base.data(), first.data(), ref.data(), weight.data()};
    std::int64_t before = -1;
    for (std::size_t u = 0; u < pbits; ++u) {
      require(network.target[u] > before && network.first[u] <= network.first[u + 1]);
      before = network.target[u];
      std::int64_t total = network.base[u] < 0 ? -network.base[u] : network.base[u];
      for (std::int64_t e = network.first[u]; e < network.first[u + 1]; ++e) {
        require(network.weight[e] > 0 && network.ref[e] >= 0);
        rows_ = std::max(rows_, static_cast<std::size_t>(network.ref[e] >> 1) + 1);
        total += network.weight[e];
        require(total < MOST);
      }
    }
    rows_ = std::max(rows_, static_cast<std::size_t>(before + 1));
  }

  // The network in a state of so many spins.
  Network with(std::size_t spins) const {
    require(spins >= rows_);
    Network whole = network;
    whole.spins = spins;
    return whole;
  }

 private:
  Network network;
  std::size_t rows_ = 0;
  Array<std::int32_t> target_;
  Array<std::int64_t> base_, first_, ref_, weight_;
};

// What p-bits remember, in arrays of Python that change.
class CheckedRegisters {
 public:
  CheckedRegisters(Spins spins, Spins magnitude, Random rng)
      : spins_(spins), magnitude_(magnitude), rng_(rng) {
    require(spins.shape(0) >= 2 && magnitude.shape(1) <= 40 && rng.shape(1) * 64 >= spins.shape(1));
  }
  Registers registers() const {
    return {spins_.data(), magnitude_.data(), rng_.data(), static_cast<int>(magnitude_.shape(1)),
            rng_.shape(1)};
  }
  std::size_t slots() const { return spins_.shape(0); }
  std::size_t spins() const { return spins_.shape(1); }
  std::size_t pbits() const { return magnitude_.shape(0); }
  std::size_t streams() const { return rng_.shape(0); }

 private:
  Spins spins_, magnitude_;
  Random rng_;
};

static void check(const Registers& registers, const Cycles& cycles, std::size_t streams) {
  require(cycles.average == 1 || cycles.average == 2 || cycles.average == 4);
  require(cycles.density >= 0 && cycles.density <= 256 && cycles.stall >= 0 && cycles.stall < 256);
  const bool stalls = cycles.stall != 0, sparse = cycles.density != 0 && cycles.density != 256;
  require(streams >= 1u + (stalls ? 2 * PROBABILITY_BITS : sparse ? PROBABILITY_BITS : 0));
  for (std::size_t c = 0; c < cycles.count; ++c) {
    require(cycles.limit[c] >= 1 && cycles.limit[c] <= std::int64_t(1) << registers.planes);
    require(cycles.weight[c] >= 0 && cycles.weight[c] < MOST);
  }
}

static void run(const std::string& kernel, const CheckedNetwork& checked,
                const CheckedRegisters& kept, std::int64_t time, Array<std::int64_t> limit,
                Array<std::int64_t> noise, int density, int stall) {
  const Network network = checked.with(kept.spins());
  const Registers registers = kept.registers();
  require(kept.pbits() == network.pbits && limit.shape(0) == noise.shape(0) && time >= 0);
  const Cycles cycles{time,    limit.shape(0), limit.data(), noise.data(),
                      density, stall,          static_cast<int>(kept.slots()) - 1};
  check(registers, cycles, kept.streams());
  const Run code = find(kernel);
  nb::gil_scoped_release released;
  code(network, registers, cycles);
}

NB_MODULE(stochastic, m) {
  m.doc() = "Stochastic-computing p-bits, all at once, 1024 replicas as bits of words.";
  nb::set_leak_warnings(false);  // what the caches of Python keep lives until the end
  m.def("kernels", &kernels, "Names of the kernels that this processor runs, fastest first.");
  nb::class_<CheckedNetwork>(m, "Network")
      .def(nb::init<Array<std::int32_t>, Array<std::int64_t>, Array<std::int64_t>,
                    Array<std::int64_t>, Array<std::int64_t>>(),
           nb::arg("target"), nb::arg("base"), nb::arg("first"), nb::arg("ref"),
           nb::arg("weight"));
  nb::class_<CheckedRegisters>(m, "Registers")
      .def(nb::init<Spins, Spins, Random>(), nb::arg("spins"), nb::arg("magnitude"),
           nb::arg("rng"));
  m.def("run", &run, nb::arg("kernel"), nb::arg("network"), nb::arg("registers"), nb::arg("time"),
        nb::arg("limit"), nb::arg("noise"), nb::arg("density"), nb::arg("stall"),
        "Perform one cycle for each entry of `limit` and `noise`, in place.");
}
