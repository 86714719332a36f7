"""The line mode: every command by letter and by word, over the demo's cast."""

from __future__ import annotations

import re

import pytest

from convo.cli.plain_deeds import DEEDS
from convo.cli.plain_table import LEFT_OUT
from convo.tui.commands import COMMANDS
from convo.views import View
from tests.cli.plain_evening import Evening, number_of
from tests.cli.plain_evening import clock as clock
from tests.cli.plain_evening import evening as evening
from tests.cli.plain_play import PROMPT


def test_one_after_the_other_by_enter(evening: Evening) -> None:
    out = evening.play("", "", "k", "G", "g g", "q")
    heads = re.findall(r"^(\S[^,.\n]*), in your circle, waits", out, re.MULTILINE)
    assert heads[:4] == ["Ana Lind", "Ben Okafor", "Hana Ito", "Ben Okafor"]
    assert out.count("Ana Lind, in your circle") == 2
    assert out.rstrip().endswith("Ana, Ben and others still wait.")


def test_the_end_of_input_is_q(evening: Evening) -> None:
    out = evening.play()
    assert out.endswith(f"{PROMPT}\nAna, Ben and others still wait.\n")


def test_a_number_reads_from_the_list(evening: Evening) -> None:
    out = evening.play("g q", number_of(evening, View.QUIET, "Kim Deals"), "!", "99", "q", "q")
    assert "\nQuiet:\n1 " in out
    assert "! out of Quiet, M mute person, r answer, Enter next, ? help: " in out
    assert "Kim is out of Quiet for good. u takes it back." in out
    assert "There is no 99 in this list." in out
    assert evening.state("Kim Deals") == "waiting"


def test_done_and_back_and_again(evening: Evening) -> None:
    out = evening.play("", "e", "u", "U", "u", "u", "q")
    assert "Ben is done. u takes it back." in out
    assert out.count("Ben waits again. U does it again.") == 2
    assert evening.state("Ben Okafor") == "waiting"


def test_undo_reads_the_conversation_it_means(evening: Evening) -> None:
    """A letter after u means what was heard last."""
    out = evening.play("", "e", "", "u", "e", "q")
    assert out.count("Ben Okafor, in your circle, waits") == 2
    assert out.count("Ben is done. u takes it back.") == 2
    assert evening.state("Hana Ito") == "waiting"


def test_the_same_again(evening: Evening) -> None:
    evening.play("", "s reply", "", ".", "q")
    assert (evening.state("Ben Okafor"), evening.state("Hana Ito")) == ("snoozed", "snoozed")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("3", "Ben comes back on Monday at 9:00. u takes it back."),
        ("tomorrow 18", "Ben comes back on Saturday at 18:00."),
        ("24 Dec", "Ben comes back on 24 December at 9:00."),
        ("5", "Ben comes back when Ben writes again."),
        ("someday", '"someday" is not a time convo understands.'),
        ("", "Nobody is put off."),
    ],
)
def test_snooze(evening: Evening, answer: str, said: str) -> None:
    assert said in evening.play("", "s", answer, "q")


def test_done_is_of_one_person_where_several_wait(evening: Evening) -> None:
    out = evening.play("/ dough stays wet", "1", "e", "e", "q", "q")
    assert "Dora Weiss waits since 12 November. Olu waits here, too." in out
    assert "Dora is done. u takes it back.\nOlu waits here, too; e again is Olu's.\n" in out
    assert "Olu is done. u takes it back." in out
    assert evening.state("Dora Weiss") == "done"


def test_covered_words_are_read_when_asked(evening: Evening) -> None:
    place = number_of(evening, View.WAITING, "Gus Park")
    out = evening.play("g w", place, "z", "z", "q")
    before, after = out.split(f"help: {place}\n", 1) if f"help: {place}\n" in out else ("", "")
    assert "wonderful" not in before
    first, uncovered = after.split("z\n", 1)
    assert "Covered: food. z reads it." in first
    assert "wonderful" not in first
    assert re.search(r"Gus wrote, today [\d:]+: food\.\nI cooked your bean stew", uncovered)


def test_folded_messages_by_names_and_read_by_v(evening: Evening) -> None:
    out = evening.play("v", "q")
    folded, read = out.split("v\n", 1)
    assert "Mia also wrote. v reads it." in folded
    assert "lived in Umeå" not in folded
    assert re.search(r"Mia wrote, Sunday [\d:]+: Who of you has lived in Umeå\?", read)


def test_reading_on_in_a_long_conversation(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convo.cli.plain_looks.BRANCH", 4)
    row = next(hit.row for hit in evening.engine.inbox.search("stones"))
    out = evening.play("/ stones", "1", "E", "l", "v", "v", "v", "q", "q")
    opened = evening.engine.inbox.open(row.thread_id)
    assert opened is not None
    assert 12 < len(opened.entries) <= 16
    assert "Bo, Cem and others also wrote. v reads them." in out
    assert out.count("More follow; v reads on.") == 2
    for entry in opened.entries:
        assert entry.text.split(".")[0] in out


def test_search_by_numbers_and_back(evening: Evening) -> None:
    out = evening.play("/", "ladder", "1", "h", "q")
    assert "Words to search for: ladder\n" in out
    assert re.search(r'Found for "ladder":\n1 Ana Lind\. Mastodon, fosstodon\. .*ladder', out)
    assert "\nWaiting, longest first:\n1 Ana Lind" in out
    out = evening.play("/ is:wating", "/ zzzzz", "q", "q")
    assert "is:wating is not known." in out
    assert 'Nothing found for "zzzzz".' in out


def test_a_search_reads_the_newest_first_until_it_is_turned(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convo.cli.plain_walk.PAGE", 1)
    search = evening.engine.inbox.search
    newest, oldest = search('"the"'), search('"the"', newest_first=False)
    assert len(newest) > 3
    assert newest[0].row != oldest[0].row
    out = evening.play('/ "the"', "O", "q", "q")
    first, turned = out.split('Found for ""the"":')[1].split('Found for ""the"", oldest first:')
    for hits, listed in ((newest, first), (oldest, turned)):
        lines = re.findall(r"^\d+ (.*)", listed.split("Waiting,")[0], re.MULTILINE)
        assert len(lines) == 20
        for hit, words in zip(hits, lines, strict=False):
            assert hit.row.who is None or hit.row.who.shown in words


def test_narrow_and_order(evening: Evening) -> None:
    out = evening.play("g w", "\\ github", "O", "q", "q")
    narrowed = out.split('Waiting, with "github":')[1].split("Waiting, newest first:")[0]
    assert "GitHub" in narrowed
    assert "Mastodon" not in narrowed
    assert "Waiting, newest first:\n1 " in out


def test_long_lists_go_on(evening: Evening) -> None:
    out = evening.play("g i", "page on", "page back", *["page on"] * 4, "q", "q")
    assert "More follow; page on lists them." in out
    assert "All, further:\n21 " in out
    assert "The list ends here." in out


@pytest.mark.parametrize("view", [view.value for view in View if view is not View.HISTORY])
def test_every_view(evening: Evening, view: str) -> None:
    out = evening.play(f"view {view}", "1", "", "q", "q")
    assert f"\n{view.capitalize()}" in out or "." in out


def test_person_note_circle(evening: Evening) -> None:
    out = evening.play("p", "t", "", "t likes rye", "*", "u", "u", "p Dora", "p Nobody-at-all", "q")
    assert "\nAna Lind, in your circle.\n" in out
    assert "Ana Lind (@ana@fosstodon.org), Mastodon." in out
    assert "Your note: her sister lives in Umeå; plain answers\n" in out
    assert "Your note about Ana: her sister lives in Umeå; plain answers." in out
    assert "New words, - takes it away, Enter leaves it: " in out
    assert "Your note about Ana is kept. u takes it back." in out
    assert "Ana is no longer in your circle. u takes it back." in out
    assert "Dora Weiss (dora), WordPress." in out
    assert "Nobody called Nobody-at-all has written to you." in out
    assert "sister" in evening.engine.inbox.note(evening.engine.inbox.find_people("Ana Lind")[0].person_id)


def test_people_by_numbers_join_and_separate(evening: Evening) -> None:
    out = evening.play("view people", "1", "p", "= Dora", "1", "-", "1", "q", "q")
    assert re.search(r"\nPeople:\n1 \w+.*: your turn, since ", out)
    assert "A number joins them, Enter goes back: 1\n" in out
    assert "are the same person now. u takes it back." in out
    assert "A number separates them, Enter goes back: 1\n" in out
    assert "is joined with nobody now. u takes it back." in out


def test_an_account_rests(evening: Evening) -> None:
    out = evening.play("rest", "2", "tomorrow 18", "q", offline=True)
    assert "bsky rests until Saturday at 18:00. , looks all the same." in out


def test_mute_person_asks(evening: Evening) -> None:
    out = evening.play("", "M", "", "M", "y", "q")
    assert (
        "Hear nothing from Ben Okafor any more? y yes, t yes, and mute there, too, Enter no: \nYou hear Ben"
        in out
    )
    assert "Nothing from Ben Okafor will come to you any more" in out


def test_browser_says_the_address_and_opens_it_only_when_asked(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    out = evening.play("o", "", "f", "1", "", "q")
    assert opened == []
    assert "\nhttps://huset.example/till-salu\no opens it in the browser, Enter goes back: " in out
    evening.play("f", "1", "o", "q")
    assert opened == ["https://huset.example/till-salu"]


def test_accounts(evening: Evening) -> None:
    out = evening.play("A", "q", offline=True)
    assert "fosstodon, Mastodon, @me@fosstodon.org: fine. convo looked just now." in out


def test_help_is_made_from_the_table(evening: Evening) -> None:
    out = evening.play("?", ": undo", "q")
    for command in COMMANDS:
        if command.name in DEEDS and command.name not in LEFT_OUT:
            assert f"{command.help}." in out
    assert "There is no key to post. convo answers people." in out


def test_an_unknown_word_gets_one_sentence_with_the_nearest(evening: Evening) -> None:
    out = evening.play("snoze", "qqqqqq", "q")
    assert '\nconvo does not know "snoze"; the nearest is "snooze" (s).\n' in out
    assert '\nconvo does not know "qqqqqq"; ? lists what it knows.\n' in out


def test_g_alone_asks_for_its_letter(evening: Evening) -> None:
    out = evening.play("g", "q", "q", "q")
    assert "w waiting, a answered, z snoozed" in out
    assert "\nQuiet:\n1 " in out


def test_c_does_not_post(evening: Evening) -> None:
    assert "convo answers people; it does not post. r answers this message." in evening.play("c", "q")
