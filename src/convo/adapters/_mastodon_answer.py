"""Answering: the exact request, sending it, finding out whether it arrived, changing and deleting it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

import msgspec
from msgspec import Struct

from convo.adapters import _mastodon_wire as wire
from convo.adapters._mastodon_api import VISIBILITY, Api, escaped, handle_of, person_of
from convo.adapters._mastodon_length import composed, handles_in
from convo.adapters._mastodon_length import measure as measure
from convo.adapters._mastodon_lists import next_params, order
from convo.adapters._mastodon_messages import message_of
from convo.adapters._mastodon_read import current_status, newest_own, own_listing
from convo.adapters.contract import (
    Absent,
    AdapterError,
    Ambiguous,
    Found,
    Missing,
    Proof,
    Refused,
    RetryAt,
    Unknown,
)
from convo.htmltext import html_to_text
from convo.model import Message, Ref, Reply, Upload
from convo.text import one_line, parse_time, shorten

PAUSE = 1.0
"""Seconds between questions whether a file is ready."""
_TRIES = 60
_PAGES = 5
_NAMES = {visibility: name for name, visibility in VISIBILITY.items()}


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    key: str
    body: str
    """The JSON that is sent, byte for byte."""
    parent: str
    parent_uri: str
    text: str
    warning: str
    newest: str
    """The newest own id before sending: the answer is newer."""
    newest_at: str


async def prepare(api: Api, reply: Reply) -> str:
    """Check the parent, note the newest own message, upload files, build the request. Makes nothing public."""
    facts = await api.known()
    size = measure(api, reply)
    if size.room is not None and size.room < 0:
        raise Refused(f"Too long for {api.host} by {-size.room}.")
    if not reply.text.strip() and not reply.attachments:
        raise Refused("There is nothing in the answer yet.")
    if len(reply.attachments) > facts.media:
        raise Refused(f"{api.host} takes at most {facts.media} files with one message.")
    parent = await current_status(api, reply.parent.ref)
    if parent is None:
        raise Missing(f"{api.host} does not have the message any more that this answers.")
    newest, newest_at = await newest_own(api)
    media = [await _uploaded(api, upload) for upload in reply.attachments]
    text = composed(reply, facts)
    body: dict[str, object] = {
        "status": text,
        "in_reply_to_id": wire.text_id(parent.id),
        "visibility": _NAMES[reply.visibility],
    }
    if reply.content_warning:
        body["spoiler_text"] = reply.content_warning
        body["sensitive"] = True
    if reply.language:
        body["language"] = reply.language
    if media:
        body["media_ids"] = media
    allowed = await _allowed(api, parent, text)
    if allowed:
        body["allowed_mentions"] = allowed
    prepared = Prepared(
        key=reply.key,
        body=msgspec.json.encode(body).decode(),
        parent=wire.text_id(parent.id),
        parent_uri=reply.parent.uri,
        text=text,
        warning=reply.content_warning,
        newest=newest,
        newest_at=newest_at,
    )
    return msgspec.json.encode(prepared).decode()


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer.

    Some servers post an answer to a message they lost as one of its own, for everybody to see out of place. The
    parent is looked for right before; an answer that stands alone all the same is deleted again and refused with a
    sentence, and where it cannot be deleted the sentence says where it stands.
    """
    await api.known()
    prepared = msgspec.json.decode(request, type=Prepared)
    if await _reread(api, prepared.parent) is None:
        raise Missing(
            f"{api.host} does not have the message any more that this answers, or it was changed just now."
        )
    try:
        response = await api.send(
            "POST", "/api/v1/statuses", prepared.body.encode(), headers={"idempotency-key": prepared.key}
        )
    except Refused as error:
        raise _reworded(error) from error
    try:
        status = wire.decode(response, wire.Status)
        message = message_of(status, api.facts)
    except (RetryAt, ValueError) as error:
        raise Ambiguous(f"{api.host} took the answer and said something that could not be read.") from error
    if message is None:
        raise Ambiguous(f"{api.host} took the answer and did not say where it is.")
    if message.parent_id != prepared.parent and not await _is_answer(api, message, prepared):
        await _take_back(api, message)
    return message


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among my messages newer than the newest one before it was sent."""
    await api.known()
    prepared = msgspec.json.decode(request, type=Prepared)
    doubt = ""
    for status in await _newer_own(api, prepared):
        message = message_of(status, api.facts)
        if message is None or message.uri in claimed:
            continue
        if message.parent_id == prepared.parent:
            same = await _same_words(api, status, prepared)
            if same:
                return Found(message)
            if same is None:
                doubt = f"{api.host} has an answer of yours to this message; convo cannot tell whether it is this one."
        elif _bare(message.text) == _bare(prepared.text):
            if message.parent_id and await _is_answer(api, message, prepared):
                return Found(message)
            if not message.parent_id:
                doubt = (
                    f"{api.host} has these words as a message of their own, not as an answer: {message.url}"
                )
    return Unknown(doubt) if doubt else Absent()


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own message; what a server would drop when it is not sent again (warning, files) is sent again."""
    facts = await api.known()
    status = await current_status(api, ref)
    if status is None:
        raise Missing(f"{api.host} does not have this message any more.")
    _demand_own(api, status)
    if wire.part(status.poll, wire.Poll) is not None:
        raise Refused("It carries a poll, and editing it from here would end the poll.")
    body: dict[str, object] = {
        "status": text,
        "spoiler_text": status.spoiler_text or "",
        "sensitive": bool(status.sensitive),
    }
    if status.language:
        body["language"] = status.language
    media = wire.part(status.media_attachments, list[wire.Media]) or []
    if media:
        body["media_ids"] = [wire.text_id(item.id) for item in media]
        body["media_attributes"] = [
            {"id": wire.text_id(item.id), "description": item.description or ""} for item in media
        ]
    response = await api.send("PUT", f"/api/v1/statuses/{escaped(wire.text_id(status.id))}", body)
    message = message_of(wire.decode(response, wire.Status), facts)
    if message is None:
        raise Ambiguous(f"{api.host} took the change and did not say what it made of it.")
    return message


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own message; fine when it is already gone."""
    await api.known()
    status = await current_status(api, ref)
    if status is None:
        return
    _demand_own(api, status)
    try:
        await api.send("DELETE", f"/api/v1/statuses/{escaped(wire.text_id(status.id))}")
    except Missing:
        return


def _demand_own(api: Api, status: wire.Status) -> None:
    if person_of(status.account, api.facts.domain).uid != api.facts.uid:
        raise Refused("Only its author can change or delete a message.")


async def _uploaded(api: Api, upload: Upload) -> str:
    """Upload one file with its description and wait until the server has worked on it."""
    if len(upload.alt) > api.facts.description:
        raise Refused(f"The description of {shorten(upload.path, 60)} is longer than {api.host} takes.")
    path = Path(upload.path).expanduser()
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise Refused(f"{shorten(upload.path, 80)} cannot be read: {error.strerror}.") from error
    form = {"description": upload.alt} if upload.alt else {}
    try:
        for place in ("/api/v2/media", "/api/v1/media"):
            response = await api.upload(place, {"file": (path.name, content)}, form)
            if response.status != 404:
                break
    except Ambiguous as error:
        # Nobody sees a file that no message carries: it may be sent again.
        raise RetryAt(error.words) from error
    if response.status >= 500:
        raise RetryAt(
            f"{api.host} did not take the file {shorten(path.name, 60)} (status {response.status})."
        )
    api.judge(response)
    media = wire.text_id(wire.decode(response, wire.Media).id)
    ready = response.status == 200
    for _ in range(_TRIES):
        if ready:
            return media
        await asyncio.sleep(PAUSE)
        ready = (await api.get(f"/api/v1/media/{escaped(media)}")).status == 200
    raise RetryAt(f"{api.host} is still working on the file {shorten(path.name, 60)}.")


async def _allowed(api: Api, parent: wire.Status, text: str) -> list[str]:
    """Ids of the people a text names, so that a server that knows them reaches nobody else; empty when one is unknown.

    `allowed_mentions` is checked by Mastodon, undocumented, and ignored elsewhere.
    """
    domain = api.facts.domain
    known = {handle_of(parent.account.acct, domain).lower(): wire.text_id(parent.account.id)}
    for person in wire.part(parent.mentions, list[wire.MentionWire]) or []:
        known[handle_of(person.acct, domain).lower()] = wire.text_id(person.id)
    ids = []
    for handle in handles_in(text):
        found = known.get(handle_of(handle, domain).lower(), "")
        if not found:
            try:
                response = await api.get("/api/v1/accounts/lookup", [("acct", handle)])
                found = wire.text_id(wire.decode(response, wire.Found).id)
            except (Refused, RetryAt):
                return []
        ids.append(found)
    return list(dict.fromkeys(ids))


def _reworded(error: Refused) -> Refused:
    """The server's refusal to reach people who were not asked for, as a sentence."""
    if "unexpected accounts" not in error.words.lower():
        return error
    return Refused(f"The answer would have reached people it does not address. {error.words}")


async def _is_answer(api: Api, message: Message, prepared: Prepared) -> bool:
    """Whether a message whose parent has another id than was sent answers it all the same (ids change with edits)."""
    if not message.parent_id:
        again = await _reread(api, message.local_id)
        if again is None or not wire.text_id(again.in_reply_to_id):
            return False
        if wire.text_id(again.in_reply_to_id) == prepared.parent:
            return True
        parent_id = wire.text_id(again.in_reply_to_id)
    else:
        parent_id = message.parent_id
    parent = await _reread(api, parent_id)
    return parent is not None and one_line(parent.uri or parent.url or "") == prepared.parent_uri


async def _reread(api: Api, local_id: str) -> wire.Status | None:
    try:
        return wire.decode(await api.get(f"/api/v1/statuses/{escaped(local_id)}"), wire.Status)
    except Missing:
        return None


async def _take_back(api: Api, message: Message) -> None:
    """Delete what was posted out of its conversation. Always raises Refused."""
    try:
        await api.send("DELETE", f"/api/v1/statuses/{escaped(message.local_id)}")
    except Missing:
        pass
    except AdapterError as error:
        raise Refused(
            f"{api.host} posted the answer apart from the conversation and did not let convo delete it; "
            f"delete it at {message.url}."
        ) from error
    raise Refused(
        f"{api.host} posted the answer apart from the conversation, because the message it answers is gone there. "
        "convo deleted it again."
    )


async def _newer_own(api: Api, prepared: Prepared) -> list[wire.Status]:
    """My messages newer than the newest one before sending, from the newest page back; works without `min_id`."""
    listing = own_listing(api)
    found: list[wire.Status] = []
    params: list[tuple[str, str]] = []
    for _ in range(_PAGES):
        items, _, link = await listing.page(params)
        fresh = [item for item in items if item.id not in {one.id for one in found}]
        newer = [item for item in fresh if _is_newer(item, prepared)]
        found += newer
        if len(newer) < len(items) or not items:
            break
        params = list(next_params(link) or [("max_id", wire.text_id(items[-1].id))])
    return found


def _is_newer(status: wire.Status, prepared: Prepared) -> bool:
    """By id where ids are numbers; else by time, because some servers' ids have no order."""
    local_id = wire.text_id(status.id)
    if not prepared.newest:
        return True
    if local_id.isdigit() and prepared.newest.isdigit():
        return order(local_id) > order(prepared.newest)
    try:
        return local_id != prepared.newest and parse_time(status.created_at) >= parse_time(prepared.newest_at)
    except ValueError:
        return False


async def _same_words(api: Api, status: wire.Status, prepared: Prepared) -> bool | None:
    """Whether a status says what was sent; None when it cannot be told: no source, and the words differ."""
    try:
        response = await api.get(f"/api/v1/statuses/{escaped(wire.text_id(status.id))}/source")
        source = wire.decode(response, wire.StatusSource)
        if source.text is not None:
            same_warning = (source.spoiler_text or "").strip() == prepared.warning.strip()
            return source.text.strip() == prepared.text.strip() and same_warning
    except (Refused, RetryAt):
        pass
    there = _bare(html_to_text(status.content or "").text)
    return True if there == _bare(prepared.text) else None


def _bare(text: str) -> str:
    """Words without white space, the domains of handles and the marks that servers take for Markdown."""
    words = [word.split("@")[1] if word.startswith("@") and len(word) > 1 else word for word in text.split()]
    return "".join("".join(words).split()).lower().translate(dict.fromkeys(map(ord, "*_`~>-#@")))
