"""Commands that sort: done, mute, snooze, reopen, quiet, unquiet, undo, redo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from convo.cli.output import say, say_json
from convo.cli.run import DONE, FAILED, Session, UsageError
from convo.engine.when import parse_when
from convo.views import Act, Seen, public_id

_Verb = Callable[[Sequence[Seen]], Awaitable[Act]]


def _seen(session: Session) -> list[Seen]:
    """The conversations named, each as it stands in the store."""
    inbox = session.engine.inbox
    seen = []
    for word in session.options.threads:
        row = inbox.row(inbox.resolve(word).thread_id)
        if row is None:
            raise UsageError(f"{word} is not in the store.")
        seen.append(Seen(row.thread_id, row.arrival))
    return seen


async def _act(session: Session, verb: _Verb) -> int:
    seen = _seen(session)
    return _told(session, await verb(seen))


def _told(session: Session, act: Act) -> int:
    if session.options.json:
        threads = [public_id("t", number) for number in act.thread_ids]
        say_json({"words": act.words, "threads": threads})
    else:
        say(act.words)
    return DONE


async def done(session: Session) -> int:
    """`convo done THREAD ...`."""
    return await _act(session, session.engine.acts.done)


async def mute(session: Session) -> int:
    """`convo mute THREAD ...`."""
    return await _act(session, session.engine.acts.mute)


async def reopen(session: Session) -> int:
    """`convo reopen THREAD ...`."""
    return await _act(session, session.engine.acts.reopen)


async def quiet(session: Session) -> int:
    """`convo quiet THREAD ...`."""
    return await _act(session, session.engine.acts.quiet)


async def unquiet(session: Session) -> int:
    """`convo unquiet THREAD ...`."""
    return await _act(session, session.engine.acts.unquiet)


async def snooze(session: Session) -> int:
    """`convo snooze THREAD ... --until WHEN`."""
    now = session.engine.clock.now().astimezone()
    try:
        until = parse_when(session.options.until, now, session.config.inbox.day_starts)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return _told(session, await session.engine.acts.snooze(_seen(session), until))


async def undo(session: Session) -> int:
    """`convo undo`: exit status 1 when there was nothing to take back."""
    act = await session.engine.acts.undo()
    return _told(session, act) if act.journal_id is not None else _told(session, act) or FAILED


async def redo(session: Session) -> int:
    """`convo redo`: exit status 1 when there was nothing to do again."""
    act = await session.engine.acts.redo()
    return _told(session, act) if act.journal_id is not None else _told(session, act) or FAILED
