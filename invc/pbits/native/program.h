// What a kernel runs: the updates of one sweep, as arrays that Python owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

constexpr int WORDS = 16;
constexpr int LANES = 64 * WORDS;
constexpr int POOL = 64;
constexpr std::size_t FEW_UPDATES = 16;  // of a program that draws every vector afresh
constexpr std::size_t CACHED = 1 << 17;  // spins, of 16 MB, that are taken to stay in some cache
constexpr std::size_t PREPARED = 1024;   // steps of a model with more that are ready at a time
constexpr std::size_t NEAR = 6, FAR = 6000;  // updates by which its rows are fetched ahead
constexpr std::size_t CHUNK = 128;  // items that are ready at a time
constexpr int EVERY = 8;  // sweeps: in one of them restless spins toss coins, as all others do
constexpr std::int64_t BRIEF = 1 << 15;  // updates after which `settle` lets its caller look around
constexpr int HEAT_BITS = 16;        // of a random number
constexpr int MOST_NOISE_BITS = 16;  // of a number of thresholds, which fit 15

struct Program {
  std::size_t updates;
  const std::int32_t* target;        // (updates,) the spin
  const std::int8_t* parity;         // (updates,) r
  const std::int64_t* shift;         // (updates,) q
  const std::int64_t* most;          // (updates,) sum |J|
  const std::int64_t* first_count;   // (updates + 1,) into count_of: two entries a plane
  const std::int32_t* count_of;      // neighbours with J > 0, then with J < 0, of each plane
  const std::int64_t* first_ref;     // (updates,) into ref
  const std::int32_t* ref;           // neighbours by plane, J > 0 first
  std::size_t most_inputs;           // of any plane of any update, with its carries
  std::int64_t count[2];             // updates of each parity
};

// Code for updates, made elsewhere for the weights and biases of one model: see
// invc/pbits/generated. It adds the noise `bits` wide whose middle is 2^(bits - 1), whatever the heat:
// a constant is added to numbers of thresholds as they are drawn, and no code depends on it.
//
// An update reads its item and jumps to the code of the next one, which is that of an end at last.
// Planes of the noise are `2 * WORDS` apart, and repeat after WORDS; they begin with a cache line, and
// the first lanes have what is `words` behind that.
struct Turned {
  const std::uint64_t* planes;
  std::uint64_t turn;  // by how many bits every word is rotated, and from bit 32 on `words`
  std::uint32_t rotation() const { return static_cast<std::uint32_t>(turn); }
  const std::uint64_t* first() const { return planes + (turn >> 32); }
};
struct Item {
  std::uint64_t* target;
  const std::uint32_t* rows;   // of the neighbours, in bytes from the first row
  Turned noise;
  std::uint64_t code;
};
struct Generated {
  const std::uint64_t* code;   // (updates,) 0 where there is none
  const std::uint32_t* rows;   // of the neighbours, in the order of those of a program
  int bits[2];                 // of the noise of either parity
  void (*enter)(const Item*, const std::uint64_t* state);
  std::uint64_t end;
  bool distinct;               // no spin is updated twice in a sweep
};

struct Heat {
  const std::int32_t* thresholds[2];  // ascending, in (0, 65536)
  int levels[2];
  std::int64_t certain[2];            // v1
  int uses;                           // of a vector of noise, each rotated otherwise
};

// Boolean operations on rows; see invc/pbits/heatbath/logic.py.
struct Logic {
  const std::int32_t* operations;  // (count, 4)
  std::size_t count;
  std::size_t spins;               // rows of the state; those from here on are scratch
  std::size_t rows;                // scratch rows
};

// How far a stage is: see `settle`.
struct Course {
  std::int64_t done, length, before;
};
enum Verdict { MORE, ENDED, STUCK };

// Temperatures that trade states. Thresholds of a heat are then by rung, those of all rungs for the
// same v, and the certain v is that of all.
struct Ladder {
  int rungs;                    // 2, 4 or 8
  const std::int32_t* chances;  // (rungs, levels) of trades with the next rung
  int levels;
  const std::int32_t* terms;    // (count, 4) of the energy
  std::size_t count;
  int bits;                     // of the largest energy
};
