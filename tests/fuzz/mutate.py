"""Valid input spoilt a little, as broken programs, editors and attackers spoil it."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import Any

NUMBERS = (
    *("0", "-1", "1", "2", "7", "65536", "2147483647", "2147483648", "-2147483649", "16777216"),
    *("4611686018427387905", "9" * 19, "9" * 30, "1" * 400, "1" * 5000, "1e308", "1e999", "-0.0"),
    *("nan", "NaN", "Infinity", "-inf", "1e-320", "0x10", "1_000", "१", "1.5", "3.14159265358979"),
)
TOKENS = (
    *NUMBERS,
    *('"', "\\", "\n", "\r\n", "\t", " ", "", "\x00", "\x1b[31m", "\ufeff", "\u2028", "é", "🦄"),
    *('"\\ud800"', '"\\u0000"', "[" * 2000, "{" * 50, "]", "}", "[]", "{}", ":", ",", "#", "//"),
    *("null", "true", "false", "T", "F", "end", "p", "c", "p qubo 0 70000 0 0", "a" * 3000),
)
TREES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 1.5, -0.0, 1e308, 10**18, -(10**30), "", "a", "\ud800"),
    *("\x1b", [], {}, [[]], {"": {}}, float("nan"), float("inf"), "1", 0.1, 65537),
)


def spoilt_text(text: str, draw: random.Random) -> str:
    """A text with one to four changes of characters, words or lines."""
    for _ in range(draw.choice((1, 1, 1, 2, 3, 4))):
        text = draw.choice((_character, _word, _word, _line, _cut))(text, draw)
    return text


def spoilt_bytes(data: bytes, draw: random.Random) -> bytes:
    """Bytes with one to four changed, taken out, put in or cut off."""
    for _ in range(draw.choice((1, 1, 2, 4))):
        at = draw.randrange(len(data) + 1)
        match draw.randrange(5):
            case 0:
                data = data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + draw.randrange(1, 9) :]
            case 2:
                data = data[:at] + draw.randbytes(draw.randrange(1, 9)) + data[at:]
            case 3:
                data = data[:at]
            case _:  # a number of 32 bits that says more than there is
                size = draw.choice((0, 1, 255, 65535, 2**31 - 1, 2**32 - 1))
                data = data[:at] + size.to_bytes(4, "little") + data[at + 4 :]
    return data


def spoilt_json(text: str, draw: random.Random) -> str:
    """A JSON text with one to three values replaced, taken out or put in twice."""
    tree = json.loads(text)
    for _ in range(draw.choice((1, 1, 2, 3))):
        tree = _node(tree, draw)
    return json.dumps(tree, ensure_ascii=draw.random() < 0.5)


def _node(tree: object, draw: random.Random) -> object:
    """A tree with one change somewhere in it."""
    if not isinstance(tree, dict | list) or not tree or draw.random() < 0.15:
        return deepcopy(draw.choice(TREES))
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    key = draw.choice(keys)
    chance = draw.random()
    if chance < 0.15:
        del tree[key]
    elif chance < 0.3 and isinstance(tree, list):
        tree.insert(key, deepcopy(tree[draw.choice(keys)]))
    elif chance < 0.35 and isinstance(tree, dict):
        tree[draw.choice(("", "x", "\ud800", "name"))] = deepcopy(tree[key])
    else:
        tree[key] = _node(tree[key], draw)
    return tree


def _character(text: str, draw: random.Random) -> str:
    at = draw.randrange(len(text) + 1)
    token = draw.choice((chr(draw.randrange(1, 128)), draw.choice(TOKENS)))
    return text[:at] + token + text[at + draw.randrange(3) :]


def _word(text: str, draw: random.Random) -> str:
    words = text.split(" ")
    words[draw.randrange(len(words))] = draw.choice((*TOKENS, draw.choice(words)))
    return " ".join(words)


def _line(text: str, draw: random.Random) -> str:
    lines = text.split("\n")
    at, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    match draw.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[other])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at] = draw.choice(TOKENS)
    return "\n".join(lines)


def _cut(text: str, draw: random.Random) -> str:
    return text[: draw.randrange(len(text) + 1)]
