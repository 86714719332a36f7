"""`convo sync`: fetch what is new, deliver the outbox, stop."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

from convo.adapters import login_example
from convo.cli.output import say, say_error, say_json
from convo.cli.progress import Progress, Stand, Work, beside
from convo.cli.run import DONE, FAILED, Session, UsageError
from convo.engine import voice
from convo.text import format_time
from convo.views import Health, public_id

T = TypeVar("T")


async def sync(session: Session) -> int:
    """All accounts at once; exit status 1 when one of them failed."""
    options = session.options
    unknown = [name for name in options.names if name not in session.engine.accounts.names]
    if unknown:
        known = ", ".join(session.engine.accounts.names) or "none yet"
        raise UsageError(f"There is no account {unknown[0]}. Yours: {known}.")
    if options.offline:
        raise UsageError("sync needs the network; leave --offline away.")
    if not session.engine.accounts.names:
        say_error(f"There is no account yet. Add one:  {login_example('NAME')}")
    session.engine.on_words = session.engine.on_words or say_error
    before = session.engine.inbox.highest_arrival()
    outcomes = await _with_progress(session, session.engine.sync.once(options.names))
    await _tell_of_circle(session, before)
    with Work(session.engine.clock) as work:
        await session.engine.care.fill_index(work)
    await session.engine.care.back_up()
    document: dict[str, Any] = {}
    for name, outcome in outcomes.items():
        document[name] = {
            "fetched": outcome.fetched,
            "sent": outcome.sent,
            "requests": outcome.requests,
            "error": outcome.error,
            "next_poll_at": format_time(outcome.next_poll_at) if outcome.next_poll_at else None,
        }
        if outcome.error:
            say_error(f"{name}: {outcome.error}{_hint(session, name, outcome.error)}")
    _tell_of_held(session)
    if options.json:
        say_json(document)
    else:
        for name, outcome in outcomes.items():
            if not outcome.error:
                say(f"{name}: {_told(outcome.fetched, outcome.sent)}")
    return FAILED if any(outcome.error for outcome in outcomes.values()) else DONE


async def _tell_of_circle(session: Session, before: int) -> None:
    """Run the command of [notify] when somebody of the circle wrote of whom no other process has told."""
    command = session.config.notify.command
    came = await session.engine.circle_news(before) if command else ()
    if came:
        from convo.engine.notices import run_notice

        fault = await run_notice(command, voice.names(came))
        if fault:
            say_error(fault)


async def _with_progress(session: Session, work: Awaitable[T]) -> T:
    """A first sync says how it gets on, and that it may be stopped."""
    engine = session.engine

    def stand() -> Stand:
        looking = engine.accounts.looking.items()
        oldest = {name: at for name, at in looking if at is not None}
        return Stand(oldest, engine.inbox.highest_arrival())

    history = timedelta(days=session.config.inbox.history_days)
    progress = Progress(engine.clock.now(), history, engine.inbox.highest_arrival())
    return await beside(work, stand, progress, engine.clock)


def _tell_of_held(session: Session) -> None:
    """How to decide about answers that were held so long that they do not go unasked."""
    for row in session.engine.inbox.asked_about():
        number = public_id("o", row.outbox_id)
        say_error(
            f"Your answer to {row.to.shown} was held for more than a day and waits for your word. Send it:  "
            f"convo outbox retry {number}  or take it back:  convo outbox cancel {number}"
        )


def _hint(session: Session, name: str, error: str) -> str:
    """What to do about an account that must be signed in to again, where its error does not say so itself."""
    found = next(one for one in session.engine.inbox.accounts() if one.name == name)
    if found.health is not Health.SIGN_IN or f"convo login {name}" in error:
        return ""
    return f" {found.advice}"


def _told(fetched: int, sent: int) -> str:
    news = "new messages came" if fetched else "nothing new"
    return f"{news}, your answers went out." if sent else f"{news}."
