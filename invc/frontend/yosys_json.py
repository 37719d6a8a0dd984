"""The JSON that Yosys writes, as a netlist; linear in its size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from invc.diagnostics import InvcError, nearest, within
from invc.frontend.arithmetic import PLAIN, Adders, Sum, ripple
from invc.frontend.yosys_cells import (
    ARITHMETIC,
    GATES,
    IGNORED,
    REFUSED,
    Json,
    extended,
    flag,
    macc,
    macc_v2,
    operator,
    text_of,
)
from invc.frontend.yosys_shape import check_shape
from invc.netlist import FALSE, TRUE, Builder, Function, Gate, Literal, Netlist, Port
from invc.netlist.gates import BUF, FA
from invc.netlist.machine import NEXT, STATE
from invc.text.files import read_text

_WRITE = "write it with Yosys's write_json"


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
    except ValueError as error:  # Python's bound on the digits of a number
        raise InvcError("a number with too many digits", where=str(path), hint=_WRITE) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvcError("not a netlist of Yosys", where=str(path), hint=_WRITE) from error
    if shown is None:  # nobody else's but the user's
        check_shape(modules, str(path), _WRITE)
    try:
        with within(str(path)) if shown is None else nullcontext():
            return _Reader(name, modules[name], library, adders, locate).netlist()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvcError(
            f"not a netlist of Yosys: {type(error).__name__} {error}", where=str(path), hint=_WRITE
        ) from error


def unmapped(path: Path, library: Mapping[str, Function]) -> list[tuple[str, str]]:
    """The cells in a JSON file that `read_json` does not know: type and src attribute of each."""
    modules = json.loads(read_text(path))["modules"].values()
    known = {*library, *GATES, *ARITHMETIC}
    return [
        (cell["type"], str(cell.get("attributes", {}).get("src", "")))
        for module in modules
        for cell in module["cells"].values()
        if cell["type"] not in known and not IGNORED.match(cell["type"])
    ]


def read_module(path: Path, top: str | None = None) -> Json:
    """The top module of a file that is known to be one of Yosys's.

    Raises:
        InvcError: It is not clear which module that is.
    """
    modules = json.loads(read_text(path))["modules"]
    found: Json = modules[_top(modules, top, path)]
    return found


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
        shown = ", ".join(candidates[:8])
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
        # Old versions of Yosys write none.
        self.netnames: Json = module.get("netnames", {})
        self.library = library
        self.adders = adders
        self.locate = locate
        self.builder = Builder()
        self.nets: dict[int | str, Literal] = {"0": FALSE, "1": TRUE, "x": FALSE, "z": FALSE}

    def netlist(self) -> Netlist | None:
        self._name_nets()
        ports = [self._port(name, port) for name, port in self.module["ports"].items()]
        self._check_inputs(ports)
        for name, cell in self.module["cells"].items():
            if not self._cell(name, cell):
                return None
        return _placed(self.builder.netlist(self.name, ports), self.builder.sources)

    def _check_inputs(self, ports: Iterable[Port]) -> None:
        """Every bit of an input is a net of its own.

        Raises:
            InvcError: One is a constant, or another input's.
        """
        owner: dict[int, str] = {}
        for port in ports:
            for bit in port.bits if port.direction == "input" else ():
                if bit < 2:
                    raise InvcError(
                        f"input {port.name!r} is tied to {bit}",
                        where=port.source,
                        hint="leave an input to its user",
                    )
                other = owner.get(bit)
                owner[bit] = port.name
                if other is not None:
                    both = f"inputs {other!r} and {port.name!r}"
                    what = both if other != port.name else f"two bits of input {port.name!r}"
                    raise InvcError(
                        f"{what} are one net",
                        where=port.source,
                        hint="give every input a net of its own",
                    )

    def _name_nets(self) -> None:
        """Name each net by its best public name: a port's, then the least deep, the shortest.

        What `cut_registers` called a net comes after every name of the source.
        """
        best: dict[int, tuple[tuple[int, int, int, str], str, int, Json]] = {}
        ports = self.module["ports"]
        for name, net in self.netnames.items():
            if net.get("hide_name"):
                continue
            ours = name.endswith((STATE, NEXT))  # of a register that was cut out
            rank = (2 * ours + (name not in ports), name.count("."), len(name), name)
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
        self, bit: int, best: Mapping[int, tuple[tuple[int, int, int, str], str, int, Json]]
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
        net = self.netnames.get(name, {})
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
        label = self.builder.names[net] or ("" if name[0] == "$" else name)
        if what == "memory":
            label = text_of(cell["parameters"].get("MEMID", name)).lstrip("\\")
        where = self.builder.sources[net] or self._place(cell)
        place = f" at {label!r}" if label else ""
        raise InvcError(f"{what}{place} has no Hamiltonian", where=where, hint=hint)

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
            a = extended(word["A"], width, flag(parameters, "A_SIGNED"))
            b = extended(word["B"], width, flag(parameters, "B_SIGNED"))
            results = ripple(self.builder, a, b, word["BI"][0], word["CI"][0], source)
            for pin, result in zip(("Y", "X", "CO"), results, strict=True):
                self._drive(word.get(pin, ()), result, source)
            return
        total = Sum(width)
        if kind in {"$macc", "$macc_v2"}:
            terms = macc(parameters, word) if kind == "$macc" else macc_v2(parameters, word)
        else:
            terms = operator(kind, parameters, word)
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


def _placed(netlist: Netlist, sources: Sequence[str]) -> Netlist:
    """The netlist with a place in the source for every gate, as near as any is.

    ABC leaves no cell its place, but many nets their names. A gate that drives no such net takes
    the place of the nearest one that follows from it, in the end of an output.

    Args:
        netlist: What to complete.
        sources: The place of each net, "" where it has none.
    """
    after: dict[int, str] = {}
    for port in netlist.outputs:
        for bit in port.bits:
            after.setdefault(bit >> 1, sources[bit >> 1] or port.source)
    gates = list(netlist.gates)
    for k in reversed(range(len(gates))):
        function, pins, source = gates[k]
        count = len(function.inputs)
        driven = [pin >> 1 for pin in pins[count:]]
        place = source or next(
            (found for net in driven if (found := sources[net] or after.get(net, ""))), ""
        )
        gates[k] = Gate(function, pins, place)
        for pin in pins[:count]:
            after.setdefault(pin >> 1, place)
    return netlist.with_gates(tuple(gates))


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
