"""Signing in to a simulated fediverse server: app registration, the authorize page, PKCE, tokens."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.simulators._mastodon_state import Account, Instance
from tests.simulators.messages import Answer, Request, json_answer

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


class OAuth:
    """Apps, codes and tokens."""

    def __init__(self, instance: Instance, tokens: dict[str, tuple[Account, set[str]]]) -> None:
        self.instance = instance
        self.tokens = tokens
        self.apps: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.described = True
        """Whether there is a document that describes the authorization server (4.3 and later)."""

    def answer(self, request: Request) -> Answer | None:
        """Answer an OAuth request, None when it is none."""
        routes = {
            ("GET", "/.well-known/oauth-authorization-server"): self._describe,
            ("POST", "/api/v1/apps"): self._register,
            ("POST", "/oauth/token"): self._token,
            ("POST", "/oauth/revoke"): self._revoke,
        }
        route = routes.get((request.method, request.path))
        return route(request) if route else None

    def _describe(self, request: Request) -> Answer:
        if not self.described:
            return json_answer({"error": "Not Found"}, 404)
        at = request.origin
        return json_answer(
            {
                "issuer": f"{at}/",
                "authorization_endpoint": f"{at}/oauth/authorize",
                "token_endpoint": f"{at}/oauth/token",
                "app_registration_endpoint": f"{at}/api/v1/apps",
                "revocation_endpoint": f"{at}/oauth/revoke",
                "scopes_supported": ["read", "write", "profile"],
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _fields(self, request: Request) -> dict[str, Any]:
        return dict(request.json()) if request.is_json else request.form()

    def _register(self, request: Request) -> Answer:
        fields = self._fields(request)
        uris = fields.get("redirect_uris", "")
        uris = uris if isinstance(uris, list) else str(uris).split()
        app: dict[str, Any] = {
            "id": str(len(self.apps) + 1),
            "name": fields.get("client_name"),
            "website": fields.get("website"),
            "scopes": str(fields.get("scopes", "read")).split(),
            "redirect_uris": uris,
            "redirect_uri": "\n".join(uris),
            "client_id": f"client-{len(self.apps) + 1}",
            "client_secret": f"client-secret-{len(self.apps) + 1}",
            "client_secret_expires_at": 0,
            "vapid_key": "",
        }
        self.apps[app["client_id"]] = app
        return json_answer(app)

    def grant(self, account: Account, query: dict[str, str]) -> tuple[str, str]:
        """A person agrees on the authorize page: the code, and the address they are sent to ("" to copy it)."""
        app = self.apps[query["client_id"]]
        known = {_portless(uri) for uri in app["redirect_uris"]}
        assert _portless(query["redirect_uri"]) in known, "the redirect was not registered"
        assert set(query.get("scope", "read").split()) <= set(app["scopes"]), "more scopes than registered"
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = {**query, "account": account.id}
        if query["redirect_uri"] == OUT_OF_BAND:
            return code, ""
        return code, query["redirect_uri"] + "?" + urlencode({"code": code, "state": query.get("state", "")})

    def _token(self, request: Request) -> Answer:
        fields = self._fields(request)
        app = self.apps.get(str(fields.get("client_id")))
        if app is None or app["client_secret"] != fields.get("client_secret"):
            return json_answer(
                {"error": "invalid_client", "error_description": "Client authentication failed"}, 401
            )
        asked = self.codes.pop(str(fields.get("code")), None)
        wrong = asked is None or asked["redirect_uri"] != fields.get("redirect_uri")
        if wrong or asked is None or not _proved(asked, str(fields.get("code_verifier", ""))):
            return json_answer({"error": "invalid_grant", "error_description": "The grant is invalid"}, 400)
        token = f"token-{len(self.tokens) + 1}"
        scope = asked.get("scope", "read")
        self.tokens[token] = (self.instance.accounts[asked["account"]], set(scope.split()))
        created = int(self.instance.clock.now().timestamp())
        return json_answer(
            {"access_token": token, "token_type": "Bearer", "scope": scope, "created_at": created}
        )

    def _revoke(self, request: Request) -> Answer:
        fields = self._fields(request)
        if fields.get("client_id") not in self.apps:
            return json_answer({"error": "unauthorized_client"}, 403)
        self.tokens.pop(str(fields.get("token")), None)
        return json_answer({})


def _portless(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname == "127.0.0.1" else uri


def _proved(asked: dict[str, str], verifier: str) -> bool:
    challenge = asked.get("code_challenge")
    if not challenge:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
