"""Bit-parallel Boolean evaluation: the oracle for passes, samples and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from invc.netlist.netlist import Literal, Netlist


def evaluate(netlist: Netlist, inputs: Mapping[str, Sequence[int]], trials: int) -> list[int]:
    """Value of every net for many trials at once.

    Args:
        netlist: What to evaluate.
        inputs: For each input port a word for each of its bits, least significant bit first;
            bit t of a word is the value in trial t.
        trials: Number of trials.

    Returns:
        One word per net, index 0 being constant false.
    """
    mask = (1 << trials) - 1
    words = [0] * len(netlist.names)
    for port in netlist.inputs:
        for bit, word in zip(port.bits, inputs[port.name], strict=True):
            words[bit >> 1] = word & mask
    for function, pins, _ in netlist.gates:
        n = len(function.inputs)
        read = [words[p >> 1] ^ mask if p & 1 else words[p >> 1] for p in pins[:n]]
        for pin, word in zip(pins[n:], function.evaluate(mask, *read), strict=True):
            words[pin >> 1] = (word ^ mask if pin & 1 else word) & mask
    return words


def word_of(lit: Literal, words: Sequence[int], mask: int) -> int:
    """The word of a literal, given the words of the nets."""
    word = words[lit >> 1]
    return word ^ mask if lit & 1 else word


def misses(
    netlist: Netlist, own: Sequence[int], held: Iterable[tuple[Literal, int]], trials: int
) -> tuple[int, list[int]]:
    """Trials whose outputs are not what their inputs give, or whose held bits are not as held.

    Args:
        netlist: The gates.
        own: A word for each net as the trials have it, index 0 being constant false.
        held: Literals and the values that they are held at.
        trials: Number of trials.

    Returns:
        A word with bit t set for trial t, and the words of all nets as the inputs give them.
    """
    mask = (1 << trials) - 1
    inputs = {p.name: [own[b >> 1] for b in p.bits] for p in netlist.inputs}
    forward, wrong = evaluate(netlist, inputs, trials), 0
    for port in netlist.outputs:
        for lit in port.bits:
            wrong |= word_of(lit, forward, mask) ^ word_of(lit, own, mask)
    for lit, value in held:
        wrong |= word_of(lit, own, mask) ^ (mask if value else 0)
    return wrong, forward


def evaluate_ports(
    netlist: Netlist, inputs: Mapping[str, Sequence[int]], trials: int
) -> dict[str, list[int]]:
    """Words of every port's bits, least significant bit first; arguments as `evaluate`."""
    words = evaluate(netlist, inputs, trials)
    mask = (1 << trials) - 1
    return {p.name: [word_of(b, words, mask) for b in p.bits] for p in netlist.ports}


def counting_words(bits: int) -> list[int]:
    """Words under which 2**bits trials run through all values of `bits` bits.

    Trial t has bit i of t in word i: the rows of a truth table, in order.
    """
    words = []
    for i in range(bits):
        word, width = ((1 << (1 << i)) - 1) << (1 << i), 2 << i
        while width < 1 << bits:
            word |= word << width
            width *= 2
        words.append(word)
    return words
