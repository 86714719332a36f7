"""Mutations of WordPress on WordPress.com: each breaks one of its rules, and its test notices."""

from __future__ import annotations

import re
from typing import Any

from tests.adapters.mutants import Mutation


def _of(test: str, fault: str, name: str, instead: Any) -> Mutation:
    return Mutation(
        f"test_wordpress_com.py::test_{test}",
        "wordpress",
        fault,
        patch=(f"convo.adapters._wordpress_{name}", instead),
    )


async def _as_before(self: Any, refused: str) -> bool:
    return False


MUTATIONS = [
    _of("which_sites_are_there", "does not know the host of the API", "com._HOST", "wordpress.com.example"),
    _of(
        "a_comment_on_a_page_is_found_there",
        "does not see through the site's number",
        "messages._UP",
        re.compile(r"/wp/v2/([a-z0-9_-]+)/\d+$"),
    ),
    _of(
        "a_token_that_ended_is_renewed_once_and_kept",
        "takes a session for that of any sign-in",
        "com.mark_of",
        lambda secret: "",
    ),
    _of(
        "a_token_that_was_taken_back_early_is_renewed_when_it_is_refused",
        "never renews",
        "com.Bearer.renew",
        _as_before,
    ),
    _of(
        "a_token_that_is_not_taken",
        "knows a dead token by its status only",
        "api._DEAD",
        frozenset(),
    ),
    _of(
        "check_names_the_scopes_that_are_missing",
        "demands nothing",
        "com_login.SCOPES",
        (),
    ),
]
