"""Samples from files: what is read, and what is refused in one line."""

import gzip
import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from invc.diagnostics import InvcError
from invc.formats.adopt import adopt
from invc.formats.files import load
from invc.formats.incoming import Incoming
from invc.training.arrays import format_arrays
from invc.training.data import read_data
from invc.training.data.coding import Coding, coding_for, fitted, pooled
from invc.training.data.npz import format_npz
from invc.training.data.prepare import prepared
from invc.training.data.samples import Data, Samples
from typed import sure


def idx(array: npt.NDArray[np.int64]) -> bytes:
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return head + array.astype(np.uint8).tobytes()


IMAGES = np.arange(5 * 3 * 2).reshape(5, 3, 2)
LABELS = np.array([0, 1, 2, 1, 0])


def write_idx(
    folder: Path,
    start: str = "train",
    pack: type[bytes] | Callable[..., Any] = lambda data: data,
    end: str = "",
) -> None:
    (folder / f"{start}-images-idx3-ubyte{end}").write_bytes(pack(idx(IMAGES)))
    (folder / f"{start}-labels-idx1-ubyte{end}").write_bytes(pack(idx(LABELS)))


@pytest.mark.parametrize(("pack", "end"), [(bytes, ""), (gzip.compress, ".gz")], ids=["", "gz"])
def test_idx(tmp_path: Path, pack: type[bytes] | Callable[..., Any], end: str) -> None:
    write_idx(tmp_path, pack=pack, end=end)
    one = read_data(str(tmp_path / f"train-images-idx3-ubyte{end}"))
    assert one.test is None
    write_idx(tmp_path, "t10k", pack, end)
    both = read_data(str(tmp_path))
    assert both.test is not None
    for data in (one, both):
        assert (data.train.inputs == IMAGES.reshape(5, 6)).all()
        assert (data.train.labels == LABELS).all()
        assert data.image == (3, 2)


def of_python_2(data: bytes) -> bytes:
    """An .npz file as Python 2 wrote its heads: with the sizes as long integers."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            head, _, rest = old.read(name).partition(b"\n")
            text = re.sub(rb"(\d)([,)])(?=.*\})", rb"\1L\2", head[10:])
            shorter = text[: len(head) - 10] if len(text) > len(head) - 10 else text
            assert not text[len(shorter) :].strip()
            new.writestr(name, head[:10] + shorter.ljust(len(head) - 10) + b"\n" + rest)
    return out.getvalue()


def test_files_of_python_2_are_read_without_a_word(tmp_path: Path) -> None:
    """Warnings are errors here."""
    arrays = {"x": IMAGES, "y": LABELS}
    (tmp_path / "t.npz").write_bytes(of_python_2(format_arrays(arrays)))
    data = read_data(str(tmp_path / "t.npz"))
    assert (data.train.inputs == IMAGES.reshape(5, 6)).all()
    assert (data.train.labels == LABELS).all()
    model = {"h": np.array([1, 2]), "edges": np.array([[0, 1]]), "J": np.array([3])}
    packed = of_python_2(format_arrays(model))
    assert b"L" in packed[:200]
    adopted = adopt(sure(load("npz").read)(Incoming(packed, "m")))
    assert adopted.design.model.J.tolist() == [3]


BROKEN_IDX = {
    "empty": (b"", "first bytes are not its magic number"),
    "text": (b"hello world", "first bytes are not its magic number"),
    "floats": (b"\0\0\x0d\x01\0\0\0\1", "type 0x0d"),
    "short head": (b"\0\0\x08\x03\0\0", "ends within its sizes"),
    "short": (idx(IMAGES)[:-1], "claims 30 bytes after its head and has 29"),
    "long": (idx(IMAGES) + b"x", "claims 30 bytes after its head and has more"),
    "huge": (b"\0\0\x08\x03" + b"\xff" * 12, "it claims"),
    "no gzip": (b"\x1f\x8b" + b"junk" * 9, "broken gzip"),
    "cut gzip": (gzip.compress(idx(IMAGES))[:-9], "broken gzip"),
}


@pytest.mark.parametrize("case", BROKEN_IDX)
def test_broken_idx(tmp_path: Path, case: str) -> None:
    content, message = BROKEN_IDX[case]
    write_idx(tmp_path)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(InvcError, match=message) as caught:
        read_data(str(path))
    assert caught.value.where == str(path)


def test_idx_without_labels(tmp_path: Path) -> None:
    (tmp_path / "a-images.idx3").write_bytes(idx(IMAGES))
    with pytest.raises(InvcError, match="no file of labels") as caught:
        read_data(str(tmp_path / "a-images.idx3"))
    assert "a-labels.idx1" in str(caught.value)


def save(path: Path, **arrays: Any) -> str:
    np.savez(path, **arrays)
    return str(path)


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("x", "y", "x_test", "y_test"),
        ("data", "target", "test_data", "test_target"),
    ],
)
def test_npz(tmp_path: Path, names: tuple[str, str, str, str]) -> None:
    arrays = (IMAGES, LABELS, IMAGES[:2] / 255.0, LABELS[:2, None])
    data = read_data(save(tmp_path / "d.npz", **dict(zip(names, arrays, strict=True))))
    assert data.image == (3, 2)
    assert data.test is not None
    assert (data.test.inputs == IMAGES[:2].reshape(2, 6)).all()
    assert (data.train.labels == LABELS).all()
    assert data.classes == 3


def test_parts_and_classes(tmp_path: Path) -> None:
    name = save(tmp_path / "d.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES, y_test=LABELS)
    test = read_data(f"{name}:test:2/0")
    assert test.test is None
    assert test.train.labels.tolist() == [1, 0, 1]
    assert read_data(f"{name}:0/1:train").train.labels.tolist() == [0, 1, 1, 0]
    for text, message in {
        f"{name}:3/0": "no sample of class 3",
        f"{name}:0/0": "different numbers",
        f"{name}:other": "no such file",
        ":test": "names no data",
        str(tmp_path): "no IDX files",
        "/dev/null": "a pipe or a device",
    }.items():
        with pytest.raises(InvcError, match=message):
            read_data(text)


BAD_ARRAYS = {
    "no names": ({"a": IMAGES}, "it holds a"),
    "lengths": ({"x": IMAGES, "y": LABELS[:3]}, "do not go with 5 samples"),
    "flat": ({"x": LABELS, "y": LABELS}, "no rows of samples"),
    "none": ({"x": IMAGES[:0], "y": LABELS[:0]}, "no sample"),
    "negative": ({"x": IMAGES - 1, "y": LABELS}, "inputs reach from -1 to 28"),
    "large": ({"x": IMAGES * 10, "y": LABELS}, "inputs reach from 0 to 290"),
    "nan": ({"x": IMAGES * np.nan, "y": LABELS}, "is nan, no number"),
    "texts": ({"x": IMAGES.astype(str), "y": LABELS}, "not numbers"),
    "objects": ({"x": IMAGES.astype(object), "y": LABELS}, "holds objects"),
    "label range": ({"x": IMAGES, "y": LABELS - 1}, "label -1 of sample 0"),
    "label high": ({"x": IMAGES, "y": LABELS + 254}, "label 256 of sample 2"),
    "label half": ({"x": IMAGES, "y": LABELS / 2}, r"label 0\.5 of sample 1"),
    "test width": (
        {"x": IMAGES, "y": LABELS, "x_test": IMAGES[:, :2], "y_test": LABELS},
        "test samples have 4 inputs, the others 6",
    ),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_bad_arrays(tmp_path: Path, case: str) -> None:
    arrays, message = BAD_ARRAYS[case]
    with pytest.raises(InvcError, match=message) as caught:
        read_data(save(tmp_path / "d.npz", **arrays))
    assert len(str(caught.value).splitlines()) <= 2


def test_an_array_that_claims_too_much_is_not_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        out, {"descr": "|u1", "fortran_order": False, "shape": (1 << 20, 1 << 20)}
    )
    import zipfile

    with zipfile.ZipFile(tmp_path / "d.npz", "w") as archive:
        archive.writestr("x.npy", out.getvalue())
        archive.writestr("y.npy", out.getvalue())
    with pytest.raises(InvcError, match="an array of shape"):
        read_data(str(tmp_path / "d.npz"))
    (tmp_path / "e.npz").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(InvcError, match=r"no \.npz file"):
        read_data(str(tmp_path / "e.npz"))


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("a,label,b\n0,1,255\n7,0,8\n\n")
    data = read_data(str(path))
    assert data.train.inputs.tolist() == [[0, 255], [7, 8]]
    assert data.train.labels.tolist() == [1, 0]
    path.write_text("3,0,1\n2,1,1\n")
    assert read_data(str(path)).train.labels.tolist() == [3, 2]
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"3,0,1\n"))
    assert read_data(str(tmp_path / "d.csv.gz")).is_bits


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ("", "no sample", ""),
        ("label,a\n", "no sample", ""),
        ("0,1\n0\n", "1 columns, not 2", ":2"),
        ("0,1\n0,dog\n", "'dog' is no number", ":2"),
        ("0,1\n0,\n", "'' is no number", ":2"),
        ("0,-1\n", "inputs reach from -1", ""),
        ("0,nan\n", "is nan, no number", ""),
        ("\xff\xfe", "no sample|not a text", ""),
    ],
)
def test_bad_csv(tmp_path: Path, text: str, message: str, where: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InvcError, match=message) as caught:
        read_data(str(path))
    assert caught.value.where == f"{path}{where}"


def test_digits() -> None:
    data = read_data("digits:3/8")
    assert (len(data.train), data.features, data.image) == (357, 64, (8, 8))


def grey(count: int = 4, width: int = 16) -> Data:
    values = np.random.default_rng(0).integers(0, 256, (count, width)).astype(np.uint8)
    return Data("d", Samples(values, np.array([0, 1] * (count // 2), dtype=np.uint8)))


def test_thermometer_planes_are_in_order_and_the_last_input_is_one() -> None:
    data = grey()
    coding = fitted(coding_for(data, planes=(50, 200)), 16, 33, "x")
    bits = coding.apply(data.train.inputs)
    assert bits.shape == (4, 33)
    assert (bits[:, :16] == (data.train.inputs > 50)).all()
    assert (bits[:, 16:32] == (data.train.inputs > 200)).all()
    assert (bits[:, 16:32] <= bits[:, :16]).all()
    assert (bits[:, 32] == 1).all()


def test_pooling_keeps_means() -> None:
    means = pooled(np.arange(16, dtype=np.uint8)[None], (4, 4), (2, 2))
    assert means.tolist() == [[2, 4, 10, 12]]  # 2.5, 4.5, 10.5, 12.5: halves go to the even one
    assert pooled(np.full((1, 64), 9, np.uint8), (8, 8), (5, 5)).tolist() == [[9] * 25]


def test_bits_stay_bits() -> None:
    data = Data("d", Samples(np.eye(4, dtype=np.uint8), np.array([0, 1, 0, 1], np.uint8)))
    assert (coding_for(data).apply(data.train.inputs) == np.eye(4)).all()


@pytest.mark.parametrize("width", [15, 18, 1])
def test_ports_that_do_not_fit(width: int) -> None:
    with pytest.raises(InvcError, match=f"16 bits do not fit port 'x' of {width}"):
        fitted(Coding(), 16, width, "x")


def test_a_constant_one_is_counted_once() -> None:
    for ones in (0, 1):
        found = fitted(Coding((9,), ones=ones), 16, 17, "x")
        assert found.apply(np.zeros((2, 16), np.uint8)).tolist() == [[0] * 16 + [1]] * 2


def test_bad_pools() -> None:
    with pytest.raises(InvcError, match="cannot be pooled to 5x5"):
        coding_for(grey(), pool=(5, 5))
    with pytest.raises(InvcError, match="no pictures"):
        coding_for(grey(width=15), pool=(2, 2))


def test_equal_seeds_prepare_equal_files() -> None:
    data = grey(20)
    coding = coding_for(data)
    files = [
        format_npz(prepared(data, coding, samples=14, share=0.5, seed=seed)) for seed in (1, 1, 2)
    ]
    assert files[0] == files[1]
    assert files[0] != files[2]
    kept = prepared(data, None, samples=14, share=0.5, seed=1)
    assert (len(kept.train), len(kept.test or [])) == (7, 7)
    with pytest.raises(InvcError, match="there are 20 samples, not 21"):
        prepared(data, None, samples=21)


def test_files_come_back(tmp_path: Path) -> None:
    data = prepared(grey(20), None, share=0.25)
    (tmp_path / "d.npz").write_bytes(format_npz(data))
    again = read_data(str(tmp_path / "d.npz"))
    assert (again.train.inputs == data.train.inputs).all()
    assert again.test is not None
    assert data.test is not None
    assert (again.test.labels == data.test.labels).all()
    assert format_arrays({"a": IMAGES}) == format_arrays({"a": IMAGES.copy()})
