"""Settings for all tests."""

import pytest

pytest.register_assert_rewrite("convo.testing", "tests.adapters.mutants")
