"""The simulated GitHub answers as its official description says, and keeps what it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.adapters.github_client import HOST, Client
from tests.simulators.github_schema import check_answer, check_request, invalid
from tests.simulators.messages import Request, json_answer


def test_every_answer_is_as_described() -> None:
    client = Client()
    forge, me, zoe = client.forge, client.me, client.zoe
    issue, pull = client.open(), client.open("mine", me, pull=True)
    comment = forge.comment(zoe, issue, "more")
    line = forge.inline(zoe, pull, "why 1?")
    forge.answer_inline(me, line.thread, "because")
    review = forge.review(zoe, pull, "See inline.", "CHANGES_REQUESTED")
    forge.ask_review(me, pull, zoe)
    commit = forge.commit(me, client.repo, "a" * 40)
    said = forge.comment_commit(zoe, commit, "hm")
    forge.discuss(zoe, client.repo, "Ideas", "@me?")
    forge.close(issue, zoe)
    me.blocked.add(forge.user("troll").id)
    at = "/repos/acme/tool"
    for path in (
        "/user", f"/user/{zoe.id}", "/users/zoe", "/rate_limit", "/notifications?all=true", "/user/blocks",
        at, f"{at}/issues?state=all", f"{at}/issues/1", f"{at}/issues/2", f"{at}/issues/1/comments",
        f"{at}/issues/comments", f"{at}/issues/comments/{comment.id}", f"{at}/issues/1/timeline",
        f"{at}/issues/2/timeline", f"{at}/pulls/2", f"{at}/pulls/2/comments", f"{at}/pulls/comments/{line.id}",
        f"{at}/pulls/2/reviews", f"{at}/pulls/2/reviews/{review.id}", f"{at}/pulls/2/reviews/1001/comments",
        f"{at}/pulls/2/requested_reviewers", f"{at}/commits/{'a' * 40}/comments", f"{at}/comments/{said.id}",
        "/search/issues?q=crash+involves:me", "/users/zoe/events", f"{at}/notifications?all=true",
        f"{at}/pulls/comments", f"{at}/comments", "/user/issues?filter=all&state=all",
    ):  # fmt: skip
        answer = client.call("GET", path)
        assert answer.status == 200, path
        assert answer.json(), path


def _asked(method: str, target: str, body: Any = None) -> list[str]:
    content = b"" if body is None else json.dumps(body).encode()
    return check_request(Request(method, target, {"user-agent": "x"}, content, HOST))


def test_wrong_requests_are_noticed() -> None:
    right = "/notifications?all=true&since=2026-11-20T08:00:00Z&per_page=50&page=2"
    assert _asked("GET", right) == []
    assert _asked("GET", f"/api/v3{right}") == []
    assert _asked("POST", "/repositories/7/issues/1/comments", {"body": "x"}) == []
    assert _asked("GET", "/notifications?every=true")
    assert _asked("GET", "/notifications?all=maybe")
    assert _asked("GET", "/notifications?since=yesterday")
    assert _asked("POST", "/notifications")
    assert _asked("GET", "/nowhere")
    assert _asked("POST", "/repos/a/b/issues/1/comments")
    assert _asked("POST", "/repos/a/b/issues/1/comments", {"text": "x"})
    assert _asked("POST", "/repos/a/b/issues/1/comments", {"body": 7})
    assert _asked("PATCH", "/notifications/threads/1", {"read": True})
    assert check_request(Request("GET", "/notifications", {}, b"", HOST)) == ["there is no User-Agent"]
    assert _asked("POST", "/graphql", {"query": "{viewer{login}}"}) == []
    for query in (
        "{viewer{nonsense}}",
        "{viewer",
        "{viewer{issues{nodes{id}}}}",
        "{viewer{issues(first:101){nodes{id}}}}",
    ):
        assert _asked("POST", "/graphql", {"query": query}), query
    assert _asked("POST", "/graphql", {"query": "query($n:Int!){viewer{issues(first:$n){nodes{id}}}}"})
    deep = "{viewer{pullRequests(first:100){nodes{reviewThreads(first:100){nodes{comments(first:%d){nodes{id}}}}}}}}"
    assert _asked("POST", "/graphql", {"query": deep % 40}) == []
    sized = {"query": "query($n:Int!){viewer{issues(first:$n){nodes{id}}}}"}
    assert _asked("POST", "/graphql", {**sized, "variables": {"n": 100}}) == []
    assert _asked("POST", "/graphql", {**sized, "variables": {"n": 101}})
    assert "MAX" in str(invalid(deep % 50, {})[0].extensions)


def test_wrong_answers_are_noticed() -> None:
    client = Client()
    client.open()
    request = Request("GET", "/repos/acme/tool/issues/1", {"user-agent": "x"}, b"", HOST)
    answer = client.server.answer(request)
    assert check_answer(request, answer) == []
    for change in ({"number": "1"}, {"user": {"login": "x"}}, {"created_at": "yesterday"}, {"body": 7}):
        assert check_answer(request, json_answer({**answer.json(), **change})), change


def test_vanity_counts_are_there() -> None:
    client = Client()
    client.open()
    whole = json.dumps(
        [client.get(path).json() for path in ("/repos/acme/tool", "/repos/acme/tool/issues/1", "/user")]
    )
    for count in ("7777", "8888", "9999", "12345", "54321"):
        assert count in whole


def test_what_is_posted_is_listed_and_deleted_is_gone() -> None:
    client = Client()
    client.open()
    at = "/repos/acme/tool/issues"
    made = client.call("POST", f"{at}/1/comments", {"body": "Works on main."})
    assert made.status == 201
    number = made.json()["id"]
    assert [one["id"] for one in client.get(f"{at}/1/comments").json()] == [number]
    client.clock.step(60)
    changed = client.call("PATCH", f"{at}/comments/{number}", {"body": "Works."}).json()
    assert changed["body"] == "Works."
    assert changed["updated_at"] > changed["created_at"]
    assert client.call("DELETE", f"{at}/comments/{number}", token="z").status == 403
    assert client.call("DELETE", f"{at}/comments/{number}").status == 204
    assert client.call("DELETE", f"{at}/comments/{number}").status == 404
    assert client.get(f"{at}/1/comments").json() == []


def test_a_line_comment_is_answered_at_its_top_only() -> None:
    client = Client()
    pull = client.open(pull=True)
    top = client.forge.inline(client.zoe, pull, "why?")
    at = "/repos/acme/tool/pulls/1/comments"
    answer = client.call("POST", f"{at}/{top.id}/replies", {"body": "so"})
    assert (answer.status, answer.json()["in_reply_to_id"]) == (201, top.id)
    again = client.call("POST", f"{at}/{answer.json()['id']}/replies", {"body": "no"})
    assert again.status == 422
    assert "in_reply_to_id" not in client.get(at).json()[0]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"body": 7}, 422),
        ({"body": " "}, 422),
        ({"body": "x" * 65_536}, 201),
        ({"body": "x" * 65_537}, 422),
    ],
)
def test_bodies_are_judged(body: Any, status: int) -> None:
    client = Client()
    client.open()
    answer = client.server.answer(
        Request(
            "POST",
            "/repos/acme/tool/issues/1/comments",
            {"user-agent": "x", "authorization": "token t"},
            json.dumps(body).encode(),
            HOST,
        )
    )
    assert answer.status == status
    if len(str(body)) > 65_536 and status == 422:
        [error] = answer.json()["errors"]
        assert error["message"] == "Body is too long (maximum is 65536 characters)"
        assert (error["resource"], error["code"], error["field"]) == ("IssueComment", "unprocessable", "data")


def test_who_may_do_what() -> None:
    client = Client()
    client.open()
    server, at = client.server, "/repos/acme/tool/issues/1"
    assert client.call("GET", "/user", token="").status == 401
    assert client.call("GET", "/user", token="wrong").json()["message"] == "Bad credentials"
    assert client.call("GET", at, token="").status == 200
    assert client.call("GET", at, user_agent="").status == 403
    assert client.call("GET", "/nowhere").status == 404
    assert client.call("PUT", at).status == 404
    assert client.call("GET", f"{at}/comments?unknown=1", token="").json() == []
    server.sign_in(client.me, "none", "")
    server.sign_in(client.me, "notes", "notifications")
    server.sign_in(client.me, "fine", "", "fine")
    missing = client.call("GET", "/notifications", token="none")
    assert (missing.status, missing.json()["message"]) == (403, "Missing the 'notifications' scope.")
    assert missing.headers["x-oauth-scopes"] == ""
    assert "notifications" in missing.headers["x-accepted-oauth-scopes"]
    assert client.call("GET", "/notifications", token="notes").status == 200
    assert client.call("POST", f"{at}/comments", {"body": "x"}, token="notes").status == 404
    fine = client.call("GET", "/notifications", token="fine")
    assert fine.json()["message"] == "Resource not accessible by personal access token"
    assert "x-oauth-scopes" not in fine.headers
    hidden = client.forge.repo("acme/secret", private=True)
    hidden.members.add(client.me.id)
    client.forge.open(client.zoe, hidden, "Psst", "@me")
    assert client.get("/repos/acme/secret/issues/1").status == 200
    assert client.call("GET", "/repos/acme/secret/issues/1", token="notes").status == 404
    assert client.call("GET", "/repos/acme/secret/issues/1", token="z").status == 404


def test_sticky_reasons_and_what_moves_a_thread() -> None:
    client = Client()
    issue = client.open()
    [first] = client.notes()
    assert (first["reason"], first["unread"]) == ("mention", True)
    assert first["subject"]["latest_comment_url"] == first["subject"]["url"]
    client.clock.step(60)
    comment = client.forge.comment(client.zoe, issue, "no names here")
    [second] = client.notes()
    assert (second["id"], second["reason"]) == (first["id"], "mention")
    assert second["subject"]["latest_comment_url"].endswith(f"/issues/comments/{comment.id}")
    client.clock.step(60)
    client.forge.close(issue, client.zoe)
    [third] = client.notes()
    assert third["subject"]["latest_comment_url"] == third["subject"]["url"]
    client.clock.step(60)
    client.forge.comment(client.me, issue, "mine")
    [fourth] = client.notes()
    assert not fourth["unread"]
    assert fourth["updated_at"] > third["updated_at"]
    assert client.notes(all="false") == []


def test_names_in_code_notify_nobody_and_edits_that_name_do() -> None:
    client = Client()
    issue = client.open("`@me` and\n```\n@me\n```\nme@me.example")
    assert client.notes() == []
    client.forge.edit(issue, "ah, @me", client.zoe)
    assert [one["reason"] for one in client.notes()] == ["mention"]


def test_reading_done_muting() -> None:
    client = Client()
    issue = client.open()
    [note] = client.notes()
    at = f"/notifications/threads/{note['id']}"
    assert client.call("PATCH", at).status == 205
    assert client.call("PATCH", at).status == 304
    assert client.notes(all="false") == []
    assert [one["unread"] for one in client.notes()] == [False]
    assert client.call("PUT", f"{at}/subscription", {"ignored": True}).json()["ignored"]
    client.forge.comment(client.zoe, issue, "@me again")
    assert not client.notes()[0]["unread"]
    assert client.call("DELETE", f"{at}/subscription").status == 204
    client.forge.comment(client.zoe, issue, "without a name")
    assert not client.notes()[0]["unread"]
    client.forge.comment(client.zoe, issue, "@me once more")
    assert client.notes()[0]["unread"]
    assert client.call("DELETE", at).status == 204
    assert client.notes(all="false") == []
    assert len(client.notes()) == 1
    assert client.call("PATCH", at, token="z").status == 404


def test_blocking_silences() -> None:
    client = Client()
    assert client.call("PUT", "/user/blocks/zoe").status == 204
    assert client.call("PUT", "/user/blocks/zoe").status == 422
    assert [one["login"] for one in client.get("/user/blocks").json()] == ["zoe"]
    client.open()
    assert client.notes() == []
    assert client.call("DELETE", "/user/blocks/zoe").status == 204
    assert client.call("GET", "/user/blocks/zoe").status == 404


def test_pages_hold_fifty_and_move() -> None:
    client = Client()
    issues = [client.open() for _ in range(120)]
    first = client.get("/notifications", all="true", per_page=100)
    assert len(first.json()) == 50
    assert 'page=2>; rel="next"' in first.headers["link"]
    assert 'page=3>; rel="last"' in first.headers["link"]
    client.clock.step(60)
    client.forge.comment(client.zoe, issues[60], "up it goes")
    second = client.call("GET", first.headers["link"].split(">")[0].strip("<"))
    titles = {one["id"] for one in first.json()} & {one["id"] for one in second.json()}
    assert len(titles) == 1, "what was last on the first page is first on the second"
    assert client.notes()[0]["subject"]["url"].endswith("/61")
    last = client.get("/notifications", all="true", page=3)
    assert 'rel="prev"' in last.headers["link"]
    assert 'rel="next"' not in last.headers["link"]


def test_nothing_new_is_304_and_free() -> None:
    client = Client()
    issue = client.open()
    answer = client.get("/notifications", all="true")
    assert answer.headers["x-poll-interval"] == "60"
    modified = answer.headers["last-modified"]
    left = client.forge.budget.left
    again = client.call("GET", "/notifications?all=true", if_modified_since=modified)
    assert (again.status, again.body) == (304, b"")
    assert client.forge.budget.left == left
    assert client.call("GET", "/notifications", if_modified_since="yesterday").status == 400
    client.call("PATCH", f"/notifications/threads/{answer.json()[0]['id']}")
    read = client.call("GET", "/notifications?all=true", if_modified_since=modified)
    assert read.status == 304, "what was read elsewhere is not told"
    client.clock.step(60)
    client.forge.comment(client.zoe, issue, "new")
    assert client.call("GET", "/notifications?all=true", if_modified_since=modified).status == 200
    shown = client.get("/repos/acme/tool/issues/1")
    assert client.call("GET", "/repos/acme/tool/issues/1", if_none_match=shown.headers["etag"]).status == 304
    assert "x-poll-interval" not in Client(poll_interval=None).get("/notifications").headers


def test_last_modified_goes_back_when_the_newest_is_read() -> None:
    client = Client()
    client.open()
    client.open()
    newest = client.get("/notifications", all="true")
    client.call("PATCH", f"/notifications/threads/{newest.json()[0]['id']}")
    assert client.get("/notifications", all="true").headers["last-modified"] < newest.headers["last-modified"]


def test_discussions_have_no_addresses_or_broken_ones() -> None:
    client = Client()
    client.forge.discuss(client.zoe, client.repo, "Ideas for 2.0", "@me?")
    [note] = client.notes()
    assert note["subject"]["type"] == "Discussion"
    assert (note["subject"]["url"], note["subject"]["latest_comment_url"]) == (None, None)
    client.server.quirks.discussion_url = "broken"
    url = client.notes()[0]["subject"]["url"]
    assert client.call("GET", url).status == 404


def test_since_is_about_changes() -> None:
    client = Client()
    issue = client.open()
    old = client.forge.comment(client.zoe, issue, "old")
    client.clock.step(3600)
    since = f"{client.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    at = "/repos/acme/tool/issues/1/comments"
    assert client.get(at, since=since).json() == []
    client.forge.edit(old, "old, changed")
    assert [one["id"] for one in client.get(at, since=since).json()] == [old.id]
    assert client.call("GET", f"{at}?since=yesterday").status == 422
