"""Gate-level Verilog of other synthesis tools, read by Pyverilog, flattened to a Netlist.

Every bit of every net is a raw net with one driver: an input port, a pin of a gate, or the
literal that it is an alias of. Assigns, inverters, buffers and the ports of submodules only make
aliases; what is left after following them are the gates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from invc.diagnostics import InvcError, nearest
from invc.frontend.preprocessor import SourceText, preprocess
from invc.frontend.pyverilog_parser import Tree, ast, parse
from invc.frontend.structure import (
    GATES_ONLY,
    MAX_WIDTH,
    Module,
    Signal,
    constant,
    describe,
    fold,
    number,
    plain,
)
from invc.library.cell import Cell
from invc.netlist import FALSE, TRUE, Builder, Function, Gate, Literal, Netlist, Port
from invc.netlist.gates import AND2, BUF, INV, MUX2, XOR2

# A raw net's alias: a literal from 0 up, or one of these.
FREE, ROOT, WALKING = -1, -2, -3

Bits: TypeAlias = tuple[Literal, ...]
# Literals, least significant first, or a number without a size, which takes the size it needs.
Value: TypeAlias = Bits | int

# Cells that no library holds, since they cost no spin of their own.
_FREE = {function.name: function for function in (INV, BUF)}
_FAMILY = re.compile("(AND|NAND|OR|NOR|XOR|XNOR)[2-9]")
PRIMITIVES = frozenset({"and", "nand", "or", "nor", "xor", "xnor", "buf", "not"})
_FLOATING = frozenset({
    "bufif0", "bufif1", "notif0", "notif1", "nmos", "pmos", "cmos", "rnmos", "rpmos", "rcmos",
    "tran", "rtran", "tranif0", "tranif1", "rtranif0", "rtranif1", "pullup", "pulldown",
})  # fmt: skip
_BINARY = ("And", "Or", "Xor", "Xnor", "Land", "Lor", "Eq", "NotEq", "Eql", "NotEql")
_UNARY = ("Unot", "Ulnot", "Uand", "Uor", "Uxor", "Unand", "Unor", "Uxnor")
_STORES = re.compile(r"(?i)dff|latch|(^|_)(s?e?df|dl[xhr]|lat|ff)[a-z]*[0-9]*(_|x|$)")
_CLOCKS = frozenset({"CK", "CKN", "CLK", "CLKN", "CP", "CPN", "CLOCK"})


class Instance(NamedTuple):
    """A module under way: its structure, its place in the hierarchy, and where its nets begin.

    Attributes:
        module: What it is an instance of.
        prefix: Put before the names of its nets.
        first: The raw net of the lowest bit of each signal.
        signals: Its signals, implicit ones too.
        above: Names of the modules that it lies in, its own too.
    """

    module: Module
    prefix: str
    first: dict[str, int]
    signals: dict[str, Signal]
    above: frozenset[str]


def read_gates(
    path: Path,
    library: Mapping[str, Cell],
    *,
    top: str | None = None,
    include: Sequence[Path] = (),
    define: Mapping[str, str] | None = None,
) -> Netlist:
    """Read structural Verilog: instances of cells, gate primitives, assigns, and a hierarchy.

    Args:
        path: The file.
        library: Cells by name; INV, BUF and AND2 ... XNOR9 (pins A, B, ..., Y) are known without.
            Positional connections follow `function.pins`: inputs, then outputs.
        top: The module to build; found by itself where one module is in no other.
        include: Folders searched for `include.
        define: Macros defined from outside.

    Returns:
        The netlist, checked: gates sorted, aliases resolved, inverters and buffers absorbed.

    Raises:
        InvcError: A syntax error, behaviour, an unknown cell or pin, a net with no driver, two
            drivers or a loop, or widths that do not fit.
    """
    source = preprocess(path, include=include, define=define)
    trees = parse(source)
    modules: dict[str, Module] = {}
    for tree in trees:
        name = plain(tree.name)
        if name in modules:
            raise InvcError(
                f"module {name!r} is defined twice",
                where=source.location(tree.lineno),
                hint=f"first at {source.location(modules[name].line)}",
            )
        modules[name] = describe(tree, source)
    if not modules:
        hint = "give a netlist: module ... endmodule"
        raise InvcError("there is no module in it", where=str(path), hint=hint)
    # A head without a body only says what a cell looks like.
    for name in [n for n, m in modules.items() if m.is_stub and n in library and n != top]:
        if len(modules) > 1:
            del modules[name]
    root = modules[top_module(modules, path, top)]
    return _Flattening(source, modules, library).netlist(root)


def top_module(modules: Mapping[str, Module], path: Path, top: str | None) -> str:
    """The name of the module to build.

    Raises:
        InvcError: It is not there, or several modules may be meant.
    """
    if top is not None:
        if top not in modules:
            hint = nearest(top, modules)
            raise InvcError(f"no module is called {top!r}", where=str(path), hint=hint)
        return top
    used = {plain(i.module) for module in modules.values() for i in module.instances}
    candidates = [name for name in modules if name not in used]
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise InvcError("every module lies in another one", where=str(path), hint="give --top")
    shown = ", ".join(candidates[:8]) + (", ..." if len(candidates) > 8 else "")
    message = f"{len(candidates)} modules may be the top: {shown}"
    raise InvcError(message, where=str(path), hint=f"choose one with --top {candidates[-1]}")


class _Flattening:
    """Raw nets and gates under construction."""

    def __init__(
        self, source: SourceText, modules: Mapping[str, Module], library: Mapping[str, Cell]
    ) -> None:
        self.source = source
        self.modules = modules
        self.library = library
        self.names = [""]
        self.alias: list[int] = [ROOT]
        self.lines = [0]  # of each raw net's driver, or its declaration before it has one
        self.undefined: dict[int, str] = {}  # raw nets of x and z, with the constant's text
        self.gates: list[tuple[Function, Bits, int]] = []

    def fault(self, message: str, line: int, hint: str | None = None) -> InvcError:
        return InvcError(message, where=self.source.location(line), hint=hint)

    # Nets

    def net(self, name: str, line: int) -> int:
        self.names.append(name)
        self.alias.append(FREE)
        self.lines.append(line)
        return len(self.names) - 1

    def declare(self, instance: Instance, signal: Signal) -> None:
        instance.signals[signal.name] = signal
        instance.first[signal.name] = len(self.names)
        for position in range(signal.width):
            self.net(instance.prefix + signal.bit_name(position), signal.line)

    def instance(self, module: Module, prefix: str, above: frozenset[str]) -> Instance:
        made = Instance(module, prefix, {}, {}, above | {module.name})
        for signal in module.signals.values():
            self.declare(made, signal)
        for name, value in module.supplies.items():
            signal = module.signals[name]
            self.drive(self.bits(made, signal), (TRUE if value else FALSE,) * signal.width, 0)
        return made

    def bits(self, instance: Instance, signal: Signal) -> Bits:
        first = instance.first[signal.name]
        return tuple(range(2 * first, 2 * (first + signal.width), 2))

    def drive(self, targets: Iterable[Literal], values: Iterable[Literal], line: int) -> None:
        """Make each target an alias of its value."""
        for target, value in zip(targets, values, strict=True):
            self.claim(target, line)
            self.alias[target >> 1] = value

    def claim(self, target: Literal, line: int) -> None:
        """Note that a driver of a raw net stands on a line.

        Raises:
            InvcError: It has one already.
        """
        net = target >> 1
        if self.alias[net] != FREE:
            raise self.fault(
                f"net {self.names[net]!r} is driven twice",
                line,
                f"its other driver is at {self.source.location(self.lines[net])}",
            )
        self.alias[net] = ROOT
        self.lines[net] = line or self.lines[net]

    # The hierarchy

    def netlist(self, top: Module) -> Netlist:
        """Everything below the top module, as a Netlist."""
        root = self.instance(top, "", frozenset())
        for port in top.ports:
            if port.direction == "input":
                for bit in self.bits(root, port):
                    self.claim(bit, port.line)
        waiting = [root]
        while waiting:
            waiting.extend(self.body(waiting.pop()))
        return self.build(root)

    def body(self, instance: Instance) -> Iterator[Instance]:
        """Carry out a module's assigns and gates; its submodules are left to the caller."""
        for assign in instance.module.assigns:
            target = self.target(instance, assign.left.var, implicit=True)
            value = self.value(instance, assign.right.var)
            self.drive(target, self.fit(value, len(target), assign.lineno), assign.lineno)
        for entry in instance.module.instances:
            name = plain(entry.module)
            if name in PRIMITIVES:
                self.primitive(instance, entry)
            elif name in self.modules:
                yield from self.submodules(instance, entry, self.modules[name])
            elif name in self.library:
                cell = self.library[name]
                if cell.function is None:
                    message = f"cell {name!r} is a relation and not a function"
                    raise self.fault(message, entry.lineno, "a netlist is made of functions")
                self.cells(instance, entry, cell.function)
            elif name in _FREE:
                self.cells(instance, entry, _FREE[name])
            elif _FAMILY.fullmatch(name):
                self.family(instance, entry)
            else:
                raise self.unknown(entry, name)

    def unknown(self, entry: Tree, name: str) -> InvcError:
        pins = {plain(c.portname) for c in entry.portlist if c.portname}
        if _STORES.search(name) or pins & _CLOCKS:
            message = f"{name!r} is no cell of the library, and looks like a flip-flop or a latch"
            return self.fault(message, entry.lineno, GATES_ONLY)
        if name in _FLOATING:
            message = f"primitive {name!r} can leave its output undriven"
            return self.fault(message, entry.lineno, "use gates that always drive, such as MUX2")
        hint = nearest(name, [*self.modules, *self.library, *_FREE])
        return self.fault(f"no cell or module is called {name!r}", entry.lineno, hint)

    def submodules(
        self,
        instance: Instance,
        entry: Tree,
        module: Module,
    ) -> Iterator[Instance]:
        if module.name in instance.above:
            message = f"module {module.name!r} contains itself"
            raise self.fault(message, entry.lineno, "a netlist has no recursion")
        self.no_parameters(entry)
        connected = self.connections(instance, entry, module.ports)
        name = plain(entry.name)
        for suffix, pins in self.each(instance, entry, module.ports, connected):
            inner = self.instance(module, f"{instance.prefix}{name}{suffix}.", instance.above)
            for port, bits in zip(module.ports, pins, strict=True):
                if bits is None:
                    continue
                own = self.bits(inner, port)
                if port.direction == "input":
                    self.drive(own, bits, entry.lineno)
                else:
                    self.drive(bits, own, entry.lineno)
            yield inner

    def no_parameters(self, entry: Tree) -> None:
        if entry.parameterlist:
            message = f"instance {plain(entry.name)!r} sets parameters"
            raise self.fault(message, entry.lineno, GATES_ONLY)

    def cells(self, instance: Instance, entry: Tree, function: Function) -> None:
        """An instance of a library cell, or an array of them."""
        ports = _pins(function.inputs, function.outputs)
        connected = self.pins(instance, entry, ports)
        inputs = len(function.inputs)
        line = entry.lineno
        for _, pins in self.each(instance, entry, ports, connected):
            read = tuple(bits[0] for bits in pins[:inputs] if bits is not None)
            driven = tuple(
                2 * self.net("", line) if bits is None else bits[0] for bits in pins[inputs:]
            )
            if inputs == 0 or (inputs == len(driven) == 1 and function.tables[0] in (1, 2)):
                # A tie cell, an inverter or a buffer: no gate, no spin.
                values = [
                    (TRUE if table else FALSE) if inputs == 0 else read[0] ^ (table == 1)
                    for table in function.tables
                ]
                self.drive(driven, values, line)
                continue
            for bit in driven:
                self.claim(bit, line)
            self.gates.append((function, read + driven, line))

    def family(self, instance: Instance, entry: Tree) -> None:
        """A cell such as NAND3 that needs none of its own, since polarity is free."""
        kind, width = plain(entry.module).lower()[:-1], int(entry.module[-1])
        ports = _pins("ABCDEFGHI"[:width], "Y")
        connected = self.pins(instance, entry, ports)
        for _, (*read, driven) in self.each(instance, entry, ports, connected):
            value = self.reduce(kind, [bits[0] for bits in read if bits is not None], entry.lineno)
            if driven is not None:
                self.drive(driven, (value,), entry.lineno)

    def pins(self, instance: Instance, entry: Tree, ports: Sequence[Signal]) -> list[Bits | None]:
        """The connections of a cell, which has no parameters and needs every input."""
        self.no_parameters(entry)
        connected = self.connections(instance, entry, ports)
        for port, bits in zip(ports, connected, strict=True):
            if bits is None and port.direction == "input":
                what = f"{plain(entry.name)!r} ({plain(entry.module)})"
                raise self.fault(
                    f"input pin {port.name!r} of {what} is not connected",
                    entry.lineno,
                    "tie it to 1'b0 or 1'b1, or connect a net",
                )
        return connected

    def connections(
        self,
        instance: Instance,
        entry: Tree,
        ports: Sequence[Signal],
    ) -> list[Bits | None]:
        """What is connected to each port, None where nothing is; not yet cut for arrays."""
        given = entry.portlist
        what = f"{plain(entry.name)!r} ({plain(entry.module)})"
        if given and given[0].portname is None:
            if len(given) > len(ports):
                message = f"{what} has {len(ports)} pins, and {len(given)} are connected"
                raise self.fault(message, entry.lineno, _listed(ports))
            chosen = {p.name: c for p, c in zip(ports, given, strict=False)}
        else:
            names = {p.name for p in ports}
            chosen = {}
            for connection in given:
                name = plain(connection.portname)
                if name not in names:
                    hint = nearest(name, [p.name for p in ports])
                    raise self.fault(f"{what} has no pin {name!r}", connection.lineno, hint)
                if name in chosen:
                    message = f"pin {name!r} of {what} is connected twice"
                    raise self.fault(message, connection.lineno)
                chosen[name] = connection
        return [self.connection(instance, port, chosen.get(port.name)) for port in ports]

    def connection(
        self,
        instance: Instance,
        port: Signal,
        given: Tree,
    ) -> Bits | None:
        if given is None or given.argname is None:
            return None
        if port.direction == "output":
            return self.target(instance, given.argname, implicit=True)
        value = self.value(instance, given.argname, implicit=True)
        # A number without a size fits any port.
        return self.fit(value, port.width, given.lineno) if isinstance(value, int) else value

    def each(
        self,
        instance: Instance,
        entry: Tree,
        ports: Sequence[Signal],
        connected: Sequence[Bits | None],
    ) -> Iterator[tuple[str, list[Bits | None]]]:
        """The instances of an array with their own share of each connection, or the only one."""
        if entry.array is None:
            indices = range(1)
        else:
            constants = instance.module.constants
            msb = constant(entry.array.msb, constants, self.source)
            lsb = constant(entry.array.lsb, constants, self.source)
            if abs(msb - lsb) >= MAX_WIDTH:
                raise self.fault(f"more than {MAX_WIDTH} instances", entry.lineno)
            indices = range(lsb, msb + 1) if msb >= lsb else range(lsb, msb - 1, -1)
        count = len(indices)
        for port, bits in zip(ports, connected, strict=True):
            # An output goes to one instance each; an input may go to all of them.
            shared = port.width if port.direction == "input" else port.width * count
            if bits is not None and len(bits) not in (shared, port.width * count):
                message = (
                    f"pin {port.name!r} of {plain(entry.name)!r} ({plain(entry.module)}) has "
                    f"{_count(port.width, 'bit')}, and {_count(len(bits), 'bit')} are connected"
                )
                raise self.fault(message, entry.lineno, "connect a slice or a concatenation")
        for k, index in enumerate(indices):
            pins = [
                bits if bits is None or len(bits) == p.width else bits[k * p.width :][: p.width]
                for p, bits in zip(ports, connected, strict=True)
            ]
            yield (f"[{index}]" if entry.array is not None else ""), pins

    def primitive(self, instance: Instance, entry: Tree) -> None:
        """One of Verilog's own gates: the first terminal is driven, or all but the last."""
        kind = entry.module
        many_outputs = kind in ("buf", "not")
        terminals = len(entry.portlist)
        if terminals < 2 or any(c.portname for c in entry.portlist):
            message = f"primitive {kind!r} needs an output and at least one input, by position"
            raise self.fault(message, entry.lineno)
        outputs = terminals - 1 if many_outputs else 1
        ports = [
            Signal(str(k + 1), direction="output" if k < outputs else "input")
            for k in range(terminals)
        ]
        connected = self.connections(instance, entry, ports)
        for _, pins in self.each(instance, entry, ports, connected):
            bits = [pin[0] for pin in pins if pin is not None]
            if len(bits) < terminals:
                raise self.fault(f"a terminal of {kind!r} is not connected", entry.lineno)
            if many_outputs:
                value = bits[-1] ^ (kind == "not")
            else:
                value = self.reduce(kind, bits[1:], entry.lineno)
            self.drive(bits[:outputs], [value] * outputs, entry.lineno)

    # Expressions

    def reduce(self, kind: str, bits: Sequence[Literal], line: int) -> Literal:
        """One gate kind over many bits, as a balanced tree."""
        inverted = kind in ("nand", "nor", "xnor")
        dual = kind in ("or", "nor")  # a | b = ~(~a & ~b)
        function = XOR2 if kind in ("xor", "xnor") else AND2
        level = [bit ^ dual for bit in bits]
        while len(level) > 1:
            pairs = [
                self.gate(function, (level[k], level[k + 1]), line)
                for k in range(0, len(level) - 1, 2)
            ]
            level = pairs + level[len(level) & ~1 :]
        return level[0] ^ inverted ^ dual

    def gate(self, usual: Function, inputs: Sequence[Literal], line: int) -> Literal:
        """A gate of one output on a new raw net, by the library's own order of its pins."""
        cell = self.library.get(usual.name)
        function = cell.function if cell and cell.function else usual
        value = dict(zip(usual.inputs, inputs, strict=True))
        if set(function.inputs) != set(usual.inputs):
            function = usual
        output = 2 * self.net("", line)
        self.alias[output >> 1] = ROOT
        self.gates.append((function, (*(value[pin] for pin in function.inputs), output), line))
        return output

    def fit(self, value: Value, width: int, line: int) -> Bits:
        """A value as so many bits."""
        if isinstance(value, int):
            if value >> width:
                raise self.fault(f"{value} does not fit {_count(width, 'bit')}", line)
            return tuple(TRUE if value >> k & 1 else FALSE for k in range(width))
        if len(value) != width:
            message = f"{_count(len(value), 'bit')} cannot drive {_count(width, 'bit')}"
            raise self.fault(message, line, "connect a slice or a concatenation of equal width")
        return value

    def target(self, instance: Instance, node: Tree, *, implicit: bool) -> Bits:
        """The raw nets of an expression that is driven."""

        def operands(node: Tree) -> Sequence[Tree]:
            return node.list if isinstance(node, ast.Concat) else ()

        def combine(node: Tree, values: list[Bits]) -> Bits:
            if isinstance(node, ast.Concat):
                return tuple(bit for value in reversed(values) for bit in value)
            if isinstance(node, ast.Identifier | ast.Pointer | ast.Partselect):
                return self.selected(instance, node, implicit=implicit)
            hint = "drive a net, a bit, a slice or a concatenation of them"
            raise self.fault("this expression cannot be driven", node.lineno, hint)

        return fold(node, operands, combine)

    def value(
        self,
        instance: Instance,
        node: Tree,
        *,
        implicit: bool = False,
    ) -> Value:
        """The literals of an expression that is read; its operators become gates."""
        if type(node) is ast.Identifier:
            return self.selected(instance, node, implicit=implicit)

        def combine(node: Tree, values: list[Value]) -> Value:
            return self.operation(instance, node, values)

        return fold(node, _operands, combine)

    def operation(
        self,
        instance: Instance,
        node: Tree,
        values: list[Value],
    ) -> Value:
        kind = type(node).__name__
        if kind in ("Identifier", "Pointer", "Partselect"):
            return self.selected(instance, node, implicit=False)
        if kind == "IntConst":
            return self.number(node)
        line = node.lineno
        if kind in ("Concat", "Repeat"):
            return self.joined(instance, node, values)
        if kind == "Cond":
            return self.chosen(values, line)
        if kind in _UNARY:
            return self.unary(kind, values[0], line)
        if kind in _BINARY:
            return self.binary(kind, values[0], values[1], line)
        raise self.fault(f"{_operator_name(kind)} is no gate", line, GATES_ONLY)

    def number(self, node: Tree) -> Value:
        """A constant. An undefined bit is a net that nothing drives: a fault once it is read."""
        size, bits = number(node, self.source)
        if not size and None not in bits:
            return sum((bit or 0) << k for k, bit in enumerate(bits))
        literals = []
        for bit in bits:
            if bit is None:
                literals.append(2 * self.net("", node.lineno))
                self.undefined[len(self.names) - 1] = node.value
            else:
                literals.append(TRUE if bit else FALSE)
        return tuple(literals)

    def joined(
        self,
        instance: Instance,
        node: Tree,
        values: list[Value],
    ) -> Bits:
        parts = [self.sized(value, node.lineno) for value in values]
        if isinstance(node, ast.Concat):
            return tuple(bit for part in reversed(parts) for bit in part)
        times = constant(node.times, instance.module.constants, self.source)
        if not 0 < times <= MAX_WIDTH // max(len(parts[0]), 1):
            raise self.fault(f"cannot repeat it {times} times", node.lineno)
        return parts[0] * times

    def sized(self, value: Value, line: int) -> Bits:
        if isinstance(value, int):
            raise self.fault("a number here needs a size", line, "write it as 1'b0, 8'd5 ...")
        return value

    def unary(self, kind: str, value: Value, line: int) -> Bits:
        bits = self.sized(value, line)
        if kind == "Unot":
            return tuple(bit ^ 1 for bit in bits)
        if kind == "Ulnot":
            return (self.reduce("nor", bits, line),)
        return (self.reduce(kind[1:].lower(), bits, line),)

    def binary(self, kind: str, left: Value, right: Value, line: int) -> Bits:
        if kind in ("Land", "Lor"):
            truths = [self.reduce("or", self.sized(v, line), line) for v in (left, right)]
            return (self.reduce("and" if kind == "Land" else "or", truths, line),)
        a, b = self.equalised(left, right, line)
        if kind in ("Eq", "Eql", "NotEq", "NotEql"):
            same = [self.reduce("xnor", pair, line) for pair in zip(a, b, strict=True)]
            equal = self.reduce("and", same, line)
            return (equal ^ kind.startswith("Not"),)
        return tuple(self.reduce(kind.lower(), pair, line) for pair in zip(a, b, strict=True))

    def equalised(self, left: Value, right: Value, line: int) -> tuple[Bits, Bits]:
        if isinstance(left, int):
            right = self.sized(right, line)
            return self.fit(left, len(right), line), right
        if not isinstance(right, int) and len(left) != len(right):
            message = f"the operands have {_count(len(left), 'bit')} and {len(right)}"
            raise self.fault(message, line, "give both the same width")
        return left, self.fit(right, len(left), line)

    def chosen(self, values: list[Value], line: int) -> Bits:
        (condition, *rest) = values
        select = self.sized(condition, line)
        if len(select) != 1:
            select = (self.reduce("or", select, line),)
        yes, no = self.equalised(rest[0], rest[1], line)
        return tuple(self.gate(MUX2, (b, a, select[0]), line) for a, b in zip(yes, no, strict=True))

    def selected(
        self,
        instance: Instance,
        node: Tree,
        *,
        implicit: bool,
    ) -> Bits:
        """The literals of a name, a bit or a slice."""
        if type(node) is ast.Identifier:
            signal = self.signal(instance, node, implicit=implicit)
            first = instance.first[signal.name]
            if signal.msb == signal.lsb:
                return (2 * first,)
            return tuple(range(2 * first, 2 * (first + signal.width), 2))
        if type(node.var) is not ast.Identifier:
            raise self.fault("this is an index of an index", node.lineno, GATES_ONLY)
        signal = self.signal(instance, node.var, implicit=False)
        first = instance.first[signal.name]
        constants = instance.module.constants
        if isinstance(node, ast.Pointer):
            index = constant(node.ptr, constants, self.source)
            return (2 * (first + self.position(signal, index, node.lineno)),)
        msb, lsb = self.slice(signal, node, constants)
        high = self.position(signal, msb, node.lineno)
        low = self.position(signal, lsb, node.lineno)
        if high < low:
            given, own = f"[{msb}:{lsb}]", f"[{signal.msb}:{signal.lsb}]"
            message = f"slice {given} of {signal.name!r} runs against its range {own}"
            raise self.fault(message, node.lineno, f"write [{lsb}:{msb}]")
        return tuple(range(2 * (first + low), 2 * (first + high) + 2, 2))

    def slice(
        self,
        signal: Signal,
        node: Tree,
        constants: Mapping[str, int],
    ) -> tuple[int, int]:
        """The ends of a slice; Pyverilog writes `[a +: n]` as the slice from a to a + n."""
        msb = constant(node.msb, constants, self.source)
        shape = type(node.lsb)
        if shape in (ast.Plus, ast.Minus) and node.lsb.left is node.msb:
            count = constant(node.lsb.right, constants, self.source)
            low = msb if shape is ast.Plus else msb - count + 1
            high = low + count - 1
            return (high, low) if signal.msb >= signal.lsb else (low, high)
        return msb, constant(node.lsb, constants, self.source)

    def position(self, signal: Signal, index: int, line: int) -> int:
        position = signal.position(index)
        if position is None:
            own = f"[{signal.msb}:{signal.lsb}]"
            message = f"{signal.name!r} has no bit {index}"
            raise self.fault(message, line, f"its range is {own}")
        return position

    def signal(
        self,
        instance: Instance,
        node: Tree,
        *,
        implicit: bool,
    ) -> Signal:
        name = node.name
        if name[0] == "\\":
            name = name[1:]
        signal = instance.signals.get(name)
        if signal is None:
            if node.scope is not None:
                raise self.fault("a name of another module", node.lineno, GATES_ONLY)
            if not implicit:
                hint = nearest(name, instance.signals)
                raise self.fault(f"{name!r} is not declared", node.lineno, hint)
            signal = Signal(name, line=node.lineno)
            self.declare(instance, signal)
        return signal

    # The end

    def resolve(self, lit: Literal) -> Literal:
        """The literal that a literal is an alias of in the end.

        Raises:
            InvcError: It is an alias of itself.
        """
        alias = self.alias
        if alias[lit >> 1] < 0:
            return lit
        walked = []
        while alias[lit >> 1] >= 0:
            walked.append(lit)
            following = alias[lit >> 1] ^ (lit & 1)
            alias[lit >> 1] = WALKING
            lit = following
        if alias[lit >> 1] == WALKING:
            nets = [w >> 1 for w in walked]
            loop = [self.names[net] for net in nets[nets.index(lit >> 1) :]]
            shown = ", ".join(repr(name) for name in loop[:4])
            hint = "break the loop: a Boolean function has no feedback"
            message = f"combinational loop through {shown}"
            raise self.fault(message, self.lines[lit >> 1], hint)
        for step in walked:
            alias[step >> 1] = lit ^ (step & 1)
        return lit

    def resolve_all(self) -> None:
        """Follow every alias, so that a loop is a fault even where nothing reads it.

        What drives a net takes over its name: the first is the least deep in the hierarchy.
        """
        named = bytearray(b"\1") + bytearray(len(self.names) - 1)  # net 0 is no net
        for net in range(1, len(self.names)):
            end = self.resolve(2 * net)
            if self.names[net] and not end & 1 and not named[end >> 1]:
                named[end >> 1] = 1
                self.names[end >> 1] = self.names[net]

    def build(self, root: Instance) -> Netlist:
        """Number the nets that gates and inputs drive, and put the gates in order."""
        self.resolve_all()
        builder = Builder()
        numbered = [0] * len(self.names)
        for port in root.module.ports:
            if port.direction == "input":
                for bit in self.bits(root, port):
                    numbered[bit >> 1] = self.numbered(builder, bit >> 1)
        for function, pins, _ in self.gates:
            for pin in pins[len(function.inputs) :]:
                numbered[pin >> 1] = self.numbered(builder, pin >> 1)

        def final(lit: Literal, line: int) -> Literal:
            end = self.resolve(lit)
            if end >> 1 in self.undefined:
                message = f"constant {self.undefined[end >> 1]} has undefined bits"
                hint = "invertible logic has 0 and 1 only: give each bit a value"
                raise self.fault(message, self.lines[end >> 1], hint)
            if self.alias[end >> 1] == FREE:
                name = self.names[end >> 1]
                hint = "connect a driver, or make it an input"
                raise self.fault(f"net {name!r} is read but nothing drives it", line, hint)
            return numbered[end >> 1] ^ (end & 1)

        for function, pins, line in self.gates:
            done = tuple(final(pin, line) for pin in pins)
            builder.gates.append(Gate(function, done, str(self.source.location(line))))
        ports = [self.port(port, self.bits(root, port), final) for port in root.module.ports]
        return builder.netlist(root.module.name, ports)

    def numbered(self, builder: Builder, net: int) -> Literal:
        return builder.net(self.names[net], str(self.source.location(self.lines[net])))

    def port(self, signal: Signal, bits: Bits, final: Callable[[Literal, int], Literal]) -> Port:
        return Port(
            signal.name,
            "input" if signal.direction == "input" else "output",
            tuple(final(bit, signal.line) for bit in bits),
            signed=signal.signed,
            offset=min(signal.msb, signal.lsb),
            upto=signal.lsb > signal.msb,
            source=str(self.source.location(signal.line)),
        )


def _pins(inputs: Iterable[str], outputs: Iterable[str]) -> list[Signal]:
    return [
        *(Signal(pin, direction="input") for pin in inputs),
        *(Signal(pin, direction="output") for pin in outputs),
    ]


def _operands(node: Tree) -> Sequence[Tree]:
    kind = type(node).__name__
    if kind in _BINARY:
        return (node.left, node.right)
    if kind in _UNARY:
        return (node.right,)
    if kind == "Cond":
        return (node.cond, node.true_value, node.false_value)
    if kind == "Concat":
        return tuple(node.list)
    return (node.value,) if kind == "Repeat" else ()


_OPERATORS = {
    "Plus": "+", "Minus": "-", "Times": "*", "Divide": "/", "Mod": "%", "Power": "**",
    "Sll": "<<", "Srl": ">>", "Sla": "<<<", "Sra": ">>>", "LessThan": "<", "GreaterThan": ">",
    "LessEq": "<=", "GreaterEq": ">=", "Uminus": "-",
}  # fmt: skip


def _operator_name(kind: str) -> str:
    if kind in _OPERATORS:
        return f"operator {_OPERATORS[kind]}"
    calls = {"FunctionCall": "a function call", "SystemCall": "a system call"}
    return calls.get(kind, f"a {kind.lower()}")


def _listed(ports: Sequence[Signal]) -> str:
    return "in this order: " + ", ".join(port.name for port in ports)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
