"""What X does today, each a switch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Quirks:
    """The defaults are those of a pay-per-use app in 2026."""

    spelling: str = "tweet"
    """tweet (tweet.fields, referenced_tweets) or post (post.fields, referenced_posts); 400 to the other."""
    summoned_only: bool = True
    """A reply is taken only when the author answered has named or quoted the user."""
    no_duplicates: bool = True
    """The same text again is refused with 403 and no id."""
    credits: float | None = None
    """Dollars left; None for no end. Nothing left answers 402."""
    usage_capped: bool = False
    """429 whose problem is usage-capped: no use to wait for."""
    late: float = 0
    """Seconds until a mention shows in the list; its id stays older than what was listed before."""
    reach: int = 800
    """So many mentions can be reached."""
    search_days: int = 7
    old_errors: bool = False
    """429 and 401 have the older body `{"errors": [{"code": ...}]}`."""
    mentions_a_quarter: int = 300
    """Requests for mentions in fifteen minutes."""
    posts_a_quarter: int = 100
    longest: int = 280
    refresh_once: bool = True
    """A refresh token that is used again ends the sign-in; else it goes on, for what copies a whole directory."""
    redirect: str = "http://127.0.0.1:8765/callback"
    """The one address that is registered."""
