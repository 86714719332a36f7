"""The way to one WordPress site: where its REST API is, its credential, what its refusals mean, who the account is."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from convo.adapters import _wordpress_wire as wire
from convo.adapters._keeping import kept
from convo.adapters._origin import origin
from convo.adapters._wordpress_com import Bearer, home_of, hosted, root_of, signed_out
from convo.adapters.contract import Ambiguous, Credential, Identity, Missing, Refused, RetryAt, SignInAgain
from convo.adapters.http import Http, Response
from convo.config import AccountConfig
from convo.htmltext import html_to_text
from convo.model import Person
from convo.text import one_line, shorten

PLATFORM = "wordpress"
FLOOD = timedelta(seconds=15)
"""Core lets whoever may not moderate write one comment in this time (`wp_check_comment_flood`)."""
_PROFILE = "/wp-admin/profile.php"
_ACCEPT = {"accept": "application/json"}
Params = Sequence[tuple[str, str]]
RELATION = 'rel="https://api.w.org/"'
_DEAD = frozenset({"invalid_token", "rest_invalid_token", "authorization_required"})
"""What WordPress.com says of a token that it does not take, whatever the status."""


class Duplicate(Refused):
    """The site has a comment of the same author with these words to the same comment."""


class Facts(Struct):
    """What `identify` learned of the account and its site, kept as JSON; the pure verbs work from it."""

    root: str = ""
    """Address of the REST API without the slash at its end; with plain permalinks it ends in "?rest_route="."""
    home: str = ""
    """The site's own address, without the slash at its end: what URIs and people are named by."""
    id: int = 0
    user: str = ""
    name: str = ""
    title: str = ""
    moderates: bool = False
    """May moderate every comment of the site, and see the addresses of guests."""
    edits: bool = False
    """May write posts, thus list held comments and moderate those on posts of their own."""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return f"{self.home}/?author={self.id}"


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def me(facts: Facts) -> Person:
    """The account as a person."""
    url = facts.uid if facts.home else ""
    return Person(PLATFORM, facts.uid, facts.user or str(facts.id), facts.name, url)


class Basic:
    """The application password of an account, as each request has it."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential) -> None:
        self._http = http
        self._account = account
        self._credential = credential
        self._header = ""

    async def header(self) -> str:
        """What goes with each request. Raises SignInAgain."""
        if not self._header:
            # WordPress shows application passwords in groups and takes them with or without the spaces.
            password = "".join((await self._credential.read()).split())
            user, base = self._account.user.strip(), self._http.base
            if not user:
                host = urlsplit(base).hostname
                raise SignInAgain(f'The config must say who signs in to {host}:  user = "your user name"')
            if not password or not password.isprintable():
                raise SignInAgain(f"There is no application password. Make one at {base}{_PROFILE}.")
            self._header = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        return self._header

    def forget(self) -> None:
        """Read the password anew next time."""
        self._header = ""

    async def renew(self, refused: str) -> bool:
        """There is only the one password."""
        return False


class Api:
    """Requests of one account, with its credential, and the sense of the site's refusals."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential, facts: Facts) -> None:
        self.http = http
        self.facts = facts
        self._account = account
        self.authorize = ""
        """The site's own page where an application password is made, once the index was read."""
        self.hosted = hosted(account)
        self.key: Basic | Bearer = (Bearer if self.hosted else Basic)(http, account, credential)

    @property
    def name(self) -> str:
        """What the config calls the account."""
        return self._account.name

    @property
    def host(self) -> str:
        """The site's name, for sentences."""
        base = home_of(self._account) if self.hosted else self.http.base
        return urlsplit(base).hostname or base

    @property
    def profile(self) -> str:
        """The page where the user makes and revokes application passwords."""
        return f"{self.facts.home or self.http.base}{_PROFILE}"

    async def get(self, path: str, params: Params = ()) -> Response:
        """Read a route such as "/wp/v2/comments". Raises AdapterError for every answer that is no success."""
        await self._rooted()
        response = await self._read(self.facts.root, path, params)
        self.judge(response)
        return response

    async def send(self, method: str, path: str, body: bytes | None = None, params: Params = ()) -> Response:
        """Write. Raises AdapterError; Ambiguous when it may have been done."""
        await self._rooted()
        address, all_params = _address(self.facts.root, path, params)
        kind = {"content-type": "application/json"} if body is not None else {}
        for last in (False, True):
            key = await self.key.header()
            headers = {"authorization": key, **_ACCEPT, **kind}
            response = await self.http.send(
                method, address, content=body, params=all_params or None, headers=headers
            )
            if last or not _is_dead(response) or not await self.key.renew(key):
                break
        self.judge(response, write=True)
        return response

    async def _read(self, root: str, path: str, params: Params) -> Response:
        address, all_params = _address(root, path, params)
        for last in (False, True):
            key = await self.key.header()
            headers = {"authorization": key, **_ACCEPT}
            response = await self.http.get(address, params=all_params or None, headers=headers)
            if last or not _is_dead(response) or not await self.key.renew(key):
                break
        return response

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success. Raises AdapterError."""
        if response.ok:
            return
        refusal = wire.part(response.body, wire.Refusal)
        code = str(refusal.code or refusal.error) if refusal else ""
        said = shorten(html_to_text(refusal.message).text, 300) if refusal else ""
        quoted = (
            f'{self.host} said: "{said}"' if said else f"{self.host} answered with status {response.status}."
        )
        if _is_dead(response):
            raise self.signed_out(said)
        if response.status in (404, 410) and not code and not said:  # WordPress says so in data
            foreign = f"{self.host} answered with a page that is not its own."
            raise Ambiguous(foreign) if write else RetryAt(foreign)
        if code == "comment_flood":
            raise RetryAt(quoted, datetime.now(timezone.utc) + FLOOD)
        if code == "comment_duplicate":
            raise Duplicate(quoted)
        if code == "unknown_blog":
            raise Refused(f"WordPress.com knows no site {self.host}. Is the url in the config its address?")
        if code == "rest_no_route":
            raise Refused(
                f"{self.host} has no comments in its REST API; a plugin may have switched them off there."
            )
        if response.status == 403 and refusal is None:
            raise Refused(
                f"{self.host} answered with status 403 and a web page: its firewall or a security plugin keeps "
                "convo out. Allow the REST API (wp-json) there for signed-in users."
            )
        if said and response.status in (404, 410):
            raise Missing(quoted)
        if said and 400 <= response.status < 500 and response.status not in (408, 429):
            raise Refused(quoted)
        self.http.raise_for(response, write=write)
        raise Refused(quoted)

    def signed_out(self, said: str = "") -> SignInAgain:
        """The error of a credential that is not taken; it is read anew next time."""
        self.key.forget()
        if self.hosted:
            return signed_out(self._account, said)
        quoted = f' ("{said}")' if said else ""
        return SignInAgain(
            f"{self.host} does not take this user name and application password{quoted}. Make a new one at "
            f"{self.profile} and run  convo login {self._account.name}  (if it is right, the site's web server drops "
            "the Authorization header)."
        )

    async def identify(self) -> Identity:
        """Where the API is, who signed in, and what they may do: two requests, more where the API must be found."""
        index, root = await self._discover()
        home = wire.web(index.home).rstrip("/") or self.http.base
        self.facts.root = root
        ways = wire.part(bytes(index.authentication), wire.Authentication)
        self.authorize = self._own(ways.passwords.endpoints.authorization) if ways and ways.passwords else ""
        if not self.facts.home or urlsplit(self.facts.home).netloc != urlsplit(home).netloc:
            self.facts.home = home
        fields = ("_fields", "id,name,slug,username,link,capabilities")
        try:
            response = await self.get("/wp/v2/users/me", [("context", "edit"), fields])
        except SignInAgain:
            if not self.authorize and not self.hosted:
                raise SignInAgain(
                    f"Application passwords are switched off on {self.host}: WordPress needs https for them, and a "
                    "plugin may have forbidden them. convo cannot sign in without one."
                ) from None
            raise
        who = wire.decode(response, wire.Me)
        able = wire.part(bytes(who.capabilities), wire.Capabilities) or wire.Capabilities()
        self.facts = Facts(
            root=root,
            home=self.facts.home,
            id=who.id,
            user=one_line(who.username or who.slug or ""),
            name=one_line(who.name or ""),
            title=shorten(html_to_text(index.name or "").text, 100),
            moderates=able.moderate_comments,
            edits=able.edit_posts,
        )
        return Identity(me(self.facts), msgspec.json.encode(self.facts).decode())

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.id or not self._at_home(self.facts.root):
            await self.identify()
        return self.facts

    async def _rooted(self) -> None:
        if not self._at_home(self.facts.root):
            _, self.facts.root = await self._discover()

    def _at_home(self, root: str) -> bool:
        if self.hosted:
            return root == root_of(self._account)
        return bool(root) and origin(root) == self.http.origin

    def _own(self, address: str) -> str:
        """An address of this site's own origin, "" for any other."""
        clean = wire.web(address)
        try:
            return clean if clean and origin(clean) == self.http.origin else ""
        except Refused:
            return ""

    async def _discover(self) -> tuple[wire.Index, str]:
        """Find the REST API: its usual place, the one of plain permalinks, then what the home page says."""
        if self.hosted:
            return wire.Index(["wp/v2"], home=home_of(self._account)), root_of(self._account)
        base = self.http.base
        places = [f"{base}/wp-json", f"{base}/?rest_route="]
        if self._at_home(self.facts.root) and self.facts.root.startswith(base):
            places.insert(0, self.facts.root)
        for root in dict.fromkeys(places):
            index = await self._index(root)
            if index is not None:
                return index, root
        linked = self._linked((await self.http.get(f"{base}/")).headers.get("link", ""))
        index = await self._index(linked) if linked else None
        if index is None:
            raise Refused(
                f"{base} has no WordPress REST API where convo looks (/wp-json/ and ?rest_route=/). Is the url in the "
                "config the address of the site? A plugin may have switched the API off; convo cannot do without."
            )
        return index, linked

    async def _index(self, root: str) -> wire.Index | None:
        """The root of the API, None where it is not. Raises RetryAt and SignInAgain."""
        response = await self._read(root, "/", [("_fields", "name,home,namespaces,authentication")])
        if response.ok:
            index = wire.part(response.body, wire.Index)
            return index if index is not None and "wp/v2" in index.namespaces else None
        if response.status >= 500 or response.status in (401, 408, 429):
            self.judge(response)
        return None

    def _linked(self, header: str) -> str:
        """The API's address in the `Link` header of the home page, on this origin only."""
        for piece in header.split(","):
            target, _, rest = piece.partition(";")
            if RELATION in rest:
                found = self._own(target.strip().strip("<>"))
                return (
                    found.removesuffix("/")
                    if "?" not in found
                    else found.removesuffix("%2F").removesuffix("/")
                )
        return ""


def _is_dead(response: Response) -> bool:
    """Whether an answer says that the credential is not taken."""
    refusal = None if response.ok else wire.part(response.body, wire.Refusal)
    return response.status == 401 or (refusal is not None and (refusal.code or refusal.error) in _DEAD)


def _address(root: str, path: str, params: Params) -> tuple[str, list[tuple[str, str]]]:
    """Address and query of a route; with plain permalinks the route is a part of the query.

    Where many sites have one API, the site stands between name space and route.
    """
    if "/wp/v2/sites/" in root:
        return f"{root}{path.removeprefix('/wp/v2')}", list(params)
    place, plain, _ = root.partition("?rest_route=")
    return (place, [("rest_route", path), *params]) if plain else (f"{root}{path}", list(params))
