"""The command line: one file per command, loaded only when it is called."""

from __future__ import annotations

import errno
import gc
import os
import sys
from importlib import import_module
from keyword import iskeyword
from pathlib import Path

import click

from invc import __version__
from invc.cli.stdin import without_folder
from invc.cli.streams import echo_error, protect
from invc.diagnostics import InvcError

# Kept by hand, so that `invc --help` imports no command.
COMMANDS = {
    "synth": "Compile Verilog to a sparse h/J netlist (.hj).",
    "simulate": "Run a .hj file forward, backward or partly clamped.",
    "run": "Carry out a command whose arguments stand in a file.",
    "merge": "Add up results of several runs of one design.",
    "prove": "Prove by SAT that there is an answer, or none, or how many.",
    "bench": "Measure how fast a design is sampled here.",
    "stats": "Report the cells, coefficients, degrees and colours of a .hj file.",
    "export": "Write a .hj file for another solver.",
    "embed": "Place a design on the qubits of an annealer.",
    "import": "Read a model of another program into a .hj file.",
    "show": "Draw the netlist of a .hj file.",
    "rtl": "Write the p-bit circuit of a design as Verilog.",
    "chip": "Ask a board that has the circuit of a design.",
    "train": "Find the weights of a network in Verilog from labelled samples.",
    "eval": "Say how good trained weights are on samples.",
    "data": "Code, draw and split samples for training.",
    "mine": "Find and solve the cells that would save a design most spins.",
    "ports": "List the modules, parameters and ports of Verilog sources.",
    "lib-gen": "Solve and prove a new Hamiltonian cell.",
    "lib-check": "Prove every cell of the library again.",
    "lib": "List and show the cells of the library.",
    "completion": "Let a shell complete commands, options and files.",
    "doctor": "Say what works here, what is missing and how to get it.",
}
INTERRUPTED = 130
MOST_DIGITS = 400_000
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}
MOST_NAME = 200  # characters of a path that an error shows
NO_ROOM_HINT = "make room where the output goes, and in the temporary folder (TMPDIR)"


class Commands(click.Group):
    """Commands found by name: `lib-gen` is `command` in invc/cli/lib_gen.py."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a first session."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, whose module is imported only now."""
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_") + "_" * iskeyword(cmd_name)
        command: click.Command = import_module(f"invc.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their one-line helps, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="invc")
def invc() -> None:
    """Compile Boolean functions to invertible logic and run it on p-bits.

    Verilog becomes gates, gates become a Hamiltonian whose ground states are the truth table,
    and a network of p-bits runs it in any direction: clamp inputs, outputs, or some of each.
    """


def main() -> None:
    """Run the command line; a user's fault is one line and a status, never a traceback."""
    # A run is short and makes millions of small tuples that live to its end.
    gc.set_threshold(200_000, 100, 1000)
    protect()
    # A port of an imported model may have a bit for each of a million variables, and is a number.
    sys.set_int_max_str_digits(MOST_DIGITS)
    try:
        status = invc.main(standalone_mode=False)
    except InvcError as error:
        echo_error(without_folder(str(error)))
        status = error.status
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except click.exceptions.Exit as error:
        status = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        status = INTERRUPTED
    except MemoryError:
        text = "error: out of memory\n  hint: give fewer --reads or a smaller design"
        echo_error(text)
        status = 1
    except BrokenPipeError:
        # Whoever read our output stopped reading; nothing more can be said to them.
        sys.stderr.close()
        sys.stdout = Path("/dev/null").open("w")  # noqa: SIM115 - until the process ends
        status = 1
    except OSError as error:
        said = _refusal(error)
        if said is None:
            raise
        echo_error(said)
        # What could not be written is still in a buffer, and Python would fail over it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = 1
    sys.exit(status if isinstance(status, int) else 0)


def _refusal(error: OSError) -> str | None:
    """What to say of a fault of the system that nobody foresaw; None where it is one of ours."""
    said = (error.strerror or "").lower()
    if error.errno in NO_ROOM:
        return f"error: {said}\n  hint: {NO_ROOM_HINT}"
    if not isinstance(error.filename, str):
        return None
    name = error.filename
    shown = name if len(name) <= MOST_NAME else f"{name[: MOST_NAME // 2]}...{name[-20:]}"
    return f"{shown}: error: {said}\n  hint: choose another file or folder"
