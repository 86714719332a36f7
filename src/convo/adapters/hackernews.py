"""Hacker News: answers to one's stories and comments. It is read by programs and answered by hand."""

from __future__ import annotations

from collections.abc import Mapping

from convo.adapters import _hackernews_login, _hackernews_read, _hackernews_replies
from convo.adapters._hackernews_api import PLATFORM, Api, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import ByHand, Listing
from convo.config import AccountConfig

_BY_HAND = "Hacker News takes answers only on its own page."
_CAN = Can(
    frozenset(),
    {
        Verb.ANSWER: _BY_HAND,
        Verb.ATTACH: "Hacker News carries no files.",
        Verb.BLOCK: "Hacker News blocks nobody; here convo does.",
        Verb.CONTENT_WARNING: "Hacker News has no warnings.",
        Verb.DELETE: "Delete it on its page, within two hours and as long as nobody answered.",
        Verb.DIRECT: "Hacker News has no direct messages.",
        Verb.EDIT: "Change it on its page, within two hours.",
        Verb.MARK_READ: "Hacker News keeps no mark of what was read.",
        Verb.MODERATE: "Hacker News leaves that to its moderators.",
        Verb.MUTE_PERSON: "Hacker News mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "Hacker News cannot mute a conversation; here convo does.",
        Verb.VISIBILITY: "Everything on Hacker News is public.",
    },
)


class HackerNews(Parted[Api]):
    """One user name."""

    platform = PLATFORM
    can = _CAN
    options = ("search",)
    keyless = True
    login_fields: tuple[LoginField, ...] = (_hackernews_login.USER,)
    channels: tuple[Channel, ...] = (
        Channel("replies", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("watched", ChannelKind.SLOW),
    )
    lists: Mapping[str, Listing[Api]] = {
        "replies": _hackernews_replies.replies,
        "own": _hackernews_read.own,
        "watched": _hackernews_read.watched,
    }
    signing_in = checking = _hackernews_login
    reading = _hackernews_read
    answering = ByHand(_BY_HAND)

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, account, facts_of(facts)))
