"""`invc embed`: a design on the qubits of an annealer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.options import CLAMP, FILE, with_options
from invc.cli.reporting import count

if TYPE_CHECKING:
    from invc.annealer import Asked, Embedding
    from invc.design import Design

TOPOLOGIES = ("pegasus", "zephyr", "chimera")


OPTIONS = (
    FILE,
    click.option(
        "--topology", required=True, type=click.Choice(TOPOLOGIES), help="Of the annealer."
    ),
    click.option(
        "--size",
        type=click.IntRange(1, 64),
        help="As dwave-networkx counts it.  [default: of a machine: 16, zephyr 15]",
    ),
    CLAMP,
    click.option(
        "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the search."
    ),
    click.option(
        "--time-limit",
        type=click.FloatRange(0, min_open=True),
        default=60.0,
        show_default=True,
        help="Seconds to look for chains.",
    ),
    click.option(
        "--reads",
        type=click.IntRange(1),
        help="Sample the embedded model with p-bits, and say how many reads are answers.",
    ),
    click.option("-o", "--output", type=click.Path(path_type=Path), help="Write it as JSON."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing."),
)


@click.command()
@with_options(*OPTIONS)
def command(options: Mapping[str, Any]) -> None:
    """Find a chain of qubits for each spin of FILE, and how strongly each chain has to hold.

    The strength of a chain follows from the gap: no state with a broken chain is nearer to the
    ground level than the gap of the design. The JSON file has the chains, their strengths and the
    model over the qubits, for dwave-system's FixedEmbeddingComposite or for dimod.

    \b
    invc embed mult4.hj --topology pegasus -c p=143 -o mult4.json
    invc embed mult4.hj --topology chimera --size 8 --reads 1000
    """
    from invc.annealer import asked, embed, write_embedding
    from invc.ask.outputs import check_outputs
    from invc.design import read_design

    design, clamps, output = read_design(options["file"]), options["clamps"], options["output"]
    if output:
        check_outputs([str(output)], [options["file"]])
    wanted = asked(design, clamps)
    limits = {"seed": options["seed"], "seconds": options["time_limit"]}
    found = embed(wanted, options["topology"], options["size"], **limits)
    if output:
        write_embedding(found, output)
    if options["quiet"] or str(output) == "-":
        return
    for line in _summary(wanted, found):
        click.echo(line)
    if options["reads"]:
        click.echo(_sampled(design, clamps, found, options["reads"], options["seed"]))
    if output:
        click.echo(f"wrote {output}")


def _summary(wanted: Asked, found: Embedding) -> list[str]:
    """How large it is, and how strong its chains are."""
    lengths = [len(chain) for chain in found.chains.values()]
    longest = max(lengths, default=0)
    where = f"{found.topology} of size {found.size}"
    lines = [
        f"{count(len(lengths), 'spin')} on {count(found.qubits, 'qubit')} of {where}, "
        f"chains of up to {longest}"
    ]
    if found.strengths:
        strengths = found.strengths.values()
        gap = wanted.question.design.min_gap
        lines.append(
            f"chain strength {min(strengths):g} to {max(strengths):g}, from gap {gap}: "
            "a broken chain costs no less"
        )
    return lines


def _sampled(
    design: Design, clamps: tuple[str, ...], found: Embedding, reads: int, seed: int
) -> str:
    """What p-bits make of the embedded model."""
    from invc.annealer import decode
    from invc.dimod import InvcSampler

    samples = InvcSampler().sample(found.bqm, num_reads=reads, seed=seed)
    return decode(design, found.unembed(samples), clamps).summary
