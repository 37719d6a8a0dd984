"""Scripts of Yosys without the nets that several blocks drive and on which nothing depends.

A variable that each of several blocks assigns before it reads it is a name for a value inside each
block: `integer i` of their loops, `temporary` of their sums. Yosys's `proc` gives every read the
value of its own block, and leaves the name as a net with a driver from each block, which passes
that follow connections would take for one signal. Simulators and other synthesis tools accept it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from invc.diagnostics import InvcError
from invc.frontend.yosys.drivers import find_unused
from invc.frontend.yosys.session import Session

_APART = frozenset(';#"')  # what ends a word of a script


def run_without_unused(session: Session, script: str, run: Callable[[str], str]) -> tuple[str, str]:
    """What Yosys says of a script, and the script that was carried out in the end.

    Args:
        session: Where it runs.
        script: It writes `drivers.il`, as it is right after `proc -noopt -norom`, and carries out
            `proc` on the same design again.
        run: Carries it out.

    Raises:
        InvcError: Yosys refused the sources, or a script cannot name such a net.
    """
    fault = None
    output = ""
    try:
        output = run(script)
    except InvcError as error:  # perhaps a loop through a net that should not be one
        fault = error
    written = session.folder / "drivers.il"
    nets = find_unused(written) if written.is_file() and not session.numbered else []
    for module, name in nets:
        if _APART & {*module, *name}:
            message, hint = f"net {name[1:]!r} is driven twice", "leave it one driver"
            raise InvcError(message, where=str(session.sources.files[0]), hint=hint)
    if nets:
        script = _without(script, nets)
        return run(script), script
    if fault is not None:
        raise fault
    return output, script


def _without(script: str, nets: Sequence[tuple[str, str]]) -> str:
    """The script with each driver of some nets driving a net of its own, before any other pass."""
    words = [(module, re.sub(r"(\W)", r"\\\1", name[1:])) for module, name in nets]
    apart = "\n".join(f"cd {module}\ndelete w:{name}\ncd .." for module, name in words)
    first = "proc -noopt -norom\n"
    script = script.replace(first, f"{first}{apart}\n", 1)
    return script.replace("\nproc\n", f"\nproc -noopt\n{apart}\nopt_expr -keepdc\n", 1)
