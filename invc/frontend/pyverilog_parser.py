"""Pyverilog's parser without what it does on the side, in linear time.

As shipped (1.3.0) every parser takes a second to make, prints, writes `parser.out` and
`parsetab.py` into the working directory, and gathers the items of a module in quadratic time.
Here its grammar's tables are made once and kept in the user's cache folder, its lists grow in
place, and its tokens come from one regular expression, three times as fast as PLY's lexer and
without its gaps (`4 'b0`, a last line without an end, `#1` before an instance name).
"""

from __future__ import annotations

import gc
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from invc import __version__
from invc.diagnostics import InvcError
from invc.frontend.preprocessor import SourceText

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in its strings, reported when compiled
    from ply.yacc import NullLogger, yacc
    from pyverilog.vparser import ast
    from pyverilog.vparser.lexer import VerilogLexer
    from pyverilog.vparser.parser import ParseError, VerilogParser

# Pyverilog and PLY have no types.
Tree: TypeAlias = Any
Production: TypeAlias = Any
Scan: TypeAlias = Callable[[], re.Match[str] | None]

_PUNCTUATION = {
    "||": "LOR", "&&": "LAND", "~|": "NOR", "~&": "NAND", "~^": "XNOR", "^~": "XNOR",
    "|": "OR", "&": "AND", "^": "XOR", "!": "LNOT", "~": "NOT",
    "<<<": "LSHIFTA", ">>>": "RSHIFTA", "<<": "LSHIFT", ">>": "RSHIFT",
    "===": "EQL", "!==": "NEL", "==": "EQ", "!=": "NE",
    "<=": "LE", ">=": "GE", "<": "LT", ">": "GT",
    "**": "POWER", "+": "PLUS", "-": "MINUS", "*": "TIMES", "/": "DIVIDE", "%": "MOD",
    "?": "COND", "=": "EQUALS", "+:": "PLUSCOLON", "-:": "MINUSCOLON",
    "@": "AT", ",": "COMMA", ";": "SEMICOLON", ":": "COLON", ".": "DOT",
    "(": "LPAREN", ")": "RPAREN", "[": "LBRACKET", "]": "RBRACKET", "{": "LBRACE",
    "}": "RBRACE", "#": "DELAY", "$": "DOLLER",
}  # fmt: skip
MAX_QUOTED = 40  # characters of a word in a message
_BASES = {"b": "BIN", "o": "OCT", "d": "DEC", "h": "HEX"}
_TOKEN = re.compile(
    r"[ \t\r\f\v]*(?:"
    r"([A-Za-z_][A-Za-z0-9_$]*|\\[^\s]+)"
    "|(" + "|".join(re.escape(mark) for mark in sorted(_PUNCTUATION, key=len, reverse=True)) + r")"
    r"|(\n)"
    r"|((?:[0-9][0-9_]*[ \t]*)?'[sS]?[bBoOdDhH][ \t]*[0-9a-fA-FxXzZ?_]+)"
    r"|([0-9][0-9_]*(?:\.[0-9][0-9_]*)?[eE][-+]?[0-9]+|[0-9][0-9_]*\.[0-9][0-9_]*)"
    r"|([0-9][0-9_]*)"
    r'|("(?:\\[\s\S]|[^"\\\n])*")'
    r"|(\Z))"
)
# The groups of _TOKEN.
_NAME, _MARK, _NEWLINE, _NUMBER, _REAL, _DECIMAL, _STRING, _END = range(1, 9)
_KINDS = {_REAL: "FLOATNUMBER", _DECIMAL: "INTNUMBER_DEC"}
_DELAYED = frozenset({"assign", "and", "nand", "or", "nor", "xor", "xnor", "buf", "not"})
_DELAY = re.compile(r"\s*(?:\([^()]*\)|[A-Za-z0-9_.$]+)")
_BLANK = re.compile(r"[ \t\r\f\v]*")
_RESERVED: dict[str, str] = VerilogLexer.reserved


__all__ = ["SyntaxFault", "Token", "Tree", "ast", "parse", "token_text", "tokens"]


class Token:
    """A token as PLY's parser wants it."""

    __slots__ = ("lexer", "lexpos", "lineno", "type", "value")

    def __init__(self, kind: str, value: str, line: int, position: int) -> None:
        self.type = kind
        self.value = value
        self.lineno = line
        self.lexpos = position


class SyntaxFault(Exception):
    """What the parser could not read.

    Attributes:
        message: What is wrong.
        line: Line of the text, from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def tokens(text: str, *, tolerant: bool = False) -> Iterator[Token]:
    """The tokens of a text without directives and comments.

    Delays of gates and assigns are left out: Pyverilog's grammar knows only some of them.

    Args:
        text: What the preprocessor left.
        tolerant: Make a token of kind OTHER of a character that begins none, as in `'{0, 1}`.

    Raises:
        SyntaxFault: A character that begins no token, or a specify block that does not end.
    """
    line = 1
    end = 0
    delay: Token | None = None  # a # held back until it is known what follows
    before = ""  # the token before, where it is a name
    match = _TOKEN.scanner(text).match  # type: ignore[attr-defined]
    while True:
        found = match()
        if found is None:
            stray = _BLANK.match(text, end)
            assert stray  # it matches the empty text too
            position, end = stray.end(), stray.end() + 1
            if not tolerant:
                raise SyntaxFault(f"illegal character {text[position]!r}", line)
            yield Token("OTHER", text[position], line, position)
            match = _TOKEN.scanner(text, end).match  # type: ignore[attr-defined]
            continue
        group = found.lastindex
        end = found.end()
        if group == _NEWLINE:
            line += 1
            continue
        if group == _END:
            return
        value = found[group]
        position = end - len(value)
        if group == _NAME:
            if value == "specify":  # timing, which its grammar does not know either
                line, match = _after_specify(text, end, line)
                continue
            token = Token(_RESERVED.get(value, "ID"), value, line, position)
        elif group == _MARK:
            token = Token(_PUNCTUATION[value], value, line, position)
            if value == "#" and before in _DELAYED:
                match = _after_delay(text, end, match)
                continue
            if value == "#" and before:
                delay, before = token, ""
                continue
        elif group == _NUMBER:
            token = _number(value, line, position)
        elif group == _STRING:
            token = Token("STRING_LITERAL", value, line, position)
            line += value.count("\n")
        else:
            token = Token(_KINDS[group], value, line, position)
            if delay:
                delay = None
                continue
        if delay:
            yield delay
            delay = None
        before = value if group == _NAME else ""
        yield token


def _after_delay(text: str, position: int, match: Scan) -> Scan:
    """A scanner after the delay at a position, or the same one where there is none."""
    delay = _DELAY.match(text, position)
    if not delay or "\n" in delay[0]:
        return match
    return _TOKEN.scanner(text, delay.end()).match  # type: ignore[attr-defined, no-any-return]


def _after_specify(text: str, position: int, line: int) -> tuple[int, Scan]:
    """The line, and a scanner, after the specify block that began before a position."""
    close = text.find("endspecify", position)
    if close < 0:
        raise SyntaxFault("this specify block is not closed", line)
    end = close + len("endspecify")
    return line + text.count("\n", position, end), _TOKEN.scanner(text, end).match  # type: ignore[attr-defined]


def _number(value: str, line: int, position: int) -> Token:
    value = value.replace(" ", "").replace("\t", "")
    base = value.partition("'")[2].lower()
    signed = "SIGNED_" if base[0] == "s" else ""
    return Token(f"{signed}INTNUMBER_{_BASES[base[bool(signed)]]}", value, line, position)


def _short(value: str) -> str:
    """A word as messages quote it."""
    return repr(value) if len(value) <= MAX_QUOTED else f"{value[:MAX_QUOTED]!r}..."


def token_text(text: str, position: int) -> str:
    """The token that begins at a position."""
    found = _TOKEN.match(text, position)
    return found[0].strip() if found else ""


class _Lexer:
    """Feeds tokens to PLY and remembers the last."""

    filename = ""
    lineno = 1
    lexpos = 0

    def __init__(self) -> None:
        self.last: Token | None = None
        self.text = ""

    def input(self, text: str) -> None:
        self.text = text
        self.stream = tokens(text)
        self.last = None

    def token(self) -> Token | None:
        token = next(self.stream, None)
        if token is not None:
            self.last = token
        return token


def _rule(rule: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The grammar rule that a method acts on, which PLY reads from its docstring."""

    def mark(method: Callable[..., None]) -> Callable[..., None]:
        method.__doc__ = rule
        return method

    return mark


def _collected(rule: str, one: str, item: int) -> tuple[Callable[..., None], Callable[..., None]]:
    """The two rules of a list, which as shipped copies it for each item."""

    def more(self: _Parser, p: Production) -> None:
        p[1].append(p[item])
        p[0] = p[1]
        p.set_lineno(0, p.lineno(1))

    def first(self: _Parser, p: Production) -> None:
        p[0] = [p[1]]
        p.set_lineno(0, p.lineno(1))

    more.__doc__, first.__doc__ = rule, one
    return more, first


class _Parser(VerilogParser):  # type: ignore[misc]
    """Pyverilog's grammar over our tokens."""

    def __init__(self) -> None:
        # Not the parent's: it writes files where it stands.
        self.lexer = _Lexer()
        self.tokens = VerilogLexer.tokens
        self.parser = _tables(self)
        self.spans = False

    def get_default_nettype(self) -> str:
        return "wire"

    def parse(self, text: str, *, spans: bool = False) -> ast.Source:
        """The syntax tree; with `spans`, ranges and values carry their `text`."""
        self.spans = spans
        try:
            return self.parser.parse(text, lexer=self.lexer, tracking=spans)
        except ParseError as error:
            # Raised by its own checks, which know no place.
            last = self.lexer.last
            near = f" near {_short(last.value)}" if last else ""
            raise SyntaxFault(f"syntax error{near}", last.lineno if last else 1) from error

    def p_error(self, p: Token | None) -> None:
        if p is not None:
            raise SyntaxFault(f"syntax error near {_short(p.value)}", p.lineno)
        last = self.lexer.last
        raise SyntaxFault("the file ends inside a module", last.lineno if last else 1)

    def create_decl(self, sigtypes: tuple[str, ...], *args: Tree, **options: Tree) -> Tree:
        """As Pyverilog, which makes nothing of `logic` alone: here it is a wire."""
        if not {"wire", "reg", "input", "output", "inout", "tri"}.isdisjoint(sigtypes):
            return super().create_decl(sigtypes, *args, **options)
        renamed = tuple("wire" if t == "logic" else t for t in sigtypes)
        return super().create_decl(renamed, *args, **options)

    p_items, p_items_one = _collected("items : items item", "items : item", 2)
    p_declnamelist, p_declnamelist_one = _collected(
        "declnamelist : declnamelist COMMA declname", "declnamelist : declname", 3
    )
    p_concatlist, p_concatlist_one = _collected(
        "concatlist : concatlist COMMA expression", "concatlist : expression", 3
    )
    p_lconcatlist, p_lconcatlist_one = _collected(
        "lconcatlist : lconcatlist COMMA lconcat_one", "lconcatlist : lconcat_one", 3
    )
    p_instance_bodylist, p_instance_bodylist_one = _collected(
        "instance_bodylist : instance_bodylist COMMA instance_body",
        "instance_bodylist : instance_body",
        3,
    )
    p_instance_bodylist_noname, p_instance_bodylist_one_noname = _collected(
        "instance_bodylist_noname : instance_bodylist_noname COMMA instance_body_noname",
        "instance_bodylist_noname : instance_body_noname",
        3,
    )
    p_instance_ports_arg, p_instance_ports_arg_one = _collected(
        "instance_ports_arg : instance_ports_arg COMMA instance_port_arg",
        "instance_ports_arg : instance_port_arg",
        3,
    )
    p_instance_ports_list, p_instance_ports_list_one = _collected(
        "instance_ports_list : instance_ports_list COMMA instance_port_list",
        "instance_ports_list : instance_port_list",
        3,
    )

    @_rule("items : empty")
    def p_items_empty(self, p: Production) -> None:
        p[0] = []

    @_rule("instance_ports_list : empty")
    def p_instance_ports_list_empty(self, p: Production) -> None:
        p[0] = []

    @_rule("declname : ID")
    def p_declname(self, p: Production) -> None:
        p[0] = (p[1], None)
        p.set_lineno(0, p.lineno(1))

    @_rule("width : LBRACKET expression COLON expression RBRACKET")
    def p_width(self, p: Production) -> None:
        p[0] = ast.Width(p[2], p[4], lineno=p.lineno(1))
        p.set_lineno(0, p.lineno(1))
        if self.spans:
            p[0].text = " ".join(self.lexer.text[p.lexpos(1) : p.lexpos(5) + 1].split())

    @_rule("length : LBRACKET expression COLON expression RBRACKET")
    def p_length(self, p: Production) -> None:
        p[0] = ast.Length(p[2], p[4], lineno=p.lineno(1))
        p.set_lineno(0, p.lineno(1))
        if self.spans:
            p[0].text = " ".join(self.lexer.text[p.lexpos(1) : p.lexpos(5) + 1].split())

    @_rule("rvalue : expression")
    def p_rvalue(self, p: Production) -> None:
        p[0] = ast.Rvalue(p[1], lineno=p.lineno(1))
        p.set_lineno(0, p.lineno(1))
        if self.spans:
            first, last = p.lexspan(1)
            text = self.lexer.text
            p[0].text = " ".join((text[first:last] + token_text(text, last)).split())

    @_rule("ioports : ioports COMMA ioport")
    def p_ioports(self, p: Production) -> None:
        port = p[3]
        if isinstance(port, str):  # a name alone takes after the port before it
            before = p[1][-1]
            first = type(before.first)(
                name=port,
                width=before.first.width,
                signed=before.first.signed,
                lineno=p.lineno(3),
            )
            port = ast.Ioport(first, before.second, lineno=p.lineno(3))
        p[1].append(port)
        p[0] = p[1]
        p.set_lineno(0, p.lineno(1))

    @_rule("ioports : ioport_head")
    def p_ioports_one(self, p: Production) -> None:
        p[0] = [p[1]]
        p.set_lineno(0, p.lineno(1))


def _tables(parser: _Parser) -> Tree:
    """PLY's parser from tables in the user's cache, or made anew and kept there."""

    def make(picklefile: str | None) -> Tree:
        return yacc(
            module=parser,
            start="source_text",
            picklefile=picklefile,
            debug=False,
            write_tables=False,
            errorlog=NullLogger(),
        )

    folder = cache_folder()
    names = [f"{tool}-{version(tool)}" for tool in ("pyverilog", "ply")]
    name = "-".join(["tables", __version__, *names, f"{sys.version_info[0]}.{sys.version_info[1]}"])
    path = folder / f"{name}.pickle"
    if path.is_file():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # PLY leaves a broken file open
            try:
                return make(str(path))  # PLY compares its signature of the grammar
            except Exception:  # broken, in any of a pickle's ways
                path.unlink(missing_ok=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            made = make(str(Path(work) / "tables"))
            (Path(work) / "tables").replace(path)
            return made
    except OSError:
        return make(None)  # no place to keep them: a second is lost, nothing else


def cache_folder() -> Path:
    """Where this user's programs keep what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "invc"


@cache
def _parser() -> _Parser:
    return _Parser()


@contextmanager
def _no_collection() -> Iterator[None]:
    """A syntax tree is millions of small objects that all live: the collector finds nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def parse(source: SourceText, *, spans: bool = False) -> tuple[ast.ModuleDef, ...]:
    """The modules of a text, in its order.

    Args:
        source: The text after the preprocessor.
        spans: Whether ranges and values carry their `text`.

    Raises:
        InvcError: A syntax error, with its file and line.
    """
    try:
        with _no_collection():
            tree = _parser().parse(source.text, spans=spans) if source.text.strip() else None
    except SyntaxFault as fault:
        raise InvcError(fault.message, where=source.location(fault.line)) from fault
    definitions = tree.description.definitions if tree else ()
    return tuple(d for d in definitions if isinstance(d, ast.ModuleDef))
