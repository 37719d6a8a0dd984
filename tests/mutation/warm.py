"""A process that has loaded what tests load, and forks for each run: nothing is loaded twice.

It reads lines of JSON, `{"tests": [...], "seconds": ..., "trace": ...}`, and answers each with a line:
how pytest ended, or that it took too long. Nothing of invc is loaded here, so that a fork loads it as
it is now.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import TypedDict

LOADED = (
    *("pytest", "_pytest.junitxml", "hypothesis.strategies", "numpy", "numpy.random", "click"),
    *("rich.console", "rich.table", "pulp", "highspy", "pysat.solvers", "dd.autoref", "dimod"),
    *("ply.yacc", "pyverilog.vparser.parser", "sqlite3", "networkx", "mutation.few", "coverage"),
)
COMMANDS = """
[run]
data_file = {trace}
parallel = true
source = {source}
context = ${{TEST_THAT_RUNS}}
disable_warnings = no-data-collected, module-not-imported, module-not-measured
"""
MOST_MEMORY = 8 << 30  # of addresses: what asks for more has failed
WAITING = 8  # a busy machine must not look like a change that hangs


class Request(TypedDict):
    """Tests to run.

    Attributes:
        tests: Their names, and pytest's options.
        seconds: Of processor time, when to give up; a clock on the wall has `WAITING` times as many.
        trace: Where to write which tests run through which line of `source`, or nothing.
        source: The package that is traced.
        told: Where to write the seconds of tests, or the test that failed.
    """

    tests: list[str]
    seconds: float
    trace: str
    source: str
    told: str


def answer(request: Request) -> str:
    """How pytest ends in a fork: its exit status, or "late"."""
    child = os.fork()
    if child == 0:
        run(request)
    ends = time.monotonic() + WAITING * request["seconds"]
    pause = 0.01
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            stop(child)
            return str(os.waitstatus_to_exitcode(status))
        if time.monotonic() > ends:
            stop(child)
            os.waitpid(child, 0)
            return "late"
        time.sleep(pause)
        pause = min(0.1, 1.2 * pause)


def stop(child: int) -> None:
    """End a fork and whatever it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def run(request: Request) -> None:
    """Be the fork."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    most = int(request["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    os.environ["TOLD"] = request["told"]
    try:
        status = traced(request) if request["trace"] else tested(request["tests"])
    except BaseException:  # a change may break whatever it likes: that is noticed
        status = 3
    os._exit(status)


def tested(arguments: list[str]) -> int:
    """Run tests."""
    import pytest

    return int(pytest.main(arguments))


def traced(request: Request) -> int:
    """Run them under coverage, what they load and the commands that they start included.

    A command in a process of its own begins under coverage as the settings in its environment say,
    which coverage itself looks for wherever Python starts.
    """
    from coverage import Coverage

    settings = Path(request["trace"]).with_suffix(".ini")
    settings.write_text(COMMANDS.format(**request), encoding="utf-8")
    os.environ |= {"COVERAGE_PROCESS_START": str(settings), "TEST_THAT_RUNS": ""}
    coverage = Coverage(request["trace"], source=[request["source"]], config_file=False)
    coverage.set_option("run:relative_files", True)
    coverage.erase()
    coverage.start()
    status = tested(request["tests"])
    coverage.stop()
    coverage.combine()
    coverage.save()
    return status


def main() -> None:
    """Load, then answer until nobody asks."""
    for name in LOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        print(answer(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
