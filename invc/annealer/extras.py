"""The packages of annealing, imported only where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from invc.diagnostics import InvcError


def extra(module: str, group: str) -> Any:  # noqa: ANN401 - a module without types
    """A module of an optional package.

    Args:
        module: Its name.
        group: The extra of ours that brings it.

    Raises:
        InvcError: It is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise InvcError(
            f"{module.replace('_', '-')} is not installed",
            hint=f"pip install '.[{group}]' in a checkout of invc",
        ) from error
