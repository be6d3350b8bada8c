"""Which fonts the page asks for."""

import re
from pathlib import Path

THEME = Path(__file__).parents[2] / "sandbox" / "page" / "static" / "css" / "theme.css"
LINUX = ("Liberation Sans", "Noto Sans", "DejaVu Sans")
"""One of these comes with every desktop there, and the last one with servers' packages."""


def test_digits_and_spaces_are_of_the_font_of_the_letters() -> None:
    """Emoji fonts have digits and spaces too, and wide ones: without a font before them they would give these."""
    named = [font for font in re.findall(r"--font:([^;]*);", THEME.read_text()) if "Emoji" in font]
    assert named
    assert all(fonts.index("sans-serif") < fonts.index("Emoji") for fonts in named)
    # What sans-serif is, a browser may take from an emoji font where it finds no other by name.
    assert all(fonts.index(f'"{font}"') < fonts.index("sans-serif") for fonts in named for font in LINUX)
