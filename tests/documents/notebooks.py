"""Notebooks: run again, compared, or written anew with nothing in them that changes by itself.

`python tests/documents/notebooks.py docs/notebooks/*.ipynb` rewrites their outputs.
"""

import json
import sys
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def read(path: Path) -> Any:
    """The notebook as nbformat has it."""
    import nbformat

    return nbformat.read(str(path), as_version=4)


def executed(path: Path) -> Any:
    """The notebook with the outputs of today; it runs in its own folder."""
    from nbclient import NotebookClient

    notebook = read(path)
    resources = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources)
    client.execute(stderr=DEVNULL)  # of the kernel itself: what a cell says comes as its output
    return notebook


def outputs(notebook: Any) -> list[str]:
    """What is printed or shown under each cell of code."""
    return ["".join(map(_text, cell.outputs)) for cell in notebook.cells if _is_code(cell)]


def _is_code(cell: Any) -> bool:
    return bool(cell.cell_type == "code")


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    return str(output.data["text/plain"])


def plain(notebook: Any) -> str:
    """The file: cells numbered in order, without times, versions or anything of one machine."""
    cells = []
    for k, cell in enumerate(notebook.cells):
        kept = {"cell_type": cell.cell_type, "id": f"cell-{k}", "metadata": {}}
        kept["source"] = cell.source.splitlines(keepends=True)
        if _is_code(cell):
            kept |= {"execution_count": None, "outputs": list(map(_output, cell.outputs))}
        cells.append(dict(sorted(kept.items())))
    whole = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _output(output: Any) -> dict[str, Any]:
    text = _text(output).splitlines(keepends=True)
    if output.output_type == "stream":
        return {"name": output.name, "output_type": "stream", "text": text}
    return {
        "data": {"text/plain": text},
        "execution_count": None,
        "metadata": {},
        "output_type": "execute_result",
    }


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        file = Path(argument)
        file.write_text(plain(executed(file)), encoding="utf-8")
