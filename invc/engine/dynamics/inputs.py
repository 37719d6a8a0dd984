"""P-bits on the free inputs alone, all other nets evaluated forward."""

from __future__ import annotations

from invc.diagnostics import InvcError
from invc.engine.block import Rules
from invc.engine.dynamics.task import Ended, Task
from invc.engine.inputs.marginal import marginal_of
from invc.engine.inputs.search import Search, Wish
from invc.engine.problem import Problem
from invc.pbits.backend import Backend
from invc.pbits.random import block_generator


def inputs(task: Task) -> Ended | None:
    """Metropolis on the Hamiltonian that is left once all spins but the inputs are summed out.

    Given the inputs, each gate has exactly one ground state, so that at zero temperature the
    other spins follow and the energy of the inputs is

        E(inputs) = sum of the weights of the held nets that the forward values miss.

    A move flips one input or two in all replicas, evaluates the gates in their fan-out cones, and
    is accepted with min(1, 2^(-k dE)), k = 1 to 8 by the word of the replica; neighbouring k trade
    replicas. Held nets that are sums over GF(2) are solved for an input first; what falls apart
    is sampled apart; where few inputs are left all their values are tried. Where reads are
    bounded, they are samples at these temperatures or exact draws, else answers however they are
    found: also by switching on goals one after another and copying replicas that meet them.

    Sources: many-body terms from inner spins, He et al. 2023; Metropolis et al.,
    https://doi.org/10.1063/1.1699114; exchange: Hukushima, Nemoto,
    https://doi.org/10.1143/JPSJ.65.1604; copying: Del Moral, Doucet, Jasra,
    https://doi.org/10.1111/j.1467-9868.2006.00553.x.
    """
    rules, block = task.rules, task.block
    search = search_of(task.problem, task.backend)
    wish = Wish(
        rules.seed,
        block.number,
        block.turn,
        rules.target,
        block.sweeps if rules.bounded else None,
    )
    if search.marginal.impossible:
        state = task.start()
        return Ended(state, 1, 1, good=0, impossible=True)
    found = search.run(wish, task.halted)
    if found is None:
        return None
    rows = search.marginal.state(found.kept)
    state = task.backend.adopt(rows, block_generator(rules.seed, block.number))
    task.watch(found.sweeps, state)
    return Ended(
        state,
        found.sweeps,
        max(1, found.updates),
        good=found.lanes,
        total=search.count,
        impossible=found.impossible,
    )


def plan_inputs(problem: Problem, backend: Backend, rules: Rules) -> str:
    """What is asked of the inputs, in words.

    Raises:
        InvcError: There are no gates, or something is set that it does not know.
    """
    if not problem.judge.has_wrong:
        raise InvcError(
            "inputs moves the inputs of gates, and this model has none", hint="--dynamics gibbs"
        )
    search = search_of(problem, backend)
    if search.marginal.is_too_large:
        raise InvcError("too many gates depend on too many inputs", hint="--dynamics pt")
    if rules.beta is not None:
        raise InvcError("inputs has temperatures of its own, and no beta", hint="leave --beta out")
    if rules.settings:
        raise InvcError(f"inputs has no setting {next(iter(rules.settings))!r}")
    return search.marginal.describe()


def search_of(problem: Problem, backend: Backend) -> Search:
    """The prepared question, kept with the problem."""
    key = ("inputs", backend.name)
    if key not in problem.notes:
        judge = problem.judge
        marginal = marginal_of(judge.design, judge.clamped, problem.biases)
        problem.notes[key] = Search(marginal, backend.name)
    search: Search = problem.notes[key]  # type: ignore[assignment]
    return search
