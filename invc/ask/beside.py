"""A proof beside a run: SAT in a process of its own, which ends with whoever started it.

The solver holds the interpreter while it works, so that a thread would hold up the run.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from invc.ask.question import Question

if TYPE_CHECKING:
    from invc.engine.execute import Halt
    from invc.proof import Proof

HEAD_START = 0.1  # seconds of a run: one that has answers by then needs no proof
CODE = "from invc.ask.beside import serve; serve()"
LOOK = 0.5  # seconds between two looks at who started it


class Beside:
    """A proof under way.

    Attributes:
        halt: Of the run, which ends once there is known to be no answer; None where the run goes
            to its end all the same, so that it can be repeated read for read.
        proof: What came out, if it did.
    """

    def __init__(self, question: Question, time_limit: float | None, halt: Halt | None) -> None:
        self.asked = question.design, question.clamps, question.forbidden, time_limit
        self.halt = halt
        self.proof: Proof | None = None
        self.told = Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        given = pickle.dumps(self.asked)
        if self.told.wait(HEAD_START) or not sys.executable:
            return
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", CODE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the run
            )
        except OSError:
            return
        self.process = process
        if self.told.is_set():
            process.kill()
        written, _ = process.communicate(given)
        if process.returncode or self.told.is_set():
            return
        self.proof = pickle.loads(written)
        if self.halt is not None and self.proof and self.proof.status == "impossible":
            self.halt.now()

    def cancel(self) -> None:
        """End it; what it found by now is kept."""
        self.told.set()
        if self.process is not None:
            self.process.kill()
        self.thread.join()

    def wait(self) -> Proof | None:
        """What it found, once it did; where no process can be had, this one works.

        Raises:
            KeyboardInterrupt: The user ended it.
        """
        while self.thread.is_alive():
            self.thread.join(0.1)
        if self.proof is None:
            from invc.proof import solve  # noqa: PLC0415 - loads the solver

            design, clamps, forbidden, time_limit = self.asked
            self.proof = solve(design, clamps, forbidden=forbidden, time_limit=time_limit)
        return self.proof


def serve() -> None:
    """Prove what standard input asks, in a process of its own; its result goes to the output."""
    Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    from invc.proof import solve  # noqa: PLC0415

    design, clamps, forbidden, time_limit = pickle.load(sys.stdin.buffer)
    proof = solve(design, clamps, forbidden=forbidden, time_limit=time_limit)
    sys.stdout.buffer.write(pickle.dumps(proof))


def _watch(parent: int) -> None:
    """End with whoever started this process, however that ended."""
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
