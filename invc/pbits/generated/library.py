"""The code of all signatures that this process has met, by its target."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock

from invc.diagnostics import InvcError
from invc.pbits.generated.cache import Cache
from invc.pbits.generated.compiler import Loaded, Target, compiled, compiled_doors, target_of
from invc.pbits.generated.ir import END, ENTER
from invc.pbits.generated.signature import Signature


class Library:
    """Addresses of code, from this process, the disk, or the compiler.

    Attributes:
        target: Which processor it is for.
        addresses: Of what is loaded. It only grows; 0 is no address.
        doors: Addresses of what enters a chain of updates, and of its end.
    """

    def __init__(self, target: Target, cache: Cache | None = None) -> None:
        self.target = target
        self.addresses: dict[Signature, int] = {}
        self._cache = cache or Cache()
        self._loaded = Loaded(target)
        doors = self._loaded.add(compiled_doors(target))
        self.doors = doors[ENTER], doors[END]
        self._lock = Lock()

    def make(
        self, signatures: Iterable[Signature], halted: Callable[[], bool] = lambda: False
    ) -> None:
        """Load what is missing, compiled where no disk has it.

        Args:
            signatures: Of which there shall be code.
            halted: Asked before each whether no more is wanted.
        """
        with self._lock:
            objects: dict[str, bytes] = {}
            found: dict[Signature, str] = {}
            for signature in signatures:
                if signature not in self.addresses and not halted():
                    objects[signature.text] = self._object(signature)
                    found[signature] = signature.text
            if objects:
                addresses = self._loaded.add(objects)
                self.addresses.update({s: addresses[name] for s, name in found.items()})

    def _object(self, signature: Signature) -> bytes:
        name = f"{signature.text} {self.target.text}"
        code = self._cache.get(name)
        if code is None:
            code = compiled(signature, self.target)
            self._cache.put(name, code)
        return code


@lru_cache(maxsize=8)
def library_of(kernel: str) -> Library:
    """The library of this process for a kernel's instruction set.

    Raises:
        InvcError: There is no compiler.
    """
    try:
        return Library(target_of(kernel))
    except RuntimeError as error:
        raise InvcError("LLVM makes no code for this machine", hint=str(error)) from error
