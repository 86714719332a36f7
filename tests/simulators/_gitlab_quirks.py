"""What GitLab servers do differently or without saying so, each a switch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Quirks:
    """One server's behaviour; the defaults are those of gitlab.com in 2026."""

    folder: str = ""
    """The path below which the server lies, such as "/gitlab"."""
    one_todo: bool = True
    """While a to-do about a target is pending, no other is made about it."""
    reply_is_done: bool = True
    """Whoever writes a note has done their to-dos about the target."""
    activity_filter: bool = True
    """Notes can be asked for without the system's."""
    internal: bool = True
    """Notes have `internal`; else only `confidential`."""
    totals: bool = True
    """Lists say X-Total and X-Total-Pages, which large ones do not."""
    quick_actions: bool = True
    """A line that begins with a slash and a known word is carried out and vanishes."""
    lone_emoji: bool = True
    """A note that is nothing but an emoji's short name becomes an award."""
    notes_a_minute: int = 300
    """More notes than this answer 429."""
    requests_a_minute: int = 2000
    rate_headers: bool = True
    work_items: bool = False
    """To-dos about issues are about work items, with their own addresses."""
    post_lands_late: float = 0
    """Seconds until a note that was written can be listed."""
    device_flow: bool = True
    """POST /oauth/authorize_device exists (since 17.9)."""
    token_seconds: int = 7200
    """How long an OAuth access token lives."""
    reused_refresh_revokes: bool = True
    """A refresh token used twice ends the whole family."""
    version: str = "18.6.0-ee"
