"""`invc ports`: the modules, parameters and ports of a source, before any synthesis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from invc import __version__
from invc.cli.pairs import Parsed
from invc.cli.reporting import check_files, write_json
from invc.cli.stdin import file_of, without_folder
from invc.diagnostics import InvcError

if TYPE_CHECKING:
    from invc.frontend.modules import ModuleInfo
    from invc.netlist.shape import Shape

    Shapes = Mapping[str, Shape]


MOST_FIELDS = 32  # of a port, in a text


class Macro(Parsed):
    """A macro as -D takes it: NAME or NAME=TEXT."""

    name = "NAME[=TEXT]"

    def parse(self, text: str) -> tuple[str, str]:
        """Name and text, which is 1 where none is given."""
        name, equals, value = text.partition("=")
        if not name.isidentifier():
            raise ValueError(f"{text!r} is not NAME or NAME=TEXT")
        return name, value if equals else "1"


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-I",
    "--include",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Search this folder for `include.  May be repeated.",
)
@click.option(
    "-D",
    "--define",
    multiple=True,
    type=Macro(),
    help="Define a macro; its text is 1 where none is given.  May be repeated.",
)
@click.option("--json", "json_file", metavar="FILE|-", help="Write the result; - is stdout.")
def command(
    files: tuple[Path, ...],
    include: tuple[Path, ...],
    define: tuple[tuple[str, str], ...],
    json_file: str | None,
) -> None:
    """List the modules, parameters and ports of Verilog sources, or the ports of a .hj file.

    Nothing is synthesised: widths are shown as the source writes them. Of SystemVerilog the
    heads of modules are read, and the fields of structs where Yosys has slang.

    \b
    invc ports design.v
    invc ports mult4.hj
    invc ports rtl/*.v -I rtl/include -D WIDTH=8 --json -
    """
    from invc.frontend.modules import read_modules, top_of

    files = tuple(Path(file_of(str(file), "v")) for file in files)
    fields: dict[str, Shapes]
    modules: tuple[ModuleInfo, ...]
    tops: tuple[ModuleInfo, ...]
    check_files([json_file], files)
    if len(files) == 1 and _is_design(files[0]):
        module, shapes = _of_design(files[0])
        modules, tops, fields = (module,), (module,), {module.name: shapes}
    else:
        modules = read_modules(files, include=include, define=dict(define))
        tops = top_of(modules)
        fields = {top.name: _shapes(top, files, include, define) for top in tops}
    if json_file:
        _write_json(json_file, modules, tops, fields)
    if json_file != "-":
        _print(modules, tops, fields)


def _is_design(file: Path) -> bool:
    """Whether it is a .hj file, by its name or, from standard input, by how it begins."""
    streamed = without_folder(str(file)) != str(file)
    return file.suffix == ".hj" or (streamed and file.read_bytes().startswith(b"invc-hj "))


def _of_design(file: Path) -> tuple[ModuleInfo, Shapes]:
    """The module that a design was made of, as it is in time where it was unrolled."""
    from invc.design import read_design
    from invc.diagnostics import Location
    from invc.frontend.headers import ModuleInfo, ModulePort

    netlist = read_design(file).netlist
    ports = [ModulePort(p.name, p.direction, p.range_text, p.signed) for p in netlist.ports]
    shapes = {port.name: port.shape for port in netlist.ports if port.shape is not None}
    return ModuleInfo(
        netlist.name, (), tuple(ports), Location("-" if file.suffix == ".v" else str(file))
    ), shapes


def _shapes(
    module: ModuleInfo,
    files: Sequence[Path],
    include: Sequence[Path],
    define: Sequence[tuple[str, str]],
) -> Shapes:
    """The types of ports that are no plain vectors, where somebody can tell."""
    from invc.frontend.yosys import Sources, declared_shapes, find_yosys

    if all(port.range.count("[") == ("[" in port.range[:1]) for port in module.ports):
        return {}
    try:
        yosys = find_yosys(None)
    except InvcError:
        return {}
    sources = Sources(tuple(files), includes=tuple(include), defines=dict(define))
    return declared_shapes(sources, module.name, yosys)


def _fields(name: str, shapes: Shapes) -> Iterator[tuple[str, str, bool]]:
    """Name, range and sign of each field and element of a port."""
    from invc.netlist.shape import Vector, leaves

    shape = shapes.get(name)
    if shape is None or isinstance(shape, Vector):
        return
    for path, _, leaf in leaves(shape):
        assert isinstance(leaf, Vector)
        span = "" if leaf.left is None else f"[{leaf.left}:{leaf.right}]"
        yield name + path, span, leaf.signed


def _write_json(
    target: str,
    modules: Sequence[ModuleInfo],
    tops: Sequence[ModuleInfo],
    shapes: Mapping[str, Shapes],
) -> None:
    """Write what `_print` prints, and the rest, as JSON."""
    report = {
        "modules": [
            {
                "name": module.name,
                "file": without_folder(module.location.file),
                "line": module.location.line,
                "top": module in tops,
                "parameters": [{"name": p.name, "default": p.default} for p in module.parameters],
                "ports": [
                    {
                        "name": port.name,
                        "direction": port.direction,
                        "range": port.range,
                        "signed": port.signed,
                        "fields": [
                            {"name": name, "range": span, "signed": signed}
                            for name, span, signed in _fields(
                                port.name, shapes.get(module.name, {})
                            )
                        ],
                    }
                    for port in module.ports
                ],
            }
            for module in modules
        ],
        "version": __version__,
    }
    write_json(target, report)


def _print(
    modules: Sequence[ModuleInfo], tops: Sequence[ModuleInfo], shapes: Mapping[str, Shapes]
) -> None:
    for k, module in enumerate(modules):
        if k:
            click.echo()
        click.echo(f"{module.name} ({without_folder(str(module.location))})")
        for parameter in module.parameters:
            default = f" = {parameter.default}" if parameter.default else ""
            click.echo(f"  parameter {parameter.name}{default}")
        rows = []
        for port in module.ports:
            sign = "signed" if port.signed else ""
            rows.append((port.direction, port.name, sign, port.range))
            fields = list(_fields(port.name, shapes.get(module.name, {})))
            if not any("." in name.removeprefix(port.name) for name, _, _ in fields):
                continue  # the range says it
            more = len(fields) - MOST_FIELDS
            rows += [
                ("", f"  {name}", "signed" if signed else "", span)
                for name, span, signed in fields[:MOST_FIELDS]
            ]
            rows += [("", f"  ... {more} more (--json)", "", "")] if more > 0 else []
        width = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [text.ljust(w) for text, w in zip(row, width, strict=True) if w]
            click.echo(("  " + "  ".join(cells)).rstrip())
    if len(modules) > 1:
        names = ", ".join(module.name for module in tops) or "none, each lies in another"
        click.echo(f"\ntop: {names}" if len(tops) < 2 else f"\ntop: one of {names}")
