"""Signing in with an application password, and checking an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from convo.adapters import _wordpress_com_login as com
from convo.adapters import _wordpress_wire as wire
from convo.adapters._pasted import Pasted, asked_address
from convo.adapters._wordpress_api import Api, Facts
from convo.adapters._wordpress_com import API, api_of, hosted
from convo.adapters.contract import (
    AdapterError,
    Ask,
    Finding,
    LoginField,
    LoginResult,
    LoginStep,
    Refused,
    SignInAgain,
)
from convo.adapters.findings import clock, ended
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.text import one_line

URL = LoginField("url", "Address of your site", help="https://blog.example.org")
USER = LoginField("user", "Your user name there", help="what you sign in with, not the name that others see")
PASSWORD = LoginField(
    "password", "Application password", secret=True, help="like abcd EFGH 1234 ijkl MNOP 5678"
)
_APP_ID = "6f1d2f0e-5c07-4a55-9d51-2f0c3f1b7c11"
"""Tells WordPress that it is the same program each time; it means nothing else."""

_NO_SCOPES = Finding("scopes", True, "An application password has no scopes: it can do what your login can.")
_LIMITS = Finding("limits", True, "WordPress states no limit of requests; hosts and firewalls may set one.")


def address(text: str) -> str:
    """A site's address without what is not part of it, "" when it is none."""
    place = text.strip().rstrip("/")
    parts = urlsplit(place if "://" in place else f"https://{place}")
    path = parts.path.removesuffix("/wp-admin").removesuffix("/wp-json").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else ""


def base_url(account: AccountConfig) -> str:
    """The site: `url`, or the one API of all sites on WordPress.com; "" when the config does not name it."""
    there = address(account.url)
    return api_of(account) if there and hosted(account) else there


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Ask for address, user name and application password, and try them. Raises AdapterError."""
    url = await asked_address(address(account.url), ask, "Which site is yours?", URL, address, "site")
    account = replace(account, url=url)
    if hosted(account):
        return await com.login(account, http_for, ask)
    http = http_for(url)
    try:
        page, plain = await _page(http, url)
        if not page:
            there = replace(account, options={**account.options, "api": API})
            return await com.login(there, http_for, ask)
        fields = (PASSWORD,) if account.user else (USER, PASSWORD)
        told = await ask(
            LoginStep(
                f"convo signs in to {url} with an application password, never with your own one. Make one at the "
                f"address below, or at {plain} under Application Passwords (call it convo), and copy it from there. "
                "It can do what your login can: an author's or editor's is better than an administrator's.",
                open_url=page,
                fields=fields,
            )
        )
        user = one_line(account.user or told.get("user", ""))
        password = " ".join(told.get("password", "").split())
        if not user or not password:
            raise SignInAgain("User name and application password are both needed.")
        api = Api(http, replace(account, user=user), Pasted(password), Facts())
        identity = await api.identify()
        return LoginResult(password, identity, {"url": url, "user": user})
    finally:
        await http.close()


async def _page(http: Http, url: str) -> tuple[str, str]:
    """The page that makes an application password for convo, and the profile page where it can be done by hand.

    The page is "" where the site says that its API is that of WordPress.com.
    """
    plain = f"{url}/wp-admin/profile.php"
    asked = f"?{urlencode({'app_name': 'convo', 'app_id': _APP_ID})}"
    for path, params in (("/wp-json/", None), ("/", [("rest_route", "/")])):
        response = await http.get(f"{url}{path}", params=params)
        index = wire.part(response.body, wire.Index) if response.ok else None
        if index is None:
            continue
        ways = wire.part(bytes(index.authentication), wire.Authentication)
        if ways is None or ways.passwords is None:
            raise Refused(
                f"Application passwords are switched off on {urlsplit(url).hostname}: WordPress needs https for them, "
                "and a plugin may have forbidden them. convo cannot sign in without one."
            )
        page = wire.web(ways.passwords.endpoints.authorization)
        there = urlsplit(page).netloc == urlsplit(url).netloc
        return (f"{page}{asked}" if there else plain), plain
    if com.is_named((await http.get(f"{url}/")).headers.get("link", "")):
        return "", plain
    # A site whose API is closed to strangers says nothing before the sign-in.
    return plain, plain


async def check(api: Api) -> list[Finding]:
    """Reach, sign-in, what the role may do, comments, clock. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except Refused as error:
        return [Finding("access" if api.hosted else "reach", False, error.words)]
    except AdapterError as error:
        return ended(error)
    facts = api.facts
    found = [Finding("reach", True, f"{api.host} answers; its REST API is at {facts.root}.")]
    found.append(
        Finding("sign in", True, f"Signed in as {identity.person.handle} on {facts.title or api.host}.")
    )
    found.append(await com.scopes(api) if api.hosted else _NO_SCOPES)
    found.append(Finding("role", True, _role(facts)))
    found.append(await _comments(api))
    found += [_LIMITS, clock(api.http, api.host)]
    return found


def _role(facts: Facts) -> str:
    if facts.moderates:
        return "May approve every comment of the site (moderate_comments)."
    if facts.edits:
        return "May approve comments on posts of its own (edit_posts, without moderate_comments)."
    return (
        "May only comment: held comments are not shown, and own comments cannot be changed (no edit_posts)."
    )


async def _comments(api: Api) -> Finding:
    """Whether the list of comments can be read; it is what everything hangs on."""
    status = [("status", "all")] if api.facts.edits else []
    try:
        response = await api.get("/wp/v2/comments", [*status, ("per_page", "1"), ("_fields", "id")])
        wire.decode(response, list[wire.Numbered])
    except AdapterError as error:
        return Finding("comments", False, error.words)
    if "x-wp-total" not in response.headers:
        return Finding(
            "comments",
            True,
            f"{api.host} leaves out X-WP-Total, a cache perhaps; convo reads until a page is empty.",
        )
    return Finding("comments", True, "The comments can be read.")
