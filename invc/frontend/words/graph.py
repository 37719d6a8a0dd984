"""Source and netlist as one graph of ANDs and XORs, and a proof that its outputs are equal.

SAT sweeping: nodes with one signature over the vectors are asked for equality in the order of the
graph, and merged where it is proven, so that each question is small (Kuehlmann and Krohm, DAC 1997,
https://doi.org/10.1145/266021.266090). What it may cost is counted in conflicts and nodes, never in
seconds: what is proven depends on the design alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from invc.netlist import FALSE, Netlist, counting_words

MOST_NODES = 12_000
# Conflicts of all questions. A synth takes a quarter of a second and half a millisecond a gate, a
# conflict some 12 microseconds: so they take at most a fifth of it.
FIRST_CONFLICTS, CONFLICTS_A_GATE, MOST_CONFLICTS = 800, 5, 8_000
CONFLICTS = 200  # of one question about inner nodes
FEW_INPUTS = 10  # of nodes whose equality is seen in their truth tables
LAST_CONFLICTS = 2_000  # of one question about an output


class Node(NamedTuple):
    """Two literals, and whether their exclusive or is meant; an input has none."""

    a: int
    b: int
    parity: bool


class TooLarge(Exception):
    """The graph has more nodes than a quick proof may look at."""


class Graph:
    """An algebra whose integers are literals: twice a node, plus one where it is inverted."""

    one = 1

    def __init__(self) -> None:
        self.nodes: list[Node | None] = [None]  # node 0 is false
        self.known: dict[Node, int] = {}

    def variable(self) -> int:
        """A new input, as its literal."""
        self.nodes.append(None)
        return 2 * len(self.nodes) - 2

    def land(self, a: int, b: int) -> int:
        """Both, without a node where it is one of them or false."""
        a, b = sorted((a, b))
        if a == 0 or a == b ^ 1:
            return 0
        if a in (1, b):
            return b
        return self._node(Node(a, b, False))

    def lor(self, a: int, b: int) -> int:
        """Disjunction, by De Morgan from the only node kind."""
        return self.land(a ^ 1, b ^ 1) ^ 1

    def xor(self, a: int, b: int) -> int:
        """One, not both; inversions move to the result."""
        inverted = (a ^ b) & 1
        a, b = sorted((a & ~1, b & ~1))
        if a == b:
            return inverted
        if a == 0:
            return b | inverted
        return self._node(Node(a, b, True)) | inverted

    def lnot(self, a: int) -> int:
        """Negation: the other literal of the node."""
        return a ^ 1

    def _node(self, node: Node) -> int:
        found = self.known.get(node)
        if found is None:
            if len(self.nodes) >= MOST_NODES:
                raise TooLarge
            found = self.known[node] = 2 * len(self.nodes)
            self.nodes.append(node)
        return found

    def table(self, table: int, inputs: Sequence[int]) -> int:
        """A function of some literals, by its truth table."""
        size = 1 << len(inputs)
        full = (1 << size) - 1
        if table in (0, full):
            return int(table != 0)
        *rest, last = inputs
        half = size >> 1
        low, high = table & (1 << half) - 1, table >> half
        if low == high ^ ((1 << half) - 1):
            return self.xor(last, self.table(low, rest))
        zero, one = self.table(low, rest), self.table(high, rest)
        return self.lor(self.land(last, one), self.land(last ^ 1, zero))


def netlist_outputs(
    graph: Graph, netlist: Netlist, inputs: Mapping[str, Sequence[int]]
) -> dict[str, list[int]]:
    """The literals of a netlist's outputs."""
    nets = [0] * len(netlist.names)
    for port in netlist.inputs:
        for bit, lit in zip(port.bits, inputs[port.name], strict=True):
            nets[bit >> 1] = lit
    for function, pins, _ in netlist.gates:
        count = len(function.inputs)
        read = [nets[pin >> 1] ^ (pin & 1) for pin in pins[:count]]
        for pin, table in zip(pins[count:], function.tables, strict=True):
            nets[pin >> 1] = graph.table(table, read) ^ (pin & 1)
    return {
        port.name: [nets[bit >> 1] ^ (bit & 1) for bit in port.bits] for port in netlist.outputs
    }


def prove_false(
    graph: Graph, literals: Sequence[int], vectors: Mapping[int, int], trials: int, gates: int
) -> bool:
    """Whether some literals are proven to be false for all inputs, within the budget.

    Args:
        graph: Their graph.
        literals: What must be false.
        vectors: For each input the word of its values in some trials.
        trials: How many trials.
        gates: What the netlist has, as a measure of what it may cost.
    """
    conflicts = min(MOST_CONFLICTS, FIRST_CONFLICTS + CONFLICTS_A_GATE * gates)
    return _Sweep(graph, vectors, trials, conflicts).all_false(literals)


class _Sweep:
    """Nodes that are known to be equal, and what says so: truth tables of few inputs, else SAT."""

    def __init__(
        self, graph: Graph, vectors: Mapping[int, int], trials: int, conflicts: int
    ) -> None:
        self.nodes = graph.nodes
        self.full = (1 << trials) - 1
        self.words = {lit >> 1: word for lit, word in vectors.items()}
        self.inputs = [lit >> 1 for lit in vectors]
        self.supports = [0] * len(self.nodes)  # inputs that a node depends on, as bits
        for place, lit in enumerate(vectors):
            self.supports[lit >> 1] = 1 << place
        self.image = [2 * k for k in range(len(self.nodes))]
        self.gates: dict[int, Node] = {}  # of what is its own image
        self.known: dict[Node, int] = {}
        self.classes: dict[int, int] = {0: 0}
        self.tables: dict[int, dict[int, int]] = {}
        self.questions = _Questions(conflicts)

    def all_false(self, literals: Sequence[int]) -> bool:
        """Whether all literals are 0 whatever the inputs, see `prove_false`."""
        try:
            for k, node in enumerate(self.nodes):
                if node is None:
                    if k:
                        self._class(k)
                else:
                    self._add(k, node)
            return all(self._is_false(self._image(lit)) for lit in literals)
        finally:
            self.questions.close()

    def _image(self, lit: int) -> int:
        return self.image[lit >> 1] ^ (lit & 1)

    def _add(self, k: int, node: Node) -> None:
        """Give a node its word and its clauses, and merge it with one that is equal."""
        a, b = self._image(node.a), self._image(node.b)
        simple = _simplified(a, b, node.parity)
        if simple is not None:
            self.image[k] = simple
            return
        wa, wb = self._word(a), self._word(b)
        self.words[k] = wa ^ wb if node.parity else wa & wb
        a, b = sorted((a, b))
        flip = 0
        if node.parity:
            flip = (a ^ b) & 1
            a, b = a & ~1, b & ~1
        gate = Node(a, b, node.parity)
        same = self.known.setdefault(gate, 2 * k | flip)
        if same >> 1 != k:
            self.image[k] = self._image(same) ^ flip
            return
        self.gates[k] = Node(a | flip, b, node.parity)
        self.supports[k] = self.supports[a >> 1] | self.supports[b >> 1]
        other = self._class(k)
        few = other is not None and self._has_few_inputs(2 * k, other)
        if other is not None and few and self._same_table(2 * k, other):
            self.image[k] = other
            return
        self.questions.clauses += _clauses(2 * k, node.parity, a, b, flip)
        if other is not None and not few and self.questions.equal(2 * k, other):
            self.image[k] = other

    def _word(self, lit: int) -> int:
        return self.words[lit >> 1] ^ (self.full if lit & 1 else 0)

    def _class(self, k: int) -> int | None:
        """The literal that had this node's word before, or None where it is the first."""
        word = self.words[k]
        flip = word & 1
        found = self.classes.setdefault(word ^ (self.full if flip else 0), 2 * k | flip)
        return None if found >> 1 == k else found ^ flip

    def _has_few_inputs(self, a: int, b: int) -> bool:
        return (self.supports[a >> 1] | self.supports[b >> 1]).bit_count() <= FEW_INPUTS

    def _same_table(self, a: int, b: int) -> bool:
        support = self.supports[a >> 1] | self.supports[b >> 1]
        return self._table(a, support) == self._table(b, support)

    def _is_false(self, lit: int) -> bool:
        if self._has_few_inputs(lit, FALSE):
            return self._same_table(lit, FALSE)
        return self.questions.impossible([lit], LAST_CONFLICTS)

    def _table(self, lit: int, support: int) -> int:
        """A literal's truth table over some inputs, which are all that it depends on."""
        tables = self.tables.get(support)
        if tables is None:
            places = [k for k in range(support.bit_length()) if support >> k & 1]
            words = counting_words(len(places))
            tables = {self.inputs[k]: word for k, word in zip(places, words, strict=True)}
            tables[0] = 0
            self.tables[support] = tables
        stack = [lit >> 1]
        while stack:
            k = stack[-1]
            if k in tables:
                stack.pop()
                continue
            a, b, parity = self.gates[k]
            left = [below >> 1 for below in (a, b) if below >> 1 not in tables]
            stack += left
            if not left:
                one, other = (tables[x >> 1] ^ -(x & 1) for x in (a, b))
                tables[k] = one ^ other if parity else one & other
        return tables[lit >> 1] ^ -(lit & 1)


class _Questions:
    """A solver with a budget, made when it is first asked."""

    def __init__(self, conflicts: int) -> None:
        self.clauses = [[1]]  # not yet given to the solver; node 0 is false
        self.solver: Any = None
        self.left = conflicts

    def impossible(self, literals: Sequence[int], conflicts: int) -> bool:
        """Whether some literals are proven never to be true together, within so many conflicts."""
        if self.left <= 0:
            return False
        if self.solver is None:
            from pysat.solvers import Solver  # noqa: PLC0415 - takes a while to load

            self.solver = Solver(name="minisat22")
        for clause in self.clauses:
            self.solver.add_clause([_variable(lit) for lit in clause])
        self.clauses = []
        self.solver.conf_budget(min(conflicts, self.left))
        before = self.solver.accum_stats()
        answer = self.solver.solve_limited(assumptions=[_variable(lit) for lit in literals])
        after = self.solver.accum_stats()
        self.left -= after["conflicts"] - before["conflicts"] + 1
        return answer is False

    def equal(self, a: int, b: int) -> bool:
        """Whether two literals are proven equal; what is learnt of it stays."""
        for one, other in ((a, b ^ 1), (a ^ 1, b)):
            if not self.impossible([one, other], CONFLICTS):
                return False
        self.clauses += [[a, b ^ 1], [a ^ 1, b]]
        return True

    def close(self) -> None:
        """Let go of the solver's memory."""
        if self.solver is not None:
            self.solver.delete()


def _variable(lit: int) -> int:
    """A literal as DIMACS writes it."""
    return -((lit >> 1) + 1) if lit & 1 else (lit >> 1) + 1


def _simplified(a: int, b: int, parity: bool) -> int | None:
    """What two literals make without a node, if they do."""
    if parity:
        if a >> 1 == b >> 1:
            return (a ^ b) & 1
        if a < 2:
            return b ^ a
        return a ^ b if b < 2 else None
    if 0 in (a, b) or a == b ^ 1:
        return 0
    if a in (1, b):
        return b
    return a if b == 1 else None


def _clauses(n: int, parity: bool, a: int, b: int, flip: int) -> list[list[int]]:
    """N = a & b, or n = a ^ b ^ flip, as clauses of literals."""
    if not parity:
        return [[n ^ 1, a], [n ^ 1, b], [n, a ^ 1, b ^ 1]]
    n ^= flip
    return [[n ^ 1, a, b], [n ^ 1, a ^ 1, b ^ 1], [n, a ^ 1, b], [n, a, b ^ 1]]
