"""The simulated Facebook takes replies, edits and moderation as the fact sheet says, and knows its tokens."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.adapters.facebook_client import PAGE, USER, Scene, code
from tests.simulators.facebook import consent_page
from tests.simulators.messages import Request

APP = "1234567890"
SECRET = "app-secret-of-me-0123456789"


def test_a_reply_goes_to_comments_and_the_same_words_twice_are_two() -> None:
    scene = Scene()
    made = [scene.write(f"{scene.asked.id}/comments", message="Yes.") for _ in range(2)]
    assert all(set(one) == {"id"} for one in made)
    assert len({one["id"] for one in made}) == 2
    assert scene.words(f"{scene.asked.id}/comments") == ["Yes.", "Yes."]
    body = json.dumps({"message": "as JSON"}).encode()
    headers = {"authorization": f"Bearer {PAGE}", "content-type": "application/json"}
    assert (
        "id" in scene.server.answer(Request("POST", f"/v26.0/{scene.post.id}/comments", headers, body)).json()
    )
    assert scene.words(f"{scene.post.id}/comments") == ["Does it run on Windows?", "as JSON"]
    bare = Scene(bare=True)
    assert bare.write(f"{bare.asked.id}/comments", message="Yes.") == {"success": True}
    assert bare.words(f"{bare.asked.id}/comments") == ["Yes."]
    again = Scene(once=True)
    again.write(f"{again.asked.id}/comments", message="Yes.")
    assert code(again.write(f"{again.asked.id}/comments", message="Yes."))[0] == 506


def test_a_post_to_the_comment_itself_edits_it_and_only_ones_own() -> None:
    scene = Scene()
    mine = scene.write(f"{scene.asked.id}/comments", message="Yes.")["id"]
    assert scene.write(mine, message="No.") == {"success": True}
    assert scene.get(mine, fields="message")["message"] == "No."
    assert code(scene.write(scene.asked.id, message="put into a mouth")) == (200, 0)
    assert scene.asked.message == "Does it run on Windows?"
    assert code(scene.write(mine)) == (100, 0)
    assert code(scene.write(scene.post.id, message="another post")) == (200, 0)


def test_comments_of_others_are_hidden_and_any_are_deleted() -> None:
    scene = Scene()
    mine = scene.write(f"{scene.asked.id}/comments", message="Yes.")["id"]
    for word in ("true", "false"):
        assert scene.write(scene.asked.id, is_hidden=word) == {"success": True}
        assert scene.get(scene.asked.id, fields="is_hidden")["is_hidden"] is (word == "true")
    assert scene.get(mine, fields="can_hide,can_remove") == {
        "can_hide": False,
        "can_remove": True,
        "id": mine,
    }
    assert code(scene.write(mine, is_hidden="true")) == (200, 0)
    assert scene.call("DELETE", mine).json() == {"success": True}
    assert code(scene.call("DELETE", mine)) == (100, 33)
    assert scene.write(scene.asked.id, method="delete") == {"success": True}
    tagged = scene.state.add_post(scene.ana, "look", kind="tagged")
    theirs = scene.say(tagged, "theirs")
    assert scene.get(theirs.id, fields="can_remove")["can_remove"] is False
    assert code(scene.call("DELETE", theirs.id)) == (200, 0)
    assert code(scene.call("DELETE", scene.post.id)) == (200, 0)


def test_what_cannot_be_answered_is_refused() -> None:
    scene = Scene(longest=10)
    edge = f"{scene.asked.id}/comments"
    assert code(scene.write(edge, message="x" * 11)) == (100, 0)
    assert code(scene.write(edge, message=" ")) == (100, 0)
    scene.asked.open = False
    assert scene.get(scene.asked.id, fields="can_comment")["can_comment"] is False
    assert code(scene.write(edge, message="x")) == (100, 0)
    assert code(scene.write("1_2/comments", message="x")) == (100, 33)
    assert code(scene.write("me/feed", message="a post")) == (200, 0)


def test_a_block_for_abuse_grows_with_every_try() -> None:
    scene = Scene()
    until = scene.clock.now().replace(hour=10)
    scene.state.abusive_until = until
    assert code(scene.write(f"{scene.asked.id}/comments", message="x"))[0] == 368
    assert scene.state.abusive_until > until
    scene.clock.step(3 * 3600)
    assert "id" in scene.write(f"{scene.asked.id}/comments", message="x")


@pytest.mark.parametrize("node_lag", [True, False])
def test_what_was_written_may_stand_in_lists_only_later(node_lag: bool) -> None:
    scene = Scene(lag=5, node_lag=node_lag)
    made = scene.write(f"{scene.asked.id}/comments", message="Yes.")["id"]
    assert scene.words(f"{scene.asked.id}/comments") == []
    assert (scene.call("GET", made).status == 400) is node_lag
    scene.clock.step(5)
    assert scene.words(f"{scene.asked.id}/comments") == ["Yes."]
    assert scene.call("GET", made).status == 200


def test_people_are_blocked_and_let_in_again() -> None:
    scene = Scene()
    assert scene.write("me/blocked", user=json.dumps([scene.ana.id])) == {scene.ana.id: True}
    assert scene.get("me/blocked")["data"] == [{"name": "Ana Test", "id": scene.ana.id}]
    assert scene.call("DELETE", "me/blocked", user=scene.ana.id).json() == {"success": True}
    assert scene.get("me/blocked") == {"data": []}
    assert scene.write("me/blocked", **{"user[0]": "999"}) == {"999": False}
    scene.tokens.tokens[PAGE].tasks -= {"MODERATE"}
    assert code(scene.write("me/blocked", user=scene.ana.id)) == (200, 0)


def test_permissions_are_demanded_and_may_lapse() -> None:
    scene = Scene()
    scopes = scene.tokens.tokens[PAGE].scopes
    scopes -= {"pages_manage_engagement"}
    answer = scene.call("POST", f"{scene.asked.id}/comments", body=b"message=x")
    assert (answer.status, code(answer)) == (403, (200, 0))
    scopes -= {"pages_read_user_content"}
    assert scene.call("GET", "me/published_posts").status == 200
    for edge in ("me/visitor_posts", f"{scene.post.id}/comments", scene.asked.id):
        assert code(scene.get(edge)) == (10, 0)
    scopes.clear()
    assert code(scene.get("me/published_posts")) == (10, 0)


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 492])
def test_tokens_end_with_a_subcode(subcode: int) -> None:
    scene = Scene()
    scene.tokens.end(subcode)
    answer = scene.call("GET", "me")
    assert (answer.status, code(answer)) == (400, (190, subcode))
    assert "invalid_token" in answer.headers["www-authenticate"]
    [data] = scene.get("debug_token", token=f"{APP}|{SECRET}", input_token=PAGE).values()
    assert (data["is_valid"], data["error"]["subcode"]) == (False, subcode)


def test_tokens_that_are_none() -> None:
    scene = Scene(token_status=401)
    assert code(scene.call("GET", "me", token="")) == (104, 0)
    answer = scene.call("GET", "me", token="unknown")
    assert (answer.status, code(answer)) == (401, (190, 0))
    scene.clock.step(5_183_945)
    assert code(scene.call("GET", "me", token=USER)) == (190, 463)
    assert scene.call("GET", "me").status == 200


def test_a_token_is_exchanged_and_gives_the_token_of_the_page() -> None:
    scene = Scene()
    scene.tokens.give("short", "USER", seconds=5000)
    given = {"grant_type": "fb_exchange_token", "client_id": APP, "client_secret": SECRET}
    made = scene.write("oauth/access_token", token="", **given, fb_exchange_token="short")
    assert (made["token_type"], made["expires_in"]) == ("bearer", 5183944)
    long = made["access_token"]
    assert scene.get("me", token=long) == {"name": "Mia Admin", "id": scene.tokens.admin.id}
    [account] = scene.get("me/accounts", token=long, fields="id,name,access_token,tasks")["data"]
    assert (account["id"], account["name"]) == (scene.page.id, "Convo Page")
    assert {"MODERATE", "CREATE_CONTENT"} <= set(account["tasks"])
    scene.clock.step(61 * 24 * 3600)
    assert scene.get("me", token=account["access_token"])["id"] == scene.page.id
    bad = {**given, "fb_exchange_token": "short"}
    assert code(scene.get("oauth/access_token", token="", **{**bad, "client_secret": "x"})) == (1, 0)
    assert code(scene.get("oauth/access_token", token="", **bad)) == (190, 463)


def test_the_token_of_a_page_ends_with_a_short_one_of_a_person() -> None:
    scene = Scene()
    scene.tokens.give("short", "USER", seconds=5000)
    [account] = scene.get("me/accounts", token="short")["data"]
    scene.clock.step(5000)
    assert code(scene.get("me", token=account["access_token"])) == (190, 463)
    scene.tokens.manages = False
    assert scene.get("me/accounts", token=USER) == {"data": []}


def test_a_person_agrees_and_a_code_becomes_a_token() -> None:
    scene = Scene()
    back = "http://localhost:8765/"
    place = consent_page("", APP, back, ("pages_show_list", "pages_read_engagement"), "state")
    location = scene.server.answer(Request("GET", place)).headers["location"]
    query = parse_qs(urlsplit(location).query)
    assert query["state"] == ["state"]
    given: dict[str, Any] = {"client_id": APP, "client_secret": SECRET, "redirect_uri": back}
    made = scene.get("oauth/access_token", token="", **given, code=query["code"][0])
    data = scene.get("debug_token", token=f"{APP}|{SECRET}", input_token=made["access_token"])["data"]
    assert (data["type"], data["is_valid"], data["app_id"]) == ("USER", True, APP)
    assert set(data["scopes"]) == {"pages_show_list", "pages_read_engagement"}
    assert code(scene.get("oauth/access_token", token="", **given, code=query["code"][0])) == (100, 36009)
    elsewhere = consent_page("", APP, "http://evil.example/", ())
    assert b"URL Blocked" in scene.server.answer(Request("GET", elsewhere)).body


def test_what_debug_token_says_of_the_token_of_a_page() -> None:
    scene = Scene()
    data = scene.get("debug_token", token=USER, input_token=PAGE)["data"]
    assert (data["type"], data["profile_id"], data["expires_at"]) == ("PAGE", scene.page.id, 0)
    assert data["data_access_expires_at"] > scene.clock.now().timestamp()
    assert code(scene.get("debug_token", input_token=PAGE)) == (100, 0)
    assert scene.get("debug_token", token=USER, input_token="x")["data"]["is_valid"] is False
    granted = scene.get("me/permissions", token=USER)["data"]
    assert {"permission": "pages_show_list", "status": "granted"} in granted


def test_usage_is_told_in_headers_and_has_an_end() -> None:
    scene = Scene(budget=4)
    answers = [scene.call("GET", "me") for _ in range(5)]
    shares = [json.loads(one.headers["x-app-usage"])["call_count"] for one in answers]
    assert shares == [25, 50, 75, 100, 100]
    [use] = json.loads(answers[-1].headers["x-business-use-case-usage"])[scene.page.id]
    assert (use["type"], use["call_count"]) == ("pages", 100)
    assert use["estimated_time_to_regain_access"] == 24 * 60
    assert (answers[-1].status, code(answers[-1])) == (400, (80001, 0))
    assert code(scene.call("GET", "me", token=USER)) == (4, 0)
    scene.clock.step(24 * 3600)
    assert scene.call("GET", "me").status == 200
    told = Scene(used=80).call("GET", "me").headers["x-app-usage"]
    assert json.loads(told)["call_count"] == 80


def test_a_batch_answers_each_call_for_itself() -> None:
    scene = Scene()
    gone = scene.say(scene.post, "gone")
    scene.state.remove(gone)
    calls = [
        {"method": "GET", "relative_url": f"v26.0/{one.id}?fields=message"} for one in (scene.asked, gone)
    ]
    body = urlencode({"batch": json.dumps(calls)}).encode()
    found = scene.call("POST", "", body=body).json()
    assert [one["code"] for one in found] == [200, 400]
    assert json.loads(found[0]["body"])["message"] == "Does it run on Windows?"
    assert json.loads(found[1]["body"])["error"]["error_subcode"] == 33
    many = urlencode({"batch": json.dumps(calls * 26)}).encode()
    assert code(scene.call("POST", "", body=many)) == (100, 0)
