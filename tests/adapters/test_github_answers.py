"""GitHub: answers go where they belong, once, and what GitHub would refuse is said before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from convo.adapters.contract import Absent, Ambiguous, Found, Missing, Refused, RetryAt, Unknown
from convo.adapters.github import GitHub
from convo.model import Message, Upload
from convo.testing.tools import answer_to
from tests.adapters.github_scene import Scene, one, play
from tests.simulators import faults


async def prepared(adapter: GitHub, parent: Message, text: str = "my answer", **more: Any) -> str:
    return await adapter.prepare(answer_to(adapter, parent, text, **more))


def test_an_answer_inside_an_inline_thread_goes_to_its_first_comment() -> None:
    async def act(s: Scene) -> None:
        pull = s.forge.open(s.me, s.tool, "Faster", "it is", pull=True, at=s.tick())
        first = s.forge.inline(s.ana, pull, "why 1?", at=s.tick())
        s.forge.answer_inline(s.ben, first.thread, "yes, why?", at=s.tick())
        adapter = s.adapter()
        nested = one(await s.read(adapter=adapter), "yes, why?")
        message = await adapter.answer(await prepared(adapter, nested, "@ben because"))
        assert [r.path for r in s.asked("POST") if "graphql" not in r.path] == [
            f"/repos/acme/tool/pulls/{pull.number}/comments/{first.id}/replies"
        ]
        assert first.thread.comments[-1].body == "@ben because"
        assert message.branch == message.parent_uri == nested.branch
        assert s.asked("POST", "/replies")[0].json() == {"body": "@ben because"}

    play(act)


def test_an_answer_in_a_discussion_goes_below_its_first_level() -> None:
    async def act(s: Scene) -> None:
        talk = s.forge.discuss(s.me, s.tool, "Ideas", "ideas?", at=s.tick())
        top = s.forge.answer_discussion(s.ana, talk, "mine", at=s.tick())
        s.forge.answer_discussion(s.ben, talk, "why?", to=top, at=s.tick())
        adapter = s.adapter()
        reading = await s.read(adapter=adapter)
        below = await adapter.answer(await prepared(adapter, one(reading, "why?"), "below"))
        beside = await adapter.answer(await prepared(adapter, one(reading, "ideas?"), "beside"))
        assert (talk.comments[-2].body, talk.comments[-2].reply_to) == ("@ben below", top)
        assert (talk.comments[-1].body, talk.comments[-1].reply_to) == ("beside", None)
        assert below.parent_uri == one(reading, "mine").uri
        assert beside.branch == beside.uri
        again = await s.read(adapter=adapter)
        assert {below.uri, beside.uri} <= again.uris | {
            m.uri for m in (await adapter.conversation(beside.ref)).messages
        }

    play(act)


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("place", ["issue", "inline", "discussion", "commit"])
def test_after_a_502_it_is_found_by_its_words_or_absent(place: str, done: bool) -> None:
    async def act(s: Scene) -> None:
        path = "/comments"
        if place == "issue":
            s.forge.open(s.ana, s.tool, "One", "@me words", at=s.tick())
        elif place == "inline":
            pull = s.forge.open(s.me, s.tool, "Faster", "it is", pull=True, at=s.tick())
            s.forge.inline(s.ana, pull, "words", at=s.tick())
        elif place == "discussion":
            talk = s.forge.discuss(s.me, s.tool, "Ideas", "ideas?", at=s.tick())
            s.forge.answer_discussion(s.ana, talk, "words", at=s.tick())
            path = "/graphql"
        else:
            commit = s.forge.commit(s.me, s.tool, "6dcb09b5b57875f334f61aebed695e2e4193db5e")
            s.forge.comment_commit(s.ana, commit, "words", at=s.tick())
        adapter = s.adapter()
        parent = one(await s.read(adapter=adapter), "words")
        request = await prepared(adapter, parent, "two\n\nlines")
        s.tick(5)
        fault = faults.html(502)
        fault.done = done
        s.site.home.add(fault, method="POST", path=path)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        proof = await s.adapter().find(request, ())
        assert isinstance(proof, Found if done else Absent)
        if isinstance(proof, Found):
            assert isinstance(await adapter.find(request, {proof.message.uri}), Absent)
            assert proof.message.text == "two\n\nlines"

    play(act)


def test_line_ends_do_not_hide_an_answer() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me words", at=s.tick())
        adapter = s.adapter()
        request = await prepared(adapter, one(await s.read(adapter=adapter), "words"), "two\nlines  \n")
        s.forge.comment(s.ben, issue, "two\nlines", at=s.tick())
        assert isinstance(await adapter.find(request, ()), Absent)
        s.forge.comment(s.me, issue, "two\r\nlines", at=s.tick())
        assert isinstance(await adapter.find(request, ()), Found)

    play(act)


def test_the_same_words_a_moment_before_are_no_proof() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me words", at=s.tick())
        s.forge.comment(s.me, issue, "yes", at=s.tick())
        adapter = s.adapter()
        request = await prepared(adapter, one(await s.read(adapter=adapter), "words"), "yes")
        assert isinstance(await adapter.find(request, ()), Absent)

    play(act)


def test_where_the_conversation_went_nobody_can_tell() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me words", at=s.tick())
        adapter = s.adapter()
        request = await prepared(adapter, one(await s.read(adapter=adapter), "words"))
        s.forge.delete(issue)
        assert isinstance(await adapter.find(request, ()), Unknown)
        with pytest.raises(Missing):
            await adapter.answer(request)

    play(act)


def test_an_answer_to_a_deleted_comment_is_refused_though_the_issue_stands() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "one", at=s.tick())
        comment = s.forge.comment(s.ben, issue, "@me words", at=s.tick())
        adapter = s.adapter()
        parent = one(await s.read(adapter=adapter), "words")
        s.forge.delete(comment)
        with pytest.raises(Missing):
            await prepared(adapter, parent)

    play(act)


def test_what_github_would_refuse_is_said_before() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me words", at=s.tick())
        adapter = s.adapter()
        parent = one(await s.read(adapter=adapter), "words")
        for text, more, words in (
            ("  \n", {}, "nothing in the answer"),
            ("x" * 60_001, {}, "Too long for 127.0.0.1 by 1 characters"),
            ("see", {"attachments": (Upload("soup.png", "a bowl of soup"),)}, "no files"),
        ):
            with pytest.raises(Refused, match=words):
                await prepared(adapter, parent, text, **more)
        issue.locked = True
        [looked] = (await adapter.lookup([parent.ref])).messages
        assert "locked" in looked.refusals["answer"]
        with pytest.raises(Refused, match="locked"):
            await prepared(adapter, parent)
        assert [r.path for r in s.asked("POST") if "graphql" not in r.path] == []

    play(act)


def test_a_locked_issue_is_refused_by_github_too() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "One", "@me words", at=s.tick())
        adapter = s.adapter()
        request = await prepared(adapter, one(await s.read(adapter=adapter), "words"))
        issue.locked = True
        with pytest.raises(Refused) as caught:
            await adapter.answer(request)
        assert not isinstance(caught.value, (Missing, RetryAt))
        assert issue.comments == []

    play(act)


def test_words_of_others_are_not_changed_where_github_would_allow_it() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.own, "Bug", "in my repository", at=s.tick())
        comment = s.forge.comment(s.ana, issue, "her words", at=s.tick())
        adapter = s.adapter()
        reading = await s.read(adapter=adapter)
        for text in ("her words", "in my repository"):
            with pytest.raises(Refused, match="Only its author"):
                await adapter.edit(one(reading, text).ref, "put into her mouth")
            with pytest.raises(Refused, match="Only its author"):
                await adapter.delete(one(reading, text).ref)
        assert (comment.body, comment.deleted) == ("her words", False)
        assert s.asked("PATCH") == s.asked("DELETE") == []

    play(act)


def test_own_issues_and_reviews_are_left_alone() -> None:
    async def act(s: Scene) -> None:
        s.forge.open(s.me, s.tool, "Mine", "my issue", at=s.tick())
        s.forge.comment(s.ana, next(iter(s.forge.issues.values())), "hello", at=s.tick())
        adapter = s.adapter()
        mine = one(await s.read(adapter=adapter), "my issue")
        assert set(mine.refusals) == {"edit", "delete"}
        with pytest.raises(Refused, match="comments only"):
            await adapter.edit(mine.ref, "other words")

    play(act)


def test_done_marks_as_read_and_never_as_done() -> None:
    async def act(s: Scene) -> None:
        first = s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        s.forge.open(s.ana, s.tool, "Two", "@me two", at=s.tick())
        s.forge.notify(s.me, "CheckSuite", "CI failed", s.tool, "ci_activity", at=s.tick())
        s.forge.open(s.ana, s.tool, "Three", "@me three", at=s.tick())
        adapter = s.adapter()
        reading = await s.read(adapter=adapter)
        s.forge.comment(s.ana, first, "more", at=s.tick())
        await adapter.mark_read(one(reading, "@me three").ref)
        unread = {thread.subject.title for thread in s.forge.inbox.of(s.me) if thread.unread}
        assert unread == {"One", "CI failed"}
        assert s.asked("DELETE") == []
        assert all("threads" in r.path and not r.body for r in s.asked("PATCH"))
        before = len(s.asked("PATCH"))
        await adapter.mark_read(one(reading, "@me three").ref)
        assert len(s.asked("PATCH")) == before

    play(act)


def test_a_conversation_is_muted_with_and_without_its_notification() -> None:
    async def act(s: Scene) -> None:
        s.forge.open(s.ana, s.tool, "One", "@me one", at=s.tick())
        issue = s.forge.open(s.ana, s.tool, "Two", "two", at=s.tick())
        s.forge.comment(s.me, issue, "mine", at=s.tick())
        adapter = s.adapter()
        message = one(await s.read(adapter=adapter), "@me one")
        await adapter.mute_thread(message.ref, True)
        assert s.asked("PUT")[-1].json() == {"ignored": True}
        [looked] = (await adapter.lookup([message.ref])).messages
        assert json.loads(looked.data)["thread"] == json.loads(message.data)["thread"]
        await adapter.mute_thread(looked.ref, False)
        assert s.asked("PUT")[-1].json() == {"ignored": False}

    play(act)
