"""A `frozen` class is, for all who use it, a frozen dataclass with slots."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from convo.values import frozen


@frozen
class Made:
    """A value."""

    name: str
    size: int = 3
    secret: str = field(default="", repr=False)
    more: Mapping[str, str] = field(default_factory=dict)
    """Said of it."""

    @property
    def double(self) -> int:
        return 2 * self.size


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The same as a dataclass."""

    name: str
    size: int = 3
    secret: str = field(default="", repr=False)
    more: Mapping[str, str] = field(default_factory=dict)


@frozen
class Pair:
    left: int
    right: int


@frozen
class Empty:
    pass


@frozen
class Single:
    only: tuple[int, ...] = ()


def test_built_by_place_and_by_keyword() -> None:
    assert Made("a", 4) == Made(name="a", size=4)
    assert (Made("a").size, Made("a").more, Made("a").double) == (3, {}, 6)
    assert Made("a").more is not Made("b").more


def test_what_is_missing_or_unknown_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="name"):
        Made()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="nonsense"):
        Made("a", nonsense=1)  # type: ignore[call-arg]
    assert Made("after") == Made("after")


def test_nothing_can_be_changed_or_added() -> None:
    one = Made("a")
    for name in ("name", "other"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, name, "b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name
    assert not hasattr(one, "__dict__")


def test_equal_by_class_and_fields_and_hashed_by_them() -> None:
    assert Pair(1, 2) == Pair(1, 2) != Pair(2, 1)
    assert len({Pair(1, 2), Pair(1, 2), Pair(2, 1)}) == 2
    assert Pair(1, 2) != (1, 2)  # type: ignore[comparison-overlap]
    assert Made("a") != Yardstick("a")  # type: ignore[comparison-overlap]
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
    assert Single((1,)) == Single((1,)) != Single()
    with pytest.raises(TypeError, match="unhashable"):
        hash(Made("a"))


def test_shown_without_what_should_not_be() -> None:
    assert repr(Made("a", secret="s3cret")) == repr(Yardstick("a", secret="s3cret")).replace(
        "Yardstick", "Made"
    )
    assert "s3cret" not in repr(Made("a", secret="s3cret"))


def test_the_functions_of_dataclasses_work() -> None:
    one = Made("a", 4, "s", {"k": "v"})
    assert dataclasses.replace(one, size=5) == Made("a", 5, "s", {"k": "v"})
    assert [f.name for f in dataclasses.fields(Made)] == [f.name for f in dataclasses.fields(Yardstick)]
    assert dataclasses.asdict(one) == dataclasses.asdict(Yardstick("a", 4, "s", {"k": "v"}))
    assert dataclasses.is_dataclass(one)
    assert dataclasses.is_dataclass(Made)


@pytest.mark.parametrize("one", [Made("a", 4), Pair(1, 2), Empty(), Single((3,))])
def test_copied_and_pickled(one: object) -> None:
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one


def test_taken_apart_by_place() -> None:
    match Pair(1, 2):
        case Pair(left, right):
            assert (left, right) == (1, 2)


def test_its_signature_is_that_of_the_dataclass_once_one_was_built() -> None:
    Made("a")
    assert list(inspect.signature(Made).parameters) == list(inspect.signature(Yardstick).parameters)


def test_init_is_compiled_when_the_first_is_built() -> None:
    @frozen
    class Late:
        one: int = 1

    before = Late.__init__
    assert Late().one == 1
    assert Late.__init__ is not before
