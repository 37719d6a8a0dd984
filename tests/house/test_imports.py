"""Imports go one way: what loading a module loads, what its functions load, and who may load what."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import pytest

from house.sources import (
    PACKAGE,
    files,
    imports,
    layers,
    module_names,
    name_of,
    room_of,
    short,
    tree,
)

# Imports the modules of each room in an interpreter that has no other one of the package: a fork of one
# that has only what is not ours, which a first fork finds out. What one module of a room loads is among
# what all of them load, so that this is as strict as an interpreter for each, and ten times as fast.
LOADER = """
import importlib, json, os, sys

def ours():
    return sorted(name for name in sys.modules if name.partition(".")[0] == "invc")

def in_a_fork(modules, tell):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        for module in modules:
            importlib.import_module(module)
        os.write(writing, json.dumps(tell()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        told = file.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, modules
    return json.loads(told)

rooms = json.load(sys.stdin)
every = [module for modules in rooms.values() for module in modules]
for name in in_a_fork(every, lambda: sorted(set(sys.modules) - set(ours()))):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
assert ours() == []
json.dump({room: in_a_fork(modules, ours) for room, modules in rooms.items()}, sys.stdout)
"""
NOT_LOADED = {"invc.__main__"}  # runs the command
NATIVE = PACKAGE / "pbits" / "native"
COMPILED = {f"invc.pbits.native.{stub.stem}" for stub in NATIVE.glob("*.pyi")}


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """For each room what is loaded once its modules are."""
    rooms: dict[str, list[str]] = defaultdict(list)
    for name in sorted(module_names() - NOT_LOADED):
        rooms[(room_of(name) or (0, name))[1]].append(name)
    done = subprocess.run(
        [sys.executable, "-P", "-c", LOADER],
        input=json.dumps(rooms),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    assert all(set(names) <= set(found[room]) for room, names in rooms.items())
    return found


def goes_up(module: str, other: str) -> bool:
    """Whether one module may not know another."""
    here, there = room_of(module), room_of(other)
    if here is None or there is None:  # invc itself and its doors
        return False
    return there[0] < here[0] or (there[0] == here[0] and there[1] != here[1])


def test_every_module_has_a_room() -> None:
    named = {room for rooms in layers() for room in rooms}
    assert named <= module_names()
    without = {m for m in module_names() if room_of(m) is None}
    of_rooms = {room.rpartition(".")[0] for room in named}
    assert without - of_rooms == {"invc.__main__"}


def test_loading_goes_one_way(loaded: dict[str, list[str]]) -> None:
    assert [(room, o) for room, others in loaded.items() for o in others if goes_up(room, o)] == []


def test_imports_inside_functions_go_one_way() -> None:
    wrong = [
        (short(file), other)
        for file in files()
        for other in imports(file, types=True)
        if goes_up(name_of(file), other)
    ]
    assert wrong == []


def test_there_is_no_circle() -> None:
    """Not among all imports, those inside functions and dynamic ones included."""
    graph = {name_of(file): set(imports(file)) - {name_of(file)} for file in files()}
    graph["invc"] = set()  # its functions load the API when they are asked for, as a user would
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


MAY_ASK = {"invc/design/design.py", "invc/engine/judge.py"}  # who says it, who chooses the judge


def test_compiled_code_has_one_door() -> None:
    outside = {
        short(file)
        for file in files()
        if not short(file).startswith("invc/pbits/native/") and set(imports(file)) & COMPILED
    }
    assert outside == set()


def test_one_place_asks_whether_there_are_gates() -> None:
    asking = {
        short(file)
        for file in files()
        for node in ast.walk(tree(file))
        if "is_logic" in (getattr(node, "attr", None), getattr(node, "name", None))
    }
    assert asking == MAY_ASK


HEAVY = (
    "numpy",
    "rich",
    "pulp",
    "highspy",
    "pysat",
    "pyverilog",
    "pyosys",
    "matplotlib",
    "dimod",
    "pandas",
    "llvmlite",
)
HELPS = """
import sys
from click.testing import CliRunner
from invc.cli import COMMANDS, invc
for arguments in [["--help"], *([name, "--help"] for name in COMMANDS)]:
    done = CliRunner().invoke(invc, arguments)
    assert done.exit_code == 0, done.output
    print(arguments[0], sorted(set(HEAVY) & set(sys.modules)))
"""


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"HEAVY = {HEAVY!r}\n{HELPS}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {line.partition(" ")[2] for line in done.stdout.splitlines()} == {"[]"}, done.stdout
