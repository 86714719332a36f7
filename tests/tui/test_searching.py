"""A search that takes its time: what is found comes as it is found, and the status line says what is still to come."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta

from convo.views import Hit, HitPage
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import inbox

STILL = "Older words are still being looked at."


class Parts:
    """Gives what a search finds part by part, and keeps what the screen shows when each is asked for."""

    def __init__(self, engine: FakeEngine, *parts: int) -> None:
        self._engine = engine
        self._parts = parts
        self.screens: list[str] = []
        self.shown: Callable[[], str] = str
        self.known: list[int] = []

    def __call__(
        self,
        words: str,
        *,
        limit: int = 50,
        newest_first: bool = True,
        after: int | None = None,
        known: Collection[int] = (),
    ) -> HitPage:
        place = after or 0
        self.screens.append(self.shown())
        self.known.append(len(known))
        start = sum(self._parts[:place])
        row = next(iter(self._engine.threads.values()))
        hits = tuple(
            Hit(replace(row, thread_id=1000 + start + n), 10, f"a \u200broof\u200b {start + n}")
            for n in range(self._parts[place])
        )
        return HitPage(hits, place + 1 if place + 1 < len(self._parts) else None)


def searched(*parts: int) -> tuple[FakeEngine, Parts]:
    engine = FakeEngine(cast.ROWS)
    script = Parts(engine, *parts)
    engine.inbox.search_on = script  # type: ignore[method-assign]
    return engine, script


async def test_what_is_found_late_comes_late_and_is_said() -> None:
    engine, script = searched(0, 0, 2)
    async with inbox(engine=engine) as play:
        script.shown = lambda: play.text
        await play.press("slash")
        await play.type("r")
        first, second, third = script.screens
        assert STILL not in first
        for screen in (second, third):
            assert STILL in screen
            assert "Nothing found yet." in screen
            assert "Nothing found for" not in screen
        assert STILL not in play.text
        assert "a roof 1" in play.text
        assert "Search, newest first" in play.text


async def test_nothing_is_said_to_be_missing_before_all_was_looked_at() -> None:
    engine, script = searched(0, 0)
    async with inbox(engine=engine) as play:
        script.shown = lambda: play.text
        await play.press("slash")
        await play.type("r")
        assert len(script.screens) == 2
        assert 'Nothing found for "r". Esc clears it.' in play.text
        assert STILL not in play.text


async def test_a_full_list_goes_on_when_one_goes_down() -> None:
    engine, script = searched(48, 152, 60)
    async with inbox(engine=engine) as play:
        await play.press("slash")
        await play.type("r")
        assert len(script.screens) == 2
        assert script.known == [0, 48]
        assert "More come as you go down." in play.text
        await play.press("enter", "G")
        assert len(play.app.inbox.list.items) == 260
        assert "More come" not in play.text


async def test_while_the_index_is_made_anew_it_says_which_words_are_not_found_yet() -> None:
    engine, _ = searched(3)
    engine.not_searchable = cast.NOW - timedelta(days=400)
    async with inbox(engine=engine) as play:
        missing = "are not found yet: the search is being put in order."
        assert missing not in play.text
        await play.press("slash")
        await play.type("r")
        assert missing in play.text
        engine.not_searchable = None
        await play.type("o")
        assert missing not in play.text
        assert engine.keys_heard == 3


async def test_after_an_act_the_found_are_all_still_there() -> None:
    engine, _ = searched(3, 0, 2)
    async with inbox(engine=engine) as play:
        await play.press("slash")
        await play.type("r")
        await play.press("enter", "G", "comma")
        assert len(play.app.inbox.list.items) == 5
        assert play.app.inbox.list.index == 4
