// What the stochastic kernel runs: free p-bits with their couplings, as arrays that Python owns.
#pragma once

#include <cstddef>
#include <cstdint>

#include "program.h"

constexpr int PROBABILITY_BITS = 8;

struct Network {
  std::size_t pbits;           // free spins
  std::size_t spins;           // all spins
  const std::int32_t* target;  // (pbits,) the spin, ascending
  const std::int64_t* base;    // (pbits,) h - sum |J|
  const std::int64_t* first;   // (pbits + 1,) into ref and weight
  const std::int64_t* ref;     // 2 * neighbour + 1 where J < 0
  const std::int64_t* weight;  // |J|
};

struct Registers {
  std::uint64_t* spins;      // (average + 1, spins, WORDS): m at time t in slot t % (average + 1)
  std::uint64_t* magnitude;  // (pbits, planes, WORDS): Itanh, inverted where it is negative
  std::uint64_t* rng;        // (streams, groups, 64, WORDS): [s, g, l, w] is that of lane 64 w + l
  int planes;
  std::size_t groups;
};

struct Cycles {
  std::int64_t time;           // of the first
  std::size_t count;
  const std::int64_t* limit;   // (count,) I0 of each cycle
  const std::int64_t* weight;  // (count,) n_rnd of each cycle
  int density;                 // of 256: how often noise is not 0
  int stall;                   // of 256: how often a p-bit keeps its state
  int average;                 // times over which fields are averaged: 1, 2, 4
};
