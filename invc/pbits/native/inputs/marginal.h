// What a question asks of the free inputs alone: goals, re-oriented and split into components.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "circuit.h"
#include "component.h"

namespace inputs {

struct Recovery {
  std::int32_t kept;                     // inputs that are left
  std::vector<std::int32_t> operations;  // (kind, literal, literal) over kept inputs
  std::vector<Lit> literals;             // of each free input of the circuit
};

struct Marginal {
  bool impossible = false;
  bool too_large = false;                // no component was made
  std::vector<std::int32_t> free;        // nets: inputs of the circuit that no clamp fixed
  std::vector<std::int32_t> kept;        // of these, positions that are left, components' first
  std::vector<std::shared_ptr<Component>> components;
  Recovery recovery;
  std::int64_t goals = 0;                // before anything was done about them
  std::int64_t reoriented = 0;           // inputs that became dependants
  std::int64_t settled = 0;              // inputs that became constants
};

// `values`: -1, 0 or +1 of each spin. `forbidden`: literals of nets, `first[k]` to `first[k + 1]`
// not all true. `biased`: literals of nets that lean.
Marginal prepare(const Circuit& circuit, const std::int8_t* values,
                 const std::vector<std::int64_t>& first, const std::vector<std::int32_t>& forbidden,
                 const std::vector<std::int32_t>& biased, bool reorient);

}  // namespace inputs
