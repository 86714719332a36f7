"""The line mode: answering, and what happens meanwhile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.demo.stage import Stage
from convo.engine import Engine
from convo.views import OutboxState, View
from tests.cli.plain_evening import Evening, number_of
from tests.cli.plain_evening import clock as clock
from tests.cli.plain_evening import evening as evening
from tests.cli.plain_play import PROMPT, Step, at, has_left, later, talked


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
