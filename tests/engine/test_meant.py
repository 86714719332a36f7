"""The config's `user` beside who signed in: it fits on every platform, in whatever form a user writes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convo.adapters.contract import Identity
from convo.config import AccountConfig
from convo.engine.meant import not_meant
from convo.model import Person
from tests.adapters.playing import run
from tests.faults.worlds import PLATFORMS, world

ANA = Person("place", "https://place.example/users/1", "Ana@place.example", "Ana Lind")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_the_config_of_each_platform_says_fits_who_signs_in_there(platform: str) -> None:
    place = world(platform)
    try:

        async def identify(adapter: object) -> tuple[Identity, object]:
            return await adapter.identify(), adapter  # type: ignore[attr-defined]

        identity, adapter = run(place, identify)
        named = replace(place.account, user=place.account.user or identity.person.handle)
        assert not_meant(named, identity.person, adapter) == ""
    finally:
        place.stop()


@pytest.mark.parametrize(
    "user", ["", "ana", "@ana", "u/ana", "/u/Ana", "ana@place.example", "ANA LIND", " ana ", "1"]
)
def test_a_name_is_known_in_all_its_forms(user: str) -> None:
    assert not_meant(AccountConfig("mine", "place", user=user), ANA, object()) == ""


@pytest.mark.parametrize("user", ["ben", "anna", "ana.lind", "@ben@place.example"])
def test_somebody_else_is_not_meant(user: str) -> None:
    assert f'user = "{user}"' in not_meant(AccountConfig("mine", "place", user=user), ANA, object())


def test_where_the_platform_takes_the_name_it_says_what_fits() -> None:
    class Place:
        user_signs_in = True

    assert not_meant(AccountConfig("mine", "place", user="ana@mail.example.org"), ANA, Place()) == ""
