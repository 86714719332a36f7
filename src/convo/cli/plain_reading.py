"""A conversation read out: what waits and what it answers, all else by names until it is asked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from convo.cli import plain_words as words
from convo.engine import voice
from convo.model import Attachment, Link, Quote, Visibility
from convo.text import one_line, shorten
from convo.values import frozen
from convo.views import Entry, Opened, OutboxRow, Someone, State

LAST = 4
"""How many messages are read of a conversation in which nobody waits."""
_OURS = re.compile(
    r"(you|\S.{0,80}) (also )?wrote\b.*:|(picture|video|sound|file|poll|link|quoting|code|covered|your \w+): |convo\b"
    r"|.*, \? help: ",
    re.IGNORECASE,
)
"""What a line of a stranger may look like to be taken for one of ours."""
_KINDS = {"image": "Picture", "gifv": "Video", "audio": "Sound", "unknown": "File"}


@frozen
class Reading:
    """What is read of a conversation, what stays folded, and what is covered in what was read."""

    shown: tuple[Entry, ...]
    folded: tuple[Entry, ...]
    covered: tuple[Entry, ...]


def lead(entries: Sequence[Entry]) -> Entry | None:
    """Whom an answer goes to: the first that waits, else the newest of another person, else the last."""
    waiting = [entry for entry in entries if entry.waiting or entry.held]
    others = [entry for entry in entries if not entry.author.is_me and not entry.deleted]
    found = waiting[:1] or others[-1:] or list(entries[-1:])
    return found[0] if found else None


def outline(opened: Opened) -> Reading:
    """All that waits and what it answers, up to the user's own words; else the last messages."""
    entries = opened.entries
    waiting = [entry for entry in entries if entry.waiting or entry.held]
    if not waiting and opened.row.state is State.QUIET:
        waiting = [entry for entry in entries if entry.quiet]
    if len(entries) <= 2:
        chosen = {entry.message_id for entry in entries}
    elif waiting:
        chosen = {one.message_id for entry in waiting for one in _branch(entries, entry)}
    else:
        chosen = {entry.message_id for entry in entries[-LAST:]}
    shown = tuple(entry for entry in entries if entry.message_id in chosen)
    folded = tuple(entry for entry in entries if entry.message_id not in chosen)
    return Reading(
        shown, folded, tuple(entry for entry in shown if entry.content_warning and not entry.deleted)
    )


def _branch(entries: Sequence[Entry], entry: Entry) -> list[Entry]:
    """A message, and above it the user's own words it answers with what lies between, or only its parent."""
    by_uri = {one.uri: one for one in entries}
    path, seen = [entry], {entry.message_id}
    above = by_uri.get(entry.parent_uri)
    while above is not None and above.message_id not in seen:
        path.append(above)
        seen.add(above.message_id)
        if above.author.is_me:
            return path
        above = by_uri.get(above.parent_uri)
    if len(path) > 1:
        return path[:2]
    before = [one for one in entries[: entries.index(entry)] if one.author.is_me]
    return [entry, *before[-1:]]


class Reader:
    """Makes lines of messages; `now` in the user's zone."""

    def __init__(self, opened: Opened, now: datetime, uncovered: Collection[int] = ()) -> None:
        self._opened = opened
        self._now = now
        self._uncovered = uncovered
        self._people = list({entry.author.person_id: entry.author for entry in opened.entries}.values())
        self._authors = {entry.uri: entry.author for entry in opened.entries}

    def conversation(
        self,
        reading: Reading,
        note: str,
        draft: tuple[str, str] | None,
        leaving: Sequence[OutboxRow],
        offline: bool,
    ) -> list[str]:
        """The whole of it: who and why, what was said, who else wrote, what the user noted and began."""
        row = self._opened.row
        lines = words.filled(words.standing(row, self._now))
        lines += self._where(reading)
        lines += self._messages(reading)
        also = [words.also_why(row), self._opened.partial, self.folded(reading.folded)]
        for paragraph in also:
            lines += words.filled(paragraph)
        if note:
            lines += words.filled(_stopped(f"Your note: {one_line(note)}"))
        if draft is not None:
            lines += words.filled(f'Your draft to {draft[0]}: "{shorten(draft[1], 200)}" r goes on with it.')
        for one in leaving:
            lines += words.filled(f'You wrote: "{one.text}" {words.leaving(one, self._now, offline)}')
        return lines

    def _where(self, reading: Reading) -> list[str]:
        """Place, title and reason; with a single message its words, too."""
        row = self._opened.row
        where, title, why = words.place(row.platform, row.account), row.title, words.why(row)
        if self._alone(reading):
            entry = reading.shown[0]
            first, *rest = self.body(entry)
            return [*words.filled(f"{where} {why}: {first}"), *rest]
        if title and not self._title_is_said(title, reading):
            where = f"{where} {_stopped(title)}"
        return words.filled(f"{where} {_stopped(why)}" if why else where)

    def _alone(self, reading: Reading) -> bool:
        """A single message whose reason and words make one sentence."""
        row = self._opened.row
        return (
            len(self._opened.entries) == 1
            and bool(words.why(row))
            and (not row.title or self._title_is_said(row.title, reading))
            and reading.shown[0].edited_at is None
        )

    @staticmethod
    def _title_is_said(title: str, reading: Reading) -> bool:
        """A title made of the first words of what is read anyway."""
        start = title.rstrip("….").strip()
        return any(one_line(entry.text).startswith(start) for entry in reading.shown)

    def _messages(self, reading: Reading) -> list[str]:
        if self._alone(reading):
            return []
        return [line for entry in reading.shown for line in self.message(entry)]

    def message(self, entry: Entry, whom: bool = False) -> list[str]:
        """One message: who wrote when, and the words. `whom`: also to whom."""
        who = "You" if entry.author.is_me else voice.name_of(entry.author, self._people)
        when = spelled_moment(entry.created_at, self._now)
        edited = ", changed since" if entry.edited_at is not None else ""
        to = self._to(entry) if whom else ""
        if entry.deleted:
            return words.filled(f"{who} took back what was written {when}.")
        first, *rest = self.body(entry)
        return [*words.filled(f"{who} wrote{to}, {when}{edited}: {first}"), *rest]

    def _to(self, entry: Entry) -> str:
        parent = self._authors.get(entry.parent_uri)
        if entry.visibility is Visibility.DIRECT and not entry.author.is_me:
            return " only to you"
        if parent is None or parent.uid == entry.author.uid:
            return ""
        return " to you" if parent.is_me else f" to {voice.name_of(parent, self._people)}"

    def body(self, entry: Entry) -> list[str]:
        """The words of a message; the first line goes on where its head ends."""
        if entry.content_warning and entry.message_id not in self._uncovered:
            return [f"Covered: {_stopped(one_line(entry.content_warning))} z reads it."]
        said: list[str] = [_stopped(one_line(entry.content_warning))] if entry.content_warning else []
        said += [self._quote(quote) for quote in entry.quotes if quote.text or quote.name]
        said += paragraphs(entry.text)
        behind = [_attached(one) for one in entry.attachments] + [
            f"Link: {link_words(one)}" for one in entry.links
        ]
        if entry.held:
            behind.append("Only you can see this until you approve it.")
        first, *rest = said or ["no words."]
        lines = [first]
        for paragraph in rest:
            lines += [self._kept_apart(line, entry) for line in words.filled(paragraph)]
        return [*lines, *words.filled(" ".join(behind))] if behind else lines

    def _kept_apart(self, line: str, entry: Entry) -> str:
        """A line of a stranger that looks like one of ours says whose it is."""
        if entry.author.is_me or not _OURS.match(line):
            return line
        return f"{voice.name_of(entry.author, self._people)} goes on: {line}"

    def _quote(self, quote: Quote) -> str:
        author = self._authors.get(quote.uri)
        who = (
            "you"
            if author is not None and author.is_me
            else (voice.name_of(author) if author else quote.name)
        )
        return f'Quoting{f" {who}" if who else ""}: "{one_line(quote.text) or "no words"}"'

    def folded(self, entries: Sequence[Entry]) -> str:
        """Who else wrote here."""
        people: dict[int, Someone] = {}
        for entry in entries:
            people.setdefault(entry.author.person_id, entry.author)
        others = [who for who in people.values() if not who.is_me]
        if not people:
            return ""
        shown = [voice.name_of(who, self._people) for who in others] or ["You"]
        return f"{voice.listed(shown)} also wrote. v reads {'it' if len(entries) == 1 else 'them'}."


def spelled_moment(when: datetime, now: datetime) -> str:
    """When something was said, the month in full."""
    return words.spelled(voice.moment_long(when, now))


def paragraphs(text: str) -> list[str]:
    """A message's text without marks: quotes and code are named in words, list items stand alone."""
    found: list[str] = []
    quoted: list[str] = []
    code = False
    for row in text.split("\n"):
        line = row.expandtabs(4).rstrip()
        if quoted and not line.startswith(">"):
            found.append(f'Quoting: "{" ".join(quoted)}"')
            quoted = []
        if line.startswith("```"):
            code = not code
            found.append("Code: " if code else "End of the code.")
        elif code:
            found.append(line)
        elif line.startswith(">"):
            quoted.append(line.lstrip("> "))
        elif line.strip():
            found.append(re.sub(r"^(- |#{1,6} )", "", line.strip()))
    if quoted:
        found.append(f'Quoting: "{" ".join(quoted)}"')
    return found


def _stopped(text: str) -> str:
    return text if not text or text[-1] in '.!?…。！？"' else f"{text}."


def _attached(one: Attachment) -> str:
    kind = _KINDS.get(one.kind, one.kind.capitalize())
    return f"{kind}: {_stopped(one_line(one.alt) or 'no description')}"


def host_words(host: str) -> str:
    """A host; one with letters that are not plain Latin also as the network knows it."""
    if host.isascii():
        return host
    try:
        return f"{host}, which is really {host.encode('idna').decode()}"
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode()


def link_words(link: Link) -> str:
    """Where a link really leads, and what its text says where that is something else."""
    parts = urlsplit(link.url)
    host = (parts.hostname or "").removeprefix("www.")
    shown = f"{host_words(host)}{parts.path.rstrip('/')}{f'?{parts.query}' if parts.query else ''}"
    text = one_line(link.text)
    if not text or "://" in text or text.lower().removeprefix("www.").startswith(host.lower()):
        return shown
    return f"{shown}, the text says: {text}"
