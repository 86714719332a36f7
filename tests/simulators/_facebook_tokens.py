"""Tokens of a simulated Facebook: consent, exchange, Page tokens, and what `debug_token` says of them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.simulators._facebook_calls import WRITE, Call, Token
from tests.simulators._facebook_errors import GraphError, no_field, numbered, token_error
from tests.simulators._facebook_state import PageState, Person
from tests.simulators.messages import Answer, Request, text_answer

SHORT, LONG = 5_000, 5_183_944
"""Seconds that tokens of people live."""
_ACCESS = timedelta(days=90)


class Tokens:
    """One app, the person who made it and manages the Page, and the tokens given so far."""

    def __init__(self, state: PageState) -> None:
        self.state = state
        self.app = ("1234567890", "app-secret-of-me-0123456789")
        self.redirects = {"http://localhost/", "http://localhost:8765/"}
        self.admin = Person("4000000000000001", "Mia Admin")
        self.manages = True
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, tuple[str, set[str]]] = {}
        self.exchanged = 0

    def give(
        self, value: str, kind: str = "PAGE", *, scopes: tuple[str, ...] = WRITE, seconds: float = 0
    ) -> Token:
        """A token of the Page or of its admin; with `seconds` it expires."""
        owner = self.state.page if kind == "PAGE" else self.admin
        until = self.state.clock.now() + timedelta(seconds=seconds) if seconds else None
        self.tokens[value] = Token(value, kind, owner, set(scopes), expires=until)
        return self.tokens[value]

    def end(self, subcode: int) -> None:
        """Every token becomes invalid, for this reason."""
        for token in self.tokens.values():
            token.dead = subcode

    def of(self, value: str) -> Token:
        """The token of a request. Raises GraphError."""
        if not value:
            words = "An access token is required to request this resource."
            raise GraphError(104, words)
        if value == "|".join(self.app):
            return Token(value, "APP", None)
        token = self.tokens.get(value)
        if token is None:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
        if token.dead or self._expired(token):
            raise token_error(token.dead or 463)
        return token

    def _expired(self, token: Token) -> bool:
        return token.expires is not None and token.expires <= self.state.clock.now()

    def dialog(self, request: Request) -> Answer:
        """The page of consent: whoever opens it agrees."""
        back, scopes = request.first("redirect_uri"), request.first("scope")
        if request.first("client_id") != self.app[0] or back not in self.redirects:
            return text_answer("<!DOCTYPE html><title>Error</title><p>URL Blocked: not a valid redirect.</p>")
        code = secrets.token_urlsafe(24)
        self.codes[code] = (back, {one for one in scopes.replace(" ", ",").split(",") if one})
        state = request.first("state")
        query = urlencode({"code": code, **({"state": state} if state else {})})
        return Answer(302, b"", {"location": f"{back}?{query}#_=_"})

    def exchange(self, given: dict[str, Any]) -> dict[str, Any]:
        """/oauth/access_token: of a code, of a short token, or the app's own."""
        if given.get("client_id") != self.app[0]:
            raise GraphError(101, "Error validating application. Cannot get application info.")
        if given.get("client_secret") != self.app[1]:
            raise GraphError(1, "Error validating client secret.")
        self.exchanged += 1
        if given.get("grant_type") == "client_credentials":
            return {"access_token": "|".join(self.app), "token_type": "bearer"}
        if given.get("grant_type") == "fb_exchange_token":
            short = self.of(str(given.get("fb_exchange_token", "")))
            return self._new(tuple(short.scopes), LONG)
        back, scopes = self.codes.pop(str(given.get("code")), ("", set()))
        if not back:
            raise GraphError(100, "This authorization code has been used.", subcode=36009)
        if back != given.get("redirect_uri"):
            words = "Error validating verification code. Please make sure your redirect_uri is identical."
            raise GraphError(100, words, subcode=36008)
        return self._new(tuple(scopes), SHORT)

    def _new(self, scopes: tuple[str, ...], seconds: int) -> dict[str, Any]:
        value = f"EAA{secrets.token_hex(24)}"
        self.give(value, "USER", scopes=scopes, seconds=seconds)
        return {"access_token": value, "token_type": "bearer", "expires_in": seconds}

    def me(self, call: Call) -> dict[str, Any]:
        """/me with the token of a person."""
        if call.token.owner is None:
            raise GraphError(
                2500, "An active access token must be used to query information about the current user."
            )
        known = {"id": self.admin.id, "name": self.admin.name, "first_name": "Mia", "last_name": "Admin"}
        fields = call.fields("name")
        for one in fields:
            if one.name not in known:
                raise no_field(one.name, "User")
        return {**{one.name: known[one.name] for one in fields}, "id": self.admin.id}

    def accounts(self, call: Call) -> dict[str, Any]:
        """/me/accounts: the Pages that a person manages, each with its token."""
        if call.token.is_page:
            raise no_field("accounts", "Page")
        if "pages_show_list" not in call.token.scopes or not self.manages:
            return {"data": []}
        page = self.state.page
        value = f"EAAP{call.token.value}"
        if value not in self.tokens:
            made = self.give(value, "PAGE", scopes=tuple(call.token.scopes))
            made.expires = self._page_expiry(call.token)
        known: dict[str, Any] = {
            "access_token": value,
            "category": "Software",
            "category_list": [{"id": "2211", "name": "Software"}],
            "name": page.name,
            "id": page.id,
            "tasks": sorted(self.tokens[value].tasks),
            "fan_count": 7777,
            "link": f"https://www.facebook.com/{page.id}",
            "username": "convo.page",
        }
        fields = call.fields("access_token", "category", "category_list", "name", "tasks")
        for one in fields:
            if one.name not in known:
                raise no_field(one.name, "Page")
        row = {**{one.name: known[one.name] for one in fields}, "id": page.id}
        return {"data": [row], "paging": {"cursors": {"before": "MTEyMg", "after": "MTEyMg"}}}

    def _page_expiry(self, user: Token) -> datetime | None:
        """A Page token of a long-lived token has no date of expiry; one of a short-lived ends with it."""
        if user.expires is None:
            return None
        long_lived = user.expires - self.state.clock.now() > timedelta(seconds=SHORT)
        return None if long_lived else user.expires

    def permissions(self, call: Call) -> dict[str, Any]:
        """/me/permissions."""
        if call.token.is_page:
            raise no_field("permissions", "Page")
        return {"data": [{"permission": one, "status": "granted"} for one in sorted(call.token.scopes)]}

    def debug(self, call: Call) -> dict[str, Any]:
        """/debug_token: for the app, or for whoever made it."""
        if call.token.is_page:
            raise numbered(
                100,
                "You must provide an app access token, or a user access token that is an owner of the app",
            )
        value = call.one("input_token")
        if not value:
            raise numbered(100, "The parameter input_token is required")
        token = self.tokens.get(value)
        if token is None:
            error: dict[str, Any] = {"code": 190, "message": "Invalid OAuth access token."}
            return {"data": {"error": error, "is_valid": False, "scopes": []}}
        return {"data": self._described(token)}

    def _described(self, token: Token) -> dict[str, Any]:
        now, scopes = self.state.clock.now(), sorted(token.scopes)
        view: dict[str, Any] = {
            "app_id": self.app[0],
            "type": token.kind,
            "application": "convo of Mia",
            "data_access_expires_at": int((now + _ACCESS).timestamp()),
            "expires_at": int(token.expires.timestamp()) if token.expires else 0,
            "is_valid": not (token.dead or self._expired(token)),
            "issued_at": int((now - timedelta(days=1)).timestamp()),
            "scopes": scopes,
            "granular_scopes": [{"scope": one, "target_ids": [self.state.page.id]} for one in scopes],
            "user_id": self.admin.id,
        }
        if token.is_page:
            view["profile_id"] = self.state.page.id
        if not view["is_valid"]:
            error = token_error(token.dead or 463)
            view["error"] = {"code": 190, "message": str(error), "subcode": error.subcode}
        return view
