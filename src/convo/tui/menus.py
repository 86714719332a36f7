"""Menus and questions: one box inside the pane it belongs to, never over the row it speaks of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.geometry import Region

from convo.tui import cells
from convo.tui.lines import Line, Span, line, mark
from convo.tui.paint import Painted
from convo.values import frozen

Chosen = Callable[[str], Awaitable[None]]


@frozen
class Choice:
    """One line of a menu: the letter that takes it, what it says, and what stands at its right."""

    key: str
    label: str
    detail: str = ""
    name: str = ""
    """What is handed on when it is taken; the key where it is ""."""

    @property
    def value(self) -> str:
        """What is handed on when it is taken."""
        return self.name or self.key


@frozen
class Question:
    """A box with choices; `field` asks for a line of text, which goes to `typed` for each keystroke."""

    title: str
    choices: tuple[Choice, ...]
    chosen: Chosen
    words: str = ""
    note: str = ""
    enter: str = "choose"
    leave: str = "leave"
    field: str = ""
    """The label before a text field, "" for a menu without one."""
    typed: Callable[[str], str] | None = None
    """How the text is understood so far, shown at its right."""
    left: Callable[[], Awaitable[None]] | None = None
    """What Escape does, where that is more than closing."""
    wide: bool = False
    listing: Callable[[str], tuple[Choice, ...]] | None = None
    """For a palette: the choices for what was typed."""


class MenuBox(Painted):
    """The one open menu. While it is shown its letters act and no other key."""

    MOST = 12
    """Choices shown at once; the rest scroll."""

    def __init__(self) -> None:
        super().__init__(id="menu")
        self.question: Question | None = None
        self.choices: tuple[Choice, ...] = ()
        self.index = 0
        self.understood = ""
        self.text = ""
        """What stood in the text field when the choices were last narrowed by it."""
        self.pane = Region()
        self.avoid = Region()
        self._held: tuple[Region, Region] | None = None
        """The pane and the place of a palette since it was opened."""
        self.field_at = Region()
        """Where its text field goes, on the screen."""

    def ask(self, question: Question, pane: Region, avoid: Region) -> None:
        """Show a question inside a pane without covering a row."""
        self.question, self.pane, self.avoid = question, pane, avoid
        self._held = None
        self.choices, self.index, self.understood, self.text = question.choices, 0, "", ""
        if question.listing is not None:
            self.choices = question.listing("")
        self.display = True
        self.draw()

    def close(self) -> None:
        """Take it away."""
        self.question = None
        self.display = False

    def move(self, step: int) -> None:
        """Another choice."""
        if self.choices:
            self.index = max(0, min(self.index + step, len(self.choices) - 1))
            self.draw()

    def pick(self, key: str) -> Choice | None:
        """The choice of a letter; Enter takes the one under the cursor."""
        if key == "enter":
            return self.choices[self.index] if self.choices else None
        return next((choice for choice in self.choices if choice.key and choice.key == key), None)

    def type(self, text: str) -> None:
        """The text field holds this now."""
        question = self.question
        if question is None or text == self.text:
            return
        self.text = text
        if question.listing is not None:
            self.choices, self.index = question.listing(text), 0
        if question.typed is not None:
            self.understood = question.typed(text)
        self.draw()

    def draw(self) -> None:
        """Paint the box at its place."""
        question = self.question
        if question is None:
            return
        inner = self._inner(question)
        if question.listing is not None and self._held is not None and self._held[0] == self.pane:
            inner = self._held[1].width
        lines = self._lines(question, inner)
        x, y = self._place(inner + 2, len(lines))
        if question.listing is not None:  # it grows and shrinks while one types, and stays where it is
            if self._held is None or self._held[0] != self.pane:
                self._held = (self.pane, Region(x, y, inner, len(lines)))
            x, y = self._held[1].offset
        self.styles.width, self.styles.height = inner + 2, len(lines)
        self.styles.offset = (x, y)
        at = next((n for n, painted in enumerate(lines) if painted.ground == "field"), -1)
        label = cells.width(question.field) + 2
        self.field_at = Region(x + label, y + at, max(inner - label - self._detail(), 8), 1)
        self.show(lines)
        self.refresh()

    def _detail(self) -> int:
        return 20 if self.question is not None and self.question.typed is not None else 0

    def _inner(self, question: Question) -> int:
        most = max(self.pane.width - 2, 10)
        if question.wide:
            return most
        detail = max((cells.width(choice.detail) for choice in self.choices), default=0)
        longest = max(
            (5 + self._key_width() + cells.width(choice.label) + (2 + detail if choice.detail else 0)
             for choice in self.choices),
            default=0,
        )  # fmt: skip
        words = [cells.width(question.title) + 4, longest, min(cells.width(question.note) + 2, 56),
                 cells.width(self._hint(question)) + 4, min(cells.width(question.words) + 2, 56),
                 44 if question.field else 0]  # fmt: skip
        return min(max(words), most)

    def _key_width(self) -> int:
        return max((cells.width(choice.key) for choice in self.choices), default=1)

    def _place(self, wide: int, high: int) -> tuple[int, int]:
        pane, row = self.pane, self.avoid
        x = pane.x if wide >= pane.width - 2 else min(pane.x + 9, pane.right - wide - 1)
        y = row.bottom if row.bottom + high <= pane.bottom else row.y - high
        if row.height == 0:
            y = pane.y
        elif y < pane.y:
            y = pane.bottom - high
        return max(x, pane.x), max(y, 0)

    def _hint(self, question: Question) -> str:
        if not question.enter:
            return f"Esc {question.leave}"
        return f"Enter {question.enter} ── Esc {question.leave}"

    def _lines(self, question: Question, inner: int) -> list[Line]:
        title = cells.cut(cells.plain_emoji(question.title), inner - 4)
        top = line(mark("┌─", "muted"), Span(f" {title} ", bold=True),
                   mark("─" * (inner - 3 - cells.width(title)) + "┐", "muted"))  # fmt: skip
        rows: list[Line] = []
        if question.words:
            rows += [line(" ", Span(part)) for part in cells.wrap(question.words, inner - 2)]
            rows.append(line())
        if question.field:
            room = inner - 1
            detail = cells.cut(self.understood, self._detail())
            gap = room - cells.width(question.field) - cells.width(detail) - 1
            rows.append(line(" ", Span(question.field, "muted"), " " * max(gap, 0), Span(detail, "muted"), " ",
                             ground="field"))  # fmt: skip
        rows += self._choice_lines(inner)
        if question.note:
            rows.append(line())
            rows += [line(" ", Span(part, "muted")) for part in cells.wrap(question.note, inner - 2)]
        hint = f" {cells.cut(self._hint(question), inner - 4)} "
        bottom = line(mark("└" + "─" * (inner - cells.width(hint) - 1), "muted"), Span(hint, "muted", mark=True),
                      mark("─┘", "muted"))  # fmt: skip
        side = mark("│", "muted")
        boxed = [Line((side, *row.padded(inner).spans, side), row.ground) for row in rows]
        return [top, *boxed, bottom]

    def _choice_lines(self, inner: int) -> list[Line]:
        most = min(self.MOST, max(self.pane.height - 6, 3))
        first = max(0, min(self.index - most // 2, len(self.choices) - most))
        keys = self._key_width()
        detail = max((cells.width(choice.detail) for choice in self.choices), default=0)
        rows = []
        for place, choice in list(enumerate(self.choices))[first : first + most]:
            here = place == self.index
            room = inner - 2 - keys - (2 if keys else 0) - (detail + 2 if choice.detail else 0)
            rows.append(
                line(
                    mark("▌", "focus") if here else " ",
                    Span(cells.pad(choice.key, keys), "text", True, target=choice.value),
                    "  " if keys else "",
                    Span(cells.field(choice.label, max(room, 4)), "text", here, target=choice.value),
                    *([Span("  "), Span(cells.fit(choice.detail, detail), "muted")] if choice.detail else []),
                    ground="cursor" if here else "base",
                )
            )
        if not rows and self.question is not None and self.question.listing is not None:
            rows.append(line(" ", Span("Nothing is called that.", "muted")))
        return rows


def yes_or_no(
    title: str, words: str, yes: Choice, no: Choice, chosen: Chosen, safe_first: bool = True
) -> Question:
    """A question with two answers, the harmless one first."""
    pair: Sequence[Choice] = (no, yes) if safe_first else (yes, no)
    return Question(title, tuple(pair), chosen, words=words)
