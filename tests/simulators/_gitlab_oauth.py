"""A simulated GitLab's OAuth: the device flow, the code flow with PKCE, and refresh tokens that are used once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.simulators._gitlab_calls import Token
from tests.simulators._gitlab_state import Lab, User
from tests.simulators.messages import Answer, Request, json_answer

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_WORDS = {
    "authorization_pending": "The authorization request is still pending as the end user hasn't yet completed it.",
    "invalid_client": "Client authentication failed due to unknown client.",
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, or was issued to another client.",
    "expired_token": "The device_code has expired.",
    "access_denied": "The resource owner denied the request.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
    "slow_down": "The client polls too often.",
}


@dataclass
class Grant:
    """A device that waits, or a code that was given to a browser."""

    client: str
    scopes: set[str]
    until: datetime
    user_code: str = ""
    redirect: str = ""
    challenge: str = ""
    person: User | None = None
    denied: bool = False
    polled_at: datetime | None = None


@dataclass
class Family:
    """The tokens that come of one login."""

    user: User
    scopes: set[str]
    redirect: str = ""
    access: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    refresh: str = ""


class OAuth:
    """The addresses below /oauth, and what a person does in the browser."""

    def __init__(self, lab: Lab, tokens: dict[str, Token], client: str = "convo-client") -> None:
        self.lab, self.tokens, self.client = lab, tokens, client
        self.devices: dict[str, Grant] = {}
        self.codes: dict[str, Grant] = {}
        self.families: list[Family] = []
        self.logins = 0
        self.refreshes = 0
        self._made = 0

    def approve(self, user_code: str, user: User) -> None:
        """The person types the code and says yes."""
        next(one for one in self.devices.values() if one.user_code == user_code).person = user

    def deny(self, user_code: str) -> None:
        """The person says no."""
        next(one for one in self.devices.values() if one.user_code == user_code).denied = True

    def authorize(self, query: dict[str, str], user: User) -> str:
        """The person agrees in the browser: the code that the redirect brings."""
        self._made += 1
        code = f"code-{self._made:032}"
        until = self.lab.clock.now() + timedelta(minutes=10)
        self.codes[code] = Grant(
            query["client_id"],
            set(query.get("scope", "").split()),
            until,
            redirect=query["redirect_uri"],
            challenge=query.get("code_challenge", ""),
            person=user,
        )
        return code

    def answer(self, request: Request, path: str) -> Answer | None:
        """Answer when it is about signing in."""
        routes: dict[tuple[str, str], Callable[[Request, dict[str, Any]], Answer]] = {
            ("POST", "/oauth/token"): self._token,
            ("POST", "/oauth/revoke"): self._revoke,
        }
        if self.lab.quirks.device_flow:
            routes["POST", "/oauth/authorize_device"] = self._device
        route = routes.get((request.method, path))
        if route is None:
            return None
        return route(
            request, request.json() if request.is_json else {**dict(request.query), **request.form()}
        )

    def _error(self, code: str, status: int = 400) -> Answer:
        return json_answer({"error": code, "error_description": _WORDS[code]}, status)

    def _device(self, request: Request, fields: dict[str, Any]) -> Answer:
        if fields.get("client_id") != self.client:
            return self._error("invalid_client", 401)
        self._made += 1
        code, user_code = f"device-{self._made:032}", f"0A44L{self._made:03}"
        until = self.lab.clock.now() + timedelta(seconds=300)
        scopes = set(str(fields.get("scope", "")).split())
        self.devices[code] = Grant(self.client, scopes, until, user_code)
        at = f"{request.origin}{self.lab.quirks.folder}/oauth/device"
        return json_answer(
            {
                "device_code": code,
                "user_code": user_code,
                "verification_uri": at,
                "verification_uri_complete": f"{at}?user_code={user_code}",
                "expires_in": 300,
                "interval": 5,
            }
        )

    def _token(self, request: Request, fields: dict[str, Any]) -> Answer:
        if fields.get("client_id") != self.client:
            return self._error("invalid_client", 401)
        kinds = {
            DEVICE: self._by_device,
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
        }
        kind = kinds.get(str(fields.get("grant_type")))
        return kind(fields) if kind else self._error("unsupported_grant_type")

    def _by_device(self, fields: dict[str, Any]) -> Answer:
        grant = self.devices.get(str(fields.get("device_code")))
        now = self.lab.clock.now()
        if grant is None:
            return self._error("invalid_grant")
        if now >= grant.until:
            return self._error("expired_token")
        last, grant.polled_at = grant.polled_at, now
        if last is not None and now - last < timedelta(seconds=5):
            return self._error("slow_down")
        if grant.denied:
            return self._error("access_denied")
        if grant.person is None:
            return self._error("authorization_pending")
        del self.devices[str(fields["device_code"])]
        return self._begin(grant)

    def _by_code(self, fields: dict[str, Any]) -> Answer:
        grant = self.codes.pop(str(fields.get("code")), None)
        verifier = hashlib.sha256(str(fields.get("code_verifier", "")).encode()).digest()
        proof = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if (
            grant is None
            or grant.redirect != fields.get("redirect_uri")
            or self.lab.clock.now() >= grant.until
        ):
            return self._error("invalid_grant")
        if grant.challenge != proof:
            return self._error("invalid_grant")
        return self._begin(grant)

    def _begin(self, grant: Grant) -> Answer:
        assert grant.person is not None
        self.logins += 1
        family = Family(grant.person, grant.scopes, grant.redirect)
        self.families.append(family)
        return self._issue(family)

    def sign_in(self, user: User, scopes: str) -> tuple[str, str]:
        """A login that happened before: its access and refresh token."""
        family = Family(user, set(scopes.split()))
        self.families.append(family)
        issued = self._issue(family).json()
        return issued["access_token"], issued["refresh_token"]

    def _issue(self, family: Family) -> Answer:
        self._made += 1
        access, family.refresh = f"oauth-access-{self._made:050}", f"oauth-refresh-{self._made:050}"
        now = self.lab.clock.now()
        ends = now + timedelta(seconds=self.lab.quirks.token_seconds)
        self.tokens[access] = Token(family.user, family.scopes, ends, oauth=True)
        family.access.append(access)
        return json_answer(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": self.lab.quirks.token_seconds,
                "refresh_token": family.refresh,
                "scope": " ".join(sorted(family.scopes)),
                "created_at": int(now.timestamp()),
            }
        )

    def _by_refresh(self, fields: dict[str, Any]) -> Answer:
        given = str(fields.get("refresh_token"))
        for family in self.families:
            if given in family.used and self.lab.quirks.reused_refresh_revokes:
                self._end(family)
            if given != family.refresh:
                continue
            if family.redirect and fields.get("redirect_uri") != family.redirect:
                return self._error("invalid_grant")
            self.refreshes += 1
            family.used.add(given)
            for token in family.access:
                self.tokens[token].revoked = True
            return self._issue(family)
        return self._error("invalid_grant")

    def _end(self, family: Family) -> None:
        family.refresh = ""
        for token in family.access:
            self.tokens[token].revoked = True

    def _revoke(self, request: Request, fields: dict[str, Any]) -> Answer:
        for family in self.families:
            if fields.get("token") in (*family.access, family.refresh):
                self._end(family)
        return json_answer({})
