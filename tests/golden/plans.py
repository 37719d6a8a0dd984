"""What the engine decides before and between blocks: schedules, plans, turns, settings, trials.

None of it is an answer, so that answers stay right where it changes; it is what makes them quick.
Everything is counted in updates: there is no clock in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from itertools import islice, product
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from designs import CELLS, multiplier
from golden.mangled import letters, plain
from golden.questions import DESIGNS
from invc.design import parse_biases, parse_clamps, presolve, read_design
from invc.design.assemble import assemble
from invc.engine import Effort, Problem, problem_of
from invc.engine.auto import Auto, chosen_for, cost_of, rate_of
from invc.engine.block import Block, Outcome, Rules
from invc.engine.choose import Mix, choose
from invc.engine.dynamics import stages
from invc.engine.equilibrium.budget import Budget
from invc.engine.equilibrium.chains import Chains, chain_blocks
from invc.engine.equilibrium.pilot import Pilot
from invc.engine.equilibrium.prospect import foresee
from invc.engine.equilibrium.setting import Asked, Setting
from invc.engine.inputs.sampler import weights_of
from invc.engine.observers import Recorder
from invc.engine.plan import given_number, line_of, parent_of, plan_of
from invc.engine.ranked import sampled
from invc.engine.run import run
from invc.engine.schedule import Given, Schedule, default_betas, hold_of
from invc.engine.verify import Verified
from invc.engine.work import never, run_block
from invc.ising import from_terms
from invc.pbits.backend import backend_named
from invc.pbits.heatbath.program import Program

PLANS = Path(__file__).resolve().parent / "plans.json"
FIRST = 24  # blocks of a plan


def problem(width: int, *clamps: str, bias: tuple[str, ...] = ()) -> Problem:
    design = assemble(multiplier(width), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, clamps))
    return problem_of(design, clamped, parse_biases(design.netlist, bias))


def outcome(
    name: str, number: int, answers: int, updates: int, total: int | None = None, suits: bool = True
) -> Outcome:
    """A block that ended so."""
    verified = Verified(1024, answers, answers, {(k,): (1, 0) for k in range(answers)})
    none = np.zeros((0, 0), dtype=np.uint64)
    block = Block(number, name, 512, 1024)
    return Outcome(block, verified, 10, updates, suits, none, total=total)


def schedules() -> Any:
    grid = product((0.1, 1.0), (1.5, 2.0, 2.1, 40.0), (0, 1, 5, 16, 100, 3000), (1, 16))
    spans = ("gibbs", "staged", "pt", "sc")
    return {
        "steps": [list(Schedule(*values).steps()) for values in grid],
        "given": [list(Given((1.0, 1.0, 1.0, 2.0, 1.0), hold).steps()) for hold in (1, 2, 4)],
        "betas": [default_betas(name, gap) for name in spans for gap in (0, 1, 2, 8)],
        "hold": [hold_of((1 << k) + d) for k in (13, 14, 15, 17, 18) for d in (-1, 0, 1)],
    }


def blocks() -> Any:
    found: dict[str, Any] = {
        "lines": [[line_of(k), parent_of(k), given_number(k)] for k in range(1, 70)]
    }
    mixes = {
        "one": (problem(3), Mix("pt"), []),
        "two": (problem(4, "p=143"), Mix("staged", "pt"), [outcome("staged", 0, 1, 90000)]),
        "unsuited": (
            problem(4, "p=143"), Mix("staged", "pt"), [outcome("staged", 0, 0, 90000, suits=False)],
        ),
        "untried": (problem(4, "p=143"), Mix("staged", "gibbs"), []),
    }  # fmt: skip
    asked: tuple[tuple[Any, Any, Any], ...] = (
        (None, None, None), (5000, None, None), (5000, 33, None), (None, 7, (2, 5)), (1024, None, None)
    )  # fmt: skip
    for (name, (about, mix, tried)), (reads, sweeps, part) in product(mixes.items(), asked):
        plan = plan_of(about, mix, 1024, reads, sweeps, blocks=part)
        made = list(islice(plan.blocks(max(plan.first, len(tried)), tried), FIRST))
        place = f"{name}, {reads}, {sweeps}, {part}"
        found[place] = [plan.text, plan.wanted, mix.alone(tried), mix.goes_on, mix.names, made]
    return found


def turns() -> Any:
    backend = backend_named()
    tried = {
        "nothing": [],
        "some": [outcome("inputs", 0, 3, 10**6)],
        "all": [outcome("inputs", 0, 3, 10**6, total=3)],
        "none": [outcome("inputs", 0, 0, 10**6)],
        "two": [outcome("inputs", 0, 3, 10**6), outcome("staged", 1, 30, 10**6)],
        "three": [
            outcome("inputs", 0, 1, 10**6), outcome("staged", 1, 2, 10**7), outcome("pt", 2, 1, 10**5)
        ],
    }  # fmt: skip
    asked = {
        "4": problem(4, "p=143"),
        "8": problem(8, "p=51983"),
        "12": problem(12, "p=9699690"),
        "biased": problem(4, "p[1]=1", bias=("a[1]=0.75",)),
    }
    found: dict[str, Any] = {}
    for name, about in asked.items():
        auto = Auto(about, backend)
        found[name] = [auto.first, auto.names, auto.goes_on, auto.seconds, auto.ratio]
        for kind, outcomes in tried.items():
            chosen = [auto.choice(k, 777, outcomes, 99) for k in range(len(outcomes), FIRST)]
            said = [auto.trials(outcomes), auto.alone(outcomes), auto.why(outcomes)]
            found[f"{name}, {kind}"] = [*said, chosen]
    found["costs"] = [[cost_of(o), rate_of(o)] for of in tried.values() for o in of]
    efforts = (Effort(), Effort(reads=9), Effort(beta=(1.0, 2.0)), Effort(dynamics="pt"))
    for (name, about), bounded, watched in product(asked.items(), (False, True), (False, True)):
        rules = Rules(bounded=bounded)
        picked = [chosen_for(about, e, rules, backend, watched) for e in efforts]
        found[f"{name}, {bounded}, {watched}"] = [[p.first, p.names] for p in picked]
        found[f"{name}, network, {bounded}"] = choose(about, "auto", bounded=bounded)
    return found


def pilots() -> Any:
    backend = backend_named()
    found: dict[str, Any] = {}
    for dynamics, low, beta, thin in product(
        ("auto", "gibbs", "pt"), (None, 0.4), (None, 1.3), (None, 24)
    ):
        asked = Asked(dynamics, low, beta, thin)
        pilot = Pilot(Chains(problem(3, "p[1]=1"), backend, 5), asked, never)
        told: list[Any] = [pilot.given(), pilot.betas, pilot.low, pilot.gap]
        told += [pilot.fallback(10.0**k) for k in range(9)]
        for spend in (2e4, 4e5):
            budget = Budget(spend)
            told += [pilot.trials(budget), budget.left]
        found[f"{dynamics}, {low}, {beta}, {thin}"] = told
    for width in (2, 3, 6, 12):
        chains = Chains(problem(width), backend, 3)
        betas = [chains.betas(s) for s in (Setting(1.5, 4), Setting(1.5, 4, 0.5))]
        told = [
            chains.cost(9),
            chains.uses,
            betas,
            chains.rules(betas[0]),
            chains.rules(betas[1], 7),
        ]
        for reads in (None, 100, 5000):
            made = chain_blocks(chains, chains.rules(betas[width % 2]), 6, reads)
            told += list(islice(made, 12))
        found[f"chains {width}"] = told
        if width < 6:
            found[f"prospect {width}"] = foresee(chains, Setting(1.1, 8, 0.3), 64.0, never)
    return found


def weights() -> Any:
    flips = ((), (0,), (5,), (0, 0, 0, 9), (1, 2, 3, 4, 5, 6, 7), (100, 1, 50, 0), (8, 8))
    return [weights_of(np.array(of, dtype=np.int64)) for of in flips]


def traces() -> Any:
    found: dict[str, Any] = {}
    for name, held in (("mult4", "p=143"), ("bcd8", "bcd=0x137"), ("alu4", "op=1"), ("adder4", "")):
        design = read_design(DESIGNS / f"{name}.hj")
        clamped = presolve(design, parse_clamps(design.netlist, [held] if held else []))
        recorder = Recorder(design, clamped)
        effort = Effort(reads=192, sweeps=70, threads=1, seed=4, dynamics="gibbs")
        run(problem_of(design, clamped), effort, watch=recorder.watch, progress=recorder.progress)
        trace = recorder.trace()
        assert trace is not None
        found[name] = {key: plain(value) for key, value in vars(trace).items()}
    return found


def arrays(program: Program) -> list[Any]:
    return [getattr(program, f.name) for f in fields(program)]


def staging() -> Any:
    """Stages as they are planned, also of large designs, whose cones are not counted exactly."""
    found: dict[str, Any] = {}
    bounds = {"": stages.MOST_EXACT, "large": 0}
    asked = (("mult4", "p=143"), ("mult6", "p=2021"), ("alu4", "op=1"), ("hamming", "data[0]=1"))
    for (name, held), (kind, most), shared in product(asked, bounds.items(), (3, 512)):
        design = read_design(DESIGNS / f"{name}.hj")
        with mock.patch.multiple(stages, MOST_EXACT=most, MOST_STAGES=shared):
            made = stages.plan_stages(
                design, presolve(design, parse_clamps(design.netlist, [held]))
            )
        told = [
            [s.gates, s.inputs, s.complete, s.restless, s.copied, s.retired, arrays(s.program)]
            for s in made
        ]
        found[f"{name}, {kind}, {shared}"] = [*told, stages.are_gradual(made)]
    return found


def blocks_of_stages() -> Any:
    """What blocks by stages come to: how long they are, and what of it is an answer."""
    found: dict[str, Any] = {}
    ways = (Rules(3), Rules(4, strict=True), Rules(5, target=1), Rules(6, strict=True, target=3))
    for (width, held), rules, sweeps in product(
        ((4, "p=143"), (6, "p=2021"), (6, "p=2147"), (8, "p=51983")), ways, (9, 64, 512)
    ):
        block = Block(rules.seed, "staged", sweeps, 1024)
        ended = run_block(problem(width, held), block, backend_named(), rules)
        assert ended is not None
        verified = ended.verified
        told = [ended.sweeps, ended.updates, ended.suits, verified.verified, verified.strict]
        found[f"{width}, {held}, {rules.seed}, {sweeps}"] = [*told, verified.lanes]
    return found


def rankings() -> Any:
    """Models without gates: what is sampled in place of large coefficients, and how cold."""
    found: dict[str, Any] = {}
    source = np.random.default_rng(8)
    for spins, size in product((1, 2, 7, 30), (0, 1, 40, 10**4, 10**7, 10**9)):
        pairs = [(i, j) for j in range(spins) for i in range(j) if source.random() < 0.4]
        h = source.integers(-size, size + 1, spins)
        J = source.integers(-size, size + 1, len(pairs))
        i, j = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        known = (source.random(spins) < 0.2).astype(np.int8)
        made = sampled(from_terms(spins, h, i, j, J, 5), known)
        told: list[Any] = [made.model.h, made.model.J, made.model.offset, made.divisor, made.betas]
        for beta in (made.betas[0], made.betas[1], 1e-6, 1e-4):
            program, scaled = made.at(beta)
            told += [arrays(program), scaled]
        found[f"{spins}, {size}"] = [*told, sorted(made.programs)]
    return found


PARTS: Mapping[str, Callable[[], Any]] = {
    "schedules": schedules, "blocks": blocks, "turns": turns, "pilots": pilots, "weights": weights,
    "traces": traces, "staging": staging, "staged": blocks_of_stages, "rankings": rankings,
}  # fmt: skip


def told(part: str) -> dict[str, str]:
    """Letters of everything in a part, by name."""
    found = PARTS[part]()
    named = found if isinstance(found, dict) else {"all": found}
    return {name: letters(str(plain(value))) for name, value in named.items()}


def measure() -> dict[str, dict[str, str]]:
    """All parts."""
    return {part: told(part) for part in PARTS}
