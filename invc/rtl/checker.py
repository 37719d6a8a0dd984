"""The checker of a circuit: the design's gates in plain logic, several to a clock."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from invc.netlist import Gate
from invc.rtl.circuit import Circuit, Pin
from invc.rtl.verilog import Logic, bare, bit, concatenation

GATES_A_STAGE = 2  # on a path


class _Pipeline:
    """The nets as they are computed, stage by stage.

    Attributes:
        place: Where the checker sees a spin.
        stage: In which stage each net is computed.
        is_input: Whether a net is an input.
        stages: How many there are.
        registers: Nets of an earlier stage that a later one needs: name, and what it takes.
    """

    def __init__(self, circuit: Circuit) -> None:
        netlist = circuit.design.netlist
        self.place = places(circuit)
        level = [0] * len(netlist.names)
        for gate in netlist.gates:
            own = 1 + max((level[pin >> 1] for pin in gate.inputs), default=0)
            for pin in gate.outputs:
                level[pin >> 1] = own
        self.stage = [max(k - 1, 0) // GATES_A_STAGE for k in level]
        self.is_input = [k == 0 for k in level]
        self.stages = max(2, 1 + max(self.stage, default=0))
        self.registers: list[tuple[str, str]] = []
        self._known: set[str] = set()

    def at(self, literal: int, stage: int) -> str:
        """A literal as a stage sees it."""
        if literal < 2:
            return bit(literal)
        text = self._net(literal >> 1, stage)
        return f"~{text}" if literal & 1 else text

    def _net(self, net: int, stage: int) -> str:
        first = self.stage[net]
        assert stage >= first
        if stage == first:
            return f"seen[{self.place[net - 1]}]" if self.is_input[net] else f"v{net - 1}"
        name = f"v{net - 1}_{stage}"
        if name not in self._known:
            self._known.add(name)
            self.registers.append((name, self._net(net, stage - 1)))
        return name


def places(circuit: Circuit) -> dict[int, int]:
    """Where the checker sees a spin: all of them, or of most sparse circuits those on ports."""
    spins = range(circuit.spins) if circuit.tells_strict else circuit.pins_of
    return {spin: k for k, spin in enumerate(sorted(spins))}


def latency(circuit: Circuit) -> int:
    """Clocks from a state to the verdict about it."""
    if circuit.follows or not circuit.has_wrong:
        return 1
    return 1 + _Pipeline(circuit).stages


def write_checker(circuit: Circuit) -> str:
    """The module that says of each state whether it is right."""
    if not circuit.has_wrong:
        return _no_gates(circuit)
    pipe = _Pipeline(circuit)
    last = pipe.stages - 1
    cone = circuit.goals.cone  # some gates have outputs that nobody reads
    logic = [_forward(gate, pipe, cone) for gate in circuit.design.netlist.gates]
    pins = circuit.pins
    outputs = [
        (pin.literal, k)
        for k, pin in enumerate(pins)
        if pin.spin >= 0 and not pipe.is_input[pin.literal >> 1]
    ]
    match = [f"{pipe.at(lit, last)} ^ said{last}[{k}]" for lit, k in dict(outputs).items()]
    gates = range(len(circuit.design.netlist.gates) if circuit.tells_strict else 0)
    strict = [_satisfied(circuit, k) for k in gates]
    lines = [
        "// The gates evaluated forward from the inputs that a state has: is every output what",
        "// they make of it (right), is every gate and every ancilla in place (strict)?",
        f"// At most {GATES_A_STAGE} gates to a clock: the verdict is about the state of "
        f"{pipe.stages + 1} clocks ago, of whose",
        "// ports the bits are `answer`.",
        *_head(circuit),
        *_delays(circuit, pipe.stages),
        *(f"    reg {name};" for name, _ in pipe.registers),
        *(line for lines in logic for line in lines),
        *(line for lines, _ in strict for line in lines),
        *_gates_ok(len(strict), pipe.stages),
        *agreement(circuit, f"said{last}"),
        f"    wire match = {_none_of(match)};",
        "    always @(posedge clk) begin",
        "        seen <= m;",
        *(f"        said{k} <= said{k - 1};" for k in range(1, pipe.stages)),
        *(f"        {name} <= {source};" for name, source in pipe.registers),
        *(f"        ok[{k}] <= {text};" for k, (_, text) in enumerate(strict)),
        *_and_on(len(strict), pipe.stages),
        "        right <= match & agree;",
        f"        strict <= {_strict(circuit, len(strict), pipe.stages)};",
        f"        answer <= said{last};",
        "    end",
        "    wire unused = &{1'b0, seen, hold, value};",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def _no_gates(circuit: Circuit) -> str:
    answer = [_pin_of(pin, "m", places(circuit)) for pin in circuit.pins]
    lines = [
        "// The model has no gates that could say what is right: only its ports are passed on.",
        *_head(circuit),
        "    always @(posedge clk) begin",
        "        right <= 1'b0;",
        "        strict <= 1'b0;",
        f"        answer <= {concatenation(answer)};",
        "    end",
        "    wire unused = &{1'b0, m, hold, value};",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def _head(circuit: Circuit) -> list[str]:
    return check_head(
        circuit, [f"input  wire [{len(places(circuit)) - 1}:0] m,       // the state"]
    )


def check_head(circuit: Circuit, seen: Sequence[str]) -> list[str]:
    """The ports of a checker, some of them being what it sees of a state."""
    width = len(circuit.pins)
    return [
        f"module {circuit.name}_check (",
        "    input  wire clk,",
        *(f"    {port}" for port in seen),
        f"    input  wire [{width - 1}:0] hold,    // bits of the ports that are held",
        f"    input  wire [{width - 1}:0] value,   // and at what",
        "    output reg  right,",
        "    output reg  strict,",
        f"    output reg  [{width - 1}:0] answer   // the bits of the ports, the first port lowest",
        ");",
    ]


def _delays(circuit: Circuit, stages: int) -> list[str]:
    width = len(circuit.pins)
    place = places(circuit)
    ports = concatenation([_pin_of(pin, "seen", place) for pin in circuit.pins])
    return [
        f"    reg  [{len(place) - 1}:0] seen;",
        f"    wire [{width - 1}:0] said0 = {ports};",
        *(f"    reg  [{width - 1}:0] said{k};" for k in range(1, stages)),
    ]


def _pin_of(pin: Pin, vector: str, place: dict[int, int]) -> str:
    if pin.spin < 0:
        return bit(pin.inverted)
    return f"{'~' if pin.inverted else ''}{vector}[{place[pin.spin]}]"


def _forward(gate: Gate, pipe: _Pipeline, wanted: Container[int]) -> list[str]:
    """The nets that a gate drives, in their stage."""
    stage = pipe.stage[gate.outputs[0] >> 1]
    return forward(gate, lambda literal: pipe.at(literal, stage), lambda net: f"v{net - 1}", wanted)


def forward(
    gate: Gate,
    at: Callable[[int], str],
    name: Callable[[int], str],
    wanted: Container[int] | None = None,
) -> list[str]:
    """The nets that a gate drives, from its inputs.

    Args:
        gate: The gate.
        at: What a literal is called.
        name: And a net that is driven.
        wanted: Which nets are; all where it is None.
    """
    lines: list[str] = []
    for pin, table in zip(gate.outputs, gate.function.tables, strict=True):
        net = pin >> 1
        if wanted is not None and net not in wanted:
            continue
        flipped = (1 << (1 << len(gate.inputs))) - 1 if pin & 1 else 0
        logic = Logic(f"{name(net)}_t")
        text = logic.expression(table ^ flipped, [at(literal) for literal in gate.inputs])
        lines += [*logic.wires, f"    wire {name(net)} = {bare(text)};  // {gate.function.name}"]
    return lines


def _satisfied(circuit: Circuit, k: int) -> tuple[list[str], str]:
    """Whether the spins of gate k are as its cell has them at the ground level."""
    gate = circuit.design.netlist.gates[k]
    logic = Logic(f"g{k}_t")
    inputs = [_literal(pin) for pin in gate.inputs]
    checks = [
        f"({logic.expression(table, inputs)} ^ {_literal(pin)})"
        for pin, table in zip(gate.outputs, gate.function.tables, strict=True)
    ]
    start, end = circuit.design.ancilla_starts[k : k + 2].tolist()
    if start < end:
        ancillas = [f"seen[{spin}]" for spin in range(start, end)]
        ground = ground_table(circuit, gate, end - start)
        checks.append(f"~({logic.expression(ground, [*inputs, *ancillas])})")
    return logic.wires, _none_of(checks)


def ground_table(circuit: Circuit, gate: Gate, ancillas: int) -> int:
    """Over a gate's inputs and ancillas: are these at the ground level, the outputs being right?"""
    cell = circuit.design.cells[gate.function.name]
    inputs, table = len(gate.inputs), 0
    for row in range(1 << inputs + ancillas):
        word = row & ((1 << inputs) - 1)
        bits = [word >> i & 1 for i in range(inputs)]
        bits += [t >> word & 1 for t in gate.function.tables]
        bits += [row >> inputs + i & 1 for i in range(ancillas)]
        m = [2 * b - 1 for b in bits]
        energy = -sum(h * x for h, x in zip(cell.h, m, strict=True))
        energy -= sum(J * m[i] * m[j] for i, j, J in cell.J)
        table |= (energy == cell.ground) << row
    return table


def _literal(literal: int) -> str:
    if literal < 2:
        return bit(literal)
    return f"{'~' if literal & 1 else ''}seen[{(literal >> 1) - 1}]"


def _none_of(texts: Sequence[str]) -> str:
    """Whether none of some bits is 1."""
    if not texts:
        return "1'b1"
    return f"~|{concatenation(list(texts))}"


def _gates_ok(gates: int, stages: int) -> list[str]:
    """Registers: each gate, then all of them, as late as the verdict."""
    if not gates:
        return []
    return [f"    reg  [{gates - 1}:0] ok;", *(f"    reg  all{k};" for k in range(2, stages))]


def _and_on(gates: int, stages: int) -> list[str]:
    if not gates:
        return []
    return [f"        all{k} <= {'&ok' if k == 2 else f'all{k - 1}'};" for k in range(2, stages)]


def _strict(circuit: Circuit, gates: int, stages: int) -> str:
    if not circuit.tells_strict:
        return "1'b0"  # most p-bits are not seen here
    return f"{_all_ok(gates, stages)} & agree"


def _all_ok(gates: int, stages: int) -> str:
    if not gates:
        return "1'b1"
    return "(&ok)" if stages == 2 else f"all{stages - 1}"


def agreement(circuit: Circuit, said: str) -> list[str]:
    """Whether bits that are held are at what they are held at, as a vector says.

    The p-bits see to that, but for constants and for two names of one bit held at odds.
    """
    first = {pins[0] for pins in circuit.pins_of.values()}
    others = [k for k, pin in enumerate(circuit.pins) if pin not in first]
    checks = [f"hold[{k}] & (value[{k}] ^ {said}[{k}])" for k in others]
    return [f"    wire agree = {_none_of(checks)};"]
