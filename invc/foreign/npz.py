"""numpy arrays as `invc export --to npz` writes them, in invc's own sign."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from invc.diagnostics import InvcError
from invc.foreign.terms import Terms

NEEDED = {"h", "edges", "J"}


def read(path: Path) -> Terms:
    """The terms of an .npz file with h, edges and J; offset, names and clamps where it has them.

    Raises:
        InvcError: It is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            return _terms({key: data[key] for key in data.files})
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(f"cannot read it: {reason}", where=str(path)) from error
    except (ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise InvcError(
            f"no .npz file with h, edges and J: {str(error)[:60]}", where=str(path)
        ) from None


def _terms(data: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]) -> Terms:
    if not data.keys() >= NEEDED:
        raise KeyError(f"it lacks {', '.join(sorted(NEEDED - data.keys()))}")
    h = np.asarray(data["h"], dtype=np.float64).reshape(-1)
    edges = np.asarray(data["edges"], dtype=np.int64).reshape(-1, 2)
    J = np.asarray(data["J"], dtype=np.float64).reshape(-1)
    if len(J) != len(edges) or (edges < 0).any() or (edges >= len(h)).any():
        raise ValueError("h, edges and J do not fit each other")
    if (edges[:, 0] == edges[:, 1]).any():
        raise ValueError("an edge joins a spin to itself")
    names = [str(name) for name in data.get("names", np.array([])).tolist()]
    if len(names) != len(h) or len(set(names)) != len(names) or not all(names):
        names = [f"s[{k}]" for k in range(len(h))]
    held = data.get("clamp_names", np.array([])).tolist()
    values = data.get("clamp_values", np.array([])).tolist()
    offset = float(np.asarray(data.get("offset", np.float64(0.0)), dtype=np.float64))
    clamps = tuple((str(k), int(v)) for k, v in zip(held, values, strict=True))
    return Terms(tuple(names), -h, edges, -J, offset, clamps=clamps)
