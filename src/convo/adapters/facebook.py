"""Facebook: comments on a Page of one's own, and what others write on it; profiles let no program in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters import _facebook_answer, _facebook_login, _facebook_read
from convo.adapters._facebook_api import PLATFORM, Api, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig

_CAN = Can(
    frozenset({Verb.ANSWER, Verb.BLOCK, Verb.DELETE, Verb.EDIT, Verb.MODERATE}),
    {
        Verb.ATTACH: "convo sends no files to Facebook.",
        Verb.CONTENT_WARNING: "Comments on Facebook have no warnings.",
        Verb.DIRECT: "Messages to a Page are in Messenger, which convo does not read.",
        Verb.LANGUAGE: "Comments on Facebook have no language.",
        Verb.MARK_READ: "Facebook keeps no mark of which comments were read.",
        Verb.MUTE_PERSON: "A Page mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "A Page cannot mute a conversation; here convo does.",
        Verb.VISIBILITY: "A comment on Facebook is as public as the post.",
    },
    settle=timedelta(seconds=30),
)


class Facebook(Parted[Api]):
    """One Page."""

    platform = PLATFORM
    can = _CAN
    login_fields: tuple[LoginField, ...] = (
        _facebook_login.TOKEN,
        _facebook_login.APP_ID,
        _facebook_login.APP_SECRET,
    )
    channels: tuple[Channel, ...] = (
        Channel("comments", ChannelKind.INCOMING),
        Channel("visitors", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("posts", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
        Channel("tagged", ChannelKind.SLOW),
        Channel("people", ChannelKind.PEOPLE),
    )
    signing_in = checking = _facebook_login
    lists: Mapping[str, Listing[Api]] = {
        "comments": _facebook_read.comments,
        "visitors": _facebook_read.visitors,
        "own": _facebook_read.own,
        "posts": _facebook_read.posts,
        "again": _facebook_read.again,
        "tagged": _facebook_read.tagged,
        "people": _facebook_read.people,
    }
    reading = _facebook_read
    answering = _facebook_answer
    acts = Acts(
        edit=_facebook_answer.edit,
        delete=_facebook_answer.delete,
        moderate=_facebook_answer.moderate,
        block=_facebook_answer.block,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, account, credential, facts_of(facts)))
