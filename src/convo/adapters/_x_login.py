"""Signing in with an app of the user's own, and checking an account: budget, prices, what was spent."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from convo.adapters._keeping import kept, mark_of, written
from convo.adapters._pasted import Signing
from convo.adapters._x_api import API, WEB, Api, Facts
from convo.adapters._x_cost import ANSWER, DELETE, LINK, OWNED, PERSON, READ, budget_of, money
from convo.adapters._x_session import Kept, take, token, utc_now
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
from convo.adapters.findings import clock, ended, reached
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.text import one_line, shorten

SCOPES = "tweet.read users.read tweet.write offline.access"
NEEDED = ("tweet.read", "users.read", "offline.access")
REDIRECT = "http://127.0.0.1:8765/callback"
"""X wants the address exactly as it stands in the app, port and all; nothing listens there."""
_WRITTEN: tuple[str, ...] = ("monthly_budget", "client_id", "client_secret", "redirect")
BUDGET = LoginField("monthly_budget", "Most to spend in a month, in dollars", help="such as 5")
CLIENT = LoginField("client_id", "Client id of your app")
CLIENT_SECRET = LoginField("client_secret", "Client secret (empty for a native app)", secret=True)
TOKEN = LoginField("token", "Refresh token you already have (leave it empty to sign in)", secret=True)
CODE = LoginField(
    "code", "The address that did not open", secret=True, help="from the browser's address bar, whole"
)
PRICES = (
    f"X charges for what it gives: {money(OWNED)} a mention or own post (if the app is your own), {money(READ)} any "
    f"other post, {money(PERSON)} a person, each once a day; {money(ANSWER)} an answer, {money(LINK)} one with an "
    f"address in it, {money(DELETE)} a deletion."
)
_FIRST = (
    f"The first sync reads at most 800 mentions and 3,200 own posts within history_days: up to "
    f"{money(OWNED + 2 * PERSON + 2 * READ)} a mention, mostly {money(OWNED + PERSON)}. Looking when there is nothing "
    "new costs nothing. convo counts every call and stops before the budget is passed."
)


def base_url(account: AccountConfig) -> str:
    """Where the API is: X, unless the config names another place."""
    return account.url.strip().rstrip("/") or API


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Say what it costs, ask for budget, app and consent, and see who that is. Raises AdapterError."""
    asked = [one for one in (BUDGET, CLIENT, CLIENT_SECRET) if not account.options.get(one.name)]
    redirect = account.options.get("redirect", "") or REDIRECT
    words = (
        f"{PRICES} {_FIRST} X lets programs in only through an app of your own with credits: make one at "
        f"https://console.x.com (type Native App, callback address {redirect})."
    )
    told = await ask(LoginStep(words, fields=(*asked, TOKEN)))
    given = {one.name: one_line(told.get(one.name, "")) for one in asked}
    options = {**account.options, **{name: value for name, value in given.items() if value}}
    account = replace(account, options=options)
    budget_of(account)
    if not options.get("client_id"):
        raise Refused("Without an app of your own X lets no program in.")
    http = http_for(base_url(account))
    try:
        pasted = told.get("token", "").strip()
        credential = Signing(pasted) if pasted else await _by_browser(http, account, redirect, ask)
        api = Api(http, account, credential, Facts(), utc_now)
        identity = await api.identify()
        secret = kept(credential.stored, Kept).refresh
    finally:
        await http.close()
    kept_options = {name: options[name] for name in _WRITTEN if name in options}
    if account.url:
        kept_options["url"] = account.url
    return LoginResult(secret, identity, {"user": identity.person.handle, **kept_options})


async def _by_browser(http: Http, account: AccountConfig, redirect: str, ask: Ask) -> Signing:
    """A new pair of tokens by way of X's page: a browser anywhere, and the address at which it ends."""
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = urlencode(
        {
            "response_type": "code",
            "client_id": account.options["client_id"],
            "redirect_uri": redirect,
            "scope": SCOPES,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        },
        quote_via=quote,
    )
    page = f"{account.url.rstrip('/') or WEB}/i/oauth2/authorize?{query}"
    step = LoginStep(
        "Allow convo on X's page, with a browser on whatever device. It ends at an address that does not open: copy "
        "that address and paste it here within 30 seconds, longer the code does not hold.",
        open_url=page,
        fields=(CODE,),
    )
    pasted = (await ask(step)).get("code", "").strip()
    found = {name: values[0] for name, values in parse_qs(urlsplit(pasted).query).items()}
    if found.get("error"):
        raise Refused(f'X said: "{shorten(found["error"], 200)}"')
    if not found.get("code"):
        raise Refused("This is not the address at which X's page ends; start again.")
    if not secrets.compare_digest(found.get("state", "").encode(), state.encode()):
        raise Refused("The answer of X's page belongs to another sign-in; start again.")
    form = {
        "grant_type": "authorization_code",
        "code": found["code"],
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    granted = await token(http, account, form)
    if not granted.refresh_token:
        raise SignInAgain("X gave no refresh token: the app must allow the scope offline.access.")
    state_kept = Kept(seed=mark_of(granted.refresh_token))
    take(state_kept, granted, utc_now())
    return Signing(granted.refresh_token, written(state_kept))


async def check(api: Api) -> list[Finding]:
    """Budget and spending first, without any request; then sign-in, scopes, limits and clock."""
    try:
        budget = api.ledger.budget
    except Refused as error:
        return [Finding("budget", False, error.words), Finding("prices", True, PRICES)]
    found = [Finding("prices", True, PRICES)]
    try:
        await api.identify()
    except AdapterError as error:
        return [await _spending(api, budget), *found, *ended(error)]
    return [
        await _spending(api, budget),
        *found,
        reached(api.host),
        Finding("sign in", True, f"{api.host} knows you as @{api.facts.username}."),
        await _scopes(api),
        _limits(api),
        clock(api.http, api.host),
    ]


async def _spending(api: Api, budget: int) -> Finding:
    try:
        spent = await api.ledger.spent()
    except SignInAgain as error:
        return Finding("budget", False, error.words)
    words = f"{money(spent)} of {money(budget)} were counted this month."
    return Finding("budget", spent < budget, words)


async def _scopes(api: Api) -> Finding:
    given = (await api.session.state()).scope.split()
    lacking = [one for one in NEEDED if given and one not in given]
    if lacking:
        words = f"The sign-in lacks {', '.join(lacking)}. Run  convo login {api.account.name}"
        return Finding("scopes", False, words)
    if given and "tweet.write" not in given:
        return Finding("scopes", True, "The sign-in reads; to answer from here it needs tweet.write.")
    return Finding("scopes", True, "The sign-in may read and answer.")


def _limits(api: Api) -> Finding:
    left, most = api.limits.get("x-rate-limit-remaining", ""), api.limits.get("x-rate-limit-limit", "")
    if not left.isdigit() or not most.isdigit():
        return Finding("limits", True, f"{api.host} states no limit of requests.")
    return Finding(
        "limits", int(left) > 0, f"{left} of {most} such requests are left in this quarter of an hour."
    )
