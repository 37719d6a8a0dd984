"""An unrolled machine is the machine, cycle by cycle."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designs import netlists
from invc.netlist import Port, evaluate_ports
from invc.netlist.machine import NEXT, STATE
from invc.sequential import Init, Machine, Property, Register, unroll
from invc.sequential.step import step_through

TRIALS = 64


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    """A random core; some of its inputs are registers, which take random literals of it."""
    core = draw(netlists(max_inputs=5, max_gates=8))
    inputs = [bit for port in core.inputs for bit in port.bits]
    count = draw(st.integers(0, len(inputs)))
    nets = len(core.names) - 1
    held, free = inputs[:count], inputs[count:]
    groups = [held[k : k + 2] for k in range(0, count, 2)]
    registers, ports = [], [Port(f"in{k}", "input", (bit,)) for k, bit in enumerate(free)]
    for k, group in enumerate(groups):
        initial = tuple(draw(st.sampled_from((0, 1, None))) for _ in group)
        registers.append(Register(f"r{k}", initial, draw(st.booleans())))
        given = tuple(draw(st.integers(0, 2 * nets + 1)) for _ in group)
        ports.append(Port(f"r{k}{STATE}", "input", tuple(group)))
        ports.append(Port(f"r{k}{NEXT}", "output", given))
    ports += core.outputs
    names = tuple(name if name and not name.startswith("$") else "" for name in core.names)
    return Machine(replace(core, ports=tuple(ports), names=names), "clk", tuple(registers)).check()


@given(machines(), st.integers(1, 5), st.sampled_from(("source", "zero", "free")), st.randoms())
def test_unrolled_is_cycle_by_cycle(
    machine: Machine, cycles: int, init: Init, random: Random
) -> None:
    netlist, frames = unroll(machine, cycles, init)
    netlist.check()
    values = {p.name: [random.getrandbits(TRIALS) for _ in p.bits] for p in netlist.inputs}
    full = (1 << TRIALS) - 1
    start = {}
    for register in machine.registers:
        free = iter(values.get(f"{register.name}@init", []))
        known = [
            None if init == "free" else 0 if v is None and init == "zero" else v
            for v in register.initial
        ]
        start[register.name] = [next(free) if v is None else full * v for v in known]
    stimulus = [
        {
            p.name: values.get(f"{p.name}@{t}", [0] * len(p.bits))
            for p in machine.core.inputs
            if p.name not in machine.hidden
        }
        for t in range(cycles + 1)
    ]
    found = evaluate_ports(netlist, values, TRIALS)
    for t, wanted in enumerate(step_through(machine, start, stimulus, TRIALS)):
        assert {name: found[f"{name}@{t}"] for name in wanted} == wanted
    assert frames.cycles == cycles
    for signal in frames.signals:
        if signal.kind == "zero":
            continue
        names = [f"{signal.name}@init"] if signal.kind == "initial" else [f"{signal.name}@0"]
        assert any(port.name in names for port in netlist.ports)


def test_a_register_costs_no_gate() -> None:
    from designs import XOR2
    from invc.netlist import Gate, Netlist

    ports = (
        Port("x", "input", (2,)),
        Port("q" + STATE, "input", (4,)),
        Port("q" + NEXT, "output", (6,)),
        Port("q", "output", (4,)),
    )
    core = Netlist("toggle", ports, (Gate(XOR2, (2, 4, 6)),), ("", "x", "q", ""))
    machine = Machine(core, "clk", (Register("q", (0,)),), (Property("q", "cover"),)).check()
    netlist, frames = unroll(machine, 4)
    assert len(netlist.gates) == 4
    assert [port.name for port in netlist.inputs] == ["x@0", "x@1", "x@2", "x@3"]
    assert next(port.bits for port in netlist.outputs) == (0,)
    assert frames.names("cover") == ("q",)


@pytest.mark.parametrize("init", ["source", "zero", "free"])
def test_initial_bits_are_inputs_only_where_they_are_free(init: Init) -> None:
    ports = (
        Port("q" + STATE, "input", (2, 4), offset=4),
        Port("q" + NEXT, "output", (4, 2)),
        Port("q", "output", (2, 4), offset=4),
    )
    from invc.netlist import Netlist

    core = Netlist("swap", ports, (), ("", "q[4]", "q[5]"))
    netlist, frames = unroll(Machine(core, "clk", (Register("q", (1, None)),)), 2, init)
    widths = {port.name: len(port.bits) for port in netlist.inputs}
    assert widths == {"source": {"q@init": 1}, "zero": {}, "free": {"q@init": 2}}[init]
    assert frames.names("initial") == (("q",) if widths else ())
