#include "question.h"

#include <algorithm>
#include <numeric>

namespace inputs {

constexpr Lit UNKNOWN = -3;
constexpr int MOST_ROUNDS = 64;

static Lit flipped(Lit l, Lit by) { return l ^ (by & 1); }

Question rebuild(const Question& question, const std::vector<std::int8_t>& fixed,
                 const std::vector<std::uint8_t>& met, const std::vector<std::int32_t>& form_of,
                 const std::vector<Form>& forms) {
  const Builder& old = question.logic;
  Question made;
  made.impossible = question.impossible;
  std::vector<Lit> place(old.rows(), UNKNOWN);
  std::vector<std::int32_t> stack;
  auto known = [&](Lit l) { return l < 0 ? l : flipped(place[l >> 1], l); };
  auto compute = [&](std::int32_t r) {
    if (old.kind[r] != INPUT) {
      const Lit x = known(old.a[r]), y = known(old.b[r]);
      return old.kind[r] == AND ? made.logic.both(x, y) : made.logic.differ(x, y);
    }
    if (form_of.empty() || form_of[r] < 0) return fixed[r] < 0 ? made.logic.input(old.a[r]) : FALSE;
    const Form& form = forms[form_of[r]];
    Lit sum = FALSE ^ Lit(form.constant);
    for (const std::int32_t t : form.rows) sum = made.logic.differ(sum, place[t]);
    return sum;
  };
  auto visit = [&](std::int32_t top) {
    stack.assign(1, top);
    while (!stack.empty()) {
      const std::int32_t r = stack.back();
      if (place[r] != UNKNOWN) {
        stack.pop_back();
        continue;
      }
      const std::size_t before = stack.size();
      auto want = [&](std::int32_t t) {
        if (place[t] == UNKNOWN) stack.push_back(t);
      };
      if (old.kind[r] != INPUT) {
        want(old.a[r] >> 1);
        want(old.b[r] >> 1);
      } else if (!form_of.empty() && form_of[r] >= 0) {
        for (const std::int32_t t : forms[form_of[r]].rows) want(t);
      }
      if (stack.size() > before) continue;
      const bool constant = fixed[r] >= 0;
      if (constant && (met[r] || (old.kind[r] == INPUT && (form_of.empty() || form_of[r] < 0)))) {
        place[r] = fixed[r] ? TRUE : FALSE;
        continue;
      }
      const Lit l = compute(r);
      if (constant) {
        const Lit goal = fixed[r] ? l : l ^ 1;
        if (goal == FALSE) made.impossible = true;
        if (goal >= 0) made.goals.push_back(goal);
        place[r] = fixed[r] ? TRUE : FALSE;
      } else {
        place[r] = l;
      }
    }
  };
  auto moved = [&](Lit l) {
    if (l >= 0) visit(l >> 1);
    return known(l);
  };
  for (const Lit l : question.goals) moved(l);
  for (const Lit l : question.values) made.values.push_back(moved(l));
  for (const Lit l : question.biased) made.biased.push_back(moved(l));
  return made;
}

// Goals as fixed rows; conjunctions split. False where two contradict.
static bool fix(const Question& question, std::vector<std::int8_t>& fixed,
                std::vector<std::uint8_t>& met) {
  const Builder& logic = question.logic;
  std::vector<Lit> todo(question.goals.rbegin(), question.goals.rend());
  while (!todo.empty()) {
    const Lit l = todo.back();
    todo.pop_back();
    if (l == TRUE) continue;
    if (l == FALSE) return false;
    const std::int32_t r = l >> 1;
    const std::int8_t want = !(l & 1);
    if (fixed[r] >= 0) {
      if (fixed[r] != want) return false;
      continue;
    }
    fixed[r] = want;
    if (logic.kind[r] == AND && want) {
      met[r] = 1;
      todo.push_back(logic.b[r]);
      todo.push_back(logic.a[r]);
    }
  }
  return true;
}

void simplify(Question& question) {
  for (int round = 0; round < MOST_ROUNDS && !question.impossible; ++round) {
    const std::int32_t rows = question.logic.rows();
    std::vector<std::int8_t> fixed(rows, -1);
    std::vector<std::uint8_t> met(rows, 0);
    if (!fix(question, fixed, met)) {
      question.impossible = true;
      return;
    }
    // The goals of conjunctions that were split must be reached by the rebuild.
    Question split = std::move(question);
    std::vector<Lit> goals;
    for (std::int32_t r = 0; r < rows; ++r) {
      if (fixed[r] >= 0 && !met[r]) goals.push_back(2 * r + !fixed[r]);
    }
    const std::size_t before = split.goals.size();
    split.goals = std::move(goals);
    question = rebuild(split, fixed, met, {}, {});
    if (question.logic.rows() == rows && question.goals.size() == before) return;
  }
}

std::vector<std::int32_t> components(const Builder& logic, const std::vector<Lit>& ends) {
  std::vector<std::int32_t> parent(logic.rows(), -1);
  auto find = [&](std::int32_t r) {
    while (parent[r] != r) r = parent[r] = parent[parent[r]];
    return r;
  };
  for (const Lit l : ends) {
    if (l >= 0) parent[l >> 1] = l >> 1;
  }
  for (std::int32_t r = logic.rows() - 1; r >= 0; --r) {
    if (parent[r] < 0 || logic.kind[r] == INPUT) continue;
    for (const Lit l : {logic.a[r], logic.b[r]}) {
      const std::int32_t t = l >> 1;
      if (parent[t] < 0) parent[t] = t;
      parent[find(t)] = find(r);
    }
  }
  for (std::int32_t r = 0; r < logic.rows(); ++r) {
    if (parent[r] >= 0) parent[r] = find(r);
  }
  return parent;
}

}  // namespace inputs
