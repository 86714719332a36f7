"""The rules of Quiet: the same words to many, automatic greetings, many names, the filter, and who never is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from convo.greetings import GREETINGS, OFFERS, sounds_automatic
from convo.model import Link, Mention
from convo.quiet import OFTEN, Stranger, fingerprint, why_quiet
from convo.waiting import Parent
from tests.quiet_strangers import DIRECT, LINK, MENTION, OWN, REPLY, rule, stranger

# same-words
PITCH = "Thanks for following, here is my newest guide for you"


def test_the_same_text_to_many_is_quiet() -> None:
    pia = stranger(PITCH, DIRECT, by_author=OFTEN)
    assert why_quiet(pia) == 'same-words: the same words to many: "Thanks for following, here is my"'
    assert why_quiet(replace(pia, known=True)) == ""


def test_who_writes_the_same_once_or_twice_was_not_heard() -> None:
    asked = "Could you tell me which flour you used for the rye"
    assert why_quiet(stranger(asked, DIRECT, by_author=OFTEN - 1)) == ""
    assert rule(stranger(asked, DIRECT, by_author=OFTEN)) == "same-words"


def test_many_who_say_the_same_are_noise_only_with_a_link() -> None:
    """People vote, sign and wish in the same words; who sells brings a link."""
    plea = "Please keep the old reading room in the library open"
    assert why_quiet(stranger(plea, MENTION, by_others=OFTEN)) == ""
    assert rule(stranger(f"{plea} {LINK}", MENTION, by_others=OFTEN)) == "same-words"
    assert why_quiet(stranger(f"{plea} {LINK}", MENTION, by_others=OFTEN - 1)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Happy birthday to you and have a great day",
        "Congratulations on your wonderful anniversary, from all of us",
        "Herzlichen Glückwunsch zum Geburtstag und alles Gute",
        "Bon courage et joyeux anniversaire à toi cher Robin",
        "お誕生日おめでとうございます",
    ],
)
def test_congratulations_are_never_the_same_text_to_many(text: str) -> None:
    assert why_quiet(stranger(text, MENTION, by_author=OFTEN, by_others=OFTEN)) == ""
    assert why_quiet(stranger(text, MENTION, by_author=OFTEN)) == ""
    assert why_quiet(stranger(f"{text} {LINK}", MENTION, by_others=OFTEN)) == ""
    assert rule(stranger(f"{text} {LINK}", MENTION, by_author=OFTEN)) == "same-words", (
        "one who repeats a link sells"
    )


def test_short_words_that_many_say_are_not_the_same_text_to_many() -> None:
    for text in ("Nice bread", "any news on this?", "+1", "Great post, thank you!"):
        assert why_quiet(stranger(text, by_author=OFTEN, by_others=OFTEN)) == ""


def test_the_same_text_is_told_by_its_words_alone() -> None:
    one = fingerprint("@ana Grow your little bakery FAST! https://x.example/1")
    assert one == fingerprint("@ben grow your little bakery fast 🚀 https://x.example/2") != ""
    assert one != fingerprint("Grow your little garden FAST! https://x.example/1")
    assert fingerprint("Grow your bakery FAST!") == ""
    assert fingerprint("I saw your bread and thought of my oven") != ""
    assert fingerprint("Internationalization questionnaire") == ""
    assert fingerprint("パン" * 10) != ""


# automatic-greeting


def test_an_automatic_thanks_for_following_is_quiet() -> None:
    kim = stranger("Thanks for connecting. Grab my free guide to growth", DIRECT)
    assert why_quiet(kim) == 'automatic-greeting: automatic greeting: "Thanks for connecting. Grab my free"'


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for following! Check out my new e-book",
        "thx 4 the follow ❤️ #followback",
        "TY for following!! Have an awesome day :)",
        "Thank you for following me. I follow back",
        "Great to connect! Here are our services: https://growth-lab.example",
        "Thanks for connecting! I help founders grow. Here is my calendar: https://growth-lab.example",
        "Obrigado por se conectar! Conheça nossas soluções",
        "つながり申請を承認いただきありがとうございます。弊社サービスはこちらです。",
        "Hi Ana, thank you so much for following me! Visit our website",
        "Hey there 👋 Thanks for the follow! https://growth-lab.example",
        "Thanks for connecting! Want more followers? Download my guide",
        "Thanks for following I look forward to your posts",
        "Thanks for the follow!",
        "Danke fürs Folgen! Schau dir meine Webseite an",
        "Vielen Dank für die Vernetzung. Hier geht es zum kostenlosen Newsletter",
        "Merci de me suivre ! Découvrez mon livre",
        "¡Gracias por seguirme! Descarga gratis mi guía",
        "Obrigado por seguir! Confira meu site",
        "Grazie per il follow! Scarica la guida",
        "Bedankt voor het volgen! Neem een kijkje op mijn website",
        "Tack för att du följer mig! Kolla in min bok",
        "Dziękuję za obserwację! Pobierz darmowy poradnik",
        "Спасибо за подписку! Скачайте бесплатный курс",
        "フォローありがとうございます！無料プレゼントはこちら",
        "フォローありがとうございます！",
        "感谢关注！点击领取免费课程",
        "팔로우 감사합니다! 무료 강의",
    ],
)
def test_automatic_greetings_of_many_languages(text: str) -> None:
    assert rule(stranger(text, DIRECT)) == "automatic-greeting"


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for following my work, I have a question about it",
        "Thanks for following! Which flour do you use?",
        "Thanks for following. A question about your text https://me.example/bread",
        "Thanks for following the recipe so closely. Check out my photo of the crust, it is all your doing",
        "Thanks for the following list of ovens",
        "Thanks for connecting me with Ben, he could help",
        "Danke fürs Folgen! Eine Frage: woher hast du das Mehl?",
        "Merci de me suivre sur ce chemin depuis dix ans",
        "I wrote to them as you said, and they answered at once with these words: Thanks for connecting! A free cake?",
        "Check out my new e-book",
        "Your bread was a joy, thanks",
        "Thanks for following! Your download link is dead since Monday",
        "Thanks for the follow! I tried to subscribe to your feed, it fails: https://me.example/feed",
        "Thanks for connecting! Does 18:40 work? My calendar: https://cal.example",
        "Great to connect! I read your piece on rye, here is my loaf: https://me.example/loaf",
        "Thanks for the follow! I am the one with the accordion from Leith, here is the photo: https://me.example/1",
        "Danke fürs Folgen! Wie versprochen das Rezept: https://me.example/1",
        "Thanks for following! Your review of my new book made my week.",
        "Thanks for the follow! Have a nice weekend in Ghent, and say hello to Petra from the co-op",
        "フォローありがとうございます。先日の写真展の写真です https://me.example/1",
    ],
)
def test_somebodys_own_sentence_is_no_automatic_greeting(text: str) -> None:
    assert why_quiet(stranger(text, DIRECT)) == ""


def test_a_greeting_with_a_link_beside_its_text_is_automatic() -> None:
    text = "Thanks for the follow! I do the same"
    assert rule(stranger(text, DIRECT, links=(Link(LINK, "the same"),))) == "automatic-greeting"
    assert why_quiet(stranger(text, DIRECT)) == ""


@pytest.mark.parametrize("language", list(GREETINGS))
def test_every_greeting_is_found_alone_and_with_an_offer(language: str) -> None:
    offer = OFFERS[language].split("|")[0].strip(" -")
    for greeting in GREETINGS[language].split("|"):
        assert sounds_automatic(f"{greeting.strip()}!", linked=False), greeting
        assert sounds_automatic(f"{greeting.strip().capitalize()}! {offer}", linked=False), greeting


def test_thanks_for_following_in_answer_to_the_users_words_are_automatic_only_with_offer_and_link() -> None:
    def answer(text: str) -> str:
        return rule(stranger(text, REPLY, parent=OWN))

    assert answer("Thanks for following!") == ""
    assert answer("Thanks for following! Did you find the bakery?") == ""
    assert answer("Thanks for following! Grab my free guide") == ""
    assert answer("Thanks for following! The map is here: https://me.example/map") == ""
    assert (
        answer("Thanks for following! Grab my free guide https://growth-lab.example") == "automatic-greeting"
    )


# many-named
def named(count: int, **more: Any) -> tuple[Mention, ...]:
    return tuple(Mention(f"did:{number}", f"p{number}", **more) for number in range(count))


def test_a_stranger_naming_more_than_five_people_is_quiet() -> None:
    seen = why_quiet(stranger("Look here, all of you", mentions=named(6)))
    assert seen == "many-named: names many people, and you never spoke: p0, p1, p2 and others"
    assert why_quiet(stranger("Look here, all of you", mentions=named(5))) == ""


def test_naming_one_person_often_or_oneself_is_not_naming_many() -> None:
    assert why_quiet(stranger(mentions=named(1) * 9)) == ""
    assert why_quiet(stranger(mentions=(*named(5), Mention("did:pia", "pia")))) == ""


def test_names_that_an_answer_only_carries_along_do_not_count() -> None:
    round_table = Parent(author_is_me=True, named=[mention.uid for mention in named(8)])
    assert (
        why_quiet(stranger("I think so too", REPLY, mentions=named(8, leading=True), parent=round_table))
        == ""
    )
    assert rule(stranger("I think so too", REPLY, mentions=named(8), parent=round_table)) == "many-named"
    assert (
        rule(stranger("I think so too", REPLY, mentions=named(8, leading=True), parent=OWN)) == "many-named"
    )


# platform-filter


def test_what_the_platforms_own_filter_holds_is_quiet() -> None:
    assert why_quiet(stranger(filtered="a new account")) == "platform-filter: kept back there: a new account"


# never
NOISE = [
    stranger(LINK, DIRECT),
    stranger("Thanks for connecting. Grab my free guide", DIRECT),
    stranger("Look", mentions=named(9)),
    stranger("I look at many pages and yours could earn so much more", DIRECT, by_author=OFTEN),
    stranger(filtered="a new account"),
]


@pytest.mark.parametrize("noise", NOISE)
def test_nobody_the_user_knows_is_quiet(noise: Stranger) -> None:
    assert why_quiet(noise) != ""
    assert why_quiet(replace(noise, known=True)) == ""


@pytest.mark.parametrize("noise", [*NOISE, stranger(bot=True)])
def test_comments_to_approve_are_never_quiet(noise: Stranger) -> None:
    assert why_quiet(noise) != ""
    assert why_quiet(replace(noise, message=replace(noise.message, held=True))) == ""
