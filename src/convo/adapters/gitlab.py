"""GitLab, gitlab.com and self-managed: to-dos, and what is said on my own issues and merge requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters import _gitlab_answer, _gitlab_login, _gitlab_own, _gitlab_read
from convo.adapters._gitlab_api import PLATFORM, Api, facts_of
from convo.adapters.contract import Can, Channel, ChannelKind, Credential, LoginField, Verb
from convo.adapters.http import Http
from convo.adapters.parted import Parted
from convo.adapters.parts import Acts, Listing
from convo.config import AccountConfig

_REFUSALS = {
    Verb.ATTACH: "convo sends no files to GitLab.",
    Verb.BLOCK: "On GitLab only administrators block people; here convo mutes them.",
    Verb.MUTE_PERSON: "GitLab cannot mute a person; here convo does.",
    Verb.MODERATE: "convo approves nothing on GitLab.",
}
_CAN = Can(
    frozenset({Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MARK_READ, Verb.MUTE_THREAD}),
    _REFUSALS,
    timedelta(seconds=30),
)


class GitLab(Parted[Api]):
    """One account on one server."""

    platform = PLATFORM
    can = _CAN
    login_fields: tuple[LoginField, ...] = (_gitlab_login.URL, _gitlab_login.TOKEN)
    channels: tuple[Channel, ...] = (
        Channel("todos", ChannelKind.INCOMING),
        Channel("issues", ChannelKind.INCOMING),
        Channel("merge_requests", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("followed", ChannelKind.SLOW),
    )
    lists: Mapping[str, Listing[Api]] = {
        "todos": _gitlab_read.todos,
        "issues": _gitlab_read.issues,
        "merge_requests": _gitlab_read.merge_requests,
        "own": _gitlab_own.own,
        "followed": _gitlab_own.followed,
    }
    signing_in = checking = _gitlab_login
    reading = _gitlab_read
    answering = _gitlab_answer
    acts = Acts(
        edit=_gitlab_answer.edit,
        delete=_gitlab_answer.delete,
        mark_read=_gitlab_answer.mark_read,
        mute_thread=_gitlab_answer.mute_thread,
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        super().__init__(Api(http, credential, facts_of(facts)))
