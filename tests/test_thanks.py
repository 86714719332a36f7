"""Which messages sound finished, and which only begin so."""

from __future__ import annotations

import pytest

from convo.thanks import ALONGSIDE, EMOJI, THANKS, asks, sounds_finished


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you so much for your help",
        "thx :)",
        "@me@my.example Thanks a lot!!",
        "Oh, got it. Thank you!",
        "Thanks :blobcat_heart:",
        "> Rye. It is better on the third day.\n\nThank you!",
        "Vielen Dank für die schnelle Antwort!",
        "Merci beaucoup !",
        "¡Muchas gracias!",
        "Muito obrigada 🙏",
        "Grazie mille!",
        "Dank je wel!",
        "Tack så mycket",
        "Tak for hjælpen",
        "Tusen takk!",
        "Kiitos paljon!",
        "Dziękuję bardzo",
        "Děkuji moc",
        "Большое спасибо!",
        "Щиро дякую",
        "Çok teşekkürler",
        "شكرا جزيلا",
        "תודה רבה!",
        "बहुत धन्यवाद",
        "ありがとうございます！",
        "本当にありがとうございました🙇‍♀️",
        "감사합니다!",
        "谢谢你！",
        "謝謝您",
        "ขอบคุณมากครับ",
        "ευχαριστώ πολύ",
        "Mulțumesc mult",
        "Cảm ơn bạn nhiều",
        "🙏",
        "❤️❤️❤️",
        "👍🏽",
        ":)",
        "<3",
        ":blobcat_heart:",
        "Danke und liebe Grüße",
        "Dankeee ❤️",
        "thaaanks a lot",
        "Thank you so much, that did it 🙏",
        "ありがと〜☺️",
    ],
)
def test_a_few_thanking_words_or_emoji_sound_finished(text: str) -> None:
    assert sounds_finished(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks! Which one?",
        "Thanks, which one",
        "Thanks! https://x.example",
        "Thanks. It still fails.",
        "Thanks in advance",
        "Thanks for nothing",
        "Thanks! And the link",
        "Danke. Und die Antwort",
        "wow thanks for nothing",
        "oh great, thanks a lot 🙄",
        "thanks, still broken",
        "thanks, it works not",
        "No thanks",
        "Nein danke",
        "Danke! Und wann kommst du",
        "ありがとう。明日は？",
        "ありがとう、明日行きます",
        "谢谢，但是还不行",
        "Спасибо, не работает",
        "شكرا، متى؟",
        "Ok",
        "Great!",
        "🤔",
        "😢",
        "❓",
        "🙏❓",
        ":thinking:",
        "?",
        "",
        "@me",
        "> Thanks!",
        "thanks " * 8,
        "谢谢" * 20,
    ],
)
def test_what_asks_or_tells_something_does_not(text: str) -> None:
    assert not sounds_finished(text)


def test_the_users_own_name_beside_it_is_thanks_too() -> None:
    assert sounds_finished("Thanks, Ana!", names=("Ana", "Lind"))
    assert not sounds_finished("Thanks, Ana!", names=("Ben",))
    assert not sounds_finished("Ana!", names=("Ana",))


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "ok 👍",
        "Yes, thanks!",
        "ja, danke",
        "oui merci",
        "はい、ありがとうございます",
        "ok, thank you",
        "🎉",
    ],
)
def test_where_the_user_asked_consent_is_the_answer(text: str) -> None:
    assert sounds_finished(text)
    assert not sounds_finished(text, asked=True)


@pytest.mark.parametrize("text", ["Thanks!", "Thank you so much, that did it 🙏", "Danke dir", "ありがとう"])
def test_thanks_are_thanks_also_where_the_user_asked(text: str) -> None:
    assert sounds_finished(text, asked=True)


def test_a_text_asks_by_its_question_mark_and_not_by_its_addresses() -> None:
    assert asks("Which one?")
    assert asks("どれですか？")
    assert not asks("See https://me.example/?page=2")
    assert not asks("Thanks ;)")


def test_the_words_must_be_of_one_language() -> None:
    assert not sounds_finished("danke for the Antwort")


@pytest.mark.parametrize("language", list(THANKS))
def test_every_entry_of_every_language_is_found(language: str) -> None:
    beside = [entry.strip() for entry in ALONGSIDE[language].split("|")]
    for entry in THANKS[language].split("|"):
        assert sounds_finished(f"{entry.strip().capitalize()}!"), entry
        assert sounds_finished(f"{entry.strip()} {beside[0]}"), entry
    for entry in beside:
        assert not sounds_finished(entry) or entry in THANKS.values() or _thanks_elsewhere(entry), entry


def _thanks_elsewhere(entry: str) -> bool:
    """Some words stand beside thanks in one language and are thanks in another."""
    return any(entry in [one.strip() for one in listed.split("|")] for listed in THANKS.values())


def test_every_emoji_of_the_list_is_found_alone() -> None:
    for emoji in EMOJI.split():
        assert sounds_finished(emoji), emoji


def test_words_a_stranger_repeats_cost_no_more_than_their_length() -> None:
    """Every way to part this into entries would be more than there are atoms in the sun."""
    assert not sounds_finished("好的" * 14 + "x谢")
    assert not sounds_finished("thank you " * 11 + "x")
