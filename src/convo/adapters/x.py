"""X (Twitter): mentions, and answers where X lets programs answer. Off until the user sets a monthly budget."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters import _x_answer, _x_login, _x_messages, _x_read
from convo.adapters._x_api import PLATFORM, Api, facts_of
from convo.adapters._x_session import Clock, utc_now
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig
from convo.model import Mention, Message, Visibility

_REFUSALS = {
    Verb.ATTACH: "convo sends no files to X.",
    Verb.BLOCK: "X lets no program block people; here convo mutes them.",
    Verb.CONTENT_WARNING: "Posts on X have no content warnings.",
    Verb.DIRECT: "convo reads no direct messages of X.",
    Verb.EDIT: "X lets nobody change an answer.",
    Verb.LANGUAGE: "X finds the language of a post by itself.",
    Verb.MARK_READ: "X keeps no mark of what was read that a program could move.",
    Verb.MODERATE: "convo hides no answers on X.",
    Verb.MUTE_PERSON: "convo mutes people here; X would charge for the list of them.",
    Verb.MUTE_THREAD: "X lets no program mute a conversation; here convo does.",
    Verb.VISIBILITY: "An answer on X is as public as your account.",
}
_ONLY_READS = "This sign-in may only read; sign in again with the scope tweet.write to answer from here."
_SETTLE = timedelta(seconds=60)


class X(Parted[Api]):
    """One account, read through an app of the user's own."""

    platform = PLATFORM
    options = ("monthly_budget", "client_id", "client_secret", "redirect", "links", "own_app")
    login_fields: tuple[LoginField, ...] = (_x_login.BUDGET, _x_login.CLIENT)
    channels: tuple[Channel, ...] = (
        Channel("mentions", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("unnamed", ChannelKind.SLOW),
    )
    lists: Mapping[str, Listing[Api]] = {
        "mentions": _x_read.mentions,
        "own": _x_read.own,
        "unnamed": _x_read.unnamed,
    }
    signing_in = checking = _x_login
    reading = _x_read
    answering = _x_answer
    acts = Acts(delete=_x_answer.delete)

    def __init__(
        self,
        account: AccountConfig,
        http: Http,
        credential: Credential,
        facts: str,
        *,
        now: Clock = utc_now,
    ) -> None:
        super().__init__(Api(http, account, credential, facts_of(facts), now))

    def learned(self) -> None:
        """The scopes of the sign-in decide whether one can answer."""
        self.can = _can(self._api.facts.writes)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author, and whom the post names."""
        return _x_messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """Public, or the followers of a protected account."""
        return Visibility.FOLLOWERS if self._api.facts.protected else Visibility.PUBLIC


def _can(writes: bool) -> Can:
    if not writes:
        return Can(frozenset(), {**_REFUSALS, Verb.ANSWER: _ONLY_READS, Verb.DELETE: _ONLY_READS}, _SETTLE)
    return Can(frozenset({Verb.ANSWER, Verb.DELETE}), _REFUSALS, _SETTLE)
