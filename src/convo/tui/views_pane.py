"""The views with their letters, and below them the accounts with their trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from convo.tui import cells
from convo.tui.lines import EMPTY, Line, Span, line, mark
from convo.tui.paint import Painted
from convo.views import AccountStatus, Health, View

if TYPE_CHECKING:
    from convo.tui.desk import Desk

VIEWS = (View.WAITING, View.ANSWERED, View.SNOOZED, View.DRAFTS, View.OUTBOX, View.QUIET, View.DONE, View.MUTED,
         View.ALL)  # fmt: skip
PEOPLE = "people"
SIZE = 16
_ROLES = {Health.SIGN_IN: "trouble", Health.STALE: "waits"}


class ViewsPane(Painted, can_focus=True):
    """A list of views and accounts; Enter or a click opens one."""

    BINDINGS = []  # noqa: RUF012

    class Chosen(Message):
        """A view ("view waiting") or an account ("account bsky") was clicked."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    def __init__(self) -> None:
        super().__init__(id="views")
        self.index = 0
        self.targets: list[str] = []

    def draw(self, desk: Desk) -> None:
        """Paint views and accounts for what is looked at."""
        look = desk.source.look
        current = f"account {look.account}" if look.account else f"view {look.view.value}"
        current = PEOPLE if look.people else current
        names = [(f"view {view.value}", view.value) for view in VIEWS] + [(PEOPLE, PEOPLE)]
        self.targets = [target for target, _ in names] + [f"account {one.name}" for one in desk.accounts]
        if not self.has_focus and current in self.targets:
            self.index = self.targets.index(current)
        rows: list[Line] = []
        for place, (_, word) in enumerate(names):
            letter = desk.keymap.shown(f"view_{word}").rpartition(" ")[2]
            name = cells.fit(word.capitalize(), 13)
            rows.append(self._row(place, [(name, "text"), (cells.fit(letter, 1), "muted")], current))
        rows.append(EMPTY)
        for place, status in enumerate(desk.accounts):
            rows.append(
                self._row(len(names) + place, account_parts(status), current, trouble=_in_trouble(status))
            )
        self.show(rows)

    def _row(self, place: int, parts: list[tuple[str, str]], current: str, trouble: bool = False) -> Line:
        target = self.targets[place]
        here = self.has_focus and place == self.index
        sign = mark("▌" if here else "·", "focus" if here else "muted")
        if not here and not (target == current and not self.has_focus):
            sign = mark("!", "trouble") if trouble else Span(" ")
        bold = target == current
        spans = [Span(text, role, bold and role == "text", target=target) for text, role in parts]
        return line(sign, *spans, ground="cursor" if here else "base").padded(SIZE)

    def move(self, step: int) -> bool:
        """Another line; whether there is one."""
        place = max(0, min(self.index + step, len(self.targets) - 1))
        moved, self.index = place != self.index, place
        return moved

    @property
    def target(self) -> str:
        """What the cursor is on."""
        return self.targets[self.index] if self.index < len(self.targets) else ""

    def on_painted_clicked(self, event: Painted.Clicked) -> None:
        """A click opens a view."""
        event.stop()
        if event.target:
            self.post_message(self.Chosen(event.target))


def _in_trouble(status: AccountStatus) -> bool:
    return status.health in (Health.SIGN_IN, Health.STALE, Health.RESTING)


def account_parts(status: AccountStatus) -> list[tuple[str, str]]:
    """An account's name and the one word of its trouble."""
    if not _in_trouble(status) and status.health is not Health.OFF:
        return [(cells.fit(status.name, 14), "text")]
    role = _ROLES.get(status.health, "muted")
    return [(cells.fit(status.name, 7), "text"), (cells.fit(status.health.value, 7), role)]
