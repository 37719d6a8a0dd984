"""A user's own Yosys in place of the embedded one."""

import sys
from pathlib import Path

from invc.frontend.yosys import EMBEDDED


def yosys_without_slang(folder: Path) -> Path:
    """An executable that is the embedded Yosys as one would have it without its slang."""
    path = folder / "yosys"
    code = EMBEDDED.replace('"script "', "hidden()")
    path.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "if '-V' in sys.argv: sys.exit(print('Yosys 0.70'))\n"
        "def hidden():\n"
        "    text = open(sys.argv[1]).read().replace('read_slang', 'read_other')\n"
        "    open(sys.argv[1], 'w').write(text)\n"
        "    return 'script '\n"
        "del sys.argv[1]\n" + code
    )
    path.chmod(0o755)
    return path
