// What a kernel runs: the updates of one sweep, as arrays that Python owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

constexpr int WORDS = 16;
constexpr int LANES = 64 * WORDS;
constexpr int POOL = 256;

struct Program {
  std::size_t updates;
  const std::int32_t* target;        // (updates,) the spin
  const std::int8_t* parity;         // (updates,) r
  const std::int64_t* shift;         // (updates,) q
  const std::int64_t* most;          // (updates,) sum |J|
  const std::int64_t* first_plane;   // (updates + 1,) into plane; one more than its planes each
  const std::int64_t* plane;         // into ref
  const std::int64_t* ref;           // 2 * neighbour + 1 where J < 0
  std::size_t most_inputs;           // of any plane of any update, with its carries
  std::int64_t count[2];             // updates of each parity
};

struct Heat {
  const std::int32_t* thresholds[2];  // ascending, in (0, 65536)
  int levels[2];
  std::int64_t certain[2];            // v1
};
