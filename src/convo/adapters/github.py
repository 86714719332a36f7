"""GitHub, github.com and Enterprise: mentions, comments on my issues and pull requests, reviews, discussions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from convo.adapters import _github_answer, _github_care, _github_login, _github_read, _github_single
from convo.adapters._github_api import PLATFORM, Api, Facts, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig

_SETTLE = timedelta(seconds=30)
"""GitHub ends requests after ten seconds with an error, and what they do may still be done."""
_VERBS = frozenset({Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MARK_READ, Verb.MUTE_THREAD})
_REFUSALS = {
    Verb.ATTACH: "GitHub takes no files from programs; convo sends words only.",
    Verb.MUTE_PERSON: "GitHub cannot mute a person; here convo does.",
    Verb.MODERATE: "convo approves nothing on GitHub.",
}
_NO_SCOPE = "The token lacks the scope user; without it nobody can be blocked there."


class GitHub(Parted[Api]):
    """One account on one server."""

    platform = PLATFORM
    login_fields: tuple[LoginField, ...] = (_github_login.TOKEN,)
    options: ClassVar[tuple[str, ...]] = ("client_id", "opened")
    channels: tuple[Channel, ...] = (
        Channel("notifications", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("people", ChannelKind.PEOPLE),
    )
    lists: Mapping[str, Listing[Api]] = {
        "notifications": _github_read.notifications,
        "own": _github_single.own,
        "people": _github_care.people,
    }
    signing_in = checking = _github_login
    reading = _github_single
    answering = _github_answer
    acts = Acts(
        edit=_github_care.edit,
        delete=_github_care.delete,
        mark_read=_github_care.mark_read,
        mute_thread=_github_care.mute_thread,
        block=_github_care.block,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, credential, facts_of(facts), account.options.get("opened", "own")))

    def learned(self) -> None:
        """The token's scopes decide what can be done."""
        self.can = _can(self._api.facts)


def _can(facts: Facts) -> Can:
    """What the token opens; before the first sign-in, what most do."""
    if facts.id and not facts.may("user"):
        return Can(_VERBS, {**_REFUSALS, Verb.BLOCK: _NO_SCOPE}, _SETTLE)
    return Can(_VERBS | {Verb.BLOCK}, _REFUSALS, _SETTLE)
