#include "component.h"

#include <algorithm>
#include <stdexcept>

namespace inputs {

constexpr int LANE_BITS = 10;

void Component::finish() {
  count = static_cast<std::int32_t>(operations.size() / 3);
  const std::int32_t rows = inputs + count;
  bool fits = operations.size() % 3 == 0 && inputs >= 1 && biased.size() == bias.size();
  for (std::int32_t k = 0; k < count && fits; ++k) {
    const std::int32_t* o = operations.data() + 3 * k;
    fits = (o[0] == AND || o[0] == XOR) && o[1] >= 0 && o[1] < 2 * (inputs + k) && o[2] >= 0 &&
           o[2] < 2 * (inputs + k);
  }
  for (const Lit l : goals) fits = fits && l >= 0 && l < 2 * rows;
  for (const Lit l : biased) fits = fits && l >= 0 && l < 2 * rows;
  if (!fits) throw std::invalid_argument("a component does not fit itself");
  words = (count + 63) / 64;
  goal_words = (goals.size() + 63) / 64;
  bias_words = (biased.size() + 63) / 64;
  cone.assign(words * inputs, 0);
  seen.assign(goal_words * inputs, 0);
  leaning.assign(bias_words * inputs, 0);
  cone_size.assign(inputs, 0);
  // Inputs that each row depends on, then the other way round.
  const std::size_t wide = (inputs + 63) / 64;
  std::vector<std::uint64_t> support(rows * wide, 0);
  for (std::int32_t i = 0; i < inputs; ++i) support[i * wide + (i >> 6)] |= std::uint64_t(1) << (i & 63);
  auto each_input = [&](std::int32_t row, auto&& what) {
    for (std::size_t w = 0; w < wide; ++w) {
      for (std::uint64_t s = support[row * wide + w]; s; s &= s - 1) what(64 * w + __builtin_ctzll(s));
    }
  };
  for (std::int32_t k = 0; k < count; ++k) {
    const std::int32_t* o = operations.data() + 3 * k;
    const std::uint64_t* x = support.data() + (o[1] >> 1) * wide;
    const std::uint64_t* y = support.data() + (o[2] >> 1) * wide;
    for (std::size_t w = 0; w < wide; ++w) support[(inputs + k) * wide + w] = x[w] | y[w];
    each_input(inputs + k, [&](std::size_t i) {
      cone[i * words + (k >> 6)] |= std::uint64_t(1) << (k & 63);
      ++cone_size[i];
    });
  }
  for (std::size_t k = 0; k < goals.size(); ++k) {
    each_input(goals[k] >> 1, [&](std::size_t i) {
      seen[i * goal_words + (k >> 6)] |= std::uint64_t(1) << (k & 63);
    });
  }
  for (std::size_t k = 0; k < biased.size(); ++k) {
    each_input(biased[k] >> 1, [&](std::size_t i) {
      leaning[i * bias_words + (k >> 6)] |= std::uint64_t(1) << (k & 63);
    });
  }
}

// Innermost is, again and again, the input on which the fewest operations depend that no input
// further in does: those are evaluated for each of its values.
void Component::plan() {
  Order& o = order;
  if (!o.input.empty()) return;
  o.lanes = std::min<std::int32_t>(LANE_BITS, inputs);
  std::vector<std::uint64_t> left(words, ~std::uint64_t(0));
  std::vector<std::int32_t> size(cone_size), level_of(count, 0), innermost;
  std::vector<bool> placed(inputs);
  for (std::int32_t level = inputs - o.lanes; level > 0; --level) {
    std::int32_t best = -1;
    for (std::int32_t i = 0; i < inputs; ++i) {
      if (!placed[i] && (best < 0 || size[i] <= size[best])) best = i;
    }
    placed[best] = true;
    innermost.push_back(best);
    for (std::size_t w = 0; w < words; ++w) {
      std::uint64_t mine = cone[best * words + w] & left[w];
      left[w] &= ~mine;
      if (!mine) continue;
      for (std::int32_t i = 0; i < inputs; ++i) {
        if (!placed[i]) size[i] -= __builtin_popcountll(cone[i * words + w] & mine);
      }
      for (; mine; mine &= mine - 1) level_of[64 * w + __builtin_ctzll(mine)] = level;
    }
  }
  for (std::int32_t i = 0; i < inputs; ++i) {
    if (!placed[i]) o.input.push_back(i);
  }
  o.input.insert(o.input.end(), innermost.rbegin(), innermost.rend());
  const std::int32_t levels = inputs - o.lanes + 1;
  std::vector<std::int32_t> input_level(inputs, 0);
  for (std::int32_t k = o.lanes; k < inputs; ++k) input_level[o.input[k]] = k - o.lanes + 1;
  auto row_level = [&](std::int32_t row) {
    return row < inputs ? input_level[row] : level_of[row - inputs];
  };
  o.first.assign(levels + 1, 0);
  for (std::int32_t k = 0; k < count; ++k) ++o.first[level_of[k] + 1];
  for (std::int32_t l = 0; l < levels; ++l) o.first[l + 1] += o.first[l];
  std::vector<std::int64_t> at(o.first.begin(), o.first.end() - 1);
  o.operation.resize(count);
  for (std::int32_t k = 0; k < count; ++k) o.operation[at[level_of[k]]++] = k;
  o.first_goal.assign(levels + 1, 0);
  for (const Lit l : goals) ++o.first_goal[row_level(l >> 1) + 1];
  for (std::int32_t l = 0; l < levels; ++l) o.first_goal[l + 1] += o.first_goal[l];
  at.assign(o.first_goal.begin(), o.first_goal.end() - 1);
  o.goal.resize(goals.size());
  for (const Lit l : goals) o.goal[at[row_level(l >> 1)]++] = l;
  o.rows = static_cast<double>(o.first[1]);
  double times = 1;
  for (std::int32_t l = 1; l < levels; ++l) {
    times *= 2;
    o.rows += times * (1 + static_cast<double>(o.first[l + 1] - o.first[l]));
  }
}

}  // namespace inputs
