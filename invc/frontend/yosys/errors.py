"""What Yosys says, in our words: where, what, and what to do."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping

from invc.diagnostics import InvcError
from invc.frontend.liberty_names import HINT, cell_names, no_function
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import Links
from invc.frontend.yosys.modules import Module
from invc.frontend.yosys.sources import Sources

# What to do about an error of Yosys, by its text.
HINTS = (
    (r"include file", "name its folder with -I"),
    (r"is not part of the design", "name the file that defines it too, or check its name"),
    (r"[Cc]an ?not open file", "name it by its whole path: Yosys runs in a folder of its own"),
    (r"failed in \S*slang_", "is a net a tri0, tri1 or trireg? make it a wire with a driver"),
    (r"does not have a port named", "check the name of the port"),
    (r"does not have a parameter", "check the name of the parameter"),
    (r"has no default value|not a valid top-level", "-G NAME=VALUE gives parameters their values"),
    (r"syntax error", "look at this line and the one before"),
    (r"[Rr]e-definition of module", "name each file once, or give one module another name"),
    (r"out of memory|bad_alloc", "give the design more memory, or smaller parameters"),
    (r"[Ll]atch inferred", "assign it on every path"),
    (r"[Oo]utput port .* connected to constants", "give each of its bits a net, or none"),
    (r"unsupported SVA", "@(posedge clk) EXPRESSION is read, so write a |-> b as !a || b"),
    (r"without end|recursion|[Cc]ircular", "an instance may not contain itself"),
)
NEEDS_SUFFIX = "a .sv file is read as SystemVerilog"
# What `check` warns of: pattern with the net, what we say, the hint.
DRIVERS = (
    (
        r"multiple conflicting drivers for \S+?\.\\(\S+(?: \[\d+\])?):",
        "is driven twice",
        "leave it one driver",
    ),
    (
        r"Wire \S+?\.\\(\S+(?: \[\d+\])?) is used but has no driver",
        "is read but nothing drives it",
        "assign it, or make it an input",
    ),
)
MOST_WORD, MOST_MESSAGE = 80, 400  # characters of a message
_ERROR = re.compile(r"^(?:(\S+?):(\d+)(?:\.\d+-[\d.]+)?: )?ERROR: ?(.*)$", re.M)


def explain(
    output: str,
    *,
    links: Links,
    sources: Sources,
    modules: Mapping[str, Module],
    log: str,
) -> InvcError | None:
    """The error that a run of Yosys ended with, or None where it gave none.

    Args:
        output: All that it wrote.
        links: Our names of the user's files.
        sources: What it read.
        modules: The modules, as far as they are known.
        log: Where its output is.
    """
    match = _ERROR.search(output)
    if match is None:
        return None
    file, line, message = match.groups()
    where = links.locate(f"{file}:{line}.0") if file else ""
    message = re.sub(r"`\\?([^']*)'", r"'\1'", message).rstrip("!.")
    message = links.in_their_words(message)
    where = where or _place(message, modules, sources)
    if not where and len(sources.files) == 1 and "liberty" not in message:
        where = str(sources.files[0])
    inside = next((m for m in modules.values() if m.name in m.instances), None)
    if inside is not None and "recursive instantiations" in message:
        message = f"module {inside.name!r} contains itself without end"
        where = inside.instances[inside.name]
    missing = re.match(r"[Mm]odule '(\S+)' referenced .* is not part of the design", message)
    if missing and missing[1] in cell_names(sources.liberty):
        return InvcError(no_function(missing[1]), where=where or None, hint=HINT)
    hint = next((hint for pattern, hint in HINTS if re.search(pattern, message)), "")
    if "syntax error" in message and where.partition(":")[0].lower().endswith(".v"):
        hint += f"; {NEEDS_SUFFIX}"
    said = message if message[1:2].isupper() else message[:1].lower() + message[1:]
    shown = f"Yosys's log: {log}" if log else ""
    return InvcError(
        _shortened(said), where=where or None, hint="; ".join(filter(None, (hint, shown))) or None
    )


def _shortened(message: str) -> str:
    """A message whose long words and whose end are cut: a name may be as long as a file."""
    words = (w if len(w) <= MOST_WORD else f"{w[: MOST_WORD - 3]}..." for w in message.split(" "))
    text = " ".join(words)
    return text if len(text) <= MOST_MESSAGE else f"{text[: MOST_MESSAGE - 3]}..."


def explain_silence(output: str, status: int, yosys: Yosys, links: Links, log: str) -> InvcError:
    """An end of Yosys without an error of its own: what ended it, in the file it last read."""
    read = re.findall(r"^Parsing \S+ input from [`'](\S+)'", output, re.M)
    ended, hint = "ended without a word", "is there memory and disk left?"
    if "input buffer overflow" in output:
        ended, hint = "cannot read a word of so many characters", "is this Verilog?"
    elif status == -signal.SIGSEGV:
        ended, hint = "crashed", "is an expression nested too deeply?"
    elif status == -signal.SIGKILL:
        ended, hint = "was killed", "is there memory left?"
    return InvcError(
        f"{yosys} {ended}",
        where=links.shown.get(read[-1]) if read else None,
        hint=f"{hint} Yosys's log: {log}",
    )


def _place(message: str, modules: Mapping[str, Module], sources: Sources) -> str:
    """Where an error without a place is from: an instance, or an include line."""
    match = re.match(r"Module '(?P<of>\S+)' referenced in module '(?P<by>\S+)'", message)
    match = match or re.match(r"[Oo]utput port (?P<by>\S+)\.\S+\.\S+ \((?P<of>\S+)\)", message)
    if match and match["by"] in modules:
        return modules[match["by"]].instances.get(match["of"], "")
    match = re.search(r"include file '(.*)'", message)
    for path in sources.files if match else ():
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if "`include" in line and match and match[1] in line:
                return f"{path}:{number}"
    return ""
