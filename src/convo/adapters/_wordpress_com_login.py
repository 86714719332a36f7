"""Signing in to WordPress.com: a client of the user's own or one made for convo, a browser anywhere; scopes."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from msgspec import Struct

from convo.adapters import _wordpress_wire as wire
from convo.adapters._keeping import written
from convo.adapters._origin import is_at, origin
from convo.adapters._pasted import Signing
from convo.adapters._wordpress_api import RELATION, Api, Facts
from convo.adapters._wordpress_com import API, Bearer, Kept, api_of, home_of, site_of, taken, token
from convo.adapters.contract import (
    AdapterError,
    Ambiguous,
    Ask,
    Finding,
    LoginField,
    LoginResult,
    LoginStep,
    Refused,
    RetryAt,
)
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.text import one_line, shorten

REDIRECT = "http://localhost:65010/convo"
"""WordPress.com wants it exactly as it stands in the app; nothing listens there, and the address bar has the code."""
SCOPES = ("users", "posts", "comments")
"""Who I am on the site; titles and authors of posts; comments, to read, answer and decide about."""
APPS = "https://developer.wordpress.com/apps/"
_WRITTEN = ("client_id", "client_secret", "api")
CLIENT = LoginField(
    "client_id", "Client id of your app (empty: WordPress.com makes one for convo)", help="a number"
)
CLIENT_SECRET = LoginField("client_secret", "Its client secret", secret=True, help="empty without an app")
TOKEN = LoginField("token", "Token you already have (leave it empty to sign in)", secret=True)
CODE = LoginField(
    "code", "The address that did not open", secret=True, help="from the browser's address bar, whole"
)


class _Registered(Struct):
    """The answer of the address where clients are made."""

    client_id: str | int


def is_named(header: str) -> bool:
    """Whether a home page's `Link` header says that the site's API is that of WordPress.com."""
    pieces = (piece.partition(";") for piece in header.split(","))
    return any(
        RELATION in rest and is_at(target.strip().strip("<>"), origin(API)) for target, _, rest in pieces
    )


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Get a token for the one site, and see who that is there. Raises AdapterError."""
    if not site_of(account):
        raise Refused("Give the site's own address as url, such as https://ana.wordpress.com")
    redirect = account.options.get("redirect", "").strip() or REDIRECT
    fields = () if account.options.get("client_id") else (CLIENT, CLIENT_SECRET)
    told = await ask(LoginStep(_words(home_of(account), redirect), fields=(*fields, TOKEN)))
    given = {one.name: one_line(told.get(one.name, "")) for one in fields}
    options = {**account.options, **{name: value for name, value in given.items() if value}}
    secret = told.get("token", "").strip()
    http = http_for(api_of(account))
    try:
        if not secret and not options.get("client_id"):
            options["client_id"] = await _registered(http, redirect)
        account = replace(account, options=options)
        secret = secret or await _by_browser(http, account, redirect, ask)
        identity = await Api(http, account, Signing(secret), Facts()).identify()
    finally:
        await http.close()
    kept = {name: options[name] for name in _WRITTEN if options.get(name)}
    return LoginResult(secret, identity, {"url": home_of(account), "user": identity.person.handle, **kept})


def _words(home: str, redirect: str) -> str:
    return (
        f"{urlsplit(home).hostname} is on WordPress.com, which lets programs in by its own sign-in. With an app of "
        f"yours (make it at {APPS}, with the redirect URL {redirect} exactly) give its client id and secret; without "
        f"one leave both empty. convo asks for the scopes {', '.join(SCOPES)} of this one site."
    )


async def _registered(http: Http, redirect: str) -> str:
    """A client id that WordPress.com makes for convo, without a secret (RFC 7591). Raises Refused, RetryAt."""
    wanted = {
        "client_name": "convo",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    try:
        response = await http.send("POST", f"{http.base}/oauth2-1/register", json_body=wanted)
        http.raise_for(response)
    except Ambiguous as error:
        raise RetryAt(error.words) from error
    except RetryAt:
        raise
    except AdapterError as error:
        raise Refused(f"{error.words} Make an app of your own at {APPS} and give its client id.") from error
    return one_line(str(wire.decode(response, _Registered).client_id))


async def _by_browser(http: Http, account: AccountConfig, redirect: str, ask: Ask) -> str:
    """A token by way of WordPress.com's page: a browser anywhere, and the address at which it ends."""
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": account.options["client_id"],
        "redirect_uri": redirect,
        "scope": account.options.get("scope", "").strip() or " ".join(SCOPES),
        "blog": site_of(account),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    told = await ask(
        LoginStep(
            "Allow convo on WordPress.com's page, on any device, for this site. The browser ends at an address that "
            "does not open, which is as it should be: copy that address, whole.",
            open_url=f"{http.base}/oauth2-1/authorize?{urlencode(query, quote_via=quote)}",
            fields=(CODE,),
        )
    )
    form = {
        "grant_type": "authorization_code",
        "code": _code(told.get("code", ""), state),
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    state_kept = taken(await token(http, account, form), Kept())
    return written(state_kept) if state_kept.refresh or state_kept.until else state_kept.access


def _code(pasted: str, state: str) -> str:
    """The code in the address that a browser ended at. Raises Refused."""
    found = {name: values[0] for name, values in parse_qs(urlsplit(pasted.strip()).query).items()}
    if found.get("error"):
        raise Refused(f'WordPress.com said: "{shorten(found["error"], 200)}"')
    if not secrets.compare_digest(found.get("state", "").encode(), state.encode()):
        raise Refused("That address belongs to another sign-in, or is not whole; start again.")
    if not found.get("code"):
        raise Refused("There is no code in that address; start again.")
    return found["code"]


async def scopes(api: Api) -> Finding:
    """What the token may do: as the sign-in said, else as WordPress.com says of it.

    Its own address for this (`token-info`) wants the token in the query, where a secret never stands.
    """
    assert isinstance(api.key, Bearer)
    given = (await api.key.scope()).replace(",", " ").split()
    if not given:
        address = f"{api.http.base}/rest/v1.1/me"
        headers = {"authorization": await api.key.header(), "accept": "application/json"}
        try:
            response = await api.http.get(address, params=[("fields", "token_scope")], headers=headers)
        except AdapterError as error:
            return Finding("scopes", False, error.words)
        whose = wire.part(response.body, wire.Whose) if response.ok else None
        if whose is None or whose.token_scope is None:
            return Finding("scopes", True, "WordPress.com does not say what this sign-in may do.")
        given = [one for one in whose.token_scope if one]
    lacking = [one for one in SCOPES if one not in given]
    if given and "global" not in given and lacking:
        again = f"Run  convo login {api.name}"
        return Finding("scopes", False, f"The sign-in lacks {', '.join(lacking)}. {again}")
    return Finding(
        "scopes", True, f"The sign-in may do what it needs ({' '.join(given) or 'everything on this site'})."
    )
