"""`invc doctor`: what works here, what is missing and how to get it."""

from __future__ import annotations

import click

from invc.cli.reporting import write_json

BROKEN = 1


@click.command()
@click.option("--json", "json_file", metavar="FILE|-", help="Write the result; - is stdout.")
@click.pass_context
def command(ctx: click.Context, json_file: str | None) -> None:
    """Try every part of invc on this machine.

    Yosys compiles a module, the solver solves a cell, every kernel is compared with the
    reference, the SAT solver solves an adder. Exit status: 0 all that is essential works, 1 not.
    """
    from invc.tools.doctor import examine

    checkup = examine()
    if json_file:
        write_json(json_file, checkup.report())
    if json_file != "-":
        threads = f"{checkup.threads} thread{'s' * (checkup.threads != 1)}"
        click.echo(f"invc {checkup.version}")
        click.echo(f"Python {checkup.python}; {checkup.platform}, {threads}")
        for finding in checkup.findings:
            click.echo(f"{finding.state:8} {finding.name:14} {finding.detail}")
            if finding.state != "ok" and finding.hint:
                click.echo(f"{'':8} {'':14} hint: {finding.hint}")
        click.echo("everything essential works" if checkup.ok else "invc cannot work here yet")
    ctx.exit(0 if checkup.ok else BROKEN)
