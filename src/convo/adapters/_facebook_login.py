"""Signing in with a pasted token, of which the Page's own is made, and checking an account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlencode

from convo.adapters import _facebook_wire as wire
from convo.adapters._facebook_api import GRAPH, VERSION, Api, Facts, is_number
from convo.adapters._facebook_errors import Lapsed, NotAPage, said
from convo.adapters._facebook_limits import SLOW_FROM
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
from convo.adapters.wire import decode, part, text_id
from convo.config import AccountConfig
from convo.text import one_line

EXPLORER = "https://developers.facebook.com/tools/explorer/"
READING = ("pages_show_list", "pages_read_engagement", "pages_read_user_content")
ANSWERING = ("pages_manage_engagement",)
TOKEN = LoginField("token", "Access token", secret=True, help="of yours, or of the Page")
APP_ID = LoginField("app_id", "App ID of your app", help="a number; leave it empty to use the token as it is")
APP_SECRET = LoginField("app_secret", "App secret of your app", secret=True, help="used once and not kept")
CHOICE = LoginField("page", "Which Page", help="its number in the list, or its name")
_TASKS = ("MODERATE", "MANAGE", "FULL_CONTROL")
"""What one must be allowed to do on a Page; new Pages write PROFILE_PLUS_ before it."""
_WORDS = (
    "Facebook lets programs see Pages only, no profiles, and through an app of your own: make one of the type Business "
    "at https://developers.facebook.com/apps/ and leave it in development mode, which needs no review. Then open the "
    f"address below, choose your app, give it the permissions {', '.join((*READING, *ANSWERING))}, press Generate "
    "Access Token, and copy the token. Any device will do."
)
_LAST = (
    "This token is yours and ends within hours. With the number and the secret of your app (App settings, Basic) convo "
    "swaps it once for one that lasts, and takes the Page's own token from that; the secret is not kept. Leave both "
    "empty when the token lasts already."
)


def base_url(account: AccountConfig) -> str:
    """Where the Graph API is."""
    return account.url.strip().rstrip("/") or GRAPH


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Ask for a token; a person's is swapped for the Page's. Raises AdapterError."""
    http = http_for(base_url(account))
    try:
        token = one_line((await ask(LoginStep(_WORDS, open_url=EXPLORER, fields=(TOKEN,)))).get("token", ""))
        if not token:
            raise SignInAgain("A token is needed.")
        api = Api(http, account, Pasted(token), Facts())
        try:
            identity = await api.identify()
        except NotAPage:
            token = await _of_page(http, account, token, ask)
            identity = await Api(http, account, Pasted(token), Facts()).identify()
        return LoginResult(token, identity, {"user": identity.person.name})
    finally:
        await http.close()


async def _of_page(http: Http, account: AccountConfig, token: str, ask: Ask) -> str:
    """The token of one of the Pages that a person looks after. Raises AdapterError."""
    await _permitted(Api(http, account, Pasted(token), Facts()))
    told = await ask(LoginStep(_LAST, fields=(APP_ID, APP_SECRET)))
    app, secret = one_line(told.get("app_id", "")), one_line(told.get("app_secret", ""))
    if app or secret:
        token = await _lasting(http, app, secret, token)
    pages = await _pages(Api(http, account, Pasted(token), Facts()))
    page = await _chosen(pages, account, ask)
    tasks = [task.upper() for task in page.tasks]
    if tasks and not any(task.endswith(_TASKS) for task in tasks):
        raise Refused(
            f"You may not moderate {_name(page)}: who manages the Page must give you the task Community activity first."
        )
    if not page.access_token:
        raise SignInAgain(f"Facebook gave no token for {_name(page)}; generate one with pages_show_list.")
    return page.access_token


async def _permitted(api: Api) -> None:
    """Whether a person gave the permissions that reading takes. Raises SignInAgain that names those missing."""
    batch = await api.listed("me/permissions", wire.Permission, "Permission", ())
    given = {one.permission for one in batch.items if one.status == "granted"}
    missing = _missing(given, READING) if given else []
    if missing:
        raise SignInAgain(
            f"The token lacks {', '.join([*missing, *_missing(given, ANSWERING)])}. Generate it once more with these "
            "permissions."
        )


async def _lasting(http: Http, app: str, secret: str, token: str) -> str:
    """A token that lasts about 60 days, for one that lasts hours. Secrets travel in the body. Raises SignInAgain."""
    if not is_number(app) or not secret:
        raise SignInAgain("The app's number and its secret are both needed, or neither.")
    http.hide(secret)
    http.hide(token)
    given = {"grant_type": "fb_exchange_token", "client_id": app, "client_secret": secret}
    response = await http.send(
        "POST",
        f"/{VERSION}/oauth/access_token",
        content=urlencode({**given, "fb_exchange_token": token}).encode(),
        headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
    )
    failed = part(response.body, wire.Failed)
    if failed is not None:
        raise SignInAgain(
            f"Facebook does not swap the token; look at number and secret. {said(failed.error)}"
        )
    http.raise_for(response)
    return one_line(decode(response, wire.Token).access_token)


async def _pages(api: Api) -> list[wire.Managed]:
    """The Pages that a person looks after. Raises Refused when there is none."""
    pages: list[wire.Managed] = []
    after = ""
    for _ in range(10):
        batch = await api.listed(
            "me/accounts", wire.Managed, "Page", [("fields", "id,name,access_token,tasks")], after
        )
        pages += batch.items
        after = batch.after
        if not after:
            break
    for page in pages:
        api.http.hide(page.access_token or "")
    if not pages:
        raise Refused(
            "You look after no Page there, or the token was not given any: choose them when you generate it."
        )
    return pages


async def _chosen(pages: Sequence[wire.Managed], account: AccountConfig, ask: Ask) -> wire.Managed:
    """The Page that is meant: the only one, the one in the config, or the one that is asked for."""
    if len(pages) == 1:
        return pages[0]
    meant = _meant(pages, account.user) if account.user else None
    if meant is not None:
        return meant
    names = "\n".join(f"{number}  {_name(page)}" for number, page in enumerate(pages, 1))
    told = one_line(
        (await ask(LoginStep(f"You look after several Pages:\n{names}", fields=(CHOICE,)))).get("page", "")
    )
    by_place = int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0
    meant = pages[by_place - 1] if 0 < by_place <= len(pages) else _meant(pages, told)
    if meant is None:
        raise Refused("None of your Pages is called that.")
    return meant


def _meant(pages: Iterable[wire.Managed], name: str) -> wire.Managed | None:
    wanted = one_line(name).lower()
    found = [page for page in pages if wanted in (text_id(page.id), _name(page).lower())]
    return found[0] if len(found) == 1 else None


def _name(page: wire.Managed) -> str:
    return one_line(page.name or "") or text_id(page.id)


def _missing(given: Iterable[str], wanted: Iterable[str]) -> list[str]:
    return [one for one in wanted if one not in set(given)]


async def check(api: Api) -> list[Finding]:
    """Reach, token, permissions as far as they can be told, limits, clock. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except AdapterError as error:
        return ended(error)
    return [
        reached("Facebook"),
        Finding("sign in", True, f"Signed in as the Page {identity.person.name}."),
        await _scope(api, "published_posts", READING[1], "its posts"),
        await _scope(api, "visitor_posts", READING[2], "what others write on it"),
        Finding(
            "token",
            True,
            f"Whether it may answer ({ANSWERING[0]}) shows when you do. What is not used for 90 days lapses.",
        ),
        _limits(api),
        clock(api.http, "Facebook"),
    ]


async def _scope(api: Api, path: str, permission: str, what: str) -> Finding:
    try:
        await api.get(f"{api.facts.id}/{path}", [("fields", "id"), ("limit", "1")], urgent=True)
    except Lapsed as error:
        return Finding(
            "scopes", False, f"The permission {permission} is missing or has lapsed. {error.words}"
        )
    except AdapterError as error:
        return Finding("scopes", False, error.words)
    return Finding("scopes", True, f"The Page lets {what} be read ({permission}).")


def _limits(api: Api) -> Finding:
    """How much is used of what Facebook grants, as it said itself a moment ago."""
    used = api.pace.last
    if used.minutes:
        return Finding(
            "limits", False, f"The limits are met; Facebook takes calls again in {used.minutes} minutes."
        )
    if used.percent >= SLOW_FROM:
        words = f"{used.percent} % of what Facebook grants is used; convo looks less often."
        return Finding("limits", True, words)
    return Finding(
        "limits",
        True,
        "Facebook grants a Page calls by how many people are active on it; from three quarters on convo slows down.",
    )
