"""A machine moved cycle by cycle: slow, and what its unrolled netlist must equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from invc.netlist import evaluate_ports
from invc.netlist.machine import Machine, Register

Words = list[int]
Values = Mapping[str, Words]


def step_through(
    machine: Machine, start: Values, stimulus: Sequence[Values], trials: int
) -> list[dict[str, Words]]:
    """The visible outputs of a machine in each cycle, for many trials at once.

    Args:
        machine: What moves.
        start: For each register a word for each bit: what it holds at first.
        stimulus: For each cycle a word for each bit of each visible input port. Bit i of a word
            is the bit in trial i.
        trials: Number of trials.

    Returns:
        For each cycle the words of each visible output port.
    """
    held: dict[str, Words] = {name: list(words) for name, words in start.items()}
    falling = [r for r in machine.registers if r.falling]
    rising = [r for r in machine.registers if not r.falling]
    seen = []
    for given in stimulus:
        if falling:
            _take(falling, held, _values(machine, held, given, trials))
        values = _values(machine, held, given, trials)
        outputs = (port.name for port in machine.core.outputs)
        seen.append({name: values[name] for name in outputs if name not in machine.hidden})
        _take(rising, held, values)
    return seen


def _values(
    machine: Machine, held: Mapping[str, Words], given: Values, trials: int
) -> Mapping[str, Words]:
    state = {register.state: held[register.name] for register in machine.registers}
    return evaluate_ports(machine.core, {**given, **state}, trials)


def _take(
    registers: Sequence[Register], held: dict[str, Words], values: Mapping[str, Words]
) -> None:
    held.update({register.name: list(values[register.next]) for register in registers})
