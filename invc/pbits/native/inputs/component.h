// Inputs, what is computed from them, and what shall hold: compiled for a walk over the inputs.
#pragma once

#include <cstdint>
#include <vector>

#include "builder.h"

namespace inputs {

struct Component {
  std::int32_t inputs = 0;
  std::vector<std::int32_t> operations;  // (kind, literal, literal): row inputs + k
  std::vector<Lit> goals;                // literals that must be true
  std::vector<Lit> biased;               // literals that lean, and
  std::vector<std::int32_t> bias;        // whose number of the question each is
  std::vector<std::int32_t> input;       // position among the free inputs of the question

  // Derived by `finish`.
  std::int32_t count = 0;                // operations
  std::size_t words = 0, goal_words = 0, bias_words = 0;  // of a set of operations, goals, biases
  std::vector<std::uint64_t> cone;       // (inputs, words) operations that depend on an input
  std::vector<std::uint64_t> seen;       // (inputs, goal_words) goals that do
  std::vector<std::uint64_t> leaning;    // (inputs, bias_words) biases that do
  std::vector<std::int32_t> cone_size;   // (inputs,)

  std::size_t size() const { return std::size_t(inputs) * (operations.size() / 3); }
  void finish();  // throws std::invalid_argument where it does not fit itself

  // How all assignments are walked through: ten inputs by lanes, the others one after another.
  struct Order {
    std::vector<std::int32_t> input;     // lanes first, then from the outermost to the innermost
    std::int32_t lanes = 0;
    std::vector<std::int32_t> operation; // in the order in which they can be evaluated
    std::vector<std::int64_t> first;     // (levels + 1,) of each level, level 0 being the lanes'
    std::vector<std::int32_t> goal;
    std::vector<std::int64_t> first_goal;
    double rows = 0;                     // evaluated at most, in all
  };
  Order order;
  void plan();
};

}  // namespace inputs
