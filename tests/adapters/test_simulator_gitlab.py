"""The simulated GitLab answers as the real one, keeps what it is told, and has the oddities of its fact sheet."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from tests.adapters.gitlab_client import AT, HOST, Client
from tests.simulators.gitlab_schema import complaints, wrong
from tests.simulators.messages import Request

OTHERWISE_IN_PRACTICE = (".closed_at", ".closed_by", ".discussion_locked", ".due_date", ".private_profile")
"""Where GitLab's documentation, which shows real answers, has other types than the client."""


def _differs(value: Any, name: str) -> list[str]:
    return [
        one
        for one in wrong(value, name)
        if not one.partition(": ")[0].partition(" ")[0].endswith(OTHERWISE_IN_PRACTICE)
    ]


def test_every_answer_has_the_fields_of_the_real_one() -> None:
    client = Client()
    lab, me, ana = client.lab, client.me, client.ana
    issue, merge = client.open(), client.open(merge=True)
    note = lab.note(ana, issue, "more", thread=True)
    lab.note(me, issue, "answer", to=note.discussion)
    line = lab.note(ana, merge, "why 1?", place=("src/a.py", 12))
    lab.close(issue, ana)
    commit = lab.commit(me, client.project, "c" * 40)
    lab.note(ana, commit, "hm", thread=True)
    assert _differs(client.get("/user"), "ExpandedUserSchema") == []
    assert _differs(client.get(f"/users/{ana.id}"), "UserSchema") == []
    assert _differs(client.get("/users", username="ANA")[0], "SimpleUserSchema") == [".created_at is missing"]
    assert _differs(client.get("/projects/1001"), "SimpleProjectSchema") == []
    assert _differs(client.get("/todos", state="pending")[0], "TodoSchema") == []
    assert (
        _differs(client.get(AT), "IssueSchema") == [".closed_by: {0} is no string"]
        or client.get(AT)["closed_by"]
    )
    assert _differs(client.get("/projects/1001/merge_requests/1"), "MergeRequestSchema") == []
    for found in client.get(f"{AT}/notes"):
        assert _differs(found, "NoteSchema") == []
    [discussion] = client.get("/projects/1001/merge_requests/1/discussions")
    assert _differs(discussion, "DiscussionSchema") == []
    assert _differs(discussion["notes"][0], "DiscussionNoteSchema") == []
    assert (discussion["notes"][0]["id"], discussion["notes"][0]["position"]["new_line"]) == (line.id, 12)
    assert _differs(client.get(f"/projects/1001/repository/commits/{'c' * 40}"), "CommitSchema") == []
    assert (
        client.get(f"/projects/1001/repository/commits/{'c' * 40}/discussions")[0]["notes"][0]["body"] == "hm"
    )
    events = client.get("/events", action="commented")
    assert [one["note"]["body"] for one in events] == ["answer"]
    assert _differs(events[0], "EventSchema") == []
    whole = json.dumps([client.get(AT), client.get("/projects/1001"), client.get("/user")])
    for count in ("7777", "8888", "9999", "12345", "54321"):
        assert count in whole


def test_wrong_requests_are_noticed() -> None:
    def asked(method: str, target: str, body: Any = None) -> list[str]:
        content = b"" if body is None else json.dumps(body).encode()
        return complaints(
            [Request(method, f"/api/v4{target}", {"content-type": "application/json"}, content, HOST)]
        )

    assert asked("GET", "/todos?state=pending&per_page=100&page=2") == []
    assert asked("GET", "/todos?since=2026-01-01")
    assert asked("PUT", "/todos")
    assert asked("GET", "/nowhere")
    assert asked("POST", f"{AT}/notes", {"body": "x", "internal": True}) == []
    assert asked("POST", f"{AT}/notes", {"text": "x"})
    assert asked("POST", f"{AT}/notes", {"body": 7})
    assert asked("POST", f"{AT}/discussions/{'a' * 39}/notes", {"body": "x"})


def test_a_to_do_is_made_once_while_it_is_pending() -> None:
    client = Client()
    issue = client.open()
    client.lab.note(client.ana, issue, "@me still there?")
    [todo] = client.todos()
    assert (todo["action_name"], todo["target_type"], todo["body"]) == (
        "directly_addressed",
        "Issue",
        "Threading mail",
    )
    assert todo["target_url"] == f"{HOST}/acme/tool/-/issues/1"
    assert client.call("POST", f"/todos/{todo['id']}/mark_as_done").json()["state"] == "done"
    assert client.todos() == []
    client.clock.step(60)
    note = client.lab.note(client.ana, issue, "well, @me?")
    [again] = client.todos()
    assert (again["action_name"], again["body"]) == ("mentioned", "well, @me?")
    assert again["target_url"].endswith(f"/issues/1#note_{note.id}")
    assert [one["id"] for one in client.todos(state="done")] == [todo["id"]]
    many = Client(one_todo=False)
    issue = many.open()
    many.lab.note(many.ana, issue, "@me again")
    assert len(many.todos()) == 2


def test_an_answer_is_done_and_code_names_nobody() -> None:
    client = Client()
    issue = client.open()
    client.call("POST", f"{AT}/notes", {"body": "It does."})
    assert client.todos() == []
    client.lab.note(client.ana, issue, "`@me` and me@me.example")
    assert client.todos() == []
    stays = Client(reply_is_done=False)
    stays.open()
    stays.call("POST", f"{AT}/notes", {"body": "It does."})
    assert len(stays.todos()) == 1


def test_answering_a_lone_note_makes_a_thread() -> None:
    client = Client()
    issue = client.open()
    alone = client.lab.note(client.ana, issue, "a thought")
    [found] = client.get(f"{AT}/discussions")
    assert found["individual_note"]
    assert found["notes"][0]["type"] is None
    made = client.call("POST", f"{AT}/discussions/{found['id']}/notes", {"body": "another"})
    assert (made.status, made.json()["type"]) == (201, "DiscussionNote")
    [thread] = client.get(f"{AT}/discussions")
    assert (thread["id"], thread["individual_note"]) == (found["id"], False)
    assert [note["id"] for note in thread["notes"]] == [alone.id, made.json()["id"]]
    changed = client.call("PUT", f"{AT}/notes/{made.json()['id']}", {"body": "a third"}).json()
    assert changed["body"] == "a third"
    assert client.call("PUT", f"{AT}/notes/{alone.id}", {"body": "no"}).status == 403
    assert client.call("DELETE", f"{AT}/notes/{made.json()['id']}").status == 204
    assert client.call("DELETE", f"{AT}/notes/{made.json()['id']}").status == 404


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "body is missing"),
        ({"body": 7}, 400, "body is invalid"),
        ({"body": " "}, 400, "can't be blank"),
        ({"body": "x" * 1_000_001}, 400, "is too long (maximum is 1000000 characters)"),
        ({"body": "/close"}, 202, "commands_changes"),
        ({"body": ":tada:"}, 201, "awardable_id"),
        ({"body": "fine\n/close"}, 201, '"body": "fine"'),
        ({"body": "/unknown is a path"}, 201, "/unknown is a path"),
    ],
)
def test_bodies_are_judged(body: Any, status: int, words: str) -> None:
    client = Client()
    client.open()
    request = Request(
        "POST",
        f"/api/v4{AT}/notes",
        {"private-token": "glpat-me", "content-type": "application/json"},
        json.dumps(body).encode(),
        HOST,
    )
    answer = client.server.answer(request)
    assert answer.status == status
    assert words in answer.body.decode()


def test_a_quick_action_of_the_author_is_carried_out() -> None:
    client = Client()
    client.open("mine", client.me)
    client.call("POST", f"{AT}/notes", {"body": "done\n/close"})
    assert client.get(AT)["state"] == "closed"
    notes = client.get(f"{AT}/notes", sort="asc")
    assert [(note["body"], note["system"]) for note in notes] == [("closed", True), ("done", False)]
    only = client.get(f"{AT}/notes", activity_filter="only_comments")
    assert [note["body"] for note in only] == ["done"]


def test_who_may_do_what() -> None:
    client = Client()
    issue = client.open()
    client.server.sign_in(client.me, "glpat-read", "read_api")
    client.server.sign_in(client.me, "glpat-none", "read_user")
    assert client.call("GET", "/todos", token="").json() == {"message": "401 Unauthorized"}
    assert client.call("GET", "/todos", token="wrong").status == 401
    assert client.call("GET", "/todos", token="glpat-read").status == 200
    refused = client.call("POST", f"{AT}/notes", {"body": "x"}, token="glpat-read")
    assert (refused.status, refused.json()["error"]) == (403, "insufficient_scope")
    assert client.call("GET", "/user", token="glpat-none").status == 200
    assert client.call("GET", "/todos", token="glpat-none").status == 403
    assert client.get("/personal_access_tokens/self")["scopes"] == ["api"]
    assert client.call("GET", "/nowhere").status == 404
    assert client.call("GET", f"{AT}?unknown=1").status == 200
    assert client.call("GET", "/todos?state=waiting").status == 400
    secret = client.lab.project("acme/secret", private=True)
    client.lab.open(client.ana, secret, "Psst", "@me")
    assert len(client.todos()) == 1, "who cannot see it is not asked"
    assert client.call("GET", "/projects/1002").json() == {"message": "404 Project Not Found"}
    issue.locked = True
    assert client.call("POST", f"{AT}/notes", {"body": "x"}).status == 403
    client.project.members.add(client.me.id)
    assert client.call("POST", f"{AT}/notes", {"body": "x"}).status == 201


def test_internal_notes_are_for_members() -> None:
    client = Client()
    issue = client.open("nobody named")
    inside = client.lab.note(client.ana, issue, "@me psst", internal=True)
    assert client.get(f"{AT}/notes") == []
    assert client.todos() == []
    client.project.members.add(client.me.id)
    [note] = client.get(f"{AT}/notes")
    assert note["internal"]
    assert note["confidential"]
    answer = client.call("POST", f"{AT}/discussions/{inside.discussion.id}/notes", {"body": "ok"})
    assert answer.json()["internal"]
    client.server.quirks.internal = False
    older = client.get(f"{AT}/notes")[0]
    assert older["confidential"]
    assert "internal" not in older


def test_pages() -> None:
    client = Client()
    for _ in range(45):
        client.open()
    answer = client.call("GET", "/todos?per_page=20&page=2")
    assert [answer.headers[name] for name in ("x-page", "x-next-page", "x-total", "x-total-pages")] == [
        "2",
        "3",
        "45",
        "3",
    ]
    assert 'rel="next"' in answer.headers["link"]
    assert client.call("GET", "/todos?per_page=20&page=3").headers["x-next-page"] == ""
    assert len(client.todos(per_page=1000)) == 45
    assert len(client.todos()) == 20
    ids = [one["id"] for one in client.todos(per_page=100)]
    assert ids == sorted(ids, reverse=True)
    assert client.call("GET", "/todos?page=x").status == 400
    assert "x-total" not in Client(totals=False).call("GET", "/todos").headers


def test_limits() -> None:
    client = Client(notes_a_minute=1)
    client.open()
    assert client.call("POST", f"{AT}/notes", {"body": "x"}).status == 201
    refused = client.call("POST", f"{AT}/notes", {"body": "x"})
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    busy = Client(requests_a_minute=1)
    busy.get("/user")
    over = busy.call("GET", "/user")
    assert (over.status, over.body) == (429, b"Retry later\n")
    assert over.headers["ratelimit-remaining"] == "0"
    busy.clock.step(61)
    assert busy.call("GET", "/user").status == 200


def test_resolving_moves_the_time_of_notes() -> None:
    client = Client()
    merge = client.open("mine", client.me, merge=True)
    line = client.lab.note(client.ana, merge, "why?", place=("a.py", 3))
    at = "/projects/1001/merge_requests/1"
    before = client.get(f"{at}/notes/{line.id}")
    client.clock.step(60)
    found = client.call("PUT", f"{at}/discussions/{line.discussion.id}?resolved=true")
    assert found.json()["notes"][0]["resolved"]
    after = client.get(f"{at}/notes/{line.id}")
    assert after["updated_at"] > before["updated_at"]
    assert after["body"] == before["body"]
    assert client.call("POST", f"{at}/unsubscribe").status == 201
    assert client.call("POST", f"{at}/unsubscribe").status == 304


def test_a_moved_project_is_found_by_its_id() -> None:
    client = Client()
    client.open()
    client.lab.rename(client.project, "acme/gadget")
    moved = client.call("GET", "/projects/acme%2Ftool/issues/1")
    assert moved.status == 301
    assert client.call("GET", moved.headers["location"]).json()["project_id"] == client.project.id
    assert client.call("POST", "/projects/acme%2Ftool/issues/1/notes", {"body": "x"}).status == 405
    assert client.call("POST", f"{AT}/notes", {"body": "x"}).status == 201


def test_a_server_in_a_folder_with_work_items() -> None:
    client = Client(folder="/gitlab", work_items=True)
    client.open()
    [todo] = client.todos()
    assert (todo["target_type"], todo["target_url"]) == (
        "WorkItem",
        f"{HOST}/gitlab/acme/tool/-/work_items/1",
    )
    assert client.call("GET", f"{HOST}/api/v4/todos").status == 404


def test_a_note_may_land_late() -> None:
    client = Client(post_lands_late=20)
    client.open()
    client.call("POST", f"{AT}/notes", {"body": "x"})
    assert client.get(f"{AT}/notes") == []
    client.clock.step(20)
    assert len(client.get(f"{AT}/notes")) == 1


def test_events_are_asked_for_by_days() -> None:
    client = Client()
    issue = client.open()
    client.lab.note(client.me, issue, "today")
    today = client.clock.now().date().isoformat()
    assert client.get("/events", action="commented", after=today) == []
    assert client.get("/events", action="commented", before=today) == []
    [event] = client.get("/events", action="commented", after="2026-11-19")
    assert (event["action_name"], event["target_title"]) == ("commented on", "Threading mail")
    assert event["note"]["noteable_iid"] == 1


def test_the_device_flow_and_tokens_that_rotate() -> None:
    client = Client()
    device = {"client_id": "convo-client", "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    begun = client.form("/oauth/authorize_device", client_id="convo-client", scope="api")
    poll = {**device, "device_code": begun["device_code"]}
    assert client.form("/oauth/token", **poll)["error"] == "authorization_pending"
    assert client.form("/oauth/token", **poll)["error"] == "slow_down"
    client.clock.step(5)
    client.server.oauth.approve(begun["user_code"], client.me)
    tokens = client.form("/oauth/token", **poll)
    assert tokens["expires_in"] == 7200

    def status(token: str) -> int:
        return client.call("GET", "/user", token="", authorization=f"Bearer {token}").status

    assert status(tokens["access_token"]) == 200
    client.clock.step(7200)
    expired = client.call("GET", "/user", token="", authorization=f"Bearer {tokens['access_token']}")
    assert (expired.status, expired.json()["error"]) == (401, "invalid_token")
    renew = {"client_id": "convo-client", "grant_type": "refresh_token"}
    fresh = client.form("/oauth/token", **renew, refresh_token=tokens["refresh_token"])
    assert status(fresh["access_token"]) == 200
    again = client.form("/oauth/token", **renew, refresh_token=tokens["refresh_token"])
    assert again["error"] == "invalid_grant"
    assert status(fresh["access_token"]) == 401, "a refresh token that is used twice ends them all"
    assert client.form("/oauth/authorize_device", client_id="other")["error"] == "invalid_client"


def test_the_code_flow_needs_its_verifier_and_its_redirect() -> None:
    client = Client()
    verifier = "v" * 50
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    query = {"client_id": "convo-client", "redirect_uri": "http://127.0.0.1:9/", "scope": "api"}
    base = {"client_id": "convo-client", "grant_type": "authorization_code"}

    def traded(**change: str) -> Any:
        code = client.server.oauth.authorize({**query, "code_challenge": challenge}, client.me)
        sent = {"code": code, "redirect_uri": query["redirect_uri"], "code_verifier": verifier, **change}
        return client.form("/oauth/token", **base, **sent)

    assert traded(code_verifier="x")["error"] == "invalid_grant"
    assert traded(redirect_uri="http://127.0.0.1:8/")["error"] == "invalid_grant"
    tokens = traded()
    renew = {
        "client_id": "convo-client",
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
    }
    assert client.form("/oauth/token", **renew)["error"] == "invalid_grant"
    assert "access_token" in client.form("/oauth/token", **renew, redirect_uri=query["redirect_uri"])
