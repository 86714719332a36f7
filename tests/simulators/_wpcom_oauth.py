"""OAuth of a simulated WordPress.com: the older server with secrets, the newer one with PKCE, and their tokens."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from convo.clock import Clock
from tests.simulators.messages import Answer, Request, json_answer, text_answer

WEEKS = 1_209_600
"""Seconds that tokens live which live at all: two weeks."""
SCOPES = "auth comments follow freshly-pressed global media menus notifications posts read sites stats taxonomy users"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*()"


@dataclass(frozen=True)
class Client:
    """An application; a public one has no secret."""

    id: str
    secret: str = ""
    redirects: tuple[str, ...] = ()


@dataclass
class Token:
    """An access token; `blog` is the one that it is for, 0 for all."""

    value: str
    client: str
    user: int
    blog: int
    scope: str = ""
    """Words; none is everything on one blog."""
    expires: datetime | None = None
    refresh: str = ""

    def may(self, *wanted: str) -> bool:
        """Whether one of these permissions is in it."""
        words = self.scope.split()
        return not words or "global" in words or bool(set(wanted) & set(words))


@dataclass(frozen=True)
class Code:
    """What a person agreed to."""

    client: str
    redirect: str
    user: int
    blog: int
    scope: str
    challenge: str = ""


class OAuthError(Exception):
    """A refusal in the words of RFC 6749."""

    def __init__(self, error: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.error = error
        self.status = status

    def answer(self) -> Answer:
        """The answer."""
        return json_answer({"error": self.error, "error_description": str(self)}, self.status)


@dataclass
class OAuth:
    """The applications, the codes and the tokens; `user` is who sits at the browser."""

    clock: Clock
    user: int = 0
    blogs: dict[int, str] = field(default_factory=dict)
    """Their addresses by their ids; the first is taken when none is named."""
    denies: bool = False
    """The person says no."""
    rotates: bool = True
    """A refresh token is good once, and another comes with the answer."""
    clients: dict[str, Client] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    refreshed: int = 0

    def give(self, value: str = "", **what: Any) -> Token:
        """A token; one that is made up has letters that addresses cannot carry."""
        word = value or "".join(secrets.choice(_LETTERS) for _ in range(64))
        self.tokens[word] = Token(word, **{"client": "1234", "user": self.user, "blog": 0, **what})
        return self.tokens[word]

    def of(self, value: str) -> Token | None:
        """A token that is valid."""
        token = self.tokens.get(value)
        over = token is None or (token.expires is not None and token.expires <= self.clock.now())
        return None if over else token

    def end(self) -> None:
        """Every access token runs out; refresh tokens stay."""
        for token in self.tokens.values():
            token.expires = self.clock.now()

    def answer(self, request: Request) -> Answer | None:
        """What is done at the addresses of OAuth, None at others."""
        ways = {
            ("GET", "/.well-known/oauth-authorization-server"): self._metadata,
            ("GET", "/oauth2/authorize"): self._authorize,
            ("POST", "/oauth2/token"): self._token,
            ("GET", "/oauth2/token-info"): self._info,
            ("GET", "/oauth2-1/authorize"): self._authorize,
            ("POST", "/oauth2-1/token"): self._token,
            ("GET", "/oauth2-1/token-info"): self._info,
            ("POST", "/oauth2-1/register"): self._register,
            ("POST", "/oauth2-1/revoke"): self._revoke,
        }
        way = ways.get((request.method, request.path.rstrip("/")))
        if way is None:
            return None
        try:
            return way(request)
        except OAuthError as error:
            return error.answer()

    def _metadata(self, request: Request) -> Answer:
        at = f"{request.origin}/oauth2-1"
        return json_answer(
            {
                "issuer": request.origin,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "registration_endpoint": f"{at}/register",
                "revocation_endpoint": f"{at}/revoke",
                "introspection_endpoint": f"{at}/token-info",
                "scopes_supported": SCOPES.split(),
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _register(self, request: Request) -> Answer:
        asked = request.json()
        back = tuple(asked.get("redirect_uris") or ())
        if not back:
            raise OAuthError("invalid_redirect_uri", "redirect_uris is required.")
        number = str(100_000 + len(self.clients))
        self.clients[number] = Client(number, "", back)
        made = {
            "client_id": number,
            "client_id_issued_at": int(self.clock.now().timestamp()),
            "client_name": asked.get("client_name", ""),
            "redirect_uris": list(back),
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        }
        return json_answer(made, 201)

    def _authorize(self, request: Request) -> Answer:
        """The page where a person agrees; here it is done at once."""
        client, back = self.clients.get(request.first("client_id")), request.first("redirect_uri")
        scope, kind = request.first("scope"), request.first("response_type")
        public = request.path.startswith("/oauth2-1")
        wrong = client is None or back not in client.redirects or set(scope.split()) - set(SCOPES.split())
        if client is None or wrong or kind not in ("code", "token") or (public and kind == "token"):
            return text_answer("<!DOCTYPE html><p>Invalid request, please go back and try again.</p>", 400)
        challenge = request.first("code_challenge")
        state = {"state": request.first("state")} if request.first("state") else {}
        if public and (request.first("code_challenge_method") != "S256" or not challenge):
            refused = {"error": "invalid_request", "error_description": "PKCE is required.", **state}
            return Answer(302, b"", {"location": f"{back}?{urlencode(refused)}"})
        if self.denies:
            return Answer(302, b"", {"location": f"{back}?{urlencode({'error': 'access_denied', **state})}"})
        blog = self._blog(request.first("blog"), scope)
        if kind == "token":
            until = self.clock.now() + timedelta(seconds=WEEKS)
            token = self.give(client=client.id, blog=blog, scope=scope, expires=until)
            said = {"access_token": token.value, "expires_in": WEEKS, "token_type": "bearer", "site_id": blog}
            return Answer(302, b"", {"location": f"{back}#{urlencode({**said, 'scope': scope, **state})}"})
        code = secrets.token_urlsafe(10)
        self.codes[code] = Code(client.id, back, self.user, blog, scope, challenge)
        return Answer(302, b"", {"location": f"{back}?{urlencode({'code': code, **state})}"})

    def _blog(self, named: str, scope: str) -> int:
        """The blog that a person picks: the one that is named, else the first; none for all of them."""
        if "global" in scope.split() or "auth" in scope.split():
            return 0
        for number, address in self.blogs.items():
            if named.rstrip("/") in (str(number), address, address.partition("//")[2]):
                return number
        return next(iter(self.blogs), 0)

    def _client(self, form: dict[str, Any], public: bool) -> Client:
        client = self.clients.get(str(form.get("client_id", "")))
        secret = str(form.get("client_secret", ""))
        if client is None or client.secret != secret or (not client.secret and not public):
            raise OAuthError("invalid_client", "Unknown client_id or wrong client_secret.")
        return client

    def _token(self, request: Request) -> Answer:
        form, public = request.form(), request.path.startswith("/oauth2-1")
        client, kind = self._client(form, public), form.get("grant_type")
        if kind == "refresh_token" and public:
            return self._refresh(client, str(form.get("refresh_token", "")))
        if kind != "authorization_code":
            raise OAuthError("unsupported_grant_type", "The grant type is not supported.")
        code = self.codes.pop(str(form.get("code")), None)
        if code is None or code.client != client.id:
            raise OAuthError("invalid_grant", "The authorization code is invalid or has expired.")
        if code.redirect != form.get("redirect_uri"):
            raise OAuthError("invalid_grant", "The redirect URI is not the one of the authorization.")
        if public and code.challenge != _challenge(str(form.get("code_verifier", ""))):
            raise OAuthError("invalid_grant", "The code verifier is wrong.")
        return self._given(client, code.user, code.blog, code.scope, public)

    def _given(self, client: Client, user: int, blog: int, scope: str, public: bool) -> Answer:
        token = self.give(client=client.id, user=user, blog=blog, scope=scope)
        view: dict[str, Any] = {"access_token": token.value, "token_type": "bearer"}
        if public:
            token.expires = self.clock.now() + timedelta(seconds=WEEKS)
            token.refresh = secrets.token_urlsafe(32)
            return json_answer({**view, "expires_in": WEEKS, "refresh_token": token.refresh, "scope": scope})
        return json_answer({**view, "blog_id": str(blog), "blog_url": self.blogs.get(blog), "scope": scope})

    def _refresh(self, client: Client, value: str) -> Answer:
        found = [one for one in self.tokens.values() if one.refresh == value and one.client == client.id]
        if not value or not found:
            raise OAuthError("invalid_grant", "The refresh token is invalid or has expired.")
        self.refreshed += 1
        old = found[0]
        answer = self._given(client, old.user, old.blog, old.scope, True)
        if not self.rotates:
            view = answer.json()
            self.tokens[view["access_token"]].refresh = ""
            return json_answer({name: inner for name, inner in view.items() if name != "refresh_token"})
        del self.tokens[old.value]
        return answer

    def _revoke(self, request: Request) -> Answer:
        value = str(request.form().get("token", ""))
        for token in list(self.tokens.values()):
            if value in (token.value, token.refresh):
                del self.tokens[token.value]
        return json_answer({})

    def _info(self, request: Request) -> Answer:
        """Whether a token is one of this application; everything but no blog is text."""
        token = self.of(request.first("token"))
        if token is None or token.client != request.first("client_id"):
            raise OAuthError("invalid_request", "The specified token is invalid.")
        return json_answer(
            {
                "client_id": token.client,
                "user_id": str(token.user),
                "blog_id": str(token.blog) if token.blog else None,
                "scope": token.scope,
            }
        )


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
