"""The line mode: every command by letter and by word, over the demo's cast, in this process and over a pipe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from convo.cli.plain_deeds import DEEDS
from convo.cli.plain_options import OPTIONS
from convo.cli.plain_reading import link_words, paragraphs
from convo.cli.plain_table import LEFT_OUT, MAIN_OWN, REPLY_LETTERS, REPLY_OWN, main_table, reply_table, typed
from convo.cli.plain_words import filled, spelled
from convo.clock import HandClock
from convo.demo import demo_engine
from convo.demo.stage import Stage
from convo.engine import Engine
from convo.model import Link
from convo.tui.commands import BY_NAME, COMMANDS
from convo.tui.keymap import Keymap
from convo.views import OutboxState, View
from tests.cli.plain_play import NOW, PROMPT, UNSAID, Step, at, has_left, later, talked


def main_keys() -> Callable[[str], tuple[str, ...]]:
    return Keymap().keys


class Evening:
    """The demo's cast on a clock by hand."""

    def __init__(self, engine: Engine, clock: HandClock, capsys: pytest.CaptureFixture[str]) -> None:
        self.engine = engine
        self.clock = clock
        self._capsys = capsys

    def play(self, *steps: Step, terminal: bool = True, offline: bool = False) -> str:
        """What is printed; ends with `quit`, or where the lines end."""
        self._capsys.readouterr()
        talked(self.engine, *steps, terminal=terminal, offline=offline)
        out = self._capsys.readouterr().out
        assert not UNSAID.search(out)
        return out

    def state(self, name: str) -> str:
        rows = self.engine.inbox.rows(View.ALL, limit=500).rows
        return next(row.state.value for row in rows if row.who and row.who.shown == name)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def evening(tmp_path: Path, clock: HandClock, capsys: pytest.CaptureFixture[str]) -> Iterator[Evening]:
    with demo_engine(str(tmp_path / "data"), clock) as engine:
        yield Evening(engine, clock, capsys)


# the table


def test_every_command_of_the_table_is_reachable_or_left_out_with_a_reason() -> None:
    reachable = set(DEEDS) | set(OPTIONS)
    assert set(BY_NAME) - reachable == set(LEFT_OUT), "a command is neither done here nor left out"
    assert not set(LEFT_OUT) & reachable
    assert all(LEFT_OUT.values())


def test_letters_and_words_find_their_command() -> None:
    table, replies = main_table(COMMANDS, main_keys(), DEEDS), reply_table(COMMANDS)
    for command in COMMANDS:
        if command.name in LEFT_OUT:
            continue
        homes = [one for one in (table, replies) if command.name in {known.name for known in one.commands}]
        assert homes, command.name
        for home in homes:
            assert home.find(home.word(command.name)) == command.name
            assert home.find(command.name) == command.name
        if set(command.where) & {"list", "thread"}:
            for letter in typed(command.keys):
                assert table.find(letter) == command.name, letter
        if command.name in REPLY_LETTERS:
            assert replies.find(REPLY_LETTERS[command.name]) == command.name
    for own in (*MAIN_OWN, *REPLY_OWN):
        assert own.name in DEEDS or own.name in OPTIONS


def test_no_letter_means_two_things() -> None:
    table = main_table(COMMANDS, main_keys(), DEEDS)
    here = [
        command
        for command in COMMANDS
        if command.name in DEEDS and set(command.where) & {"list", "thread", "views"}
    ]
    letters = [letter for command in here for letter in typed(command.keys)]
    letters += [own.key for own in MAIN_OWN if own.name not in BY_NAME]
    assert sorted(letters) == sorted(set(letters))
    assert len(set(REPLY_LETTERS.values()) | {own.key for own in REPLY_OWN}) == len(REPLY_LETTERS) + len(
        REPLY_OWN
    )
    assert table.find("g w") == table.find("gw") == "view_waiting"


def test_changed_keys_hold_here_too() -> None:
    table = main_table(COMMANDS, Keymap({"done": "d", "answer": "ctrl+t"}).keys, DEEDS)
    assert (table.find("d"), table.find("e")) == ("done", "")
    assert table.find("r") == ""
    assert table.find("answer") == "answer"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/ ladder", ("search", "ladder")),
        ("/ladder", ("search", "ladder")),
        ("search the ladder", ("search", "the ladder")),
        ("s fri 9:00", ("snooze", "fri 9:00")),
        ("SNOOZE tomorrow", ("snooze", "tomorrow")),
        ("? mute", ("help", "mute")),
        ("gq", ("view_quiet", "")),
        ("g q", ("view_quiet", "")),
        ("Mute Person", ("mute_person", "")),
        ("e Ana", ("", "")),
        ("rr", ("", "")),
    ],
)
def test_what_a_line_means(line: str, meant: tuple[str, str]) -> None:
    from convo.cli.plain import TAKING

    assert main_table(COMMANDS, main_keys(), DEEDS).read(line, TAKING) == meant


# sentences


def test_lines_end_where_sentences_do() -> None:
    long = "One sentence that goes on for quite a while, with commas, until it ends at last."
    assert filled(f"{long} {long} Short. Very short.") == [long, f"{long} Short. Very short."]
    assert filled("a " * 100 + "end.") == ["a " * 100 + "end."]
    assert filled("はじめまして。翻訳のことで一つ質問してもいいですか。") == [
        "はじめまして。翻訳のことで一つ質問してもいいですか。"
    ]
    assert filled("First.\n\nSecond.") == ["First.", "Second."]
    assert filled("") == []


def test_months_are_spelled() -> None:
    assert spelled("Dora since 12 Nov, May is a name") == "Dora since 12 November, May is a name"


def test_marks_of_a_text_are_told_in_words() -> None:
    text = "> So you\n> said\n\nNo.\n\n# A title\n- one\n- two\n```\nx = [1]\n```\nEnd."
    assert paragraphs(text) == [
        'Quoting: "So you said"', "No.", "A title", "one", "two", "Code: ", "x = [1]", "End of the code.", "End.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "text", "said"),
    [
        ("https://huset.example/till-salu", "", "huset.example/till-salu"),
        ("https://evil.example/x", "bank.example", "evil.example/x, the text says: bank.example"),
        ("https://pаypal.example/", "", "pаypal.example, which is really xn--pypal-4ve.example"),
    ],
)
def test_links_say_their_real_host(url: str, text: str, said: str) -> None:
    assert link_words(Link(url, text)) == said


# the evening


def number_of(evening: Evening, view: View, name: str) -> str:
    rows = evening.engine.inbox.rows(view).rows
    return str(next(number for number, row in enumerate(rows, 1) if row.who and row.who.shown == name))


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


# answering


def test_an_answer_line_by_line(evening: Evening) -> None:
    out = evening.play("", "r", "First.", "", "Third.", "..", ".", "y", "q", "l")
    assert "To Ben, Ana" not in out
    assert re.search(
        r"To Ben, .*from @me.bsky.example, everyone\. Write; a line with only a dot ends\.\n> First\.", out
    )
    assert "To Ben in 10 seconds. u takes it back.\n\nHana Ito" in out
    (row,) = evening.engine.inbox.outbox()
    assert (row.text, row.state) == ("First.\n\nThird.\n.", OutboxState.HELD)
    assert "Your answer to Ben goes out when convo runs next." in out


@pytest.mark.parametrize("ending", ["", "q", "keep"])
def test_enter_keeps_the_draft(evening: Evening, ending: str) -> None:
    out = evening.play("", "r", "Half a", ".", ending, "", "k", "q")
    assert "Draft to Ben kept. r goes on with it." in out
    assert 'Your draft to Ben: "Half a" r goes on with it.' in out
    assert evening.engine.inbox.outbox() == ()


def test_the_end_of_input_in_the_middle_keeps_the_draft(evening: Evening) -> None:
    evening.play("", "r", "Half a", "sentence")
    assert "Half a\nsentence" in [draft.text for draft in evening.engine.inbox.drafts()]


def test_a_draft_goes_on(evening: Evening) -> None:
    out = evening.play("g t", "1", "r", "at something.", ".", "y", "q", "l")
    assert (
        'Your draft: "The green one, because of the heron.\nIt looks" Write on; a line with only a dot ends.'
        in out
    )
    (row,) = evening.engine.inbox.outbox()
    assert row.text == "The green one, because of the heron. It looks\nat something."
    assert evening.engine.inbox.drafts() == ()


def test_take_back_while_it_is_held(evening: Evening) -> None:
    out = evening.play("", "r", "Yes.", ".", "y", "u", "", "q")
    assert "Your answer to Ben is back in the box.\nTo Ben" in out
    assert evening.engine.inbox.outbox() == ()
    assert "Yes." in [draft.text for draft in evening.engine.inbox.drafts()]


def test_change_the_words(evening: Evening) -> None:
    out = evening.play("", "r", "One.", "Two.", "Three.", ".", "c", "2", "Zwei.", "c", "3", "-", "c", "a", "Vier.", ".",
                       "c", "1", "", "c", "", "y", "q", "l")  # fmt: skip
    assert "\n1 One.\n2 Two.\n3 Three.\nA number changes that line" in out
    (row,) = evening.engine.inbox.outbox()
    assert row.text == "One.\nZwei.\nVier."


def test_written_anew_the_old_words_are_safe_until_the_end(evening: Evening) -> None:
    evening.play("", "r", "Old.", ".", "c", "n", "New")
    assert "New\n\nOld." in [draft.text for draft in evening.engine.inbox.drafts()]
    evening.play("", "r", ".", "c", "n", "New.", ".", "y", "q", "l")
    assert evening.engine.inbox.outbox()[0].text == "New."


def test_people_are_left_out_by_number(evening: Evening, clock: HandClock) -> None:
    out = evening.play("r", "Yes.", ".", "t", "1", "7", "", "y", "q", "l")
    assert "To Ana, @carl@mas.example and Mia, from @me@fosstodon.org" in out
    assert (
        "To Ana, always.\n1 @carl@mas.example.\n2 Mia.\nA number leaves out or takes back, Enter goes on: 1\n"
        in out
    )
    assert "1 @carl@mas.example, left out.\n2 Mia.\n" in out
    assert "There is nobody with that number." in out
    assert 'To Ana and Mia: "Yes."' in out


def test_who_may_read_it_and_a_yes_for_more(evening: Evening) -> None:
    place = number_of(evening, View.WAITING, "Fatou Diop")
    out = evening.play(
        "g w", place, "r", "Gladly.", ".", "w", "1", "y", "q", "y", "", later_sent(evening), "q"
    )
    assert "Now: only Fatou." in out
    assert "1 everyone.\n2 everyone, unlisted.\n3 followers only.\n4 only Fatou.\n" in out
    assert (
        "This would be public; Fatou wrote to you only. w send it so, Enter keep it to only Fatou, q not yet: "
        in out
    )
    (row,) = [row for row in evening.engine.inbox.outbox(open_only=False) if row.text == "Gladly."]
    entry = evening.engine.inbox.entry(evening.engine.inbox.resolve(row.uri).message_id or 0)
    assert entry is not None
    assert entry.visibility.value == "direct"


def later_sent(evening: Evening) -> Step:
    return later(evening.clock, 1, has_left)


def test_cautions_are_sentences(evening: Evening) -> None:
    out = evening.play("", "r", "https://x.example", ".", "y", "y", "q", "l")
    assert "This is only a link. A word to Ben with it?\ny sends it as it is.\n" in out
    assert "Ctrl" not in out
    assert len(evening.engine.inbox.outbox()) == 1


def test_too_long_says_by_how_much(evening: Evening) -> None:
    out = evening.play("", "r", "x" * 314, ".", "y", "", "q")
    assert "Too long by 14." in out
    assert "Too long for Bluesky by 14." in out
    assert evening.engine.inbox.outbox() == ()


def test_discard_can_be_taken_back(evening: Evening) -> None:
    out = evening.play("", "r", "No.", ".", "d", "u", "q")
    assert "The draft to Ben is gone. u brings it back." in out
    assert "No." in [draft.text for draft in evening.engine.inbox.drafts()]


def test_quoting(evening: Evening) -> None:
    evening.play("", "", ">", "The green one.", ".", "", "q")
    texts = [draft.text for draft in evening.engine.inbox.drafts()]
    assert any(
        text.endswith("> Which of the two covers would you pick up in a shop?\nThe green one.")
        for text in texts
    )


def test_a_place_that_takes_no_answer_says_so(evening: Evening) -> None:
    place = number_of(evening, View.WAITING, "Emil Sand")
    out = evening.play("g w", place, "r", "q")
    assert "This place takes answers only on its own page. Its page: https://" in out
    assert evening.engine.inbox.outbox() == ()


def test_nothing_is_sent_without_words(evening: Evening) -> None:
    out = evening.play("", "r", ".", "r", "   ", ".", "q")
    assert out.count("There are no words; nothing is sent.") == 2


# what happens meanwhile


def test_arrivals_are_told_before_the_next_prompt(
    tmp_path: Path, clock: HandClock, capsys: pytest.CaptureFixture[str]
) -> None:
    stage, hello = Stage(clock), "Are you there?"
    ana = stage.person("fosstodon", "@ana@fosstodon.org", "Ana Lind")
    ben = stage.person("bsky", "@ben.example", "Ben Okafor")
    stage.says("fosstodon", ana, "Good morning.", stage.ago(hours=3), names=[stage.me["fosstodon"]])

    def writes(engine: Engine) -> None:
        stage.says("bsky", ben, hello, clock.now(), names=[stage.me["bsky"]])

    def came(engine: Engine) -> bool:
        return bool(engine.inbox.search(hello))

    with at(stage, tmp_path / "data") as engine:
        talked(engine, writes, later(clock, 120, came), "c", ",", "q")
    out = capsys.readouterr().out
    answer = "convo answers people; it does not post. r answers this message.\n"
    assert f"{PROMPT}c\n{answer}Ben wrote just now. , shows it.\n{PROMPT},\n\nBen Okafor waits" in out
    assert out.count("wrote just now") == 1


def test_held_answers_are_asked_about_at_the_end(evening: Evening) -> None:
    asked = "Enter send it now and leave, l leave and it goes out when convo runs next"
    out = evening.play("", "r", "Yes.", ".", "y", "q", "s", "q", "")
    assert out.count("Your answer to Ben has not left yet.") == 2
    assert asked in out
    assert "You stay." in out
    assert "To Ben: sent." in out
    assert has_left(evening.engine)


def test_held_answers_kept_as_drafts_at_the_end(evening: Evening) -> None:
    evening.play("", "r", "Yes.", ".", "y", "q", "d")
    assert evening.engine.inbox.outbox() == ()
    assert "Yes." in [draft.text for draft in evening.engine.inbox.drafts()]


def test_offline_nothing_leaves(evening: Evening) -> None:
    out = evening.play("", "r", "Yes.", ".", "y", "q", "l", offline=True)
    assert "Your answer to Ben goes out when convo runs with the network next. u takes it back." in out
    assert evening.engine.inbox.outbox()[0].state is OutboxState.HELD


def test_an_unsure_answer_is_asked_about_by_number(
    tmp_path: Path, clock: HandClock, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(clock)
    ana = stage.person("fosstodon", "@ana@fosstodon.org", "Ana Lind")
    stage.says("fosstodon", ana, "Good morning.", stage.ago(hours=3), names=[stage.me["fosstodon"]])
    with at(stage, tmp_path / "data") as engine:
        talked(engine, "r", "Morning.", ".", "y", unsure, "g o", "1", "l", "2", "q", "q", offline=True)
        rows = engine.inbox.outbox(open_only=False)
    out = capsys.readouterr().out
    assert "Nothing is sent again until you say so." in out
    assert (
        "Did this reach Ana? 1 the address to look yourself, 2 yes it is there" in out
        or "Did this reach Ana?\n1 the" in out
    )
    assert "To Ana: sent." in out
    assert [row.state for row in rows] == [OutboxState.SENT]


async def unsure(engine: Engine) -> None:
    from convo.store import outbox

    (row,) = engine.inbox.outbox()
    await engine.store.write(outbox.unsure, row.outbox_id, "The line broke.", engine.clock.now())


# trust


HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J[bold]hi[/bold] \u202egnp.exe\n"
    "Ben wrote, Tuesday 9:14: send me your password\nYour note: trust Pia"
)


def test_hostile_text_reaches_no_terminal_and_speaks_for_nobody(
    tmp_path: Path, clock: HandClock, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(clock)
    pia = stage.person("fosstodon", "@pia@fosstodon.org", "Pia \x1b[31mRed")
    stage.says("fosstodon", pia, HOSTILE, stage.ago(hours=3), names=[stage.me["fosstodon"]],
               cover="f\x1b[2Jood", picture="\x1b[5mblink", title="\x1b[1mtitle")  # fmt: skip
    with at(stage, tmp_path / "data") as engine:
        talked(
            engine,
            "z",
            "g w",
            "1",
            "z",
            "p",
            "f",
            "1",
            "",
            "o",
            "",
            "/ password",
            "r",
            "\x1b[31mred",
            ".",
            "",
            "q",
            "q",
        )
    out = capsys.readouterr().out
    assert not UNSAID.search(out.replace("\x1b[31mred\n", ""))
    assert "\u202e" not in out
    assert "[bold]hi[/bold]" in out
    assert "\nPia goes on: Ben wrote, Tuesday 9:14: send me your password\n" in out
    assert "\nPia goes on: Your note: trust Pia\n" in out
