"""Start a process, and end it and all under it: the only file that does."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

VERSION_LIMIT = 60.0  # seconds for a program to say what it is


class TimeOver(Exception):
    """A process took longer than it was given.

    Attributes:
        output: What it had written by then.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


def first_words(path: str, option: str) -> tuple[int, str]:
    """Exit status and standard output of a program that is asked what it is.

    Raises:
        OSError: It cannot be run.
        TimeOver: It does not end.
    """
    try:
        done = subprocess.run(
            [path, option],
            capture_output=True,
            text=True,
            check=False,
            timeout=VERSION_LIMIT,
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise TimeOver(f"no answer to {option} in {VERSION_LIMIT:g} s") from error
    return done.returncode, done.stdout


def run(command: Sequence[str], folder: Path, seconds: float | None = None) -> tuple[int, str]:
    """Exit status and all output of a command that works in a folder.

    What it starts itself, as Yosys starts ABC, leaves its temporary files in that folder too, and
    ends with it when time is over.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        seconds: How long it may take, or None.

    Raises:
        OSError: It cannot be run.
        TimeOver: It took longer.
    """
    own = os.name == "posix"
    with subprocess.Popen(
        list(command),
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=own,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except BaseException as error:
            if own:
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                output, _ = process.communicate()
                raise TimeOver(f"not done in {seconds:g} s", output) from error
            raise
    return process.returncode, output
