"""Commands that take the store out or in: export and import."""

from __future__ import annotations

from pathlib import Path

from convo.cli.output import say, say_error, say_json
from convo.cli.progress import Work
from convo.cli.run import DONE, FAILED, Session, UsageError
from convo.cli.stopping import stopped

_GOES_ON = "Stopped. What came in is kept, and what you did with it comes last: the same command again brings the rest."


async def export(session: Session) -> int:
    """`convo export FILE`: everything as JSON lines (docs/export.md), readable by the user only."""
    path = Path(session.options.file).expanduser()
    if path.exists() and not session.options.force:
        raise UsageError(f"{path} is there already; another name, or --force to replace it.")
    with Work(session.engine.clock) as work, stopped(f"Stopped. Nothing was exported; {path} is as it was."):
        await session.engine.care.export(path, work)
    if session.options.json:
        say_json({"file": str(path)})
    else:
        say(
            f"Your messages and all you did with them are in {path}. Nobody else can read it; no secret is in it."
        )
    return DONE


async def bring_in(session: Session) -> int:
    """`convo import FILE`: merged, never sent."""
    path = Path(session.options.file).expanduser()
    if session.options.kind:
        return await _bring_in_archive(session, path)
    with Work(session.engine.clock) as work, stopped(_GOES_ON):
        merged = await session.engine.care.bring_in(path, work)
    if session.options.json:
        say_json({"file": str(path), "changed": merged.changed > 0, "unsure": merged.unsure > 0})
        return DONE
    say(f"{path} was merged into your store." if merged.changed else f"Your store has all that {path} says.")
    if merged.drafts:
        say("Answers that never left are among your drafts.")
    if merged.unsure:
        say(
            "Of some answers nobody can tell whether they left: convo outbox asks about them. Nothing is sent."
        )
    return DONE


async def _bring_in_archive(session: Session, path: Path) -> int:
    """`convo import --from KIND FILE`: old conversations, to read and to search."""
    from convo.engine import history

    engine = session.engine
    with (
        Work(engine.clock) as work,
        stopped("Stopped. What came in is kept; the same command goes on from there."),
    ):
        brought = await history.bring_in(
            engine.store, engine.clock, session.options.kind, path, engine.accounts.names, work
        )
    for words in brought.skipped:
        say_error(words)
    if session.options.json:
        say_json({"file": str(path), "changed": brought.changed, "skipped": list(brought.skipped)})
    elif brought.changed:
        say(f"The conversations of {path} are here, to read and to search: convo list --view all")
    else:
        say(f"Your store has all that {path} says.")
    return FAILED if brought.skipped else DONE
