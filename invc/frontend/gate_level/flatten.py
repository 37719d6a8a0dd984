"""Gate-level Verilog of other synthesis tools, read by Pyverilog, flattened to a Netlist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from pathlib import Path

from invc.diagnostics import InvcError, nearest
from invc.frontend.gate_level.aliases import FREE, Bits, Nets
from invc.frontend.gate_level.connections import connections, refuse_parameters, shares
from invc.frontend.gate_level.expressions import fit, nets_of, value_of
from invc.frontend.gate_level.instances import add_cells, add_family, add_primitive, add_table
from invc.frontend.gate_level.parser import Tree, parse
from invc.frontend.gate_level.preprocessor import preprocess
from invc.frontend.gate_level.scope import Circuit, Scope, open_scope
from invc.frontend.gate_level.structure import GATES_ONLY, Module, Signal, describe, plain
from invc.frontend.liberty_names import HINT, no_function
from invc.frontend.primitives import PRIMITIVES
from invc.frontend.yosys_cells import GATES, words_of_yosys
from invc.library.cell import Cell
from invc.netlist import Builder, Function, Gate, Literal, Netlist, Port
from invc.netlist.gates import BUF, INV

# Cells that no library holds, since they cost no spin of their own.
_FREE = {function.name: function for function in (INV, BUF)}
_FAMILY = re.compile("(AND|NAND|OR|NOR|XOR|XNOR)[2-9]")
_FLOATING = frozenset({
    "bufif0", "bufif1", "notif0", "notif1", "nmos", "pmos", "cmos", "rnmos", "rpmos", "rcmos",
    "tran", "rtran", "tranif0", "tranif1", "rtranif0", "rtranif1", "pullup", "pulldown",
})  # fmt: skip
MOST_DEEP = 1000  # instances in instances: their names become longer with each
_STORES = re.compile(r"(?i)dff|latch|(^|_)(s?e?df|dl[xhr]|lat|ff)[a-z]*[0-9]*(_|x|$)")
_CLOCKS = frozenset({"CK", "CKN", "CLK", "CLKN", "CP", "CPN", "CLOCK"})


def read_gates(
    path: Path,
    library: Mapping[str, Cell],
    *,
    more: Sequence[Path] = (),
    top: str | None = None,
    include: Sequence[Path] = (),
    define: Mapping[str, str] | None = None,
    others: Mapping[str, Function | None] | None = None,
) -> Netlist:
    """Read structural Verilog: instances of cells, gate primitives, assigns, and a hierarchy.

    Args:
        path: The file.
        more: Files that go on where it ends, such as the models of its cells.
        library: Cells by name; INV, BUF and AND2 ... XNOR9 (pins A, B, ..., Y) are known without.
            Positional connections follow `function.pins`: inputs, then outputs.
        top: The module to build; found by itself where one module with a body is in no other, in
            the first file if there are several.
        include: Folders searched for `include.
        define: Macros defined from outside.
        others: Functions of other cells, by name, None where one has none; the library's own come
            first.

    Returns:
        The netlist, checked: gates sorted, aliases resolved, inverters and buffers absorbed.

    Raises:
        InvcError: A syntax error, behaviour, an unknown cell or pin, a net with no driver, two
            drivers or a loop, or widths that do not fit.
    """
    source = preprocess(path, more=more, include=include, define=define)
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
    own = {n for n, m in modules.items() if source.location(m.line).file == str(path)}
    root = modules[top_module(modules, path, top, own)]
    return flatten(root, modules, Circuit(Nets(source), library, others or {}))


def top_module(modules: Mapping[str, Module], path: Path, top: str | None, own: Set[str]) -> str:
    """The name of the module to build.

    Args:
        modules: All modules by name.
        path: The first file.
        top: What the user says.
        own: Those that stand in the first file.

    Raises:
        InvcError: It is not there, or several modules may be meant.
    """
    if top is not None:
        if top not in modules:
            hint = nearest(top, modules)
            raise InvcError(f"no module is called {top!r}", where=str(path), hint=hint)
        return top
    used = {plain(i.module) for module in modules.values() for i in module.instances}
    unused = [name for name in modules if name not in used]
    # What has no body is no design, and files after the first are models of cells.
    whole = [name for name in unused if not modules[name].is_stub] or unused
    candidates = [name for name in whole if name in own] or whole
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise InvcError("every module lies in another one", where=str(path), hint="give --top")
    shown = ", ".join(candidates[:8]) + (", ..." if len(candidates) > 8 else "")
    message = f"{len(candidates)} modules may be the top: {shown}"
    raise InvcError(message, where=str(path), hint=f"choose one with --top {candidates[-1]}")


def flatten(top: Module, modules: Mapping[str, Module], circuit: Circuit) -> Netlist:
    """Everything below the top module, as a Netlist.

    Raises:
        InvcError: An unknown cell or pin, a net with no driver, two drivers or a loop, or widths
            that do not fit.
    """
    if top.fault:
        raise top.fault
    root = open_scope(circuit, top, "", frozenset())
    for port in top.ports:
        if port.direction == "input":
            for bit in root.bits(port):
                circuit.nets.claim(bit, port.line)
    waiting = [root]
    while waiting:
        waiting.extend(_body(waiting.pop(), modules))
    return _build(root)


def _body(scope: Scope, modules: Mapping[str, Module]) -> Iterator[Scope]:
    """Carry out a module's assigns and gates; its submodules are left to the caller."""
    for assign in scope.module.assigns:
        target = nets_of(scope, assign.left.var, implicit=True)
        value = value_of(scope, assign.right.var)
        scope.nets.drive(target, fit(scope, value, len(target), assign.lineno), assign.lineno)
    library = scope.circuit.library
    for entry in scope.module.instances:
        name = plain(entry.module)
        if name in PRIMITIVES:
            add_primitive(scope, entry)
        elif name in modules:
            yield from _submodules(scope, entry, modules[name])
        elif name in library:
            function = library[name].function
            if function is None:
                message = f"cell {name!r} is a relation and not a function"
                raise scope.nets.fault(message, entry.lineno, "a netlist is made of functions")
            add_cells(scope, entry, function)
        elif other := scope.circuit.others.get(name):
            add_cells(scope, entry, other)
        elif name in GATES:
            add_cells(scope, entry, GATES[name])
        elif name == "$lut":
            add_table(scope, entry)
        elif name in _FREE:
            add_cells(scope, entry, _FREE[name])
        elif _FAMILY.fullmatch(name):
            add_family(scope, entry)
        else:
            raise _unknown(scope, entry, name, modules)


def _unknown(scope: Scope, entry: Tree, name: str, modules: Mapping[str, Module]) -> InvcError:
    pins = {plain(c.portname) for c in entry.portlist if c.portname}
    fault, line = scope.nets.fault, entry.lineno
    if _STORES.search(name) or pins & _CLOCKS:
        message = f"{name!r} is no cell of the library, and looks like a flip-flop or a latch"
        return fault(message, line, GATES_ONLY)
    if name in scope.circuit.others:
        return fault(no_function(name), line, HINT)
    if name in _FLOATING:
        message = f"primitive {name!r} can leave its output undriven"
        return fault(message, line, "use gates that always drive, such as MUX2")
    if words_of_yosys([name]):
        message = f"{name!r} is a cell of words of Yosys, and no gate"
        return fault(message, line, "leave --netlist out: 'invc synth' takes such cells apart")
    hint = nearest(name, [*modules, *scope.circuit.library, *scope.circuit.others, *_FREE])
    return fault(f"no cell or module is called {name!r}", line, hint)


def _submodules(scope: Scope, entry: Tree, module: Module) -> Iterator[Scope]:
    """An instance of a module, or an array of them, its ports aliases of what they are tied to."""
    if module.fault:
        raise module.fault
    if module.is_stub and any(port.direction == "output" for port in module.ports):
        message = f"module {module.name!r} has no body: give its function"
        hint = "name the file with its body, or make it a cell: 'invc lib-gen', then --lib"
        raise scope.nets.fault(message, entry.lineno, hint)
    if module.name in scope.above:
        message = f"module {module.name!r} contains itself"
        raise scope.nets.fault(message, entry.lineno, "a netlist has no recursion")
    if len(scope.above) > MOST_DEEP:
        message = f"instances lie more than {MOST_DEEP} deep in each other"
        raise scope.nets.fault(message, entry.lineno, "flatten the netlist where it is made")
    refuse_parameters(scope, entry)
    connected = connections(scope, entry, module.ports)
    name = plain(entry.name)
    for suffix, pins in shares(scope, entry, module.ports, connected):
        inner = open_scope(scope.circuit, module, f"{scope.prefix}{name}{suffix}.", scope.above)
        for port, bits in zip(module.ports, pins, strict=True):
            if bits is None:
                continue
            own = inner.bits(port)
            if port.direction == "input":
                scope.nets.drive(own, bits, entry.lineno)
            else:
                scope.nets.drive(bits, own, entry.lineno)
        yield inner


def _build(root: Scope) -> Netlist:
    """Number the nets that gates and inputs drive, and put the gates in order."""
    circuit, nets = root.circuit, root.nets
    nets.resolve_all()
    builder = Builder()
    numbers = [0] * len(nets.names)

    def number(net: int) -> None:
        place = str(nets.source.location(nets.lines[net]))
        numbers[net] = builder.net(nets.names[net], place)

    for port in root.module.ports:
        if port.direction == "input":
            for bit in root.bits(port):
                number(bit >> 1)
    for function, pins, _ in circuit.gates:
        for pin in pins[len(function.inputs) :]:
            number(pin >> 1)

    def final(lit: Literal, line: int) -> Literal:
        end = _driven(nets, lit, line)
        return numbers[end >> 1] ^ (end & 1)

    for function, pins, line in circuit.gates:
        done = tuple(final(pin, line) for pin in pins)
        builder.gates.append(Gate(function, done, str(nets.source.location(line))))
    ports = [_port(root, port, root.bits(port), final) for port in root.module.ports]
    return builder.netlist(root.module.name, ports)


def _driven(nets: Nets, lit: Literal, line: int) -> Literal:
    """The literal that a literal stands for, which something drives.

    Raises:
        InvcError: Nothing does, or it is a bit that its constant leaves undefined.
    """
    end = nets.resolve(lit)
    if end >> 1 in nets.undefined:
        message = f"constant {nets.undefined[end >> 1]} has undefined bits"
        hint = "invertible logic has 0 and 1 only: give each bit a value"
        raise nets.fault(message, nets.lines[end >> 1], hint)
    if nets.alias[end >> 1] == FREE:
        name = nets.names[end >> 1]
        hint = "connect a driver, or make it an input"
        raise nets.fault(f"net {name!r} is read but nothing drives it", line, hint)
    return end


def _port(
    root: Scope, signal: Signal, bits: Bits, final: Callable[[Literal, int], Literal]
) -> Port:
    return Port(
        signal.name,
        "input" if signal.direction == "input" else "output",
        tuple(final(bit, signal.line) for bit in bits),
        signed=signal.signed,
        offset=min(signal.msb, signal.lsb),
        upto=signal.lsb > signal.msb,
        source=str(root.nets.source.location(signal.line)),
    )
