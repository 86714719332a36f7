"""Disqus: comments on one's own sites, and answers to one's comments on other people's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from convo.adapters import _disqus_answer, _disqus_login, _disqus_read
from convo.adapters._disqus_api import PLATFORM, Api, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig
from convo.model import Lookup, Ref

_CAN = Can(
    frozenset({Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MODERATE}),
    {
        Verb.ATTACH: "convo sends no files to Disqus.",
        Verb.BLOCK: "Disqus bans people for a whole site, in its moderation panel; here convo blocks.",
        Verb.CONTENT_WARNING: "Comments on Disqus have no warnings.",
        Verb.DIRECT: "Disqus has no direct messages.",
        Verb.LANGUAGE: "Comments on Disqus have no language.",
        Verb.MARK_READ: "Disqus keeps no mark of what was read.",
        Verb.MUTE_PERSON: "Disqus mutes nobody through its API; here convo does.",
        Verb.MUTE_THREAD: "Disqus cannot mute a conversation; here convo does.",
        Verb.VISIBILITY: "Comments on Disqus are as public as the page.",
    },
    settle=timedelta(seconds=60),
)


class Disqus(Parted[Api]):
    """One account at Disqus, with the sites it looks after."""

    platform = PLATFORM
    can = _CAN
    options = ("api_key", "forums")
    login_fields: tuple[LoginField, ...] = (
        _disqus_login.USER,
        _disqus_login.KEY,
        _disqus_login.TOKEN,
        _disqus_login.FORUMS,
    )
    channels: tuple[Channel, ...] = (
        Channel("comments", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
        Channel("elsewhere", ChannelKind.SLOW),
    )
    lists: Mapping[str, Listing[Api]] = {
        "comments": _disqus_read.comments,
        "own": _disqus_read.own,
        "again": _disqus_read.late,
        "elsewhere": _disqus_read.elsewhere,
    }
    signing_in = checking = _disqus_login
    reading = _disqus_read
    answering = _disqus_answer
    acts = Acts(
        edit=_disqus_answer.edit,
        delete=_disqus_answer.delete,
        moderate=_disqus_answer.moderate,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, account, credential, facts_of(facts)))

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of comments, and which are gone: those sent while they were held, once they are shown."""
        found = await super().lookup(refs)
        return replace(found, gone=found.gone + await _disqus_answer.arrived(self._api, refs))
