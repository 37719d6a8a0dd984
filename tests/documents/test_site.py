"""The site's own order of pages; `make site` builds it, and warnings are errors there."""

import runpy
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="needs mkdocs, of the group docs")


def test_decisions_are_listed_on_a_page_and_not_in_the_sidebar(repository: Path) -> None:
    hooks = runpy.run_path(str(repository / "docs/site/hooks.py"))
    shown = [uri for section in hooks["navigation"]() for uris in section.values() for uri in uris]
    assert len(shown) == len(set(shown))
    assert [uri for uri in shown if uri.startswith("decisions/")] == ["decisions/index.md"]
    pages = {p.relative_to(repository / "docs").as_posix() for p in repository.glob("docs/**/*.md")}
    assert {p for p in pages if not p.startswith("decisions/")} <= set(shown)
    listed = hooks["decisions"]()
    for path in repository.glob("docs/decisions/*.md"):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"- [{title}]({path.name})" in listed


def test_search_says_where_it_does_not_work(repository: Path) -> None:
    assert "extra_javascript: [search.js]" in (repository / "mkdocs.yml").read_text()
    script = (repository / "docs/search.js").read_text()
    assert 'location.protocol === "file:"' in script
    assert "python3 -m http.server" in script
