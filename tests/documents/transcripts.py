"""Console transcripts in Markdown: run again, compared, or written anew.

`python tests/documents/transcripts.py README.md docs/tutorial.md` rewrites their output.
"""

import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Of a block with a title like this, of what is no design only the first line of each output is
# compared, without figures.
TITLED = '```console title="figures differ from machine to machine"'
FIGURES = re.compile(rf"^{TITLED}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A file that a page shows, and that its commands find.
SHOWN = re.compile(r'^```\w+ title="([\w.]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SECONDS = re.compile(r"\d+\.\d+ s\b")
VERIFIED = re.compile(r"\d+ of \d+ reads? verified")
TABLE = re.compile(
    r"(?P<head>^.*\breads\n)(?P<rows>(?:^[ \d].*\d\n)+)(?P<more>^and .*\n)?", re.MULTILINE
)
RARE = re.compile(r"hint: (?:about|under) \S+ % of the answers not seen yet: .*\n")


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block with the output under it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def run(command: str, folder: Path) -> str:
    """The output of an invc command, both streams."""
    program, *arguments = shlex.split(command)
    assert program == "invc", command
    done = subprocess.run(
        [sys.executable, "-P", "-m", "invc", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=900,
    )
    assert "Traceback" not in done.stdout
    return done.stdout


def without_chance(text: str) -> str:
    """Text without times and without what a seed decides, so that a better engine breaks no page.

    How often an answer was found and in which order they come is struck out; the answers stay, as
    long as all of them are shown.
    """
    text = VERIFIED.sub("N of N reads verified", SECONDS.sub("N s", text))
    return RARE.sub("", TABLE.sub(_settled, text))


def _settled(match: re.Match[str]) -> str:
    """A table of answers without its last column, in a fixed order."""
    rows = [line.split()[:-1] for line in match["rows"].splitlines()]
    head = match["head"].split()[:-1]
    if match["more"]:
        return f"{head}: {len(rows)} rows\n{match['more']}"
    return "\n".join(" ".join(row) for row in [head, *sorted(rows)]) + "\n"


def prepare(folder: Path, page: str = "") -> Path:
    """A folder in which the commands of a document can run, with the files that it shows."""
    for name, text in SHOWN.findall(page):
        (folder / name).write_text(text)
    link = folder / "rtl_examples"
    if not link.exists():
        link.symlink_to(ROOT / "rtl_examples")
    return folder


def rewrite(path: Path) -> None:
    """Run every transcript of a document and put what it printed under it."""
    with tempfile.TemporaryDirectory() as name:
        folder = prepare(Path(name), path.read_text())

        def fresh(match: re.Match[str]) -> str:
            head = match[0].partition("\n")[0]
            parts = [f"$ {c}\n{run(c, folder)}" for c, _ in commands(match[1])]
            return f"{head}\n" + "".join(parts) + "```"

        path.write_text(FIGURES.sub(fresh, BLOCK.sub(fresh, path.read_text())))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        rewrite(Path(argument))
