"""Identifiers of the AT Protocol as real servers make them: TIDs, CIDs, AT URIs, JSON web tokens, times."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime, timezone
from typing import Any

_TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
TID = re.compile(r"^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$")
CID = re.compile(r"^bafy[a-z2-7]{55}$")
_URI = re.compile(r"^at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/([a-zA-Z0-9.-]+)/([A-Za-z0-9._:~-]+)$")
_DATETIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def tid(when: datetime, clock_id: int = 23) -> str:
    """The TID of a time: base32-sortable microseconds and a clock id."""
    number = (int(when.timestamp() * 1_000_000) << 10) | clock_id
    letters = []
    for _ in range(13):
        letters.append(_TID_LETTERS[number & 31])
        number >>= 5
    return "".join(reversed(letters))


def cid(value: Any) -> str:
    """A content id of the real form: the same content gives the same id."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=True).encode()
    raw = bytes([0x01, 0x71, 0x12, 0x20]) + hashlib.sha256(canonical).digest()
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


def plc(name: str) -> str:
    """A did:plc of the real form for a name."""
    digest = hashlib.sha256(name.encode()).digest()[:15]
    return "did:plc:" + base64.b32encode(digest).decode().lower().rstrip("=")


def split_uri(uri: str) -> tuple[str, str, str]:
    """The did, collection and rkey of an AT URI. Raises ValueError."""
    found = _URI.match(uri)
    if not found:
        raise ValueError(uri)
    return found.group(1), found.group(2), found.group(3)


def stamp(when: datetime) -> str:
    """A time as the AppView writes it: milliseconds and Z."""
    return when.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """A time of the AT Protocol; a zone is demanded. Raises ValueError."""
    if not isinstance(text, str) or not _DATETIME.match(text):
        raise ValueError(text)
    whole, _, rest = text.replace("Z", "+00:00").partition(".")
    if rest:
        digits, sign, zone = rest.partition("+") if "+" in rest else rest.partition("-")
        whole += f".{digits[:6].ljust(6, '0')}{sign}{zone}"
    return datetime.fromisoformat(whole).astimezone(timezone.utc)


def jwt(**claims: Any) -> str:
    """A token of the real form; its signature is a digest, good enough to be told from a forged one."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    kind = "refresh+jwt" if claims.get("scope") == "com.atproto.refresh" else "at+jwt"
    head = part(json.dumps({"typ": kind, "alg": "HS256"}).encode())
    body = part(json.dumps(claims).encode())
    return f"{head}.{body}.{part(hashlib.sha256(f'{head}.{body}.secret'.encode()).digest())}"
