// Boolean operations under construction: equal ones are done once, constants fold.
//
// A literal is 2 * row, plus 1 where it is inverted; FALSE and TRUE are the constants. Rows of
// operations come after those that they read.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace inputs {

using Lit = std::int32_t;
constexpr Lit FALSE = -2, TRUE = -1;
enum Kind : std::int8_t { AND = 0, XOR = 1, INPUT = 2 };

class Builder {
 public:
  std::vector<Kind> kind;
  std::vector<Lit> a, b;  // literals that an operation reads; of an input, a is its number

  std::int32_t rows() const { return static_cast<std::int32_t>(kind.size()); }

  Lit input(std::int32_t number) { return 2 * add(INPUT, number, 0); }

  Lit both(Lit x, Lit y) {
    if (x > y) std::swap(x, y);
    if (x == FALSE || x == (y ^ 1)) return FALSE;
    if (x == TRUE || x == y) return y;
    return 2 * shared(AND, x, y);
  }

  Lit differ(Lit x, Lit y) {
    const Lit flip = (x ^ y) & 1;
    x &= ~1;
    y &= ~1;
    if (x > y) std::swap(x, y);
    if (x == y) return FALSE ^ flip;
    if (x == FALSE) return y ^ flip;
    return (2 * shared(XOR, x, y)) ^ flip;
  }

 private:
  std::int32_t add(Kind k, Lit x, Lit y) {
    kind.push_back(k);
    a.push_back(x);
    b.push_back(y);
    return rows() - 1;
  }

  std::int32_t shared(Kind k, Lit x, Lit y) {
    if (2 * (used_ + 1) > table_.size()) grow();
    std::int32_t& place = table_[slot(k, x, y)];
    if (place < 0) {
      place = add(k, x, y);
      ++used_;
    }
    return place;
  }

  std::size_t slot(Kind k, Lit x, Lit y) const {
    const std::size_t mask = table_.size() - 1;
    std::uint64_t z = (std::uint64_t(std::uint32_t(x)) << 32 | std::uint32_t(y)) + std::uint64_t(k);
    z *= 0x9E3779B97F4A7C15u;
    std::size_t at = (z ^ z >> 29) & mask;
    for (;; at = (at + 1) & mask) {
      const std::int32_t r = table_[at];
      if (r < 0 || (kind[r] == k && a[r] == x && b[r] == y)) return at;
    }
  }

  void grow() {
    std::vector<std::int32_t> old(table_.empty() ? 256 : 2 * table_.size(), -1);
    old.swap(table_);
    for (const std::int32_t r : old) {
      if (r >= 0) table_[slot(kind[r], a[r], b[r])] = r;
    }
  }

  std::vector<std::int32_t> table_;
  std::size_t used_ = 0;
};

}  // namespace inputs
