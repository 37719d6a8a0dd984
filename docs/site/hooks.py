"""What mkdocs calls while it builds the site: the order of pages, and pages from outside docs/.

The READMEs of the examples, the changelog and the guide to contributing stay where a reader of the
repository looks for them; here they become pages, and links to them are turned.
"""

import os
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#:\s]+)((?:#[^)]*)?)\)")
START = (
    *("index.md", "tutorial.md", "gallery.md", "notebooks.md"),
    *("hamiltonians.md", "comparison.md"),
)
# Pages in the order of a first visit; all pages of a folder where a section names one.
ORDER = (
    ("Start", START),
    ("How to", "howto"),
    ("Examples", "examples"),
    (
        "Reference",
        (
            "cli.md",
            "api.md",
            "formats.md",
            "cells.md",
            "dynamics.md",
            "convergence.md",
            "benchmarks.md",
            "sequential.md",
            "rtl.md",
            "training.md",
        ),
    ),
    ("Project", ("contributing.md", "changelog.md", "decisions/index.md")),
)
DECISIONS = "decisions/index.md"  # a list of all; they themselves would fill the sidebar
# Of the pages of a folder these come first, in this order; the others follow by their names.
FIRST = tuple(f"howto/{name}.md" for name in ("compile", "simulate", "look", "prove", "cells"))


def outside() -> dict[str, Path]:
    """Pages made of files outside docs/, by their place in the site."""
    examples = {"examples/index.md": ROOT / "rtl_examples" / "README.md"}
    for path in sorted(ROOT.glob("rtl_examples/*/README.md")):
        examples[f"examples/{path.parent.name}.md"] = path
    project = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
    return examples | {uri: ROOT / name for uri, name in project.items()}


def source_of(uri: str) -> Path:
    """The file of the repository that a page is made of."""
    return outside().get(uri, ROOT / "docs" / uri)


def page_of(path: Path) -> str | None:
    """The page made of a file of the repository."""
    pages = {source: uri for uri, source in outside().items()}
    if path in pages:
        return pages[path]
    docs = ROOT / "docs"
    if path == ROOT / "README.md":
        return "index.md"
    return path.relative_to(docs).as_posix() if path.is_relative_to(docs) else None


def all_pages() -> list[str]:
    """Every page of the sidebar."""
    docs = ROOT / "docs"
    own = (p.relative_to(docs).as_posix() for p in docs.rglob("*.md"))
    kept = {uri for uri in own if not uri.startswith("decisions/")}
    return sorted({*kept, *outside(), DECISIONS})


def decisions() -> str:
    """The page that lists the decisions, by their own titles."""
    lines = ["# Decisions", "", "Why things are as they are; each opens with what was decided.", ""]
    for path in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.name})")
    return "\n".join(lines) + "\n"


def navigation() -> list[dict[str, list[str]]]:
    """The sections in order; pages that no section names are listed under the last one."""
    left = all_pages()
    sections = []
    for title, what in ORDER:
        chosen = (
            [uri for uri in left if uri.startswith(f"{what}/")]
            if isinstance(what, str)
            else [uri for uri in what if uri in left]
        )
        left = [uri for uri in left if uri not in chosen]
        if isinstance(what, str):
            chosen.sort(key=place)
        sections.append({title: chosen})
    sections[-1][ORDER[-1][0]] += left
    return [section for section in sections if any(section.values())]


def place(uri: str) -> tuple[int, str]:
    """Where a page stands among those of its folder."""
    if uri.endswith("/index.md"):
        return -1, uri
    return (FIRST.index(uri) if uri in FIRST else len(FIRST)), uri


def relinked(markdown: str, uri: str) -> str:
    """Links to files of the repository as links to their pages; text alone where there is none."""
    folder = source_of(uri).parent

    def turned(match: re.Match[str]) -> str:
        target = (folder / match[1]).resolve()
        page = page_of(target)
        if page is None or not target.exists():
            return "](" + match[1] + match[2] + ")"
        return f"]({os.path.relpath(page, Path(uri).parent)}{match[2]})"

    return LINK.sub(turned, markdown)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the order of pages."""
    config.nav = navigation()
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside docs/."""
    for uri, path in outside().items():
        files.append(File.generated(config, uri, content=path.read_text(encoding="utf-8")))
    files.append(File.generated(config, DECISIONS, content=decisions()))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Turn the links of a page."""
    return relinked(markdown, page.file.src_uri)
