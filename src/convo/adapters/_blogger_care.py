"""Deciding about comments."""

from __future__ import annotations

from convo.adapters._blogger_api import Api
from convo.adapters._blogger_messages import numbers
from convo.adapters.contract import Ambiguous, Missing, Refused
from convo.model import Ref

_DECISIONS = {"approve": ("POST", "/approve"), "spam": ("POST", "/spam"), "not spam": ("POST", "/approve")}


async def moderate(api: Api, ref: Ref, decision: str) -> None:
    """Approve, spam or trash a comment; "not spam" takes that back, nothing takes back the others."""
    blog, post, number = numbers(ref)
    if not number:
        raise Refused("Only comments can be approved, called spam or thrown away.")
    path = f"/v3/blogs/{blog}/posts/{post}/comments/{number}"
    if decision == "trash":
        method, verb = "DELETE", ""
    elif decision in _DECISIONS:
        method, verb = _DECISIONS[decision]
    else:
        raise Refused("Blogger cannot take that back; look for the comment on its own page.")
    try:
        await api.google.send(method, f"{path}{verb}")
    except Missing:
        if decision not in ("spam", "trash"):
            raise
    except Ambiguous:
        # Each of them may be done twice without harm.
        await api.google.send(method, f"{path}{verb}")
