"""Signing in: runs the platform's own flow, keeps the secret, appends the account to the config."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from convo import adapters, paths
from convo.adapters.contract import AdapterError, Ask, LoginStep
from convo.adapters.http import Http
from convo.config import AccountConfig, Config
from convo.secrets import SecretError, keep_secret
from convo.text import one_line
from convo.views import Failure

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
REDIRECT_SECONDS = 600.0
"""How long a browser may take to come back with the user's yes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants to sign in to; "" where they said nothing."""

    name: str
    platform: str = ""
    url: str = ""
    user: str = ""
    keep_in: str = ""
    browser: bool = True


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """Who signed in, and where the secret went, fit to show."""

    handle: str
    kept_in: str


class Login:
    """One sign-in. Nothing is written before the platform has said yes."""

    def __init__(self, config: Config, config_path: Path, data_dir: Path) -> None:
        self._config = config
        self._config_path = config_path
        self._data_dir = data_dir

    async def run(self, wish: Wish, ask: Ask) -> LoginOutcome:
        """Sign in, keep the secret, write the account when it is new. Raises Failure."""
        known = self._config.accounts.get(wish.name)
        account = self._account(wish, known)
        try:
            adapter = adapters.load(account.platform)
            inbox = self._config.inbox

            def http_for(url: str) -> Http:
                return Http(url, proxy=inbox.proxy, ca_file=inbox.ca_file)

            async with _Listener(ask, wish.browser) as asking:
                result = await adapter.login(account, http_for, asking)
            kept_in = await keep_secret(wish.name, result.secret, self._data_dir, wish.keep_in)
        except (AdapterError, SecretError, adapters.PlatformError) as error:
            raise Failure(error.words) from error
        if known is None:
            found = result.options
            url, user = found.get("url") or account.url, found.get("user") or account.user
            self._append(replace(account, url=url, user=user), found)
        return LoginOutcome(result.identity.person.handle, kept_in)

    def _account(self, wish: Wish, known: AccountConfig | None) -> AccountConfig:
        if wish.name in self._config.broken:
            raise Failure(self._config.broken[wish.name])
        if known is None:
            return AccountConfig(wish.name, wish.platform, wish.url, wish.user)
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
        path = self._config_path.resolve() if self._config_path.exists() else self._config_path
        try:
            before = path.read_bytes() if path.exists() else b""
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
            gap = "" if not before else "\n" if before.endswith(b"\n") else "\n\n"
            paths.write_private(path, before.decode("utf-8") + gap + section(account, options))
            os.chmod(path, mode)
        except (OSError, UnicodeDecodeError) as error:
            raise Failure(
                f"{path} could not be written ({error}). Add this to it by hand:\n{section(account, options)}"
            ) from error


def section(account: AccountConfig, options: Mapping[str, str]) -> str:
    """The account as a section of the config file."""
    name = (
        account.name if account.name.replace("-", "").replace("_", "").isalnum() else json.dumps(account.name)
    )
    values = {"platform": account.platform, "url": account.url, "user": account.user}
    values.update({key: value for key, value in options.items() if key not in values})
    lines = [
        f"{key} = {json.dumps(one_line(value), ensure_ascii=False)}" for key, value in values.items() if value
    ]
    return "\n".join([f"[accounts.{name}]", *lines, ""])


class _Listener:
    """Wraps how a login asks: where it needs a redirect, a loopback address waits for the browser."""

    def __init__(self, ask: Ask, browser: bool) -> None:
        self._ask = ask
        self._browser = browser
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
            address = step.open_url.replace("{redirect_uri}", quote(OUT_OF_BAND, safe=""))
            answers = await self._ask(replace(step, open_url=address))
            return {**answers, "redirect_uri": OUT_OF_BAND}
        here = await self._listen()
        await self._ask(
            replace(step, open_url=step.open_url.replace("{redirect_uri}", quote(here, safe="")), fields=())
        )
        assert self._came is not None
        try:
            query = await asyncio.wait_for(self._came, REDIRECT_SECONDS)
        except asyncio.TimeoutError as error:
            raise Failure("The browser did not come back. Try again, or with --no-browser.") from error
        return {**query, "redirect_uri": here}

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
