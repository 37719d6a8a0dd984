// 1024 assignments of a component's inputs, and how they move.
#pragma once

#include <cstdint>
#include <vector>

#include "component.h"

namespace inputs {

constexpr int WORDS = 16;
constexpr int LANES = 64 * WORDS;
constexpr int LINE = 8;            // words of a cache line
constexpr int ODDS_BITS = 16;
constexpr int APART = 2;           // words whose levels are neighbours
constexpr int MOST_SUM_BITS = 40;  // of weights of goals that one move can change
constexpr int MOST_CHANCE = 20, LEAST_CHANCE = 2, PER_RATE = 160;  // see `chances`

struct Population {
  const Component* component = nullptr;
  std::vector<std::uint64_t> space;
  std::uint64_t* rows = nullptr;          // (inputs + operations, 16)
  std::uint64_t rng[4 * WORDS];           // xoshiro256++, a generator for each word
  std::uint64_t picks = 0;                // splitmix64
  std::vector<std::int32_t> weight;       // (goals,)
  std::vector<std::uint8_t> active;       // (goals,)
  std::vector<std::int64_t> flips;        // (goals,) in lanes that accepted
  std::vector<std::int64_t> accepted, tried;  // (inputs,) lanes
  std::vector<std::int32_t> chance;       // (inputs + 1,) running sums of how often each is picked
  std::vector<std::int32_t> odds;         // (biases,) of 65536: of a step away from the favoured side
  std::vector<std::uint8_t> favoured;     // (biases,) that side
  std::int64_t evaluated = 0;             // rows so far
  std::int32_t turn = 0;                  // sweeps so far, and exchanges
  std::int32_t traded = 0;

  void allocate(const Component& of) {
    component = &of;
    const std::size_t words = std::size_t(of.inputs + of.count) * WORDS;
    space.assign(words + LINE - 1, 0);
    const std::size_t at = reinterpret_cast<std::uintptr_t>(space.data()) / 8;
    rows = space.data() + (LINE - at % LINE) % LINE;
    weight.assign(of.goals.size(), 1);
    active.assign(of.goals.size(), 1);
    flips.assign(of.goals.size(), 0);
    accepted.assign(of.inputs, LANES);
    tried.assign(of.inputs, LANES);
    chance.assign(of.inputs + 1, 0);
    for (std::int32_t i = 0; i < of.inputs; ++i) chance[i + 1] = i + 1;
    odds.assign(of.biased.size(), 1 << ODDS_BITS);
    favoured.assign(of.biased.size(), 1);
  }

  // How often an input is picked: its rate of acceptance, within bounds.
  void chances() {
    for (std::int32_t i = 0; i < component->inputs; ++i) {
      const std::int64_t rate = LEAST_CHANCE + PER_RATE * accepted[i] / tried[i];
      chance[i + 1] = chance[i] + std::int32_t(rate < MOST_CHANCE ? rate : MOST_CHANCE);
      accepted[i] -= accepted[i] / 8;
      tried[i] -= tried[i] / 8;
    }
  }
};

// A walk over all assignments of a component, as far as it is.
struct Enumeration {
  const Component* component = nullptr;
  std::vector<std::uint64_t> space;
  std::uint64_t* rows = nullptr;
  std::vector<std::uint64_t> alive;       // (levels, 16)
  std::vector<std::uint8_t> value;        // (levels + 1,) how many values of its input are done
  std::vector<std::uint8_t> fixed;        // (levels + 1,) that are never begun: 1 of an input held
  std::int32_t level = -1;                // -1: not begun
  bool done = false;
  std::uint64_t order = 0;                // bit k: level k + 1 begins with 1, and where it is held has 0
  std::uint64_t count = 0;                // answers so far
  std::vector<std::uint64_t> answers;     // bit i: input i
  std::size_t most = 0;                   // answers that are kept
  int thinned = 0;                        // one in 2^thinned is, by what it hashes to
  std::int64_t evaluated = 0;
};

struct Course {
  const std::int32_t* levels;  // (16,) k: one level up is accepted with probability 2^-k; 0: never
  bool pairs, adapt, count;
  int between;  // sweeps between two exchanges of neighbouring levels; 0: none
};

}  // namespace inputs
