"""The result of a run: figures as a table of text, as JSON, as a plot, and as the page docs/performance.md."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Figure:
    """One thing measured: rounds of it, and of its yardstick where it has one; then the figure is a ratio."""

    what: str
    rounds: Sequence[float]
    unit: str = "ms"
    yardstick: str = ""
    base: Sequence[float] = ()
    budget: float | None = None
    at_least: bool = False
    """The budget is a least: how many times as fast as the yardstick."""
    note: str = ""

    @property
    def value(self) -> float:
        """The median, or the ratio of medians; for a least, of the yardstick to this."""
        median = statistics.median(self.rounds)
        if not self.base:
            return median
        base = statistics.median(self.base)
        return base / median if self.at_least else median / base

    @property
    def spread(self) -> str:
        """The middle half of the rounds in their unit."""
        low, high = _quartiles(self.rounds)
        return f"{low:.4g}-{high:.4g} {self.unit}"

    @property
    def met(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    @property
    def shown(self) -> str:
        """The figure with its unit."""
        return f"{self.value:.3g}x" if self.base else f"{self.value:.3g} {self.unit}"

    @property
    def limit(self) -> str:
        """The budget in words."""
        if self.budget is None:
            return ""
        return f"{'at least' if self.at_least else 'at most'} {self.budget:g}{'x' if self.base else ' ' + self.unit}"


def _quartiles(rounds: Sequence[float]) -> tuple[float, float]:
    if len(rounds) < 3:
        return min(rounds), max(rounds)
    cuts = statistics.quantiles(rounds, n=4)
    return cuts[0], cuts[2]


HEAD = ("what", "median", "rounds", "yardstick", "its rounds", "budget", "")


def rows(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """The table."""
    found: list[tuple[str, ...]] = []
    for one in figures:
        base = ""
        if one.base:
            low, high = _quartiles(one.base)
            base = f"{low:.4g}-{high:.4g} {one.unit}"
        kept = {True: "kept", False: "NOT KEPT", None: ""}[one.met]
        what = f"{one.what} ({one.note})" if one.note else one.what
        found.append((what, one.shown, one.spread, one.yardstick, base, one.limit, kept))
    return found


def text(figures: Sequence[Figure]) -> str:
    """The table in columns."""
    lines = [HEAD, *rows(figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip()
        for line in lines
    )


def markdown(figures: Sequence[Figure]) -> str:
    """The table for a page."""
    lines = [HEAD, ("---",) * len(HEAD), *rows(figures)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def as_json(figures: Sequence[Figure], about: dict[str, object]) -> str:
    """All of it, for programs."""
    shown = [
        {
            "what": one.what, "note": one.note, "unit": one.unit, "value": one.value, "rounds": list(one.rounds),
            "yardstick": one.yardstick, "yardstick_rounds": list(one.base), "budget": one.budget,
            "at_least": one.at_least, "met": one.met,
        }
        for one in figures
    ]  # fmt: skip
    return json.dumps({**about, "figures": shown}, indent=1)


def plot(figures: Sequence[Figure]) -> str:
    """Bars of each figure as a share of its budget; the line is the budget."""
    kept = [one for one in figures if one.budget is not None and one.budget > 0]
    high = 22 * len(kept) + 30
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="860" height="{high}" font-family="sans-serif">']
    parts.append(f'<rect width="860" height="{high}" fill="white"/>')
    for place, one in enumerate(kept):
        assert one.budget is not None
        share = one.budget / one.value if one.at_least else one.value / one.budget
        y = 22 * place + 10
        colour = "#2a7f62" if one.met else "#b4442f"
        parts.append(
            f'<text x="430" y="{y + 13}" font-size="12" text-anchor="end">{_escaped(one.what)}</text>'
        )
        parts.append(f'<rect x="440" y="{y}" width="{min(share, 2) * 150:.1f}" height="16" fill="{colour}"/>')
        said = f"{one.shown}, {one.limit}"
        parts.append(f'<text x="{446 + min(share, 2) * 150:.1f}" y="{y + 13}" font-size="11">{said}</text>')
    parts.append(f'<line x1="590" y1="4" x2="590" y2="{high - 18}" stroke="black" stroke-dasharray="3 3"/>')
    parts.append(f'<text x="590" y="{high - 5}" font-size="11" text-anchor="middle">budget</text></svg>')
    return "\n".join(parts) + "\n"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def write_page(
    path: Path, figures: Sequence[Figure], command: str, about: dict[str, object], left_out: Sequence[str]
) -> None:
    """Put the table into docs/performance.md between its marks; the words around it stay."""
    page = path.read_text(encoding="utf-8")
    begin, end = "<!-- result -->", "<!-- end of result -->"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    facts = ", ".join(f"{name} {value}" for name, value in about.items())
    missing = f"\n\nLeft out, as it was not there: {', '.join(left_out)}." if left_out else ""
    shown = f"{markdown(figures)}{missing}\n\n![share of each budget](performance.svg)"
    body = f"{begin}\n`{command}` ({facts}):\n\n{shown}\n{end}"
    path.write_text(head + body + tail, encoding="utf-8")
    path.with_suffix(".svg").write_text(plot(figures), encoding="utf-8")
