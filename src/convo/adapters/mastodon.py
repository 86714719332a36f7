"""Mastodon, and the servers that speak its API: GoToSocial, Takahe, Hollo, snac, Akkoma, Pixelfed, Friendica."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters import (
    _mastodon_answer,
    _mastodon_login,
    _mastodon_messages,
    _mastodon_people,
    _mastodon_read,
)
from convo.adapters._mastodon_api import PLATFORM, Api, facts_of, visibility_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig
from convo.model import Mention, Message, Visibility

_CAN = Can(
    verbs=frozenset(
        {
            Verb.ANSWER,
            Verb.ATTACH,
            Verb.BLOCK,
            Verb.CONTENT_WARNING,
            Verb.DELETE,
            Verb.DIRECT,
            Verb.EDIT,
            Verb.LANGUAGE,
            Verb.MARK_READ,
            Verb.MUTE_PERSON,
            Verb.MUTE_THREAD,
            Verb.VISIBILITY,
        }
    ),
    refusals={Verb.MODERATE: "There is nothing to approve on Mastodon."},
    settle=timedelta(seconds=5),
)
_CHANNELS = (
    Channel("mentions", ChannelKind.INCOMING),
    Channel("own", ChannelKind.OWN),
    Channel("answers", ChannelKind.SLOW),
    Channel("people", ChannelKind.PEOPLE),
)


class Mastodon(Parted[Api]):
    """One account on one server."""

    platform = PLATFORM
    login_fields: tuple[LoginField, ...] = ()
    can = _CAN
    channels = _CHANNELS
    lists: Mapping[str, Listing[Api]] = {
        "mentions": _mastodon_read.mentions,
        "own": _mastodon_read.own,
        "answers": _mastodon_read.answers,
        "people": _mastodon_read.hidden,
    }
    signing_in = checking = _mastodon_login
    reading = _mastodon_read
    answering = _mastodon_answer
    acts = Acts(
        edit=_mastodon_answer.edit,
        delete=_mastodon_answer.delete,
        mark_read=_mastodon_people.mark_read,
        mute_thread=_mastodon_people.mute_thread,
        mute_person=_mastodon_people.mute_person,
        block=_mastodon_people.block,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, credential, facts_of(facts)))

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author first, then everybody the message names, the user left out."""
        return _mastodon_messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """The account's own default."""
        return visibility_of(self._api.facts.visibility)
