"""Colours can be told from what they stand on: WCAG 2.2, 1.4.3 and 1.4.11."""

import re
from importlib.resources import files

import pytest

TEXT, SHAPE = 4.5, 3.0


def palettes(name: str) -> tuple[dict[str, str], dict[str, str]]:
    """The custom properties of a style sheet, in light and in dark mode."""
    text = files("invc.report").joinpath(name).read_text()
    light, dark = text.split("prefers-color-scheme: dark", 1)
    values = [dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", part)) for part in (light, dark)]
    return values[0], values[0] | values[1]


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", [0, 1])
def test_page(mode: int) -> None:
    colour = palettes("page.css")[mode]
    for back in ("--paper", "--back"):
        for front in ("--ink", "--soft", "--accent"):
            assert contrast(colour[front], colour[back]) >= TEXT, (front, back)
    assert contrast(colour["--accent"], colour["--paper"]) >= SHAPE


@pytest.mark.parametrize("mode", [0, 1])
def test_netlist(mode: int) -> None:
    colour = palettes("netlist.css")[mode]
    for k in range(6):
        back = colour[f"--q{k}"] if k else colour["--paper"]
        front = colour["--paper"] if k >= 4 else colour["--ink"]
        assert contrast(front, back) >= TEXT, k
    steps = [luminance(colour[f"--q{k}"]) for k in range(1, 6)]
    assert steps == sorted(steps, reverse=mode == 0), "the scale goes by lightness alone, too"
