// Goals that are sums over GF(2): an input on which nothing else of its sum depends becomes the rest.
//
// Answers map one to one. Where all is linear this is Gaussian elimination.
#include <algorithm>
#include <numeric>
#include <queue>

#include "question.h"

namespace inputs {

constexpr std::size_t MOST_BITS = std::size_t(1) << 30;  // of a table of inputs by conjunctions
constexpr std::size_t MOST_TERMS = 1 << 22;              // of all sums together

// Bit sets over the conjunctions of a component: which of them depend on an input.
class Dependents {
 public:
  Dependents(std::size_t inputs, std::size_t ands) : words_((ands + 63) / 64) {
    sets_.assign(inputs * words_, 0);
    count.assign(inputs, 0);
  }
  void add(std::size_t input, std::size_t t) {
    std::uint64_t& w = sets_[input * words_ + (t >> 6)];
    const std::uint64_t bit = std::uint64_t(1) << (t & 63);
    count[input] += !(w & bit);
    w |= bit;
  }
  bool has(std::size_t input, std::size_t t) const {
    return sets_[input * words_ + (t >> 6)] >> (t & 63) & 1;
  }
  // What depended on `from` depends on `to` as well.
  void join(std::size_t to, std::size_t from) {
    std::int32_t sum = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      sets_[to * words_ + w] |= sets_[from * words_ + w];
      sum += __builtin_popcountll(sets_[to * words_ + w]);
    }
    count[to] = sum;
  }
  std::vector<std::int32_t> count;

 private:
  std::size_t words_;
  std::vector<std::uint64_t> sets_;
};

// The sum that a row is of inputs and conjunctions.
static Form form_of_row(const Builder& logic, Lit l) {
  Form form;
  form.constant = l & 1;
  std::priority_queue<std::int32_t> heap;
  heap.push(l >> 1);
  while (!heap.empty()) {
    const std::int32_t r = heap.top();
    heap.pop();
    if (!heap.empty() && heap.top() == r) {  // twice is not at all
      heap.pop();
      continue;
    }
    if (logic.kind[r] != XOR) {
      form.rows.push_back(r);
      continue;
    }
    for (const Lit x : {logic.a[r], logic.b[r]}) heap.push(x >> 1);
  }
  std::reverse(form.rows.begin(), form.rows.end());
  return form;
}

static void add(Form& to, const Form& what, std::vector<std::int32_t>& space) {
  space.clear();
  std::set_symmetric_difference(to.rows.begin(), to.rows.end(), what.rows.begin(),
                                what.rows.end(), std::back_inserter(space));
  to.rows.swap(space);
  to.constant ^= what.constant;
}

static bool reads(const Form& form, std::int32_t row) {
  return std::binary_search(form.rows.begin(), form.rows.end(), row);
}

namespace {

struct Equation {
  Form form;  // is 0
  std::int32_t goal, support;
};

// One component: its inputs and conjunctions by local numbers.
class Sums {
 public:
  Sums(const Question& question, const std::vector<std::int32_t>& rows,
       const std::vector<Lit>& goals, std::vector<std::int32_t>& local)
      : logic_(question.logic), local_(local), depends_(0, 0) {
    for (const std::int32_t r : rows) {
      if (logic_.kind[r] == INPUT) local_[r] = inputs_++;
      if (logic_.kind[r] == AND) local_[r] = ands_++;
    }
    fits_ = inputs_ && std::size_t(inputs_) * (ands_ + 2 * rows.size()) <= MOST_BITS;
    if (!fits_) return;
    supports(rows);
    for (const Lit l : goals) {
      // The literal is true: the sum and its complement is 0.
      Equation e{form_of_row(logic_, l ^ 1), l >> 1, 0};
      terms_ += e.form.rows.size();
      e.support = support_[place_of(l >> 1)];
      equations_.push_back(std::move(e));
    }
    std::stable_sort(equations_.begin(), equations_.end(),
                     [](const Equation& x, const Equation& y) { return x.support < y.support; });
  }

  // Pivots until there is none: forms and which input row has which; goals met by them.
  void solve(std::vector<Form>& forms, std::vector<std::int32_t>& form_of,
             std::vector<std::uint8_t>& met, bool& impossible) {
    if (!fits_) return;
    std::vector<bool> done(equations_.size());
    for (bool progress = true; progress;) {
      progress = false;
      for (std::size_t k = 0; k < equations_.size(); ++k) {
        if (done[k] || terms_ > MOST_TERMS) continue;
        Equation& e = equations_[k];
        if (e.form.rows.empty()) {
          impossible = impossible || e.form.constant;
          done[k] = progress = true;
          met[e.goal] = 1;
          continue;
        }
        const std::int32_t x = pivot(e.form);
        if (x < 0) continue;
        done[k] = progress = true;
        met[e.goal] = 1;
        substitute(x, e.form, done, forms, form_of);
      }
    }
  }

 private:
  std::int32_t place_of(std::int32_t r) const {
    return static_cast<std::int32_t>(
        std::lower_bound(rows_.begin(), rows_.end(), r) - rows_.begin());
  }

  void supports(const std::vector<std::int32_t>& rows) {
    rows_ = rows;
    const std::size_t words = (inputs_ + 63) / 64;
    std::vector<std::uint64_t> sets(rows.size() * words, 0);
    std::vector<std::int32_t> place(logic_.rows(), -1);
    support_.assign(rows.size(), 0);
    depends_ = Dependents(inputs_, ands_);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const std::int32_t r = rows[k];
      place[r] = static_cast<std::int32_t>(k);
      std::uint64_t* mine = sets.data() + k * words;
      if (logic_.kind[r] == INPUT) {
        mine[local_[r] >> 6] |= std::uint64_t(1) << (local_[r] & 63);
      } else {
        const std::uint64_t* x = sets.data() + place[logic_.a[r] >> 1] * words;
        const std::uint64_t* y = sets.data() + place[logic_.b[r] >> 1] * words;
        for (std::size_t w = 0; w < words; ++w) mine[w] = x[w] | y[w];
      }
      for (std::size_t w = 0; w < words; ++w) {
        support_[k] += __builtin_popcountll(mine[w]);
        if (logic_.kind[r] != AND) continue;
        for (std::uint64_t s = mine[w]; s; s &= s - 1) {
          depends_.add(64 * w + __builtin_ctzll(s), local_[r]);
        }
      }
    }
  }

  // An input of a sum on which no conjunction of it depends, with the fewest dependents.
  std::int32_t pivot(const Form& form) const {
    std::int32_t best = -1;
    for (const std::int32_t x : form.rows) {
      if (logic_.kind[x] != INPUT) continue;
      const std::int32_t i = local_[x];
      if (best >= 0 && depends_.count[i] >= depends_.count[local_[best]]) continue;
      const bool apart = std::none_of(form.rows.begin(), form.rows.end(), [&](std::int32_t t) {
        return logic_.kind[t] == AND && depends_.has(i, local_[t]);
      });
      if (apart) best = x;
    }
    return best;
  }

  void substitute(std::int32_t x, const Form& sum, const std::vector<bool>& done,
                  std::vector<Form>& forms, std::vector<std::int32_t>& form_of) {
    const Form whole = sum;
    for (std::size_t k = 0; k < equations_.size(); ++k) {
      if (!done[k] && reads(equations_[k].form, x)) change(equations_[k].form, whole);
    }
    for (const std::int32_t f : mine_) {
      if (reads(forms[f], x)) change(forms[f], whole);
    }
    Form rest = whole;
    rest.rows.erase(std::lower_bound(rest.rows.begin(), rest.rows.end(), x));
    std::vector<bool> below(inputs_);
    for (const std::int32_t t : rest.rows) {
      if (logic_.kind[t] == INPUT) below[local_[t]] = true;
      for (std::int32_t i = 0; logic_.kind[t] == AND && i < inputs_; ++i) {
        if (depends_.has(i, local_[t])) below[i] = true;
      }
    }
    for (std::int32_t i = 0; depends_.count[local_[x]] && i < inputs_; ++i) {
      if (below[i]) depends_.join(i, local_[x]);
    }
    form_of[x] = static_cast<std::int32_t>(forms.size());
    mine_.push_back(form_of[x]);
    terms_ += rest.rows.size();
    forms.push_back(std::move(rest));
  }

  void change(Form& form, const Form& by) {
    terms_ -= form.rows.size();
    add(form, by, space_);
    terms_ += form.rows.size();
  }

  const Builder& logic_;
  std::vector<std::int32_t>& local_;
  Dependents depends_;
  std::int32_t inputs_ = 0, ands_ = 0;
  bool fits_ = false;
  std::size_t terms_ = 0;
  std::vector<std::int32_t> rows_, support_, mine_, space_;
  std::vector<Equation> equations_;
};

}  // namespace

bool reorient(Question& question, std::int64_t& count) {
  const std::vector<std::int32_t> root = components(question.logic, question.goals);
  const std::int32_t rows = question.logic.rows();
  std::vector<std::vector<std::int32_t>> members(rows);
  std::vector<std::vector<Lit>> goals(rows);
  for (std::int32_t r = 0; r < rows; ++r) {
    if (root[r] >= 0) members[root[r]].push_back(r);
  }
  for (const Lit l : question.goals) goals[root[l >> 1]].push_back(l);
  std::vector<Form> forms;
  std::vector<std::int32_t> form_of(rows, -1), local(rows, -1);
  std::vector<std::uint8_t> met(rows, 0);
  bool impossible = false;
  for (std::int32_t r = 0; r < rows; ++r) {
    if (members[r].empty()) continue;
    Sums(question, members[r], goals[r], local).solve(forms, form_of, met, impossible);
  }
  question.impossible = question.impossible || impossible;
  if (forms.empty() || question.impossible) return false;
  std::vector<std::int8_t> fixed(rows, -1);
  for (const Lit l : question.goals) fixed[l >> 1] = !(l & 1);
  question = rebuild(question, fixed, met, form_of, forms);
  count += static_cast<std::int64_t>(forms.size());
  return true;
}

}  // namespace inputs
