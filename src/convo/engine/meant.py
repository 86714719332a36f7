"""Whether a secret signs in to the account that the config means: an answer from another one cannot be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convo.config import AccountConfig
    from convo.model import Person


def not_meant(account: AccountConfig, person: Person, kind: object) -> str:
    """What is wrong where `user` in the config names somebody else than signed in; "" where it fits, or says nothing.

    `kind`: the adapter or its class. Some platforms take the name together with the secret (`user_signs_in`): what
    fits is for them to say.
    """
    meant = _plain(account.user)
    number = person.uid.rpartition("/")[2]
    if not meant or meant in (_plain(person.handle), _plain(person.name), number):
        return ""
    if getattr(kind, "user_signs_in", False):
        return ""
    return (
        f'The config says  user = "{account.user.strip()}"  of {account.name}, but its secret is that of '
        f"{person.handle or person.name}. Sign in as {account.user.strip()}, or change that line."
    )


def _plain(name: str) -> str:
    """A name for comparing: without signs before it and the server behind it, which `url` decides."""
    bare = name.strip().removeprefix("/").removeprefix("u/").lstrip("@")
    return bare.partition("@")[0].casefold()
