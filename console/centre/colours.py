"""The company's colour as a style sheet: a page has no style of its own, so its colour is a file too."""

from __future__ import annotations

from typing import Final

_ENOUGH: Final = 4.5  # contrast that text needs (WCAG 2.2, 1.4.3)
_WHITE, _BLACK = "#ffffff", "#000000"


def style_of(colour: str) -> str:
    """Buttons and the rule above the page in a colour (``#rrggbb``), with text that can be read on it."""
    text = _WHITE if contrast(colour, _WHITE) >= _ENOUGH else _BLACK
    shades = {"background": colour, "border": colour, "hover-background": colour, "hover-border": colour}
    lines = [f"--pico-primary-{name}: {value};" for name, value in shades.items()]
    links = f" --pico-primary: {colour}; --pico-primary-hover: {colour};" if contrast(colour, _WHITE) >= _ENOUGH else ""
    common = f":root {{ --company: {colour}; --company-text: {text}; }}\n"
    light = f":root:not([data-theme]) {{ --pico-primary-inverse: {text}; {' '.join(lines)} }}\n"
    day = f"@media (prefers-color-scheme: light) {{ :root:not([data-theme]) {{{links} }} }}\n" if links else ""
    return common + light + day


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
