import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.diagnostics import InvcError, printable
from invc.text.files import read_text, write_whole


def test_a_failed_write_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_whole(path, ["old\n"])

    def broken() -> Iterator[str]:
        yield "new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, broken())
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvcError) as error:
        write_whole(tmp_path / "missing" / "f", [b"x"])
    assert str(error.value) == (
        f"{tmp_path}/missing/f: error: cannot write it: no such file or directory"
        "\n  hint: make its folder first"
    )


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="needs Linux's /dev/full")
def test_a_device_is_written_not_replaced() -> None:
    with pytest.raises(InvcError, match="no space left"):
        write_whole(FULL, ["x" * 100_000])
    assert FULL.is_char_device()


def test_modes_and_links_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "f", tmp_path / "link"
    path.write_text("a")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, ["b"])
    assert link.is_symlink()
    assert path.read_text() == "b"
    assert path.stat().st_mode & 0o777 == 0o640
    mask = os.umask(0o027)
    try:
        write_whole(tmp_path / "g", ["x"])
    finally:
        os.umask(mask)
    assert (tmp_path / "g").stat().st_mode & 0o777 == 0o640


def test_reading_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\x00\xff")
    with pytest.raises(InvcError, match="byte 1 is not UTF-8"):
        read_text(tmp_path / "f")


@given(st.text(max_size=30))
def test_what_is_shown_never_commands_a_terminal(text: str) -> None:
    assert printable(text).isprintable()
    error = InvcError(text, where=text, hint=text or None)
    assert all(line.isprintable() for line in str(error).split("\n"))
    assert str(error).count("\n") == bool(text)
