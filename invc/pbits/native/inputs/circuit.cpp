#include "circuit.h"

#include <stdexcept>

namespace inputs {

constexpr int WORDS = 16;

static void require(bool fits) {
  if (!fits) throw std::invalid_argument("a circuit does not fit itself");
}

void Circuit::check() const {
  require(nets >= 0 && spins >= nets && first_pin.size() == gate.size() + 1 &&
          first_ancilla.size() == gate.size() + 1);
  for (const std::int32_t net : inputs) require(net >= 1 && net <= nets);
  for (const Procedure& p : procedures) {
    require(p.operations.size() % 3 == 0 && p.inputs >= 0 && p.logical >= 0 &&
            std::size_t(p.logical) <= p.operations.size() / 3);
    std::int32_t rows = p.inputs;
    for (std::size_t k = 0; k < p.operations.size(); k += 3, ++rows) {
      require(p.operations[k] == AND || p.operations[k] == XOR);
      for (int s = 1; s < 3; ++s) require(p.operations[k + s] >= 0 && p.operations[k + s] < 2 * rows);
    }
    for (const Lit l : p.outputs) require(l >= FALSE && l < 2 * (p.inputs + p.logical));
    for (const Lit l : p.ancillas) require(l >= FALSE && l < 2 * rows);
  }
  for (const std::int32_t pin : pins) require(pin >= 0 && pin >> 1 <= nets);
  for (std::size_t g = 0; g < gate.size(); ++g) {
    require(gate[g] >= 0 && std::size_t(gate[g]) < procedures.size());
    const Procedure& p = procedures[gate[g]];
    require(first_pin[g + 1] - first_pin[g] == p.inputs + std::int64_t(p.outputs.size()));
    require(first_ancilla[g + 1] - first_ancilla[g] == std::int64_t(p.ancillas.size()));
    require(first_ancilla[g] >= nets);
  }
  require(first_pin.front() == 0 && first_pin.back() == std::int64_t(pins.size()) &&
          first_ancilla.back() <= spins);
}

void Circuit::settle(const std::int8_t* values, std::uint64_t* state) const {
  std::vector<std::uint64_t> scratch;
  for (std::size_t g = 0; g < gate.size(); ++g) {
    const Procedure& p = procedures[gate[g]];
    const std::int32_t* pin = pins.data() + first_pin[g];
    const std::size_t operations = p.operations.size() / 3;
    scratch.resize((p.inputs + operations) * WORDS);
    for (std::int32_t k = 0; k < p.inputs; ++k) {
      const std::int32_t net = pin[k] >> 1;
      const std::uint64_t flip = -std::uint64_t(pin[k] & 1);
      for (int w = 0; w < WORDS; ++w) {
        scratch[k * WORDS + w] = (net ? state[std::size_t(net - 1) * WORDS + w] : 0) ^ flip;
      }
    }
    for (std::size_t k = 0; k < operations; ++k) {
      const std::int32_t* o = p.operations.data() + 3 * k;
      const std::uint64_t* x = scratch.data() + std::size_t(o[1] >> 1) * WORDS;
      const std::uint64_t* y = scratch.data() + std::size_t(o[2] >> 1) * WORDS;
      std::uint64_t* z = scratch.data() + (p.inputs + k) * WORDS;
      const std::uint64_t fx = -std::uint64_t(o[1] & 1), fy = -std::uint64_t(o[2] & 1);
      for (int w = 0; w < WORDS; ++w) {
        z[w] = o[0] == AND ? (x[w] ^ fx) & (y[w] ^ fy) : x[w] ^ fx ^ y[w] ^ fy;
      }
    }
    auto put = [&](Lit l, std::int64_t spin, std::uint64_t flip) {
      for (int w = 0; w < WORDS; ++w) {
        const std::uint64_t v = l < 0 ? 0 : scratch[std::size_t(l >> 1) * WORDS + w];
        state[std::size_t(spin) * WORDS + w] = v ^ -std::uint64_t(l & 1) ^ flip;
      }
    };
    for (std::size_t k = 0; k < p.outputs.size(); ++k) {
      const std::int32_t out = pin[p.inputs + k];
      if (values[(out >> 1) - 1]) continue;
      put(p.outputs[k], (out >> 1) - 1, -std::uint64_t(out & 1));
    }
    for (std::size_t k = 0; k < p.ancillas.size(); ++k) put(p.ancillas[k], first_ancilla[g] + k, 0);
  }
}

}  // namespace inputs
