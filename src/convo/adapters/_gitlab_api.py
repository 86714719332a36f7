"""The way to one GitLab: its token, what refusals mean, who the account is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _gitlab_wire as wire
from convo.adapters._keeping import kept
from convo.adapters._pasted import stored_token
from convo.adapters.contract import Credential, Identity, Refused, RetryAt, SignInAgain
from convo.adapters.http import Http, Response, server_words
from convo.model import Person
from convo.text import one_line, shorten

PLATFORM = "gitlab"
CLOUD = "https://gitlab.com"
_NAMES_MOST = 30
"""Names that are asked for at once: GitLab takes them one by one."""
Params = Sequence[tuple[str, str]]


class Facts(Struct):
    """What `identify` learned of the account, kept as JSON; the pure verbs work from it."""

    id: int = 0
    username: str = ""
    name: str = ""
    base: str = ""
    """Address of the API: what URIs and people are named by."""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return f"{self.base}/users/{self.id}"


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def api_address(url: str) -> str:
    """Where the API of a web address is; gitlab.com's where none is given."""
    text = url.strip().rstrip("/") or CLOUD
    text = text if "://" in text else f"https://{text}"
    return text if text.endswith("/api/v4") else f"{text}/api/v4"


def web_address(base: str) -> str:
    """Where people read what an API serves."""
    return base.removesuffix("/api/v4")


def me(facts: Facts) -> Person:
    """The account as a person."""
    url = f"{web_address(facts.base)}/{facts.username}" if facts.username else ""
    return Person(PLATFORM, facts.uid, facts.username, facts.name, url)


class Api:
    """Requests of one account, with its token, and the sense of refusals."""

    def __init__(self, http: Http, credential: Credential, facts: Facts) -> None:
        self.http = http
        self.facts = facts
        self.people: dict[str, int | None] = {}
        """User names (lower case) to ids, None for those that nobody has."""
        self._credential = credential
        self._token = ""

    @property
    def host(self) -> str:
        """The server's name, for sentences."""
        return urlsplit(self.http.base).hostname or self.http.base

    @property
    def base(self) -> str:
        """What URIs begin with."""
        return self.http.base

    async def get(self, path: str, params: Params = ()) -> Response:
        """Read. Raises AdapterError for every answer that is no success."""
        response = await self.http.get(path, params=list(params) or None, headers=await self._headers())
        self.judge(response)
        return response

    async def listed(self, path: str, params: Params = (), *, most: int = 1_000) -> tuple[list[Raw], bool]:
        """A whole list over its pages, at most so many items; and whether there are more."""
        found: list[Raw] = []
        page = "1"
        while page and len(found) < most:
            response = await self.get(path, [*params, ("per_page", "100"), ("page", page)])
            found += wire.decode(response, list[Raw])
            following = response.headers.get("x-next-page", "").strip()
            page = following if following.isdigit() and following != page else ""
        return found, bool(page)

    async def send(self, method: str, path: str, body: bytes | None = None) -> Response:
        """Write, once; 304 says that it was so before. Raises AdapterError; Ambiguous when it may have been done."""
        kind = {"content-type": "application/json"} if body is not None else {}
        response = await self.http.send(method, path, content=body, headers={**await self._headers(), **kind})
        if response.status != 304:
            self.judge(response, write=True)
        return response

    async def _headers(self) -> dict[str, str]:
        if not self._token:
            self._token = await stored_token(self._credential)
        return {"authorization": f"Bearer {self._token}", "accept": "application/json"}

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success. Raises AdapterError."""
        if response.ok:
            return
        words = said(response.body)
        quoted = (
            f'{self.host} said: "{words}"'
            if words
            else f"{self.host} answered with status {response.status}."
        )
        if response.status == 401:
            self._token = ""
            raise SignInAgain(quoted)
        if response.status == 403 and b"insufficient_scope" in response.body:
            raise Refused(f"{quoted} The token lacks the scope api; make one with it.")
        if words and response.status in (400, 403, 405, 409, 422):
            raise Refused(quoted)
        foreign = response.body.strip() and not response.body.lstrip().startswith(b"{")
        if foreign and response.status in (404, 410) and not write:
            raise RetryAt(quoted)  # not GitLab's words: something stands before it
        self.http.raise_for(response, write=write)

    async def identify(self) -> Identity:
        """Who the token belongs to: one request."""
        user = wire.decode(await self.get("/user"), wire.User)
        self.facts = Facts(user.id, one_line(user.username), one_line(user.name or ""), self.base)
        return Identity(me(self.facts), msgspec.json.encode(self.facts).decode())

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.id or self.facts.base != self.base:
            await self.identify()
        return self.facts

    async def learn_names(self, names: Iterable[str]) -> None:
        """Ask who has the names that are not known yet; what nobody has names nobody."""
        self.people[self.facts.username.lower()] = self.facts.id
        for name in sorted({name.lower() for name in names} - set(self.people))[:_NAMES_MOST]:
            response = await self.get("/users", [("username", name)])
            users = wire.each(wire.decode(response, list[Raw]), wire.User, "User")[0]
            self.people[name] = next((one.id for one in users if one.username.lower() == name), None)


def said(body: bytes) -> str:
    """What GitLab says of an error: words, words by field, or an OAuth error."""
    found = wire.part(body, dict[str, Raw])
    fields = wire.part(bytes(found.get("message", Raw(b"null"))), dict[str, Raw]) if found else None
    if fields:
        words = []
        for name, raw in fields.items():
            texts = wire.part(bytes(raw), list[str]) or [wire.part(bytes(raw), str) or ""]
            words.append(f"{name} {', '.join(texts)}".strip())
        return shorten("; ".join(words), 300)
    return server_words(body)


def escaped(text: str) -> str:
    """A part of a path."""
    return quote(text, safe="")
