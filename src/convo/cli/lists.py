"""Commands that only read: list, show, search."""

from __future__ import annotations

from convo.adapters import label
from convo.cli.output import hit_json, opened_json, row_json, say, say_error, say_json, table
from convo.cli.progress import Work
from convo.cli.run import DONE, Session, UsageError
from convo.cli.stopping import stopped
from convo.engine import voice
from convo.store import StoreError
from convo.text import one_line
from convo.views import Entry, Opened, Row, View, public_id


async def list_threads(session: Session) -> int:
    """`convo list`: the conversations of a view, in the order of the inbox."""
    options = session.options
    if options.limit < 1:
        raise UsageError("--limit takes a number from 1 on.")
    if options.account and options.account not in session.engine.accounts.names:
        known = ", ".join(session.engine.accounts.names) or "none yet"
        raise UsageError(f"There is no account {options.account}. Yours: {known}.")
    inbox = session.engine.inbox
    page = inbox.rows(
        View(options.view),
        account=options.account,
        before=options.before,
        limit=options.limit,
        newest_first=session.config.inbox.order == "newest",
    )
    if options.json:
        say_json([row_json(row) for row in page.rows])
    elif page.rows:
        table(_line(session, row) for row in page.rows)
        if page.cursor:
            say(f"More:  convo list --view {options.view} --before {page.cursor}")
    else:
        say(voice.EMPTY[View(options.view)])
    return DONE


def _line(session: Session, row: Row) -> tuple[str, ...]:
    name = row.who.shown if row.who else ""
    when = voice.age_long(row.waiting_since or row.last_message_at, session.engine.clock.now())
    words = f"[{row.covered}] covered" if row.covered else row.words
    return public_id("t", row.thread_id), name, f"{label(row.platform)} {row.account}", when, words


async def show(session: Session) -> int:
    """`convo show THREAD`: one conversation, oldest message first."""
    inbox = session.engine.inbox
    target = inbox.resolve(session.options.thread)
    if not session.options.offline:
        await session.engine.sync.load(target.thread_id)
    opened = inbox.open(target.thread_id)
    if opened is None:
        raise UsageError(f"{session.options.thread} is not in the store.")
    if session.options.json:
        say_json(opened_json(opened))
    else:
        _say_conversation(session, opened)
    return DONE


def _say_conversation(session: Session, opened: Opened) -> None:
    row = opened.row
    say(row.title)
    say(
        f"{public_id('t', row.thread_id)}, {label(row.platform)} {row.account}, {row.state.value}. {row.url}".rstrip()
    )
    if opened.partial:
        say(opened.partial)
    for entry in opened.entries:
        say()
        say(_head(session, entry))
        if entry.content_warning:
            say(f"covered: {entry.content_warning}")
        say("This message was deleted." if entry.deleted else entry.text)
        for attachment in entry.attachments:
            say(
                f"[{attachment.kind}] {one_line(attachment.alt) or 'no description'} {attachment.url}".rstrip()
            )


def _head(session: Session, entry: Entry) -> str:
    who = "You" if entry.author.is_me else f"{entry.author.shown} ({entry.author.handle})"
    when = voice.moment(entry.created_at, session.engine.clock.now())
    marks = [word for word, on in (("waits", entry.waiting), ("edited", entry.edited_at is not None)) if on]
    return f"{public_id('m', entry.message_id)}  {who}, {', '.join([when, *marks])}"


async def search(session: Session) -> int:
    """`convo search WORDS`: the newest conversations first in which the words stand."""
    await _complete(session)
    hits = session.engine.inbox.search(" ".join(session.options.words), limit=session.options.limit)
    if session.options.json:
        say_json([hit_json(hit) for hit in hits])
    elif hits:
        table(
            (
                public_id("t", hit.row.thread_id),
                hit.row.who.shown if hit.row.who else "",
                f"{label(hit.row.platform)} {hit.row.account}",
                hit.snippet,
            )
            for hit in hits
        )
    else:
        say(f'Nothing found for "{one_line(" ".join(session.options.words))}".')
    return DONE


async def _complete(session: Session) -> None:
    """Old messages that a new search index does not have yet are put in first; where that fails it is said."""
    engine = session.engine
    try:
        with Work(engine.clock) as work, stopped("Stopped. The search goes on being put in order next time."):
            await engine.care.fill_index(work)
    except StoreError as error:
        say_error(error.words)
        missing = engine.inbox.not_searchable_before()
        if missing is not None:
            say_error(voice.not_found_yet(missing, engine.clock.now()))
