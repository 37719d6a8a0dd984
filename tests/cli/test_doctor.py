"""`invc doctor` tries things, and says it where they fail."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from invc.diagnostics import InvcError
from invc.tools import doctor


def invc(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", "doctor", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env={**os.environ, **environment},
    )


def test_everything_works_where_the_tests_run() -> None:
    done = invc()
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith("invc ")
    assert lines[-1] == "everything essential works"
    for name in doctor.ESSENTIAL:
        assert any(line.startswith(f"ok       {name} ") for line in lines), name
    assert "compiled a half adder" in done.stdout
    assert "equal to the reference, fastest first: " in done.stdout


def test_a_broken_yosys_is_named_and_ends_in_status_1(tmp_path: Path) -> None:
    fake = tmp_path / "yosys"
    fake.write_text("#!/bin/sh\necho 'Yosys 0.99 (fake)'\nexit 0\n")
    fake.chmod(0o755)
    done = invc("--json", "-", INVC_YOSYS=str(fake))
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["ok"] is False
    (yosys,) = (f for f in report["findings"] if f["name"] == "yosys")
    assert yosys["state"] == "broken"
    assert all(f["state"] == "ok" for f in report["findings"] if f["essential"] and f is not yosys)
    done = invc(INVC_YOSYS=str(tmp_path / "none"))
    assert done.returncode == 1
    assert f"no Yosys at '{tmp_path}/none'" in done.stdout
    assert "hint: name an executable file" in done.stdout
    assert done.stdout.endswith("invc cannot work here yet\n")


def test_a_wrong_kernel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = doctor._swept
    monkeypatch.setattr(doctor, "_swept", lambda n, s: right(n, s) if n == "reference" else b"")
    with pytest.raises(InvcError, match="differ from the reference"):
        doctor._kernels()


def test_any_fault_of_a_part_is_a_finding() -> None:
    def broken() -> str:
        raise RuntimeError("first line\nsecond line")

    finding = doctor._try("part", broken)
    assert (finding.state, finding.detail) == ("broken", "RuntimeError: first line")
    assert finding.hint == doctor.REINSTALL


def test_missing_and_broken_extras_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = doctor._extra("no_such", "no-such-package", "extra", "something")
    assert (missing.state, missing.essential) == ("missing", False)
    assert (missing.detail, missing.hint) == (
        "not installed; something needs it",
        "pip install '.[extra]' in a checkout of invc",
    )
    monkeypatch.setitem(sys.modules, "dimod", None)
    broken = doctor._extra("dimod", "dimod", "dimod", "it")
    assert broken.state == "broken"
    assert "ModuleNotFoundError when imported" in broken.detail
    monkeypatch.setenv("PATH", "")
    (graphviz,) = (f for f in doctor._optional() if f.name == "graphviz")
    assert (graphviz.state, graphviz.hint) == ("missing", doctor.DOT_HINT)


def test_extras_are_those_of_the_project(repository: Path) -> None:
    import tomllib

    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for _, package, extra, _ in doctor.EXTRAS:
        assert any(text.startswith(package) for text in extras[extra]), extra
    asked = {tuple(extras[extra]) for _, _, extra, _ in doctor.EXTRAS}
    assert asked == {tuple(packages) for packages in extras.values()}  # one may have two names
