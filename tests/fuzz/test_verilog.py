"""Random Verilog compiles to what Icarus Verilog computes, in every way that there is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MODULES = 192


@pytest.mark.skipif(shutil.which("iverilog") is None, reason="iverilog is not installed")
def test_random_modules_agree_with_iverilog() -> None:
    script = Path(__file__).with_name("verilog.py")
    done = subprocess.run(
        [sys.executable, script, "--modules", str(MODULES), "--seconds", "900"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (compared,) = re.findall(r"^(\d+) modules agree, 0 batches", done.stdout, re.MULTILINE)
    assert int(compared) >= MODULES
