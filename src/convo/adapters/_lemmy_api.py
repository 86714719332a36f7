"""The way to one Lemmy server: its dialect, the token, what its refusals mean, who the account is."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from convo.adapters import _lemmy_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters.contract import (
    Ambiguous,
    Credential,
    Identity,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.http import Http, Response
from convo.adapters.wire import decode, part
from convo.config import AccountConfig
from convo.model import Person
from convo.text import one_line, shorten

PLATFORM = "lemmy"
Params = Sequence[tuple[str, str]]
_GONE = frozenset({"not_found", "deleted", "removed"})
_SIGN_IN = frozenset({"not_logged_in", "incorrect_login", "missing_totp_token", "incorrect_totp_token"})
_LIMITED = frozenset({"rate_limit_error", "too_many_requests"})
_WORDS = {
    "locked": "This post is locked there.",
    "max_comment_depth_reached": "The conversation is as deep as Lemmy lets it get.",
    "person_is_banned_from_community": "You are banned from this community.",
    "banned_from_community": "You are banned from this community.",
    "site_ban": "You are banned from this server.",
    "language_not_allowed": "This community does not take the language of your account.",
    "invalid_body_field": "Lemmy does not take an answer of this length.",
    "slurs": "Words in it are forbidden on this server.",
    "blocked_url": "An address in it is forbidden on this server.",
}


class Facts(Struct):
    """What `identify` learned of the account and its server, kept as JSON; the pure verbs work from it."""

    version: str = ""
    api: str = ""
    """"v3" (0.19) or "v4" (1.0), "" before it is known."""
    id: int = 0
    """The account's number on this server."""
    user: str = ""
    uid: str = ""
    name: str = ""

    @property
    def host(self) -> str:
        """The server's own domain, which mentions must name."""
        return urlsplit(self.uid).netloc.lower()


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def handle_of(name: str, address: str) -> str:
    """A person's name with their server."""
    return f"{one_line(name)}@{urlsplit(one_line(address)).netloc}"


def me(facts: Facts) -> Person:
    """The account as a person."""
    return Person(PLATFORM, facts.uid, f"{facts.user}@{facts.host}", facts.name, facts.uid)


class Api:
    """Requests of one account, with its token, and the sense of the server's refusals."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential, facts: Facts) -> None:
        self.http = http
        self.facts = facts
        self.account = account
        self._credential = credential

    @property
    def host(self) -> str:
        """The server's name, for sentences."""
        return urlsplit(self.http.base).hostname or self.http.base

    @property
    def modern(self) -> bool:
        """Whether the server speaks the dialect of 1.0."""
        return self.facts.api == "v4"

    async def get(self, path: str, params: Params = ()) -> Response:
        """Read a path such as "/comment/list". Raises AdapterError for every answer that is no success."""
        response = await self.http.get(
            self._address(path), params=list(params) or None, headers=await self._headers()
        )
        self.judge(response)
        return response

    async def send(self, method: str, path: str, body: bytes, key: str = "") -> Response:
        """Write. Raises AdapterError; Ambiguous when it may have been done.

        1.0 takes a key with a request, and answers a second one with the same key by 422 without a word.
        """
        headers = {"content-type": "application/json", **await self._headers()}
        if key and self.modern:
            headers["idempotency-key"] = key
        response = await self.http.send(method, self._address(path), content=body, headers=headers)
        if response.status == 422 and not response.body.strip():
            raise Ambiguous(f"{self.host} had this answer before, and does not say what became of it.")
        self.judge(response, write=True)
        return response

    def _address(self, path: str) -> str:
        return f"{self.http.base}/api/{self.facts.api or 'v3'}{path}"

    async def _headers(self) -> dict[str, str]:
        token = (await self._credential.read()).strip()
        if not token or not token.isascii() or not token.isprintable():
            raise SignInAgain(f"There is no token for {self.host}. Run  convo login {self.account.name}")
        return {"authorization": f"Bearer {token}", "accept": "application/json"}

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success: by the word of the refusal, as 0.19 answers nearly everything by 400."""
        if response.ok:
            return
        refusal = part(response.body, wire.Refusal)
        word = refusal.error if refusal is not None else ""
        more = one_line(refusal.message or "") if refusal is not None else ""
        said = shorten(" ".join(dict.fromkeys([word, more])).strip(), 300)
        quoted = (
            f'{self.host} said: "{said}"' if said else f"{self.host} answered with status {response.status}."
        )
        if word in _SIGN_IN or (response.status == 401 and not word):
            raise self.signed_out(word)
        if word in _LIMITED:
            self.http.raise_for(_as_limited(response))
        if word in _GONE or word.startswith("couldnt_find"):
            raise Missing(quoted)
        if word in _WORDS:
            raise Refused(_WORDS[word])
        if word and 400 <= response.status < 500 and response.status not in (408, 429):
            raise Refused(quoted)
        self.http.raise_for(response, write=write)

    def signed_out(self, word: str = "") -> SignInAgain:
        """The error of a token that is not taken."""
        quoted = f' ("{shorten(word, 60)}")' if word else ""
        return SignInAgain(
            f"{self.host} does not take the token any more{quoted}. Run  convo login {self.account.name}"
        )

    async def validate(self) -> None:
        """Raises SignInAgain when the token is not taken: reads would only look empty."""
        path = "/account/validate_auth" if self.modern else "/user/validate_auth"
        await self.get(path)

    async def identify(self) -> Identity:
        """Which dialect the server speaks, and who the token is for: two requests, one more the first time."""
        api, site = await self._site()
        self.facts.api = api
        mine = await self._mine(site)
        if mine is None:
            raise self.signed_out()
        person = mine.local_user_view.person
        self.facts = Facts(
            version=one_line(site.version),
            api=api,
            id=person.id,
            user=one_line(person.name),
            uid=one_line(person.address),
            name=one_line(person.display_name or ""),
        )
        return Identity(me(self.facts), written(self.facts))

    async def _site(self) -> tuple[str, wire.Site]:
        """The dialect, and what the site says of itself. 1.0 keeps parts of the old one, so the new is tried first."""
        headers = await self._headers()
        order = ("v3", "v4") if self.facts.api == "v3" else ("v4", "v3")
        for api in order:
            response = await self.http.get(f"{self.http.base}/api/{api}/site", headers=headers)
            found = part(response.body, wire.Site) if response.ok else None
            if found is not None and found.version and not (api == "v3" and _newer(found.version)):
                return api, found
            if response.status not in (200, 400, 404, 405, 410):
                self.judge(response)
        raise RetryAt(f"{self.host} does not answer like a Lemmy server.")

    async def _mine(self, site: wire.Site) -> wire.MyUser | None:
        """The account; None where the token is not taken."""
        if not self.modern:
            return part(site.my_user, wire.MyUser)
        return decode(await self.get("/account"), wire.MyUser)

    async def mine(self) -> wire.MyUser:
        """The account as it is now. Raises SignInAgain when the token is not taken."""
        site = wire.Site() if self.modern else decode(await self.get("/site"), wire.Site)
        found = await self._mine(site)
        if found is None:
            raise self.signed_out()
        return found

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.id or not self.facts.api:
            await self.identify()
        return self.facts


def _newer(version: str) -> bool:
    """Whether a version is 1.0 or later: its old dialect lacks the inbox."""
    major = version.lstrip("v").partition(".")[0]
    return major.isdigit() and int(major) >= 1


def _as_limited(response: Response) -> Response:
    """An answer of 0.19 that means 429 and says 400."""
    return Response(429, response.headers, response.body, response.url)
