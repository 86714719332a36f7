"""Signing in with the token of gh, a pasted one, or a code typed in a browser; and checking an account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from convo.adapters import _github_wire as wire
from convo.adapters._github_api import CLOUD, Api, Facts, api_address, web_address
from convo.adapters._pasted import Pasted
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
from convo.text import format_time, one_line, shorten

SCOPES = ("notifications", "repo", "user")
TOKEN = LoginField(
    "token", "Classic token (leave it empty to use the one of gh)", secret=True, help="ghp_ and 36 letters"
)
_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_GH_SECONDS = 20.0
pause = asyncio.sleep
"""How the device flow waits between two questions; tests do not wait."""


def base_url(account: AccountConfig) -> str:
    """The REST API: GitHub's own where the config names no `url`."""
    return api_address(account.url)


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Get a token and try it. Raises AdapterError."""
    base = base_url(account)
    client = account.options.get("client_id", "")
    command = ""
    if client:
        token = await _by_device(web_address(base), client, http_for, ask)
    else:
        token = await _asked(base, ask)
        if not token:
            command = gh_command(base)
            token = await _of_gh(command)
    http = http_for(base)
    try:
        api = Api(http, Pasted(token), Facts())
        identity = await api.identify()
        _demand(api, command)
    finally:
        await http.close()
    options = {"url": "" if base == CLOUD else account.url.strip().rstrip("/"), "user": api.facts.login}
    return LoginResult(token, identity, {**options, "secret_command": command} if command else options)


def gh_command(base: str) -> str:
    """The command that prints the token of gh for a server."""
    host = urlsplit(web_address(base)).netloc
    return "gh auth token" if base == CLOUD else f"gh auth token --hostname {host}"


async def _asked(base: str, ask: Ask) -> str:
    """A token that is pasted, "" for the one of gh."""
    web = web_address(base)
    page = f"{web}/settings/tokens/new?{urlencode({'scopes': ','.join(SCOPES), 'description': 'convo'})}"
    told = await ask(
        LoginStep(
            "Where GitHub's own program gh is signed in, leave the field empty: the config will say  "
            f'secret_command = "{gh_command(base)}"  and convo keeps no token. It must have been allowed to read '
            "notifications once:  gh auth refresh -s notifications . Else make a classic token at the address below "
            f"(scopes {', '.join(SCOPES)}) and paste it; fine-grained tokens cannot read notifications.",
            open_url=page,
            fields=(TOKEN,),
        )
    )
    return told.get("token", "").strip()


async def _of_gh(command: str) -> str:
    """The token of gh. Raises SignInAgain with what to do."""
    hint = "Sign in there first:  gh auth login -s notifications   or paste a classic token."
    try:
        process = await asyncio.create_subprocess_exec(
            *command.split(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise SignInAgain(f"The program gh is not here. {hint}") from error
    try:
        said, _ = await asyncio.wait_for(process.communicate(), _GH_SECONDS)
    except asyncio.TimeoutError as error:
        process.kill()
        await process.wait()
        raise SignInAgain(f"The program gh gave no answer. {hint}") from error
    token = said.decode("ascii", "replace").strip()
    if process.returncode or not token:
        raise SignInAgain(f"The program gh has no token for this place. {hint}")
    return token


def _demand(api: Api, command: str) -> None:
    """Raises Refused for a token that could never read a notification."""
    if api.fine_grained:
        raise Refused(
            "This is a fine-grained token: GitHub gives notifications only to classic tokens and to those of gh."
        )
    if not api.facts.may("notifications", "repo"):
        way = "Allow it:  gh auth refresh -s notifications" if command else "Make one with it."
        raise Refused(f"The token lacks the scope notifications. {way}")


async def _by_device(web: str, client: str, http_for: Callable[[str], Http], ask: Ask) -> str:
    """A token by a code that the user types on GitHub's page, on any device. Raises AdapterError."""
    http = http_for(web)
    try:
        form = {"client_id": client, "scope": " ".join(SCOPES)}
        response = await http.send(
            "POST", "/login/device/code", data=form, headers={"accept": "application/json"}
        )
        device = wire.part(response.body, wire.Device) if response.ok else None
        if device is None:
            granted = wire.part(response.body, wire.Granted) or wire.Granted()
            http.raise_for(response)
            raise Refused(_why(granted))
        await ask(
            LoginStep(
                f"Type this code on the page below, here or on another device:  {one_line(device.user_code)}",
                open_url=wire.web(device.verification_uri),
            )
        )
        return await _polled(http, client, device)
    finally:
        await http.close()


async def _polled(http: Http, client: str, device: wire.Device) -> str:
    """Ask until the code was typed. Raises Refused when it was not, or ran out."""
    wait, ends = (
        max(device.interval, 0),
        datetime.now(timezone.utc) + timedelta(seconds=min(device.expires_in, 1800)),
    )
    form = {"client_id": client, "device_code": device.device_code, "grant_type": _GRANT}
    while datetime.now(timezone.utc) < ends:
        await pause(wait)
        response = await http.send(
            "POST", "/login/oauth/access_token", data=form, headers={"accept": "application/json"}
        )
        http.raise_for(response)
        granted = wire.decode(response, wire.Granted)
        if granted.access_token:
            return granted.access_token
        if granted.error == "slow_down":
            wait = max(granted.interval, wait + 5)
        elif granted.error != "authorization_pending":
            raise Refused(_why(granted))
    raise Refused("The code ran out before it was typed; start again.")


def _why(granted: wire.Granted) -> str:
    """Why no token came, in words."""
    known = {
        "expired_token": "The code ran out before it was typed; start again.",
        "access_denied": "You said no on GitHub's page.",
        "device_flow_disabled": "The app of this client_id has no device flow; switch it on in its settings there.",
        "incorrect_client_credentials": "GitHub does not know this client_id.",
    }
    said = shorten(granted.error_description or granted.error or "nothing", 200)
    return known.get(granted.error, f'GitHub said: "{said}"')


class Limit(Struct):
    """One limit of requests."""

    limit: int
    remaining: int
    reset: int


class Limits(Struct):
    """The limits that matter to convo."""

    core: Limit
    graphql: Limit | None = None


class _Limits(Struct):
    resources: Limits


async def check(api: Api) -> list[Finding]:
    """Reach, sign-in, scopes, notifications, limits and clock. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except AdapterError as error:
        return ended(error)
    found = [
        reached(api.host),
        Finding("sign in", True, f"{api.host} knows you as {identity.person.handle}."),
    ]
    found += [_scopes(api), await _notifications(api), await _limits(api)]
    return [*found, clock(api.http, api.host)]


def _scopes(api: Api) -> Finding:
    """What the token may do; what it lacks is named, with what cannot be done without it."""
    facts = api.facts
    if api.fine_grained:
        words = "This is a fine-grained token: GitHub gives notifications only to classic ones and to those of gh."
        return Finding("scopes", False, words)
    if facts.scopes is None:
        return Finding("scopes", True, f"{api.host} does not say what the token may do.")
    if not facts.may("notifications", "repo"):
        words = (
            "The token lacks the scope notifications: nothing can be read.  gh auth refresh -s notifications"
        )
        return Finding("scopes", False, words)
    if not facts.may("repo", "public_repo"):
        words = (
            "The token lacks public_repo (or repo, for private repositories): convo can read, and not answer."
        )
        return Finding("scopes", False, words)
    without = []
    if not facts.may("repo"):
        without.append("private repositories are not read (repo)")
    if not facts.may("user"):
        without.append("nobody can be blocked there (user)")
    more = f" Without more scopes: {', '.join(without)}." if without else ""
    return Finding("scopes", True, f"The token has {', '.join(facts.scopes)}.{more}")


async def _notifications(api: Api) -> Finding:
    try:
        await api.get("/notifications", [("per_page", "1")])
    except AdapterError as error:
        return Finding("notifications", False, error.words)
    return Finding("notifications", True, "The notifications can be read.")


async def _limits(api: Api) -> Finding:
    try:
        response = await api.get("/rate_limit")
    except AdapterError as error:
        return Finding("limits", False, error.words)
    limits = wire.part(response.body, _Limits)
    if limits is None:
        return Finding("limits", True, f"{api.host} states no limit of requests.")
    words, fine = [], True
    for name, limit in (("REST", limits.resources.core), ("GraphQL", limits.resources.graphql)):
        if limit is None:
            continue
        fine = fine and limit.remaining > 0
        words.append(f"{name}: {limit.remaining} of {limit.limit} are left{_until(limit.reset)}")
    return Finding("limits", fine, f"{'; '.join(words)}.")


def _until(reset: int) -> str:
    try:
        return f" until {format_time(datetime.fromtimestamp(reset, timezone.utc))}"
    except (ValueError, OverflowError, OSError):
        return ""
