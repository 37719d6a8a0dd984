"""The JSON that Yosys writes, as a netlist; linear in its size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from invc.diagnostics import InvcError, nearest
from invc.frontend.arithmetic import PLAIN, Adders, Sum, Word, ripple
from invc.netlist import FALSE, TRUE, Builder, Function, Gate, Literal, Netlist, Port
from invc.netlist.gates import BUF, FA, INV
from invc.text.files import read_text

Json = Mapping[str, Any]

SEQUENTIAL_HINT = "invc compiles combinational logic: take the register out, or give its net a port"
LATCH_HINT = "assign it on every path, or give it a default value first"
MEMORY_HINT = "invc compiles combinational logic; a table that is only read is fine"
TRISTATE_HINT = "use a multiplexer: there is no high impedance in a Boolean function"
# Cell types without a Hamiltonian: pattern, what messages call it, the hint.
REFUSED = (
    (re.compile(r"\$(_DLATCH|dlatch|adlatch|_SR_|sr$|dlatchsr)"), "latch", LATCH_HINT),
    (
        re.compile(r"\$(_S?DFFC?E?|_ALDFF|_FF_|_DFFSR|(al|a|s|sr)?dff|dffsr|ff$|anyinit)"),
        "flip-flop",
        SEQUENTIAL_HINT,
    ),
    (re.compile(r"\$mem"), "memory", MEMORY_HINT),
    (re.compile(r"\$(tribuf|_TBUF_)"), "tristate driver", TRISTATE_HINT),
)
# Cells that state something about a design and compute nothing.
IGNORED = re.compile(
    r"\$(assert|assume|cover|live|fair|check|print|scopeinfo|specify|specrule|connection|meta)"
)


def _table(inputs: str, minterm: Callable[..., int]) -> tuple[int]:
    rows = range(1 << len(inputs))
    return (sum(minterm(*(r >> i & 1 for i in range(len(inputs)))) << r for r in rows),)


def _gate(kind: str, inputs: str, minterm: Callable[..., int]) -> tuple[str, Function]:
    return kind, Function(kind, tuple(inputs), ("Y",), _table(inputs, minterm))


# Yosys's gate-level cells, from the manual's chapter on its internal cell library, and the two
# cells of the Liberty view that need no spin.
GATES = dict(
    (
        ("INV", INV),
        ("BUF", BUF),
        ("$_NOT_", INV),
        ("$_BUF_", BUF),
        _gate("$_AND_", "AB", lambda a, b: a & b),
        _gate("$_NAND_", "AB", lambda a, b: 1 - (a & b)),
        _gate("$_OR_", "AB", lambda a, b: a | b),
        _gate("$_NOR_", "AB", lambda a, b: 1 - (a | b)),
        _gate("$_XOR_", "AB", lambda a, b: a ^ b),
        _gate("$_XNOR_", "AB", lambda a, b: 1 - (a ^ b)),
        _gate("$_ANDNOT_", "AB", lambda a, b: a & (1 - b)),
        _gate("$_ORNOT_", "AB", lambda a, b: a | (1 - b)),
        _gate("$_MUX_", "ABS", lambda a, b, s: b if s else a),
        _gate("$_NMUX_", "ABS", lambda a, b, s: 1 - (b if s else a)),
        _gate("$_AOI3_", "ABC", lambda a, b, c: 1 - (a & b | c)),
        _gate("$_OAI3_", "ABC", lambda a, b, c: 1 - ((a | b) & c)),
        _gate("$_AOI4_", "ABCD", lambda a, b, c, d: 1 - (a & b | c & d)),
        _gate("$_OAI4_", "ABCD", lambda a, b, c, d: 1 - ((a | b) & (c | d))),
        _gate("$_MUX4_", "ABCDST", lambda a, b, c, d, s, t: (a, b, c, d)[s + 2 * t]),
    )
)
ARITHMETIC = ("$alu", "$macc", "$macc_v2", "$fa", "$mul", "$add", "$sub", "$neg", "$pos")


def _own_place(src: str) -> str:
    """The first place of a src attribute, "file:line.column-line.column", as we write it."""
    match = re.match(r"([^|]+?):(\d+)(?:\.(\d+))?", src)
    return ":".join(part for part in match.groups() if part and part != "0") if match else ""


def read_json(
    path: Path,
    library: Mapping[str, Function],
    *,
    top: str | None = None,
    adders: Adders = PLAIN,
    locate: Callable[[str], str] = _own_place,
    shown: Path | None = None,
) -> Netlist | None:
    """Read the top module of a file that Yosys's `write_json` made.

    Args:
        path: The file.
        library: Functions by cell name, besides Yosys's own gates and arithmetic.
        top: Name of the module; by default the one marked as top, or the only one.
        adders: What sums are built of.
        locate: Makes a location of a `src` attribute's first place, "" where it means nothing.
        shown: What messages call the file.

    Returns:
        The netlist, or None if a cell of the module is of a type that Yosys has still to map.

    Raises:
        InvcError: The file is none of Yosys's, or the design is not combinational.
    """
    text = read_text(path, hint="'yosys -p \"read_verilog design.v; synth; write_json FILE\"'")
    try:
        modules = json.loads(text)["modules"]
        name = _top(modules, top, shown or path)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"{path}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else path
        raise InvcError("not JSON", where=str(where), hint=_WRITE) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvcError("not a netlist of Yosys", where=str(path), hint=_WRITE) from error
    try:
        return _Reader(name, modules[name], library, adders, locate).netlist()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvcError(
            f"not a netlist of Yosys: {type(error).__name__} {error}", where=str(path), hint=_WRITE
        ) from error


def unmapped(path: Path, library: Mapping[str, Function]) -> set[str]:
    """The types of cells in a JSON file that `read_json` does not know."""
    modules = json.loads(read_text(path))["modules"].values()
    kinds = {cell["type"] for module in modules for cell in module["cells"].values()}
    return {kind for kind in kinds if kind not in library and kind not in GATES}.difference(
        ARITHMETIC
    )


def format_json(netlist: Netlist, name: str) -> str:
    """A netlist as one module of a Yosys JSON file, its gates as tables ($lut)."""
    writer = _Writer(netlist)
    ports = {
        port.name: {"direction": port.direction, "bits": [writer.bit(b) for b in port.bits]}
        for port in netlist.ports
    }
    for function, pins, _ in netlist.gates:
        inputs = [writer.bit(pin) for pin in pins[: len(function.inputs)]]
        for pin, table in zip(pins[len(function.inputs) :], function.tables, strict=True):
            writer.table(inputs, table, pin)
    module = {"ports": ports, "cells": writer.cells, "netnames": {}}
    return json.dumps({"modules": {name: module}})


def format_cells(library: Mapping[str, Function]) -> str:
    """Cells as modules of a Yosys JSON file, for sources that instantiate them."""
    modules = {}
    for name, function in library.items():
        count = len(function.pins)
        pins = tuple(range(2, 2 * count + 2, 2))
        ports = tuple(
            Port(pin, "input" if pin in function.inputs else "output", (lit,))
            for pin, lit in zip(function.pins, pins, strict=True)
        )
        netlist = Netlist(name, ports, (Gate(function, pins),), ("", *function.pins))
        modules.update(json.loads(format_json(netlist, name))["modules"])
    return json.dumps({"modules": modules})


class _Writer:
    """Cells of a module; bit k of its nets is net k, from 2 on, then those of inverters."""

    def __init__(self, netlist: Netlist) -> None:
        self.cells: dict[str, Json] = {}
        self.inverted: dict[int, int] = {}
        self.next = len(netlist.names) + 1

    def bit(self, lit: Literal) -> int | str:
        """The bit of a literal, behind an inverter where it is inverted."""
        if lit < 2:
            return str(lit)
        if not lit & 1:
            return (lit >> 1) + 1
        if lit not in self.inverted:
            self.inverted[lit] = self.next
            self.table([(lit >> 1) + 1], 0b01, 2 * (self.next - 1))
            self.next += 1
        return self.inverted[lit]

    def table(self, inputs: Sequence[int | str], table: int, out: Literal) -> None:
        """A cell that drives the net of a literal."""
        width = len(inputs)
        if out & 1:
            table ^= (1 << (1 << width)) - 1
        self.cells[f"g{len(self.cells)}"] = {
            "type": "$lut",
            "parameters": {"WIDTH": f"{width:032b}", "LUT": f"{table:0{1 << width}b}"},
            "port_directions": {"A": "input", "Y": "output"},
            "connections": {"A": list(inputs), "Y": [(out >> 1) + 1]},
        }


_WRITE = "write it with Yosys's write_json"


def _is_black_box(module: Json) -> bool:
    return bool(int(str(module.get("attributes", {}).get("blackbox", "0")), 2))


def without_black_boxes(path: Path) -> str:
    """The text of a Yosys JSON file without the modules that only have ports."""
    data = json.loads(read_text(path))
    modules = {
        name: module for name, module in data["modules"].items() if not _is_black_box(module)
    }
    return json.dumps({**data, "modules": modules})


def _top(modules: Json, top: str | None, path: Path) -> str:
    if top is not None:
        if top not in modules:
            raise InvcError(
                f"no module is called {top!r}", where=str(path), hint=nearest(top, modules)
            )
        return top
    real = {name: module for name, module in modules.items() if not _is_black_box(module)}
    marked = [name for name, module in real.items() if "top" in module.get("attributes", {})]
    candidates = marked or list(real)
    if not candidates and modules:
        raise InvcError(
            f"there is nothing in module {next(iter(modules))!r}",
            where=str(path),
            hint="is its body in another file, or behind an `ifdef?",
        )
    if not candidates:
        raise InvcError("no module in it", where=str(path), hint="name another source")
    if len(candidates) != 1:
        shown = ", ".join(candidates[:8]) or "none"
        raise InvcError(
            f"{len(candidates)} modules could be the top", where=str(path), hint=f"--top: {shown}"
        )
    return candidates[0]


class _Reader:
    """One module on its way to a netlist."""

    def __init__(
        self,
        name: str,
        module: Json,
        library: Mapping[str, Function],
        adders: Adders,
        locate: Callable[[str], str],
    ) -> None:
        # Yosys 0.23 keeps the backslash of its own naming there.
        self.name = str(module.get("attributes", {}).get("hdlname", name)).removeprefix("\\")
        self.module = module
        self.library = library
        self.adders = adders
        self.locate = locate
        self.builder = Builder()
        self.nets: dict[int | str, Literal] = {"0": FALSE, "1": TRUE, "x": FALSE, "z": FALSE}

    def netlist(self) -> Netlist | None:
        self._name_nets()
        ports = [self._port(name, port) for name, port in self.module["ports"].items()]
        for name, cell in self.module["cells"].items():
            if not self._cell(name, cell):
                return None
        return self.builder.netlist(self.name, ports)

    def _name_nets(self) -> None:
        """Name each net by its best public name: a port's, then the least deep, the shortest."""
        best: dict[int, tuple[tuple[bool, int, int, str], str, int, Json]] = {}
        ports = self.module["ports"]
        for name, net in self.module["netnames"].items():
            if net.get("hide_name"):
                continue
            rank = (name not in ports, name.count("."), len(name), name)
            for k, bit in enumerate(net["bits"]):
                if isinstance(bit, int) and (bit not in best or rank < best[bit][0]):
                    best[bit] = (rank, name, k, net)
        for bit in _port_bits(ports):  # inputs first, in the order of the source
            if bit not in self.nets:
                self._new_net(bit, best)
        for bit in best:
            if bit not in self.nets:
                self._new_net(bit, best)

    def _new_net(
        self, bit: int, best: Mapping[int, tuple[tuple[bool, int, int, str], str, int, Json]]
    ) -> None:
        label = source = ""
        if bit in best:
            _, name, k, net = best[bit]
            label = name + _index_text(net, k)
            source = self._place(net)
        self.nets[bit] = self.builder.net(label, source)

    def _place(self, item: Json) -> str:
        return self.locate(str(item.get("attributes", {}).get("src", "")))

    def _net(self, bit: int | str) -> Literal:
        lit = self.nets.get(bit)
        if lit is None:
            lit = self.nets[bit] = self.builder.net()
        return lit

    def _bits(self, bits: Sequence[int | str]) -> tuple[Literal, ...]:
        return tuple(self._net(bit) for bit in bits)

    def _port(self, name: str, port: Json) -> Port:
        net = self.module["netnames"].get(name, {})
        source = self._place(net)
        if port["direction"] not in {"input", "output"}:
            raise InvcError(
                f"port {name!r} is an inout",
                where=source,
                hint="make it an input and an output: clamps choose the direction at run time",
            )
        return Port(
            name,
            port["direction"],
            self._bits(port["bits"]),
            bool(port.get("signed")),
            int(port.get("offset", 0)),
            bool(port.get("upto")),
            source,
        )

    def _cell(self, name: str, cell: Json) -> bool:
        """Turn one cell into gates; False if Yosys has still to map it."""
        kind, pins = cell["type"], cell["connections"]
        function = GATES.get(kind) or self.library.get(kind)
        if function is not None:
            self._gate(name, kind, function, cell)
            return True
        if kind in ARITHMETIC:
            self._arithmetic(kind, cell, pins)
            return True
        if IGNORED.match(kind):
            return True
        for pattern, what, hint in REFUSED:
            if pattern.match(kind):
                self._refuse(what, name, cell, hint)
        return False

    def _gate(self, name: str, kind: str, function: Function, cell: Json) -> None:
        pins = []
        connections = cell["connections"]
        for pin in function.pins:
            bits = connections.get(pin, ())
            if len(bits) == 1:
                pins.append(self._net(bits[0]))
            elif pin in function.outputs and not bits:
                pins.append(self.builder.net())
            else:
                raise InvcError(
                    f"pin {pin} of cell {name!r} ({kind}) has {len(bits)} bits, not 1",
                    where=self._place(cell),
                    hint="connect it",
                )
        output = pins[len(function.inputs)]
        if output < 2:
            raise InvcError(f"cell {name!r} ({kind}) drives a constant", where=self._place(cell))
        source = self._place(cell) or self.builder.sources[output >> 1]
        self.builder.gates.append(Gate(function, tuple(pins), source))

    def _refuse(self, what: str, name: str, cell: Json, hint: str) -> None:
        bits = [b for pin in ("Q", "Y", "RD_DATA") for b in cell["connections"].get(pin, ())]
        nets = (self.nets.get(bit, 0) >> 1 for bit in bits)
        net = next((n for n in nets if self.builder.names[n]), 0)
        label = self.builder.names[net] or name
        if what == "memory":
            label = _text(cell["parameters"].get("MEMID", name)).lstrip("\\")
        where = self.builder.sources[net] or self._place(cell)
        raise InvcError(f"{what} at {label!r} has no Hamiltonian", where=where, hint=hint)

    def _arithmetic(self, kind: str, cell: Json, pins: Json) -> None:
        parameters = cell.get("parameters", {})
        source = self._place(cell)
        word = {pin: self._bits(bits) for pin, bits in pins.items()}
        if kind == "$fa":
            for a, b, c, carry, low in zip(
                *(word[pin] for pin in ("A", "B", "C", "X", "Y")), strict=True
            ):
                self.builder.gates.append(Gate(FA, (a, b, c, low, carry), source))
            return
        width = len(word["Y"])
        if kind == "$alu":
            a = _extended(word["A"], width, _flag(parameters, "A_SIGNED"))
            b = _extended(word["B"], width, _flag(parameters, "B_SIGNED"))
            results = ripple(self.builder, a, b, word["BI"][0], word["CI"][0], source)
            for pin, result in zip(("Y", "X", "CO"), results, strict=True):
                self._drive(word.get(pin, ()), result, source)
            return
        total = Sum(width)
        if kind in {"$macc", "$macc_v2"}:
            terms = _macc(parameters, word) if kind == "$macc" else _macc_v2(parameters, word)
        else:
            terms = _operator(kind, parameters, word)
        for term in terms:
            if len(term) == 2:
                total.add_product(*term)
            else:
                total.add(*term)
        self._drive(word["Y"], total.build(self.builder, source, self.adders), source)

    def _drive(self, nets: Sequence[Literal], values: Iterable[Literal], source: str) -> None:
        """Let nets that Yosys numbered carry literals that were built for them."""
        for net, value in zip(nets, values, strict=True):
            if net > 1:
                self.builder.gates.append(Gate(BUF, (value, net), source))


def _port_bits(ports: Json) -> list[int]:
    inputs = [port for port in ports.values() if port["direction"] == "input"]
    rest = [port for port in ports.values() if port["direction"] != "input"]
    return [bit for port in inputs + rest for bit in port["bits"] if isinstance(bit, int)]


def _index_text(net: Json, k: int) -> str:
    """Index of bit k of a net as the source writes it; nothing for one bit from 0."""
    offset, width = int(net.get("offset", 0)), len(net["bits"])
    if width == 1 and offset == 0:
        return ""
    return f"[{offset + (width - 1 - k if net.get('upto') else k)}]"


def _extended(bits: Sequence[Literal], width: int, signed: bool) -> tuple[Literal, ...]:
    fill = bits[-1] if signed and bits else FALSE
    return tuple(bits[:width]) + (fill,) * (width - len(bits))


def _digits(parameter: object, width: int | None = None) -> str:
    """A parameter's bits, highest first; Yosys writes small ones as numbers in old versions."""
    if isinstance(parameter, int):
        return f"{parameter:0{width or 32}b}"
    return str(parameter).replace("x", "0").strip() or "0"


def _number(parameter: object) -> int:
    return int(_digits(parameter), 2)


def _flag(parameters: Json, name: str) -> bool:
    return bool(_number(parameters.get(name, "0")))


def _text(parameter: object) -> str:
    """A text parameter; Yosys may write it as bits, eight a letter."""
    text = str(parameter)
    if text and set(text) <= {"0", "1"} and len(text) % 8 == 0:
        data = int(text, 2).to_bytes(len(text) // 8, "big")
        return data.decode("latin-1").strip("\0")
    return text


def _operator(
    kind: str, parameters: Json, word: Mapping[str, tuple[Literal, ...]]
) -> list[tuple[Word, ...]]:
    a = Word(word["A"], _flag(parameters, "A_SIGNED"), kind == "$neg")
    if kind in {"$neg", "$pos"}:
        return [(a,)]
    b = Word(word["B"], _flag(parameters, "B_SIGNED"), kind == "$sub")
    return [(a, b)] if kind == "$mul" else [(a,), (b,)]


def _macc(parameters: Json, word: Mapping[str, tuple[Literal, ...]]) -> list[tuple[Word, ...]]:
    """The terms of Yosys's $macc, whose CONFIG packs four bits of size and an entry a term."""
    config = _digits(parameters["CONFIG"])[::-1]
    size = int(config[:4][::-1], 2)
    position, start = 4, 0
    terms: list[tuple[Word, ...]] = []
    while position < int(_number(parameters["CONFIG_WIDTH"])):
        entry = config[position : position + 2 + 2 * size]
        signed, negated = entry[0] == "1", entry[1] == "1"
        length_a = int(entry[2 : 2 + size][::-1], 2)
        length_b = int(entry[2 + size :][::-1], 2)
        a = Word(word["A"][start : start + length_a], signed, negated)
        b = Word(word["A"][start + length_a : start + length_a + length_b], signed)
        terms.append((a, b) if length_b else (a,))
        start += length_a + length_b
        position += 2 + 2 * size
    terms += [(Word((bit,)),) for bit in word.get("B", ())]
    return terms


def _macc_v2(parameters: Json, word: Mapping[str, tuple[Literal, ...]]) -> list[tuple[Word, ...]]:
    """The terms of Yosys's $macc_v2: products of A and B, then addends C, packed low first."""
    products = _number(parameters["NPRODUCTS"])
    addends = _number(parameters["NADDENDS"])
    a = _packed(word["A"], parameters, "A", products)
    b = _packed(word["B"], parameters, "B", products)
    c = _packed(word["C"], parameters, "C", addends)
    negated_product = _digits(parameters["PRODUCT_NEGATED"])[::-1]
    negated_addend = _digits(parameters["ADDEND_NEGATED"])[::-1]
    terms: list[tuple[Word, ...]] = [
        (first._replace(negated=negated_product[k] == "1"), second)
        for k, (first, second) in enumerate(zip(a, b, strict=True))
    ]
    terms += [(one._replace(negated=negated_addend[k] == "1"),) for k, one in enumerate(c)]
    return terms


def _packed(bits: tuple[Literal, ...], parameters: Json, port: str, count: int) -> list[Word]:
    """Operands packed into one port: 16 bits of width and one of sign for each."""
    widths = _digits(parameters[f"{port}_WIDTHS"])[::-1]
    signs = _digits(parameters[f"{port}_SIGNED"])[::-1]
    words, start = [], 0
    for k in range(count):
        width = int(widths[16 * k : 16 * k + 16][::-1], 2)
        words.append(Word(bits[start : start + width], signs[k] == "1"))
        start += width
    return words
