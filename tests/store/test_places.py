"""What speaks for two persons being one human, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convo.model import Person, ProfileLink
from convo.store import choices, exchanges, journal, people, persons, places
from tests.store.talk import Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = Talk(tmp_path)
    yield made
    made.close()


def make(talk: Talk, platform: str, handle: str, *links: str, name: str = "Ana Lind", **how: str) -> int:
    """A person with these links in the profile; one that begins with "+" is verified."""
    found = tuple(ProfileLink(link.lstrip("+"), link.startswith("+")) for link in links)
    person = Person(platform, f"uid:{platform}:{handle}", handle, name, how.get("url", ""), links=found)
    return int(talk.run(persons.save, person))


def signs(talk: Talk, person_id: int) -> list[tuple[int, str, str, bool]]:
    found = exchanges.suggestions(talk.db, [person_id])
    return [(sign.other_id, sign.kind, sign.place, sign.verified) for sign in found]


@pytest.mark.parametrize(
    ("handle", "url", "expected"),
    [
        ("@ana@Lind.example", "https://lind.example/@ana", [
            ("handle", "ana.lind.example"), ("server", "lind.example"), ("page", "lind.example/@ana"),
        ]),
        ("@ana.lind.example", "", [("handle", "ana.lind.example")]),
        ("analind", "https://www.Code.example/analind/?tab=1#x", [("page", "code.example/analind")]),
        ("did:plc:abc", "", []),
        ("ana@localhost", "javascript:alert(1)", []),
        ("", "https://[broken", []),
    ],
)  # fmt: skip
def test_the_places_of_a_handle_and_a_page(handle: str, url: str, expected: list[tuple[str, str]]) -> None:
    assert places.of(handle, url) == expected


def test_a_link_to_a_page_about_a_domain_stands_for_the_domain() -> None:
    links = [ProfileLink("https://sky.example/profile/ana.lind.example", True)]
    assert places.of_links(links) == [
        ("verified", "sky.example/profile/ana.lind.example"),
        ("verified", "ana.lind.example"),
    ]


def test_profiles_that_link_to_each_other(talk: Talk) -> None:
    one = make(
        talk, "m", "@ana@toot.example", "+https://code.example/analind", url="https://toot.example/@ana"
    )
    two = make(talk, "g", "analind", "https://toot.example/@ana/", url="https://code.example/analind")
    assert signs(talk, one) == [(two, "each other", "code.example/analind", False)]
    assert signs(talk, two) == [(one, "each other", "toot.example/@ana", False)]


def test_one_profile_that_links_to_the_other(talk: Talk) -> None:
    one = make(talk, "m", "@ana@toot.example", "+https://sky.example/profile/ana.lind.example")
    two = make(talk, "b", "ana.lind.example", name="")
    assert signs(talk, one) == [(two, "links", "ana.lind.example", True)]
    assert signs(talk, two) == [(one, "linked", "ana.lind.example", True)]


def test_the_same_name_at_the_same_domain(talk: Talk) -> None:
    one = make(talk, "m", "@ana@lind.example", name="A")
    two = make(talk, "b", "@ana.lind.example", name="")
    assert signs(talk, one) == [(two, "handle", "ana.lind.example", False)]


def test_a_domain_of_ones_own_and_a_person_on_it(talk: Talk) -> None:
    one = make(talk, "b", "lind.example")
    two = make(talk, "m", "@me@lind.example")
    assert signs(talk, one) == [(two, "server", "lind.example", False)]
    stranger = make(talk, "m", "@me@other.example", name="Bo")
    make(talk, "b", "other.example", name="The Other Place")
    assert signs(talk, stranger) == [], "a server is not a person who is called otherwise"


def test_a_third_place_both_link_to_counts_where_it_is_somebodys_own(talk: Talk) -> None:
    one = make(talk, "m", "@a@toot.example", "https://lind.example")
    two = make(talk, "g", "al", "https://www.lind.example/")
    assert signs(talk, one) == [(two, "same link", "lind.example", False)]
    three = make(talk, "m", "@b@toot.example", "https://project.example", name="Bo")
    make(talk, "g", "cy", "https://project.example", name="Cy")
    assert signs(talk, three) == [], "two who work on the same thing"
    five = make(talk, "m", "@d@toot.example", "+https://house.example", name="Di")
    six = make(talk, "g", "ed", "https://house.example", name="Di")
    assert signs(talk, five) == [(six, "same link", "house.example", True)]


def test_a_place_that_many_share_says_nothing(talk: Talk) -> None:
    numbers = [make(talk, "m", f"@{number}@toot.example", "+https://lind.example") for number in range(6)]
    assert signs(talk, numbers[0]) == []


def test_people_on_one_server_are_not_one_human(talk: Talk) -> None:
    one = make(talk, "m", "@ana@lind.example")
    make(talk, "m", "@bo@lind.example")
    assert signs(talk, one) == []


def test_a_profile_that_changes_its_links_is_believed_and_one_that_tells_none_is_not(talk: Talk) -> None:
    one = make(talk, "m", "@ana@toot.example", "https://code.example/analind")
    two = make(talk, "g", "analind", url="https://code.example/analind")
    make(talk, "m", "@ana@toot.example")
    assert [number for number, *_ in signs(talk, one)] == [two]
    make(talk, "m", "@ana@toot.example", "https://garden.example/")
    assert signs(talk, one) == []
    make(talk, "g", "analind", url="https://garden.example")
    assert [number for number, *_ in signs(talk, one)] == [two]


def test_who_was_said_to_be_somebody_else_is_not_asked_about_again(talk: Talk) -> None:
    one = make(talk, "m", "@ana@lind.example")
    two = make(talk, "b", "ana.lind.example")
    three = make(talk, "g", "ana", "https://lind.example/@ana", url="https://code.example/ana")
    assert {number for number, *_ in signs(talk, two)} == {one}
    talk.run(choices.apart, two, one, talk.now)
    assert signs(talk, two) == []
    assert two not in {number for number, *_ in signs(talk, one)}
    talk.run(journal.undo, talk.now)
    assert {number for number, *_ in signs(talk, two)} == {one}
    talk.run(choices.apart, two, one, talk.now)
    talk.run(choices.join, one, three, talk.now)
    assert signs(talk, two) == [], "nor when one of them is joined with a third"
    talk.run(choices.join, one, two, talk.now)
    talk.run(choices.separate, two, talk.now)
    assert signs(talk, two) == [], "whoever was separated is not suggested again"


def test_joining_takes_back_what_was_said_before(talk: Talk) -> None:
    one, two = make(talk, "m", "@ana@lind.example"), make(talk, "b", "ana.lind.example")
    talk.run(choices.apart, one, two, talk.now)
    talk.run(choices.join, one, two, talk.now)
    assert talk.db.execute("SELECT count(*) FROM apart").fetchone() == (0,)
    talk.run(journal.undo, talk.now)
    assert talk.db.execute("SELECT count(*) FROM apart").fetchone() == (1,)


def test_the_user_is_never_suggested(talk: Talk) -> None:
    one = make(talk, "b", "one.example", name="Me")
    make(talk, "b", "me.one", name="")
    me = talk.db.execute("SELECT id FROM person WHERE is_me").fetchone()[0]
    talk.run(places.save, me, "@me@one.example", "")
    assert signs(talk, one) == []


def test_evidence_joins_nobody_by_itself(talk: Talk) -> None:
    one = make(talk, "m", "@ana@lind.example", "+https://lind.example")
    two = make(talk, "b", "ana.lind.example", "+https://lind.example")
    assert signs(talk, one)
    assert [number for number, _, _ in people.joined(talk.db, one)] == [one]
    assert [number for number, _, _ in people.joined(talk.db, two)] == [two]
