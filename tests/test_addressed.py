"""Each sentence about which messages speak to the user, from both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from convo.model import Mention, Message, Person, Quote, Reason, Visibility
from convo.waiting import UNJUDGED, Parent, addressed
from tests.talk import COMMENT, DIRECT, MENTION, OPENED, QUOTE, REPLY, REVIEW

AN_HOUR = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
UID, OTHER_UID = "did:me", "https://my.example/users/me"
MINE = frozenset({UID, OTHER_UID})
NAMES_ME = Mention(UID, "me")
LEADS_WITH_ME = Mention(UID, "me", leading=True)
STRANGER = Parent(author_is_me=False, named=())
NAMED_ME = Parent(author_is_me=False, named=(UID,))
OWN = Parent(author_is_me=True, named=())


def written(uid: str = "did:ana", **more: Any) -> Message:
    return Message("at://x/1", Person("memory", uid, "ana"), AN_HOUR, "Hello", **more)


def why(message: Message, parent: Parent | None = None) -> object:
    return addressed(message, parent, MINE)


def test_a_message_that_names_the_user_is_addressed() -> None:
    assert why(written(mentions=(NAMES_ME,))) is MENTION
    assert why(written(mentions=(Mention("did:ben", "ben"),))) is None


def test_a_message_that_quotes_the_user_is_addressed() -> None:
    assert why(written(quotes=(Quote("at://me/1", UID),))) is QUOTE
    assert why(written(quotes=(Quote("at://ben/1", "did:ben"),))) is None


def test_a_message_that_directly_answers_the_user_is_addressed() -> None:
    assert why(written(parent_uri="at://me/1"), OWN) is REPLY
    assert why(written(parent_uri="at://ben/1"), STRANGER) is None


def test_a_direct_message_is_addressed() -> None:
    assert why(written(visibility=Visibility.DIRECT)) is DIRECT
    assert why(written(visibility=Visibility.DIRECT, parent_uri="at://ben/1")) is DIRECT
    assert why(written(visibility=Visibility.FOLLOWERS)) is None


@pytest.mark.parametrize("claim", [COMMENT, OPENED, REVIEW])
def test_what_only_the_platform_can_know_is_addressed(claim: Reason) -> None:
    assert why(written(claim=claim)) is claim
    assert why(written(claim=claim, parent_uri="https://blog.example/1")) is claim
    assert why(written(UID, claim=claim)) is None


@pytest.mark.parametrize("claim", [REPLY, MENTION, QUOTE, DIRECT])
def test_what_is_derived_cannot_be_claimed(claim: Reason) -> None:
    assert why(written(claim=claim)) is None


def test_a_reply_to_somebody_elses_comment_is_not_addressed() -> None:
    assert why(written(parent_uri="c1", root_uri="at://me/1"), STRANGER) is None


def test_a_mention_that_a_reply_only_carries_along_is_not_addressed() -> None:
    assert why(written(parent_uri="at://ben/1", mentions=(LEADS_WITH_ME,)), NAMED_ME) is None


def test_a_carried_mention_under_the_users_own_message_is_a_reply() -> None:
    own = Parent(author_is_me=True, named=(UID,))
    assert why(written(parent_uri="at://me/1", mentions=(LEADS_WITH_ME,)), own) is REPLY


def test_a_name_outside_the_leading_run_is_not_carried_along() -> None:
    assert why(written(parent_uri="at://ben/1", mentions=(NAMES_ME,)), NAMED_ME) is MENTION
    assert why(written(parent_uri="at://ben/1", mentions=(LEADS_WITH_ME, NAMES_ME)), NAMED_ME) is MENTION


def test_a_name_that_did_not_stand_among_the_parents_mentions_is_not_carried_along() -> None:
    assert why(written(parent_uri="at://ben/1", mentions=(LEADS_WITH_ME,)), STRANGER) is MENTION


def test_each_of_the_users_names_is_carried_along_or_not_by_itself() -> None:
    both = (LEADS_WITH_ME, Mention(OTHER_UID, "me@my.example", leading=True))
    assert why(written(parent_uri="at://ben/1", mentions=both), NAMED_ME) is MENTION
    named_both = Parent(author_is_me=False, named=(UID, OTHER_UID))
    assert why(written(parent_uri="at://ben/1", mentions=both), named_both) is None


def test_a_leading_name_without_a_parent_is_addressed() -> None:
    assert why(written(mentions=(LEADS_WITH_ME,))) is MENTION


@pytest.mark.parametrize("where", [{"parent_uri": "at://ben/1"}, {"parent_id": "17"}])
def test_an_unknown_parent_is_loaded_before_it_is_judged(where: dict[str, str]) -> None:
    assert why(written(mentions=(LEADS_WITH_ME,), **where)) is UNJUDGED
    assert why(written(**where)) is UNJUDGED


def test_an_unknown_parent_is_not_loaded_where_nothing_depends_on_it() -> None:
    unknown = {"parent_uri": "at://ben/1"}
    assert why(written(mentions=(NAMES_ME,), **unknown)) is MENTION
    assert why(written(quotes=(Quote("at://me/1", UID),), **unknown)) is QUOTE
    assert why(written(visibility=Visibility.DIRECT, **unknown)) is DIRECT
    assert why(written(UID, mentions=(LEADS_WITH_ME,), **unknown)) is None
    assert why(written(deleted=True, **unknown)) is None


def test_an_edit_that_first_names_the_user_is_addressed() -> None:
    before = written(parent_uri="at://ben/1")
    after = replace(before, text="Hello @me", edited_at=AN_HOUR, mentions=(NAMES_ME,))
    assert (why(before, STRANGER), why(after, STRANGER)) == (None, MENTION)


@pytest.mark.parametrize("uid", [UID, OTHER_UID])
def test_messages_of_every_configured_account_never_wait(uid: str) -> None:
    own = written(uid, mentions=(NAMES_ME,), quotes=(Quote("at://me/1", UID),), parent_uri="at://me/1")
    assert why(own, OWN) is None
    assert why(replace(own, visibility=Visibility.DIRECT), OWN) is None


def test_a_deleted_message_is_not_addressed() -> None:
    assert why(written(deleted=True, mentions=(NAMES_ME,))) is None
