"""`invc completion`: what a shell needs to complete commands, options and files."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_INVC_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the script that lets SHELL complete the command line of invc.

    \b
    bash: invc completion bash >> ~/.bashrc
    zsh:  invc completion zsh >> ~/.zshrc
    fish: invc completion fish > ~/.config/fish/completions/invc.fish
    """
    from click.shell_completion import get_completion_class

    from invc.cli import invc

    kind = get_completion_class(shell)
    assert kind is not None
    made = kind(invc, {}, "invc", VARIABLE)
    # Not its `source`, which would run the shell first to see that it is new enough.
    click.echo(made.source_template % made.source_vars())
