"""People as `--json` shows them (docs/json.md)."""

from __future__ import annotations

from typing import Any

from convo.cli.output import row_json, someone_json
from convo.people import Exchange, Identity, PersonPage, PersonRow, Turn, Week
from convo.text import format_time
from convo.views import public_id

TURN_WORDS = {Turn.YOURS: "yours", Turn.THEIRS: "theirs", Turn.QUIET: "quiet"}


def person_row_json(row: PersonRow) -> dict[str, Any]:
    """A human in a list of people."""
    return {
        "person": someone_json(row.person),
        "circle": row.person.circle,
        "turn": TURN_WORDS[row.turn],
        "since": format_time(row.since),
        "put_off": row.put_off,
        "thread": public_id("t", row.thread_id),
        "account": row.account,
        "platform": row.platform,
        "words": "" if row.covered else row.words,
        "content_warning": row.covered,
        "last_is_me": row.last_is_me,
        "message": public_id("m", row.message_id) if row.message_id is not None else None,
    }


def page_json(page: PersonPage) -> dict[str, Any]:
    """A person's page."""
    return {
        "person": someone_json(page.person),
        "circle": page.person.circle,
        "note": page.note,
        "turn": TURN_WORDS[page.turn] if page.turn else None,
        "since": format_time(page.since) if page.since else None,
        "words": [words for words in (page.turn_words, page.known_words) if words],
        "persons": [_identity(identity) for identity in page.persons],
        "suggestions": [_identity(identity) for identity in page.suggestions],
        "profiles": list(page.profiles),
        "conversations": [_exchange(exchange) for exchange in page.exchanges],
        "older": list(page.folded),
        "cursor": page.cursor or None,
    }


def _identity(identity: Identity) -> dict[str, Any]:
    return {**someone_json(identity.person), "platform": identity.platform, "evidence": identity.evidence}


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        **row_json(exchange.row),
        "between_you": exchange.state,
        "last_at": format_time(exchange.last_at),
        "last_by": someone_json(exchange.who),
        "words": "" if exchange.covered else exchange.words,
        "content_warning": exchange.covered,
    }


def week_json(week: Week) -> dict[str, Any]:
    """A week looked back on."""
    return {
        "since": format_time(week.since),
        "until": format_time(week.until),
        "answered": [someone_json(person) for person in week.answered],
        "waiting": [
            {
                "person": someone_json(row.person),
                "since": format_time(row.since),
                "thread": public_id("t", row.thread_id),
            }
            for row in week.waiting
        ],
        "went_on": [
            {**row_json(row), "with": [someone_json(person) for person in people]}
            for row, people in week.went_on
        ],
        "words": list(week.sentences),
    }
