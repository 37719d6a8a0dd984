// Goals over a logic, and what makes them fewer and simpler without losing an answer.
#pragma once

#include <cstdint>
#include <vector>

#include "builder.h"

namespace inputs {

// A sum over GF(2) of rows, ascending, plus a constant.
struct Form {
  std::vector<std::int32_t> rows;
  bool constant = false;
};

struct Question {
  Builder logic;
  std::vector<Lit> goals;   // literals that must be true
  std::vector<Lit> values;  // of the free inputs of the circuit
  std::vector<Lit> biased;
  bool impossible = false;
};

// Goals that are conjunctions become their parts, what a goal fixes is a constant for all else that
// reads it, until nothing changes.
void simplify(Question& question);

// Inputs that goals give as sums of other rows become these sums; false if there was none.
// `count` grows by their number.
bool reorient(Question& question, std::int64_t& count);

// Components of the rows that some literals depend on: for each row a representative, or -1.
std::vector<std::int32_t> components(const Builder& logic, const std::vector<Lit>& ends);

// The same logic with some rows fixed (0, 1, else -1), some of whose goals are met already, and
// some inputs (`form_of` not -1) being sums.
Question rebuild(const Question& question, const std::vector<std::int8_t>& fixed,
                 const std::vector<std::uint8_t>& met, const std::vector<std::int32_t>& form_of,
                 const std::vector<Form>& forms);

}  // namespace inputs
