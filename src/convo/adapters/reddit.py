"""Reddit: replies to comments and posts, and comments that name the user, with a client that the user brings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters import _reddit_answer, _reddit_lists, _reddit_login, _reddit_messages, _reddit_read
from convo.adapters._reddit_api import Api
from convo.adapters._reddit_messages import PLATFORM, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig
from convo.model import Mention, Message

_CAN = Can(
    frozenset({Verb.ANSWER, Verb.BLOCK, Verb.DELETE, Verb.EDIT, Verb.MARK_READ}),
    {
        Verb.ATTACH: "convo sends no files to Reddit.",
        Verb.CONTENT_WARNING: "Reddit has no warnings for comments; write >!round what should be covered!<.",
        Verb.DIRECT: "Reddit lets programs no more into private messages and chats.",
        Verb.LANGUAGE: "Reddit knows no language of a comment.",
        Verb.MODERATE: "Moderate on the site.",
        Verb.MUTE_PERSON: "Reddit mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "convo mutes a conversation here only.",
        Verb.VISIBILITY: "Comments on Reddit are as public as the subreddit.",
    },
    settle=timedelta(seconds=20),
)


class Reddit(Parted[Api]):
    """One account."""

    platform = PLATFORM
    can = _CAN
    options = ("client_id", "client_secret", "redirect", "www")
    login_fields: tuple[LoginField, ...] = (
        _reddit_login.CLIENT,
        _reddit_login.CLIENT_SECRET,
        _reddit_login.USER,
        _reddit_login.TOKEN,
    )
    channels: tuple[Channel, ...] = (
        Channel("inbox", ChannelKind.INCOMING),
        Channel("comments", ChannelKind.OWN),
        Channel("posts", ChannelKind.OWN),
        Channel("people", ChannelKind.PEOPLE),
    )
    lists: Mapping[str, Listing[Api]] = {
        "inbox": _reddit_lists.inbox,
        "comments": _reddit_lists.comments,
        "posts": _reddit_lists.posts,
        "people": _reddit_lists.people,
    }
    signing_in = checking = _reddit_login
    reading = _reddit_read
    answering = _reddit_answer
    acts = Acts(
        edit=_reddit_answer.edit,
        delete=_reddit_answer.delete,
        mark_read=_reddit_answer.mark_read,
        block=_reddit_answer.block,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, account, credential, facts_of(facts)))

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author, where there still is one."""
        return _reddit_messages.audience(message, self._api.facts)
