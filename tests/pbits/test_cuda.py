"""The kernels of a GPU, compiled for this processor, equal the reference, state for state."""

from __future__ import annotations

import pickle
import re
import shutil
import subprocess
import sys
from ctypes import c_int
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from designs import CELLS, multiplier
from invc.design import parse_clamps, presolve
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine import Effort, Problem, problem_of, run
from invc.ising import IsingModel, from_terms
from invc.pbits.backend import Backend, backend_named, has_gpu
from invc.pbits.cuda import backend as cuda
from invc.pbits.cuda import driver, prepared
from invc.pbits.cuda.backend import Cuda
from invc.pbits.cuda.many import Blocks, Many
from invc.pbits.cuda.moves import Moves
from invc.pbits.cuda.noise import THREADS, noise_kernel
from invc.pbits.cuda.text import module_of
from invc.pbits.generated.compiler import has_llvmlite, ptx_text
from invc.pbits.heatbath.heat import heat
from invc.pbits.heatbath.ladder import Pace, compile_ladder
from invc.pbits.heatbath.logic import Compiler, condition
from invc.pbits.heatbath.program import Program, compile_program
from invc.pbits.lanes import LANES, ones
from invc.pbits.random import block_generator
from stand_in import SHARED, stand_in

needs_llvm = pytest.mark.skipif(not has_llvmlite(), reason="code for GPUs is made by an extra")
REFERENCE = backend_named("reference")
BASELINE = backend_named("baseline")
FAR = 1024  # bytes of shared memory: no model has a place in it


def side_by_side(models: list[IsingModel]) -> IsingModel:
    """Models that do not feel each other as one: a kernel for all of their rules."""
    first = np.cumsum([0, *(model.spins for model in models)])
    edges = np.concatenate([m.edges + k for m, k in zip(models, first, strict=False)])
    h, J = (np.concatenate([getattr(m, name) for m in models]) for name in ("h", "J"))
    i, j = edges.T.tolist()
    return from_terms(int(first[-1]), h.tolist(), i, j, J.tolist(), 0)


def model_of_cell(name: str) -> IsingModel:
    cell = CELLS[name]
    i, j, J = zip(*cell.J, strict=True) if cell.J else ((), (), ())
    return from_terms(len(cell.h), cell.h, i, j, J, 0)


def random_model(number: int) -> IsingModel:
    """Of up to 15 spins, some with large weights, some dense."""
    source = np.random.default_rng(number)
    n = int(source.integers(2, 16))
    share = 0.8 if number % 7 == 0 else 0.25
    chosen = [(i, j) for i in range(n) for j in range(i) if source.random() < share]
    most = 60 if number % 4 == 0 else 3
    J = source.integers(-most, most + 1, len(chosen)).tolist()
    i, j = zip(*chosen, strict=True) if chosen else ((), ())
    return from_terms(n, source.integers(-most, most + 1, n).tolist(), i, j, J, 0)


def held(spins: int, seed: int) -> np.ndarray:
    """Every fifth spin or so held."""
    return (
        np.random.default_rng(seed).choice([-1, 0, 0, 0, 0, 0, 0, 0, 0, 1], spins).astype(np.int8)
    )


def assert_equal(gpu: Cuda, state: Any, here: list[Any], host: Any = BASELINE) -> None:
    want = np.concatenate([host.fetch(own) for own in here], axis=1)
    assert np.array_equal(gpu.fetch(state), want)
    for b, own in enumerate(here):
        assert np.array_equal(gpu.block(state, b).rng, own.rng)


def swept(
    gpu: Cuda, model: IsingModel, calls: tuple[tuple[float, int], ...], host: Any = BASELINE
) -> None:
    """Sweeps, after each of which every block is that of the host."""
    known = held(model.spins, 3)
    program = compile_program(model, known)
    state = gpu.start(known, 5, 1)
    here = [host.start(known, 5, gpu.blocks + b) for b in range(gpu.blocks)]
    assert_equal(gpu, state, here, host)
    for beta, sweeps in calls:
        gpu.sweep(program, state, heat(beta), sweeps)
        for own in here:
            host.sweep(program, own, heat(beta), sweeps)
        assert_equal(gpu, state, here, host)
    assert gpu.kernels.made or not program.updates


def only_kernels(gpu: Cuda, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left to the CPU."""
    monkeypatch.setattr(gpu, "_here", None)


@pytest.fixture(scope="module")
def factoring() -> Problem:
    """A 6 x 6 multiplier whose product is held."""
    design = assemble(multiplier(6), CELLS)
    return problem_of(design, presolve(design, parse_clamps(design.netlist, ["p=3127"])))


@needs_llvm
@pytest.mark.parametrize("shared", [SHARED, FAR])
def test_every_signature_of_the_cells_equals_the_reference(
    shared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = stand_in(1, shared)
    only_kernels(gpu, monkeypatch)
    model = side_by_side([model_of_cell(name) for name in sorted(CELLS)])
    swept(gpu, model, ((0.4, 3), (20.0, 2)), REFERENCE)


@needs_llvm
@pytest.mark.parametrize("first", range(0, 200, 40))
def test_random_models_equal_the_reference(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST_RULES", 1 << 10)
    beta = float(10 ** np.random.default_rng(first).uniform(-1, 0.3))
    models = [random_model(number) for number in range(first, first + 40)]
    swept(stand_in(2, FAR if first % 80 else SHARED), side_by_side(models), ((beta, 3),))


@needs_llvm
def test_few_updates_draw_every_vector_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = stand_in()
    only_kernels(gpu, monkeypatch)
    swept(gpu, model_of_cell("FA"), ((0.3, 300), (0.3, 1)))


@needs_llvm
@pytest.mark.parametrize("shared", [SHARED, FAR])
def test_an_annealed_multiplier_equals_the_compiled_kernels(
    shared: int, factoring: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pools are drawn anew in the middle of calls, and a call comes in parts."""
    monkeypatch.setattr("invc.pbits.cuda.sweeps.MOST_POOLS", 1)
    gpu = stand_in(2, shared)
    only_kernels(gpu, monkeypatch)
    state = gpu.start(factoring.known, 2, 0)
    here = [BASELINE.start(factoring.known, 2, b) for b in range(2)]
    for beta, sweeps in ((0.6, 16), (0.75, 161), (0.9, 7)):
        gpu.sweep(factoring.program, state, heat(beta), sweeps)
        for own in here:
            BASELINE.sweep(factoring.program, own, heat(beta), sweeps)
        assert_equal(gpu, state, here)


@needs_llvm
@pytest.mark.parametrize("rungs", [2, 4, 8])
def test_ladders_trade_as_those_of_the_compiled_kernels(
    rungs: int, factoring: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invc.pbits.cuda.sweeps.MOST_POOLS", rungs)
    gpu = stand_in()
    only_kernels(gpu, monkeypatch)
    problem, betas = factoring, tuple(np.linspace(0.4, 1.0, rungs).tolist())
    ladder = compile_ladder(betas, problem.meter)
    state = gpu.start(problem.known, 2, 0)
    here = [BASELINE.start(problem.known, 2, b) for b in range(2)]
    for pace in (Pace(24, 8), Pace(20, 8), Pace(3, 1)):
        found = gpu.exchange(problem.program, state, ladder, pace)
        each = [BASELINE.exchange(problem.program, own, ladder, pace) for own in here]
        assert_equal(gpu, state, here)
        assert found.sweeps == pace.sweeps
        assert found.traded.tolist() == np.sum([one.traded for one in each], axis=0).tolist()
        assert state.turns.tolist() == [own.turn for own in here]
    assert found.traded.sum() > 0


@needs_llvm
def test_each_block_ends_where_it_has_seen_what_is_looked_for(factoring: Problem) -> None:
    """Some blocks go on where others have ended, and all have the numbers of those of the CPU."""
    problem, gpu = factoring, stand_in(4)
    compiler = Compiler(problem.model.spins)
    free = np.flatnonzero(problem.known == 0)
    ladder = compile_ladder((0.5, 0.6, 0.7, 0.8), problem.meter)
    state = gpu.start(problem.known, 3, 0)
    here = [BASELINE.start(problem.known, 3, b) for b in range(4)]
    ends = set()
    for count in (10, 11, 12, 13):
        seen = condition(compiler, compiler.all([2 * int(spin) for spin in free[:count]]))
        gpu.exchange(problem.program, state, ladder, Pace(32, 4), seen)
        each = [BASELINE.exchange(problem.program, own, ladder, Pace(32, 4), seen) for own in here]
        ends |= {len({one.sweeps for one in each})}
        assert_equal(gpu, state, here)
        assert state.turns.tolist() == [own.turn for own in here]
    assert max(ends) > 1


@needs_llvm
@pytest.mark.parametrize("shared", [SHARED, FAR])
def test_rows_of_literals_are_those_of_the_compiled_kernels(
    shared: int, factoring: Problem
) -> None:
    gpu, seen = stand_in(2, shared), factoring.judge.answers
    state = gpu.start(factoring.known, 2, 0)
    blocks = Blocks([BASELINE.start(factoring.known, 2, b) for b in range(2)])
    literals = np.array([0, 1, 7, 30, -1, -2, seen.good, seen.good ^ 1], dtype=np.int32)
    behind = Many("many", BASELINE, 2)
    want = behind.rows_of(seen.logic, literals, blocks)
    assert np.array_equal(gpu.rows_of(seen.logic, literals, state), want)
    assert np.array_equal(gpu.holds(seen, state), behind.holds(seen, blocks))
    assert gpu.count(seen, state) == ones(want[6])


@needs_llvm
def test_what_no_kernel_does_the_processor_does(
    factoring: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST_RULES", 1)
    gpu, problem = stand_in(), factoring
    swept(gpu, problem.model, ((0.5, 3),))
    state = gpu.start(problem.known, 2, 0)
    here = [BASELINE.start(problem.known, 2, b) for b in range(2)]
    ladder = compile_ladder((0.5, 0.8), problem.meter)
    gpu.exchange(problem.program, state, ladder, Pace(8, 4))
    for own in here:
        BASELINE.exchange(problem.program, own, ladder, Pace(8, 4))
    assert_equal(gpu, state, here)
    want = np.concatenate([BASELINE.energies(problem.meter, own) for own in here])
    assert np.array_equal(gpu.energies(problem.meter, state), want)


@needs_llvm
def test_states_are_kept_branched_and_copied(factoring: Problem) -> None:
    gpu, known = stand_in(), factoring.known
    state = gpu.start(known, 2, 0)
    rows = gpu.fetch(state)
    other = gpu.branch(state, known, 2, 3)
    assert np.array_equal(gpu.fetch(other), rows)
    assert np.array_equal(gpu.block(other, 1).rng, BASELINE.start(known, 2, 7).rng)
    kept = gpu.keep(state)
    gpu.sweep(factoring.program, state, heat(0.6), 2)
    gpu.restore(state, kept)
    assert np.array_equal(gpu.fetch(state), rows)
    spins = np.arange(factoring.model.spins)
    gpu.copy_lanes(state, spins, np.array([5]), np.array([LANES + 9]))
    copied = gpu.fetch(state)
    assert np.array_equal(copied[:, 16] >> np.uint64(9) & 1, rows[:, 0] >> np.uint64(5) & 1)
    adopted = gpu.adopt(copied, block_generator(1, 1))
    assert np.array_equal(gpu.fetch(adopted), copied)


@needs_llvm
def test_copies_come_from_good_replicas_of_any_block(factoring: Problem) -> None:
    """Block 1 has no good replica: it becomes copies of those of block 0."""
    gpu = stand_in()
    state = gpu.start(factoring.known, 2, 0)
    before = gpu.fetch(state)
    good = np.zeros(32, dtype=np.uint64)
    good[:16] = np.uint64(0x0F0F)
    origin = gpu.resample(state, np.arange(factoring.model.spins), good)
    assert all(good[lane // 64] >> np.uint64(lane % 64) & 1 for lane in origin.tolist())
    after = gpu.fetch(state)
    for lane in (0, 100, 1024, 2047):
        source = int(origin[lane])
        column = before[:, source // 64] >> np.uint64(source % 64) & 1
        assert np.array_equal(after[:, lane // 64] >> np.uint64(lane % 64) & 1, column)


@needs_llvm
@pytest.mark.parametrize("dynamics", ["gibbs", "pt", "staged", "inputs", "sc"])
def test_runs_find_answers(
    dynamics: str, factoring: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = stand_in()
    monkeypatch.setattr(cuda, "backend", lambda: gpu)
    result = run(factoring, Effort(dynamics=dynamics, kernel="cuda", target=1, seed=4, threads=1))
    assert result.kernel == "cuda"
    assert all(answer.ports["a"] * answer.ports["b"] == 3127 for answer in result.answers)
    assert result.answers


@needs_llvm
def test_bounded_reads_are_those_of_the_processor(
    factoring: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a long run may take a GPU unasked: same reads, same answers, ladders too."""
    gpu = stand_in()
    monkeypatch.setattr(cuda, "backend", lambda: gpu)
    for dynamics in ("gibbs", "pt"):
        effort = Effort(dynamics=dynamics, reads=4096, sweeps=64, seed=4, kernel="baseline")
        here = run(factoring, effort)
        there = run(factoring, Effort(**{**effort.__dict__, "kernel": "cuda"}))
        assert (there.reads, there.verified_reads, there.answers) == (
            here.reads,
            here.verified_reads,
            here.answers,
        )
    module = sys.modules["invc.engine.run"]
    monkeypatch.setattr(module, "MOST_OF_A_CPU", 4096)
    monkeypatch.setattr(module, "LONG", 1e5)
    asked = Effort(dynamics="gibbs", reads=4096, sweeps=64, seed=4)
    assert run(factoring, asked).kernel == "cuda"
    assert run(factoring, Effort(**{**asked.__dict__, "reads": 2048})).kernel != "cuda"


# Code for a GPU -------------------------------------------------------------------------------


def printed(program: Program, bits: tuple[int, int], *, near: bool) -> str:
    device = stand_in(1, SHARED if near else FAR).device
    made = prepared.prepare(program, device)
    assert made is not None
    assert made.shape.near == near
    moves = Moves(made.own_rules(bits), bits, made.shape.warps, near=near, gpu=True)
    text = module_of(
        moves.kernel("moves"), gpu=True, threads=made.threads, registers=made.registers
    )
    return ptx_text(text, "sm_90")


@needs_llvm
@pytest.mark.parametrize("near", [True, False])
def test_code_for_gpus_comes_out(near: bool, factoring: Problem, tmp_path: Path) -> None:
    """And where NVIDIA's assembler is, it takes it, and nothing is spilled."""
    text = printed(factoring.program, (3, 0), near=near)
    assert ".entry moves(" in text
    assert "bar.sync" in text
    assert ("ld.shared" in text) == near
    noise = noise_kernel("noise", (3, 0, 5), gpu=True)
    texts = [text, ptx_text(module_of(noise, gpu=True, threads=THREADS), "sm_90")]
    if shutil.which("ptxas") is None:
        return
    for number, code in enumerate(texts):
        file = tmp_path / f"{number}.ptx"
        file.write_text(code)
        command = ["ptxas", "-v", "-arch=sm_90", "-o", str(tmp_path / "out"), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert re.search(r" 0 bytes spill stores", done.stderr), done.stderr


# Without a GPU --------------------------------------------------------------------------------


class NoGpu:
    """A driver that finds nothing, or does not start."""

    def __init__(self, start: int = 0) -> None:
        self.start = start

    def cuInit(self, flags: int) -> int:
        return self.start

    def cuDeviceGetCount(self, count: object) -> int:
        c_int.from_address(_address(count)).value = 0
        return 0

    def cuGetErrorString(self, code: int, text: object) -> int:
        return 1


def _address(reference: object) -> int:
    import ctypes

    return ctypes.addressof(reference._obj)  # type: ignore[attr-defined]


def test_a_driver_without_a_gpu_is_said() -> None:
    with pytest.raises(InvcError, match="the CUDA driver shows no GPU"):
        driver.Cuda(NoGpu())
    with pytest.raises(InvcError, match="the GPU failed: cuInit: unknown"):
        driver.Cuda(NoGpu(100))


def test_no_driver_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "LIBRARY", "libno-such-driver.so.1")
    driver.device.cache_clear()
    with pytest.raises(InvcError, match=r"no CUDA driver is installed \(libno-such"):
        driver.device()


def test_no_llvmlite_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "has_llvmlite", lambda: False)
    cuda.backend.cache_clear()
    with pytest.raises(InvcError, match="the kernel cuda needs llvmlite") as error:
        backend_named("cuda")
    assert error.value.hint == "pip install '.[cuda]' in a checkout of invc"
    assert not has_gpu()


@needs_llvm
def test_the_backend_is_sent_as_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu: Backend = stand_in()
    monkeypatch.setattr(cuda, "backend", _found)
    _FOUND.append(gpu)
    assert pickle.loads(pickle.dumps(gpu)) is gpu


_FOUND: list[Backend] = []


def _found() -> Backend:
    return _FOUND[-1]


ALONE = """
import sys
import invc, invc.engine
from invc.pbits.backend import backend_named
backend_named()
loaded = [name for name in sys.modules if name.startswith(("invc.pbits.cuda", "llvmlite"))]
assert not loaded, loaded
"""


def test_nobody_who_asks_for_no_gpu_loads_its_code() -> None:
    subprocess.run([sys.executable, "-P", "-c", ALONE], check=True)
