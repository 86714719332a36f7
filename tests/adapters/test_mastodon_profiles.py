"""The links of a profile, as Mastodon and its relatives give them along with every status."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from convo.adapters import _mastodon_wire as wire
from convo.adapters._mastodon_api import PROFILE_LINES, links_of, person_of
from convo.model import ProfileLink

LINK = (
    '<a href="https://lind.example" rel="me nofollow"><span class="invisible">https://</span>lind.example</a>'
)


def links(fields: Any) -> tuple[ProfileLink, ...]:
    document = {"id": "1", "acct": "ana@toot.example", "url": "https://toot.example/@ana", "fields": fields}
    return person_of(msgspec.json.decode(msgspec.json.encode(document), type=wire.Account), "").links


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([{"name": "web", "value": LINK, "verified_at": "2024-05-01T10:00:00.000+00:00"}], [("lind.example", True)]),
        ([{"name": "web", "value": LINK, "verified_at": None}], [("lind.example", False)]),
        ([{"name": "web", "value": "https://lind.example"}], [("lind.example", False)]),
        ([{"name": "pronouns", "value": "she"}, {"name": "x", "value": None}], []),
        ([{"name": "x", "value": '<a href="javascript:alert(1)">https://lind.example</a>'}], []),
        ([], []),
        (None, []),
        ({"odd": "shape"}, []),
        ([7, "x"], []),
    ],
)  # fmt: skip
def test_the_links_of_a_profile(fields: Any, expected: list[tuple[str, bool]]) -> None:
    found = [(link.url.removeprefix("https://").rstrip("/"), link.verified) for link in links(fields)]
    assert found == expected


def test_a_profile_without_end_is_not_read_to_its_end() -> None:
    many = [{"value": f"https://{number}.example"} for number in range(500)]
    assert len(links(many)) == PROFILE_LINES


def test_a_server_that_tells_no_links_tells_none() -> None:
    assert links_of(wire.Account(id="1", acct="ana")) == ()
