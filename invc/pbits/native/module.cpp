// The extension module invc.pbits.native.sliced: checks shapes, drops the GIL, dispatches.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "program.h"

namespace nb = nanobind;

// What each instruction set compiles.
#define DECLARE(name)                                                                           \
  namespace name {                                                                              \
  void sweep(const Program&, std::uint64_t*, std::uint64_t*, const Heat&, int,                  \
             const std::int8_t*, const Generated*);                                             \
  int sweep_ladder(const Program&, std::uint64_t*, std::uint64_t*, const Heat&, const Ladder&,  \
                   const Generated*, int, int, int, const Logic*, std::int32_t, std::int64_t*); \
  int holds(const Logic&, const std::int32_t*, std::size_t, const std::uint64_t*,               \
            std::uint64_t*);                                                                    \
  Verdict settle(const Program&, const Logic&, std::int32_t, std::uint64_t*, std::uint64_t*,    \
                 const Heat&, const std::int8_t*, const Generated*, int, int, std::int64_t,     \
                 Course&, std::uint64_t*);                                                      \
  void resample(std::uint64_t*, const std::int64_t*, std::size_t, const std::uint64_t*,         \
                std::uint64_t*, std::int32_t*);                                                 \
  void fill_rows(std::uint64_t*, std::uint64_t*, std::size_t);                                  \
  void sum_terms(const std::int32_t*, std::size_t, int, const std::uint64_t*, std::int64_t*);   \
  }
DECLARE(baseline)
#ifdef INVC_X86
DECLARE(avx2)
DECLARE(avx512)
#endif

struct Kernel {
  decltype(&baseline::sweep) sweep;
  decltype(&baseline::sweep_ladder) sweep_ladder;
  decltype(&baseline::holds) holds;
  decltype(&baseline::settle) settle;
  decltype(&baseline::resample) resample;
  decltype(&baseline::fill_rows) fill_rows;
  decltype(&baseline::sum_terms) sum_terms;
};
#define KERNEL(name)                                                                     \
  Kernel{name::sweep,  name::sweep_ladder, name::holds, name::settle, name::resample, \
       name::fill_rows, \
       name::sum_terms}

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

static Kernel find(const std::string& name) {
  for (const std::string& known : kernels()) {
    if (known != name) continue;
#ifdef INVC_X86
    if (name == "avx512") return KERNEL(avx512);
    if (name == "avx2") return KERNEL(avx2);
#endif
    return KERNEL(baseline);
  }
  throw std::invalid_argument("this processor has no kernel '" + name + "'");
}

static const Kernel& fastest() {
  static const Kernel code = find(kernels().front());
  return code;
}

using Rows = nb::ndarray<const std::int32_t, nb::shape<-1, 4>, nb::c_contig, nb::device::cpu>;
using Row = nb::ndarray<std::uint64_t, nb::shape<WORDS>, nb::c_contig, nb::device::cpu>;
using Table = nb::ndarray<const std::int32_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

// A program that was checked once; it keeps the arrays of Python alive.
class Compiled {
 public:
  Compiled(Array<std::int32_t> target, Array<std::int8_t> parity, Array<std::int64_t> shift,
           Array<std::int64_t> most, Array<std::int64_t> first_count, Array<std::int32_t> count,
           Array<std::int64_t> first_ref, Array<std::int32_t> ref, std::size_t most_inputs)
      : target_(target), parity_(parity), shift_(shift), most_(most), first_count_(first_count),
        count_(count), first_ref_(first_ref), ref_(ref) {
    const std::size_t updates = target.shape(0);
    if (parity.shape(0) != updates || shift.shape(0) != updates || most.shape(0) != updates ||
        first_count.shape(0) != updates + 1 || first_ref.shape(0) != updates + 1) {
      throw std::invalid_argument("arrays of a program do not fit each other");
    }
    program = {updates, target.data(), parity.data(), shift.data(), most.data(),
               first_count.data(), count.data(), first_ref.data(), ref.data(), most_inputs, {0, 0}};
    for (std::size_t u = 0; u < updates; ++u) ++program.count[parity.data()[u] & 1];
    for (const Array<std::int32_t>& spins : {target, ref}) {
      for (std::size_t k = 0; k < spins.shape(0); ++k) {
        if (spins.data()[k] < 0) throw std::invalid_argument("no such spin");
        rows_ = std::max(rows_, static_cast<std::size_t>(spins.data()[k]) + 1);
      }
    }
  }

  void check(const State& state, const State& rng) const {
    if (state.shape(0) < rows_ || rng.shape(0) != 4) {
      throw std::invalid_argument("a program does not fit the state");
    }
  }

  std::size_t refs() const { return ref_.shape(0); }

  Program program;

 private:
  Array<std::int32_t> target_;
  Array<std::int8_t> parity_;
  Array<std::int64_t> shift_, most_, first_count_;
  Array<std::int32_t> count_;
  Array<std::int64_t> first_ref_;
  Array<std::int32_t> ref_;
  std::size_t rows_ = 0;
};

// Code for the updates of a program. Its addresses are taken on trust, all else is checked.
class Code {
 public:
  Code(const Compiled& compiled, Array<std::uint64_t> code, Array<std::uint32_t> rows,
       std::tuple<int, int> bits, std::tuple<std::uint64_t, std::uint64_t> doors)
      : of(compiled), code_(code), rows_(rows) {
    const auto [even, odd] = bits;
    const auto [enter, end] = doors;
    using Enter = decltype(Generated::enter);
    generated = {code.data(), rows.data(), {even, odd},
                 reinterpret_cast<Enter>(static_cast<std::uintptr_t>(enter)), end, true};
    const Program& program = compiled.program;
    std::vector<bool> seen;
    for (std::size_t u = 0; u < program.updates; ++u) {
      const auto spin = static_cast<std::size_t>(program.target[u]);
      if (seen.size() <= spin) seen.resize(spin + 1);
      generated.distinct = generated.distinct && !seen[spin];
      seen[spin] = true;
    }
    if (code.shape(0) != compiled.program.updates || rows.shape(0) != compiled.refs()) {
      throw std::invalid_argument("code does not fit the program");
    }
    for (const int bits : {even, odd}) {
      if (bits < 0 || bits >= MOST_NOISE_BITS) throw std::invalid_argument("no such noise");
    }
  }
  const Generated* check(const Compiled& compiled, const Heat& heat) const {
    if (compiled.program.target != of.program.target) {
      throw std::invalid_argument("code of another program");
    }
    for (int r = 0; r < 2; ++r) {
      const int bits = generated.bits[r];
      const std::int64_t offset = bits ? (std::int64_t(1) << (bits - 1)) - heat.certain[r] : 0;
      const std::int64_t most = heat.levels[r] + offset;
      if (offset < 0 || most >> bits || (bits ? !(most >> (bits - 1)) : heat.certain[r] != 0)) {
        throw std::invalid_argument("code for another heat");
      }
    }
    return &generated;
  }

 private:
  Generated generated;
  Compiled of;
  Array<std::uint64_t> code_;
  Array<std::uint32_t> rows_;
};

// Operations that were checked once.
class CompiledLogic {
 public:
  CompiledLogic(Rows operations, std::size_t spins, std::size_t scratch)
      : logic{operations.data(), operations.shape(0), spins, scratch}, operations_(operations) {
    const std::size_t rows = spins + scratch;
    for (std::size_t k = 0; k < operations.shape(0); ++k) {
      const std::int32_t* o = operations.data() + 4 * k;
      for (int i = 1; i < 4; ++i) {
        const std::size_t row = static_cast<std::size_t>(i == 1 ? o[1] : o[i] >> 1);
        if (row >= rows || (i == 1 && row < spins)) throw std::invalid_argument("no such row");
      }
    }
  }

  void check(const State& state) const {
    if (state.shape(0) != logic.spins) throw std::invalid_argument("a logic does not fit the state");
  }

  void check(std::int32_t literal) const {
    if (literal < -2 || literal >> 1 >= static_cast<std::int64_t>(logic.spins + logic.rows)) {
      throw std::invalid_argument("no such row");
    }
  }

  Logic logic;

 private:
  Rows operations_;
};

using Counts = nb::ndarray<std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// Whether replicas fulfil a literal of a logic.
class Condition {
 public:
  Condition(const CompiledLogic& compiled, std::int32_t literal)
      : logic(compiled.logic), good(literal), compiled_(compiled) {
    compiled.check(literal);
  }
  void check(const State& state) const { compiled_.check(state); }

  const Logic logic;
  const std::int32_t good;

 private:
  CompiledLogic compiled_;
};

// Thresholds for even and for odd fields, a row for each rung.
class Tables {
 public:
  Tables(Table even, std::int64_t certain_even, Table odd, std::int64_t certain_odd, int uses)
      : heat{{even.data(), odd.data()},
             {static_cast<int>(even.shape(1)), static_cast<int>(odd.shape(1))},
             {certain_even, certain_odd},
             uses},
        rungs(even.shape(0)), even_(even), odd_(odd) {
    if (even.shape(1) > 32767 || odd.shape(1) > 32767) {
      throw std::invalid_argument("too many thresholds");
    }
    if ((rungs != 1 && rungs != 2 && rungs != 4 && rungs != 8) || odd.shape(0) != rungs) {
      throw std::invalid_argument("no such number of rungs");
    }
    // A rung of 8 has two words: rotated oftener, a vector would be the same again.
    if (uses < 1 || uses > 64) throw std::invalid_argument("no such number of uses");
  }
  const Heat heat;
  const std::size_t rungs;

 private:
  Table even_, odd_;
};

// Terms of an energy, checked once.
class Meter {
 public:
  Meter(Rows terms, int bits) : terms(terms), bits(bits) {
    if (bits < 1 || bits > 62) throw std::invalid_argument("a sum has 1 to 62 bits");
    for (std::size_t k = 0; k < terms.shape(0); ++k) {
      const std::int32_t* t = terms.data() + 4 * k;
      if (t[0] < 0 || t[1] < -1 || t[3] < 0 || t[3] >= bits) {
        throw std::invalid_argument("no such term");
      }
      rows_ = std::max(rows_, static_cast<std::size_t>(std::max(t[0], t[1])) + 1);
    }
  }
  void check(const State& state) const {
    if (state.shape(0) < rows_) throw std::invalid_argument("a meter does not fit the state");
  }

  const Rows terms;
  const int bits;

 private:
  std::size_t rows_ = 0;
};

// Temperatures that trade states by their energies.
class Rungs {
 public:
  Rungs(const Tables& tables, Table chances, const Meter& meter)
      : tables(tables), meter(meter),
        ladder{static_cast<int>(tables.rungs), chances.data(), static_cast<int>(chances.shape(1)),
               meter.terms.data(), meter.terms.shape(0), meter.bits},
        chances_(chances) {
    if (tables.rungs < 2 || chances.shape(0) != tables.rungs || chances.shape(1) > 32767) {
      throw std::invalid_argument("arrays of a ladder do not fit each other");
    }
  }
  const Tables tables;
  const Meter meter;
  const Ladder ladder;

 private:
  Table chances_;
};

// What is moved until enough replicas fulfil a condition.
class Stage {
 public:
  Stage(const Compiled& compiled, const Condition& satisfied, Array<std::int8_t> restless)
      : compiled(compiled), satisfied(satisfied), restless(restless) {
    if (restless.shape(0) != compiled.program.updates) {
      throw std::invalid_argument("an entry for each update");
    }
  }
  const Compiled compiled;
  const Condition satisfied;
  const Array<std::int8_t> restless;
};

static const Generated* checked(const Code* code, const Compiled& compiled, const Heat& heat) {
  return code ? code->check(compiled, heat) : nullptr;
}

static void sweep(const std::string& kernel, const Compiled& compiled, State state, State rng,
                  const Tables& tables, int sweeps, const Code* generated) {
  compiled.check(state, rng);
  if (sweeps < 0) throw std::invalid_argument("sweeps must not be negative");
  if (tables.rungs != 1) throw std::invalid_argument("sweeps are at one temperature");
  const Kernel code = find(kernel);
  const Generated* own = checked(generated, compiled, tables.heat);
  nb::gil_scoped_release released;
  code.sweep(compiled.program, state.data(), rng.data(), tables.heat, sweeps, nullptr, own);
}

// The same at one temperature after the other. `generated` is empty, or has an entry for each.
static void cool(const std::string& kernel, const Compiled& compiled, State state, State rng,
                 const std::vector<const Tables*>& heats, int sweeps,
                 const std::vector<const Code*>& generated) {
  compiled.check(state, rng);
  if (sweeps < 0) throw std::invalid_argument("sweeps must not be negative");
  if (!generated.empty() && generated.size() != heats.size()) {
    throw std::invalid_argument("code for each heat, or none");
  }
  std::vector<const Generated*> own(heats.size(), nullptr);
  for (std::size_t k = 0; k < heats.size(); ++k) {
    if (!heats[k] || heats[k]->rungs != 1) {
      throw std::invalid_argument("sweeps are at one temperature");
    }
    if (!generated.empty()) own[k] = checked(generated[k], compiled, heats[k]->heat);
  }
  const Kernel code = find(kernel);
  nb::gil_scoped_release released;
  for (std::size_t k = 0; k < heats.size(); ++k) {
    code.sweep(compiled.program, state.data(), rng.data(), heats[k]->heat, sweeps, nullptr, own[k]);
  }
}

using Looks = std::tuple<int, int, std::int64_t>;                       // enough, stalled, most
using Steps = std::tuple<std::int64_t, std::int64_t, std::int64_t>;     // done, length, before

static std::tuple<int, Steps> settle(const std::string& kernel, const Stage& stage, State state,
                                     State rng, const Tables& tables, Looks looks, Steps steps,
                                     Row row, const Code* generated) {
  stage.compiled.check(state, rng);
  stage.satisfied.check(state);
  if (tables.rungs != 1) throw std::invalid_argument("stages are at one temperature");
  Course course{std::get<0>(steps), std::get<1>(steps), std::get<2>(steps)};
  if (course.length < 1 || course.length > 1 << 30) {
    throw std::invalid_argument("no such number of sweeps");
  }
  const Kernel code = find(kernel);
  const Generated* own = checked(generated, stage.compiled, tables.heat);
  Verdict verdict;
  {
    nb::gil_scoped_release released;
    verdict = code.settle(stage.compiled.program, stage.satisfied.logic, stage.satisfied.good,
                          state.data(), rng.data(), tables.heat, stage.restless.data(), own,
                          std::get<0>(looks), std::get<1>(looks), std::get<2>(looks), course,
                          row.data());
  }
  return {static_cast<int>(verdict), {course.done, course.length, course.before}};
}

static int sweep_ladder(const std::string& kernel, const Compiled& compiled, State state,
                        State rng, const Rungs& rungs, std::tuple<int, int, int> pace,
                        const Condition* seen, Counts traded, const Code* generated) {
  const auto [sweeps, between, turn] = pace;
  compiled.check(state, rng);
  if (seen) seen->check(state);
  rungs.meter.check(state);
  if (traded.shape(0) != rungs.tables.rungs || sweeps < 0 || between < 1 || turn < 0) {
    throw std::invalid_argument("no such pace of a ladder");
  }
  const Kernel code = find(kernel);
  const Generated* own = checked(generated, compiled, rungs.tables.heat);
  nb::gil_scoped_release released;
  return code.sweep_ladder(compiled.program, state.data(), rng.data(), rungs.tables.heat,
                           rungs.ladder, own, sweeps, between, turn, seen ? &seen->logic : nullptr,
                           seen ? seen->good : 0, traded.data());
}

static int holds(const CompiledLogic& compiled, Array<std::int32_t> literals, State state,
                 State rows) {
  compiled.check(state);
  for (std::size_t k = 0; k < literals.shape(0); ++k) compiled.check(literals.data()[k]);
  if (rows.shape(0) != literals.shape(0)) throw std::invalid_argument("a row for each literal");
  nb::gil_scoped_release released;
  return fastest().holds(compiled.logic, literals.data(), literals.shape(0), state.data(),
                         rows.data());
}

static void check_rows(const State& state, const Array<std::int64_t>& rows) {
  for (std::size_t r = 0; r < rows.shape(0); ++r) {
    if (rows.data()[r] < 0 || rows.data()[r] >= static_cast<std::int64_t>(state.shape(0))) {
      throw std::invalid_argument("no such row");
    }
  }
}

static void fill_rows(State rng, State rows) {
  if (rng.shape(0) != 4) throw std::invalid_argument("a generator has four rows");
  nb::gil_scoped_release released;
  fastest().fill_rows(rng.data(), rows.data(), rows.shape(0));
}

using Origin = nb::ndarray<std::int32_t, nb::shape<LANES>, nb::c_contig, nb::device::cpu>;

static void resample(State state, Array<std::int64_t> rows, Row good, State rng, Origin origin) {
  check_rows(state, rows);
  std::uint64_t any = 0;
  for (int w = 0; w < WORDS; ++w) any |= good.data()[w];
  if (!any) throw std::invalid_argument("no lane is good");
  if (rng.shape(0) != 4) throw std::invalid_argument("a generator has four rows");
  nb::gil_scoped_release released;
  fastest().resample(state.data(), rows.data(), rows.shape(0), good.data(), rng.data(),
                     origin.data());
}

using Totals = nb::ndarray<std::int64_t, nb::shape<LANES>, nb::c_contig, nb::device::cpu>;

static void sum_terms(const Meter& meter, State state, Totals totals) {
  meter.check(state);
  nb::gil_scoped_release released;
  fastest().sum_terms(meter.terms.data(), meter.terms.shape(0), meter.bits, state.data(),
                      totals.data());
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
  check_rows(state, rows);
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
  nb::set_leak_warnings(false);  // what the caches of Python keep lives until the end
  m.attr("LANES") = LANES;
  m.attr("BRIEF") = BRIEF;
  m.def("kernels", &kernels, "Names of the kernels that this processor runs, fastest first.");
  nb::class_<Compiled>(m, "Program")
      .def(nb::init<Array<std::int32_t>, Array<std::int8_t>, Array<std::int64_t>,
                    Array<std::int64_t>, Array<std::int64_t>, Array<std::int32_t>,
                    Array<std::int64_t>, Array<std::int32_t>, std::size_t>(),
           nb::arg("target"), nb::arg("parity"), nb::arg("shift"), nb::arg("most"),
           nb::arg("first_count"), nb::arg("count"), nb::arg("first_ref"), nb::arg("ref"),
           nb::arg("most_inputs"));
  nb::class_<Code>(m, "Code")
      .def(nb::init<const Compiled&, Array<std::uint64_t>, Array<std::uint32_t>,
                    std::tuple<int, int>, std::tuple<std::uint64_t, std::uint64_t>>(),
           nb::arg("program"), nb::arg("code"), nb::arg("rows"), nb::arg("bits"), nb::arg("doors"));
  nb::class_<CompiledLogic>(m, "Logic")
      .def(nb::init<Rows, std::size_t, std::size_t>(), nb::arg("operations"), nb::arg("spins"),
           nb::arg("scratch"));
  nb::class_<Condition>(m, "Condition")
      .def(nb::init<const CompiledLogic&, std::int32_t>(), nb::arg("logic"), nb::arg("literal"));
  nb::class_<Tables>(m, "Heat")
      .def(nb::init<Table, std::int64_t, Table, std::int64_t, int>(), nb::arg("even"),
           nb::arg("certain_even"), nb::arg("odd"), nb::arg("certain_odd"), nb::arg("uses"));
  nb::class_<Meter>(m, "Meter")
      .def(nb::init<Rows, int>(), nb::arg("terms"), nb::arg("bits"));
  nb::class_<Rungs>(m, "Ladder")
      .def(nb::init<const Tables&, Table, const Meter&>(), nb::arg("heat"), nb::arg("chances"),
           nb::arg("meter"));
  nb::class_<Stage>(m, "Stage")
      .def(nb::init<const Compiled&, const Condition&, Array<std::int8_t>>(), nb::arg("program"),
           nb::arg("satisfied"), nb::arg("restless"));
  m.def("sweep", &sweep, nb::arg("kernel"), nb::arg("program"), nb::arg("state"), nb::arg("rng"),
        nb::arg("heat"), nb::arg("sweeps"), nb::arg("generated").none() = nb::none(),
        "Update every target in order, in place.");
  m.def("cool", &cool, nb::arg("kernel"), nb::arg("program"), nb::arg("state"), nb::arg("rng"),
        nb::arg("heats"), nb::arg("sweeps"), nb::arg("generated"),
        "The same at one temperature after the other.");
  m.def("settle", &settle, nb::arg("kernel"), nb::arg("stage"), nb::arg("state"), nb::arg("rng"),
        nb::arg("heat"), nb::arg("looks"), nb::arg("course"), nb::arg("row"),
        nb::arg("generated").none() = nb::none(),
        "Sweep until enough replicas fulfil a condition: verdict, course.");
  m.def("sweep_ladder", &sweep_ladder, nb::arg("kernel"), nb::arg("program"), nb::arg("state"),
        nb::arg("rng"), nb::arg("ladder"), nb::arg("pace"), nb::arg("seen").none(),
        nb::arg("traded"), nb::arg("generated").none() = nb::none(),
        "Sweeps of words at several temperatures that trade states; counts the trades.");
  m.def("holds", &holds, nb::arg("logic"), nb::arg("literals"), nb::arg("state"), nb::arg("rows"),
        "Rows of literals of a logic; returns how many bits of the last one are set.");
  m.def("fill_rows", &fill_rows, nb::arg("rng"), nb::arg("rows"), "Random bits, row by row.");
  m.def("resample", &resample, nb::arg("state"), nb::arg("rows"), nb::arg("good"), nb::arg("rng"),
        nb::arg("origin"),
        "In some rows make lanes that are not good copies of random ones that are.");
  m.def("sum_terms", &sum_terms, nb::arg("meter"), nb::arg("state"), nb::arg("totals"),
        "Weighted sums of (i, j, flip, bit of the weight) for every lane.");
  m.def("copy_lanes", &copy_lanes, nb::arg("state"), nb::arg("rows"), nb::arg("source"),
        nb::arg("target"), "In some rows make lanes what other lanes are.");
}
