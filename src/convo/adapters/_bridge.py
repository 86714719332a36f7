"""Bridgy Fed: which messages and persons are copies that this bridge made of somebody else's, and of which. Pure.

The facts are those of the bridge's source (github.com/snarfed/bridgy-fed, 2026-08): `ids.py` gives a post of Bluesky
the ActivityPub id `https://bsky.brid.gy/convert/ap/AT-URI` and its author the actor `https://bsky.brid.gy/ap/DID`; a
fediverse account `@NAME@INSTANCE` gets the handle `NAME.INSTANCE.ap.brid.gy`, with "-" for "_" and "~". `atproto.py`
writes the original's web address (its id where it has none) into a copy's record as `bridgyOriginalUrl`.

What is believed is what nobody but the bridge can say. Ids of ActivityPub belong to the host that stands in them:
servers take an object only from there. Whoever owns brid.gy gives out the handles under it, and the AppView shows a
handle only when its domain confirms it. A record's field is text of whoever writes the record: it counts only under
such a handle, and only when it leads to the handle's own server.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_DID = r"did:[a-z]+:[A-Za-z0-9._:-]+"
_COPY_OF_POST = re.compile(
    rf"https://bsky\.brid\.gy/convert/ap/(at://({_DID})/app\.bsky\.feed\.post/[A-Za-z0-9._~:-]+)"
)
_ACTOR = re.compile(rf"https://bsky\.brid\.gy/ap/({_DID})")
_FROM_FEDIVERSE = ".ap.brid.gy"
_LONGEST = 2_000
"""Letters of an address that is kept."""


def did_of_actor(actor: str) -> str:
    """The DID of whom the bridge shows the fediverse under this actor's address, "" for anybody else."""
    found = _ACTOR.fullmatch(actor)
    return found[1] if found else ""


def post_of_status(uri: str, actor: str) -> str:
    """The AT URI of the post that a status is the bridge's copy of, "" for a status of anybody else.

    It must be by the same person: the DID in the address is that of the status's author.
    """
    found = _COPY_OF_POST.fullmatch(uri)
    return found[1] if found and found[2] == did_of_actor(actor) else ""


def name_of_handle(handle: str) -> str:
    """Whom of the fediverse the bridge shows Bluesky under this handle, as NAME.INSTANCE; "" for anybody else.

    Of "_" and "~" in the name the bridge makes "-".
    """
    handle = handle.lower()
    return handle.removesuffix(_FROM_FEDIVERSE) if handle.endswith(_FROM_FEDIVERSE) else ""


def status_of_record(handle: str, address: str) -> tuple[str, str]:
    """Of a post under a handle of the bridge: the address of its original, and its author as NAME.INSTANCE.

    The address stands in the record; it counts when it is on the author's own server, or on a host under its domain.
    Where it holds the author's name (`/@NAME/...`, `/users/NAME/...`), that is how the name is really written.
    """
    name = name_of_handle(handle)
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", name
    host = (parts.hostname or "").lower()
    if not name or parts.scheme != "https" or not host or len(address) > _LONGEST:
        return "", name
    written = _name_in(parts.path)
    folded = written.replace("_", "-").replace("~", "-")
    if written and name.startswith(f"{folded}."):
        domain = name[len(folded) + 1 :]
        if host == domain or host.endswith(f".{domain}"):
            return address, f"{written}.{domain}"
    return (address if name.endswith(f".{host}") else ""), name


def _name_in(path: str) -> str:
    """The user name that the path of a post's address holds, "" where it holds none."""
    steps = path.strip("/").split("/")
    if steps[0].startswith("@"):
        return steps[0][1:].lower()
    return steps[1].lower() if len(steps) > 1 and steps[0] in ("users", "u") else ""
