"""The reference adapter: paging, visibility, verbs, keys, settling and every scripted failure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import pytest

from convo.adapters.contract import (
    Absent,
    Adapter,
    Ambiguous,
    Found,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
    Unreachable,
    Verb,
)
from convo.adapters.http import Http
from convo.adapters.memory import MemoryAdapter, Server, Traits, World, factory
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Message, Page, Person, Ref, Reply, Upload, Visibility

T = TypeVar("T")
START = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
LONG_AGO = START - timedelta(days=90)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


class Token:
    def __init__(self, value: str) -> None:
        self.value = value

    async def read(self) -> str:
        return self.value

    async def session(self) -> str:
        return ""

    async def save_session(self, value: str) -> None:
        raise AssertionError("a world in memory rotates nothing")

    def refreshing(self) -> Any:
        raise AssertionError("a world in memory refreshes nothing")


class Stage:
    """A server with the user and Ana on it."""

    def __init__(self, **traits: Any) -> None:
        self.clock = HandClock(START)
        self.world = World(self.clock)
        self.server = self.world.server("one.example", traits=Traits(**traits))
        self.me = self.world.person(self.server, "me")
        self.ana = self.world.person(self.server, "ana", "Ana Lind")
        self.world.sign_in(self.server, self.me, "token")

    def adapter(self, server: Server | None = None, token: str = "token") -> MemoryAdapter:
        name = (server or self.server).name
        account = AccountConfig("one", "memory", url=f"https://{name}", user="me")
        make = factory(self.world)
        adapter = make(account, Http(account.url), Token(token), "{}")
        facts = run(adapter.identify()).facts if token == "token" else "{}"
        return make(account, Http(account.url), Token(token), facts)

    def mention(self, text: str, **how: Any) -> Message:
        return self.world.write(self.server, self.ana, text, names=(self.me,), **how)


def pages(
    adapter: Adapter, channel: str = "mentions", cursor: str = "", since: datetime = LONG_AGO
) -> list[Page]:
    found = [run(adapter.fetch(channel, cursor, since))]
    while found[-1].more:
        found.append(run(adapter.fetch(channel, found[-1].cursor, since)))
    return found


def texts(found: list[Page]) -> list[str]:
    return [message.text for page in found for message in page.messages]


def test_it_is_an_adapter() -> None:
    adapter: Adapter = Stage().adapter()
    assert adapter.platform == "memory"


def test_the_first_reading_goes_back_newest_first_and_stops_at_since() -> None:
    stage = Stage(page_size=2)
    stage.mention("too old", at=START - timedelta(days=100))
    for number in range(5):
        stage.mention(f"m{number}")
    found = pages(stage.adapter())
    assert texts(found) == ["m4", "m3", "m2", "m1", "m0"]
    assert [page.more for page in found] == [True, True, False]


def test_later_readings_bring_what_is_new_oldest_first() -> None:
    stage = Stage(page_size=2)
    stage.mention("old")
    adapter = stage.adapter()
    cursor = pages(adapter)[-1].cursor
    assert texts(pages(adapter, cursor=cursor)) == []
    for number in range(3):
        stage.mention(f"m{number}")
    assert texts(pages(adapter, cursor=cursor)) == ["m0", "m1", "m2"]


def test_pages_overlap_when_asked_to() -> None:
    stage = Stage(page_size=2, overlap=1)
    for number in range(4):
        stage.mention(f"m{number}")
    adapter = stage.adapter()
    found = pages(adapter)
    assert texts(found) == ["m3", "m2", "m2", "m1", "m0"]
    assert texts(pages(adapter, cursor=found[-1].cursor)) == ["m3"]


def test_what_arrives_while_the_list_is_read_comes_after_it_and_is_not_lost() -> None:
    stage = Stage(page_size=2)
    for number in range(4):
        stage.mention(f"m{number}")
    arriving = iter(["new"])

    def move(channel: str) -> None:
        for text in arriving:
            stage.mention(text)

    stage.server.after_page = move
    adapter = stage.adapter()
    found = pages(adapter)
    assert texts(found) == ["m3", "m2", "m1", "m0"]
    assert texts(pages(adapter, cursor=found[-1].cursor)) == ["new"]


def test_only_who_may_see_a_message_sees_it() -> None:
    stage = Stage()
    ben = stage.world.person(stage.server, "ben")
    stage.world.write(stage.server, stage.ana, "psst", names=(ben,), visibility=Visibility.DIRECT)
    hers = stage.world.write(stage.server, stage.ana, "friends", visibility=Visibility.FOLLOWERS)
    adapter = stage.adapter()
    assert run(adapter.lookup([hers.ref])).gone == (hers.uri,)
    stage.world.followers[stage.ana.uid] = {stage.me.uid}
    assert [one.text for one in run(adapter.lookup([hers.ref])).messages] == ["friends"]


def test_direct_messages_may_stand_apart() -> None:
    stage = Stage(direct_apart=True)
    stage.mention("aloud")
    stage.mention("psst", visibility=Visibility.DIRECT)
    adapter = stage.adapter()
    assert [channel.name for channel in adapter.channels] == [
        "mentions",
        "direct",
        "own",
        "contexts",
        "people",
    ]
    assert texts(pages(adapter)) == ["aloud"]
    assert texts(pages(adapter, "direct")) == ["psst"]


def test_two_servers_of_one_network_know_a_message_by_their_own_ids() -> None:
    stage = Stage()
    stage.server.network = "fediverse"
    other = stage.world.server("two.example", network="fediverse", traits=Traits(parents="id"))
    stage.world.sign_in(other, stage.me, "token")
    root = stage.mention("question")
    stage.world.write(stage.server, stage.ana, "and one more", to=root, names=(stage.me,))
    here, there = (pages(stage.adapter(server))[0].messages for server in (stage.server, other))
    assert [one.uri for one in here] == [one.uri for one in there]
    assert here[0].local_id != there[0].local_id
    assert (here[0].parent_uri, here[0].parent_id) == (root.uri, "")
    assert (there[0].parent_uri, there[0].parent_id) == ("", there[1].local_id)


def test_a_malformed_item_is_skipped_and_named() -> None:
    stage = Stage()
    stage.mention("good")
    stage.server.malformed.add(stage.mention("bad").uri)
    stage.mention("fine")
    (page,) = pages(stage.adapter())
    assert texts([page]) == ["fine", "good"]
    assert len(page.skipped) == 1
    assert "one.example" in page.skipped[0]


def test_a_deletion_is_told_or_found_by_look_up() -> None:
    stage = Stage(tells_deletions=True)
    message = stage.mention("oops")
    adapter = stage.adapter()
    cursor = pages(adapter)[-1].cursor
    stage.world.delete(message.uri)
    assert pages(adapter, cursor=cursor)[0].gone == (message.uri,)
    assert run(adapter.lookup([message.ref])).gone == (message.uri,)


def test_an_edit_that_first_names_somebody_is_told_where_the_server_does() -> None:
    for notifies in (True, False):
        stage = Stage(edits_notify=notifies)
        message = stage.world.write(stage.server, stage.ana, "hello")
        adapter = stage.adapter()
        cursor = pages(adapter)[-1].cursor
        stage.world.edit(message.uri, "hello @me", names=(stage.me,))
        assert texts(pages(adapter, cursor=cursor)) == (["hello @me"] if notifies else [])


def test_contexts_bring_answers_nobody_told_of_and_people_the_hidden() -> None:
    stage = Stage()
    mine = stage.world.write(stage.server, stage.me, "moss")
    stage.world.write(stage.server, stage.ana, "which one?", to=mine, silent=True)
    stage.server.hidden[stage.me.uid] = {"https://one.example/users/spam"}
    adapter = stage.adapter()
    assert texts(pages(adapter)) == []
    assert texts(pages(adapter, "contexts")) == ["which one?"]
    assert pages(adapter, "people")[0].hidden == ("https://one.example/users/spam",)


def test_a_conversation_has_what_is_above_and_below() -> None:
    stage = Stage(context_limit=3)
    root = stage.world.write(stage.server, stage.me, "moss")
    answer = stage.world.write(stage.server, stage.ana, "which?", to=root)
    stage.world.write(stage.server, stage.me, "green", to=answer)
    adapter = stage.adapter()
    whole = run(adapter.conversation(answer.ref))
    assert [one.text for one in whole.messages] == ["moss", "which?", "green"]
    assert whole.partial == ""
    stage.world.write(stage.server, stage.ana, "thanks", to=answer)
    assert run(adapter.conversation(answer.ref)).partial
    stage.world.delete(answer.uri)
    with pytest.raises(Missing):
        run(adapter.conversation(answer.ref))


def test_strangers_text_is_cleaned() -> None:
    stage = Stage()
    stage.mention("a\x1b[31mb\u202ec")
    assert texts(pages(stage.adapter())) == ["a[31mbc"]


def reply(parent: Message, text: str = "yes", key: str = "k1", **how: Any) -> Reply:
    return Reply(key, parent, text, **how)


def asked(stage: Stage) -> Message:
    """What Ana asked, as the adapter shows it."""
    stage.mention("really?")
    return pages(stage.adapter())[0].messages[0]


def test_an_answer_arrives_once_and_is_found() -> None:
    stage = Stage()
    adapter, parent = stage.adapter(), asked(stage)
    request = run(adapter.prepare(reply(parent, mentions=adapter.audience(parent))))
    assert isinstance(run(adapter.find(request, ())), Absent)
    sent = run(adapter.answer(request))
    assert (sent.parent_uri, sent.text, sent.author.uid) == (parent.uri, "yes", stage.me.uid)
    assert [mention.uid for mention in sent.mentions] == [stage.ana.uid]
    proof = run(adapter.find(request, ()))
    assert isinstance(proof, Found)
    assert proof.message.uri == sent.uri
    assert isinstance(run(adapter.find(request, (sent.uri,))), Absent)


def test_an_older_answer_with_the_same_words_is_no_proof() -> None:
    stage = Stage()
    adapter, parent = stage.adapter(), asked(stage)
    run(adapter.answer(run(adapter.prepare(reply(parent)))))
    assert isinstance(run(adapter.find(run(adapter.prepare(reply(parent, key="k2"))), ())), Absent)


@pytest.mark.parametrize(("kind", "count"), [("none", 2), ("honoured", 1), ("ignored", 2)])
def test_keys_are_honoured_or_ignored(kind: str, count: int) -> None:
    stage = Stage(idempotency=kind)
    adapter, parent = stage.adapter(), asked(stage)
    request = run(adapter.prepare(reply(parent)))
    run(adapter.answer(request))
    run(adapter.answer(request))
    assert len(stage.world.by(stage.me.uid)) == count


def test_a_fresh_answer_is_listed_only_after_it_settled() -> None:
    stage = Stage(settle=timedelta(seconds=5))
    adapter, parent = stage.adapter(), asked(stage)
    assert adapter.can.settle == timedelta(seconds=5)
    request = run(adapter.prepare(reply(parent)))
    run(adapter.answer(request))
    assert isinstance(run(adapter.find(request, ())), Absent)
    assert texts(pages(adapter, "own")) == []
    stage.clock.step(5)
    assert isinstance(run(adapter.find(request, ())), Found)
    assert texts(pages(adapter, "own")) == ["yes"]


def test_it_may_not_be_possible_to_tell() -> None:
    stage = Stage()
    adapter, parent = stage.adapter(), asked(stage)
    request = run(adapter.prepare(reply(parent)))
    stage.server.untellable = "The list of own messages is off."
    assert isinstance(run(adapter.find(request, ())), Unknown)


def test_an_orphan_is_taken_back() -> None:
    stage = Stage(orphans=True)
    adapter, parent = stage.adapter(), asked(stage)
    request = run(adapter.prepare(reply(parent)))
    stage.world.delete(parent.uri)
    with pytest.raises(Missing):
        run(adapter.answer(request))
    assert stage.world.by(stage.me.uid) == []


def test_what_is_gone_or_too_long_is_refused_before_sending() -> None:
    stage = Stage(limit=3)
    adapter, parent = stage.adapter(), asked(stage)
    assert adapter.measure(reply(parent, "👩‍👩‍👧é!")).room == 0
    with pytest.raises(Refused, match="longer"):
        run(adapter.prepare(reply(parent, "four")))
    stage.world.delete(parent.uri)
    with pytest.raises(Missing):
        run(adapter.prepare(reply(parent, "abc")))


def test_uploads_make_nothing_public() -> None:
    stage = Stage()
    adapter, parent = stage.adapter(), asked(stage)
    request = run(adapter.prepare(reply(parent, attachments=(Upload("/tmp/a.png", "a cat"),))))
    assert json.loads(request)["uploads"] == ["/tmp/a.png"]
    assert stage.server.requests("upload") == 1
    assert stage.world.by(stage.me.uid) == []


Failure = Callable[[], BaseException]


@pytest.mark.parametrize(
    ("failure", "counted"),
    [
        (lambda: Unreachable("no route"), 0),
        (lambda: RetryAt("later", START + timedelta(minutes=5)), 1),
        (lambda: SignInAgain("revoked"), 1),
        (lambda: Refused("no"), 1),
    ],
)
def test_a_failure_before_the_request_does_nothing(failure: Failure, counted: int) -> None:
    stage = Stage()
    adapter, parent = stage.adapter(), asked(stage)
    request = run(adapter.prepare(reply(parent)))
    before = stage.server.requests()
    mishap = stage.server.expect("answer", failure)
    with pytest.raises(type(failure())):
        run(adapter.answer(request))
    assert (mishap.reached, stage.server.requests() - before) == (1, counted)
    assert stage.world.by(stage.me.uid) == []
    assert run(adapter.answer(request)).text == "yes"


def test_a_lost_answer_was_done() -> None:
    stage = Stage()
    adapter, parent = stage.adapter(), asked(stage)
    request = run(adapter.prepare(reply(parent)))
    stage.server.expect("answer", lambda: Ambiguous("the line broke"), moment="done")
    with pytest.raises(Ambiguous):
        run(adapter.answer(request))
    assert isinstance(run(adapter.find(request, ())), Found)


def test_a_server_in_trouble_says_so() -> None:
    stage = Stage()
    adapter = stage.adapter()
    stage.server.limited_until = START + timedelta(minutes=15)
    with pytest.raises(RetryAt) as caught:
        run(adapter.fetch("mentions", "", LONG_AGO))
    assert caught.value.at == stage.server.limited_until
    stage.server.down = "one.example was not found."
    with pytest.raises(Unreachable, match="not found"):
        run(adapter.fetch("mentions", "", LONG_AGO))
    assert [finding.fine for finding in run(adapter.check())] == [False]


def test_a_revoked_token_must_sign_in_again() -> None:
    stage = Stage()
    with pytest.raises(SignInAgain):
        run(stage.adapter(token="stolen").fetch("mentions", "", LONG_AGO))


def test_one_channel_can_fail_alone() -> None:
    stage = Stage()
    adapter = stage.adapter()
    stage.server.expect("fetch:people", lambda: RetryAt("later"))
    run(adapter.fetch("mentions", "", LONG_AGO))
    with pytest.raises(RetryAt):
        run(adapter.fetch("people", "", LONG_AGO))


def test_own_messages_can_be_edited_and_deleted_and_others_not() -> None:
    stage = Stage()
    adapter = stage.adapter()
    mine = stage.world.write(stage.server, stage.me, "teh")
    assert run(adapter.edit(mine.ref, "the")).text == "the"
    run(adapter.delete(mine.ref))
    run(adapter.delete(mine.ref))
    with pytest.raises(Missing):
        run(adapter.edit(mine.ref, "a"))
    with pytest.raises(Refused):
        run(adapter.edit(stage.mention("hers").ref, "mine"))


def test_the_read_mark_never_moves_back() -> None:
    stage = Stage()
    adapter = stage.adapter()
    first, second = stage.mention("one"), stage.mention("two")
    run(adapter.mark_read(second.ref))
    run(adapter.mark_read(first.ref))
    assert stage.server.read[stage.me.uid] == second.uri


def test_held_comments_are_approved_or_go() -> None:
    stage = Stage()
    adapter = stage.adapter()
    good, bad = stage.mention("nice bread", held=True), stage.mention("buy", held=True)
    run(adapter.moderate(good.ref, "approve"))
    run(adapter.moderate(bad.ref, "spam"))
    found = run(adapter.lookup([good.ref, bad.ref]))
    assert [(one.text, one.held) for one in found.messages] == [("nice bread", False)]
    assert found.gone == (bad.uri,)


def test_mutes_and_blocks_are_kept_and_taken_back() -> None:
    stage = Stage()
    adapter = stage.adapter()
    root = stage.mention("noise")
    run(adapter.mute_thread(root.ref, True))
    run(adapter.mute_person(stage.ana.uid, True))
    run(adapter.block(stage.ana.uid, True))
    assert stage.server.muted_threads[stage.me.uid] == {root.uri}
    assert stage.server.hidden[stage.me.uid] == {stage.ana.uid}
    run(adapter.block(stage.ana.uid, False))
    run(adapter.mute_thread(root.ref, False))
    assert not stage.server.hidden[stage.me.uid] | stage.server.muted_threads[stage.me.uid]


def test_a_verb_that_the_server_has_not_is_refused() -> None:
    stage = Stage(verbs=frozenset({Verb.ANSWER}), refusals={Verb.EDIT: "Nothing can be edited here."})
    with pytest.raises(Refused, match="edited here"):
        run(stage.adapter().edit(Ref("x"), "y"))


def test_the_demo_hears_of_each_answer() -> None:
    stage = Stage()
    heard: list[str] = []
    stage.world.on_answer = lambda message: heard.append(message.text)
    adapter, parent = stage.adapter(), asked(stage)
    run(adapter.answer(run(adapter.prepare(reply(parent)))))
    assert heard == ["yes"]


def test_the_reason_for_the_audience() -> None:
    stage = Stage()
    ben: Person = stage.world.person(stage.server, "ben")
    stage.world.write(stage.server, stage.ana, "you two", names=(stage.me, ben))
    adapter = stage.adapter()
    message = pages(adapter)[0].messages[0]
    assert [mention.uid for mention in adapter.audience(message)] == [stage.ana.uid, ben.uid]
