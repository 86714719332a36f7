"""GitHub: reading notifications in pages and on condition, and what is kept of them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from convo.adapters.contract import ChannelKind
from convo.testing.tools import Cursors, answer_to, read
from tests.adapters.github_scene import Scene, one, play, why

LIST = "/notifications"


def aged(s: Scene, **fields: Any) -> None:
    """Change what the cursor says of the time."""
    s.cursors["notifications"] = json.dumps({**json.loads(s.cursors["notifications"]), **fields})


def test_nothing_new_is_asked_for_on_condition_and_wholly_every_quarter_of_an_hour() -> None:
    async def act(s: Scene) -> None:
        first = s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        s.forge.open(s.ana, s.tool, "Two", "@me two", at=s.tick())
        s.tick(5)  # what moved in the seconds of the look is looked at twice
        await s.read()
        assert "if-modified-since" not in s.asked("GET", LIST)[-1].headers
        modified = json.loads(s.cursors["notifications"])["modified"]
        assert modified.endswith(" GMT")
        assert (await s.read()).messages == []
        assert s.asked("GET", LIST)[-1].headers["if-modified-since"] == modified
        # Read elsewhere: the newest goes, Last-Modified goes back, and 304 still means that nothing is new.
        for thread in s.forge.inbox.of(s.me):
            thread.unread = False
        s.forge.comment(s.ana, first, "@me three", at=s.tick(1200))
        aged(s, whole_at=0)
        assert one(await s.read(), "@me three")
        assert "if-modified-since" not in s.asked("GET", LIST)[-1].headers

    play(act, modified_goes_back=True)


def test_the_interval_that_github_asks_for_is_kept() -> None:
    async def act(s: Scene) -> None:
        await s.read()
        s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        before = len(s.asked())
        adapter = s.adapter()
        await adapter.identify()
        assert (await s.read(adapter=adapter)).messages == []
        assert [request.path for request in s.asked()[before:]] == ["/user"]
        aged(s, next_at=json.loads(s.cursors["notifications"])["next_at"] - 119)
        assert (await s.read(adapter=adapter)).messages == []
        aged(s, next_at=json.loads(s.cursors["notifications"])["next_at"] - 2)
        assert one(await s.read(adapter=adapter), "@me one")

    play(act, poll_interval=120)


def test_an_interval_far_away_is_a_clock_that_was_set() -> None:
    async def act(s: Scene) -> None:
        await s.read()
        s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        aged(s, next_at=json.loads(s.cursors["notifications"])["next_at"] + 90_000)
        assert one(await s.read(), "@me one")

    play(act, poll_interval=60)


def test_a_thread_that_my_own_words_moved_brings_nothing_new() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        before = (await s.read()).uris
        mine = s.forge.comment(s.me, issue, "my answer", at=s.tick())
        again = await s.read()
        assert again.uris - before == {f"{s.base}/repositories/{s.tool.id}/issues/comments/{mine.id}"}

    play(act, own_updates=True)


def test_an_issue_without_comments_is_itself_the_item() -> None:
    async def act(s: Scene) -> None:
        s.forge.open(s.ana, s.tool, "Crash on start", "@me one", at=s.tick())
        [message] = (await s.read()).messages
        assert message.uri == f"{s.base}/repositories/{s.tool.id}/issues/1"
        assert (message.title, message.url) == ("Crash on start", "https://github.com/acme/tool/issues/1")

    play(act)


@pytest.mark.parametrize("url", ["null", "broken"])
def test_a_discussion_is_found_by_its_title(url: str) -> None:
    async def act(s: Scene) -> None:
        s.forge.discuss(s.ana, s.tool, 'Ideas "for" 2.0', "the other", at=s.tick())
        talk = s.forge.discuss(s.ana, s.tool, "Ideas for 2.0", "@me ideas?", at=s.tick())
        message = one(await s.read(), "@me ideas?")
        assert message.uri == f"{s.base}/repositories/{s.tool.id}/discussions/{talk.number}"

    play(act, discussion_url=url)


def test_a_discussion_that_is_not_found_is_a_line_with_a_link() -> None:
    async def act(s: Scene) -> None:
        s.forge.discuss(s.ana, s.tool, "Ideas for 2.0", "@me ideas?", at=s.tick())
        reading = await s.read()
        [message] = reading.messages
        assert message.title == "Ideas for 2.0"
        assert message.url == "https://github.com/acme/tool/discussions"
        assert message.refusals["answer"]
        assert why(message, reading, f"{s.base}/user/{s.me.id}") == "mention"
        looked = await s.adapter().lookup([message.ref])
        assert (looked.messages, looked.gone) == ((), ())

    play(act, search_lag=3600)


def test_a_walk_over_three_pages_loses_and_repeats_nothing_when_threads_jump() -> None:
    async def act(s: Scene) -> None:
        issues = [
            s.forge.open(s.ana, s.tool, f"Issue {n}", f"@me number {n}.", at=s.tick()) for n in range(120)
        ]
        since = s.clock.now() - timedelta(days=9)
        cursors: Cursors = {}
        found = []
        pages = 0
        while True:
            reading = await read(s.adapter(), cursors, since, most_pages=1)
            found += [message.text for message in reading.messages]
            pages += 1
            if pages == 1:
                s.forge.comment(s.ana, issues[3], "jumped", at=s.tick())
            if pages == 2:
                s.forge.delete(issues[60])
            if json.loads(cursors["notifications"])["walk"] is None:
                break
        later = await read(s.adapter(), cursors, since)
        everything = found + [message.text for message in later.messages]
        assert pages == 3
        assert {f"@me number {n}." for n in range(120)} <= set(everything)
        assert "jumped" in everything
        assert len(found) == len(set(found))

    play(act)


def test_an_edited_comment_keeps_its_place_and_says_when() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        comment = s.forge.comment(s.ben, issue, "first words", at=s.tick())
        before = one(await s.read(), "first words")
        s.tick(60)
        s.forge.edit(comment, "@me other words")
        s.forge.comment(s.ana, issue, "indeed", at=s.tick())
        after = one(await s.read(), "@me other words")
        assert (after.uri, after.created_at) == (before.uri, before.created_at)
        assert after.edited_at == s.clock.now() - timedelta(seconds=1)
        assert [mention.handle for mention in after.mentions] == ["me"]

    play(act)


def test_of_what_i_only_watch_is_kept_what_speaks_to_me() -> None:
    async def act(s: Scene) -> None:
        s.tool.watchers.add(s.me.id)
        quiet = s.forge.open(s.ana, s.tool, "One", "between others", at=s.tick())
        s.forge.comment(s.ben, quiet, "yes", at=s.tick())
        s.forge.open(s.ana, s.tool, "Two", "see what @me said", at=s.tick())
        for kind in ("CheckSuite", "WorkflowRun", "Release", "RepositoryInvitation", "Nova"):
            s.forge.notify(s.me, kind, "noise", s.tool, "ci_activity", at=s.tick())
        reading = await s.read()
        assert [message.text for message in reading.messages] == ["see what @me said"]
        assert reading.skipped == []

    play(act)


def test_more_comments_than_one_query_gives_are_read() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.me, s.tool, "Long", "how long?", at=s.tick())
        await s.read()
        s.tick(1200)
        for number in range(95):
            s.forge.comment(s.ana, issue, f"number {number}.", at=s.tick())
        reading = await s.read()
        assert {f"number {n}." for n in range(95)} <= {message.text for message in reading.messages}
        talk = await s.adapter().conversation(one(reading, "number 94.").ref)
        assert len(talk.messages) == 96
        assert talk.partial == ""

    play(act)


def test_a_renamed_repository_changes_no_uri_and_takes_answers() -> None:
    async def act(s: Scene) -> None:
        s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        message = one(await s.read(), "@me one")
        s.forge.rename(s.tool, "gadget")
        adapter = s.adapter()
        [looked] = (await adapter.lookup([message.ref])).messages
        assert looked.uri == message.uri
        mine = await adapter.answer(await adapter.prepare(answer_to(adapter, message, "yes")))
        assert mine.parent_uri == message.uri
        assert s.asked("POST", "/repos/acme/gadget/issues/1/comments")

    play(act)


def test_own_words_of_every_kind_are_read() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "one", at=s.tick())
        s.forge.comment(s.me, issue, "a comment", at=s.tick())
        s.forge.open(s.me, s.tool, "Mine", "an issue", at=s.tick())
        pull = s.forge.open(s.ana, s.tool, "Pull", "a pull", pull=True, at=s.tick())
        s.forge.inline(s.me, pull, "an inline comment", at=s.tick())
        s.forge.review(s.me, pull, "a review", "CHANGES_REQUESTED", at=s.tick())
        s.forge.open(s.me, s.tool, "My pull", "a pull of mine", pull=True, at=s.tick())
        talk = s.forge.discuss(s.me, s.tool, "Ideas", "a discussion", at=s.tick())
        s.forge.answer_discussion(s.me, talk, "a remark", at=s.tick())
        reading = await s.read(ChannelKind.OWN)
        assert {message.text.splitlines()[-1] for message in reading.messages} == {
            "a comment",
            "an issue",
            "an inline comment",
            "a review",
            "a pull of mine",
            "a discussion",
            "a remark",
        }
        assert len(s.asked("POST", "/graphql")) == 1

    play(act)


def test_many_own_comments_are_read_in_pages() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "one", at=s.tick())
        for number in range(120):
            s.forge.comment(s.me, issue, f"number {number}.", at=s.tick(60))
        reading = await s.read(ChannelKind.OWN)
        assert len(reading.messages) == 120
        assert reading.pages == 3
        s.forge.comment(s.me, issue, "one more", at=s.tick(1200))
        again = await s.read(ChannelKind.OWN)
        assert again.pages == 1
        assert one(again, "one more")

    play(act)
