"""What `make mutate` changes, and that its list of equivalent changes is not out of date."""

from __future__ import annotations

from pathlib import Path

from mutation.main import equivalents, reason
from mutation.mutants import mutants
from mutation.trial import ROOT

SOURCE = '''
"""Not 1 + 1 here."""

def f(a: int | None, b: list[int]) -> int | None:
    assert a == 1, "no"
    if a is not None and not b[0] < len(b):
        raise ValueError(f"{a + 1}")
    b[-1] += 2
    return (a) << (  # a - b
        3
    ) if True else max(b, *zip(b, b, strict=True))
'''


def test_every_token_that_decides_is_changed(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text(SOURCE)
    found = mutants("f.py", tmp_path)
    assert [(m.old, m.new) for m in found] == [
        *(("is not", "is"), ("and", "or"), ("not ", ""), ("0", "1"), ("<", "<=")),
        *(("-", ""), ("1", "2"), ("+=", "-="), ("2", "3")),
        *(("<<", ">>"), ("3", "4"), ("True", "False"), ("max", "min")),
    ]
    changed = found[4].applied(SOURCE.encode()).decode()
    assert changed == SOURCE.replace("b[0] < len", "b[0] <= len")
    for mutant in found:
        compile(mutant.applied(SOURCE.encode()), "f.py", "exec")


def test_listed_changes_can_still_be_made() -> None:
    for file, text, old, new in equivalents():
        left = [m for m in mutants(file, ROOT) if (m.file, m.text) == (file, text)]
        assert any((m.old, m.new) == (old, new) or not old for m in left), (file, text)


def test_a_reason_without_tokens_is_of_all_changes_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text("A = 1 + 2\nB = 1 + 3\n")
    known = {("f.py", "A = 1 + 2", "", ""): "whole", ("f.py", "B = 1 + 3", "3", "4"): "one"}
    reasons = [reason(m, known) for m in mutants("f.py", tmp_path)]
    assert reasons == ["whole", "whole", "whole", "", "", "one"]
