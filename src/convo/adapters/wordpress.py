"""WordPress, on a site of one's own or on WordPress.com: comments on my posts, answers to mine, what to approve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters import _wordpress_answer, _wordpress_login, _wordpress_read
from convo.adapters._wordpress_api import PLATFORM, Api, Facts, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig

_SETTLE = timedelta(seconds=30)
"""PHP may still work on a request whose connection broke: 30 s is its usual limit."""
_NOTHING = {
    Verb.ATTACH: "A comment on WordPress carries no files.",
    Verb.MARK_READ: "WordPress keeps no mark of what was read.",
    Verb.MUTE_THREAD: "WordPress cannot mute a conversation; here convo does.",
    Verb.MUTE_PERSON: "WordPress cannot mute a person; here convo does.",
    Verb.BLOCK: "WordPress blocks words and addresses for the whole site, in its settings.",
}
_ROLE = {
    Verb.EDIT: "Your role on this site may not change comments, your own as well.",
    Verb.DELETE: "Your role on this site may not delete comments, your own as well.",
    Verb.MODERATE: "Your role on this site may not approve comments.",
}


class WordPress(Parted[Api]):
    """One account on one site."""

    platform = PLATFORM
    user_signs_in = True
    login_fields: tuple[LoginField, ...] = (
        _wordpress_login.URL,
        _wordpress_login.USER,
        _wordpress_login.PASSWORD,
    )
    channels: tuple[Channel, ...] = (
        Channel("comments", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
    )
    lists: Mapping[str, Listing[Api]] = {
        "comments": _wordpress_read.comments,
        "own": _wordpress_read.own,
        "again": _wordpress_read.again,
    }
    signing_in = checking = _wordpress_login
    reading = _wordpress_read
    answering = _wordpress_answer
    acts = Acts(
        edit=_wordpress_answer.edit,
        delete=_wordpress_answer.delete,
        moderate=_wordpress_answer.moderate,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, account, credential, facts_of(facts)))

    def learned(self) -> None:
        """The role decides what can be done."""
        self.can = _can(self._api.facts)


def _can(facts: Facts) -> Can:
    """What the account's role may do; before the first sign-in, what most can."""
    if facts.edits or facts.moderates or not facts.id:
        able = {Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MODERATE}
        return Can(frozenset(able), _NOTHING, _SETTLE)
    return Can(frozenset({Verb.ANSWER}), {**_NOTHING, **_ROLE}, _SETTLE)
