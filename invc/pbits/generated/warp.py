"""Networks over lanes of 32 bits, as a warp of a GPU runs them: 32 lanes are 1,024 replicas.

A lane reads its own 32 bits of every row, so that lanes never wait for each other. The lines of an
update are the same for a GPU and for this processor, where a loop takes the part of the warp.
"""

from __future__ import annotations

from collections.abc import Sequence

from invc.pbits.generated.ir import FIELDS, ITEM, NEXT, Logic
from invc.pbits.generated.network import network_of
from invc.pbits.generated.signature import Signature
from invc.pbits.lanes import WORDS

LANES = 32
KERNEL = "invc_chain"
PTX = "nvptx64-nvidia-cuda"
TURN = "declare i64 @llvm.fshl.i64(i64, i64, i64)"


def update_lines(signature: Signature, prefix: str) -> list[str]:
    """One update of one lane.

    It reads %lane, %state, and of an item %target, %rows, %noise and %rotation; names of its own
    begin with a prefix.
    """
    network = network_of(signature)
    lines = [f"%{prefix}byte = mul i64 %lane, 4"]
    values: list[str] = []
    if network.result is None:
        result = "-1" if network.always else "0"
    else:
        for i in range(signature.inputs):
            lines += _neighbour(prefix, i)
            values.append(f"%{prefix}x{i}")
        for p in range(signature.bits):
            lines += _noise(prefix, p)
            values.append(f"%{prefix}n{p}")
        logic = Logic("i32", "-1", f"{prefix}t", values, lines)
        for node in network.nodes:
            logic.node(node)
        result = logic.literal(network.result)
    return [
        *lines,
        f"%{prefix}out = getelementptr i8, ptr %target, i64 %{prefix}byte",
        f"store i32 {result}, ptr %{prefix}out",
    ]


def _neighbour(prefix: str, i: int) -> list[str]:
    """The 32 bits of a neighbour."""
    at = f"%{prefix}a{i}"
    return [
        f"{at} = getelementptr i32, ptr %rows, i64 {i}",
        f"{at}o = load i32, ptr {at}",
        f"{at}z = zext i32 {at}o to i64",
        f"{at}r = getelementptr i8, ptr %state, i64 {at}z",
        f"{at}l = getelementptr i8, ptr {at}r, i64 %{prefix}byte",
        f"%{prefix}x{i} = load i32, ptr {at}l",
    ]


def _noise(prefix: str, p: int) -> list[str]:
    """The 32 bits of a plane: words have 64, which are rotated as one."""
    at = f"%{prefix}m{p}"
    return [
        f"{at}w = lshr i64 %lane, 1",
        f"{at}i = add i64 {at}w, {2 * WORDS * p}",
        f"{at}p = getelementptr i64, ptr %noise, i64 {at}i",
        f"{at}v = load i64, ptr {at}p",
        f"{at}r = call i64 @llvm.fshl.i64(i64 {at}v, i64 {at}v, i64 %rotation)",
        f"{at}h = and i64 %lane, 1",
        f"{at}s = mul i64 {at}h, 32",
        f"{at}d = lshr i64 {at}r, {at}s",
        f"%{prefix}n{p} = trunc i64 {at}d to i32",
    ]


def _item(item: str) -> list[str]:
    """What an update needs of its item."""
    lines = []
    for name, (kind, at) in FIELDS.items():
        lines += [
            f"%{name}_at = getelementptr i8, ptr {item}, i64 {at}",
            f"%{name} = load {kind}, ptr %{name}_at",
        ]
    return [
        *lines,
        f"%turn_at = getelementptr i8, ptr {item}, i64 24",
        "%turn = load i32, ptr %turn_at",
        "%rotation = zext i32 %turn to i64",
    ]


def host_ir(signature: Signature) -> str:
    """The function of a signature for this processor, in a chain as those over vectors are."""
    lines = [
        TURN,
        f"define preserve_nonecc void @{signature.text}(ptr %item, ptr %state) #0 {{",
        "entry:",
        *_item("%item"),
        "br label %warp",
        "warp:",
        "%lane = phi i64 [0, %entry], [%after, %warp]",
        *update_lines(signature, "u"),
        "%after = add i64 %lane, 1",
        f"%done = icmp eq i64 %after, {LANES}",
        "br i1 %done, label %end, label %warp",
        "end:",
        *NEXT,
        "}",
        "attributes #0 = { nounwind }",
    ]
    return "\n".join(lines) + "\n"


def kernel_ir(signatures: Sequence[Signature]) -> str:
    """A kernel that runs items one after the other, a warp for each state.

    An item's code is the number of its signature. Arguments are the items, how many there are,
    the first state, and the bytes from one state to the next; targets of items are of the first.
    """
    special = ("tid.x", "ctaid.x")
    lines = [
        f'target triple = "{PTX}"',
        TURN,
        *(f"declare i32 @llvm.nvvm.read.ptx.sreg.{name}()" for name in special),
        f"define ptx_kernel void @{KERNEL}(ptr %items, i64 %count, ptr %first, i64 %apart) {{",
        "entry:",
        *(
            f"%{name[:3]} = call i32 @llvm.nvvm.read.ptx.sreg.{name}()\n"
            f"%{name[:3]}z = zext i32 %{name[:3]} to i64"
            for name in special
        ),
        f"%lane = and i64 %tidz, {LANES - 1}",
        "%own = mul i64 %ctaz, %apart",
        "%state = getelementptr i8, ptr %first, i64 %own",
        "br label %head",
        "head:",
        "%k = phi i64 [0, %entry], [%next, %step]",
        "%more = icmp ult i64 %k, %count",
        "br i1 %more, label %run, label %end",
        "run:",
        f"%at = mul i64 %k, {ITEM}",
        "%item = getelementptr i8, ptr %items, i64 %at",
        *_item("%item"),
    ]
    lines = [line.replace("%target = load", "%shared = load") for line in lines]
    cases = " ".join(f"i64 {n}, label %c{n}" for n in range(len(signatures)))
    lines += [
        "%target = getelementptr i8, ptr %shared, i64 %own",
        "%number_at = getelementptr i8, ptr %item, i64 32",
        "%number = load i64, ptr %number_at",
        f"switch i64 %number, label %step [{cases}]",
    ]
    for number, signature in enumerate(signatures):
        lines += [f"c{number}:", *update_lines(signature, f"c{number}_"), "br label %step"]
    lines += ["step:", "%next = add i64 %k, 1", "br label %head", "end:", "ret void", "}"]
    return "\n".join(lines) + "\n"
