"""The verbs of triage and their sentences, through the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from convo.adapters.contract import Verb
from convo.engine import Engine
from convo.engine.acts import CannotAct
from convo.model import Message
from convo.views import Draft, Seen, State, View
from tests.engine.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path, "one")
    stage.world.person(stage.server(), "ben", "Ben Okafor")
    stage.config = replace(stage.config, inbox=replace(stage.config.inbox, undo_seconds=10))
    return stage


def seen(engine: Engine, message: Message) -> Seen:
    row = engine.inbox.row(engine.inbox.resolve(message.uri).thread_id)
    assert row is not None
    return Seen(row.thread_id, row.arrival)


def state(engine: Engine, message: Message) -> State:
    row = engine.inbox.row(engine.inbox.resolve(message.uri).thread_id)
    assert row is not None
    return row.state


def author(engine: Engine, message: Message) -> int:
    entry = engine.inbox.entry(engine.inbox.resolve(message.uri).message_id or 0)
    assert entry is not None
    return entry.author.person_id


def test_done_and_back(stage: Stage) -> None:
    ana, ben = stage.ask("One"), stage.ask("Two", by="ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        acts = engine.acts
        act = await acts.done([seen(engine, ana)])
        assert act.words == "Ana is done. u takes it back."
        assert act.thread_ids == (seen(engine, ana).thread_id,)
        assert act.journal_id is not None
        assert (await acts.undo()).words == "Ana waits again. U does it again."
        assert (await acts.redo()).words == "Ana is done. u takes it back."
        assert (await acts.undo()).words == "Ana waits again. U does it again."
        both = await acts.done([seen(engine, ben), seen(engine, ana)])
        assert both.words == "Ben and Ana are done. u takes it back."
        assert (await acts.undo()).words == "Ben and Ana wait again. U does it again."
        nothing = await acts.undo()
        assert (nothing.words, nothing.journal_id) == ("Nothing more to take back.", None)

    stage.run(play)


def test_done_person(stage: Stage) -> None:
    root = stage.ask("One")
    stage.ask("Two", by="ben", to=root)
    stage.sync()

    async def play(engine: Engine) -> None:
        act = await engine.acts.done_person(seen(engine, root), author(engine, root))
        assert act.words == "Ana is done. u takes it back."
        row = engine.inbox.row(seen(engine, root).thread_id)
        assert row is not None
        assert [person.name for person in row.waiting_for] == ["Ben Okafor"]

    stage.run(play)


def test_snooze(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        monday = datetime(2026, 11, 23, 9, 0).astimezone().astimezone(timezone.utc)
        act = await engine.acts.snooze(seen(engine, ana), monday)
        assert act.words == "Ana comes back on Monday at 9:00. u takes it back."
        assert state(engine, ana) is State.SNOOZED
        assert (await engine.acts.undo()).words == "Ana waits again. U does it again."
        act = await engine.acts.snooze([seen(engine, ana)], None)
        assert act.words == "Ana comes back when Ana writes again. u takes it back."
        with pytest.raises(CannotAct):
            await engine.acts.snooze([seen(engine, ana)], engine.clock.now())

    stage.run(play)


def test_mute_reopen_and_the_platform(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        muted = "You will not see this conversation again. one mutes it, too. u takes it back."
        assert (await engine.acts.mute([seen(engine, ana)])).words == muted
        assert (await engine.acts.mute([seen(engine, ana)])).journal_id is None
        opened = await engine.acts.reopen([seen(engine, ana)])
        assert opened.words == "Ana waits again. u takes it back."
        assert state(engine, ana) is State.WAITING
        assert (await engine.acts.undo()).words == "It is closed again, as it was. U does it again."
        assert state(engine, ana) is State.MUTED
        assert (await engine.acts.undo()).words == "Ana waits again. U does it again."
        nothing = await engine.acts.reopen([seen(engine, ana)])
        assert (nothing.words, nothing.journal_id) == ("Nothing is closed here.", None)

    stage.run(play)


def test_a_platform_that_cannot_mute_is_not_named(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", verbs=frozenset({Verb.ANSWER}))
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        act = await engine.acts.mute([seen(engine, ana)])
        assert act.words == "You will not see this conversation again. u takes it back."
        assert engine.store.reader.execute("SELECT count(*) FROM errand").fetchone() == (0,)

    stage.run(play)


def test_quiet_and_out_of_it_for_good(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        assert (await engine.acts.quiet([seen(engine, ana)])).words == "Ana waits in Quiet. u takes it back."
        assert state(engine, ana) is State.QUIET
        assert (await engine.acts.undo()).words == "Ana is out of Quiet again. U does it again."
        assert state(engine, ana) is State.WAITING
        await engine.acts.redo()
        out = await engine.acts.unquiet([seen(engine, ana)])
        assert out.words == "Ana is out of Quiet for good. u takes it back."
        assert state(engine, ana) is State.WAITING
        assert (await engine.acts.unquiet([seen(engine, ana)])).words == "Nobody here is in Quiet."

    stage.run(play)


def test_circle_note_and_mute_person(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        acts, number = engine.acts, author(engine, ana)
        assert (await acts.circle(number)).words == "Ana is in your circle now. u takes it back."
        assert (await acts.circle(number)).words == "Ana is no longer in your circle. u takes it back."
        assert (await acts.undo()).words == "Ana is in your circle now. U does it again."
        assert (
            await acts.note(number, " plain answers ")
        ).words == "Your note about Ana is kept. u takes it back."
        assert (await acts.note(number, "")).words == "Your note about Ana is gone. u takes it back."
        muted = await acts.mute_person(number)
        assert muted.words == "Nothing from Ana Lind will come to you any more, on one. u takes it back."
        assert engine.inbox.rows(View.WAITING).rows == ()
        assert engine.store.reader.execute("SELECT count(*) FROM errand").fetchone() == (0,)
        assert (await acts.undo()).words == "You hear Ana Lind again. U does it again."
        assert len(engine.inbox.rows(View.WAITING).rows) == 1
        await acts.mute_person(number, there=True)
        assert engine.store.reader.execute("SELECT verb FROM errand").fetchall() == [("mute_person",)]

    stage.run(play)


def test_muting_whoever_is_only_in_quiet_notes_why(stage: Stage) -> None:
    stage.world.person(stage.server(), "kim")
    pitch = stage.ask("Thanks for connecting! Grab my free guide https://deals.example/guide", by="kim")
    stage.sync()

    async def play(engine: Engine) -> None:
        assert state(engine, pitch) is State.QUIET
        number = author(engine, pitch)
        await engine.acts.note(number, "met nobody")
        muted = await engine.acts.mute_person(number)
        assert muted.words.endswith("any more, on one. Your note says why. u takes it back.")
        kept = 'met nobody\nMuted on 22 Nov 2026: automatic greeting: "Thanks for connecting! Grab my free".'
        assert engine.inbox.note(number) == kept
        await engine.acts.undo()
        assert engine.inbox.note(number) == "met nobody"
        await engine.acts.redo()
        await engine.acts.mute_person(number)
        assert engine.inbox.note(number) == kept, "it is noted once"

    stage.run(play)


def test_muting_somebody_the_user_knows_notes_nothing(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        number = author(engine, ana)
        await engine.acts.quiet(seen(engine, ana))
        assert "note" not in (await engine.acts.mute_person(number)).words
        assert engine.inbox.note(number) == ""

    stage.run(play)


def test_several_enter_and_leave_the_circle_in_one_act(stage: Stage) -> None:
    ana, ben = stage.ask("One"), stage.ask("Two", by="ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        acts, both = engine.acts, [author(engine, ana), author(engine, ben)]
        await acts.circle(both[0])
        assert (await acts.circle_all(both)).words == "Ben is in your circle now. u takes it back."
        assert (await acts.undo()).words == "Ben is no longer in your circle. U does it again."
        inside = {row.who.name: row.who.circle for row in engine.inbox.rows(View.WAITING).rows if row.who}
        assert inside == {"Ana Lind": True, "Ben Okafor": False}, "each is as before"
        await acts.redo()
        assert (
            await acts.circle_all(both)
        ).words == "Ana and Ben are no longer in your circle. u takes it back."

    stage.run(play)


def test_a_block_goes_to_the_platform_after_the_undo_window_and_can_be_taken_back(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        acts, number = engine.acts, author(engine, ana)
        errands = "SELECT verb, json_extract(argument, '$.on') FROM errand"
        assert (await acts.block(number)).words == "Ana is blocked on one. u takes it back."
        assert engine.inbox.rows(View.WAITING).rows == ()
        assert engine.store.reader.execute(errands).fetchall() == [("block", 1)]
        assert (await acts.undo()).words == "Ana is not blocked any more. U does it again."
        assert engine.store.reader.execute(errands).fetchall() == []
        assert len(engine.inbox.rows(View.WAITING).rows) == 1

    stage.run(play)


def test_joining_and_separating(stage: Stage) -> None:
    ana, ben = stage.ask("One"), stage.ask("Two", by="ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        acts, first, second = engine.acts, author(engine, ana), author(engine, ben)
        await acts.note(first, "One note")
        await acts.circle(second)
        joined = await acts.join(first, second)
        assert "are the same person now. u takes it back." in joined.words
        assert engine.inbox.note(second) == "One note"
        assert all(row.who and row.who.circle for row in engine.inbox.rows(View.WAITING).rows)
        await acts.separate(second)
        await acts.note(second, "Another")
        assert engine.inbox.note(first) == "One note"
        assert (await acts.separate(second)).journal_id is None
        for _ in range(5):
            await acts.undo()
        assert engine.inbox.note(first) == ""
        assert not any(row.who and row.who.circle for row in engine.inbox.rows(View.WAITING).rows)

    stage.run(play)


def test_close_finished(stage: Stage) -> None:
    mine = stage.say("Rye.", to=stage.ask("Which flour?"))
    stage.clock.step(60)
    thanks = stage.ask("Thank you!", to=mine)
    stage.ask("And?", by="ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        rows = engine.inbox.rows(View.WAITING).rows
        act = await engine.acts.close_finished([Seen(row.thread_id, row.arrival) for row in rows])
        assert act.words == "Ana is done. u takes it back."
        assert state(engine, thanks) is State.DONE
        rows = engine.inbox.rows(View.WAITING).rows
        nothing = await engine.acts.close_finished([Seen(row.thread_id, row.arrival) for row in rows])
        assert (nothing.words, nothing.journal_id) == ("Nobody here sounds finished.", None)

    stage.run(play)


def test_what_changed_elsewhere_is_not_overwritten_by_undo(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        await engine.acts.done([seen(engine, ana)])
        await engine.store.write(lambda db: db.execute("UPDATE done SET at = at + 1"))
        act = await engine.acts.undo()
        assert (act.words, act.journal_id) == ("That has changed since; it stays as it is.", None)
        assert state(engine, ana) is State.DONE

    stage.run(play)


def test_undo_takes_an_answer_back_or_says_that_it_has_left(stage: Stage) -> None:
    ana, ben = stage.ask("One"), stage.ask("Two", by="ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        await engine.acts.done([seen(engine, ben)])
        draft = Draft("one", ana.uri, "My words", 3, None, None, "", (), (), "", engine.clock.now(), 0)
        await engine.answers.send(draft)
        act = await engine.acts.undo()
        assert act.words == "Your answer to Ana is back in the box."
        assert act.draft is not None
        assert (act.draft.text, act.draft.cursor, act.draft.uri) == ("My words", 3, ana.uri)
        row = await engine.answers.send(act.draft, hold=0)
        await engine.delivery.now(row.outbox_id)
        left = await engine.acts.undo()
        assert (left.words, left.journal_id) == ("That answer has left. D on it deletes it.", None)
        assert (await engine.acts.undo()).words == "Ben waits again. U does it again."
        assert len(stage.mine()) == 1

    stage.run(play)


def test_looking_is_no_act(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        await engine.acts.looked(seen(engine, ana))
        row = engine.inbox.row(seen(engine, ana).thread_id)
        assert row is not None
        assert not row.unread
        assert (await engine.acts.undo()).words == "Nothing more to take back."

    stage.run(play)


@pytest.mark.parametrize(("mark_read", "moved"), [("off", 0), ("clear", 1), ("always", 1)])
def test_reading_is_told_as_the_config_wants_it(stage: Stage, mark_read: str, moved: int) -> None:
    ana = stage.ask("One")
    stage.sync()
    config = replace(stage.config, inbox=replace(stage.config.inbox, mark_read=mark_read))

    async def play(engine: Engine) -> None:
        await engine.acts.done([seen(engine, ana)])
        found = engine.store.reader.execute(
            "SELECT verb, due_at - (SELECT at FROM journal) FROM errand"
        ).fetchall()
        assert found == [("mark_read", 10_000_000)] * moved

    stage.run(play, config)


def test_triage_survives_a_restart(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.sync()

    async def close(engine: Engine) -> None:
        await engine.acts.done([seen(engine, ana)])

    async def look(engine: Engine) -> None:
        assert state(engine, ana) is State.DONE
        assert (await engine.acts.undo()).words == "Ana waits again. U does it again."

    stage.run(close)
    stage.run(look)


def test_a_reminder_is_for_nobody_and_says_who_it_is_about(stage: Stage) -> None:
    ana = stage.ask("One")
    stage.clock.step(60)
    stage.say("Yes", to=ana)
    stage.sync()

    async def play(engine: Engine) -> None:
        act = await engine.acts.snooze([seen(engine, ana)], engine.clock.now() + timedelta(hours=1))
        assert act.words.startswith("Ana comes back ")
        stage.clock.step(3600)
        (row,) = engine.inbox.rows(View.WAITING).rows
        assert (row.reminder, row.waiting_for) == (True, ())
        assert engine.inbox.who_waits() == ((), None)
        assert (await engine.acts.done([seen(engine, ana)])).words == "Ana is done. u takes it back."
        assert engine.inbox.rows(View.WAITING).rows == ()

    stage.run(play)
