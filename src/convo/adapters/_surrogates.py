"""Half of a surrogate pair, as JavaScript's JSON writes text that was cut within an emoji. Pure."""

from __future__ import annotations

import re

_SOME = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.S
)


def mended(body: bytes) -> bytes:
    """JSON in which lone surrogates, and bytes that are no UTF-8, are U+FFFD.

    No decoder takes them, and the whole message would be lost for one sign.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        body = body.decode("utf-8", "replace").encode()
    if _SOME.search(body) is None:
        return body
    return _ESCAPE.sub(lambda found: b"\\ufffd" if found[1] else found[0], body)
