"""Archives of arrays, byte by byte: what is read of them, and in which words they are refused."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from invc.diagnostics import InvcError
from invc.formats import npz
from invc.formats.incoming import LEAST_BELIEVED, Incoming
from invc.formats.npz import LEAST_UNPACKED, MOST_PACKING
from invc.formats.terms import Terms

MAGIC = b"\x93NUMPY"


def packed(value: Any) -> bytes:
    """An array as numpy writes it."""
    file = io.BytesIO()
    np.save(file, np.asarray(value))
    return file.getvalue()


def archive(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


GOOD: Mapping[str, Any] = {
    "h": np.array([1.5, 0, -2]),
    "edges": np.array([[0, 1], [2, 1]], dtype=np.int16),
    "J": np.array([3, -4], dtype=np.int8),
    "offset": np.int64(5),
    "names": np.array(["a", "b", "\u00e9"]),
    "clamp_names": np.array(["b", "a"]),
    "clamp_values": np.array([1, 0]),
}


def read(changes: Mapping[str, Any] | None = None, *, without: str = "") -> Terms:
    """The good file with some members changed: arrays, or bytes as they are."""
    members = {
        name: value for name, value in {**GOOD, **(changes or {})}.items() if name != without
    }
    data = {
        f"{name}.npy": value if isinstance(value, bytes) else packed(value)
        for name, value in members.items()
    }
    return npz.read(Incoming(archive(data), "m.npz"))


def refused(changes: Mapping[str, Any] | None = None, *, without: str = "") -> str:
    with pytest.raises(InvcError) as caught:
        read(changes, without=without)
    return caught.value.message


def test_a_file_says_its_model_with_the_other_sign() -> None:
    found = read()
    assert found.names == ("a", "b", "\u00e9")
    assert found.linear.tolist() == [-1.5, 0, 2]
    assert found.pairs.tolist() == [[0, 1], [2, 1]]
    assert found.quadratic.tolist() == [-3, 4]
    assert (found.offset, found.boolean) == (5, False)
    assert found.clamps == (("b", 1), ("a", 0))


def test_only_three_arrays_are_needed() -> None:
    for name in ("h", "edges", "J"):
        assert refused(without=name) == f"no .npz file with h, edges and J: it lacks {name}"
    assert read(without="offset").offset == 0
    assert read(without="names").names == ("s[0]", "s[1]", "s[2]")
    assert (
        refused(without="clamp_names") == "'clamp_names' and 'clamp_values' do not fit each other"
    )
    assert (
        refused(without="clamp_values") == "'clamp_names' and 'clamp_values' do not fit each other"
    )
    assert npz.read(
        Incoming(
            archive(
                {"h": packed([1]), "edges": packed(np.zeros((0, 2), int)), "J.npy": packed([0][:0])}
            ),
            "m",
        )
    ).linear.tolist() == [-1]
    assert read({"other": b"no array"}).offset == 5


@pytest.mark.parametrize(
    "names", [["a", "b"], ["a", "b", "c", "d"], ["a", "a", "b"], ["a", "", "b"], [1, 2, 3]]
)
def test_names_that_do_not_fit_are_none(names: Any) -> None:
    assert read({"names": np.array(names)}).names == ("s[0]", "s[1]", "s[2]")


def header(text: str, data: bytes = b"", version: int = 1, magic: bytes = MAGIC) -> bytes:
    """An array of numpy by hand."""
    width = 2 if version == 1 else 4
    written = text.encode()
    return magic + bytes([version, 0]) + len(written).to_bytes(width, "little") + written + data


THREE = np.array([1.0, 2.0, 3.0]).tobytes()
FORM = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n"
READ = {
    "1": header(FORM, THREE),
    "2": header(FORM, THREE, 2),
    "3": header(FORM, THREE, 3),
    "older": header("{'descr':'<f8','fortran_order':False,'shape':(3L,)}", THREE),
    "big": header(FORM.replace("<", ">"), np.array([1.0, 2.0, 3.0], dtype=">f8").tobytes()),
    "bytes": header("{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", b"\1\2\3"),
    "matrix": header("{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1)}", b"\1\2\3"),
    "column": header("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 3)}", b"\1\2\3"),
}


@pytest.mark.parametrize("name", READ)
def test_headers_of_every_version(name: str) -> None:
    assert read({"h": READ[name]}).linear.tolist() == [-1, -2, -3]


def test_the_order_of_fortran() -> None:
    edges = np.asfortranarray(np.array([[0, 1], [2, 1]]))
    assert edges.flags.f_contiguous
    assert read({"edges": edges}).pairs.tolist() == [[0, 1], [2, 1]]


PLAIN = "'h' is no array of plain numbers or texts"
SIZE = "'h' claims another size than it has"
REFUSED = {
    b"": "'h' is no array of numpy",
    MAGIC: "'h' is no array of numpy",
    MAGIC + b"\1": PLAIN,
    header(FORM, THREE, 4): "'h' is no array of numpy",
    header(FORM, THREE, 0): "'h' is no array of numpy",
    header(FORM, THREE, magic=b"\x93NUMPX"): "'h' is no array of numpy",
    header(FORM, THREE + b"\0"): SIZE,
    header(FORM, THREE[:-1]): SIZE,
    header(FORM.replace("(3,)", "(4,)"), THREE): SIZE,
    header(FORM.replace("(3,)", "(3, 0)"), THREE): SIZE,
    header(FORM.replace("<f8", "<U0")): SIZE,
    header(FORM.replace("<f8", "|O8"), THREE): PLAIN,
    header(FORM.replace("False", "0"), THREE): PLAIN,
    header(FORM.replace("'shape'", "'sh'"), THREE): PLAIN,
    header(FORM)[:-1]: SIZE,
    header(FORM)[:-3]: PLAIN,
    header(FORM.replace("<f8", "<U2"), "a1b2c3".encode("utf-32-le")): "'h' holds no numbers",
}


@pytest.mark.parametrize("data", REFUSED, ids=range(len(REFUSED)))
def test_headers_that_are_refused(data: bytes) -> None:
    assert refused({"h": data}) == REFUSED[data]


TEXT = "a name in it is no text"
MEMBERS: list[tuple[dict[str, Any], str]] = [
    ({"offset": np.zeros(2)}, "'offset' is no single number"),
    ({"offset": np.zeros(0)}, "'offset' is no single number"),
    ({"offset": np.array("x")}, "'offset' holds no numbers"),
    ({"J": np.array(["a", "b"])}, "'J' holds no numbers"),
    ({"J": np.zeros(1)}, "h, edges and J do not fit each other"),
    ({"J": np.zeros(3)}, "h, edges and J do not fit each other"),
    ({"edges": np.zeros((2, 2))}, "h, edges and J do not fit each other"),
    (
        {"edges": np.array([[0, 3], [1, 2]])},
        "'edges' names a spin that does not exist; there are 3",
    ),
    (
        {"edges": np.array([[0, -1], [1, 2]])},
        "'edges' names a spin that does not exist; there are 3",
    ),
    ({"edges": np.array([[0, 1], [2, 2]])}, "an edge joins a spin to itself"),
    ({"clamp_values": np.array([1, 2])}, "'clamp_names' and 'clamp_values' do not fit each other"),
    ({"clamp_values": np.array([1])}, "'clamp_names' and 'clamp_values' do not fit each other"),
    ({"clamp_names": np.array([1, 2])}, "'clamp_names' and 'clamp_values' do not fit each other"),
    *(
        ({"names": header("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", beyond)}, TEXT)
        for beyond in (b"\xff" * 4, b"\0\0\x11\0", b"\0\0\0\x80")
    ),
]


@pytest.mark.parametrize(("changes", "said"), MEMBERS)
def test_members_that_are_refused(changes: Mapping[str, Any], said: str) -> None:
    assert refused(changes) == said


def test_edges_may_be_in_any_shape_and_kind() -> None:
    flat = np.array([0, 1, 2, 1], dtype=np.uint64)
    assert read({"edges": flat}).pairs.tolist() == [[0, 1], [2, 1]]
    none = read({"edges": np.zeros((0, 2), dtype=int), "J": np.zeros(0)})
    assert none.pairs.shape == (0, 2)


@pytest.mark.parametrize("data", [b"", b"PK", archive({})[:-1], b"\0" * 100])
def test_what_is_no_archive(data: bytes) -> None:
    with pytest.raises(InvcError, match=r"no \.npz file with h, edges and J: "):
        npz.read(Incoming(data, "m.npz"))


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_how_much_is_unpacked(more: int, fits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """All arrays together: so many bytes, or so many times the file if that is more."""
    members = {f"{name}.npy": packed(value) for name, value in GOOD.items()}
    data = archive(members)
    claimed = sum(map(len, members.values()))
    assert claimed < LEAST_UNPACKED < MOST_PACKING * len(data) * LEAST_UNPACKED
    monkeypatch.setattr(npz, "LEAST_UNPACKED", claimed - more)
    monkeypatch.setattr(npz, "MOST_PACKING", 0)
    if fits:
        assert npz.read(Incoming(data, "m.npz")).offset == 5
        return
    with pytest.raises(InvcError) as caught:
        npz.read(Incoming(data, "m.npz"))
    assert str(caught.value) == (
        f"m.npz: error: its arrays claim {claimed} bytes in a file of {len(data)}\n  hint: at most "
        f"{claimed - 1} are unpacked; write it with numpy.savez, which does not compress"
    )
    monkeypatch.setattr(npz, "MOST_PACKING", 1)  # the file is longer than what it holds
    assert npz.read(Incoming(data, "m.npz")).offset == 5


@pytest.mark.parametrize(("spins", "fits"), [(LEAST_BELIEVED, True), (LEAST_BELIEVED + 1, False)])
def test_how_many_variables_are_believed(spins: int, fits: bool) -> None:
    """In a file that compresses well."""
    members = {
        "h.npy": packed(np.zeros(spins, dtype=np.int8)),
        "edges.npy": packed(np.zeros((0, 2), dtype=int)),
        "J.npy": packed(np.zeros(0)),
    }
    incoming = Incoming(archive(members, zipfile.ZIP_DEFLATED), "m.npz")
    if fits:
        assert len(npz.read(incoming).names) == spins
        return
    with pytest.raises(InvcError, match=f"{spins} variables claimed by a file of"):
        npz.read(incoming)
