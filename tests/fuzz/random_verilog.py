"""Random combinational Verilog: signed and unsigned words that wrap, shift, slice and branch.

Nothing in it is ever undefined: divisors are odd, indices stay inside, every path assigns. So any
two tools have to agree on every bit.
"""

from random import Random

Signal = tuple[str, int, bool]  # name, width, signed
Port = tuple[str, int]  # name and width
Ports = tuple[list[Port], list[Port], str]  # inputs, outputs and the text of a module

# What makes hundreds of gates of a line is drawn more rarely: many modules find more than large ones.
UNARY = ("~", "-", "!", "&", "|", "^", "~&", "~|", "~^", "+")
CHEAP = ("+", "-", "&", "|", "^", "~^", "<<", ">>", "<<<", ">>>", "<", "<=", ">", ">=", "==", "!=",
         "&&", "||")  # fmt: skip
BINARY = (*CHEAP * 5, "*", "*", "*", "/", "%", "**")


class Module:
    """One random module under construction."""

    def __init__(self, name: str, random: Random) -> None:
        self.name, self.random = name, random
        self.inputs = [(f"i{k}", random.randint(1, 6), random.random() < 0.5)
                       for k in range(random.randint(1, 3))]  # fmt: skip
        self.known = list(self.inputs)  # name, width, signed
        self.lines: list[str] = []
        self.below: list[str] = []  # modules that it holds

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def word(self) -> Signal:
        return self.random.choice(self.known)

    def constant(self) -> str:
        width = self.random.randint(1, 6)
        value = self.random.getrandbits(width)
        kind = self.random.choice(("'d", "'sd", "'h", "'b"))
        if kind == "'b":
            return f"{width}'b{value:0{width}b}"
        return f"{width}{kind}{value:x}" if kind == "'h" else f"{width}{kind}{value}"

    def leaf(self) -> str:
        if self.chance(0.15):
            return self.constant() if self.chance(0.8) else str(self.random.randint(0, 9))
        name, width, _ = self.word()
        if width > 1 and self.chance(0.3):
            high = self.random.randrange(width)
            low = self.random.randint(0, high)
            return f"{name}[{high}:{low}]" if self.chance(0.7) else f"{name}[{high}]"
        if self.chance(0.1):
            return f"${self.random.choice(('signed', 'unsigned'))}({name})"
        value: str = name
        return value

    def sized(self, depth: int) -> str:
        """An operand of a concatenation, which takes no constant without a size."""
        name, width, _ = self.word()
        if self.chance(0.3):
            return self.constant()
        if depth > 0 and self.chance(0.3):
            return f"({self.random.choice(('~', '-'))}{name})"
        return f"{name}[{self.random.randrange(width)}]" if width > 1 and self.chance(0.4) else name

    def expression(self, depth: int) -> str:
        if depth <= 0:
            return self.leaf()
        pick = self.random.random()
        if pick < 0.2:
            return f"({self.random.choice(UNARY)}({self.expression(depth - 1)}))"
        if pick < 0.7:
            return self.binary(depth)
        if pick < 0.8:
            parts = [self.expression(depth - 1) for _ in range(3)]
            return f"(({parts[0]}) ? ({parts[1]}) : ({parts[2]}))"
        if pick < 0.9:
            joined = ", ".join(self.sized(depth - 1) for _ in range(self.random.randint(1, 3)))
            if self.chance(0.3):
                return f"{{{self.random.randint(1, 3)}{{{joined}}}}}"
            return f"{{{joined}}}"
        return f"${self.random.choice(('signed', 'unsigned'))}({self.expression(depth - 1)})"

    def binary(self, depth: int) -> str:
        operator = self.random.choice(BINARY)
        left, right = self.expression(depth - 1), self.expression(depth - 1)
        if operator in "/%":
            right = f"(({right}) | 1)"
        elif operator == "**":
            left, right = self.leaf(), f"$unsigned({self.narrow(2)})"
        elif operator in ("<<", ">>", "<<<", ">>>"):
            right = self.narrow(3) if self.chance(0.8) else right
        return f"(({left}) {operator} ({right}))"

    def narrow(self, most: int) -> str:
        """A word of few bits, without a sign: an index below 0 reads x, of which anything may come."""
        name, width, _ = self.word()
        return f"{{{name}}}" if width <= most else f"{name}[{self.random.randint(0, most - 1)}:0]"

    def declare(self, kind: str, text: str | None = None, place: int = 0) -> Signal:
        name = f"{kind[0]}{len(self.known) + place}"
        width, signed = self.random.randint(1, 9), self.chance(0.5)
        sign = "signed " if signed else ""
        self.lines.append(f"  {kind} {sign}[{width - 1}:0] {name}{f' = {text}' if text else ''};")
        return name, width, signed

    def assign(self) -> None:
        made = self.declare("wire", self.expression(self.random.randint(1, 3)))
        self.known.append(made)

    def split(self) -> None:
        """Two words that share what is assigned, and is cut or extended to their widths."""
        made = [self.declare("wire"), self.declare("wire", place=1)]
        names = ", ".join(name for name, _, _ in made)
        self.lines.append(f"  assign {{{names}}} = {self.expression(2)};")
        self.known += made

    def instance(self) -> None:
        """A module in a module, whose pins are narrower or wider than what is on them."""
        name, width, signed = self.declare("wire")
        given, bits, _ = self.word()
        inner, outer = self.random.randint(1, 7), self.random.randint(1, 7)
        if self.chance(0.5):  # no narrower than the port: Icarus Verilog 11 extends those by zeros
            form = self.random.choice(("$signed({})", "$unsigned({})", "{{{}}}", "-{}", "~{}"))
            given, inner = form.format(given), self.random.randint(1, bits)
        signs = [self.random.choice(("", "signed ")) for _ in range(2)]
        self.below += [
            f"module {self.name}_{name}(input {signs[0]}[{inner - 1}:0] a, "
            f"output {signs[1]}[{outer - 1}:0] y);",
            f"  assign y = {self.random.choice(('-a', 'a + 1', '~a >>> 1', 'a * a', 'a'))};",
            "endmodule",
        ]
        self.lines.append(f"  {self.name}_{name} u{name}(.a({given}), .y({name}));")
        self.known.append((name, width, signed))

    def overwrite(self) -> None:
        """A word of which a slice at an index that varies is then assigned anew."""
        name = f"r{len(self.known)}"
        choice, width = self.narrow(2), self.random.randint(1, 4)
        self.lines += [
            f"  reg [7:0] {name};",
            f"  always @* begin {name} = {self.expression(1)};",
            f"    {name}[{choice} +: {width}] = {self.expression(1)}; end",
        ]
        self.known.append((name, 8, False))

    def index(self) -> None:
        """A bit or a slice at an index that varies, always inside."""
        choice = self.narrow(2)
        base = len(self.known)
        self.lines.append(f"  wire [7:0] v{base} = {self.expression(1)};")
        up = self.random.choice(("+:", ""))
        width = self.random.randint(1, 4) if up else 1
        select = f"[{choice} +: {width}]" if up else f"[{choice}]"
        self.lines.append(f"  wire [{width - 1}:0] w{base} = v{base}{select};")
        self.known += [(f"v{base}", 8, False), (f"w{base}", width, False)]

    def branch(self) -> None:
        """An always block: a case with don't-cares, or ifs, that assign on every path."""
        name, width, signed = self.declare("reg")
        self.lines.append("  always @* begin")
        self.lines.append(f"    {name} = {self.expression(1)};")
        if self.chance(0.5):
            subject, bits, _ = self.word()
            self.lines.append(f"    casez ({subject})")
            for _ in range(self.random.randint(1, 4)):
                pattern = "".join(self.random.choice("01??") for _ in range(bits))
                self.lines.append(f"      {bits}'b{pattern}: {name} = {self.expression(2)};")
            if self.chance(0.6):
                self.lines.append(f"      default: {name} = {self.expression(1)};")
            self.lines.append("    endcase")
        else:
            self.lines.append(f"    if ({self.expression(1)}) {name} = {self.expression(2)};")
            self.lines.append(f"    else if ({self.expression(1)}) {name} = {name} + 1;")
        self.lines.append("  end")
        self.known.append((name, width, signed))

    def loop(self) -> None:
        """A function with a loop over the bits of its argument."""
        word, width, _ = self.word()
        size, signed = self.random.randint(1, 8), "signed " if self.chance(0.5) else ""
        steps = (
            "f{k} + x[i]",
            "f{k} ^ x[i]",
            "(f{k} << 1) ^ x[i]",
            "f{k} - x[i]",
            "x[i] ? f{k} * 3 : f{k} + 2",
        )
        step = self.random.choice(steps)
        k = len(self.known)
        body = step.replace("{k}", str(k))
        self.lines += [
            f"  function {signed}[{size - 1}:0] f{k};",
            f"    input [{width - 1}:0] x; integer i;",
            f"    begin f{k} = {self.random.randint(0, 5)};",
            f"      for (i = 0; i < {width}; i = i + 1) f{k} = {body};",
            "    end endfunction",
        ]
        self.lines.append(f"  wire {signed}[{size - 1}:0] g{k} = f{k}({word});")
        self.known.append((f"g{k}", size, bool(signed)))

    def text(self) -> tuple[str, list[Port]]:
        """The module, and its outputs with their widths."""
        for _ in range(self.random.randint(1, 4)):
            self.random.choice((self.assign, self.assign, self.assign, self.index, self.branch,
                                self.loop, self.split, self.instance, self.overwrite))()  # fmt: skip
        outputs = []
        for k in range(self.random.randint(1, 2)):
            width = self.random.randint(1, 10)
            sign = "signed " if self.chance(0.4) else ""
            outputs.append((f"o{k}", width, sign))
            self.lines.append(f"  assign o{k} = {self.expression(self.random.randint(1, 3))};")
        ports = [f"input {'signed ' if s else ''}[{w - 1}:0] {n}" for n, w, s in self.inputs]
        ports += [f"output {s}[{w - 1}:0] {n}" for n, w, s in outputs]
        head = f"module {self.name}({', '.join(ports)});"
        text = "\n".join((*self.below, head, *self.lines, "endmodule\n"))
        return text, [(n, w) for n, w, _ in outputs]


def batch(seed: int, count: int) -> tuple[str, list[Ports]]:
    """Some modules and a top that holds each of them once, with ports of its own.

    Returns:
        The text, and for each module its inputs and outputs with their widths.
    """
    random = Random(seed)
    texts, modules, ports, instances = [], [], [], []
    for k in range(count):
        module = Module(f"m{k}", random)
        text, outputs = module.text()
        texts.append(text)
        inputs = [(n, w) for n, w, _ in module.inputs]
        modules.append((inputs, outputs, text))
        ports += [f"input [{w - 1}:0] m{k}_{n}" for n, w in inputs]
        ports += [f"output [{w - 1}:0] m{k}_{n}" for n, w in outputs]
        pins = ", ".join(f".{n}(m{k}_{n})" for n, _ in inputs + outputs)
        instances.append(f"  m{k} u{k}({pins});")
    top = f"module top({', '.join(ports)});\n" + "\n".join(instances) + "\nendmodule\n"
    return "".join(texts) + top, modules
