"""Broken samples, designs and files: each is one clear line, as tests/train/faults.txt has them.

`python -P tests/train/test_faults.py` records them anew.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "faults.txt"
EXAMPLES = ROOT / "rtl_examples"
SOURCE = np.random.default_rng(3)
X = SOURCE.integers(0, 2, (12, 9))
Y = np.arange(12) % 2
NINE = ("train", "perceptron.v", "-G", "N=9", "--data")


def idx(array: np.ndarray[Any, Any], kind: int = 8, claims: tuple[int, ...] = ()) -> bytes:
    """An IDX file, which may claim another shape."""
    sizes = claims or array.shape
    head = bytes([0, 0, kind, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)
    return head + array.astype(np.uint8).tobytes()


def npz(**arrays: Any) -> bytes:
    """A .npz file."""
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def claimed(shape: str) -> bytes:
    """A .npz file whose samples claim a shape."""
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    out = io.BytesIO(npz(y=Y))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head)
    return out.getvalue()


PICTURES = idx(X.reshape(12, 3, 3))
LABELS = "p-labels-idx1-ubyte"
IMAGES = "p-images-idx3-ubyte"
IDX: dict[str, dict[str, bytes]] = {
    "idx that ends early": {IMAGES: PICTURES[:-5], LABELS: idx(Y)},
    "idx with more than it says": {IMAGES: PICTURES + b"!", LABELS: idx(Y)},
    "idx of another magic": {IMAGES: b"\1" + PICTURES[1:], LABELS: idx(Y)},
    "idx of floats": {IMAGES: idx(X.reshape(12, 3, 3), kind=13), LABELS: idx(Y)},
    "idx that claims too much": {IMAGES: idx(X, claims=(1 << 31, 28, 28)), LABELS: idx(Y)},
    "idx that ends in its head": {IMAGES: PICTURES[:9], LABELS: idx(Y)},
    "idx of nothing": {IMAGES: b"", LABELS: idx(Y)},
    "idx without labels": {IMAGES: PICTURES},
    "idx with other labels": {IMAGES: PICTURES, LABELS: idx(Y[:7])},
    "idx.gz that is cut": {f"{IMAGES}.gz": gzip.compress(PICTURES)[:-9], LABELS: idx(Y)},
}
FILES: dict[str, tuple[str, bytes]] = {
    "npz that is none": ("d.npz", b"PK\3\4 but no more"),
    "npz without samples": ("d.npz", npz(a=X, b=Y)),
    "npz of objects": ("d.npz", npz(x=np.array([{}, []], dtype=object), y=Y[:2])),
    "npz of words": ("d.npz", npz(x=X.astype(str), y=Y)),
    "npz of complex numbers": ("d.npz", npz(x=X * 1j, y=Y)),
    "npz that claims too much": ("d.npz", claimed("(99999999999, 99)")),
    "npz of one row": ("d.npz", npz(x=X[0], y=Y)),
    "npz of nothing": ("d.npz", npz(x=X[:0], y=Y[:0])),
    "npz of samples without inputs": ("d.npz", npz(x=X[:, :0], y=Y)),
    "nan": ("d.npz", npz(x=np.where(X, 0.5, np.nan), y=Y)),
    "infinity": ("d.npz", npz(x=np.where(X, np.inf, 1), y=Y)),
    "negative inputs": ("d.npz", npz(x=-X, y=Y)),
    "inputs that are too large": ("d.npz", npz(x=300 * X, y=Y)),
    "a label too many": ("d.npz", npz(x=X, y=[*Y, 1])),
    "labels in a table": ("d.npz", npz(x=X, y=np.eye(12))),
    "a label of 300": ("d.npz", npz(x=X, y=Y * 300)),
    "a label of -1": ("d.npz", npz(x=X, y=-Y)),
    "half a label": ("d.npz", npz(x=X, y=Y / 2)),
    "labels of nan": ("d.npz", npz(x=X, y=Y * np.nan)),
    "labels of words": ("d.npz", npz(x=X, y=Y.astype(str))),
    "a label that the design has not": ("d.npz", npz(x=X, y=Y * 4)),
    "a constant class": ("d.npz", npz(x=X, y=Y * 0)),
    "inputs that do not fit": ("d.npz", npz(x=X[:, :5], y=Y)),
    "test samples of another kind": ("d.npz", npz(x=X, y=Y, x_test=X[:, 1:], y_test=Y)),
    "a ragged table": ("d.csv", b"0,1,1\n1,0,1,1\n"),
    "a table with a word": ("d.csv", b"label,a,b\n0,1,1\n1,one,0\n"),
    "a table of nothing": ("d.csv", b"\n"),
    "a table with nan": ("d.csv", b"0,1,nan\n1,0,1\n"),
    "a table of bytes": ("d.csv", b"0,\xff\n"),
    "no format": ("d.dat", b"12345"),
}
TWO = ("d.npz", npz(x=X, y=Y))
ADDER = (
    "train",
    "adder.v",
    "--inputs",
    "a",
    "--weights",
    "b",
    "--labels",
    "sum",
    "--data",
    "d.npz",
)
MLP = ("train", "mlp.v", "-G", "N=9", "-G", "H=5", "-G", "C=2", "--data", "d.npz")
COMMANDS: dict[str, tuple[str, ...]] = {
    "no file": (*NINE, "none.npz"),
    "no part": (*NINE, "d.npz:test"),
    "no class": (*NINE, "d.npz:0/7"),
    "one class twice": (*NINE, "d.npz:0/0"),
    "too many samples": (*NINE, "d.npz", "--samples", "13"),
    "no network under stream": (*ADDER, "--method", "stream"),
    "no network under energy": (*ADDER, "--method", "energy"),
    "no energy of this network": (*MLP, "--method", "energy"),
    "no such port": (*NINE, "d.npz", "--inputs", "z"),
    "no weights": ("eval", "perceptron.v", "--weights-file", "d.npz", "--data", "d.npz"),
    "no checkpoint": (*MLP, "--checkpoint", "d.npz", "--resume"),
    "no stream to build": ("rtl", "w.json", "--train"),
    "a circuit that drops": ("rtl", "dropped.json", "--train"),
    "a circuit of broken layers": ("rtl", "broken.json", "--train"),
}


def prepare(folder: Path) -> None:
    """Designs, and weights to go wrong with."""
    for name in ("perceptron", "mlp", "adder"):
        text = (EXAMPLES / name / f"{name}.v").read_text(encoding="utf-8")
        (folder / f"{name}.v").write_text(text, encoding="utf-8")
    (folder / TWO[0]).write_bytes(TWO[1])
    said(folder, (*NINE, "d.npz", "--method", "energy", "--reads", "8", "-q", "-o", "w.json"))
    stream = ("--method", "stream", "--passes", "2", "-q")
    said(folder, (*MLP, *stream, "--drop", "0.2", "-o", "dropped.json"))
    found = json.loads((folder / "dropped.json").read_text())
    found["report"]["layers"] = [[5, "many", 0, 0]]
    (folder / "broken.json").write_text(json.dumps(found))


def said(folder: Path, words: tuple[str, ...]) -> str:
    """What a command has against it."""
    from invc.cli import invc as group
    from invc.diagnostics import InvcError

    with contextlib.chdir(folder):
        result = CliRunner().invoke(group, list(words))
    if isinstance(result.exception, InvcError):
        assert not result.stdout
        assert result.exception.status
        return str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return ""


def cases() -> dict[str, Callable[[Path], str]]:
    """By its name, what prepares a folder and tells what is said there."""

    def of_files(files: dict[str, bytes], words: tuple[str, ...]) -> Callable[[Path], str]:
        def run(folder: Path) -> str:
            for name, content in files.items():
                (folder / name).write_bytes(content)
            return said(folder, words)

        return run

    found = {name: of_files(files, (*NINE, next(iter(files)))) for name, files in IDX.items()}
    found |= {name: of_files({n: data}, (*NINE, n)) for name, (n, data) in FILES.items()}
    return found | {name: of_files({}, words) for name, words in COMMANDS.items()}


def golden() -> dict[str, str]:
    """The lines by their cases."""
    found: dict[str, str] = {}
    for block in GOLDEN.read_text(encoding="utf-8").split("\n\n"):
        name, _, text = block.strip().partition("\n")
        found[name.removeprefix("# ")] = text
    return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults")
    prepare(path)
    return path


@pytest.mark.parametrize("name", cases())
def test_a_fault_is_one_clear_line(prepared: Path, name: str) -> None:
    files = {path: path.read_bytes() for path in prepared.iterdir()}
    try:
        text = cases()[name](prepared)
    finally:
        for path in set(prepared.iterdir()) - set(files):
            path.unlink()
        for path, content in files.items():
            path.write_bytes(content)
    assert text == golden()[name]
    lines = text.splitlines()
    assert "error: " in lines[0]
    assert len(lines) == 1 or (len(lines) == 2 and lines[1].startswith("  hint: "))


def test_every_recorded_line_has_its_case() -> None:
    assert list(golden()) == list(cases())


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    blocks = []
    with tempfile.TemporaryDirectory() as base:
        for k, (case, tell) in enumerate(cases().items()):
            place = Path(base) / str(k)
            place.mkdir()
            prepare(place) if case in COMMANDS else [
                (place / "perceptron.v").write_text(
                    (EXAMPLES / "perceptron/perceptron.v").read_text()
                )
            ]
            blocks.append(f"# {case}\n{tell(place)}\n")
    GOLDEN.write_text("\n".join(blocks), encoding="utf-8")
