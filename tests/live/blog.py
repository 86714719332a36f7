"""People on a real WordPress: plain HTTP, nothing of convo."""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.live.convo import Convo

API = "/wp-json/wp/v2"


class Blog:
    """The site that the launcher started, from its line of JSON; the administrator makes the others."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.url: str = told["url"]
        self.client = httpx.Client(timeout=60, trust_env=False)
        self.admin: tuple[str, str] = (told["user"], told["app_password"])

    @classmethod
    def read(cls, path: str) -> Blog:
        return cls(json.loads(Path(path).read_text(encoding="utf-8").strip().splitlines()[-1]))

    def close(self) -> None:
        self.client.close()

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        auth: tuple[str, str] | None = None,
    ) -> Any:
        answer = self.client.request(method, f"{self.url}{API}{path}", json=body, auth=auth or self.admin)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def writer(self, role: str = "author") -> Writer:
        """A new user of the site with an application password."""
        login, password = f"anna{secrets.token_hex(3)}", secrets.token_hex(12)
        body = {"username": login, "email": f"{login}@example.org", "password": password, "roles": [role]}
        made = self.call("POST", "/users", {**body, "name": "Anna"})
        app = self.call("POST", f"/users/{made['id']}/application-passwords", {"name": "convo"})
        return Writer(self, made["id"], login, password, app["password"])

    def guest(
        self, post: int, text: str, *, name: str = "Vera", parent: int = 0, status: str = "approve"
    ) -> int:
        """A guest's comment, entered by the administrator: an address may comment every 15 s only."""
        who = {"author_name": name, "author_email": f"{name.lower()}@example.net", "author_url": ""}
        body = {"post": post, "parent": parent, "content": text, "status": status, **who}
        return int(self.call("POST", "/comments", body)["id"])

    def visit(self, post: int, text: str, *, name: str = "Vera") -> None:
        """A comment through the form below the post, as a browser sends it.

        An address may comment every 15 s only, and whoever commented before from here counts: then it waits its turn.
        """
        form = {
            "comment_post_ID": post,
            "author": name,
            "email": f"{name.lower()}@example.net",
            "comment": text,
        }
        for _ in range(20):
            answer = self.client.post(f"{self.url}/wp-comments-post.php", data=form)
            if answer.status_code != 429:
                break
            time.sleep(1)
        assert answer.status_code == 302, answer.text[-300:]

    def comment(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/comments/{number}?context=edit")
        return found

    def below(self, post: int) -> list[dict[str, Any]]:
        """Every comment below a post, oldest first."""
        found: list[dict[str, Any]] = self.call(
            "GET", f"/comments?post={post}&context=edit&status=all&per_page=100&orderby=id&order=asc"
        )
        return found

    def moderate(self, number: int, status: str) -> None:
        """Decide about a comment, as in wp-admin."""
        self.call("POST", f"/comments/{number}", {"status": status})

    def close_comments(self, post: int) -> None:
        self.call("POST", f"/posts/{post}", {"comment_status": "closed"})

    def uri(self, post: int, comment: int = 0) -> str:
        return f"{self.url}/?p={post}" + (f"#comment-{comment}" if comment else "")


@dataclass
class Writer:
    """A user of the site: the account under test."""

    blog: Blog
    id: int
    login: str
    password: str
    app_password: str

    @property
    def auth(self) -> tuple[str, str]:
        return self.login, self.app_password

    def post(self, title: str) -> int:
        body = {"title": title, "content": f"<p>{title}</p>", "status": "publish"}
        return int(self.blog.call("POST", "/posts", body, auth=self.auth)["id"])

    def answer_in_admin(self, post: int, comment: int, text: str) -> None:
        """Answer through the page of comments in wp-admin, signed in with the real password."""
        url = self.blog.url
        with httpx.Client(timeout=60, trust_env=False, follow_redirects=True) as browser:
            browser.get(f"{url}/wp-login.php")
            form = {
                "log": self.login,
                "pwd": self.password,
                "testcookie": "1",
                "redirect_to": f"{url}/wp-admin/",
            }
            browser.post(f"{url}/wp-login.php", data=form)
            page = browser.get(f"{url}/wp-admin/edit-comments.php").text
            nonce = re.search(r'name="_ajax_nonce-replyto-comment" value="(\w+)"', page)
            assert nonce, page[:500]
            form = {
                "action": "replyto-comment",
                "mode": "detail",
                "comment_ID": str(comment),
                "comment_post_ID": str(post),
                "content": text,
                "_ajax_nonce-replyto-comment": nonce[1],
            }
            done = browser.post(f"{url}/wp-admin/admin-ajax.php", data=form)
            assert text in done.text, done.text[:500]


def program(home: Path, writer: Writer, password: str = "") -> Convo:
    """The program with this user's account, and a store of its own."""
    made = Convo(home)
    lines = [
        "[accounts.ana]",
        'platform = "wordpress"',
        f'url = "{writer.blog.url}"',
        f'user = "{writer.login}"',
    ]
    made.config.write_text(
        "\n".join([*lines, f'secret = "{password or writer.app_password}"', ""]), encoding="utf-8"
    )
    return made
