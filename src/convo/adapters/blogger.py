"""Blogger: comments on one's own blogs. They are read and moderated by programs, and answered by hand."""

from __future__ import annotations

from collections.abc import Mapping

from convo.adapters import _blogger_care, _blogger_login, _blogger_read
from convo.adapters._blogger_api import PLATFORM, Api, facts_of
from convo.adapters._google import CLIENT, CLIENT_SECRET, Google
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, ByHand, Listing
from convo.config import AccountConfig

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


class Blogger(Parted[Api]):
    """One Google account with its blogs."""

    platform = PLATFORM
    can = _CAN
    options = ("client_id", "client_secret", "oauth")
    login_fields: tuple[LoginField, ...] = (CLIENT, CLIENT_SECRET)
    channels: tuple[Channel, ...] = (
        Channel("comments", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
    )
    lists: Mapping[str, Listing[Api]] = {
        "comments": _blogger_read.comments,
        "own": _blogger_read.own,
        "again": _blogger_read.again,
    }
    signing_in = checking = _blogger_login
    reading = _blogger_read
    answering = ByHand(_BY_HAND)
    acts = Acts(moderate=_blogger_care.moderate)

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(Google(http, account, credential), facts_of(facts)))
