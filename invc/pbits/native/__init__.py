"""Compiled kernels; `invc.pbits.heatbath.reference` is what each must equal state for state."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from invc.diagnostics import InvcError


def __getattr__(name: str) -> ModuleType:
    """A compiled module, imported now.

    Raises:
        InvcError: It was never compiled: Python found sources before what is installed.
    """
    if not Path(__file__).with_name(f"{name}.pyi").exists():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.{name}")
        if module.__spec__ is None or module.__spec__.origin is None:  # a folder of sources
            raise ModuleNotFoundError
        return module
    except ModuleNotFoundError:
        raise InvcError(
            "these are invc's sources, without their compiled part",
            where=str(Path(__file__).parents[2]),
            hint="'pip install .' in the checkout; then start Python elsewhere, or with -P",
        ) from None
