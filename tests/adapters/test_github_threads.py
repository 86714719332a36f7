"""GitHub: which words of a conversation speak to the user, what answers what, what waits no more."""

from __future__ import annotations

from typing import Any

import pytest

from convo.adapters.contract import ChannelKind
from convo.model import Reason
from convo.testing.tools import Reading, answer_to
from tests.adapters.github_scene import Scene, one, play, why


def reasons(reading: Reading, s: Scene) -> dict[str, str]:
    """Why what others said speaks to the user, by its last line."""
    me = f"{s.base}/user/{s.me.id}"
    others = [message for message in reading.messages if message.author.uid != me]
    return {message.text.splitlines()[-1]: why(message, reading, me) for message in others}


def test_a_comment_right_after_mine_answers_it() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "Crash", "it crashes", at=s.tick())
        s.forge.comment(s.ben, issue, "same here", at=s.tick())
        s.forge.comment(s.me, issue, "which version?", at=s.tick())
        s.forge.comment(s.bot, issue, "labelled", at=s.tick())
        s.forge.comment(s.ana, issue, "1.2", at=s.tick())
        s.forge.comment(s.ana, issue, "on Linux", at=s.tick())
        s.forge.comment(s.ben, issue, "mine is 1.3", at=s.tick())
        reading = await s.read()
        assert reasons(reading, s) == {
            "it crashes": "",
            "same here": "",
            "labelled": "",
            "1.2": "reply",
            "on Linux": "reply",
            "mine is 1.3": "",
        }
        mine = one(reading, "which version?")
        assert one(reading, "1.2").parent_uri == mine.uri
        assert mine.parent_uri == one(reading, "it crashes").uri
        assert all(message.flat and message.root_uri == mine.root_uri for message in reading.messages)

    play(act)


def test_everything_in_my_own_issue_speaks_to_me() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.me, s.tool, "Question", "how?", at=s.tick())
        s.forge.comment(s.ana, issue, "like this", at=s.tick())
        s.forge.comment(s.ben, issue, "or like that", at=s.tick())
        assert reasons(await s.read(), s) == {"like this": "reply", "or like that": "reply"}

    play(act)


def test_names_in_code_and_quotes_and_of_nobody_name_nobody() -> None:
    async def act(s: Scene) -> None:
        texts = ["see `@me`", "```\n@me\n```", "mail me@me.example", "@nobody-has-this", "@ben look"]
        issue = s.forge.open(s.ana, s.tool, "Crash", "@me look", at=s.tick())
        for text in texts:
            s.forge.comment(s.ana, issue, text, at=s.tick())
        s.forge.comment(s.ben, issue, "> @me look\n\nindeed", at=s.tick())
        reading = await s.read()
        named = {message.text: [one.handle for one in message.mentions] for message in reading.messages}
        assert named["@me look"] == ["me"]
        assert named["@ben look"] == ["ben"]
        assert [text for text, names in named.items() if names] == ["@me look", "@ben look"]

    play(act)


def test_a_name_is_found_whatever_its_case_and_again_after_a_leading_run() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "Crash", "@me look", at=s.tick())
        s.forge.comment(s.ben, issue, "@ME please", at=s.tick())
        assert reasons(await s.read(), s) == {"@me look": "mention", "@ME please": "mention"}

    play(act)


def test_who_quotes_me_speaks_to_me_and_my_quote_answers_its_author() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "Crash", "what is the *right* way to start it?", at=s.tick())
        s.forge.comment(s.me, issue, "> what is the right way\n\nwith main", at=s.tick())
        s.forge.comment(s.ben, issue, "nice weather", at=s.tick())
        s.forge.comment(s.cleo, issue, "> with main\r\n\r\nno, it is not", at=s.tick())
        s.forge.comment(s.cleo, issue, "> somebody else's words that nobody said\n\nhm", at=s.tick())
        reading = await s.read()
        mine, cleo = one(reading, "the right way\n"), one(reading, "no, it is")
        root = one(reading, "start it?")
        assert [(quote.uri, quote.uid) for quote in mine.quotes] == [(root.uri, root.author.uid)]
        assert mine.parent_uri == root.uri
        assert [(quote.uri, quote.uid) for quote in cleo.quotes] == [(mine.uri, mine.author.uid)]
        assert reasons(reading, s)["no, it is not"] == "quote"
        assert one(reading, "hm").quotes == ()
        own = await s.read(ChannelKind.OWN)
        assert [quote.uri for quote in own.messages[0].quotes] == [root.uri]

    play(act)


def test_issues_opened_in_my_repositories_wait_until_they_are_closed() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.own, "Bug", "broken", at=s.tick())
        pull = s.forge.open(s.ben, s.own, "Fix", "fixed", pull=True, at=s.tick())
        s.forge.open(s.bot, s.own, "Bump", "bumps", pull=True, at=s.tick())
        reading = await s.read()
        claims = {
            message.text: (message.claim, message.resolved, message.author.bot)
            for message in reading.messages
        }
        assert claims == {
            "broken": (Reason.OPENED, False, False),
            "fixed": (Reason.OPENED, False, False),
            "bumps": (Reason.OPENED, False, True),
        }
        s.forge.close(issue, s.ana, at=s.tick())
        s.forge.close(pull, s.me, merged=True, at=s.tick())
        looked = await s.adapter().lookup([message.ref for message in reading.messages])
        assert {message.text: message.resolved for message in looked.messages} == {
            "broken": True,
            "fixed": True,
            "bumps": False,
        }

    play(act)


@pytest.mark.parametrize(
    ("opened", "claimed"),
    [("own", ["mine"]), ("off", []), ("own, acme", ["mine", "tool"]), ("acme/tool", ["mine", "tool"])],
)
def test_whose_new_issues_wait_is_a_switch(opened: str, claimed: list[str]) -> None:
    async def act(s: Scene) -> None:
        s.tool.watchers.add(s.me.id)
        s.forge.open(s.ana, s.own, "Bug", "mine", at=s.tick())
        s.forge.open(s.ana, s.tool, "Bug", "tool", at=s.tick())
        reading = await s.read(adapter=s.adapter(opened=opened))
        assert [message.text for message in reading.messages if message.claim is Reason.OPENED] == claimed

    play(act)


def test_what_was_said_before_i_closed_waits_no_more() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "Crash", "@me look", at=s.tick())
        s.forge.close(issue, s.me, at=s.tick())
        s.forge.comment(s.ana, issue, "@me not yet", at=s.tick())
        other = s.forge.open(s.ana, s.tool, "Other", "@me too", at=s.tick())
        s.forge.close(other, s.ben, at=s.tick())
        resolved = {message.text: message.resolved for message in (await s.read()).messages}
        assert resolved == {"@me look": True, "@me not yet": False, "@me too": False}

    play(act)


def test_an_inline_thread_is_a_branch_and_a_resolved_one_waits_no_more() -> None:
    async def act(s: Scene) -> None:
        pull = s.forge.open(s.ana, s.tool, "Faster", "it is", pull=True, at=s.tick())
        first = s.forge.inline(s.me, pull, "why 1?", at=s.tick())
        s.forge.answer_inline(s.ben, first.thread, "dunno", at=s.tick())
        s.forge.answer_inline(s.ana, first.thread, "because", at=s.tick())
        second = s.forge.inline(s.ana, pull, "and @me this", at=s.tick())
        reading = await s.read()
        assert reasons(reading, s) == {
            "it is": "",
            "dunno": "reply",
            "because": "reply",
            "and @me this": "mention",
        }
        mine = one(reading, "why 1?")
        assert mine.text.startswith("> src/a.py, line 12\n> ")
        assert {one(reading, text).branch for text in ("why 1?", "dunno", "because")} == {mine.uri}
        assert one(reading, "and @me").branch == one(reading, "and @me").uri
        assert one(reading, "because").parent_uri == mine.uri
        first.thread.resolved_by = s.ben
        looked = await s.adapter().lookup([message.ref for message in reading.messages])
        assert {m.text.splitlines()[-1]: m.resolved for m in looked.messages if m.branch} == {
            "why 1?": True,
            "dunno": True,
            "because": True,
            "and @me this": False,
        }
        assert {m.uri: m.parent_uri for m in looked.messages} == {
            m.uri: m.parent_uri for m in reading.messages
        }
        assert second.thread is not first.thread

    play(act)


def test_a_review_request_waits_until_it_is_met_withdrawn_or_closed() -> None:
    async def act(s: Scene) -> None:
        for number in range(4):
            pull = s.forge.open(s.ana, s.tool, f"Pull {number}", f"body {number}", pull=True, at=s.tick())
            s.forge.ask_review(s.ana, pull, s.me, at=s.tick())
        reading = await s.read()
        asked = [message for message in reading.messages if message.claim is Reason.REVIEW]
        assert [message.author.handle for message in asked] == ["ana"] * 4
        assert not any(message.resolved for message in asked)
        pulls = sorted((one for one in s.forge.issues.values() if one.pull), key=lambda one: one.number)
        s.forge.review(s.me, pulls[0], "", "APPROVED", at=s.tick())
        pulls[1].reviewers.clear()
        s.forge.close(pulls[2], s.ana, at=s.tick())
        looked = await s.adapter().lookup([message.ref for message in asked])
        assert [message.resolved for message in looked.messages] == [True, True, True, False]
        [review] = [m for m in (await s.read(ChannelKind.OWN)).messages if m.claim is Reason.REVIEW]
        assert (review.text, review.root_uri) == ("[approved]", asked[0].root_uri)

    play(act)


def test_reviews_say_what_they_decide_and_empty_ones_of_others_say_nothing() -> None:
    async def act(s: Scene) -> None:
        pull = s.forge.open(s.me, s.tool, "Faster", "it is", pull=True, at=s.tick())
        s.forge.review(s.ana, pull, "Not yet.", "CHANGES_REQUESTED", at=s.tick())
        s.forge.review(s.ben, pull, "", "APPROVED", at=s.tick())
        s.forge.review(s.cleo, pull, "unfinished", "PENDING", at=s.tick())
        s.forge.inline(s.ben, pull, "here", at=s.tick())
        reading = await s.read()
        assert reasons(reading, s) == {"Not yet.": "reply", "here": "reply"}
        assert one(reading, "Not yet.").text == "[asks for changes]\n\nNot yet."

    play(act)


def test_a_review_and_a_comment_with_one_number_are_two() -> None:
    async def act(s: Scene) -> None:
        pull = s.forge.open(s.me, s.tool, "Faster", "it is", pull=True, at=s.tick())
        review = s.forge.review(s.ana, pull, "a review", at=s.tick())
        comment = s.forge.comment(s.ana, pull, "a comment", at=s.tick())
        inline = s.forge.inline(s.ana, pull, "inline", at=s.tick())
        assert review.id == comment.id == inline.id
        uris = {message.uri for message in (await s.read()).messages}
        assert len(uris) == 4

    play(act)


def test_a_discussion_has_two_levels_and_each_part_is_a_branch() -> None:
    async def act(s: Scene) -> None:
        talk = s.forge.discuss(s.ana, s.tool, "Ideas", "@me ideas?", at=s.tick())
        top = s.forge.answer_discussion(s.ben, talk, "mine", at=s.tick())
        s.forge.answer_discussion(s.me, talk, "good", to=top, at=s.tick())
        s.forge.answer_discussion(s.cleo, talk, "why?", to=top, at=s.tick())
        reading = await s.read()
        assert reasons(reading, s) == {"@me ideas?": "mention", "mine": "", "why?": "reply"}
        head = one(reading, "mine")
        assert {one(reading, text).branch for text in ("mine", "good", "why?")} == {head.uri}
        own = await s.read(ChannelKind.OWN)
        assert one(own, "good").parent_uri == head.uri
        assert one(own, "good").branch == head.uri

    play(act)


def test_a_ghost_is_a_ghost() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.me, s.tool, "Question", "how?", at=s.tick())
        s.forge.comment(s.cleo, issue, "like this", at=s.tick())
        s.cleo.gone = True
        message = one(await s.read(), "like this")
        assert (message.author.handle, message.author.uid) == ("ghost", f"{s.base}/users/ghost")

    play(act)


def test_in_a_crowd_an_answer_says_whom_it_is_for() -> None:
    async def act(s: Scene) -> None:
        issue = s.forge.open(s.ana, s.tool, "Crash", "@me look", at=s.tick())
        adapter = s.adapter()
        alone = one(await s.read(adapter=adapter), "@me look")
        s.forge.comment(s.ben, issue, "@me too", at=s.tick())
        reading = await s.read(adapter=adapter)
        ben = one(reading, "@me too")

        async def sent(parent: Any, text: str, **more: Any) -> str:
            return (
                await adapter.answer(await adapter.prepare(answer_to(adapter, parent, text, **more)))
            ).text

        assert await sent(alone, "yes") == "yes"
        assert await sent(ben, "yes") == "@ben yes"
        assert adapter.measure(answer_to(adapter, ben, "yes")).used == len("@ben yes")
        assert await sent(ben, "yes, @Ben") == "yes, @Ben"
        assert await sent(ben, "> quoted\n\nyes") == "@ben\n\n> quoted\n\nyes"
        assert await sent(ben, "no", drop={ben.author.uid}) == "no"

    play(act)
