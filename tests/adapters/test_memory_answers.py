"""The reference adapter, answering: keys, settling, every scripted failure, and the other verbs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from convo.adapters.contract import (
    Absent,
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
from convo.model import Message, Person, Ref, Reply, Upload
from tests.adapters.memory_stage import LONG_AGO, START, Stage, pages, run, texts


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
