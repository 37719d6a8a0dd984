"""invc: from Verilog to invertible logic on p-bits, and back from its answers.

In a session or a notebook: `invc.synth`, `simulate`, `prove`, `train`, `evaluate`, `lib_gen`,
`read` and `write`. They are loaded when they are first used, so that the command line starts at
once.
"""

from importlib import import_module

FUNCTIONS = ("synth", "simulate", "prove", "train", "evaluate", "lib_gen", "read", "write")
__all__ = ["evaluate", "lib_gen", "prove", "read", "simulate", "synth", "train", "write"]


def __getattr__(name: str) -> object:
    if name == "__version__":
        globals()[name] = _version()
        return globals()[name]
    if name in FUNCTIONS:
        return getattr(import_module("invc.api"), name)
    raise AttributeError(f"module 'invc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(FUNCTIONS)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow to load

    try:
        return version("invc")
    except PackageNotFoundError:  # run from a tree that was never installed
        return "0+unknown"
