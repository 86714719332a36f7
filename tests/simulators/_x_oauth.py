"""A simulated X's OAuth 2: the code flow with PKCE, codes that live thirty seconds, refresh tokens used once."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.simulators._x_calls import Token
from tests.simulators._x_state import Network, User
from tests.simulators.messages import Answer, Request, json_answer


@dataclass
class Grant:
    """A code that was given to a browser."""

    user: User
    scopes: set[str]
    redirect: str
    challenge: str
    until: datetime


@dataclass
class Family:
    """The tokens that come of one login."""

    user: User
    scopes: set[str]
    access: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    refresh: str = ""


class OAuth:
    """The token address, and what a person does in the browser."""

    def __init__(self, network: Network, tokens: dict[str, Token], client: str = "convo-client") -> None:
        self.network, self.tokens, self.client = network, tokens, client
        self.codes: dict[str, Grant] = {}
        self.families: list[Family] = []
        self.logins = 0
        self.refreshes = 0
        self._made = 0

    def authorize(self, query: dict[str, str], user: User) -> str:
        """The person agrees in the browser: the code that the redirect brings. Raises ValueError for a bad request."""
        if (
            query.get("redirect_uri") != self.network.quirks.redirect
            or query.get("code_challenge_method") != "S256"
        ):
            raise ValueError("Something went wrong. You weren't able to give access to the App.")
        self._made += 1
        code = f"code{self._made:040}"
        until = self.network.clock.now() + timedelta(seconds=30)
        scopes = set(query.get("scope", "").split())
        self.codes[code] = Grant(user, scopes, query["redirect_uri"], query["code_challenge"], until)
        return code

    def sign_in(self, user: User, scopes: str) -> tuple[str, str]:
        """A login that happened before: its access and refresh token."""
        family = Family(user, set(scopes.split()))
        self.families.append(family)
        issued = self._issue(family).json()
        return issued["access_token"], issued.get("refresh_token", "")

    def answer(self, request: Request) -> Answer | None:
        """Answer when it is about signing in."""
        if request.method != "POST" or request.path not in ("/2/oauth2/token", "/2/oauth2/revoke"):
            return None
        fields = request.form()
        if request.path.endswith("revoke"):
            for family in self.families:
                if fields.get("token") in (*family.access, family.refresh):
                    self._end(family)
            return json_answer({"revoked": True})
        if fields.get("client_id") != self.client:
            return self._error("unauthorized_client", "Missing valid authorization header", 401)
        if fields.get("grant_type") == "authorization_code":
            return self._by_code(fields)
        if fields.get("grant_type") == "refresh_token":
            return self._by_refresh(str(fields.get("refresh_token")))
        return self._error("unsupported_grant_type", "The grant type is not supported.")

    def _error(self, code: str, words: str, status: int = 400) -> Answer:
        return json_answer({"error": code, "error_description": words}, status)

    def _by_code(self, fields: dict[str, Any]) -> Answer:
        grant = self.codes.pop(str(fields.get("code")), None)
        digest = hashlib.sha256(str(fields.get("code_verifier", "")).encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if grant is None or self.network.clock.now() >= grant.until:
            return self._error("invalid_request", "Value passed for the authorization code was invalid.")
        if grant.redirect != fields.get("redirect_uri") or grant.challenge != proof:
            return self._error("invalid_request", "Value passed for the code verifier did not match.")
        self.logins += 1
        family = Family(grant.user, grant.scopes)
        self.families.append(family)
        return self._issue(family)

    def _by_refresh(self, given: str) -> Answer:
        for family in self.families:
            again = given in family.used
            if again and self.network.quirks.refresh_once:
                self._end(family)
            if given == family.refresh or (again and not self.network.quirks.refresh_once):
                self.refreshes += 1
                family.used.add(given)
                return self._issue(family)
        return self._error("invalid_request", "Value passed for the token was invalid.")

    def _issue(self, family: Family) -> Answer:
        self._made += 1
        access = f"access{self._made:040}"
        for old in family.access:
            self.tokens[old].revoked = True
        ends = self.network.clock.now() + timedelta(seconds=7200)
        self.tokens[access] = Token(family.user, family.scopes, ends)
        family.access.append(access)
        found = {"token_type": "bearer", "expires_in": 7200, "access_token": access}
        found["scope"] = " ".join(sorted(family.scopes))
        if "offline.access" in family.scopes:
            family.refresh = found["refresh_token"] = f"refresh{self._made:040}"
        return json_answer(found)

    def _end(self, family: Family) -> None:
        family.refresh = ""
        for token in family.access:
            self.tokens[token].revoked = True
