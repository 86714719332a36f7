"""GitHub: nothing is lost in the second in which it was looked at, and one conversation that fails stops no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from convo.adapters.contract import RetryAt
from tests.adapters.github_scene import Scene, one, play
from tests.simulators import faults


def _aged(s: Scene, **fields: Any) -> None:
    """Change what the cursor says."""
    s.cursors["notifications"] = json.dumps({**json.loads(s.cursors["notifications"]), **fields})


def test_what_comes_in_the_second_of_the_look_is_found_with_the_next_one() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        assert one(await s.read(), "@me one")
        s.forge.comment(s.ana, issue, "@me in the same second", at=s.clock.now())
        s.tick(5)
        assert one(await s.read(), "@me in the same second")
        before = len(s.asked("POST", "/graphql"))
        assert (await s.read()).messages == []
        assert len(s.asked("POST", "/graphql")) == before, "what was looked at seconds later is settled"

    play(act)


@pytest.mark.parametrize("place", [0, 3, 10, 11])
def test_a_conversation_that_fails_each_time_stops_no_other_and_is_asked_for_again(place: int) -> None:
    async def act(s: Scene) -> None:
        issues = [
            s.forge.open(s.ana, s.tool, f"Issue {n}", f"@me number {n}.", at=s.tick()) for n in range(12)
        ]
        s.tick(5)
        s.server.quirks.graphql_partial.add(issues[place].node_id)
        reading = await s.read()
        rest = {f"@me number {n}." for n in range(12)} - {f"@me number {place}."}
        assert {message.text for message in reading.messages} == rest
        assert [f"Issue {place}" in words for words in reading.skipped] == [True]
        assert (await s.read()).messages == []
        _aged(s, again_at=0)
        assert [f"Issue {place}" in words for words in (await s.read()).skipped] == [True]
        s.server.quirks.graphql_partial.clear()
        assert (await s.read()).messages == []
        _aged(s, again_at=0)
        assert one(await s.read(), f"@me number {place}.")
        _aged(s, again_at=0)
        before = len(s.asked("POST", "/graphql"))
        assert (await s.read()).messages == []
        assert len(s.asked("POST", "/graphql")) == before

    play(act)


def test_what_fails_for_a_day_is_given_up() -> None:
    async def act(s: Scene) -> None:
        issues = [
            s.forge.open(s.ana, s.tool, f"Issue {n}", f"@me number {n}.", at=s.tick()) for n in range(2)
        ]
        s.tick(5)
        s.server.quirks.graphql_partial.add(issues[0].node_id)
        await s.read()
        again = json.loads(s.cursors["notifications"])["again"]
        assert len(again) == 1
        _aged(s, again_at=0, again=dict.fromkeys(again, 0.0))
        [words] = (await s.read()).skipped
        assert "gives up" in words
        assert json.loads(s.cursors["notifications"])["again"] == {}

    play(act)


def test_a_server_that_fails_for_all_is_not_asked_one_by_one() -> None:
    async def act(s: Scene) -> None:
        for n in range(12):
            s.forge.open(s.ana, s.tool, f"Issue {n}", f"@me number {n}.", at=s.tick())
        s.tick(5)
        await s.adapter().identify()
        s.site.home.add(faults.refuses(502), method="POST", path="/graphql", times=50)
        before = len(s.asked("POST", "/graphql"))
        with pytest.raises(RetryAt):
            await s.read()
        assert len(s.asked("POST", "/graphql")) - before <= 4
        s.site.home.faults.clear()
        assert len((await s.read()).messages) == 12

    play(act)
