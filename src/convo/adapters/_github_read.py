"""What is read: the conversations that notifications are about, look-ups, one conversation whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from convo.adapters import _github_lists as lists
from convo.adapters import _github_queries as queries
from convo.adapters import _github_wire as wire
from convo.adapters._forge import concerns
from convo.adapters._github_api import PLATFORM, Api, Found
from convo.adapters._github_messages import NOT_MATCHED, Notice, Place, packed, place_of
from convo.adapters._github_talk import Talk, learn_all, talk_of, whole_of
from convo.adapters.contract import Missing, RetryAt, Unreachable
from convo.model import Conversation, Mention, Message, Page, Person, Ref
from convo.text import format_time, one_line, parse_time, shorten
from convo.values import frozen

SPEECH = frozenset(
    {
        "mention",
        "team_mention",
        "author",
        "comment",
        "manual",
        "assign",
        "review_requested",
        "approval_requested",
    }
)
"""Reasons of notifications whose conversations are the user's; of all others only what speaks to the user is kept."""
_ADDRESSED = ("mention", "team_mention")
_BATCH = 10
"""Conversations that one query asks for: GitHub gives up after ten seconds."""
_SOME, _INSIDE = 30, 20
"""Comments of each conversation, and of each thread inside it, that are read for a notification."""
_MORE = 3
"""Further pages of a hundred comments that are read where more than those are new."""
_MOST = 1_000
"""Comments of one conversation that are read: the store keeps no more."""
_ENOUGH = 3
"""So many that fail one after the other, and none that does not: the server is down."""
_NAMES = 50
_NAMES_MOST = 200
_FINDS = re.compile(r"/(?:issues|pulls)/(\d+)$")
_DISCUSSION = re.compile(r"/discussions/(\d+)$")
_KINDS = {"Issue": "issue", "PullRequest": "pull request", "Commit": "commit"}
_COMMIT = re.compile(r"/commits/([0-9a-f]{7,64})$")


@frozen
class Wanted:
    """A conversation that a notification is about, and how it is found."""

    notification: wire.Notification
    kind: str
    """number, discussion, sha or title: see `queries.subjects`."""
    key: int | str

    @property
    def notice(self) -> Notice:
        """What the messages keep of the notification."""
        one = self.notification
        return Notice(one_line(one.id), one_line(one.updated_at), one_line(one.reason))


@dataclass(slots=True)
class _Gathered:
    """Conversations as they come in."""

    talks: list[tuple[Talk, Notice]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failing: dict[str, str] = field(default_factory=dict)
    """What could not be had now while others could: ids of threads, and a sentence each."""


async def notifications(api: Api, cursor: str, since: datetime) -> Page:
    """What was said in the conversations that moved since the cursor."""
    now = datetime.now(timezone.utc)
    batch = await lists.read(api, cursor, since, now)
    gathered = _Gathered(skipped=list(batch.skipped))
    again = await lists.failed_before(api, batch.cursor, now)
    fresh = {one.id for one in batch.threads}
    threads = [*batch.threads, *(one for one in again if one.id not in fresh)]
    wanted = [one for one in map(_wanted, threads) if one is not None]
    gathered.skipped += [
        _lost(one) for one in batch.threads if one.subject.type in _KINDS and _wanted(one) is None
    ]
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        await _gather_all(api, part, batch.floor, gathered, {one.id for one in again})
    over = lists.note_failures(batch.cursor, gathered.failing, bool(again), now)
    for id_, said in gathered.failing.items():
        rest = "convo gives up, a day later." if id_ in over else "convo asks again."
        gathered.skipped.append(f"{said} {rest}")
    await resolve(api, [talk for talk, _ in gathered.talks])
    for talk, notice in gathered.talks:
        messages = talk.messages(api, notice)
        gathered.skipped += talk.skipped
        if notice.reason in SPEECH or concerns(messages, api.facts.uid):
            gathered.messages += _within(messages, since)
    found = tuple(sorted(gathered.messages, key=lambda one: one.created_at))
    return Page(found, lists.encoded(batch.cursor), batch.more, skipped=tuple(gathered.skipped))


def _within(messages: Sequence[Message], since: datetime) -> list[Message]:
    """What is not too old, with the root of what is left."""
    root, *rest = messages
    kept = [one for one in rest if one.created_at >= since]
    return [root, *kept] if kept or root.created_at >= since else []


def _wanted(notification: wire.Notification) -> Wanted | None:
    """What a notification is about; None for what carries no words (runs of checks, releases, invitations)."""
    subject = notification.subject
    url = subject.url or ""
    if subject.type in ("Issue", "PullRequest"):
        found = _FINDS.search(url)
        return Wanted(notification, "number", int(found[1])) if found else None
    if subject.type == "Discussion":
        found = _DISCUSSION.search(url)
        return (
            Wanted(notification, "discussion", int(found[1])) if found else Wanted(notification, "title", "")
        )
    if subject.type == "Commit":
        found = _COMMIT.search(url)
        return Wanted(notification, "sha", found[1]) if found else None
    return None


def _lost(notification: wire.Notification) -> str:
    about = _KINDS[notification.subject.type]
    return f"Notification {shorten(notification.id, 60)} names no {about} that convo can find."


def is_speech(notification: wire.Notification) -> bool:
    """Whether a notification is about something that carries words."""
    return _wanted(notification) is not None


async def _gather_all(
    api: Api,
    wanted: Sequence[Wanted],
    floor: datetime,
    gathered: _Gathered,
    failed_before: Set[str],
) -> None:
    """Read some conversations; where a query fails, one by one, so that one that always fails stops no other.

    Raises RetryAt when the server fails for all of them.
    """
    try:
        return await _gather(api, wanted, floor, gathered)
    except RetryAt as error:
        if _is_for_all(error):
            raise
        failing: dict[str, str] = {}
        for count, one in enumerate(wanted, 1):
            try:
                await _gather(api, [one], floor, gathered)
            except RetryAt as single:
                if _is_for_all(single):
                    raise
                title = shorten(one.notification.subject.title, 60)
                failing[one.notification.id] = f"“{title}” could not be read: {single.words}"
            down = len(failing) == count and count in (_ENOUGH, len(wanted))
            if down and not gathered.talks and not failing.keys() <= failed_before:
                raise
        gathered.failing |= failing


def _is_for_all(error: RetryAt) -> bool:
    """Whether a failure is the server's or a limit's, and not of what was asked for."""
    return error.at is not None or isinstance(error, Unreachable)


async def _gather(api: Api, wanted: Sequence[Wanted], floor: datetime, gathered: _Gathered) -> None:
    """Read some conversations with one query, and more of those in which much was said since `floor`."""
    if not wanted:
        return
    found = await api.query(queries.subjects(tuple(one.kind for one in wanted)), _variables(wanted))
    for at, one in enumerate(wanted):
        whole = _picked(found, at, one)
        if whole is None and one.kind == "title" and one.notification.reason in SPEECH:
            gathered.messages.append(_unmatched(api, one))
        if isinstance(whole, wire.Whole) and one.notification.reason in SPEECH:
            await _reach_back(api, whole, floor, _MORE)
        talk = talk_of(whole, api, one.notice) if isinstance(whole, wire.Whole) else whole
        if isinstance(talk, str):
            gathered.skipped.append(talk)
        elif talk is not None:
            gathered.talks.append((talk, one.notice))


def _variables(wanted: Sequence[Wanted]) -> Mapping[str, object]:
    values: dict[str, object] = {"some": _SOME}
    if any(one.kind != "sha" for one in wanted):
        values["inside"] = _INSIDE
    for at, one in enumerate(wanted):
        full = one.notification.repository.full_name
        if one.kind == "title":
            title = one.notification.subject.title.replace('"', " ")
            moved = parse_time(one.notification.updated_at) - timedelta(days=1)
            values[f"q{at}"] = f'repo:{full} in:title "{title}" updated:>={format_time(moved)}'
            continue
        owner, _, name = full.partition("/")
        values |= {f"o{at}": owner, f"n{at}": name, f"i{at}": one.key}
    return values


def _picked(found: Found, at: int, one: Wanted) -> wire.Whole | str | None:
    """The conversation in an answer; of discussions that were looked for, the one with the same title."""
    name = f"s{at}"
    if one.kind != "title":
        field_ = {"number": "issueOrPullRequest", "discussion": "discussion", "sha": "object"}[one.kind]
        return whole_of(found.raw(name, field_))
    for raw in found.listed(name).items:
        whole = whole_of(bytes(raw))
        same = (
            isinstance(whole, wire.Whole)
            and (whole.title or "").strip() == one.notification.subject.title.strip()
        )
        if same:
            return whole
    return None


def _unmatched(api: Api, one: Wanted) -> Message:
    """A discussion that was not found: it can be opened, not answered."""
    notification, notice, home = one.notification, one.notice, one.notification.repository
    name, page = one_line(home.full_name), wire.web(home.html_url)
    author = Person(PLATFORM, f"{api.base}/repositories/{home.id}", name, name, page)
    uri = f"{api.base}/notifications/threads/{notice.thread}"
    meant = notice.reason in _ADDRESSED
    return Message(
        uri=uri,
        author=author,
        created_at=parse_time(notification.updated_at),
        text=f"Something was said in the discussion “{shorten(notification.subject.title, 200)}”.",
        root_uri=uri,
        url=f"{page}/discussions" if page else "",
        title=shorten(notification.subject.title, 200),
        mentions=(Mention(api.facts.uid, api.facts.login),) if meant else (),
        flat=True,
        refusals={"answer": NOT_MATCHED},
        data=packed(Place("unmatched", name, thread=notice.thread, seen=notice.seen, reason=notice.reason)),
    )


async def _reach_back(api: Api, whole: wire.Whole, since: datetime, pages: int) -> None:
    """Read what was said before the comments that were loaded, as far as it is not too old."""
    listed = whole.comments
    kind = whole.typename
    for _ in range(pages):
        if listed is None or not listed.page_info.has_previous_page or not listed.page_info.start_cursor:
            return
        first = wire.part(bytes(listed.items[0]), wire.Event) if listed.items else None
        if first is None or _older(first.created_at, since):
            return
        variables = {"id": whole.id, "before": listed.page_info.start_cursor}
        more = (await api.query(queries.earlier(kind), variables)).listed("node", "comments")
        if not more.items:
            return
        listed = wire.Listed([*more.items, *listed.items], more.page_info)
        whole.comments = listed


def _older(text: str, since: datetime) -> bool:
    try:
        return parse_time(text) < since
    except ValueError:
        return True


async def resolve(api: Api, talks: Sequence[Talk]) -> None:
    """Learn who is named in conversations."""
    learn_all(api, talks)
    await learn_names(api, (name for talk in talks for name in talk.names))


async def learn_names(api: Api, names: Iterable[str]) -> None:
    """Ask who has the logins that are not known yet; what nobody has names nobody."""
    api.people[api.facts.login.lower()] = api.facts.id
    unknown = sorted({name.lower() for name in names} - set(api.people))[:_NAMES_MOST]
    for start in range(0, len(unknown), _NAMES):
        part = unknown[start : start + _NAMES]
        variables = {f"l{at}": name for at, name in enumerate(part)}
        found = await api.query(queries.people(len(part)), variables)
        for at, name in enumerate(part):
            actor = wire.part(found.raw(f"u{at}"), wire.Actor)
            api.people[name] = actor.database_id if actor else None


async def wholes(api: Api, ids: Sequence[str], some: int, inside: int) -> list[wire.Whole | str]:
    """Conversations by the node ids of their roots; those that are not there are left out."""
    found = await api.query(queries.WHOLE, {"ids": list(ids), "some": some, "inside": inside})
    read = [whole_of(bytes(node)) for node in found.nodes()]
    return [one for one in read if one is not None]


async def around(api: Api, ref: Ref, subject: str) -> tuple[Conversation, bool]:
    """The whole conversation below a root; and whether what was asked for is in it. Raises Missing."""
    place = place_of(ref.data)
    notice = Notice(place.thread, place.seen, place.reason)
    found = await wholes(api, [subject], 100, 50)
    gone = f"{api.host} does not show this any more."
    if not found:
        raise Missing(gone)
    whole = found[0]
    if isinstance(whole, str):
        return Conversation((), whole), False
    await _reach_back(api, whole, datetime(1970, 1, 1, tzinfo=timezone.utc), _MOST // 100)
    talk = talk_of(whole, api, notice)
    if isinstance(talk, str):
        return Conversation((), talk), False
    await resolve(api, [talk])
    messages = tuple(talk.messages(api, notice))
    partial = f"{api.host} has more here than these." if talk.partial or talk.skipped else ""
    return Conversation(messages, partial), any(one.uri == ref.uri for one in messages)
