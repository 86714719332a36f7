"""On which terms a message can be answered: from which account, to whom, how publicly, or why not."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Protocol

from convo.adapters.contract import Adapter, Can, Verb
from convo.engine import voice
from convo.engine.accounts import AccountError
from convo.model import Mention, Message, Reply, Upload, Visibility
from convo.store import accounts as stored
from convo.store import conversation, drafts, people
from convo.store.accounts import AccountRecord
from convo.values import frozen
from convo.views import Draft, Entry, Failure, Someone

GONE = "This message is not in the store any more."


class CannotAnswer(Failure):
    """This answer cannot be written or sent as it is; the words stay in the draft."""


class NeedsYes(CannotAnswer):
    """More people could read the answer than the message: it leaves only with a yes."""


class Places(Protocol):
    """The accounts: their adapters and their locks."""

    def adapter(self, name: str) -> Adapter:
        """The adapter of an account. Raises AccountError."""
        ...

    def lock(self, name: str) -> AbstractAsyncContextManager[object]:
        """The account's lock over all processes."""
        ...


@frozen
class Terms:
    """On which terms a message can be answered."""

    message: Entry
    account: str
    accounts: tuple[str, ...]
    """Those the answer may go out from, the first choice first."""
    me: Someone
    platform: str
    audience: tuple[Mention, ...]
    """Whom it addresses unless dropped, the author first."""
    visibility: Visibility
    content_warning: str
    language: str
    can: Can
    refusal: str
    """Why it cannot be answered here, "" when it can."""
    note: str
    """The private note about the author."""
    draft: Draft | None


def load(db: sqlite3.Connection, places: Places, message_id: int, account: str | None) -> Terms:
    """The terms for a message, from the account asked for or the first choice. Raises CannotAnswer."""
    entry = entry_of(db, message_id)
    fitting = _fitting(db, entry)
    record = _chosen(db, entry, fitting, account)
    adapter = adapter_of(places, record.name)
    message = message_of(db, entry.uri, record)
    me = people.by_uid(db, record.platform, record.own_uid)
    return Terms(
        message=entry,
        account=record.name,
        accounts=tuple(one.name for one in fitting),
        me=me or Someone(0, record.own_uid, record.handle, "", is_me=True),
        platform=record.platform,
        audience=adapter.audience(message),
        visibility=entry.visibility.stricter(adapter.widest()),
        content_warning=entry.content_warning if Verb.CONTENT_WARNING in adapter.can.verbs else "",
        language=entry.language,
        can=adapter.can,
        refusal=_refusal(entry, message, adapter.can),
        note=people.note(db, entry.author.person_id),
        draft=drafts.load(db, record.id, entry.uri),
    )


def of_draft(db: sqlite3.Connection, places: Places, draft: Draft) -> Terms:
    """The terms for the message a draft answers, from the draft's account. Raises CannotAnswer."""
    target = conversation.find_uri(db, draft.uri)
    if target is None or target.message_id is None:
        raise CannotAnswer("The message this answers is not in the store any more.")
    return load(db, places, target.message_id, draft.account)


def _fitting(db: sqlite3.Connection, entry: Entry) -> list[AccountRecord]:
    """The accounts a message spoke to, the one it names first in front; else those it arrived on."""
    thread_id = conversation.thread_of(db, entry.message_id)
    if entry.author.is_me and not (thread_id and conversation.has_others(db, thread_id)):
        raise CannotAnswer("convo answers people. Nobody else has written here.")
    known = {record.name: record for record in stored.all_accounts(db) if record.configured}
    arrived = [known[name] for name in entry.accounts if name in known]
    if not arrived:
        said = conversation.refusals(db, entry.message_id).get(Verb.ANSWER.value)
        gone = voice.listed(list(entry.accounts)) or "Its account"
        raise CannotAnswer(said or f"{gone} is not in the config any more: this can only be read.")
    if entry.author.is_me:
        return [record for record in arrived if record.own_uid == entry.author.uid] or arrived[:1]
    spoken = conversation.spoken_to(db, entry.message_id)
    order = {uid: place for place, uid in reversed(list(enumerate(spoken)))}
    named = [record for record in arrived if record.own_uid in order]
    return sorted(named, key=lambda record: order[record.own_uid]) or arrived


def _chosen(
    db: sqlite3.Connection, entry: Entry, fitting: list[AccountRecord], account: str | None
) -> AccountRecord:
    """The account to answer from: the one asked for if it fits, where a draft is, or the first choice."""
    if account is None:
        with_draft = [record for record in fitting if drafts.load(db, record.id, entry.uri)]
        return (with_draft or fitting)[0]
    for record in fitting:
        if record.name == account:
            return record
    names = voice.listed([record.name for record in fitting])
    raise CannotAnswer(f"{account} cannot answer this: it was said to {names}.")


def _refusal(entry: Entry, message: Message, can: Can) -> str:
    if entry.deleted:
        who = "You" if entry.author.is_me else voice.name_of(entry.author)
        return f"{who} took this message back."
    said = message.refusals.get(Verb.ANSWER.value, "")
    if said or Verb.ANSWER in can.verbs:
        return said
    return can.refusals.get(Verb.ANSWER, "This place takes no answers from here.")


def own(
    db: sqlite3.Connection, places: Places, message_id: int, verb: Verb
) -> tuple[Entry, AccountRecord, Adapter]:
    """An own message that may be changed or deleted, with the account that wrote it. Raises CannotAnswer."""
    entry = entry_of(db, message_id)
    if not entry.author.is_me:
        raise CannotAnswer(f"That message is from {voice.name_of(entry.author)}.")
    if entry.deleted:
        raise CannotAnswer("That message is gone already.")
    for record in stored.all_accounts(db):
        if record.configured and record.own_uid == entry.author.uid and record.name in entry.accounts:
            break
    else:
        raise CannotAnswer("The account that wrote this is not in the config any more.")
    adapter = adapter_of(places, record.name)
    said = conversation.refusals(db, message_id).get(verb.value)
    if said or verb not in adapter.can.verbs:
        what = "change" if verb is Verb.EDIT else "delete"
        raise CannotAnswer(said or adapter.can.refusals.get(verb, f"This place cannot {what} messages."))
    return entry, record, adapter


def entry_of(db: sqlite3.Connection, message_id: int) -> Entry:
    """One message. Raises CannotAnswer."""
    entry = conversation.entry(db, message_id)
    if entry is None:
        raise CannotAnswer(GONE)
    return entry


def message_of(db: sqlite3.Connection, uri: str, record: AccountRecord) -> Message:
    """A message as an account's adapter knows it. Raises CannotAnswer."""
    message = conversation.message_of(db, uri, record.id)
    if message is None:
        raise CannotAnswer(GONE)
    return message


def record_of(db: sqlite3.Connection, account: str) -> AccountRecord:
    """The account of this name. Raises CannotAnswer."""
    record = stored.by_name(db, account)
    if record is None:
        raise CannotAnswer(f"There is no account {account}.")
    return record


def adapter_of(places: Places, account: str) -> Adapter:
    """The adapter of an account. Raises CannotAnswer where the account cannot be used."""
    try:
        return places.adapter(account)
    except AccountError as error:
        raise CannotAnswer(error.words) from error


def _addressed(draft: Draft, audience: tuple[Mention, ...], author: str) -> tuple[Mention, ...]:
    """Whom an answer addresses: all but those dropped; the author cannot be."""
    return tuple(one for one in audience if one.uid == author or one.uid not in draft.dropped)


def reply_of(draft: Draft, message: Message, audience: tuple[Mention, ...]) -> Reply:
    """A draft as the adapter measures it."""
    warning = message.content_warning if draft.content_warning is None else draft.content_warning
    return Reply(
        key="",
        parent=message,
        text=draft.text.strip(),
        visibility=draft.visibility or message.visibility,
        content_warning=warning,
        language=draft.language or message.language,
        mentions=_addressed(draft, audience, message.author.uid),
        attachments=tuple(Upload(path, alt) for path, alt in draft.attachments),
    )


def settled(draft: Draft, terms: Terms, visibility: Visibility) -> dict[str, Any]:
    """What is stored with an answer that leaves: nothing in it is open any more."""
    warning = terms.content_warning if draft.content_warning is None else draft.content_warning
    language = draft.language or terms.language
    closed = replace(draft, visibility=visibility, content_warning=warning, language=language)
    audience = _addressed(draft, terms.audience, terms.message.author.uid)
    mentions = [[one.uid, one.handle, one.leading] for one in audience]
    return {**drafts.options_of(closed), "mentions": mentions, "seen_arrival": draft.seen_arrival}
