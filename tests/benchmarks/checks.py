"""What the check of every netlist costs, as a share of its synth: processor time, children included.

The goal is at most 20 % of the command `invc synth`, whose start is measured, too.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from invc.frontend.yosys import Sources
from invc.pipeline import Check, Journal, synth

HERE = Path(__file__).resolve().parent
WIDE = {
    "wide sum": "input [127:0] a, b, output [128:0] y); assign y = a + b;",
    "wide choice": "input [127:0] a, b, c, d, input [1:0] s, output [127:0] y);"
    " assign y = s[1] ? (s[0] ? a : b) : (s[0] ? c : d);",
    "rotation": "input [63:0] a, input [5:0] s, output [63:0] y);"
    " assign y = (a << s) | (a >> (64 - s));",
    "product": "input [31:0] a, b, output [63:0] y); assign y = a * b;",
    "products": "input [7:0] a, b, c, d, e, f, output [17:0] y); assign y = a*b + c*d + e*f;",
    "division": "input [15:0] a, b, output [15:0] y, z); assign y = a / b; assign z = a % b;",
    "count": "input [127:0] a, output reg [7:0] y); integer i;"
    " always @* begin y = 0; for (i = 0; i < 128; i = i + 1) y = y + a[i]; end",
    "comparison": "input [63:0] a, b, output y, z); assign y = a < b; assign z = a == b;",
}
ROUNDS = 3


def seconds() -> float:
    """Processor time of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def cost(path: Path, *, wanted: bool) -> tuple[float, Journal]:
    """The least of a few synths, and what the last one said."""
    least = float("inf")
    for _ in range(ROUNDS):
        started, journal = seconds(), Journal()
        synth(Sources((path,)), check=Check(wanted=wanted), journal=journal)
        least = min(least, seconds() - started)
    return least, journal


def start() -> float:
    """What a command costs before it does anything."""
    started = seconds()
    subprocess.run([sys.executable, "-c", "import invc.cli.synth, invc.pipeline"], check=True)
    return seconds() - started


def main() -> None:
    """Print a table."""
    begins = start()
    print(f"start of the command: {begins:.2f} s")
    print(f"{'design':20} {'synth':>7} {'check':>7} {'share':>7} {'of command':>11}")
    with tempfile.TemporaryDirectory() as folder:
        paths = sorted((HERE / "designs").glob("*.v"))
        for name, text in WIDE.items():
            paths.append(Path(folder, f"{name}.v"))
            paths[-1].write_text(f"module t({text}\nendmodule\n")
        cost(paths[0], wanted=True)
        for path in paths:
            without, _ = cost(path, wanted=False)
            total, journal = cost(path, wanted=True)
            check = total - without
            print(
                f"{path.stem:20} {without:6.2f}s {check:6.3f}s {check / without:7.1%}"
                f" {check / (without + begins):11.1%}  {journal.agreement}",
                flush=True,
            )


if __name__ == "__main__":
    main()
