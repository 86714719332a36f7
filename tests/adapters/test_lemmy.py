"""What is special about Lemmy: silent filters, capped trees, tokens that are nobody's, refusals with status 400."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from convo.adapters.contract import (
    Absent,
    Ambiguous,
    ChannelKind,
    Found,
    LoginStep,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
)
from convo.adapters.lemmy import Lemmy
from convo.config import AccountConfig
from convo.model import Message, Ref, Visibility
from convo.testing import Said, Trouble, Where
from convo.testing.tools import Cursors, answer_to, long_ago, received, settled
from tests.adapters.lemmy_world import TOKEN, LemmyWorld
from tests.adapters.playing import reading, run, sign_in
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

Make = Callable[..., LemmyWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of the server."""
    made: list[LemmyWorld] = []

    def world(**options: Any) -> LemmyWorld:
        made.append(LemmyWorld(**options))
        return made[-1]

    yield world
    for one in made:
        one.stop()


@pytest.fixture
def world(make: Make) -> LemmyWorld:
    return make()


def change(world: LemmyWorld, path: str, by: Callable[[Any], Any], method: str = "GET") -> None:
    """Change the JSON of answers."""

    def changed(answer: Answer) -> Answer:
        return json_answer(by(answer.json())) if answer.status == 200 and answer.body else answer

    world.site.home.add(Fault(change=changed), method=method, path=path, times=1_000)


def answered(world: LemmyWorld, said: Said, text: str = "my answer") -> Message:
    async def work(adapter: Lemmy) -> Message:
        parent = await received(adapter, world, said)
        return await adapter.answer(await adapter.prepare(answer_to(adapter, parent, text)))

    return run(world, work)


# --- what is read


def test_a_reply_that_names_me_later_is_one_message(world: LemmyWorld) -> None:
    mine = world.i_post("mine")
    said = world.someone_replies(mine, "first words", naming_me=False)
    comment = world._of(said)
    assert comment
    world.instance.change(comment, "@me@lemmy.example first words")
    assert len(world.instance.rows) == 2
    found = reading(world)
    assert found.uris == {said.uri}
    assert len({one.local_id for one in found.messages}) == 1
    assert all(one.mentions[0].uid == world.me for one in found.messages)


def test_a_page_that_shifts_repeats_nothing_and_loses_nothing(world: LemmyWorld) -> None:
    said = [world.someone_mentions_me(f"number {n}") for n in range(170)]
    purged = [world._of(said[n]) for n in (168, 150, 149, 140, 139, 138, 137, 136)]

    def remove() -> None:
        for comment in purged:
            assert comment
            world.instance.purge(comment)

    world.while_reading(remove)
    found = reading(world)
    gone = {one.ap_id for one in purged if one}
    assert {one.uri for one in said} - gone <= found.uris
    assert len(found.messages) == len(found.uris)


def test_pages_overlap_a_little_and_each_is_read_once(world: LemmyWorld) -> None:
    said = [world.someone_mentions_me(f"number {n}") for n in range(170)]
    found = reading(world)
    assert {one.uri for one in said} == found.uris
    assert len(world.site.home.asked("GET", "/user/mention")) == 4


def test_what_arrives_late_is_found_by_when_it_arrived(world: LemmyWorld) -> None:
    now = world.now()
    cursors = Cursors()
    world.someone_mentions_me("before")
    reading(world, cursors=cursors)
    late = world.someone_mentions_me("sent long ago", stated=now - timedelta(days=100))
    also = world.someone_mentions_me("today")
    found = reading(world, cursors=cursors)
    assert found.uris == {late.uri, also.uri}
    assert found.of(late).created_at == now - timedelta(days=100)


@pytest.mark.parametrize("how", ["deleted", "removed"])
def test_what_was_deleted_is_listed_and_waits_for_nobody(world: LemmyWorld, how: str) -> None:
    said, other = world.someone_mentions_me("gone"), world.someone_mentions_me("here", by="ben")
    comment = world._of(said)
    assert comment
    setattr(comment, how, True)
    found = reading(world)
    assert (found.uris, found.gone) == ({other.uri}, [said.uri])


def test_a_comment_that_is_gone_keeps_its_place_and_takes_no_answer(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("a question")
    below = world.someone_replies(said, "below it", by="ben")

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        comment = world._of(said)
        assert comment
        comment.deleted = True
        around = await adapter.conversation((await received(adapter, world, below)).ref)
        shown = {one.uri: one for one in around.messages}
        assert (shown[said.uri].deleted, shown[said.uri].text) == (True, "")
        with pytest.raises(Missing):
            await adapter.prepare(answer_to(adapter, parent, "too late"))

    run(world, work)


def test_an_ancestor_that_the_account_may_not_read_is_said(world: LemmyWorld) -> None:
    mine = world.i_post("mine")
    foreign = world.someone_replies(mine, "на другом языке", naming_me=False)
    comment = world._of(foreign)
    assert comment
    below = world.someone_replies(foreign, "below it", by="ben")
    comment.language = 99

    async def work(adapter: Lemmy) -> None:
        message = await received(adapter, world, below)
        around = await adapter.conversation(message.ref)
        shown = {one.uri: one for one in around.messages}
        assert {mine.uri, below.uri} <= set(shown)
        assert shown[below.uri].root_uri == mine.uri
        # The look at one comment knows no filter; where that fails, too, it is said.
        assert foreign.uri in shown or around.partial
        world.instance.purge(comment)
        around = await adapter.conversation(message.ref)
        assert around.partial
        assert next(one for one in around.messages if one.uri == below.uri).parent_id == f"c{comment.id}"

    run(world, work)


def test_a_tree_that_was_cut_is_asked_for_once_more(make: Make) -> None:
    world = make(tree_most=300)
    mine = world.i_post("mine")
    top = world.someone_replies(mine, "the top", naming_me=False)
    chatter = world._of(top)
    assert chatter
    for number in range(310):
        world._comment("ben", f"chatter {number}", chatter.post, chatter)
    said = world.someone_replies(top, "look", by="cleo")
    below = [world._comment("ben", f"below {n}", chatter.post, world._of(said)) for n in range(3)]

    async def work(adapter: Lemmy) -> None:
        message = await received(adapter, world, said)
        around = await adapter.conversation(message.ref)
        uris = {one.uri for one in around.messages}
        assert {mine.uri, top.uri, said.uri, *(one.uri for one in below)} <= uris
        assert around.partial

    run(world, work)
    lists = list(world.site.home.asked("GET", "/comment/list"))
    assert len(lists) == 2
    assert all(dict(request.query)["type_"] == "All" for request in lists)


def test_private_messages_are_one_conversation_with_both_sides(world: LemmyWorld) -> None:
    said = world.someone_writes_directly("hello")
    other = world.someone_writes_directly("somebody else", by="ben")
    assert said
    assert other
    mine = answered(world, said, "my answer")
    assert mine.visibility is Visibility.DIRECT

    async def work(adapter: Lemmy) -> None:
        message = await received(adapter, world, said)
        around = await adapter.conversation(message.ref)
        assert {one.uri for one in around.messages} == {said.uri, mine.uri}
        assert len({one.root_uri for one in around.messages}) == 1
        again = await received(adapter, world, Said(mine.uri, "", ""))
        assert (again.root_uri, again.author.uid, again.flat) == (message.root_uri, world.me, True)

    run(world, work)


def test_markdown_becomes_text(world: LemmyWorld) -> None:
    said = world.someone_mentions_me(
        "**bold** <b>raw</b> [a page](https://example.org/x) https://example.org/y\n\n> quoted\n\n- one\n- two\n\n"
        "```py\na = 1\n```\n\n![a bowl](https://example.org/soup.png)\n\n[@zoe@far.example](https://far.example/users/zoe)"
    )
    message = reading(world).of(said)
    assert message.text == (
        "@me@lemmy.example bold <b>raw</b> a page https://example.org/y\n\n> quoted\n\n- one\n- two\n\n"
        "```\na = 1\n```\n\n@zoe@far.example"
    )
    assert [(one.url, one.alt) for one in message.attachments] == [("https://example.org/soup.png", "a bowl")]
    assert [one.uid for one in message.mentions] == [world.me, "https://far.example/users/zoe"]
    assert [one.leading for one in message.mentions] == [True, False]


def test_a_spoiler_covers(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("look\n\n::: spoiler the end\nit was the cook\n:::\n")
    message = reading(world).of(said)
    assert message.content_warning == "the end"
    assert "it was the cook" in message.text
    assert ":::" not in message.text


def test_a_bot_is_marked(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("beep", by="ben")
    world._who("ben").bot = True
    assert reading(world).of(said).author.bot


# --- tokens, limits, refusals


def test_a_token_that_is_nobodys_is_noticed_and_no_empty_inbox_is_shown(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def work(adapter: Lemmy) -> None:
        message = await received(adapter, world, said)
        world.revoke()
        for call in (
            lambda: adapter.fetch("mentions", "", long_ago(world)),
            lambda: adapter.fetch("own", "", long_ago(world)),
            lambda: adapter.fetch("people", "", long_ago(world)),
            lambda: adapter.lookup([message.ref]),
            adapter.identify,
        ):
            with pytest.raises(SignInAgain, match="convo login lemmy"):
                await call()

    run(world, work)


def test_a_rate_limit_with_status_400_is_waited_for(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("hello")
    limited = Fault(answer=json_answer({"error": "rate_limit_error"}, 400), done=False)

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        world.site.home.add(limited, method="POST", path="/comment")
        with pytest.raises(RetryAt):
            await adapter.answer(request)
        assert world.standing() == []
        await adapter.answer(request)

    run(world, work)
    assert len(world.standing()) == 1


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("locked", "locked"),
        ("site_ban", "banned"),
        ("language_not_allowed", "language"),
        ("strange", "strange"),
    ],
)
def test_refusals_are_said_in_words(world: LemmyWorld, word: str, said: str) -> None:
    question = world.someone_mentions_me("hello")
    world.site.home.add(
        Fault(answer=json_answer({"error": word}, 400)), method="POST", path="/comment", times=1
    )
    with pytest.raises(Refused, match=said):
        answered(world, question)


# --- answering


def test_words_that_the_server_changed_are_not_sent_again_behind_the_users_back(make: Make) -> None:
    world = make(slurs=("darn",))
    said = world.someone_mentions_me("a question")

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "that darn thing works offline"))
        world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        assert isinstance(await settled(adapter, world, request), Unknown)

    run(world, work)
    assert len(world.standing()) == 1


def test_other_words_to_the_same_comment_are_no_doubt(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("a question")

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "it works offline"))
        world.i_answer_elsewhere(said, "see https://example.org/docs")
        assert isinstance(await settled(adapter, world, request), Absent)
        await adapter.answer(request)
        assert isinstance(await settled(adapter, world, request), Found)

    run(world, work)


def test_an_answer_that_the_server_puts_elsewhere_is_taken_back(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("a question")

    def moved(body: Any) -> Any:
        comment = body["comment_view"]["comment"]
        comment["path"] = f"0.{comment['id']}"
        return body

    change(world, "/comment", moved, "POST")
    with pytest.raises(Refused, match="somewhere else"):
        answered(world, said)
    assert world.standing() == []


def test_deleting_twice_and_deleting_what_is_not_mine(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("a question")
    mine = answered(world, said)

    async def work(adapter: Lemmy) -> None:
        await adapter.delete(mine.ref)
        await adapter.delete(mine.ref)
        theirs = await received(adapter, world, said)
        with pytest.raises(Refused, match="author"):
            await adapter.delete(theirs.ref)

    run(world, work)
    assert world.standing() == []


# --- signing in


def account(world: LemmyWorld, **more: Any) -> AccountConfig:
    return AccountConfig("lemmy", "lemmy", url=world.site.home.url, **more)


def test_the_password_is_swapped_for_a_token_and_not_kept(world: LemmyWorld) -> None:
    world.server.passwords["me"] = "correct horse"
    result, [step] = sign_in(Lemmy, account(world), lambda step: {"user": "me", "password": "correct horse"})
    assert result.secret in world.server.tokens
    assert dict(result.options) == {"url": world.site.home.url, "user": "me"}
    assert "correct horse" not in str(result)
    assert [field.secret for field in step.fields] == [False, True]


def test_a_second_factor_is_asked_for_once(make: Make) -> None:
    world = make(login_code="123456")
    world.server.passwords["me"] = "correct horse"

    def answers(step: LoginStep) -> Mapping[str, str]:
        return {"code": "123 456"} if step.fields[0].name == "code" else {"password": "correct horse"}

    result, steps = sign_in(Lemmy, account(world, user="me"), answers)
    assert result.secret in world.server.tokens
    assert len(steps) == 2


def test_a_wrong_password_is_tried_once(world: LemmyWorld) -> None:
    world.server.passwords["me"] = "correct horse"
    with pytest.raises(SignInAgain):
        sign_in(Lemmy, account(world), lambda step: {"user": "me", "password": "wrong"})
    assert len(world.site.home.asked("POST", "/login")) == 1


def test_a_token_that_is_there_already_is_taken(world: LemmyWorld) -> None:
    result, _ = sign_in(Lemmy, account(world), lambda step: {"user": "me", "password": TOKEN})
    assert result.secret == TOKEN
    assert world.site.home.asked("POST", "/login") == []


def test_check_names_dialect_and_limits(world: LemmyWorld) -> None:
    found = {one.what: one for one in run(world, lambda adapter: adapter.check())}
    assert set(found) == {"reach", "sign in", "scopes", "lists", "limits", "clock"}
    assert all(one.fine for one in found.values())
    assert "0.19" in found["reach"].words
    assert "180 requests in 60 s" in found["limits"].words


def test_blocked_people_are_listed(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def work(adapter: Lemmy) -> None:
        await adapter.block(said.uid, True)

    run(world, work)
    assert reading(world, ChannelKind.PEOPLE).hidden == (said.uid,)


def test_messages_of_another_server_are_not_mine(world: LemmyWorld) -> None:
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.conversation(Ref("https://far.example/comment/1", "c1")))


# --- the dialect of 1.0


def test_a_key_that_was_used_is_looked_for_and_not_sent_with_another(make: Make) -> None:
    world = make(modern=True)
    said = world.someone_mentions_me("a question")

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        with pytest.raises(Ambiguous, match="had this answer before"):
            await adapter.answer(request)
        proof = await settled(adapter, world, request)
        assert isinstance(proof, Found)
        assert [one.uri for one in world.standing()] == [proof.message.uri]

    run(world, work)
    keys = {request.headers.get("idempotency-key") for request in world.site.home.asked("POST", "/comment")}
    assert len(keys) == 1
    assert 16 <= len(keys.pop() or "") <= 32


@pytest.mark.parametrize(("modern", "paths", "lists"), [(False, {"v4", "v3"}, 3), (True, {"v4"}, 1)])
def test_the_dialect_is_found_and_kept(make: Make, modern: bool, paths: set[str], lists: int) -> None:
    world = make(modern=modern)
    world.someone_mentions_me("hello")
    reading(world, *ChannelKind)
    assert {request.path.split("/")[2] for request in world.site.log} == paths

    async def look(adapter: Lemmy) -> None:
        assert len([one for one in adapter.channels if one.kind is ChannelKind.INCOMING]) == lists

    run(world, look)


def test_a_server_that_was_updated_is_spoken_to_anew(make: Make) -> None:
    world = make(modern=True)
    stale = '{"version":"0.19.11","api":"v3","id":77,"user":"me","uid":"https://lemmy.example/u/me"}'

    async def work(adapter: Lemmy) -> None:
        old = world.adapter(stale)
        assert len(old.channels) == 5
        await old.identify()
        assert [one.name for one in old.channels] == ["notifications", "own", "people"]

    run(world, work)


def test_signing_in_to_the_new_dialect_asks_for_a_token_that_lasts(make: Make) -> None:
    world = make(modern=True)
    world.server.passwords["me"] = "correct horse"
    result, _ = sign_in(Lemmy, account(world), lambda step: {"user": "me", "password": "correct horse"})
    assert result.secret in world.server.tokens
    [request] = world.site.home.asked("POST", "/login")
    assert request.json()["stay_logged_in"] is True
    found = {one.what: one for one in run(world, lambda adapter: adapter.check())}
    assert all(one.fine for one in found.values())
    assert "1.0" in found["reach"].words
