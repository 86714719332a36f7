"""Signing in to Bluesky with handle and app password, and checking an account."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from convo.adapters._bluesky_chat import Chat
from convo.adapters._bluesky_session import PASSWORDS_PAGE, Session
from convo.adapters._bluesky_wire import SessionAnswer, answer
from convo.adapters.contract import AdapterError, Ask, Finding, LoginField, LoginStep, SignInAgain
from convo.adapters.findings import clock, ended, reached
from convo.text import one_line, shorten

if TYPE_CHECKING:
    from convo.config import AccountConfig

_APP_PASSWORD = re.compile(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}")
_SCOPES = Finding("scopes", True, "An app password may read and answer all that is public.")
"""Seconds a clock may differ before it is worth a word."""
_CHAT_BOX = "Allow access to your direct messages"
FIELDS = (
    LoginField("handle", "Your handle", help="in full, such as you.bsky.social"),
    LoginField(
        "password", "App password", secret=True, help=f"made at {PASSWORDS_PAGE}, like abcd-efgh-ijkl-mnop"
    ),
)


class TypedPassword:
    """A password that was just typed: a credential that keeps its session in memory only."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._session = ""

    async def read(self) -> str:
        """The password as it was typed."""
        return self._password

    async def session(self) -> str:
        """The session of this login."""
        return self._session

    async def save_session(self, value: str) -> None:
        """Keep the session for the length of this login."""
        self._session = value

    def refreshing(self) -> TypedPassword:
        """Nobody else has this session."""
        return self

    async def __aenter__(self) -> object:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None


async def ask_who(account: AccountConfig, ask: Ask) -> tuple[str, str]:
    """Handle and app password. What looks like a main password is asked for a second time. Raises SignInAgain."""
    fields = FIELDS if not account.user else FIELDS[1:]
    told = await ask(
        LoginStep(
            "convo signs in to Bluesky with an app password, never with your main one. Make one at the address below: "
            f'"Add App Password", a name such as convo. Tick "{_CHAT_BOX}" if convo should show those too.',
            open_url=PASSWORDS_PAGE,
            fields=fields,
        )
    )
    handle = one_line(account.user or told.get("handle", "")).lstrip("@").lower()
    password = told.get("password", "").strip()
    if not handle or not password:
        raise SignInAgain("Handle and app password are both needed.")
    if not _APP_PASSWORD.fullmatch(password):
        again = await ask(
            LoginStep(
                "That does not look like an app password (abcd-efgh-ijkl-mnop). A main password opens everything, and "
                "convo would have to keep it. Give an app password; or type the same again to use it all the same.",
                open_url=PASSWORDS_PAGE,
                fields=FIELDS[1:],
            )
        )
        second = again.get("password", "").strip()
        if second != password and not _APP_PASSWORD.fullmatch(second):
            raise SignInAgain(f"That is no app password either. Make one at {PASSWORDS_PAGE}")
        password = second
    return handle, password


async def findings(session: Session, chat: Chat) -> Sequence[Finding]:
    """Reach, sign-in, direct messages, limits and clock; the first two decide whether the others are asked."""
    found: list[Finding] = []
    try:
        response = await session.get("com.atproto.server.getSession")
        who = answer(response, SessionAnswer)
    except AdapterError as error:
        return ended(error)
    found.append(reached(session.host))
    if who.active:
        found.append(Finding("sign in", True, f"Signed in as @{one_line(who.handle)}."))
    else:
        why = one_line(who.status) or "not active"
        found.append(
            Finding("sign in", False, f"The account @{one_line(who.handle)} is {why}; see bsky.app.")
        )
    found += [_SCOPES, await _messages(chat)]
    return [*found, _limits(response.headers), clock(session.http, session.host)]


async def _messages(chat: Chat) -> Finding:
    try:
        allowed, words = await chat.allowed()
    except AdapterError as error:
        return Finding("direct messages", False, error.words)
    if allowed:
        return Finding("direct messages", True, "This app password may read and answer direct messages.")
    if allowed is False:
        advice = f'For them make one at {PASSWORDS_PAGE} with "{_CHAT_BOX}" ticked, and sign in again.'
        return Finding("direct messages", True, f"This app password may not read direct messages. {advice}")
    return Finding("direct messages", False, f'The service of direct messages said: "{shorten(words, 160)}"')


def _limits(headers: Mapping[str, str]) -> Finding:
    left, total = headers.get("ratelimit-remaining", ""), headers.get("ratelimit-limit", "")
    if not (left.isdigit() and total.isdigit()):
        return Finding("limits", True, "The server names no limit.")
    fine = int(left) * 10 >= int(total)
    words = f"{left} of {total} requests are left in this window."
    return Finding("limits", fine, words if fine else f"{words} Something here asks too often.")
