"""Signing in: runs the platform's own flow, keeps the secret, writes to the config what it lacks."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from convo import adapters, paths
from convo.adapters.contract import AdapterError, LoginResult
from convo.adapters.contract import Ask as Ask
from convo.adapters.contract import LoginField as LoginField
from convo.adapters.contract import LoginStep as LoginStep
from convo.adapters.http import Http
from convo.config import AccountConfig, Config
from convo.engine.accounts import stumbled
from convo.engine.meant import not_meant
from convo.engine.sections import completed, lacking, lines, section
from convo.secrets import SecretError, has_keyring, keep_secret, secret_file
from convo.values import frozen
from convo.views import Failure

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
REDIRECT_SECONDS = 600.0
"""How long a browser may take to come back with the user's yes."""
MANY = 5
"""So many accounts are a handful; before one more convo asks once, and never refuses."""
_log = logging.getLogger(__name__)


@frozen
class Offer:
    """A platform that can be signed in to: its name in the config, on the screen, and what to know about it."""

    platform: str
    label: str
    about: str = ""


def offers() -> tuple[Offer, ...]:
    """Every platform there is, the most common first."""
    return tuple(Offer(name, adapters.label(name), adapters.about(name)) for name in adapters.offered())


@frozen
class Wish:
    """What the user wants to sign in to; "" where they said nothing. Without a name the account is given one."""

    name: str
    platform: str = ""
    url: str = ""
    user: str = ""
    keep_in: str = ""
    browser: bool = True
    either: bool = False
    """The browser here, or a code from another device, whichever comes first."""


@frozen
class LoginOutcome:
    """Who signed in, where the secret went, fit to show ("" where there is none), and what the account is called."""

    handle: str
    kept_in: str
    name: str = ""


class Login:
    """One sign-in. Nothing is written before the platform has said yes."""

    def __init__(self, config: Config, config_path: Path, data_dir: Path) -> None:
        self._config = config
        self._config_path = config_path
        self._data_dir = data_dir

    async def run(self, wish: Wish, ask: Ask) -> LoginOutcome:
        """Sign in, keep the secret, write the account, or what its section lacks. Raises Failure."""
        known = self._config.accounts.get(wish.name)
        account = self._account(wish, known)
        result = await self._signed_in(account, wish, ask)
        if words := not_meant(account, result.identity.person, adapters.load(account.platform)):
            raise Failure(f"{words} Nothing was kept.")
        url = result.options.get("url") or account.url
        user = result.options.get("user") or account.user
        known = known or self._twin(account.platform, url, user)
        name = known.name if known is not None else wish.name
        if not name:
            taken = (*self._config.accounts, *self._config.broken)
            name = name_for(account.platform, url, result.identity.person.handle, taken)
        command = result.options.get("secret_command", "") if known is None and not wish.keep_in else ""
        kept_in = f"the program that is asked for it ({command})" if command else ""
        if result.secret and not command:
            kept_in = await self._keep(name, result.secret, wish)
        options = {key: one for key, one in result.options.items() if command or key != "secret_command"}
        if known is None:
            self._append(replace(account, name=name, url=url, user=user), options)
        else:
            self._complete(name, {"url": url, "user": user, **options})
        return LoginOutcome(result.identity.person.handle, kept_in, name)

    async def _keep(self, name: str, secret: str, wish: Wish) -> str:
        """Keep a secret; gives where, fit to show. Raises Failure."""
        try:
            return await keep_secret(name, secret, self._data_dir, wish.keep_in)
        except SecretError as error:
            raise Failure(error.words) from error

    async def _signed_in(self, account: AccountConfig, wish: Wish, ask: Ask) -> LoginResult:
        inbox = self._config.inbox

        def http_for(url: str) -> Http:
            return Http(url, proxy=inbox.proxy, ca_file=inbox.ca_file)

        try:
            adapter = adapters.load(account.platform)
            async with _Listener(ask, wish.browser, wish.either) as asking:
                return await adapter.login(account, http_for, asking)
        except (AdapterError, adapters.PlatformError) as error:
            raise Failure(error.words) from error
        except Failure:
            raise
        except Exception as error:  # an adapter may be anybody's code; whatever it raises becomes a sentence
            _log.exception("Signing in to %s failed", account.platform)
            raise Failure(stumbled(account.platform, error)) from error

    def _twin(self, platform: str, url: str, user: str) -> AccountConfig | None:
        """The account of the config that is the same login: signed in to again, not written twice."""
        same = (platform, url, user)
        found = (one for one in self._config.accounts.values() if (one.platform, one.url, one.user) == same)
        return next(found, None) if user else None

    async def keeps_in(self) -> str:
        """Where a secret will go, fit to show: "the system keyring", or the directory of the files."""
        if await has_keyring():
            return "the system keyring"
        return str(secret_file("name", self._data_dir).parent)

    def _account(self, wish: Wish, known: AccountConfig | None) -> AccountConfig:
        if wish.name in self._config.broken:
            raise Failure(self._config.broken[wish.name])
        if known is None:
            return AccountConfig(wish.name or wish.platform, wish.platform, wish.url, wish.user)
        for given, stands, key in (
            (wish.platform, known.platform, "platform"),
            (wish.url, known.url, "url"),
            (wish.user, known.user, "user"),
        ):
            if given and stands and given != stands:
                raise Failure(
                    f'{wish.name} has {key} = "{stands}" in the config; change it there, or use another name.'
                )
        for key in ("secret", "secret_env", "secret_command"):
            if getattr(known, key):
                raise Failure(
                    f"The config gives the secret of {wish.name} itself ({key}); take that line out to sign in here."
                )
        return replace(known, url=known.url or wish.url, user=known.user or wish.user)

    def _append(self, account: AccountConfig, options: Mapping[str, str]) -> None:
        """Add the account's section at the end; what a person wrote stays as it is, byte for byte."""
        new = section(account, options)
        try:
            before = self._written()
            gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
            self._write(before + gap + new)
        except (OSError, UnicodeDecodeError) as error:
            raise self._by_hand(new, error) from error

    def _complete(self, name: str, values: Mapping[str, str]) -> None:
        """Add to the account's section what it lacks; what stands there stays, also where the login says otherwise."""
        missing = dict(values)
        try:
            before = self._written()
            missing = lacking(before, name, values)
            if missing:
                self._write(completed(before, name, missing))
        except (OSError, ValueError) as error:
            raise self._by_hand(lines(name, missing), error) from error

    @property
    def _file(self) -> Path:
        return self._config_path.resolve() if self._config_path.exists() else self._config_path

    def _written(self) -> str:
        """The config as it is now, "" when there is none. Raises OSError, UnicodeDecodeError."""
        return self._file.read_bytes().decode("utf-8") if self._file.exists() else ""

    def _write(self, text: str) -> None:
        path = self._file
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        paths.write_private(path, text)
        os.chmod(path, mode)

    def _by_hand(self, new: str, error: Exception) -> Failure:
        return Failure(f"{self._file} could not be written ({error}). Add this to it by hand:\n{new}")


def name_for(platform: str, url: str, handle: str, taken: Collection[str] = ()) -> str:
    """What an account is called when the user names none: by its server, else its platform; then by who it is."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    place = "" if re.fullmatch(r"[\d.:\[\]]*", host) else host.split(".")[0]
    first = re.sub(r"[^A-Za-z0-9_-]", "", place) or platform
    who = re.sub(r"[^A-Za-z0-9_-]", "", handle.lstrip("@").split("@")[0].split(".")[0])
    tried = [first, *([f"{first}-{who}"] if who else []), *(f"{first}-{number}" for number in range(2, 100))]
    return next((name for name in tried if name not in taken), first)


class _Listener:
    """Wraps how a login asks: where it needs a redirect, a loopback address waits for the browser."""

    def __init__(self, ask: Ask, browser: bool, either: bool = False) -> None:
        self._ask = ask
        self._browser = browser
        self._either = either
        self._server: asyncio.Server | None = None
        self._came: asyncio.Future[Mapping[str, str]] | None = None

    async def __aenter__(self) -> Ask:
        return self._asking

    async def __aexit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.close()

    async def _asking(self, step: LoginStep) -> Mapping[str, str]:
        if not step.wait_for_redirect:
            return await self._ask(step)
        if not self._browser:
            answers = await self._ask(replace(step, open_url=_elsewhere(step)))
            return {**answers, "redirect_uri": step.redirect_elsewhere or OUT_OF_BAND}
        here = await self._listen()
        page = step.open_url.replace("{redirect_uri}", quote(here, safe=""))
        if self._either:
            return await self._first_of(replace(step, open_url=page, elsewhere=_elsewhere(step)), here)
        await self._ask(replace(step, open_url=page, fields=()))
        assert self._came is not None
        try:
            query = await asyncio.wait_for(self._came, REDIRECT_SECONDS)
        except asyncio.TimeoutError as error:
            raise Failure("The browser did not come back. Try again, or with --no-browser.") from error
        return {**query, "redirect_uri": here}

    async def _first_of(self, step: LoginStep, here: str) -> Mapping[str, str]:
        """The redirect to this machine, or what was typed from another device."""
        assert self._came is not None
        typed = asyncio.ensure_future(_awaited(self._ask, step))
        try:
            await asyncio.wait({typed, self._came}, return_when=asyncio.FIRST_COMPLETED)
            if self._came.done():
                return {**self._came.result(), "redirect_uri": here}
            return {**typed.result(), "redirect_uri": step.redirect_elsewhere or OUT_OF_BAND}
        finally:
            typed.cancel()
            await asyncio.gather(typed, return_exceptions=True)

    async def _listen(self) -> str:
        self._came = asyncio.get_running_loop().create_future()
        try:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        except OSError as error:
            raise Failure("No local address could be opened for the browser. Try --no-browser.") from error
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/callback"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the one redirect; whatever else knocks gets a 404."""
        try:
            line = await asyncio.wait_for(reader.readline(), 10)
            words = line.decode("latin-1").split()
            target = urlsplit(words[1]) if len(words) == 3 and words[0] == "GET" else urlsplit("")
            query = dict(parse_qsl(target.query))
            fits = target.path == "/callback" and ("code" in query or "error" in query)
            text = "convo has what it needs. You can close this page." if fits else "There is nothing here."
            status = "200 OK" if fits else "404 Not Found"
            head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {len(text)}"
            writer.write(f"{head}\r\nconnection: close\r\n\r\n{text}".encode())
            await writer.drain()
            if fits and self._came is not None and not self._came.done():
                self._came.set_result(query)
        except (OSError, ValueError, asyncio.TimeoutError):
            return
        finally:
            with suppress(OSError):
                writer.close()


def _elsewhere(step: LoginStep) -> str:
    """The page of a step for a device whose browser cannot come back here: it shows a code."""
    return step.open_url.replace("{redirect_uri}", quote(step.redirect_elsewhere or OUT_OF_BAND, safe=""))


async def _awaited(ask: Ask, step: LoginStep) -> Mapping[str, str]:
    return await ask(step)
