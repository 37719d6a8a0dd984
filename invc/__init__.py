"""invc: from Verilog to invertible logic on p-bits, and back from its answers."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("invc")
except PackageNotFoundError:  # run from a tree that was never installed
    __version__ = "0+unknown"
