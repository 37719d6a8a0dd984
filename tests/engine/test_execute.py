"""Whoever runs blocks, the outcomes are the same: threads, clusters that lose workers, folders."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from designs import CELLS, multiplier
from invc.ask.merging import merge
from invc.ask.records import read_result
from invc.cli import invc
from invc.design import parse_clamps, presolve, write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine import Effort, Problem, Result, problem_of, run
from invc.engine.block import Block, Outcome, Rules
from invc.engine.execute.cluster import unpacked
from invc.engine.execute.journal import read_outcome, written
from invc.engine.verify import Near, Verified
from invc.pbits.lanes import Rows
from terminal import runs

needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="clusters are an extra")
DESIGN = assemble(multiplier(6), CELLS)
EFFORT = Effort(dynamics="gibbs", sweeps=150, reads=9000, seed=5, threads=2)
HANDED_ON = Effort(dynamics="pt", reads=9000, seed=6, threads=2)  # blocks go on from others


def asked() -> Problem:
    clamps = parse_clamps(DESIGN.netlist, ["p=2021"])
    return problem_of(DESIGN, presolve(DESIGN, clamps))


def same(one: Result, other: Result) -> bool:
    """All but the time that it took."""
    return replace(one, seconds=0.0) == replace(other, seconds=0.0)


# Folders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("effort", [EFFORT, HANDED_ON], ids=["apart", "handed on"])
@pytest.mark.parametrize("lost", [(), (0,), (3, 4), (8,), tuple(range(9))], ids=str)
def test_a_run_goes_on_from_any_blocks(tmp_path: Path, effort: Effort, lost: tuple[int]) -> None:
    want = run(asked(), effort)
    kept = replace(effort, checkpoint=str(tmp_path / "kept"))
    assert same(run(asked(), kept), want)
    files = {f: f.stat().st_mtime_ns for f in (tmp_path / "kept").glob("block-*.npz")}
    assert len(files) == 9
    for number in lost:
        (tmp_path / "kept" / f"block-{number}.npz").unlink()
    assert same(run(asked(), replace(kept, resume=True)), want)
    for file, stamp in files.items():  # what was there was not run again
        assert (file.stat().st_mtime_ns == stamp) == (int(file.stem[6:]) not in lost)


def test_equilibrium_goes_on_too(tmp_path: Path) -> None:
    from invc.engine.equilibrium.sample import equilibrium

    effort = Effort(dynamics="gibbs", beta=(0.5, 0.5), sweeps=4, reads=8192, seed=3, threads=2)
    want = equilibrium(asked(), effort).result
    kept = replace(effort, checkpoint=str(tmp_path / "kept"))
    assert same(equilibrium(asked(), kept).result, want)
    files = sorted((tmp_path / "kept").glob("block-*.npz"))
    for file in files[2:]:
        file.unlink()
    assert same(equilibrium(asked(), replace(kept, resume=True)).result, want)


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    kept = replace(EFFORT, reads=2000, checkpoint=str(tmp_path / "kept"))
    run(asked(), kept)
    with pytest.raises(InvcError, match="there is a run in it already"):
        run(asked(), kept)
    for other in (
        replace(kept, seed=9),
        replace(kept, beta=(0.1, 0.2)),
        replace(kept, strict=True),
    ):
        with pytest.raises(InvcError, match="the blocks of another run"):
            run(asked(), replace(other, resume=True))
    with pytest.raises(InvcError, match="a block of another run"):
        run(asked(), replace(kept, sweeps=99, resume=True))
    with pytest.raises(ValueError, match="resume needs the folder"):
        Effort(resume=True)


@pytest.mark.parametrize("damage", [b"", b"PK", b"\x80\x04K\x01.", "half"], ids=str)
def test_a_damaged_block_is_named(tmp_path: Path, damage: bytes | str) -> None:
    kept = replace(EFFORT, reads=2000, checkpoint=str(tmp_path / "kept"))
    run(asked(), kept)
    file = tmp_path / "kept" / "block-1.npz"
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] if isinstance(damage, str) else damage)
    with pytest.raises(InvcError, match="it is no finished block") as caught:
        run(asked(), replace(kept, resume=True))
    assert caught.value.where == str(file)


def test_an_outcome_comes_back_as_it_was() -> None:
    source = np.random.default_rng(1)
    rows = source.integers(0, 2**63, (7, 16), dtype=np.uint64)
    rng = source.integers(0, 2**63, (4, 16), dtype=np.uint64)
    near = Near(3, np.array([1, -1, 1], dtype=np.int8))
    found: dict[tuple[int, ...], tuple[int, int]] = {(2**100, 3): (5, 0), (1, 2): (7, -4)}
    verified = Verified(1024, 12, 7, found, (3, 900), near)
    block = Block(7, "pt", 99, 1024, parent=3, draws=False, kept=True, turn=2)
    outcome = Outcome(block, verified, 99, 1234, False, rows[:2], Rows(rows, rng, 4), 12, True)
    back = read_outcome(written(outcome), "here")
    assert (back.block, back.verified, back.sweeps, back.updates) == (block, verified, 99, 1234)
    assert back.verified.near and back.verified.near.spins.tolist() == [1, -1, 1]
    assert (back.suits, back.total, back.impossible) == (False, 12, True)
    assert np.array_equal(back.shown, rows[:2])
    assert isinstance(back.end, Rows)
    assert np.array_equal(back.end.rows, rows)
    assert np.array_equal(back.end.rng, rng)
    assert back.end.turn == 4


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mult.hj"
    write_design(DESIGN, path)
    return path


def simulated(*arguments: object) -> dict[str, Any]:
    """The result of a run from the command line, but for the time and the options that differ."""
    done = CliRunner().invoke(invc, ["simulate", *map(str, arguments), "--json", "-"])
    assert done.exit_code in (0, 3), done.output
    found: dict[str, Any] = json.loads(done.output)
    return {**found, "seconds": 0}


ASKED = ("--clamp", "p=2021", "--dynamics", "gibbs", "--seed", 4)


def test_a_run_that_was_killed_goes_on(tmp_path: Path, file: Path) -> None:
    """kill -9 at whatever moment: no finished block is run again, and the result is the same."""
    reads = (*ASKED, "--sweeps", 4000, "--reads", 40 * 1024)
    kept = tmp_path / "kept"
    command = [sys.executable, "-P", "-m", "invc", "simulate", file, *reads, "--checkpoint", kept]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
    until = time.monotonic() + 100
    while len(list(kept.glob("block-*.npz"))) < 5 and time.monotonic() < until:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    before = {path: path.stat().st_mtime_ns for path in kept.glob("block-*.npz")}
    assert 5 <= len(before) < 40
    resumed = simulated(file, *reads, "--checkpoint", kept, "--resume")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert resumed == simulated(file, *reads)


def test_parts_of_a_run_add_up_to_it(tmp_path: Path, file: Path) -> None:
    parts = []
    for first, last in ((0, 2), (2, 3), (3, 7)):
        part = tmp_path / f"{first}.json"
        options = ("--sweeps", 60, "--blocks", f"{first}:{last}")
        simulated_to(part, file, *ASKED, *options)
        parts.append(read_result(part))
        assert parts[-1].fields["reads"] == 1024 * (last - first)
    whole = simulated(file, *ASKED, "--sweeps", 60, "--blocks", "0:7")
    assert merge(parts)["solutions"] == whole["solutions"]
    assert (
        whole["solutions"] == simulated(file, *ASKED, "--sweeps", 60, "--reads", 7168)["solutions"]
    )
    with pytest.raises(InvcError, match="seed 4 is in"):
        merge([*parts, parts[1]])
    again = CliRunner().invoke(invc, ["simulate", str(file), "--repeat", parts[1].file])
    assert again.exit_code == 0, again.output


def simulated_to(part: Path, *arguments: object) -> None:
    done = CliRunner().invoke(invc, ["simulate", *map(str, arguments), "--json", str(part)])
    assert done.exit_code in (0, 3), done.output


@pytest.mark.parametrize(
    "options",
    [
        ["--blocks", "0:3"],
        ["--blocks", "0:3", "--dynamics", "gibbs"],
        ["--blocks", "3:3", "--dynamics", "gibbs", "--sweeps", "9"],
        ["--blocks", "-1:3", "--dynamics", "gibbs", "--sweeps", "9"],
        ["--blocks", "0:3", "--dynamics", "gibbs", "--sweeps", "9", "--reads", "9"],
        ["--resume"],
    ],
)
def test_parts_that_are_none_are_refused(file: Path, options: list[str]) -> None:
    done = CliRunner().invoke(invc, ["simulate", str(file), *options])
    assert done.exit_code == 2, done.output


# Clusters --------------------------------------------------------------------------------------


WORKER = [sys.executable, "-P", "-m", "distributed.cli.dask_worker"]
OPTIONS = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60"]
SCHEDULER = """
import sys, time
from distributed import LocalCluster
with LocalCluster(n_workers=0, protocol="tcp://", dashboard_address=":0") as cluster:
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""


def worker(address: str) -> subprocess.Popen[bytes]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*WORKER, address, *OPTIONS], **quiet)  # type: ignore[call-overload,no-any-return]


@contextmanager
def scheduler() -> Iterator[str]:
    """The address of a scheduler in a process of its own, on TCP."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", SCHEDULER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout and process.stdin
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


@pytest.mark.parametrize("kernel", ["auto", "jit"])
def test_a_job_travels_after_it_was_used(kernel: str) -> None:
    """A worker that comes late has it from one that has compiled code for it, in threads."""
    if kernel == "jit" and find_spec("llvmlite") is None:
        pytest.skip("generated code is an extra")
    job = unpacked(pickle.dumps((asked(), Rules(5))), kernel)
    block = Block(3, "gibbs", 2000, 1024)
    outcome = job.job.do(block, None)
    again = pickle.loads(pickle.dumps(job))
    other = again.job.do(block, None)
    assert outcome is not None
    assert other is not None
    assert other.verified.verified == outcome.verified.verified


@needs_dask
def test_lost_workers_cost_their_blocks_only(tmp_path: Path, file: Path) -> None:
    """Two of three workers are killed while they work, and one comes later; nothing else changes."""
    reads = (*ASKED, "--sweeps", 6000, "--reads", 60 * 1024)
    kept, out = tmp_path / "kept", tmp_path / "out.json"
    with scheduler() as address:
        workers = [worker(address) for _ in range(3)]
        options = ("--cluster", address, "--checkpoint", kept, "--json", out)
        command = [sys.executable, "-P", "-m", "invc", "simulate", file, *reads, *options, "-q"]
        process = subprocess.Popen(list(map(str, command)))
        try:
            for lost, blocks in ((0, 3), (1, 8)):
                until = time.monotonic() + 100
                while len(list(kept.glob("block-*.npz"))) < blocks and time.monotonic() < until:
                    time.sleep(0.01)
                assert process.poll() is None
                workers[lost].kill()
            workers.append(worker(address))
            assert process.wait(300) in (0, 3)
        finally:
            for one in workers:
                one.kill()
                one.wait()
    found = {**json.loads(out.read_text()), "seconds": 0}
    assert found == simulated(file, *reads)


@needs_dask
@pytest.mark.parametrize("effort", [EFFORT, HANDED_ON], ids=["apart", "handed on"])
def test_a_cluster_finds_what_threads_find(file: Path, effort: Effort) -> None:
    reads = ("--clamp", "p=2021", "--dynamics", effort.dynamics, "--seed", 8, "--reads", 9000)
    command = [sys.executable, "-P", "-m", "invc", "simulate", file, *reads, "--cluster", "local:2"]
    done = subprocess.run(
        list(map(str, [*command, "--json", "-"])), capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 3), done.stderr
    assert done.stderr == ""
    assert {**json.loads(done.stdout), "seconds": 0} == simulated(file, *reads)


@needs_dask
def test_what_is_no_longer_wanted_is_cancelled(file: Path) -> None:
    """Ctrl-C ends a long run, the workers have nothing left to do, and what was found is told."""
    with scheduler() as address:
        workers = [worker(address) for _ in range(2)]
        try:
            reads = ("--clamp", "p=2021", "--dynamics", "gibbs", "--sweeps", 10**7, "--reads", 9000)
            command = runs(*map(str, ("simulate", file, *reads, "--cluster", address)))
            process = subprocess.Popen(command, stdout=subprocess.PIPE)
            assert working(address, wanted=True)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=30)
            assert b"interrupted" in out
            assert working(address, wanted=False)
            target = ("--clamp", "p=2021", "--target", "1")
            done = CliRunner().invoke(
                invc, ["simulate", *map(str, (file, *target, "--cluster", address))]
            )
            assert done.exit_code == 0, done.output
            assert working(address, wanted=False)
        finally:
            for one in workers:
                one.kill()
                one.wait()


BUSY = """
import sys
from distributed import Client
with Client(sys.argv[1]) as client:
    print(sum(client.run(lambda dask_worker: len(dask_worker.state.executing)).values()))
"""


def working(address: str, *, wanted: bool) -> bool:
    """Whether workers come to do something, or nothing, before long."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        done = subprocess.run(
            [sys.executable, "-P", "-c", BUSY, address],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() and (int(done.stdout) > 0) == wanted:
            return True
    return False


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("local:0", "no such cluster"),
        ("local:x", "no such cluster"),
        ("nowhere", "no such cluster"),
        pytest.param("tcp://127.0.0.1:9", "no cluster answers", marks=needs_dask),
    ],
)
@needs_dask
def test_no_cluster_is_said_in_a_line(file: Path, address: str, message: str) -> None:
    arguments = ["simulate", str(file), "--clamp", "p=2021", "--cluster", address]
    done = CliRunner().invoke(invc, arguments)
    assert isinstance(done.exception, InvcError)
    assert done.exception.message == message
    assert done.exception.where == address


WITHOUT = """
import sys
for name in ("llvmlite", "distributed", "dask", "cuda"):
    sys.modules[name] = None
import invc
from invc.cli import invc as group
from invc.diagnostics import InvcError
from invc.pbits.backend import backend_names
assert "jit" not in backend_names(), backend_names()
group.main(["simulate", sys.argv[1], "--clamp", "p=2021"], standalone_mode=False)
for options in (["--cluster", "local:2"], ["--kernel", "jit"]):
    try:
        group.main(["simulate", sys.argv[1], *options], standalone_mode=False)
    except InvcError as error:
        print(error.hint)
"""


def test_nothing_optional_is_needed(file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", WITHOUT, str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-2:] == [
        "pip install '.[cluster]' in a checkout of invc",
        "it needs llvmlite: pip install '.[jit]' in a checkout of invc",
    ]
