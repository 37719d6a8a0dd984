// One pass of `stream` over its samples: what the kernels read and write.
#pragma once

#include <cstdint>
#include <vector>

// A layer of binary neurons. Rows are neurons; columns are inputs, padded to whole words with
// accumulators of -1, which no input ever moves.
struct Layer {
  std::int64_t neurons;     // rows
  std::int64_t inputs;      // real columns
  std::int64_t words;       // 64-bit words of a row
  bool both;                // whether inputs are -1 and +1 (xnor), not 0 and 1 (and)
  std::int64_t threshold;   // a neuron is on where its sum is at least this
  std::int64_t pull;        // T: how hard the label pulls
  std::int64_t noise;       // what a random sign of each neuron and sample adds to its sum
  std::int8_t* accumulator; // neurons x 64 words
  std::uint64_t* weights;   // neurons x words: bit set where the accumulator is not negative
  const std::uint64_t* wires;  // neurons x words: what a neuron reads; null where it is everything
};

struct Network {
  std::vector<Layer> layers;
  std::int64_t classes;
  std::int64_t words;          // of a row of the code
  const std::uint64_t* code;   // classes x words
};

struct Samples {
  std::int64_t count;
  const std::uint64_t* inputs;  // count x words of the first layer
  const std::uint8_t* labels;   // count; unused by forward
  const std::int32_t* order;    // count: which sample comes when
};

struct Settings {
  std::int64_t batch, margin, step, limit, drop;
  std::int64_t phases;  // 2, or 1 for the one energy with slack
  std::uint64_t key;    // of the random bits of this pass
  std::int64_t threads;
};

struct Tally {
  std::int64_t gated = 0;      // samples whose margin was too small
  std::int64_t contrasts = 0;  // neurons on which the two phases differed
  std::int64_t flips = 0;      // weights that changed
};

constexpr int DENSE_LANES = 64;  // replicas of a block

// A model in which every spin may couple to every other: fields are kept, not computed.
struct Dense {
  std::int64_t spins;
  const std::int32_t* J;  // spins x spins, symmetric, 0 on the diagonal
};

// What is compiled for several instruction sets.
struct Loops {
  void (*settle)(const Layer&, const std::uint64_t* x, std::int64_t first, std::int64_t last,
                 const std::uint64_t* noise, std::int32_t* fields, std::uint64_t* state);
  void (*add)(std::int8_t* count, const std::int8_t* x, std::int64_t width);
  void (*subtract)(std::int8_t* count, const std::int8_t* x, std::int64_t width);
  std::int64_t (*step)(const Layer&, std::int64_t neuron, const std::int8_t* count,
                       std::int64_t by, std::int64_t limit);
  std::int64_t (*output)(const std::uint64_t* state, const std::uint64_t* code,
                         std::int64_t words, std::int64_t neurons);
  void (*dense_sweep)(const Dense&, const std::int32_t* levels, std::int8_t* state,
                      std::int32_t* fields, std::uint32_t* rng);
};

Tally pass(const Loops&, const Network&, const Samples&, const Settings&);

// The output of every class for every sample: count x classes.
void forward(const Loops&, const Network&, const Samples&, std::int64_t threads,
             std::int32_t* outputs);
