"""`invc simulate --plot --html --vcd` as a user calls them."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from vcdvcd import VCDVCD

from designs import CELLS, multiplier
from invc.design import write_design
from invc.design.assemble import assemble


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures")
    write_design(assemble(multiplier(4), CELLS), path / "mult4.hj")
    return path


def simulate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", "simulate", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )


def test_all_at_once_change_no_answer(folder: Path, tmp_path: Path) -> None:
    asked = ("mult4.hj", "-c", "p=143", "-q", "--dynamics", "staged")
    plain = simulate(folder, *asked)
    files = [f"--{kind}={tmp_path / name}" for kind, name in (
        ("plot", "a b.svg"), ("html", "$(touch x).html"), ("vcd", "é.vcd"),
    )]  # fmt: skip
    done = simulate(folder, *asked, *files)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", plain.stdout)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "$(touch x).html",
        "a b.svg",
        "é.vcd",
    ]
    page = (tmp_path / "$(touch x).html").read_text()
    errors = dict(re.findall(r"([ap]\[0\]): 1\.000 ± ([\d.e-]+)", page))
    assert float(errors["a[0]"]) > 0 == float(errors["p[0]"])  # a finite sample; a clamp
    assert "11" in page and "Stage by stage more gates are switched on" in page
    vcd = VCDVCD(str(tmp_path / "é.vcd"))
    last = {name: int(vcd[f"multiplier.{name}"].tv[-1][1], 2) for name in ("a[3:0]", "b[3:0]")}
    assert last in ({"a[3:0]": 11, "b[3:0]": 13}, {"a[3:0]": 13, "b[3:0]": 11})


@pytest.mark.parametrize("dynamics", ["sc", "ssa"])
def test_any_dynamics_is_watched(folder: Path, tmp_path: Path, dynamics: str) -> None:
    html = tmp_path / "out.html"
    done = simulate(folder, "mult4.hj", "-c", "p=143", "--dynamics", dynamics, "--html", str(html))
    assert done.returncode == 0
    assert 'id="sweep"' in html.read_text() and "Stage by stage" not in html.read_text()


def test_what_follows_from_the_clamps_has_pictures_too(folder: Path, tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("out.png", "out.html", "out.vcd")]
    options = [
        part for pair in zip(("--plot", "--html", "--vcd"), files, strict=True) for part in pair
    ]
    assert simulate(folder, "mult4.hj", "-c", "a=3", "-c", "b=5", *options).returncode == 0
    vcd = VCDVCD(files[2])
    assert int(vcd["multiplier.p[7:0]"].tv[-1][1], 2) == 15


def test_impossible_writes_nothing_and_says_so(folder: Path, tmp_path: Path) -> None:
    html = tmp_path / "out.html"
    done = simulate(folder, "mult4.hj", "-c", "a=0", "-c", "p=5", "--html", str(html))
    assert done.returncode == 4
    assert done.stderr == f"warning: nothing was sampled; not written: {html}\n"
    assert not html.exists()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--plot", "out.txt"], "out.txt: error: plots end in .png, .svg, .pdf, not in '.txt'\n"),
        (
            ["--html", "no/out.html"],
            "no/out.html: error: cannot write it: no such file or directory\n",
        ),
        (["--vcd", "."], ".: error: cannot write it: is a directory\n"),
        (["--html", ""], "error: an output needs the name of a file, and '' is none\n"),
        (["--html", "a.svg", "--plot", "a.svg"], "a.svg: error: two outputs cannot be one file\n"),
    ],
)
def test_errors_are_one_line_with_a_hint(folder: Path, options: Sequence[str], text: str) -> None:
    done = simulate(folder, "mult4.hj", "-c", "p=143", *options)
    assert done.returncode == 1
    assert done.stderr.startswith(text)
    assert "Traceback" not in done.stderr
    assert "hint: " in done.stderr or "''" in text
    assert not (folder / "a.svg").exists()


def test_pages_say_what_else_was_asked_and_proven(folder: Path, tmp_path: Path) -> None:
    html, png = tmp_path / "out.html", tmp_path / "out.png"
    options = ["--html", str(html), "--plot", str(png)]
    left_out = ["--forbid", "a=11", "--bias", "b[0]=0.9"]
    assert simulate(folder, "mult4.hj", "-c", "p=143", *left_out, *options).returncode == 0
    text = html.read_text()
    assert "<dt>left out</dt><dd>a=11</dd>" in text and "<dt>biased</dt><dd>b[0]=0.9</dd>" in text
    none = ["-c", "p=211", "--reads", "64", "--prove"]  # a prime, and more than 15
    assert simulate(folder, "mult4.hj", *none, *options).returncode == 4
    assert "impossible, proven by SAT; no answer found; 0 of 64 reads verified" in html.read_text()


def test_samples_at_equilibrium_have_pictures_without_sweeps(folder: Path, tmp_path: Path) -> None:
    html = tmp_path / "out.html"
    done = simulate(folder, "mult4.hj", "-c", "p=143", "--equilibrium", "--html", str(html))
    assert done.returncode == 0
    text = html.read_text()
    assert "<h2>Answers</h2>" in text and "<h2>Energy</h2>" not in text and 'id="sweep"' not in text
    refused = simulate(folder, "mult4.hj", "--equilibrium", "--vcd", "out.vcd")
    assert refused.returncode == 2 and "--equilibrium does not go with --vcd" in refused.stderr
