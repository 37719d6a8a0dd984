// The extension module invc.training.native.contrast: checks shapes, drops the GIL, dispatches.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "contrast.h"

namespace nb = nanobind;

#define DECLARE(name) \
  namespace name { extern const Loops LOOPS; }
DECLARE(baseline)
#ifdef INVC_X86
DECLARE(avx2)
DECLARE(avx512)
#endif

struct Kernel {
  const char* name;
  const Loops* loops;
};

static std::vector<Kernel> kernels() {
  std::vector<Kernel> found;
#ifdef INVC_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vpopcntdq"))
    found.push_back({"avx512", &avx512::LOOPS});
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
    found.push_back({"avx2", &avx2::LOOPS});
#endif
  found.push_back({"baseline", &baseline::LOOPS});
  return found;
}

static const Loops& find(const std::string& name) {
  for (const Kernel& kernel : kernels())
    if (name == kernel.name) return *kernel.loops;
  throw std::invalid_argument("this processor has no kernel '" + name + "'");
}

static void require(bool fits) {
  if (!fits) throw std::invalid_argument("arrays of a network do not fit each other");
}

template <class T>
using Rows = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T>
using Row = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
// Accumulators, weights, real inputs, whether inputs are -1 and +1, threshold, pull, noise, wires.
using Given = std::tuple<Rows<std::int8_t>, Rows<std::uint64_t>, std::int64_t, bool, std::int64_t,
                         std::int64_t, std::int64_t, std::optional<Rows<const std::uint64_t>>>;

static Network network_of(const std::vector<Given>& layers, const Rows<const std::uint64_t>& code) {
  Network network;
  require(!layers.empty() && code.shape(0) >= 2 && code.shape(0) <= 256);
  for (const auto& [accumulator, weights, inputs, both, threshold, pull, noise, wires] : layers) {
    const std::int64_t rows = accumulator.shape(0), words = weights.shape(1);
    require(rows > 0 && std::int64_t(weights.shape(0)) == rows);
    require(std::int64_t(accumulator.shape(1)) == 64 * words && inputs > 0);
    require((inputs + 63) / 64 == words && inputs < (1 << 24) && pull >= 0);
    require(noise >= 0 && noise < (1 << 24) && pull < (1 << 24));
    if (!network.layers.empty()) require(network.layers.back().neurons == inputs);
    if (wires) require(wires->shape(0) == std::size_t(rows) && wires->shape(1) == std::size_t(words));
    network.layers.push_back({rows, inputs, words, both, threshold, pull, noise, accumulator.data(),
                              weights.data(), wires ? wires->data() : nullptr});
  }
  network.classes = std::int64_t(code.shape(0));
  network.words = std::int64_t(code.shape(1));
  network.code = code.data();
  require(network.words == (network.layers.back().neurons + 63) / 64);
  return network;
}

static std::tuple<std::int64_t, std::int64_t, std::int64_t> run_pass(
    const std::vector<Given>& layers, const Rows<const std::uint64_t>& code,
    const Rows<const std::uint64_t>& inputs, const Row<std::uint8_t>& labels,
    const Row<std::int32_t>& order, std::int64_t batch, std::int64_t margin, std::int64_t step,
    std::int64_t limit, std::int64_t drop, std::int64_t phases, std::uint64_t key,
    std::int64_t threads, const std::string& kernel) {
  const Network network = network_of(layers, code);
  const std::int64_t count = std::int64_t(inputs.shape(0));
  require(std::int64_t(inputs.shape(1)) == network.layers[0].words);
  require(std::int64_t(labels.shape(0)) == count);
  for (std::size_t k = 0; k < labels.shape(0); ++k) require(labels.data()[k] < network.classes);
  for (std::size_t k = 0; k < order.shape(0); ++k)
    require(order.data()[k] >= 0 && order.data()[k] < count);
  // Counts of a batch and accumulators are bytes.
  require(batch >= 1 && batch <= 127 && limit >= 1 && limit <= 128 && step >= 0 && step <= 256);
  require(drop >= 0 && drop < 256 && threads >= 1 && threads <= 1024);
  require(drop == 0 || !network.layers[0].both);
  require(phases == 1 || phases == 2);
  const Samples samples{std::int64_t(order.shape(0)), inputs.data(), labels.data(), order.data()};
  const Settings settings{batch, margin, step, limit, drop, phases, key, threads};
  const Loops& loops = find(kernel);
  nb::gil_scoped_release release;
  const Tally tally = pass(loops, network, samples, settings);
  return {tally.gated, tally.contrasts, tally.flips};
}

static void run_forward(const std::vector<Given>& layers, const Rows<const std::uint64_t>& code,
                        const Rows<const std::uint64_t>& inputs, const Rows<std::int32_t>& outputs,
                        std::int64_t threads, const std::string& kernel) {
  const Network network = network_of(layers, code);
  require(std::int64_t(inputs.shape(1)) == network.layers[0].words);
  require(outputs.shape(0) == inputs.shape(0) && threads >= 1 && threads <= 1024);
  require(std::int64_t(outputs.shape(1)) == network.classes);
  const Samples samples{std::int64_t(inputs.shape(0)), inputs.data(), nullptr, nullptr};
  const Loops& loops = find(kernel);
  nb::gil_scoped_release release;
  forward(loops, network, samples, threads, outputs.data());
}

template <class T>
using Blocks = nb::ndarray<T, nb::shape<-1, -1, DENSE_LANES>, nb::c_contig, nb::device::cpu>;

// Sweeps of blocks of replicas, each level table for so many of them.
static void run_dense(const Rows<const std::int32_t>& J, const Rows<const std::int32_t>& levels,
                      std::int64_t sweeps, const Blocks<std::int8_t>& state,
                      const Blocks<std::int32_t>& fields,
                      const Rows<std::uint32_t>& rng, std::int64_t threads,
                      const std::string& kernel) {
  const std::int64_t spins = std::int64_t(J.shape(0)), blocks = std::int64_t(state.shape(0));
  require(std::int64_t(J.shape(1)) == spins && std::int64_t(state.shape(1)) == spins);
  require(std::int64_t(fields.shape(0)) == blocks && std::int64_t(fields.shape(1)) == spins);
  require(std::int64_t(rng.shape(0)) == blocks && rng.shape(1) == DENSE_LANES);
  require(levels.shape(1) == 4096 && sweeps >= 0 && threads >= 1 && threads <= 1024);
  const Loops& loops = find(kernel);
  const Dense dense{spins, J.data()};
  nb::gil_scoped_release release;
  auto work = [&](std::int64_t part) {
    for (std::int64_t b = part; b < blocks; b += threads)
      for (std::size_t stage = 0; stage < levels.shape(0); ++stage)
        for (std::int64_t s = 0; s < sweeps; ++s)
          loops.dense_sweep(dense, levels.data() + 4096 * stage,
                            state.data() + b * spins * DENSE_LANES,
                            fields.data() + b * spins * DENSE_LANES,
                            rng.data() + b * DENSE_LANES);
  };
  std::vector<std::thread> others;
  for (std::int64_t t = 1; t < threads; ++t) others.emplace_back(work, t);
  work(0);
  for (std::thread& other : others) other.join();
}

NB_MODULE(contrast, m) {
  m.doc() = "One pass of contrastive learning over binary networks, and their outputs.";
  m.def("kernels", [] {
    std::vector<std::string> names;
    for (const Kernel& kernel : kernels()) names.push_back(kernel.name);
    return names;
  });
  m.def("run_pass", &run_pass);
  m.def("forward", &run_forward);
  m.attr("DENSE_LANES") = DENSE_LANES;
  m.def("run_dense", &run_dense);
}
