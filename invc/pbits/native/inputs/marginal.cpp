#include "marginal.h"

#include <algorithm>

#include "question.h"

namespace inputs {

constexpr int MOST_TURNS = 16;
constexpr std::size_t MOST_BITS = std::size_t(1) << 30;  // of what depends on what

namespace {

// The gates walked with what is known as constants.
class Walk {
 public:
  Walk(const Circuit& circuit, const std::int8_t* values, Marginal& marginal)
      : circuit_(circuit), values_(values), place_(circuit.nets + 1, FALSE) {
    for (const std::int32_t net : circuit.inputs) {
      const int v = values[net - 1];
      if (v) {
        place_[net] = v > 0 ? TRUE : FALSE;
        continue;
      }
      place_[net] = question.logic.input(static_cast<std::int32_t>(marginal.free.size()));
      question.values.push_back(place_[net]);
      marginal.free.push_back(net);
    }
    for (std::size_t g = 0; g < circuit.gate.size(); ++g) gate(g);
  }

  Lit literal(std::int32_t pin) const { return place_[pin >> 1] ^ (pin & 1); }

  Question question;

 private:
  void gate(std::size_t g) {
    const Procedure& p = circuit_.procedures[circuit_.gate[g]];
    const std::int32_t* pin = circuit_.pins.data() + circuit_.first_pin[g];
    local_.clear();
    for (std::int32_t k = 0; k < p.inputs; ++k) local_.push_back(literal(pin[k]));
    auto at = [&](Lit l) { return l < 0 ? l : local_[l >> 1] ^ (l & 1); };
    for (std::int32_t k = 0; k < p.logical; ++k) {
      const std::int32_t* o = p.operations.data() + 3 * k;
      const Lit x = at(o[1]), y = at(o[2]);
      local_.push_back(o[0] == AND ? question.logic.both(x, y) : question.logic.differ(x, y));
    }
    for (std::size_t k = 0; k < p.outputs.size(); ++k) {
      const std::int32_t out = pin[p.inputs + k], net = out >> 1;
      const Lit l = at(p.outputs[k]) ^ (out & 1);
      const int v = values_[net - 1];
      if (v) {
        const Lit goal = v > 0 ? l : l ^ 1;
        if (goal != TRUE) question.goals.push_back(goal);
        place_[net] = v > 0 ? TRUE : FALSE;
      } else {
        place_[net] = l;
      }
    }
  }

  const Circuit& circuit_;
  const std::int8_t* values_;
  std::vector<Lit> place_, local_;
};

// Rows renumbered as inputs first; operations in order.
class Numbering {
 public:
  explicit Numbering(const Builder& logic) : logic_(logic), place_(logic.rows(), -1) {}

  void input(std::int32_t row) { place_[row] = inputs_++; }
  void operation(std::int32_t row, std::vector<std::int32_t>& operations) {
    const std::int32_t k = static_cast<std::int32_t>(operations.size() / 3);
    operations.insert(operations.end(),
                      {logic_.kind[row], literal(logic_.a[row]), literal(logic_.b[row])});
    place_[row] = inputs_ + k;
  }
  Lit literal(Lit l) const { return l < 0 ? l : 2 * place_[l >> 1] + (l & 1); }
  bool has(std::int32_t row) const { return place_[row] >= 0; }

 private:
  const Builder& logic_;
  std::vector<std::int32_t> place_;
  std::int32_t inputs_ = 0;
};

std::vector<Lit> ends_of(const Question& question) {
  std::vector<Lit> ends = question.goals;
  ends.insert(ends.end(), question.biased.begin(), question.biased.end());
  return ends;
}

void split(const Question& question, Marginal& marginal) {
  const Builder& logic = question.logic;
  const std::vector<std::int32_t> root = components(logic, ends_of(question));
  std::vector<std::int32_t> number(logic.rows(), -1);
  std::vector<std::vector<std::int32_t>> members;
  for (std::int32_t r = 0; r < logic.rows(); ++r) {
    if (root[r] < 0) continue;
    if (number[root[r]] < 0) {
      number[root[r]] = static_cast<std::int32_t>(members.size());
      members.emplace_back();
    }
    members[number[root[r]]].push_back(r);
  }
  for (std::size_t c = 0; c < members.size(); ++c) {
    marginal.components.push_back(std::make_shared<Component>());
    Component& part = *marginal.components.back();
    Numbering names(logic);
    for (const std::int32_t r : members[c]) {
      if (logic.kind[r] != INPUT) continue;
      names.input(r);
      part.input.push_back(logic.a[r]);
    }
    part.inputs = static_cast<std::int32_t>(part.input.size());
    for (const std::int32_t r : members[c]) {
      if (logic.kind[r] != INPUT) names.operation(r, part.operations);
    }
    for (const Lit l : question.goals) {
      if (number[root[l >> 1]] == std::int32_t(c)) part.goals.push_back(names.literal(l));
    }
    for (std::size_t k = 0; k < question.biased.size(); ++k) {
      const Lit l = question.biased[k];
      if (l < 0 || number[root[l >> 1]] != std::int32_t(c)) continue;
      part.biased.push_back(names.literal(l));
      part.bias.push_back(static_cast<std::int32_t>(k));
    }
    marginal.kept.insert(marginal.kept.end(), part.input.begin(), part.input.end());
    if (part.size() > MOST_BITS) {
      marginal.too_large = true;
      marginal.components.clear();
      marginal.kept.clear();
      return;
    }
    part.finish();
  }
}

// Values of the free inputs as operations over those that are kept.
void recover(const Question& question, Marginal& marginal) {
  const Builder& logic = question.logic;
  std::vector<std::int32_t> row_of(marginal.free.size(), -1);
  std::vector<bool> placed(marginal.free.size());
  for (const std::int32_t k : marginal.kept) placed[k] = true;
  std::vector<std::uint8_t> needed(logic.rows(), 0);
  for (const Lit l : question.values) {
    if (l >= 0) needed[l >> 1] = 1;
  }
  for (std::int32_t r = logic.rows() - 1; r >= 0; --r) {
    if (logic.kind[r] == INPUT) {
      row_of[logic.a[r]] = r;
      if (needed[r] && !placed[logic.a[r]]) {
        placed[logic.a[r]] = true;
        marginal.kept.push_back(logic.a[r]);
      }
    } else if (needed[r]) {
      needed[logic.a[r] >> 1] = needed[logic.b[r] >> 1] = 1;
    }
  }
  Numbering names(logic);
  for (const std::int32_t k : marginal.kept) names.input(row_of[k]);
  Recovery& to = marginal.recovery;
  to.kept = static_cast<std::int32_t>(marginal.kept.size());
  for (std::int32_t r = 0; r < logic.rows(); ++r) {
    if (needed[r] && logic.kind[r] != INPUT) names.operation(r, to.operations);
  }
  for (const Lit l : question.values) to.literals.push_back(names.literal(l));
}

}  // namespace

Marginal prepare(const Circuit& circuit, const std::int8_t* values,
                 const std::vector<std::int64_t>& first, const std::vector<std::int32_t>& forbidden,
                 const std::vector<std::int32_t>& biased, bool reoriented) {
  Marginal marginal;
  Walk walk(circuit, values, marginal);
  Question& question = walk.question;
  for (std::size_t k = 0; k + 1 < first.size(); ++k) {
    Lit all = TRUE;
    for (std::int64_t at = first[k]; at < first[k + 1]; ++at) {
      all = question.logic.both(all, walk.literal(forbidden[at]));
    }
    question.goals.push_back(all ^ 1);
  }
  for (const std::int32_t pin : biased) question.biased.push_back(walk.literal(pin));
  marginal.goals = static_cast<std::int64_t>(question.goals.size());
  simplify(question);
  for (int turn = 0; reoriented && turn < MOST_TURNS && !question.impossible; ++turn) {
    if (!reorient(question, marginal.reoriented)) break;
    simplify(question);
  }
  marginal.impossible = question.impossible;
  if (marginal.impossible) return marginal;
  split(question, marginal);
  if (marginal.too_large) return marginal;
  recover(question, marginal);
  for (const Lit l : question.values) marginal.settled += l < 0;
  return marginal;
}

}  // namespace inputs
