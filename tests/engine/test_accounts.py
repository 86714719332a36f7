"""Accounts: five of them with five faults, each with its sentence, and the others work; adapters that do not load."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from convo import adapters
from convo.adapters.contract import Verb
from convo.adapters.http import Http
from convo.config import AccountConfig, Config, load
from convo.engine import AccountError, Engine
from convo.store import accounts as stored
from convo.views import AccountStatus, Health, View
from tests.engine.stage import TOKEN, Stage, queue, row, words


def statuses(stage: Stage) -> dict[str, AccountStatus]:
    async def play(engine: Engine) -> dict[str, AccountStatus]:
        return {status.name: status for status in engine.inbox.accounts()}

    return stage.run(play)


def test_each_of_five_accounts_says_what_is_wrong_and_the_sixth_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    stage = Stage(tmp_path, "fine", "unset", "lost", "revoked", "certified")
    accounts = dict(stage.config.accounts)
    accounts["unset"] = replace(accounts["unset"], secret="", secret_env="NO_SUCH_VARIABLE")
    stage.config = replace(
        stage.config,
        accounts=accounts,
        broken={"typo": 'the platform "mastdon" is not known. Did you mean "mastodon"?'},
    )
    stage.server("lost").down = "lost.example was not found; is the network there?"
    stage.server("revoked").tokens.clear()
    stage.server("certified").down = "The certificate of certified.example was not accepted: it has expired"
    stage.ask("Are you there?", "fine")
    outcomes = stage.sync()
    assert {name for name, outcome in outcomes.items() if not outcome.error} == {"fine"}
    found = statuses(stage)
    assert list(found) == ["fine", "unset", "lost", "revoked", "certified", "typo"]
    assert {name: status.health for name, status in found.items()} == {
        "fine": Health.FINE,
        "unset": Health.SIGN_IN,
        "lost": Health.STALE,
        "revoked": Health.SIGN_IN,
        "certified": Health.STALE,
        "typo": Health.OFF,
    }
    for name, expected in {
        "unset": "NO_SUCH_VARIABLE",
        "lost": "was not found",
        "revoked": "The access token was revoked.",
        "certified": "certificate",
        "typo": 'Did you mean "mastodon"?',
    }.items():
        assert expected in found[name].words
        assert expected in outcomes[name].error
        assert TOKEN not in found[name].words
    assert "convo login revoked" in found["revoked"].advice
    assert "tries again" in found["lost"].advice
    assert "ca_file" in found["certified"].advice


def test_a_config_with_a_fault_in_one_account_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[accounts.a]\nplatform = "mastdon"\n[accounts.b]\nplatform = "mastodon"\n')
    config = load(path, adapters.known_platforms())
    assert 'Did you mean "mastodon"' in config.broken["a"]
    assert list(config.accounts) == ["b"]


def test_an_account_that_left_the_config_stays_readable_and_waits_no_more(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two")
    stage.ask("here?")
    stage.ask("there?", "two")
    stage.sync()
    whole = stage.config
    stage.config = replace(whole, accounts={"one": whole.accounts["one"]})

    async def waiting(engine: Engine) -> tuple[list[str], list[str]]:
        return words(engine), words(engine, View.ALL)

    assert stage.run(waiting) == (["here?"], ["there?", "here?"])
    stage.config = whole
    assert stage.run(waiting)[0] == ["here?", "there?"]


def test_a_secret_of_somebody_else_never_answers_for_the_first(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = stage.ask("Did you get the house?")
    stage.sync()
    stage.run(lambda engine: queue(engine, parent, "yes"))
    me = replace(stage.config.accounts["one"], user="")
    stage.world.sign_in(stage.server(), stage.person("ana"), "another token")
    stage.config = replace(stage.config, accounts={"one": replace(me, secret="another token")})
    stage.sync()
    assert stage.world.by(stage.person("ana").uid, text="yes") == []
    assert stage.mine() == []

    async def who(engine: Engine) -> list[str]:
        record = engine.accounts.record("one")
        assert record is not None
        return [record.own_uid, *(one.state.value for one in engine.inbox.outbox())]

    assert stage.run(who) == [stage.person("ana").uid, "queued"]
    stage.config = replace(stage.config, accounts={"one": me})
    assert stage.sync()["one"].sent == 1
    assert stage.run(who)[0] == stage.person("me").uid


def test_a_refused_secret_is_read_anew(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    place = tmp_path / "secret"
    place.write_text("an old token")
    account = replace(stage.config.accounts["one"], secret="", secret_command=f"cat {place}")
    stage.config = replace(stage.config, accounts={"one": account})

    async def play(engine: Engine) -> None:
        assert (await engine.sync.once())["one"].error
        place.write_text(TOKEN)
        assert not (await engine.sync.once())["one"].error

    stage.run(play)


def test_limits_that_changed_reach_the_adapter(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = stage.ask("Did you get the house?")
    stage.sync()
    stage.server().traits.limit = 2

    async def play(engine: Engine) -> None:
        await engine.accounts.refresh("one")
        record = engine.accounts.record("one")
        assert record is not None
        assert '"limit": 2' in record.facts
        outbox_id = await queue(engine, parent, "yes")
        assert row(engine, outbox_id).state.value == "queued"

    stage.run(play)


def test_what_an_account_can_do_is_data(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two")
    stage.server("two").traits.verbs = frozenset({Verb.ANSWER})
    stage.config = replace(stage.config, broken={"bad": "bad is bad."})

    async def play(engine: Engine) -> None:
        assert Verb.EDIT in engine.accounts.can("one").verbs
        assert engine.accounts.can("two").verbs == {Verb.ANSWER}
        assert engine.accounts.can("bad").verbs == frozenset()
        with pytest.raises(AccountError, match="bad is bad"):
            engine.accounts.adapter("bad")

    stage.run(play)


def test_check_says_what_stands_in_the_way(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two", "three")
    accounts = dict(stage.config.accounts)
    accounts["two"] = replace(accounts["two"], secret="", secret_command="false")
    stage.config = replace(stage.config, accounts=accounts, broken={"bad": "bad is bad."})
    stage.server("three").expect("identify", ValueError("a bug"))

    async def play(engine: Engine) -> None:
        found = {name: await engine.accounts.check(name) for name in engine.accounts.names}
        assert all(finding.fine for finding in found["one"])
        for name, expected in {
            "two": "secret_command",
            "three": "ValueError: a bug",
            "bad": "bad is bad.",
        }.items():
            assert not found[name][-1].fine
            assert expected in found[name][-1].words

    stage.run(play)


# -- adapters that do not load ---------------------------------------------------------------------------


def _entry_point(monkeypatch: pytest.MonkeyPatch, name: str, load_it: Any) -> None:
    monkeypatch.setattr(adapters, "_entry_points", lambda: {name: SimpleNamespace(load=load_it)})


def _accounts(stage: Stage, **accounts: AccountConfig) -> None:
    stage.config = Config(inbox=stage.config.inbox, accounts=accounts)


def _without_factory(stage: Stage, name: str) -> str:
    """The sentence of an account whose adapter comes from the registry."""
    from convo.store import Store

    async def play() -> str:
        store = Store.open(stage.directory, stage.clock)
        try:
            engine = Engine(stage.config, store, stage.clock)
            outcome = (await engine.sync.once())[name]
            await engine.stop()
            return outcome.error
        finally:
            store.close()

    return asyncio.run(play())


def test_an_adapter_that_cannot_be_imported_becomes_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ImportError("No module named 'flurb'")

    _entry_point(monkeypatch, "flurb", broken)
    stage = Stage(tmp_path)
    _accounts(stage, work=AccountConfig("work", "flurb", url="https://flurb.example", secret=TOKEN))
    words_of_it = _without_factory(stage, "work")
    assert "work: The adapter for Flurb could not be loaded" in words_of_it
    assert "\n" not in words_of_it
    assert "flurb" in adapters.known_platforms()


def test_an_adapter_of_other_people_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convo.adapters.memory import MemoryAdapter

    stage = Stage(tmp_path)
    stage.ask("Are you there?")

    class Theirs(MemoryAdapter):
        options = ("colour",)

        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts, world=stage.world)

    _entry_point(monkeypatch, "theirs", lambda: Theirs)
    assert adapters.known_platforms()["theirs"].options == ("colour",)
    _accounts(stage, one=AccountConfig("one", "theirs", url="https://one.example", secret=TOKEN))
    assert _without_factory(stage, "one") == ""


def test_an_account_without_an_address_says_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convo.adapters.memory import MemoryAdapter

    _entry_point(monkeypatch, "theirs", lambda: MemoryAdapter)
    stage = Stage(tmp_path)
    _accounts(stage, one=AccountConfig("one", "theirs", secret=TOKEN))
    assert 'url = "https://' in _without_factory(stage, "one")


def test_an_unknown_platform_is_told_with_the_nearest_known() -> None:
    with pytest.raises(adapters.PlatformError, match='Did you mean "bluesky"'):
        adapters.load("bleusky")


@pytest.mark.parametrize("platform", sorted(adapters.BUILT_IN))
def test_every_platform_of_the_registry_can_be_loaded(platform: str) -> None:
    kind = adapters.load(platform)
    account = AccountConfig("one", platform, url="https://one.example", user="me.example", secret=TOKEN)
    assert kind.platform == platform
    made = kind(account, Http(kind.base_url(account)), SimpleNamespace(), "{}")
    assert made.channels


def test_starting_and_reading_need_no_network_library(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.ask("Are you there?")
    stage.sync()
    script = """
import sys
from pathlib import Path
from convo.clock import SystemClock
from convo.config import AccountConfig, Config
from convo.engine import Engine
from convo.store import Store
from convo.views import View
store = Store.open(Path(sys.argv[1]), SystemClock())
config = Config(accounts={"one": AccountConfig("one", "bluesky", user="me.example")})
engine = Engine(config, store)
rows = engine.inbox.rows(View.WAITING).rows
engine.inbox.open(rows[0].thread_id)
engine.inbox.accounts()
print(*(name for name in ("httpx", "textual", "keyring") if name in sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


def test_the_engine_notes_what_left_the_config_only_when_something_did(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()

    async def play(engine: Engine) -> None:
        (record,) = stored.all_accounts(engine.store.reader)
        assert record.configured
        with stage.opened():
            pass
        assert not engine.store.changed_elsewhere()

    stage.run(play)


def test_one_login_under_two_names_works_once_and_the_other_says_so(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    first = stage.config.accounts["one"]
    stage.config = replace(stage.config, accounts={"one": first, "again": replace(first, name="again")})
    stage.ask("Are you there?")

    async def play(engine: Engine) -> None:
        for _ in range(2):
            outcomes = await engine.sync.once()
            (broken,) = [name for name, outcome in outcomes.items() if outcome.error]
            (fine,) = set(outcomes) - {broken}
            assert outcomes[broken].error == (
                f"{broken} is the same login as {fine}; take one of the two out of the config."
            )
        (row,) = engine.inbox.rows(View.WAITING).rows
        assert row.accounts == (fine,)
        found = {status.name: status.health for status in engine.inbox.accounts()}
        assert found == {fine: Health.FINE, broken: Health.OFF}

    stage.run(play)


def test_a_secret_of_somebody_else_than_the_config_says_reads_and_sends_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.world.sign_in(stage.server(), stage.person("ana"), TOKEN)
    stage.ask("Are you there?")
    outcome = stage.sync()["one"]
    words = (
        'The config says  user = "me"  of one, but its secret is that of @ana@one.example. '
        "Sign in as me, or change that line."
    )
    assert outcome.error == words
    assert (statuses(stage)["one"].health, statuses(stage)["one"].words) == (Health.SIGN_IN, words)

    async def look(engine: Engine) -> list[Any]:
        assert not engine.inbox.rows(View.ALL).rows
        assert stored.own_uids(engine.store.reader) == frozenset()
        return [one for one in await engine.accounts.check("one") if not one.fine]

    (found,) = stage.run(look)
    assert found.words == words


def test_who_changed_their_name_on_the_platform_stays_the_account(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()
    me = stage.person("me")
    stage.world.people[me.uid] = replace(me, handle="my-new-name")
    stage.world.sign_in(stage.server(), me, "another token")
    stage.config = replace(
        stage.config, accounts={"one": replace(stage.config.accounts["one"], secret="another token")}
    )
    assert not stage.sync()["one"].error
