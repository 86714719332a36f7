"""The conformance suite for adapters: subclass `AdapterSuite` and give it a `world` fixture.

    class TestMyPlatform(AdapterSuite):
        @pytest.fixture
        def world(self) -> Iterator[World]: ...

`World` says what the simulator of a platform must offer. What an account cannot do is skipped by its `can`.
Put `pytest.register_assert_rewrite("convo.testing")` into `conftest.py` for readable failures.
"""

from __future__ import annotations

from convo.testing.answering import AnsweringSuite
from convo.testing.byhand import ByHandSuite
from convo.testing.delivering import DeliveringSuite
from convo.testing.knowing import KnowingSuite
from convo.testing.owning import OwningSuite
from convo.testing.reading import ReadingSuite
from convo.testing.troubles import TroubleSuite
from convo.testing.trust import TrustSuite
from convo.testing.whole import WholeSuite
from convo.testing.world import Said, Standing, Trouble, Where, World

__all__ = ["AdapterSuite", "Said", "Standing", "Trouble", "Where", "World"]


class AdapterSuite(
    ReadingSuite,
    KnowingSuite,
    TroubleSuite,
    TrustSuite,
    AnsweringSuite,
    DeliveringSuite,
    ByHandSuite,
    OwningSuite,
    WholeSuite,
):
    """Everything every adapter must keep."""
