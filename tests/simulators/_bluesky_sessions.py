"""Sessions of a simulated PDS: app passwords, access tokens of two hours, refresh tokens that rotate."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from convo.clock import Clock
from tests.simulators._atproto import jwt
from tests.simulators._bluesky_network import Actor, Network

ACCESS = timedelta(minutes=120)
REFRESH = timedelta(days=90)
GRACE = timedelta(hours=2)
_LOGINS = 30
_LOGIN_WINDOW = timedelta(minutes=5)
_REFRESH_SCOPE = "com.atproto.refresh"


class XrpcError(Exception):
    """An error as XRPC answers it."""

    def __init__(self, status: int, name: str, words: str, retry_after: int | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.name = name
        self.words = words
        self.retry_after = retry_after


@dataclass
class _Refresh:
    did: str
    family: str
    expires: datetime
    used_at: datetime | None = None


class Sessions:
    """Who is signed in at the PDS."""

    def __init__(self, network: Network, clock: Clock) -> None:
        self.network = network
        self.clock = clock
        self.created = 0
        self.refreshed = 0
        self.did_doc_url = ""
        """When set, answers carry a DID document with this PDS."""
        self._refresh: dict[str, _Refresh] = {}
        self._revoked: set[str] = set()
        self._logins: list[datetime] = []
        self._issued = 0

    def create(self, identifier: str, password: str) -> dict[str, Any]:
        """Sign in by handle or did and password."""
        now = self.clock.now()
        self._logins = [when for when in self._logins if when > now - _LOGIN_WINDOW]
        if len(self._logins) >= _LOGINS:
            raise XrpcError(429, "RateLimitExceeded", "Rate Limit Exceeded", 290)
        self._logins.append(now)
        known = (actor for actor in self.network.actors.values() if identifier in (actor.did, actor.handle))
        actor = next(known, None)
        if (
            actor is None
            or (password not in actor.app_passwords and password != actor.password)
            or not password
        ):
            raise XrpcError(401, "AuthenticationRequired", "Invalid identifier or password")
        if actor.taken_down:
            raise XrpcError(401, "AccountTakedown", "Account has been taken down")
        self.created += 1
        privileged = actor.app_passwords.get(password, True)
        return self._issue(actor, f"family-{self.created}", privileged)

    def _issue(self, actor: Actor, family: str, privileged: bool) -> dict[str, Any]:
        now = self.clock.now()
        self._issued += 1
        scope = "com.atproto.appPassPrivileged" if privileged else "com.atproto.appPass"
        times = {"iat": int(now.timestamp()), "aud": "did:web:localhost", "sub": actor.did}
        access = jwt(scope=scope, exp=int((now + ACCESS).timestamp()), jti=f"a{self._issued}", **times)
        refresh = jwt(
            scope=_REFRESH_SCOPE, exp=int((now + REFRESH).timestamp()), jti=f"r{self._issued}", **times
        )
        self._refresh[refresh] = _Refresh(actor.did, family, now + REFRESH)
        return {"accessJwt": access, "refreshJwt": refresh, **self.about(actor)}

    def about(self, actor: Actor) -> dict[str, Any]:
        """What a session says of its account."""
        said: dict[str, Any] = {
            "did": actor.did,
            "handle": actor.handle,
            "email": f"{actor.handle.partition('.')[0]}@example.com",
            "emailConfirmed": False,
            "active": actor.active,
        }
        if not actor.active:
            said["status"] = "deactivated"
        if self.did_doc_url:
            kind = "AtprotoPersonalDataServer"
            service = {"id": "#atproto_pds", "type": kind, "serviceEndpoint": self.did_doc_url}
            said["didDoc"] = {"id": actor.did, "service": [service]}
        return said

    def refresh(self, token: str) -> dict[str, Any]:
        """A new pair for a refresh token; the old one is good for two more hours."""
        claims = self._claims(token)
        if claims.get("scope") != _REFRESH_SCOPE:
            raise XrpcError(400, "InvalidToken", "Token could not be verified")
        known = self._refresh.get(token)
        now = self.clock.now()
        if known is not None and known.expires <= now:
            raise XrpcError(400, "ExpiredToken", "Token has expired")
        if known is None or known.family in self._revoked or (known.used_at and now > known.used_at + GRACE):
            raise XrpcError(400, "ExpiredToken", "Token has been revoked")
        actor = self.network.actors[known.did]
        if actor.taken_down:
            raise XrpcError(401, "AccountTakedown", "Account has been taken down")
        known.used_at = known.used_at or now
        self.refreshed += 1
        return self._issue(actor, known.family, privileged=any(actor.app_passwords.values()))

    def revoke(self, did: str) -> None:
        """Take all sessions and app passwords of an account back; access tokens still work until they end."""
        self._revoked.update(known.family for known in self._refresh.values() if known.did == did)
        self.network.actors[did].app_passwords.clear()

    def end(self, token: str) -> None:
        """Sign out with a refresh token."""
        known = self._refresh.get(token)
        if known is not None:
            self._revoked.add(known.family)

    def who(self, token: str) -> tuple[Actor, bool]:
        """The account of an access token, and whether it may use chat. Raises XrpcError."""
        if not token:
            raise XrpcError(401, "AuthMissing", "Authentication Required")
        claims = self._claims(token)
        if claims.get("scope") == _REFRESH_SCOPE:
            raise XrpcError(400, "InvalidToken", "Token could not be verified")
        if claims["exp"] <= self.clock.now().timestamp():
            raise XrpcError(400, "ExpiredToken", "Token has expired")
        return self.network.actors[claims["sub"]], claims["scope"] == "com.atproto.appPassPrivileged"

    def _claims(self, token: str) -> dict[str, Any]:
        """What a token claims, if it was signed here."""
        try:
            body = token.split(".")[1]
            claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (IndexError, ValueError, binascii.Error) as error:
            raise XrpcError(400, "InvalidToken", "Token could not be verified") from error
        if jwt(**claims) != token:
            raise XrpcError(400, "InvalidToken", "Token could not be verified")
        return claims
