"""Generated code: its networks are the comparison that an update is, and it equals the reference."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design import parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine import Effort, problem_of, run
from invc.engine.equilibrium import equilibrium
from invc.ising import IsingModel, from_terms
from invc.pbits.backend import Backend, backend_named
from invc.pbits.generated.backend import Generated, Patient
from invc.pbits.generated.cache import Cache
from invc.pbits.generated.compiler import has_llvmlite
from invc.pbits.generated.network import Kind, Network, network_of
from invc.pbits.generated.pace import Pace, pace_of
from invc.pbits.generated.signature import Signature, bits_of_heat, rules_of
from invc.pbits.heatbath.energy import compile_meter
from invc.pbits.heatbath.heat import Heat, heat
from invc.pbits.heatbath.ladder import compile_ladder
from invc.pbits.heatbath.program import Program, compile_program
from invc.pbits.lanes import Rows
from invc.pbits.native import sliced
from invc.pbits.random import block_generator, first_state, generators

REFERENCE = backend_named("reference")
BETAS = (0.02, 0.11, 0.4, 0.9, 20.0)
needs_llvm = pytest.mark.skipif(not has_llvmlite(), reason="generated code is an extra")


def generated() -> list[Backend]:
    """A generator for each instruction set that this processor has."""
    return [Generated(f"jit {name}", name) for name in sliced.kernels()]


def begin(spins: int, seed: int = 0) -> Rows:
    source = block_generator(seed, 0)
    return Rows(first_state(source, spins), generators(source))


def value(network: Network, inputs: list[int]) -> int:
    """What a network computes from 0 and 1."""
    if network.result is None:
        return int(network.always)
    values = list(inputs)
    for node in network.nodes:
        bits = [values[literal >> 1] ^ literal & 1 for literal in node.arguments]
        assert not any(literal & 1 for literal in node.arguments[1:])
        if node.kind in (Kind.AND, Kind.OR):
            values.append(bits[0] & bits[1] if node.kind is Kind.AND else bits[0] | bits[1])
        elif node.kind is Kind.MAJ:
            values.append(int(sum(bits) > 1))
        else:
            values.append(sum(bits) & 1)
    return values[network.result >> 1] ^ network.result & 1


SIGNATURES = (
    Signature((), 0, 0),
    Signature((), 0, 1),
    Signature((), -3, 2),
    Signature((1, 0), 0, 0),
    Signature((0, 1), -1, 3),
    Signature((2, 1), -2, 1),
    Signature((3, 0, 1, 2), -5, 2),
    Signature((1, 1, 1, 1, 1, 0), -6, 3),
    Signature((0, 0, 1, 2, 4, 1), -13, 2),
    Signature((0, 0, 4, 2, 1, 1), -10, 3),
    Signature((0, 0, 3, 2, 1, 0), 40, 3),
    Signature((0, 0, 3, 2, 1, 0), -400, 3),
    Signature((5, 6), -5, 1),
)


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda s: s.text)
def test_a_network_is_the_comparison(signature: Signature) -> None:
    """For every input: S + noise >= needed."""
    network = network_of(signature)
    weights = [
        (1 << (k >> 1), k & 1) for k, count in enumerate(signature.counts) for _ in range(count)
    ]
    for bits in product((0, 1), repeat=signature.inputs + signature.bits):
        near, noise = bits[: signature.inputs], bits[signature.inputs :]
        total = sum(w * (bit ^ flip) for (w, flip), bit in zip(weights, near, strict=True))
        total += sum(bit << p for p, bit in enumerate(noise))
        assert value(network, list(bits)) == (total >= signature.needed)


@st.composite
def signatures(draw: st.DrawFn) -> Signature:
    """Of up to eight neighbours, whose weights have up to nine bits."""
    places = draw(st.lists(st.integers(0, 17), min_size=1, max_size=8))
    counts = tuple(places.count(k) for k in range((max(places) | 1) + 1))
    reach = sum(count << (k >> 1) for k, count in enumerate(counts))
    near = st.sampled_from([0, reach // 2, reach]).flatmap(lambda x: st.integers(x - 9, x + 9))
    return Signature(counts, -draw(near), draw(st.integers(0, 5)))


@settings(max_examples=500)
@given(signatures(), st.data())
def test_any_network_is_the_comparison(signature: Signature, data: st.DataObject) -> None:
    network = network_of(signature)
    weights = [
        (1 << (k >> 1), k & 1) for k, count in enumerate(signature.counts) for _ in range(count)
    ]
    for _ in range(20):
        word = data.draw(st.integers(0, 2 ** (signature.inputs + signature.bits) - 1))
        bits = [word >> k & 1 for k in range(signature.inputs + signature.bits)]
        near, noise = bits[: signature.inputs], bits[signature.inputs :]
        total = sum(w * (bit ^ flip) for (w, flip), bit in zip(weights, near, strict=True))
        total += sum(bit << p for p, bit in enumerate(noise))
        assert value(network, bits) == (total >= signature.needed)


def model_of_cell(name: str) -> IsingModel:
    cell = CELLS[name]
    i, j, J = zip(*cell.J, strict=True) if cell.J else ((), (), ())
    return from_terms(len(cell.h), cell.h, i, j, J, 0)


def random_model(number: int) -> IsingModel:
    """Of up to 15 spins; every fourth with large weights, every seventh dense."""
    source = np.random.default_rng(number)
    n = int(source.integers(1, 16))
    pairs = [(i, j) for i in range(n) for j in range(i)]
    share = 0.9 if number % 7 == 0 else 0.25
    chosen = [pair for pair in pairs if source.random() < share]
    most = 300 if number % 4 == 0 else 6
    J = source.integers(-most, most + 1, len(chosen)).tolist()
    h = source.integers(-most, most + 1, n).tolist()
    i, j = zip(*chosen, strict=True) if chosen else ((), ())
    return from_terms(n, h, i, j, J, 0)


def assert_equal(
    model: IsingModel, betas: tuple[float, ...], seed: int, backends: list[Backend]
) -> None:
    """Sweeps by generators end where those of the reference do."""
    known = np.zeros(model.spins, dtype=np.int8)
    program = compile_program(model, known)
    want = begin(model.spins, seed)
    states = [begin(model.spins, seed) for _ in backends]
    for beta in betas:
        REFERENCE.sweep(program, want, heat(beta), 3)
        for backend, state in zip(backends, states, strict=True):
            backend.sweep(program, state, heat(beta), 3)
            assert np.array_equal(state.rows, want.rows), (backend.name, beta)
            assert np.array_equal(state.rng, want.rng)


@needs_llvm
@pytest.mark.parametrize("name", sorted(CELLS))
def test_every_signature_of_the_cells_equals_the_reference(name: str) -> None:
    assert_equal(model_of_cell(name), BETAS, 1, generated())


@needs_llvm
@pytest.mark.parametrize("number", range(200))
def test_random_models_equal_the_reference(number: int) -> None:
    beta = float(10 ** np.random.default_rng(number).uniform(-2, 0.3))
    backends = generated()
    # Each instruction set in turn: what takes the time is to compile them all.
    assert_equal(random_model(number), (beta,), number, [backends[number % len(backends)]])


@needs_llvm
def test_code_is_used() -> None:
    """Else the tests above would compare the compiled kernels again."""
    program = compile_program(model_of_cell("FA"), np.zeros(5, dtype=np.int8))
    for backend in generated():
        assert isinstance(backend, Generated)
        assert backend._code(program, heat(0.4)) is not None


@needs_llvm
@pytest.mark.parametrize("dynamics", ["gibbs", "pt", "staged", "equilibrium"])
def test_all_that_moves_p_bits_uses_code(dynamics: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps, exchanges, stages, stages that are heated and chains at equilibrium."""
    asked: list[object] = []

    def code(self: Generated, program: Program, at: Heat) -> object:
        asked.append(found(self, program, at))
        return asked[-1]

    found = Generated._code
    monkeypatch.setattr(Generated, "_code", code)
    design = assemble(multiplier(3), CELLS)
    problem = problem_of(design, presolve(design, parse_clamps(design.netlist, ["p=35"])))
    if dynamics == "equilibrium":
        equilibrium(problem, Effort(kernel="jit", reads=1024, time_limit=20))
    else:
        run(problem, Effort(dynamics=dynamics, kernel="jit", reads=1024, sweeps=64))
    assert asked
    assert None not in asked


def test_noise_of_all_heats_fits() -> None:
    for beta in np.geomspace(1e-3, 30, 60):
        found = bits_of_heat(heat(float(beta)))
        assert found is None or all(0 <= bits <= 12 for bits in found)
    assert bits_of_heat(heat(20.0)) == (1, 0)
    meter = compile_meter(model_of_cell("FA"), np.zeros(5, dtype=np.int8))
    assert bits_of_heat(compile_ladder((0.2, 0.4, 0.6, 1.0), meter).heat) is not None


def test_rules_are_those_of_the_updates() -> None:
    model = random_model(7)
    program = compile_program(model, np.zeros(model.spins, dtype=np.int8))
    rules = rules_of(program)
    assert rules.uses.sum() == program.updates
    for u, number in enumerate(rules.rule.tolist()):
        counts, shift, parity = rules.rules[number]
        own = program.count[program.first_count[u] : program.first_count[u + 1]]
        assert counts == tuple(own.tolist())
        assert (shift, parity) == (int(program.shift[u]), int(program.parity[u]))


def test_another_heat_or_program_is_refused() -> None:
    """The compiled code checks what it is told, but for the addresses."""
    one, other = random_model(3), random_model(5)
    programs = [compile_program(m, np.zeros(m.spins, dtype=np.int8)) for m in (one, other)]
    from invc.pbits.native.backend import _heat, _program, code_of

    program = programs[0]
    none = np.zeros(program.updates, dtype=np.uint64)
    rows = program.ref.astype(np.uint32) * np.uint32(128)
    bits = bits_of_heat(heat(0.4))
    assert bits
    code = code_of(program, none, rows, bits, (0, 0))
    state = begin(max(one.spins, other.spins))
    with pytest.raises(ValueError, match="another heat"):
        sliced.sweep(
            "baseline", _program(program), state.rows, state.rng, _heat(heat(0.02)), 1, code
        )
    with pytest.raises(ValueError, match="another program"):
        sliced.sweep(
            "baseline", _program(programs[1]), state.rows, state.rng, _heat(heat(0.4)), 1, code
        )
    with pytest.raises(ValueError, match="does not fit"):
        code_of(program, none[1:], rows, bits, (0, 0))


# GPUs ------------------------------------------------------------------------------------------


# The cache ------------------------------------------------------------------------------------


def test_an_object_is_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "kernels")
    assert cache.get("a") is None
    cache.put("a", b"code")
    assert cache.get("a") == b"code"
    assert cache.get("b") is None


def kept(cache: Cache) -> Path:
    (file,) = cache.folder.iterdir()
    return file


@pytest.mark.parametrize("keep", [0, 10, 32, 35])
def test_a_file_that_was_cut_short_is_none(tmp_path: Path, keep: int) -> None:
    cache = Cache(tmp_path / "kernels")
    cache.put("a", b"code")
    kept(cache).write_bytes(kept(cache).read_bytes()[:keep])
    assert cache.get("a") is None


def test_an_object_under_the_name_of_another_is_none(tmp_path: Path) -> None:
    cache, other = Cache(tmp_path / "kernels"), Cache(tmp_path / "others")
    cache.put("a", b"code")
    other.put("b", b"else")
    kept(cache).write_bytes(kept(other).read_bytes())
    assert cache.get("a") is None


def test_what_others_may_write_is_not_run(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "kernels")
    cache.put("a", b"code")
    kept(cache).chmod(0o666)
    assert cache.get("a") is None
    kept(cache).chmod(0o600)
    cache.folder.chmod(0o777)
    assert cache.get("a") is None
    cache.folder.chmod(0o700)
    assert cache.get("a") == b"code"


def test_links_are_not_followed(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "kernels")
    cache.put("a", b"code")
    file = kept(cache)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert cache.get("a") is None
    (tmp_path / "link").symlink_to(cache.folder)
    file.unlink()
    (tmp_path / "elsewhere").rename(file)
    assert Cache(tmp_path / "link").get("a") is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives files away")
def test_what_belongs_to_others_is_not_run(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "kernels")
    cache.put("a", b"code")
    os.chown(kept(cache), 12345, -1)
    assert cache.get("a") is None
    os.chown(kept(cache), 0, -1)
    os.chown(cache.folder, 12345, -1)
    assert cache.get("a") is None


def test_code_of_another_generator_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path / "kernels")
    cache.put("a", b"code")
    monkeypatch.setattr("invc.pbits.generated.cache._generator", lambda: "another")
    assert cache.get("a") is None


def test_the_cache_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invc.pbits.generated.cache.MOST_FILES", 8)
    cache = Cache(tmp_path / "kernels")
    for number in range(30):
        cache.put(str(number), b"code")
        assert len(list(cache.folder.iterdir())) <= 8
    assert cache.get("29") == b"code"
    cache.put("large", bytes(1 << 20))
    assert cache.get("large") is None


def test_a_cache_that_cannot_be_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "kernels")
    cache.put("a", b"code")
    assert cache.get("a") is None


# When code is made ----------------------------------------------------------------------------


@needs_llvm
def test_a_long_run_gets_code_and_ends_in_the_same_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invc.pbits.generated.pace.LOADING", 1_000_000)
    monkeypatch.setattr("invc.pbits.generated.pace.COMPILING", 1_000_000)
    pace_of.cache_clear()
    model = random_model(9)
    program = compile_program(model, np.zeros(model.spins, dtype=np.int8))
    patient, state, want = Patient(sliced.kernels()[0]), begin(model.spins), begin(model.spins)
    plain = backend_named(sliced.kernels()[0])
    for _ in range(1000):
        patient.sweep(program, state, heat(0.3), 400)
        plain.sweep(program, want, heat(0.3), 400)
        if pace_of(patient.kernel).library:
            break
    assert patient._code(program, heat(0.3)) is not None
    for _ in range(3):
        patient.sweep(program, state, heat(0.3), 40)
        plain.sweep(program, want, heat(0.3), 40)
    assert np.array_equal(state.rows, want.rows)
    pace_of.cache_clear()


def test_a_short_run_asks_for_nothing() -> None:
    pace = Pace("avx512")
    assert not pace.is_long(1 << 16)
    assert pace.library is None


SHORT = """
import sys
import invc
import numpy as np
from invc.pbits.backend import backend_named
from invc.pbits.heatbath.heat import heat
from invc.pbits.heatbath.program import compile_program
from invc.ising import from_terms
model = from_terms(3, [2, 0, -2], [0, 1], [1, 2], [2, -4], 0)
known = np.zeros(3, dtype=np.int8)
backend = backend_named()
state = backend.start(known, 0, 0)
backend.sweep(compile_program(model, known), state, heat(0.3), 1000)
print("llvmlite" in sys.modules)
"""


def test_a_short_run_loads_no_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", SHORT], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["False"], done.stderr
