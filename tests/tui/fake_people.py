"""People as hand-made values, for the screens alone: the page of SCREENS.md 7.4 and a list of three turns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from convo.people import Exchange, Identity, PeoplePage, PersonPage, PersonRow, Turn
from convo.views import Act, Someone, State
from tests.tui import cast

if TYPE_CHECKING:
    from tests.tui.fake import FakeEngine

ANA_BSKY = cast.someone("Ana Lind", "ana.lind.example", circle=True)
ANA_GITHUB = cast.someone("", "analind")


def exchange(number: int, account: str, title: str, month: int, day: int, state: str, words: str, *,
             year: int = 2026, mine: bool = False) -> Exchange:  # fmt: skip
    when = cast.at(day, month=month, year=year)
    found = cast.row(number, cast.ANA, account, when, words, title=title, state=State.ANSWERED)
    return Exchange(found, title, when, cast.ME if mine else cast.ANA, words, "", state)


EXCHANGES = (
    Exchange(cast.ROWS[0], "The second house in Umeå", cast.TUE, cast.ANA,
             "Did you get the second house? We walked past it on Sunday and thought of you.", "", "Ana waits"),
    exchange(21, "bsky", "choir on Thursday", 11, 12, "you answered",
             "I bring the scores. Can somebody bring chairs?", mine=True),
    exchange(22, "fosstodon", "only to you", 11, 3, "Ana answered", "Thank you. That helped more than you think."),
    exchange(23, "bsky", "On moss", 10, 4, "done",
             "The green one is called Hylocomium. It grows on the north side."),
    exchange(24, "fosstodon", "Which bread for a week?", 8, 4, "you answered", "Rye. It is better on the third day.",
             mine=True),
    exchange(25, "fosstodon", "quoted you", 6, 4, "muted", "This, and the part about the bridge.", year=2024),
)  # fmt: skip
OLDER = (exchange(26, "fosstodon", "The first letter", 3, 4, "done", "Is this the right place?", year=2021),)
PAGE = PersonPage(
    person=cast.ANA,
    persons=(Identity(cast.ANA, "mastodon", ""),
             Identity(ANA_BSKY, "bluesky", "joined by you; both link to lind.example")),
    suggestions=(Identity(ANA_GITHUB, "github", "It links to lind.example."),),
    note="Her sister lives in Umeå. Likes plain answers. Vegetarian. Birthday in May.",
    turn=Turn.YOURS,
    since=cast.TUE,
    turn_words="your turn: Ana waits since Tuesday",
    known_words="You talk since March 2021. Last week Ana answered you.",
    profiles=("https://fosstodon.org/@ana", "https://lind.example"),
    exchanges=EXCHANGES,
    cursor="",
    folded=(2023, 2021),
    folded_words="from 2021 to 2023",
)  # fmt: skip


def person_row(who: Someone, turn: Turn, number: int, words: str, mine: bool = False) -> PersonRow:
    found = cast.ROWS[number - 1]
    since = found.waiting_since or cast.NOW
    return PersonRow(who, turn, since, number, found.account, found.platform, words, "", mine, 200 + number)


LIST = (
    person_row(cast.ANA, Turn.YOURS, 1, "Did you get the second house?"),
    person_row(cast.BEN, Turn.YOURS, 2, "Could you look at the draft before Friday?"),
    person_row(cast.DORA, Turn.THEIRS, 4, "Try flour with more protein.", mine=True),
    person_row(cast.IVO, Turn.QUIET, 8, "It still fails here."),
)


class FakePeople:
    """The reads of the engine about people."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.pages = {cast.ANA.person_id: PAGE}
        self.list: tuple[PersonRow, ...] = LIST
        self.reachable: tuple[PersonRow, ...] = ()

    def page(
        self, turn: Turn | None = None, *, words: str = "", before: str = "", limit: int = 200
    ) -> PeoplePage:
        return PeoplePage(tuple(row for row in self.list if words.lower() in row.person.shown.lower()))

    def reach_out(self, limit: int = 20) -> tuple[PersonRow, ...]:
        return self.reachable[:limit]

    def person(
        self, person_id: int, *, unfolded: Collection[int] = (), before: str = "", limit: int = 200
    ) -> PersonPage | None:
        page = self.pages.get(person_id) or self._stranger(person_id)
        if page is None:
            return None
        words = self._engine.known_words
        page = replace(page, note=self._engine.notes.get(person_id, page.note), known_words=words)
        if 2023 in unfolded:
            page = replace(
                page, exchanges=(*page.exchanges, *OLDER), folded=(2021,), folded_words="from 2021"
            )
        return page

    def _stranger(self, person_id: int) -> PersonPage | None:
        """Somebody of whom nothing is known but who they are."""
        known = [row.who for row in self._engine.threads.values() if row.who is not None]
        who = next((one for one in known if one.person_id == person_id), None)
        if who is None:
            return None
        return replace(
            PAGE, person=who, persons=(Identity(who, "mastodon", ""),), suggestions=(), note="", exchanges=(),
            folded=(), folded_words="", profiles=(),
        )  # fmt: skip

    def change(self, **fields: object) -> None:
        """Ana's page is another one now."""
        number = cast.ANA.person_id
        self.pages[number] = replace(self.pages[number], **fields)  # type: ignore[arg-type]

    async def note(self, person_id: int, text: str) -> Act:
        self._engine.notes[person_id] = text
        self._engine.log.append(("note", person_id, text))
        return Act("Your note about Ana is kept. u takes it back.", (), 1)

    async def join(self, person_id: int, other_id: int) -> Act:
        self._engine.log.append(("join", person_id, other_id))
        self.change(suggestions=())
        return Act("They are the same person now. u takes it back.", (), 1)

    async def apart(self, person_id: int, other_id: int) -> Act:
        self._engine.log.append(("apart", person_id, other_id))
        self.change(suggestions=())
        return Act("They are two people; you will not be asked again. u takes it back.", (), 1)

    async def separate(self, person_id: int) -> Act:
        self._engine.log.append(("separate", person_id))
        return Act("Ana is joined with nobody now. u takes it back.", (), 1)
