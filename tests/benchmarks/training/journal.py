"""What was measured already, so that a long run can be ended and gone on with."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.training.fetch import FOLDER

FILE = FOLDER / "journal.json"
ENDED = 75  # the status of a run that is to be gone on with


class Journal:
    """Results by what they are of; empty unless a run goes on."""

    def __init__(self) -> None:
        self.known: dict[str, Sequence[float | str]] = {}
        self.end = float("inf")

    def start(self, *, again: bool, seconds: float | None) -> None:
        """Begin a run.

        Args:
            again: Go on where the last one was ended.
            seconds: End after so many.
        """
        self.known = json.loads(FILE.read_text()) if again and FILE.exists() else {}
        self.end = time.monotonic() + (seconds or float("inf"))

    def get(
        self, what: Sequence[object], find: Callable[[], Sequence[float | str]]
    ) -> Sequence[float | str]:
        """A result, found now or known."""
        key = hashlib.sha256("\0".join(map(repr, what)).encode()).hexdigest()[:24]
        if key not in self.known:
            if time.monotonic() > self.end:
                print("ended: go on with --continue", flush=True)
                sys.exit(ENDED)
            self.known[key] = find()
            FOLDER.mkdir(parents=True, exist_ok=True)
            FILE.write_text(json.dumps(self.known))
        return self.known[key]


JOURNAL = Journal()
