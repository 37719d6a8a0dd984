import os
import stat

import pytest

from invc.diagnostics import InvcError
from invc.writing import read_text, write_whole


def test_a_failed_write_keeps_what_was_there(tmp_path):
    path = tmp_path / "f"
    write_whole(path, ["old\n"])

    def broken():
        yield "new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, broken())
    assert path.read_text() == "old\n"
    assert os.listdir(tmp_path) == ["f"]


def test_a_full_disk_is_one_line(tmp_path):
    with pytest.raises(InvcError) as error:
        write_whole(tmp_path / "missing" / "f", [b"x"])
    assert str(error.value) == (
        f"{tmp_path}/missing/f: error: cannot write it: no such file or directory"
        "\n  hint: make its folder first"
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
def test_a_device_is_written_not_replaced():
    with pytest.raises(InvcError, match="no space left"):
        write_whole(__import__("pathlib").Path("/dev/full"), ["x" * 100_000])
    assert not stat.S_ISREG(os.stat("/dev/full").st_mode)


def test_modes_and_links_are_kept(tmp_path):
    path, link = tmp_path / "f", tmp_path / "link"
    path.write_text("a")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, ["b"])
    assert link.is_symlink()
    assert path.read_text() == "b"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    mask = os.umask(0o027)
    try:
        write_whole(tmp_path / "g", ["x"])
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "g").stat().st_mode) == 0o640


def test_reading_what_is_no_text(tmp_path):
    (tmp_path / "f").write_bytes(b"\x00\xff")
    with pytest.raises(InvcError, match="byte 1 is not UTF-8"):
        read_text(tmp_path / "f")
