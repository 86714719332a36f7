"""GitLab: which words speak to the user, where answers go, what is refused before it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from convo.adapters.contract import Absent, Ambiguous, ChannelKind, Found, Missing, Refused, RetryAt
from convo.adapters.gitlab import GitLab
from convo.model import Message, Reason
from convo.testing.tools import Reading, answer_to
from tests.adapters.github_scene import one, why
from tests.adapters.gitlab_scene import Lab, play
from tests.simulators import faults
from tests.simulators.faults import Fault
from tests.simulators.messages import json_answer


def reasons(reading: Reading, s: Lab) -> dict[str, str]:
    """Why what others said speaks to the user, by its last line."""
    others = [message for message in reading.messages if message.author.uid != s.uid]
    return {message.text.splitlines()[-1]: why(message, reading, s.uid) for message in others}


async def prepared(adapter: GitLab, parent: Message, text: str = "my answer", **more: Any) -> str:
    return await adapter.prepare(answer_to(adapter, parent, text, **more))


def test_one_to_do_stands_for_several_mentions() -> None:
    async def act(s: Lab) -> None:
        issue = s.lab.open(s.ana, s.tool, "Crash", "it crashes", at=s.tick())
        s.lab.note(s.ana, issue, "@me look", at=s.tick())
        await s.read()
        s.lab.note(s.ben, issue, "and @me here, cc @cleo @nobody.at.all", at=s.tick())
        s.lab.note(s.ben, issue, "not `@me`", at=s.tick())
        s.lab.system(s.ben, issue, "assigned to @me")
        assert len([todo for todo in s.lab.todos if todo.user is s.me]) == 1
        reading = await s.read()
        assert reasons(reading, s) == {
            "it crashes": "",
            "@me look": "mention",
            "and @me here, cc @cleo @nobody.at.all": "mention",
            "not `@me`": "",
        }
        named = one(reading, "and @me here")
        assert [mention.handle for mention in named.mentions] == ["me", "cleo"]
        assert named.uri == f"{s.base}/projects/{s.tool.id}/issues/1/notes/{issue.notes[1].id}"
        assert named.url.endswith(f"/acme/tool/-/issues/1#note_{issue.notes[1].id}")

    play(act)


def test_words_on_my_own_issue_speak_to_me_without_a_to_do() -> None:
    async def act(s: Lab) -> None:
        issue = s.lab.open(s.me, s.tool, "Question", "how?", at=s.tick())
        merge = s.lab.open(s.me, s.tool, "Faster", "it is", merge=True, at=s.tick())
        assert (await s.read()).messages == []
        s.lab.note(s.ana, issue, "like this", at=s.tick(700))
        s.lab.note(s.ben, merge, "why 1?", place=("src/a.py", 12), at=s.tick())
        assert s.lab.todos == []
        reading = await s.read()
        assert reasons(reading, s) == {"like this": "reply", "why 1?": "reply"}
        inline = one(reading, "why 1?")
        assert inline.text == "> src/a.py, line 12\n\nwhy 1?"
        assert inline.branch == inline.uri
        before = len(s.asked())
        assert (await s.read()).messages == []
        assert len(s.asked()) - before == 3 + 1

    play(act)


def test_words_after_mine_on_issues_of_others_are_found_in_the_slow_round() -> None:
    async def act(s: Lab) -> None:
        issue = s.lab.open(s.ana, s.tool, "Crash", "it crashes", at=s.tick())
        s.lab.note(s.me, issue, "which version?", at=s.tick())
        s.lab.note(s.ana, issue, "1.2", at=s.tick())
        reading = await s.read(ChannelKind.SLOW)
        assert reasons(reading, s) == {"it crashes": "", "1.2": "reply"}
        s.tick(700)
        assert (await s.read(ChannelKind.SLOW)).messages == []
        s.lab.note(s.ana, issue, "on Linux", at=s.tick())
        assert reasons(await s.read(ChannelKind.SLOW), s)["on Linux"] == "reply"

    play(act)


def test_a_thread_is_a_branch_and_a_resolved_one_waits_no_more() -> None:
    async def act(s: Lab) -> None:
        merge = s.lab.open(s.me, s.tool, "Faster", "it is", merge=True, at=s.tick())
        first = s.lab.note(s.ana, merge, "why 1?", place=("src/a.py", 12), at=s.tick())
        s.lab.note(s.me, merge, "because", to=first.discussion, at=s.tick())
        s.lab.note(s.ana, merge, "hm", to=first.discussion, at=s.tick())
        s.lab.note(s.ben, merge, "alone", at=s.tick())
        reading = await s.read()
        head, mine = one(reading, "why 1?"), one(reading, "because")
        assert {one(reading, text).branch for text in ("why 1?", "because", "hm")} == {head.uri}
        assert one(reading, "hm").parent_uri == mine.uri
        assert one(reading, "alone").branch == ""
        s.lab.resolve(first.discussion, s.ana)
        looked = await s.adapter().lookup([message.ref for message in reading.messages])
        assert {message.text.splitlines()[-1]: message.resolved for message in looked.messages} == {
            "it is": False,
            "why 1?": True,
            "because": True,
            "hm": True,
            "alone": False,
        }
        assert {m.uri: (m.parent_uri, m.branch, m.text) for m in looked.messages} == {
            m.uri: (m.parent_uri, m.branch, m.text) for m in reading.messages
        }

    play(act)


def test_a_review_request_waits_until_it_is_withdrawn_or_closed() -> None:
    async def act(s: Lab) -> None:
        merges = [s.lab.open(s.ana, s.tool, f"M{n}", f"body {n}", merge=True, at=s.tick()) for n in range(3)]
        for merge in merges:
            merge.reviewers.append(s.me)
            s.lab.ask(s.me, s.ana, "review_requested", merge, at=s.tick())
        reading = await s.read()
        asked = [message for message in reading.messages if message.claim is Reason.REVIEW]
        assert [(message.author.handle, message.resolved) for message in asked] == [("ana", False)] * 3
        merges[0].reviewers.clear()
        s.lab.close(merges[1], s.ana)
        looked = await s.adapter().lookup([message.ref for message in asked])
        assert [message.resolved for message in looked.messages] == [True, True, False]
        assert [message.uri for message in looked.messages] == [message.uri for message in asked]
        s.lab.note(s.me, merges[2], "looks good", at=s.tick())
        assert one(await s.read(ChannelKind.OWN), "looks good").claim is Reason.REVIEW

    play(act)


def test_what_was_said_before_i_closed_waits_no_more() -> None:
    async def act(s: Lab) -> None:
        issue = s.lab.open(s.ana, s.tool, "Crash", "@me look", at=s.tick())
        s.lab.close(issue, s.me)
        s.lab.note(s.ana, issue, "@me not yet", at=s.tick())
        assert {m.text: m.resolved for m in (await s.read()).messages} == {
            "@me look": True,
            "@me not yet": False,
        }

    play(act)


def test_to_dos_of_other_things_are_lines_with_a_link_and_of_builds_nothing() -> None:
    async def act(s: Lab) -> None:
        commit = s.lab.commit(s.ben, s.tool, "6dcb09b5b57875f334f61aebed695e2e4193db5e")
        s.lab.note(s.ana, commit, "@me this line", at=s.tick())
        merge = s.lab.open(s.ana, s.tool, "Faster", "it is", merge=True, at=s.tick())
        s.lab.ask(s.me, s.ana, "build_failed", merge, at=s.tick())
        [message] = (await s.read()).messages
        assert why(message, Reading([message]), s.uid) == "mention"
        assert message.url.startswith(f"{s.site.home.url}/acme/tool/-/commit/6dcb09b")
        adapter = s.adapter()
        with pytest.raises(Refused, match="open this in a browser"):
            await prepared(adapter, message)

    play(act)


def test_answers_go_where_they_belong() -> None:
    async def act(s: Lab) -> None:
        merge = s.lab.open(s.me, s.tool, "Faster", "it is", merge=True, at=s.tick())
        inline = s.lab.note(s.ana, merge, "why 1?", place=("src/a.py", 12), at=s.tick())
        s.lab.note(s.ana, merge, "alone", at=s.tick())
        adapter = s.adapter()
        reading = await s.read(adapter=adapter)
        inside = await adapter.answer(await prepared(adapter, one(reading, "why 1?"), "because"))
        beside = await adapter.answer(await prepared(adapter, one(reading, "alone"), "yes"))
        assert inline.discussion.notes[-1].body == "because"
        assert merge.notes[-1].body == "yes"
        assert [request.path.rpartition("/api/v4")[2] for request in s.asked("POST")] == [
            f"/projects/{s.tool.id}/merge_requests/1/discussions/{inline.discussion.id}/notes",
            f"/projects/{s.tool.id}/merge_requests/1/notes",
        ]
        own = await s.read(ChannelKind.OWN)
        for message in (inside, beside):
            read = [other for other in own.messages if other.uri == message.uri]
            assert [(r.parent_uri, r.branch, r.text) for r in read] == [
                (message.parent_uri, message.branch, message.text)
            ]

    play(act)


def test_an_internal_note_is_answered_internally() -> None:
    async def act(s: Lab) -> None:
        s.tool.members.add(s.me.id)
        issue = s.lab.open(s.ana, s.tool, "Crash", "it crashes", at=s.tick())
        s.lab.note(s.ana, issue, "@me between us", internal=True, at=s.tick())
        adapter = s.adapter()
        message = one(await s.read(adapter=adapter), "between us")
        assert message.text.startswith("[internal] ")
        mine = await adapter.answer(await prepared(adapter, message, "yes"))
        assert issue.notes[-1].internal
        assert mine.text == "[internal] yes"

    play(act)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/close", "/close for a command"),
        ("fine\n/assign @ana", "/assign for a command"),
        (" :tada: ", "a reaction"),
        (" \n", "nothing in the answer"),
        ("x" * 1_000_001, "Too long"),
    ],
)
def test_what_gitlab_takes_for_something_else_is_refused(text: str, words: str) -> None:
    async def act(s: Lab) -> None:
        s.lab.open(s.ana, s.tool, "Crash", "@me look", at=s.tick())
        adapter = s.adapter()
        message = one(await s.read(adapter=adapter), "@me look")
        with pytest.raises(Refused, match=words):
            await prepared(adapter, message, text)
        await prepared(adapter, message, "```\n/close\n```\nsee /etc/hosts and :tada: too")
        assert s.asked("POST") == []

    play(act)


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("inside", [True, False], ids=["thread", "alone"])
def test_after_a_502_it_is_found_by_its_words_or_absent(inside: bool, done: bool) -> None:
    async def act(s: Lab) -> None:
        merge = s.lab.open(s.me, s.tool, "Faster", "it is", merge=True, at=s.tick())
        s.lab.note(s.ana, merge, "why?", place=("src/a.py", 12) if inside else None, at=s.tick())
        s.lab.note(s.me, merge, "yes", at=s.tick())
        adapter = s.adapter()
        request = await prepared(adapter, one(await s.read(adapter=adapter), "why?"), "yes")
        fault = faults.html(502)
        fault.done = done
        s.site.home.add(fault, method="POST", path="/notes")
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        assert isinstance(await s.adapter().find(request, ()), Found if done else Absent)

    play(act)


def test_a_deleted_note_is_not_answered() -> None:
    async def act(s: Lab) -> None:
        issue = s.lab.open(s.ana, s.tool, "Crash", "it crashes", at=s.tick())
        note = s.lab.note(s.ana, issue, "@me look", at=s.tick())
        adapter = s.adapter()
        message = one(await s.read(adapter=adapter), "@me look")
        s.lab.delete(note)
        with pytest.raises(Missing):
            await prepared(adapter, message)

    play(act)


def test_words_of_others_are_left_alone() -> None:
    async def act(s: Lab) -> None:
        issue = s.lab.open(s.me, s.tool, "Mine", "my issue", at=s.tick())
        s.lab.note(s.ana, issue, "her words", at=s.tick())
        adapter = s.adapter()
        reading = await s.read(adapter=adapter)
        with pytest.raises(Refused, match="Only its author"):
            await adapter.delete(one(reading, "her words").ref)
        with pytest.raises(Refused, match="comments only"):
            await adapter.edit(one(reading, "my issue").ref, "other words")

    play(act)


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, {"message": {"body": ["can't be blank"]}}, Refused, "body can't be blank"),
        (400, {"error": "body is missing"}, Refused, "body is missing"),
        (403, {"message": "403 Forbidden"}, Refused, "403 Forbidden"),
        (429, {"message": "This endpoint has been requested too many times."}, RetryAt, "too many times"),
    ],
)
def test_errors_of_every_shape_are_said(status: int, body: Any, error: type[Exception], words: str) -> None:
    async def act(s: Lab) -> None:
        s.lab.open(s.ana, s.tool, "Crash", "@me look", at=s.tick())
        adapter = s.adapter()
        request = await prepared(adapter, one(await s.read(adapter=adapter), "@me look"))
        s.site.home.add(Fault(answer=json_answer(body, status)), method="POST", path="/notes")
        with pytest.raises(error, match=words):
            await adapter.answer(request)

    play(act)


@pytest.mark.parametrize(
    ("scopes", "fine", "words"),
    [
        ("api", True, "has the scope api"),
        ("read_api", False, "and not answer"),
        ("read_user", False, "lacks"),
    ],
)
def test_what_the_token_lacks_is_named(scopes: str, fine: bool, words: str) -> None:
    async def act(s: Lab) -> None:
        [finding] = [finding for finding in await s.adapter().check() if finding.what == "scopes"]
        assert (finding.fine, words in finding.words) == (fine, True), finding

    play(act, scopes=scopes)


def test_pictures_that_were_uploaded_have_their_whole_address() -> None:
    async def act(s: Lab) -> None:
        s.lab.open(s.ana, s.tool, "Crash", "@me ![trace](/uploads/abc/trace.png)", at=s.tick())
        [message] = (await s.read()).messages
        assert [(one.url, one.alt) for one in message.attachments] == [
            (f"{s.site.home.url}/acme/tool/uploads/abc/trace.png", "trace")
        ]

    play(act)
