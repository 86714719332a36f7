"""Commands that take the store out or in: export, import, and the repair of `convo doctor --repair`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from convo.cli.output import say, say_error, say_json
from convo.cli.run import DONE, FAILED, Session, UsageError, data_dir
from convo.clock import Clock


async def export(session: Session) -> int:
    """`convo export FILE`: everything as JSON lines (docs/export.md), readable by the user only."""
    path = Path(session.options.file).expanduser()
    if path.exists() and not session.options.force:
        raise UsageError(f"{path} is there already; another name, or --force to replace it.")
    session.engine.care.export(path)
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
    merged = await session.engine.care.bring_in(path)
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
    brought = await history.bring_in(
        engine.store, engine.clock, session.options.kind, path, engine.accounts.names
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


def repair(options: Namespace, clock: Clock) -> None:
    """`convo doctor --repair`, before the store is opened. Raises StoreError."""
    from convo.engine.care import repair as run

    words = run(data_dir(options), clock)
    if options.json:
        say_error(words)
    else:
        say(words)
