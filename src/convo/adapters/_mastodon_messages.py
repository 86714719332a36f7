"""Statuses to messages: plain text, people under their full handles, quotes, attachments, filters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from msgspec import Raw

from convo.adapters import _bridge as bridge
from convo.adapters import _mastodon_wire as wire
from convo.adapters._mastodon_api import Facts, handle_of, person_of, uid_of, visibility_of
from convo.htmltext import Names, Rendered, html_to_text
from convo.model import Attachment, Mention, Message, Person, Quote, Ref
from convo.text import clean, one_line, parse_time

_KINDS = {"image": "picture", "gifv": "video", "video": "video", "audio": "sound"}
_QUOTE_WORDS = {
    "pending": "The author of the quoted message has not agreed to it yet.",
    "rejected": "The author of the quoted message did not agree to it.",
    "revoked": "The author of the quoted message took their agreement back.",
    "deleted": "The quoted message was deleted.",
    "unauthorized": "The quoted message is not visible to you.",
    "blocked_account": "The quoted message is by somebody you blocked.",
    "blocked_domain": "The quoted message is from a server you blocked.",
    "muted_account": "The quoted message is by somebody you muted.",
}
_FILTER_CONTEXTS = ("notifications", "thread")
TRAY = "filtered notifications"
"""`Message.filtered` of what the server's policy for notifications holds back."""


def message_of(
    status: wire.Status, facts: Facts, *, notification: str = "", tray: bool = False, quotes_me: bool = False
) -> Message | None:
    """A status as a message, None for a repost or one without an address. Raises ValueError for a bad time."""
    uri = one_line(status.uri or status.url or "")
    if not uri or wire.part(status.reblog, wire.Found) is not None:
        return None
    people = wire.part(status.mentions, list[wire.MentionWire]) or []
    quotes = _quotes(status.quote, facts, quotes_me)
    text = html_to_text(
        status.content or "",
        _names(people, facts.domain),
        without=("quote-inline",) if quotes else (),
    )
    edited = parse_time(status.edited_at) if status.edited_at else None
    author = person_of(status.account, facts.domain)
    return Message(
        uri=uri,
        author=author,
        created_at=parse_time(status.created_at),
        text=text.text,
        local_id=wire.text_id(status.id),
        parent_id=wire.text_id(status.in_reply_to_id),
        url=_web(status.url) or _web(uri),
        edited_at=edited,
        content_warning=one_line(status.spoiler_text or ""),
        visibility=visibility_of(status.visibility),
        language=one_line(status.language or ""),
        mentions=_mentions(people, text, facts.domain),
        quotes=quotes,
        attachments=_attachments(status) + text.pictures,
        links=text.links,
        filtered=TRAY if tray else _filter(status.filtered),
        more_below=_answered(status.answered),
        refusals=_refusals(status, author, facts),
        data=json.dumps({"notification": notification, "tray": tray}) if notification else "",
        copy_of=bridge.post_of_status(uri, one_line(status.account.uri or "")),
    )


def kept(message: Message, ref: Ref) -> Message:
    """A message read again by its reference: what only its notification told stays with it."""
    if not ref.data or ref.local_id != message.local_id:
        return message
    tray = '"tray": true' in ref.data and not message.filtered
    return replace(message, data=ref.data, filtered=TRAY if tray else message.filtered)


def messages_of(items: Sequence[Raw], facts: Facts) -> tuple[list[Message], list[str]]:
    """Many statuses, the unreadable ones left out with a sentence for each."""
    statuses, skipped = wire.each(list(items), wire.Status, "Message")
    return readable(statuses, facts, skipped), skipped


def readable(statuses: Iterable[wire.Status], facts: Facts, skipped: list[str]) -> list[Message]:
    """Messages of decoded statuses; a bad time is added to `skipped`."""
    messages = []
    for status in statuses:
        try:
            message = message_of(status, facts)
        except ValueError as error:
            skipped.append(f"Message {wire.text_id(status.id)} was left out: {error}.")
            continue
        if message is not None:
            messages.append(message)
    return messages


def _names(people: Sequence[wire.MentionWire], domain: str) -> Names | None:
    """Which link names whom: by profile address, else by the words and the host of the link."""
    if not people:
        return None
    handles = [handle_of(person.acct, domain) for person in people]
    by_url = {
        one_line(person.url or "").rstrip("/").lower(): name
        for person, name in zip(people, handles, strict=True)
    }
    by_url.pop("", None)
    by_words: dict[str, str] = {}
    for name in handles:
        by_words.setdefault(name.lower(), name)
        short = name.split("@")[0].lower()
        by_words[short] = "" if short in by_words else name

    def names(href: str, words: str) -> str:
        found = by_url.get(href.rstrip("/").lower(), "")
        if not found and words.startswith("@"):
            found = by_words.get(words[1:].lower(), "")
        return found

    return names


def _mentions(people: Sequence[wire.MentionWire], text: Rendered, domain: str) -> tuple[Mention, ...]:
    """Everybody whom the status names, also in its metadata only; not just at its beginning when the text says so."""
    found: dict[str, Mention] = {}
    for person in people:
        handle = handle_of(person.acct, domain)
        uid = uid_of(person.url, None, handle)
        found.setdefault(uid, Mention(uid, handle, leading=handle not in text.named))
    return tuple(found.values())


def _quotes(raw: Raw, facts: Facts, quotes_me: bool) -> tuple[Quote, ...]:
    me = facts.uid if quotes_me else ""
    wrapped = wire.part(raw, wire.QuoteWire)
    if wrapped is None:
        return (Quote("", me),) if me else ()
    status = wire.part(wrapped.quoted_status, wire.Status) if wrapped.state else wire.part(raw, wire.Status)
    if status is None and not wrapped.state:
        return (Quote("", me),) if me else ()
    state = wrapped.state or "accepted"
    if state == "accepted" and status is not None:
        author = person_of(status.account, facts.domain)
        people = wire.part(status.mentions, list[wire.MentionWire]) or []
        inner = html_to_text(status.content or "", _names(people, facts.domain), without=("quote-inline",))
        words = one_line(status.spoiler_text or "") or inner.text
        return (
            Quote(one_line(status.uri or status.url or ""), author.uid, author.name or author.handle, words),
        )
    return (Quote("", me, "", _QUOTE_WORDS.get(state, _QUOTE_WORDS["unauthorized"])),)


def _attachments(status: wire.Status) -> tuple[Attachment, ...]:
    found = []
    for media in wire.part(status.media_attachments, list[wire.Media]) or []:
        url = _web(media.url) or _web(media.remote_url)
        found.append(Attachment(_KINDS.get(media.type or "", "file"), url, clean(media.description or "")))
    poll = wire.part(status.poll, wire.Poll)
    if poll is not None:
        choices = [one_line(option.title or "") for option in poll.options or []]
        found.append(Attachment("poll", _web(status.url), "\n".join(choices)))
    return tuple(found)


def _filter(raw: Raw) -> str:
    """The name of the user's own filter that matched; one that only blurs pictures does not hide words."""
    for hit in wire.part(raw, list[wire.FilterHit]) or []:
        rule = hit.filter or wire.FilterRule()
        here = rule.context is None or any(context in _FILTER_CONTEXTS for context in rule.context)
        if here and rule.filter_action != "blur":
            return f"your filter {one_line(rule.title or '')}".strip()
    return ""


def _answered(raw: Raw) -> bool:
    return bytes(raw) not in (b"null", b"0", b"false", b'"0"')


def _refusals(status: wire.Status, author: Person, facts: Facts) -> dict[str, str]:
    if author.uid == facts.uid and wire.part(status.poll, wire.Poll) is not None:
        return {"edit": "It carries a poll, and editing it from here would end the poll."}
    return {}


def _web(address: str | None) -> str:
    text = one_line(address or "")
    return text if text.startswith(("http://", "https://")) else ""


def audience(message: Message, facts: Facts) -> tuple[Mention, ...]:
    """Whom an answer addresses: the author, then everybody named, each once, the user left out."""
    people = {message.author.uid: Mention(message.author.uid, message.author.handle)}
    for mention in message.mentions:
        people.setdefault(mention.uid, Mention(mention.uid, mention.handle))
    me = facts.handle.lower()  # another platform of the same protocol may name the user by another address
    return tuple(one for one in people.values() if one.uid != facts.uid and one.handle.lower() != me)
