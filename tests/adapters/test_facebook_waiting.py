"""Who waits on a Facebook Page, where two levels hide who answers whom: never accused, never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.facebook_page import Make, commented, posted, waits
from tests.adapters.facebook_world import FacebookWorld
from tests.adapters.playing import making


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of Facebook."""
    with making(FacebookWorld) as make:
        yield make


@pytest.fixture
def world(make: Make) -> FacebookWorld:
    return make()


def test_an_answer_closes_the_comment_it_stands_under_and_no_other(
    world: FacebookWorld, tmp_path: Path
) -> None:
    post = posted(world)
    one, two = commented(world, "Does it rise?", to=post), commented(world, "And is it good?", to=post)
    commented(world, "It is!", by="me", to=two)
    assert waits(world, tmp_path, one, two) == [True, False]


def test_a_second_question_waits_until_the_page_speaks_again(world: FacebookWorld, tmp_path: Path) -> None:
    top = commented(world, "Does it rise?")
    commented(world, "Yes.", by="me", to=top)
    again = commented(world, "How long?", to=top)
    assert waits(world, tmp_path, top, again) == [False, True]
    commented(world, "An hour.", by="me", to=top)
    assert waits(world, tmp_path, again) == [False]


def test_an_answer_that_names_another_closes_theirs_alone(world: FacebookWorld, tmp_path: Path) -> None:
    top = commented(world, "Does it rise?")
    commented(world, "Yes.", by="me", to=top)
    again = commented(world, "How long?", to=top)
    other = commented(world, "and how hot?", by="ben", to=top)
    world.state.naming(other, world.state.page)
    mine = commented(world, "Very.", by="me", to=top)
    world.state.naming(mine, world.state.person("ben"))
    assert waits(world, tmp_path, again, other) == [True, False]


def test_a_comment_of_the_page_below_another_one_closes_nothing_here(
    world: FacebookWorld, tmp_path: Path
) -> None:
    post = posted(world)
    first = commented(world, "Does it rise?", to=post)
    commented(world, "Yes.", by="me", to=first)
    again = commented(world, "How long?", to=first)
    second = commented(world, "lovely", by="ben", to=post)
    commented(world, "Thank you!", by="me", to=second)
    assert waits(world, tmp_path, again, second) == [True, False]


def test_talk_among_visitors_does_not_wait(world: FacebookWorld, tmp_path: Path) -> None:
    top = commented(world, "Does it rise?")
    between = commented(world, "It does, always", by="ben", to=top)
    assert waits(world, tmp_path, top, between) == [True, False]


def test_nobody_is_forgotten_where_nobody_is_named(make: Make, tmp_path: Path) -> None:
    world = make(named=False)
    top = commented(world, "Does it rise?")
    commented(world, "Yes.", by="me", to=top)
    again = commented(world, "How long?", to=top)
    assert waits(world, tmp_path, top, again) == [False, True]
    commented(world, "An hour.", by="me", to=top)
    assert waits(world, tmp_path, again) == [False]


def test_a_visitors_post_waits_until_the_page_comments(world: FacebookWorld, tmp_path: Path) -> None:
    post = posted(world, "hello Page", by="ana")
    more = commented(world, "are you there?", to=post)
    assert waits(world, tmp_path, post, more) == [True, True]
    commented(world, "Here we are.", by="me", to=post)
    assert waits(world, tmp_path, post, more) == [False, False]


def test_what_is_hidden_on_the_page_is_quiet(world: FacebookWorld, tmp_path: Path) -> None:
    made = commented(world, "rude words")
    made.hidden = True
    assert waits(world, tmp_path, made) == [False]


def test_what_is_shown_again_waits_again(world: FacebookWorld, tmp_path: Path) -> None:
    made = commented(world, "rude words")
    made.hidden = True
    assert waits(world, tmp_path, made) == [False]
    made.hidden = False
    world.pass_time(25 * 3600)
    assert waits(world, tmp_path, made) == [True]
