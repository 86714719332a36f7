"""Styled lines as plain values: spans of text with a role; the screen turns roles into colours."""

from __future__ import annotations

from typing import NamedTuple

from convo.tui import cells
from convo.values import expression, frozen

ROLES = ("text", "muted", "focus", "waits", "circle", "good", "trouble")
GROUNDS = ("base", "cursor", "edge", "field")


class Span(NamedTuple):
    """A run of text in one role. `mark` says that it is the program's own sign, to be drawn in ascii too."""

    text: str
    role: str = "text"
    bold: bool = False
    underline: bool = False
    mark: bool = False
    target: str = ""
    """What a click on it does: a command's or a choice's id."""
    ground: str = ""
    """A ground of its own, "" for the line's."""


@frozen
class Line:
    """One line of cells: spans on a ground."""

    spans: tuple[Span, ...] = ()
    ground: str = "base"

    @property
    def text(self) -> str:
        """The bare text."""
        return "".join(span.text for span in self.spans)

    @property
    def width(self) -> int:
        """The cells it takes."""
        return sum(cells.width(span.text) for span in self.spans)

    def padded(self, size: int) -> Line:
        """The same line filled with blanks."""
        gap = size - self.width
        return self if gap <= 0 else Line((*self.spans, Span(" " * gap)), self.ground)

    def on(self, ground: str) -> Line:
        """The same line on another ground."""
        return Line(self.spans, ground)


EMPTY = Line()


def line(*parts: Span | str, ground: str = "base") -> Line:
    """A line from spans and plain texts; empty ones are left out."""
    spans = tuple(part if isinstance(part, Span) else Span(part) for part in parts)
    return Line(tuple(span for span in spans if span.text), ground)


def mark(sign: str, role: str = "text", bold: bool = False) -> Span:
    """One of the program's own signs."""
    return Span(sign, role, bold, mark=True)


def ends(left: Span | str, right: Span | str, size: int, ground: str = "base") -> Line:
    """Left and right text on one line of `size` cells; the left one is cut so that two blanks stay between."""
    left = left if isinstance(left, Span) else Span(left)
    right = right if isinstance(right, Span) else Span(right)
    taken = cells.width(right.text)
    room = size - taken - (2 if taken else 0)
    shown = left._replace(text=cells.cut(left.text, max(room, 0)))
    gap = size - taken - cells.width(shown.text)
    return line(shown, " " * max(gap, 0), right, ground=ground)


def wrapped(text: str, size: int, role: str = "text", bold: bool = False) -> list[Line]:
    """A paragraph as lines in one role."""
    return [line(Span(part, role, bold)) for part in cells.wrap(text, size)]


def sentence(text: str, size: int, keys: tuple[str, ...] = ()) -> list[Line]:
    """A sentence of the program's own, its keys bold."""
    return [emphasised(part, keys) for part in cells.wrap(text, size)]


def emphasised(text: str, words: tuple[str, ...], role: str = "text") -> Line:
    """A line in which the given words stand bold."""
    spans: list[Span] = []
    rest = text
    while rest:
        places = [(rest.find(word), word) for word in words if word and word in rest]
        if not places:
            spans.append(Span(rest, role))
            break
        at, word = min(places)
        spans += [Span(rest[:at], role), Span(word, role, bold=True)]
        rest = rest[at + len(word) :]
    return line(*spans)


_KEY = expression(
    r"(?:^|(?<=[\s(]))(?:Ctrl\+[A-Z]|Esc|Enter|g [a-z]|[A-Za-z,?])"
    r"(?= (?:shows|takes|does|goes|changes|brings|deletes|opens|clears|sends|keeps|answers|leaves)\b)"
)
"""A key in a sentence, before what it does."""


def with_keys(text: str, role: str) -> list[Span]:
    """A sentence in which the keys stand bold: ", shows it" reads as a key and not as a slip."""
    spans, at = [], 0
    for found in _KEY.finditer(text):
        spans += [Span(text[at : found.start()], role), Span(found[0], role, bold=True)]
        at = found.end()
    return [span for span in (*spans, Span(text[at:], role)) if span.text]
