"""Blogger: comments on one's own blogs. They are read and moderated by programs, and answered by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from convo.adapters import _blogger_messages as messages
from convo.adapters import _blogger_read as reading
from convo.adapters._blogger_api import API, PLATFORM, SCOPE, Api, facts_of
from convo.adapters._google import CLIENT, CLIENT_SECRET, Google, client_of, sign_in
from convo.adapters._pasted import Signing, clock
from convo.adapters.contract import (
    Absent,
    AdapterError,
    Ambiguous,
    Ask,
    Can,
    Channel,
    ChannelKind,
    Credential,
    Finding,
    Identity,
    LoginField,
    LoginResult,
    Missing,
    Proof,
    Refused,
    SignInAgain,
    Verb,
)
from convo.adapters.http import Http
from convo.adapters.refusing import Refusing
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Ref, Reply, Visibility

_BY_HAND = "Blogger takes answers only on the page of the post."
_CAN = Can(
    frozenset({Verb.MODERATE}),
    {
        Verb.ANSWER: _BY_HAND,
        Verb.ATTACH: "A comment on Blogger carries no files.",
        Verb.BLOCK: "Blogger blocks nobody; here convo does.",
        Verb.CONTENT_WARNING: "Comments on Blogger have no warnings.",
        Verb.DELETE: "Delete your comment on the page of the post.",
        Verb.DIRECT: "Blogger has no direct messages.",
        Verb.EDIT: "Nobody can change a comment on Blogger.",
        Verb.MARK_READ: "Blogger keeps no mark of what was read.",
        Verb.MUTE_PERSON: "Blogger mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "Blogger cannot mute a conversation; here convo does.",
        Verb.VISIBILITY: "Comments on Blogger are as public as the blog.",
    },
)
_WORDS = (
    "Google lets programs in only through a client that you make yourself: at https://console.cloud.google.com make a "
    'project, enable the "Blogger API", set the consent screen to "In production", and make an OAuth client of the '
    f'type "Desktop app". The scope is {SCOPE} (to read and moderate).'
)
_DECISIONS = {"approve": ("POST", "/approve"), "spam": ("POST", "/spam"), "not spam": ("POST", "/approve")}


class Blogger(Refusing):
    """One Google account with its blogs."""

    platform = PLATFORM
    options = ("client_id", "client_secret", "oauth")
    login_fields: tuple[LoginField, ...] = (CLIENT, CLIENT_SECRET)
    channels: tuple[Channel, ...] = (
        Channel("comments", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._google = Google(http, account, credential)
        self._api = Api(self._google, facts_of(facts))
        self.can = _CAN

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """Where the API is: Google, unless the config names another place."""
        return account.url.strip().rstrip("/") or API

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with a client of the user's own. Raises AdapterError."""
        http = http_for(cls.base_url(account))
        try:
            refresh, account = await sign_in(http, account, SCOPE, _WORDS, ask)
            api = Api(Google(http, account, Signing(refresh)), facts_of(""))
            identity = await api.identify()
            return LoginResult(refresh, identity, client_of(account))
        finally:
            await http.close()

    async def identify(self) -> Identity:
        """Who signed in, and which blogs they have. Raises AdapterError."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Reach, sign-in, scope, blogs, limits, clock."""
        try:
            identity = await self._api.identify()
        except SignInAgain as error:
            return [Finding("sign in", False, error.words)]
        except AdapterError as error:
            return [Finding("reach", False, error.words)]
        names = ", ".join(one.name or one.id for one in self._api.facts.blogs)
        return [
            Finding("reach", True, "Blogger answers."),
            Finding("sign in", True, f"Signed in as {identity.person.handle}."),
            self._scope(),
            Finding("blogs", bool(names), f"Looks after {names}." if names else "This account has no blog."),
            Finding(
                "limits",
                True,
                "The quota stands in the Google Cloud console; a look takes one request a blog.",
            ),
            clock(self._google.http, "Google"),
        ]

    def _scope(self) -> Finding:
        """Google names the scopes with each access token."""
        given = self._google.scope.split()
        if given and SCOPE not in given:
            words = f"The scope {SCOPE} is missing: deciding about comments needs it. Run  convo login"
            return Finding("scopes", False, f"{words} {self._google.account.name}")
        return Finding("scopes", True, "The sign-in may read and moderate.")

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "own":
            return await reading.own(self._api, cursor, since)
        if channel == "again":
            return await reading.again(self._api, cursor, since)
        return await reading.comments(self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of comments, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """A post with its comments. Raises Missing when the comment is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author."""
        return messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """Comments are public."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Characters; Blogger states no limit."""
        return Measure(len(reply.text), None)

    async def prepare(self, reply: Reply) -> str:
        """Not here. Raises Refused."""
        raise Refused(_BY_HAND)

    async def answer(self, request: str) -> Message:
        """Not here. Raises Refused."""
        raise Refused(_BY_HAND)

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Nothing was ever sent from here."""
        return Absent()

    async def moderate(self, ref: Ref, decision: str) -> None:
        """Approve, spam or trash a comment; "not spam" takes that back, nothing takes back the others."""
        await self._api.known()
        blog, post, number = messages.numbers(ref)
        if not number:
            raise Refused("Only comments can be approved, called spam or thrown away.")
        path = f"/v3/blogs/{blog}/posts/{post}/comments/{number}"
        if decision == "trash":
            method, verb = "DELETE", ""
        elif decision in _DECISIONS:
            method, verb = _DECISIONS[decision]
        else:
            raise Refused("Blogger cannot take that back; look for the comment on its own page.")
        try:
            await self._google.send(method, f"{path}{verb}")
        except Missing:
            if decision not in ("spam", "trash"):
                raise
        except Ambiguous:
            # Each of them may be done twice without harm.
            await self._google.send(method, f"{path}{verb}")

    async def close(self) -> None:
        """Release connections."""
        await self._google.http.close()
