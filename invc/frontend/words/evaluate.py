"""A module of Yosys's JSON, evaluated as its cells are defined; linear in its size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from invc.diagnostics import InvcError
from invc.frontend.words.algebra import LOW, Bit, Logic, Word
from invc.frontend.words.cells import CELLS, OUTPUTS, SLICED
from invc.frontend.words.memory import INITS, READS, WHOLE, Memories, indexed, is_only_read
from invc.frontend.yosys_cells import GATES, IGNORED
from invc.netlist import Function

Json: TypeAlias = Mapping[str, Any]
Net: TypeAlias = int | str  # a number, or "0", "1", "x", "z"
Nets: TypeAlias = Sequence[Net]
Evaluate: TypeAlias = Callable[[Mapping[str, Word]], Mapping[str, Word]]

MOST_ROUNDS = 64  # around a loop


class Node(NamedTuple):
    """A cell, or one bit of it.

    Attributes:
        inputs: Nets of each pin that it reads.
        outputs: Nets of each pin that it drives.
        evaluate: Its outputs from its inputs.
    """

    inputs: Mapping[str, Nets]
    outputs: Mapping[str, Nets]
    evaluate: Evaluate


HINT = "is the file as Yosys wrote it? then please report it; --no-check leaves the check out"


def evaluate_module(
    module: Json,
    functions: Mapping[str, Function],
    logic: Logic,
    inputs: Mapping[str, Word],
) -> dict[str, list[Bit]]:
    """The bits of every output port, least significant first.

    Args:
        module: A flat module of a file that `write_json` made.
        functions: Cells by name besides Yosys's own.
        logic: What a bit is.
        inputs: The bits of every input port.

    Raises:
        InvcError: It holds a cell that nobody here knows, or one with a memory of the past, or one
            as Yosys writes none.
    """
    try:
        return _evaluated(module, functions, logic, inputs)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        what = f"{type(error).__name__} {error}"
        raise InvcError(f"a cell cannot be evaluated: {what}", hint=HINT) from error


def _evaluated(
    module: Json,
    functions: Mapping[str, Function],
    logic: Logic,
    inputs: Mapping[str, Word],
) -> dict[str, list[Bit]]:
    values: dict[Net, Bit] = {"0": LOW, "1": logic.high, "x": logic.unknown, "z": logic.unknown}
    for name, port in module["ports"].items():
        if port["direction"] == "input":
            values.update(zip(port["bits"], inputs[name], strict=True))
    nodes = nodes_of(module, functions, logic)
    order, circular = _sorted(nodes)
    if circular:
        # A loop of words may be none of bits: y[1] may follow from y[0] within one cell.
        order, circular = _sorted([bit for node in nodes for bit in _bits_of(node)])
    for node in order:
        _carry_out(node, values, logic)
    _settle(circular, values, logic)
    return {
        name: [values.get(bit, logic.unknown) for bit in port["bits"]]
        for name, port in module["ports"].items()
        if port["direction"] == "output"
    }


def nodes_of(module: Json, functions: Mapping[str, Function], logic: Logic) -> list[Node]:
    """The cells of a module that compute something.

    Raises:
        InvcError: One is unknown here.
    """
    if not is_only_read(module["cells"].values()):
        raise InvcError("a memory that is written cannot be evaluated")
    memories = Memories(logic, module)
    nodes = []
    for name, cell in module["cells"].items():
        kind = cell["type"]
        if IGNORED.match(kind) or kind in INITS:
            continue
        evaluate = _evaluation(cell, functions, logic, memories)
        if evaluate is None:
            raise InvcError(f"cell {name!r} of type {kind!r} cannot be evaluated")
        nodes.append(_node(cell, functions, evaluate))
    return nodes


def _node(cell: Json, functions: Mapping[str, Function], evaluate: Evaluate) -> Node:
    function = GATES.get(cell["type"]) or functions.get(cell["type"])
    driven = set(function.outputs) if function else OUTPUTS
    pins = cell["connections"]
    return Node(
        {pin: nets for pin, nets in pins.items() if pin not in driven},
        {pin: nets for pin, nets in pins.items() if pin in driven},
        evaluate if cell["type"] not in SLICED else _Sliced(evaluate),
    )


class _Sliced:
    """An evaluation of which each bit can be had for itself."""

    def __init__(self, evaluate: Evaluate) -> None:
        self.evaluate = evaluate

    def __call__(self, pins: Mapping[str, Word]) -> Mapping[str, Word]:
        return self.evaluate(pins)


def _evaluation(
    cell: Json, functions: Mapping[str, Function], logic: Logic, memories: Memories
) -> Evaluate | None:
    kind, parameters = cell["type"], cell.get("parameters", {})
    function = GATES.get(kind) or functions.get(kind)
    if function is not None:
        return _gate(function, logic)
    if kind in CELLS:
        return lambda pins: CELLS[kind](logic, parameters, pins)
    if kind in READS:
        return lambda pins: {"DATA": memories.read(parameters, pins["ADDR"])}
    if kind in WHOLE:
        return lambda pins: memories.read_whole(parameters, pins)
    return None


def _gate(function: Function, logic: Logic) -> Evaluate:
    """A cell known by its truth tables."""
    tables = [
        [[logic.high if table >> row & 1 else LOW] for row in range(1 << len(function.inputs))]
        for table in function.tables
    ]

    def evaluate(pins: Mapping[str, Word]) -> Mapping[str, Word]:
        index = [bit for pin in function.inputs for bit in pins.get(pin, (logic.unknown,))]
        return {
            pin: indexed(logic, table, index)
            for pin, table in zip(function.outputs, tables, strict=True)
        }

    return evaluate


def _bits_of(node: Node) -> list[Node]:
    """A node for each bit, where each bit of its output follows from its own bits alone."""
    if not isinstance(node.evaluate, _Sliced) or "Y" not in node.outputs:
        return [node]
    whole, outputs = node.evaluate, node.outputs["Y"]
    shared = {pin: nets for pin, nets in node.inputs.items() if pin == "S" and len(nets) == 1}

    def one(k: int) -> Node:
        def own(nets: Nets) -> Nets:
            return nets[k : k + 1] if k < len(nets) else nets[-1:]

        inputs = {pin: shared.get(pin, own(nets)) for pin, nets in node.inputs.items()}
        widths = {pin: len(nets) for pin, nets in node.inputs.items()}

        def evaluate(pins: Mapping[str, Word]) -> Mapping[str, Word]:
            # The cell sees its own widths, every bit of a word being this one.
            words = {
                pin: word if pin in shared else [word[0]] * widths[pin]
                for pin, word in pins.items()
            }
            # What an operand is extended by may be another bit than this one: its sign or zeros.
            return {"Y": [whole(words)["Y"][min(k, len(outputs) - 1)]]}

        return Node(inputs, {"Y": outputs[k : k + 1]}, evaluate)

    return [one(k) for k in range(len(outputs))]


def _sorted(nodes: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """Nodes such that each reads only what those before it drive, and those on or behind loops."""
    driver: dict[Net, int] = {}
    for k, node in enumerate(nodes):
        for nets in node.outputs.values():
            for net in nets:
                driver[net] = k
    waiting = [0] * len(nodes)
    readers: list[list[int]] = [[] for _ in nodes]
    for k, node in enumerate(nodes):
        before = {driver[net] for nets in node.inputs.values() for net in nets if net in driver}
        waiting[k] = len(before)
        for other in before:
            readers[other].append(k)
    order = [k for k, count in enumerate(waiting) if not count]
    for k in order:  # grows while it runs
        for reader in readers[k]:
            waiting[reader] -= 1
            if not waiting[reader]:
                order.append(reader)
    return [nodes[k] for k in order], [nodes[k] for k, count in enumerate(waiting) if count]


def _carry_out(node: Node, values: dict[Net, Bit], logic: Logic) -> bool:
    """Evaluate a node; whether a net has another value now."""
    pins = {
        pin: [values.get(net, logic.unknown) for net in nets] for pin, nets in node.inputs.items()
    }
    result = node.evaluate(pins)
    changed = False
    for pin, nets in node.outputs.items():
        for net, bit in zip(nets, result[pin], strict=False):
            if isinstance(net, int) and values.get(net, logic.unknown) != bit:
                values[net] = bit
                changed = True
    return changed


def _settle(nodes: Sequence[Node], values: dict[Net, Bit], logic: Logic) -> None:
    """Evaluate what lies on loops until nothing becomes more defined.

    Every net begins undefined and evaluation is monotone, so the rounds end; a bit that is still
    undefined follows from itself.
    """
    for _ in range(MOST_ROUNDS):
        if not sum(_carry_out(node, values, logic) for node in nodes):
            return
