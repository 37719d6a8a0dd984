"""Find Yosys, run it, and say its errors as ours: the only file that starts a process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from invc.diagnostics import InvcError, nearest
from invc.frontend.arithmetic import PLAIN, Adders
from invc.frontend.yosys_json import (
    format_cells,
    format_json,
    read_json,
    unmapped,
    without_black_boxes,
)
from invc.netlist import Function, Netlist

# pyosys ends the whole process on an error, so it always runs in one of its own.
EMBEDDED = """\
import sys
from pyosys import libyosys as ys
ys.run_pass("script " + sys.argv[1], ys.Design())
"""
IDENTIFIER = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)
PLAIN_VALUE = re.compile(r"[^\s\"'`;#\\]*")
INTEGER = re.compile(r"-?\d+", re.ASCII)
SIZED = re.compile(r"(\d+)'s?([bodh])([0-9a-fA-F_xXzZ]+)", re.ASCII)
SNIFFED = 1 << 16  # bytes that show whether a file is text
SYSTEM_VERILOG = {".sv", ".svh"}
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


@dataclass(frozen=True)
class Sources:
    """What a user gives to be compiled.

    Attributes:
        files: Verilog and SystemVerilog files, in order.
        top: Name of the top module; None where only one can be it.
        includes: Folders searched for included files.
        defines: Macros and their values; "" for a macro without one.
        parameters: Parameters of the top module and their values, as Verilog writes them.
    """

    files: tuple[Path, ...]
    top: str | None = None
    includes: tuple[Path, ...] = ()
    defines: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Module:
    """What is known of a module before elaboration.

    Attributes:
        name: Its name.
        parameters: Names of its parameters.
        instances: For each module it instantiates, where.
    """

    name: str
    parameters: tuple[str, ...]
    instances: Mapping[str, str]


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
        return _external(path)
    path = shutil.which("yosys")
    if path is not None:
        return _external(path)
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
        done = subprocess.run(
            [path, "-V"], capture_output=True, text=True, check=False, timeout=60, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InvcError(f"cannot run {path}: {error}", hint=INSTALL_HINT) from error
    match = re.match(r"Yosys (\S+)", done.stdout)
    if done.returncode or not match:
        raise InvcError(f"{path} is no Yosys", hint=INSTALL_HINT)
    return Yosys((path, "-s"), match[1], path)


def read_verilog(
    sources: Sources,
    library: Mapping[str, Function],
    liberty: str,
    yosys: Yosys,
    *,
    adders: Adders = PLAIN,
    defined: bool = False,
    log: Path | None = None,
) -> Netlist:
    """Verilog to a netlist of library cells and adders.

    Args:
        sources: What to compile.
        library: Functions by the cell names of `liberty`.
        liberty: The library as ABC reads it.
        yosys: What compiles it.
        adders: What sums are built of.
        defined: Whether an undefined bit of the source is 0, not whatever costs least.
        log: Where to leave Yosys's own output; a temporary file is left only on an error.

    Raises:
        InvcError: Yosys refused the sources, or the design is not combinational.
    """
    _check(sources)
    with tempfile.TemporaryDirectory(prefix="invc-") as folder:
        return _Run(sources, yosys, Path(folder), log).netlist(library, liberty, adders, defined)


def map_json(
    path: Path,
    top: str | None,
    library: Mapping[str, Function],
    liberty: str,
    yosys: Yosys,
    *,
    adders: Adders = PLAIN,
    defined: bool = False,
    log: Path | None = None,
) -> Netlist:
    """A Yosys JSON file with cells that are still to be mapped, as `read_verilog`."""
    sources = Sources((path,), top)
    with tempfile.TemporaryDirectory(prefix="invc-") as folder:
        run = _Run(sources, yosys, Path(folder), log, json=True)
        return run.netlist(library, liberty, adders, defined)


def prove_equal(
    sources: Sources,
    netlist: Netlist,
    cells: Mapping[str, Function],
    yosys: Yosys,
    *,
    seconds: float,
    log: Path | None = None,
) -> None:
    """Prove that a netlist is equal to its sources, by Yosys on a miter of both.

    Args:
        sources: What the netlist was made of: Verilog, a Yosys JSON file, or a gate netlist.
        netlist: What to prove.
        cells: Those that the sources may instantiate without a definition.
        yosys: What proves it.
        seconds: How long it may take.
        log: Where to leave Yosys's own output.

    Raises:
        InvcError: They differ, or it could not be proven in the time.
    """
    _check(sources)
    json = sources.files[0].suffix.lower() == ".json"
    with tempfile.TemporaryDirectory(prefix="invc-") as folder:
        run = _Run(sources, yosys, Path(folder), log, json=json)
        run.prove(netlist, cells, seconds)


def _check(sources: Sources) -> None:
    for path in sources.files:
        if path.is_dir():
            raise InvcError("a folder, not a file", where=str(path), hint="name its .v files")
        _check_text(path)
    for folder in sources.includes:
        if not folder.is_dir():
            raise InvcError("no such folder", where=str(folder), hint="-I names a folder")
    for name, value in sources.defines.items():
        if not IDENTIFIER.fullmatch(name):
            raise InvcError(f"-D {name}: no name for a macro", hint="-D NAME or -D NAME=VALUE")
        if not PLAIN_VALUE.fullmatch(value):
            raise InvcError(
                f"-D {name}: its value has a blank, a quote or one of ;#\\`",
                hint="put such a `define into a file and name that file first",
            )
    for name, value in sources.parameters.items():
        if not IDENTIFIER.fullmatch(name):
            raise InvcError(f"-G {name}: no name for a parameter", hint="-G NAME=VALUE")
        _parameter(name, value)


def _check_text(path: Path) -> None:
    """Refuse what Yosys would say nothing useful of: it reads any bytes, and stops at a NUL."""
    try:
        of_us = path.absolute().parts[1:2] in {("dev",), ("proc",)}  # another file to Yosys
        if path.exists() and (of_us or not path.is_file()):  # it is read again, by name
            hint = "write what comes out of it to a file first"
            raise InvcError("a pipe or a device, not a file", where=str(path), hint=hint)
        with path.open("rb") as file:
            start = file.read(SNIFFED)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(
            f"cannot read it: {reason}", where=str(path), hint="check its name"
        ) from error
    if b"\0" in start:
        where, hint = str(path), "give Verilog, as UTF-8 or ASCII"
        raise InvcError(f"not a text file (byte {start.index(0)} is 0)", where=where, hint=hint)
    if start.startswith(BOM_UTF8):
        hint = "save it as UTF-8 without one"
        raise InvcError("it begins with a byte order mark", where=f"{path}:1", hint=hint)


def _parameter(name: str, value: str) -> str:
    """A parameter's value as Yosys's own commands read it."""
    if INTEGER.fullmatch(value):
        number = int(value)
        if 0 <= number < 1 << 31:
            return value
        if -(1 << 31) <= number < 0:
            return f"32'sb{number & 0xFFFFFFFF:032b}"
    match = SIZED.fullmatch(value.lower())
    if match:
        width, base, digits = int(match[1]), match[2], match[3].replace("_", "")
        radix = {"b": 2, "o": 8, "d": 10, "h": 16}[base]
        try:
            number = int(digits, radix)
        except ValueError:
            number = -1
        if 0 < width <= 4096 and 0 <= number < 1 << width:
            return f"{width}'b{number:0{width}b}"
    if re.fullmatch(r'"[\w ./+-]*"', value, re.ASCII):
        return value
    raise InvcError(
        f"-G {name}: {value!r} is no constant",
        hint="an integer of 32 bits, a constant such as 8'hff, or a text in double quotes",
    )


class _Run:
    """One compilation in a folder of its own, where every file has a name that we chose."""

    def __init__(
        self, sources: Sources, yosys: Yosys, folder: Path, log: Path | None, *, json: bool = False
    ) -> None:
        self.sources = sources
        self.yosys = yosys
        self.folder = folder
        self.log = log
        self.json = json
        self.shown: dict[str, str] = {}  # our name of a file or folder: the user's
        self.output: list[str] = []

    def netlist(
        self, library: Mapping[str, Function], liberty: str, adders: Adders, defined: bool
    ) -> Netlist:
        script, modules = self._script("synth.ys", self._link())
        (self.folder / "hamlib.lib").write_text(liberty, encoding="utf-8")
        script = script.replace("@UNDEFINED@", "setundef -undriven -zero" if defined else "")
        output = self._run(script, modules)
        self._check_drivers(output, script)
        if self.log is not None:
            self.log.write_text("".join(self.output), encoding="utf-8")
        netlist = read_json(
            self.folder / "netlist.json",
            library,
            adders=adders,
            locate=self.locate,
            shown=self.sources.files[0],
        )
        if netlist is None:
            left = sorted(unmapped(self.folder / "netlist.json", library))
            raise InvcError(
                f"{self.yosys} left cells unmapped: {', '.join(left[:3])}",
                hint=f"please report it; Yosys's log: {self._keep_log()}",
            )
        return netlist

    def prove(self, netlist: Netlist, cells: Mapping[str, Function], seconds: float) -> None:
        """As `prove_equal`."""
        ends = time.monotonic() + seconds
        script, modules = self._script("prove.ys", self._link(defined=True))
        outside = {name: cell for name, cell in cells.items() if name not in modules}
        (self.folder / "cells.json").write_text(format_cells(outside), encoding="utf-8")
        (self.folder / "gate.json").write_text(format_json(netlist, "gate"), encoding="utf-8")
        definitions = (Path(__file__).parent / "shift_and_add.v").read_bytes()
        (self.folder / "shift_and_add.v").write_bytes(definitions)
        try:
            self._run(script, modules, seconds)
        except subprocess.TimeoutExpired:
            ends = 0
        inputs = sum(len(port.bits) for port in netlist.inputs)
        for simplify in FEW_INPUTS if inputs <= MOST_FEW else MANY_INPUTS:
            output = self._attempt(simplify, ends - time.monotonic())
            if "no model found: SUCCESS!" in output:
                return
            if "model found: FAIL!" in output:
                raise self._different(output)
        raise InvcError(
            f"not proven equal to its source in {seconds:g} s",
            where=str(self.sources.files[0]),
            hint="give a longer --prove-limit, or leave --prove out",
        )

    def _attempt(self, simplify: str, left: float) -> str:
        """What Yosys says of the miter after ABC has worked on it, for half of the time left."""
        seconds = max(1.0, left / 2)
        script = f"read_rtlil miter.il\nabc -g AND -script +strash;{simplify};strash\n"
        script += f"sat -prove trigger 0 -show-inputs -timeout {round(seconds)} miter\n"
        (self.folder / "script.ys").write_text(script, encoding="utf-8")
        if left <= 0:
            return ""
        try:
            _, output = _run_group([*self.yosys.command, "script.ys"], self.folder, seconds)
        except subprocess.TimeoutExpired:
            return ""
        self.output.append(output)
        return output

    def _different(self, output: str) -> InvcError:
        """The error for a netlist that is not its source, with inputs that show it."""
        rows = re.findall(r"^ +\\in_(.+?) +(-?\d+|--)(?: +\S+){0,2} *$", output, re.M)
        shown = " ".join(f"{name}={value}" for name, value in rows if value != "--")
        return InvcError(
            "the mapped netlist is not equal to its source" + (f": {shown}" if shown else ""),
            where=str(self.sources.files[0]),
            hint=f"please report it; Yosys's log: {self._keep_log()}",
        )

    def _script(self, name: str, read: str) -> tuple[str, Mapping[str, Module]]:
        """A script with the sources, parameters and top filled in, and the modules."""
        modules = self._modules(read)
        top = _top(modules, self.sources)
        self._check_parameters(modules[top])
        chosen = " ".join(
            f"-chparam {name} {_parameter(name, value)}"
            for name, value in self.sources.parameters.items()
        )
        script = (Path(__file__).parent / name).read_text(encoding="utf-8")
        for word, text in (("@READ@", read), ("@PARAMETERS@", chosen), ("@TOP@", top)):
            script = script.replace(word, text)
        return script, modules

    def _link(self, *, defined: bool = False) -> str:
        """Links with plain names to the user's files, and the commands that read them.

        Args:
            defined: Whether each cell of the library is about to be a module.
        """
        lines = []
        options = []
        for k, include in enumerate(self.sources.includes):
            self._name(f"include{k}", include)
            options.append(f"-Iinclude{k}")
        for k, path in enumerate(self.sources.files):
            # A file's own folder is searched too, under a name of ours.
            self._name(f"folder{k}", path.parent)
            options.append(f"-Ifolder{k}")
        for name, value in self.sources.defines.items():
            options.append(f"-D{name}={value}" if value else f"-D{name}")
        for k, path in enumerate(self.sources.files):
            if self.json:
                take = self._copy_modules if defined else self._name
                take(f"source{k}.json", path)
                lines.append(f"read_json source{k}.json")
                continue
            suffix = ".sv" if path.suffix.lower() in SYSTEM_VERILOG else ".v"
            self._name(f"source{k}{suffix}", path)
            mode = "-sv " if suffix == ".sv" else ""
            lines.append(f"read_verilog {mode}{' '.join(options)} source{k}{suffix}")
        return "\n".join(lines)

    def _copy_modules(self, ours: str, theirs: Path) -> None:
        """A Yosys JSON file without its black boxes: we know the cells that they stand for."""
        (self.folder / ours).write_text(without_black_boxes(theirs), encoding="utf-8")
        self.shown[ours] = str(theirs)

    def _name(self, ours: str, theirs: Path) -> None:
        (self.folder / ours).symlink_to(theirs.absolute())
        self.shown[ours] = str(theirs)

    def _modules(self, read: str) -> dict[str, Module]:
        self._run(f"{read}\nwrite_rtlil modules.il\n", {})
        return _parse_modules(self.folder / "modules.il", self.locate)

    def _check_parameters(self, module: Module) -> None:
        for name in self.sources.parameters:
            if name not in module.parameters:
                raise InvcError(
                    f"module {module.name!r} has no parameter {name!r}",
                    hint=nearest(name, module.parameters),
                )

    def _run(self, script: str, modules: Mapping[str, Module], seconds: float | None = None) -> str:
        (self.folder / "script.ys").write_text(script, encoding="utf-8")
        try:
            status, output = _run_group([*self.yosys.command, "script.ys"], self.folder, seconds)
        except OSError as error:
            raise InvcError(f"cannot run {self.yosys.kind}: {error}", hint=INSTALL_HINT) from error
        self.output.append(output)
        if status:
            raise self._error(output, status, modules)
        return output

    def _error(self, output: str, status: int, modules: Mapping[str, Module]) -> InvcError:
        match = re.search(r"^(?:(\S+?):(\d+)(?:\.\d+-[\d.]+)?: )?ERROR: ?(.*)$", output, re.M)
        if match is None:
            return self._silence(output, status)
        file, line, message = match.groups()
        where = self.locate(f"{file}:{line}.0") if file else ""
        message = re.sub(r"`\\?([^']*)'", r"'\1'", message).rstrip("!.")
        for ours, theirs in self.shown.items():
            message = message.replace(ours, theirs)
        where = where or self._place(message, modules)
        hint = next((hint for pattern, hint in HINTS if re.search(pattern, message)), "")
        log = f"Yosys's log: {self._keep_log()}"
        return InvcError(
            message if message[1:2].isupper() else message[:1].lower() + message[1:],
            where=where or None,
            hint=f"{hint}; {log}" if hint else log,
        )

    def _silence(self, output: str, status: int) -> InvcError:
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
            f"{self.yosys} {ended}",
            where=self.shown.get(read[-1]) if read else None,
            hint=f"{hint} Yosys's log: {self._keep_log()}",
        )

    def _place(self, message: str, modules: Mapping[str, Module]) -> str:
        """Where an error without a place is from: an instance, or an include line."""
        match = re.match(r"Module '(\S+)' referenced in module '(\S+)'", message)
        if match and match[2] in modules:
            return modules[match[2]].instances.get(match[1], "")
        match = re.search(r"include file '(.*)'", message)
        for path in self.sources.files if match else ():
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), start=1):
                if "`include" in line and match and match[1] in line:
                    return f"{path}:{number}"
        return ""

    def _check_drivers(self, output: str, script: str) -> None:
        """Refuse what Yosys's `check` only warns of."""
        for pattern, problem, hint in DRIVERS:
            match = re.search(pattern, output)
            if match:
                name = match[1].replace(" [", "[")
                raise InvcError(
                    f"net {name!r} {problem}", where=self._declared(name, script), hint=hint
                )

    def _declared(self, name: str, script: str) -> str:
        """Where a net is declared: run again up to the check, and look at what is there then."""
        elaborated, _, _ = script.partition("\ncheck\n")
        self._run(f"{elaborated}\nwrite_rtlil checked.il\n", {})
        wire = f" \\{name.partition('[')[0]}\n"
        source = ""
        with (self.folder / "checked.il").open(encoding="utf-8", errors="replace") as file:
            for line in file:
                words = line.split()
                if words[:2] == ["attribute", "\\src"]:
                    source = words[2].strip('"')
                elif words[:1] == ["wire"] and line.endswith(wire):
                    return self.locate(source)
        return ""

    def _keep_log(self) -> str:
        """Leave Yosys's output where the user can read it."""
        if self.log is not None:
            self.log.write_text("".join(self.output), encoding="utf-8")
            return str(self.log)
        descriptor, name = tempfile.mkstemp(prefix="invc-yosys-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(self.output)
        return name

    def locate(self, src: str) -> str:
        """The user's "file:line:column" of a src attribute; "" where it is in no file of theirs."""
        for place in src.split("|"):
            match = re.match(r"(.+?):(\d+)(?:\.(\d+))?", place)
            if match is None:
                continue
            head, _, rest = match[1].partition("/")
            theirs = self.shown.get(head)
            if theirs is None:
                continue
            name = str(Path(theirs) / rest) if rest else theirs
            column = f":{match[3]}" if match[3] and match[3] != "0" else ""
            return f"{name}:{match[2]}{column}" if match[2] != "0" else name
        return ""


def _run_group(command: list[str], folder: Path, seconds: float | None) -> tuple[int, str]:
    """Exit status and output of a command; when time is over, ABC under it ends too.

    Raises:
        subprocess.TimeoutExpired: It took longer.
    """
    own = seconds is not None and os.name == "posix"
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder)},  # what ABC leaves goes with it
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=own,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except BaseException:
            if own:
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            raise
    return process.returncode, output


# What ABC tries on a miter, in turn, before Yosys's solver has the last word. Merging equal nets
# proves adders, shifters and arrays; decision diagrams prove counts, parities and whatever has
# few inputs.
MERGE = "ifraig;dc2;ifraig"
DIAGRAM = "collapse,-B,2000000"
FEW_INPUTS = (DIAGRAM, "ifraig,-C,20000")
MANY_INPUTS = (MERGE, DIAGRAM, "ifraig,-C,20000", "ifraig;iprove")
MOST_FEW = 20
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
# What to do about an error of Yosys, by its text.
HINTS = (
    (r"include file", "name its folder with -I"),
    (r"is not part of the design", "name the file that defines it too, or check its name"),
    (r"does not have a port named", "check the name of the port"),
    (r"does not have a parameter", "check the name of the parameter"),
    (r"syntax error", "look at this line and the one before; SystemVerilog needs a .sv file"),
    (r"[Rr]e-definition of module", "name each file once, or give one module another name"),
    (r"out of memory|bad_alloc", "give the design more memory, or smaller parameters"),
    (r"[Ll]atch inferred", "assign it on every path"),
    (r"recursion|[Cc]ircular", "an instance may not contain itself"),
)


def _top(modules: Mapping[str, Module], sources: Sources) -> str:
    """The module to compile: the one named, or the only one that no other instantiates."""
    where = str(sources.files[0]) if len(sources.files) == 1 else None
    if not modules:
        raise InvcError("no module in it", where=where, hint="name a Verilog file with a module")
    if sources.top is not None:
        if sources.top not in modules:
            raise InvcError(
                f"no module is called {sources.top!r}",
                where=where,
                hint=nearest(sources.top, modules),
            )
        return sources.top
    used = {child for module in modules.values() for child in module.instances}
    roots = [name for name in modules if name not in used]
    if not roots:
        raise InvcError(
            f"every module is part of another, {next(iter(modules))!r} too",
            where=where,
            hint="a module may not contain itself; --top names the one to compile",
        )
    if len(roots) != 1:
        shown = ", ".join(roots[:8])
        raise InvcError(
            f"{len(roots)} modules could be the top",
            where=where,
            hint=f"choose with --top: {shown}",
        )
    return roots[0]


def _parse_modules(path: Path, locate: Callable[[str], str]) -> dict[str, Module]:
    """Names, parameters and instances from the RTLIL that Yosys wrote after reading."""
    modules: dict[str, Module] = {}
    parameters: list[str] = []
    instances: dict[str, str] = {}
    name, source = "", ""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.split()
            if len(words) < 2:
                continue
            if words[0] == "module":
                name = _plain(words[1])
                parameters, instances = [], {}
                modules[name] = Module(name, (), instances)
            elif line.startswith("  parameter ") and name:
                parameters.append(_plain(words[1]))
                modules[name] = Module(name, tuple(parameters), instances)
            elif words[:2] == ["attribute", "\\src"]:
                source = words[2].strip('"')
            elif words[0] == "cell" and words[1].startswith("\\"):
                instances.setdefault(_plain(words[1]), locate(source))
    return modules


def _plain(word: str) -> str:
    return re.sub(r"^\$abstract", "", word).lstrip("\\")
