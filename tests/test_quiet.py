"""The rules of Quiet: bots, and messages that are only a link."""

from __future__ import annotations

from typing import Any

import pytest

from convo.model import Attachment, Link, Quote, Reason
from convo.quiet import FOR_KNOWN, parts, why_quiet
from tests.quiet_strangers import COMMENT, DIRECT, LINK, MENTION, OWN, QUOTE, REPLY, rule, stranger

OPENED, REVIEW = Reason.OPENED, Reason.REVIEW


def test_a_strangers_words_are_not_quiet() -> None:
    for reason in Reason:
        assert why_quiet(stranger("I baked your bread, it was good.", reason)) == ""


def test_what_does_not_speak_to_the_user_is_not_quiet() -> None:
    assert why_quiet(stranger(LINK, None, bot=True)) == ""


# bot


@pytest.mark.parametrize("reason", list(Reason))
def test_an_account_the_platform_marks_as_a_bot_is_quiet(reason: Reason) -> None:
    assert why_quiet(stranger("I build things.", reason, bot=True)) == "bot: marked as a bot"


def test_a_bot_is_quiet_even_where_the_user_knows_it() -> None:
    assert rule(stranger(known=True, bot=True)) == "bot"
    assert {"bot"} == FOR_KNOWN


# only-link


@pytest.mark.parametrize("reason", [DIRECT, COMMENT, MENTION])
def test_a_stranger_whose_message_is_only_a_link_is_quiet(reason: Reason) -> None:
    seen = why_quiet(stranger(LINK, reason))
    assert seen == "only-link: only a link, and you never spoke: growth-lab.example"
    assert parts(seen) == ("only-link", "only a link, and you never spoke: growth-lab.example")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (f"@me {LINK}", ()),
        (f"👉 {LINK} !!", ()),
        (f"#growth #seo {LINK}", ()),
        ("@me@my.example growth-lab.example/ten…", (Link(LINK, "growth-lab.example/ten…"),)),
        ("www.growth-lab.example", ()),
        ("growth-lab.example/ten-tips", ()),
        ("", (Link(LINK),)),
        (f"{LINK}\n{LINK}", ()),
        (f"HTTPS{LINK[5:]}", ()),
    ],
)
def test_names_signs_and_hashtags_beside_a_link_are_no_words(text: str, links: tuple[Link, ...]) -> None:
    assert why_quiet(stranger(text, links=links)).endswith("growth-lab.example")


@pytest.mark.parametrize(
    "more",
    [
        {"text": f"How do you like this? {LINK}"},
        {"text": "Ten tips for bakers", "links": (Link(LINK, "Ten tips for bakers"),)},
        {"text": "from my blog.example", "links": (Link(LINK, "from my blog.example"),)},
        {"text": LINK, "attachments": (Attachment("picture", "https://x.example/1.jpg", "My bread"),)},
        {"text": LINK, "quotes": (Quote("at://me/1", "did:me"),)},
        {"text": f"パン {LINK}"},
        {"text": ""},
        {"text": "🙂"},
    ],
    ids=[
        "words",
        "words as link",
        "words and a host as link",
        "picture",
        "quote",
        "words in Kana",
        "nothing",
        "emoji",
    ],
)
def test_more_than_a_link_is_not_only_a_link(more: dict[str, Any]) -> None:
    assert why_quiet(stranger(**more)) == ""


def test_only_a_link_in_an_answer_to_the_users_own_words_is_not_quiet() -> None:
    assert why_quiet(stranger(LINK, REPLY, parent=OWN)) == ""
    assert why_quiet(stranger(LINK, DIRECT, parent=OWN)) == ""
    assert why_quiet(stranger(LINK, QUOTE)) == ""


def test_a_comment_on_the_users_post_is_a_comment_though_the_post_is_their_own_words() -> None:
    assert rule(stranger(LINK, COMMENT, parent=OWN)) == "only-link"


@pytest.mark.parametrize("reason", [OPENED, REVIEW])
def test_only_a_link_on_a_code_forge_is_not_quiet(reason: Reason) -> None:
    assert why_quiet(stranger(LINK, reason, flat=True)) == ""


def test_only_a_link_that_mentions_the_user_in_an_issue_is_not_quiet() -> None:
    assert why_quiet(stranger(f"@me {LINK}", MENTION, flat=True)) == ""


def test_only_a_link_in_a_direct_message_is_quiet_though_those_are_flat() -> None:
    assert rule(stranger(LINK, DIRECT, flat=True)) == "only-link"


def test_a_mention_where_the_user_takes_part_is_not_out_of_nowhere() -> None:
    assert why_quiet(stranger(LINK, MENTION, wrote_here=True)) == ""


def test_the_host_shown_is_the_one_the_link_leads_to() -> None:
    hidden = stranger("bank.example", links=(Link("https://bank.example@evil.example/x", "bank.example"),))
    assert why_quiet(hidden).endswith(": evil.example")
    assert "[broken" in why_quiet(stranger("https://[broken"))


@pytest.mark.parametrize(
    "text",
    [
        "hello dear",
        "hi Robin 👋",
        "Look here 👇",
        "check this out",
        "please read 🙏",
        "take a look 🔥",
        "Bitte anschauen:",
        "bonjour, voir ici",
        "hola!!",
        "olha isso",
        "ciao bella",
        "kijk",
        "kolla in",
        "zobacz",
        "смотри тут",
        "bak",
        "你好",
        "これ見て",
        "<3",
    ],
)
@pytest.mark.parametrize("reason", [DIRECT, COMMENT, MENTION])
def test_a_few_courtesies_that_would_fit_any_link_do_not_make_it_more(text: str, reason: Reason) -> None:
    assert rule(stranger(f"@me {text} {LINK}", reason, names=("Robin", "Vale"))) == "only-link"


@pytest.mark.parametrize(
    "text", ["Great post!", "thanks for sharing", "nice blog, visit", "Leuk!", "Merci", "Parabéns!"]
)
def test_praise_and_thanks_with_a_link_fit_any_page_beneath_which_they_stand(text: str) -> None:
    assert rule(stranger(f"{text} {LINK}", COMMENT, parent=OWN)) == "only-link"
    assert why_quiet(stranger(f"{text} {LINK}", COMMENT, parent=OWN, known=True)) == ""
    assert why_quiet(stranger(f"Great article! {LINK}", MENTION)) == "", "it may be the user's own"


@pytest.mark.parametrize(
    "text",
    [
        "yours?",
        "?",
        "これ？",
        "deine?",
        "credit?",
        "does this look right",
        "still valid",
        "look what I made",
        "hi, the second diagram is gone",
        "link is dead",
        "here is the log",
        "FYI",
        "re your talk",
        "page 404",
        "danke look",
        "voici la photo",
    ],
)
@pytest.mark.parametrize("reason", [DIRECT, COMMENT, MENTION])
def test_a_word_of_ones_own_or_a_question_beside_a_link_means_the_user(text: str, reason: Reason) -> None:
    assert why_quiet(stranger(f"@me {text} {LINK}", reason)) == ""
