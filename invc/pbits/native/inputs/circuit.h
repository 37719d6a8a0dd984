// A netlist as operations: what is prepared once a design.
#pragma once

#include <cstdint>
#include <vector>

#include "builder.h"

namespace inputs {

// Operations of a function over its inputs: literals 2 * k of input k, then of the operations.
struct Procedure {
  std::int32_t inputs;
  std::vector<std::int32_t> operations;  // (kind, literal, literal) each
  std::vector<Lit> outputs;              // of the pins that it drives
  std::vector<Lit> ancillas;             // of the spins of its cell that are no pins
  std::int32_t logical;                  // operations that outputs need; those after are ancillas'
};

struct Circuit {
  std::int32_t nets;                     // net 0 is the constant false
  std::int32_t spins;                    // nets, then ancillas of gates
  std::vector<std::int32_t> inputs;      // nets that no gate drives
  std::vector<Procedure> procedures;
  std::vector<std::int32_t> gate;        // procedure of each gate
  std::vector<std::int64_t> first_pin;   // (gates + 1,)
  std::vector<std::int32_t> pins;        // literals 2 * net + inverted, inputs first
  std::vector<std::int64_t> first_ancilla;  // (gates + 1,) spins

  void check() const;  // throws std::invalid_argument

  // Every free net and every ancilla of 1024 replicas, given the rows of the inputs and of nets
  // that `values` (-1, 0 or +1) knows, which gates that read them read; the rest is overwritten.
  void settle(const std::int8_t* values, std::uint64_t* state) const;
};

}  // namespace inputs
