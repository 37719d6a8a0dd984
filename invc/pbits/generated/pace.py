"""When code is made: once what it would have saved is what it costs, and beside the run."""

from __future__ import annotations

from functools import lru_cache
from queue import Empty, SimpleQueue
from threading import Lock, Thread, main_thread

from invc.diagnostics import InvcError
from invc.pbits.generated.library import Library, library_of
from invc.pbits.generated.signature import Signature

# Nanoseconds that an update of 1,024 replicas takes less than by the compiled kernel of the name,
# and what LLVM takes to load and to compile a signature: as measured, and rounded.
GAIN = {"avx512": 8, "avx2": 25}
GAIN_OF_OTHERS = 40
LOADING = 150_000_000
COMPILING = 15_000_000
COUNT_AFTER = 1 << 15  # updates, between two looks at what they were


class Pace:
    """What a process has done so far by one kernel, and the code that is made for it.

    Whoever waits until something has cost as much as its remedy pays at most twice what would have
    been best (ski rental, Karlin et al., https://doi.org/10.1007/BF01759073).

    Attributes:
        library: Where the code is; None while there is none.
    """

    def __init__(self, kernel: str) -> None:
        self.library: Library | None = None
        self._kernel = kernel
        self._gain = GAIN.get(kernel, GAIN_OF_OTHERS)
        self._updates = 0
        self._lost: dict[Signature, int] = {}
        self._wanted: SimpleQueue[Signature] = SimpleQueue()
        self._asked: set[Signature] = set()
        self._worker: Thread | None = None
        self._works = True
        self._lock = Lock()

    def is_long(self, updates: int) -> bool:
        """Count updates; whether there are so many that loading LLVM is worth while."""
        self._updates += updates
        return self._works and self._updates * self._gain >= LOADING

    def count(self, updates: list[tuple[Signature, int]]) -> None:
        """Count updates by their signatures, and have code made for those that have cost enough."""
        with self._lock:
            for signature, count in updates:
                if signature in self._asked:
                    continue
                lost = self._lost.pop(signature, 0) + count * self._gain
                if lost < COMPILING:
                    self._lost[signature] = lost
                    continue
                self._asked.add(signature)
                self._wanted.put(signature)
            if not self._wanted.empty() and not (self._worker and self._worker.is_alive()):
                self._worker = Thread(target=self._work, name="invc code")
                self._worker.start()

    def _work(self) -> None:
        """Make what is wanted until there is no more, or the process ends."""
        try:
            library = library_of(self._kernel)
            while main_thread().is_alive():
                self._make(library, self._wanted.get(timeout=0.05))
        except Empty:
            return
        except (InvcError, RuntimeError):  # the compiled kernels do as well
            self._works = False

    def _make(self, library: Library, signature: Signature) -> None:
        library.make([signature])
        self.library = library


@lru_cache(maxsize=8)
def pace_of(kernel: str) -> Pace:
    """The one of this process, for a kernel."""
    return Pace(kernel)
