"""How `invc simulate` shows the states of a model without gates: by energy, lowest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from invc.cli.reporting import count, echo_table, port_value

if TYPE_CHECKING:
    from invc.design import Clamped, Design
    from invc.engine import Answer, Result
    from invc.netlist import Port

LONG_PORT = 64  # bits from which a decimal number says nothing


def echo_states(design: Design, answers: Sequence[Answer], show: int, radix: str) -> None:
    """Print the lowest states with their energies in the units of the file they came from."""
    ports = design.netlist.ports
    rows = [
        [
            *(_value(answer.ports[port.name], port, radix) for port in ports),
            energy_text(design, answer.energy),
            str(answer.reads),
        ]
        for answer in answers[:show]
    ]
    if rows:
        echo_table([*(port.name for port in ports), "energy", "reads"], rows)
    if len(answers) > show:
        click.echo(f"and {len(answers) - show} more (--show N, or --json FILE for all)")


def energy_of(design: Design, energy: int) -> float:
    """An energy in the units of the file that the model came from."""
    return energy if design.scale == 1 else energy / design.scale


def energy_text(design: Design, energy: int) -> str:
    """As people read it."""
    return f"{energy_of(design, energy):.10g}"


def echo_lowest(design: Design, clamped: Clamped, result: Result, verbose: bool) -> None:
    """Print how often the lowest energy was seen; nothing proves that there is no lower one."""
    if not result.answers:
        click.echo("no read ended; give a longer --time-limit")
        return
    lowest = result.answers[0].energy
    best = [answer.reads for answer in result.answers if answer.energy == lowest]
    click.echo(
        f"lowest energy {energy_text(design, lowest)} in {sum(best)} of "
        f"{count(result.reads, 'read')}, {count(len(best), 'state')}; "
        f"{clamped.free} free of {count(len(clamped.values), 'spin')}; {result.seconds:.2f} s"
    )
    if result.interrupted:
        click.echo("interrupted: this is what was found until then")
    if verbose:
        click.echo(f"{result.chosen}\n{result.sweeps} sweeps, seed {result.seed}")


def _value(value: int, port: Port, radix: str) -> str:
    return port_value(
        value, port, "hex" if radix == "dec" and len(port.bits) > LONG_PORT else radix
    )
