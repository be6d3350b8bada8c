"""What a measurement is: samples and their percentiles, rows of figures, and tables to print and to keep."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

MISSED, MET, FREE = "MISSED", "met", ""
"""Whether a figure is what it should be; free of judgement when nothing was asked of it."""


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that so large a share of all is not above (the nearest-rank method): a value that really
    occurred, so that p99 of a few samples is their slowest and not a guess."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values, no percentile")
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


@dataclass(frozen=True)
class Row:
    """One figure of the product beside the reference's."""

    what: str
    unit: str
    product: float | None
    reference: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.product is None or (self.at_most is None and self.at_least is None):
            return FREE
        high = self.at_most is not None and self.product > self.at_most
        low = self.at_least is not None and self.product < self.at_least
        return MISSED if high or low else MET

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"≤ {shown(self.at_most)}"
        return f"≥ {shown(self.at_least)}" if self.at_least is not None else ""


@dataclass
class Table:
    """The figures of one question, and what was done to get them."""

    title: str
    reference: str
    """What the reference is."""
    about: Sequence[str] = ()
    rows: list[Row] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        rows = [{**asdict(row), "verdict": row.verdict} for row in self.rows]
        return {"title": self.title, "reference": self.reference, "about": list(self.about), "rows": rows}

    def printed(self) -> str:
        """As a terminal shows it."""
        heads = ("", "unit", "Steward", "reference", "target", "", "")
        lines = [(r.what, r.unit, shown(r.product), shown(r.reference), r.target, r.verdict, r.note) for r in self.rows]
        widths = [max(len(line[i]) for line in (heads, *lines)) for i in range(len(heads))]
        text = [f"\n{self.title}", *(f"  {line}" for line in (*self.about, f"Reference: {self.reference}"))]
        return "\n".join([*text, "", *("  " + _aligned(line, widths) for line in (heads, *lines))])


def shown(figure: float | None) -> str:
    """Three digits are all that a measurement on a shared machine is worth."""
    if figure is None:
        return "–"
    if abs(figure) >= 1000:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if 2 <= i <= 4 else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
