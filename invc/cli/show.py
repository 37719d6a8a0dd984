"""`invc show`: the netlist of a design as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from invc.cli.reporting import file_beside, wrote

SUFFIXES = (".html", ".svg", ".png", ".pdf", ".dot")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ends in .html, .svg, .png, .pdf or .dot; - is SVG to stdout.  [default: DESIGN.svg, "
    "or DESIGN.html without graphviz]",
)
def command(file: Path, output: Path | None) -> None:
    """Draw the netlist of a .hj file: gates, ports and the nets between them.

    graphviz draws .svg, .png and .pdf where its `dot` is on PATH. A page, .html, needs nothing
    else, and can be zoomed and asked; .svg falls back to its drawing.

    \b
    invc show mult8.hj                # mult8.svg
    invc show mult8.hj -o mult8.html  # a page to look into
    """
    from invc.ask.outputs import check_outputs
    from invc.design import read_design
    from invc.diagnostics import InvcError
    from invc.report.graphviz import find_dot
    from invc.report.show import write_picture

    if output and str(output) != "-" and output.suffix.lower() not in SUFFIXES:
        ends = output.suffix
        raise InvcError(
            f"no picture ends in {ends!r}" if ends else "its name has no suffix to tell its kind",
            where=str(output),
            hint=f"there are: {', '.join(SUFFIXES)}",
        )
    if output:
        check_outputs([str(output)], [file])
    design = read_design(file)
    if output is None:
        suffix = ".svg" if find_dot() else ".html"
        output = Path(file_beside(file, design.netlist.name, suffix).name)
    write_picture(design, output)
    if str(output) != "-":
        click.echo(wrote(output))
