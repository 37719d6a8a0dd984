"""Samplers and exact laws for the statistical tests; a new dynamics or kernel is one line in SAMPLERS.

Every chain is seen through the watcher of a dynamics, so a test knows nothing of kernels. Laws come
from transition matrices of all states, not from other samples.
"""

from collections.abc import Iterable
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from designs import CELLS, multiplier
from invc.design import Clamped, Design
from invc.design.assemble import assemble
from invc.engine import Problem, problem_of
from invc.engine.block import Block, Rules
from invc.engine.dynamics import DYNAMICS, Task
from invc.engine.dynamics.pt import AT_ONCE, RUNGS
from invc.ising import IsingModel, all_energies, from_terms
from invc.netlist import Netlist, Port
from invc.pbits.backend import backend_named, backend_names
from invc.pbits.heatbath.program import compile_program
from invc.pbits.lanes import bits_of

COMPILED = [name for name in backend_names() if name != "reference"]
# Heat-bath samplers, name of the dynamics and of its kernel: at equilibrium each lane is a sample of
# the Boltzmann distribution at the last beta of the schedule.
SAMPLERS = [*(("gibbs", kernel) for kernel in COMPILED), ("pt", COMPILED[0])]
# Those whose lanes are one chain of the sweep's own transition matrix.
CHAINS = [("gibbs", kernel) for kernel in (*COMPILED, "reference")]


HOTTEST = {"pt": 0.3}  # first beta, as a part of the last
PACE = {"pt": AT_ONCE}  # sweeps between two looks
SAMPLES = {"pt": (RUNGS - 1, RUNGS)}  # which words are samples at the last beta: those k mod n


def model_of(design: Design, held: Iterable[tuple[int, int]] = ()) -> IsingModel:
    """A design's model with some of its spins fixed for good, the others renumbered."""
    model, fixed = design.model, dict(held)
    free = [spin for spin in range(model.spins) if spin not in fixed]
    h = {spin: int(model.h[spin]) for spin in free}
    i, j, J = [], [], []
    for (a, b), value in zip(model.edges.tolist(), model.J.tolist(), strict=True):
        if a in fixed and b in fixed:
            continue
        if a in fixed or b in fixed:
            inside, outside = (b, a) if a in fixed else (a, b)
            h[inside] += value * fixed[outside]
        else:
            i.append(free.index(a))
            j.append(free.index(b))
            J.append(value)
    return from_terms(len(free), list(h.values()), i, j, J, 0)


def fragment() -> IsingModel:
    """The middle of a 2 x 2 multiplier: its inputs are held, as a neighbour would hold them."""
    design = assemble(multiplier(2), CELLS)
    held = range(design.model.spins)[:-6]
    return model_of(design, [(spin, 1 if spin % 3 else -1) for spin in held])


def cell_model(name: str) -> IsingModel:
    cell = CELLS[name]
    i, j, J = zip(*cell.J, strict=True)
    return from_terms(len(cell.h), cell.h, i, j, J, 0)


# By name: the model, and betas from hot to as cold as it still mixes.
MODELS = {
    "even fields": (from_terms(3, [2, 0, -2], [0, 1], [1, 2], [2, -4], 0), (0.1, 0.3, 0.7)),
    "odd fields": (from_terms(3, [1, 3, -1], [0, 1], [1, 2], [2, -4], 0), (0.1, 0.3, 0.7)),
    "mixed fields": (
        from_terms(
            5, [1, -2, 0, 1, 0], [0, 0, 1, 2, 3, 1], [1, 2, 3, 3, 4, 4], [-1, 2, 1, -2, 1, 2], 0
        ),
        (0.1, 0.35, 0.8),
    ),
    "full adder": (cell_model("FA"), (0.1, 0.35, 0.7)),
    "exclusive or": (cell_model("XOR2"), (0.1, 0.4, 0.9)),
    "multiplier fragment": (fragment(), (0.05, 0.2, 0.5)),
    "asymmetric glass": (
        from_terms(
            6,
            [5, -3, 0, 2, -7, 1],
            [0, 0, 0, 1, 1, 2, 2, 3, 4],
            [1, 3, 5, 2, 4, 3, 5, 4, 5],
            [-3, 2, 5, 1, -4, -2, 3, 1, -6],
            0,
        ),
        (0.03, 0.1, 0.25),
    ),
}
CASES = [(name, beta) for name, (_, betas) in MODELS.items() for beta in betas]


def problem_of_model(model: IsingModel) -> Problem:
    """A model without gates as what dynamics work on, nothing held."""
    names = ("", *(f"m{k}" for k in range(model.spins)))
    port = Port("m", "input", tuple(range(2, 2 * len(names), 2)))
    held = Clamped(np.zeros(model.spins, dtype=np.int8), ())
    return problem_of(Design(Netlist("model", (port,), (), names), model), held)


def chain(
    sampler: tuple[str, str],
    model: IsingModel,
    beta: float,
    *,
    thin: int,
    count: int,
    seed: int = 0,
) -> list[npt.NDArray[np.uint8]]:
    """Bits of a block's lanes after each `thin` sweeps or a few more.

    Lanes are those at the last beta, 1024 of most dynamics. Shape (spins, lanes) each, uint8.
    """
    dynamics, kernel = sampler
    first, step = SAMPLES.get(dynamics, (0, 1))
    pace = PACE.get(dynamics, 1)
    thin = -(-thin // pace) * pace
    backend = backend_named(kernel)
    seen = []

    def watch(sweeps: int, state: Any, early: bool = False) -> bool:
        if sweeps and sweeps % thin == 0:
            rows = backend.fetch(state)[:, first::step]
            seen.append(bits_of(np.ascontiguousarray(rows)))
        return False

    problem = problem_of_model(model)
    block = Block(0, dynamics, thin * count, backend.lanes)
    hold = None if dynamics in PACE else thin
    betas = beta * HOTTEST.get(dynamics, 1) * problem.scale, beta * problem.scale
    DYNAMICS[dynamics].move(
        Task(problem, block, backend, Rules(seed, betas, hold=hold), watch=watch)
    )
    assert len(seen) == count
    return seen


def boltzmann(model: IsingModel, beta: float) -> npt.NDArray[np.float64]:
    """exp(-beta E) / Z of every state, bit i of its number being spin i. Shape (2**n,)."""
    energy = all_energies(model).astype(float)
    weight = np.exp(-beta * (energy - energy.min()))
    value: npt.NDArray[np.float64] = weight / weight.sum()
    return value


def sweep_matrix(model: IsingModel, beta: float) -> npt.NDArray[np.float64]:
    """P[a, b]: from state a to state b in one sweep, in the order in which a program sweeps."""
    states = np.arange(1 << model.spins)
    spins = 2 * (states[:, np.newaxis] >> np.arange(model.spins) & 1).astype(np.int8) - 1
    field = model.local_fields(spins)
    P = np.eye(len(states))
    for spin in compile_program(model, np.zeros(model.spins, dtype=np.int8)).target:
        up = 1 / (1 + np.exp(-2 * beta * field[:, spin]))
        one = np.zeros_like(P)
        one[states, states | 1 << spin] = up
        one[states, states & ~(1 << spin)] = 1 - up
        P = P @ one
    return P


def sweeps_to_forget(P: npt.NDArray[np.float64], share: float = 1e-3) -> int:
    """Sweeps after which less than the share of any memory is left."""
    second = np.sort(np.abs(np.linalg.eigvals(P)))[-2]
    return max(1, int(np.ceil(np.log(share) / np.log(min(max(second, 1e-9), 1 - 1e-9)))))


def state_numbers(bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The number of each lane's state. Shape (lanes,)."""
    return np.tensordot(1 << np.arange(len(bits)), bits.astype(np.int64), axes=1)


def chi_square(
    counts: npt.NDArray[np.int64], probability: npt.NDArray[np.float64]
) -> tuple[float, int]:
    """Pearson's statistic and its degrees of freedom, states expected under 8 times in one class."""
    expected = probability * counts.sum()
    few = expected < 8
    have, want = counts[~few].astype(float), expected[~few]
    if expected[few].sum() > 0:
        have, want = np.append(have, counts[few].sum()), np.append(want, expected[few].sum())
    return float(((have - want) ** 2 / want).sum()), len(want) - 1


def chi_square_limit(degrees: int, risk: float) -> float:
    """What chi-square exceeds with the risk, by Wilson and Hilferty's approximation."""
    z = NormalDist().inv_cdf(1 - risk)
    spread = 2 / (9 * degrees)
    value: float = degrees * (1 - spread + z * spread**0.5) ** 3
    return value


def normal_limit(risk: float) -> float:
    """What a normal deviate exceeds in either direction with the risk."""
    return NormalDist().inv_cdf(1 - risk / 2)


def assert_distribution(
    numbers: npt.NDArray[np.int64], probability: npt.NDArray[np.float64], risk: float = 1e-3
) -> None:
    """Every group of 64 lanes by itself, and all of them, have the distribution.

    Args:
        numbers: State of each lane in each snapshot. Shape (snapshots, lanes).
        probability: Of each state.
        risk: That a right sampler fails, shared among the statistics.
    """
    groups = numbers.reshape(len(numbers), -1, 64)
    for lanes in (*groups.transpose(1, 0, 2), groups):
        counts = np.bincount(lanes.ravel(), minlength=len(probability))
        assert counts[probability == 0].sum() == 0
        value, degrees = chi_square(counts, probability)
        assert value < chi_square_limit(degrees, risk / (groups.shape[1] + 1)), (value, degrees)
