"""Packages that can be called: `invc.simulate(...)` and `import invc.simulate` are one name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


class CallablePackage(ModuleType):
    """A package that passes calls on to the function of its name in invc.api.

    Python binds a package to its name in `invc` as soon as anything imports it, so a function
    could not stand there by that name.
    """

    def __call__(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as the function's
        """Call the function of this name in invc.api."""
        return self._function(*arguments, **options)

    @property
    def __signature__(self) -> inspect.Signature:
        """Of the function, for help and notebooks."""
        return inspect.signature(self._function)

    @property
    def _function(self) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(
            import_module("invc.api"), self.__name__.rpartition(".")[2]
        )
        return function
