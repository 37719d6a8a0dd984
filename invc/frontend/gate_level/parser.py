"""Pyverilog's parser without what it does on the side, in linear time.

As shipped (1.3.0) every parser takes a second to make, prints, writes `parser.out` and
`parsetab.py` into the working directory, and gathers the items of a module in quadratic time.
Here its grammar's tables are made once and kept in the user's cache folder, its lists grow in
place, and its tokens are ours.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

from invc.diagnostics import InvcError
from invc.frontend.gate_level.preprocessor import SourceText
from invc.frontend.gate_level.tables import parser_of
from invc.frontend.gate_level.tokens import SyntaxFault, Token, short, token_text, tokens

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in its strings, reported when compiled
    from pyverilog.vparser import ast
    from pyverilog.vparser.lexer import VerilogLexer
    from pyverilog.vparser.parser import ParseError, VerilogParser

# Pyverilog and PLY have no types.
Tree: TypeAlias = Any
Production: TypeAlias = Any

__all__ = ["Tree", "ast", "parse"]


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
        self.parser = parser_of(self)
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
            near = f" near {short(last.value)}" if last else ""
            raise SyntaxFault(f"syntax error{near}", last.lineno if last else 1) from error

    def p_error(self, p: Token | None) -> None:
        if p is not None:
            raise SyntaxFault(f"syntax error near {short(p.value)}", p.lineno)
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
