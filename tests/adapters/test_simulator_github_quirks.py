"""The simulated GitHub has the limits, refusals and oddities of the real one, and its GraphQL and device flow."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.adapters.github_client import HOST, Client
from tests.simulators.messages import Request


def test_limits() -> None:
    client = Client(secondary_writes=2)
    client.open()
    at = "/repos/acme/tool/issues/1/comments"
    statuses = [client.call("POST", at, {"body": str(n)}).status for n in range(3)]
    assert statuses == [201, 201, 403]
    refused = client.call("POST", at, {"body": "x"})
    assert "secondary rate limit" in refused.json()["message"]
    assert refused.headers["retry-after"] == "60"
    client.clock.step(61)
    assert client.call("POST", at, {"body": "x"}).status == 201
    client.server.quirks.hourly = 0
    over = client.get(at)
    assert (over.status, over.headers["x-ratelimit-remaining"]) == (403, "0")
    assert int(over.headers["x-ratelimit-reset"]) == int(client.forge.budget.ends.timestamp())
    assert client.ask("{viewer{login}}")["errors"][0]["type"] == "RATE_LIMITED"
    assert client.get("/rate_limit").json()["rate"]["remaining"] == 0
    client.server.quirks.hourly = 6
    assert client.get(at).status == 403
    client.clock.step(3600)
    assert client.get(at).headers["x-ratelimit-remaining"] == "5"


def test_locked_deleted_archived() -> None:
    client = Client()
    issue = client.open()
    at = "/repos/acme/tool/issues/1"
    issue.locked, issue.lock_reason = True, "resolved"
    assert client.get(at).json()["active_lock_reason"] == "resolved"
    assert client.call("POST", f"{at}/comments", {"body": "x"}).status == 403
    client.repo.members.add(client.me.id)
    assert client.call("POST", f"{at}/comments", {"body": "x"}).status == 201
    issue.locked = False
    client.forge.delete(issue)
    assert client.get(at).status == 410
    assert client.call("POST", f"{at}/comments", {"body": "x"}).status == 410
    assert client.notes() == []
    client.open()
    client.repo.archived = True
    assert client.call("POST", "/repos/acme/tool/issues/2/comments", {"body": "x"}).status == 403


def test_ghosts_bots_and_minimized_comments() -> None:
    client = Client()
    issue = client.open()
    bot = client.forge.user("helper[bot]", "Bot")
    hidden = client.forge.comment(client.zoe, issue, "spam")
    hidden.minimized = "spam"
    client.forge.comment(bot, issue, "beep")
    client.zoe.gone = True
    at = "/repos/acme/tool/issues/1"
    assert client.get(at).json()["user"] is None
    spam, beep = client.get(f"{at}/comments").json()
    assert (spam["user"], spam["minimized"]) == (None, {"reason": "spam"})
    assert (beep["user"]["type"], beep["user"]["login"]) == ("Bot", "helper[bot]")
    found = client.ask(
        "query($id:ID!){node(id:$id){... on IssueComment{author{__typename login}}}}", id=beep["node_id"]
    )
    assert found["data"]["node"]["author"] == {"__typename": "Bot", "login": "helper"}
    assert client.call("GET", f"/user/{client.zoe.id}").status == 404


def test_a_renamed_repository_leads_to_itself() -> None:
    client = Client()
    client.open()
    client.forge.rename(client.repo, "gadget")
    moved = client.get("/repos/acme/tool/issues/1")
    assert moved.status == 301
    there = client.call("GET", moved.headers["location"])
    assert there.json()["html_url"] == "https://github.com/acme/gadget/issues/1"
    posted = client.call("POST", "/repos/acme/tool/issues/1/comments", {"body": "x"})
    assert (posted.status, posted.headers["location"]) == (
        307,
        f"{HOST}/repositories/{client.repo.id}/issues/1/comments",
    )
    query = '{repository(owner:"acme",name:"tool"%s){nameWithOwner}}'
    assert client.ask(query % "")["data"]["repository"]["nameWithOwner"] == "acme/gadget"
    assert client.ask(query % ",followRenames:false")["data"]["repository"] is None


def test_single_sign_on_hides_an_organisation() -> None:
    client = Client(sso_organisations={"acme"})
    client.open()
    assert client.notes() == []
    refused = client.get("/repos/acme/tool/issues/1")
    assert refused.status == 403
    assert refused.headers["x-github-sso"].startswith("required; url=")
    found = client.ask('{viewer{login} repository(owner:"acme",name:"tool"){id}}')
    assert found["data"] == {"viewer": {"login": "me"}, "repository": None}
    assert (found["errors"][0]["type"], found["errors"][0]["extensions"]) == (
        "FORBIDDEN",
        {"saml_failure": True},
    )


def test_graphql_gives_what_it_can() -> None:
    client = Client()
    issue = client.open()
    kept, lost = (client.forge.comment(client.zoe, issue, text) for text in ("kept", "lost"))
    client.server.quirks.graphql_partial.add(lost.node_id)
    query = "query($ids:[ID!]!){nodes(ids:$ids){... on IssueComment{body}}}"
    found = client.ask(query, ids=[kept.node_id, lost.node_id, "nonsense"])
    assert found["data"]["nodes"] == [{"body": "kept"}, None, None]
    assert [(one.get("type"), one["path"]) for one in found["errors"]] == [
        (None, ["nodes", 1]),
        ("NOT_FOUND", ["nodes", 2]),
    ]
    assert "data" not in client.ask("{viewer{nonsense}}")
    assert "first" in client.ask("{viewer{issues{nodes{id}}}}")["errors"][0]["message"]
    assert "data" not in client.ask("query($x:Int!){viewer{issues(first:$x){nodes{id}}}}")
    assert client.call("POST", "/graphql", {"query": "{viewer{login}}"}, token="").status == 401


def test_graphql_pages_both_ways() -> None:
    client = Client()
    issue = client.open()
    for number in range(5):
        client.forge.comment(client.zoe, issue, str(number))
    query = """query($id:ID!,$last:Int,$before:String){node(id:$id){... on Issue{comments(last:$last,before:$before)
        {nodes{body} totalCount pageInfo{hasPreviousPage hasNextPage startCursor}}}}}"""

    def page(before: str | None) -> Any:
        return client.ask(query, id=issue.node_id, last=2, before=before)["data"]["node"]["comments"]

    newest = page(None)
    assert [one["body"] for one in newest["nodes"]] == ["3", "4"]
    client.forge.delete(issue.comments[3])
    older = page(newest["pageInfo"]["startCursor"])
    assert [one["body"] for one in older["nodes"]] == ["1", "2"]
    assert older["pageInfo"]["hasPreviousPage"]
    assert older["pageInfo"]["hasNextPage"]


def test_discussions_have_two_levels() -> None:
    client = Client()
    discussion = client.forge.discuss(client.zoe, client.repo, "Ideas", "what?")
    top = client.forge.answer_discussion(client.zoe, discussion, "one")
    add = """mutation($d:ID!,$r:ID,$b:String!){addDiscussionComment(input:{discussionId:$d,replyToId:$r,body:$b,
        clientMutationId:"k"}){clientMutationId comment{id databaseId url createdAt viewerDidAuthor}}}"""
    made = client.ask(add, d=discussion.node_id, r=top.node_id, b="yes")["data"]["addDiscussionComment"]
    assert made["clientMutationId"] == "k"
    assert made["comment"]["viewerDidAuthor"]
    again = client.ask(add, d=discussion.node_id, r=top.node_id, b="yes")["data"]["addDiscussionComment"]
    assert again["comment"]["id"] != made["comment"]["id"], "clientMutationId is no idempotency key"
    nested = client.ask(add, d=discussion.node_id, r=made["comment"]["id"], b="no")
    assert nested["errors"][0]["type"] == "UNPROCESSABLE"
    delete = "mutation($i:ID!){deleteDiscussionComment(input:{id:$i}){comment{id}}}"
    assert client.ask(delete, i=top.node_id)["errors"][0]["type"] == "FORBIDDEN"
    assert "errors" not in client.ask(delete, i=made["comment"]["id"])
    found = client.ask(
        'query{search(type:DISCUSSION,query:"Ideas in:title repo:acme/tool",first:5){nodes{... on Discussion{title}}}}'
    )
    assert found["data"]["search"]["nodes"] == [{"title": "Ideas"}]
    discussion.locked = True
    assert client.ask(add, d=discussion.node_id, r=None, b="no")["errors"][0]["type"] == "FORBIDDEN"


def test_an_enterprise_server_lies_elsewhere() -> None:
    client = Client(enterprise=True)
    client.open()
    assert client.call("GET", "/notifications").status == 404
    answer = client.get("/api/v3/notifications", all="true")
    assert answer.json()[0]["subject"]["url"] == f"{HOST}/api/v3/repos/acme/tool/issues/1"
    assert client.get("/api/v3/user").json()["html_url"] == f"{HOST}/me"
    found = client.call("POST", "/api/graphql", {"query": "{viewer{login}}"}).json()
    assert found == {"data": {"viewer": {"login": "me"}}}
    assert client.call("POST", "/api/v3/graphql", {"query": "{viewer{login}}"}).status == 404


def test_the_device_flow() -> None:
    client = Client(device_flow="slow")
    at, grant = "/login/oauth/access_token", "urn:ietf:params:oauth:grant-type:device_code"

    def form(path: str, **fields: str) -> Any:
        headers = {
            "user-agent": "x",
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded",
        }
        return client.server.answer(Request("POST", path, headers, urlencode(fields).encode(), HOST)).json()

    begun = form("/login/device/code", client_id="Iv1.convo", scope="notifications repo")
    assert (begun["interval"], begun["expires_in"]) == (5, 900)
    poll = {"client_id": "Iv1.convo", "device_code": begun["device_code"], "grant_type": grant}
    assert form(at, **poll)["error"] == "slow_down"
    assert form(at, **poll)["error"] == "authorization_pending"
    assert form(at, **{**poll, "client_id": "other"})["error"] == "incorrect_client_credentials"
    assert form(at, **{**poll, "device_code": "x"})["error"] == "incorrect_device_code"
    assert form(at, **{**poll, "grant_type": "x"})["error"] == "unsupported_grant_type"
    client.server.login.approve(begun["user_code"], client.me)
    token = form(at, **poll)
    assert token["scope"] == "notifications,repo"
    assert client.call("GET", "/user", token=token["access_token"]).json()["login"] == "me"
    denied = form("/login/device/code", client_id="Iv1.convo")
    client.server.login.deny(denied["user_code"])
    client.clock.step(5)
    form(at, **{**poll, "device_code": denied["device_code"]})
    assert form(at, **{**poll, "device_code": denied["device_code"]})["error"] == "access_denied"
    client.clock.step(900)
    assert form(at, **{**poll, "device_code": denied["device_code"]})["error"] == "expired_token"
    client.server.quirks.device_flow = "off"
    assert form("/login/device/code", client_id="Iv1.convo")["error"] == "device_flow_disabled"


def test_ids_are_of_their_kind() -> None:
    client = Client()
    issue, pull = client.open(), client.open(pull=True)
    comment = client.forge.comment(client.zoe, issue, "a")
    line = client.forge.inline(client.zoe, pull, "b")
    assert comment.id == line.id, "the same number means different things"
    assert comment.node_id != line.node_id


def test_a_comment_may_land_late() -> None:
    client = Client(post_lands_late=20)
    client.open()
    at = "/repos/acme/tool/issues/1/comments"
    assert client.call("POST", at, {"body": "x"}).status == 201
    assert client.get(at).json() == []
    client.clock.step(20)
    assert len(client.get(at).json()) == 1
