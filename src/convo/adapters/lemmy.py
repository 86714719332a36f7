"""Lemmy: replies, mentions and private messages on one server, of 0.19 or 1.0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters import _lemmy_answer, _lemmy_lists, _lemmy_login, _lemmy_read
from convo.adapters._lemmy_api import PLATFORM, Api, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig

_CAN = Can(
    frozenset({Verb.ANSWER, Verb.BLOCK, Verb.DELETE, Verb.DIRECT, Verb.EDIT, Verb.MARK_READ}),
    {
        Verb.ATTACH: "convo sends no files to Lemmy.",
        Verb.CONTENT_WARNING: "Lemmy has no warnings; write ::: spoiler TITLE … ::: round what should be covered.",
        Verb.LANGUAGE: "Lemmy takes the language that your account is set to.",
        Verb.MODERATE: "Moderate on the site.",
        Verb.MUTE_PERSON: "Lemmy mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "convo mutes a conversation here only.",
        Verb.VISIBILITY: "Comments on Lemmy are public.",
    },
    settle=timedelta(seconds=15),
)
_OLD = (
    Channel("mentions", ChannelKind.INCOMING),
    Channel("replies", ChannelKind.INCOMING),
    Channel("messages", ChannelKind.INCOMING),
)
_NEW = (Channel("notifications", ChannelKind.INCOMING),)
_BOTH = (Channel("own", ChannelKind.OWN), Channel("people", ChannelKind.PEOPLE))


class Lemmy(Parted[Api]):
    """One account on one server."""

    platform = PLATFORM
    can = _CAN
    login_fields: tuple[LoginField, ...] = (_lemmy_login.URL, _lemmy_login.USER, _lemmy_login.PASSWORD)
    signing_in = checking = _lemmy_login
    lists: Mapping[str, Listing[Api]] = {
        "mentions": _lemmy_lists.mentions,
        "replies": _lemmy_lists.replies,
        "messages": _lemmy_lists.messages,
        "notifications": _lemmy_lists.notifications,
        "own": _lemmy_lists.own,
        "people": _lemmy_lists.people,
    }
    reading = _lemmy_read
    answering = _lemmy_answer
    acts = Acts(
        edit=_lemmy_answer.edit,
        delete=_lemmy_answer.delete,
        mark_read=_lemmy_answer.mark_read,
        block=_lemmy_answer.block,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, account, credential, facts_of(facts)))

    def learned(self) -> None:
        """The server's dialect decides which lists there are: 0.19 has three for what 1.0 tells in one."""
        self.channels = (*(_NEW if self._api.modern else _OLD), *_BOTH)
