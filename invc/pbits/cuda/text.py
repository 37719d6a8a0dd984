"""Kernels written down once and printed twice: for a GPU, and for this processor.

On a GPU the threads of a block run side by side and meet at barriers. On this processor a loop does
one after the other what comes between two barriers, so what one keeps beyond a barrier must be the
same for all threads of a block, or be in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from invc.pbits.generated.compiler import PTX

GLOBAL, SHARED = 1, 3  # address spaces of a GPU
DECLARED = (
    "declare i32 @llvm.fshl.i32(i32, i32, i32)",
    "declare i64 @llvm.fshl.i64(i64, i64, i64)",
    "declare i32 @llvm.ctpop.i32(i32)",
)
SPECIAL = ("tid.x", "ctaid.x")
READ = "llvm.nvvm.read.ptx.sreg."
BARRIER = "llvm.nvvm.barrier0"


@dataclass(frozen=True)
class Value:
    """A value of a kernel: an integer of 1, 32 or 64 bits, or a pointer.

    Attributes:
        body: Where it is computed.
        type: In LLVM's words.
        name: A name or a constant.
    """

    body: Body
    type: str
    name: str

    def __add__(self, other: Value | int) -> Value:
        return self._op("add", other)

    def __sub__(self, other: Value | int) -> Value:
        return self._op("sub", other)

    def __mul__(self, other: Value | int) -> Value:
        return self._op("mul", other)

    def __and__(self, other: Value | int) -> Value:
        return self._op("and", other)

    def __or__(self, other: Value | int) -> Value:
        return self._op("or", other)

    def __xor__(self, other: Value | int) -> Value:
        return self._op("xor", other)

    def __lshift__(self, other: Value | int) -> Value:
        return self._op("shl", other)

    def __rshift__(self, other: Value | int) -> Value:
        return self._op("lshr", other)

    def __invert__(self) -> Value:
        return self._op("xor", -1)

    def below(self, other: Value | int) -> Value:
        """Whether it is less, as numbers without signs."""
        return self._compare("ult", other)

    def equals(self, other: Value | int) -> Value:
        """Whether both are the same."""
        return self._compare("eq", other)

    def differs(self, other: Value | int) -> Value:
        """Whether both are not the same."""
        return self._compare("ne", other)

    def wide(self) -> Value:
        """The same number in 64 bits."""
        return self.body.assign("i64", f"zext i32 {self.name} to i64")

    def low(self) -> Value:
        """The lower 32 bits of 64."""
        return self.body.assign("i32", f"trunc i64 {self.name} to i32")

    def mask(self) -> Value:
        """All ones where a bit is set, as 32 bits."""
        return self.body.assign("i32", f"sext i1 {self.name} to i32")

    def rotated(self, by: Value | int) -> Value:
        """It, rotated to the left."""
        return self.body.funnel(self, self, by)

    def chosen(self, one: Value, other: Value) -> Value:
        """One where this bit is set, else the other."""
        choice = f"select i1 {self.name}, {one.type} {one.name}, {other.type} {other.name}"
        return self.body.assign(one.type, choice)

    def _op(self, name: str, other: Value | int) -> Value:
        return self.body.assign(self.type, f"{name} {self.type} {self.name}, {_name(other)}")

    def _compare(self, name: str, other: Value | int) -> Value:
        return self.body.assign("i1", f"icmp {name} {self.type} {self.name}, {_name(other)}")


def _name(value: Value | int) -> str:
    return str(value) if isinstance(value, int) else value.name


@dataclass(frozen=True)
class Memory:
    """Somewhere in memory, byte by byte.

    Attributes:
        body: Whose.
        space: The address space.
        name: A pointer.
    """

    body: Body
    space: int
    name: str

    @property
    def type(self) -> str:
        """What it is in LLVM's words."""
        return self.body.pointer(self.space)

    def at(self, offset: Value | int) -> Memory:
        """The place so many bytes further."""
        kind = "i64" if isinstance(offset, int) else offset.type
        address = f"getelementptr i8, {self.type} {self.name}, {kind} {_name(offset)}"
        return Memory(self.body, self.space, self.body.assign(self.type, address).name)

    def load(self, kind: str = "i32", *, fixed: bool = False) -> Value:
        """What is there; `fixed` if nobody writes it while the kernel runs."""
        suffix = ", !invariant.load !0" if fixed else ""
        return self.body.assign(kind, f"load {kind}, {self.type} {self.name}{suffix}")

    def loads(self, count: int) -> list[Value]:
        """Four times so many numbers of 32 bits, that nobody writes and that begin at 16 bytes."""
        found = []
        for k in range(count):
            at = self.at(16 * k)
            text = f"load <4 x i32>, {at.type} {at.name}, align 16, !invariant.load !0"
            four = self.body.assign("<4 x i32>", text)
            for i in range(4):
                found.append(
                    self.body.assign("i32", f"extractelement {four.type} {four.name}, i64 {i}")
                )
        return found

    def store(self, value: Value | int, kind: str = "i32") -> None:
        """Write a value to that place."""
        kind = kind if isinstance(value, int) else value.type
        self.body.lines.append(f"store {kind} {_name(value)}, {self.type} {self.name}")


@dataclass(frozen=True)
class Variable:
    """A number that changes; the compiler keeps it in a register.

    Attributes:
        body: Whose.
        type: In LLVM's words.
        name: Of its place.
    """

    body: Body
    type: str
    name: str

    def get(self) -> Value:
        """What the number is now."""
        return self.body.assign(self.type, f"load {self.type}, ptr {self.name}")

    def set(self, value: Value | int) -> None:
        """Change the number to another."""
        self.body.lines.append(f"store {self.type} {_name(value)}, ptr {self.name}")


class Body:
    """A kernel under construction.

    Attributes:
        gpu: Whether it is printed for a GPU.
        threads: Of a block.
        lines: Instructions so far.
        block: The number of the block.
    """

    def __init__(self, *, gpu: bool, threads: int) -> None:
        self.gpu, self.threads = gpu, threads
        self.lines: list[str] = []
        self._places: list[str] = []
        self._count = 0
        self.block = Value(self, "i32", "%block")

    def pointer(self, space: int) -> str:
        """The type of pointers into a space."""
        return f"ptr addrspace({space})" if self.gpu and space else "ptr"

    def fresh(self, stem: str = "v") -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"{stem}{self._count}"

    def assign(self, kind: str, text: str) -> Value:
        """The value of an instruction, which is printed."""
        name = f"%{self.fresh()}"
        self.lines.append(f"{name} = {text}")
        return Value(self, kind, name)

    def constant(self, value: int, kind: str = "i32") -> Value:
        """A number that never changes."""
        return Value(self, kind, str(value))

    def funnel(self, high: Value, low: Value, by: Value | int) -> Value:
        """The upper half of two numbers side by side, moved to the left."""
        kind = high.type
        arguments = f"{kind} {high.name}, {kind} {low.name}, {kind} {_name(by)}"
        return self.assign(kind, f"call {kind} @llvm.fshl.{kind}({arguments})")

    def variable(self, first: Value | int, kind: str = "i32") -> Variable:
        """A number that changes, with its first value."""
        name = f"%{self.fresh('place')}"
        kind = kind if isinstance(first, int) else first.type
        self._places.append(f"{name} = alloca {kind}")
        found = Variable(self, kind, name)
        found.set(first)
        return found

    def go(self, label: str) -> None:
        """Go on at another place."""
        self.lines.append(f"br label %{label}")

    def branch(self, bit: Value, one: str, other: str) -> None:
        """Go on at one of two places."""
        self.lines.append(f"br i1 {bit.name}, label %{one}, label %{other}")

    def label(self, name: str) -> None:
        """A place to go to."""
        self.lines.append(f"{name}:")

    @contextmanager
    def loop(self, first: Value | int, end: Value, step: int = 1) -> Iterator[Value]:
        """Numbers from the first up to the end, without it."""
        head, inside, after = self.fresh("head"), self.fresh("inside"), self.fresh("after")
        counter = self.variable(first, end.type)
        self.go(head)
        self.label(head)
        now = counter.get()
        self.branch(now.below(end), inside, after)
        self.label(inside)
        yield now
        counter.set(now + step)
        self.go(head)
        self.label(after)

    @contextmanager
    def when(self, bit: Value) -> Iterator[None]:
        """Only where a bit is set."""
        inside, after = self.fresh("then"), self.fresh("after")
        self.branch(bit, inside, after)
        self.label(inside)
        yield
        self.go(after)
        self.label(after)

    @contextmanager
    def cases(self, value: Value, names: Sequence[str], *, all_: bool = False) -> Iterator[str]:
        """A switch among labels, which are to be printed inside and go on at what this yields.

        With `all_` the value is always one of theirs.
        """
        after = self.fresh("after")
        other = self.fresh("never") if all_ else after
        listed = " ".join(f"i32 {k}, label %{name}" for k, name in enumerate(names))
        self.lines.append(f"switch i32 {value.name}, label %{other} [{listed}]")
        if all_:
            self.label(other)
            self.lines.append("unreachable")
        yield after
        self.label(after)

    @contextmanager
    def each_thread(self) -> Iterator[Value]:
        """What every thread of a block does between two barriers; its number."""
        if self.gpu:
            yield self.assign("i32", f"call i32 @{READ}tid.x()")
            return
        with self.loop(0, self.constant(self.threads)) as thread:
            yield thread

    def barrier(self) -> None:
        """All threads of the block meet here."""
        if self.gpu:
            self.lines.append(f"call void @{BARRIER}()")

    def function(self, name: str, fields: Sequence[tuple[str, str]]) -> str:
        """The kernel as a function of arguments with names and kinds: i32, i64 or ptr.

        That of this processor is also told where shared memory is, and the number of its block.
        """
        kinds = {"ptr": self.pointer(GLOBAL)}
        listed = [f"{kinds.get(kind, kind)} %{argument}" for argument, kind in fields]
        first = []
        if self.gpu:
            first.append(f"%block = call i32 @{READ}ctaid.x()")
        else:
            listed += ["ptr %shared", "i32 %block"]
        kind = "ptx_kernel void" if self.gpu else "void"
        head = f"define {kind} @{name}({', '.join(listed)}) #0 {{"
        return "\n".join([head, "entry:", *first, *self._places, *self.lines, "ret void", "}"])

    def argument(self, name: str) -> Memory:
        """An argument that is an address."""
        return Memory(self, GLOBAL, f"%{name}")

    def number(self, name: str, kind: str = "i32") -> Value:
        """An argument that is a number."""
        return Value(self, kind, f"%{name}")

    @property
    def shared(self) -> Memory:
        """The memory that the threads of a block share."""
        return Memory(self, SHARED, "@shared" if self.gpu else "%shared")


def module_of(function: str, *, gpu: bool, threads: int = 0, registers: int = 0) -> str:
    """The text of a module of a kernel.

    Args:
        function: From `Body.function`.
        gpu: Whether it is printed for a GPU.
        threads: Of its blocks.
        registers: Of a thread, at most; 0 for as many as the driver likes.
    """
    lines = [f'target triple = "{PTX}"'] if gpu else []
    lines += DECLARED
    if gpu:
        lines += [f"declare i32 @{READ}{name}()" for name in SPECIAL]
        lines.append(f"declare void @{BARRIER}() #1")
        lines.append("@shared = external addrspace(3) global [0 x i8], align 16")
    lines.append(function)
    bound = f' "nvvm.maxntid"="{threads}"' if gpu else ""
    if registers:
        bound += f' "nvvm.maxnreg"="{registers}"'
    lines += [f"attributes #0 = {{ nounwind{bound} }}", "attributes #1 = { convergent nounwind }"]
    return "\n".join([*lines, "!0 = !{}"]) + "\n"


def goes_on(body: Body) -> Value:
    """Whether a block is not to stay as it is, which an argument says."""
    ended = Memory(body, GLOBAL, "%ended")
    return ended.at((body.block * 4).wide()).load().equals(0)
