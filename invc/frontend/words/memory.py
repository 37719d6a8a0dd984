"""Memories that are only read: tables, indexed by an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from invc.diagnostics import InvcError
from invc.frontend.words.algebra import Bit, Logic, Word
from invc.frontend.yosys_cells import flag, number, text_of

Json = Mapping[str, Any]
MAX_BITS = 1 << 22  # of one memory

INITS = ("$meminit", "$meminit_v2")
READS = ("$memrd", "$memrd_v2")
WHOLE = ("$mem", "$mem_v2")


def indexed(logic: Logic, words: Sequence[Word], index: Word) -> list[Bit]:
    """The word that an index chooses among 2**n."""
    for s in index:
        words = [
            [logic.choose(s, b, a) for a, b in zip(words[k], words[k + 1], strict=True)]
            if words[k] is not words[k + 1]
            else words[k]
            for k in range(0, len(words), 2)
        ]
    return list(words[0])


class Memories:
    """The contents of a module's memories, as its initial values state them."""

    def __init__(self, logic: Logic, module: Json) -> None:
        self.logic = logic
        self.words: dict[str, dict[int, list[Bit]]] = {}
        self.sizes = {
            name: (int(memory["width"]), int(memory["size"]), int(memory.get("start_offset", 0)))
            for name, memory in module.get("memories", {}).items()
        }
        for name, (width, size, _) in self.sizes.items():
            if width * size > MAX_BITS:
                raise InvcError(f"memory {name!r} has more than {MAX_BITS} bits")
        inits = [cell for cell in module["cells"].values() if cell["type"] in INITS]
        for cell in sorted(inits, key=lambda cell: number(cell["parameters"].get("PRIORITY", 0))):
            self._initialise(cell)

    def _initialise(self, cell: Json) -> None:
        p, pins = cell["parameters"], cell["connections"]
        width, count = number(p["WIDTH"]), number(p["WORDS"])
        address = sum((bit == "1") << k for k, bit in enumerate(pins["ADDR"]))
        words = self.words.setdefault(_name(p), {})
        enabled = pins.get("EN", ["1"] * width)
        for k in range(count):
            data = pins["DATA"][k * width : (k + 1) * width]
            old = words.get(address + k, [self.logic.unknown] * width)
            words[address + k] = [
                self._digit(bit) if on == "1" else before
                for bit, on, before in zip(data, enabled, old, strict=True)
            ]

    def _digit(self, bit: object) -> Bit:
        return {"0": Bit(0), "1": self.logic.high}.get(str(bit), self.logic.unknown)

    def read(self, parameters: Json, address: Word) -> list[Bit]:
        """The word at an address; undefined beyond the memory and where nothing was written."""
        name = _name(parameters)
        width, size, offset = self.sizes[name]
        words = self.words.get(name, {})
        return self._lookup(words, width, size, offset, address)

    def read_whole(self, parameters: Json, pins: Mapping[str, Word]) -> dict[str, Word]:
        """All read ports of a memory that holds its contents and its ports itself."""
        width, size = number(parameters["WIDTH"]), number(parameters["SIZE"])
        offset, abits = number(parameters.get("OFFSET", 0)), number(parameters["ABITS"])
        if width * size > MAX_BITS:
            raise InvcError(f"a memory has more than {MAX_BITS} bits")
        digits = str(parameters["INIT"])[::-1].ljust(width * size, "x")
        words = {
            offset + k: [self._digit(bit) for bit in digits[k * width : (k + 1) * width]]
            for k in range(size)
        }
        data: list[Bit] = []
        for k in range(number(parameters["RD_PORTS"])):
            address = pins["RD_ADDR"][k * abits : (k + 1) * abits]
            data += self._lookup(words, width, size, offset, address)
        return {"RD_DATA": data}

    def _lookup(
        self, words: Mapping[int, list[Bit]], width: int, size: int, offset: int, address: Word
    ) -> list[Bit]:
        nothing = [self.logic.unknown] * width
        need = max(1, (offset + size - 1).bit_length())
        low, high = address[:need], address[need:]
        table = [words.get(k, nothing) for k in range(1 << len(low))]
        found = indexed(self.logic, table, low)
        beyond = self.logic.any_of(high)
        return [self.logic.choose(beyond, x, y) for x, y in zip(nothing, found, strict=True)]


def is_only_read(cells: Iterable[Json]) -> bool:
    """Whether no memory is written, or read at a clock."""
    for cell in cells:
        kind, p = cell["type"], cell.get("parameters", {})
        if kind.startswith("$memwr"):
            return False
        if kind in READS and flag(p, "CLK_ENABLE"):
            return False
        if kind in WHOLE and (flag(p, "WR_PORTS") or flag(p, "RD_CLK_ENABLE")):
            return False
    return True


def _name(parameters: Json) -> str:
    return text_of(parameters["MEMID"]).removeprefix("\\")
