"""What GitHub does that its description does not say, each a switch."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Quirks:
    """One forge's behaviour; the defaults are those of github.com."""

    enterprise: bool = False
    """Everything lies under /api/v3 and /api/graphql, and pages on the same host."""
    html: str = "https://github.com"
    """Where pages are; an Enterprise server's are on its own origin."""
    poll_interval: int | None = 60
    """Seconds in X-Poll-Interval, None for no header."""
    conditional: bool = True
    """The list of notifications answers 304 to a known Last-Modified, lists of issues to a known ETag."""
    modified_goes_back: bool = True
    """Last-Modified is that of the newest thread still unread; once it is read, an older one's."""
    discussion_url: str = "null"
    """null: a discussion's thread has no URLs; broken: it has URLs that answer 404 (2024)."""
    own_updates: bool = True
    """What the user writes moves the thread's updated_at, too, though it does not make it unread."""
    retention: int = 0
    """So many threads are listed at most; 0 lists all."""
    moving: bool = True
    """A thread where something happens moves to the top of the list, also while it is paged through."""
    oauth_notifications: bool = True
    """OAuth apps' tokens may read notifications, which is not promised."""
    sso_organisations: set[str] = field(default_factory=set)
    """Logins of organisations that want single sign-on: 403 with X-GitHub-SSO, and their threads are missing."""
    secondary_writes: int = 0
    """More writes than this in a minute answer 403 with Retry-After; 0 for never."""
    secondary_status: int = 403
    secondary_after: str = "60"
    """Retry-After of the secondary limit, "" for no header."""
    hourly: int = 5000
    """Requests an hour; 304 is free."""
    search_lag: float = 0
    """Seconds until the search finds what was written."""
    search_is_broken: bool = False
    """GraphQL searches answer with errors beside null."""
    minimized: bool = True
    """Comments have `minimized` (the Enterprise servers of 2025 have not)."""
    body_in_errors: bool = True
    """Errors have a `status` in their body."""
    post_lands_late: float = 0
    """Seconds until a comment that was written can be listed."""
    graphql_partial: set[str] = field(default_factory=set)
    """Node ids that GraphQL gives as null, with an error, beside what it has."""
    device_flow: str = "on"
    """on, off (device_flow_disabled), or slow (the first poll is answered with slow_down)."""
