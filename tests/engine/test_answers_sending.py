"""Answers: sending, what is said before that, what is on its way, and own messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from convo.adapters.contract import Verb
from convo.engine import Engine
from convo.engine.answers import CannotAnswer, NeedsYes
from convo.model import Visibility
from convo.store import outbox
from convo.views import CautionKind, Draft, OutboxState, State, View
from tests.engine.answers_scene import draft, number, stored
from tests.engine.answers_scene import stage as stage
from tests.engine.stage import Stage


def test_an_answer_is_held_for_the_undo_window(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        await engine.answers.save_draft(draft(engine, asked))
        row = await engine.answers.send(draft(engine, asked))
        assert (row.state, row.leaves_at) == (OutboxState.HELD, engine.clock.now() + timedelta(seconds=10))
        assert engine.inbox.drafts() == ()
        back = await engine.answers.recall(row.outbox_id)
        assert (back.text, back.cursor) == ("My words", 8)
        assert engine.inbox.outbox() == ()
        with pytest.raises(CannotAnswer, match="not in the outbox"):
            await engine.answers.cancel(row.outbox_id)

    stage.run(play)


def test_a_direct_message_leaves_at_once_and_so_does_what_is_not_to_be_held(stage: Stage) -> None:
    direct = stage.ask("Only you", visibility=Visibility.DIRECT)
    asked = stage.ask("One", by="ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        assert (await engine.answers.send(draft(engine, direct))).state is OutboxState.QUEUED
        assert (await engine.answers.send(draft(engine, asked), hold=0)).state is OutboxState.QUEUED
        later = await engine.answers.send(draft(engine, asked, "And more"), hold=99)
        assert later.leaves_at == engine.clock.now() + timedelta(seconds=99)

    stage.run(play)


def test_a_place_that_is_a_chat_may_have_a_shorter_window(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", undo_seconds=3)
    stage.config = replace(stage.config, inbox=replace(stage.config.inbox, undo_seconds=10))
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        row = await engine.answers.send(draft(engine, asked))
        assert row.leaves_at == engine.clock.now() + timedelta(seconds=3)

    stage.run(play)


def test_pressing_send_twice_sends_once(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        words = draft(engine, asked)
        first, second = await engine.answers.send(words), await engine.answers.send(words)
        assert first.outbox_id == second.outbox_id
        assert len(engine.inbox.outbox()) == 1

    stage.run(play)


def test_what_leaves_is_what_was_chosen(stage: Stage) -> None:
    asked = stage.ask(
        "One", names=(stage.person("me"), stage.person("ben"), stage.person("carl")), content_warning="food"
    )
    stage.sync()

    async def play(engine: Engine) -> None:
        uids = [stage.person(handle).uid for handle in ("ana", "ben")]
        words = draft(engine, asked, "  Yes \n", dropped=tuple(uids), visibility=Visibility.FOLLOWERS)
        await engine.answers.send(words)
        reply = stored(engine)
        assert [one.handle for one in reply.mentions] == ["@ana@one.example", "@carl@one.example"]
        assert (reply.text, reply.visibility, reply.content_warning) == ("Yes", Visibility.FOLLOWERS, "food")
        assert reply.parent.uri == asked.uri
        bare = draft(engine, asked, "Other words", content_warning="")
        await engine.answers.send(bare)
        assert stored(engine).content_warning == ""

    stage.run(play)


def test_wider_needs_a_yes(stage: Stage) -> None:
    asked = stage.ask("One", visibility=Visibility.FOLLOWERS)
    stage.sync()

    async def play(engine: Engine) -> None:
        words = draft(engine, asked, visibility=Visibility.PUBLIC)
        (caution,) = engine.answers.cautions(words)
        assert (caution.kind, caution.needs_yes, caution.blocks) == (CautionKind.WIDER, True, False)
        assert caution.words == (
            "This would be public; Ana wrote to followers only. "
            "Enter keeps it to followers, w sends it to everyone."
        )
        assert caution.plain == "This would be public; Ana wrote to followers only."
        with pytest.raises(NeedsYes):
            await engine.answers.send(words)
        assert engine.inbox.outbox() == ()
        await engine.answers.send(words, yes=True)
        assert stored(engine).visibility is Visibility.PUBLIC

    stage.run(play)


def test_wider_than_ones_own_default_needs_a_yes_too(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", widest=Visibility.UNLISTED)
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        words = draft(engine, asked, visibility=Visibility.PUBLIC)
        (caution,) = engine.answers.cautions(words)
        assert caution.words.startswith("This would be public; your own default there is everyone, unlisted.")
        with pytest.raises(NeedsYes):
            await engine.answers.send(words)
        assert engine.answers.cautions(draft(engine, asked, visibility=Visibility.FOLLOWERS)) == ()

    stage.run(play)


def test_nothing_and_too_much_do_not_leave(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        with pytest.raises(CannotAnswer, match="no words"):
            await engine.answers.send(draft(engine, asked, " \n"))
        long = draft(engine, asked, "x" * 514)
        assert engine.answers.measure(long).room == -14
        assert engine.answers.cautions(long)[0].words == "Too long for Memory by 14."
        with pytest.raises(CannotAnswer, match="Too long for Memory by 14"):
            await engine.answers.send(long, yes=True)
        with pytest.raises(CannotAnswer, match="change a message of yours"):
            await engine.answers.send(draft(engine, asked, edits=asked.uri))

    stage.run(play)


def test_what_cannot_be_attached_is_said(tmp_path: Path) -> None:
    words = "Pictures go only on the page itself."
    verbs = frozenset({Verb.ANSWER})
    stage = Stage(tmp_path, "one", verbs=verbs, refusals={Verb.ATTACH: words})
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        with pytest.raises(CannotAnswer, match=words):
            await engine.answers.send(draft(engine, asked, attachments=(("/a.png", "A"),)))

    stage.run(play)


# Before sending ------------------------------------------------------------------------------------------------
def cautions(engine: Engine, words: Draft) -> list[tuple[CautionKind, str]]:
    return [(caution.kind, caution.words) for caution in engine.answers.cautions(words)]


def test_a_thread_that_moved_says_who_said_what(stage: Stage) -> None:
    asked = stage.ask("One", names=(stage.person("me"), stage.person("carl")))
    stage.sync()

    async def play(engine: Engine) -> None:
        words = draft(engine, asked)
        assert cautions(engine, words) == []
        stage.clock.step(60)
        said = stage.ask("The well is on our side.", by="carl", to=asked)
        await engine.sync.once()
        (caution,) = engine.answers.cautions(words)
        assert (
            caution.words
            == "Carl wrote to Ana while you were writing. Ctrl+G shows it, Ctrl+S sends as it is."
        )
        assert caution.taste == "The well is on our side."
        stage.ask("And another thing", to=said)
        await engine.sync.once()
        assert cautions(engine, words)[0][1].startswith("Carl and Ana wrote while you were writing.")
        assert cautions(engine, draft(engine, asked)) == []

    stage.run(play)


def test_an_answer_from_elsewhere_is_noticed(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        words = draft(engine, asked)
        stage.clock.step(60)
        stage.say("From my phone", to=asked)
        await engine.sync.once()
        (found,) = cautions(engine, words)
        assert found[1].startswith("You have answered Ana meanwhile.")

    stage.run(play)


def test_a_message_that_changed_or_went_is_told(stage: Stage) -> None:
    asked = stage.ask("One")
    other = stage.ask("Two", by="ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        words, more = draft(engine, asked), draft(engine, other)
        await engine.answers.save_draft(words)
        await engine.answers.save_draft(more)
        stage.clock.step(3600)
        stage.world.edit(asked.uri, "One, but different")
        stage.world.delete(other.uri)
        await engine.sync.once()
        await engine.sync.load(engine.inbox.resolve(asked.uri).thread_id)
        (changed,) = engine.answers.cautions(words)
        assert changed.kind is CautionKind.CHANGED
        assert changed.words.startswith("Ana changed this message while you were writing.")
        assert changed.taste == "One, but different"
        assert not changed.blocks
        (gone,) = engine.answers.cautions(more)
        assert (gone.kind, gone.words, gone.blocks) == (CautionKind.GONE, "Ben took this message back.", True)
        with pytest.raises(CannotAnswer, match="Ben took this message back"):
            await engine.answers.send(more)
        assert [one.text for one in engine.inbox.drafts()] == ["My words", "My words"]

    stage.run(play)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("https://example.org/x", True),
        ("@ana@one.example https://example.org/x\nhttp://b.example", True),
        ("See https://example.org/x", False),
        ("example", False),
    ],
)
def test_only_a_link_is_asked_about(stage: Stage, text: str, only: bool) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        wanted = [
            (CautionKind.ONLY_A_LINK, "This is only a link. A word to Ana with it? Ctrl+S sends as it is.")
        ]
        assert cautions(engine, draft(engine, asked, text)) == (wanted if only else [])

    stage.run(play)


def test_the_same_words_to_many_are_noticed(stage: Stage) -> None:
    ana, ben, carl = stage.ask("One"), stage.ask("Two", by="ben"), stage.ask("Three", by="carl")
    stage.sync()

    async def play(engine: Engine) -> None:
        await engine.answers.send(draft(engine, ben, "So nice of you to write to me."))
        wanted = (CautionKind.SAID_BEFORE, "You have sent these words before, to Ben. Ctrl+S sends as it is.")
        assert cautions(engine, draft(engine, ana, "@ana@one.example  so nice of YOU to write to me.")) == [
            wanted
        ]
        assert cautions(engine, draft(engine, ana, "Something else entirely, this time.")) == []
        await engine.answers.send(draft(engine, ben, "Thanks, Ben."))
        assert cautions(engine, draft(engine, carl, "Thanks, Ben.")) == []
        await engine.delivery.now(engine.inbox.outbox()[0].outbox_id)
        assert cautions(engine, draft(engine, carl, "So nice of you to write to me.")) == [wanted]

    stage.run(play)


# On its way ----------------------------------------------------------------------------------------------------


def test_a_sent_answer_is_answered_and_cannot_be_recalled(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        row = await engine.answers.send(draft(engine, asked), hold=0)
        row = await engine.delivery.now(row.outbox_id)
        assert (row.state, row.to.name) == (OutboxState.SENT, "Ana Lind")
        with pytest.raises(CannotAnswer, match="has left"):
            await engine.answers.recall(row.outbox_id)
        with pytest.raises(CannotAnswer, match="has left"):
            await engine.answers.retry(row.outbox_id)
        (found,) = engine.inbox.rows(View.ANSWERED).rows
        assert (found.state, found.last_is_me) == (State.ANSWERED, True)
        assert [message.text for message in stage.mine()] == ["My words"]

    stage.run(play)


def test_refused_words_are_a_draft_again_and_can_be_tried_again(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        row = await engine.answers.send(draft(engine, asked), hold=0)
        await engine.store.write(outbox.failed, row.outbox_id, "No.", engine.clock.now())
        assert [one.text for one in engine.inbox.drafts()] == ["My words"]
        again = await engine.answers.retry(row.outbox_id)
        assert again.state is OutboxState.QUEUED
        assert engine.inbox.drafts() == ()
        assert [one.outbox_id for one in engine.inbox.outbox()] == [again.outbox_id]
        await engine.delivery.now(again.outbox_id)
        assert len(stage.mine()) == 1

    stage.run(play)


def test_unsure_is_settled_by_the_user(stage: Stage) -> None:
    asked, other = stage.ask("One"), stage.ask("Two", by="ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        rows = [await engine.answers.send(draft(engine, message), hold=0) for message in (asked, other)]
        for row in rows:
            await engine.store.write(outbox.start, row.outbox_id, "{}", engine.clock.now())
            await engine.store.write(outbox.unsure, row.outbox_id, "The line broke.", engine.clock.now())
        assert (await engine.answers.settle(rows[0].outbox_id, True)).state is OutboxState.SENT
        assert (await engine.answers.retry(rows[1].outbox_id)).state is OutboxState.QUEUED
        with pytest.raises(CannotAnswer, match="Nobody is unsure"):
            await engine.answers.settle(rows[0].outbox_id, False)

    stage.run(play)


# Own messages --------------------------------------------------------------------------------------------------


def test_an_own_message_is_changed_and_deleted_there(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.clock.step(60)
    mine = stage.say("Yse", to=asked)
    stage.sync()

    async def play(engine: Engine) -> None:
        changed = await engine.answers.edit(number(engine, mine), "Yes")
        assert (changed.text, changed.deleted) == ("Yes", False)
        assert [message.text for message in stage.mine()] == ["Yes"]
        assert engine.inbox.rows(View.WAITING).rows == ()
        deleted = await engine.answers.delete(number(engine, mine))
        assert deleted.deleted
        assert [row.words for row in engine.inbox.rows(View.WAITING).rows] == ["One"]
        with pytest.raises(CannotAnswer, match="gone already"):
            await engine.answers.delete(number(engine, mine))
        with pytest.raises(CannotAnswer, match="That message is from Ana"):
            await engine.answers.edit(number(engine, asked), "Not mine")

    stage.run(play)


def test_what_cannot_be_changed_says_why(tmp_path: Path) -> None:
    words = "Nobody can change a message there."
    stage = Stage(tmp_path, "one", verbs=frozenset({Verb.ANSWER}), refusals={Verb.EDIT: words})
    asked = stage.ask("One")
    stage.clock.step(60)
    mine = stage.say("Yes", to=asked)
    stage.sync()

    async def play(engine: Engine) -> None:
        with pytest.raises(CannotAnswer, match=words):
            await engine.answers.edit(number(engine, mine), "No")
        with pytest.raises(CannotAnswer, match="cannot delete messages"):
            await engine.answers.delete(number(engine, mine))

    stage.run(play)
