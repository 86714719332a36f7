"""Origins: where a credential belongs, and whether an address that a server gave is there. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from convo.adapters.errors import Refused
from convo.text import shorten


def origin(url: str) -> str:
    """Scheme, host and port of an address; loopback or TLS only. Raises Refused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"{shorten(url, 60)} is not an address.") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(f"{shorten(url, 60)} is not a web address.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise Refused(f"{host} is asked without TLS; write https:// in the config.")
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}:{port or (443 if parts.scheme == 'https' else 80)}"


def is_at(url: str, place: str) -> bool:
    """Whether an address that a server gave is at this origin."""
    try:
        return origin(url) == place
    except Refused:
        return False


def host_of(url: str) -> str:
    """The host of an address that a server gave, fit to show."""
    try:
        return shorten(urlsplit(url).hostname or "", 60) or "no address"
    except ValueError:
        return "no address"


def joined(url: str, target: str) -> str:
    """Where a redirect leads, "" for what is no address."""
    try:
        return urljoin(url, target)
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
