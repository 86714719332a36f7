"""Readable failures of the conformance suite."""

import pytest

pytest.register_assert_rewrite("convo.testing")
