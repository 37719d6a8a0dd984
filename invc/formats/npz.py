"""numpy arrays in one .npz file, in invc's own sign; numpy.load reads it without pickles.

Reading trusts nothing that the file claims of itself: sizes are compared with a bound before
anything is unpacked, and the header of an array is matched, not evaluated.
Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
"""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np

from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.outgoing import SUBTRACTED, Outgoing, facts
from invc.formats.terms import Terms

Array: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.generic]]"

NEEDED = ("h", "edges", "J")
OTHERS = ("offset", "names", "clamp_names", "clamp_values")
LEAST_UNPACKED = 1 << 26
MOST_PACKING = 64  # times the size of the file; what compresses better is no model
# Python 2 wrote the sizes of a shape as 5L.
HEADER = re.compile(
    r"\{\s*'descr'\s*:\s*'([<>=|]?[biufU]\d{1,9})'\s*,\s*'fortran_order'\s*:\s*(False|True)\s*,"
    r"\s*'shape'\s*:\s*\(((?:\d{1,12}L?\s*,?\s*)*)\)\s*,?\s*\}\s*",
    re.ASCII,
)


def write(outgoing: Outgoing) -> Iterator[bytes]:
    """The file as one piece: h, edges, J, offset, names, clamps, and `facts` as JSON."""
    model = outgoing.model
    file = io.BytesIO()
    np.savez(
        file,
        h=model.h,
        edges=model.edges,
        J=model.J,
        offset=np.int64(model.offset),
        names=_texts(outgoing.names),
        clamp_names=_texts(outgoing.clamps),
        clamp_values=np.array(list(outgoing.clamps.values()), dtype=np.int8),
        folded_names=_texts(outgoing.folded),
        folded_values=np.array(list(outgoing.folded.values()), dtype=np.int8),
        convention=np.array(SUBTRACTED),
        facts=np.array(json.dumps(facts(outgoing))),
    )
    yield file.getvalue()


def _texts(names: object) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.array(list(names), dtype=np.str_)  # type: ignore[call-overload]


def read(incoming: Incoming) -> Terms:
    """The terms of an .npz file with h, edges and J; offset, names and clamps where it has them.

    Raises:
        InvcError: It is no such file, or would unpack to far more than it is.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(incoming.data)) as archive:
            arrays = _arrays(archive, incoming)
    # What zipfile and its decompressors raise of a broken archive, as fuzzing found them.
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
        *(OSError, ValueError, KeyError, IndexError, OverflowError, MemoryError),
    ) as error:
        incoming.fail(f"no .npz file with h, edges and J: {str(error)[:60]!r}")
    return _terms(arrays, incoming)


def _arrays(archive: zipfile.ZipFile, incoming: Incoming) -> dict[str, Array]:
    """The arrays that a model is made of, by name; what else is in the file is left alone."""
    members = {
        member.filename.removesuffix(".npy"): member
        for member in archive.infolist()
        if member.filename.removesuffix(".npy") in (*NEEDED, *OTHERS)
    }
    lacking = [name for name in NEEDED if name not in members]
    if lacking:
        incoming.fail(f"no .npz file with h, edges and J: it lacks {', '.join(lacking)}")
    bound = max(LEAST_UNPACKED, MOST_PACKING * len(incoming.data))
    size = sum(member.file_size for member in members.values())
    if size > bound:
        incoming.fail(
            f"its arrays claim {size} bytes in a file of {len(incoming.data)}",
            f"at most {bound} are unpacked; write it with numpy.savez, which does not compress",
        )
    return {name: _array(archive.read(member), name, incoming) for name, member in members.items()}


def _array(data: bytes, name: str, incoming: Incoming) -> Array:
    """An array of numbers or texts whose header says as much as its bytes hold."""
    width = {1: 2, 2: 4, 3: 4}.get(data[6] if len(data) > 6 else 0, 0)
    if data[:6] != b"\x93NUMPY" or not width:
        incoming.fail(f"{name!r} is no array of numpy")
    start = 8 + width
    end = start + int.from_bytes(data[8:start], "little")
    match = HEADER.fullmatch(data[start:end].decode("latin-1"))
    if not match:
        incoming.fail(f"{name!r} is no array of plain numbers or texts")
    dtype = np.dtype(match[1])
    shape = tuple(int(word) for word in re.findall(r"\d+", match[3]))
    if dtype.itemsize == 0 or dtype.itemsize * math.prod(shape) != len(data) - end:
        incoming.fail(f"{name!r} claims another size than it has")
    flat = np.frombuffer(data, dtype, offset=end)
    return flat.reshape(shape, order="F" if match[2] == "True" else "C")


def _terms(arrays: Mapping[str, Array], incoming: Incoming) -> Terms:
    h, J = (_numbers(arrays, name, incoming) for name in ("h", "J"))
    edges = _edges(arrays["edges"], len(h), len(J), incoming)
    incoming.believe(len(h))
    offset = _numbers(arrays, "offset", incoming) if "offset" in arrays else np.zeros(1)
    if len(offset) != 1:
        incoming.fail("'offset' is no single number")
    names = _names(arrays.get("names"), incoming)
    if len(names) != len(h) or len(set(names)) != len(names) or not all(names):
        names = [f"s[{k}]" for k in range(len(h))]
    clamps = _clamps(arrays, incoming)
    return Terms(tuple(names), -h, edges, -J, float(offset[0]), clamps=clamps)


def _numbers(
    arrays: Mapping[str, Array], name: str, incoming: Incoming
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """An array as a row of real numbers."""
    if arrays[name].dtype.kind not in "biuf":
        incoming.fail(f"{name!r} holds no numbers")
    with np.errstate(over="ignore"):  # what does not fit is infinite, and refused as that
        return arrays[name].ravel().astype(np.float64)


def _edges(
    edges: Array, spins: int, couplings: int, incoming: Incoming
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The pairs of spins, each of two different spins that exist. Shape (couplings, 2)."""
    if edges.dtype.kind not in "iu" or edges.size != 2 * couplings:
        incoming.fail("h, edges and J do not fit each other")
    if edges.size and (edges.min() < 0 or edges.max() >= spins):
        incoming.fail(f"'edges' names a spin that does not exist; there are {spins}")
    pairs = edges.reshape(couplings, 2).astype(np.int64)
    if (pairs[:, 0] == pairs[:, 1]).any():
        incoming.fail("an edge joins a spin to itself")
    return pairs


def _names(names: Array | None, incoming: Incoming) -> list[str]:
    if names is None:
        return []
    if names.dtype.kind != "U":
        return []
    try:
        return [str(name) for name in names.ravel().tolist()]
    except (ValueError, SystemError):  # a number that is no character
        incoming.fail("a name in it is no text")


def _clamps(arrays: Mapping[str, Array], incoming: Incoming) -> tuple[tuple[str, int], ...]:
    held = _names(arrays.get("clamp_names"), incoming)
    values = _numbers(arrays, "clamp_values", incoming) if "clamp_values" in arrays else np.zeros(0)
    if len(held) != len(values) or not np.isin(values, (0, 1)).all():
        incoming.fail("'clamp_names' and 'clamp_values' do not fit each other")
    return tuple(zip(held, (int(value) for value in values), strict=True))


FORMAT = Format(".npz", write, read)
