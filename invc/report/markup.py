"""Elements of SVG and HTML: ElementTree escapes whatever text comes into them."""

from __future__ import annotations

from typing import TypeAlias
from xml.etree import ElementTree as ET

from invc.diagnostics import printable

Element: TypeAlias = "ET.Element[str]"
Attribute: TypeAlias = str | int | float


def element(tag: str, text: str = "", **attributes: Attribute) -> Element:
    """An element; `class_` is `class`, and `stroke_width` is `stroke-width`."""
    made = ET.Element(tag, {_key(key): _value(value) for key, value in attributes.items()})
    if text:
        made.text = printable(text)
    return made


def add(parent: Element, tag: str, text: str = "", **attributes: Attribute) -> Element:
    """A new element as the last child of another."""
    made = element(tag, text, **attributes)
    parent.append(made)
    return made


def _key(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: Attribute) -> str:
    return printable(value) if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
