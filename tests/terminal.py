"""Commands on a terminal: what they show there while they work, and what Ctrl-C does to them."""

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

PATIENCE = 900  # seconds for a sign of life, on whatever machine


class Ended(NamedTuple):
    """A command that was interrupted: its status, standard output, and all that the terminal saw."""

    status: int
    out: str
    shown: str


# What runs a command: Ctrl-C works in it even where it is ignored here: under nohup, in the background.
COMMAND = """
import signal
from invc.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


def runs(*arguments: str) -> list[str]:
    """The command line of a process that runs a command and hears SIGINT."""
    return [sys.executable, "-P", "-c", COMMAND, *arguments]


def interrupt(folder: Path, *arguments: str, when: str) -> Ended:
    """Run a command, its standard error being a terminal, and press Ctrl-C once that shows `when`."""
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen(
        runs(*arguments),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
    ) as process:
        os.close(theirs)
        sent = False
        while True:
            ready, _, _ = select.select([ours], [], [], PATIENCE)
            try:
                piece = os.read(ours, 1 << 16) if ready else b""
            except OSError:  # Linux says so when the other end is closed
                piece = b""
            if not piece:
                break
            shown += piece
            if not sent and when.encode() in shown:
                process.send_signal(signal.SIGINT)
                sent = True
        if not sent:
            process.kill()
        out, _ = process.communicate(timeout=PATIENCE)
    os.close(ours)
    assert sent, shown
    return Ended(process.returncode, out.decode(), shown.decode())


def shown(folder: Path, *arguments: str, **environment: str) -> str:
    """What a terminal shows of a command that ends by itself."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        runs(*arguments),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200", "NO_COLOR": "", **environment},
    ):
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            seen += piece
    os.close(ours)
    return seen.decode()
