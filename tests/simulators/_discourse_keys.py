"""User API keys of a simulated Discourse: how they are made, what they may, how often they may ask."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from convo.clock import Clock
from tests.simulators._discourse_calls import SiteError, invalid_access
from tests.simulators._discourse_state import User

SCOPES = {"read", "write", "notifications", "session_info", "message_bus", "push", "one_time_password"}
_SCOPED = {
    "notifications": [
        ("GET", "/notifications"),
        ("GET", "/notifications/totals"),
        ("PUT", "/notifications/mark-read"),
    ],
    "session_info": [("GET", "/session/current")],
}
A_MINUTE, A_DAY = 20, 2880


@dataclass
class Key:
    """A key of one user for one installation of an app."""

    key: str
    user: User
    client: str
    scopes: set[str]
    revoked: bool = False
    asked: deque[datetime] = field(default_factory=deque)

    def permits(self, method: str, path: str) -> bool:
        """Whether its scopes cover a request; every key may revoke itself."""
        if path == "/user-api-key/revoke" or "write" in self.scopes:
            return True
        if method in ("GET", "HEAD") and "read" in self.scopes:
            return True
        return any((method, path) in _SCOPED.get(scope, ()) for scope in self.scopes)


class Keys:
    """Every key of the site."""

    def __init__(self, clock: Clock, allowed: set[str] | None = None) -> None:
        self.clock = clock
        self.allowed = allowed or SCOPES
        self.all: dict[str, Key] = {}
        self.admin: set[str] = set()
        """Keys that an administrator made, for any user."""

    def add(self, user: User, key: str, *scopes: str, client: str = "client") -> Key:
        """A key that exists already."""
        self.all[key] = Key(key, user, client, set(scopes))
        return self.all[key]

    def find(self, key: str) -> Key:
        """A key that is good. Raises SiteError."""
        found = self.all.get(key)
        if found is None or found.revoked or found.user.suspended:
            raise invalid_access()
        return found

    def count(self, key: Key) -> None:
        """Take one request from the budget. Raises SiteError when it is used up."""
        now = self.clock.now()
        day, minute = timedelta(days=1), timedelta(minutes=1)
        while key.asked and now - key.asked[0] >= day:
            key.asked.popleft()
        for most, span, name in ((A_DAY, day, "1_day"), (A_MINUTE, minute, "60_secs")):
            inside = [one for one in key.asked if now - one < span]
            if len(inside) >= most:
                raise limited(f"user_api_key_limiter_{name}", (inside[0] + span - now).total_seconds())
        key.asked.append(now)

    def make(self, user: User, given: dict[str, str]) -> str:
        """What the site shows once the user agreed: the key, encrypted. Raises SiteError."""
        names = ("public_key", "nonce", "scopes", "client_id", "application_name")
        for name in names:
            if not given.get(name):
                words = f"param is missing or the value is empty: {name}"
                raise SiteError(400, "invalid_parameters", words)
        scopes = set(given["scopes"].split(","))
        if not scopes <= self.allowed:
            raise invalid_access()
        for old in [one for one in self.all.values() if (one.user, one.client) == (user, given["client_id"])]:
            del self.all[old.key]
        made = self.add(user, secrets.token_hex(16), *scopes, client=given["client_id"])
        payload = {"key": made.key, "nonce": given["nonce"], "push": False, "api": 4}
        oaep = given.get("padding") == "oaep"
        sealed = encrypted(given["public_key"], json.dumps(payload).encode(), oaep=oaep)
        return base64.encodebytes(sealed).decode()


def limited(name: str, seconds: float) -> SiteError:
    """429 as the application answers it."""
    wait = max(1, round(seconds))
    words = f"You've performed this action too many times. Please wait {wait} seconds before trying again."
    error = SiteError(429, "rate_limit", words, extras={"wait_seconds": wait, "time_left": f"{wait} seconds"})
    error.headers = {"retry_after": str(wait), "discourse_rate_limit_error_code": name}
    return error


def encrypted(pem: str, message: bytes, *, oaep: bool = False) -> bytes:
    """RSA with PKCS#1 v1.5, or OAEP with SHA-1. Raises SiteError for a key that does not parse."""
    try:
        modulus, exponent = _public_numbers(pem)
    except (ValueError, IndexError):
        raise SiteError(500, "", "Internal Server Error") from None
    size = (modulus.bit_length() + 7) // 8
    block = _oaep(message, size) if oaep else _padded(message, size)
    return pow(int.from_bytes(block, "big"), exponent, modulus).to_bytes(size, "big")


def _padded(message: bytes, size: int) -> bytes:
    room = size - len(message) - 3
    if room < 8:
        raise SiteError(500, "", "data too large for key size")
    filling = bytes(secrets.randbelow(255) + 1 for _ in range(room))
    return b"\0\2" + filling + b"\0" + message


def _oaep(message: bytes, size: int) -> bytes:
    digest = hashlib.sha1(usedforsecurity=False).digest_size
    label = hashlib.sha1(b"", usedforsecurity=False).digest()
    data = label + b"\0" * (size - len(message) - 2 * digest - 2) + b"\1" + message
    seed = secrets.token_bytes(digest)
    masked = _xor(data, _mask(seed, len(data)))
    return b"\0" + _xor(seed, _mask(masked, digest)) + masked


def _mask(seed: bytes, length: int) -> bytes:
    made = b""
    for counter in range(-(-length // 20)):
        made += hashlib.sha1(seed + counter.to_bytes(4, "big"), usedforsecurity=False).digest()
    return made[:length]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _public_numbers(pem: str) -> tuple[int, int]:
    """Modulus and exponent of a public key in PEM, bare (PKCS#1) or wrapped (SubjectPublicKeyInfo)."""
    found = re.search(r"-----BEGIN (?:RSA )?PUBLIC KEY-----(.+?)-----END", pem, re.S)
    if not found:
        raise ValueError("no PEM")
    outer = _der(base64.b64decode(found[1]))[0][1]
    inner = _der(outer)
    if inner[0][0] == 0x30:
        inner = _der(_der(inner[1][1][1:])[0][1])
    return int.from_bytes(inner[0][1], "big"), int.from_bytes(inner[1][1], "big")


def _der(data: bytes) -> list[tuple[int, bytes]]:
    """The tags and contents of DER values that stand one after the other."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        found.append((tag, data[at : at + length]))
        at += length
    return found
