"""What whoever installs, imports or cites invc meets first."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import invc
from house.sources import ROOT


def test_sources_without_their_compiled_part_say_so(tmp_path: Path) -> None:
    """As in the root of a checkout, where Python finds them before what is installed."""
    ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(Path(invc.__file__).parent, tmp_path / "invc", ignore=ignored)
    design = ROOT / "tests/golden/designs/half_adder.hj"
    done = subprocess.run(
        [sys.executable, "-c", f"import invc; invc.simulate({str(design)!r})"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.endswith(
        f"{tmp_path}/invc: error: these are invc's sources, without their compiled part\n"
        "  hint: 'pip install .' in the checkout; then start Python elsewhere, or with -P\n"
    )
    command = [sys.executable, "-m", "invc", "simulate", str(design)]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert told.stderr.startswith(f"{tmp_path}/invc: error: these are invc's sources")


def test_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\nlicense: {project['license']}\n" in citation


def test_extras_are_installed_from_a_checkout_as_long_as_no_registry_has_invc() -> None:
    """In every page and hint: that of an extra by name would fetch nothing, or a stranger's."""
    said = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("rtl_examples/**/*.md")]
    said += [*ROOT.glob("docs/**/*.ipynb"), *Path(invc.__file__).parent.rglob("*.py")]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    for path in said:
        told = re.findall(r"pip install (?:-\S+ )*(\S+)", path.read_text(encoding="utf-8"))
        for name in (word.strip("'\"`") for word in told):
            assert not name.startswith("invc"), (path, name)
            if name.startswith(".[") and "{" not in name:
                assert name[2:].rstrip("'`)]:,.") in extras, (path, name)


def test_make_demo_says_what_goes_on_while_pip_works(tmp_path: Path) -> None:
    command = ["make", "-n", "demo", f"VENV={tmp_path / 'venv'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    told = next(k for k, line in enumerate(lines) if "make: installing invc" in line)
    pip = next(
        k
        for k, line in enumerate(lines)
        if line.endswith("pip install --disable-pip-version-check .")
    )
    assert told < pip  # which is not quiet, either
    assert any("make: setting up" in line for line in lines[:told])


def test_wheels_are_made_for_all_and_tried_without_a_compiler() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    wheels = tools["cibuildwheel"]
    assert {"linux", "macos"} <= set(wheels)
    assert wheels["test-command"] == "invc doctor"
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nwheel:")[2]
    recipe = recipe.partition("\n\n")[0]
    assert "auditwheel repair" in recipe and "CC=false CXX=false" in recipe
    assert recipe.rstrip().endswith("invc doctor")
