"""Clamps as users write them: NAME=VALUE to bits of ports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from invc.design.frames import moments
from invc.diagnostics import InvcError, nearest
from invc.netlist import Literal, Netlist, Port
from invc.netlist.shape import bit_paths, follow

SIZED = re.compile(r"(\d{1,6})?'(s?)([bodhBODH])([0-9a-fA-FxXzZ_?]+)")
PREFIXED = re.compile(r"0([xXbBoO])([0-9a-fA-FxXzZ_?]+)")
DECIMAL = re.compile(r"[-+]?\d[\d_]*", re.ASCII)
NAMED_BITS = re.compile(r"(.*)\[(-?\d{1,18})(?::(-?\d{1,18}))?\]", re.DOTALL | re.ASCII)
MOST_DIGITS = 4000  # of a decimal: to turn more into bits is quadratic, and Python refuses it
SPLIT = re.compile(r"[.\[]")  # where the name of a port may end
SEPARATED = re.compile(r"[:,]?(?:\[[^\]]*\]|[^:,])+|[:,]")
DIGIT_BITS = {"b": 1, "o": 3, "h": 4, "x": 4}
FREE_DIGITS = "xXzZ?"
GROUPS = ("inputs", "outputs")
VALUES_HINT = "values look like 38243, -5, 0x2a, 0b101 or 8'b10xx_0110, where x leaves a bit free"


class Clamp(NamedTuple):
    """One bit that is held.

    Attributes:
        literal: The bit.
        value: 0 or 1.
        name: The bit as users call it: "p[3]".
    """

    literal: Literal
    value: int
    name: str


def short(text: str, most: int = 60) -> str:
    """A text as messages quote it: cut off where it is long, control characters escaped."""
    return repr(text if len(text) <= most else f"{text[: most - 3]}...")


class Bits(NamedTuple):
    """What a NAME stands for, least significant bit first."""

    literals: tuple[Literal, ...]
    names: tuple[str, ...]
    signed: bool


def parse_clamps(netlist: Netlist, texts: Iterable[str]) -> tuple[Clamp, ...]:
    """The bits that texts of the form NAME=VALUE hold, each once.

    Raises:
        InvcError: A name that does not exist, a value that does not fit, or two clamps that
            disagree on a bit.
    """
    held: dict[str, Clamp] = {}
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not equals or not name or not value:
            raise InvcError(f"clamp {short(text)} is not NAME=VALUE", hint=VALUES_HINT)
        for target in timed_bits(netlist, name):
            _hold(held, target, value, text)
    return tuple(held.values())


def timed_bits(netlist: Netlist, name: str) -> list[Bits]:
    """What a name stands for, of which each takes a value: in an unrolled design also `s@2..4`.

    Raises:
        InvcError: There is nothing of that name.
    """
    found = moments(netlist.port_by_name, name)
    return [_joined([named_bits(netlist, part) for part in names]) for names in found]


def _joined(parts: Sequence[Bits]) -> Bits:
    """Bits one after the other, lowest first; of several parts the value has no sign."""
    if len(parts) == 1:
        return parts[0]
    literals = tuple(bit for part in parts for bit in part.literals)
    return Bits(literals, tuple(name for part in parts for name in part.names), False)


def _hold(held: dict[str, Clamp], target: Bits, value: str, text: str) -> None:
    """Hold bits at the value of a clamp."""
    bits = _parse_value(value.strip(), len(target.literals), target.signed, text)
    for literal, label, bit in zip(target.literals, target.names, bits, strict=True):
        if bit is None:
            continue
        if held.setdefault(label, Clamp(literal, bit, label)).value != bit:
            raise InvcError(
                f"clamp {short(text)}: {label} is already held at {1 - bit}",
                hint="hold every bit once",
            )


def parse_combination(netlist: Netlist, text: str) -> tuple[Clamp, ...]:
    """The bits of NAME=VALUE:NAME=VALUE: some values that are meant together.

    A comma separates as well as a colon. Neither does inside of brackets, as in p[7:4]=3.

    Raises:
        InvcError: As `parse_clamps`, or no bit is named.
    """
    parts: list[str] = []
    for piece in SEPARATED.findall(text):
        # A piece without "=" is the beginning of a name that has a separator in it.
        if parts and "=" not in parts[-1]:
            parts[-1] += piece
        else:
            parts.append(piece)
    bits = parse_clamps(netlist, [part.lstrip(":,") if "=" in part else part for part in parts])
    if not bits:
        raise InvcError(
            f"{short(text)} names no bit", hint="write NAME=VALUE, or NAME=VALUE:NAME=VALUE"
        )
    return bits


def bit_names(port: Port) -> tuple[str, ...]:
    """The bits of a port as users call them, least significant first."""
    if port.shape is not None:
        return tuple(port.name + path for path in bit_paths(port.shape))
    if not port.range_text:
        return (port.name,)
    return tuple(f"{port.name}[{port.index(k)}]" for k in range(len(port.bits)))


def named_bits(netlist: Netlist, name: str) -> Bits:
    """The bits that a port, a slice, a bit, "inputs" or "outputs" stands for.

    Raises:
        InvcError: There is nothing of that name.
    """
    ports = netlist.port_by_name
    known = name if name in ports else name.strip()
    if known in ports:
        return _whole(ports[known])
    if known in GROUPS:
        chosen = netlist.inputs if known == "inputs" else netlist.outputs
        parts = [_whole(port) for port in reversed(chosen)]  # the first port is the highest
        literals = tuple(bit for part in parts for bit in part.literals)
        return Bits(literals, tuple(label for part in parts for label in part.names), False)
    part = part_of(ports, known)
    if part is not None:
        return part
    match = NAMED_BITS.fullmatch(known)
    port = (ports.get(match[1]) or ports.get(match[1].strip())) if match else None
    if match and port:
        left = int(match[2])
        return _slice(port, left, left if match[3] is None else int(match[3]), name)
    known = match[1].strip() if match else known
    raise InvcError(f"no port is called {short(known)}", hint=nearest(known, [*ports, *GROUPS]))


def _whole(port: Port) -> Bits:
    return Bits(port.bits, bit_names(port), port.signed)


def part_of(ports: Mapping[str, Port], name: str) -> Bits | None:
    """The bits of a field or an element of a port; None where the name begins with no such port.

    Raises:
        InvcError: The port has no such field or element.
    """
    for end in (found.start() for found in SPLIT.finditer(name)):
        port = ports.get(name[:end])
        if port is None or port.shape is None:
            continue
        try:
            _, low, shape = follow(port.shape, name[end:])
        except LookupError as error:
            why, hint = error.args
            raise InvcError(f"{short(name)}: {why}", hint=hint) from None
        chosen = slice(low, low + shape.width)
        return Bits(port.bits[chosen], bit_names(port)[chosen], shape.signed)
    return None


def _slice(port: Port, left: int, right: int, name: str) -> Bits:
    high, low = port.position(left), port.position(right)
    if high is None or low is None:
        span = port.range_text or "a single bit"
        raise InvcError(
            f"{short(name)} is outside port {port.name!r}", hint=f"{port.name} is {span}"
        )
    if high < low:
        order = f"{port.name}[{right}:{left}]"
        raise InvcError(f"{short(name)} runs against its port", hint=f"write {order}")
    chosen = slice(low, high + 1)
    return Bits(port.bits[chosen], bit_names(port)[chosen], False)


def _parse_value(text: str, width: int, signed: bool, clamp: str) -> list[int | None]:
    """Bits of a value, least significant first; None where it leaves a bit free."""
    if DECIMAL.fullmatch(text):
        return _decimal(_number(text, clamp), width, signed, clamp)
    match = SIZED.fullmatch(text)
    if match:
        return _sized(match, width, clamp)
    match = PREFIXED.fullmatch(text)
    if match:
        base = {"x": "h"}.get(match[1].lower(), match[1].lower())
        return _free_extended(_fit(_digits(match[2], base, clamp), width, clamp), width)
    raise InvcError(f"clamp {short(clamp)}: {short(text)} is no value", hint=VALUES_HINT)


def _sized(match: re.Match[str], width: int, clamp: str) -> list[int | None]:
    """A Verilog constant; a narrower one is extended as Verilog does it."""
    base, digits = match[3].lower(), match[4]
    if base == "d":
        if not DECIMAL.fullmatch(digits):
            raise InvcError(
                f"clamp {short(clamp)}: {short(match[0])} is no value", hint=VALUES_HINT
            )
        base, digits = "b", f"{_number(digits, clamp):b}"
    bits = _digits(digits, base, clamp)
    if match[1]:
        size = int(match[1])
        if size == 0 or (len(bits) > size and any(bit != 0 for bit in bits[size:])):
            raise InvcError(
                f"clamp {short(clamp)}: the digits do not fit their own {size} bits",
                hint=VALUES_HINT,
            )
        bits = _extended(bits[:size], size, None if bits[-1] is None else 0)
        if match[2]:  # a signed constant repeats its sign bit
            bits = _extended(bits, max(width, size), bits[-1])
        return _extended(_fit(bits, width, clamp), width, 0)
    return _free_extended(_fit(bits, width, clamp), width)


def _digits(text: str, base: str, clamp: str) -> list[int | None]:
    size = DIGIT_BITS[base]
    bits: list[int | None] = []
    for digit in reversed(text.replace("_", "")):
        if digit in FREE_DIGITS:
            bits += [None] * size
            continue
        value = int(digit, 16)
        if value >= 1 << size:
            raise InvcError(f"clamp {short(clamp)}: digit {digit!r} in base {1 << size}")
        bits += [value >> k & 1 for k in range(size)]
    if not bits:
        raise InvcError(f"clamp {short(clamp)}: no digits", hint=VALUES_HINT)
    return bits


def _extended(bits: list[int | None], width: int, fill: int | None) -> list[int | None]:
    return bits + [fill] * (width - len(bits))


def _fit(bits: Sequence[int | None], width: int, clamp: str) -> list[int | None]:
    """At most `width` bits; what is cut off must be 0 or free."""
    if any(bit for bit in bits[width:]):
        needed = max(k + 1 for k, bit in enumerate(bits) if bit)
        raise InvcError(
            f"clamp {short(clamp)}: the value needs {needed} bits, the port has {width}",
            hint="give a smaller value, or make the port wider (-G at synth)",
        )
    return list(bits[:width])


def _free_extended(bits: list[int | None], width: int) -> list[int | None]:
    """An unsized constant repeats a free highest digit, as in Verilog."""
    return _extended(bits, width, None if bits[-1] is None else 0)


def _number(digits: str, clamp: str) -> int:
    """A decimal number, not longer than a number may be."""
    if len(digits) > MOST_DIGITS:
        raise InvcError(
            f"clamp {short(clamp)}: a decimal of {len(digits)} digits, more than {MOST_DIGITS}",
            hint="write long values as 0x...",
        )
    return int(digits.replace("_", ""))


def _decimal(value: int, width: int, signed: bool, clamp: str) -> list[int | None]:
    low, high = (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)
    if not low <= value <= high:
        kind = "signed" if signed else "unsigned"
        raise InvcError(
            f"clamp {short(clamp)}: the value does not fit {width} {kind} bit{'s'[: width > 1]}",
            hint=f"values run from {low} to {high}"
            if width <= 256
            else "write long values as 0x...",
        )
    return [value >> k & 1 for k in range(width)]


def decode(bits: Sequence[int], signed: bool) -> int:
    """The value of bits, least significant first."""
    value = sum(bit << k for k, bit in enumerate(bits))
    return value - (1 << len(bits)) if signed and bits[-1] else value
