"""How `invc simulate` shows the states of a model without gates: by energy, lowest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from invc.cli.reporting import count, echo_table, more_rows, port_value

if TYPE_CHECKING:
    from invc.ask import Samples
    from invc.cli.options import View
    from invc.design import Design
    from invc.engine import Result
    from invc.netlist import Port

LONG_PORT = 64  # bits from which a decimal number says nothing


def echo_states(samples: Samples, result: Result, view: View) -> None:
    """Print the lowest states with their energies in the units of the file they came from."""
    ports = samples.design.netlist.ports
    rows = [
        [
            *(_value(answer.ports[port.name], port, view.radix) for port in ports),
            _energy(samples.design, answer.energy),
            str(answer.reads),
        ]
        for answer in result.answers[: view.show]
    ]
    if rows:
        echo_table([*(port.name for port in ports), "energy", "reads"], rows)
    more_rows(len(result.answers) - len(rows))


def echo_lowest(samples: Samples, result: Result, view: View) -> None:
    """Print how often the lowest energy was seen; nothing proves that there is no lower one."""
    if not result.answers:
        click.echo("no read ended; give a longer --time-limit")
        return
    lowest = result.answers[0].energy
    best = [answer.reads for answer in result.answers if answer.energy == lowest]
    spins = count(samples.design.model.spins, "spin")
    click.echo(
        f"lowest energy {_energy(samples.design, lowest)} in {sum(best)} of "
        f"{count(result.reads, 'read')}, {count(len(best), 'state')}; "
        f"{samples.free} free of {spins}; {result.seconds:.2f} s"
    )
    if result.interrupted:
        click.echo("interrupted: this is what was found until then")
    if view.verbose:
        click.echo(f"{result.chosen}\n{result.sweeps} sweeps, seed {result.seed}")


def _energy(design: Design, energy: int) -> str:
    """An energy as people read it."""
    from invc.ask.results import energy_of

    return f"{energy_of(design, energy):.10g}"


def _value(value: int, port: Port, radix: str) -> str:
    width = len(port.bits)
    return port_value(value, width, "hex" if radix == "dec" and width > LONG_PORT else radix)
