"""What answering has in common: what no place of this kind takes for an answer. Pure."""

from __future__ import annotations

from convo.adapters.contract import Refused
from convo.model import Measure, Reply


def demand_words(reply: Reply, size: Measure, host: str, no_files: str, units: str = "characters") -> None:
    """Raises Refused, `no_files` among its sentences, for an answer that is too long, has no words, or has files."""
    if size.room is not None and size.room < 0:
        raise Refused(f"Too long for {host} by {-size.room} {units}.")
    if not reply.text.strip():
        raise Refused("There is nothing in the answer yet.")
    if reply.attachments:
        raise Refused(no_files)
