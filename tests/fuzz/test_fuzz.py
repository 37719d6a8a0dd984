"""Ten thousand spoilt inputs for every reader: nothing but an InvcError comes out."""

import re
import subprocess
import sys
from pathlib import Path

INPUTS = 10_000


def test_no_spoilt_input_ends_in_a_traceback() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            Path(__file__).parent,
            "--module",
            "readers",
            "--inputs",
            str(INPUTS),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counts = dict(re.findall(r"^(\S+) +(\d+) inputs$", done.stdout, re.MULTILINE))
    assert set(counts.values()) == {str(INPUTS)}
