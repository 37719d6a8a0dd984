// The extension module invc.pbits.native.inputs: checks shapes, drops the GIL, dispatches.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "marginal.h"
#include "population.h"

namespace nb = nanobind;

namespace inputs {

#define DECLARE(name)                                                              \
  namespace name {                                                                 \
  void randomize(Population&);                                                     \
  void evaluate_all(Population&);                                                  \
  void meets(const Population&, bool, std::uint64_t*);                             \
  int walk(Population&, const Course&, int, int, std::int64_t);                    \
  void copy_good(Population&, const std::uint64_t*);                               \
  void enumerate(Enumeration&, std::int64_t, std::size_t);                         \
  }
DECLARE(baseline)
#ifdef INVC_X86
DECLARE(avx2)
DECLARE(avx512)
#endif

struct Code {
  decltype(&baseline::randomize) randomize;
  decltype(&baseline::evaluate_all) evaluate_all;
  decltype(&baseline::meets) meets;
  decltype(&baseline::walk) walk;
  decltype(&baseline::copy_good) copy_good;
  decltype(&baseline::enumerate) enumerate;
};
#define CODE(name) \
  Code{name::randomize, name::evaluate_all, name::meets, name::walk, name::copy_good, name::enumerate}

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

template <class T>
using Array = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Rows = nb::ndarray<std::uint64_t, nb::shape<-1, WORDS>, nb::c_contig, nb::device::cpu>;
using Lanes = nb::ndarray<std::uint64_t, nb::shape<WORDS>, nb::c_contig, nb::device::cpu>;

template <class T>
static std::vector<T> copied(const Array<T>& a) {
  return std::vector<T>(a.data(), a.data() + a.shape(0));
}

template <class T>
static nb::ndarray<nb::numpy, T> as_array(const std::vector<T>& values, std::size_t columns = 0) {
  T* data = new T[values.size() + 1];
  std::copy(values.begin(), values.end(), data);
  nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  if (!columns) return nb::ndarray<nb::numpy, T>(data, {values.size()}, owner);
  return nb::ndarray<nb::numpy, T>(data, {values.size() / columns, columns}, owner);
}

static void require(bool fits, const char* what) {
  if (!fits) throw std::invalid_argument(what);
}

static std::shared_ptr<Circuit> circuit(
    std::int32_t nets, std::int32_t spins, Array<std::int32_t> inputs,
    const std::vector<std::tuple<int, std::vector<std::int32_t>, std::vector<std::int32_t>,
                                 std::vector<std::int32_t>, int>>& procedures,
    Array<std::int32_t> gate, Array<std::int64_t> first_pin, Array<std::int32_t> pins,
    Array<std::int64_t> first_ancilla) {
  auto made = std::make_shared<Circuit>();
  *made = {nets,         spins,
           copied(inputs), {},
           copied(gate),  copied(first_pin),
           copied(pins),  copied(first_ancilla)};
  for (const auto& [count, operations, outputs, ancillas, logical] : procedures) {
    made->procedures.push_back({count, operations, outputs, ancillas, logical});
  }
  made->check();
  return made;
}

static std::shared_ptr<Marginal> marginal(const Circuit& circuit, Array<std::int8_t> values,
                                          Array<std::int64_t> first, Array<std::int32_t> forbidden,
                                          Array<std::int32_t> biased, bool reorient) {
  require(values.shape(0) == std::size_t(circuit.spins), "a value for each spin");
  require(first.shape(0) >= 1 && first.data()[0] == 0 &&
              first.data()[first.shape(0) - 1] == std::int64_t(forbidden.shape(0)),
          "combinations that do not fit their literals");
  for (std::size_t k = 1; k < first.shape(0); ++k) {
    require(first.data()[k - 1] <= first.data()[k], "combinations out of order");
  }
  for (const auto& literals : {forbidden, biased}) {
    for (std::size_t k = 0; k < literals.shape(0); ++k) {
      require(literals.data()[k] >= 0 && literals.data()[k] >> 1 <= circuit.nets, "no such net");
    }
  }
  const auto firsts = copied(first);
  const auto bits = copied(forbidden), leaning = copied(biased);
  const std::int8_t* held = values.data();
  nb::gil_scoped_release released;
  return std::make_shared<Marginal>(prepare(circuit, held, firsts, bits, leaning, reorient));
}

static std::shared_ptr<Component> component(std::int32_t inputs, Array<std::int32_t> operations,
                                            Array<std::int32_t> goals,
                                            Array<std::int32_t> biased) {
  auto made = std::make_shared<Component>();
  made->inputs = inputs;
  made->operations = copied(operations);
  made->goals = copied(goals);
  made->biased = copied(biased);
  for (std::int32_t k = 0; k < std::int32_t(made->biased.size()); ++k) made->bias.push_back(k);
  for (std::int32_t k = 0; k < inputs; ++k) made->input.push_back(k);
  made->finish();
  return made;
}

// A population with the code that moves it.
class Walkers {
 public:
  Walkers(const std::string& kernel, std::shared_ptr<Component> component, Rows rng,
          std::uint64_t picks, Array<std::int32_t> odds, Array<std::uint8_t> favoured)
      : code_(find(kernel)), component_(component) {
    require(rng.shape(0) == 4, "a generator has four rows");
    const std::size_t biases = component->biased.size();
    require(odds.shape(0) == biases && favoured.shape(0) == biases, "odds for each bias");
    pop_.allocate(*component);
    std::memcpy(pop_.rng, rng.data(), sizeof pop_.rng);
    pop_.picks = picks;
    for (std::size_t k = 0; k < biases; ++k) {
      require(odds.data()[k] >= 0 && odds.data()[k] <= 1 << ODDS_BITS, "no such odds");
      pop_.odds[k] = odds.data()[k];
      pop_.favoured[k] = favoured.data()[k] != 0;
    }
  }

  void randomize() { code_.randomize(pop_); }

  int walk(Array<std::int32_t> levels, bool pairs, bool adapt, bool count, int between, int sweeps,
           int wanted, std::int64_t most) {
    require(levels.shape(0) == WORDS && sweeps >= 0 && between >= 0 && wanted >= 0 && wanted <= LANES, "no such walk");
    const Course course{levels.data(), pairs, adapt, count, between};
    nb::gil_scoped_release released;
    return code_.walk(pop_, course, sweeps, wanted, most);
  }

  void meets(bool all, Lanes out) const { code_.meets(pop_, all, out.data()); }

  void copy_good(Lanes good) {
    std::uint64_t some = 0;
    for (int w = 0; w < WORDS; ++w) some |= good.data()[w];
    require(some, "no lane is good");
    nb::gil_scoped_release released;
    code_.copy_good(pop_, good.data());
  }

  void read(Rows out) const { std::memcpy(out.data(), pop_.rows, size(out)); }

  void write(Rows from) {
    std::memcpy(pop_.rows, from.data(), size(from));
    code_.evaluate_all(pop_);
  }

  nb::ndarray<nb::numpy, std::int64_t> flips() const { return as_array(pop_.flips); }

  void set_goals(Array<std::int32_t> weight, Array<std::uint8_t> active,
                 Array<std::int64_t> flips) {
    const std::size_t goals = component_->goals.size();
    require(weight.shape(0) == goals && active.shape(0) == goals && flips.shape(0) == goals,
            "an entry for each goal");
    for (std::size_t k = 0; k < goals; ++k) {
      require(weight.data()[k] >= 1 && weight.data()[k] <= 1 << 15, "no such weight");
    }
    pop_.weight = copied(weight);
    pop_.active = copied(active);
    pop_.flips = copied(flips);
  }

  // Lanes in which each goal is met. Shape (goals, 16).
  void goals(Rows out) const {
    require(out.shape(0) == component_->goals.size(), "a row for each goal");
    for (std::size_t k = 0; k < component_->goals.size(); ++k) {
      const Lit l = component_->goals[k];
      for (int w = 0; w < WORDS; ++w) {
        out.data()[k * WORDS + w] = pop_.rows[std::size_t(l >> 1) * WORDS + w] ^ -std::uint64_t(l & 1);
      }
    }
  }

  std::int64_t evaluated() const { return pop_.evaluated; }

 private:
  template <class R>
  std::size_t size(const R& rows) const {
    require(rows.shape(0) == std::size_t(component_->inputs), "a row for each input");
    return rows.shape(0) * WORDS * sizeof(std::uint64_t);
  }

  Code code_;
  std::shared_ptr<Component> component_;
  Population pop_;
};

class All {
 public:
  // Of all assignments those whose outermost `fixed` inputs are as the bits of `order` say.
  All(const std::string& kernel, std::shared_ptr<Component> component, std::uint64_t order,
      int fixed, std::size_t most)
      : code_(find(kernel)), component_(component) {
    require(component->inputs <= 64, "more inputs than an answer has bits");
    component->plan();
    e_.component = component.get();
    e_.space.assign(std::size_t(component->inputs + component->count) * WORDS + LINE - 1, 0);
    const std::size_t at = reinterpret_cast<std::uintptr_t>(e_.space.data()) / 8;
    e_.rows = e_.space.data() + (LINE - at % LINE) % LINE;
    const std::size_t levels = component->inputs - component->order.lanes + 1;
    e_.alive.assign(levels * WORDS, 0);
    e_.value.assign(levels + 1, 0);
    e_.fixed.assign(levels + 1, 0);
    require(fixed >= 0 && std::size_t(fixed) < levels, "so many inputs are not enumerated");
    for (int l = 1; l <= fixed; ++l) e_.fixed[l] = 1;
    e_.order = order;
    e_.most = most;
  }

  bool run(std::int64_t most, std::size_t wanted) {
    nb::gil_scoped_release released;
    if (!e_.done) code_.enumerate(e_, most, wanted);
    return e_.done;
  }

  Code code_;
  std::shared_ptr<Component> component_;
  Enumeration e_;
};

// Rows of the free inputs from those that are kept.
static void recover(const Marginal& m, Rows kept, Rows values) {
  const Recovery& r = m.recovery;
  require(kept.shape(0) == std::size_t(r.kept) && values.shape(0) == r.literals.size(),
          "a row for each input");
  nb::gil_scoped_release released;
  const std::size_t count = r.operations.size() / 3;
  std::vector<std::uint64_t> rows((r.kept + count) * WORDS);
  std::memcpy(rows.data(), kept.data(), kept.shape(0) * WORDS * sizeof(std::uint64_t));
  for (std::size_t k = 0; k < count; ++k) {
    const std::int32_t* o = r.operations.data() + 3 * k;
    for (int w = 0; w < WORDS; ++w) {
      const std::uint64_t x = rows[std::size_t(o[1] >> 1) * WORDS + w] ^ -std::uint64_t(o[1] & 1);
      const std::uint64_t y = rows[std::size_t(o[2] >> 1) * WORDS + w] ^ -std::uint64_t(o[2] & 1);
      rows[(r.kept + k) * WORDS + w] = o[0] == AND ? x & y : x ^ y;
    }
  }
  for (std::size_t k = 0; k < r.literals.size(); ++k) {
    const Lit l = r.literals[k];
    for (int w = 0; w < WORDS; ++w) {
      const std::uint64_t v = l < 0 ? 0 : rows[std::size_t(l >> 1) * WORDS + w];
      values.data()[k * WORDS + w] = v ^ -std::uint64_t(l & 1);
    }
  }
}

static void settle(const Circuit& c, Array<std::int8_t> values, Rows state) {
  require(state.shape(0) == std::size_t(c.spins) && values.shape(0) == std::size_t(c.spins),
          "a row for each spin");
  nb::gil_scoped_release released;
  c.settle(values.data(), state.data());
}

}  // namespace inputs

NB_MODULE(inputs, m) {
  using namespace inputs;
  m.doc() = "P-bits on the free inputs of a netlist, 1024 replicas at once.";
  nb::set_leak_warnings(false);  // what the caches of Python keep lives until the end
  m.def("kernels", &kernels, "Names of the kernels that this processor runs, fastest first.");
  nb::class_<Circuit>(m, "Circuit").def("settle", &settle, nb::arg("values"), nb::arg("state"));
  m.def("circuit", &circuit, nb::arg("nets"), nb::arg("spins"), nb::arg("inputs"),
        nb::arg("procedures"), nb::arg("gate"), nb::arg("first_pin"), nb::arg("pins"),
        nb::arg("first_ancilla"), "A netlist as operations.");
  nb::class_<Component>(m, "Component")
      .def_ro("inputs", &Component::inputs)
      .def_ro("count", &Component::count)
      .def_prop_ro("operations", [](const Component& c) { return as_array(c.operations, 3); }, nb::rv_policy::automatic)
      .def_prop_ro("goals", [](const Component& c) { return as_array(c.goals); }, nb::rv_policy::automatic)
      .def_prop_ro("biased", [](const Component& c) { return as_array(c.biased); }, nb::rv_policy::automatic)
      .def_prop_ro("bias", [](const Component& c) { return as_array(c.bias); }, nb::rv_policy::automatic)
      .def_prop_ro("input", [](const Component& c) { return as_array(c.input); }, nb::rv_policy::automatic)
      .def_prop_ro("cone_size", [](const Component& c) { return as_array(c.cone_size); }, nb::rv_policy::automatic)
      .def_prop_ro("order", [](Component& c) {
        c.plan();
        return as_array(c.order.input);
      }, nb::rv_policy::automatic)
      .def_prop_ro("effort", [](Component& c) {
        c.plan();
        return c.order.rows;
      });
  m.def("component", &component, nb::arg("inputs"), nb::arg("operations"), nb::arg("goals"),
        nb::arg("biased"), "Goals over inputs, compiled for walks.");
  nb::class_<Marginal>(m, "Marginal")
      .def_ro("impossible", &Marginal::impossible)
      .def_ro("too_large", &Marginal::too_large)
      .def_ro("goals", &Marginal::goals)
      .def_ro("reoriented", &Marginal::reoriented)
      .def_ro("settled", &Marginal::settled)
      .def_ro("components", &Marginal::components)
      .def_prop_ro("free", [](const Marginal& x) { return as_array(x.free); }, nb::rv_policy::automatic)
      .def_prop_ro("kept", [](const Marginal& x) { return as_array(x.kept); }, nb::rv_policy::automatic)
      .def("recover", &recover, nb::arg("kept"), nb::arg("values"));
  m.def("marginal", &marginal, nb::arg("circuit"), nb::arg("values"), nb::arg("first"),
        nb::arg("forbidden"), nb::arg("biased"), nb::arg("reorient"),
        "What a question asks of the free inputs.");
  nb::class_<Walkers>(m, "Walkers")
      .def(nb::init<const std::string&, std::shared_ptr<Component>, Rows, std::uint64_t,
                    Array<std::int32_t>, Array<std::uint8_t>>(),
           nb::arg("kernel"), nb::arg("component"), nb::arg("rng"), nb::arg("picks"),
           nb::arg("odds"), nb::arg("favoured"))
      .def("randomize", &Walkers::randomize)
      .def("walk", &Walkers::walk, nb::arg("levels"), nb::arg("pairs"), nb::arg("adapt"),
           nb::arg("count"), nb::arg("between"), nb::arg("sweeps"), nb::arg("wanted"), nb::arg("most"))
      .def("meets", &Walkers::meets, nb::arg("every"), nb::arg("out"))
      .def("copy_good", &Walkers::copy_good, nb::arg("good"))
      .def("read", &Walkers::read, nb::arg("out"))
      .def("write", &Walkers::write, nb::arg("rows"))
      .def("flips", &Walkers::flips)
      .def("set_goals", &Walkers::set_goals, nb::arg("weight"), nb::arg("active"),
           nb::arg("flips"))
      .def("goals", &Walkers::goals, nb::arg("out"))
      .def_prop_ro("evaluated", &Walkers::evaluated);
  nb::class_<All>(m, "All")
      .def(nb::init<const std::string&, std::shared_ptr<Component>, std::uint64_t, int,
                    std::size_t>(),
           nb::arg("kernel"), nb::arg("component"), nb::arg("order"), nb::arg("fixed"),
           nb::arg("most"))
      .def("run", &All::run, nb::arg("most"), nb::arg("wanted"))
      .def_prop_ro("count", [](const All& a) { return a.e_.count; })
      .def_prop_ro("thinned", [](const All& a) { return a.e_.thinned; })
      .def_prop_ro("evaluated", [](const All& a) { return a.e_.evaluated; })
      .def_prop_ro("answers", [](const All& a) { return as_array(a.e_.answers); }, nb::rv_policy::automatic);
}
