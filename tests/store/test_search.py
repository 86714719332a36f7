"""Search: words in every script, filters, snippets, and nothing a person types is an error of syntax."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.model import Attachment, Link, Visibility
from convo.store import words
from convo.store.migrate import statements
from convo.store.query import parse
from convo.store.schema import VIEWS
from convo.store.search import SearchError, search, snippet
from convo.text import clean
from tests.store.world import ANA, BEN, CARL, ME, World, message, named, someone, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "data", two=True) as made:
        yield made


def found(here: World, query: str, **how: object) -> list[int]:
    """The numbers of the messages found, as they are called in their URIs."""
    hits = search(here.db, query, **how)  # type: ignore[arg-type]
    uris = [here.value("SELECT uri FROM message WHERE id = ?", hit[0]) for hit in hits]
    return [int(uri.rpartition("/")[2]) for uri in uris]


def shown(here: World, query: str) -> str:
    """The first snippet, with hits between « »."""
    marked = next(search(here.db, query))[2].split(words.BOUND)
    return "".join(f"«{part}»" if place % 2 else part for place, part in enumerate(marked))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The second house in Umeå", "hou"),
        ("The second house in Umeå", "UMEA"),
        ("The second house in Umeå", "ho"),
        ("The second house in Umeå", "second umeå"),
        ("The second house in Umeå", '"second house"'),
        ("Łódź and Ærø and Straße", "lodz aero strasse"),
        ("cafe\u0301 au lait", "café"),
        ("翻訳のことで一つ質問したいです", "翻訳"),
        ("翻訳のことで一つ質問したいです", "質問した"),
        ("翻訳のことで一つ質問したいです", "です"),
        ("翻訳のことで一つ質問したいです", "訳"),
        ("翻訳のことで一つ質問したいです", "す"),
        ("翻訳のことで一つ質問したいです", '"一つ質問"'),
        ("ｶﾀｶﾅとがぎぐ", "カタカナ"),
        ("ｶﾀｶﾅとがぎぐ", "がぎ"),
        ("東京tower2号", "東京tower"),
        ("東京tower2号", '"東京tower2"'),
        ("ขอบคุณครับที่ช่วยบ้านหลังนี้", "บ้าน"),
        ("ขอบคุณครับที่ช่วยบ้านหลังนี้", "ช่วย"),
        ("ສະບາຍດີ", "ບາຍ"),
        ("ជំរាបសួរ", "រាប"),
        ("မင်္ဂလာပါ", "လာ"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("הִנֵּה מַה טּוֹב", "הנה טוב"),
        ("مُحَمَّد", "محمد"),
        ("안녕하세요 여러분", "안녕"),
        ("don't use C++, e-mail me", "don't e-mail"),
        ("see example.org/path?x=1", "example.org/path"),
        ("a 🏠 with a roof", "roof 🏠"),
    ],
)
def test_words_are_found_in_every_script(here: World, text: str, query: str) -> None:
    here.page(
        message(1, ANA, text, mentions=named(ME)), message(2, BEN, "something else", mentions=named(ME))
    )
    assert found(here, query) == [1]
    assert "«" in shown(here, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("翻訳のことで", "訳翻"),
        ("翻訳のことで", "のこと翻訳で"),
        ("がぎぐ", "かき"),
        ("the second house", '"house second"'),
        ("the second house", "use"),
        ("the second house", '"hou"'),
        ("the second house", "house garden"),
        ("the second house", "h"),
    ],
)
def test_what_does_not_stand_there_is_not_found(here: World, text: str, query: str) -> None:
    here.page(message(1, ANA, text, mentions=named(ME)))
    assert found(here, query) == []


def test_titles_and_content_warnings_are_searched(here: World) -> None:
    here.page(
        message(1, ANA, "x", title="About ovens", mentions=named(ME)),
        message(2, ANA, "y", content_warning="spiders", mentions=named(ME)),
    )
    assert found(here, "ovens") == [1]
    assert found(here, "spiders") == [2]
    assert shown(here, "ovens") == "About «ovens»"


def test_threads_come_once_by_arrival(here: World) -> None:
    here.page(
        message(1, ANA, "roof", hours=9, mentions=named(ME)), message(2, BEN, "roof", hours=8, parent_id="1")
    )
    here.page(message(3, CARL, "roof", hours=7, mentions=named(ME)))
    assert found(here, "roof") == [3, 2]
    assert found(here, "roof", newest_first=False) == [1, 3]
    assert found(here, "roof", limit=1) == [3]


def test_results_stream(here: World) -> None:
    here.page(*[message(n, ANA, "roof", hours=9 - n / 100, mentions=named(ME)) for n in range(1, 300)])
    hits = search(here.db, "roof", limit=1000)
    assert next(hits)[0] == 299


def test_filters(here: World) -> None:
    asa = someone("åsa")
    asa = replace(asa, handle="asa@far.example", name="Åsa Lind")
    here.page(
        message(1, ANA, "roof", hours=9, mentions=named(ME), attachments=(Attachment("picture", "u", ""),)),
        message(2, ME, "roof, Ana", hours=8, parent_id="1", mentions=named(ANA)),
        message(
            3,
            BEN,
            "roof",
            hours=30 * 24,
            mentions=named(ME),
            links=(Link("https://x.example"),),
            title="Ovens",
        ),
        message(4, asa, "roof", hours=6, mentions=named(ME)),
    )
    here.page(message(5, CARL, "roof", hours=5, mentions=named(ME)), account=here.two)
    assert found(here, "from:ana roof") == [1]
    assert found(here, "from:me") == [2]
    assert found(here, "from:lind") == [4]
    assert found(here, 'from:"åsa l" roof') == [4]
    assert found(here, "from:ana,@ben roof") == [1, 3]
    assert found(here, "to:ana") == [2]
    assert found(here, "to:me") == [5, 4, 1, 3]
    assert found(here, "in:mastodon roof") == [5, 4, 2, 3]
    assert found(here, "in:ovens") == [3]
    assert found(here, "account:two roof") == [5]
    assert found(here, "roof", account="two") == [5]
    assert found(here, "is:waiting") == [5, 4]
    assert found(here, "is:answered roof") == [2]
    assert found(here, "roof -is:waiting") == [2, 3]
    assert found(here, "has:picture") == [1]
    assert found(here, "has:link") == [3]
    assert found(here, "roof before:2026-11") == [3]
    assert found(here, "after:2026-11-20") == [5, 4, 2]
    assert found(here, "-from:me,ana,ben roof") == [5, 4]
    assert found(here, "from:nobody") == []


def test_what_is_left_out(here: World) -> None:
    here.page(
        message(1, ANA, "a red roof", mentions=named(ME)), message(2, BEN, "a blue roof", mentions=named(ME))
    )
    assert found(here, "roof -red") == [2]
    assert found(here, '-"red roof" roof') == [2]
    assert found(here, "-red") == [2]
    assert found(here, "") == []
    assert found(here, "  !? ") == []
    assert found(here, "from:") == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("is:wating", "is:wating is not known. is: waiting, answered, snoozed, done, muted, quiet."),
        ("has:pictures", "has:pictures is not known. has: picture, video, sound, file, poll, link, quote."),
        ("form:ana", "form: is not known, from: is. from: to: in: account: is: has: before: after:"),
        (
            "before:yesterdy",
            "before:yesterdy is not known. before: a day, month or year: 2026-11-22, 2026-11, 2026.",
        ),
        ("account:tow", "account:tow is not known. account: one, two."),
    ],
)
def test_a_filter_that_is_not_known_is_said_at_once(here: World, query: str, said: str) -> None:
    with pytest.raises(SearchError) as error:
        search(here.db, query)
    assert error.value.words == said


def test_words_with_a_colon_are_words(here: World) -> None:
    here.page(message(1, ANA, "note: at 10:30 see https://far.example/page", mentions=named(ME)))
    assert found(here, "note: 10:30") == [1]
    assert found(here, "https://far.example/page") == [1]


PATTERN = re.compile("roof")


def test_a_snippet_is_cut_round_the_first_hit() -> None:
    text = "word " * 50 + "the roof leaks " + "word " * 50
    shown = snippet(PATTERN, text)
    assert shown.startswith("…word")
    assert f"the {words.BOUND}roof{words.BOUND} leaks" in shown
    assert shown.endswith("…")
    assert len(shown) < 170


def test_strangers_cannot_mark_hits(here: World) -> None:
    here.page(message(1, ANA, clean("a \u200bfake\u200b hit and a roof"), mentions=named(ME)))
    assert shown(here, "roof") == "a fake hit and a «roof»"


def test_capitals_and_marks_stay_in_the_snippet(here: World) -> None:
    here.page(message(1, ANA, "We saw UMEÅ\nand Łódź", mentions=named(ME)))
    assert shown(here, "umea lodz") == "We saw «UMEÅ» and «Łódź»"


HOSTILE = st.text(
    st.one_of(st.sampled_from("\"*^-+:(){}[]^~<>|&!\\'\0 \u200b\ufeff東すก "), st.characters(codec="utf-8"))
)


@settings(max_examples=100, deadline=None)
@given(st.lists(HOSTILE.map(clean), min_size=1, max_size=3), st.lists(HOSTILE, max_size=4))
def test_no_input_is_an_error_of_syntax(texts: list[str], query: list[str]) -> None:
    here = _shared()
    for place, text in enumerate(texts):
        number = 1000 + place
        here.page(message(number, ANA, text, mentions=named(ME)))
    typed = " ".join([*query, "NOT", "AND", 'NEAR("a" b)', "words:x", *texts])
    for one in (typed, *query, *texts):
        with suppress(SearchError):
            list(search(here.db, one))


_open: list[World] = []


def _shared() -> World:
    if not _open:
        directory = tempfile.mkdtemp()
        _open.append(World(Path(directory) / "data"))
    return _open[0]


def teardown_module() -> None:
    for here in _open:
        here.check_index()
        here.store.close()


SCRIPTS = st.text(st.sampled_from("abCéß 0-_.@'\n東京都すがｶﾞ々ーก้มำລາខ្មែမြန한글הִנमाडी"), max_size=40).map(
    clean
)


@given(SCRIPTS, st.data())
def test_any_piece_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    """What the index holds and what is asked go through one function."""
    pieces = words.split(words.fold(text))
    if not pieces:
        return
    piece, unspaced = data.draw(st.sampled_from(pieces))
    if unspaced:
        start = data.draw(st.integers(0, len(piece) - 1))
        piece = piece[start : data.draw(st.integers(start + 1, len(piece)))]
    if not piece[0].isalnum():  # a mark on nothing
        return
    db = sqlite3.connect(":memory:")
    words.register(db)
    db.execute("CREATE TABLE message (id, title, content_warning, text)")
    for statement in statements(VIEWS):
        db.execute(statement)
    db.execute("INSERT INTO message_fts (rowid, words) VALUES (1, ?)", (words.index_words("", "", text),))
    for asked in (piece, f'"{piece}"', text.replace('"', " ")):
        terms = parse(asked).terms
        for term in terms:
            hits = db.execute(
                "SELECT rowid FROM message_fts WHERE message_fts MATCH ?", (term.expression(),)
            ).fetchall()
            assert len(hits) == 1, (asked, term.expression())
    db.close()


def test_private_and_public_are_searched_alike(here: World) -> None:
    here.page(message(1, ANA, "roof", visibility=Visibility.DIRECT))
    assert found(here, "roof") == [1]


def test_the_index_can_be_built_anew(here: World) -> None:
    here.page(message(1, ANA, "翻訳 and a roof", title="t", content_warning="c", mentions=named(ME)))
    here.store.write_now(lambda db: db.execute("INSERT INTO message_fts (message_fts) VALUES ('rebuild')"))
    assert found(here, "翻訳 roof t c") == [1]
    here.check_index()


def test_words_that_stand_whole_fill_the_list_before_beginnings_are_looked_for(here: World) -> None:
    here.page(message(1, ANA, "car", mentions=named(ME)))
    here.page(message(2, BEN, "cars", mentions=named(ME)))
    assert found(here, "car", limit=1) == [1]
    assert found(here, "car", limit=2) == [2, 1]


def test_a_single_character_is_found_wherever_it_stands_in_a_word(here: World) -> None:
    here.page(message(1, ANA, "翻訳"), message(2, ANA, "a訳b"), message(3, ANA, "翻案"))
    assert sorted(found(here, "訳")) == sorted(found(here, '"訳"')) == [1, 2]
    assert sorted(found(here, "翻")) == [1, 3]
    assert found(here, "翻 -訳") == [3]
    assert shown(here, "案") == "翻«案»"
    assert found(here, '"翻 訳"') == found(here, '"訳 翻"') == []


def test_people_are_found_by_what_they_are_called_now(here: World) -> None:
    here.page(message(1, replace(ANA, name="Dr. Zoë Çelik-Lind")))
    for query in (
        "from:ana@far",
        "from:zoe",
        "from:Çeli",
        "from:lind",
        "from:@ana",
        'from:"zoë çel"',
        "from:dr.",
    ):
        assert found(here, query) == [1], query
    for query in ("from:elik", "from:far", 'from:"dr. çelik"'):
        assert found(here, query) == [], query
    here.page(message(1, replace(ANA, name="Zora", handle="zora@far.example")))
    assert found(here, "from:zoe") == found(here, "from:ana") == []
    assert found(here, "from:zor") == [1]
    lone = "INSERT INTO person (platform, uid, handle) VALUES ('mastodon', 'x', 'lone') RETURNING id"
    here.store.write_now(
        lambda db: db.execute("DELETE FROM person WHERE id = ?", db.execute(lone).fetchone())
    )
    assert here.value("SELECT count(*) FROM person_word WHERE word = 'lone'") == 0


def cost(here: World, query: str) -> int:
    """What the first answers to a search cost, in hundreds of SQLite's instructions."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    here.db.set_progress_handler(step, 100)
    list(search(here.db, query, limit=5))
    here.db.set_progress_handler(None, 0)
    return count


@pytest.mark.parametrize(
    "query",
    ["from:rare", "from:rare words", "from:many has:picture", "has:poll", "is:waiting", "words", "語"],
)
def test_the_first_answers_cost_the_same_however_much_is_stored(
    here: World, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convo.store.search._FEW", 50)
    picture = (Attachment("picture", "https://far.example/p.jpg"),)
    many = [someone(f"many{number}") for number in range(20)]

    def fill(start: int, count: int) -> None:
        here.page(
            *(
                message(
                    n, many[n % 20], "some words 言語", 100 - n / 100, attachments=picture if n % 2 else ()
                )
                for n in range(start, start + count)
            ),
            kind="slow",
        )

    polls = (Attachment("poll", "https://far.example/q", "yes\nno"),)
    rare = someone("rare")
    here.page(
        *(message(n, rare, "words 語", 100, mentions=named(ME), attachments=polls) for n in range(1, 9))
    )
    fill(100, 200)
    before = cost(here, query)
    fill(300, 3000)
    assert cost(here, query) < before + 25
    assert len(list(search(here.db, query, limit=5))) == 5
