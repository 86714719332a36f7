"""A simulated GitHub's device flow: a code for the device, a page for the person, a token in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.simulators._github_calls import Token
from tests.simulators._github_entities import User
from tests.simulators._github_state import Forge
from tests.simulators.messages import Answer, Request, json_answer, text_answer

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Device:
    """One device that waits for its person."""

    user_code: str
    client_id: str
    scopes: set[str]
    until: datetime
    interval: int = 5
    polled_at: datetime | None = None
    person: User | None = None
    denied: bool = False


class Login:
    """The two addresses of the device flow, and what a person does on the page."""

    def __init__(self, forge: Forge, tokens: dict[str, Token], client_id: str = "Iv1.convo") -> None:
        self.forge, self.tokens, self.client_id = forge, tokens, client_id
        self.devices: dict[str, Device] = {}

    def approve(self, user_code: str, user: User) -> None:
        """The person types the code and says yes."""
        self._waiting(user_code).person = user

    def deny(self, user_code: str) -> None:
        """The person says no."""
        self._waiting(user_code).denied = True

    def _waiting(self, user_code: str) -> Device:
        return next(one for one in self.devices.values() if one.user_code == user_code)

    def answer(self, request: Request) -> Answer | None:
        """Answer when it is about signing in."""
        known: dict[tuple[str, str], Callable[[Request, dict[str, Any]], dict[str, Any]]] = {
            ("POST", "/login/device/code"): self._begin,
            ("POST", "/login/oauth/access_token"): self._poll,
        }
        route = known.get((request.method, request.path))
        if route is None:
            return None
        fields = request.json() if request.is_json else {**dict(request.query), **request.form()}
        body = route(request, fields)
        if "json" in request.headers.get("accept", ""):
            return json_answer(body)
        return text_answer(urlencode(body), kind="application/x-www-form-urlencoded; charset=utf-8")

    def _error(self, code: str, **more: Any) -> dict[str, Any]:
        return {"error": code, "error_description": code.replace("_", " ").capitalize() + ".", **more}

    def _begin(self, request: Request, fields: dict[str, Any]) -> dict[str, Any]:
        if fields.get("client_id") != self.client_id:
            return self._error("Not Found")
        if self.forge.quirks.device_flow == "off":
            return self._error("device_flow_disabled")
        number = len(self.devices) + 1
        code = f"device-{number:040}"
        scopes = set(str(fields.get("scope", "")).replace(",", " ").split())
        until = self.forge.clock.now() + timedelta(seconds=900)
        device = Device(f"ABCD-{number:04}", self.client_id, scopes, until)
        self.devices[code] = device
        return {
            "device_code": code,
            "user_code": device.user_code,
            "verification_uri": f"{request.origin}/login/device",
            "expires_in": 900,
            "interval": device.interval,
        }

    def _poll(self, request: Request, fields: dict[str, Any]) -> dict[str, Any]:
        device = self.devices.get(str(fields.get("device_code")))
        if fields.get("grant_type") != GRANT:
            return self._error("unsupported_grant_type")
        if fields.get("client_id") != self.client_id:
            return self._error("incorrect_client_credentials")
        if device is None:
            return self._error("incorrect_device_code")
        now = self.forge.clock.now()
        if now >= device.until:
            return self._error("expired_token")
        first, device.polled_at = device.polled_at is None, now
        if first and self.forge.quirks.device_flow == "slow":
            device.interval += 5
            return self._error("slow_down", interval=device.interval)
        if device.denied:
            return self._error("access_denied")
        if device.person is None:
            return self._error("authorization_pending")
        del self.devices[str(fields["device_code"])]
        token = f"gho_{len(self.tokens):036}"
        self.tokens[token] = Token(device.person, device.scopes, "oauth")
        scope = ",".join(sorted(device.scopes))
        return {"access_token": token, "token_type": "bearer", "scope": scope}
