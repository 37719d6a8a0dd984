"""What a netlist computes: every row of its truth table, for tests that compare two of them."""

from invc.design import decode
from invc.netlist import Netlist, counting_words, evaluate, evaluate_ports


def every_input(netlist: Netlist) -> tuple[dict[str, list[int]], int]:
    """Words under which the inputs run through all their values, and how many those are."""
    bits = sum(len(port.bits) for port in netlist.inputs)
    words = iter(counting_words(bits))
    return {port.name: [next(words) for _ in port.bits] for port in netlist.inputs}, 1 << bits


def truth(netlist: Netlist) -> dict[str, list[int]]:
    """The truth table by port: a word for each bit, whose bit r is its value in row r."""
    return evaluate_ports(netlist, *every_input(netlist))


def values(netlist: Netlist) -> list[int]:
    """The first output in each row, inputs in the order of the ports, their first bit fastest."""
    words = truth(netlist)[netlist.outputs[0].name]
    _, rows = every_input(netlist)
    return [sum((word >> row & 1) << k for k, word in enumerate(words)) for row in range(rows)]


def net_rows(netlist: Netlist) -> set[tuple[int, ...]]:
    """Values of all nets for every input, as rows of -1 and +1."""
    inputs, rows = every_input(netlist)
    nets = evaluate(netlist, inputs, rows)
    return {tuple(2 * (word >> row & 1) - 1 for word in nets[1:]) for row in range(rows)}


def every_answer(netlist: Netlist) -> list[dict[str, int]]:
    """All rows as values of ports by name, in the order of their inputs."""
    words = truth(netlist)
    _, rows = every_input(netlist)
    return [
        {
            port.name: decode([word >> row & 1 for word in words[port.name]], port.signed)
            for port in netlist.ports
        }
        for row in range(rows)
    ]
