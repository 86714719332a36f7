"""Discourse: answers, mentions, quotes and private messages on one site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters import (
    _discourse_answer,
    _discourse_lists,
    _discourse_login,
    _discourse_messages,
    _discourse_read,
)
from convo.adapters._discourse_api import PLATFORM, Api, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig
from convo.model import Mention, Message

_CAN = Can(
    frozenset({Verb.ANSWER, Verb.DELETE, Verb.DIRECT, Verb.EDIT, Verb.MARK_READ, Verb.MUTE_THREAD}),
    {
        Verb.ATTACH: "convo sends no files to Discourse.",
        Verb.MODERATE: "Decide about posts in the review queue of the site.",
        Verb.MUTE_PERSON: "convo does not mute people on Discourse; here it does.",
        Verb.BLOCK: "Discourse has no blocks; ignore people in their profile there, or mute them here.",
        Verb.CONTENT_WARNING: "Discourse has no warnings; write [spoiler]…[/spoiler] round what should be covered.",
        Verb.VISIBILITY: "Who can read an answer is decided by its topic.",
    },
    settle=timedelta(seconds=30),
)
"""Rails may still work on a request whose connection broke: 30 s is what its servers give it."""


class Discourse(Parted[Api]):
    """One account on one site."""

    platform = PLATFORM
    can = _CAN
    options = ("key",)
    login_fields: tuple[LoginField, ...] = (
        _discourse_login.URL,
        _discourse_login.KEY,
        _discourse_login.PAYLOAD,
    )
    channels: tuple[Channel, ...] = (
        Channel("notifications", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
    )
    lists: Mapping[str, Listing[Api]] = {
        "notifications": _discourse_lists.notifications,
        "own": _discourse_lists.own,
        "again": _discourse_lists.again,
    }
    signing_in = checking = _discourse_login
    reading = _discourse_read
    answering = _discourse_answer
    acts = Acts(
        edit=_discourse_answer.edit,
        delete=_discourse_answer.delete,
        mark_read=_discourse_answer.mark_read,
        mute_thread=_discourse_answer.mute_thread,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, account, credential, facts_of(facts)))

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author; in a private message everybody who reads it."""
        return _discourse_messages.audience(message, self._api.facts)
