"""How a simulated PDS checks a record before it writes it."""

from __future__ import annotations

from typing import Any

import regex

from tests.simulators._atproto import CID, TID, moment, split_uri
from tests.simulators._bluesky_network import POST
from tests.simulators._bluesky_sessions import XrpcError

_MOST_BYTES = 3000
_MOST_GRAPHEMES = 300


def demand(collection: str, rkey: str, value: Any) -> None:
    """Refuse what the lexicon refuses. Raises XrpcError."""
    if not isinstance(value, dict):
        raise XrpcError(400, "InvalidRequest", "Input/record must be an object")
    if collection.startswith("app.bsky.feed.") and not TID.match(rkey):
        words = f'Invalid record key for {collection}: Invalid TID string (got "{rkey}") at $'
        raise XrpcError(400, "InvalidRequest", words)
    if value.get("$type", collection) != collection:
        raise XrpcError(400, "InvalidRequest", f"Invalid $type: expected {collection}, got {value['$type']}")
    if collection != POST:
        return
    wrong = _wrong_post(value)
    if wrong:
        raise XrpcError(400, "InvalidRequest", f"Invalid {collection} record: {wrong}")


def _wrong_post(value: dict[str, Any]) -> str:
    for name in ("text", "createdAt"):
        if name not in value:
            return f'Missing required key "{name}" at $.record'
    text = value["text"]
    if not isinstance(text, str):
        return "Expected string value type at $.record.text"
    size = len(text.encode())
    if size > _MOST_BYTES:
        return f"string too big (maximum {_MOST_BYTES}, got {size}) at $.record.text"
    count = len(regex.findall(r"\X", text))
    if count > _MOST_GRAPHEMES:
        return f"grapheme too big (maximum {_MOST_GRAPHEMES}, got {count}) at $.record.text"
    try:
        moment(value["createdAt"])
    except ValueError:
        return f'Invalid datetime (got "{value["createdAt"]}") at $.record.createdAt'
    if len(value.get("langs") or []) > 3:
        return "array too big (maximum 3) at $.record.langs"
    return _wrong_reply(value.get("reply")) or _wrong_facets(value.get("facets"))


def _wrong_reply(reply: Any) -> str:
    if reply is None:
        return ""
    for name in ("root", "parent"):
        link = reply.get(name) if isinstance(reply, dict) else None
        if not isinstance(link, dict):
            return f'Missing required key "{name}" at $.record.reply'
        if not CID.match(str(link.get("cid"))):
            return f'Invalid CID string (got "{link.get("cid")}") at $.record.reply.{name}.cid'
        try:
            split_uri(str(link.get("uri")))
        except ValueError:
            return f'Invalid at-uri (got "{link.get("uri")}") at $.record.reply.{name}.uri'
    return ""


def _wrong_facets(facets: Any) -> str:
    for number, facet in enumerate(facets or []):
        index = facet.get("index", {})
        start, end = index.get("byteStart"), index.get("byteEnd")
        if not isinstance(start, int) or not isinstance(end, int) or start < 0 or end < start:
            return f"Invalid byte range at $.record.facets[{number}].index"
        for feature in facet.get("features", []):
            did = feature.get("did", "did:")
            if not did.startswith("did:"):
                return f'Invalid DID (got "{did}") at $.record.facets[{number}].features'
    return ""
