"""Small sources of which a careless reader makes much: read at once, or refused by a bound."""

import subprocess
import sys
from pathlib import Path

import pytest

from invc.diagnostics import InvcError
from invc.frontend.filelist import MOST_LISTS, read_lists
from invc.frontend.gate_level import read_gates
from invc.frontend.gate_level.flatten import MOST_DEEP
from invc.frontend.gate_level.preprocessor import MAX_INCLUDED, preprocess
from invc.frontend.yosys import Sources
from invc.library import hamlib
from invc.pipeline import synth

TOP = "module t(input a, output y);\nassign y = ~a;\n"


@pytest.mark.parametrize("tail", ["/* x " * 200_000, '"' + '\\"' * 200_000])
def test_what_is_not_closed_is_looked_through_once(tail: str) -> None:
    """In a process of its own, which a search from each beginning would keep for hours."""
    code = (
        "import sys; from pathlib import Path\n"
        "from invc.frontend.primitives import check_primitives\n"
        "from invc.frontend.user_primitives import as_modules\n"
        "text = 'primitive ' + sys.stdin.read()\n"
        "check_primitives(Path('t.v'), text); as_modules(text)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=tail, text=True, timeout=60, check=False
    )
    assert done.returncode == 0


def doubled(folder: Path, levels: int, line: str, last: str) -> Path:
    """Files each of which names the next one twice."""
    for k in range(levels):
        (folder / f"f{k}").write_text(f"{line.format(folder / f'f{k + 1}')}\n" * 2)
    (folder / f"f{levels}").write_text(last)
    return folder / "f0"


def test_included_files_are_read_once(tmp_path: Path) -> None:
    guard = "`ifndef G{0}\n`define G{0}\n"
    for k in range(60):
        line = f'`include "f{k + 1}"\n'
        (tmp_path / f"f{k}").write_text(f"{guard.format(k)}{line}{line}`endif\n")
    (tmp_path / "f60").write_text("\n")
    path = tmp_path / "t.v"
    path.write_text(f'`include "f0"\n{TOP}endmodule\n')
    assert len(synth(Sources((path,))).netlist.ports) == 2


def test_too_many_included_files_are_refused(tmp_path: Path) -> None:
    path = doubled(tmp_path, 20, '`include "{}"', "\n")
    with pytest.raises(InvcError, match=f"more than {MAX_INCLUDED} files are included"):
        preprocess(path)
    for k in range(2000):
        (tmp_path / f"f{k}").write_text(f'`include "f{k + 1}"\n')
    path = tmp_path / "t.v"
    path.write_text(f'`include "f0"\n{TOP}endmodule\n')
    with pytest.raises(InvcError, match="files are included more than 128 deep"):
        synth(Sources((path,)))


def test_too_many_lists_are_refused(tmp_path: Path) -> None:
    path = doubled(tmp_path, 15, "-f {}", "a.v\n")
    with pytest.raises(InvcError, match=f"more than {MOST_LISTS} lists are read"):
        read_lists([path])


@pytest.mark.parametrize("deep", [MOST_DEEP, MOST_DEEP + 1])
def test_instances_in_instances_have_a_bound(tmp_path: Path, deep: int) -> None:
    lines = [f"module m{k}(input a, output y); m{k + 1} u(a, y); endmodule" for k in range(deep)]
    path = tmp_path / "t.v"
    path.write_text(
        "\n".join([*lines, f"module m{deep}(input a, output y); not (y, a); endmodule"])
    )
    if deep <= MOST_DEEP:
        assert len(read_gates(path, hamlib()).ports) == 2
        return
    with pytest.raises(InvcError, match=f"more than {MOST_DEEP} deep") as caught:
        read_gates(path, hamlib())
    assert caught.value.where == f"{path}:{deep}"
