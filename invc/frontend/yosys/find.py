"""Find the Yosys to use: the user's own, else the one embedded in pyosys."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec

from invc.diagnostics import InvcError
from invc.frontend.yosys.process import TimeOver, first_words

# pyosys ends the whole process on an error, so it always runs in one of its own.
EMBEDDED = """\
import sys
from pyosys import libyosys as ys
ys.run_pass("script " + sys.argv[1], ys.Design())
"""
INSTALL_HINT = "pip install pyosys, or name a Yosys with --yosys or INVC_YOSYS"


@dataclass(frozen=True)
class Yosys:
    """A Yosys that can be run.

    Attributes:
        command: What runs a script whose name follows it.
        version: As it says it: "0.70".
        kind: Where it came from: "pyosys", or its path.
    """

    command: tuple[str, ...]
    version: str
    kind: str

    def __str__(self) -> str:
        return f"Yosys {self.version} ({self.kind})"


def find_yosys(named: str | None = None) -> Yosys:
    """The Yosys that the user named, else INVC_YOSYS, else PATH, else the embedded one.

    Raises:
        InvcError: None is there, or the one named does not run.
    """
    wanted = named or os.environ.get("INVC_YOSYS")
    if wanted:
        path = shutil.which(wanted)
        if path is None:
            raise InvcError(f"no Yosys at {wanted!r}", hint="name an executable file")
        return _external(os.path.abspath(path))  # noqa: PTH100 (it runs elsewhere)
    path = shutil.which("yosys")
    if path is not None:
        return _external(os.path.abspath(path))  # noqa: PTH100
    if find_spec("pyosys") is None:
        raise InvcError("no Yosys was found", hint=INSTALL_HINT)
    return _embedded()


@cache
def _embedded() -> Yosys:
    # -P: nothing in the working directory is ever imported.
    return Yosys((sys.executable, "-P", "-c", EMBEDDED), version("pyosys"), "pyosys")


@cache
def _external(path: str) -> Yosys:
    try:
        status, words = first_words(path, "-V")
    except (OSError, TimeOver) as error:
        raise InvcError(f"cannot run {path}: {error}", hint=INSTALL_HINT) from error
    match = re.match(r"Yosys (\S+)", words)
    if status or not match:
        raise InvcError(f"{path} is no Yosys", hint=INSTALL_HINT)
    return Yosys((path, "-s"), match[1], path)
