"""The command that decides about comments on the user's own site."""

from __future__ import annotations

from convo.cli.output import say, say_json
from convo.cli.run import DONE, Session, UsageError
from convo.views import public_id


async def moderate(session: Session) -> int:
    """`convo moderate approve|spam|trash MESSAGE`: done there at once, or with --offline by the next sync."""
    options, engine = session.options, session.engine
    target = engine.inbox.resolve(options.message)
    if target.message_id is None:
        raise UsageError(f"{options.message} is not one message; convo show has their ids.")
    decide = engine.moderation.decide if options.offline else engine.moderation.decide_now
    act = await decide(target.message_id, options.decision)
    words = act.words.replace("u takes it back", "convo undo takes it back")
    if options.json:
        say_json({"words": words, "threads": [public_id("t", number) for number in act.thread_ids]})
    else:
        say(words)
    return DONE
